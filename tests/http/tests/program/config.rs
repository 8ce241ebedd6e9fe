//! `portcullis config check`, and what a wrong setting does.

use std::{fs, process::Output};

use portcullis_http_tests::process::{command, run};
use tempfile::TempDir;

fn said(output: &Output) -> String {
    String::from_utf8_lossy(&output.stderr).into_owned()
}

async fn check(text: &str) -> Output {
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("portcullis.toml"), text).unwrap();
    run(folder.path(), &["config", "check"]).await
}

#[tokio::test]
async fn a_good_configuration_is_good() {
    for text in ["", "port = 9000\n[session]\nidle_seconds = 60\n"] {
        let output = check(text).await;
        assert!(output.status.success(), "{}", said(&output));
        assert!(String::from_utf8_lossy(&output.stdout).contains("is good"));
    }
    let folder = tempfile::tempdir().unwrap();
    assert!(
        run(folder.path(), &["config", "check"])
            .await
            .status
            .success()
    );
}

#[tokio::test]
async fn the_bad_line_is_named() {
    for (text, line, word) in [
        (
            "port = 8080\n\n[session]\nidel_seconds = 5\n",
            4,
            "idel_seconds",
        ),
        ("host = \"a\"\nport = \"many\"\n", 2, "u16"),
        ("port = 99999\n", 1, "99999"),
        ("[oauth]\n[[clients]]\nid = \"a\"\n", 2, "name"),
        ("demo = yes\n", 1, "yes"),
        ("log_format = \"loud\"\n", 1, "loud"),
    ] {
        let output = check(text).await;
        assert!(!output.status.success());
        let said = said(&output);
        assert!(
            said.contains(&format!("portcullis.toml:{line}:")),
            "{text}: {said}"
        );
        assert!(said.contains(word), "{text}: {said}");
        assert!(!said.contains("panicked"), "{said}");
    }
}

#[tokio::test]
async fn a_setting_that_cannot_be_is_named() {
    for (text, word) in [
        ("public_url = \"http://auth.example.com\"", "https://"),
        (
            "public_url = \"https://auth.example.com/path\"",
            "public_url",
        ),
        ("[session]\nidle_seconds = 0", "session.idle_seconds"),
        (
            "[oauth]\nrefresh_retry_seconds = 301",
            "refresh_retry_seconds",
        ),
        ("[password]\nmin_length = 3", "min_length"),
        ("default_roles = [\"nobody\"]", "nobody"),
        ("[[roles]]\nname = \"admin\"\npermissions = []", "admin"),
        ("[[roles]]\nname = \"a\"\npermissions = [\"a b\"]", "a b"),
        (
            "[[clients]]\nid = \"a\"\nname = \"A\"\nredirect_uris = [\"javascript:x\"]",
            "javascript",
        ),
        (
            "[[clients]]\nid = \"a\"\nname = \"A\"\nredirect_uris = []",
            "redirect_uri",
        ),
    ] {
        let output = check(text).await;
        assert!(!output.status.success(), "{text}");
        assert!(said(&output).contains(word), "{text}: {}", said(&output));
    }
}

#[tokio::test]
async fn variables_and_flags_are_named_as_well() {
    let folder = tempfile::tempdir().unwrap();
    let output = command(folder.path(), &["config", "check"])
        .env("PORTCULLIS_SESSION__IDLE_SECONDS", "soon")
        .output()
        .await
        .unwrap();
    assert!(!output.status.success());
    assert!(
        said(&output).contains("PORTCULLIS_SESSION__IDLE_SECONDS"),
        "{}",
        said(&output)
    );
    let output = run(folder.path(), &["config", "check", "--port", "many"]).await;
    assert!(!output.status.success());
    assert!(said(&output).contains("--port"), "{}", said(&output));
    let output = run(
        folder.path(),
        &["config", "check", "--config", "absent.toml"],
    )
    .await;
    assert!(said(&output).contains("absent.toml"), "{}", said(&output));
}

#[tokio::test]
async fn the_check_shows_no_password_of_the_database() {
    let output = check("database = \"postgres://portcullis:hunter2@db.example/portcullis\"").await;
    let shown = String::from_utf8_lossy(&output.stdout).into_owned() + &said(&output);
    assert!(
        shown.contains("db.example") && !shown.contains("hunter2"),
        "{shown}"
    );
}

async fn refused(folder: &TempDir, arguments: &[&str]) -> String {
    let output = run(folder.path(), arguments).await;
    assert!(!output.status.success());
    let said = said(&output);
    assert!(
        !said.contains("panicked") && !said.contains("RUST_BACKTRACE"),
        "{said}"
    );
    said
}

#[tokio::test]
async fn serving_with_something_missing_says_so_in_a_line() {
    let folder = tempfile::tempdir().unwrap();
    let said = refused(&folder, &["serve", "--port", "0", "--ui", "nowhere"]).await;
    assert!(said.contains("nowhere has no index.html"), "{said}");
    let said = refused(
        &folder,
        &["serve", "--port", "0", "--database", "mysql://x"],
    )
    .await;
    assert!(said.contains("mysql://x"), "{said}");
    let nobody = "postgres://portcullis:hunter2@127.0.0.1:1/portcullis";
    let said = refused(&folder, &["serve", "--port", "0", "--database", nobody]).await;
    assert!(said.contains("cannot open the database"), "{said}");
    assert!(!said.contains("hunter2"), "{said}");
}
