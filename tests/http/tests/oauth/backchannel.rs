//! Back-channel logout: who is told, what, how often, and who cannot be called (OpenID Connect
//! Back-Channel Logout 1.0; ASVS 10.5.5, 10.6.2).

use std::{
    collections::VecDeque,
    sync::{Arc, Mutex},
    time::Duration,
};

use axum::{Router, body::Bytes, http::StatusCode, routing::post};
use portcullis_http_tests::{
    App, Browser, Server,
    app::{query, session_of},
    jwt,
};
use portcullis_types::{
    client::{Client, SigningAlgorithm, SubjectType},
    paths,
};
use reqwest::Method;
use serde_json::{Value, json};
use tokio::net::TcpListener;
use url::form_urlencoded;

const CALLBACK: &str = "https://shop.example/callback";

/// An application's end of it: keeps what it is told, and answers as it is to.
#[derive(Clone, Default)]
pub(crate) struct Receiver {
    told: Arc<Mutex<Vec<String>>>,
    answers: Arc<Mutex<VecDeque<u16>>>,
}

impl Receiver {
    pub(crate) async fn start() -> (Self, String) {
        let receiver = Self::default();
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let uri = format!("http://{}/logout", listener.local_addr().unwrap());
        let own = receiver.clone();
        let handler = post(move |body: Bytes| async move { own.hear(&body) });
        let app = Router::new().route("/logout", handler);
        tokio::spawn(async move { axum::serve(listener, app).await });
        (receiver, uri)
    }

    fn hear(&self, body: &[u8]) -> StatusCode {
        let mut pairs = form_urlencoded::parse(body);
        let token = pairs.find(|(name, _)| name == "logout_token").unwrap().1;
        self.told.lock().unwrap().push(token.into_owned());
        let next = self.answers.lock().unwrap().pop_front();
        StatusCode::from_u16(next.unwrap_or(200)).unwrap()
    }

    fn answer(&self, statuses: &[u16]) {
        self.answers.lock().unwrap().extend(statuses);
    }

    fn count(&self) -> usize {
        self.told.lock().unwrap().len()
    }

