//! Passwords: only ever as an Argon2id hash.

use async_trait::async_trait;
use portcullis_types::UserId;

use crate::{AuditEvent, StorageError};

/// A password hash in PHC string format, opaque in `Debug`.
#[derive(Clone)]
pub struct PasswordHash(pub String);

impl std::fmt::Debug for PasswordHash {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("PasswordHash(..)")
    }
}

/// Keeps password hashes.
#[async_trait]
pub trait PasswordStore {
    /// Sets the hash if the one there now is still `expected` (`None`: there is none), so that of
    /// two changes at once one wins. False: it was not, and nothing changed.
    async fn replace_password(
        &self,
        user: UserId,
        expected: Option<PasswordHash>,
        new: PasswordHash,
        audit: AuditEvent,
    ) -> Result<bool, StorageError>;

    /// The user's hash, if they have a password.
    async fn password_of(&self, user: UserId) -> Result<Option<PasswordHash>, StorageError>;
}
