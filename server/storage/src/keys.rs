//! How signing keys are kept.

use async_trait::async_trait;
use portcullis_domain::{
    StorageError,
    keys::{KeyStore, SigningKey},
};

use crate::{
    Database,
    change::{refused, unaudited},
    value::args,
};

/// Held while the first key is made: "PCKEYS" as a number.
const FIRST_KEY: i64 = 0x50_43_4b_45_59_53;

#[async_trait]
impl KeyStore for Database {
    async fn signing_keys(&self) -> Result<Vec<SigningKey>, StorageError> {
        let sql = "SELECT kid, algorithm, sealed, public_jwk, created_at FROM signing_keys
            ORDER BY created_at DESC, kid DESC";
        let rows = self.read(sql, args![]).await?;
        rows.iter()
            .map(|row| {
                Ok(SigningKey {
                    kid: row.get("kid")?,
                    algorithm: row.get("algorithm")?,
                    sealed: row.get("sealed")?,
                    public_jwk: row.get("public_jwk")?,
                    created_at: row.time("created_at")?,
                })
            })
            .collect()
    }

    async fn save_first_signing_key(&self, key: SigningKey) -> Result<bool, StorageError> {
        self.write(move |db| {
            Box::pin(async move {
                db.lock_name(FIRST_KEY).await?;
                if db
                    .row("SELECT kid FROM signing_keys LIMIT 1", args![])
                    .await?
                    .is_some()
                {
                    return refused(false);
                }
                let sql =
                    "INSERT INTO signing_keys (kid, algorithm, sealed, public_jwk, created_at)
                    VALUES ($1, $2, $3, $4, $5)";
                let args = args![
                    key.kid,
                    key.algorithm,
                    key.sealed,
                    key.public_jwk,
                    key.created_at
                ];
                db.execute(sql, args).await?;
                unaudited(true)
            })
        })
        .await
    }
}
