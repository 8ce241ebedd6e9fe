//! `POST /api/auth/password/sign-in`.

use portcullis_http_tests::{Answer, PASSWORD, Server, all_at_once, browser::SESSION};
use portcullis_types::paths;
use serde_json::json;

/// What a caller can see of an answer, without what is different each time.
fn face(answer: &Answer) -> (u16, Vec<(String, String)>, String) {
    let mut headers: Vec<_> = answer
        .headers
        .iter()
        .filter(|(name, _)| !matches!(name.as_str(), "x-request-id" | "date"))
        .map(|(name, value)| (name.to_string(), value.to_str().unwrap().to_owned()))
        .collect();
    headers.sort();
    (answer.status, headers, answer.text())
}

#[tokio::test]
async fn somebody_signs_in_and_out_and_in_again() {
    let server = Server::start().await;
    let ada = server.person("ada").await;
    ada.sign_out().await.status(204);
    assert!(ada.cookie(SESSION).is_none());
    assert!(!ada.is_signed_in().await);
    ada.sign_in("ada").await.status(200);
    assert_eq!(ada.session().await["user"]["email"], "ada@example.com");
    assert_eq!(server.audited("session.signed_in").await, 1);
}

#[tokio::test]
async fn asvs_6_3_8_wrong_password_unknown_and_disabled_account_look_the_same() {
    let server = Server::start().await;
    server.person("ada").await;
    let eve = server.person("eve").await;
    let admin = server.admin().await;
    let path = format!("/api/admin/users/{}/disable", eve.user_id().await);
    admin.post(&path, json!({})).await.status(204);
    let browser = server.browser();
    let wrong = browser.sign_in_as("ada", "not her password").await;
    let expected = face(&wrong);
    wrong.problem(401, "invalid_credentials");
    let unknown = browser.sign_in("nobody").await;
    let disabled = browser.sign_in("eve").await;
    let disabled_and_wrong = browser.sign_in_as("eve", "not her password").await;
    let long = browser.sign_in_as("ada", &"x".repeat(5000)).await;
    let empty = browser.sign_in_as("ada", "").await;
    let body = json!({ "email": "no address", "password": PASSWORD });
    let no_address = browser.post(paths::PASSWORD_SIGN_IN, body).await;
    for other in [
        unknown,
        disabled,
        disabled_and_wrong,
        long,
        empty,
        no_address,
    ] {
        assert_eq!(face(&other), expected);
    }
    assert!(browser.cookie(SESSION).is_none());
}

#[tokio::test]
async fn asvs_6_3_8_a_passkey_only_account_looks_the_same_too() {
    let server = Server::start().await;
    server.person("ada").await;
    let eve = server.browser();
    eve.sign_up_with_passkey(&server.device(), "eve").await;
    let browser = server.browser();
    let wrong = browser.sign_in_as("ada", "not her password").await;
    for password in [PASSWORD, ""] {
        let answer = browser.sign_in_as("eve", password).await;
        assert_eq!(face(&answer), face(&wrong));
    }
}

/// A hash was computed, or waited for, exactly if a full queue says so: a time would depend on what else
/// the machine does.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn asvs_6_3_8_an_unknown_address_costs_a_hash_as_a_known_one_does() {
    let server = Server::start_with(|config| {
        config.password.argon2_memory_kib = 19 * 1024;
        config.password.argon2_passes = 2;
        config.password.parallel_hashes = 1;
        config.password.waiting_hashes = 0;
    })
    .await;
    server.person("ada").await;
    for name in ["ada", "nobody"] {
        let answers = all_at_once((0..20).map(|_| {
            let browser = server.browser();
            async move { browser.sign_in_as(name, "not her password").await.status }
        }))
        .await;
        let busy = answers.iter().filter(|status| **status == 503).count();
        let looked_at = answers.iter().filter(|status| **status == 401).count();
        println!("{name}: {looked_at} hashed, {busy} turned away");
        assert!(busy > 0 && looked_at > 0, "{name}: {answers:?}");
        assert_eq!(busy + looked_at, 20);
    }
}

