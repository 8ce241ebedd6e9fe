//! `portcullis registration-token`.

use std::path::Path;

use portcullis_http_tests::process::run;
use serde_json::Value;

async fn json(folder: &Path, arguments: &[&str]) -> Value {
    let output = run(
        folder,
        &[&["registration-token"], arguments, &["--json"]].concat(),
    )
    .await;
    assert!(output.status.success(), "{output:?}");
    serde_json::from_slice(&output.stdout).unwrap()
}

async fn refusal(folder: &Path, arguments: &[&str]) -> String {
    let output = run(folder, &[&["registration-token"], arguments].concat()).await;
    assert!(!output.status.success(), "{arguments:?}");
    let said = String::from_utf8_lossy(&output.stderr).into_owned();
    assert!(!said.contains("panicked"), "{said}");
    said
}

#[tokio::test]
async fn a_token_is_made_listed_and_revoked() {
    let folder = tempfile::tempdir().unwrap();
    let folder = folder.path();
    let made = json(folder, &["create", "--uses", "3"]).await;
    let (id, token) = (
        made["id"].as_str().unwrap(),
        made["token"].as_str().unwrap(),
    );
    assert!(token.starts_with("pc_iat_"));
    let listed = json(folder, &["list"]).await;
    assert_eq!(listed[0]["id"], id);
    assert_eq!(listed[0]["uses_left"], 3);
    assert_eq!(listed[0]["made_by"], Value::Null);
    let output = run(folder, &["registration-token", "list"]).await;
    let text = String::from_utf8_lossy(&output.stdout).into_owned();
    assert!(text.contains(id) && text.contains("never used"), "{text}");
    assert!(!text.contains(token) && !listed.to_string().contains(token));
    assert_eq!(json(folder, &["revoke", id]).await["revoked"], id);
    assert_eq!(json(folder, &["list"]).await, Value::Array(Vec::new()));
    let said = refusal(folder, &["revoke", id]).await;
    assert!(said.contains(id), "{said}");
    // Nobody pastes a token without being told, and it is not repeated into a log.
    refusal(folder, &["revoke", "x"]).await;
}

#[tokio::test]
async fn what_cannot_be_made_is_said_and_makes_no_database() {
    let folder = tempfile::tempdir().unwrap();
    let folder = folder.path();
    for (arguments, word) in [
        (["create", "--uses", "0"], "--uses"),
        (["create", "--uses", "1001"], "--uses"),
        (["create", "--seconds", "0"], "--seconds"),
        (["create", "--seconds", "2592001"], "--seconds"),
    ] {
        let said = refusal(folder, &arguments).await;
        assert!(said.contains(word), "{said}");
    }
    assert!(!folder.join("portcullis-data").exists());
}
