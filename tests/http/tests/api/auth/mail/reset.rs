//! `POST /api/auth/password/forgot` and `/reset`.

use std::time::Instant;

use portcullis_http_tests::{Answer, Browser, PASSWORD, Server, all_at_once, people::email};
use portcullis_types::paths;
use serde_json::json;

use super::{server, settled};

const OTHER: &str = "gravel sonnet umbrella tide 77";

async fn forgot(browser: &Browser, name: &str) -> Answer {
    let body = json!({ "email": email(name) });
    browser.post(paths::PASSWORD_FORGOT, body).await
}

async fn reset(browser: &Browser, token: &str, new: &str) -> Answer {
    let body = json!({ "token": token, "new": new });
    browser.post(paths::PASSWORD_RESET, body).await
}

#[tokio::test]
async fn somebody_who_has_forgotten_their_password_sets_another() {
    let (server, mailbox) = server().await;
    let ada = server.person("ada").await;
    let visitor = server.browser();
    forgot(&visitor, "ada").await.status(202);
    let mail = mailbox.next().await;
    assert_eq!(mail.to, ["<ada@example.com>"]);
    assert_eq!(mail.header("Subject").unwrap(), "Acme: Set a new password");
    assert!(mail.header("Message-ID").unwrap().ends_with("@localhost>"));
    // Where links lead is the settings' and not the request's to say.
    let link = format!("{}/reset#token=", server.origin);
    assert!(mail.text().contains(&link) && mail.html().contains(&link));
    let token = mail.token();
    reset(&visitor, &token, OTHER).await.status(204);
    assert!(!visitor.is_signed_in().await, "a reset signs nobody in");
    assert!(!ada.is_signed_in().await, "it ends all sessions");
    visitor.sign_in("ada").await.status(401);
    visitor.sign_in_as("ada", OTHER).await.status(200);
    let told = mailbox.next().await;
    assert_eq!(
        told.header("Subject").unwrap(),
        "Acme: Your password was changed"
    );
    assert_eq!(server.audited("password.reset").await, 1);
    // Once.
    let again = reset(&server.browser(), &token, PASSWORD).await;
    again.problem(422, "link_invalid");
}

#[tokio::test]
async fn asvs_6_3_8_whoever_asks_is_answered_alike_whether_there_is_an_account() {
    let (server, mailbox) = server().await;
    server.person("ada").await;
    let known = forgot(&server.browser(), "ada").await.status(202);
    let unknown = forgot(&server.browser(), "nobody").await.status(202);
    assert_eq!(known.text(), unknown.text());
    let names = |answer: &Answer| {
        let mut names: Vec<_> = answer.headers.keys().map(ToString::to_string).collect();
        names.sort();
        names
    };
    assert_eq!(names(&known), names(&unknown));
    settled(&server).await;
    assert_eq!(mailbox.next().await.to, ["<ada@example.com>"]);
    assert_eq!(mailbox.waiting(), 0, "nobody else is written to");
    // What is written while they wait is the same, too.
    let rows = server.audit().await;
    let asked: Vec<_> = rows
        .iter()
        .filter(|row| row.kind == "password.reset_asked")
        .collect();
    assert_eq!(asked.len(), 2);
    assert!(asked.iter().all(|row| row.subject.is_none()));
}

/// Medians of interleaved requests: an account that is looked up, or a mail that is written, in one
/// case only would show in all of them.
#[tokio::test]
async fn asvs_6_3_8_it_takes_as_long_whether_there_is_an_account() {
    let (server, _mailbox) = server().await;
    server.person("ada").await;
    let browser = server.browser();
    let mut took = [Vec::new(), Vec::new()];
    for round in 0..120 {
        // Either goes first as often.
        for which in [round % 2, (round + 1) % 2] {
            let begun = Instant::now();
            forgot(&browser, ["ada", "nobody"][which]).await.status(202);
            took[which].push(begun.elapsed());
        }
    }
    let [known, unknown] = took.map(|mut times| {
        times.sort();
        times[times.len() / 2].as_secs_f64()
    });
    let ratio = known / unknown;
    assert!((0.5..2.0).contains(&ratio), "{known} s and {unknown} s");
}

