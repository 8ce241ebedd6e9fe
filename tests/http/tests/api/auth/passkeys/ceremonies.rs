//! A ceremony is good once, for its kind, in the browser or session that began it, for five
//! minutes.

use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use portcullis_http_tests::{Server, all_at_once, browser::BROWSER};
use portcullis_types::paths;
use serde_json::json;

#[tokio::test]
async fn a_ceremony_is_spent_by_its_success() {
    let server = Server::start().await;
    let ada = server.person("ada").await;
    let begun = ada.begin(paths::PASSKEY_REGISTER_BEGIN).await;
    let (mut key, credential) = server.device().create(&begun);
    ada.finish_adding(&begun, credential.clone(), "Key")
        .await
        .status(201);
    let again = ada.finish_adding(&begun, credential, "Key").await;
    again.problem(422, "ceremony_invalid");
    let browser = server.browser();
    let begun = browser.begin(paths::PASSKEY_SIGN_IN_BEGIN).await;
    let credential = key.get(&begun);
    browser
        .finish_signing_in(&begun, credential.clone())
        .await
        .status(200);
    let again = browser.finish_signing_in(&begun, credential).await;
    again.problem(422, "ceremony_invalid");
    // A fresh answer to a spent challenge is no better.
    let credential = key.get(&begun);
    let again = browser.finish_signing_in(&begun, credential).await;
    again.problem(422, "ceremony_invalid");
}

