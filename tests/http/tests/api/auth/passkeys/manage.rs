//! Renaming and deleting one's passkeys.

use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use portcullis_http_tests::{Browser, PASSWORD, Passkey, Server, all_at_once, device::base64url};
use portcullis_types::{UserId, paths};
use serde_json::json;

async fn path_of(browser: &Browser, index: usize) -> String {
    let list = browser.get(paths::PASSKEYS).await.status(200);
    format!(
        "{}/{}",
        paths::PASSKEYS,
        list.text_at(&format!("/passkeys/{index}/id"))
    )
}

async fn count(browser: &Browser) -> usize {
    let list = browser.get(paths::PASSKEYS).await.status(200);
    list.at("/passkeys").as_array().unwrap().len()
}

#[tokio::test]
async fn somebody_renames_a_passkey() {
    let server = Server::start().await;
    let ada = server.person("ada").await;
    let mut key = ada.add_passkey(&server.device(), "Key").await;
    let path = path_of(&ada, 0).await;
    ada.patch(&path, json!({ "name": " Ｗork laptop " }))
        .await
        .status(200);
    assert_eq!(
        ada.get(paths::PASSKEYS).await.at("/passkeys/0/name"),
        "Work laptop"
    );
    for name in ["", "  ", "a\nb", &"x".repeat(101)] {
        let answer = ada.patch(&path, json!({ "name": name })).await;
        answer.problem(422, "name_invalid");
    }
    assert_eq!(server.audited("passkey.renamed").await, 1);
    server.browser().sign_in_with(&mut key).await.status(200);
}

#[tokio::test]
async fn asvs_6_5_6_somebody_deletes_a_passkey() {
    let server = Server::start().await;
    let ada = server.person("ada").await;
    let mut key = ada.add_passkey(&server.device(), "Key").await;
    let path = path_of(&ada, 0).await;
    ada.delete(&path).await.status(200);
    assert_eq!(count(&ada).await, 0);
    ada.delete(&path).await.problem(404, "not_found");
    server.browser().sign_in_with(&mut key).await.status(401);
    assert_eq!(server.audited("passkey.deleted").await, 1);
}

#[tokio::test]
async fn the_last_way_in_cannot_be_deleted() {
    let server = Server::start().await;
    let ada = server.browser();
    let mut key = ada.sign_up_with_passkey(&server.device(), "ada").await;
    let first = path_of(&ada, 0).await;
    ada.delete(&first).await.problem(409, "last_credential");
    server.browser().sign_in_with(&mut key).await.status(200);
    ada.add_passkey(&server.device(), "Second").await;
    ada.delete(&first).await.status(200);
    let second = path_of(&ada, 0).await;
    ada.delete(&second).await.problem(409, "last_credential");
    ada.put(paths::PASSWORD, json!({ "new": PASSWORD }))
        .await
        .status(204);
    ada.delete(&second).await.status(200);
    server.browser().sign_in("ada").await.status(200);
}

/// What the Signal API is told, besides the credentials.
async fn details(browser: &Browser) -> serde_json::Value {
    let handle = uuid_bytes(&browser.user_id().await);
    json!({ "rp_id": "localhost", "user_handle": base64url(&handle), "name": "ada@example.com",
            "display_name": "ada" })
}

fn uuid_bytes(text: &str) -> Vec<u8> {
    text.parse::<UserId>().unwrap().0.as_bytes().to_vec()
}

fn signal(details: &serde_json::Value, accepted: &[&Passkey]) -> serde_json::Value {
    let mut signal = details.clone();
    let ids = accepted.iter().map(|key| base64url(&key.id));
    signal["accepted"] = ids.collect::<Vec<_>>().into();
    signal
}

#[tokio::test]
async fn webauthn_5_1_10_each_change_says_what_passkey_providers_are_told() {
    let server = Server::start().await;
    let ada = server.person("ada").await;
    let details = details(&ada).await;
    let first = ada.add_passkey(&server.device(), "First").await;
    server.clock.advance_seconds(1);
    let begun = ada.begin(paths::PASSKEY_REGISTER_BEGIN).await;
    let (second, credential) = server.device().create(&begun);
    // The handle is the one that the authenticator was given and gives back.
    let given = begun["options"]["user"]["id"].as_str().unwrap();
    assert_eq!(details["user_handle"], given);
    assert_eq!(URL_SAFE_NO_PAD.decode(given).unwrap(), first.user_handle);
    let added = ada.finish_adding(&begun, credential, "Second").await;
    let added = added.status(201);
    assert_eq!(added.at("/signal"), signal(&details, &[&first, &second]));
    let list = ada.get(paths::PASSKEYS).await.status(200);
    assert_eq!(list.at("/rp_id"), details["rp_id"]);
    assert_eq!(list.at("/user_handle"), details["user_handle"]);
    let path = path_of(&ada, 0).await;
    let renamed = ada.patch(&path, json!({ "name": "Work" })).await;
    let both = json!({ "signal": signal(&details, &[&first, &second]) });
    assert_eq!(renamed.status(200).json(), both);
    let deleted = ada.delete(&path).await.status(200);
    assert_eq!(
        deleted.json(),
        json!({ "signal": signal(&details, &[&second]) })
    );
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn deleting_all_passkeys_at_once_leaves_one() {
    let server = Server::start().await;
    let ada = server.browser();
    ada.sign_up_with_passkey(&server.device(), "ada").await;
    for _ in 0..9 {
        ada.add_passkey(&server.device(), "Key").await;
    }
    let mut every = Vec::new();
    for index in 0..10 {
        every.push(path_of(&ada, index).await);
    }
    let statuses = all_at_once(every.into_iter().map(|path| {
        let tab = ada.clone();
        async move { tab.delete(&path).await.status }
    }))
    .await;
    assert_eq!(statuses.iter().filter(|status| **status == 200).count(), 9);
    assert_eq!(statuses.iter().filter(|status| **status == 409).count(), 1);
    assert_eq!(count(&ada).await, 1);
}

#[tokio::test]
async fn asvs_8_2_2_anothers_passkey_is_not_there() {
    let server = Server::start().await;
    let (ada, eve) = (server.person("ada").await, server.person("eve").await);
    ada.add_passkey(&server.device(), "Key").await;
    let path = path_of(&ada, 0).await;
    let before = server.tables().await;
    eve.patch(&path, json!({ "name": "Mine" }))
        .await
        .problem(404, "not_found");
    eve.delete(&path).await.problem(404, "not_found");
    assert_eq!(count(&eve).await, 0);
    assert_eq!(server.tables().await, before);
}
