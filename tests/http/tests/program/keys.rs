//! `portcullis keys`.

use std::{path::Path, time::Duration};

use portcullis_http_tests::{App, Program, app::session_of, jwt, process::run};
use serde_json::Value;

async fn json(folder: &Path, arguments: &[&str]) -> Value {
    let output = run(folder, &[&["keys"], arguments, &["--json"]].concat()).await;
    assert!(output.status.success(), "{output:?}");
    serde_json::from_slice(&output.stdout).unwrap()
}

fn kid(list: &Value, state: &str) -> String {
    let mut keys = list["keys"].as_array().unwrap().iter();
    let key = keys.find(|key| key["state"] == state).unwrap();
    key["kid"].as_str().unwrap().to_owned()
}

#[tokio::test]
async fn keys_are_made_listed_and_rotated() {
    let folder = tempfile::tempdir().unwrap();
    let folder = folder.path();
    let made = json(folder, &["list"]).await;
    assert_eq!(made["keys"].as_array().unwrap().len(), 2);
    assert_eq!(json(folder, &["list"]).await, made);
    let output = run(folder, &["keys", "rotate"]).await;
    assert!(!output.status.success());
    let said = String::from_utf8_lossy(&output.stderr).into_owned();
    assert!(
        said.contains("--force") && !said.contains("panicked"),
        "{said}"
    );
    assert_eq!(json(folder, &["list"]).await, made);
    let output = run(
        folder,
        &["keys", "rotate", "--algorithm", "RS256", "--force"],
    )
    .await;
    let said = String::from_utf8_lossy(&output.stderr).into_owned();
    assert!(
        !output.status.success() && said.contains("no key"),
        "{said}"
    );
    let rotated = json(folder, &["rotate", "--force"]).await;
    assert_eq!(kid(&rotated, "active"), kid(&made, "next"));
    assert_eq!(kid(&rotated, "retired"), kid(&made, "active"));
    let output = run(folder, &["keys", "list"]).await;
    let text = String::from_utf8_lossy(&output.stdout).into_owned();
    for state in ["next", "active", "retired"] {
        let line = text.lines().find(|line| line.contains(state)).unwrap();
        assert!(line.contains(&kid(&rotated, state)), "{text}");
    }
}

#[tokio::test]
async fn a_master_key_of_another_database_rotates_nothing() {
    let folder = tempfile::tempdir().unwrap();
    let folder = folder.path();
    json(folder, &["list"]).await;
    let key = folder.join("portcullis-data/master.key");
    let right = std::fs::read_to_string(&key).unwrap();
    std::fs::write(&key, "07".repeat(32)).unwrap();
    let output = run(folder, &["keys", "rotate", "--force"]).await;
    let said = String::from_utf8_lossy(&output.stderr).into_owned();
    assert!(
        !output.status.success() && said.contains("master key"),
        "{said}"
    );
    std::fs::write(&key, right).unwrap();
    let keys = json(folder, &["list"]).await;
    assert_eq!(keys["keys"].as_array().unwrap().len(), 2);
}

/// Within a quarter of a minute; meanwhile and afterwards everything goes on.
#[tokio::test]
async fn a_running_server_signs_with_the_key_that_the_command_line_made_active() {
    const CLIENT: &str = "[[clients]]\nid = \"spa\"\nname = \"Spa\"\n\
                          id_token_signed_response_alg = \"ES256\"\n\
                          redirect_uris = [\"http://localhost:5173/callback\"]\n";
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("portcullis.toml"), CLIENT).unwrap();
    let server = Program::start(&folder).await;
    let (ada, program) = (server.browser(), server.client());
    ada.register("ada").await.status(200);
    let first = App::spa().tokens(&ada, &program).await.access;
    let rotated = json(folder.path(), &["rotate", "--force"]).await;
    let mut newest = first.clone();
    for _ in 0..40 {
        newest = App::spa().tokens(&ada, &program).await.access;
        session_of(&program, &first).await.status(200);
        session_of(&program, &newest).await.status(200);
        if jwt::header(&newest)["kid"] == kid(&rotated, "active") {
            break;
        }
        tokio::time::sleep(Duration::from_millis(500)).await;
    }
    assert_eq!(jwt::header(&newest)["kid"], kid(&rotated, "active"));
    assert_eq!(jwt::header(&first)["kid"], kid(&rotated, "retired"));
}
