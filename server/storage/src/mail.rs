//! How mails are kept until they are sent: a row each, which goes when they do.

use async_trait::async_trait;
use portcullis_domain::{
    AuditEvent, StorageError, Timestamp, UserId,
    mail::{MailId, MailStore, NewMail, QueuedMail},
};
use uuid::Uuid;

use crate::{
    Database,
    change::{made, refused, unaudited},
    connection::{Connection, Sql},
    value::{Row, args},
};

fn mail(row: &Row) -> Result<QueuedMail, StorageError> {
    Ok(QueuedMail {
        id: MailId(row.get("id")?),
        kind: row.get("kind")?,
        user: row.get::<Option<Uuid>>("user_id")?.map(UserId),
        sealed: row.get("sealed")?,
        tries: row.count("tries")?,
        created_at: row.time("created_at")?,
        expires_at: row.time("expires_at")?,
    })
}

/// Queues a mail. Operations do not call this: theirs come with the audit event of what they tell
/// of, and are queued where that is written.
pub(crate) async fn queue(db: &mut Connection<'_>, mail: NewMail) -> Result<(), StorageError> {
    let sql =
        "INSERT INTO outbox (id, kind, user_id, sealed, tries, due_at, created_at, expires_at)
        VALUES ($1, $2, $3, $4, 0, $5, $5, $6)
        ON CONFLICT (id) DO NOTHING";
    let args = args![
        mail.id.0,
        mail.kind,
        mail.user,
        mail.sealed,
        mail.created_at,
        mail.expires_at,
    ];
    db.execute(sql, args).await.map(drop)
}

async fn erase(db: &mut Connection<'_>, id: MailId) -> Result<bool, StorageError> {
    let sql = "DELETE FROM outbox WHERE id = $1";
    Ok(db.execute(sql, args![id.0]).await? == 1)
}

#[async_trait]
impl MailStore for Database {
    async fn take_due_mails(
        &self,
        now: Timestamp,
        until: Timestamp,
        limit: u32,
    ) -> Result<Vec<QueuedMail>, StorageError> {
        // Nearly always there are none: looking takes no turn among those who write.
        let sql = "SELECT id FROM outbox WHERE due_at <= $1 LIMIT 1";
        if self.read_one(sql, args![now]).await?.is_none() {
            return Ok(Vec::new());
        }
        self.write(move |db| {
            Box::pin(async move {
                let sql = Sql {
                    sqlite: "UPDATE outbox SET tries = tries + 1, due_at = $2
                        WHERE id IN (SELECT id FROM outbox
                            WHERE due_at <= $1 ORDER BY due_at, id LIMIT $3)
                        RETURNING *",
                    postgres: "UPDATE outbox SET tries = tries + 1, due_at = $2
                        WHERE id IN (SELECT id FROM outbox
                            WHERE due_at <= $1 ORDER BY due_at, id LIMIT $3
                            FOR UPDATE SKIP LOCKED)
                        RETURNING *",
                };
                let rows = db.rows(sql, args![now, until, limit]).await?;
                unaudited(rows.iter().map(mail).collect::<Result<Vec<_>, _>>()?)
            })
        })
        .await
    }

    async fn put_off_mail(&self, id: MailId, until: Timestamp) -> Result<(), StorageError> {
        self.write(move |db| {
            Box::pin(async move {
                let sql = "UPDATE outbox SET due_at = $2 WHERE id = $1";
                db.execute(sql, args![id.0, until]).await?;
                unaudited(())
            })
        })
        .await
    }

    async fn finish_mail(&self, id: MailId) -> Result<(), StorageError> {
        self.write(move |db| {
            Box::pin(async move {
                erase(db, id).await?;
                unaudited(())
            })
        })
        .await
    }

    async fn give_up_mail(&self, id: MailId, audit: AuditEvent) -> Result<(), StorageError> {
        self.write(move |db| {
            Box::pin(async move {
                if erase(db, id).await? {
                    made((), audit)
                } else {
                    refused(())
                }
            })
        })
        .await
    }

    async fn mails(&self, limit: u32) -> Result<Vec<QueuedMail>, StorageError> {
        let sql = "SELECT * FROM outbox ORDER BY created_at DESC, id DESC LIMIT $1";
        let rows = self.read(sql, args![limit]).await?;
        rows.iter().map(mail).collect()
    }
}
