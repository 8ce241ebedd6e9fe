//! One connection of either database, which takes the same statements and values.

use portcullis_domain::{StorageError, UserId};
use sqlx::{PgConnection, SqliteExecutor};

use crate::{
    error::storage_error,
    value::{Arg, Row, args, for_postgres, for_sqlite},
    written,
};

/// A statement; nearly always the same text for both databases.
#[derive(Clone, Copy)]
pub(crate) struct Sql {
    pub(crate) sqlite: &'static str,
    pub(crate) postgres: &'static str,
}

impl From<&'static str> for Sql {
    fn from(text: &'static str) -> Self {
        Self {
            sqlite: text,
            postgres: text,
        }
    }
}

/// A `SELECT` that locks the rows it finds until the end of the transaction. SQLite has no such
/// clause and needs none: it runs one writing transaction at a time.
macro_rules! locking {
    ($sql:literal) => {
        locking!($sql, " FOR NO KEY UPDATE")
    };
    ($sql:literal, $strength:literal) => {
        $crate::connection::Sql {
            sqlite: $sql,
            postgres: concat!($sql, $strength),
        }
    };
}
pub(crate) use locking;

/// A connection, inside a transaction or not.
///
/// Where several rows are locked, it is in this order, so that no two transactions can each wait
/// for the other: client, role, account, device, consent, code, family, session and token, several
/// of a kind by id.
pub(crate) enum Connection<'c> {
    Sqlite(&'c mut rusqlite::Connection),
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
            Self::Sqlite(connection) => written::execute(connection, sql.sqlite, &args),
            Self::Postgres(connection) => {
                let query = sqlx::query_with(sql.postgres, for_postgres(args)?);
                let done = query.execute(&mut **connection).await;
                done.map(|done| done.rows_affected()).map_err(storage_error)
            }
        }
    }

    /// Runs a statement; its rows.
    pub(crate) async fn rows(
        &mut self,
        sql: impl Into<Sql>,
        args: Vec<Arg>,
    ) -> Result<Vec<Row>, StorageError> {
        let sql = sql.into();
        match self {
            Self::Sqlite(connection) => {
                let rows = written::rows(connection, sql.sqlite, &args)?;
                Ok(rows.into_iter().map(Row::Written).collect())
            }
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
        self.row(sql, args![id])
            .await?
            .map(|row| row.get("enabled"))
            .transpose()
    }

    /// Waits until no other transaction holds `name`, and holds it until the end of this one.
    pub(crate) async fn lock_name(&mut self, name: i64) -> Result<(), StorageError> {
        if matches!(self, Self::Postgres(_)) {
            self.execute("SELECT pg_advisory_xact_lock($1)", args![name])
                .await?;
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
