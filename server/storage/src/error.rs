//! What the drivers report, as the three things a caller can act on.

use portcullis_domain::StorageError;

/// Sorts a driver's error: worth trying again, unreadable, or neither.
pub(crate) fn storage_error(error: sqlx::Error) -> StorageError {
    use sqlx::Error as E;
    let text = error.to_string();
    match error {
        E::Io(_) | E::Tls(_) | E::PoolTimedOut | E::PoolClosed | E::WorkerCrashed => {
            StorageError::Unavailable(text)
        }
        E::ColumnDecode { .. } | E::Decode(_) | E::TypeNotFound { .. } => {
            StorageError::Corrupt(text)
        }
        E::Database(inner) if is_passing(inner.as_ref()) => StorageError::Unavailable(text),
        _ => StorageError::Failed(text),
    }
}

/// Whether the database's own error is one that passes: it is locked, full, starting or stopping.
fn is_passing(error: &dyn sqlx::error::DatabaseError) -> bool {
    let Some(code) = error.code() else {
        return false;
    };
    if error
        .try_downcast_ref::<sqlx::postgres::PgDatabaseError>()
        .is_some()
    {
        // Classes of https://www.postgresql.org/docs/current/errcodes-appendix.html: connection,
        // transaction rollback (serialization, deadlock), resources, lock timeout, shutdown.
        return ["08", "40", "53", "55P", "57P"]
            .iter()
            .any(|class| code.starts_with(class));
    }
    // The low byte of https://www.sqlite.org/rescode.html: BUSY, LOCKED, IOERR, FULL, CANTOPEN.
    code.parse::<u32>()
        .is_ok_and(|code| matches!(code & 0xff, 5 | 6 | 10 | 13 | 14))
}
