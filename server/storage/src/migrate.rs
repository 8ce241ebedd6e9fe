//! Brings a database to the schema of this version, when it is opened.
//!
//! There is one migration text for both databases, in `migrations/`, so that the schemas cannot
//! drift apart. They differ in three column types and in how an id is made, which stand as words in
//! braces there: SQLite keeps ids and hashes as `BLOB` and numbers rows itself, PostgreSQL has
//! `UUID`, `BYTEA` and identity columns. A UUID version 7 sorts by time as either.

use portcullis_domain::StorageError;
use sqlx::{
    AssertSqlSafe, Connection as _, PgConnection, SqlSafeStr as _, SqliteConnection,
    migrate::{MigrateError, Migration, Migrator},
};

use crate::error::storage_error;

static TEXTS: Migrator = sqlx::migrate!("./migrations");

const SQLITE: [(&str, &str); 4] = [
    ("{ID}", "BLOB"),
    ("{BYTES}", "BLOB"),
    ("{SEQUENCE}", "INTEGER PRIMARY KEY AUTOINCREMENT"),
    ("{RANDOM_ID}", "randomblob(16)"),
];
const POSTGRES: [(&str, &str); 4] = [
    ("{ID}", "UUID"),
    ("{BYTES}", "BYTEA"),
    (
        "{SEQUENCE}",
        "BIGINT GENERATED ALWAYS AS IDENTITY PRIMARY KEY",
    ),
    ("{RANDOM_ID}", "gen_random_uuid()"),
];

/// The migrations in one database's words.
fn in_words(words: [(&str, &str); 4]) -> Migrator {
    let translated = |migration: &Migration| {
        let sql = words
            .iter()
            .fold(migration.sql.as_str().to_owned(), |sql, (word, own)| {
                sql.replace(word, own)
            });
        Migration::new(
            migration.version,
            migration.description.clone(),
            migration.migration_type,
            // Our own files with constant replacements: nothing from outside gets in.
            AssertSqlSafe(sql).into_sql_str(),
            migration.no_tx,
        )
    };
    Migrator::with_migrations(TEXTS.iter().map(translated).collect())
}

/// Migrates a SQLite file. Several processes may start on it at once: all of it is one writing
/// transaction, so the second waits and then finds it done.
pub(crate) async fn sqlite(connection: &mut SqliteConnection) -> Result<(), StorageError> {
    let mut all = connection
        .begin_with("BEGIN IMMEDIATE")
        .await
        .map_err(storage_error)?;
    in_words(SQLITE)
        .run_direct(None, &mut *all, false)
        .await
        .map_err(migration_error)?;
    all.commit().await.map_err(storage_error)
}

/// Migrates a PostgreSQL database, under the advisory lock that sqlx takes for it.
pub(crate) async fn postgres(connection: &mut PgConnection) -> Result<(), StorageError> {
    in_words(POSTGRES)
        .run_direct(None, connection, false)
        .await
        .map_err(migration_error)
}

fn migration_error(error: MigrateError) -> StorageError {
    match error {
        MigrateError::VersionMissing(version) => StorageError::Failed(format!(
            "it was made by a newer version of Portcullis (migration {version} is not known here)"
        )),
        MigrateError::Execute(error) | MigrateError::ExecuteMigration(error, _) => {
            storage_error(error)
        }
        other => StorageError::Failed(other.to_string()),
    }
}
