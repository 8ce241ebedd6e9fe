//! What Portcullis tells of tokens that are taken back, followed as it happens.
//!
//! A task keeps one request open on which the server goes on telling, and asks again when it ends, from
//! where it was. A service that starts is told all that still matters first, and knows nothing until
//! then.

mod follow;
mod known;

use std::{fmt, sync::Arc};

use async_trait::async_trait;
use parking_lot::RwLock;
use portcullis_types::{Timestamp, paths};
use tokio::{sync::watch, task::AbortHandle};
use url::Url;

use self::{follow::Source, known::Known};
use super::{OutOfReach, Revocations};
use crate::{
    Claims, SetupError,
    clock::{self, Clock},
    discovery::{is_loopback, is_safe},
};

/// What becomes of tokens that are good otherwise, while the server cannot be heard.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum CutOff {
    /// They are refused with 503. Whoever can cut the line can stop a service, but not make a token
    /// good again that was taken back.
    #[default]
    Refuse,
    /// They pass, and a warning is logged each minute. Until the server is heard again, a token that is
    /// taken back stays good until it expires, as it would without any of this.
    Pass,
}

/// Follows what one Portcullis takes back: families of tokens (signing out, a user who is disabled,
/// consent that is taken back, a replayed refresh token), single tokens by `jti`, and all that a client
/// was given that is deleted.
///
/// ```no_run
/// use portcullis_verify::{Issuer, Revocable, RevocationFeed, Rules, VerifyLayer};
///
/// # async fn run(secret: &str) -> Result<(), portcullis_verify::SetupError> {
/// let portcullis = "https://auth.example.com";
/// let feed = RevocationFeed::new(portcullis, "orders", secret)?.follow();
/// feed.ready().await;
/// let issuer = Issuer::discover(portcullis, Rules::access_tokens("https://orders.example.com"))?;
/// let layer = VerifyLayer::new(Revocable::new(issuer, feed));
/// # drop(layer); Ok(()) }
/// ```
///
/// The client is one that is registered with a secret (`client_secret_basic`) and as a service (`serves`
/// or `may_introspect`).
pub struct RevocationFeed {
    issuer: String,
    source: Source,
    patience_seconds: i64,
    cut_off: CutOff,
    capacity: usize,
    clock: Clock,
}

impl RevocationFeed {
    /// Of this issuer, as this client.
    ///
    /// # Errors
    /// If that is no address of an issuer.
    pub fn new(issuer: &str, client_id: &str, client_secret: &str) -> Result<Self, SetupError> {
        Ok(Self {
            issuer: issuer.to_owned(),
            source: Source::new(endpoint(issuer)?, client_id, client_secret)?,
            patience_seconds: 30,
            cut_off: CutOff::default(),
            capacity: 1_000_000,
            clock: clock::system(),
        })
    }

    /// Asks at this address in place of the issuer's own, such as one inside of the same network.
    ///
    /// # Errors
    /// If it is no address that an issuer may have.
    pub fn reached_at(mut self, url: &str) -> Result<Self, SetupError> {
        self.source.at = endpoint(url)?;
        Ok(self)
    }

    /// For how long what was heard last is relied on: 30 seconds. The server says something every three.
    #[must_use]
    pub fn patience_seconds(mut self, seconds: i64) -> Self {
        self.patience_seconds = seconds;
        self
    }

    /// What happens after that: tokens are refused.
    #[must_use]
    pub fn when_cut_off(mut self, cut_off: CutOff) -> Self {
        self.cut_off = cut_off;
        self
    }

    /// How many revocations are remembered at most: a million, of about 50 bytes each. Each is
    /// forgotten when the tokens that it is about have expired, after a day at most. Where there are
    /// more, it is as if the server could not be heard.
    #[must_use]
    pub fn capacity(mut self, entries: usize) -> Self {
        self.capacity = entries;
        self
    }

    /// Tells the time in place of the system's clock.
    #[must_use]
    pub fn clock(mut self, clock: impl Fn() -> Timestamp + Send + Sync + 'static) -> Self {
        self.clock = Arc::new(clock);
        self
    }

