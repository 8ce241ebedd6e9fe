//! Tokens that are signed with a secret both sides have (HS256).

use std::fmt;

use async_trait::async_trait;
use jsonwebtoken::DecodingKey;

use crate::{Claims, Refusal, Rules, SetupError, TokenVerifier, Unverified};

/// Fewest bytes of a secret: as many as the hash has (RFC 7518 section 3.2).
const SHORTEST: usize = 32;

/// Verifies HS256. Whoever can verify these tokens can make them too, so a secret is between one
/// issuer and one service; with more than two, use an [`Issuer`](crate::Issuer) with public keys.
pub struct SharedSecret {
    issuer: String,
    key: DecodingKey,
    rules: Rules,
}

impl SharedSecret {
    /// Verifies tokens that `issuer` signs with `secret`: at least 32 random bytes. It is named as
    /// it is in `iss`, which need not be an address.
    ///
    /// # Errors
    /// If the secret is too short, the issuer has no name, or the rules name more than one audience.
    pub fn new(issuer: impl Into<String>, secret: &[u8], rules: Rules) -> Result<Self, SetupError> {
        let issuer = issuer.into();
        rules.sound()?;
        if issuer.is_empty() {
            return Err(SetupError::NoIssuer);
        }
        if secret.len() < SHORTEST {
            return Err(SetupError::Secret(SHORTEST));
        }
        if rules.audience_count() != 1 {
            return Err(SetupError::Audience);
        }
        Ok(Self {
            issuer,
            key: DecodingKey::from_secret(secret),
            rules,
        })
    }
}

impl fmt::Debug for SharedSecret {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut it = formatter.debug_struct("SharedSecret");
        it.field("issuer", &self.issuer).finish_non_exhaustive()
    }
}

#[async_trait]
impl TokenVerifier for SharedSecret {
    fn issuers(&self) -> Vec<String> {
        vec![self.issuer.clone()]
    }

    async fn check(&self, token: &Unverified<'_>) -> Result<Claims, Refusal> {
        let jws = &token.0;
        if token.issuer() != Some(&self.issuer) {
            return Err(Refusal::Issuer);
        }
        if jws.algorithm()? != "HS256" {
            return Err(Refusal::Algorithm);
        }
        self.rules.check_type(jws)?;
        if !signed(&self.key, jws.signed.as_bytes(), jws.signature) {
            return Err(Refusal::Signature);
        }
        let claims = self.rules.check_claims(&self.issuer, &jws.payload)?;
        // Others that are named have the secret as well, or this is not what it was made for.
        if claims.audience.len() != 1 {
            return Err(Refusal::Audience);
        }
        Ok(claims)
    }
}

/// Whether the secret made that signature (in base64url), in a time that tells nothing of it.
pub(crate) fn signed(key: &DecodingKey, bytes: &[u8], signature: &str) -> bool {
    jsonwebtoken::crypto::verify(signature, bytes, key, jsonwebtoken::Algorithm::HS256)
        .unwrap_or(false)
}
