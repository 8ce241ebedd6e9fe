//! How often something may be tried.
//!
//! A try is counted before it is made, so that a hundred at once count as a hundred; a success
//! gives its try back. Counts live in memory, in a table of bounded size.

pub(crate) mod refusals;

use std::collections::HashMap;

use parking_lot::Mutex;
use portcullis_domain::Timestamp;
use portcullis_types::ErrorCode;

use crate::http::errors::{ApiError, ApiResult};

/// Most counters kept; past it those whose window is over go, then the oldest.
const CAPACITY: usize = 200_000;

/// How many tries per how long.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Quota {
    /// Tries in a window.
    pub(crate) tries: u32,
    /// The window's length in seconds; it begins with the first try.
    pub(crate) seconds: i64,
}

#[derive(Clone, Copy)]
struct Window {
    used: u32,
    ends: Timestamp,
}

/// The counters.
#[derive(Default)]
pub(crate) struct Limiter {
    windows: Mutex<HashMap<String, Window>>,
}

/// A try that has been counted, on one or more counters.
#[must_use]
pub(crate) struct Tries(Vec<String>);

impl Limiter {
    /// Counts one try on every counter, or refuses and counts it on none.
    pub(crate) fn take(&self, now: Timestamp, counters: Vec<(String, Quota)>) -> ApiResult<Tries> {
        let mut windows = self.windows.lock();
        for (key, quota) in &counters {
            if let Some(window) = windows.get(key)
                && now < window.ends
                && window.used >= quota.tries
            {
                return Err(too_many(window.ends.millis_since(now)));
            }
        }
        if windows.len() + counters.len() > CAPACITY {
            make_room(&mut windows, now);
        }
        for (key, quota) in &counters {
            let fresh = Window {
                used: 0,
                ends: now.plus_seconds(quota.seconds),
            };
            let window = windows.entry(key.clone()).or_insert(fresh);
            if now >= window.ends {
                *window = fresh;
            }
            window.used += 1;
        }
        Ok(Tries(counters.into_iter().map(|(key, _)| key).collect()))
    }

    /// Gives a try back: it succeeded, or was never made.
    pub(crate) fn give_back(&self, tries: Tries) {
        let mut windows = self.windows.lock();
        for key in tries.0 {
            if let Some(window) = windows.get_mut(&key) {
                window.used = window.used.saturating_sub(1);
            }
        }
    }
}

fn make_room(windows: &mut HashMap<String, Window>, now: Timestamp) {
    windows.retain(|_, window| now < window.ends);
    if windows.len() > CAPACITY / 2 {
        let mut ends: Vec<Timestamp> = windows.values().map(|window| window.ends).collect();
        let middle = ends.len() / 2;
        let (_, median, _) = ends.select_nth_unstable(middle);
        let median = *median;
        windows.retain(|_, window| window.ends > median);
    }
}

fn too_many(wait_millis: i64) -> ApiError {
    let seconds = u32::try_from(wait_millis / 1000 + 1).unwrap_or(u32::MAX);
    let wait = if seconds < 90 {
        format!("{seconds} seconds")
    } else {
        format!("{} minutes", seconds.div_ceil(60))
    };
    ApiError::new(
        ErrorCode::RateLimited,
        format!("Too many tries. Try again in {wait}."),
    )
    .retry_after(seconds)
}

#[cfg(test)]
mod tests {
    use super::*;

    const QUOTA: Quota = Quota {
        tries: 3,
        seconds: 60,
    };

    fn one(limiter: &Limiter, at: i64) -> ApiResult<Tries> {
        limiter.take(Timestamp(at), vec![("a".to_owned(), QUOTA)])
    }

    #[test]
    fn the_fourth_try_waits_for_the_window_to_end() {
        let limiter = Limiter::default();
        for _ in 0..3 {
            assert!(one(&limiter, 0).is_ok());
        }
        let error = one(&limiter, 1_000).err().unwrap();
        assert_eq!(error.problem().retry_after, Some(60));
        assert!(one(&limiter, 60_000).is_ok());
    }

    #[test]
    fn a_success_gives_its_try_back() {
        let limiter = Limiter::default();
        for _ in 0..100 {
            let tries = one(&limiter, 0).ok().unwrap();
            limiter.give_back(tries);
        }
        assert!(one(&limiter, 0).is_ok());
    }

    #[test]
    fn parallel_tries_all_count() {
        let limiter = Limiter::default();
        let passed: usize = std::thread::scope(|scope| {
            let tries: Vec<_> = (0..50)
                .map(|_| scope.spawn(|| usize::from(one(&limiter, 0).is_ok())))
                .collect();
            tries.into_iter().map(|thread| thread.join().unwrap()).sum()
        });
        assert_eq!(passed, 3);
    }

    #[test]
    fn a_refused_try_counts_on_no_counter() {
        let limiter = Limiter::default();
        for _ in 0..3 {
            let _kept = one(&limiter, 0).ok().unwrap();
        }
        let both = || {
            limiter.take(
                Timestamp(0),
                vec![("b".to_owned(), QUOTA), ("a".to_owned(), QUOTA)],
            )
        };
        for _ in 0..10 {
            assert!(both().is_err());
        }
        assert!(
            limiter
                .take(Timestamp(0), vec![("b".to_owned(), QUOTA)])
                .is_ok()
        );
    }

    #[test]
    fn the_table_stays_bounded() {
        let limiter = Limiter::default();
        for n in 0..(CAPACITY + 1000) {
            let now = Timestamp(i64::try_from(n).unwrap());
            let _kept = limiter
                .take(now, vec![(n.to_string(), QUOTA)])
                .ok()
                .unwrap();
        }
        assert!(limiter.windows.lock().len() <= CAPACITY);
    }
}
