//! Native tests that need neither a socket nor a browser, and the examples in the documentation.

use anyhow::Result;

use super::counts::{self, Tally};
use crate::apt::{self, System};
use crate::build;
use crate::process::Run;
use crate::setup::{self, Need};
use crate::tools::Tool;
use crate::workspace::Workspace;

pub(super) fn run(ws: &Workspace) -> Result<Tally> {
    let mut tally = nextest(
        ws,
        "unit",
        "native tests",
        "not package(portcullis-http-tests)",
    )?;
    let examples = Run::cargo(ws, "doctest", "examples in the documentation")
        .args(["test", "--doc", "--workspace", "--no-fail-fast"])
        .outcome()?;
    tally += match counts::libtest(&examples.output) {
        // Examples may well all be in the other crates' tests: none is no failure of this part.
        Some(none) if examples.ok && none == Tally::default() => none,
        counted => Tally::of_run(counted, examples.ok),
    };
    Ok(tally)
}

/// nextest over the tests that `filter` chooses. Always the whole workspace is built, so that its
/// crates share one set of features and nothing is built twice.
pub(super) fn nextest(ws: &Workspace, log: &str, label: &str, filter: &str) -> Result<Tally> {
    let needs = [
        Need::System(System::OpenSsl),
        Need::System(System::Postgres),
        Need::Tool(Tool::Nextest),
    ];
    setup::ensure(ws, &needs)?;
    let server = build::debug_server(ws)?;
    let mut tests = Run::cargo(ws, log, label)
        .args([
            "nextest",
            "run",
            "--workspace",
            "--no-fail-fast",
            "--no-tests",
            "fail",
        ])
        .args(["--filterset", filter])
        .env("PORTCULLIS_BIN", server);
    if let Some(folder) = apt::postgres_bin() {
        tests = tests.env("PORTCULLIS_PG_BIN", folder);
    }
    let outcome = tests.outcome()?;
    Ok(Tally::of_run(counts::nextest(&outcome.output), outcome.ok))
}
