//! Passkey ceremonies: each is begun once and finished once.
//!
//! What the server must remember between begin and finish travels, sealed, with the client; what
//! is kept here is only that a ceremony was spent, until it would have expired anyway. So beginning
//! one writes nothing, and a flood of visitors fills no table.

use async_trait::async_trait;
use portcullis_types::Timestamp;

use crate::{SecretHash, StorageError};

/// Keeps which ceremonies are spent.
#[async_trait]
pub trait CeremonyStore {
    /// Marks a ceremony as spent. True exactly once per ceremony, however many ask at once.
    async fn spend_ceremony(
        &self,
        ceremony: SecretHash,
        expires_at: Timestamp,
    ) -> Result<bool, StorageError>;
}
