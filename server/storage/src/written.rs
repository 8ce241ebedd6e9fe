//! Statements on the SQLite connection that writes, run by the thread that has it.
//!
//! Not by way of sqlx, whose SQLite connections live on threads of their own: handing each statement
//! over and waiting for its answer there takes several times as long as the statement does.

use std::sync::Arc;

use portcullis_domain::StorageError;
use rusqlite::{
    CachedStatement, Connection,
    types::{FromSql, ToSql, ToSqlOutput, Value, ValueRef},
};

use crate::{
    error::sqlite_error,
    value::{Arg, unreadable},
};

/// A row that such a statement found.
pub(crate) struct WrittenRow {
    columns: Arc<[String]>,
    values: Vec<Value>,
}

impl WrittenRow {
    /// The value of that column.
    pub(crate) fn get<T: FromSql>(&self, column: &str) -> Result<T, StorageError> {
        let mut columns = self.columns.iter();
        let at = columns.position(|name| name == column);
        let value = at.and_then(|at| self.values.get(at));
        let value = value.ok_or_else(|| StorageError::Failed(format!("no column {column}")))?;
        T::column_result(ValueRef::from(value)).map_err(|_| unreadable(column))
    }
}

impl ToSql for Arg {
    fn to_sql(&self) -> rusqlite::Result<ToSqlOutput<'_>> {
        Ok(ToSqlOutput::Borrowed(match self {
            Self::Id(Some(id)) => ValueRef::Blob(id.as_bytes()),
            Self::Int(Some(number)) => ValueRef::Integer(*number),
            Self::Bool(yes) => ValueRef::Integer((*yes).into()),
            Self::Text(Some(text)) => ValueRef::Text(text.as_bytes()),
            Self::Bytes(Some(bytes)) => ValueRef::Blob(bytes),
            Self::Id(None) | Self::Int(None) | Self::Text(None) | Self::Bytes(None) => {
                ValueRef::Null
            }
        }))
    }
}

/// Runs a statement; how many rows it changed.
pub(crate) fn execute(
    connection: &Connection,
    sql: &str,
    args: &[Arg],
) -> Result<u64, StorageError> {
    let mut statement = prepare(connection, sql, args)?;
    let changed = statement.raw_execute().map_err(sqlite_error)?;
    Ok(changed as u64)
}

/// Runs a statement to its end; its rows.
pub(crate) fn rows(
    connection: &Connection,
    sql: &str,
    args: &[Arg],
) -> Result<Vec<WrittenRow>, StorageError> {
    let mut statement = prepare(connection, sql, args)?;
    let count = statement.column_count();
    let mut columns: Option<Arc<[String]>> = None;
    let mut found = Vec::new();
    let mut rows = statement.raw_query();
    while let Some(row) = rows.next().map_err(sqlite_error)? {
        let columns = columns.get_or_insert_with(|| {
            let names = row.as_ref().column_names();
            names.into_iter().map(str::to_owned).collect()
        });
        let values = (0..count).map(|at| row.get(at)).collect::<Result<_, _>>();
        found.push(WrittenRow {
            columns: Arc::clone(columns),
            values: values.map_err(sqlite_error)?,
        });
    }
    Ok(found)
}

/// The statement, compiled once for each connection, with its values. `$2` is the second of them
/// wherever it stands; to SQLite, it is a name.
fn prepare<'c>(
    connection: &'c Connection,
    sql: &str,
    args: &[Arg],
) -> Result<CachedStatement<'c>, StorageError> {
    let mut statement = connection.prepare_cached(sql).map_err(sqlite_error)?;
    for at in 1..=statement.parameter_count() {
        let name = statement.parameter_name(at).and_then(|it| it.get(1..));
        let number = name.and_then(|name| name.parse::<usize>().ok());
        let arg = number.and_then(|number| args.get(number.checked_sub(1)?));
        let arg = arg.ok_or_else(|| StorageError::Failed("a value is missing".to_owned()))?;
        statement
            .raw_bind_parameter(at, arg)
            .map_err(sqlite_error)?;
    }
    Ok(statement)
}
