//! Renaming and deleting one's passkeys.

use portcullis_http_tests::{Browser, PASSWORD, Server, all_at_once};
use portcullis_types::paths;
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
        .status(204);
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
    ada.delete(&path).await.status(204);
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
    ada.delete(&first).await.status(204);
    let second = path_of(&ada, 0).await;
    ada.delete(&second).await.problem(409, "last_credential");
    ada.put(paths::PASSWORD, json!({ "new": PASSWORD }))
        .await
        .status(204);
    ada.delete(&second).await.status(204);
    server.browser().sign_in("ada").await.status(200);
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
    assert_eq!(statuses.iter().filter(|status| **status == 204).count(), 9);
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
