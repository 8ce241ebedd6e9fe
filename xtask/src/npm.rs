//! npm packages: installed as their lock files say, once per lock file.

use std::path::{Path, PathBuf};

use anyhow::{Context as _, Result, bail};

use crate::process::{self, Run};
use crate::stamp::Stamp;
use crate::workspace::Workspace;

/// The oldest Node that our packages and tests are written for.
const OLDEST_NODE: u32 = 20;

/// The pinned tools of this task.
pub(crate) const TOOLS: &str = "xtask/node";
/// The published package.
pub(crate) const SDK: &str = "sdk/npm";
/// The browser tests.
pub(crate) const BROWSER: &str = "tests/browser";
/// The browser's benchmarks, with the peers.
pub(crate) const BENCHES: &str = "tests/bench/browser";
/// The peers in Node of the server's benchmarks.
pub(crate) const PEERS: &str = "tests/bench/peers-node";
/// The tests of the example applications.
pub(crate) const EXAMPLES: &str = "tests/examples";
/// Other people's clients, and the tests that drive them.
pub(crate) const INTEROP: &str = "tests/interop";

/// Installs a package's dependencies unless that was done from the same lock file.
pub(crate) fn ensure(ws: &Workspace, folder: &str) -> Result<()> {
    check_node()?;
    let dir = ws.path(folder);
    if !dir.join("package-lock.json").is_file() {
        bail!("{folder} has no package-lock.json to install from");
    }
    let modules = dir.join("node_modules");
    let inputs = [dir.join("package.json"), dir.join("package-lock.json")];
    let stamp = Stamp::of(modules.join(".installed"), &inputs, "npm ci")?;
    if stamp.is_current() {
        return Ok(());
    }
    let name = folder.replace('/', "-");
    npm(
        ws,
        &format!("npm-ci-{name}"),
        &format!("installing npm packages of {folder}"),
        &dir,
    )
    .args(["ci", "--no-fund", "--no-audit"])
    .go()?;
    // A package without dependencies leaves no folder to put the stamp in.
    std::fs::create_dir_all(&modules)?;
    stamp.write()
}

/// `npm` in a package's folder. Browsers are never downloaded: the system's Chromium is used.
pub(crate) fn npm(ws: &Workspace, log: &str, label: &str, dir: &Path) -> Run {
    Run::new(ws, log, label, "npm")
        .dir(dir)
        .env("PLAYWRIGHT_SKIP_BROWSER_DOWNLOAD", "1")
}

/// A program out of a package's `node_modules`.
pub(crate) fn program(ws: &Workspace, folder: &str, name: &str) -> PathBuf {
    ws.path(folder).join("node_modules/.bin").join(name)
}

fn check_node() -> Result<()> {
    let version = process::answer("node", ["--version"])
        .context("Node.js is missing; install Node 20 or newer with npm")?;
    let major: Option<u32> = version
        .trim_start_matches('v')
        .split('.')
        .next()
        .and_then(|it| it.parse().ok());
    match major {
        Some(major) if major >= OLDEST_NODE => Ok(()),
        _ => bail!("Node {version} is too old; install Node {OLDEST_NODE} or newer"),
    }
}
