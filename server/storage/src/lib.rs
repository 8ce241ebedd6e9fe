//! How Portcullis keeps things: every storage trait of `portcullis-domain`, on SQLite and
//! PostgreSQL, from the same SQL.
//!
//! Each noun has its file. An operation is written once, against a connection that is either
//! database, and runs in one transaction together with its audit row.
//!
//! ```no_run
//! use portcullis_domain::Store;
//! use portcullis_storage::Database;
//!
//! # async fn example() -> Result<(), portcullis_domain::StorageError> {
//! let database = Database::open("sqlite:portcullis.db").await?;
//! database.ping().await?;
//! database.close().await;
//! # Ok(())
//! # }
//! ```

use async_trait::async_trait;
use portcullis_domain::{StorageError, Store, Timestamp};

mod access_tokens;
mod accounts;
mod audit;
mod ceremonies;
mod change;
mod clients;
mod connection;
mod consents;
mod devices;
mod error;
mod groups;
mod keys;
mod known_devices;
mod logouts;
mod mail;
mod mail_tokens;
mod migrate;
mod notes;
mod oauth;
mod passkeys;
mod passwords;
mod postgres;
mod purge;
mod refresh;
mod registration;
mod revocations;
mod roles;
mod sessions;
mod sign_in;
mod sqlite;
#[cfg(feature = "testing")]
pub mod testing;
mod totp;
mod url;
mod value;
mod written;

use change::Operation;
use connection::{Sql, postgres_rows, sqlite_rows};
use url::Location;
use value::{Arg, Row, args};

/// An open database. Cheap to clone; all clones share its connections.
#[derive(Clone)]
pub struct Database {
    backend: Backend,
}

#[derive(Clone)]
enum Backend {
    Sqlite(sqlite::Sqlite),
    Postgres(postgres::Postgres),
}

impl Database {
    /// Opens the database at `sqlite:PATH` or `postgres://USER:PASSWORD@HOST:PORT/NAME` and brings
    /// it to this version's schema. A SQLite file that does not exist is made, readable by its
    /// owner only. Needs a running Tokio runtime.
    pub async fn open(url: &str) -> Result<Self, StorageError> {
        let backend = match url.parse::<Location>()? {
            Location::Sqlite(path) => Backend::Sqlite(sqlite::Sqlite::open(&path).await?),
            Location::Postgres(options) => {
                Backend::Postgres(postgres::Postgres::open(*options).await?)
            }
        };
        Ok(Self { backend })
    }

    /// The rows of one statement that changes nothing, which is also one moment's view.
    async fn read(&self, sql: impl Into<Sql>, args: Vec<Arg>) -> Result<Vec<Row>, StorageError> {
        match &self.backend {
            Backend::Sqlite(sqlite) => sqlite_rows(&sqlite.readers, sql.into(), args).await,
            Backend::Postgres(postgres) => postgres_rows(&postgres.pool, sql.into(), args).await,
        }
    }

    /// The first row of one statement that changes nothing.
    async fn read_one(
        &self,
        sql: impl Into<Sql>,
        args: Vec<Arg>,
    ) -> Result<Option<Row>, StorageError> {
        Ok(self.read(sql, args).await?.into_iter().next())
    }

    /// Runs an operation in a transaction and keeps what it did, if it made a change. Once begun,
    /// it runs to its end even if the caller goes away.
    async fn write<T: Send + 'static>(
        &self,
        operation: impl Operation<T>,
    ) -> Result<T, StorageError> {
        match &self.backend {
            Backend::Sqlite(sqlite) => sqlite.write(operation).await,
            Backend::Postgres(postgres) => postgres.write(operation).await,
        }
    }
}

impl std::fmt::Debug for Database {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(match self.backend {
            Backend::Sqlite(_) => "Database(SQLite)",
            Backend::Postgres(_) => "Database(PostgreSQL)",
        })
    }
}

#[async_trait]
impl Store for Database {
    async fn ping(&self) -> Result<(), StorageError> {
        self.read("SELECT 1", args![]).await.map(drop)
    }

    async fn purge_expired(&self, now: Timestamp) -> Result<u64, StorageError> {
        purge::purge_expired(self, now).await
    }

    async fn close(&self) {
        match &self.backend {
            Backend::Sqlite(sqlite) => sqlite.close().await,
            Backend::Postgres(postgres) => postgres.pool.close().await,
        }
    }
}
