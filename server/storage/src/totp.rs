//! How authenticator apps and recovery codes are kept: a row each, and each use is one conditional
//! statement.

use async_trait::async_trait;
use portcullis_domain::{
    AuditEvent, SecretHash, StorageError, Timestamp, UserId,
    sign_in::Spend,
    totp::{AddTotp, Enrolment, Totp, TotpStore},
};
use portcullis_types::TotpId;

use crate::{
    Database, ceremonies,
    change::{Change, made, made_with, refused},
    connection::Connection,
    sessions,
    value::{Row, args},
};

fn totp(row: &Row) -> Result<Totp, StorageError> {
    Ok(Totp {
        id: TotpId(row.get("id")?),
        name: row.get("name")?,
        sealed: row.get("sealed")?,
        last_step: row.get("last_step")?,
        created_at: row.time("created_at")?,
        last_used_at: row.time_if_any("last_used_at")?,
    })
}

/// How many authenticator apps the user has. The caller holds the account.
pub(crate) async fn count(db: &mut Connection<'_>, user: UserId) -> Result<u32, StorageError> {
    let sql = "SELECT COUNT(*) AS number FROM totp_devices WHERE user_id = $1";
    db.row(sql, args![user])
        .await?
        .map_or(Ok(0), |row| row.count("number"))
}

/// Uses up what proves a sign-in. False: it was before, or is not there.
pub(crate) async fn spend(
    db: &mut Connection<'_>,
    user: UserId,
    spend: Spend,
    now: Timestamp,
) -> Result<bool, StorageError> {
    let changed = match spend {
        Spend::Totp { device, step } => {
            let sql = "UPDATE totp_devices SET last_step = $3, last_used_at = $4
                WHERE id = $1 AND user_id = $2 AND last_step < $3";
            db.execute(sql, args![device, user, step, now]).await?
        }
        Spend::RecoveryCode(code) => {
            let sql = "UPDATE recovery_codes SET used_at = $3
                WHERE user_id = $1 AND code = $2 AND used_at IS NULL";
            db.execute(sql, args![user, code, now]).await?
        }
    };
    Ok(changed == 1)
}

/// Puts recovery codes in place of those of before.
async fn replace_codes(
    db: &mut Connection<'_>,
    user: UserId,
    codes: Vec<SecretHash>,
) -> Result<(), StorageError> {
    let sql = "DELETE FROM recovery_codes WHERE user_id = $1";
    db.execute(sql, args![user]).await?;
    for code in codes {
        let sql = "INSERT INTO recovery_codes (user_id, code) VALUES ($1, $2)";
        db.execute(sql, args![user, code]).await?;
    }
    Ok(())
}

async fn add(
    db: &mut Connection<'_>,
    enrolment: Enrolment,
    audit: AuditEvent,
) -> Result<Change<AddTotp>, StorageError> {
    let Enrolment {
        user,
        totp,
        limit,
        ceremony: (ceremony, expires_at),
        recovery_codes,
        session: (session, amr),
        others,
    } = enrolment;
    if db.lock_account(user).await? != Some(true) {
        return refused(AddTotp::NoSession);
    }
    let before = count(db, user).await?;
    if before >= limit {
        return refused(AddTotp::Limit);
    }
    if !ceremonies::spend(db, ceremony, expires_at).await? {
        return refused(AddTotp::Spent);
    }
    let sql = "INSERT INTO totp_devices (id, user_id, name, sealed, last_step, created_at)
        VALUES ($1, $2, $3, $4, $5, $6)";
    let args = args![
        totp.id,
        user,
        totp.name,
        totp.sealed,
        totp.last_step,
        totp.created_at,
    ];
    db.execute(sql, args).await?;
    if before > 0 {
        return made(AddTotp::Added, audit);
    }
    replace_codes(db, user, recovery_codes).await?;
    let ended = sessions::end_all(db, user, Some(session), others.at).await?;
    let sql = "UPDATE sessions SET amr = $3 WHERE id = $1 AND user_id = $2";
    let args = args![session, user, amr.as_slice()];
    if db.execute(sql, args).await? != 1 {
        return refused(AddTotp::NoSession);
    }
    let mut rows = vec![audit];
    if !ended.is_nothing() {
        rows.push(others);
    }
    made_with(AddTotp::First(ended.sessions), rows)
}

#[async_trait]
impl TotpStore for Database {
    async fn totps_of(&self, user: UserId) -> Result<Vec<Totp>, StorageError> {
        let sql = "SELECT * FROM totp_devices WHERE user_id = $1 ORDER BY created_at, id";
        let rows = self.read(sql, args![user]).await?;
        rows.iter().map(totp).collect()
    }

    async fn recovery_codes_left(&self, user: UserId) -> Result<u32, StorageError> {
        let sql = "SELECT COUNT(*) AS number FROM recovery_codes
            WHERE user_id = $1 AND used_at IS NULL";
        let row = self.read_one(sql, args![user]).await?;
        row.map_or(Ok(0), |row| row.count("number"))
    }

    async fn add_totp(
        &self,
        enrolment: Enrolment,
        audit: AuditEvent,
    ) -> Result<AddTotp, StorageError> {
        self.write(move |db| Box::pin(add(db, enrolment, audit)))
            .await
    }

    async fn delete_totp(
        &self,
        user: UserId,
        id: TotpId,
        audit: AuditEvent,
    ) -> Result<bool, StorageError> {
        self.write(move |db| {
            Box::pin(async move {
                db.lock_account(user).await?;
                let sql = "DELETE FROM totp_devices WHERE id = $1 AND user_id = $2";
                if db.execute(sql, args![id, user]).await? == 0 {
                    return refused(false);
                }
                if count(db, user).await? == 0 {
                    replace_codes(db, user, Vec::new()).await?;
                }
                made(true, audit)
            })
        })
        .await
    }

    async fn replace_recovery_codes(
        &self,
        user: UserId,
        codes: Vec<SecretHash>,
        audit: AuditEvent,
    ) -> Result<bool, StorageError> {
        self.write(move |db| {
            Box::pin(async move {
                if db.lock_account(user).await? != Some(true) || count(db, user).await? == 0 {
                    return refused(false);
                }
                replace_codes(db, user, codes).await?;
                made(true, audit)
            })
        })
        .await
    }
}
