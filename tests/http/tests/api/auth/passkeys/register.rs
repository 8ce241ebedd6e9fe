//! Adding passkeys to one's account.

use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use portcullis_http_tests::{Algorithm, Device, Server, all_at_once};
use portcullis_types::paths;
use serde_json::{Value, json};

#[tokio::test]
async fn somebody_adds_a_passkey_and_sees_it() {
    let server = Server::start().await;
    let ada = server.person("ada").await;
    let begun = ada.begin(paths::PASSKEY_REGISTER_BEGIN).await;
    let options = &begun["options"];
    assert_eq!(options["rp"]["id"], "localhost");
    assert_eq!(options["user"]["name"], "ada@example.com");
    assert_eq!(options["user"]["displayName"], "ada");
    assert_eq!(options["excludeCredentials"], json!([]));
    assert!(
        options["challenge"].as_str().unwrap().len() >= 22,
        "16 bytes or more"
    );
    let (key, credential) = server.device().create(&begun);
    let answer = ada.finish_adding(&begun, credential, "Laptop").await;
    let made = answer.status(201).json();
    assert_eq!(made["name"], "Laptop");
    assert_eq!(made["synced"], false);
    assert_eq!(
        made["credential_id"],
        portcullis_http_tests::device::base64url(&key.id)
    );
    let list = ada.get(paths::PASSKEYS).await.status(200);
    let mut made = made;
    made.as_object_mut().unwrap().remove("signal");
    assert_eq!(list.at("/passkeys"), json!([made]));
    assert_eq!(server.audited("passkey.added").await, 1);
}

#[tokio::test]
async fn a_passkey_without_a_name_is_called_after_the_browser() {
    let server = Server::start().await;
    let ada = server.person("ada").await;
    let begun = ada.begin(paths::PASSKEY_REGISTER_BEGIN).await;
    let (_, credential) = server.device().create(&begun);
    let body = json!({ "ceremony": begun["ceremony"], "credential": credential });
    let answer = ada.post(paths::PASSKEY_REGISTER_FINISH, body).await;
    assert_eq!(answer.status(201).at("/name"), "Firefox on Linux");
}

#[tokio::test]
async fn every_offered_algorithm_registers_and_signs_in() {
    let server = Server::start().await;
    let ada = server.person("ada").await;
    let begun = ada.begin(paths::PASSKEY_REGISTER_BEGIN).await;
    let offered: Vec<i64> = begun["options"]["pubKeyCredParams"]
        .as_array()
        .unwrap()
        .iter()
        .map(|kind| kind["alg"].as_i64().unwrap())
        .collect();
    let ours = [Algorithm::Es256, Algorithm::Rs256];
    assert_eq!(offered, ours.map(Algorithm::cose));
    for algorithm in ours {
        let device = Device {
            algorithm,
            ..server.device()
        };
        let mut key = ada.add_passkey(&device, "Key").await;
        let browser = server.browser();
        browser.sign_in_with(&mut key).await.status(200);
        assert_eq!(browser.session().await["user"]["name"], "ada");
        let begun = browser.begin(paths::PASSKEY_SIGN_IN_BEGIN).await;
        let forged = key.get_bent(&begun, |draft| draft.forge = true);
        let answer = browser.finish_signing_in(&begun, forged).await;
        answer.problem(401, "invalid_credentials");
    }
}

#[tokio::test]
async fn a_key_that_was_not_offered_is_refused() {
    let server = Server::start().await;
    let ada = server.person("ada").await;
    let begun = ada.begin(paths::PASSKEY_REGISTER_BEGIN).await;
    let (_, mut credential) = server.device().create(&begun);
    // ES256's number, -7, becomes ES256K's, -47, which nobody offered.
    let attestation = credential["response"]["attestationObject"]
        .as_str()
        .unwrap();
    let mut bytes = URL_SAFE_NO_PAD.decode(attestation).unwrap();
    let at = bytes
        .windows(4)
        .position(|window| window == [0x01, 0x02, 0x03, 0x26])
        .unwrap();
    bytes.splice(at + 3..=at + 3, [0x38, 46]);
    credential["response"]["attestationObject"] = Value::from(URL_SAFE_NO_PAD.encode(bytes));
    let answer = ada.finish_adding(&begun, credential, "Key").await;
    answer.problem(422, "passkey_rejected");
}

#[tokio::test]
async fn a_device_with_a_passkey_is_told_not_to_make_a_second() {
    let server = Server::start().await;
    let ada = server.person("ada").await;
    let key = ada.add_passkey(&server.device(), "Key").await;
    let begun = ada.begin(paths::PASSKEY_REGISTER_BEGIN).await;
    let excluded = &begun["options"]["excludeCredentials"];
    assert_eq!(excluded.as_array().unwrap().len(), 1);
    assert_eq!(
        excluded[0]["id"],
        portcullis_http_tests::device::base64url(&key.id)
    );
}

#[tokio::test]
async fn webauthn_7_1_a_credential_id_is_registered_once_whoever_asks() {
    let server = Server::start().await;
    let (ada, eve) = (server.person("ada").await, server.person("eve").await);
    let key = ada.add_passkey(&server.device(), "Key").await;
    for browser in [&eve, &ada] {
        let begun = browser.begin(paths::PASSKEY_REGISTER_BEGIN).await;
        let copy = |draft: &mut portcullis_http_tests::device::Draft| {
            draft.id.clone_from(&key.id);
        };
        let (_, credential) = server.device().create_bent(&begun, copy);
        let answer = browser.finish_adding(&begun, credential, "Copy").await;
        // For one's own, the verifier may say so before the database does.
        assert!(
            ["passkey_exists", "passkey_rejected"].contains(&&*answer.problem_code()),
            "{}",
            answer.text()
        );
    }
    assert_eq!(server.tables().await["passkeys"].len(), 1);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_limit_of_ten_holds_when_thirty_finish_at_once() {
    let server = Server::start().await;
    let ada = server.person("ada").await;
    let mut ready = Vec::new();
    for _ in 0..30 {
        let begun = ada.begin(paths::PASSKEY_REGISTER_BEGIN).await;
        let (_, credential) = server.device().create(&begun);
        ready.push((begun, credential));
    }
    let answers = all_at_once(ready.into_iter().map(|(begun, credential)| {
        let tab = ada.clone();
        async move { tab.finish_adding(&begun, credential, "Key").await }
    }))
    .await;
    let added = answers.iter().filter(|answer| answer.status == 201).count();
    assert_eq!(added, 10);
    for answer in answers.into_iter().filter(|answer| answer.status != 201) {
        answer.problem(409, "passkey_limit");
    }
    assert_eq!(server.tables().await["passkeys"].len(), 10);
    assert_eq!(server.audited("passkey.added").await, 10);
    ada.post(paths::PASSKEY_REGISTER_BEGIN, json!({}))
        .await
        .problem(409, "passkey_limit");
}
