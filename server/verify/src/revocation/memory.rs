//! What is revoked, in the memory of one process.

use std::{collections::HashMap, fmt};

use async_trait::async_trait;
use parking_lot::RwLock;
use portcullis_types::Timestamp;

use super::{OutOfReach, Revocations};
use crate::{
    Claims,
    clock::{self, Clock},
    rules::MAX_LEEWAY,
};

/// Revoked tokens and users. Each entry goes when the tokens that it is about have expired.
///
/// It starts empty with the process: where that matters, put back what is still in force before
/// serving.
pub struct RevokedInMemory {
    capacity: usize,
    clock: Clock,
    entries: RwLock<Entries>,
}

#[derive(Default)]
struct Entries {
    /// By issuer and token id: until when to remember, in seconds.
    tokens: HashMap<(String, String), i64>,
    /// By issuer and subject.
    users: HashMap<(String, String), User>,
}

#[derive(Clone, Copy)]
struct User {
    /// Tokens that were issued up to this second are revoked.
    issued_up_to: i64,
    until: i64,
}

/// There are as many entries as there may be. Nothing was revoked; what was before still is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("no more revocations can be remembered")]
pub struct Full;

impl RevokedInMemory {
    /// Remembers at most so many revocations at a time; each takes about 200 bytes.
    pub fn new(capacity: usize) -> Self {
        Self {
            capacity,
            clock: clock::system(),
            entries: RwLock::default(),
        }
    }

    /// Tells the time in place of the system's clock.
    #[must_use]
    pub fn clock(mut self, clock: impl Fn() -> Timestamp + Send + Sync + 'static) -> Self {
        self.clock = std::sync::Arc::new(clock);
        self
    }

    /// Revokes the token with that `jti`, which expires then (its `exp`, in seconds since 1970).
    ///
    /// # Errors
    /// [`Full`], and the token stays good.
    pub fn revoke_token(&self, issuer: &str, token_id: &str, expires_at: i64) -> Result<(), Full> {
        let mut entries = self.room()?;
        let key = (issuer.to_owned(), token_id.to_owned());
        let until = entries.tokens.entry(key).or_insert(expires_at);
        *until = expires_at.max(*until);
        Ok(())
    }

    /// Revokes all tokens of a user that were issued up to that second, which includes the whole of
    /// it; `expire_at` is when the last of them has expired. Tokens without `iat` are among them.
    ///
    /// # Errors
    /// [`Full`], and the tokens stay good.
    pub fn revoke_user(
        &self,
        issuer: &str,
        subject: &str,
        issued_up_to: i64,
        expire_at: i64,
    ) -> Result<(), Full> {
        let mut entries = self.room()?;
        let key = (issuer.to_owned(), subject.to_owned());
        let user = entries.users.entry(key).or_insert(User {
            issued_up_to,
            until: expire_at,
        });
        user.issued_up_to = issued_up_to.max(user.issued_up_to);
        user.until = expire_at.max(user.until);
        Ok(())
    }

    /// How many revocations are remembered.
    pub fn len(&self) -> usize {
        self.entries.read().len()
    }

    /// Whether none is remembered.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// The entries, with room for one more.
    fn room(&self) -> Result<parking_lot::RwLockWriteGuard<'_, Entries>, Full> {
        let mut entries = self.entries.write();
        if entries.len() >= self.capacity {
            // Verifiers let tokens pass a little longer than they say (clocks differ).
            let over = (self.clock)().as_seconds().saturating_sub(MAX_LEEWAY);
            entries.tokens.retain(|_, until| *until >= over);
            entries.users.retain(|_, user| user.until >= over);
        }
        if entries.len() >= self.capacity {
            return Err(Full);
        }
        Ok(entries)
    }
}

impl Entries {
    fn len(&self) -> usize {
        self.tokens.len() + self.users.len()
    }
}

impl fmt::Debug for RevokedInMemory {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut it = formatter.debug_struct("RevokedInMemory");
        it.field("len", &self.len()).finish_non_exhaustive()
    }
}

#[async_trait]
impl Revocations for RevokedInMemory {
    async fn is_revoked(&self, claims: &Claims) -> Result<bool, OutOfReach> {
        let entries = self.entries.read();
        let by_id = claims.token_id.as_ref().is_some_and(|id| {
            let key = (claims.issuer.clone(), id.clone());
            entries.tokens.contains_key(&key)
        });
        let key = (claims.issuer.clone(), claims.subject.clone());
        let by_user = entries.users.get(&key).is_some_and(|user| {
            let issued_at = claims.issued_at;
            issued_at.is_none_or(|issued_at| issued_at <= user.issued_up_to)
        });
        Ok(by_id || by_user)
    }
}
