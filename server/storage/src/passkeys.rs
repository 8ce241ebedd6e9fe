//! How passkeys are kept: a row each, under a credential id that is unique among all accounts.

use async_trait::async_trait;
use portcullis_domain::{
    AuditEvent, PasskeyId, StorageError, Timestamp, UserId,
    passkeys::{AddPasskey, DeletePasskey, NewPasskey, Passkey, PasskeyStore},
};

use crate::{
    Database,
    change::{made, refused, unaudited},
    connection::Connection,
    value::{Row, args},
};

fn passkey(row: &Row) -> Result<Passkey, StorageError> {
    Ok(Passkey {
        id: PasskeyId(row.get("id")?),
        user: UserId(row.get("user_id")?),
        credential_id: row.get("credential_id")?,
        name: row.get("name")?,
        data: row.get("data")?,
        synced: row.get("synced")?,
        revision: row.get("revision")?,
        created_at: row.time("created_at")?,
        last_used_at: row.time_if_any("last_used_at")?,
    })
}

/// Keeps a passkey. False: its credential id is registered already.
pub(crate) async fn insert(
    db: &mut Connection<'_>,
    user: UserId,
    passkey: NewPasskey,
) -> Result<bool, StorageError> {
    let sql = "INSERT INTO passkeys
            (id, user_id, credential_id, name, data, synced, revision, created_at)
        VALUES ($1, $2, $3, $4, $5, $6, 0, $7)
        ON CONFLICT (credential_id) DO NOTHING";
    let args = args![
        passkey.id,
        user,
        passkey.credential_id,
        passkey.name,
        passkey.data,
        passkey.synced,
        passkey.created_at,
    ];
    Ok(db.execute(sql, args).await? == 1)
}

/// How many passkeys the user has. The caller holds the account.
async fn count(db: &mut Connection<'_>, user: UserId) -> Result<u32, StorageError> {
    let sql = "SELECT COUNT(*) AS number FROM passkeys WHERE user_id = $1";
    db.row(sql, args![user])
        .await?
        .map_or(Ok(0), |row| row.count("number"))
}

#[async_trait]
impl PasskeyStore for Database {
    async fn passkeys_of(&self, user: UserId) -> Result<Vec<Passkey>, StorageError> {
        let sql = "SELECT * FROM passkeys WHERE user_id = $1 ORDER BY created_at, id";
        self.read(sql, args![user])
            .await?
            .iter()
            .map(self::passkey)
            .collect()
    }

    async fn passkey_by_credential(
        &self,
        credential_id: &[u8],
    ) -> Result<Option<Passkey>, StorageError> {
        let sql = "SELECT * FROM passkeys WHERE credential_id = $1";
        self.read_one(sql, args![credential_id])
            .await?
            .as_ref()
            .map(self::passkey)
            .transpose()
    }

    async fn add_passkey(
        &self,
        user: UserId,
        passkey: NewPasskey,
        limit: u32,
        audit: AuditEvent,
    ) -> Result<AddPasskey, StorageError> {
        self.write(move |db| {
            Box::pin(async move {
                if db.lock_account(user).await? != Some(true) {
                    return refused(AddPasskey::NoAccount);
                }
                if !insert(db, user, passkey).await? {
                    return refused(AddPasskey::Exists);
                }
                if count(db, user).await? > limit {
                    return refused(AddPasskey::Limit);
                }
                made(AddPasskey::Added, audit)
            })
        })
        .await
    }

    async fn record_passkey_use(
        &self,
        id: PasskeyId,
        revision: i64,
        data: Vec<u8>,
        synced: bool,
        at: Timestamp,
    ) -> Result<bool, StorageError> {
        self.write(move |db| {
            Box::pin(async move {
                let sql = "UPDATE passkeys
                    SET data = $3, synced = $4, last_used_at = $5, revision = revision + 1
                    WHERE id = $1 AND revision = $2";
                unaudited(
                    db.execute(sql, args![id, revision, data, synced, at])
                        .await?
                        == 1,
                )
            })
        })
        .await
    }

    async fn rename_passkey(
        &self,
        user: UserId,
        id: PasskeyId,
        name: &str,
        audit: AuditEvent,
    ) -> Result<bool, StorageError> {
        let name = name.to_owned();
        self.write(move |db| {
            Box::pin(async move {
                let sql = "UPDATE passkeys SET name = $3 WHERE id = $1 AND user_id = $2";
                let renamed = db.execute(sql, args![id, user, name]).await?;
                if renamed == 1 {
                    made(true, audit)
                } else {
                    refused(false)
                }
            })
        })
        .await
    }

    async fn delete_passkey(
        &self,
        user: UserId,
        id: PasskeyId,
        audit: AuditEvent,
    ) -> Result<DeletePasskey, StorageError> {
        self.write(move |db| {
            Box::pin(async move {
                db.lock_account(user).await?;
                let sql = "DELETE FROM passkeys WHERE id = $1 AND user_id = $2";
                if db.execute(sql, args![id, user]).await? == 0 {
                    return refused(DeletePasskey::NotFound);
                }
                let sql = "SELECT password_hash IS NOT NULL AS has_password FROM accounts
                    WHERE id = $1";
                let row = db.row(sql, args![user]).await?;
                let has_password = row.map_or(Ok(false), |row| row.get("has_password"))?;
                if !has_password && count(db, user).await? == 0 {
                    return refused(DeletePasskey::LastCredential);
                }
                made(DeletePasskey::Deleted, audit)
            })
        })
        .await
    }
}