#[tokio::test]
async fn a_ceremony_is_spent_by_its_failure_too() {
    let server = Server::start().await;
    let ada = server.person("ada").await;
    let mut key = ada.add_passkey(&server.device(), "Key").await;
    let browser = server.browser();
    let begun = browser.begin(paths::PASSKEY_SIGN_IN_BEGIN).await;
    let forged = key.get_bent(&begun, |draft| draft.forge = true);
    browser.finish_signing_in(&begun, forged).await.status(401);
    let credential = key.get(&begun);
    let again = browser.finish_signing_in(&begun, credential).await;
    again.problem(422, "ceremony_invalid");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn of_fifty_finishes_of_one_ceremony_exactly_one_wins() {
    let server = Server::start().await;
    let ada = server.person("ada").await;
    let begun = ada.begin(paths::PASSKEY_REGISTER_BEGIN).await;
    let (mut key, credential) = server.device().create(&begun);
    let statuses = all_at_once((0..50).map(|_| {
        let (tab, begun, credential) = (ada.clone(), begun.clone(), credential.clone());
        async move { tab.finish_adding(&begun, credential, "Key").await.status }
    }))
    .await;
    assert_eq!(statuses.iter().filter(|status| **status == 201).count(), 1);
    assert_eq!(statuses.iter().filter(|status| **status == 422).count(), 49);

    let browser = server.browser();
    let begun = browser.begin(paths::PASSKEY_SIGN_IN_BEGIN).await;
    let credential = key.get(&begun);
    let statuses = all_at_once((0..50).map(|_| {
        let (tab, begun, credential) = (browser.clone(), begun.clone(), credential.clone());
        async move { tab.finish_signing_in(&begun, credential).await.status }
    }))
    .await;
    assert_eq!(statuses.iter().filter(|status| **status == 200).count(), 1);
    assert_eq!(statuses.iter().filter(|status| **status == 422).count(), 49);
    assert_eq!(server.audited("session.signed_in").await, 1);
}

/// An attacker begins, and makes the victim finish; or takes the victim's answer elsewhere.
#[tokio::test]
async fn asvs_6_6_2_a_sign_in_is_bound_to_the_browser_that_began_it() {
    let server = Server::start().await;
    let ada = server.person("ada").await;
    let mut key = ada.add_passkey(&server.device(), "Key").await;
    let (first, other) = (server.browser(), server.browser());
    let begun = first.begin(paths::PASSKEY_SIGN_IN_BEGIN).await;
    let credential = key.get(&begun);
    // A browser without any binding, and one with another.
    let answer = other.finish_signing_in(&begun, credential.clone()).await;
    answer.problem(422, "ceremony_invalid");
    other.begin(paths::PASSKEY_SIGN_IN_BEGIN).await;
    let answer = other.finish_signing_in(&begun, credential.clone()).await;
    answer.problem(422, "ceremony_invalid");
    // A binding the attacker made up.
    other.plant(BROWSER, &format!("pc_br_{}", "A".repeat(43)));
    let answer = other.finish_signing_in(&begun, credential.clone()).await;
    answer.problem(422, "ceremony_invalid");
    // None of this has spent it where it belongs.
    first
        .finish_signing_in(&begun, credential)
        .await
        .status(200);
}

#[tokio::test]
async fn a_registration_is_bound_to_its_session_and_user() {
    let server = Server::start().await;
    let (ada, eve) = (server.person("ada").await, server.person("eve").await);
    let phone = server.browser();
    phone.sign_in("ada").await.status(200);
    let begun = ada.begin(paths::PASSKEY_REGISTER_BEGIN).await;
    let (_, credential) = server.device().create(&begun);
    for other in [&eve, &phone] {
        let answer = other.finish_adding(&begun, credential.clone(), "Key").await;
        answer.problem(422, "ceremony_invalid");
    }
    let nobody = server.browser();
    let answer = nobody
        .finish_adding(&begun, credential.clone(), "Key")
        .await;
    answer.problem(401, "not_authenticated");
    // After an elevation the session is another one.
    let before = ada.clone();
    ada.sign_in("ada").await.status(200);
    let answer = ada.finish_adding(&begun, credential.clone(), "Key").await;
    answer.problem(422, "ceremony_invalid");
    let answer = before.finish_adding(&begun, credential, "Key").await;
    answer.problem(401, "not_authenticated");
    assert!(server.tables().await["passkeys"].is_empty());
}

#[tokio::test]
async fn a_ceremony_of_one_kind_is_not_good_for_another() {
    let server = Server::start().await;
    let ada = server.person("ada").await;
    let mut key = ada.add_passkey(&server.device(), "Key").await;
    let register = ada.begin(paths::PASSKEY_REGISTER_BEGIN).await;
    let sign_up = ada.begin_sign_up("eve").await;
    let sign_in = ada.begin(paths::PASSKEY_SIGN_IN_BEGIN).await;
    let (_, for_register) = server.device().create(&register);
    let (_, for_sign_up) = server.device().create(&sign_up);
    let for_sign_in = key.get(&sign_in);
    for begun in [&sign_up, &sign_in] {
        for credential in [&for_register, &for_sign_up] {
            let answer = ada.finish_adding(begun, credential.clone(), "Key").await;
            answer.problem(422, "ceremony_invalid");
        }
    }
    for begun in [&register, &sign_in] {
        for credential in [&for_register, &for_sign_up] {
            let answer = ada.finish_sign_up(begun, credential.clone()).await;
            answer.problem(422, "ceremony_invalid");
        }
    }
    for begun in [&register, &sign_up] {
        let answer = ada.finish_signing_in(begun, for_sign_in.clone()).await;
        answer.problem(422, "ceremony_invalid");
    }
    let tables = server.tables().await;
    assert_eq!((tables["passkeys"].len(), tables["accounts"].len()), (1, 1));
    // Each is still good for its own.
    ada.finish_adding(&register, for_register, "Key")
        .await
        .status(201);
    ada.finish_signing_in(&sign_in, for_sign_in)
        .await
        .status(200);
}

#[tokio::test]
async fn asvs_6_5_5_a_ceremony_lasts_five_minutes() {
    let server = Server::start().await;
    let ada = server.person("ada").await;
    let mut key = ada.add_passkey(&server.device(), "Key").await;
    let browser = server.browser();
    let early = browser.begin(paths::PASSKEY_SIGN_IN_BEGIN).await;
    let late = browser.begin(paths::PASSKEY_SIGN_IN_BEGIN).await;
    let register = ada.begin(paths::PASSKEY_REGISTER_BEGIN).await;
    server.clock.advance_seconds(299);
    let credential = key.get(&early);
    browser
        .finish_signing_in(&early, credential)
        .await
        .status(200);
    server.clock.advance_seconds(1);
    let credential = key.get(&late);
    let answer = browser.finish_signing_in(&late, credential).await;
    answer.problem(422, "ceremony_invalid");
    let (_, credential) = server.device().create(&register);
    let answer = ada.finish_adding(&register, credential, "Key").await;
    answer.problem(422, "ceremony_invalid");
}

#[tokio::test]
async fn an_altered_ceremony_does_not_open() {
    let server = Server::start().await;
    let ada = server.person("ada").await;
    let mut key = ada.add_passkey(&server.device(), "Key").await;
    let browser = server.browser();
    let begun = browser.begin(paths::PASSKEY_SIGN_IN_BEGIN).await;
    let credential = key.get(&begun);
    let sealed = URL_SAFE_NO_PAD
        .decode(begun["ceremony"].as_str().unwrap())
        .unwrap();
    let finish = |ceremony: String| {
        let body = json!({ "ceremony": ceremony, "credential": credential });
        browser.post(paths::PASSKEY_SIGN_IN_FINISH, body)
    };
    for at in (0..sealed.len()).step_by(sealed.len() / 40) {
        let mut altered = sealed.clone();
        altered[at] ^= 0x10;
        let answer = finish(URL_SAFE_NO_PAD.encode(altered)).await;
        answer.problem(422, "ceremony_invalid");
    }
    for length in [0, 1, 11, 12, 27, 28, sealed.len() - 1] {
        let answer = finish(URL_SAFE_NO_PAD.encode(&sealed[..length])).await;
        answer.problem(422, "ceremony_invalid");
    }
    for text in ["", "=", "\u{0}", "not base64url!", &"A".repeat(20_000)] {
        finish(text.to_owned())
            .await
            .problem(422, "ceremony_invalid");
    }
    finish(begun["ceremony"].as_str().unwrap().to_owned())
        .await
        .status(200);
}

#[tokio::test]
async fn a_ceremony_shows_nothing_of_what_it_holds() {
    let server = Server::start().await;
    let ada = server.person("ada").await;
    let begun = ada.begin(paths::PASSKEY_REGISTER_BEGIN).await;
    let sealed = URL_SAFE_NO_PAD
        .decode(begun["ceremony"].as_str().unwrap())
        .unwrap();
    let text = String::from_utf8_lossy(&sealed);
    assert!(!text.contains("ada") && !text.contains("challenge"));
}

#[tokio::test]
async fn a_ceremony_spent_at_one_node_is_spent_at_the_other() {
    let server = Server::start().await;
    let ada = server.person("ada").await;
    let mut key = ada.add_passkey(&server.device(), "Key").await;
    let node = server.another_node(|_| {}).await;
    let browser = server.browser();
    let begun = browser.begin(paths::PASSKEY_SIGN_IN_BEGIN).await;
    let credential = key.get(&begun);
    let there = node.visit_with(&browser);
    there
        .finish_signing_in(&begun, credential.clone())
        .await
        .status(200);
    let answer = browser.finish_signing_in(&begun, credential).await;
    answer.problem(422, "ceremony_invalid");
}
