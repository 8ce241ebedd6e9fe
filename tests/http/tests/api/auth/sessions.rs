//! `/api/auth/sessions`: seeing and ending one's sessions.

use std::{
    sync::{
        Arc,
        atomic::{AtomicBool, AtomicU32, Ordering},
    },
    time::Duration,
};

use portcullis_http_tests::{App, Browser, Server, all_at_once, app::session_of};
use portcullis_types::paths;
use serde_json::json;

fn path(id: &str) -> String {
    format!("{}/{id}", paths::SESSIONS)
}

#[tokio::test]
async fn asvs_7_5_2_one_sees_ones_sessions_this_one_first() {
    let server = Server::start().await;
    let ada = server.person("ada").await;
    server.person("eve").await;
    server.clock.advance_seconds(60);
    let phone = server.browser();
    phone.sign_in("ada").await.status(200);
    server.clock.advance_seconds(60);
    let list = ada.get(paths::SESSIONS).await.status(200);
    assert_eq!(list.at("/sessions").as_array().unwrap().len(), 2);
    assert_eq!(list.at("/sessions/0/current"), true);
    assert_eq!(list.at("/sessions/0/id"), ada.session_id().await);
    assert_eq!(list.at("/sessions/0/device"), "Firefox on Linux");
    assert_eq!(list.at("/sessions/0/ip"), "127.0.0.1");
    assert_eq!(list.at("/sessions/0/amr"), json!(["pwd"]));
    assert_eq!(list.at("/sessions/0/last_seen_at"), 1_800_000_120_000_i64);
    assert_eq!(list.at("/sessions/1/current"), false);
    assert_eq!(list.at("/sessions/1/id"), phone.session_id().await);
    assert_eq!(list.at("/sessions/1/created_at"), 1_800_000_060_000_i64);
}

#[tokio::test]
async fn asvs_7_5_2_one_ends_one_of_ones_sessions() {
    let server = Server::start().await;
    let ada = server.person("ada").await;
    let (phone, tablet) = (server.browser(), server.browser());
    phone.sign_in("ada").await.status(200);
    tablet.sign_in("ada").await.status(200);
    let id = phone.session_id().await;
    ada.delete(&path(&id)).await.status(204);
    assert!(!phone.is_signed_in().await);
    assert!(ada.is_signed_in().await && tablet.is_signed_in().await);
    ada.delete(&path(&id)).await.problem(404, "not_found");
    assert_eq!(server.audited("session.ended").await, 1);
}

#[tokio::test]
async fn one_may_end_ones_own_current_session() {
    let server = Server::start().await;
    let ada = server.person("ada").await;
    let id = ada.session_id().await;
    ada.delete(&path(&id)).await.status(204);
    assert!(!ada.is_signed_in().await);
}

#[tokio::test]
async fn asvs_8_2_2_anothers_session_is_not_there() {
    let server = Server::start().await;
    let (ada, eve) = (server.person("ada").await, server.person("eve").await);
    let before = server.tables().await;
    let id = ada.session_id().await;
    let answer = eve.delete(&path(&id)).await.problem(404, "not_found");
    let none = eve
        .delete(&path("01a3185c-5000-7b48-baf6-4d2f80957b95"))
        .await
        .problem(404, "not_found");
    assert_eq!(answer.body, none.body, "it looks like one that never was");
    assert_eq!(server.tables().await, before);
    assert!(ada.is_signed_in().await);
}

#[tokio::test]
async fn ending_all_others_keeps_this_one_and_revokes_tokens() {
    let server = Server::start().await;
    let (ada, eve) = (server.person("ada").await, server.person("eve").await);
    let mut others = Vec::new();
    for _ in 0..3 {
        let other = server.browser();
        other.sign_in("ada").await.status(200);
        others.push(other);
    }
    let (app, program) = (App::spa(), server.program());
    let tokens = app.tokens(&others[0], &program).await;
    let answer = ada.post(paths::END_OTHER_SESSIONS, json!({})).await;
    assert_eq!(answer.status(200).at("/ended"), 3);
    for other in &others {
        assert!(!other.is_signed_in().await);
    }
    session_of(&program, &tokens.access).await.status(401);
    app.refresh(&program, &tokens.refresh).await.status(400);
    assert!(ada.is_signed_in().await && eve.is_signed_in().await);
}

/// Fifty workers ask for the session without a pause. Once the end has been acknowledged, not one
/// request that starts afterwards may still find it alive.
async fn hammer_while(browser: &Browser, end: impl Future<Output = ()>) {
    let ended = Arc::new(AtomicBool::new(false));
    let (asked, late) = (Arc::new(AtomicU32::new(0)), Arc::new(AtomicU32::new(0)));
    let workers: Vec<_> = (0..50)
        .map(|_| {
            let (browser, ended) = (browser.clone(), Arc::clone(&ended));
            let (asked, late) = (Arc::clone(&asked), Arc::clone(&late));
            tokio::spawn(async move {
                // What the server clears is planted again: the thief does not give up.
                let token = browser.session_token();
                for after in 0.. {
                    let started_after_the_end = ended.load(Ordering::SeqCst);
                    browser.plant(portcullis_http_tests::browser::SESSION, &token);
                    let alive = browser.is_signed_in().await;
                    asked.fetch_add(1, Ordering::SeqCst);
                    if started_after_the_end {
                        assert!(!alive, "request {after} found a session that had ended");
                        late.fetch_add(1, Ordering::SeqCst);
                        break;
                    }
                }
            })
        })
        .collect();
    while asked.load(Ordering::SeqCst) < 200 {
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
    let before = asked.load(Ordering::SeqCst);
    end.await;
    ended.store(true, Ordering::SeqCst);
    for worker in workers {
        worker.await.unwrap();
    }
    println!("{before} requests before the end");
    assert_eq!(late.load(Ordering::SeqCst), 50);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn asvs_7_4_1_an_ended_session_is_refused_at_once_under_parallel_requests() {
    let server = Server::start().await;
    let ada = server.person("ada").await;
    let phone = server.browser();
    phone.sign_in("ada").await.status(200);
    let id = phone.session_id().await;
    hammer_while(&phone, async {
        ada.delete(&path(&id)).await.status(204);
    })
    .await;
    let tablet = server.browser();
    tablet.sign_in("ada").await.status(200);
    hammer_while(&tablet, async {
        ada.post(paths::END_OTHER_SESSIONS, json!({})).await.ok();
    })
    .await;
    let laptop = server.browser();
    laptop.sign_in("ada").await.status(200);
    let copy = laptop.clone();
    hammer_while(&laptop, async {
        copy.sign_out().await.status(204);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn asvs_7_4_2_disabling_the_account_ends_a_busy_session_at_once() {
    let server = Server::start().await;
    let admin = server.admin().await;
    let ada = server.person("ada").await;
    let path = format!("/api/admin/users/{}/disable", ada.user_id().await);
    hammer_while(&ada, async {
        admin.post(&path, json!({})).await.status(204);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn of_fifty_who_end_the_same_session_one_did() {
    let server = Server::start().await;
    let ada = server.person("ada").await;
    let phone = server.browser();
    phone.sign_in("ada").await.status(200);
    let id = phone.session_id().await;
    let answers = all_at_once((0..50).map(|_| {
        let (tab, id) = (ada.clone(), id.clone());
        async move { tab.delete(&path(&id)).await.status }
    }))
    .await;
    assert_eq!(answers.iter().filter(|status| **status == 204).count(), 1);
    assert_eq!(server.audited("session.ended").await, 1);
}
