//! How password hashes are kept: a column of the account.

use async_trait::async_trait;
use portcullis_domain::{
    AuditEvent, StorageError, UserId,
    passwords::{PasswordHash, PasswordStore},
    sessions::{EndOthers, EndedSessions},
};

use crate::{
    Database,
    change::{made_with, refused},
    sessions, sign_in,
    value::args,
};

#[async_trait]
impl PasswordStore for Database {
    async fn replace_password(
        &self,
        user: UserId,
        expected: Option<PasswordHash>,
        new: PasswordHash,
        others: Option<EndOthers>,
        audit: AuditEvent,
    ) -> Result<Option<EndedSessions>, StorageError> {
        self.write(move |db| {
            Box::pin(async move {
                // The first password changes the account as its user sees it, another does not.
                let sql = "UPDATE accounts SET password_hash = $3,
                        version = version + CASE WHEN password_hash IS NULL THEN 1 ELSE 0 END
                    WHERE id = $1 AND password_hash IS NOT DISTINCT FROM $2";
                let args = args![user, expected.map(|hash| hash.0), new.0];
                // The row is held from here on, as ending the sessions needs it to be.
                if db.execute(sql, args).await? == 0 {
                    return refused(None);
                }
                // Nobody goes on with the one before.
                sign_in::end_all(db, user).await?;
                let mut rows = vec![audit];
                let mut ended = EndedSessions::new();
                if let Some(EndOthers { keep, audit }) = others {
                    let all = sessions::end_all(db, user, Some(keep), audit.at).await?;
                    if !all.is_nothing() {
                        rows.push(audit);
                    }
                    ended = all.sessions;
                }
                made_with(Some(ended), rows)
            })
        })
        .await
    }

    async fn password_of(&self, user: UserId) -> Result<Option<PasswordHash>, StorageError> {
        let sql = "SELECT password_hash FROM accounts WHERE id = $1";
        let Some(row) = self.read_one(sql, args![user]).await? else {
            return Ok(None);
        };
        Ok(row
            .get::<Option<String>>("password_hash")?
            .map(PasswordHash))
    }
}
