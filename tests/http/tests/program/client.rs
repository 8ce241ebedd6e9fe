//! `portcullis client`.

use std::{path::Path, time::Duration};

use portcullis_http_tests::{App, Program, app::session_of, process::run};
use serde_json::{Value, json};

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

/// `client create` of a shop with a secret.
async fn shop(folder: &Path, more: &[&str]) -> Value {
    let create = [
        "create",
        "--id",
        "shop",
        "--name",
        "Shop",
        "--redirect-uri",
        "https://shop.example/callback",
        "--auth-method",
        "client_secret_basic",
    ];
    json(folder, &[&create[..], more].concat()).await
}

#[tokio::test]
async fn update_changes_what_is_named_and_nothing_else() {
    let folder = tempfile::tempdir().unwrap();
    let folder = folder.path();
    let more = [
        "--dpop",
        "--require-par",
        "--resource",
        "https://a.example",
        "--logo-uri",
        "https://shop.example/logo.svg",
        "--access-token-seconds",
        "60",
        "--scope",
        "openid",
        "--scope",
        "roles",
    ];
    let mut expected = shop(folder, &more).await["client"]["client"].clone();
    let mapper = r#"{"claim":"groups","from":"roles"}"#;
    for (arguments, changes) in [
        (
            &["--name", "Shop of Ada"][..],
            json!({ "name": "Shop of Ada" }),
        ),
        (
            &["--access-token-format", "opaque"],
            json!({ "access_token_format": "opaque" }),
        ),
        (
            &["--subject-type", "pairwise"],
            json!({ "subject_type": "pairwise" }),
        ),
        (
            &["--claim-mapper", mapper],
            json!({ "claim_mappers": [
                { "claim": "groups", "from": "roles", "to": ["id_token", "userinfo"] },
            ] }),
        ),
        (
            &["--dpop=false", "--access-token-seconds", "0"],
            json!({ "dpop_bound_access_tokens": false, "access_token_seconds": null }),
        ),
        (
            &["--resource", "", "--logo-uri", "", "--claim-mapper", ""],
            json!({ "resources": null, "logo_uri": null, "claim_mappers": null }),
        ),
        (
            &[
                "--redirect-uri",
                "https://b.example/1",
                "--redirect-uri",
                "https://b.example/2",
            ],
            json!({ "redirect_uris": ["https://b.example/1", "https://b.example/2"] }),
        ),
        (&["--scope", "openid"], json!({ "scopes": ["openid"] })),
        (
            &["--id-token-alg", "ES256"],
            json!({ "id_token_signed_response_alg": "ES256" }),
        ),
    ] {
        let changed = json(folder, &[&["update", "shop"], arguments].concat()).await;
        assert!(changed["client_secret"].is_null(), "{arguments:?}");
        let changed = &changed["client"]["client"];
        for (name, value) in changes.as_object().unwrap() {
            let is_same = changed[name] == *value || (value.is_null() && is_empty(&changed[name]));
            assert!(is_same, "{arguments:?}: {name} is {}", changed[name]);
            expected[name] = changed[name].clone();
        }
        let mut changed = changed.clone();
        for client in [&mut changed, &mut expected] {
            client
                .as_object_mut()
                .unwrap()
                .retain(|_, value| !value.is_null());
        }
        assert_eq!(changed, expected, "{arguments:?}");
    }
    let output = run(folder, &["client", "show", "shop"]).await;
    let text = String::from_utf8_lossy(&output.stdout).into_owned();
    assert!(
        text.contains("opaque") && text.contains("pairwise"),
        "{text}"
    );
}

fn is_empty(value: &Value) -> bool {
    value.is_null() || value.as_array().is_some_and(Vec::is_empty)
}

#[tokio::test]
async fn update_shows_a_new_secret_once_and_the_same_again_changes_nothing() {
    let folder = tempfile::tempdir().unwrap();
    let folder = folder.path();
    let first = shop(folder, &[]).await["client_secret"].clone();
    // The same kind of secret goes on being good.
    let update = ["update", "shop", "--auth-method", "client_secret_post"];
    assert!(json(folder, &update).await["client_secret"].is_null());
    let update = ["update", "shop", "--auth-method", "client_secret_jwt"];
    let changed = json(folder, &update).await;
    let second = changed["client_secret"].as_str().unwrap();
    assert!(second.starts_with("pc_cs_") && first != second);
    let again = json(folder, &update).await;
    assert!(again["client_secret"].is_null());
    let times = |it: &Value| it["client"]["updated_at"].clone();
    assert_eq!(times(&again), times(&changed));
    let nothing = json(folder, &["update", "shop"]).await;
    assert_eq!(times(&nothing), times(&changed));
    // Keys stay when the method changes: requests may be signed with them.
    let keys = "https://shop.example/keys";
    let method = ["update", "shop", "--auth-method"];
    let by_keys = [&method[..], &["private_key_jwt", "--jwks-uri", keys]].concat();
    assert_eq!(
        json(folder, &by_keys).await["client"]["client"]["jwks_uri"],
        keys
    );
    let public = json(folder, &[&method[..], &["none"]].concat()).await;
    assert_eq!(public["client"]["client"]["jwks_uri"], keys);
    assert_eq!(public["client"]["secrets"], json!([]));
}

