//! Opaque access tokens: they say nothing, and are good exactly as long as a JWT in their place.

use std::fmt::Write as _;

use portcullis_http_tests::{
    Answer, App, Browser, Prover, Server,
    app::{Tokens, session_of},
    clients::{client_path, confidential, lets_exchange, public, service},
    database, jwt,
};
use portcullis_types::{
    client::{AccessTokenFormat, Client, GrantType},
    paths,
};
use reqwest::Method;
use serde_json::{Value, json};

const ORDERS: &str = "https://orders.example";
const MAIL: &str = "https://mail.example";

fn opaque(mut client: Client) -> Client {
    client.access_token_format = AccessTokenFormat::Opaque;
    client.resources = vec![ORDERS.to_owned()];
    client
}

/// A shop whose tokens are opaque, a service they are for and one they are not for.
struct Scene {
    server: Server,
    admin: Browser,
    ada: Browser,
    program: Browser,
    orders: String,
    mail: String,
}

fn shop() -> App {
    App::new("shop", "https://shop.example/callback")
}

impl Scene {
    async fn set() -> Self {
        let server = Server::start().await;
        let admin = server.admin().await;
        let client = opaque(public("shop", &shop().redirect_uri));
        admin.create_client(&client).await.status(201);
        let mut orders = opaque(service("orders", ORDERS, &[]));
        orders.resources = vec![MAIL.to_owned()];
        lets_exchange(&mut orders);
        Self {
            orders: admin.secret_of_new(&orders).await,
            mail: admin.secret_of_new(&service("mail", MAIL, &[])).await,
            ada: server.person("ada").await,
            program: server.program(),
            admin,
            server,
        }
    }

    async fn tokens(&self) -> Tokens {
        shop().tokens(&self.ada, &self.program).await
    }

    async fn for_orders(&self) -> String {
        shop().token_for(&self.ada, &self.program, ORDERS).await
    }

    async fn post(&self, id: &str, path: &str, fields: &[(&str, &str)]) -> Answer {
        let secret = if id == "orders" {
            &self.orders
        } else {
            &self.mail
        };
        self.program.post_as((id, secret), path, fields).await
    }

    async fn ask(&self, id: &str, token: &str) -> Value {
        let fields = [("token", token)];
        let answer = self.post(id, paths::OAUTH_INTROSPECT, &fields).await;
        answer.status(200).json()
    }

    async fn is_active(&self, token: &str) -> bool {
        self.ask("orders", token).await["active"] == true
    }

    async fn userinfo(&self, token: &str) -> Answer {
        let call = self.program.call(Method::GET, paths::OAUTH_USERINFO);
        call.bearer(token).send().await
    }
}

fn nothing() -> Value {
    json!({ "active": false })
}

#[track_caller]
fn assert_opaque(token: &str) {
    assert!(token.starts_with("pc_at_") && token.len() == 49, "{token}");
}

#[tokio::test]
async fn rfc7662_2_2_what_it_stands_for_is_told_to_whom_it_is_for() {
    let scene = Scene::set().await;
    let token = scene.for_orders().await;
    assert_opaque(&token);
    let told = scene.ask("orders", &token).await;
    let (id, user) = (told["jti"].clone(), scene.ada.user_id().await);
    assert_eq!(
        told,
        json!({
            "active": true, "scope": "openid profile email", "client_id": "shop",
            "token_type": "Bearer", "exp": 1_800_000_600, "iat": 1_800_000_000, "sub": user,
            "aud": ORDERS, "iss": scene.server.origin, "jti": id, "auth_time": 1_800_000_000,
        })
    );
    assert_eq!(scene.ask("mail", &token).await, nothing());
    // Nor is one for our own API anybody else's concern.
    let ours = scene.tokens().await.access;
    for id in ["orders", "mail"] {
        assert_eq!(scene.ask(id, &ours).await, nothing());
    }
    // Another audience's opens nothing here, as with JWTs.
    session_of(&scene.program, &token).await.status(401);
    let refused = scene.userinfo(&token).await;
    refused.oauth_error(401, "invalid_token");
}

#[tokio::test]
async fn it_opens_what_a_jwt_in_its_place_would() {
    let scene = Scene::set().await;
    let tokens = scene.tokens().await;
    assert_opaque(&tokens.access);
    let session = session_of(&scene.program, &tokens.access).await.status(200);
    assert_eq!(session.at("/session/user/name"), "ada");
    let told = scene.userinfo(&tokens.access).await.status(200);
    assert_eq!(told.at("/sub"), scene.ada.user_id().await);
    let answer = shop().refresh(&scene.program, &tokens.refresh).await;
    let next = Tokens::of(&answer);
    assert_opaque(&next.access);
    assert_ne!(next.access, tokens.access);
    for token in [&tokens.access, &next.access] {
        session_of(&scene.program, token).await.status(200);
    }
    scene.server.clock.advance_seconds(599);
    session_of(&scene.program, &next.access).await.status(200);
    scene.server.clock.advance_seconds(1);
    session_of(&scene.program, &next.access).await.status(401);
    let refused = scene.userinfo(&next.access).await;
    refused.oauth_error(401, "invalid_token");
}

