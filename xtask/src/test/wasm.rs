//! The SDK inside headless Chromium, and whether what is shipped stays within its budgets.

use anyhow::{Context as _, Result};

use super::counts::{self, Tally};
use crate::apt::{self, System};
use crate::pack::Manifest;
use crate::process::Run;
use crate::setup::{self, Need};
use crate::size;
use crate::tools::Tool;
use crate::workspace::Workspace;

pub(super) fn run(ws: &Workspace) -> Result<Tally> {
    let needs = [
        Need::System(System::Chromium),
        Need::WasmTarget,
        Need::Tool(Tool::WasmBindgen),
        Need::Tool(Tool::WasmPack),
    ];
    setup::ensure(ws, &needs)?;
    let mut tally = in_browser(ws)?;
    for artifact in size::measure(ws)? {
        let ok = artifact.is_within_budget();
        if !ok {
            eprintln!("✗ {artifact}");
        }
        tally += Tally::one(ok);
    }
    Ok(tally)
}

fn in_browser(ws: &Workspace) -> Result<Tally> {
    let manifest = Manifest::read(ws)?;
    let driver = apt::chromedriver().context("chromedriver is not to be found")?;
    let tests = Run::new(
        ws,
        "wasm-pack-test",
        "the SDK in headless Chromium",
        "wasm-pack",
    )
    .env("CARGO_TARGET_DIR", ws.wasm_target())
    .args([
        "test",
        "--headless",
        "--chrome",
        "--mode",
        "no-install",
        "--chromedriver",
    ])
    .args([driver])
    .args([&manifest.package.krate])
    // The face of the npm package is tested along.
    .args(["--features", "npm"])
    .outcome()?;
    Ok(Tally::of_run(counts::libtest(&tests.output), tests.ok))
}
