//! Passwords: only ever as an Argon2id hash.

use async_trait::async_trait;
use portcullis_types::UserId;

use crate::{
    AuditEvent, StorageError,
    sessions::{EndOthers, EndedSessions},
};

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
    /// two changes at once one wins, and ends the user's other sessions if that is asked for: both
    /// or neither. The sessions that have ended; `None`: it was not, and nothing changed.
    async fn replace_password(
        &self,
        user: UserId,
        expected: Option<PasswordHash>,
        new: PasswordHash,
        others: Option<EndOthers>,
        audit: AuditEvent,
    ) -> Result<Option<EndedSessions>, StorageError>;

    /// The user's hash, if they have a password.
    async fn password_of(&self, user: UserId) -> Result<Option<PasswordHash>, StorageError>;
}
