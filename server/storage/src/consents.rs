//! How consents are kept: a row for each user and client.

use async_trait::async_trait;
use portcullis_domain::{
    AuditEvent, StorageError, Timestamp, UserId,
    consents::{Consent, ConsentDecision, ConsentStore},
    oauth::{NewRefreshToken, TokenFamily},
};

use crate::{
    Database, ceremonies,
    change::{made, refused},
    connection::{Connection, locking},
    oauth,
    value::{Row, args},
};

fn consent(row: &Row) -> Result<Consent, StorageError> {
    Ok(Consent {
        user: UserId(row.get("user_id")?),
        client_id: row.get("client_id")?,
        scopes: row.words("scopes")?,
        resources: row.words("resources")?,
        created_at: row.time("created_at")?,
        updated_at: row.time("updated_at")?,
    })
}

async fn find(
    db: &mut Connection<'_>,
    user: UserId,
    client_id: &str,
) -> Result<Option<Consent>, StorageError> {
    let sql = "SELECT * FROM consents WHERE user_id = $1 AND client_id = $2";
    let row = db.row(sql, args![user, client_id]).await?;
    row.as_ref().map(consent).transpose()
}

/// Adds to what a user lets a client do. The caller holds the account.
pub(crate) async fn give(db: &mut Connection<'_>, given: Consent) -> Result<(), StorageError> {
    let before = find(db, given.user, &given.client_id).await?;
    let (mut scopes, mut resources) = before
        .map(|before| (before.scopes, before.resources))
        .unwrap_or_default();
    for (all, new) in [
        (&mut scopes, given.scopes),
        (&mut resources, given.resources),
    ] {
        for word in new {
            if !all.contains(&word) {
                all.push(word);
            }
        }
    }
    let sql = "INSERT INTO consents (user_id, client_id, scopes, resources, created_at, updated_at)
        VALUES ($1, $2, $3, $4, $5, $6)
        ON CONFLICT (user_id, client_id)
        DO UPDATE SET scopes = excluded.scopes, resources = excluded.resources,
            updated_at = excluded.updated_at";
    let args = args![
        given.user,
        given.client_id,
        scopes.as_slice(),
        resources.as_slice(),
        given.created_at,
        given.updated_at,
    ];
    db.execute(sql, args).await.map(drop)
}

/// Revokes what a client was given for a user, and what it could still turn into more. The caller
/// holds the account.
async fn revoke_all(
    db: &mut Connection<'_>,
    user: UserId,
    client_id: &str,
    now: Timestamp,
) -> Result<(), StorageError> {
    // Locked in order first, as wherever several are locked.
    let sql = locking!(
        "SELECT code FROM authorization_codes
            WHERE user_id = $1 AND client_id = $2 AND expires_at > $3 ORDER BY code"
    );
    db.rows(sql, args![user, client_id, now]).await?;
    // A code that is spent, but whose family has not begun yet, must not begin one afterwards.
    let sql = "UPDATE authorization_codes SET expires_at = $3,
            reused_at = CASE WHEN spent_at IS NULL THEN reused_at ELSE COALESCE(reused_at, $3) END
        WHERE user_id = $1 AND client_id = $2 AND expires_at > $3";
    db.execute(sql, args![user, client_id, now]).await?;
    let sql = locking!(
        "SELECT id FROM token_families
            WHERE user_id = $1 AND client_id = $2 AND revoked_at IS NULL ORDER BY id"
    );
    if db.rows(sql, args![user, client_id]).await?.is_empty() {
        return Ok(());
    }
    let sql = "UPDATE token_families SET revoked_at = $3
        WHERE user_id = $1 AND client_id = $2 AND revoked_at IS NULL";
    db.execute(sql, args![user, client_id, now]).await.map(drop)
}

#[async_trait]
impl ConsentStore for Database {
    async fn decide_consent(
        &self,
        decision: ConsentDecision,
        audit: AuditEvent,
    ) -> Result<bool, StorageError> {
        self.write(move |db| {
            Box::pin(async move {
                if db.lock_account(decision.user).await? != Some(true)
                    || !ceremonies::spend(db, decision.question, decision.expires_at).await?
                {
                    return refused(false);
                }
                if let Some(consent) = decision.allowed {
                    give(db, consent).await?;
                }
                made(true, audit)
            })
        })
        .await
    }

    async fn consent(
        &self,
        user: UserId,
        client_id: &str,
    ) -> Result<Option<Consent>, StorageError> {
        let sql = "SELECT * FROM consents WHERE user_id = $1 AND client_id = $2";
        let row = self.read_one(sql, args![user, client_id]).await?;
        row.as_ref().map(self::consent).transpose()
    }

    async fn consents_of(&self, user: UserId) -> Result<Vec<Consent>, StorageError> {
        let sql = "SELECT * FROM consents WHERE user_id = $1 ORDER BY updated_at DESC, client_id";
        let rows = self.read(sql, args![user]).await?;
        rows.iter().map(self::consent).collect()
    }

    async fn revoke_consent(
        &self,
        user: UserId,
        client_id: &str,
        now: Timestamp,
        audit: AuditEvent,
    ) -> Result<bool, StorageError> {
        let client_id = client_id.to_owned();
        self.write(move |db| {
            Box::pin(async move {
                db.lock_account(user).await?;
                // A device that was let in, but has not heard of it.
                let sql = locking!(
                    "SELECT device_code FROM device_authorizations
                        WHERE user_id = $1 AND client_id = $2 ORDER BY device_code"
                );
                db.rows(sql, args![user, &client_id]).await?;
                let sql = "UPDATE device_authorizations SET expires_at = $3
                    WHERE user_id = $1 AND client_id = $2 AND spent_at IS NULL AND expires_at > $3";
                db.execute(sql, args![user, &client_id, now]).await?;
                let sql = "DELETE FROM consents WHERE user_id = $1 AND client_id = $2";
                if db.execute(sql, args![user, &client_id]).await? == 0 {
                    return refused(false);
                }
                revoke_all(db, user, &client_id, now).await?;
                made(true, audit)
            })
        })
        .await
    }

    async fn begin_consented_family(
        &self,
        family: TokenFamily,
        first: NewRefreshToken,
        audit: AuditEvent,
    ) -> Result<bool, StorageError> {
        self.write(move |db| {
            Box::pin(async move {
                // Whoever takes a consent back holds the account as well.
                if db.lock_account(family.user).await? != Some(true) {
                    return refused(false);
                }
                let consent = find(db, family.user, &family.client_id).await?;
                let stands = |it: Consent| it.covers(&family.scopes, &family.resources);
                if consent.is_some_and(stands) && oauth::insert_family(db, family, first).await? {
                    made(true, audit)
                } else {
                    refused(false)
                }
            })
        })
        .await
    }
}
