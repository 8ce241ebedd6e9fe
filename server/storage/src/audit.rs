//! How the audit log is kept: one row per change, appended in the transaction of the change.

use async_trait::async_trait;
use portcullis_domain::{AuditEvent, AuditRow, StorageError, UserId, audit::AuditStore};
use uuid::Uuid;

use crate::{Database, change::made, connection::Connection, value::args};

/// Appends an event. Operations do not call this: they hand their event to
/// [`crate::change::made`], so that there is neither a change without a row nor the reverse.
pub(crate) async fn append(
    connection: &mut Connection<'_>,
    event: AuditEvent,
) -> Result<(), StorageError> {
    let sql = "INSERT INTO audit_log
        (kind, at, actor, subject, session_id, family_id, ip, request_id, detail)
        VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)";
    let args = args![
        event.kind.as_str(),
        event.at,
        event.actor,
        event.subject,
        event.session,
        event.family,
        event.ip,
        event.request,
        event.detail.to_string(),
    ];
    connection.execute(sql, args).await.map(drop)
}

#[async_trait]
impl AuditStore for Database {
    async fn record(&self, event: AuditEvent) -> Result<(), StorageError> {
        self.write(move |_| Box::pin(async { made((), event) }))
            .await
    }

    async fn audit_rows(&self, limit: u32) -> Result<Vec<AuditRow>, StorageError> {
        let sql = "SELECT sequence, kind, at, actor, subject, detail FROM audit_log
            ORDER BY sequence DESC LIMIT $1";
        let rows = self.read(sql, args![limit]).await?;
        rows.iter()
            .map(|row| {
                Ok(AuditRow {
                    sequence: row.get("sequence")?,
                    kind: row.get("kind")?,
                    at: row.time("at")?,
                    actor: row.get::<Option<Uuid>>("actor")?.map(UserId),
                    subject: row.get::<Option<Uuid>>("subject")?.map(UserId),
                    detail: row.json("detail")?,
                })
            })
            .collect()
    }
}
