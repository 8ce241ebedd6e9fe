//! Opening and closing: several nodes at once, what was kept, who may read the file.

use std::time::Duration;

use portcullis_domain::{
    StorageError, Store,
    accounts::AccountStore,
    audit::AuditKind::{AccountCreated, SignInFailed},
    audit::AuditStore,
};
use portcullis_storage::Database;
use sqlx::{Connection as _, PgConnection, SqliteConnection};

use crate::support::*;

async fn what_was_kept_is_there_after_a_restart(db: &Fixture) {
    let user = ada(db).await;
    db.close().await;
    let again = Database::open(&db.url).await.unwrap();
    assert_eq!(
        again.account(user).await.unwrap().unwrap().email,
        email("ada")
    );
    again.ping().await.unwrap();
    again.close().await;
}

async fn a_closed_database_says_so(db: &Fixture) {
    db.ping().await.unwrap();
    db.close().await;
    db.close().await;
    assert!(matches!(db.ping().await, Err(StorageError::Unavailable(_))));
    let written = db.record(event(SignInFailed)).await;
    assert!(
        matches!(written, Err(StorageError::Unavailable(_))),
        "{written:?}"
    );
}

async fn closing_finishes_what_is_under_way(db: &Fixture) {
    let mut writes = Vec::new();
    for _ in 0..20 {
        let node = (**db).clone();
        writes.push(tokio::spawn(async move {
            node.record(event(SignInFailed)).await.is_ok()
        }));
    }
    tokio::task::yield_now().await;
    db.close().await;
    let mut acknowledged = 0;
    for write in writes {
        acknowledged += usize::from(write.await.unwrap());
    }
    let again = Database::open(&db.url).await.unwrap();
    assert_eq!(again.audit_rows(100).await.unwrap().len(), acknowledged);
    again.close().await;
}

async fn a_caller_that_goes_away_leaves_nothing_half_done(db: &Fixture) {
    for round in 0..40_u64 {
        let new = new_account(&format!("user{round}"));
        let session = new_session(new.id);
        let create = db.create_account(new, Some(session.into()), event(SignInFailed));
        // Gives up at some point on the way.
        let _ = tokio::time::timeout(Duration::from_micros(round * 50), create).await;
    }
    // Everything after it works, and there are as many rows in the log as accounts.
    ada(db).await;
    let all = portcullis_domain::accounts::AccountQuery {
        search: None,
        after: None,
        limit: 100,
        now: NOW,
    };
    let accounts = db.accounts(all).await.unwrap();
    assert_eq!(accounts.len(), db.audited().await.len());
    let sessions: u32 = accounts.iter().map(|summary| summary.sessions).sum();
    assert_eq!(sessions as usize, accounts.len() - 1);
}

async fn an_operation_that_fails_takes_nobody_along(db: &Fixture) {
    let results = db
        .race(50, |node, caller| async move {
            let mut new = new_account(&format!("user{caller}"));
            if caller % 3 == 0 {
                new.roles = vec!["nobody".to_owned()];
            }
            node.create_account(new, None, event(AccountCreated))
                .await
                .is_ok()
        })
        .await;
    for (caller, made) in results.into_iter().enumerate() {
        assert_eq!(made, caller % 3 != 0);
        let found = db
            .account_by_email(&email(&format!("user{caller}")))
            .await
            .unwrap();
        assert_eq!(found.is_some(), made);
    }
    assert_eq!(db.count_audited(AccountCreated).await, 33);
}

conformance!(
    an_operation_that_fails_takes_nobody_along,
    what_was_kept_is_there_after_a_restart,
    a_closed_database_says_so,
    closing_finishes_what_is_under_way,
    a_caller_that_goes_away_leaves_nothing_half_done,
);

