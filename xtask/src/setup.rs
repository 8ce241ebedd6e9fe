//! `cargo xtask setup`: installs what is missing, and only what the task at hand needs.

use anyhow::{Context as _, Result};

use crate::apt::{self, System};
use crate::npm;
use crate::process::{self, Run};
use crate::python;
use crate::tools::{self, Tool};
use crate::workspace::Workspace;

const WASM: &str = "wasm32-unknown-unknown";

/// Something a task cannot do without.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Need {
    /// A component of the Rust toolchain.
    Component(&'static str),
    /// The standard library for the browser.
    WasmTarget,
    /// A program that cargo installs.
    Tool(Tool),
    /// Something of the system's package manager.
    System(System),
    /// The npm dependencies of a folder.
    Npm(&'static str),
    /// The environment of the clients in Python.
    Python,
}

/// Everything that any task needs.
const ALL: &[Need] = &[
    Need::System(System::OpenSsl),
    Need::System(System::Chromium),
    Need::System(System::Postgres),
    Need::System(System::Python),
    Need::Component("rustfmt"),
    Need::Component("clippy"),
    Need::WasmTarget,
    Need::Tool(Tool::WasmBindgen),
    Need::Tool(Tool::WasmPack),
    Need::Tool(Tool::Deny),
    Need::Tool(Tool::Nextest),
    Need::Npm(npm::TOOLS),
    Need::Npm(npm::SDK),
    Need::Npm(npm::BROWSER),
    Need::Npm(npm::EXAMPLES),
    Need::Npm(npm::INTEROP),
    Need::Python,
];

/// `cargo xtask setup`.
pub(crate) fn run(ws: &Workspace) -> Result<()> {
    ensure(ws, ALL)?;
    println!("Everything is here: go on with `cargo xtask demo` or `cargo xtask test`.");
    Ok(())
}

/// Installs those of `needs` that are not there.
pub(crate) fn ensure(ws: &Workspace, needs: &[Need]) -> Result<()> {
    // The system's packages first, in one go: the other steps may build against them.
    let system: Vec<System> = needs
        .iter()
        .filter_map(|need| {
            if let Need::System(it) = need {
                Some(*it)
            } else {
                None
            }
        })
        .collect();
    apt::ensure(ws, &system)?;
    for need in needs {
        match *need {
            Need::System(_) => {}
            Need::Component(name) => component(ws, name)?,
            Need::WasmTarget => wasm_target(ws)?,
            Need::Tool(tool) => tool.ensure(ws)?,
            Need::Npm(folder) => npm::ensure(ws, folder)?,
            Need::Python => python::ensure(ws)?,
        }
    }
    tools::tidy();
    Ok(())
}

fn component(ws: &Workspace, name: &str) -> Result<()> {
    let program = if name == "clippy" {
        "cargo-clippy"
    } else {
        name
    };
    if process::answer(program, ["--version"]).is_some() {
        return Ok(());
    }
    Run::new(
        ws,
        &format!("rustup-{name}"),
        &format!("adding {name} to the toolchain"),
        "rustup",
    )
    .args(["component", "add", name])
    .go()
    .map(drop)
}

fn wasm_target(ws: &Workspace) -> Result<()> {
    // Asked of rustc and not of rustup, since a toolchain of the distribution has no rustup.
    let libraries = process::answer("rustc", ["--print", "target-libdir", "--target", WASM])
        .context("rustc does not know the browser as a target")?;
    if std::path::Path::new(&libraries).is_dir() {
        return Ok(());
    }
    Run::new(
        ws,
        "rustup-wasm",
        "adding the browser as a target to the toolchain",
        "rustup",
    )
    .args(["target", "add", WASM])
    .go()
    .map(drop)
}
