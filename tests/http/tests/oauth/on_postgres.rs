//! A representative day on PostgreSQL: what the other tests do on SQLite.

use std::time::{Duration, Instant};

use portcullis_http_tests::{
    App, PASSWORD, Server, all_at_once,
    app::{Tokens, session_of},
};
use portcullis_types::paths;
use serde_json::json;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn accounts_passkeys_roles_and_tokens_work_on_postgresql() {
    let server = Server::start_on_postgres().await;
    let admin = server.admin().await;
    let ada = server.person("ada").await;
    let user = ada.user_id().await;
    let mut key = ada.add_passkey(&server.device(), "Key").await;
    server.browser().sign_in_with(&mut key).await.status(200);
    server
        .browser()
        .sign_in_as("ada", "not her password")
        .await
        .status(401);
    let body = json!({ "current": PASSWORD, "new": "quiver plinth saddle 77" });
    ada.put(paths::PASSWORD, body).await.status(204);
    let role = format!("{}/{user}/roles/moderator", paths::ADMIN_USERS);
    admin.put(&role, json!({})).await.status(204);
    assert_eq!(ada.session().await["roles"], json!(["moderator", "user"]));
    let note = ada.write_note("ü🦦").await;
    admin
        .delete(&format!("{}/{note}", paths::NOTES))
        .await
        .status(204);

    let (app, program) = (App::spa(), server.program());
    let first = app.tokens(&ada, &program).await;
    let answers = all_at_once((0..50).map(|_| {
        let (app, program, token) = (app.clone(), server.program(), first.refresh.clone());
        async move { Tokens::of(&app.refresh(&program, &token).await) }
    }))
    .await;
    assert!(
        answers
            .iter()
            .all(|other| other.refresh == answers[0].refresh)
    );
    app.refresh(&program, &answers[0].refresh).await.status(200);
    app.refresh(&program, &first.refresh)
        .await
        .oauth_error(400, "invalid_grant");
    session_of(&program, &answers[0].access).await.status(401);

    let disable = format!("{}/{user}/disable", paths::ADMIN_USERS);
    admin.post(&disable, json!({})).await.status(204);
    assert!(!ada.is_signed_in().await);
    let found = admin
        .get(&format!("{}?search=ADA", paths::ADMIN_USERS))
        .await;
    assert_eq!(found.at("/users/0/enabled"), false);
    assert_eq!(server.audited("account.disabled").await, 1);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn without_its_database_the_server_says_so_and_lives_on() {
    let server = Server::start_on_postgres().await;
    let ada = server.person("ada").await;
    let (app, program) = (App::spa(), server.program());
    let tokens = app.tokens(&ada, &program).await;
    let server = server.lose_database().await;
    let started = Instant::now();
    program.get("/healthz").await.status(200);
    program.get("/readyz").await.status(503);
    assert!(
        started.elapsed() < Duration::from_secs(4),
        "a probe does not wait long"
    );
    let browser = server.browser();
    let (note, sign_in, refresh) = futures::join!(
        ada.post(paths::NOTES, json!({ "text": "x" })),
        browser.sign_in("ada"),
        app.refresh(&program, &tokens.refresh),
    );
    assert_eq!(note.header("retry-after"), "2");
    note.problem(503, "busy");
    sign_in.problem(503, "busy");
    refresh.oauth_error(503, "temporarily_unavailable");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn races_have_one_winner_on_postgresql() {
    let server = Server::start_on_postgres().await;
    let token = server.setup_token().await;
    let made = all_at_once((0..20).map(|number| {
        let (browser, token) = (server.browser(), token.clone());
        let body = json!({ "token": token, "email": format!("root{number}@example.com"),
                           "password": PASSWORD });
        async move { browser.post(paths::SETUP, body).await.status }
    }))
    .await;
    assert_eq!(made.iter().filter(|status| **status == 200).count(), 1);

    let ada = server.person("ada").await;
    let begun = ada.begin(paths::PASSKEY_REGISTER_BEGIN).await;
    let (_, credential) = server.device().create(&begun);
    let added = all_at_once((0..50).map(|_| {
        let (tab, begun, credential) = (ada.clone(), begun.clone(), credential.clone());
        async move { tab.finish_adding(&begun, credential, "Key").await.status }
    }))
    .await;
    assert_eq!(added.iter().filter(|status| **status == 201).count(), 1);

    let app = App::spa();
    let code = app.code(&ada).await;
    let redeemed = all_at_once((0..50).map(|_| {
        let (app, program, code) = (app.clone(), server.program(), code.clone());
        async move { app.redeem(&program, &code).await.status }
    }))
    .await;
    assert!(redeemed.iter().filter(|status| **status == 200).count() <= 1);

    let same = all_at_once((0..50).map(|_| {
        let browser = server.browser();
        async move { browser.register("eve").await.status }
    }))
    .await;
    assert_eq!(same.iter().filter(|status| **status == 200).count(), 1);
}
