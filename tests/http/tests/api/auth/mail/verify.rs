//! `POST /api/auth/email/send-verification` and `/verify`.

use portcullis_http_tests::{Answer, App, Browser, Mailbox, Server, all_at_once};
use portcullis_types::paths;
use serde_json::json;

use super::server;

async fn ask(browser: &Browser) {
    let answer = browser
        .post(paths::EMAIL_SEND_VERIFICATION, json!({}))
        .await;
    answer.status(202);
}

async fn by_code(browser: &Browser, code: &str) -> Answer {
    browser
        .post(paths::EMAIL_VERIFY, json!({ "code": code }))
        .await
}

async fn by_link(browser: &Browser, token: &str) -> Answer {
    browser
        .post(paths::EMAIL_VERIFY, json!({ "token": token }))
        .await
}

async fn is_verified(server: &Server, name: &str) -> bool {
    let email = portcullis_domain::Email::parse(&format!("{name}@example.com")).unwrap();
    let found =
        portcullis_domain::accounts::AccountStore::account_by_email(&server.database, &email);
    found.await.unwrap().unwrap().0.email_verified
}

#[tokio::test]
async fn an_address_is_shown_to_be_ones_own_by_a_link_or_by_a_code() {
    let (server, mailbox) = server().await;
    for (name, has_link) in [("ada", true), ("ben", false)] {
        let person = server.person(name).await;
        ask(&person).await;
        let mail = mailbox.next().await;
        assert_eq!(mail.to, [format!("<{name}@example.com>")]);
        assert!(!is_verified(&server, name).await);
        let answer = if has_link {
            by_link(&person, &mail.token()).await
        } else {
            by_code(&person, &mail.code()).await
        };
        answer.status(204);
        assert!(is_verified(&server, name).await);
        // Either is spent then.
        by_link(&person, &mail.token())
            .await
            .problem(422, "link_invalid");
        by_code(&person, &mail.code())
            .await
            .problem(422, "code_invalid");
    }
    assert_eq!(server.audited("email.verified").await, 2);
}

#[tokio::test]
async fn oidc_core_5_1_clients_are_told_whether_it_was_shown() {
    let (server, mailbox) = server().await;
    let ada = server.person("ada").await;
    let claim = async || {
        let mut app = App::spa();
        app.scope = "openid email".to_owned();
        let access = app.tokens(&ada, &server.program()).await.access;
        let program = server.program();
        let call = program.call(reqwest::Method::GET, paths::OAUTH_USERINFO);
        call.bearer(&access).send().await.ok().at("/email_verified")
    };
    assert_eq!(claim().await, false);
    ask(&ada).await;
    by_code(&ada, &mailbox.next().await.code())
        .await
        .status(204);
    assert_eq!(claim().await, true);
}

/// A code has eight digits: it counts that no more than five are looked at, and nothing else.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn asvs_6_6_3_of_two_hundred_guesses_at_once_five_are_looked_at() {
    let (server, mailbox) = server().await;
    let ada = server.person("ada").await;
    ask(&ada).await;
    let code = mailbox.next().await.code();
    let wrong = if code.starts_with('0') {
        "1000 0000"
    } else {
        "0000 0000"
    };
    let statuses = all_at_once((0..200).map(|_| {
        let browser = ada.clone();
        async move { by_code(&browser, wrong).await.status }
    }))
    .await;
    assert!(statuses.iter().all(|status| *status == 422));
    let tries = &server.tables().await["mail_tokens"];
    assert_eq!(tries.len(), 1);
    // Past the fifth the right one is none either.
    by_code(&ada, &code).await.problem(422, "code_invalid");
    assert!(!is_verified(&server, "ada").await);
    // Another mail has another.
    ask(&ada).await;
    by_code(&ada, &mailbox.next().await.code())
        .await
        .status(204);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn asvs_6_5_1_the_right_code_from_fifty_at_once_is_taken_once() {
    let (server, mailbox) = server().await;
    let ada = server.person("ada").await;
    ask(&ada).await;
    let code = mailbox.next().await.code();
    let statuses = all_at_once((0..50).map(|_| {
        let (browser, code) = (ada.clone(), code.clone());
        async move { by_code(&browser, &code).await.status }
    }))
    .await;
    assert_eq!(statuses.iter().filter(|status| **status == 204).count(), 1);
    assert_eq!(server.audited("email.verified").await, 1);
}

#[tokio::test]
async fn asvs_6_5_5_a_code_is_good_for_ten_minutes_and_a_link_for_a_day() {
    let (server, mailbox) = server().await;
    let ada = server.person("ada").await;
    ask(&ada).await;
    let mail = mailbox.next().await;
    server.clock.advance_seconds(10 * 60);
    by_code(&ada, &mail.code())
        .await
        .problem(422, "code_invalid");
    by_link(&ada, &mail.token()).await.status(204);
}

#[tokio::test]
async fn only_the_latest_mail_counts() {
    let (server, mailbox) = server().await;
    let ada = server.person("ada").await;
    ask(&ada).await;
    let first = mailbox.next().await;
    ask(&ada).await;
    let second = mailbox.next().await;
    assert_ne!(first.token(), second.token());
    by_link(&ada, &first.token())
        .await
        .problem(422, "link_invalid");
    by_link(&ada, &second.token()).await.status(204);
}

/// Somebody makes an account with a stranger's address: the stranger's press of a button does not
/// make it the account of somebody who reads that mailbox.
#[tokio::test]
async fn a_strangers_account_is_not_verified_by_whom_its_address_belongs_to() {
    let (server, mailbox) = server().await;
    let eve = server.person("victim").await;
    ask(&eve).await;
    let mail = mailbox.next().await;
    let nobody = server.browser();
    by_link(&nobody, &mail.token())
        .await
        .problem(401, "not_authenticated");
    let ben = server.person("ben").await;
    by_link(&ben, &mail.token())
        .await
        .problem(422, "link_invalid");
    by_code(&ben, &mail.code())
        .await
        .problem(422, "code_invalid");
    assert!(!is_verified(&server, "victim").await);
}

#[tokio::test]
async fn mails_speak_the_language_in_which_the_account_was_made() {
    let mailbox = Mailbox::open().await;
    let server = Server::start_with(|config| mailbox.settings(config)).await;
    let browser = server.browser();
    let body = json!({ "email": "ada@example.com", "password": portcullis_http_tests::PASSWORD });
    let call = browser.call(reqwest::Method::POST, paths::REGISTER);
    call.header("accept-language", "ja,en;q=0.5")
        .json(&body)
        .send()
        .await
        .status(200);
    ask(&browser).await;
    let mail = mailbox.next().await;
    assert!(mail.text().contains("メールアドレスの確認"));
    assert!(mail.html().contains("lang=\"ja\""));
}

#[tokio::test]
async fn a_link_or_a_code_but_not_both_and_not_neither() {
    let (server, mailbox) = server().await;
    let ada = server.person("ada").await;
    ask(&ada).await;
    let mail = mailbox.next().await;
    for body in [
        json!({}),
        json!({ "token": mail.token(), "code": mail.code() }),
    ] {
        let answer = ada.post(paths::EMAIL_VERIFY, body).await;
        answer.problem(400, "invalid_request");
    }
    assert!(!is_verified(&server, "ada").await);
}
