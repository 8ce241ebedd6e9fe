//! Holds the directions of `ARCHITECTURE.md`: which crate may know of which.

#![expect(
    clippy::unwrap_used,
    reason = "a test that cannot read the tree should stop"
)]

use std::{
    fs,
    path::{Path, PathBuf},
};

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR"))
        .parent()
        .unwrap()
        .to_owned()
}

/// The crates that a manifest's `[dependencies]` name.
fn dependencies(folder: &str) -> Vec<String> {
    let manifest = fs::read_to_string(root().join(folder).join("Cargo.toml")).unwrap();
    let manifest: toml::Table = manifest.parse().unwrap();
    let dependencies = manifest
        .get("dependencies")
        .and_then(toml::Value::as_table)
        .unwrap();
    dependencies.keys().cloned().collect()
}

fn ours(folder: &str) -> Vec<String> {
    let mut ours: Vec<String> = dependencies(folder)
        .into_iter()
        .filter_map(|name| name.strip_prefix("portcullis-").map(str::to_owned))
        .collect();
    ours.sort();
    ours
}

#[test]
fn crates_know_only_whom_they_may_know() {
    let allowed = [
        ("sdk/types", vec![]),
        ("sdk/policy", vec![]),
        ("sdk/core", vec!["policy", "types"]),
        ("sdk", vec!["core", "policy", "types"]),
        ("server/domain", vec!["policy", "types"]),
        ("server/storage", vec!["domain", "policy", "types"]),
        ("server/verify", vec!["policy", "types"]),
        (
            "server",
            vec!["domain", "policy", "storage", "types", "verify"],
        ),
        ("web", vec!["policy", "sdk", "types"]),
        ("web/demo", vec!["policy", "sdk", "types", "web"]),
    ];
    for (folder, allowed) in allowed {
        for name in ours(folder) {
            assert!(
                allowed.contains(&name.as_str()),
                "{folder} must not know portcullis-{name}"
            );
        }
    }
}

#[test]
fn what_has_no_io_knows_no_io() {
    let io = [
        "axum",
        "tokio",
        "sqlx",
        "reqwest",
        "web-sys",
        "js-sys",
        "webauthn-rs",
        "gloo-timers",
    ];
    for folder in ["sdk/types", "sdk/policy", "sdk/core", "server/domain"] {
        for name in dependencies(folder) {
            assert!(
                !io.contains(&name.as_str()),
                "{folder} must not know {name}"
            );
        }
    }
    assert!(!dependencies("server/storage").contains(&"axum".to_owned()));
}

/// It goes into other people's services: what only our server needs stays out of it.
#[test]
fn what_verifies_tokens_elsewhere_knows_no_server() {
    for name in dependencies("server/verify") {
        let ours = ["sqlx", "webauthn-rs", "argon2", "utoipa", "clap"];
        assert!(
            !ours.contains(&name.as_str()),
            "server/verify must not know {name}"
        );
    }
}

#[test]
fn only_the_commands_name_a_database() {
    let mut stack = vec![root().join("server/src")];
    let mut looked_at = 0;
    while let Some(path) = stack.pop() {
        if path.is_dir() {
            stack.extend(
                fs::read_dir(&path)
                    .unwrap()
                    .map(|entry| entry.unwrap().path()),
            );
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            looked_at += 1;
            let names_it = fs::read_to_string(&path)
                .unwrap()
                .contains("portcullis_storage");
            let may = path.components().any(|part| part.as_os_str() == "commands");
            assert!(!names_it || may, "{} names a database", path.display());
        }
    }
    assert!(looked_at > 40, "the server's sources were not found");
}

#[test]
fn the_binary_stays_thin() {
    let main = fs::read_to_string(root().join("server/src/main.rs")).unwrap();
    assert!(main.lines().count() < 100);
}
