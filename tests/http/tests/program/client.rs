//! `portcullis client`.

use std::{path::Path, time::Duration};

use portcullis_http_tests::{App, Program, app::session_of, process::run};
use serde_json::Value;

async fn json(folder: &Path, arguments: &[&str]) -> Value {
    let output = run(folder, &[&["client"], arguments, &["--json"]].concat()).await;
    assert!(output.status.success(), "{output:?}");
    serde_json::from_slice(&output.stdout).unwrap()
}

async fn refusal(folder: &Path, arguments: &[&str]) -> String {
    let output = run(folder, &[&["client"], arguments].concat()).await;
    assert!(!output.status.success(), "{arguments:?}");
    let said = String::from_utf8_lossy(&output.stderr).into_owned();
    assert!(!said.contains("panicked"), "{said}");
    said
}

#[tokio::test]
async fn a_client_is_registered_shown_listed_rotated_and_deleted() {
    let folder = tempfile::tempdir().unwrap();
    let folder = folder.path();
    let uri = "https://shop.example/callback";
    let created = json(
        folder,
        &[
            "create",
            "--id",
            "shop",
            "--name",
            "Shop",
            "--redirect-uri",
            uri,
            "--auth-method",
            "client_secret_basic",
        ],
    )
    .await;
    let first = created["client_secret"].as_str().unwrap();
    assert!(first.starts_with("pc_cs_"));
    let shown = json(folder, &["show", "shop"]).await;
    assert_eq!(shown["client"]["redirect_uris"][0], uri);
    assert_eq!(shown["source"], "database");
    let listed = json(folder, &["list"]).await;
    assert_eq!(listed[0]["client"]["id"], "shop");
    let rotated = json(
        folder,
        &["rotate-secret", "shop", "--overlap-seconds", "60"],
    )
    .await;
    assert_ne!(rotated["client_secret"].as_str().unwrap(), first);
    assert_eq!(rotated["client"]["secrets"].as_array().unwrap().len(), 2);
    let output = run(folder, &["client", "show", "shop"]).await;
    let text = String::from_utf8_lossy(&output.stdout).into_owned();
    assert!(text.contains(uri) && !text.contains("pc_cs_"), "{text}");
    let deleted = json(folder, &["delete", "shop"]).await;
    assert_eq!(deleted["deleted"], "shop");
    assert_eq!(json(folder, &["list"]).await, Value::Array(Vec::new()));
}

#[tokio::test]
async fn what_cannot_be_registered_is_said_and_not_kept() {
    let folder = tempfile::tempdir().unwrap();
    let folder = folder.path();
    std::fs::write(
        folder.join("portcullis.toml"),
        "[[clients]]\nid = \"spa\"\nname = \"Spa\"\nredirect_uris = [\"https://a.example/\"]\n",
    )
    .unwrap();
    for (arguments, words) in [
        (&["create", "--name", "Shop"][..], "redirect_uris"),
        (
            &[
                "create",
                "--name",
                "Shop",
                "--redirect-uri",
                "http://a.example/",
            ],
            "https",
        ),
        (
            &[
                "create",
                "--name",
                "Shop",
                "--auth-method",
                "private_key_jwt",
                "--redirect-uri",
                "https://a.example/",
            ],
            "jwks",
        ),
        (
            &[
                "create",
                "--name",
                "Shop",
                "--auth-method",
                "private_key_jwt",
                "--jwks",
                "none.json",
                "--redirect-uri",
                "https://a.example/",
            ],
            "none.json",
        ),
        (
            &[
                "create",
                "--id",
                "a/b",
                "--name",
                "Shop",
                "--redirect-uri",
                "https://a.example/",
            ],
            "letters",
        ),
        (
            &[
                "create",
                "--id",
                "spa",
                "--name",
                "Shop",
                "--redirect-uri",
                "https://a.example/",
            ],
            "already",
        ),
        (
            &[
                "create",
                "--name",
                "Shop",
                "--without-pkce",
                "--redirect-uri",
                "https://a.example/",
            ],
            "require_pkce",
        ),
        (
            &["create", "--name", "Shop", "--grant", "password"],
            "client_credentials",
        ),
        (&["show", "nobody"], "no client"),
        (&["delete", "nobody"], "no client"),
        (&["delete", "spa"], "portcullis.toml"),
        (&["rotate-secret", "spa"], "portcullis.toml"),
        (
            &["rotate-secret", "spa", "--overlap-seconds", "9999999"],
            "overlap-seconds",
        ),
    ] {
        let said = refusal(folder, arguments).await;
        assert!(said.contains(words), "{arguments:?}: {said}");
    }
    let listed = json(folder, &["list"]).await;
    assert_eq!(listed.as_array().unwrap().len(), 1);
    assert_eq!(listed[0]["source"], "file");
}

#[tokio::test]
async fn a_running_server_notices_within_a_second() {
    let folder = tempfile::tempdir().unwrap();
    let server = Program::start(&folder).await;
    let (ada, program) = (server.browser(), server.client());
    ada.register("ada").await.status(200);
    let app = App::new("shop", "https://shop.example/callback");
    ada.get(&app.path()).await.status(400);
    let create = [
        "create",
        "--id",
        "shop",
        "--name",
        "Shop",
        "--redirect-uri",
        &app.redirect_uri,
    ];
    json(folder.path(), &create).await;
    let tokens = app.tokens(&ada, &program).await;
    session_of(&program, &tokens.access).await.status(200);
    json(folder.path(), &["delete", "shop"]).await;
    tokio::time::sleep(Duration::from_millis(1100)).await;
    session_of(&program, &tokens.access).await.status(401);
    ada.get(&app.path()).await.status(400);
    app.refresh(&program, &tokens.refresh)
        .await
        .oauth_error(401, "invalid_client");
}
