//! Browsers that somebody has signed in with before: of a new one they are told.

use async_trait::async_trait;
use portcullis_types::{Timestamp, UserId};

use crate::{SecretHash, StorageError};

/// Keeps which browsers are known.
#[async_trait]
pub trait KnownDeviceStore {
    /// Whether that user has signed in with that browser before.
    async fn is_known_device(&self, user: UserId, device: SecretHash)
    -> Result<bool, StorageError>;

    /// They have now.
    async fn know_device(
        &self,
        user: UserId,
        device: SecretHash,
        now: Timestamp,
    ) -> Result<(), StorageError>;
}
