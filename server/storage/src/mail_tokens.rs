//! How it is kept what links and codes in mails are good for: a row each, found by the hash of what
//! is in the link.

use async_trait::async_trait;
use portcullis_domain::{
    AuditEvent, SecretHash, StorageError, Timestamp, UserId,
    mail_tokens::{MailProof, MailPurpose, MailToken, MailTokenStore, ResetEvents},
    passwords::PasswordHash,
    sessions::EndedSessions,
};
use uuid::Uuid;

use crate::{
    Database,
    change::{made, made_with, refused},
    connection::Connection,
    sessions,
    value::args,
};

/// The purpose of what was spent. It stays until it would have expired: a mail that is sent once more
/// makes nothing good again that was used already.
const SPENT: &str = "spent";

/// Keeps a token, unless it is kept already.
async fn insert(db: &mut Connection<'_>, token: MailToken) -> Result<(), StorageError> {
    let sql = "INSERT INTO mail_tokens
            (token, purpose, user_id, email, code, code_expires_at, tries, created_at, expires_at,
            about)
        VALUES ($1, $2, $3, $4, $5, $6, 0, $7, $8, $9)
        ON CONFLICT (token) DO NOTHING";
    let args = args![
        token.token,
        token.purpose.as_str(),
        token.user,
        token.email.as_str(),
        token.code.map(|(code, _)| code.0.to_vec()),
        token.code.map(|(_, expires_at)| expires_at),
        token.created_at,
        token.expires_at,
        token.about,
    ];
    db.execute(sql, args).await.map(drop)
}

/// Spends all links of a user for that.
async fn forget(
    db: &mut Connection<'_>,
    user: UserId,
    purpose: MailPurpose,
) -> Result<(), StorageError> {
    let sql = "UPDATE mail_tokens SET purpose = $3, code = NULL
        WHERE user_id = $1 AND purpose = $2";
    db.execute(sql, args![user, purpose.as_str(), SPENT])
        .await
        .map(drop)
}

/// The owner of a link that can still be spent, whose account is held from here on: enabled, and with
/// the address that it was sent to.
async fn hold_owner(
    db: &mut Connection<'_>,
    token: SecretHash,
    purpose: MailPurpose,
    now: Timestamp,
) -> Result<Option<UserId>, StorageError> {
    let sql = "SELECT user_id FROM mail_tokens WHERE token = $1";
    let Some(row) = db.row(sql, args![token]).await? else {
        return Ok(None);
    };
    let user = UserId(row.get("user_id")?);
    // Before the token, as wherever both are locked.
    if db.lock_account(user).await? != Some(true) {
        return Ok(None);
    }
    let sql = "UPDATE mail_tokens SET purpose = $5, code = NULL
        WHERE token = $1 AND purpose = $2 AND expires_at > $3
            AND email = (SELECT email FROM accounts WHERE id = $4)";
    let spent = db.execute(sql, args![token, purpose.as_str(), now, user, SPENT]);
    Ok((spent.await? == 1).then_some(user))
}

/// The user's address counts as theirs from now on. The caller holds the account.
async fn set_verified(
    db: &mut Connection<'_>,
    user: UserId,
    now: Timestamp,
) -> Result<(), StorageError> {
    let sql = "UPDATE accounts SET email_verified_at = $2, version = version + 1
        WHERE id = $1 AND email_verified_at IS NULL";
    db.execute(sql, args![user, now]).await?;
    forget(db, user, MailPurpose::Verify).await
}

/// Whether a code is the one of the user's last mail, counting the try. The caller holds the account,
/// so that tries come one after the other.
async fn try_code(
    db: &mut Connection<'_>,
    user: UserId,
    code: SecretHash,
    most: u32,
    now: Timestamp,
) -> Result<bool, StorageError> {
    let sql = "UPDATE mail_tokens SET tries = tries + 1
        WHERE user_id = $1 AND purpose = $2 AND code IS NOT NULL AND tries < $3
            AND code_expires_at > $4 AND email = (SELECT email FROM accounts WHERE id = $1)
        RETURNING code";
    let verify = MailPurpose::Verify.as_str();
    match db.row(sql, args![user, verify, most, now]).await? {
        Some(row) => Ok(row.hash("code")? == code),
        None => Ok(false),
    }
}

