//! How it is told what was taken back.

use async_trait::async_trait;
use portcullis_domain::{
    FamilyId, SecretHash, StorageError, Timestamp, revocations::RevocationStore,
};

use crate::{Database, value::args};

#[async_trait]
impl RevocationStore for Database {
    async fn revoked_families(
        &self,
        (at, id): (Timestamp, FamilyId),
        limit: u32,
    ) -> Result<Vec<(Timestamp, FamilyId)>, StorageError> {
        let sql = "SELECT id, revoked_at FROM token_families
            WHERE revoked_at >= $1 AND (revoked_at > $1 OR id > $2)
            ORDER BY revoked_at, id LIMIT $3";
        let rows = self.read(sql, args![at, id, limit]).await?;
        rows.iter()
            .map(|row| Ok((row.time("revoked_at")?, FamilyId(row.get("id")?))))
            .collect()
    }

    async fn revoked_tokens(
        &self,
        (at, token): (Timestamp, SecretHash),
        limit: u32,
    ) -> Result<Vec<(Timestamp, SecretHash)>, StorageError> {
        let sql = "SELECT token, revoked_at FROM revoked_tokens
            WHERE revoked_at >= $1 AND (revoked_at > $1 OR token > $2)
            ORDER BY revoked_at, token LIMIT $3";
        let rows = self.read(sql, args![at, token, limit]).await?;
        rows.iter()
            .map(|row| Ok((row.time("revoked_at")?, row.hash("token")?)))
            .collect()
    }

    async fn ended_clients(
        &self,
        since: Timestamp,
    ) -> Result<Vec<(Timestamp, String)>, StorageError> {
        let sql = "SELECT client_id, ended_at FROM ended_clients WHERE ended_at >= $1
            ORDER BY ended_at, client_id";
        let rows = self.read(sql, args![since]).await?;
        rows.iter()
            .map(|row| Ok((row.time("ended_at")?, row.get("client_id")?)))
            .collect()
    }
}