#[tokio::test]
async fn a_link_is_good_for_half_an_hour_and_for_its_purpose() {
    let (server, mailbox) = server().await;
    let ada = server.person("ada").await;
    forgot(&server.browser(), "ada").await.status(202);
    let token = mailbox.next().await.token();
    let visitor = server.browser();
    let body = json!({ "token": token });
    visitor
        .post(paths::NOT_ME, body.clone())
        .await
        .problem(422, "link_invalid");
    ada.post(paths::EMAIL_VERIFY, body)
        .await
        .problem(422, "link_invalid");
    let weak = reset(&visitor, &token, "password").await;
    weak.problem(422, "password_too_short");
    server.clock.advance_seconds(30 * 60);
    let late = reset(&visitor, &token, OTHER).await;
    late.problem(422, "link_invalid");
    visitor.sign_in("ada").await.status(200);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn fifty_who_have_the_same_link_set_one_password() {
    let (server, mailbox) = server().await;
    server.person("ada").await;
    forgot(&server.browser(), "ada").await.status(202);
    forgot(&server.browser(), "ada").await.status(202);
    let (token, other) = (mailbox.next().await.token(), mailbox.next().await.token());
    let statuses = all_at_once((0..50).map(|_| {
        let (browser, token) = (server.browser(), token.clone());
        async move { reset(&browser, &token, OTHER).await.status }
    }))
    .await;
    assert_eq!(statuses.iter().filter(|status| **status == 204).count(), 1);
    assert_eq!(statuses.iter().filter(|status| **status == 422).count(), 49);
    // The other link went with it.
    let late = reset(&server.browser(), &other, PASSWORD).await;
    late.problem(422, "link_invalid");
}

#[tokio::test]
async fn asvs_6_4_3_an_account_without_a_password_gets_none_by_a_mail() {
    let (server, mailbox) = server().await;
    let visitor = server.browser();
    visitor.sign_up_with_passkey(&server.device(), "ada").await;
    forgot(&server.browser(), "ada").await.status(202);
    let mail = mailbox.next().await;
    let subject = mail.header("Subject").unwrap();
    assert_eq!(subject, "Acme: Your account has no password");
    assert!(!mail.raw.contains("#token"));
    assert!(server.tables().await["mail_tokens"].is_empty());
}

#[tokio::test]
async fn nobody_who_is_shut_out_comes_back_by_a_mail() {
    let (server, mailbox) = server().await;
    let ada = server.person("ada").await;
    let user = ada.user_id().await;
    forgot(&server.browser(), "ada").await.status(202);
    let token = mailbox.next().await.token();
    let admin = server.admin().await;
    let path = format!("{}/{user}/disable", paths::ADMIN_USERS);
    admin.post(&path, json!({})).await.status(204);
    let late = reset(&server.browser(), &token, OTHER).await;
    late.problem(422, "link_invalid");
    forgot(&server.browser(), "ada").await.status(202);
    settled(&server).await;
    assert_eq!(mailbox.waiting(), 0);
}

#[tokio::test]
async fn the_link_is_ours_whatever_the_request_says_of_itself() {
    let (server, mailbox) = server().await;
    server.person("ada").await;
    let browser = server.browser();
    let body = json!({ "email": email("ada") });
    let call = browser.call(reqwest::Method::POST, paths::PASSWORD_FORGOT);
    call.header("x-forwarded-host", "evil.example")
        .header("forwarded", "host=evil.example;proto=https")
        .header("x-original-host", "evil.example")
        .json(&body)
        .send()
        .await
        .status(202);
    let mail = mailbox.next().await;
    assert!(!mail.raw.contains("evil.example"));
    assert!(mail.text().contains(&server.origin));
}

#[tokio::test]
async fn nobodys_mailbox_is_filled_by_somebody_else() {
    let (server, mailbox) = {
        let mailbox = portcullis_http_tests::Mailbox::open().await;
        let server = Server::start_with(|config| {
            mailbox.settings(config);
            config.limits.mails_per_address_and_ip = 3;
        })
        .await;
        (server, mailbox)
    };
    server.person("ada").await;
    for name in ["ada", "nobody"] {
        for _ in 0..3 {
            forgot(&server.browser(), name).await.status(202);
        }
        // Alike, too.
        forgot(&server.browser(), name)
            .await
            .problem(429, "rate_limited");
    }
    settled(&server).await;
    assert_eq!(mailbox.waiting(), 3);
}

#[tokio::test]
async fn without_mail_settings_there_is_no_such_thing() {
    let server = Server::start_with(|config| config.demo = false).await;
    let refused = forgot(&server.browser(), "ada").await;
    refused.problem(409, "mail_unavailable");
    let about = server.browser().get(paths::ABOUT).await.ok();
    assert_eq!(about.at("/mail"), false);
}
