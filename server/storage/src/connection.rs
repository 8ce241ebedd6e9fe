//! One connection of either database, and what an operation inside a transaction ends in.

use futures::future::BoxFuture;
use portcullis_domain::{AuditEvent, StorageError, UserId};
use sqlx::{PgConnection, SqliteConnection, SqliteExecutor};

use crate::{
    error::storage_error,
    value::{Arg, Row, args, for_postgres, for_sqlite},
};

/// A statement; nearly always the same text for both databases.
#[derive(Clone, Copy)]
pub(crate) struct Sql {
    pub(crate) sqlite: &'static str,
    pub(crate) postgres: &'static str,
}

impl From<&'static str> for Sql {
    fn from(text: &'static str) -> Self {
        Self { sqlite: text, postgres: text }
    }
}

/// A `SELECT` that locks the rows it finds until the end of the transaction. SQLite has no such
/// clause and needs none: it runs one writing transaction at a time.
macro_rules! locking {
    ($sql:literal) => { locking!($sql, " FOR NO KEY UPDATE") };
    ($sql:literal, $strength:literal) => {
        $crate::connection::Sql { sqlite: $sql, postgres: concat!($sql, $strength) }
    };
}
pub(crate) use locking;

/// A connection, inside a transaction or not.
///
/// Where several rows are locked, it is in this order, so that no two transactions can each wait
/// for the other: role, account, code, family, session and token, several of a kind by id.
pub(crate) enum Connection<'c> {
    Sqlite(&'c mut SqliteConnection),
    Postgres(&'c mut PgConnection),
}

impl Connection<'_> {
    /// Runs a statement; how many rows it changed.
    pub(crate) async fn execute(
        &mut self,
        sql: impl Into<Sql>,
        args: Vec<Arg>,
    ) -> Result<u64, StorageError> {
        let sql = sql.into();
        match self {
            Self::Sqlite(connection) => {
                let query = sqlx::query_with(sql.sqlite, for_sqlite(args)?);
                query.execute(&mut **connection).await.map(|done| done.rows_affected())
            }
            Self::Postgres(connection) => {
                let query = sqlx::query_with(sql.postgres, for_postgres(args)?);
                query.execute(&mut **connection).await.map(|done| done.rows_affected())
            }
        }
        .map_err(storage_error)
    }

    /// Runs a statement; its rows.
    pub(crate) async fn rows(
        &mut self,
        sql: impl Into<Sql>,
        args: Vec<Arg>,
    ) -> Result<Vec<Row>, StorageError> {
        let sql = sql.into();
        match self {
            Self::Sqlite(connection) => sqlite_rows(&mut **connection, sql, args).await,
            Self::Postgres(connection) => postgres_rows(&mut **connection, sql, args).await,
        }
    }

    /// Runs a statement; its first row. It always runs to its end, so that `RETURNING` cannot cut
    /// a change short.
    pub(crate) async fn row(
        &mut self,
        sql: impl Into<Sql>,
        args: Vec<Arg>,
    ) -> Result<Option<Row>, StorageError> {
        Ok(self.rows(sql, args).await?.into_iter().next())
    }

    /// Holds the account until the end of the transaction: whether it is there, and enabled.
    pub(crate) async fn lock_account(&mut self, id: UserId) -> Result<Option<bool>, StorageError> {
        let sql = locking!("SELECT enabled FROM accounts WHERE id = $1");
        self.row(sql, args![id]).await?.map(|row| row.get("enabled")).transpose()
    }

    /// Waits until no other transaction holds `name`, and holds it until the end of this one.
    pub(crate) async fn lock_name(&mut self, name: i64) -> Result<(), StorageError> {
        if matches!(self, Self::Postgres(_)) {
            self.execute("SELECT pg_advisory_xact_lock($1)", args![name]).await?;
        }
        Ok(())
    }
}

pub(crate) async fn sqlite_rows<'e>(
    connection: impl SqliteExecutor<'e>,
    sql: Sql,
    args: Vec<Arg>,
) -> Result<Vec<Row>, StorageError> {
    let query = sqlx::query_with(sql.sqlite, for_sqlite(args)?);
    let rows = connection.fetch_all(query).await.map_err(storage_error)?;
    Ok(rows.into_iter().map(Row::Sqlite).collect())
}

pub(crate) async fn postgres_rows<'e>(
    connection: impl sqlx::PgExecutor<'e>,
    sql: Sql,
    args: Vec<Arg>,
) -> Result<Vec<Row>, StorageError> {
    let query = sqlx::query_with(sql.postgres, for_postgres(args)?);
    let rows = connection.fetch_all(query).await.map_err(storage_error)?;
    Ok(rows.into_iter().map(Row::Postgres).collect())
}

/// What an operation came to, and with it whether its transaction is kept.
pub(crate) enum Change<T> {
    /// Something changed; it is kept together with the audit row.
    Made(T, Option<AuditEvent>),
    /// Nothing shall have changed: whatever was written on the way is rolled back.
    Refused(T),
}

/// The change was made, and this is its audit row.
pub(crate) fn made<T>(value: T, audit: AuditEvent) -> Result<Change<T>, StorageError> {
    Ok(Change::Made(value, Some(audit)))
}

/// The change was made, and is of a kind that is not audited.
pub(crate) fn unaudited<T>(value: T) -> Result<Change<T>, StorageError> {
    Ok(Change::Made(value, None))
}

/// The change was not made.
pub(crate) fn refused<T>(value: T) -> Result<Change<T>, StorageError> {
    Ok(Change::Refused(value))
}

/// A future that an operation runs as, borrowing its connection.
pub(crate) type Running<'a, T> = BoxFuture<'a, Result<Change<T>, StorageError>>;

/// Something to be done inside one transaction.
pub(crate) trait Operation<T>:
    for<'a, 'c> FnOnce(&'a mut Connection<'c>) -> Running<'a, T> + Send + 'static
{
}

impl<T, F> Operation<T> for F where
    F: for<'a, 'c> FnOnce(&'a mut Connection<'c>) -> Running<'a, T> + Send + 'static
{
}

/// Runs an operation and writes its audit row. Whether to keep what it did, and its value.
pub(crate) async fn run<T>(
    operation: impl Operation<T>,
    connection: &mut Connection<'_>,
) -> Result<(bool, T), StorageError> {
    match operation(connection).await? {
        Change::Made(value, audit) => {
            if let Some(event) = audit {
                crate::audit::append(connection, event).await?;
            }
            Ok((true, value))
        }
        Change::Refused(value) => Ok((false, value)),
    }
}
