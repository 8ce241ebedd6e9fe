//! How OAuth clients and their secrets are kept.

use async_trait::async_trait;
use portcullis_domain::{
    AuditEvent, StorageError, Timestamp,
    clients::{ClientSecret, ClientStore, KeptClient, UpdateClient},
};
use portcullis_types::client::{AuthMethod, Client};

use crate::{
    Database,
    change::{made, refused},
    connection::{Connection, Sql, locking},
    value::{Row, args, containing, json},
};

/// Methods that take the same kind of secret: one that was made for the other method of a group
/// goes on being good.
fn kind_of_secret(method: &str) -> u8 {
    match method {
        "client_secret_basic" | "client_secret_post" => 1,
        "client_secret_jwt" => 2,
        _ => 0,
    }
}

/// Clients from rows of both tables, which come sorted by client and newest secret first.
fn gather(rows: &[Row]) -> Result<Vec<KeptClient>, StorageError> {
    let mut clients: Vec<KeptClient> = Vec::new();
    for row in rows {
        let client: Client = row.json("registration")?;
        if clients
            .last()
            .is_none_or(|last| last.client.id != client.id)
        {
            clients.push(KeptClient {
                client,
                secrets: Vec::new(),
                created_at: row.time("created_at")?,
                updated_at: row.time("updated_at")?,
            });
        }
        if let (Some(last), Some(made)) = (clients.last_mut(), row.time_if_any("made_at")?) {
            last.secrets.push(ClientSecret {
                secret: row.hash("secret")?,
                sealed: row.get("sealed")?,
                created_at: made,
                expires_at: row.time_if_any("expires_at")?,
            });
        }
    }
    Ok(clients)
}

