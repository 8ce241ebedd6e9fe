//! Keys on schedule, by a clock that the test moves, on a real database (which only commands name).

use std::sync::Arc;

use portcullis_domain::{Timestamp, audit::AuditStore};
use portcullis_storage::Database;
use portcullis_types::keys::{KeyState, KeyView};

use crate::{
    config::Config,
    crypto::{MasterKey, SystemRng},
    keys::{
        SigningKeys,
        rotation::{self, Means},
    },
};

const START: Timestamp = Timestamp(1_800_000_000_000);
const DAY: i64 = 24 * 3600;

/// A node, and what its keys are kept in.
struct Node {
    database: Arc<Database>,
    keys: SigningKeys,
    config: Config,
    folder: Arc<tempfile::TempDir>,
}

impl Node {
    async fn start() -> Self {
        Self::at(Arc::new(tempfile::tempdir().unwrap()), START).await
    }

    async fn at(folder: Arc<tempfile::TempDir>, now: Timestamp) -> Self {
        let url = format!("sqlite:{}", folder.path().join("portcullis.db").display());
        let database = Arc::new(Database::open(&url).await.unwrap());
        let keys = load(&database, [7; 32], now).await.unwrap();
        Self {
            keys,
            config: Config::default(),
            database,
            folder,
        }
    }

    /// What the server does every quarter of a minute.
    async fn tend(&self, now: Timestamp) {
        let rng = SystemRng::default();
        let means = Means {
            store: &*self.database,
            rng: &rng,
            config: &self.config,
            now,
        };
        let audit = || rotation::audit(now, "schedule");
        self.keys.tend(&means, audit).await.unwrap();
    }

    fn one(&self, state: KeyState) -> KeyView {
        let mut keys = self.keys.list();
        keys.retain(|key| key.state == state);
        assert_eq!(keys.len(), 1, "{keys:?}");
        keys.remove(0)
    }
}

async fn load(
    database: &Database,
    master: [u8; 32],
    now: Timestamp,
) -> anyhow::Result<SigningKeys> {
    let master = MasterKey::new(master);
    SigningKeys::load(database, &master, &SystemRng::default(), now).await
}

#[tokio::test]
async fn a_key_is_active_for_the_configured_time_and_then_the_next_one() {
    let node = Node::start().await;
    let (first, second) = (node.one(KeyState::Active), node.one(KeyState::Next));
    let due = START.plus_seconds(node.config.keys.rotation_seconds);
    node.tend(due.plus_seconds(-1)).await;
    assert_eq!(node.one(KeyState::Active), first);
    node.tend(due).await;
    assert_eq!(node.one(KeyState::Active).kid, second.kid);
    let retired = node.one(KeyState::Retired);
    assert_eq!((&retired.kid, retired.retired_at), (&first.kid, Some(due)));
    node.tend(due.plus_seconds(1)).await;
    assert_eq!(node.one(KeyState::Active).kid, second.kid);
    let third = node.one(KeyState::Next);
    let again = due.plus_seconds(node.config.keys.rotation_seconds);
    node.tend(again).await;
    assert_eq!(node.one(KeyState::Active).kid, third.kid);
    let rows = node.database.audit_rows(10).await.unwrap();
    assert_eq!(rows.len(), 2);
    assert_eq!(rows[0].detail["method"], "schedule");
}

#[tokio::test]
async fn an_overdue_rotation_waits_until_the_next_key_is_known() {
    let node = Node::start().await;
    let due = START.plus_seconds(node.config.keys.rotation_seconds);
    // A leak just before: the next key is young when the schedule comes.
    let rng = SystemRng::default();
    let mut means = Means {
        store: &*node.database,
        rng: &rng,
        config: &node.config,
        now: due,
    };
    let audit = || rotation::audit(due, "command line");
    node.keys.rotate(&means, None, true, &audit).await.unwrap();
    means.now = due.plus_seconds(3599);
    let refused = node.keys.rotate(&means, None, false, &audit).await;
    assert!(matches!(refused, Err(rotation::NotRotated::TooSoon(_))));
    means.now = due.plus_seconds(3600);
    node.keys.rotate(&means, None, false, &audit).await.unwrap();
}

#[tokio::test]
async fn of_two_nodes_one_rotates_and_the_other_hears_of_it() {
    let node = Node::start().await;
    let other = Node::at(Arc::clone(&node.folder), START).await;
    let next = node.one(KeyState::Next);
    let due = START.plus_seconds(node.config.keys.rotation_seconds);
    tokio::join!(node.tend(due), other.tend(due));
    node.tend(due).await;
    assert_eq!(node.one(KeyState::Active).kid, next.kid);
    assert_eq!(node.keys.list(), other.keys.list());
    assert_eq!(node.database.audit_rows(10).await.unwrap().len(), 1);
}

#[tokio::test]
async fn what_is_published_names_the_retired_only_as_long_as_their_tokens_live() {
    let node = Node::start().await;
    let first = node.one(KeyState::Active);
    let due = START.plus_seconds(node.config.keys.rotation_seconds);
    node.tend(due).await;
    let is_published = |at: Timestamp| node.keys.published(at).document.contains(&first.kid);
    assert!(is_published(due.plus_seconds(DAY)));
    assert!(!is_published(due.plus_seconds(DAY + 60)));
    let (now, later) = (
        node.keys.published(due),
        node.keys.published(due.plus_seconds(2 * DAY)),
    );
    assert_ne!(now.etag, later.etag);
}

#[tokio::test]
async fn another_master_key_is_an_error_and_changes_nothing() {
    let node = Node::start().await;
    let refused = load(&node.database, [8; 32], START).await;
    let error = refused.err().unwrap();
    assert!(error.to_string().contains("master key"), "{error}");
    let again = Node::at(Arc::clone(&node.folder), START).await;
    assert_eq!(again.keys.list(), node.keys.list());
}
