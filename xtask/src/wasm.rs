//! Modules for the browser: made small by wasm-opt, and proved to load.

use std::fs;
use std::path::Path;

use anyhow::{Context as _, Result};

use crate::npm;
use crate::process::Run;
use crate::setup::{self, Need};
use crate::stamp::Stamp;
use crate::workspace::Workspace;

/// No feature flags: wasm-opt takes what a browser must understand from the module itself, and
/// any other set makes modules that browsers refuse.
const OPTIONS: &[&str] = &[
    "-Oz",
    "--strip-debug",
    "--strip-producers",
    "--strip-target-features",
];

/// Makes `output` from `input` unless that was done from the very same bytes, and checks that the
/// result loads.
pub(crate) fn optimise(ws: &Workspace, name: &str, input: &Path, output: &Path) -> Result<()> {
    setup::ensure(ws, &[Need::Npm(npm::TOOLS)])?;
    if let Some(folder) = output.parent() {
        fs::create_dir_all(folder)?;
    }
    let lock = ws.path(npm::TOOLS).join("package-lock.json");
    let stamp = Stamp::of(
        output.with_extension("stamp"),
        &[input, &lock],
        &OPTIONS.concat(),
    )?;
    if stamp.is_current() && output.is_file() {
        return Ok(());
    }
    // Under another name until it is known to load, so that a broken module is never served.
    let fresh = output.with_extension("new.wasm");
    let wasm_opt = npm::program(ws, npm::TOOLS, "wasm-opt");
    Run::new(
        ws,
        &format!("wasm-opt-{name}"),
        &format!("making {name} small"),
        wasm_opt,
    )
    .args(OPTIONS)
    .args([input, Path::new("-o"), &fresh])
    .go()?;
    check_loads(ws, name, &fresh)?;
    fs::rename(&fresh, output).context("putting the module in its place")?;
    stamp.write()
}

/// Compiles the module as a browser does.
fn check_loads(ws: &Workspace, name: &str, module: &Path) -> Result<()> {
    let script = "WebAssembly.compile(require('fs').readFileSync(process.argv[1]))\
                  .catch(error => { console.error(String(error)); process.exit(1); })";
    Run::new(
        ws,
        &format!("load-{name}"),
        &format!("checking that {name} loads"),
        "node",
    )
    .args(["--eval", script])
    .args([module])
    .go()
    .map(drop)
}
