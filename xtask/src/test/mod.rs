//! `cargo xtask test`: every check there is, added up into one line.

mod browser;
mod counts;
mod http;
mod lint;
mod unit;
mod wasm;

use std::collections::BTreeSet;
use std::time::{Duration, Instant};

use anyhow::Result;
use clap::ValueEnum;

use crate::interrupt::Interrupted;
use crate::progress;
use crate::workspace::Workspace;
use counts::Tally;

/// A part of the checks that can be run alone.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, ValueEnum)]
pub(crate) enum Part {
    /// Formatting, clippy (native and browser), documentation, licences, TypeScript.
    Lint,
    /// Native unit, storage and simulation tests, and the examples in the documentation.
    Unit,
    /// HTTP tests against the real server.
    Http,
    /// The SDK inside headless Chromium, and the budgets of what is shipped.
    Wasm,
    /// The npm package, and people's journeys through the demo app in a real browser.
    Browser,
}

struct Ran {
    part: Part,
    tally: Tally,
    took: Duration,
}

/// Runs these parts, or all; true if nothing failed.
pub(crate) fn run(ws: &Workspace, parts: &[Part]) -> Result<bool> {
    let chosen: BTreeSet<Part> = if parts.is_empty() {
        Part::value_variants().iter().copied().collect()
    } else {
        parts.iter().copied().collect()
    };
    let mut table = Vec::new();
    for part in chosen {
        let started = Instant::now();
        let result = match part {
            Part::Lint => lint::run(ws),
            Part::Unit => unit::run(ws),
            Part::Http => http::run(ws),
            Part::Wasm => wasm::run(ws),
            Part::Browser => browser::run(ws),
        };
        let tally = match result {
            Ok(tally) => tally,
            Err(error) if error.is::<Interrupted>() => return Err(error),
            Err(error) => {
                eprintln!("✗ {}: {error:#}", name(part));
                Tally::one(false)
            }
        };
        // Whatever a part calls itself, one that proved nothing has failed.
        let nothing = tally == Tally::default();
        let tally = if nothing { Tally::one(false) } else { tally };
        table.push(Ran {
            part,
            tally,
            took: started.elapsed(),
        });
    }
    Ok(report(&table))
}

fn report(table: &[Ran]) -> bool {
    let mut sum = Tally::default();
    println!(
        "\n{:<10}{:>8}{:>8}{:>14}",
        "part", "passed", "failed", "time"
    );
    for ran in table {
        let (Tally { passed, failed }, time) = (ran.tally, progress::seconds(ran.took));
        println!("{:<10}{passed:>8}{failed:>8}{time:>14}", name(ran.part));
        sum += ran.tally;
    }
    println!("\n{} passed, {} failed", sum.passed, sum.failed);
    sum.failed == 0
}

fn name(part: Part) -> String {
    part.to_possible_value()
        .map_or_else(String::new, |value| value.get_name().to_owned())
}