#[tokio::test]
async fn at_rest_there_is_only_its_hash() {
    let scene = Scene::set().await;
    let tokens = scene.tokens().await;
    let token = scene.for_orders().await;
    let tables = scene.server.tables().await;
    assert_eq!(tables["access_tokens"].len(), 2);
    let all = format!("{tables:?}");
    for token in [&tokens.access, &token] {
        assert!(!all.contains(token.trim_start_matches("pc_at_")));
        let bytes = token.trim_start_matches("pc_at_").as_bytes();
        let hex = bytes.iter().fold(String::new(), |mut hex, byte| {
            let _ = write!(hex, "{byte:02X}");
            hex
        });
        assert!(!all.to_uppercase().contains(&hex));
    }
    // What is in the database is no token either.
    let row = &tables["access_tokens"][0];
    let hash: String = row.chars().filter(char::is_ascii_hexdigit).collect();
    for guess in [
        hash.as_str(),
        &hash[..43],
        &format!("pc_at_{}", &hash[..43]),
    ] {
        session_of(&scene.program, guess).await.status(401);
    }
}

/// Whatever ends a sign-in ends it for the next request.
#[tokio::test]
async fn asvs_7_4_2_it_is_over_when_what_it_came_from_is() {
    let scene = Scene::set().await;
    let dead = async |token: &str, ours: &str| {
        assert!(!scene.is_active(token).await);
        session_of(&scene.program, ours).await.status(401);
        scene.userinfo(ours).await.oauth_error(401, "invalid_token");
    };
    // Given back: the refresh token, and the access token itself.
    let tokens = scene.tokens().await;
    let app = shop();
    app.revoke(&scene.program, &tokens.refresh)
        .await
        .status(200);
    let token = scene.for_orders().await;
    dead("x", &tokens.access).await;
    assert!(scene.is_active(&token).await);
    // By somebody else: nothing.
    let fields = [("token", &*token)];
    let path = paths::OAUTH_REVOKE;
    scene.post("mail", path, &fields).await.status(200);
    App::spa().revoke(&scene.program, &token).await.status(200);
    assert!(scene.is_active(&token).await);
    app.revoke(&scene.program, &token).await.status(200);
    assert!(!scene.is_active(&token).await);
    // The user is disabled.
    let (tokens, token) = (scene.tokens().await, scene.for_orders().await);
    assert!(scene.is_active(&token).await);
    let user = scene.ada.user_id().await;
    for act in ["disable", "enable"] {
        let path = format!("{}/{user}/{act}", paths::ADMIN_USERS);
        scene.admin.post(&path, json!({})).await.status(204);
        dead(&token, &tokens.access).await;
    }
    // All sessions are ended.
    scene.ada.sign_in("ada").await.status(200);
    let (tokens, token) = (scene.tokens().await, scene.for_orders().await);
    let path = paths::END_OTHER_SESSIONS;
    scene.ada.post(path, json!({})).await.status(200);
    dead(&token, &tokens.access).await;
    // The client is deleted, and comes back.
    let (tokens, token) = (scene.tokens().await, scene.for_orders().await);
    assert!(scene.is_active(&token).await);
    scene.admin.delete(&client_path("shop")).await.status(204);
    dead(&token, &tokens.access).await;
    let client = opaque(public("shop", &app.redirect_uri));
    scene.admin.create_client(&client).await.status(201);
    dead(&token, &tokens.access).await;
    assert_eq!(scene.server.tables().await["access_tokens"].len(), 0);
}

#[tokio::test]
async fn a_guess_a_bent_one_and_another_kind_are_none() {
    let scene = Scene::set().await;
    let tokens = scene.tokens().await;
    let token = scene.for_orders().await;
    let refresh = tokens.refresh.trim_start_matches("pc_rt_");
    let body = token.trim_start_matches("pc_at_");
    let before = scene.server.tables().await;
    for bad in [
        "pc_at_",
        &format!("pc_at_{}", "A".repeat(43)),
        &format!("pc_at_{refresh}"),
        &format!("pc_at_{body}A"),
        &format!("PC_AT_{body}"),
        &format!("pc_at_{}", body.to_lowercase()),
        &format!("pc_at_{}", &body[..42]),
        &format!("pc_at_{}=", &body[..42]),
        &format!("pc_rt_{body}"),
        body,
        &tokens.refresh,
        &scene.ada.session_token(),
        &format!("{token}\0"),
    ] {
        assert_eq!(scene.ask("orders", bad).await, nothing(), "{bad:?}");
        if bad.bytes().all(|b| b.is_ascii_graphic()) {
            session_of(&scene.program, bad).await.status(401);
        }
    }
    // It is no refresh token, no code and no cookie.
    let answer = shop().refresh(&scene.program, &tokens.access).await;
    answer.oauth_error(400, "invalid_grant");
    let answer = shop().redeem(&scene.program, &tokens.access).await;
    answer.oauth_error(400, "invalid_grant");
    let browser = scene.server.browser();
    browser.plant(portcullis_http_tests::browser::SESSION, &tokens.access);
    assert!(!browser.is_signed_in().await);
    let after = scene.server.tables().await;
    assert_eq!(database::changed(&before, &after), [""; 0]);
}

