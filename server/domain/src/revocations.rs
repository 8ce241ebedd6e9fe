//! What was taken back, in the order in which it was: for services that verify tokens by themselves.

use async_trait::async_trait;
use portcullis_types::{FamilyId, Timestamp};

use crate::{SecretHash, StorageError};

/// Tells what was taken back, as long as a token may be about that it concerns.
#[async_trait]
pub trait RevocationStore {
    /// Families that were revoked, by when and then by id, of those after `after`.
    async fn revoked_families(
        &self,
        after: (Timestamp, FamilyId),
        limit: u32,
    ) -> Result<Vec<(Timestamp, FamilyId)>, StorageError>;

    /// Hashes of the ids of tokens that were revoked by themselves, likewise.
    async fn revoked_tokens(
        &self,
        after: (Timestamp, SecretHash),
        limit: u32,
    ) -> Result<Vec<(Timestamp, SecretHash)>, StorageError>;

    /// Ids of clients that were deleted since, and when: what they were given up to then is over,
    /// also where another has the id now.
    async fn ended_clients(
        &self,
        since: Timestamp,
    ) -> Result<Vec<(Timestamp, String)>, StorageError>;
}
