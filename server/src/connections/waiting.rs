//! What a connection waits for, since when, and how long it may.

use std::{
    sync::atomic::{AtomicU8, AtomicU64, Ordering::Relaxed},
    time::Duration,
};

use tokio::time::Instant;

use crate::config::LimitConfig;

/// How long a connection waits for its caller.
#[derive(Clone, Copy, Debug)]
pub struct Patience {
    /// For the whole head of a request, from the connection's beginning or the head's first byte.
    pub head: Duration,
    /// For the next request, or for the caller to take any more of its answer.
    pub idle: Duration,
}

impl Patience {
    pub(super) fn shortest(self) -> Duration {
        self.head.min(self.idle)
    }
}

impl From<&LimitConfig> for Patience {
    fn from(limits: &LimitConfig) -> Self {
        Self {
            head: Duration::from_secs(limits.header_seconds.into()),
            idle: Duration::from_secs(limits.keep_alive_seconds.into()),
        }
    }
}

/// A request's head is arriving. So it is on a new connection, which has no other reason to be.
const HEAD: u8 = 0;
/// A request is being answered; how long that may take is the router's business.
const ANSWER: u8 = 1;
/// The answer is complete, but not yet on its way.
const WRITING: u8 = 2;
/// Everything is answered.
const REQUEST: u8 = 3;

/// What one connection waits for. Only its own task looks at it and changes it.
pub(super) struct Waiting {
    origin: Instant,
    what: AtomicU8,
    /// Milliseconds from `origin`, for `HEAD` and `REQUEST`.
    since: AtomicU64,
    /// The same plus one, while the caller takes nothing of what was written; else 0.
    stalled: AtomicU64,
}

impl Default for Waiting {
    fn default() -> Self {
        Self {
            origin: Instant::now(),
            what: AtomicU8::new(HEAD),
            since: AtomicU64::new(0),
            stalled: AtomicU64::new(0),
        }
    }
}

impl Waiting {
    /// Bytes came in.
    pub(super) fn heard(&self) {
        if self.what.load(Relaxed) == REQUEST {
            self.since.store(self.millis(), Relaxed);
            self.what.store(HEAD, Relaxed);
        }
    }

    /// A head is complete.
    pub(super) fn asked(&self) {
        self.what.store(ANSWER, Relaxed);
    }

    /// An answer has been made to its last byte.
    pub(super) fn answered(&self) {
        self.what.store(WRITING, Relaxed);
    }

    /// Bytes were taken.
    pub(super) fn took(&self) {
        if self.stalled.load(Relaxed) != 0 {
            self.stalled.store(0, Relaxed);
        }
    }

    /// No bytes are being taken.
    pub(super) fn stalls(&self) {
        if self.stalled.load(Relaxed) == 0 {
            self.stalled.store(self.millis() + 1, Relaxed);
        }
    }

    /// All that was written is on its way.
    pub(super) fn flushed(&self) {
        if self.what.load(Relaxed) == WRITING {
            self.since.store(self.millis(), Relaxed);
            self.what.store(REQUEST, Relaxed);
        }
    }

    /// How long to wait before looking again; nothing if it has been long enough.
    ///
    /// Never longer than [`Patience::shortest`]: what begins right after this look is then seen
    /// before its time is over.
    pub(super) fn left(&self, patience: Patience, now: Instant) -> Option<Duration> {
        let since = self.since.load(Relaxed);
        let limit = match self.what.load(Relaxed) {
            HEAD => Some((since, patience.head)),
            REQUEST => Some((since, patience.idle)),
            _ => None,
        };
        let stalled = self.stalled.load(Relaxed).checked_sub(1);
        let stall = stalled.map(|since| (since, patience.idle));
        let mut left = patience.shortest();
        for (since, limit) in limit.into_iter().chain(stall) {
            let end = self.origin + Duration::from_millis(since) + limit;
            left = left.min(
                end.checked_duration_since(now)
                    .filter(|left| !left.is_zero())?,
            );
        }
        Some(left)
    }

    fn millis(&self) -> u64 {
        u64::try_from(self.origin.elapsed().as_millis()).unwrap_or(u64::MAX - 1)
    }
}
