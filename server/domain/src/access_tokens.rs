//! Access tokens that say nothing themselves: what they stand for is kept here.

use async_trait::async_trait;
use portcullis_types::Timestamp;

use crate::{SecretHash, StorageError};

/// An opaque access token as it is kept. It never changes: what ends it is its family, its client,
/// its own revocation or time.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OpaqueToken {
    /// SHA-256 of the token.
    pub token: SecretHash,
    /// The client it was given to.
    pub client_id: String,
    /// What it stands for, as JSON.
    pub claims: String,
    /// When it can no longer be used.
    pub expires_at: Timestamp,
}

/// Keeps opaque access tokens.
#[async_trait]
pub trait AccessTokenStore {
    /// Keeps a token until it expires or its client is deleted.
    async fn save_access_token(&self, token: OpaqueToken) -> Result<(), StorageError>;

    /// The token, unless it has expired. Whether what it descends from is still good is left to the
    /// caller.
    async fn access_token(
        &self,
        token: SecretHash,
        now: Timestamp,
    ) -> Result<Option<OpaqueToken>, StorageError>;
}
