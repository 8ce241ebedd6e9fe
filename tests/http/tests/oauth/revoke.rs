//! `POST /oauth/revoke` (RFC 7009).

use portcullis_http_tests::{App, Server, app::session_of};
use portcullis_types::paths;
use reqwest::Method;

#[tokio::test]
async fn rfc7009_2_a_client_gives_its_token_back_and_all_of_its_family_with_it() {
    let server = Server::start().await;
    let ada = server.person("ada").await;
    let (app, program) = (App::spa(), server.program());
    let other = app.tokens(&ada, &program).await;
    let tokens = app.tokens(&ada, &program).await;
    app.revoke(&program, &tokens.refresh).await.status(200);
    session_of(&program, &tokens.access).await.status(401);
    app.refresh(&program, &tokens.refresh)
        .await
        .oauth_error(400, "invalid_grant");
    session_of(&program, &other.access).await.status(200);
    app.refresh(&program, &other.refresh).await.status(200);
    assert!(ada.is_signed_in().await);
    assert_eq!(server.audited("oauth.family_revoked").await, 1);
    // Again: a success without effect.
    app.revoke(&program, &tokens.refresh).await.status(200);
    assert_eq!(server.audited("oauth.family_revoked").await, 1);
}

#[tokio::test]
async fn rfc7009_2_2_an_unknown_or_foreign_token_is_a_success_without_effect() {
    let server = Server::start().await;
    let ada = server.person("ada").await;
    let (app, program) = (App::spa(), server.program());
    let tokens = app.tokens(&ada, &program).await;
    let before = server.tables().await;
    App::other()
        .revoke(&program, &tokens.refresh)
        .await
        .status(200);
    for token in [
        "x",
        &format!("pc_rt_{}", "A".repeat(43)),
        &ada.session_token(),
    ] {
        app.revoke(&program, token).await.status(200);
    }
    assert_eq!(server.tables().await, before);
    session_of(&program, &tokens.access).await.status(200);
    assert!(ada.is_signed_in().await);
}

#[tokio::test]
async fn rfc7009_2_1_a_request_that_is_none_is_refused() {
    let server = Server::start().await;
    let program = server.program();
    let post = |fields: &'static [(&str, &str)]| {
        program
            .call(Method::POST, paths::OAUTH_REVOKE)
            .form(fields)
            .send()
    };
    post(&[("client_id", "spa")])
        .await
        .oauth_error(400, "invalid_request");
    post(&[("token", "x")])
        .await
        .oauth_error(400, "invalid_request");
    post(&[("client_id", "unknown"), ("token", "x")])
        .await
        .oauth_error(401, "invalid_client");
}
