//! `PUT /api/auth/password`.

use portcullis_http_tests::{PASSWORD, Server, all_at_once};
use portcullis_types::paths;
use serde_json::json;

const NEW: &str = "quiver plinth saddle 77";

#[tokio::test]
async fn asvs_6_2_2_and_6_2_3_changing_a_password_needs_the_current_one() {
    let server = Server::start().await;
    let ada = server.person("ada").await;
    for current in [json!(null), json!(""), json!("wrong"), json!(NEW)] {
        let body = json!({ "current": current, "new": NEW });
        let answer = ada.put(paths::PASSWORD, body).await;
        assert_eq!(answer.at("/field"), "current");
        answer.problem(401, "invalid_credentials");
    }
    ada.put(paths::PASSWORD, json!({ "new": NEW }))
        .await
        .problem(401, "invalid_credentials");
    server.browser().sign_in("ada").await.status(200);
    let body = json!({ "current": PASSWORD, "new": NEW });
    ada.put(paths::PASSWORD, body).await.status(204);
    server.browser().sign_in("ada").await.status(401);
    server.browser().sign_in_as("ada", NEW).await.status(200);
    assert!(ada.is_signed_in().await);
    assert_eq!(server.audited("password.changed").await, 1);
}

#[tokio::test]
async fn asvs_7_4_3_changing_a_password_can_end_the_other_sessions() {
    let server = Server::start().await;
    let ada = server.person("ada").await;
    let phone = server.browser();
    phone.sign_in("ada").await.status(200);
    let body = json!({ "current": PASSWORD, "new": NEW });
    ada.put(paths::PASSWORD, body).await.status(204);
    assert!(phone.is_signed_in().await);
    let body = json!({ "current": NEW, "new": PASSWORD, "end_other_sessions": true });
    ada.put(paths::PASSWORD, body).await.status(204);
    assert!(!phone.is_signed_in().await);
    assert!(ada.is_signed_in().await);
}

/// Both are one transaction: an answer that says that nothing was changed is right.
#[tokio::test]
async fn a_change_that_cannot_end_the_other_sessions_is_not_made() {
    let server = Server::start().await;
    let ada = server.person("ada").await;
    let phone = server.browser();
    phone.sign_in("ada").await.status(200);
    server.refuse_audit("session.all_ended").await;
    let body = json!({ "current": PASSWORD, "new": NEW, "end_other_sessions": true });
    let answer = ada.put(paths::PASSWORD, body).await;
    answer.problem(500, "internal");
    assert!(phone.is_signed_in().await && ada.is_signed_in().await);
    server.browser().sign_in("ada").await.status(200);
    server.browser().sign_in_as("ada", NEW).await.status(401);
    assert_eq!(server.audited("password.changed").await, 0);
}

#[tokio::test]
async fn a_new_password_must_be_good_too() {
    let server = Server::start().await;
    let ada = server.person("ada").await;
    for (new, code) in [
        ("short", "password_too_short"),
        ("aaaaaaaaaaaaaaaaaaaaaa", "password_too_weak"),
        (&*"long ".repeat(26), "password_too_long"),
    ] {
        let body = json!({ "current": PASSWORD, "new": new });
        let answer = ada.put(paths::PASSWORD, body).await;
        assert_eq!(answer.at("/field"), "new");
        answer.problem(422, code);
    }
    server.browser().sign_in("ada").await.status(200);
}

#[tokio::test]
async fn a_passkey_only_account_gets_a_password() {
    let server = Server::start().await;
    let ada = server.browser();
    ada.sign_up_with_passkey(&server.device(), "ada").await;
    assert_eq!(ada.session().await["user"]["has_password"], false);
    let body = json!({ "new": PASSWORD });
    ada.put(paths::PASSWORD, body).await.status(204);
    assert_eq!(ada.session().await["user"]["has_password"], true);
    server.browser().sign_in("ada").await.status(200);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn guessing_the_current_password_from_a_stolen_session_is_limited() {
    let server = Server::start_with(|config| config.limits.sign_ins_per_account_and_ip = 10).await;
    let ada = server.person("ada").await;
    let answers = all_at_once((0..50).map(|number| {
        let thief = ada.clone();
        let body = json!({ "current": format!("guess {number}"), "new": NEW });
        async move { thief.put(paths::PASSWORD, body).await.status }
    }))
    .await;
    assert_eq!(answers.iter().filter(|status| **status == 401).count(), 10);
    assert_eq!(answers.iter().filter(|status| **status == 429).count(), 40);
}

/// Whoever is signed in could otherwise fill the queue of the pool, and nobody could sign in.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn asvs_6_3_1_changes_of_passwords_do_not_keep_others_from_signing_in() {
    let server = Server::start_with(|config| {
        config.limits.sign_ins_per_account_and_ip = 10;
        config.password.parallel_hashes = 1;
        config.password.waiting_hashes = 30;
    })
    .await;
    let (ada, _) = (server.person("ada").await, server.person("eve").await);
    // Each takes its time to score, and none is good.
    let weak = "zyxzyxzyx".repeat(11);
    let flood = all_at_once((0..50).map(|_| {
        let tab = ada.clone();
        let body = json!({ "current": PASSWORD, "new": weak });
        async move { tab.put(paths::PASSWORD, body).await.status }
    }));
    let others = all_at_once((0..10).map(|_| {
        let browser = server.browser();
        async move { browser.sign_in("eve").await.status }
    }));
    let (flood, others) = futures::join!(flood, others);
    assert_eq!(others, [200; 10]);
    let with = |status| flood.iter().filter(|got| **got == status).count();
    assert_eq!((with(422), with(429)), (20, 30), "{flood:?}");
    let body = json!({ "current": PASSWORD, "new": NEW });
    let answer = ada.put(paths::PASSWORD, body.clone()).await;
    answer.problem(429, "rate_limited");
    server.clock.advance_seconds(15 * 60);
    ada.sign_in("ada").await.status(200);
    ada.put(paths::PASSWORD, body).await.status(204);
}

/// Many accounts of one attacker count together.
#[tokio::test]
async fn changes_of_passwords_are_limited_by_address_as_well() {
    let server = Server::start_with(|config| config.limits.sign_ins_per_ip = 3).await;
    let mut answers = Vec::new();
    for name in ["ada", "ben", "cleo", "dan"] {
        let browser = server.person(name).await;
        let body = json!({ "current": PASSWORD, "new": NEW });
        answers.push(browser.put(paths::PASSWORD, body).await.status);
    }
    assert_eq!(answers, [204, 204, 204, 429]);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn of_twenty_changes_at_once_one_is_made() {
    let server = Server::start().await;
    let ada = server.person("ada").await;
    let answers = all_at_once((0..20).map(|number| {
        let tab = ada.clone();
        let body = json!({ "current": PASSWORD, "new": format!("{NEW} {number} tab") });
        async move { (number, tab.put(paths::PASSWORD, body).await.status) }
    }))
    .await;
    let won: Vec<_> = answers
        .iter()
        .filter(|(_, status)| *status == 204)
        .collect();
    assert_eq!(won.len(), 1, "{answers:?}");
    let new = format!("{NEW} {} tab", won[0].0);
    server.browser().sign_in_as("ada", &new).await.status(200);
    assert_eq!(server.audited("password.changed").await, 1);
}
