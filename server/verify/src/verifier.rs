//! What all verifiers have in common.

use std::sync::Arc;

use async_trait::async_trait;

use crate::{Claims, ClientCertificate, Holder, Refusal, Unverified};

/// Verifies tokens of one issuer, or of several.
#[async_trait]
pub trait TokenVerifier: Send + Sync + 'static {
    /// The issuers that it answers for, as tokens name them in `iss`.
    fn issuers(&self) -> Vec<String>;

    /// Whether a token is good, and what it says. Who calls this still has to look whether it is
    /// bound to a key or a certificate; [`verify`](Self::verify), [`verify_bound`](Self::verify_bound)
    /// and [`verify_held`](Self::verify_held) do.
    async fn check(&self, token: &Unverified<'_>) -> Result<Claims, Refusal>;

    /// Verifies a token that came as a bearer's (RFC 6750). One that is bound to a key or a
    /// certificate is refused.
    async fn verify(&self, token: &str) -> Result<Claims, Refusal> {
        self.verify_held(token, Holder::default()).await
    }

    /// Verifies a token that came with a proof of the key with that thumbprint (RFC 9449 section
    /// 7.1). One that is bound to another key is refused, and one that is bound to none.
    async fn verify_bound(&self, token: &str, thumbprint: &str) -> Result<Claims, Refusal> {
        let holder = Holder {
            key: Some(thumbprint),
            certificate: None,
        };
        self.verify_held(token, holder).await
    }

    /// Verifies a token together with what its holder has: it must be all that it is bound to, and a
    /// proof must not come with a token that is bound to no key. A certificate may come with any
    /// token, since a connection that has one sends it with all.
    async fn verify_held(&self, token: &str, holder: Holder<'_>) -> Result<Claims, Refusal> {
        let claims = self.check(&Unverified::parse(token)?).await?;
        match (claims.thumbprint.as_deref(), holder.key) {
            (None, None) => {}
            (Some(bound), Some(key)) if bound == key => {}
            (Some(_), _) => return Err(Refusal::Bound),
            (None, Some(_)) => return Err(Refusal::NotBound),
        }
        let shown = holder.certificate.map(ClientCertificate::thumbprint);
        match claims.certificate.as_deref() {
            None => Ok(claims),
            Some(bound) if shown == Some(bound) => Ok(claims),
            Some(_) => Err(Refusal::Certificate),
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
