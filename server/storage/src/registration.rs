//! How it is kept what applications register themselves with.

use async_trait::async_trait;
use portcullis_domain::{
    AuditEvent, RegistrationTokenId, SecretHash, StorageError, Timestamp, UserId,
    registration::{InitialToken, RegisterClient, RegistrationStore, SelfRegistration},
};
use uuid::Uuid;

use crate::{
    Database,
    change::{made, refused},
    clients,
    value::{Row, args},
};

fn initial_token(row: &Row) -> Result<InitialToken, StorageError> {
    Ok(InitialToken {
        id: RegistrationTokenId(row.get("id")?),
        prefix: row.get("prefix")?,
        uses: row.count("uses")?,
        uses_left: row.count("uses_left")?,
        made_by: row.get::<Option<Uuid>>("made_by")?.map(UserId),
        created_at: row.time("created_at")?,
        expires_at: row.time("expires_at")?,
        last_used_at: row.time_if_any("last_used_at")?,
    })
}

#[async_trait]
impl RegistrationStore for Database {
    async fn save_initial_token(
        &self,
        hash: SecretHash,
        token: InitialToken,
        audit: AuditEvent,
    ) -> Result<(), StorageError> {
        self.write(move |db| {
            Box::pin(async move {
                let sql = "INSERT INTO initial_access_tokens (token, id, prefix, uses, uses_left,
                        made_by, created_at, expires_at, last_used_at)
                    VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)";
                let args = args![
                    hash,
                    token.id,
                    token.prefix,
                    token.uses,
                    token.uses_left,
                    token.made_by,
                    token.created_at,
                    token.expires_at,
                    token.last_used_at,
                ];
                db.execute(sql, args).await?;
                made((), audit)
            })
        })
        .await
    }

    async fn initial_token(
        &self,
        hash: SecretHash,
        now: Timestamp,
    ) -> Result<Option<InitialToken>, StorageError> {
        let sql =
            "SELECT id, prefix, uses, uses_left, made_by, created_at, expires_at, last_used_at
            FROM initial_access_tokens
            WHERE token = $1 AND uses_left > 0 AND expires_at > $2";
        let row = self.read_one(sql, args![hash, now]).await?;
        row.as_ref().map(initial_token).transpose()
    }

    async fn initial_tokens(
        &self,
        before: Option<RegistrationTokenId>,
        now: Timestamp,
        limit: u32,
    ) -> Result<Vec<InitialToken>, StorageError> {
        // No id is above this one.
        let before = before.map_or(Uuid::max(), |id| id.0);
        let sql =
            "SELECT id, prefix, uses, uses_left, made_by, created_at, expires_at, last_used_at
            FROM initial_access_tokens
            WHERE id < $1 AND expires_at > $2 ORDER BY id DESC LIMIT $3";
        let rows = self.read(sql, args![before, now, limit]).await?;
        rows.iter().map(initial_token).collect()
    }

    async fn revoke_initial_token(
        &self,
        id: RegistrationTokenId,
        now: Timestamp,
        audit: AuditEvent,
    ) -> Result<bool, StorageError> {
        self.write(move |db| {
            Box::pin(async move {
                // Whoever is registering with it holds its row: this waits for them, and who comes
                // after finds none.
                let sql = "DELETE FROM initial_access_tokens WHERE id = $1 AND expires_at > $2";
                match db.execute(sql, args![id, now]).await? {
                    0 => refused(false),
                    _ => made(true, audit),
                }
            })
        })
        .await
    }

    async fn register_client(
        &self,
        registration: SelfRegistration,
        now: Timestamp,
        audit: AuditEvent,
    ) -> Result<RegisterClient, StorageError> {
        self.write(move |db| {
            Box::pin(async move {
                let sql = "UPDATE initial_access_tokens
                    SET uses_left = uses_left - 1, last_used_at = $2
                    WHERE token = $1 AND uses_left > 0 AND expires_at > $2";
                if db.execute(sql, args![registration.initial, now]).await? != 1 {
                    return refused(RegisterClient::NoToken);
                }
                let (client, secret) = (&registration.client, registration.secret);
                if !clients::insert(db, client, secret, now).await? {
                    return refused(RegisterClient::Taken);
                }
                let sql = "INSERT INTO registration_tokens (client_id, token) VALUES ($1, $2)";
                db.execute(sql, args![&client.id, registration.token])
                    .await?;
                made(RegisterClient::Registered, audit)
            })
        })
        .await
    }

    async fn registered_itself(&self, client_id: &str) -> Result<bool, StorageError> {
        let sql = "SELECT client_id FROM registration_tokens WHERE client_id = $1";
        Ok(self.read_one(sql, args![client_id]).await?.is_some())
    }

    async fn is_registration_token(
        &self,
        client_id: &str,
        token: SecretHash,
    ) -> Result<bool, StorageError> {
        let sql = "SELECT client_id FROM registration_tokens WHERE client_id = $1 AND token = $2";
        Ok(self.read_one(sql, args![client_id, token]).await?.is_some())
    }
}
