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

/// The same for the connection that writes to SQLite.
#[expect(clippy::needless_pass_by_value, reason = "`map_err` hands it over")]
pub(crate) fn sqlite_error(error: rusqlite::Error) -> StorageError {
    use rusqlite::Error as E;
    let text = error.to_string();
    match error {
        E::SqliteFailure(failure, _) if passes(failure.extended_code & 0xff) => {
            StorageError::Unavailable(text)
        }
        E::FromSqlConversionFailure(..) | E::InvalidColumnType(..) | E::Utf8Error(..) => {
            StorageError::Corrupt(text)
        }
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
    sqlite_code(error).is_some_and(passes)
}

/// BUSY, LOCKED, IOERR, FULL, CANTOPEN (<https://www.sqlite.org/rescode.html>).
const fn passes(code: i32) -> bool {
    matches!(code, 5 | 6 | 10 | 13 | 14)
}

/// Whether SQLite says that another process holds the file.
pub(crate) fn is_busy(error: &sqlx::Error) -> bool {
    error.as_database_error().and_then(sqlite_code) == Some(5)
}

/// The primary result code, which is the low byte (<https://www.sqlite.org/rescode.html>).
fn sqlite_code(error: &dyn sqlx::error::DatabaseError) -> Option<i32> {
    Some(error.code()?.parse::<i32>().ok()? & 0xff)
}
