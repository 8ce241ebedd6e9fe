//! Builds the server: quickly for tests, and as it ships for the demo and the benchmarks.

use std::path::PathBuf;

use anyhow::Result;

use crate::apt::System;
use crate::process::Run;
use crate::setup::{self, Need};
use crate::web;
use crate::workspace::Workspace;

/// The server and all native tests; the path of the server.
pub(crate) fn debug_server(ws: &Workspace) -> Result<PathBuf> {
    setup::ensure(ws, &[Need::System(System::OpenSsl)])?;
    // Together with the tests, so that both are built with the same features of what they share.
    Run::cargo(ws, "build", "building the server and the tests")
        .args(["build", "--workspace", "--tests", "--bin", "portcullis"])
        .go()?;
    Ok(ws.binary("debug", "portcullis"))
}

/// The server as it ships, with the user interface inside; its path.
pub(crate) fn release_server(ws: &Workspace) -> Result<PathBuf> {
    setup::ensure(ws, &[Need::System(System::OpenSsl)])?;
    web::build(ws)?;
    Run::cargo(ws, "build-release", "building the server")
        .args([
            "build",
            "--release",
            "--package",
            "portcullis-server",
            "--bin",
            "portcullis",
        ])
        .go()?;
    Ok(ws.binary("release", "portcullis"))
}
