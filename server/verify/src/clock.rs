//! The time, which tests may stop.

use std::{
    sync::Arc,
    time::{SystemTime, UNIX_EPOCH},
};

use portcullis_types::Timestamp;

/// Tells the time.
pub(crate) type Clock = Arc<dyn Fn() -> Timestamp + Send + Sync>;

/// The clock of the system.
pub(crate) fn system() -> Clock {
    Arc::new(now)
}

#[expect(clippy::disallowed_methods, reason = "this is the clock that is asked")]
fn now() -> Timestamp {
    let since = SystemTime::now().duration_since(UNIX_EPOCH);
    // Before 1970 nothing has expired that expires after it: such a clock fails closed at `iat`.
    let millis = since.map_or(0, |since| since.as_millis());
    Timestamp(i64::try_from(millis).unwrap_or(i64::MAX))
}
