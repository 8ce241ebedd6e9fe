//! The backends under test, and the people, tokens and events the tests are about.

use std::{
    ops::Deref,
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
};

use futures::future::join_all;
use portcullis_domain::{
    AuditEvent, Email, FamilyId, NewAccount, PasskeyId, RequestId, SecretHash, SessionId, Store,
    Timestamp, UserId,
    accounts::{AccountStore, CreateAccount},
    audit::{AuditKind, AuditStore},
    oauth::{AuthorizationCode, NewRefreshToken, OAuthStore, TokenFamily},
    passkeys::NewPasskey,
    passwords::PasswordHash,
    roles::ADMIN,
    sessions::Session,
};
use portcullis_storage::{Database, testing::Postgres};
use sqlx::{Connection as _, PgConnection, SqliteConnection};
use tempfile::TempDir;
use tokio::sync::{Barrier, OnceCell};
use uuid::Uuid;

/// Makes each of these functions a test per backend.
macro_rules! conformance {
    ($($name:ident),* $(,)?) => {
        mod on_sqlite {
            $(#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
            async fn $name() {
                let fixture = $crate::support::Fixture::sqlite().await;
                super::$name(&fixture).await;
                fixture.close().await;
            })*
        }
        mod on_postgres {
            $(#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
            async fn $name() {
                let fixture = $crate::support::Fixture::postgres().await;
                super::$name(&fixture).await;
                fixture.close().await;
            })*
        }
    };
}
pub(crate) use conformance;

/// An empty database, and what keeps it there.
pub(crate) struct Fixture {
    database: Database,
    /// A second node on the same database, for races.
    other: OnceCell<Database>,
    pub(crate) url: String,
    _place: Place,
}

enum Place {
    Folder { _folder: TempDir },
    Server { _server: Postgres },
}

impl Fixture {
    pub(crate) async fn sqlite() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let url = format!("sqlite:{}", folder.path().join("portcullis.db").display());
        Self::at(url, Place::Folder { _folder: folder }).await
    }

    pub(crate) async fn postgres() -> Self {
        let server = Postgres::start().unwrap_or_else(|why| panic!("{why}"));
        Self::at(server.url(), Place::Server { _server: server }).await
    }

    async fn at(url: String, place: Place) -> Self {
        let database = Database::open(&url).await.unwrap();
        Self {
            database,
            other: OnceCell::new(),
            url,
            _place: place,
        }
    }

    pub(crate) async fn close(&self) {
        self.database.close().await;
        if let Some(other) = self.other.get() {
            other.close().await;
        }
    }

    /// Takes the role from everybody, past the rule that somebody keeps it.
    pub(crate) async fn remove_all_admins(&self) {
        let sql = "DELETE FROM account_roles WHERE role = 'admin'";
        if self.url.starts_with("sqlite:") {
            let mut other = SqliteConnection::connect(&self.url).await.unwrap();
            sqlx::query(sql).execute(&mut other).await.unwrap();
        } else {
            let mut other = PgConnection::connect(&self.url).await.unwrap();
            sqlx::query(sql).execute(&mut other).await.unwrap();
        }
    }

    /// What the audit log holds, oldest first.
    pub(crate) async fn audited(&self) -> Vec<String> {
        let rows = self.audit_rows(10_000).await.unwrap();
        rows.into_iter().rev().map(|row| row.kind).collect()
    }

    /// How many events of that kind the audit log holds.
    pub(crate) async fn count_audited(&self, kind: AuditKind) -> usize {
        self.audited()
            .await
            .iter()
            .filter(|it| *it == kind.as_str())
            .count()
    }

    /// Calls `attempt` `callers` times at once, on two nodes in turn; what they got.
    pub(crate) async fn race<T, F>(
        &self,
        callers: usize,
        attempt: impl Fn(Database, usize) -> F,
    ) -> Vec<T>
    where
        F: Future<Output = T> + Send + 'static,
        T: Send + 'static,
    {
        let other = self.other.get_or_init(async || {
            let other = Database::open(&self.url).await.unwrap();
            // Callers that each wait for a connection first would hardly meet.
            for node in [&self.database, &other] {
                join_all((0..50).map(|_| node.ping())).await;
            }
            other
        });
        let nodes = [&self.database, other.await];
        let start = Arc::new(Barrier::new(callers));
        let tasks: Vec<_> = (0..callers)
            .map(|caller| {
                let start = Arc::clone(&start);
                let future = attempt(nodes[caller % 2].clone(), caller);
                tokio::spawn(async move {
                    start.wait().await;
                    future.await
                })
            })
            .collect();
        let mut results = Vec::new();
        for task in tasks {
            results.push(task.await.unwrap());
        }
        results
    }
}

impl Deref for Fixture {
    type Target = Database;

    fn deref(&self) -> &Database {
        &self.database
    }
}

/// How many callers there are in each round of a race.
pub(crate) const ROUNDS: [usize; 12] = [2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 50, 50];

/// The moment at which the tests take place.
pub(crate) const NOW: Timestamp = Timestamp(1_800_000_000_000);

/// `seconds` after [`NOW`].
pub(crate) fn later(seconds: i64) -> Timestamp {
    NOW.plus_seconds(seconds)
}

static COUNTER: AtomicU64 = AtomicU64::new(1);

