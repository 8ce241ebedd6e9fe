//! The outbox: no mail is lost, and none is sent twice in a row.

use std::fmt::Write as _;

use portcullis_http_tests::{Server, mailbox::Mood, people::email};
use portcullis_types::paths;
use serde_json::json;

use super::{server, settled};

async fn forgot(server: &Server, name: &str) {
    let body = json!({ "email": email(name) });
    let answer = server.browser().post(paths::PASSWORD_FORGOT, body).await;
    answer.status(202);
}

/// Waits until the mail server has shown what it was told to.
async fn until_shown(mailbox: &portcullis_http_tests::Mailbox) {
    for _ in 0..600 {
        if mailbox.moods_left() == 0 {
            return;
        }
        tokio::time::sleep(std::time::Duration::from_millis(50)).await;
    }
    panic!("nobody tried to send");
}

#[tokio::test]
async fn a_mail_that_is_not_taken_is_tried_again_and_is_the_same() {
    let (server, mailbox) = server().await;
    server.person("ada").await;
    mailbox.be(&[Mood::Later, Mood::Later]);
    forgot(&server, "ada").await;
    for pause in [10, 30] {
        // The clock stands still: it is not tried before its time.
        while mailbox.moods_left() > usize::from(pause == 10) {
            tokio::time::sleep(std::time::Duration::from_millis(20)).await;
        }
        assert_eq!(mailbox.waiting(), 0);
        tokio::time::sleep(std::time::Duration::from_millis(200)).await;
        server.clock.advance_seconds(pause);
    }
    mailbox.next().await;
    settled(&server).await;
    assert_eq!(mailbox.waiting(), 0);
}

#[tokio::test]
async fn a_mail_whose_taking_was_not_heard_of_comes_again_as_the_same() {
    let (server, mailbox) = server().await;
    server.person("ada").await;
    mailbox.be(&[Mood::Vanish]);
    forgot(&server, "ada").await;
    let first = mailbox.next().await;
    tokio::time::sleep(std::time::Duration::from_millis(200)).await;
    server.clock.advance_seconds(200);
    let second = mailbox.next().await;
    assert_eq!(first.header("Message-ID"), second.header("Message-ID"));
    // Whichever of them somebody reads, its link works.
    assert_eq!(first.token(), second.token());
}

#[tokio::test]
async fn a_mail_that_nobody_will_take_is_given_up_and_that_is_written_down() {
    let (server, mailbox) = server().await;
    let ada = server.person("ada").await;
    mailbox.be(&[Mood::Never]);
    let body = json!({});
    ada.post(paths::EMAIL_SEND_VERIFICATION, body)
        .await
        .status(202);
    until_shown(&mailbox).await;
    settled(&server).await;
    let rows = server.audit().await;
    let given_up = rows.iter().find(|row| row.kind == "mail.given_up").unwrap();
    assert_eq!(given_up.detail["kind"], "verify");
    assert_eq!(given_up.subject.unwrap().to_string(), ada.user_id().await);
    assert!(!given_up.detail.to_string().contains("pc_ml_"));
}

#[tokio::test]
async fn a_mail_is_not_sent_when_it_is_of_no_use_any_more() {
    let (server, mailbox) = server().await;
    server.person("ada").await;
    mailbox.be(&[Mood::Later]);
    forgot(&server, "ada").await;
    until_shown(&mailbox).await;
    server.clock.advance_seconds(30 * 60);
    settled(&server).await;
    assert_eq!(mailbox.waiting(), 0);
    assert_eq!(server.audited("mail.given_up").await, 1);
}

#[tokio::test]
async fn a_mail_outlives_the_server_and_is_sent_by_one_node_only() {
    // Nobody listens there: the first server sends nothing.
    let dead = Server::start_with(|config| {
        config.mail.smtp = Some("smtp://127.0.0.1:1?tls=none".to_owned());
        config.mail.from = Some("a@acme.example".to_owned());
    })
    .await;
    dead.person("ada").await;
    for _ in 0..20 {
        forgot(&dead, "ada").await;
    }
    let mailbox = portcullis_http_tests::Mailbox::open().await;
    dead.portcullis.close().await;
    let _nodes = [
        dead.another_node(|config| mailbox.settings(config)).await,
        dead.another_node(|config| mailbox.settings(config)).await,
    ];
    // What the first one had taken is lent out until then.
    dead.clock.advance_seconds(200);
    settled(&dead).await;
    assert_eq!(mailbox.waiting(), 20);
    let mut ids = std::collections::BTreeSet::new();
    for _ in 0..20 {
        ids.insert(mailbox.next().await.header("Message-ID"));
    }
    assert_eq!(ids.len(), 20, "one came twice");
}

#[tokio::test]
async fn nobody_who_reads_the_database_can_follow_a_link() {
    let (server, mailbox) = server().await;
    let ada = server.person("ada").await;
    mailbox.be(&[Mood::Later, Mood::Later]);
    forgot(&server, "ada").await;
    ada.post(paths::EMAIL_SEND_VERIFICATION, json!({}))
        .await
        .status(202);
    until_shown(&mailbox).await;
    let outbox = format!("{:?}", server.tables().await["outbox"]);
    let in_hex = |text: &str| {
        let hex = text.bytes().fold(String::new(), |mut hex, byte| {
            let _ = write!(hex, "{byte:02X}");
            hex
        });
        outbox.to_uppercase().contains(&hex)
    };
    assert!(outbox.len() > 200);
    for secret in ["pc_ml_", "ada@example.com", "token"] {
        assert!(!outbox.contains(secret) && !in_hex(secret), "{secret}");
    }
    assert!(!format!("{:?}", server.tables().await["mail_tokens"]).contains("pc_ml_"));
}
