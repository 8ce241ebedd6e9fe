//! `cargo xtask bench`: the release build beside its peers, measured in the same run.

use std::fmt;
use std::path::PathBuf;

use anyhow::{Context as _, Result};
use clap::ValueEnum;
use serde::{Deserialize, Serialize};

use crate::build;
use crate::process::Run;
use crate::workspace::Workspace;

/// Something that is measured.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum Bench {
    /// Session checks per second, by cookie over HTTP.
    Session,
    /// Memory after start, time from start to first answer, size of the program.
    Footprint,
}

/// What a benchmark found.
#[derive(Debug, Serialize, Deserialize)]
struct Report {
    bench: String,
    rows: Vec<Row>,
}

/// One figure.
#[derive(Debug, Serialize, Deserialize)]
struct Row {
    name: String,
    value: f64,
    unit: String,
}

impl fmt::Display for Row {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { name, value, unit } = self;
        let digits = usize::from(*value < 1000.0);
        write!(formatter, "  {name:<48}{value:>12.digits$} {unit}")
    }
}

/// Measures and prints.
pub(crate) fn run(ws: &Workspace, name: Option<Bench>, json: bool) -> Result<()> {
    let programs = [build::release_server(ws)?, driver(ws)?, peers(ws)?];
    let all = Bench::value_variants();
    for bench in all
        .iter()
        .filter(|bench| name.is_none_or(|name| name == **bench))
    {
        let report = measure(ws, *bench, &programs)?;
        if json {
            println!("{}", serde_json::to_string(&report)?);
        } else {
            println!("{}", report.bench);
            report.rows.iter().for_each(|row| println!("{row}"));
        }
    }
    Ok(())
}

/// The load generator and the bare handler.
fn driver(ws: &Workspace) -> Result<PathBuf> {
    Run::cargo(ws, "build-bench", "building the load generator")
        .args(["build", "--release", "--package", "portcullis-bench"])
        .go()?;
    Ok(ws.binary("release", "portcullis-bench"))
}

/// The peers: a workspace apart, so that nothing else has to build them or agree with their
/// dependencies.
fn peers(ws: &Workspace) -> Result<PathBuf> {
    Run::cargo(ws, "build-peers", "building the peers")
        .args([
            "build",
            "--release",
            "--manifest-path",
            "tests/bench/peers/Cargo.toml",
        ])
        .args(["--target-dir".into(), ws.target()])
        .go()?;
    Ok(ws.binary("release", "portcullis-bench-peers"))
}

fn measure(ws: &Workspace, bench: Bench, programs: &[PathBuf; 3]) -> Result<Report> {
    let name = bench
        .to_possible_value()
        .map(|value| value.get_name().to_owned());
    let name = name.context("every benchmark has a name")?;
    let [server, driver, peers] = programs;
    let output = Run::new(
        ws,
        &format!("bench-{name}"),
        &format!("measuring {name}"),
        driver,
    )
    .args([&name, "--server"])
    .args([server.as_os_str(), "--peers".as_ref(), peers.as_os_str()])
    .go()?;
    let report = output.lines().rev().find(|line| line.starts_with('{'));
    serde_json::from_str(report.context("the benchmark reported nothing")?)
        .context("the benchmark's report is not what was agreed")
}
