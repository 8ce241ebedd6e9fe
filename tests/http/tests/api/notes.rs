//! `/api/notes`: the demo, and with it permissions at work.

use portcullis_http_tests::Server;
use portcullis_types::paths;
use serde_json::json;

fn path(id: &str) -> String {
    format!("{}/{id}", paths::NOTES)
}

#[tokio::test]
async fn somebody_writes_changes_and_deletes_their_own_notes() {
    let server = Server::start().await;
    let ada = server.person("ada").await;
    let id = ada.write_note("  First  ").await;
    let list = ada.get(paths::NOTES).await.status(200);
    assert_eq!(list.at("/notes/0/text"), "First");
    assert_eq!(list.at("/notes/0/own"), true);
    server.clock.advance_seconds(1);
    let changed = ada.put(&path(&id), json!({ "text": "Second" })).await;
    assert_eq!(changed.status(200).at("/text"), "Second");
    ada.delete(&path(&id)).await.status(204);
    ada.delete(&path(&id)).await.problem(404, "not_found");
    assert_eq!(ada.get(paths::NOTES).await.at("/notes"), json!([]));
}

#[tokio::test]
async fn asvs_8_2_2_others_notes_are_not_there_without_the_permission() {
    let server = Server::start().await;
    let (ada, eve) = (server.person("ada").await, server.person("eve").await);
    let id = ada.write_note("Ada's").await;
    let before = server.tables().await;
    assert_eq!(eve.get(paths::NOTES).await.at("/notes"), json!([]));
    eve.put(&path(&id), json!({ "text": "Mine" }))
        .await
        .problem(404, "not_found");
    eve.delete(&path(&id)).await.problem(404, "not_found");
    assert_eq!(server.tables().await, before);
}

#[tokio::test]
async fn a_moderator_reads_and_deletes_everybodys_and_changes_nobodys() {
    let server = Server::start().await;
    let admin = server.admin().await;
    let (ada, mod_) = (server.person("ada").await, server.person("moss").await);
    let id = ada.write_note("Ada's").await;
    let role = format!(
        "{}/{}/roles/moderator",
        paths::ADMIN_USERS,
        mod_.user_id().await
    );
    admin.put(&role, json!({})).await.status(204);
    let list = mod_.get(paths::NOTES).await;
    assert_eq!(list.at("/notes/0/owner_name"), "ada");
    assert_eq!(list.at("/notes/0/own"), false);
    mod_.put(&path(&id), json!({ "text": "Mine" }))
        .await
        .problem(404, "not_found");
    mod_.delete(&path(&id)).await.status(204);
}

#[tokio::test]
async fn without_the_role_there_are_no_notes_at_all() {
    let server = Server::start().await;
    let admin = server.admin().await;
    let ada = server.person("ada").await;
    let role = format!("{}/{}/roles/user", paths::ADMIN_USERS, ada.user_id().await);
    admin.delete(&role).await.status(204);
    ada.get(paths::NOTES).await.problem(403, "forbidden");
    ada.post(paths::NOTES, json!({ "text": "x" }))
        .await
        .problem(403, "forbidden");
}

#[tokio::test]
async fn a_note_has_1_to_4000_characters() {
    let server = Server::start().await;
    let ada = server.person("ada").await;
    ada.write_note(&"🦦".repeat(4000)).await;
    for text in ["", "   ", "a\u{0}b", &"🦦".repeat(4001)] {
        let answer = ada.post(paths::NOTES, json!({ "text": text })).await;
        assert_eq!(answer.at("/field"), "text");
        answer.problem(400, "invalid_request");
    }
}

#[tokio::test]
async fn without_the_demo_there_is_no_such_route() {
    let server = Server::start_with(|config| config.demo = false).await;
    let ada = server.person("ada").await;
    ada.get(paths::NOTES).await.problem(404, "not_found");
    assert_eq!(ada.session().await["permissions"], json!([]));
}
