//! Signing keys: made at first start under a lock, kept sealed under the master key.

use async_trait::async_trait;
use portcullis_types::Timestamp;

use crate::StorageError;

/// A signing key as it is kept.
#[derive(Clone, Debug)]
pub struct SigningKey {
    /// Its `kid`.
    pub kid: String,
    /// Its JWS algorithm, such as `ES256`.
    pub algorithm: String,
    /// The private key, sealed under the master key.
    pub sealed: Vec<u8>,
    /// The public key as a JWK, as JSON text.
    pub public_jwk: String,
    /// When it was made.
    pub created_at: Timestamp,
}

/// Keeps signing keys.
#[async_trait]
pub trait KeyStore {
    /// All keys, newest first.
    async fn signing_keys(&self) -> Result<Vec<SigningKey>, StorageError>;

    /// Keeps the key if there is none yet; of several nodes that start at once, one wins. True: it
    /// was kept.
    async fn save_first_signing_key(&self, key: SigningKey) -> Result<bool, StorageError>;
}
