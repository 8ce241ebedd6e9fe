//! `GET /api/auth/events`: telling open tabs that something has changed.

use std::time::{Duration, Instant};

use portcullis_http_tests::{Browser, Server, events::Events};
use portcullis_types::paths;
use serde_json::json;

const SECOND: Duration = Duration::from_secs(1);

async fn listen(browser: &Browser) -> (Events, i64) {
    let Ok(mut events) = Events::open(browser).await else {
        panic!("refused");
    };
    let (name, data) = events.next(SECOND).await.unwrap();
    assert_eq!((name.as_str(), &data["kind"]), ("hello", &json!("hello")));
    let version = data["version"].as_i64().unwrap();
    (events, version)
}

async fn expect_end(events: &mut Events) {
    let (name, data) = events.next(SECOND).await.unwrap();
    assert_eq!((name.as_str(), &data["kind"]), ("ended", &json!("ended")));
    assert!(events.ends(SECOND).await, "nothing comes after the end");
}

#[tokio::test]
async fn asvs_8_3_2_a_role_taken_away_is_told_within_a_second() {
    let server = Server::start().await;
    let admin = server.admin().await;
    let ada = server.person("ada").await;
    let role = format!("/api/admin/users/{}/roles/user", ada.user_id().await);
    let (mut events, version) = listen(&ada).await;
    assert_eq!(ada.session().await["version"], version);
    let started = Instant::now();
    admin.delete(&role).await.status(204);
    let (name, data) = events.next(SECOND).await.expect("changed");
    println!("told after {:?}", started.elapsed());
    assert_eq!(name, "changed");
    assert!(data["version"].as_i64().unwrap() > version);
    let session = ada.session().await;
    assert_eq!(session["version"], data["version"]);
    assert_eq!(session["permissions"], json!([]));
    // What changes nothing says nothing.
    admin.delete(&role).await.status(204);
    assert!(events.next(Duration::from_millis(200)).await.is_none());
}

/// A slow reader misses some of many changes, but never the last.
#[tokio::test]
async fn however_many_changes_the_last_version_is_told() {
    let server = Server::start().await;
    let admin = server.admin().await;
    let ada = server.person("ada").await;
    let role = format!("/api/admin/users/{}/roles/moderator", ada.user_id().await);
    let (mut events, mut version) = listen(&ada).await;
    for _ in 0..50 {
        admin.put(&role, json!({})).await.status(204);
        admin.delete(&role).await.status(204);
    }
    let last = ada.session().await["version"].as_i64().unwrap();
    while version < last {
        let (name, data) = events.next(SECOND).await.unwrap();
        assert_eq!(name, "changed");
        let next = data["version"].as_i64().unwrap();
        assert!(next >= version, "versions do not go back");
        version = next;
    }
}

#[tokio::test]
async fn the_end_of_a_session_is_told_to_its_own_streams() {
    let server = Server::start().await;
    let ada = server.person("ada").await;
    let phone = server.browser();
    phone.sign_in("ada").await.status(200);
    let (mut here, _) = listen(&ada).await;
    let (mut there, _) = listen(&phone).await;
    let path = format!("{}/{}", paths::SESSIONS, phone.session_id().await);
    ada.delete(&path).await.status(204);
    expect_end(&mut there).await;
    assert!(here.next(Duration::from_millis(200)).await.is_none());
    ada.sign_out().await.status(204);
    expect_end(&mut here).await;
}

#[tokio::test]
async fn an_elevation_ends_the_stream_of_the_session_before() {
    let server = Server::start().await;
    let ada = server.person("ada").await;
    let (mut events, _) = listen(&ada).await;
    ada.sign_in("ada").await.status(200);
    // Not before the answer, with the next session's cookie, can have reached the browser.
    assert!(events.next(SECOND).await.is_none());
    assert_eq!(events.next(2 * SECOND).await.unwrap().0, "ended");
    listen(&ada).await;
}

#[tokio::test]
async fn disabling_the_account_ends_the_stream() {
    let server = Server::start().await;
    let admin = server.admin().await;
    let ada = server.person("ada").await;
    let (mut events, _) = listen(&ada).await;
    let path = format!("/api/admin/users/{}/disable", ada.user_id().await);
    admin.post(&path, json!({})).await.status(204);
    expect_end(&mut events).await;
}

#[tokio::test]
async fn what_happens_to_others_is_not_told() {
    let server = Server::start().await;
    let admin = server.admin().await;
    let (ada, eve) = (server.person("ada").await, server.person("eve").await);
    let (mut events, _) = listen(&ada).await;
    let role = format!("/api/admin/users/{}/roles/moderator", eve.user_id().await);
    admin.put(&role, json!({})).await.status(204);
    eve.sign_out().await.status(204);
    assert!(events.next(Duration::from_millis(300)).await.is_none());
}

#[tokio::test]
async fn nobody_listens_without_a_session() {
    let server = Server::start().await;
    let Err(answer) = Events::open(&server.browser()).await else {
        panic!("a stream without a session");
    };
    answer.problem(401, "not_authenticated");
}

#[tokio::test]
async fn a_session_has_eight_streams_and_gets_back_those_it_closes() {
    let server = Server::start().await;
    let ada = server.person("ada").await;
    let mut open = Vec::new();
    for _ in 0..8 {
        open.push(listen(&ada).await);
    }
    let Err(answer) = Events::open(&ada).await else {
        panic!("a ninth stream");
    };
    answer.problem(429, "rate_limited");
    // Another session of the same user has its own.
    let phone = server.browser();
    phone.sign_in("ada").await.status(200);
    listen(&phone).await;
    open.pop();
    // The server notices the closed connection when it next writes to it.
    let admin = server.admin().await;
    let role = format!("/api/admin/users/{}/roles/moderator", ada.user_id().await);
    admin.put(&role, json!({})).await.status(204);
    for _ in 0..50 {
        if Events::open(&ada).await.is_ok() {
            return;
        }
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    panic!("the place of a closed stream was not given back");
}

/// Listening is no use of a session: a forgotten tab does not keep it alive.
#[tokio::test]
async fn asvs_7_3_1_listening_does_not_keep_a_session_alive() {
    let server = Server::start().await;
    let ada = server.person("ada").await;
    server.clock.advance_seconds(3000);
    listen(&ada).await;
    server.clock.advance_seconds(600);
    assert!(!ada.is_signed_in().await);
}
