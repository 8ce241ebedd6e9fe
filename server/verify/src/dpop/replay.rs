//! Which proofs have been used, for as long as they could be used again.

use std::collections::HashSet;

use aws_lc_rs::digest::{SHA256, digest};
use parking_lot::Mutex;
use portcullis_types::Timestamp;

use super::Wrong;

/// No proof is good for longer, with a nonce or without, in milliseconds.
const WINDOW_MS: i64 = 120_000;
/// Most proofs remembered per window: about 30 MB at worst, for 8,000 requests per second. Past it
/// proofs are refused; forgetting some would let those in again.
const CAPACITY: usize = 1 << 20;

/// Remembers proofs in two generations of one window each, so that forgetting costs nothing.
#[derive(Default)]
pub(super) struct Replays(Mutex<Generations>);

#[derive(Default)]
struct Generations {
    began: Timestamp,
    current: HashSet<u128>,
    before: HashSet<u128>,
}

impl Replays {
    /// Passes the first use of a proof and no other, however many come at once.
    pub(super) fn take(&self, jkt: &str, jti: &str, now: Timestamp) -> Result<(), Wrong> {
        self.take_within(CAPACITY, jkt, jti, now)
    }

    fn take_within(
        &self,
        capacity: usize,
        jkt: &str,
        jti: &str,
        now: Timestamp,
    ) -> Result<(), Wrong> {
        // A thumbprint has 43 characters, so nothing runs together.
        let hash = digest(&SHA256, format!("{jkt}{jti}").as_bytes());
        let (half, _) = hash.as_ref().split_at(16);
        let id = u128::from_be_bytes(half.try_into().map_err(|_| Wrong::Proof)?);
        let mut kept = self.0.lock();
        let age = now.millis_since(kept.began);
        if age >= WINDOW_MS {
            let last = std::mem::take(&mut kept.current);
            kept.before = if age < 2 * WINDOW_MS {
                last
            } else {
                HashSet::new()
            };
            kept.began = now;
        }
        if kept.before.contains(&id) || kept.current.contains(&id) {
            return Err(Wrong::Proof);
        }
        if kept.current.len() >= capacity {
            return Err(Wrong::TooMany);
        }
        kept.current.insert(id);
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rfc9449_11_1_a_proof_passes_once_for_at_least_its_window() {
        let replays = Replays::default();
        let key = "0ZcOCORZNYy-DWpqq30jZyJGHTN0d2HglBV3uiguA4I";
        let start = 1_800_000_000_000;
        let take = |jti: &str, at: i64| replays.take(key, jti, Timestamp(start + at));
        assert_eq!(take("early", 0), Ok(()));
        assert_eq!(take("late", WINDOW_MS - 1), Ok(()));
        for at in [0, 1, WINDOW_MS - 1, WINDOW_MS] {
            assert_eq!(take("early", at), Err(Wrong::Proof), "{at}");
        }
        assert_eq!(take("late", 2 * WINDOW_MS - 2), Err(Wrong::Proof));
        assert_eq!(
            replays.take("another key", "late", Timestamp(start)),
            Ok(())
        );
        // Long after, none could be good any more, and memory is given back.
        assert_eq!(take("x", 10 * WINDOW_MS), Ok(()));
        let kept = replays.0.lock();
        assert_eq!((kept.current.len(), kept.before.len()), (1, 0));
    }

    #[test]
    fn what_cannot_be_remembered_is_refused() {
        let replays = Replays::default();
        let take = |jti: &str, at| replays.take_within(3, "key", jti, Timestamp(at));
        for jti in ["a", "b", "c"] {
            assert_eq!(take(jti, 0), Ok(()));
        }
        assert_eq!(take("d", 0), Err(Wrong::TooMany));
        assert_eq!(take("a", 0), Err(Wrong::Proof));
        assert_eq!(take("d", WINDOW_MS), Ok(()));
        assert_eq!(take("a", WINDOW_MS), Err(Wrong::Proof));
    }

    #[test]
    fn of_many_at_once_one_passes() {
        let replays = Replays::default();
        let passed: usize = std::thread::scope(|scope| {
            let uses: Vec<_> = (0..50)
                .map(|_| scope.spawn(|| replays.take("key", "jti", Timestamp(0)).is_ok()))
                .collect();
            uses.into_iter()
                .map(|thread| usize::from(thread.join().unwrap()))
                .sum()
        });
        assert_eq!(passed, 1);
    }
}
