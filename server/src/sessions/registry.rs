//! Live sessions in memory, and when each was last used.

use std::{
    collections::HashMap,
    sync::{
        Arc,
        atomic::{AtomicI64, Ordering},
    },
};

use parking_lot::Mutex;
use portcullis_domain::{
    Principal, SecretHash, SessionId, StorageError, Store, Timestamp, UserId, sessions::Session,
};
use portcullis_types::SessionView;

use super::view;
use crate::cache::LoadingCache;

/// Most sessions held in memory; about 0.5 KB each.
const CAPACITY: usize = 100_000;
/// A use less than this after the last one noted is not noted again, in milliseconds.
const NOTE_AFTER_MS: i64 = 5_000;

/// A session in memory. Only when it was last used changes.
pub struct LiveSession {
    session: Session,
    last_seen: AtomicI64,
}

impl LiveSession {
    /// The session as it is now.
    pub fn current(&self) -> Session {
        let mut session = self.session.clone();
        session.last_seen_at = Timestamp(self.last_seen.load(Ordering::Relaxed));
        session
    }

    /// As its own browser sees it.
    pub(crate) fn view(&self, principal: &Principal) -> SessionView {
        view::view(&self.session, self.idle_expires_at(), principal)
    }

    /// Its id.
    pub fn id(&self) -> SessionId {
        self.session.id
    }

    /// Whose it is.
    pub fn user(&self) -> UserId {
        self.session.user
    }

    /// When its user last proved themselves, and how.
    pub fn proof(&self) -> (Timestamp, &[String]) {
        (self.session.auth_time, &self.session.amr)
    }

    fn idle_expires_at(&self) -> Timestamp {
        Timestamp(self.last_seen.load(Ordering::Relaxed))
            .plus_seconds(self.session.idle_seconds)
            .min(self.session.expires_at)
    }

    /// Whether it is still good; see [`Session::is_alive`].
    pub(crate) fn is_alive(&self, now: Timestamp) -> bool {
        now < self.idle_expires_at()
    }
}

/// All sessions, with a cache before the database.
pub(crate) struct Sessions {
    cache: LoadingCache<SecretHash, Arc<LiveSession>>,
    /// Uses that are not in the database yet.
    seen: Mutex<HashMap<SessionId, Timestamp>>,
}

impl Sessions {
    pub(crate) fn new() -> Self {
        Self {
            cache: LoadingCache::new(CAPACITY),
            seen: Mutex::new(HashMap::new()),
        }
    }

    /// The session with that token if it is alive. Does not count as a use.
    pub(crate) async fn find(
        &self,
        store: &dyn Store,
        token: SecretHash,
        now: Timestamp,
    ) -> Result<Option<Arc<LiveSession>>, StorageError> {
        let load = || async {
            let session = store.session_by_token(token).await?;
            Ok(session.map(|mut session| {
                // An evicted entry's last use may not have been written yet.
                if let Some(seen) = self.seen.lock().get(&session.id) {
                    session.last_seen_at = session.last_seen_at.max(*seen);
                }
                let last_seen = AtomicI64::new(session.last_seen_at.0);
                Arc::new(LiveSession { session, last_seen })
            }))
        };
        let session = self.cache.get_or_load(token, load).await?;
        Ok(session.filter(|session| session.is_alive(now)))
    }

    /// Notes a use, which moves the idle limit.
    pub(crate) fn touch(&self, session: &LiveSession, now: Timestamp) {
        let before = session.last_seen.load(Ordering::Relaxed);
        if now.0.saturating_sub(before) >= NOTE_AFTER_MS {
            session.last_seen.fetch_max(now.0, Ordering::Relaxed);
            self.seen.lock().insert(session.id(), now);
        }
    }

    /// Forgets sessions that have ended in the database.
    pub(crate) fn forget(&self, ended: &[(SessionId, SecretHash)]) {
        for (id, token) in ended {
            self.cache.invalidate(token);
            self.seen.lock().remove(id);
        }
    }

    /// Writes the uses noted since the last time.
    pub(crate) async fn flush(&self, store: &dyn Store) {
        let seen: Vec<_> = std::mem::take(&mut *self.seen.lock()).into_iter().collect();
        if seen.is_empty() {
            return;
        }
        if let Err(error) = store.touch_sessions(&seen).await {
            tracing::warn!(%error, "could not write when sessions were last used; will try again");
            let mut waiting = self.seen.lock();
            for (id, at) in seen {
                let newest = waiting.entry(id).or_insert(at);
                *newest = at.max(*newest);
            }
        }
    }

    /// The later of the two: what the database has, and what it does not have yet.
    pub(crate) fn last_seen(&self, session: &Session) -> Timestamp {
        let noted = self.seen.lock().get(&session.id).copied();
        noted.map_or(session.last_seen_at, |noted| {
            noted.max(session.last_seen_at)
        })
    }
}
