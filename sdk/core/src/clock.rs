//! The server's clock as seen from here, and noticing that the device slept.

use crate::event::Now;

/// By how much the two clocks may drift apart between two looks at them before the difference
/// counts as a sleep or as a clock that was set.
const TOLERANCE: i64 = 2_000;

/// Answers that took longer than this say too little about the server's clock to replace one
/// that is known.
const SLOW: i64 = 5_000;

/// What is known of time.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Clock {
    now: Now,
    /// The server's clock minus our monotonic one, once measured.
    offset: Option<i64>,
}

impl Clock {
    /// Takes in the clocks as they are now. Answers with the milliseconds that must be assumed to
    /// have passed without the monotonic clock counting them: the device slept, or somebody set
    /// its clock forward; the two cannot be told apart and are treated the same.
    pub(crate) fn observe(&mut self, now: Now) -> i64 {
        let before = std::mem::replace(&mut self.now, now);
        if before == Now::default() {
            return 0;
        }
        let uncounted = (now.wall - before.wall) - (now.mono - before.mono);
        if uncounted <= TOLERANCE {
            return 0;
        }
        self.offset = self.offset.map(|offset| offset.saturating_add(uncounted));
        uncounted
    }

    /// Takes in the server's clock from an answer to a request sent at `sent` that has come now.
    /// The server is taken to have looked at its clock halfway between.
    pub(crate) fn sync(&mut self, sent: i64, server_time: i64) {
        let round_trip = self.now.mono - sent;
        if self.offset.is_none() || round_trip <= SLOW {
            self.offset = Some(server_time.saturating_sub(sent + round_trip / 2));
        }
    }

    /// Takes in the server's clock from an answer of which it is not known how old it is, for want of
    /// anything better.
    pub(crate) fn guess(&mut self, server_time: i64) {
        let offset = server_time.saturating_sub(self.now.mono);
        self.offset.get_or_insert(offset);
    }

    /// Our monotonic time at the server's time `server_time`, if the server's clock is known.
    pub(crate) fn mono_at(&self, server_time: i64) -> Option<i64> {
        self.offset.map(|offset| server_time.saturating_sub(offset))
    }
}

/// How long to wait after so many failures in a row: half a second, doubled up to a minute.
pub(crate) fn backoff(failures: u32, retry_after: Option<u32>) -> i64 {
    let own = 500_i64 << failures.saturating_sub(1).min(7);
    own.min(60_000)
        .max(i64::from(retry_after.unwrap_or(0)).min(600) * 1_000)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(mono: i64, wall: i64) -> Now {
        Now { mono, wall }
    }

    #[test]
    fn the_servers_clock_is_measured_at_the_middle_of_the_round_trip() {
        let mut clock = Clock::default();
        assert_eq!(clock.mono_at(1_000_000), None);
        clock.observe(at(10_400, 5));
        clock.sync(10_000, 1_000_000);
        assert_eq!(clock.mono_at(1_000_000), Some(10_200));
        assert_eq!(clock.mono_at(1_060_000), Some(70_200));
    }

    #[test]
    fn a_slow_answer_does_not_replace_a_good_measurement() {
        let mut clock = Clock::default();
        clock.observe(at(10_100, 0));
        clock.sync(10_000, 1_000_000);
        clock.observe(at(30_000, 19_900));
        clock.sync(20_000, 9_000_000);
        assert_eq!(clock.mono_at(1_000_000), Some(10_050));
    }

    #[test]
    fn an_answer_of_unknown_age_is_better_than_nothing_and_worse_than_a_measurement() {
        let mut clock = Clock::default();
        clock.observe(at(10_000, 0));
        clock.guess(1_000_000);
        assert_eq!(clock.mono_at(1_000_000), Some(10_000));
        clock.sync(9_800, 1_000_000);
        clock.guess(7_000_000);
        assert_eq!(clock.mono_at(1_000_000), Some(9_900));
    }

    #[test]
    fn a_wrong_wall_clock_changes_nothing_as_long_as_it_runs() {
        let mut clock = Clock::default();
        clock.observe(at(100, 99_000_000_000));
        clock.sync(0, 1_000_000);
        assert_eq!(clock.observe(at(60_100, 99_000_060_000)), 0);
        assert_eq!(clock.mono_at(1_000_000), Some(50));
    }

    #[test]
    fn sleep_counts_as_time_passed_and_a_clock_set_back_does_not() {
        let mut clock = Clock::default();
        clock.observe(at(100, 1_000));
        clock.sync(100, 500_000);
        assert_eq!(clock.observe(at(1_100, 3_602_000)), 3_600_000);
        assert_eq!(clock.mono_at(500_000 + 3_601_000), Some(1_100));
        assert_eq!(clock.observe(at(2_100, 0)), 0);
    }

    #[test]
    fn waiting_doubles_up_to_a_minute_and_heeds_the_server() {
        let waits: Vec<i64> = (1..10).map(|failures| backoff(failures, None)).collect();
        assert_eq!(
            waits,
            [500, 1000, 2000, 4000, 8000, 16000, 32000, 60000, 60000]
        );
        assert_eq!(backoff(1, Some(20)), 20_000);
        assert_eq!(backoff(1, Some(u32::MAX)), 600_000);
    }
}