#[tokio::test]
async fn what_cannot_be_changed_is_said_and_left_as_it_is() {
    let folder = tempfile::tempdir().unwrap();
    let folder = folder.path();
    std::fs::write(
        folder.join("portcullis.toml"),
        "[[clients]]\nid = \"spa\"\nname = \"Spa\"\nredirect_uris = [\"https://a.example/\"]\n",
    )
    .unwrap();
    shop(folder, &[]).await;
    let before = json(folder, &["show", "shop"]).await;
    for (arguments, words) in [
        (&["nobody", "--name", "x"][..], "no client"),
        (&["spa", "--name", "x"], "portcullis.toml"),
        (&["shop", "--name", ""], "name"),
        (&["shop", "--redirect-uri", ""], "redirect_uris"),
        (&["shop", "--redirect-uri", "http://b.example/"], "https"),
        (&["shop", "--auth-method", "private_key_jwt"], "jwks"),
        (&["shop", "--jwks", "none.json"], "none.json"),
        (&["shop", "--claim-mapper", "{"], "claim"),
        (
            &["shop", "--claim-mapper", r#"{"claim":"a","of":"b"}"#],
            "of",
        ),
        (
            &["shop", "--claim-mapper", r#"{"claim":"sub","value":"x"}"#],
            "what a token is",
        ),
        (&["shop", "--access-token-format", "saml"], "opaque"),
        (
            &["shop", "--sector-identifier-uri", "https://a.example/"],
            "pairwise",
        ),
        (
            &["shop", "--subject-type", "pairwise", "--may-introspect"],
            "may_introspect",
        ),
        (
            &[
                "shop",
                "--subject-type",
                "pairwise",
                "--sector-identifier-uri",
                "http://127.0.0.1:1/",
            ],
            "no answer",
        ),
        (
            &["shop", "--access-token-seconds", "99999999"],
            "access_token_seconds",
        ),
        (&["shop", "--dpop=maybe"], "maybe"),
        (&["shop", "--id", "other"], "--id"),
    ] {
        let said = refusal(folder, &[&["update"], arguments].concat()).await;
        assert!(said.contains(words), "{arguments:?}: {said}");
    }
    assert_eq!(json(folder, &["show", "shop"]).await, before);
}

#[tokio::test]
async fn what_a_command_does_is_shown_by_examples() {
    let folder = tempfile::tempdir().unwrap();
    for command in [
        "create",
        "update",
        "list",
        "show",
        "rotate-secret",
        "delete",
    ] {
        let output = run(folder.path(), &["client", command, "--help"]).await;
        let text = String::from_utf8_lossy(&output.stdout).into_owned();
        assert!(
            text.contains(&format!("  portcullis client {command} ")),
            "{text}"
        );
        assert!(text.contains("--json"), "{text}");
    }
}

#[tokio::test]
async fn a_running_server_gives_out_what_update_says_within_a_second() {
    let folder = tempfile::tempdir().unwrap();
    let server = Program::start(&folder).await;
    let (ada, program) = (server.browser(), server.client());
    ada.register("ada").await.status(200);
    let create = [
        "create",
        "--id",
        "shop",
        "--name",
        "Shop",
        "--redirect-uri",
        "https://shop.example/callback",
    ];
    json(folder.path(), &create).await;
    let app = App::new("shop", "https://shop.example/callback");
    let tokens = app.tokens(&ada, &program).await;
    session_of(&program, &tokens.access).await.status(200);
    let update = ["update", "shop", "--access-token-format", "opaque"];
    json(
        folder.path(),
        &[&update[..], &["--subject-type", "pairwise"]].concat(),
    )
    .await;
    tokio::time::sleep(Duration::from_millis(1100)).await;
    session_of(&program, &tokens.access)
        .await
        .problem(403, "forbidden");
    let next = app.refresh(&program, &tokens.refresh).await.status(200);
    assert!(next.text_at("/access_token").starts_with("pc_at_"));
}