/// Opens an empty database from many nodes at once.
async fn open_at_once(url: String) {
    let nodes: Vec<_> = (0..10)
        .map(|_| {
            let url = url.clone();
            tokio::spawn(async move { Database::open(&url).await })
        })
        .collect();
    for node in nodes {
        let node = node.await.unwrap().unwrap();
        node.record(event(SignInFailed)).await.unwrap();
        node.close().await;
    }
    let node = Database::open(&url).await.unwrap();
    assert_eq!(node.audit_rows(100).await.unwrap().len(), 10);
    node.close().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn many_nodes_start_at_once_on_a_new_postgres_database() {
    let server = portcullis_storage::testing::Postgres::start().unwrap();
    open_at_once(server.url()).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn many_processes_start_at_once_on_a_new_sqlite_file() {
    let folder = tempfile::tempdir().unwrap();
    open_at_once(format!("sqlite:{}", folder.path().join("new.db").display())).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn many_processes_start_at_once_on_a_sqlite_file_of_an_older_version() {
    let folder = tempfile::tempdir().unwrap();
    let url = format!("sqlite:{}", folder.path().join("old.db").display());
    // A version that had no migrations yet.
    let mut old = SqliteConnection::connect(&format!("{url}?mode=rwc"))
        .await
        .unwrap();
    let nothing = sqlx::migrate::Migrator::with_migrations(Vec::new());
    nothing.run(&mut old).await.unwrap();
    old.close().await.unwrap();
    open_at_once(url).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_sqlite_file_that_another_process_holds_is_not_available_for_now() {
    let db = Fixture::sqlite().await;
    let user = ada(&db).await;
    let mut other = SqliteConnection::connect(&db.url).await.unwrap();
    sqlx::query("BEGIN IMMEDIATE")
        .execute(&mut other)
        .await
        .unwrap();
    let refused = db.record(event(SignInFailed)).await.unwrap_err();
    assert!(matches!(refused, StorageError::Unavailable(_)), "{refused}");
    // Reading goes on meanwhile, and writing as soon as it can.
    assert!(db.account(user).await.unwrap().is_some());
    sqlx::query("ROLLBACK").execute(&mut other).await.unwrap();
    db.record(event(SignInFailed)).await.unwrap();
    assert_eq!(
        db.audited().await,
        ["account.created", "session.sign_in_failed"]
    );
    other.close().await.unwrap();
    db.close().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_postgres_that_drops_its_connections_is_connected_to_again() {
    let db = Fixture::postgres().await;
    let user = ada(&db).await;
    let mut other = PgConnection::connect(&db.url).await.unwrap();
    sqlx::query(
        "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = $1",
    )
    .bind("portcullis")
    .execute(&mut other)
    .await
    .unwrap();
    assert!(db.account(user).await.unwrap().is_some());
    db.record(event(SignInFailed)).await.unwrap();
    other.close().await.unwrap();
    db.close().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_database_of_a_newer_version_is_left_alone() {
    let db = Fixture::sqlite().await;
    let mut other = SqliteConnection::connect(&db.url).await.unwrap();
    let sql =
        "INSERT INTO _sqlx_migrations (version, description, success, checksum, execution_time)
        VALUES (9999, 'later', TRUE, x'00', 0)";
    sqlx::query(sql).execute(&mut other).await.unwrap();
    other.close().await.unwrap();
    let error = Database::open(&db.url).await.unwrap_err().to_string();
    assert!(error.contains("newer version of Portcullis"), "{error}");
    db.close().await;
}

#[cfg(unix)]
#[tokio::test]
async fn only_its_owner_can_read_a_new_sqlite_file() {
    use std::os::unix::fs::PermissionsExt as _;
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("private.db");
    let db = Database::open(&format!("sqlite:{}", path.display()))
        .await
        .unwrap();
    ada(&db).await;
    let mut files = 0;
    for file in std::fs::read_dir(folder.path()).unwrap() {
        let file = file.unwrap();
        assert_eq!(
            file.metadata().unwrap().permissions().mode() & 0o777,
            0o600,
            "{file:?}"
        );
        files += 1;
    }
    assert!(files >= 2, "the log beside it as well");
    db.close().await;
}

#[tokio::test]
async fn what_cannot_be_opened_is_named() {
    let folder = tempfile::tempdir().unwrap();
    let at = |name: &str| format!("sqlite:{}", folder.path().join(name).display());
    std::fs::write(
        folder.path().join("text.db"),
        "This is no database.".repeat(100),
    )
    .unwrap();
    for (url, says) in [
        (at("missing/p.db"), "missing/p.db"),
        (at(""), folder.path().to_str().unwrap()),
        (at("text.db"), "text.db"),
        ("mysql://localhost/x".to_owned(), "sqlite:PATH"),
    ] {
        let error = Database::open(&url).await.unwrap_err().to_string();
        assert!(error.contains(says), "{url}: {error}");
    }
    // Nobody listens on port 1.
    let refused = Database::open("postgres://ada:hunter2@127.0.0.1:1/auth")
        .await
        .unwrap_err();
    assert!(matches!(refused, StorageError::Unavailable(_)), "{refused}");
    assert!(!refused.to_string().contains("hunter2"), "{refused}");
}
