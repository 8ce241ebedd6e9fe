//! What the logs say, and what they must not.

use std::{collections::BTreeSet, time::Duration};

use portcullis_http_tests::{App, PASSWORD, Program};
use portcullis_types::paths;
use rustix::process::Signal;
use serde_json::json;

const CLIENT: &str = "[[clients]]\nid = \"spa\"\nname = \"Spa\"\n\
                      redirect_uris = [\"http://localhost:5173/callback\"]\n";

/// Uses everything that has to do with a secret; the secrets.
async fn use_secrets(program: &Program) -> BTreeSet<String> {
    let mut secrets = BTreeSet::from([PASSWORD.to_owned()]);
    let setup = program.setup_token().unwrap();
    let root = program.browser();
    let body = json!({ "token": setup, "email": "root@example.com", "password": PASSWORD });
    root.post(paths::SETUP, body).await.status(200);
    secrets.insert(setup);

    let ada = program.browser();
    ada.register("ada").await.status(200);
    secrets.insert(ada.session_token());
    let wrong = "wrong password of somebody";
    ada.sign_in_as("ada", wrong).await.status(401);
    secrets.insert(wrong.to_owned());
    ada.sign_in("ada").await.status(200);
    secrets.insert(ada.session_token());
    let new = "quiver plinth saddle 77";
    ada.put(paths::PASSWORD, json!({ "current": PASSWORD, "new": new }))
        .await
        .status(204);
    secrets.insert(new.to_owned());

    let mut key = ada.add_passkey(&program.device(), "Key").await;
    let browser = program.browser();
    let begun = browser.begin(paths::PASSKEY_SIGN_IN_BEGIN).await;
    secrets.insert(begun["ceremony"].as_str().unwrap().to_owned());
    let binding = browser.cookie(portcullis_http_tests::browser::BROWSER);
    secrets.insert(binding.unwrap());
    let credential = key.get(&begun);
    browser
        .finish_signing_in(&begun, credential)
        .await
        .status(200);
    secrets.insert(browser.session_token());

    let (app, client) = (App::spa(), program.client());
    let code = app.code(&ada).await;
    let answer = app.redeem(&client, &code).await.status(200);
    for name in ["/access_token", "/refresh_token", "/id_token"] {
        secrets.insert(answer.text_at(name));
    }
    let refresh = answer.text_at("/refresh_token");
    let next = app.refresh(&client, &refresh).await.status(200);
    secrets.insert(next.text_at("/refresh_token"));
    secrets.insert(next.text_at("/access_token"));
    app.redeem(&client, &code).await.status(400);
    app.revoke(&client, &refresh).await.status(200);
    let path = format!(
        "{}?access_token={}",
        paths::SESSION,
        answer.text_at("/access_token")
    );
    client.get(&path).await;
    secrets.insert(code);
    secrets.insert(app.verifier);
    // A form that went wrong, with a secret in it.
    let body = "{\"email\":\"ada@example.com\",\"password\":\"half a secret";
    ada.call(reqwest::Method::POST, paths::PASSWORD_SIGN_IN)
        .body("application/json", body)
        .send()
        .await
        .status(400);
    secrets.insert("half a secret".to_owned());
    ada.sign_out().await.status(204);
    secrets
}

#[tokio::test]
async fn asvs_16_2_5_the_most_talkative_log_has_no_secret() {
    for format in ["text", "json"] {
        let folder = tempfile::tempdir().unwrap();
        std::fs::write(folder.path().join("portcullis.toml"), CLIENT).unwrap();
        let program = Program::start_with(&folder, &["--port", "0"], |command| {
            command
                .env("RUST_LOG", "trace")
                .env("PORTCULLIS_LOG_FORMAT", format);
        })
        .await;
        let secrets = use_secrets(&program).await;
        program.signal(Signal::TERM);
        let (_, log) = program.end(Duration::from_secs(10)).await;
        assert!(
            log.contains(paths::REGISTER),
            "it does log: {} bytes",
            log.len()
        );
        println!("{} bytes of log, {} secrets", log.len(), secrets.len());
        let mut found = Vec::new();
        for secret in &secrets {
            for line in log.lines().filter(|line| line.contains(secret.as_str())) {
                found.push(format!(
                    "{secret}: {}",
                    line.chars().take(300).collect::<String>()
                ));
            }
        }
        assert!(found.is_empty(), "{}", found.join("\n"));
    }
}

#[tokio::test]
async fn asvs_16_4_1_a_request_cannot_forge_a_line() {
    let folder = tempfile::tempdir().unwrap();
    let program = Program::start_with(&folder, &["--port", "0"], |command| {
        command.env("RUST_LOG", "trace");
    })
    .await;
    let client = program.client();
    client.get("/api/%0a%0dFORGED%20LINE").await.status(404);
    let call = client.call(reqwest::Method::GET, paths::SESSION);
    call.header("user-agent", "x\tFORGED")
        .send()
        .await
        .status(200);
    program.signal(Signal::TERM);
    let (_, log) = program.end(Duration::from_secs(10)).await;
    assert!(
        !log.lines()
            .any(|line| line.trim_start().starts_with("FORGED"))
    );
}

#[tokio::test]
async fn json_lines_are_json() {
    let folder = tempfile::tempdir().unwrap();
    let program = Program::start_with(&folder, &["--port", "0"], |command| {
        command
            .env("RUST_LOG", "debug")
            .env("PORTCULLIS_LOG_FORMAT", "json");
    })
    .await;
    let answer = program.client().get(paths::SESSION).await.status(200);
    program.signal(Signal::TERM);
    let (_, log) = program.end(Duration::from_secs(10)).await;
    let lines: Vec<serde_json::Value> = log
        .lines()
        .map(|line| serde_json::from_str(line).unwrap_or_else(|_| panic!("{line}")))
        .collect();
    let id = answer.header("x-request-id");
    let ours = lines.iter().find(|line| line["fields"]["request"] == id);
    assert_eq!(ours.unwrap()["fields"]["path"], paths::SESSION);
}
