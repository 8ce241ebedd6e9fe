//! Token exchange (RFC 8693): a service that was called calls the next one for the same user, and
//! nobody gets more than they had.

use portcullis_http_tests::{
    Answer, App, Browser, Prover, Server,
    app::{query, session_of},
    clients::{confidential, lets_exchange},
    jwt,
};
use portcullis_types::{
    client::{AuthMethod, Client, ExchangeRule, GrantType, SigningAlgorithm},
    paths,
};
use reqwest::Method;
use serde_json::{Value, json};

const GRANT: &str = "urn:ietf:params:oauth:grant-type:token-exchange";
const TYPE: &str = "urn:ietf:params:oauth:token-type:access_token";
const ORDERS: &str = "https://orders.example";
const MAIL: &str = "https://mail.example";
const BANK: &str = "https://bank.example";

/// A service that is called, and calls others.
fn service(id: &str, serves: &str, calls: &[&str]) -> Client {
    let mut client = confidential(id);
    client.grant_types = vec![GrantType::TokenExchange, GrantType::ClientCredentials];
    client.redirect_uris = Vec::new();
    client.serves = vec![serves.to_owned()];
    client.resources = calls.iter().map(|uri| (*uri).to_owned()).collect();
    client.scopes = vec!["openid".to_owned(), "profile".to_owned(), "work".to_owned()];
    lets_exchange(&mut client);
    client
}

/// A shop that calls orders, which calls mail.
struct Scene {
    server: Server,
    ada: Browser,
    program: Browser,
    admin: Browser,
    orders: String,
    mail: String,
    /// A token of ada's for orders.
    token: String,
}

impl Scene {
    async fn new() -> Self {
        Self::with(|_| {}).await
    }

    async fn with(change: impl FnOnce(&mut Client)) -> Self {
        let server = Server::start_with(|config| {
            let mut shop = Client::new("shop", "Shop");
            shop.redirect_uris = vec!["https://shop.example/callback".to_owned()];
            shop.resources = vec![ORDERS.to_owned(), BANK.to_owned()];
            shop.id_token_signed_response_alg = SigningAlgorithm::Es256;
            config.clients.push(shop);
        })
        .await;
        let admin = server.admin().await;
        let mut orders = service("orders", ORDERS, &[MAIL, BANK]);
        change(&mut orders);
        let orders = admin.secret_of_new(&orders).await;
        let mail = admin.secret_of_new(&service("mail", MAIL, &[BANK])).await;
        let (ada, program) = (server.person("ada").await, server.program());
        let token = token_for(&ada, &program, ORDERS).await;
        Self {
            server,
            ada,
            program,
            admin,
            orders,
            mail,
            token,
        }
    }

    async fn exchange_as(&self, who: (&str, &str), changes: &[(&str, &str)]) -> Answer {
        let mut fields = vec![
            ("grant_type", GRANT),
            ("subject_token", &*self.token),
            ("subject_token_type", TYPE),
            ("resource", MAIL),
        ];
        for (name, value) in changes {
            fields.retain(|(known, _)| known != name);
            if !value.is_empty() {
                fields.push((name, value));
            }
        }
        self.program.post_as(who, paths::OAUTH_TOKEN, &fields).await
    }

    async fn exchange(&self, changes: &[(&str, &str)]) -> Answer {
        self.exchange_as(("orders", &self.orders), changes).await
    }

    async fn own_token(&self, id: &str, secret: &str) -> String {
        let fields = [("grant_type", "client_credentials")];
        let answer = self
            .program
            .post_as((id, secret), paths::OAUTH_TOKEN, &fields);
        answer.await.status(200).text_at("/access_token")
    }

    async fn introspect(&self, token: &str) -> Value {
        let who = ("orders", &*self.orders);
        let fields = [("token", token)];
        let answer = self.program.post_as(who, paths::OAUTH_INTROSPECT, &fields);
        answer.await.status(200).json()
    }
}

/// A token of somebody's for a service.
async fn token_for(browser: &Browser, program: &Browser, resource: &str) -> String {
    let app = App::new("shop", "https://shop.example/callback");
    let path = app.path_with(&[("resource", resource)]);
    let back = browser.get(&path).await.location();
    let code = query(&back, "code").unwrap();
    let answer = app.redeem(program, &code).await.status(200);
    answer.text_at("/access_token")
}

fn claims(answer: &Answer) -> Value {
    jwt::claims(&answer.text_at("/access_token"))
}

