//! What all verifiers have in common.

use std::sync::Arc;

use async_trait::async_trait;

use crate::{Claims, Refusal, Unverified};

/// Verifies tokens of one issuer, or of several.
#[async_trait]
pub trait TokenVerifier: Send + Sync + 'static {
    /// The issuers that it answers for, as tokens name them in `iss`.
    fn issuers(&self) -> Vec<String>;

    /// Whether a token is good, and what it says. Who calls this still has to look whether it is
    /// bound to a key; [`verify`](Self::verify) and [`verify_bound`](Self::verify_bound) do.
    async fn check(&self, token: &Unverified<'_>) -> Result<Claims, Refusal>;

    /// Verifies a token that came as a bearer's (RFC 6750). One that is bound to a key is refused.
    async fn verify(&self, token: &str) -> Result<Claims, Refusal> {
        let claims = self.check(&Unverified::parse(token)?).await?;
        match claims.thumbprint {
            None => Ok(claims),
            Some(_) => Err(Refusal::Bound),
        }
    }

    /// Verifies a token that came with a proof of the key with that thumbprint (RFC 9449 section
    /// 7.1). One that is bound to another key is refused, and one that is bound to none.
    async fn verify_bound(&self, token: &str, thumbprint: &str) -> Result<Claims, Refusal> {
        let claims = self.check(&Unverified::parse(token)?).await?;
        match &claims.thumbprint {
            Some(bound) if bound == thumbprint => Ok(claims),
            Some(_) => Err(Refusal::Bound),
            None => Err(Refusal::NotBound),
        }
    }
}

#[async_trait]
impl<V: TokenVerifier + ?Sized> TokenVerifier for Arc<V> {
    fn issuers(&self) -> Vec<String> {
        (**self).issuers()
    }

    async fn check(&self, token: &Unverified<'_>) -> Result<Claims, Refusal> {
        (**self).check(token).await
    }
}
