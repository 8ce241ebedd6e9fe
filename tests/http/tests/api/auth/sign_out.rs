//! `POST /api/auth/sign-out`.

use portcullis_http_tests::{App, Server, app::session_of, browser::SESSION};
use portcullis_types::paths;
use serde_json::json;

#[tokio::test]
async fn asvs_7_4_1_signing_out_kills_the_session_on_the_server() {
    let server = Server::start().await;
    let ada = server.person("ada").await;
    let copy = ada.clone();
    let answer = ada.sign_out().await.status(204);
    assert!(answer.set_cookie(SESSION).unwrap().contains("Max-Age=0"));
    assert_eq!(answer.header("clear-site-data"), "\"cache\"");
    assert!(!copy.is_signed_in().await, "a copied cookie is dead");
    assert!(server.tables().await["sessions"].is_empty());
    assert_eq!(server.audited("session.ended").await, 1);
}

#[tokio::test]
async fn signing_out_twice_is_no_error_and_no_second_audit_row() {
    let server = Server::start().await;
    let ada = server.person("ada").await;
    let copy = ada.clone();
    ada.sign_out().await.status(204);
    ada.sign_out().await.status(204);
    copy.sign_out().await.status(204);
    assert_eq!(server.audited("session.ended").await, 1);
}

#[tokio::test]
async fn signing_out_here_leaves_other_browsers_alone() {
    let server = Server::start().await;
    let ada = server.person("ada").await;
    let phone = server.browser();
    phone.sign_in("ada").await.status(200);
    ada.sign_out().await.status(204);
    assert!(phone.is_signed_in().await);
}

#[tokio::test]
async fn signing_out_everywhere_ends_every_session_and_every_token() {
    let server = Server::start().await;
    let (ada, eve) = (server.person("ada").await, server.person("eve").await);
    let phone = server.browser();
    phone.sign_in("ada").await.status(200);
    let (app, program) = (App::spa(), server.program());
    let tokens = app.tokens(&ada, &program).await;
    let eves = app.tokens(&eve, &program).await;
    let everywhere = json!({ "everywhere": true });
    phone.post(paths::SIGN_OUT, everywhere).await.status(204);
    assert!(!ada.is_signed_in().await && !phone.is_signed_in().await);
    session_of(&program, &tokens.access)
        .await
        .problem(401, "not_authenticated");
    app.refresh(&program, &tokens.refresh)
        .await
        .oauth_error(400, "invalid_grant");
    assert!(eve.is_signed_in().await, "others stay");
    session_of(&program, &eves.access).await.status(200);
    app.refresh(&program, &eves.refresh).await.status(200);
}
