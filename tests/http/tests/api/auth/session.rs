//! `GET /api/auth/session`, and the cookie behind it.

use portcullis_http_tests::{
    PASSWORD, Server, all_at_once,
    browser::{BROWSER, SESSION},
};
use portcullis_types::paths;
use reqwest::Method;
use serde_json::json;

#[tokio::test]
async fn not_being_signed_in_is_an_answer_and_no_error() {
    let server = Server::start().await;
    let answer = server.browser().get(paths::SESSION).await.status(200);
    assert!(answer.at("/session").is_null());
    assert_eq!(answer.at("/server_time"), 1_800_000_000_000_i64);
    assert!(answer.set_cookie(SESSION).is_none());
    assert_eq!(answer.header("cache-control"), "no-store");
}

#[tokio::test]
async fn asvs_3_3_1_both_cookies_are_host_only_secure_and_unreadable() {
    let server = Server::start().await;
    let browser = server.browser();
    let session = browser.register("ada").await.set_cookie(SESSION).unwrap();
    let begun = browser.post(paths::PASSKEY_SIGN_IN_BEGIN, json!({})).await;
    let binding = begun.set_cookie(BROWSER).unwrap();
    for (cookie, prefix) in [(session, "pc_ses_"), (binding, "pc_br_")] {
        let mut parts = cookie.split("; ");
        let (name, value) = parts.next().unwrap().split_once('=').unwrap();
        assert!(name.starts_with("__Host-"));
        // ASVS 7.2.3: 256 bits, in base64url.
        assert_eq!(value.strip_prefix(prefix).unwrap().len(), 43);
        let mut attributes: Vec<_> = parts.collect();
        attributes.sort_unstable();
        assert_eq!(attributes, ["HttpOnly", "Path=/", "SameSite=Lax", "Secure"]);
    }
}

#[tokio::test]
async fn asvs_7_2_3_tokens_are_random_and_kept_only_as_hashes() {
    let server = Server::start().await;
    let ada = server.person("ada").await;
    let mut tokens = vec![ada.session_token()];
    for _ in 0..20 {
        let other = server.browser();
        other.sign_in("ada").await.status(200);
        tokens.push(other.session_token());
    }
    let rows = format!("{:?}", server.tables().await);
    for token in &tokens {
        assert!(!rows.contains(token.as_str()));
        assert!(!rows.contains(&token["pc_ses_".len()..]));
    }
    tokens.sort();
    tokens.dedup();
    assert_eq!(tokens.len(), 21);
}

#[tokio::test]
async fn asvs_7_2_4_signing_in_again_gives_a_new_session_and_ends_the_old_one() {
    let server = Server::start().await;
    let ada = server.person("ada").await;
    let before = ada.clone();
    let (old_id, old_token) = (ada.session_id().await, ada.session_token());
    ada.sign_in("ada").await.status(200);
    assert_ne!(ada.session_id().await, old_id);
    assert_ne!(ada.session_token(), old_token);
    assert!(!before.is_signed_in().await, "the old token is dead");
    assert_eq!(server.tables().await["sessions"].len(), 1);
    assert_eq!(server.audited("session.elevated").await, 1);
    assert_eq!(server.audited("session.signed_in").await, 0);
}

#[tokio::test]
async fn asvs_7_2_4_another_user_in_the_same_browser_ends_the_first_ones_session() {
    let server = Server::start().await;
    let browser = server.person("ada").await;
    server.person("eve").await;
    let before = browser.clone();
    browser.sign_in("eve").await.status(200);
    assert_eq!(browser.session().await["user"]["name"], "eve");
    assert!(!before.is_signed_in().await);
    assert_eq!(server.audited("session.signed_in").await, 1);
    assert_eq!(server.audited("session.elevated").await, 0);
}

#[tokio::test]
async fn a_failed_sign_in_leaves_the_session_as_it_was() {
    let server = Server::start().await;
    let ada = server.person("ada").await;
    let before = ada.session_token();
    ada.sign_in_as("ada", "not her password").await.status(401);
    assert_eq!(ada.session_token(), before);
    assert!(ada.is_signed_in().await);
}

/// An attacker plants a token of their choosing before the victim signs in.
#[tokio::test]
async fn a_planted_session_token_is_not_taken_over() {
    let server = Server::start().await;
    server.person("ada").await;
    let eve = server.person("eve").await;
    for planted in [
        format!("pc_ses_{}", "A".repeat(43)),
        eve.session_token(),
        "anything".to_owned(),
    ] {
        let victim = server.browser();
        victim.plant(SESSION, &planted);
        victim.sign_in("ada").await.status(200);
        assert_ne!(victim.session_token(), planted);
        let attacker = server.browser();
        attacker.plant(SESSION, &planted);
        assert_ne!(attacker.session().await["user"]["name"], "ada");
    }
}

