//! Signing keys: kept sealed under the master key, one at a time active for each algorithm, the
//! next one published ahead of it, the retired ones for as long as what they signed is good.

use async_trait::async_trait;
use portcullis_types::{Timestamp, keys::KeyState};

use crate::{AuditEvent, StorageError};

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
    /// Since when tokens are signed with it.
    pub activated_at: Option<Timestamp>,
    /// Since when they no longer are.
    pub retired_at: Option<Timestamp>,
    /// When the last token signed with it has expired, once it is retired.
    pub expires_at: Option<Timestamp>,
}

impl SigningKey {
    /// Where it is on its way.
    pub const fn state(&self) -> KeyState {
        match (self.activated_at, self.retired_at) {
            (None, _) => KeyState::Next,
            (Some(_), None) => KeyState::Active,
            (Some(_), Some(_)) => KeyState::Retired,
        }
    }
}

/// One key takes another's place.
#[derive(Clone, Debug)]
pub struct KeyRotation {
    /// The algorithm of both.
    pub algorithm: String,
    /// The `kid` of the active key, which is retired.
    pub from: String,
    /// The `kid` of the next key, which becomes active.
    pub to: String,
    /// The key that comes after that.
    pub next: SigningKey,
    /// Now.
    pub now: Timestamp,
    /// When the last token that the retired key signed has expired.
    pub expires_at: Timestamp,
}

/// Keeps signing keys.
#[async_trait]
pub trait KeyStore {
    /// All keys, newest first.
    async fn signing_keys(&self) -> Result<Vec<SigningKey>, StorageError>;

    /// Keeps a key, unless there is one of its algorithm and state, or it is the next one and there
    /// is none active: of several nodes that make one at once, one wins. True: it was kept.
    async fn save_signing_key(&self, key: SigningKey) -> Result<bool, StorageError>;

    /// Retires the active key, makes the next one active, and keeps the one after that. False: they
    /// are no longer active and next, and nothing changed; of several nodes that rotate at once, one
    /// wins.
    async fn rotate_signing_key(
        &self,
        rotation: KeyRotation,
        audit: AuditEvent,
    ) -> Result<bool, StorageError>;
}
