//! How signing keys are kept.

use async_trait::async_trait;
use portcullis_domain::{
    AuditEvent, StorageError,
    keys::{KeyRotation, KeyStore, SigningKey},
};

use crate::{
    Database,
    change::{made, refused, unaudited},
    connection::Connection,
    value::args,
};

/// Held while keys are made and rotated: "PCKEYS" as a number.
const KEYS: i64 = 0x50_43_4b_45_59_53;

/// The key of an algorithm that is active.
const ACTIVE: &str = "SELECT kid FROM signing_keys
    WHERE algorithm = $1 AND activated_at IS NOT NULL AND retired_at IS NULL";
/// The key of an algorithm that comes next.
const NEXT: &str = "SELECT kid FROM signing_keys WHERE algorithm = $1 AND activated_at IS NULL";

async fn kid_of(
    db: &mut Connection<'_>,
    sql: &'static str,
    algorithm: &str,
) -> Result<Option<String>, StorageError> {
    let row = db.row(sql, args![algorithm]).await?;
    row.map(|row| row.get("kid")).transpose()
}

async fn insert(db: &mut Connection<'_>, key: SigningKey) -> Result<(), StorageError> {
    let sql = "INSERT INTO signing_keys (kid, algorithm, sealed, public_jwk, created_at,
            activated_at, retired_at, expires_at)
        VALUES ($1, $2, $3, $4, $5, $6, $7, $8)";
    let args = args![
        key.kid,
        key.algorithm,
        key.sealed,
        key.public_jwk,
        key.created_at,
        key.activated_at,
        key.retired_at,
        key.expires_at,
    ];
    db.execute(sql, args).await.map(drop)
}

#[async_trait]
impl KeyStore for Database {
    async fn signing_keys(&self) -> Result<Vec<SigningKey>, StorageError> {
        let sql = "SELECT kid, algorithm, sealed, public_jwk, created_at, activated_at, retired_at,
                expires_at
            FROM signing_keys ORDER BY created_at DESC, kid DESC";
        let rows = self.read(sql, args![]).await?;
        rows.iter()
            .map(|row| {
                Ok(SigningKey {
                    kid: row.get("kid")?,
                    algorithm: row.get("algorithm")?,
                    sealed: row.get("sealed")?,
                    public_jwk: row.get("public_jwk")?,
                    created_at: row.time("created_at")?,
                    activated_at: row.time_if_any("activated_at")?,
                    retired_at: row.time_if_any("retired_at")?,
                    expires_at: row.time_if_any("expires_at")?,
                })
            })
            .collect()
    }

    async fn save_signing_key(&self, key: SigningKey) -> Result<bool, StorageError> {
        self.write(move |db| {
            Box::pin(async move {
                db.lock_name(KEYS).await?;
                let active = kid_of(db, ACTIVE, &key.algorithm).await?;
                let is_taken = if key.activated_at.is_some() {
                    active.is_some()
                } else {
                    active.is_none() || kid_of(db, NEXT, &key.algorithm).await?.is_some()
                };
                if is_taken {
                    return refused(false);
                }
                insert(db, key).await?;
                unaudited(true)
            })
        })
        .await
    }

    async fn rotate_signing_key(
        &self,
        rotation: KeyRotation,
        audit: AuditEvent,
    ) -> Result<bool, StorageError> {
        self.write(move |db| {
            Box::pin(async move {
                db.lock_name(KEYS).await?;
                let algorithm = &rotation.algorithm;
                let is_active = kid_of(db, ACTIVE, algorithm).await? == Some(rotation.from.clone());
                let is_next = kid_of(db, NEXT, algorithm).await? == Some(rotation.to.clone());
                if !is_active || !is_next {
                    return refused(false);
                }
                let sql = "UPDATE signing_keys SET retired_at = $2, expires_at = $3 WHERE kid = $1";
                let args = args![rotation.from, rotation.now, rotation.expires_at];
                db.execute(sql, args).await?;
                let sql = "UPDATE signing_keys SET activated_at = $2 WHERE kid = $1";
                db.execute(sql, args![rotation.to, rotation.now]).await?;
                insert(db, rotation.next).await?;
                made(true, audit)
            })
        })
        .await
    }
}
