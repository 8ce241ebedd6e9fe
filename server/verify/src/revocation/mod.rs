//! Tokens that are taken back before they expire: one by its id, or all of a user's up to a moment.

#[cfg(feature = "discovery")]
mod feed;
mod memory;

use async_trait::async_trait;

use crate::{Claims, Refusal, TokenVerifier, Unverified};

#[cfg(feature = "discovery")]
pub use feed::{CutOff, FollowedRevocations, RevocationFeed};
pub use memory::{Full, RevokedInMemory};

/// Knows which tokens are taken back. `RevocationFeed` follows what a Portcullis says, in as many
/// processes as there are; [`RevokedInMemory`] is what one process is told; anything else that processes
/// share is for you to implement this over.
#[async_trait]
pub trait Revocations: Send + Sync + 'static {
    /// Whether a token that is good otherwise has been taken back.
    ///
    /// # Errors
    /// [`OutOfReach`] if it cannot be told; the token does not pass then.
    async fn is_revoked(&self, claims: &Claims) -> Result<bool, OutOfReach>;
}

/// What is revoked cannot be looked up now.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("what is revoked cannot be looked up right now")]
pub struct OutOfReach;

/// A verifier that also asks whether a token has been taken back.
#[derive(Clone, Debug)]
pub struct Revocable<V, R> {
    verifier: V,
    revocations: R,
}

impl<V: TokenVerifier, R: Revocations> Revocable<V, R> {
    /// Verifies with `verifier`, then asks `revocations`. Over a [`Chain`](crate::Chain) it holds
    /// for all of its issuers.
    pub fn new(verifier: V, revocations: R) -> Self {
        Self {
            verifier,
            revocations,
        }
    }
}

#[async_trait]
impl<V: TokenVerifier, R: Revocations> TokenVerifier for Revocable<V, R> {
    fn issuers(&self) -> Vec<String> {
        self.verifier.issuers()
    }

    async fn check(&self, token: &Unverified<'_>) -> Result<Claims, Refusal> {
        let claims = self.verifier.check(token).await?;
        match self.revocations.is_revoked(&claims).await {
            Ok(false) => Ok(claims),
            Ok(true) => Err(Refusal::Revoked),
            Err(OutOfReach) => Err(Refusal::Unavailable),
        }
    }
}

#[async_trait]
impl<R: Revocations + ?Sized> Revocations for std::sync::Arc<R> {
    async fn is_revoked(&self, claims: &Claims) -> Result<bool, OutOfReach> {
        (**self).is_revoked(claims).await
    }
}
