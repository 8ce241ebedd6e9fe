//! What of a failed program's output is worth showing: its end, and below it, where nobody has to
//! look for them, the places that say what failed.

use std::borrow::Cow;

/// What the tools print where something failed: Node's runner, nextest, libtest, rustc.
const MARKS: [&str; 7] = [
    "✖ ",
    "not ok ",
    "FAIL [",
    "TIMEOUT [",
    "panicked at ",
    "test result: FAILED",
    "error[",
];

/// How many lines belong to such a place: a message, what was expected, the top of a stack.
const FOLLOWING: usize = 20;
/// Longest line, in characters: a dump of what was compared tells nothing after that.
const WIDEST: usize = 240;

/// The last `keep` lines, and at most `keep` lines before them where something failed; a line `…`
/// stands where some are left out.
pub(crate) fn of(output: &str, keep: usize) -> (Vec<Cow<'_, str>>, Vec<Cow<'_, str>>) {
    let lines: Vec<&str> = output.lines().collect();
    let end = lines.len().saturating_sub(keep);
    let mut failures = Vec::new();
    let mut next = 0;
    let mut until = 0;
    for (number, line) in lines.iter().enumerate().take(end) {
        if MARKS.iter().any(|mark| line.contains(mark)) {
            until = number + 1 + FOLLOWING;
        }
        if number < until && failures.len() < keep {
            if number > next {
                failures.push(Cow::Borrowed("…"));
            }
            failures.push(cut(line));
            next = number + 1;
        }
    }
    let last = lines[end..].iter().map(|line| cut(line)).collect();
    (last, failures)
}

fn cut(line: &str) -> Cow<'_, str> {
    match line.char_indices().nth(WIDEST) {
        Some((at, _)) => Cow::Owned(format!("{}…", &line[..at])),
        None => Cow::Borrowed(line),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_short_output_is_shown_as_it_is() {
        let (last, failures) = of("a\n✖ b\nc\n", 10);
        assert_eq!(last, ["a", "✖ b", "c"]);
        assert!(failures.is_empty());
        assert!(of("", 10).0.is_empty());
    }

    #[test]
    fn a_failure_far_from_the_end_is_shown_with_what_follows_it() {
        let fine = "✔ fine\n".repeat(100);
        let output = format!("{fine}✖ five tabs\n  expected 1\n{fine}");
        let (last, failures) = of(&output, 30);
        assert_eq!(failures[..3], ["…", "✖ five tabs", "  expected 1"]);
        assert_eq!(failures.len(), 1 + 1 + FOLLOWING);
        assert_eq!(last, vec!["✔ fine"; 30]);
    }

    #[test]
    fn a_flood_of_failures_ends_and_so_does_a_line() {
        let output = format!("✖ {}\n", "ä".repeat(1000)).repeat(1000);
        let (last, failures) = of(&output, 20);
        assert_eq!((last.len(), failures.len()), (20, 20));
        assert_eq!(last[0].chars().count(), WIDEST + 1);
    }
}