#[tokio::test]
async fn rfc8693_a_service_gets_a_token_for_the_next_one_that_says_who_acts() {
    let scene = Scene::new().await;
    scene.server.clock.advance_seconds(100);
    let answer = scene.exchange(&[]).await.status(200);
    assert_eq!(answer.at("/issued_token_type"), TYPE);
    assert_eq!(answer.at("/token_type"), "Bearer");
    assert_eq!(
        answer.at("/expires_in"),
        500,
        "no longer than the subject's"
    );
    assert!(answer.at("/refresh_token").is_null() && answer.at("/id_token").is_null());
    let before = jwt::claims(&scene.token);
    let after = claims(&answer);
    assert_eq!(after["sub"], scene.ada.user_id().await);
    assert_eq!(
        (&after["aud"], &after["client_id"]),
        (&json!(MAIL), &json!("orders"))
    );
    assert_eq!(after["act"], json!({ "sub": "orders" }));
    assert_eq!(after["scope"], "openid profile", "what both have");
    assert_eq!(
        (&after["exp"], &after["sid"]),
        (&before["exp"], &before["sid"])
    );
    assert_eq!(after["auth_time"], before["auth_time"]);
    // The next one in the chain says who was before it.
    let token = answer.text_at("/access_token");
    let changes = [("subject_token", &*token), ("resource", BANK)];
    let next = scene.exchange_as(("mail", &scene.mail), &changes).await;
    let next = claims(&next.status(200));
    assert_eq!(
        next["act"],
        json!({ "sub": "mail", "act": { "sub": "orders" } })
    );
    let rows = scene.server.audit().await;
    let row = rows.iter().find(|row| row.kind == "oauth.token_exchanged");
    let row = row.unwrap();
    assert_eq!(row.detail["client"], "orders");
    assert_eq!(row.detail["from"], "shop");
    assert_eq!(row.detail["audience"], MAIL);
    assert_eq!(row.subject.unwrap().to_string(), scene.ada.user_id().await);
}

#[tokio::test]
async fn rfc8693_the_subject_token_must_be_for_who_exchanges_it() {
    let scene = Scene::new().await;
    let bank = token_for(&scene.ada, &scene.program, BANK).await;
    let spa = App::spa().tokens(&scene.ada, &scene.program).await.access;
    let other = scene.own_token("mail", &scene.mail).await;
    for stolen in [&bank, &spa, &other] {
        let answer = scene.exchange(&[("subject_token", stolen)]).await;
        answer.oauth_error(400, "invalid_request");
    }
    let answer = scene
        .exchange_as(("mail", &scene.mail), &[("resource", BANK)])
        .await;
    answer.oauth_error(400, "invalid_request");
    assert_eq!(scene.server.audited("oauth.token_exchanged").await, 0);
}

#[tokio::test]
async fn rfc8693_what_is_no_good_token_is_refused() {
    let scene = Scene::new().await;
    let app = App::spa();
    let redeemed = app
        .redeem(&scene.program, &app.code(&scene.ada).await)
        .await;
    let (id, refresh) = (
        redeemed.text_at("/id_token"),
        redeemed.text_at("/refresh_token"),
    );
    let mut forged = jwt::claims(&scene.token);
    forged["sub"] = json!("somebody else");
    let forged = jwt::assemble(&jwt::header(&scene.token), &forged, &[0; 64]);
    for bad in ["x", "a.b.c", &*id, &*refresh, &*forged] {
        let answer = scene.exchange(&[("subject_token", bad)]).await;
        answer.oauth_error(400, "invalid_request");
    }
    for changes in [
        [("subject_token", "")],
        [("subject_token_type", "")],
        [(
            "subject_token_type",
            "urn:ietf:params:oauth:token-type:id_token",
        )],
        [(
            "subject_token_type",
            "urn:ietf:params:oauth:token-type:saml2",
        )],
        [(
            "requested_token_type",
            "urn:ietf:params:oauth:token-type:refresh_token",
        )],
        [("actor_token_type", TYPE)],
        [("actor_token", "x")],
    ] {
        let answer = scene.exchange(&changes).await;
        answer.oauth_error(400, "invalid_request");
    }
    scene.server.clock.advance_seconds(600);
    scene
        .exchange(&[])
        .await
        .oauth_error(400, "invalid_request");
    assert_eq!(scene.server.audited("oauth.token_exchanged").await, 0);
}

#[tokio::test]
async fn rfc8693_only_what_the_client_may_call_can_be_the_target() {
    let scene = Scene::new().await;
    let origin = scene.server.origin.clone();
    for resource in ["", ORDERS, "https://other.example", &origin, "mail"] {
        let answer = scene.exchange(&[("resource", resource)]).await;
        answer.oauth_error(400, "invalid_target");
    }
    let answer = scene.exchange(&[("audience", BANK)]).await;
    answer.oauth_error(400, "invalid_target");
    let answer = scene
        .exchange(&[("resource", ""), ("audience", BANK)])
        .await;
    assert_eq!(claims(&answer.status(200))["aud"], BANK);
    // Our own API takes no such token, whatever it says.
    let token = scene.exchange(&[]).await.text_at("/access_token");
    session_of(&scene.program, &token).await.status(401);
}

#[tokio::test]
async fn rfc8693_scopes_only_become_fewer() {
    let scene = Scene::new().await;
    let answer = scene.exchange(&[("scope", "profile")]).await.status(200);
    assert_eq!(answer.at("/scope"), "profile");
    for scope in ["work", "email", "profile work", "admin"] {
        let answer = scene.exchange(&[("scope", scope)]).await;
        answer.oauth_error(400, "invalid_scope");
    }
}

