//! What an access token opens, what it does not, and what is none.

use portcullis_http_tests::{
    App, Browser, Server, app::session_of, browser::SESSION, device::base64url,
};
use portcullis_types::paths;
use reqwest::Method;
use serde_json::json;

#[tokio::test]
async fn a_bearer_sees_its_session_and_uses_its_permissions() {
    let server = Server::start().await;
    let ada = server.person("ada").await;
    let program = server.program();
    let tokens = App::spa().tokens(&ada, &program).await;
    let session = session_of(&program, &tokens.access).await.status(200);
    assert_eq!(session.at("/session/user/name"), "ada");
    assert_eq!(session.at("/session/permissions"), json!(["notes:write"]));
    let call = program
        .call(Method::POST, paths::NOTES)
        .bearer(&tokens.access);
    call.json(&json!({ "text": "by token" }))
        .send()
        .await
        .status(201);
    server.clock.advance_seconds(600);
    let late = session_of(&program, &tokens.access).await;
    assert_eq!(late.header("www-authenticate"), "Bearer");
    late.problem(401, "not_authenticated");
}

#[tokio::test]
async fn account_routes_need_the_cookie_session() {
    let server = Server::start().await;
    let admin = server.admin().await;
    let program = server.program();
    let token = App::spa().tokens(&admin, &program).await.access;
    let user = admin.user_id().await;
    let ours = format!("{}/{user}", paths::ADMIN_USERS);
    let one = "01a3185c-5000-7b48-baf6-4d2f80957b95";
    let before = server.tables().await;
    for (method, path, body) in [
        (Method::GET, paths::SESSIONS.to_owned(), json!({})),
        (
            Method::DELETE,
            format!("{}/{one}", paths::SESSIONS),
            json!({}),
        ),
        (
            Method::POST,
            paths::END_OTHER_SESSIONS.to_owned(),
            json!({}),
        ),
        (Method::GET, paths::PASSKEYS.to_owned(), json!({})),
        (
            Method::PATCH,
            format!("{}/{one}", paths::PASSKEYS),
            json!({ "name": "x" }),
        ),
        (
            Method::DELETE,
            format!("{}/{one}", paths::PASSKEYS),
            json!({}),
        ),
        (
            Method::POST,
            paths::PASSKEY_REGISTER_BEGIN.to_owned(),
            json!({}),
        ),
        (
            Method::PUT,
            paths::PASSWORD.to_owned(),
            json!({ "new": "x" }),
        ),
        (Method::GET, paths::EVENTS.to_owned(), json!({})),
        (Method::GET, paths::ADMIN_USERS.to_owned(), json!({})),
        (Method::GET, paths::ADMIN_ROLES.to_owned(), json!({})),
        (Method::PUT, format!("{ours}/roles/user"), json!({})),
        (Method::DELETE, format!("{ours}/roles/user"), json!({})),
        (Method::POST, format!("{ours}/disable"), json!({})),
        (Method::POST, format!("{ours}/enable"), json!({})),
    ] {
        // Not even when the cookie comes along.
        for browser in [&program, &admin] {
            let call = browser
                .call(method.clone(), &path)
                .bearer(&token)
                .json(&body);
            let answer = call.send().await;
            assert_eq!(answer.status, 403, "{method} {path}: {}", answer.text());
            answer.problem(403, "cookie_session_required");
        }
    }
    assert_eq!(server.tables().await, before);
}

pub(super) async fn refused(program: &Browser, token: &str, why: &str) {
    let answer = session_of(program, token).await;
    assert_eq!(answer.status, 401, "{why}: {}", answer.text());
    answer.problem(401, "not_authenticated");
}

#[tokio::test]
async fn asvs_9_2_2_an_id_token_is_no_access_token() {
    let server = Server::start().await;
    let ada = server.person("ada").await;
    let (app, program) = (App::spa(), server.program());
    let code = app.code(&ada).await;
    let id_token = app.redeem(&program, &code).await.text_at("/id_token");
    refused(&program, &id_token, "an ID token").await;
}

#[tokio::test]
async fn asvs_9_2_3_a_token_of_another_server_is_refused() {
    let (here, there) = (Server::start().await, Server::start().await);
    let ada = there.person("ada").await;
    let token = App::spa().tokens(&ada, &there.program()).await.access;
    session_of(&there.program(), &token).await.status(200);
    refused(&here.program(), &token, "another server's").await;
}

#[tokio::test]
async fn a_wrong_authorization_header_fails_even_beside_a_good_cookie() {
    let server = Server::start().await;
    let ada = server.person("ada").await;
    let token = App::spa().tokens(&ada, &server.program()).await.access;
    for value in [
        "Basic dXNlcjpwYXNz",
        "Bearer",
        "Bearer ",
        "bearer",
        "Token x",
        "",
        &format!("Bearer {token} {token}"),
        &format!("Bearer {token}, Bearer {token}"),
        &format!("Bearer  \"{token}\""),
    ] {
        let call = ada
            .call(Method::GET, paths::SESSION)
            .header("authorization", value);
        let answer = call.send().await;
        assert_eq!(answer.status, 401, "{value}: {}", answer.text());
    }
    let bytes: &[u8] = b"Bearer \xff\xfe";
    let call = ada
        .call(Method::GET, paths::SESSION)
        .header("authorization", bytes);
    call.send().await.problem(401, "not_authenticated");
    let call = ada.call(Method::GET, paths::SESSION).bearer(&token);
    let call = call.also("authorization", format!("Bearer {token}"));
    call.send().await.problem(401, "not_authenticated");
    // The scheme's name is in any case (RFC 9110 section 11.1).
    let call = server.program();
    let call = call.call(Method::GET, paths::SESSION);
    let answer = call
        .header("authorization", format!("bEARER {token}"))
        .send()
        .await;
    answer.status(200);
}

#[tokio::test]
async fn a_token_in_the_url_is_not_looked_at() {
    let server = Server::start().await;
    let ada = server.person("ada").await;
    let program = server.program();
    let token = App::spa().tokens(&ada, &program).await.access;
    let path = format!("{}?access_token={token}", paths::SESSION);
    assert!(
        program
            .get(&path)
            .await
            .status(200)
            .at("/session")
            .is_null()
    );
    let path = format!("{}?access_token={token}", paths::NOTES);
    program.get(&path).await.problem(401, "not_authenticated");
}

#[tokio::test]
async fn an_access_token_is_no_cookie() {
    let server = Server::start().await;
    let ada = server.person("ada").await;
    let tokens = App::spa().tokens(&ada, &server.program()).await;
    for value in [&tokens.access, &tokens.refresh, &base64url(&[7; 32])] {
        let browser = server.browser();
        browser.plant(SESSION, value);
        assert!(!browser.is_signed_in().await);
    }
}
