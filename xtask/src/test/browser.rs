//! The npm package as its users install it, people's journeys in a real browser, the example
//! applications, and other people's clients.

use std::path::PathBuf;

use anyhow::{Context as _, Result};

use super::counts::{self, Tally};
use crate::apt::{self, System};
use crate::process::Run;
use crate::setup::{self, Need};
use crate::workspace::Workspace;
use crate::{build, npm, pack, python, web};

pub(super) fn run(ws: &Workspace) -> Result<Tally> {
    setup::ensure(
        ws,
        &[
            Need::System(System::Chromium),
            Need::System(System::Postgres),
            Need::System(System::Python),
            Need::Python,
        ],
    )?;
    let server = build::debug_server(ws)?;
    // The debug build of the server serves it from its folder.
    web::build(ws)?;
    let tarball = pack::tarball(ws)?;
    let openidconnect = openidconnect(ws)?;
    let chromium = apt::chromium().context("Chromium is not to be found")?;
    let screenshots = ws.target().join("screenshots");
    std::fs::create_dir_all(&screenshots)?;
    let mut tally = Tally::default();
    let suites = [
        (npm::SDK, "the npm package"),
        (npm::BROWSER, "journeys in the browser"),
        // These use what the folder before them has installed.
        (npm::EXAMPLES, "the example applications"),
        (npm::INTEROP, "other people's clients"),
    ];
    for (folder, label) in suites {
        setup::ensure(ws, &[Need::Npm(folder)])?;
        let log = format!("npm-test-{}", folder.replace('/', "-"));
        let suite = npm::npm(ws, &log, label, &ws.path(folder))
            .args(["test"])
            .env("PORTCULLIS_BIN", &server)
            .env("PORTCULLIS_CHROMIUM", &chromium)
            .env("PORTCULLIS_NPM_TARBALL", &tarball)
            .env("PORTCULLIS_SCREENSHOTS", &screenshots)
            .env("PORTCULLIS_PYTHON", python::program(ws))
            .env("PORTCULLIS_OPENIDCONNECT", &openidconnect)
            .outcome()?;
        tally += Tally::of_run(counts::node(&suite.output), suite.ok);
    }
    Ok(tally)
}

/// The program around the crate `openidconnect`: a workspace apart, so that nothing else has to build
/// it or agree with its dependencies.
fn openidconnect(ws: &Workspace) -> Result<PathBuf> {
    let label = "building the client in Rust";
    Run::cargo(ws, "build-openidconnect", label)
        .args(["build", "--locked", "--manifest-path"])
        .args(["tests/interop/rust/Cargo.toml"])
        .args(["--target-dir".into(), ws.target()])
        .go()?;
    Ok(ws.binary("debug", "portcullis-interop-openidconnect"))
}
