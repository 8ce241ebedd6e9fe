//! Callers who hang up in the middle of a change: it happens wholly or not at all, and memory and
//! database agree about it.

use std::time::Duration;

use portcullis_http_tests::{App, Browser, Call, Server, app::session_of, browser::SESSION};
use portcullis_types::paths;
use reqwest::Method;
use serde_json::json;
use tokio::time::timeout;

/// Sends a request and hangs up after a while that differs from round to round.
async fn hang_up(browser: &Browser, method: Method, path: &str, round: u64) {
    hang_up_on(browser.call(method, path).json(&json!({})), round).await;
}

async fn hang_up_on(call: Call<'_>, round: u64) {
    let patience = Duration::from_micros(200 + round * 97 % 6000);
    let _ = timeout(patience, call.try_send()).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_session_whose_end_was_hung_up_on_is_alive_or_dead_but_not_both() {
    let server = Server::start().await;
    server.person("ada").await;
    let mut tabs = Vec::new();
    for round in 0..100 {
        let tab = server.browser();
        tab.sign_in("ada").await.status(200);
        assert!(tab.is_signed_in().await, "it is in memory now");
        let token = tab.session_token();
        hang_up(&tab, Method::POST, paths::SIGN_OUT, round).await;
        tab.plant(SESSION, &token);
        tabs.push(tab);
    }
    let ended = count_ended(&server, tabs).await;
    assert_eq!(server.audited("session.ended").await, ended);
}

/// How many of these browsers' sessions have ended, which memory and database agree about.
async fn count_ended(server: &Server, tabs: Vec<Browser>) -> usize {
    // What has begun is finished.
    tokio::time::sleep(Duration::from_millis(500)).await;
    let fresh = server.another_node(|_| {}).await;
    let (all, mut ended) = (tabs.len(), 0);
    for tab in tabs {
        let there = fresh.visit_with(&tab).is_signed_in().await;
        assert_eq!(
            tab.is_signed_in().await,
            there,
            "memory says otherwise than the database"
        );
        ended += usize::from(!there);
    }
    println!("{ended} of {all} had ended");
    ended
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_session_whose_end_by_a_link_was_hung_up_on_is_alive_or_dead_but_not_both() {
    let server = Server::start().await;
    server.person("ada").await;
    let (app, program) = (App::spa(), server.program());
    let mut tabs = Vec::new();
    for round in 0..100 {
        let tab = server.browser();
        tab.sign_in("ada").await.status(200);
        let code = app.code(&tab).await;
        let hint = app.redeem(&program, &code).await.text_at("/id_token");
        let token = tab.session_token();
        let link = format!("{}?id_token_hint={hint}", paths::OAUTH_LOGOUT);
        hang_up_on(tab.call(Method::GET, &link), round).await;
        tab.plant(SESSION, &token);
        tabs.push(tab);
    }
    let ended = count_ended(&server, tabs).await;
    assert_eq!(server.audited("session.ended").await, ended);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_role_whose_change_was_hung_up_on_is_the_same_everywhere() {
    let server = Server::start().await;
    let admin = server.admin().await;
    let ada = server.person("ada").await;
    let role = format!(
        "{}/{}/roles/moderator",
        paths::ADMIN_USERS,
        ada.user_id().await
    );
    for round in 0..40 {
        let method = [Method::PUT, Method::DELETE][usize::try_from(round % 2).unwrap()].clone();
        ada.session().await;
        hang_up(&admin, method, &role, round).await;
    }
    tokio::time::sleep(Duration::from_millis(500)).await;
    let fresh = server.another_node(|_| {}).await;
    let (here, there) = (ada.session().await, fresh.visit_with(&ada).session().await);
    assert_eq!(here["roles"], there["roles"]);
    assert_eq!(here["version"], there["version"]);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_token_whose_revocation_was_hung_up_on_is_alive_or_dead_but_not_both() {
    let server = Server::start().await;
    let ada = server.person("ada").await;
    let (app, program) = (App::spa(), server.program());
    let mut all = Vec::new();
    for round in 0..40 {
        let tokens = app.tokens(&ada, &program).await;
        session_of(&program, &tokens.access).await.status(200);
        let fields = [("client_id", "spa"), ("token", &*tokens.refresh)];
        let call = program
            .call(Method::POST, paths::OAUTH_REVOKE)
            .form(&fields);
        hang_up_on(call, round).await;
        all.push(tokens);
    }
    tokio::time::sleep(Duration::from_millis(500)).await;
    let fresh = server.another_node(|_| {}).await;
    for tokens in all {
        let here = session_of(&program, &tokens.access).await.status;
        let there = session_of(&fresh.program(), &tokens.access).await.status;
        assert_eq!(here, there);
    }
}
