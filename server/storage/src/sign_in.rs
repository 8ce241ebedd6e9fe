//! How sign-ins that are under way are kept: a row each, which counts its tries.

use async_trait::async_trait;
use portcullis_domain::{
    AuditEvent, SecretHash, SessionId, StorageError, Timestamp, UserId,
    sessions::NewSession,
    sign_in::{FinishSignIn, Held, SignIn, SignInStore, Spend},
};

use crate::{
    Database,
    change::{made_with, refused, unaudited},
    connection::Connection,
    sessions, totp,
    value::{Row, args},
};

fn sign_in(row: &Row) -> Result<SignIn, StorageError> {
    Ok(SignIn {
        token: row.hash("token")?,
        user: UserId(row.get("user_id")?),
        proofs: row.json("proofs")?,
        remember: row.get("remember")?,
        expires_at: row.time("expires_at")?,
    })
}

/// Ends what the user has begun and not finished. The caller holds the account.
pub(crate) async fn end_all(db: &mut Connection<'_>, user: UserId) -> Result<(), StorageError> {
    let sql = "DELETE FROM sign_ins WHERE user_id = $1";
    db.execute(sql, args![user]).await.map(drop)
}

#[async_trait]
impl SignInStore for Database {
    async fn held(&self, user: UserId) -> Result<Held, StorageError> {
        let sql = "SELECT
                EXISTS (SELECT 1 FROM totp_devices WHERE user_id = $1) AS totp,
                EXISTS (SELECT 1 FROM recovery_codes WHERE user_id = $1 AND used_at IS NULL)
                    AS recovery_code,
                EXISTS (SELECT 1 FROM passkeys WHERE user_id = $1) AS passkey";
        let Some(row) = self.read_one(sql, args![user]).await? else {
            return Ok(Held::default());
        };
        Ok(Held {
            totp: row.get("totp")?,
            recovery_code: row.get("recovery_code")?,
            passkey: row.get("passkey")?,
        })
    }

    async fn begin_sign_in(&self, sign_in: SignIn) -> Result<(), StorageError> {
        let proofs = serde_json::to_string(&sign_in.proofs)
            .map_err(|error| StorageError::Failed(error.to_string()))?;
        self.write(move |db| {
            Box::pin(async move {
                let sql = "INSERT INTO sign_ins
                        (token, user_id, proofs, remember, tries, expires_at)
                    VALUES ($1, $2, $3, $4, 0, $5)";
                let args = args![
                    sign_in.token,
                    sign_in.user,
                    proofs,
                    sign_in.remember,
                    sign_in.expires_at,
                ];
                unaudited(db.execute(sql, args).await.map(drop)?)
            })
        })
        .await
    }

    async fn try_sign_in(
        &self,
        token: SecretHash,
        most: u32,
        now: Timestamp,
    ) -> Result<Option<SignIn>, StorageError> {
        self.write(move |db| {
            Box::pin(async move {
                let sql = "UPDATE sign_ins SET tries = tries + 1
                    WHERE token = $1 AND tries < $2 AND expires_at > $3 RETURNING *";
                let row = db.row(sql, args![token, most, now]).await?;
                unaudited(row.as_ref().map(sign_in).transpose()?)
            })
        })
        .await
    }

    async fn finish_sign_in(
        &self,
        token: SecretHash,
        spend: Spend,
        session: NewSession,
        replaces: Option<SessionId>,
        audit: AuditEvent,
    ) -> Result<FinishSignIn, StorageError> {
        self.write(move |db| {
            Box::pin(async move {
                let (user, now) = (session.user, session.created_at);
                if db.lock_account(user).await? != Some(true) {
                    return refused(FinishSignIn::Gone);
                }
                let sql = "DELETE FROM sign_ins
                    WHERE token = $1 AND user_id = $2 AND expires_at > $3";
                if db.execute(sql, args![token, user, now]).await? != 1 {
                    return refused(FinishSignIn::Gone);
                }
                if !totp::spend(db, user, spend, now).await? {
                    return refused(FinishSignIn::Spent);
                }
                match sessions::begin(db, session, replaces, audit).await? {
                    Some(rows) => made_with(FinishSignIn::Begun, rows),
                    None => refused(FinishSignIn::Gone),
                }
            })
        })
        .await
    }
}
