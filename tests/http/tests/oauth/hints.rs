//! `login_hint`, `ui_locales` and `id_token_hint` (OpenID Connect Core section 3.1.2.1).

use portcullis_http_tests::{App, Server, app::query};

#[tokio::test]
async fn oidcc_login_hint_and_ui_locales_reach_the_sign_in_page() {
    let server = Server::start().await;
    let path =
        App::spa().path_with(&[("login_hint", "ada+x@example.com"), ("ui_locales", "de fr")]);
    let to = server.browser().get(&path).await.location();
    assert!(to.starts_with("/sign-in?return_to="), "{to}");
    assert_eq!(
        query(&to, "login_hint").as_deref(),
        Some("ada+x@example.com")
    );
    assert_eq!(query(&to, "ui_locales").as_deref(), Some("de fr"));
    let bent = App::spa().path_with(&[("login_hint", "&return_to=https://evil.example")]);
    let to = server.browser().get(&bent).await.location();
    assert_eq!(to.matches("return_to=").count(), 1, "{to}");
    // Somebody who is there is not asked, in whatever language.
    let ada = server.person("ada").await;
    let back = ada.get(&path).await.location();
    assert!(query(&back, "code").is_some());
}

#[tokio::test]
async fn oidcc_id_token_hint_is_answered_for_its_user_only() {
    let server = Server::start().await;
    let (ada, eve) = (server.person("ada").await, server.person("eve").await);
    let (app, program) = (App::spa(), server.program());
    let tokens = app.redeem(&program, &app.code(&ada).await).await;
    let hint = tokens.text_at("/id_token");
    let silent = app.path_with(&[("id_token_hint", &hint), ("prompt", "none")]);
    let back = ada.get(&silent).await.location();
    assert!(query(&back, "code").is_some(), "{back}");
    for browser in [&eve, &server.browser()] {
        let back = browser.get(&silent).await.location();
        assert_eq!(query(&back, "error").as_deref(), Some("login_required"));
        assert_eq!(query(&back, "state"), Some(app.state.clone()));
    }
    // Where a page may be shown, it is; whoever comes back as somebody else is not good enough.
    let path = app.path_with(&[("id_token_hint", &hint)]);
    let to = eve.get(&path).await.location();
    assert!(to.starts_with("/sign-in?"), "{to}");
    let returned = query(&to, "return_to").unwrap();
    let back = eve.get(&returned).await.location();
    assert_eq!(query(&back, "error").as_deref(), Some("login_required"));
    eve.sign_out().await.status(204);
    eve.sign_in("ada").await.status(200);
    let back = eve.get(&returned).await.location();
    assert!(query(&back, "code").is_some(), "{back}");
}

#[tokio::test]
async fn an_access_token_or_another_servers_id_token_is_no_hint() {
    let (server, elsewhere) = (Server::start().await, Server::start().await);
    let ada = server.person("ada").await;
    let eve = elsewhere.person("eve").await;
    let app = App::spa();
    let ours = app.tokens(&ada, &server.program()).await;
    let theirs = app
        .redeem(&elsewhere.program(), &app.code(&eve).await)
        .await;
    for wrong in [ours.access, theirs.text_at("/id_token"), "x".to_owned()] {
        let path = app.path_with(&[("id_token_hint", &wrong)]);
        let back = ada.get(&path).await.location();
        assert_eq!(query(&back, "error").as_deref(), Some("invalid_request"));
        let pushed = app
            .push_with(&server.program(), &[("id_token_hint", &wrong)])
            .await;
        pushed.oauth_error(400, "invalid_request");
    }
}
