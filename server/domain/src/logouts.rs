//! Logouts that clients have to be told of (OpenID Connect Back-Channel Logout 1.0). They are
//! queued together with the end of a session, and stay until they are delivered or given up.

use async_trait::async_trait;
use portcullis_types::{FamilyId, Timestamp, UserId};

use crate::StorageError;

/// A logout that a client has to be told of.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Logout {
    /// The family that began in the session which has ended; `sid` in its ID token.
    pub family: FamilyId,
    /// Whose session it was.
    pub user: UserId,
    /// The client.
    pub client_id: String,
    /// How often it was tried.
    pub tries: u32,
    /// When the session ended.
    pub created_at: Timestamp,
}

/// Keeps logouts that are to be told.
#[async_trait]
pub trait LogoutStore {
    /// At most `limit` logouts that are due at `now`, the earliest first. They count as tried once
    /// more, and nobody else gets them until `until`.
    async fn take_due_logouts(
        &self,
        now: Timestamp,
        until: Timestamp,
        limit: u32,
    ) -> Result<Vec<Logout>, StorageError>;

    /// Has a logout wait until then.
    async fn put_off_logout(&self, family: FamilyId, until: Timestamp) -> Result<(), StorageError>;

    /// A logout was told, or is given up.
    async fn finish_logout(&self, family: FamilyId) -> Result<(), StorageError>;
}
