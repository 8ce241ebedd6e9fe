//! `portcullis accounts create`.

use portcullis_http_tests::{
    PASSWORD, Program,
    process::{run, run_with_input},
};
use portcullis_types::paths;
use serde_json::json;

const CREATE: &[&str] = &["accounts", "create", "--email", "ada@example.com"];

#[tokio::test]
async fn an_account_made_on_the_command_line_signs_in_with_its_role() {
    let folder = tempfile::tempdir().unwrap();
    let arguments = [CREATE, &["--role", "admin", "--name", "Ada"]].concat();
    let output = run_with_input(folder.path(), &arguments, &format!("{PASSWORD}\n")).await;
    assert!(output.status.success(), "{output:?}");
    let program = Program::start(&folder).await;
    assert!(program.setup_token().is_none(), "there is an admin");
    let ada = program.browser();
    ada.sign_in("ada").await.status(200);
    assert_eq!(ada.session().await["roles"], json!(["admin"]));
    assert_eq!(ada.session().await["user"]["name"], "Ada");
    ada.get(paths::ADMIN_USERS).await.status(200);
}

#[tokio::test]
async fn what_cannot_be_made_is_said_and_not_made() {
    let folder = tempfile::tempdir().unwrap();
    for (arguments, password, words) in [
        (CREATE.to_vec(), "short", "characters"),
        (CREATE.to_vec(), "", "characters"),
        (CREATE.to_vec(), "aaaaaaaaaaaaaaaaaaaa", ""),
        (
            [CREATE, &["--role", "emperor"]].concat(),
            PASSWORD,
            "no role \"emperor\"",
        ),
        (
            vec!["accounts", "create", "--email", "ada"],
            PASSWORD,
            "address",
        ),
    ] {
        let output = run_with_input(folder.path(), &arguments, password).await;
        let said = String::from_utf8_lossy(&output.stderr).into_owned();
        assert!(!output.status.success(), "{arguments:?}");
        assert!(said.contains(words) && !said.contains("panicked"), "{said}");
    }
    let output = run_with_input(folder.path(), CREATE, PASSWORD).await;
    assert!(output.status.success());
    let output = run_with_input(folder.path(), CREATE, PASSWORD).await;
    let said = String::from_utf8_lossy(&output.stderr).into_owned();
    assert!(
        !output.status.success() && said.contains("already"),
        "{said}"
    );
}

#[tokio::test]
async fn the_openapi_document_can_be_printed() {
    let folder = tempfile::tempdir().unwrap();
    let output = run(folder.path(), &["openapi"]).await;
    let document: serde_json::Value = serde_json::from_slice(&output.stdout).unwrap();
    assert!(document["paths"]["/api/auth/session"].is_object());
}