    /// Begins to follow, in a task of the tokio runtime that this is called in. It ends with the last
    /// clone of what is returned.
    pub fn follow(self) -> FollowedRevocations {
        let shared = Arc::new(Shared {
            issuer: self.issuer,
            began: (self.clock)(),
            patience_ms: self.patience_seconds.saturating_mul(1000),
            cut_off: self.cut_off,
            known: RwLock::new(Known::new(self.capacity)),
            ready: watch::channel(false).0,
            clock: self.clock,
        });
        let task = tokio::spawn(follow::forever(self.source, Arc::clone(&shared)));
        FollowedRevocations(Arc::new(Task {
            shared,
            handle: task.abort_handle(),
        }))
    }
}

impl fmt::Debug for RevocationFeed {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut it = formatter.debug_struct("RevocationFeed");
        it.field("issuer", &self.issuer)
            .field("cut_off", &self.cut_off)
            .finish_non_exhaustive()
    }
}

/// Where a server with this address tells.
fn endpoint(address: &str) -> Result<Url, SetupError> {
    let wrong = || SetupError::Issuer(address.to_owned());
    let url = Url::parse(address).map_err(|_| wrong())?;
    let plain = url.query().is_none()
        && url.fragment().is_none()
        && url.username().is_empty()
        && url.password().is_none();
    if !plain || !is_safe(&url, is_loopback(&url)) {
        return Err(wrong());
    }
    let at = format!(
        "{}{}",
        address.trim_end_matches('/'),
        paths::OAUTH_REVOCATIONS
    );
    Url::parse(&at).map_err(|_| wrong())
}

/// What is known of tokens that were taken back. Clones share it.
#[derive(Clone)]
pub struct FollowedRevocations(Arc<Task>);

struct Task {
    shared: Arc<Shared>,
    handle: AbortHandle,
}

impl Drop for Task {
    fn drop(&mut self) {
        self.handle.abort();
    }
}

struct Shared {
    issuer: String,
    began: Timestamp,
    patience_ms: i64,
    cut_off: CutOff,
    known: RwLock<Known>,
    /// Turns true when all has been told once.
    ready: watch::Sender<bool>,
    clock: Clock,
}

impl FollowedRevocations {
    /// Waits until the server has told all that still matters.
    pub async fn ready(&self) {
        let mut ready = self.0.shared.ready.subscribe();
        // The sender lives as long as this does.
        _ = ready.wait_for(|ready| *ready).await;
    }

    /// How many revocations are remembered.
    pub fn len(&self) -> usize {
        self.0.shared.known.read().len()
    }

    /// Whether none is remembered.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Whether all that the server has taken back is known, up to a few seconds ago.
    pub fn is_current(&self) -> bool {
        let shared = &self.0.shared;
        shared
            .known
            .read()
            .is_current((shared.clock)(), shared.patience_ms)
    }
}

impl fmt::Debug for FollowedRevocations {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut it = formatter.debug_struct("FollowedRevocations");
        it.field("issuer", &self.0.shared.issuer)
            .field("len", &self.len())
            .finish_non_exhaustive()
    }
}

#[async_trait]
impl Revocations for FollowedRevocations {
    async fn is_revoked(&self, claims: &Claims) -> Result<bool, OutOfReach> {
        let shared = &self.0.shared;
        if claims.issuer != shared.issuer {
            return Ok(false);
        }
        let now = (shared.clock)();
        let known = shared.known.read();
        if known.names(claims) {
            return Ok(true);
        }
        if known.is_current(now, shared.patience_ms) {
            return Ok(false);
        }
        // One that has just started may be told any moment.
        let is_starting = !known.was_told() && now.millis_since(shared.began) <= shared.patience_ms;
        match shared.cut_off {
            CutOff::Pass if !is_starting => Ok(false),
            CutOff::Pass | CutOff::Refuse => Err(OutOfReach),
        }
    }
}
