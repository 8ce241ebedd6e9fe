//! How opaque access tokens are kept.

use async_trait::async_trait;
use portcullis_domain::{
    SecretHash, StorageError, Timestamp,
    access_tokens::{AccessTokenStore, OpaqueToken},
};

use crate::{Database, change::unaudited, value::args};

#[async_trait]
impl AccessTokenStore for Database {
    async fn save_access_token(&self, token: OpaqueToken) -> Result<(), StorageError> {
        self.write(move |db| {
            Box::pin(async move {
                let sql = "INSERT INTO access_tokens (token, client_id, claims, expires_at)
                    VALUES ($1, $2, $3, $4)";
                let args = args![token.token, token.client_id, token.claims, token.expires_at,];
                db.execute(sql, args).await?;
                unaudited(())
            })
        })
        .await
    }

    async fn access_token(
        &self,
        token: SecretHash,
        now: Timestamp,
    ) -> Result<Option<OpaqueToken>, StorageError> {
        let sql = "SELECT * FROM access_tokens WHERE token = $1 AND expires_at > $2";
        let Some(row) = self.read_one(sql, args![token, now]).await? else {
            return Ok(None);
        };
        Ok(Some(OpaqueToken {
            token: row.hash("token")?,
            client_id: row.get("client_id")?,
            claims: row.get("claims")?,
            expires_at: row.time("expires_at")?,
        }))
    }
}
