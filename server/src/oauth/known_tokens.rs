//! Access tokens that were found good before: services ask about the same one with every request that
//! they get, and checking a signature takes longer than all the rest.
//!
//! A signature that was good stays so. What can change is looked at each time: by
//! [`read`](super::access_token::read) whether the key is still ours and the token has not expired, by
//! whoever asked whether its family or client is still there. That a token was not revoked by itself
//! is held for a second at most; what this server revokes counts at once.

use std::sync::Arc;

use portcullis_domain::{SecretHash, StorageError, Store, Timestamp};

use super::access_token::Claims;
use crate::{cache::LoadingCache, http::errors::ApiResult};

/// Most tokens held in memory, at less than a kilobyte each.
const CAPACITY: usize = 10_000;
/// For how long it is taken from memory that a token was not revoked, in milliseconds: what another
/// node revoked is noticed then.
const FRESH_MS: i64 = 1000;

/// A token with a good signature.
pub(crate) struct Known {
    /// The key that it was signed with.
    pub(crate) kid: String,
    /// What it says.
    pub(crate) claims: Arc<Claims>,
}

/// All of them.
pub(crate) struct KnownTokens {
    /// By the hash of the whole token: another signature is another token.
    signed: LoadingCache<[u8; 32], Arc<Known>>,
    /// When tokens of these ids were last seen not to be revoked.
    standing: LoadingCache<[u8; 32], Timestamp>,
}

impl Default for KnownTokens {
    fn default() -> Self {
        Self {
            signed: LoadingCache::new(CAPACITY),
            standing: LoadingCache::new(CAPACITY),
        }
    }
}

impl KnownTokens {
    /// The token with that hash, from memory or as `verify` finds it. One that is not good is not
    /// remembered.
    pub(crate) async fn get_or_verify<F>(
        &self,
        hash: [u8; 32],
        verify: impl FnOnce() -> F,
    ) -> ApiResult<Option<Arc<Known>>>
    where
        F: Future<Output = ApiResult<Option<Arc<Known>>>>,
    {
        self.signed.get_or_load(hash, verify).await
    }

    /// Whether a token of that id was not revoked by itself.
    pub(crate) async fn is_standing(
        &self,
        store: &dyn Store,
        id: SecretHash,
        now: Timestamp,
    ) -> Result<bool, StorageError> {
        let load = || async {
            let revoked = store.is_token_revoked(id).await?;
            Ok((!revoked).then_some(now))
        };
        let mut seen = self.standing.get_or_load(id.0, load).await?;
        if seen.is_some_and(|seen| !(0..FRESH_MS).contains(&now.millis_since(seen))) {
            self.standing.invalidate(&id.0);
            seen = self.standing.get_or_load(id.0, load).await?;
        }
        Ok(seen.is_some())
    }

    /// A token of that id was revoked.
    pub(crate) fn forget(&self, id: SecretHash) {
        self.standing.invalidate(&id.0);
    }
}
