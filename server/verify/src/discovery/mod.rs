//! An issuer's keys, found by its discovery document and kept.
//!
//! Whoever sends tokens decides what key they name, so the sender must not decide how often the
//! issuer is asked: at most one fetch is under way, and unknown keys are looked for once per
//! [`Freshness::cool_down_seconds`].

mod fetch;

use std::sync::Arc;

use parking_lot::Mutex;
use portcullis_types::Timestamp;
use tokio::sync::watch;

use crate::{Algorithm, Refusal, SetupError, clock::Clock, key::Key, key_set::KeySet};
use fetch::Fetcher;
pub(crate) use fetch::{is_loopback, is_safe};

/// Least milliseconds between two fetches.
const PAUSE_MS: i64 = 2_000;

/// For how long an issuer's keys are kept.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Freshness {
    /// Seconds in which keys are used without asking again: 300. Keys that the issuer has withdrawn
    /// are good for that long.
    pub fresh_seconds: i64,
    /// Seconds after that in which they are still used while new ones are fetched, and if the issuer
    /// is out of reach: 3600.
    pub stale_seconds: i64,
    /// Least seconds between two fetches because of keys that are not known: 30. A new key that is
    /// not published ahead of its use may be refused for that long.
    pub cool_down_seconds: i64,
}

impl Default for Freshness {
    fn default() -> Self {
        Self {
            fresh_seconds: 300,
            stale_seconds: 3600,
            cool_down_seconds: 30,
        }
    }
}

/// The keys of one issuer.
pub(crate) struct Discovery {
    fetcher: Arc<Fetcher>,
    freshness: Freshness,
    clock: Clock,
    state: Arc<Mutex<State>>,
}

#[derive(Default)]
struct State {
    /// The keys, and when they were fetched.
    keys: Option<(Arc<KeySet>, Timestamp)>,
    /// When the last fetch ended, well or not.
    last: Option<Timestamp>,
    /// The fetch that is under way; its sender goes when it has ended, however it ended.
    under_way: Option<watch::Receiver<()>>,
}

/// How old the keys are.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Age {
    Fresh,
    Stale,
    Gone,
}

impl Discovery {
    pub(crate) fn new(issuer: &str, clock: Clock) -> Result<Self, SetupError> {
        Ok(Self {
            fetcher: Arc::new(Fetcher::new(issuer)?),
            freshness: Freshness::default(),
            clock,
            state: Arc::default(),
        })
    }

    /// The same issuer with nothing fetched yet.
    pub(crate) fn clone_with(&self, freshness: Freshness) -> Self {
        Self {
            fetcher: Arc::clone(&self.fetcher),
            freshness,
            clock: Clock::clone(&self.clock),
            state: Arc::default(),
        }
    }

    /// The key that a token says it is signed with.
    pub(crate) async fn find(
        &self,
        id: Option<&str>,
        algorithm: Algorithm,
    ) -> Result<Key, Refusal> {
        let kept = self.kept();
        let keys = match kept {
            (Some(keys), Age::Fresh) => keys,
            (Some(keys), Age::Stale) => {
                // The next ones get the new keys; nobody waits.
                self.fetch(PAUSE_MS);
                keys
            }
            (_, Age::Gone) | (None, _) => {
                self.fetch_and_wait(PAUSE_MS).await;
                match self.kept() {
                    (Some(keys), Age::Fresh | Age::Stale) => keys,
                    _ => return Err(Refusal::Unavailable),
                }
            }
        };
        if let Ok(key) = keys.find(id, algorithm) {
            return Ok(key.clone());
        }
        // Perhaps the issuer has a new key. So says whoever forges tokens, too.
        self.fetch_and_wait(self.freshness.cool_down_seconds.saturating_mul(1000))
            .await;
        let (keys, _) = self.kept();
        let keys = keys.ok_or(Refusal::Unavailable)?;
        keys.find(id, algorithm).cloned()
    }

    fn kept(&self) -> (Option<Arc<KeySet>>, Age) {
        let now = (self.clock)();
        let state = self.state.lock();
        let Some((keys, at)) = &state.keys else {
            return (None, Age::Gone);
        };
        let Freshness {
            fresh_seconds,
            stale_seconds,
            ..
        } = self.freshness;
        let age = now.millis_since(*at).div_euclid(1000);
        let age = match age {
            // A clock that was put back says nothing about how old they are.
            ..0 => Age::Stale,
            age if age < fresh_seconds => Age::Fresh,
            age if age < fresh_seconds.saturating_add(stale_seconds) => Age::Stale,
            _ => Age::Gone,
        };
        (Some(Arc::clone(keys)), age)
    }

    async fn fetch_and_wait(&self, pause_ms: i64) {
        if let Some(mut under_way) = self.fetch(pause_ms) {
            // It ends with its sender.
            while under_way.changed().await.is_ok() {}
        }
    }

    /// Joins the fetch that is under way, or begins one unless the last was less than `pause_ms`
    /// ago. It goes on when whoever began it hangs up: others wait for it.
    fn fetch(&self, pause_ms: i64) -> Option<watch::Receiver<()>> {
        let now = (self.clock)();
        let mut state = self.state.lock();
        if let Some(under_way) = &state.under_way
            && under_way.has_changed().is_ok()
        {
            return Some(under_way.clone());
        }
        let pause = 0..pause_ms.max(PAUSE_MS);
        let soon = |last: Timestamp| pause.contains(&now.millis_since(last));
        if state.last.is_some_and(soon) {
            return None;
        }
        let (ends, under_way) = watch::channel(());
        state.under_way = Some(under_way.clone());
        let (fetcher, kept) = (Arc::clone(&self.fetcher), Arc::clone(&self.state));
        let clock = Clock::clone(&self.clock);
        tokio::spawn(async move {
            let outcome = fetcher.keys().await;
            let at = clock();
            let mut state = kept.lock();
            match outcome {
                Ok(keys) => state.keys = Some((Arc::new(keys), at)),
                Err(why) => {
                    tracing::warn!(issuer = fetcher.issuer(), why, "no keys of the issuer");
                }
            }
            state.last = Some(at);
            state.under_way = None;
            drop(state);
            drop(ends);
        });
        Some(under_way)
    }
}
