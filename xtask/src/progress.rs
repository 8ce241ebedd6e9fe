//! What the person at the terminal sees while a step works: its name and the seconds so far.

use std::io::{self, IsTerminal as _, Write as _};
use std::time::{Duration, Instant};

/// One step under way.
#[derive(Debug)]
pub(crate) struct Step {
    label: String,
    started: Instant,
    shown: Option<u64>,
}

impl Step {
    /// Announces a step.
    pub(crate) fn start(label: impl Into<String>) -> Self {
        let mut step = Self {
            label: label.into(),
            started: Instant::now(),
            shown: None,
        };
        if io::stderr().is_terminal() {
            step.tick();
        } else {
            eprintln!("▸ {} …", step.label);
        }
        step
    }

    /// Shows the time so far, on a terminal, when another second is over.
    pub(crate) fn tick(&mut self) {
        let seconds = self.started.elapsed().as_secs();
        if io::stderr().is_terminal() && self.shown != Some(seconds) {
            self.shown = Some(seconds);
            eprint!("\r\x1b[2K▸ {} … {seconds} s", self.label);
            let _ = io::stderr().flush();
        }
    }

    /// Says how it ended.
    pub(crate) fn finish(self, ok: bool) -> Duration {
        let took = self.started.elapsed();
        let clear = if io::stderr().is_terminal() {
            "\r\x1b[2K"
        } else {
            ""
        };
        let sign = if ok { '✓' } else { '✗' };
        eprintln!("{clear}{sign} {} … {}", self.label, seconds(took));
        took
    }
}

/// A duration as people read it: `0.4 s`, `12 s`, `3 min 5 s`.
pub(crate) fn seconds(time: Duration) -> String {
    let whole = time.as_secs();
    if whole >= 60 {
        format!("{} min {} s", whole / 60, whole % 60)
    } else if whole >= 10 {
        format!("{whole} s")
    } else {
        format!("{:.1} s", time.as_secs_f64())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_read_as_people_say_them() {
        assert_eq!(seconds(Duration::from_millis(420)), "0.4 s");
        assert_eq!(seconds(Duration::from_secs(12)), "12 s");
        assert_eq!(seconds(Duration::from_secs(185)), "3 min 5 s");
    }
}
