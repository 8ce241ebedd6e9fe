//! `claims` and `acr_values` (OpenID Connect Core sections 3.1.2.1 and 5.5).

use portcullis_http_tests::{App, Browser, Server, app::query, jwt};
use portcullis_types::paths;
use reqwest::Method;
use serde_json::{Value, json};

/// The ID token's claims, and what userinfo says, of somebody who signs in with this request.
async fn told(server: &Server, app: &App, browser: &Browser, path: &str) -> (Value, Value) {
    let back = browser.get(path).await.location();
    let code = query(&back, "code").unwrap_or_else(|| panic!("{back}"));
    let answer = app.redeem(&server.program(), &code).await.status(200);
    let program = server.program();
    let call = program.call(Method::GET, paths::OAUTH_USERINFO);
    let userinfo = call.bearer(&answer.text_at("/access_token")).send().await;
    (
        jwt::claims(&answer.text_at("/id_token")),
        userinfo.status(200).json(),
    )
}

fn error(location: &str) -> Option<String> {
    query(location, "error")
}

#[tokio::test]
async fn oidcc_5_5_single_claims_are_told_where_they_were_asked_for() {
    let server = Server::start().await;
    let ada = server.person("ada").await;
    let mut app = App::spa();
    "openid".clone_into(&mut app.scope);
    let claims = json!({
        "id_token": { "name": null, "nonsense": { "essential": true } },
        "userinfo": { "email": { "essential": true }, "email_verified": null },
        "elsewhere": { "name": null },
    });
    let path = app.path_with(&[("claims", &claims.to_string())]);
    let (id_token, userinfo) = told(&server, &app, &ada, &path).await;
    assert_eq!(id_token["name"], "ada");
    assert!(id_token["email"].is_null() && id_token["nonsense"].is_null());
    assert_eq!(userinfo["email"], "ada@example.com");
    assert_eq!(userinfo["email_verified"], false);
    assert!(userinfo["name"].is_null());
    let (id_token, userinfo) = told(&server, &app, &ada, &app.path()).await;
    assert!(id_token["name"].is_null() && userinfo["email"].is_null());
}

#[tokio::test]
async fn a_client_gets_no_single_claim_whose_scope_it_may_not_ask_for() {
    let server = Server::start_with(|config| {
        for client in &mut config.clients {
            client.scopes = vec!["openid".to_owned(), "profile".to_owned()];
        }
    })
    .await;
    let ada = server.person("ada").await;
    let mut app = App::spa();
    "openid".clone_into(&mut app.scope);
    let claims = json!({ "id_token": { "email": { "essential": true }, "name": null },
                         "userinfo": { "email": null } });
    let path = app.path_with(&[("claims", &claims.to_string())]);
    let (id_token, userinfo) = told(&server, &app, &ada, &path).await;
    assert_eq!(id_token["name"], "ada");
    assert!(id_token["email"].is_null() && userinfo["email"].is_null());
}

#[tokio::test]
async fn oidcc_5_5_1_the_subject_can_be_named() {
    let server = Server::start().await;
    let (ada, eve) = (server.person("ada").await, server.person("eve").await);
    let app = App::spa();
    let claims = json!({ "id_token": { "sub": { "value": ada.user_id().await } } });
    let path = app.path_with(&[("claims", &claims.to_string()), ("prompt", "none")]);
    let back = ada.get(&path).await.location();
    assert!(query(&back, "code").is_some());
    let back = eve.get(&path).await.location();
    assert_eq!(error(&back).as_deref(), Some("login_required"));
}

#[tokio::test]
async fn oidcc_acr_says_how_strong_the_sign_in_was() {
    let server = Server::start().await;
    let ada = server.person("ada").await;
    let app = App::spa();
    let (id_token, _) = told(&server, &app, &ada, &app.path()).await;
    assert_eq!(id_token["acr"], "1");
    let mut key = ada.add_passkey(&server.device(), "Key").await;
    let browser = server.browser();
    browser.sign_in_with(&mut key).await.status(200);
    let (id_token, _) = told(&server, &app, &browser, &app.path()).await;
    assert_eq!(id_token["acr"], "phr");
}

#[tokio::test]
async fn oidcc_acr_values_ask_for_a_passkey_once_and_take_what_there_is() {
    let server = Server::start().await;
    let ada = server.person("ada").await;
    let mut key = ada.add_passkey(&server.device(), "Key").await;
    let app = App::spa();
    let path = app.path_with(&[("acr_values", "phr")]);
    let to = ada.get(&path).await.location();
    assert!(to.starts_with("/sign-in?"), "{to}");
    let returned = query(&to, "return_to").unwrap();
    let back = ada.get(&returned).await.location();
    assert!(query(&back, "code").is_some(), "it is a wish: {back}");
    ada.sign_in_with(&mut key).await.status(200);
    let (id_token, _) = told(&server, &app, &ada, &path).await;
    assert_eq!(id_token["acr"], "phr");
    // What nobody here knows, nobody is asked for.
    let eve = server.person("eve").await;
    for values in ["urn:example:gold", "1", "1 phr"] {
        let path = app.path_with(&[("acr_values", values)]);
        let back = eve.get(&path).await.location();
        assert!(query(&back, "code").is_some(), "{values}: {back}");
    }
    let silent = app.path_with(&[("acr_values", "phr"), ("prompt", "none")]);
    let back = eve.get(&silent).await.location();
    assert!(query(&back, "code").is_some(), "{back}");
}

#[tokio::test]
async fn oidcc_5_5_1_1_an_essential_acr_is_met_or_the_request_fails() {
    let server = Server::start().await;
    let ada = server.person("ada").await;
    let mut key = ada.add_passkey(&server.device(), "Key").await;
    let app = App::spa();
    let claims = json!({ "id_token": { "acr": { "essential": true, "values": ["phr"] } } });
    let claims = claims.to_string();
    let silent = app.path_with(&[("claims", &claims), ("prompt", "none")]);
    let back = ada.get(&silent).await.location();
    let unmet = Some("unmet_authentication_requirements");
    assert_eq!(error(&back).as_deref(), unmet);
    let to = ada
        .get(&app.path_with(&[("claims", &claims)]))
        .await
        .location();
    let returned = query(&to, "return_to").unwrap();
    let back = ada.get(&returned).await.location();
    assert_eq!(error(&back).as_deref(), unmet);
    assert_eq!(server.audited("oauth.code_issued").await, 0);
    ada.sign_in_with(&mut key).await.status(200);
    let (id_token, _) = told(&server, &app, &ada, &returned).await;
    assert_eq!(id_token["acr"], "phr");
    let unknown = json!({ "id_token": { "acr": { "essential": true, "value": "urn:x" } } });
    let path = app.path_with(&[("claims", &unknown.to_string()), ("prompt", "none")]);
    let back = ada.get(&path).await.location();
    assert_eq!(error(&back).as_deref(), unmet);
}
