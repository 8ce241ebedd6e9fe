//! Checks that read the code and run none of it.

use anyhow::Result;

use super::counts::Tally;
use crate::apt::System;
use crate::interrupt::Interrupted;
use crate::npm;
use crate::pack;
use crate::process::Run;
use crate::setup::{self, Need};
use crate::tools::Tool;
use crate::workspace::Workspace;

/// The crates that are built for the browser.
const BROWSER_CRATES: &[&str] = &[
    "-p",
    "portcullis-sdk",
    "-p",
    "portcullis-web",
    "-p",
    "portcullis-demo",
];

pub(super) fn run(ws: &Workspace) -> Result<Tally> {
    let needs = [
        Need::System(System::OpenSsl),
        Need::Component("rustfmt"),
        Need::Component("clippy"),
        Need::WasmTarget,
        Need::Tool(Tool::Deny),
    ];
    setup::ensure(ws, &needs)?;
    let checks = [
        Run::cargo(ws, "fmt", "formatting")
            .args(["fmt", "--all", "--check", "--", "--color", "never"]),
        Run::cargo(ws, "clippy", "clippy")
            .args(["clippy", "--workspace", "--all-targets", "--keep-going"])
            .args(["--", "--deny", "warnings"]),
        Run::cargo(ws, "clippy-wasm", "clippy for the browser")
            .env("CARGO_TARGET_DIR", ws.wasm_target())
            .args(["clippy", "--target", "wasm32-unknown-unknown"])
            .args(BROWSER_CRATES)
            .args([
                "--all-targets",
                "--keep-going",
                "--features",
                "portcullis-sdk/npm",
            ])
            .args(["--", "--deny", "warnings"]),
        Run::cargo(ws, "doc", "documentation")
            .env("RUSTDOCFLAGS", "--deny warnings")
            .args([
                "doc",
                "--workspace",
                "--no-deps",
                "--document-private-items",
            ]),
        Run::cargo(
            ws,
            "deny",
            "licences, sources and duplicates of dependencies",
        )
        .args([
            "deny",
            "--all-features",
            "check",
            "licenses",
            "bans",
            "sources",
        ]),
    ];
    // The client in Rust that tests/interop drives is no member of the workspace.
    let of_client = Run::cargo(
        ws,
        "deny-openidconnect",
        "licences and sources of other people's client",
    )
    .args(["deny", "--config", "deny.toml", "--manifest-path"])
    .args(["tests/interop/rust/Cargo.toml", "--all-features"])
    .args(["check", "licenses", "sources"]);
    let mut tally = Tally::default();
    for check in checks.into_iter().chain([of_client]) {
        tally += Tally::one(check.outcome()?.ok);
    }
    for folder in [npm::SDK, npm::BROWSER, npm::EXAMPLES, npm::INTEROP] {
        tally += Tally::one(match typescript(ws, folder) {
            Ok(ok) => ok,
            Err(error) if error.is::<Interrupted>() => return Err(error),
            Err(error) => {
                eprintln!("✗ TypeScript of {folder}: {error:#}");
                false
            }
        });
    }
    Ok(tally)
}

/// The types of a package's TypeScript; the SDK's own sources need the generated ones beside them.
fn typescript(ws: &Workspace, folder: &'static str) -> Result<bool> {
    setup::ensure(ws, &[Need::Npm(folder)])?;
    if folder == npm::SDK {
        pack::wasm(ws)?;
    }
    let log = format!("tsc-{}", folder.replace('/', "-"));
    let label = format!("TypeScript of {folder}");
    let check = npm::npm(ws, &log, &label, &ws.path(folder)).args(["run", "check"]);
    Ok(check.outcome()?.ok)
}
