//! `resource`: tokens for other services (RFC 8707).

use portcullis_http_tests::{
    Answer, App, Browser, Server,
    app::{Tokens, query, session_of},
    clients::confidential,
    jwt,
};
use portcullis_types::{
    client::{Client, GrantType, SigningAlgorithm},
    paths,
};
use reqwest::Method;

const ORDERS: &str = "https://orders.example/v1";
const MAIL: &str = "https://mail.example";
const OTHER: &str = "https://other.example";

fn shop() -> Client {
    let mut client = Client::new("shop", "Shop");
    client.redirect_uris = vec!["https://shop.example/callback".to_owned()];
    client.resources = vec![ORDERS.to_owned(), MAIL.to_owned()];
    client.id_token_signed_response_alg = SigningAlgorithm::Es256;
    client
}

async fn start() -> Server {
    Server::start_with(|config| config.clients.push(shop())).await
}

fn app() -> App {
    App::new("shop", "https://shop.example/callback")
}

/// An authorization request for these.
fn path(app: &App, resources: &[&str]) -> String {
    let mut path = app.path();
    for resource in resources {
        path.push_str("&resource=");
        path.extend(url::form_urlencoded::byte_serialize(resource.as_bytes()));
    }
    path
}

async fn code(app: &App, browser: &Browser, resources: &[&str]) -> String {
    let back = browser.get(&path(app, resources)).await.location();
    query(&back, "code").unwrap()
}

fn audience(answer: &Answer) -> String {
    let claims = jwt::claims(&answer.text_at("/access_token"));
    claims["aud"].as_str().unwrap().to_owned()
}

async fn refresh(app: &App, program: &Browser, token: &str, resource: &str) -> Answer {
    let fields = app.refresh_fields(token);
    let mut fields = fields.to_vec();
    fields.push(("resource", resource));
    let call = program.call(Method::POST, paths::OAUTH_TOKEN);
    call.form(&fields).send().await
}

#[tokio::test]
async fn rfc8707_2_a_token_is_for_the_resource_that_was_asked_for_and_no_other() {
    let server = start().await;
    let (ada, program, app) = (server.person("ada").await, server.program(), app());
    let code = code(&app, &ada, &[ORDERS]).await;
    let answer = app.redeem(&program, &code).await.status(200);
    assert_eq!(audience(&answer), ORDERS);
    // Not for us, then.
    let tokens = Tokens::of(&answer);
    session_of(&program, &tokens.access).await.status(401);
    let call = program.call(Method::GET, paths::OAUTH_USERINFO);
    let refused = call.bearer(&tokens.access).send().await;
    refused.oauth_error(401, "invalid_token");
    let again = app.refresh(&program, &tokens.refresh).await.status(200);
    assert_eq!(audience(&again), ORDERS);
}

#[tokio::test]
async fn rfc8707_2_2_of_several_one_is_chosen_at_the_token_endpoint() {
    let server = start().await;
    let (ada, program, app) = (server.person("ada").await, server.program(), app());
    let both = code(&app, &ada, &[ORDERS, MAIL, &server.origin]).await;
    let answer = app
        .redeem_with(&program, &both, &[("resource", MAIL)])
        .await;
    let mut refresh_token = Tokens::of(&answer).refresh;
    assert_eq!(audience(&answer), MAIL);
    for resource in [ORDERS, &server.origin, MAIL] {
        let answer = refresh(&app, &program, &refresh_token, resource).await;
        let answer = answer.status(200);
        assert_eq!(audience(&answer), resource);
        let tokens = Tokens::of(&answer);
        let is_ours = resource == server.origin;
        let status = if is_ours { 200 } else { 401 };
        session_of(&program, &tokens.access).await.status(status);
        refresh_token = tokens.refresh;
    }
    let several = code(&app, &ada, &[MAIL, ORDERS]).await;
    let answer = app.redeem(&program, &several).await.status(200);
    assert_eq!(audience(&answer), MAIL, "the first, if nothing is said");
}

