//! Deletes what is over, in small transactions, so that nobody waits long behind them.

use portcullis_domain::{StorageError, Timestamp};

use crate::{Database, change::unaudited, connection::Sql, value::args};

/// Rows deleted per transaction.
const BATCH: u32 = 500;

const HOUR: i64 = 3600;
const DAY: i64 = 24 * HOUR;

/// A `DELETE` of at most `$2` rows over at `$1`. On PostgreSQL it passes over rows that somebody is
/// working on, so that it waits for nobody.
macro_rules! purge {
    ($table:literal, $key:literal, $over:literal) => {
        Sql {
            sqlite: concat!(
                "DELETE FROM ",
                $table,
                " WHERE ",
                $key,
                " IN (SELECT ",
                $key,
                " FROM ",
                $table,
                " WHERE ",
                $over,
                " LIMIT $2)"
            ),
            postgres: concat!(
                "DELETE FROM ",
                $table,
                " WHERE ",
                $key,
                " IN (SELECT ",
                $key,
                " FROM ",
                $table,
                " WHERE ",
                $over,
                " LIMIT $2 FOR UPDATE SKIP LOCKED)"
            ),
        }
    };
}

/// What is deleted, and how many seconds after it is over.
const PURGES: [(Sql, i64); 17] = [
    (purge!("sessions", "id", "expires_at <= $1"), 0),
    (
        purge!("sessions", "id", "last_seen_at + idle_seconds * 1000 <= $1"),
        0,
    ),
    // An expired sign-in is refused whether it is known or not.
    (purge!("sign_ins", "token", "expires_at <= $1"), 0),
    // An expired token is refused whether it is known or not.
    (purge!("refresh_tokens", "token", "expires_at <= $1"), 0),
    // Kept longer than they are needed, in case another node's clock is behind.
    (
        purge!("spent_ceremonies", "ceremony", "expires_at <= $1"),
        HOUR,
    ),
    // An expired request is refused whether it is known or not.
    (purge!("pushed_requests", "request", "expires_at <= $1"), 0),
    // A device that comes late still hears that it is late.
    (
        purge!("device_authorizations", "device_code", "expires_at <= $1"),
        HOUR,
    ),
    // An expired token is refused whether it is known or not.
    (
        purge!("initial_access_tokens", "token", "expires_at <= $1"),
        0,
    ),
    // An expired token is refused whether it is known or not.
    (purge!("access_tokens", "token", "expires_at <= $1"), 0),
    (purge!("revoked_tokens", "token", "expires_at <= $1"), HOUR),
    // An expired link is refused whether it is known or not.
    (purge!("mail_tokens", "token", "expires_at <= $1"), 0),
    // Browsers forget a cookie after as long.
    (
        purge!("known_devices", "device", "last_seen_at <= $1"),
        400 * DAY,
    ),
    // Nothing it signed is good; but an ID token of long ago may come back as a hint.
    (purge!("signing_keys", "kid", "expires_at <= $1"), 400 * DAY),
    // A spent code that turns up late still gives its thief away.
    (
        purge!("authorization_codes", "code", "expires_at <= $1"),
        DAY,
    ),
    (purge!("token_families", "id", "expires_at <= $1"), DAY),
    // As long as an access token may live, and clocks may differ: services are told of it.
    (
        purge!("token_families", "id", "revoked_at <= $1"),
        DAY + HOUR,
    ),
    (
        purge!("ended_clients", "client_id", "ended_at <= $1"),
        DAY + HOUR,
    ),
];

pub(crate) async fn purge_expired(
    database: &Database,
    now: Timestamp,
) -> Result<u64, StorageError> {
    let mut total = 0;
    for (sql, after) in PURGES {
        let limit = now.plus_seconds(-after);
        loop {
            let deleted = database
                .write(move |db| {
                    Box::pin(async move { unaudited(db.execute(sql, args![limit, BATCH]).await?) })
                })
                .await?;
            total += deleted;
            if deleted < BATCH.into() {
                break;
            }
        }
    }
    Ok(total)
}