#[tokio::test]
async fn rfc8693_only_clients_that_are_allowed_and_prove_themselves_exchange() {
    let scene = Scene::new().await;
    let mut plain = service("plain", ORDERS, &[MAIL]);
    plain.grant_types = vec![GrantType::ClientCredentials];
    plain.may_exchange = Vec::new();
    let secret = scene.admin.secret_of_new(&plain).await;
    let answer = scene.exchange_as(("plain", &secret), &[]).await;
    answer.oauth_error(400, "unauthorized_client");
    let answer = scene.exchange_as(("orders", &scene.mail), &[]).await;
    answer.oauth_error(401, "invalid_client");
    let mut public = service("public", ORDERS, &[MAIL]);
    public.grant_types = vec![GrantType::TokenExchange];
    public.token_endpoint_auth_method = AuthMethod::None;
    let refused = scene.admin.create_client(&public).await;
    refused.problem(400, "invalid_request");
}

#[tokio::test]
async fn rfc8693_1_1_impersonation_is_for_those_who_are_registered_for_it() {
    let scene = Scene::with(|client| {
        client.may_impersonate = true;
        client.may_exchange.push(ExchangeRule {
            from: vec!["shop".to_owned()],
            within: Some(vec!["notes:*".to_owned()]),
            impersonate: true,
            ..client.may_exchange[0].clone()
        });
    })
    .await;
    let answer = scene.exchange(&[]).await.status(200);
    assert!(claims(&answer)["act"].is_null());
    let own = scene.own_token("orders", &scene.orders).await;
    let changes = [("actor_token", &*own), ("actor_token_type", TYPE)];
    let answer = scene.exchange(&changes).await.status(200);
    assert_eq!(claims(&answer)["act"], json!({ "sub": "orders" }));
    // Another's token is no actor of this client's.
    let other = scene.own_token("mail", &scene.mail).await;
    let changes = [("actor_token", &*other), ("actor_token_type", TYPE)];
    let refused = scene.exchange(&changes).await;
    refused.oauth_error(400, "invalid_request");
}

#[tokio::test]
async fn an_exchanged_token_ends_with_the_sign_in_it_came_from_or_by_itself() {
    let scene = Scene::new().await;
    let exchange = async || {
        scene
            .exchange(&[])
            .await
            .status(200)
            .text_at("/access_token")
    };
    let (first, second) = (exchange().await, exchange().await);
    let told = scene.introspect(&first).await;
    assert_eq!(
        (&told["active"], &told["act"]),
        (&json!(true), &json!({ "sub": "orders" }))
    );
    let fields = [("token", &*first)];
    let who = ("orders", &*scene.orders);
    let revoked = scene
        .program
        .post_as(who, paths::OAUTH_REVOKE, &fields)
        .await;
    revoked.status(200);
    assert_eq!(scene.introspect(&first).await, json!({ "active": false }));
    assert_eq!(scene.introspect(&second).await["active"], true);
    assert_eq!(scene.introspect(&scene.token).await["active"], true);
    let path = format!(
        "{}/{}/disable",
        paths::ADMIN_USERS,
        scene.ada.user_id().await
    );
    scene.admin.post(&path, json!({})).await.status(204);
    assert_eq!(scene.introspect(&second).await, json!({ "active": false }));
    scene
        .exchange(&[])
        .await
        .oauth_error(400, "invalid_request");
}

#[tokio::test]
async fn a_chain_of_services_has_an_end() {
    let scene = Scene::with(|client| {
        client.serves.push(MAIL.to_owned());
        client.resources.push(ORDERS.to_owned());
        lets_exchange(client);
    })
    .await;
    let mut token = scene.token.clone();
    let mut depth = 0;
    loop {
        let target = if depth % 2 == 0 { MAIL } else { ORDERS };
        let changes = [("subject_token", &*token), ("resource", target)];
        let answer = scene.exchange(&changes).await;
        if answer.status != 200 {
            answer.oauth_error(400, "invalid_request");
            break;
        }
        token = answer.text_at("/access_token");
        depth += 1;
    }
    assert_eq!(depth, 4);
}

#[tokio::test]
async fn rfc9449_an_exchanged_token_is_bound_to_the_key_that_was_shown() {
    let scene = Scene::with(|client| {
        client.dpop_bound_access_tokens = true;
        client.token_endpoint_auth_method = AuthMethod::ClientSecretPost;
    })
    .await;
    let fields = [
        ("grant_type", GRANT),
        ("client_id", "orders"),
        ("client_secret", &*scene.orders),
        ("subject_token", &*scene.token),
        ("subject_token_type", TYPE),
        ("resource", MAIL),
    ];
    let plain = scene.program.call(Method::POST, paths::OAUTH_TOKEN);
    let refused = plain.form(&fields).send().await;
    refused.oauth_error(400, "invalid_dpop_proof");
    let key = Prover::new(&scene.server);
    let answer = key.post(&scene.program, paths::OAUTH_TOKEN, &fields).await;
    let answer = answer.status(200);
    assert_eq!(answer.at("/token_type"), "DPoP");
    assert_eq!(claims(&answer)["cnf"]["jkt"], key.jkt());
}
