//! `POST /api/auth/register`.

use portcullis_http_tests::{PASSWORD, Server, all_at_once, browser::SESSION};
use portcullis_types::paths;
use serde_json::json;

#[tokio::test]
async fn a_new_account_is_signed_in_with_the_default_role() {
    let server = Server::start().await;
    let ada = server.browser();
    let answer = ada.register("ada").await.status(200);
    assert_eq!(answer.at("/session/user/email"), "ada@example.com");
    assert_eq!(answer.at("/session/user/name"), "ada");
    assert_eq!(answer.at("/session/user/has_password"), true);
    assert_eq!(answer.at("/session/roles"), json!(["user"]));
    assert_eq!(answer.at("/session/permissions"), json!(["notes:write"]));
    assert_eq!(answer.at("/session/amr"), json!(["pwd"]));
    assert!(answer.set_cookie(SESSION).is_some());
    assert_eq!(ada.session().await, answer.at("/session"));
}

/// The account and the end of the session before it are one transaction.
#[tokio::test]
async fn an_account_that_cannot_end_the_session_before_is_not_made() {
    let server = Server::start().await;
    let tab = server.person("ada").await;
    server.refuse_audit("session.ended").await;
    tab.register("ben").await.problem(500, "internal");
    assert_eq!(tab.session().await["user"]["name"], "ada");
    server.browser().sign_in("ben").await.status(401);
}

