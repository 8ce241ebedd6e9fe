//! Sensitive acts ask for a recent proof (ASVS 7.5.1, 7.5.3).

use portcullis_http_tests::{Answer, Browser, PASSWORD, Server};
use portcullis_types::paths;
use reqwest::Method;
use serde_json::{Value, json};

/// Sends one of the sensitive acts.
async fn act(browser: &Browser, method: &Method, path: &str, body: &Value) -> Answer {
    browser.call(method.clone(), path).json(body).send().await
}

#[tokio::test]
async fn asvs_7_5_1_and_7_5_3_after_a_quarter_of_an_hour_sensitive_acts_ask_again() {
    let server = Server::start().await;
    let admin = server.admin().await;
    let ada = server.person("ada").await;
    let user = ada.user_id().await;
    let mut key = admin.add_passkey(&server.device(), "Key").await;
    let list = admin.get(paths::PASSKEYS).await;
    let passkey = format!("{}/{}", paths::PASSKEYS, list.text_at("/passkeys/0/id"));
    let begun = admin.begin(paths::PASSKEY_REGISTER_BEGIN).await;
    let (_, credential) = server.device().create(&begun);
    let role = format!("{}/{user}/roles/moderator", paths::ADMIN_USERS);
    let status = |act: &str| format!("{}/{user}/{act}", paths::ADMIN_USERS);
    let finish = json!({ "ceremony": begun["ceremony"], "credential": credential });
    let password = json!({ "current": PASSWORD, "new": "quiver plinth saddle 77" });
    let acts = [
        (
            Method::POST,
            paths::PASSKEY_REGISTER_BEGIN.to_owned(),
            json!({}),
            200,
        ),
        (
            Method::POST,
            paths::PASSKEY_REGISTER_FINISH.to_owned(),
            finish,
            422,
        ),
        (Method::PUT, role.clone(), json!({}), 204),
        (Method::DELETE, role, json!({}), 204),
        (Method::POST, status("disable"), json!({}), 204),
        (Method::POST, status("enable"), json!({}), 204),
        (Method::PUT, paths::PASSWORD.to_owned(), password, 204),
        (Method::DELETE, passkey, json!({}), 200),
    ];
    server.clock.advance_seconds(15 * 60 - 1);
    let answer = admin.post(paths::PASSKEY_REGISTER_BEGIN, json!({})).await;
    answer.status(200);
    server.clock.advance_seconds(1);
    let before = server.tables().await;
    for (method, path, body, _) in &acts {
        let answer = act(&admin, method, path, body).await;
        answer.problem(403, "step_up_required");
    }
    assert_eq!(server.tables().await, before, "nothing happened");
    // Reading, and what is not sensitive, goes on.
    admin.get(paths::ADMIN_USERS).await.status(200);
    admin.write_note("still here").await;
    // Proving oneself again, with a passkey, opens all of it.
    admin.sign_in_with(&mut key).await.status(200);
    for (method, path, body, expected) in &acts {
        let answer = act(&admin, method, path, body).await;
        // The ceremony belonged to the session before and is gone with it.
        assert_eq!(
            answer.status,
            *expected,
            "{method} {path}: {}",
            answer.text()
        );
    }
}

#[tokio::test]
async fn a_password_is_a_proof_as_well() {
    let server = Server::start().await;
    let ada = server.person("ada").await;
    server.clock.advance_seconds(15 * 60);
    ada.post(paths::PASSKEY_REGISTER_BEGIN, json!({}))
        .await
        .problem(403, "step_up_required");
    ada.sign_in("ada").await.status(200);
    ada.add_passkey(&server.device(), "Key").await;
}

#[tokio::test]
async fn a_proof_by_somebody_else_does_not_elevate() {
    let server = Server::start().await;
    let admin = server.admin().await;
    let eve = server.person("eve").await;
    server.clock.advance_seconds(15 * 60);
    let stolen = admin.clone();
    stolen.sign_in("eve").await.status(200);
    assert_eq!(stolen.session().await["user"]["name"], "eve");
    let path = format!("{}/{}/disable", paths::ADMIN_USERS, eve.user_id().await);
    let answer = stolen.post(&path, json!({})).await;
    answer.problem(403, "forbidden");
}

#[tokio::test]
async fn what_a_session_says_about_its_proof_is_true() {
    let server = Server::start().await;
    let ada = server.person("ada").await;
    let mut key = ada.add_passkey(&server.device(), "Key").await;
    server.clock.advance_seconds(1000);
    assert_eq!(ada.session().await["auth_time"], 1_800_000_000_000_i64);
    ada.sign_in_with(&mut key).await.status(200);
    let session = ada.session().await;
    assert_eq!(session["auth_time"], 1_800_001_000_000_i64);
    assert_eq!(session["amr"], json!(["hwk", "user", "mfa"]));
}