/// Both tables, for the clients that a condition chooses. PostgreSQL would sort text by the
/// database's language.
macro_rules! with_secrets {
    ($sqlite:literal, $postgres:literal) => {
        Sql {
            sqlite: concat!(
                "SELECT c.registration, c.created_at, c.updated_at, s.secret, s.sealed,
                    s.created_at AS made_at, s.expires_at
                FROM (SELECT * FROM clients WHERE ",
                $sqlite,
                ") c LEFT JOIN client_secrets s ON s.client_id = c.id
                ORDER BY c.id, s.expires_at IS NOT NULL, s.created_at DESC"
            ),
            postgres: concat!(
                "SELECT c.registration, c.created_at, c.updated_at, s.secret, s.sealed,
                    s.created_at AS made_at, s.expires_at
                FROM (SELECT * FROM clients WHERE ",
                $postgres,
                ") c LEFT JOIN client_secrets s ON s.client_id = c.id
                ORDER BY c.id COLLATE \"C\", s.expires_at IS NOT NULL, s.created_at DESC"
            ),
        }
    };
}

async fn insert_secret(
    db: &mut Connection<'_>,
    client: &str,
    secret: ClientSecret,
) -> Result<(), StorageError> {
    let sql = "INSERT INTO client_secrets (secret, client_id, sealed, created_at, expires_at)
        VALUES ($1, $2, $3, $4, $5)";
    let args = args![
        secret.secret,
        client,
        secret.sealed,
        secret.created_at,
        secret.expires_at,
    ];
    db.execute(sql, args).await.map(drop)
}

/// Keeps a client. False: there is one with that id.
pub(crate) async fn insert(
    db: &mut Connection<'_>,
    client: &Client,
    secret: Option<ClientSecret>,
    at: Timestamp,
) -> Result<bool, StorageError> {
    let sql = "INSERT INTO clients (id, auth_method, registration, created_at, updated_at)
        VALUES ($1, $2, $3, $4, $4) ON CONFLICT (id) DO NOTHING";
    let args = args![
        &client.id,
        client.token_endpoint_auth_method.as_str(),
        json(client)?,
        at,
    ];
    if db.execute(sql, args).await? == 0 {
        return Ok(false);
    }
    if let Some(secret) = secret {
        insert_secret(db, &client.id, secret).await?;
    }
    Ok(true)
}

/// Holds a client. Nothing: there is none.
async fn lock(db: &mut Connection<'_>, id: &str) -> Result<Option<Row>, StorageError> {
    let sql = locking!("SELECT auth_method, registration FROM clients WHERE id = $1");
    db.row(sql, args![id]).await
}

/// Revokes what a client was given, and what it could still turn into more.
async fn revoke_all(db: &mut Connection<'_>, id: &str, now: Timestamp) -> Result<(), StorageError> {
    let sql = "DELETE FROM pushed_requests WHERE client_id = $1";
    db.execute(sql, args![id]).await?;
    // Services are told, who verify its own tokens by themselves.
    let sql = "INSERT INTO ended_clients (client_id, ended_at) VALUES ($1, $2)
        ON CONFLICT (client_id) DO UPDATE SET ended_at = excluded.ended_at";
    db.execute(sql, args![id, now]).await?;
    // Or who registers under the same id later would find them good again.
    let sql = "DELETE FROM access_tokens WHERE client_id = $1";
    db.execute(sql, args![id]).await?;
    let sql = locking!(
        "SELECT device_code FROM device_authorizations WHERE client_id = $1 ORDER BY device_code"
    );
    db.rows(sql, args![id]).await?;
    let sql = "DELETE FROM device_authorizations WHERE client_id = $1";
    db.execute(sql, args![id]).await?;
    let sql = locking!("SELECT user_id FROM consents WHERE client_id = $1 ORDER BY user_id");
    db.rows(sql, args![id]).await?;
    let sql = "DELETE FROM consents WHERE client_id = $1";
    db.execute(sql, args![id]).await?;
    // Locked in order first, as wherever several are locked.
    let sql = locking!(
        "SELECT code FROM authorization_codes WHERE client_id = $1 AND expires_at > $2 ORDER BY code"
    );
    db.rows(sql, args![id, now]).await?;
    // A code that is spent, but whose family has not begun yet, must not begin one afterwards.
    let sql = "UPDATE authorization_codes SET expires_at = $2,
            reused_at = CASE WHEN spent_at IS NULL THEN reused_at ELSE COALESCE(reused_at, $2) END
        WHERE client_id = $1 AND expires_at > $2";
    db.execute(sql, args![id, now]).await?;
    let sql = locking!(
        "SELECT id FROM token_families WHERE client_id = $1 AND revoked_at IS NULL ORDER BY id"
    );
    if db.rows(sql, args![id]).await?.is_empty() {
        return Ok(());
    }
    let sql = "UPDATE token_families SET revoked_at = $2
        WHERE client_id = $1 AND revoked_at IS NULL";
    db.execute(sql, args![id, now]).await.map(drop)
}

impl Database {
    async fn change_client(
        &self,
        seen: Option<Client>,
        client: Client,
        secret: ClientSecret,
        audit: AuditEvent,
    ) -> Result<UpdateClient, StorageError> {
        self.write(move |db| {
            Box::pin(async move {
                let Some(before) = lock(db, &client.id).await? else {
                    return refused(UpdateClient::NoClient);
                };
                if let Some(seen) = seen
                    && before.json::<Client>("registration")? != seen
                {
                    return refused(UpdateClient::Changed);
                }
                let before: String = before.get("auth_method")?;
                let method = client.token_endpoint_auth_method;
                let sql = "UPDATE clients SET auth_method = $2, registration = $3, updated_at = $4
                    WHERE id = $1";
                let args = args![&client.id, method.as_str(), json(&client)?, audit.at,];
                db.execute(sql, args).await?;
                if kind_of_secret(&before) == kind_of_secret(method.as_str()) {
                    return made(UpdateClient::Updated, audit);
                }
                let sql = "DELETE FROM client_secrets WHERE client_id = $1";
                db.execute(sql, args![&client.id]).await?;
                if !method.has_secret() {
                    return made(UpdateClient::Updated, audit);
                }
                insert_secret(db, &client.id, secret).await?;
                made(UpdateClient::UpdatedWithSecret, audit)
            })
        })
        .await
    }
}

#[async_trait]
impl ClientStore for Database {
    async fn create_client(
        &self,
        client: Client,
        secret: Option<ClientSecret>,
        audit: AuditEvent,
    ) -> Result<bool, StorageError> {
        self.write(move |db| {
            Box::pin(async move {
                if insert(db, &client, secret, audit.at).await? {
                    made(true, audit)
                } else {
                    refused(false)
                }
            })
        })
        .await
    }

    async fn client(&self, id: &str) -> Result<Option<KeptClient>, StorageError> {
        let sql = with_secrets!("id = $1", "id = $1");
        let rows = self.read(sql, args![id]).await?;
        Ok(gather(&rows)?.into_iter().next())
    }

    async fn clients(
        &self,
        search: &str,
        after: Option<&str>,
        limit: u32,
    ) -> Result<Vec<KeptClient>, StorageError> {
        // Ids are not empty, so all come after nothing. SQLite's LIKE knows the case of ASCII only.
        let sql = with_secrets!(
            "id > $1 AND (id LIKE $3 ESCAPE '!' OR registration ->> 'name' LIKE $3 ESCAPE '!')
                ORDER BY id LIMIT $2",
            "id COLLATE \"C\" > $1
                AND (id ILIKE $3 ESCAPE '!' OR registration::json ->> 'name' ILIKE $3 ESCAPE '!')
                ORDER BY id COLLATE \"C\" LIMIT $2"
        );
        let args = args![after.unwrap_or_default(), limit, containing(search)];
        gather(&self.read(sql, args).await?)
    }

    async fn update_client(
        &self,
        client: Client,
        secret: ClientSecret,
        audit: AuditEvent,
    ) -> Result<UpdateClient, StorageError> {
        self.change_client(None, client, secret, audit).await
    }

    async fn update_client_seen(
        &self,
        seen: Client,
        client: Client,
        secret: ClientSecret,
        audit: AuditEvent,
    ) -> Result<UpdateClient, StorageError> {
        self.change_client(Some(seen), client, secret, audit).await
    }

    async fn rotate_client_secret(
        &self,
        id: &str,
        secret: ClientSecret,
        before_expires_at: Timestamp,
        audit: AuditEvent,
    ) -> Result<bool, StorageError> {
        let id = id.to_owned();
        self.write(move |db| {
            Box::pin(async move {
                let with_secret = |method: &String| {
                    AuthMethod::ALL
                        .iter()
                        .any(|known| known.as_str() == method && known.has_secret())
                };
                let Some(before) = lock(db, &id).await? else {
                    return refused(false);
                };
                if !with_secret(&before.get("auth_method")?) {
                    return refused(false);
                }
                // One that was to end already has had its overlap.
                let sql = "DELETE FROM client_secrets
                    WHERE client_id = $1 AND (expires_at IS NOT NULL OR $2 <= $3)";
                db.execute(sql, args![&id, before_expires_at, audit.at])
                    .await?;
                let sql = "UPDATE client_secrets SET expires_at = $2 WHERE client_id = $1";
                db.execute(sql, args![&id, before_expires_at]).await?;
                insert_secret(db, &id, secret).await?;
                made(true, audit)
            })
        })
        .await
    }

    async fn delete_client(
        &self,
        id: &str,
        now: Timestamp,
        audit: AuditEvent,
    ) -> Result<bool, StorageError> {
        let id = id.to_owned();
        self.write(move |db| {
            Box::pin(async move {
                let sql = "DELETE FROM clients WHERE id = $1";
                if db.execute(sql, args![&id]).await? == 0 {
                    return refused(false);
                }
                revoke_all(db, &id, now).await?;
                made(true, audit)
            })
        })
        .await
    }
}