#[async_trait]
impl MailTokenStore for Database {
    async fn keep_mail_token(
        &self,
        token: MailToken,
        audit: Option<AuditEvent>,
    ) -> Result<(), StorageError> {
        self.write(move |db| {
            Box::pin(async move {
                if token.purpose == MailPurpose::Verify {
                    db.lock_account(token.user).await?;
                    forget(db, token.user, token.purpose).await?;
                }
                insert(db, token).await?;
                made_with((), audit.into_iter().collect())
            })
        })
        .await
    }

    async fn mail_token_user(
        &self,
        token: SecretHash,
        purpose: MailPurpose,
        now: Timestamp,
    ) -> Result<Option<UserId>, StorageError> {
        let sql = "SELECT a.id FROM mail_tokens t JOIN accounts a ON a.id = t.user_id
            WHERE t.token = $1 AND t.purpose = $2 AND t.expires_at > $3 AND t.email = a.email
                AND a.enabled";
        let found = self.read_one(sql, args![token, purpose.as_str(), now]);
        found
            .await?
            .map(|row| row.get("id").map(UserId))
            .transpose()
    }

    async fn verify_email(
        &self,
        user: UserId,
        proof: MailProof,
        now: Timestamp,
        verified: AuditEvent,
        failed: AuditEvent,
    ) -> Result<bool, StorageError> {
        self.write(move |db| {
            Box::pin(async move {
                let shown = match proof {
                    MailProof::Link(token) => {
                        let owner = hold_owner(db, token, MailPurpose::Verify, now).await?;
                        // Somebody else's link stays as it was.
                        if owner != Some(user) {
                            return refused(false);
                        }
                        true
                    }
                    MailProof::Code(code, most) => {
                        if db.lock_account(user).await? != Some(true) {
                            return refused(false);
                        }
                        try_code(db, user, code, most, now).await?
                    }
                };
                if !shown {
                    return made(false, failed);
                }
                set_verified(db, user, now).await?;
                made(true, verified)
            })
        })
        .await
    }

    async fn reset_password(
        &self,
        token: SecretHash,
        new: PasswordHash,
        now: Timestamp,
        events: ResetEvents,
    ) -> Result<Option<(UserId, EndedSessions)>, StorageError> {
        self.write(move |db| {
            Box::pin(async move {
                let owner = hold_owner(db, token, MailPurpose::Reset, now).await?;
                let Some(user) = owner else {
                    return refused(None);
                };
                // Only in place of another: who has none signs in with what proves more.
                let sql = "UPDATE accounts SET password_hash = $2
                    WHERE id = $1 AND password_hash IS NOT NULL";
                if db.execute(sql, args![user, new.0]).await? == 0 {
                    return refused(None);
                }
                set_verified(db, user, now).await?;
                forget(db, user, MailPurpose::Reset).await?;
                let all = sessions::end_all(db, user, None, now).await?;
                let mut rows = vec![with_subject(events.reset, user)];
                if !all.is_nothing() {
                    rows.push(with_subject(events.ended, user));
                }
                made_with(Some((user, all.sessions)), rows)
            })
        })
        .await
    }

    async fn disown(
        &self,
        token: SecretHash,
        reset: SecretHash,
        reset_expires_at: Timestamp,
        audit: AuditEvent,
    ) -> Result<Option<(UserId, EndedSessions)>, StorageError> {
        let now = audit.at;
        self.write(move |db| {
            Box::pin(async move {
                let sql = "SELECT about FROM mail_tokens WHERE token = $1";
                let about = db.row(sql, args![token]).await?;
                let about = about.map_or(Ok(None), |row| row.get::<Option<Uuid>>("about"))?;
                let owner = hold_owner(db, token, MailPurpose::NotMe, now).await?;
                let Some(user) = owner else {
                    return refused(None);
                };
                if let Some(passkey) = about {
                    let sql = "DELETE FROM passkeys WHERE id = $1 AND user_id = $2";
                    db.execute(sql, args![passkey, user]).await?;
                }
                let sql = "INSERT INTO mail_tokens
                        (token, purpose, user_id, email, tries, created_at, expires_at)
                    SELECT $2, $3, id, email, 0, $4, $5 FROM accounts
                        WHERE id = $1 AND password_hash IS NOT NULL";
                let purpose = MailPurpose::Reset.as_str();
                let args = args![user, reset, purpose, now, reset_expires_at];
                db.execute(sql, args).await?;
                let all = sessions::end_all(db, user, None, now).await?;
                made(Some((user, all.sessions)), with_subject(audit, user))
            })
        })
        .await
    }
}

/// Whose link it was is known only now.
fn with_subject(mut event: AuditEvent, user: UserId) -> AuditEvent {
    event.subject = Some(user);
    event
}
