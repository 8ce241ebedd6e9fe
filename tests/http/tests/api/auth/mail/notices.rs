//! What owners are told of, and `POST /api/auth/not-me`.

use portcullis_http_tests::{PASSWORD, Server, browser::SESSION, people::email};
use portcullis_types::paths;
use serde_json::json;

use super::{server, settled};

const OTHER: &str = "gravel sonnet umbrella tide 77";

#[tokio::test]
async fn asvs_6_3_7_owners_are_told_of_every_change_to_how_they_sign_in() {
    let (server, mailbox) = server().await;
    let ada = server.person("ada").await;
    let body = json!({ "current": PASSWORD, "new": OTHER });
    ada.put(paths::PASSWORD, body).await.status(204);
    let subject = async || mailbox.next().await.header("Subject").unwrap();
    assert_eq!(subject().await, "Acme: Your password was changed");
    ada.add_passkey(&server.device(), "Key <b>").await;
    let added = mailbox.next().await;
    assert_eq!(
        added.header("Subject").unwrap(),
        "Acme: A passkey was added"
    );
    // Names are somebody's own words, and could be anybody's.
    assert!(!added.text().contains("Key") && !added.html().contains("<b>"));
    let list = ada.get(paths::PASSKEYS).await;
    let path = format!("{}/{}", paths::PASSKEYS, list.text_at("/passkeys/0/id"));
    ada.delete(&path).await.status(200);
    assert_eq!(subject().await, "Acme: A passkey was removed");
}

#[tokio::test]
async fn asvs_6_3_5_owners_are_told_of_a_browser_that_is_new() {
    let (server, mailbox) = server().await;
    let ada = server.person("ada").await;
    ada.sign_out().await.status(204);
    // The one that the account was made in is known, also after signing out.
    ada.sign_in("ada").await.status(200);
    settled(&server).await;
    assert_eq!(mailbox.waiting(), 0);
    let thief = server.browser();
    thief.sign_in("ada").await.status(200);
    let mail = mailbox.next().await;
    assert_eq!(
        mail.header("Subject").unwrap(),
        "Acme: A new device signed in"
    );
    assert!(mail.text().contains("Firefox on Linux"));
    assert!(mail.text().contains("127.0.0.1"));
    // Proving oneself again, and signing in again, is nothing new.
    thief.sign_in("ada").await.status(200);
    thief.sign_out().await.status(204);
    thief.sign_in("ada").await.status(200);
    settled(&server).await;
    assert_eq!(mailbox.waiting(), 0);
}

#[tokio::test]
async fn a_browser_that_one_person_uses_is_new_to_another() {
    let (server, mailbox) = server().await;
    server.person("ben").await;
    let ada = server.person("ada").await;
    ada.sign_in("ben").await.status(200);
    assert_eq!(mailbox.next().await.to, ["<ben@example.com>"]);
}

#[tokio::test]
async fn whoever_says_that_it_was_not_them_signs_everybody_out_and_sets_another_password() {
    let (server, mailbox) = server().await;
    let ada = server.person("ada").await;
    let thief = server.browser();
    thief.sign_in("ada").await.status(200);
    let token = mailbox.next().await.token();
    let body = json!({ "token": token });
    // A scanner that opens the page spends nothing: what it says is behind the `#`.
    let owner = server.browser();
    let answer = owner.post(paths::NOT_ME, body.clone()).await.status(200);
    assert!(answer.set_cookie(SESSION).is_none());
    assert!(!thief.is_signed_in().await && !ada.is_signed_in().await);
    let reset = json!({ "token": answer.text_at("/reset_token"), "new": OTHER });
    owner.post(paths::PASSWORD_RESET, reset).await.status(204);
    server.browser().sign_in("ada").await.status(401);
    assert_eq!(server.audited("account.disowned").await, 1);
    owner
        .post(paths::NOT_ME, body)
        .await
        .problem(422, "link_invalid");
}

#[tokio::test]
async fn a_passkey_that_was_not_ones_own_is_gone_as_well() {
    let (server, mailbox) = server().await;
    server.person("ada").await;
    let thief = server.browser();
    thief.sign_in("ada").await.status(200);
    mailbox.next().await;
    let mut passkey = thief.add_passkey(&server.device(), "Mine").await;
    let body = json!({ "token": mailbox.next().await.token() });
    server.browser().post(paths::NOT_ME, body).await.status(200);
    let again = server.browser();
    again
        .sign_in_with(&mut passkey)
        .await
        .problem(401, "passkey_unknown");
}

#[tokio::test]
async fn nothing_is_told_of_what_has_not_happened() {
    let (server, mailbox) = server().await;
    let ada = server.person("ada").await;
    let wrong = json!({ "current": "wrong", "new": OTHER });
    ada.put(paths::PASSWORD, wrong).await.status(401);
    server.refuse_audit("password.changed").await;
    let body = json!({ "current": PASSWORD, "new": OTHER });
    ada.put(paths::PASSWORD, body).await.status(500);
    settled(&server).await;
    assert_eq!(mailbox.waiting(), 0);
    server.browser().sign_in("ada").await.status(200);
}

#[tokio::test]
async fn a_link_is_for_the_address_that_it_was_sent_to() {
    let (server, mailbox) = server().await;
    server.person("ada").await;
    server.browser().sign_in("ada").await.status(200);
    let token = mailbox.next().await.token();
    server.clock.advance_seconds(7 * 24 * 3600);
    let body = json!({ "token": token });
    let late = server.browser().post(paths::NOT_ME, body).await;
    late.problem(422, "link_invalid");
}

#[tokio::test]
async fn the_demo_shows_what_it_would_send_to_whoever_is_at_the_machine() {
    let server = Server::start().await;
    server.person("ada").await;
    let body = json!({ "email": email("ada") });
    let visitor = server.browser();
    visitor.post(paths::PASSWORD_FORGOT, body).await.status(202);
    let mut page = String::new();
    for _ in 0..200 {
        page = visitor.get("/demo/outbox").await.ok().text();
        if page.contains("#token=") {
            break;
        }
        tokio::time::sleep(std::time::Duration::from_millis(50)).await;
    }
    let (_, token) = page.split_once("#token=").expect("a link");
    let token = token.split('"').next().unwrap();
    let reset = json!({ "token": token, "new": OTHER });
    visitor.post(paths::PASSWORD_RESET, reset).await.status(204);
    // Another name that was made to lead here is none of ours.
    let call = visitor.call(reqwest::Method::GET, "/demo/outbox");
    call.header("host", "evil.example").send().await.status(404);
    // Where mails are sent, there is nothing to be seen.
    let (real, _mailbox) = super::server().await;
    let page = real.browser().get("/demo/outbox").await;
    assert!(page.status == 404 || !page.text().contains("Outbox"));
}
