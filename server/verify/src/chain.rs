//! Several issuers at once.

use std::{collections::HashMap, sync::Arc};

use async_trait::async_trait;

use crate::{Claims, Refusal, SetupError, TokenVerifier, Unverified};

/// Picks the one verifier that answers for a token's `iss`. What that one says is final: no other
/// is asked, and a token of an issuer that none answers for is refused.
#[derive(Clone, Default)]
pub struct Chain(HashMap<String, Arc<dyn TokenVerifier>>);

impl Chain {
    /// A chain that refuses everything.
    pub fn new() -> Self {
        Self::default()
    }

    /// Adds a verifier.
    ///
    /// # Errors
    /// If another answers for one of its issuers already, or it answers for none.
    pub fn and(mut self, verifier: impl TokenVerifier) -> Result<Self, SetupError> {
        let verifier: Arc<dyn TokenVerifier> = Arc::new(verifier);
        let issuers = verifier.issuers();
        if issuers.is_empty() {
            return Err(SetupError::NoIssuer);
        }
        for issuer in issuers {
            if self.0.contains_key(&issuer) {
                return Err(SetupError::Twice(issuer));
            }
            self.0.insert(issuer, Arc::clone(&verifier));
        }
        Ok(self)
    }
}

#[async_trait]
impl TokenVerifier for Chain {
    fn issuers(&self) -> Vec<String> {
        self.0.keys().cloned().collect()
    }

    async fn check(&self, token: &Unverified<'_>) -> Result<Claims, Refusal> {
        let issuer = token.issuer().ok_or(Refusal::Claim("iss"))?;
        let verifier = self.0.get(issuer).ok_or(Refusal::Issuer)?;
        let claims = verifier.check(token).await?;
        // A verifier of somebody's own may be less careful than ours.
        if claims.issuer != issuer {
            return Err(Refusal::Issuer);
        }
        Ok(claims)
    }
}