    /// Waits until it was told that often; the tokens.
    pub(crate) async fn heard(&self, times: usize) -> Vec<String> {
        for _ in 0..1000 {
            if self.count() >= times {
                break;
            }
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
        let told = self.told.lock().unwrap().clone();
        assert_eq!(told.len(), times);
        told
    }
}

/// Waits until nothing is left to be told.
async fn all_told(server: &Server) {
    for _ in 0..1000 {
        if server.tables().await["backchannel_logouts"].is_empty() {
            return;
        }
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    panic!("something is left");
}

fn shop(uri: &str) -> Client {
    let mut client = Client::new("shop", "Shop");
    client.redirect_uris = vec![CALLBACK.to_owned()];
    client.id_token_signed_response_alg = SigningAlgorithm::Es256;
    client.backchannel_logout_uri = Some(uri.to_owned());
    client
}

async fn start() -> (Server, Receiver) {
    let (receiver, uri) = Receiver::start().await;
    let server = Server::start_with(|config| config.clients.push(shop(&uri))).await;
    (server, receiver)
}

fn app() -> App {
    App::new("shop", CALLBACK)
}

/// Signs in at the shop; its `sid`.
async fn enter(server: &Server, browser: &Browser) -> String {
    let app = app();
    let code = app.code(browser).await;
    let answer = app.redeem(&server.program(), &code).await.status(200);
    let claims = jwt::claims(&answer.text_at("/id_token"));
    claims["sid"].as_str().unwrap().to_owned()
}

fn sid(token: &str) -> String {
    jwt::claims(token)["sid"].as_str().unwrap().to_owned()
}

#[tokio::test]
async fn oidc_bcl_2_4_signing_out_tells_the_client_with_a_logout_token() {
    let (server, shop) = start().await;
    let ada = server.person("ada").await;
    let user = ada.user_id().await;
    let entered = enter(&server, &ada).await;
    // One that does not want to know.
    App::spa().tokens(&ada, &server.program()).await;
    ada.sign_out().await.status(204);
    let told = shop.heard(1).await;
    let header = jwt::header(&told[0]);
    assert_eq!(header["typ"], "logout+jwt");
    let jwks = server.program().get(paths::JWKS).await.json();
    let claims = jwt::verify(&told[0], &jwks, &server.origin, "shop");
    assert_eq!(claims["sub"], user);
    assert_eq!(claims["sid"], entered);
    let event = "http://schemas.openid.net/event/backchannel-logout";
    assert_eq!(claims["events"], json!({ event: {} }));
    let number = |name: &str| claims[name].as_i64().unwrap();
    assert_eq!(number("iat"), 1_800_000_000);
    assert_eq!(number("exp") - number("iat"), 120);
    assert!(!claims["jti"].as_str().unwrap().is_empty());
    assert_eq!(claims.get("nonce"), None);
    all_told(&server).await;
    assert_eq!(shop.count(), 1);
    let metadata = server.program().get(paths::OPENID_METADATA).await;
    assert_eq!(metadata.at("/backchannel_logout_supported"), true);
    assert_eq!(metadata.at("/backchannel_logout_session_supported"), true);
}

#[tokio::test]
async fn each_way_for_a_session_to_end_tells_and_only_its_own() {
    let (server, shop) = start().await;
    let admin = server.admin().await;
    let (ada, eve) = (server.person("ada").await, server.person("eve").await);
    enter(&server, &eve).await;
    let mut told = 0;
    let mut expect = async |entered: Vec<String>| {
        told += entered.len();
        let mut tokens = shop.heard(told).await.split_off(told - entered.len());
        tokens.sort_by_key(|token| sid(token));
        let mut entered = entered;
        entered.sort();
        let sids: Vec<String> = tokens.iter().map(|token| sid(token)).collect();
        assert_eq!(sids, entered);
        all_told(&server).await;
    };
    // One of two, ended from the other.
    let other = server.browser();
    other.sign_in("ada").await.status(200);
    let entered = enter(&server, &other).await;
    let path = format!("{}/{}", paths::SESSIONS, other.session_id().await);
    ada.delete(&path).await.status(204);
    expect(vec![entered]).await;
    // All others, and twice at the same client.
    other.sign_in("ada").await.status(200);
    let entered = vec![enter(&server, &other).await, enter(&server, &other).await];
    enter(&server, &ada).await;
    ada.post(paths::END_OTHER_SESSIONS, json!({}))
        .await
        .status(200);
    expect(entered).await;
    // Proving oneself again ends nothing, and what began before still ends with the session.
    let before = {
        let fresh = server.browser();
        fresh.sign_in("ada").await.status(200);
        let entered = enter(&server, &fresh).await;
        fresh.sign_in("ada").await.status(200);
        all_told(&server).await;
        fresh.sign_out().await.status(204);
        entered
    };
    expect(vec![before]).await;
    // Somebody else signs in over it.
    let shared = server.browser();
    shared.sign_in("ada").await.status(200);
    let entered = enter(&server, &shared).await;
    shared.sign_in("eve").await.status(200);
    expect(vec![entered]).await;
    // The client itself asks for it (RP-initiated logout).
    let app = app();
    shared.sign_in("ada").await.status(200);
    let code = app.code(&shared).await;
    let answer = app.redeem(&server.program(), &code).await.status(200);
    let hint = answer.text_at("/id_token");
    let path = format!("{}?id_token_hint={hint}", paths::OAUTH_LOGOUT);
    shared.get(&path).await.status(200);
    expect(vec![sid(&hint)]).await;
    // An admin disables the account, whose own browser is still in.
    let left = enter(&server, &ada).await;
    let user = ada.user_id().await;
    let path = format!("{}/{user}/disable", paths::ADMIN_USERS);
    admin.post(&path, json!({})).await.status(204);
    let tokens = shop.heard(told + 2).await;
    assert!(tokens[told..].iter().any(|token| sid(token) == left));
}

#[tokio::test]
async fn a_client_that_does_not_answer_is_told_again_until_it_does() {
    let (server, shop) = start().await;
    let ada = server.person("ada").await;
    let entered = enter(&server, &ada).await;
    shop.answer(&[500, 302, 204]);
    ada.sign_out().await.status(204);
    shop.heard(1).await;
    tokio::time::sleep(Duration::from_millis(2500)).await;
    assert_eq!(shop.count(), 1, "not before its time");
    server.clock.advance_seconds(10);
    shop.heard(2).await;
    tokio::time::sleep(Duration::from_millis(100)).await;
    server.clock.advance_seconds(30);
    let told = shop.heard(3).await;
    all_told(&server).await;
    let ids: Vec<Value> = told
        .iter()
        .map(|it| jwt::claims(it)["jti"].clone())
        .collect();
    assert!(ids[0] != ids[1] && ids[1] != ids[2]);
    assert!(told.iter().all(|token| sid(token) == entered));
    assert_eq!(jwt::claims(&told[2])["iat"], 1_800_000_040);
}

#[tokio::test]
async fn oidc_bcl_2_8_a_client_that_refuses_is_not_told_again() {
    let (server, shop) = start().await;
    let ada = server.person("ada").await;
    enter(&server, &ada).await;
    shop.answer(&[400]);
    ada.sign_out().await.status(204);
    shop.heard(1).await;
    all_told(&server).await;
    server.clock.advance_seconds(3600);
    tokio::time::sleep(Duration::from_millis(2500)).await;
    assert_eq!(shop.count(), 1);
}

#[tokio::test]
async fn a_client_that_is_silent_for_a_day_is_given_up() {
    let (server, shop) = start().await;
    let ada = server.person("ada").await;
    enter(&server, &ada).await;
    shop.answer(&[503; 4]);
    ada.sign_out().await.status(204);
    shop.heard(1).await;
    tokio::time::sleep(Duration::from_millis(100)).await;
    server.clock.advance_seconds(24 * 3600 - 1);
    shop.heard(2).await;
    tokio::time::sleep(Duration::from_millis(100)).await;
    server.clock.advance_seconds(3600);
    shop.heard(3).await;
    all_told(&server).await;
}

#[tokio::test]
async fn what_is_to_be_told_survives_a_restart() {
    let (receiver, uri) = Receiver::start().await;
    let server = Server::start_with(|config| config.clients.push(shop(&uri))).await;
    let ada = server.person("ada").await;
    let entered = enter(&server, &ada).await;
    receiver.answer(&[500]);
    ada.sign_out().await.status(204);
    receiver.heard(1).await;
    tokio::time::sleep(Duration::from_millis(100)).await;
    assert_eq!(server.tables().await["backchannel_logouts"].len(), 1);
    let again = server
        .another_node(|config| config.clients.push(shop(&uri)))
        .await;
    // Two nodes look, and one of them tells.
    again.clock.advance_seconds(10);
    let told = receiver.heard(2).await;
    assert_eq!(sid(&told[1]), entered);
    all_told(&again).await;
    assert_eq!(receiver.count(), 2);
}

#[tokio::test]
async fn a_logout_token_is_good_for_nothing_else() {
    let (server, shop) = start().await;
    let ada = server.person("ada").await;
    enter(&server, &ada).await;
    ada.sign_out().await.status(204);
    let told = shop.heard(1).await;
    session_of(&server.program(), &told[0]).await.status(401);
    let app = app();
    let path = app.path_with(&[("id_token_hint", &told[0])]);
    let back = ada.get(&path).await.location();
    assert!(back.contains("error=invalid_request"), "{back}");
    let eve = server.person("eve").await;
    let path = format!("{}?id_token_hint={}", paths::OAUTH_LOGOUT, told[0]);
    eve.get(&path).await.status(400);
    assert!(eve.is_signed_in().await);
}

#[tokio::test]
async fn a_code_that_is_on_its_way_when_the_session_ends_is_worth_nothing() {
    let (server, shop) = start().await;
    let ada = server.person("ada").await;
    let app = app();
    let code = app.code(&ada).await;
    ada.sign_out().await.status(204);
    app.redeem(&server.program(), &code)
        .await
        .oauth_error(400, "invalid_grant");
    assert_eq!(shop.count(), 0);
    // One of somebody who only proves themselves again is.
    ada.sign_in("ada").await.status(200);
    let code = app.code(&ada).await;
    ada.sign_in("ada").await.status(200);
    app.redeem(&server.program(), &code).await.status(200);
}

#[tokio::test]
async fn a_code_and_a_sign_out_at_once_leave_nothing_the_client_does_not_hear_of() {
    let (server, shop) = start().await;
    let program = server.program();
    let mut entered = Vec::new();
    server.person("ada").await;
    for _ in 0..20 {
        let browser = server.browser();
        browser.sign_in("ada").await.status(200);
        let app = app();
        let (path, other) = (app.path(), browser.clone());
        let asking = tokio::spawn(async move { browser.get(&path).await.location() });
        let leaving = tokio::spawn(async move { other.sign_out().await.status(204) });
        let back = asking.await.unwrap();
        // Redeemed while the session ends, or after it has.
        if let Some(code) = query(&back, "code") {
            let answer = app.redeem(&program, &code).await;
            if answer.status == 200 {
                let claims = jwt::claims(&answer.text_at("/id_token"));
                entered.push(claims["sid"].as_str().unwrap().to_owned());
            } else {
                answer.oauth_error(400, "invalid_grant");
            }
        }
        leaving.await.unwrap();
    }
    let told = shop.heard(entered.len()).await;
    all_told(&server).await;
    let mut sids: Vec<String> = told.iter().map(|token| sid(token)).collect();
    sids.sort();
    entered.sort();
    assert_eq!(sids, entered);
}

#[tokio::test]
async fn an_application_that_registered_itself_cannot_have_this_machine_called() {
    let server = Server::start().await;
    let (admin, ada) = (server.admin().await, server.person("ada").await);
    let made = json!({ "uses": 1, "seconds": 600 });
    let made = admin.post(paths::ADMIN_REGISTRATION_TOKENS, made).await;
    let token = made.status(201).text_at("/token");
    let body = json!({
        "redirect_uris": [CALLBACK], "token_endpoint_auth_method": "none",
        "id_token_signed_response_alg": "ES256",
        "backchannel_logout_uri": "https://shop.example/logout",
    });
    let program = server.program();
    let call = program.call(Method::POST, paths::OAUTH_REGISTER);
    let registered = call.bearer(&token).json(&body).send().await.status(201);
    let id = registered.text_at("/client_id");
    // Where its name may lead one day, however it got there: an admin writes it down for it here.
    let (inside, uri) = Receiver::start().await;
    let path = format!("{}/{id}", paths::ADMIN_CLIENTS);
    let mut client = admin.get(&path).await.status(200).at("/client");
    client["backchannel_logout_uri"] = json!(uri);
    admin.put(&path, client).await.status(200);
    let app = App::new(&id, CALLBACK);
    let code = app.allowed_code(&ada, &app.path()).await;
    app.redeem(&program, &code).await.status(200);
    ada.sign_out().await.status(204);
    // Tried, and put off for ten seconds.
    let put_off = async || {
        let rows = &server.tables().await["backchannel_logouts"];
        rows.len() == 1 && rows[0].contains("1800000010000")
    };
    for _ in 0..500 {
        if put_off().await {
            break;
        }
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    assert!(put_off().await);
    assert_eq!(inside.count(), 0);
}

#[tokio::test]
async fn fifty_sign_outs_at_once_tell_once_each() {
    let (server, shop) = start().await;
    let mut browsers = Vec::new();
    server.person("ada").await;
    for _ in 0..10 {
        let browser = server.browser();
        browser.sign_in("ada").await.status(200);
        enter(&server, &browser).await;
        browsers.extend(std::iter::repeat_n(browser, 5));
    }
    portcullis_http_tests::all_at_once(
        browsers
            .into_iter()
            .map(|browser| async move { browser.sign_out().await.status(204) }),
    )
    .await;
    let told = shop.heard(10).await;
    all_told(&server).await;
    let mut sids: Vec<String> = told.iter().map(|token| sid(token)).collect();
    sids.sort();
    sids.dedup();
    assert_eq!(sids.len(), 10);
}

#[tokio::test]
async fn an_application_that_registers_itself_is_told_only_where_it_has_people_sent() {
    let server = Server::start().await;
    let admin = server.admin().await;
    let made = json!({ "uses": 100, "seconds": 600 });
    let made = admin.post(paths::ADMIN_REGISTRATION_TOKENS, made).await;
    let token = made.status(201).text_at("/token");
    let program = server.program();
    let register = async |uri: &str, redirect: &str| {
        let body = json!({
            "redirect_uris": [redirect], "token_endpoint_auth_method": "none",
            "id_token_signed_response_alg": "ES256", "backchannel_logout_uri": uri,
            "backchannel_logout_session_required": true,
        });
        let call = program.call(Method::POST, paths::OAUTH_REGISTER);
        call.bearer(&token).json(&body).send().await
    };
    let fine = "https://shop.example/logout";
    let own = register(fine, CALLBACK).await.status(201);
    assert_eq!(own.at("/backchannel_logout_uri"), fine);
    assert_eq!(own.at("/backchannel_logout_session_required"), true);
    for (uri, redirect) in [
        ("https://internal.example/logout", CALLBACK),
        ("https://shop.example:8443/logout", CALLBACK),
        ("http://shop.example/logout", CALLBACK),
        ("http://127.0.0.1/logout", "http://127.0.0.1/callback"),
        ("http://localhost/logout", "http://localhost/callback"),
        (
            "https://169.254.169.254/latest",
            "https://169.254.169.254/cb",
        ),
        ("https://[::1]/logout", "https://[::1]/callback"),
        ("https://shop.example/logout#x", CALLBACK),
        ("https://user@shop.example/logout", CALLBACK),
        ("file:///etc/passwd", CALLBACK),
        ("", CALLBACK),
    ] {
        register(uri, redirect)
            .await
            .oauth_error(400, "invalid_client_metadata");
    }
    // An admin knows their own network, and still sends nothing in the clear past it.
    for (uri, status) in [
        ("http://127.0.0.1:9/logout", 201),
        ("https://internal.example/logout", 201),
        ("http://internal.example/logout", 400),
    ] {
        let mut client = shop(uri);
        client.id = format!("client{status}{}", uri.len());
        let created = admin.create_client(&client).await.status(status);
        if status == 400 {
            assert_eq!(created.at("/field"), "backchannel_logout_uri");
        }
    }
}

#[tokio::test]
async fn a_pairwise_client_is_told_by_the_subject_that_it_knows() {
    let (receiver, uri) = Receiver::start().await;
    let server = Server::start_with(|config| {
        let mut client = shop(&uri);
        client.subject_type = SubjectType::Pairwise;
        config.clients.push(client);
    })
    .await;
    let ada = server.person("ada").await;
    let user = ada.user_id().await;
    let app = app();
    let code = app.code(&ada).await;
    let answer = app.redeem(&server.program(), &code).await.status(200);
    let known = jwt::claims(&answer.text_at("/id_token"))["sub"].clone();
    ada.sign_out().await.status(204);
    let told = receiver.heard(1).await;
    assert_eq!(jwt::claims(&told[0])["sub"], known);
    assert!(!told[0].contains(&user) && known != user);
}
