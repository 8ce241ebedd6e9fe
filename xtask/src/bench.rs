//! `cargo xtask bench`: the release build beside its peers, measured in the same run.

use std::fmt;
use std::path::PathBuf;

use anyhow::{Context as _, Result};
use clap::ValueEnum;
use serde::{Deserialize, Serialize};

use crate::apt::{self, System};
use crate::process::Run;
use crate::setup::{self, Need};
use crate::workspace::Workspace;
use crate::{build, npm, pack};

/// Something that is measured.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum Bench {
    /// Session checks per second, by cookie over HTTP.
    Session,
    /// Memory after start, time from start to first answer, size of the program.
    Footprint,
    /// Tokens given and introspected per second over HTTP, and verified in process.
    Oauth,
    /// What the SDK weighs, bundled alike with its JavaScript peers.
    Bundle,
    /// From the import of the SDK and of its peers to a known session, in Chromium.
    Startup,
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
    #[serde(default, skip_serializing_if = "Option::is_none")]
    aim: Option<Aim>,
}

/// What is hoped for, and whether it is so.
#[derive(Debug, Serialize, Deserialize)]
struct Aim {
    #[serde(default, skip_serializing_if = "Option::is_none")]
    at_least: Option<f64>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    at_most: Option<f64>,
    met: bool,
}

impl fmt::Display for Aim {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (words, aim) in [("at least", self.at_least), ("at most", self.at_most)] {
            if let Some(aim) = aim {
                write!(formatter, "aim: {words} {aim}, ")?;
            }
        }
        formatter.write_str(if self.met { "met" } else { "missed" })
    }
}

impl fmt::Display for Row {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self {
            name,
            value,
            unit,
            aim,
        } = self;
        let digits = usize::from(*value < 1000.0);
        write!(formatter, "  {name:<48}{value:>12.digits$} {unit}")?;
        match aim {
            Some(aim) => write!(formatter, " ({aim})"),
            None => Ok(()),
        }
    }
}

/// Measures and prints.
pub(crate) fn run(ws: &Workspace, name: Option<Bench>, json: bool) -> Result<()> {
    let all = Bench::value_variants();
    for bench in all
        .iter()
        .filter(|bench| name.is_none_or(|name| name == **bench))
    {
        let report = match bench {
            Bench::Session | Bench::Footprint | Bench::Oauth => on_the_server(ws, *bench)?,
            Bench::Bundle | Bench::Startup => in_the_browser(ws, *bench)?,
        };
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

fn on_the_server(ws: &Workspace, bench: Bench) -> Result<Report> {
    setup::ensure(ws, &[Need::Npm(npm::PEERS)])?;
    let (server, driver) = (build::release_server(ws)?, driver(ws)?);
    let in_node = ws.path(npm::PEERS);
    let name = name_of(bench)?;
    let run = Run::new(
        ws,
        &format!("bench-{name}"),
        &format!("measuring {name}"),
        driver,
    );
    let mut run = run.args([&name, "--server"]).args([
        server.as_os_str(),
        "--peers-in-node".as_ref(),
        in_node.as_os_str(),
    ]);
    // The one for OAuth is in Node.
    if bench != Bench::Oauth {
        run = run.args(["--peers".as_ref(), peers(ws)?.as_os_str()]);
    }
    report(run)
}

fn in_the_browser(ws: &Workspace, bench: Bench) -> Result<Report> {
    setup::ensure(
        ws,
        &[Need::Npm(npm::BENCHES), Need::System(System::Chromium)],
    )?;
    pack::build(ws)?;
    let name = name_of(bench)?;
    let mut run = Run::new(
        ws,
        &format!("bench-{name}"),
        &format!("measuring {name}"),
        "node",
    )
    .dir(ws.path(npm::BENCHES))
    .args([format!("{name}.js")]);
    if bench == Bench::Startup {
        let chromium = apt::chromium().context("Chromium is not to be found")?;
        run = run
            .env("PORTCULLIS_BIN", build::release_server(ws)?)
            .env("PORTCULLIS_CHROMIUM", chromium);
    }
    report(run)
}

fn name_of(bench: Bench) -> Result<String> {
    let value = bench.to_possible_value();
    let name = value.map(|value| value.get_name().to_owned());
    name.context("every benchmark has a name")
}

/// The last line that a benchmark printed.
fn report(run: Run) -> Result<Report> {
    let output = run.go()?;
    let report = output.lines().rev().find(|line| line.starts_with('{'));
    serde_json::from_str(report.context("the benchmark reported nothing")?)
        .context("the benchmark's report is not what was agreed")
}
