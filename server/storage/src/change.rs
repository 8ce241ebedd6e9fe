//! What is done inside one transaction, and what it ends in.

#![expect(
    clippy::unnecessary_wraps,
    reason = "they end operations, which are fallible"
)]

use futures::future::BoxFuture;
use portcullis_domain::{AuditEvent, StorageError};

use crate::connection::Connection;

/// What an operation came to, and with it whether its transaction is kept.
pub(crate) enum Change<T> {
    /// Something changed; it is kept together with the audit rows.
    Made(T, Vec<AuditEvent>),
    /// Nothing shall have changed: whatever was written on the way is rolled back.
    Refused(T),
}

/// The change was made, and this is its audit row.
pub(crate) fn made<T>(value: T, audit: AuditEvent) -> Result<Change<T>, StorageError> {
    made_with(value, vec![audit])
}

/// Several changes were made, and these are their audit rows, in this order.
pub(crate) fn made_with<T>(value: T, audit: Vec<AuditEvent>) -> Result<Change<T>, StorageError> {
    Ok(Change::Made(value, audit))
}

/// The change was made, and is of a kind that is not audited.
pub(crate) fn unaudited<T>(value: T) -> Result<Change<T>, StorageError> {
    made_with(value, Vec::new())
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

/// Runs an operation, writes its audit rows and queues the mails that tell of it. Whether to keep what it did, and its value.
pub(crate) async fn run<T>(
    operation: impl Operation<T>,
    connection: &mut Connection<'_>,
) -> Result<(bool, T), StorageError> {
    match operation(connection).await? {
        Change::Made(value, audit) => {
            for mut event in audit {
                for mail in std::mem::take(&mut event.mails) {
                    crate::mail::queue(connection, mail).await?;
                }
                crate::audit::append(connection, event).await?;
            }
            Ok((true, value))
        }
        Change::Refused(value) => Ok((false, value)),
    }
}
