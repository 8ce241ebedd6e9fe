//! Reads how many tests passed and failed from what each test runner prints.

use std::ops::AddAssign;

/// How many tests passed and failed.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Tally {
    /// Tests that passed.
    pub(crate) passed: u64,
    /// Tests that failed, ran out of time or could not be started.
    pub(crate) failed: u64,
}

impl Tally {
    /// One check of its own, such as the formatting.
    pub(crate) const fn one(ok: bool) -> Self {
        if ok {
            Self {
                passed: 1,
                failed: 0,
            }
        } else {
            Self {
                passed: 0,
                failed: 1,
            }
        }
    }

    /// What a run proved: a runner that failed without a failed test, or that ran no test, counts
    /// as one failure.
    pub(crate) fn of_run(counted: Option<Self>, ok: bool) -> Self {
        let it = counted.unwrap_or_default();
        if it.failed > 0 || (ok && it.passed > 0) {
            return it;
        }
        let what = if ok {
            "it ran no test"
        } else {
            "it broke off before its tests ended"
        };
        eprintln!("  {what}");
        Self { failed: 1, ..it }
    }
}

impl AddAssign for Tally {
    fn add_assign(&mut self, other: Self) {
        self.passed += other.passed;
        self.failed += other.failed;
    }
}

/// nextest: `Summary [ 0.1s] 12 tests run: 10 passed (1 slow), 1 failed, 1 timed out, 0 skipped`.
pub(crate) fn nextest(output: &str) -> Option<Tally> {
    let text = plain(output);
    let line = text.lines().rev().find(|line| line.contains("Summary ["))?;
    let (_, counts) = line.split_once("run:")?;
    let mut tally = Tally::default();
    let words: Vec<&str> = counts
        .split([' ', ','])
        .filter(|word| !word.is_empty())
        .collect();
    for pair in words.windows(2) {
        let Ok(number) = pair[0].parse::<u64>() else {
            continue;
        };
        match pair[1] {
            "passed" => tally.passed += number,
            "failed" | "timed" | "exec" => tally.failed += number,
            _ => {}
        }
    }
    Some(tally)
}

/// libtest and wasm-bindgen's runner, added up over all programs:
/// `test result: ok. 12 passed; 0 failed; …`.
pub(crate) fn libtest(output: &str) -> Option<Tally> {
    let text = plain(output);
    let mut sum = None;
    for line in text.lines() {
        let Some((_, counts)) = line.split_once("test result:") else {
            continue;
        };
        let sum = sum.get_or_insert_with(Tally::default);
        sum.passed += number_before(counts, "passed");
        sum.failed += number_before(counts, "failed");
    }
    sum
}

/// Node's runner, added up over all runs: `ℹ pass 12` (spec) or `# pass 12` (TAP).
pub(crate) fn node(output: &str) -> Option<Tally> {
    let text = plain(output);
    let mut sum = None;
    for line in text.lines() {
        let mut words = line.split_whitespace();
        let (Some("ℹ" | "#"), Some(word), Some(number), None) =
            (words.next(), words.next(), words.next(), words.next())
        else {
            continue;
        };
        let Ok(number) = number.parse::<u64>() else {
            continue;
        };
        let sum = sum.get_or_insert_with(Tally::default);
        match word {
            "pass" => sum.passed += number,
            "fail" | "cancelled" => sum.failed += number,
            _ => {}
        }
    }
    sum
}

fn number_before(text: &str, word: &str) -> u64 {
    let words: Vec<&str> = text.split([' ', ';']).filter(|it| !it.is_empty()).collect();
    words
        .windows(2)
        .find(|pair| pair[1] == word)
        .and_then(|pair| pair[0].parse().ok())
        .unwrap_or(0)
}

/// The text without the colours of a terminal.
fn plain(text: &str) -> String {
    let mut plain = String::with_capacity(text.len());
    let mut rest = text;
    while let Some((before, after)) = rest.split_once("\x1b[") {
        plain.push_str(before);
        rest = after
            .split_once(|it: char| it.is_ascii_alphabetic())
            .map_or("", |(_, tail)| tail);
    }
    plain + rest
}

#[cfg(test)]
mod tests {
    use super::*;

    const fn tally(passed: u64, failed: u64) -> Tally {
        Tally { passed, failed }
    }

    #[test]
    fn nextest_counts_failures_of_every_kind() {
        let line = "     Summary [   0.211s] 16/17 tests run: 12 passed (1 slow, 1 flaky), \
                    2 failed (1 due to a leak), 1 timed out, 1 exec failed, 3 skipped\n";
        assert_eq!(nextest(line), Some(tally(12, 4)));
        assert_eq!(nextest("error: could not compile"), None);
    }

    #[test]
    fn colours_do_not_hide_the_counts() {
        let line = "\x1b[32;1m     Summary\x1b[0m [   0.005s] \x1b[1m3\x1b[0m tests run: \
                    \x1b[1m3\x1b[0m \x1b[32;1mpassed\x1b[0m, \x1b[1m0\x1b[0m skipped";
        assert_eq!(nextest(line), Some(tally(3, 0)));
    }

    #[test]
    fn libtest_adds_up_all_programs() {
        let output = "test result: ok. 3 passed; 0 failed; 0 ignored; finished in 0.0s\n\
                      test result: FAILED. 4 passed; 2 failed; 1 ignored\n";
        assert_eq!(libtest(output), Some(tally(7, 2)));
        assert_eq!(libtest("running 0 tests"), None);
    }

    #[test]
    fn node_reads_both_reporters() {
        assert_eq!(
            node("ℹ tests 5\nℹ pass 4\nℹ fail 1\nℹ cancelled 0\n"),
            Some(tally(4, 1))
        );
        assert_eq!(
            node("# pass 2\n# fail 0\n# cancelled 1\n"),
            Some(tally(2, 1))
        );
        assert_eq!(node("npm error"), None);
    }

    #[test]
    fn a_run_that_proved_nothing_is_a_failure() {
        assert_eq!(Tally::of_run(None, true), tally(0, 1));
        assert_eq!(Tally::of_run(Some(tally(0, 0)), true), tally(0, 1));
        assert_eq!(Tally::of_run(Some(tally(5, 0)), false), tally(5, 1));
        assert_eq!(Tally::of_run(Some(tally(5, 2)), false), tally(5, 2));
        assert_eq!(Tally::of_run(Some(tally(5, 0)), true), tally(5, 0));
    }
}
