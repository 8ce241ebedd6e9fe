//! PostgreSQL: a pool of connections, a transaction per operation.
//!
//! Transactions are READ COMMITTED whatever the server's default is. What must not race is one
//! conditional statement, or locks the row it decides on first (see
//! [`crate::connection::Connection`] for the order).

use std::time::Duration;

use portcullis_domain::StorageError;
use sqlx::{
    ConnectOptions as _, Connection as _, PgPool,
    postgres::{PgConnectOptions, PgPoolOptions},
};

use crate::{
    change::{Operation, run},
    connection::Connection,
    error::storage_error,
    migrate,
};

/// Connections at most.
const CONNECTIONS: u32 = 10;
/// How long an operation waits for one of them.
const ACQUIRE: Duration = Duration::from_secs(10);

/// An open PostgreSQL database.
#[derive(Clone)]
pub(crate) struct Postgres {
    pub(crate) pool: PgPool,
}

impl Postgres {
    pub(crate) async fn open(options: PgConnectOptions) -> Result<Self, StorageError> {
        let options = options
            .application_name("portcullis")
            .options([
                ("default_transaction_isolation", "read committed"),
                // A node that hangs in a transaction shall not hold its locks for ever.
                ("idle_in_transaction_session_timeout", "30s"),
            ])
            .disable_statement_logging();
        // Not from the pool, which would keep trying a server that is not there.
        let mut connection = options.connect().await.map_err(storage_error)?;
        migrate::postgres(&mut connection).await?;
        connection.close().await.map_err(storage_error)?;
        let pool = PgPoolOptions::new()
            .max_connections(CONNECTIONS)
            .acquire_timeout(ACQUIRE)
            .connect_lazy_with(options);
        Ok(Self { pool })
    }

    /// Runs the operation in a task of its own: a caller that goes away neither cuts a transaction
    /// short nor leaves the pool a connection with one open.
    pub(crate) async fn write<T: Send + 'static>(
        &self,
        operation: impl Operation<T>,
    ) -> Result<T, StorageError> {
        let pool = self.pool.clone();
        let task = tokio::spawn(async move {
            let mut transaction = pool.begin().await.map_err(storage_error)?;
            let (keep, value) = run(operation, &mut Connection::Postgres(&mut transaction)).await?;
            if keep {
                transaction.commit().await
            } else {
                transaction.rollback().await
            }
            .map_err(storage_error)?;
            Ok(value)
        });
        task.await
            .unwrap_or_else(|error| Err(StorageError::Failed(error.to_string())))
    }
}
