//! How it is kept what applications register themselves with.

use async_trait::async_trait;
use portcullis_domain::{
    AuditEvent, SecretHash, StorageError, Timestamp,
    registration::{InitialToken, RegisterClient, RegistrationStore, SelfRegistration},
};

use crate::{
    Database,
    change::{made, refused},
    clients,
    value::args,
};

#[async_trait]
impl RegistrationStore for Database {
    async fn save_initial_token(
        &self,
        token: InitialToken,
        audit: AuditEvent,
    ) -> Result<(), StorageError> {
        self.write(move |db| {
            Box::pin(async move {
                let sql = "INSERT INTO initial_access_tokens (token, uses_left, created_at,
                        expires_at)
                    VALUES ($1, $2, $3, $4)";
                let args = args![
                    token.token,
                    token.uses_left,
                    token.created_at,
                    token.expires_at,
                ];
                db.execute(sql, args).await?;
                made((), audit)
            })
        })
        .await
    }

    async fn is_initial_token(
        &self,
        token: SecretHash,
        now: Timestamp,
    ) -> Result<bool, StorageError> {
        let sql = "SELECT token FROM initial_access_tokens
            WHERE token = $1 AND uses_left > 0 AND expires_at > $2";
        Ok(self.read_one(sql, args![token, now]).await?.is_some())
    }

    async fn register_client(
        &self,
        registration: SelfRegistration,
        now: Timestamp,
        audit: AuditEvent,
    ) -> Result<RegisterClient, StorageError> {
        self.write(move |db| {
            Box::pin(async move {
                let sql = "UPDATE initial_access_tokens SET uses_left = uses_left - 1
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