#[tokio::test]
async fn rfc9449_7_2_a_bound_one_needs_its_proof() {
    let scene = Scene::set().await;
    let key = Prover::new(&scene.server);
    let tokens = key.tokens(&scene.ada, &scene.program, &shop()).await;
    assert_opaque(&tokens.access);
    let answer = key
        .get(&scene.program, paths::SESSION, &tokens.access)
        .await;
    answer.status(200);
    session_of(&scene.program, &tokens.access).await.status(401);
    let thief = Prover::new(&scene.server);
    thief.keep_nonce(
        &key.get(&scene.program, paths::SESSION, &tokens.access)
            .await,
    );
    let stolen = thief.get(&scene.program, paths::SESSION, &tokens.access);
    stolen.await.status(401);
}

#[tokio::test]
async fn a_clients_own_and_an_exchanged_one_are_opaque_as_well() {
    let scene = Scene::set().await;
    let token = scene.for_orders().await;
    let exchange = [
        ("grant_type", GrantType::TokenExchange.as_str()),
        ("subject_token", &*token),
        (
            "subject_token_type",
            "urn:ietf:params:oauth:token-type:access_token",
        ),
        ("resource", MAIL),
    ];
    let path = paths::OAUTH_TOKEN;
    let exchanged = scene.post("orders", path, &exchange).await.status(200);
    let exchanged = exchanged.text_at("/access_token");
    assert_opaque(&exchanged);
    let told = scene.ask("mail", &exchanged).await;
    assert_eq!(told["sub"], scene.ada.user_id().await);
    assert_eq!(told["act"], json!({ "sub": "orders" }));
    let jwt = "urn:ietf:params:oauth:token-type:jwt";
    let wanting = [&exchange[..], &[("requested_token_type", jwt)]].concat();
    let refused = scene.post("orders", path, &wanting).await;
    refused.oauth_error(400, "invalid_request");
    let own = [("grant_type", "client_credentials"), ("resource", MAIL)];
    let own = scene.post("orders", path, &own).await.status(200);
    let own = own.text_at("/access_token");
    assert_opaque(&own);
    assert_eq!(scene.ask("mail", &own).await["sub"], "orders");
    session_of(&scene.program, &own).await.status(401);
    // Given back, each by itself.
    for token in [&own, &exchanged] {
        let fields = [("token", &**token)];
        let path = paths::OAUTH_REVOKE;
        scene.post("orders", path, &fields).await.status(200);
        assert_eq!(scene.ask("mail", token).await, nothing());
    }
    assert!(scene.is_active(&token).await);
}

#[tokio::test]
async fn the_format_can_be_changed_and_what_is_out_stays_good() {
    let scene = Scene::set().await;
    let before = scene.tokens().await;
    let mut client = opaque(public("shop", &shop().redirect_uri));
    client.access_token_format = AccessTokenFormat::Jwt;
    scene.admin.update_client(&client).await.status(200);
    let answer = shop().refresh(&scene.program, &before.refresh).await;
    let after = Tokens::of(&answer);
    assert_eq!(jwt::header(&after.access)["typ"], "at+jwt");
    for token in [&before.access, &after.access] {
        session_of(&scene.program, token).await.status(200);
    }
}

/// A token of a client that is gone is not the next one's with that id, whatever it looks like.
#[tokio::test]
async fn what_was_given_to_a_client_is_not_good_for_the_next_of_its_name() {
    let scene = Scene::set().await;
    let mut job = confidential("job");
    job.grant_types = vec![GrantType::ClientCredentials];
    job.redirect_uris = Vec::new();
    job.resources = vec![ORDERS.to_owned()];
    let secret = scene.admin.secret_of_new(&job).await;
    let give = async |secret: &str| {
        let fields = [("grant_type", "client_credentials"), ("resource", ORDERS)];
        let path = paths::OAUTH_TOKEN;
        let given = scene.program.post_as(("job", secret), path, &fields).await;
        given.status(200).text_at("/access_token")
    };
    let mut tokens = Vec::new();
    for format in [AccessTokenFormat::Jwt, AccessTokenFormat::Opaque] {
        job.access_token_format = format;
        scene.admin.update_client(&job).await.status(200);
        tokens.push(give(&secret).await);
    }
    for token in &tokens {
        assert!(scene.is_active(token).await);
    }
    for format in [AccessTokenFormat::Jwt, AccessTokenFormat::Opaque] {
        scene.server.clock.advance_seconds(1);
        scene.admin.delete(&client_path("job")).await.status(204);
        for token in &tokens {
            assert!(!scene.is_active(token).await, "nobody has the id");
        }
        job.access_token_format = format;
        let secret = scene.admin.secret_of_new(&job).await;
        for token in &tokens {
            assert!(!scene.is_active(token).await, "another has the id");
        }
        let given = give(&secret).await;
        assert!(scene.is_active(&given).await);
        tokens.push(given);
    }
}
