//! What goes into a statement and comes out of one, the same for both databases.

use portcullis_domain::{
    FamilyId, NoteId, PasskeyId, RegistrationTokenId, RequestId, SecretHash, SessionId,
    StorageError, Timestamp, TotpId, UserId,
};
use rusqlite::types::FromSql;
use sqlx::{
    Arguments, Decode, Postgres, Row as _, Sqlite, Type, postgres::PgArguments, postgres::PgRow,
    sqlite::SqliteArguments, sqlite::SqliteRow,
};
use uuid::Uuid;

use crate::{error::storage_error, written::WrittenRow};

/// A value for a placeholder. An absent one still has a type, which PostgreSQL insists on.
#[derive(Clone, Debug)]
pub(crate) enum Arg {
    Id(Option<Uuid>),
    Int(Option<i64>),
    Bool(bool),
    Text(Option<String>),
    Bytes(Option<Vec<u8>>),
}

/// `text` anywhere in a column, for `LIKE … ESCAPE '!'`.
pub(crate) fn containing(text: &str) -> String {
    let mut pattern = String::from("%");
    for c in text.chars() {
        if matches!(c, '%' | '_' | '!') {
            pattern.push('!');
        }
        pattern.push(c);
    }
    pattern.push('%');
    pattern
}

/// The values for `$1`, `$2` … in order.
macro_rules! args {
    ($($value:expr),* $(,)?) => { vec![$($crate::value::Arg::from($value)),*] };
}
pub(crate) use args;

macro_rules! into_arg {
    ($($from:ty => |$value:ident| $arg:expr;)*) => {$(
        impl From<$from> for Arg {
            fn from($value: $from) -> Self { $arg }
        }
    )*};
}

macro_rules! ids_into_arg {
    ($($name:ident),*) => { into_arg! {$(
        $name => |id| Self::Id(Some(id.0));
        Option<$name> => |id| Self::Id(id.map(|id| id.0));
    )*} };
}

ids_into_arg!(
    FamilyId,
    NoteId,
    PasskeyId,
    RegistrationTokenId,
    RequestId,
    SessionId,
    TotpId,
    UserId
);
into_arg! {
    Uuid => |id| Self::Id(Some(id));
    Timestamp => |at| Self::Int(Some(at.0));
    Option<Timestamp> => |at| Self::Int(at.map(|at| at.0));
    i64 => |number| Self::Int(Some(number));
    u32 => |number| Self::Int(Some(number.into()));
    bool => |yes| Self::Bool(yes);
    &str => |text| Self::Text(Some(text.to_owned()));
    String => |text| Self::Text(Some(text));
    &String => |text| Self::Text(Some(text.clone()));
    Option<String> => |text| Self::Text(text);
    Vec<u8> => |bytes| Self::Bytes(Some(bytes));
    Option<Vec<u8>> => |bytes| Self::Bytes(bytes);
    &[u8] => |bytes| Self::Bytes(Some(bytes.to_vec()));
    SecretHash => |hash| Self::Bytes(Some(hash.0.to_vec()));
    &[String] => |words| Self::Text(Some(serde_json::Value::from(words).to_string()));
}

/// Adds the same values to either driver's arguments.
macro_rules! add_all {
    ($args:expr, $to:ident) => {{
        for arg in $args {
            match arg {
                Arg::Id(id) => $to.add(id),
                Arg::Int(number) => $to.add(number),
                Arg::Bool(yes) => $to.add(yes),
                Arg::Text(text) => $to.add(text),
                Arg::Bytes(bytes) => $to.add(bytes),
            }
            .map_err(|error| storage_error(sqlx::Error::Encode(error)))?;
        }
        Ok($to)
    }};
}

pub(crate) fn for_sqlite(args: Vec<Arg>) -> Result<SqliteArguments, StorageError> {
    let mut arguments = SqliteArguments::default();
    add_all!(args, arguments)
}

pub(crate) fn for_postgres(args: Vec<Arg>) -> Result<PgArguments, StorageError> {
    let mut arguments = PgArguments::default();
    add_all!(args, arguments)
}

/// A row of an answer.
pub(crate) enum Row {
    Sqlite(SqliteRow),
    Written(WrittenRow),
    Postgres(PgRow),
}

impl Row {
    /// The value of that column.
    pub(crate) fn get<T>(&self, column: &str) -> Result<T, StorageError>
    where
        T: for<'r> Decode<'r, Sqlite> + Type<Sqlite>,
        T: for<'r> Decode<'r, Postgres> + Type<Postgres>,
        T: FromSql,
    {
        match self {
            Self::Sqlite(row) => row.try_get(column),
            Self::Written(row) => return row.get(column),
            Self::Postgres(row) => row.try_get(column),
        }
        .map_err(storage_error)
    }

    pub(crate) fn time(&self, column: &str) -> Result<Timestamp, StorageError> {
        self.get(column).map(Timestamp)
    }

    pub(crate) fn time_if_any(&self, column: &str) -> Result<Option<Timestamp>, StorageError> {
        Ok(self.get::<Option<i64>>(column)?.map(Timestamp))
    }

    /// A count, as a number that cannot be negative.
    pub(crate) fn count(&self, column: &str) -> Result<u32, StorageError> {
        u32::try_from(self.get::<i64>(column)?).map_err(|_| unreadable(column))
    }

    pub(crate) fn hash(&self, column: &str) -> Result<SecretHash, StorageError> {
        let bytes: Vec<u8> = self.get(column)?;
        bytes
            .try_into()
            .map(SecretHash)
            .map_err(|_| unreadable(column))
    }

    /// A list of words.
    pub(crate) fn words(&self, column: &str) -> Result<Vec<String>, StorageError> {
        self.json(column)
    }

    pub(crate) fn json<T: serde::de::DeserializeOwned>(
        &self,
        column: &str,
    ) -> Result<T, StorageError> {
        serde_json::from_str(&self.get::<String>(column)?).map_err(|_| unreadable(column))
    }
}

/// A value as it is kept in a column of JSON.
pub(crate) fn json(value: &impl serde::Serialize) -> Result<String, StorageError> {
    serde_json::to_string(value).map_err(|error| StorageError::Failed(error.to_string()))
}

/// A column holds something else than it should; what, is not repeated: it may be a secret.
pub(crate) fn unreadable(column: &str) -> StorageError {
    StorageError::Corrupt(format!("column {column}"))
}
