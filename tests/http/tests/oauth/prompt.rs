//! `prompt` and `max_age` (OpenID Connect Core 3.1.2.1).

use portcullis_http_tests::{App, Browser, Server, app::query, jwt};

/// The path that the sign-in page returns to.
async fn sent_to_sign_in(browser: &Browser, path: &str) -> String {
    let to = browser.get(path).await.location();
    assert!(to.starts_with("/sign-in?"), "{to}");
    query(&to, "return_to").unwrap()
}

#[tokio::test]
async fn oidcc_prompt_none_not_logged_in_answers_login_required() {
    let server = Server::start().await;
    let app = App::spa();
    let path = app.path_with(&[("prompt", "none")]);
    let back = server.browser().get(&path).await.location();
    assert!(back.starts_with(&app.redirect_uri));
    assert_eq!(query(&back, "error").as_deref(), Some("login_required"));
    assert_eq!(query(&back, "state"), Some(app.state));
    assert_eq!(query(&back, "iss"), Some(server.origin.clone()));
}

#[tokio::test]
async fn oidcc_prompt_none_logged_in_answers_a_code() {
    let server = Server::start().await;
    let ada = server.person("ada").await;
    let back = ada
        .get(&App::spa().path_with(&[("prompt", "none")]))
        .await
        .location();
    assert!(query(&back, "code").is_some());
}

#[tokio::test]
async fn oidcc_prompt_login_asks_again_once() {
    let server = Server::start().await;
    let ada = server.person("ada").await;
    let app = App::spa();
    server.clock.advance_seconds(10);
    let back = sent_to_sign_in(&ada, &app.path_with(&[("prompt", "login")])).await;
    // Coming back without having signed in again does not help.
    let back = sent_to_sign_in(&ada, &back).await;
    server.clock.advance_seconds(10);
    ada.sign_in("ada").await.status(200);
    let done = ada.get(&back).await.location();
    let code = query(&done, "code").unwrap();
    let answer = app.redeem(&server.program(), &code).await.status(200);
    let claims = jwt::claims(&answer.text_at("/id_token"));
    assert_eq!(claims["auth_time"], 1_800_000_020);
}

#[tokio::test]
async fn nobody_can_claim_to_have_signed_in_again() {
    let server = Server::start().await;
    let ada = server.person("ada").await;
    server.clock.advance_seconds(10);
    let app = App::spa();
    for forged in ["0", "MTgwMDAwMDAwMDAwMA", &"A".repeat(48), "1800000000000"] {
        let path = app.path_with(&[("prompt", "login"), ("portcullis_since", forged)]);
        sent_to_sign_in(&ada, &path).await;
    }
    // What was sealed for another client opens nothing here.
    let other = App::other();
    let back = sent_to_sign_in(&ada, &other.path_with(&[("prompt", "login")])).await;
    let sealed = query(&back, "portcullis_since").unwrap();
    ada.sign_in("ada").await.status(200);
    server.clock.advance_seconds(1);
    let path = app.path_with(&[("prompt", "login"), ("portcullis_since", &sealed)]);
    sent_to_sign_in(&ada, &path).await;
}

#[tokio::test]
async fn oidcc_max_age_1_asks_again_and_max_age_10000_does_not() {
    let server = Server::start().await;
    let ada = server.person("ada").await;
    let app = App::spa();
    server.clock.advance_seconds(2);
    let back = sent_to_sign_in(&ada, &app.path_with(&[("max_age", "1")])).await;
    let long = ada
        .get(&app.path_with(&[("max_age", "10000")]))
        .await
        .location();
    let code = query(&long, "code").unwrap();
    let answer = app.redeem(&server.program(), &code).await.status(200);
    let claims = jwt::claims(&answer.text_at("/id_token"));
    assert_eq!(claims["auth_time"], 1_800_000_000);
    ada.sign_in("ada").await.status(200);
    // However long the way back takes, the proof was made for this request.
    server.clock.advance_seconds(30);
    let done = ada.get(&back).await.location();
    assert!(query(&done, "code").is_some(), "{done}");
}

#[tokio::test]
async fn prompt_none_with_too_old_a_proof_answers_login_required() {
    let server = Server::start().await;
    let ada = server.person("ada").await;
    server.clock.advance_seconds(100);
    let path = App::spa().path_with(&[("prompt", "none"), ("max_age", "99")]);
    let back = ada.get(&path).await.location();
    assert_eq!(query(&back, "error").as_deref(), Some("login_required"));
}
