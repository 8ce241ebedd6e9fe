//! `portcullis serve`: starting, being asked how it is, stopping.

use std::time::{Duration, Instant};

use portcullis_http_tests::{
    PASSWORD, Program,
    events::Events,
    process::{command, free_port, run},
};
use portcullis_types::paths;
use rustix::process::Signal;
use serde_json::json;

#[tokio::test]
async fn it_starts_with_no_configuration_and_no_account() {
    let folder = tempfile::tempdir().unwrap();
    let program = Program::start(&folder).await;
    assert!(program.printed[0].starts_with("Portcullis is at http://localhost:"));
    let browser = program.browser();
    assert_eq!(
        browser.get("/healthz").await.status(200).at("/status"),
        "ok"
    );
    assert_eq!(browser.get("/readyz").await.status(200).at("/status"), "ok");
    for (email, password) in [
        ("admin", "admin"),
        ("admin@example.com", "password"),
        ("", ""),
    ] {
        let body = json!({ "email": email, "password": password });
        let answer = browser.post(paths::PASSWORD_SIGN_IN, body).await;
        answer.problem(401, "invalid_credentials");
    }
}

#[cfg(unix)]
#[tokio::test]
async fn what_it_keeps_is_its_owners_alone() {
    use std::os::unix::fs::PermissionsExt;
    let folder = tempfile::tempdir().unwrap();
    let program = Program::start(&folder).await;
    program.browser().register("ada").await.status(200);
    let data = folder.path().join("portcullis-data");
    let mode =
        |path: &std::path::Path| std::fs::metadata(path).unwrap().permissions().mode() & 0o777;
    assert_eq!(mode(&data), 0o700);
    let mut seen = 0;
    for entry in std::fs::read_dir(&data).unwrap() {
        let path = entry.unwrap().path();
        assert_eq!(mode(&path) & 0o077, 0, "{}", path.display());
        seen += 1;
    }
    assert!(seen >= 2, "a database and a master key");
}

#[tokio::test]
async fn asvs_6_4_1_the_link_is_printed_as_long_as_there_is_no_admin() {
    let folder = tempfile::tempdir().unwrap();
    let first = Program::start(&folder).await;
    let old = first.setup_token().expect("a link");
    first.kill().await;
    let second = Program::start(&folder).await;
    let token = second.setup_token().expect("a link");
    assert_ne!(token, old);
    let body =
        |token: &str| json!({ "token": token, "email": "root@example.com", "password": PASSWORD });
    let root = second.browser();
    root.post(paths::SETUP, body(&old))
        .await
        .problem(403, "setup_unavailable");
    root.post(paths::SETUP, body(&token)).await.status(200);
    root.get(paths::ADMIN_USERS).await.status(200);
    second.kill().await;
    let third = Program::start(&folder).await;
    assert!(third.setup_token().is_none());
    assert_eq!(third.printed.len(), 1, "{:?}", third.printed);
    third.browser().sign_in("root").await.status(200);
}

#[tokio::test]
async fn a_taken_port_is_one_clear_line() {
    let folder = tempfile::tempdir().unwrap();
    let taken = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let port = taken.local_addr().unwrap().port().to_string();
    let output = run(folder.path(), &["serve", "--port", &port]).await;
    assert!(!output.status.success());
    let said = String::from_utf8_lossy(&output.stderr).into_owned();
    assert_eq!(said.trim().lines().count(), 1, "{said}");
    assert!(said.contains(&format!("port {port} is taken")), "{said}");
    assert!(said.contains("--port"), "{said}");
}

#[tokio::test]
async fn a_master_key_that_is_not_the_one_is_refused_and_nothing_is_lost() {
    let folder = tempfile::tempdir().unwrap();
    let program = Program::start(&folder).await;
    let ada = program.browser();
    ada.register("ada").await.status(200);
    program.signal(Signal::TERM);
    program.end(Duration::from_secs(10)).await;
    let output = command(folder.path(), &["serve", "--port", "0"])
        .env("PORTCULLIS_MASTER_KEY", "ab".repeat(32))
        .output()
        .await
        .unwrap();
    assert!(!output.status.success());
    let said = String::from_utf8_lossy(&output.stderr).into_owned();
    assert!(said.contains("master key"), "{said}");
    let program = Program::start(&folder).await;
    program.browser().sign_in("ada").await.status(200);
}

