//! How often refusals are written down: whoever asks for the same thing over and over must not fill
//! the audit log.
//!
//! The first one is written at once. What follows within a minute is counted, and the next row says
//! how many were left out. Counts live in memory, in a table of bounded size.

use std::collections::HashMap;

use parking_lot::Mutex;
use portcullis_domain::{AuditEvent, StorageError, Store, Timestamp, UserId};

/// Most refusals remembered; past it those whose minute is over go, then the oldest.
const CAPACITY: usize = 20_000;
/// For how long the same is not written down again, in seconds.
const SECONDS: i64 = 60;

/// Who was refused, the kind of the event, and what they wanted.
type Key = (Option<UserId>, &'static str, String);

struct Noted {
    until: Timestamp,
    left_out: u64,
}

/// The refusals of the last minute.
#[derive(Default)]
pub(crate) struct Refusals(Mutex<HashMap<Key, Noted>>);

impl Refusals {
    /// Writes a refusal down, unless the same person was refused the same within a minute. `what`
    /// is one of our own words, never input; the event's detail must be an object.
    pub(crate) async fn record(
        &self,
        store: &dyn Store,
        what: String,
        mut audit: AuditEvent,
    ) -> Result<(), StorageError> {
        let key = (audit.actor, audit.kind.as_str(), what);
        let Some(left_out) = self.take(&key, audit.at) else {
            return Ok(());
        };
        if left_out > 0
            && let Some(detail) = audit.detail.as_object_mut()
        {
            detail.insert("left_out".to_owned(), left_out.into());
        }
        let written = store.record(audit).await;
        if written.is_err() {
            self.put_back(key, left_out);
        }
        written
    }

    /// Counts a refusal. Where it is to be written down: how many were left out before it.
    fn take(&self, key: &Key, now: Timestamp) -> Option<u64> {
        let mut all = self.0.lock();
        if let Some(noted) = all.get_mut(key)
            && now < noted.until
        {
            noted.left_out += 1;
            return None;
        }
        if all.len() >= CAPACITY && !all.contains_key(key) {
            make_room(&mut all, now);
        }
        let fresh = Noted {
            until: now.plus_seconds(SECONDS),
            left_out: 0,
        };
        let before = all.insert(key.clone(), fresh);
        Some(before.map_or(0, |noted| noted.left_out))
    }

    /// The row could not be written: the next one is, and counts this one too.
    fn put_back(&self, key: Key, left_out: u64) {
        let mut all = self.0.lock();
        let noted = all.entry(key).or_insert(Noted {
            until: Timestamp::default(),
            left_out: 0,
        });
        noted.until = Timestamp::default();
        noted.left_out += left_out + 1;
    }
}

fn make_room(all: &mut HashMap<Key, Noted>, now: Timestamp) {
    all.retain(|_, noted| now < noted.until);
    if all.len() > CAPACITY / 2 {
        let mut ends: Vec<Timestamp> = all.values().map(|noted| noted.until).collect();
        let middle = ends.len() / 2;
        let (_, median, _) = ends.select_nth_unstable(middle);
        let median = *median;
        all.retain(|_, noted| noted.until > median);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn key(user: u128, what: &str) -> Key {
        let user = UserId(uuid::Uuid::from_u128(user));
        (Some(user), "authz.denied", what.to_owned())
    }

    #[test]
    fn the_same_is_written_once_a_minute_and_the_rest_counted() {
        let refusals = Refusals::default();
        let take = |at: i64, key: Key| refusals.take(&key, Timestamp(at));
        assert_eq!(take(0, key(1, "a:b")), Some(0));
        for at in [0, 1, 59_999] {
            assert_eq!(take(at, key(1, "a:b")), None);
        }
        assert_eq!(take(5, key(1, "a:c")), Some(0), "something else");
        assert_eq!(take(5, key(2, "a:b")), Some(0), "somebody else");
        assert_eq!(take(60_000, key(1, "a:b")), Some(3));
        assert_eq!(take(60_001, key(1, "a:b")), None);
        assert_eq!(take(120_001, key(1, "a:b")), Some(1));
        assert_eq!(take(200_000, key(1, "a:b")), Some(0));
    }

    #[test]
    fn of_fifty_at_once_one_is_written() {
        let refusals = Refusals::default();
        let take = || refusals.take(&key(1, "a:b"), Timestamp(0));
        let written: usize = std::thread::scope(|scope| {
            let all: Vec<_> = (0..50)
                .map(|_| scope.spawn(|| usize::from(take().is_some())))
                .collect();
            all.into_iter().map(|thread| thread.join().unwrap()).sum()
        });
        assert_eq!(written, 1);
        let later = refusals.take(&key(1, "a:b"), Timestamp(60_000));
        assert_eq!(later, Some(49));
    }

    #[test]
    fn a_row_that_could_not_be_written_is_counted_by_the_next() {
        let refusals = Refusals::default();
        let take = |at| refusals.take(&key(1, "a:b"), Timestamp(at));
        assert_eq!(take(1), Some(0));
        assert_eq!(take(2), None);
        refusals.put_back(key(1, "a:b"), 0);
        assert_eq!(take(3), Some(2));
    }

    #[test]
    fn the_table_stays_bounded() {
        let refusals = Refusals::default();
        for number in 0..50_000_u32 {
            let key = key(u128::from(number), "a:b");
            refusals.take(&key, Timestamp(i64::from(number)));
        }
        assert!(refusals.0.lock().len() <= CAPACITY);
    }
}
