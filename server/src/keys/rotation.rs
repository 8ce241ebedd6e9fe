//! One signing key takes another's place: on schedule, or because an admin says so.

use portcullis_domain::{
    AuditEvent, Rng, Store, Timestamp,
    audit::AuditKind,
    keys::{KeyRotation, SigningKey},
};
use portcullis_types::{client::SigningAlgorithm, keys::KeyState};

use super::SigningKeys;
use crate::{config::Config, oauth::clients::validate::LONGEST_ACCESS_TOKEN};

/// How long a key is published before tokens are signed with it, in seconds: much longer than
/// anybody is allowed to keep the JWK Set (see `jwks.rs`).
const AHEAD: i64 = 3600;
/// Nodes that have not heard of a rotation yet still sign with the key before, for this many
/// seconds at most.
const LATE: i64 = 60;

/// Where keys are kept and what they are made of.
pub(crate) struct Means<'a> {
    pub(crate) store: &'a dyn Store,
    pub(crate) rng: &'a dyn Rng,
    pub(crate) config: &'a Config,
    pub(crate) now: Timestamp,
}

impl Means<'_> {
    /// When the last token signed now has expired.
    fn last_expiry(&self) -> Timestamp {
        let longest = self
            .config
            .oauth
            .access_token_seconds
            .max(LONGEST_ACCESS_TOKEN);
        self.now.plus_seconds(longest + LATE)
    }
}

/// The audit event of a rotation that nobody asked for over HTTP.
pub(crate) fn audit(now: Timestamp, method: &str) -> AuditEvent {
    AuditEvent {
        detail: serde_json::json!({ "method": method }),
        ..AuditEvent::by_itself(AuditKind::KeyRotated, now)
    }
}

/// Why keys were not rotated.
#[derive(Debug)]
pub(crate) enum NotRotated {
    /// There is no key of that algorithm yet.
    NoKey,
    /// The next key was published too recently; at that time it will have been long enough.
    TooSoon(Timestamp),
    /// Something failed.
    Failed(anyhow::Error),
}

impl From<anyhow::Error> for NotRotated {
    fn from(error: anyhow::Error) -> Self {
        Self::Failed(error)
    }
}

impl SigningKeys {
    /// Notices what other nodes did, makes next keys where there are none, and rotates those that
    /// have been active for long enough.
    pub(crate) async fn tend(
        &self,
        means: &Means<'_>,
        audit: impl Fn() -> AuditEvent,
    ) -> anyhow::Result<()> {
        self.read(means.store).await?;
        for algorithm in self.in_use() {
            self.next(means, algorithm).await?;
            let keys = self.now();
            let Some(active) = keys.kept(algorithm, KeyState::Active) else {
                continue;
            };
            let since = active.activated_at.unwrap_or(active.created_at);
            let seconds = means.config.keys.rotation_seconds;
            if means.now < since.plus_seconds(seconds) {
                continue;
            }
            match self.rotate(means, Some(algorithm), false, &audit).await {
                Ok(()) | Err(NotRotated::NoKey | NotRotated::TooSoon(_)) => {}
                Err(NotRotated::Failed(error)) => return Err(error),
            }
        }
        Ok(())
    }

    /// The next key of an algorithm, made and published now if there is none.
    async fn next(
        &self,
        means: &Means<'_>,
        algorithm: SigningAlgorithm,
    ) -> anyhow::Result<Option<SigningKey>> {
        if let Some(next) = self.now().kept(algorithm, KeyState::Next) {
            return Ok(Some(next.clone()));
        }
        let key = self.make(means.rng, algorithm, means.now).await?;
        means.store.save_signing_key(key).await?;
        self.read(means.store).await?;
        Ok(self.now().kept(algorithm, KeyState::Next).cloned())
    }

    /// Lets the next key of an algorithm, or of all, take over. Nothing changes unless all of them
    /// can. If somebody else rotates at the same time, that is as good.
    pub(crate) async fn rotate(
        &self,
        means: &Means<'_>,
        algorithm: Option<SigningAlgorithm>,
        force: bool,
        audit: &impl Fn() -> AuditEvent,
    ) -> Result<(), NotRotated> {
        self.read(means.store).await?;
        let mut ready = Vec::new();
        for chosen in self.in_use() {
            if algorithm.is_some_and(|only| only != chosen) {
                continue;
            }
            let active = self.now().kept(chosen, KeyState::Active).cloned();
            let next = self.next(means, chosen).await?;
            let (Some(active), Some(next)) = (active, next) else {
                continue;
            };
            let known_at = next.created_at.plus_seconds(AHEAD);
            if means.now < known_at && !force {
                return Err(NotRotated::TooSoon(known_at));
            }
            ready.push((chosen, active, next));
        }
        if ready.is_empty() {
            return Err(NotRotated::NoKey);
        }
        for (algorithm, active, next) in ready {
            let after = self.make(means.rng, algorithm, means.now).await?;
            let mut audit = audit();
            if let Some(detail) = audit.detail.as_object_mut() {
                detail.insert("algorithm".to_owned(), algorithm.as_str().into());
                detail.insert("from".to_owned(), active.kid.clone().into());
                detail.insert("to".to_owned(), next.kid.clone().into());
            }
            let rotation = KeyRotation {
                algorithm: algorithm.as_str().to_owned(),
                from: active.kid,
                to: next.kid,
                next: after,
                now: means.now,
                expires_at: means.last_expiry(),
            };
            let rotated = means.store.rotate_signing_key(rotation, audit).await;
            rotated.map_err(anyhow::Error::from)?;
        }
        self.read(means.store).await?;
        Ok(())
    }
}