#[tokio::test]
async fn an_address_is_one_account_however_it_is_written() {
    let server = Server::start().await;
    server.person("ada").await;
    let before = server.tables().await;
    for email in ["ada@example.com", "  Ada@EXAMPLE.com ", "ADA@example.com"] {
        let body = json!({ "email": email, "password": PASSWORD });
        let answer = server.browser().post(paths::REGISTER, body).await;
        assert!(answer.set_cookie(SESSION).is_none());
        answer.problem(422, "registration_refused");
    }
    assert_eq!(server.tables().await, before);
    let body = json!({ "email": " ADA@Example.com", "password": PASSWORD });
    let ada = server.browser();
    ada.post(paths::PASSWORD_SIGN_IN, body).await.status(200);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn fifty_who_want_the_same_address_at_once_make_one_account() {
    let server = Server::start().await;
    let answers = all_at_once((0..50).map(|_| {
        let browser = server.browser();
        async move { browser.register("ada").await.status }
    }))
    .await;
    let made = answers.iter().filter(|status| **status == 200).count();
    let refused = answers.iter().filter(|status| **status == 422).count();
    assert_eq!((made, refused), (1, 49));
    assert_eq!(server.tables().await["accounts"].len(), 1);
    assert_eq!(server.audited("account.created").await, 1);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn asvs_6_1_1_the_limit_on_new_accounts_holds_when_fifty_come_at_once() {
    let server = Server::start_with(|config| config.limits.registrations_per_ip = 5).await;
    let answers = all_at_once((0..50).map(|number| {
        let browser = server.browser();
        async move { browser.register(&format!("person{number}")).await }
    }))
    .await;
    let made = answers.iter().filter(|answer| answer.status == 200).count();
    assert_eq!(made, 5);
    for answer in answers.into_iter().filter(|answer| answer.status != 200) {
        let wait: u32 = answer.header("retry-after").parse().unwrap();
        assert_eq!(answer.at("/retry_after"), wait);
        answer.problem(429, "rate_limited");
    }
    assert_eq!(server.tables().await["accounts"].len(), 5);
    server.clock.advance_seconds(3601);
    server.person("late").await;
}

/// Registers with that password; the problem's code and field, if any.
async fn verdict(server: &Server, name: &str, password: &str) -> Option<(String, String)> {
    let body = json!({ "email": format!("{name}@example.com"), "password": password });
    let answer = server.browser().post(paths::REGISTER, body).await;
    (answer.status != 200).then(|| (answer.problem_code(), answer.text_at("/field")))
}

#[tokio::test]
async fn asvs_6_2_1_and_6_2_9_passwords_have_15_to_128_code_points() {
    let server = Server::start().await;
    let refused = |code: &str| Some((code.to_owned(), "password".to_owned()));
    // Fourteen code points, forty-two bytes: length is counted in what people see.
    let short = "検索結果を表示する前に読む犬";
    assert_eq!(short.chars().count(), 14);
    assert_eq!(
        verdict(&server, "a", short).await,
        refused("password_too_short")
    );
    assert_eq!(verdict(&server, "b", &format!("{short}山")).await, None);
    let words = "mango lantern brisk otter quiver plinth saddle ember ".repeat(4);
    assert_eq!(verdict(&server, "c", &words[..128]).await, None);
    assert_eq!(
        verdict(&server, "d", &words[..129]).await,
        refused("password_too_long")
    );
    assert_eq!(verdict(&server, "e", &words[..64]).await, None);
}

#[tokio::test]
async fn asvs_6_2_4_and_6_2_11_passwords_that_are_easily_guessed_are_refused() {
    let server = Server::start().await;
    for password in [
        "passwordpassword",
        "qwertyuiopasdfghjkl",
        "aaaaaaaaaaaaaaaaaaaa",
        "123456789012345678",
        "my portcullis tuba velvet",
        "tuba velvet lovelace 41",
        "TUBA VELVET LOVELACE 41",
        "tuba velvet example 41",
    ] {
        assert_eq!(
            verdict(&server, "ada.lovelace", password).await,
            Some(("password_too_weak".to_owned(), "password".to_owned())),
            "{password}"
        );
    }
    assert!(server.tables().await["accounts"].is_empty());
}

#[tokio::test]
async fn asvs_6_2_5_there_are_no_rules_of_composition() {
    let server = Server::start().await;
    for (name, password) in [
        ("lower", "mango lantern brisk otter"),
        ("digits", "8419250673910284756193"),
        ("emoji", "🦦🪕🧭🪁🛖🫖🪗🧶🪔🥌🪃🛷🪀🎿🧿"),
        ("spaces", "  mango  lantern  brisk "),
    ] {
        assert_eq!(verdict(&server, name, password).await, None, "{password}");
    }
}

#[tokio::test]
async fn addresses_and_names_that_are_none_are_refused() {
    let server = Server::start().await;
    for email in [
        "",
        "ada",
        "@example.com",
        "ada@",
        "a b@example.com",
        "ada@exa\nmple.com",
    ] {
        let body = json!({ "email": email, "password": PASSWORD });
        let answer = server.browser().post(paths::REGISTER, body).await;
        assert_eq!(answer.at("/field"), "email", "{email:?}");
        answer.problem(422, "email_invalid");
    }
    for name in ["", " ", "a\u{0}b", "a\u{202e}b", &"x".repeat(101)] {
        let body = json!({ "email": "ada@example.com", "password": PASSWORD, "name": name });
        let answer = server.browser().post(paths::REGISTER, body).await;
        answer.problem(422, "name_invalid");
    }
    assert!(server.tables().await["accounts"].is_empty());
}

#[tokio::test]
async fn a_password_is_kept_as_an_argon2id_hash_only() {
    let server = Server::start().await;
    server.person("ada").await;
    let all = format!("{:?}", server.tables().await);
    assert!(all.contains("$argon2id$v=19$"));
    assert!(!all.contains(PASSWORD) && !all.contains("velvet"));
}

#[tokio::test]
async fn asvs_7_2_4_signing_up_in_a_signed_in_browser_ends_the_session_before() {
    let server = Server::start().await;
    let browser = server.person("ada").await;
    let before = browser.clone();
    browser.register("eve").await.status(200);
    assert_eq!(browser.session().await["user"]["name"], "eve");
    assert!(!before.is_signed_in().await);
}