#[tokio::test]
async fn rfc8707_2_what_was_not_granted_is_not_to_be_had_later() {
    let server = start().await;
    let (ada, program, app) = (server.person("ada").await, server.program(), app());
    let tokens = app
        .redeem(&program, &code(&app, &ada, &[ORDERS]).await)
        .await;
    let tokens = Tokens::of(&tokens);
    let plain = app.redeem(&program, &code(&app, &ada, &[]).await).await;
    assert_eq!(audience(&plain), server.origin);
    let plain = Tokens::of(&plain);
    for (token, resource) in [
        (&tokens.refresh, MAIL),
        (&tokens.refresh, OTHER),
        (&tokens.refresh, &server.origin),
        (&plain.refresh, ORDERS),
        (&plain.refresh, "nonsense"),
    ] {
        let refused = refresh(&app, &program, token, resource).await;
        refused.oauth_error(400, "invalid_target");
    }
    // Refused requests spend nothing.
    assert_eq!(server.audited("oauth.refreshed").await, 0);
    app.refresh(&program, &tokens.refresh).await.status(200);
    app.refresh(&program, &plain.refresh).await.status(200);
    let code = code(&app, &ada, &[ORDERS]).await;
    let refused = app
        .redeem_with(&program, &code, &[("resource", MAIL)])
        .await;
    refused.oauth_error(400, "invalid_target");
}

#[tokio::test]
async fn rfc8707_2_only_what_the_client_is_registered_for_can_be_asked_for() {
    let server = start().await;
    let (ada, program, app) = (server.person("ada").await, server.program(), app());
    for resources in [
        vec![OTHER],
        vec![ORDERS, OTHER],
        vec!["https://orders.example/v1/"],
        vec!["https://orders.example"],
        vec!["orders"],
    ] {
        let back = ada.get(&path(&app, &resources)).await.location();
        assert_eq!(query(&back, "error").as_deref(), Some("invalid_target"));
        assert_eq!(query(&back, "code"), None);
    }
    let pushed = app.push_with(&program, &[("resource", OTHER)]).await;
    pushed.oauth_error(400, "invalid_target");
    let uri = app.pushed_with(&program, &[("resource", ORDERS)]).await;
    let back = ada.get(&app.pushed_path(&uri)).await.location();
    let answer = app.redeem(&program, &query(&back, "code").unwrap()).await;
    assert_eq!(audience(&answer), ORDERS);
}

#[tokio::test]
async fn a_client_itself_gets_tokens_for_its_resources() {
    let server = Server::start().await;
    let admin = server.admin().await;
    let mut client = confidential("service");
    client.grant_types = vec![GrantType::ClientCredentials];
    client.redirect_uris = Vec::new();
    client.scopes = vec!["orders:read".to_owned()];
    client.resources = vec![ORDERS.to_owned()];
    let secret = admin.secret_of_new(&client).await;
    let program = server.program();
    let ask = |resource: &'static str| {
        let fields = [("grant_type", "client_credentials"), ("resource", resource)];
        let (program, secret) = (program.clone(), secret.clone());
        async move {
            program
                .post_as(("service", &secret), paths::OAUTH_TOKEN, &fields)
                .await
        }
    };
    assert_eq!(audience(&ask("").await.status(200)), server.origin);
    let answer = ask(ORDERS).await.status(200);
    assert_eq!(audience(&answer), ORDERS);
    ask(MAIL).await.oauth_error(400, "invalid_target");
    // Its own tokens are its concern, whomever they are for.
    let fields = [("token", &*answer.text_at("/access_token"))];
    let told = program
        .post_as(("service", &secret), paths::OAUTH_INTROSPECT, &fields)
        .await;
    assert_eq!(
        (told.at("/active"), told.at("/aud")),
        (true.into(), ORDERS.into())
    );
}