#[tokio::test]
async fn asvs_7_3_1_a_session_ends_after_an_hour_without_use() {
    let server = Server::start().await;
    let ada = server.person("ada").await;
    for _ in 0..10 {
        server.clock.advance_seconds(3599);
        let session = ada.session().await;
        assert!(!session.is_null(), "used in time");
    }
    server.clock.advance_seconds(3600);
    let answer = ada.get(paths::SESSION).await.status(200);
    assert!(answer.at("/session").is_null());
    // An answer that takes the cookie away could take away the next session's, which a sign-in
    // under way at the same time has just set.
    assert!(answer.set_cookie(SESSION).is_none());
}

#[tokio::test]
async fn asvs_7_3_2_a_session_ends_after_a_day_whatever_happens() {
    let server = Server::start().await;
    let ada = server.person("ada").await;
    let expires = ada.session().await["expires_at"].clone();
    for _ in 0..47 {
        server.clock.advance_seconds(1800);
        assert_eq!(ada.session().await["expires_at"], expires);
    }
    server.clock.advance_seconds(1799);
    assert!(ada.is_signed_in().await);
    server.clock.advance_seconds(1);
    assert!(!ada.is_signed_in().await);
    ada.get(paths::SESSIONS)
        .await
        .problem(401, "not_authenticated");
}

#[tokio::test]
async fn remember_me_lasts_thirty_days_and_survives_elevation() {
    let server = Server::start().await;
    server.person("ada").await;
    let ada = server.browser();
    let body = json!({ "email": "ada@example.com", "password": PASSWORD, "remember": true });
    let answer = ada.post(paths::PASSWORD_SIGN_IN, body).await.status(200);
    assert!(
        answer
            .set_cookie(SESSION)
            .unwrap()
            .ends_with("Max-Age=2592000")
    );
    server.clock.advance_seconds(29 * 24 * 3600);
    assert!(ada.is_signed_in().await);
    let answer = ada.sign_in("ada").await.status(200);
    assert!(
        answer
            .set_cookie(SESSION)
            .unwrap()
            .ends_with("Max-Age=2592000")
    );
    server.clock.advance_seconds(30 * 24 * 3600 - 1);
    assert!(ada.is_signed_in().await);
    server.clock.advance_seconds(1);
    assert!(!ada.is_signed_in().await);
}

#[tokio::test]
async fn the_use_of_a_session_outlives_a_restart() {
    let server = Server::start().await;
    let ada = server.person("ada").await;
    server.clock.advance_seconds(3000);
    assert!(ada.is_signed_in().await);
    server.clock.advance_seconds(3000);
    assert!(ada.is_signed_in().await);
    server.portcullis.close().await;
    let restarted = server.another_node(|_| {}).await;
    let ada = restarted.visit_with(&ada);
    restarted.clock.advance_seconds(3000);
    assert!(ada.is_signed_in().await, "used 50 minutes ago");
    restarted.clock.advance_seconds(3601);
    assert!(!ada.is_signed_in().await);
}

#[tokio::test]
async fn a_clock_that_goes_back_ends_no_session_and_lengthens_none() {
    let server = Server::start().await;
    let ada = server.person("ada").await;
    let expires = ada.session().await["expires_at"].clone();
    server.clock.advance_seconds(-7200);
    assert_eq!(ada.session().await["expires_at"], expires);
    server.clock.advance_seconds(7200 + 3600);
    assert!(!ada.is_signed_in().await);
}

#[tokio::test]
async fn of_two_cookies_of_the_same_name_garbage_does_not_win_over_a_good_one() {
    let server = Server::start().await;
    let ada = server.person("ada").await;
    let token = ada.session_token();
    for cookies in [
        format!("{SESSION}=garbage; {SESSION}={token}"),
        format!("{SESSION}={token}; {SESSION}=garbage"),
        format!("a=b;;  ;c; {SESSION}={token}"),
    ] {
        let call = server.program();
        let call = call.call(Method::GET, paths::SESSION);
        let answer = call.header("cookie", &cookies).send().await.status(200);
        assert_eq!(answer.at("/session/user/name"), "ada", "{cookies}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn fifty_sign_ins_of_the_same_user_at_once_are_fifty_sessions() {
    let server = Server::start().await;
    server.person("ada").await;
    let tokens = all_at_once((0..50).map(|_| {
        let browser = server.browser();
        async move {
            browser.sign_in("ada").await.status(200);
            assert!(browser.is_signed_in().await);
            browser.session_token()
        }
    }))
    .await;
    assert_eq!(server.tables().await["sessions"].len(), 51);
    assert_eq!(
        tokens
            .into_iter()
            .collect::<std::collections::BTreeSet<_>>()
            .len(),
        50
    );
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn fifty_elevations_of_one_session_at_once_leave_no_way_back_to_it() {
    let server = Server::start().await;
    let ada = server.person("ada").await;
    let before = ada.clone();
    let tabs = all_at_once((0..50).map(|_| {
        let tab = ada.clone();
        async move {
            tab.sign_in("ada").await.status(200);
            tab
        }
    }))
    .await;
    assert!(!before.is_signed_in().await);
    for tab in tabs {
        assert!(tab.is_signed_in().await);
    }
}