#[tokio::test]
async fn asvs_6_2_8_a_password_is_taken_as_given_but_for_its_unicode_spelling() {
    let server = Server::start().await;
    let password = "Ｍango  cr\u{e8}me lantern ﬁve ";
    let body = json!({ "email": "ada@example.com", "password": password });
    server
        .browser()
        .post(paths::REGISTER, body)
        .await
        .status(200);
    let browser = server.browser();
    for same in [password, "Mango  cre\u{300}me lantern five "] {
        browser.sign_in_as("ada", same).await.status(200);
    }
    for other in [
        "mango  cr\u{e8}me lantern five ",
        "Mango cr\u{e8}me lantern five ",
        "Mango  cr\u{e8}me lantern five",
        "Mango  creme lantern five ",
    ] {
        browser.sign_in_as("ada", other).await.status(401);
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn asvs_6_3_1_of_fifty_guesses_at_once_no_more_than_the_quota_is_looked_at() {
    let server = Server::start_with(|config| config.limits.sign_ins_per_account_and_ip = 10).await;
    server.person("ada").await;
    for name in ["ada", "nobody"] {
        let answers = all_at_once((0..50).map(|number| {
            let browser = server.browser();
            async move { browser.sign_in_as(name, &format!("guess {number}")).await }
        }))
        .await;
        let looked_at = answers.iter().filter(|answer| answer.status == 401).count();
        assert_eq!(looked_at, 10, "{name}");
        for answer in answers.into_iter().filter(|answer| answer.status != 401) {
            assert!(answer.header("retry-after").parse::<u32>().unwrap() <= 901);
            answer.problem(429, "rate_limited");
        }
    }
    assert_eq!(server.audited("session.sign_in_failed").await, 20);
    // Not even the right one, until the quarter of an hour is over.
    server
        .browser()
        .sign_in("ada")
        .await
        .problem(429, "rate_limited");
    server.clock.advance_seconds(15 * 60 + 1);
    server.browser().sign_in("ada").await.status(200);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn asvs_6_3_1_one_address_guessing_at_many_accounts_is_stopped_as_well() {
    let server = Server::start_with(|config| config.limits.sign_ins_per_ip = 20).await;
    let answers = all_at_once((0..50).map(|number| {
        let browser = server.browser();
        async move { browser.sign_in(&format!("person{number}")).await.status }
    }))
    .await;
    assert_eq!(answers.iter().filter(|status| **status == 401).count(), 20);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn asvs_6_3_1_many_addresses_guessing_at_one_account_are_stopped_as_well() {
    let server = Server::start_with(|config| {
        config.limits.sign_ins_per_account = 20;
        config.limits.sign_ins_per_account_and_ip = 5;
    })
    .await;
    server.person("ada").await;
    let guess = |from: u8| {
        let browser = server.browser().from_address([127, 0, 1, from]);
        async move { browser.sign_in_as("ada", "not her password").await.status }
    };
    let answers = all_at_once((0..100).map(|number| guess(1 + number % 10))).await;
    assert_eq!(answers.iter().filter(|status| **status == 401).count(), 20);
    // Another account is not held up by it, not even from there.
    let eve = server.browser().from_address([127, 0, 1, 1]);
    eve.register("eve").await.status(200);
    eve.sign_in("eve").await.status(200);
    let sessions = eve.get(paths::SESSIONS).await;
    assert_eq!(sessions.at("/sessions/0/ip"), "127.0.1.1");
}

/// An address that is out of tries does not take the owner's, who is elsewhere.
#[tokio::test]
async fn one_address_guessing_does_not_lock_the_owner_out() {
    let server = Server::start_with(|config| config.limits.sign_ins_per_account_and_ip = 5).await;
    server.person("ada").await;
    let attacker = server.browser().from_address([127, 0, 1, 1]);
    for _ in 0..5 {
        let answer = attacker.sign_in_as("ada", "not her password").await;
        answer.status(401);
    }
    attacker.sign_in("ada").await.problem(429, "rate_limited");
    server.browser().sign_in("ada").await.status(200);
}

#[tokio::test]
async fn whoever_knows_the_password_is_not_slowed_down() {
    let server = Server::start_with(|config| config.limits.sign_ins_per_account_and_ip = 3).await;
    server.person("ada").await;
    for _ in 0..20 {
        server.browser().sign_in("ada").await.status(200);
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn past_the_queue_of_hashes_the_answer_is_503_and_counts_as_no_try() {
    let server = Server::start_with(|config| {
        // Slower than thirty requests are to arrive, also where the machine is busy.
        config.password.argon2_memory_kib = 64 * 1024;
        config.password.argon2_passes = 4;
        config.password.parallel_hashes = 1;
        config.password.waiting_hashes = 2;
        config.limits.sign_ins_per_account_and_ip = 40;
    })
    .await;
    server.person("ada").await;
    let answers = all_at_once((0..30).map(|_| {
        let browser = server.browser();
        async move { browser.sign_in_as("ada", "not her password").await }
    }))
    .await;
    let busy = answers.iter().filter(|answer| answer.status == 503).count();
    assert!(busy > 0);
    for answer in answers.into_iter().filter(|answer| answer.status == 503) {
        assert_eq!(answer.header("retry-after"), "2");
        answer.problem(503, "busy");
    }
    // The quota of forty had room for those that were looked at, and still has for the rest.
    for _ in 0..(40 - (30 - busy)) {
        let answer = server.browser().sign_in_as("ada", "still wrong").await;
        answer.problem(401, "invalid_credentials");
    }
    let answer = server.browser().sign_in("ada").await;
    answer.problem(429, "rate_limited");
}

#[tokio::test]
async fn a_hash_of_yesterdays_cost_is_made_again_at_sign_in() {
    let server = Server::start().await;
    server.person("ada").await;
    let before = server.tables().await["accounts"].clone();
    assert!(before[0].contains("$m=64,t=1,p=1$"));
    let raised = server
        .another_node(|config| config.password.argon2_passes = 3)
        .await;
    raised.browser().sign_in("ada").await.status(200);
    assert!(server.tables().await["accounts"][0].contains("$m=64,t=3,p=1$"));
    raised.browser().sign_in("ada").await.status(200);
    server.browser().sign_in("ada").await.status(200);
}

#[tokio::test]
async fn two_people_with_the_same_password_have_different_hashes() {
    let server = Server::start().await;
    server.person("ada").await;
    server.person("eve").await;
    let hash = |row: &str| row.split("$argon2id").nth(1).unwrap().to_owned();
    let accounts = &server.tables().await["accounts"];
    assert_ne!(hash(&accounts[0]), hash(&accounts[1]));
}
