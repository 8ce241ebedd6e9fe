//! `POST /api/setup`: the first admin.

use portcullis_http_tests::{PASSWORD, Server, all_at_once};
use portcullis_types::paths;
use serde_json::{Value, json};

fn body(token: &str, name: &str) -> Value {
    json!({ "token": token, "email": format!("{name}@example.com"), "password": PASSWORD })
}

#[tokio::test]
async fn asvs_6_3_2_there_is_no_default_account() {
    let server = Server::start().await;
    assert!(server.tables().await["accounts"].is_empty());
}

#[tokio::test]
async fn asvs_6_4_1_the_link_makes_one_admin_once() {
    let server = Server::start().await;
    let token = server.setup_token().await;
    let admin = server.browser();
    admin
        .post(paths::SETUP, body(&token, "root"))
        .await
        .status(200);
    assert_eq!(admin.session().await["roles"], json!(["admin"]));
    admin.get(paths::ADMIN_USERS).await.status(200);
    let again = server.browser();
    let answer = again.post(paths::SETUP, body(&token, "eve")).await;
    answer.problem(403, "setup_unavailable");
    assert!(server.portcullis.setup_link().await.unwrap().is_none());
    assert_eq!(server.tables().await["accounts"].len(), 1);
}

/// The first admin and the end of the session before are one transaction, and the link stays good.
#[tokio::test]
async fn an_admin_who_cannot_end_the_session_before_is_not_made() {
    let server = Server::start().await;
    let token = server.setup_token().await;
    let tab = server.person("ada").await;
    server.refuse_audit("session.ended").await;
    let answer = tab.post(paths::SETUP, body(&token, "root")).await;
    answer.problem(500, "internal");
    assert_eq!(tab.session().await["user"]["name"], "ada");
    let other = server.browser();
    let answer = other.post(paths::SETUP, body(&token, "root")).await;
    answer.status(200);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn twenty_who_race_for_the_link_make_one_admin() {
    let server = Server::start().await;
    let token = server.setup_token().await;
    let answers = all_at_once((0..20).map(|number| {
        let (browser, token) = (server.browser(), token.clone());
        let name = format!("root{number}");
        async move { browser.post(paths::SETUP, body(&token, &name)).await }
    }))
    .await;
    let made = answers.iter().filter(|answer| answer.status == 200).count();
    assert_eq!(made, 1);
    for answer in answers.into_iter().filter(|answer| answer.status != 200) {
        let code = answer.problem_code();
        assert!(
            ["setup_unavailable", "rate_limited"].contains(&&*code),
            "{code}"
        );
    }
    let tables = server.tables().await;
    assert_eq!(
        (tables["accounts"].len(), tables["account_roles"].len()),
        (1, 1)
    );
    assert_eq!(server.audited("account.created").await, 1);
}

#[tokio::test]
async fn a_wrong_token_opens_nothing_and_guessing_is_limited() {
    let server = Server::start().await;
    let token = server.setup_token().await;
    let guess = format!("pc_setup_{}", "A".repeat(43));
    for wrong in [
        "",
        "x",
        &guess,
        &token[..token.len() - 1],
        &token.to_uppercase(),
    ] {
        let answer = server
            .browser()
            .post(paths::SETUP, body(wrong, "eve"))
            .await;
        answer.problem(403, "setup_unavailable");
    }
    for _ in 0..5 {
        server
            .browser()
            .post(paths::SETUP, body(&guess, "eve"))
            .await;
    }
    let answer = server
        .browser()
        .post(paths::SETUP, body(&guess, "eve"))
        .await;
    answer.problem(429, "rate_limited");
    assert!(server.tables().await["accounts"].is_empty());
}

#[tokio::test]
async fn a_newer_link_withdraws_the_older_one() {
    let server = Server::start().await;
    let old = server.setup_token().await;
    let new = server.setup_token().await;
    let answer = server.browser().post(paths::SETUP, body(&old, "eve")).await;
    answer.problem(403, "setup_unavailable");
    server
        .browser()
        .post(paths::SETUP, body(&new, "root"))
        .await
        .status(200);
}

#[tokio::test]
async fn a_mistake_does_not_use_the_link_up() {
    let server = Server::start().await;
    server.person("ada").await;
    let token = server.setup_token().await;
    let weak = json!({ "token": token, "email": "root@example.com", "password": "short" });
    let answer = server.browser().post(paths::SETUP, weak).await;
    answer.problem(422, "password_too_short");
    let answer = server
        .browser()
        .post(paths::SETUP, body(&token, "ada"))
        .await;
    answer.problem(422, "registration_refused");
    server
        .browser()
        .post(paths::SETUP, body(&token, "root"))
        .await
        .status(200);
}
