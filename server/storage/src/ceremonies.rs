//! How spent ceremonies are kept: one row each, and the primary key says who was first.

use async_trait::async_trait;
use portcullis_domain::{SecretHash, StorageError, Timestamp, ceremonies::CeremonyStore};

use crate::{Database, change::unaudited, connection::Connection, value::args};

/// Spends a ceremony. False: it was before.
pub(crate) async fn spend(
    db: &mut Connection<'_>,
    ceremony: SecretHash,
    expires_at: Timestamp,
) -> Result<bool, StorageError> {
    let sql = "INSERT INTO spent_ceremonies (ceremony, expires_at) VALUES ($1, $2)
        ON CONFLICT (ceremony) DO NOTHING";
    Ok(db.execute(sql, args![ceremony, expires_at]).await? == 1)
}

#[async_trait]
impl CeremonyStore for Database {
    async fn spend_ceremony(
        &self,
        ceremony: SecretHash,
        expires_at: Timestamp,
    ) -> Result<bool, StorageError> {
        self.write(move |db| {
            Box::pin(async move { unaudited(spend(db, ceremony, expires_at).await?) })
        })
        .await
    }
}