/// An id larger than all before it.
pub(crate) fn id() -> Uuid {
    let number = COUNTER.fetch_add(1, Ordering::Relaxed);
    Uuid::from_u128(0x0190_0000_0000_7000_8000_0000_0000_0000 | u128::from(number))
}

/// A hash unlike all before it.
pub(crate) fn hash() -> SecretHash {
    let mut bytes = [0xa5; 32];
    bytes[..8].copy_from_slice(&COUNTER.fetch_add(1, Ordering::Relaxed).to_be_bytes());
    SecretHash(bytes)
}

/// A name unlike all before it.
pub(crate) fn unique_name() -> String {
    format!("user{}", COUNTER.fetch_add(1, Ordering::Relaxed))
}

pub(crate) fn event(kind: AuditKind) -> AuditEvent {
    AuditEvent {
        kind,
        at: NOW,
        actor: None,
        subject: None,
        session: None,
        family: None,
        ip: "127.0.0.1".to_owned(),
        request: Some(RequestId(id())),
        detail: serde_json::json!({}),
        mails: Vec::new(),
    }
}

pub(crate) fn email(name: &str) -> Email {
    Email::parse(&format!("{name}@example.com")).unwrap()
}

pub(crate) fn password(text: &str) -> PasswordHash {
    PasswordHash(format!("$argon2id${text}"))
}

/// An account about to be made, with a password.
pub(crate) fn new_account(name: &str) -> NewAccount {
    NewAccount {
        id: UserId(id()),
        email: email(name),
        name: name.to_owned(),
        email_verified: false,
        language: None,
        password: Some(password(name)),
        passkey: None,
        roles: Vec::new(),
        created_at: NOW,
    }
}

/// An admin's account about to be made.
pub(crate) fn new_admin(name: &str) -> NewAccount {
    NewAccount {
        roles: vec![ADMIN.to_owned()],
        ..new_account(name)
    }
}

/// An account about to be made, with a passkey only.
pub(crate) fn new_passkey_account(name: &str) -> NewAccount {
    NewAccount {
        password: None,
        passkey: Some(new_passkey()),
        ..new_account(name)
    }
}

/// Makes the account, without an audit row that would be in a test's way.
pub(crate) async fn create(db: &Database, account: NewAccount) -> UserId {
    let user = account.id;
    let created = db
        .create_account(account, None, event(AuditKind::AccountCreated))
        .await;
    assert_eq!(created.unwrap(), CreateAccount::Created);
    user
}

/// An account with a password.
pub(crate) async fn ada(db: &Database) -> UserId {
    create(db, new_account("ada")).await
}

pub(crate) fn new_passkey() -> NewPasskey {
    NewPasskey {
        id: PasskeyId(id()),
        credential_id: hash().0.to_vec(),
        name: "Laptop".to_owned(),
        data: vec![0, 1, 2, 255],
        synced: true,
        created_at: NOW,
    }
}

/// A session of an hour without use and a day at most.
pub(crate) fn new_session(user: UserId) -> Session {
    Session {
        id: SessionId(id()),
        token: hash(),
        user,
        amr: vec!["pwd".to_owned(), "user".to_owned()],
        auth_time: NOW,
        idle_seconds: 3600,
        created_at: NOW,
        last_seen_at: NOW,
        expires_at: later(86_400),
        ip: "192.0.2.7".to_owned(),
        user_agent: "Firefox".to_owned(),
    }
}

pub(crate) fn new_code(user: UserId) -> AuthorizationCode {
    AuthorizationCode {
        code: hash(),
        family: FamilyId(id()),
        client_id: "spa".to_owned(),
        user,
        session: None,
        redirect_uri: "http://localhost:5173/callback".to_owned(),
        scopes: vec!["openid".to_owned(), "notes".to_owned()],
        code_challenge: "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM".to_owned(),
        resources: vec!["https://api.example".to_owned()],
        claims: vec!["id_token:name".to_owned()],
        nonce: Some("n-0S6_WzA2Mj".to_owned()),
        dpop_jkt: Some("0ZcOCORZNYy-DWpqq30jZyJGHTN0d2HglBV3uiguA4I".to_owned()),
        auth_time: NOW,
        amr: vec!["hwk".to_owned()],
        created_at: NOW,
        expires_at: later(60),
    }
}

pub(crate) fn new_family(user: UserId) -> TokenFamily {
    TokenFamily {
        id: FamilyId(id()),
        user,
        session: Some(SessionId(id())),
        client_id: "spa".to_owned(),
        scopes: vec!["openid".to_owned()],
        resources: vec!["https://api.example".to_owned()],
        claims: vec!["userinfo:email".to_owned()],
        dpop_jkt: None,
        certificate: None,
        auth_time: NOW,
        amr: vec!["pwd".to_owned()],
        created_at: NOW,
        expires_at: later(30 * 86_400),
        revoked_at: None,
    }
}

pub(crate) fn new_token() -> NewRefreshToken {
    NewRefreshToken {
        token: hash(),
        expires_at: later(7 * 86_400),
    }
}

/// Begins a family of the user; it and its first token.
pub(crate) async fn begin_family(db: &Database, user: UserId) -> (FamilyId, SecretHash) {
    let (family, first) = (new_family(user), new_token());
    let answer = (family.id, first.token);
    assert!(
        db.begin_family(family, first, event(AuditKind::FamilyBegan))
            .await
            .unwrap()
    );
    answer
}