#[tokio::test]
async fn told_to_stop_it_ends_its_streams_and_itself_within_two_seconds() {
    let folder = tempfile::tempdir().unwrap();
    for signal in [Signal::TERM, Signal::INT] {
        let program = Program::start(&folder).await;
        let name = format!("ada{}", signal.as_raw());
        let ada = program.browser();
        ada.register(&name).await.status(200);
        let Ok(mut events) = Events::open(&ada).await else {
            panic!("no stream");
        };
        events.next(Duration::from_secs(1)).await.expect("hello");
        let started = Instant::now();
        program.signal(signal);
        assert!(events.ends(Duration::from_secs(2)).await, "the stream ends");
        let (success, said) = program.end(Duration::from_secs(2)).await;
        println!("{signal:?}: ended after {:?}", started.elapsed());
        assert!(success, "{said}");
        assert!(started.elapsed() < Duration::from_secs(2));
    }
}

#[tokio::test]
async fn a_request_under_way_is_answered_before_it_stops() {
    let folder = tempfile::tempdir().unwrap();
    let port = free_port().to_string();
    let program = Program::start_with(&folder, &["--port", &port], |command| {
        // A hash that takes a while.
        command
            .env("PORTCULLIS_PASSWORD__ARGON2_MEMORY_KIB", "65536")
            .env("PORTCULLIS_PASSWORD__ARGON2_PASSES", "20");
    })
    .await;
    let browser = program.browser();
    let registering = tokio::spawn(async move { browser.register("ada").await.status });
    tokio::time::sleep(Duration::from_millis(400)).await;
    program.signal(Signal::TERM);
    let (success, _) = program.end(Duration::from_secs(12)).await;
    assert!(success);
    assert_eq!(registering.await.unwrap(), 200);
    let program = Program::start(&folder).await;
    program.browser().sign_in("ada").await.status(200);
}

#[tokio::test]
async fn two_programs_on_one_database_share_accounts_and_keys() {
    let folder = tempfile::tempdir().unwrap();
    let (one, two) = (Program::start(&folder).await, Program::start(&folder).await);
    one.browser().register("ada").await.status(200);
    two.browser().sign_in("ada").await.status(200);
    let keys = one.client().get(paths::JWKS).await.body;
    assert_eq!(two.client().get(paths::JWKS).await.body, keys);
}

#[tokio::test]
async fn the_user_interface_is_served_and_nothing_beside_it() {
    let folder = tempfile::tempdir().unwrap();
    let ui = folder.path().join("ui");
    std::fs::create_dir(&ui).unwrap();
    std::fs::write(ui.join("index.html"), "<!doctype html><title>Index</title>").unwrap();
    std::fs::write(ui.join("app.js"), "1").unwrap();
    std::fs::write(folder.path().join("secret.txt"), "secret").unwrap();
    let program = Program::start_with(&folder, &["--port", "0", "--ui", "ui"], |_| {}).await;
    let browser = program.browser();
    for page in ["/", "/sign-in", "/account", "/notes/deep/er"] {
        let answer = browser.get(page).await.status(200);
        assert!(answer.text().contains("Index"), "{page}");
        assert!(answer.header("content-type").starts_with("text/html"));
    }
    browser.get("/app.js").await.status(200);
    for path in [
        "/absent.js",
        "/..%2fsecret.txt",
        "/%2e%2e/secret.txt",
        "/api/nothing",
    ] {
        let answer = browser.get(path).await;
        assert_eq!(answer.status, 404, "{path}: {}", answer.text());
        assert!(!answer.text().contains("secret\n"));
    }
}
