//! What commands print on standard output: whoever reads it may stop reading, as `head` does.

use std::{
    fmt::Arguments,
    io::{ErrorKind, Write as _, stdout},
};

/// Prints a line.
///
/// # Errors
/// If it cannot be written, such as to a full disk; not if nobody reads on.
pub(super) fn line(line: Arguments<'_>) -> anyhow::Result<()> {
    match writeln!(stdout().lock(), "{line}") {
        Err(error) if error.kind() == ErrorKind::BrokenPipe => Ok(()),
        written => Ok(written?),
    }
}

/// [`line()`], formatted as `println!` does.
macro_rules! say {
    ($($text:tt)*) => { $crate::commands::output::line(format_args!($($text)*)) };
}
pub(super) use say;
