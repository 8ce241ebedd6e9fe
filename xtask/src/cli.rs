//! What can be asked for on the command line.

use clap::{Parser, Subcommand};

use crate::bench::Bench;
use crate::test::Part;

const EXAMPLES: &str = "\
Examples:
  cargo xtask demo                 start the demo at http://localhost:8080
  cargo xtask demo --port 9000 --fresh
  cargo xtask test                 run every check
  cargo xtask test lint unit       run two parts of them
  cargo xtask size --json          bytes shipped to browsers, for a script
  cargo xtask text                 after a change of words or translations
  cargo xtask bench session        session checks per second, beside peers
  cargo xtask bench oauth          tokens given, introspected and verified per second
  cargo xtask bench bundle         what the SDK weighs beside its peers

Output of the tools is kept in target/xtask/logs.";

/// Sets up, demonstrates, tests and measures Portcullis.
#[derive(Debug, Parser)]
#[command(name = "cargo xtask", bin_name = "cargo xtask", after_help = EXAMPLES)]
pub(crate) struct Cli {
    /// What to do.
    #[command(subcommand)]
    pub(crate) task: Task,
}

/// A task.
#[derive(Debug, Subcommand)]
pub(crate) enum Task {
    /// Install what is missing: toolchain parts, tools, system and npm packages.
    ///
    /// The other tasks do this too, each for what it needs; this one fetches all of it at once,
    /// for instance before going offline. System packages are installed with apt-get as root or by
    /// sudo without a password; else they are named in one line.
    #[command(after_help = "Example:\n  cargo xtask setup")]
    Setup,
    /// Build everything and start the server with the demo app and demo accounts.
    ///
    /// Accounts and notes are kept in .portcullis/demo until --fresh. Ctrl-C ends it.
    #[command(after_help = "Examples:\n  cargo xtask demo\n  cargo xtask demo --port 9000 --fresh")]
    Demo {
        /// The port to listen on, on this machine only.
        #[arg(long, default_value_t = 8080, value_parser = clap::value_parser!(u16).range(1..))]
        port: u16,
        /// Forget earlier accounts and notes.
        #[arg(long)]
        fresh: bool,
    },
    /// Run every check, or some parts; the last line adds them up.
    #[command(
        after_help = "Examples:\n  cargo xtask test\n  cargo xtask test unit\n  cargo xtask test lint wasm"
    )]
    Test {
        /// The parts to run; all when none is named.
        parts: Vec<Part>,
    },
    /// Measure what is shipped to browsers against the budgets in wasm-pack.toml.
    #[command(
        after_help = "Examples:\n  cargo xtask size\n  cargo xtask size --json | jq .artifacts"
    )]
    Size {
        /// Print JSON: {"artifacts":[{"name","raw","gzip","brotli","budget"}]}.
        #[arg(long)]
        json: bool,
    },
    /// Write the catalogues of visible text anew, from sdk/text and web/demo/text.
    #[command(after_help = "Example:\n  cargo xtask text    after a change of a catalogue")]
    Text,
    /// Measure the release build beside its peers, in the same run.
    #[command(
        after_help = "Examples:\n  cargo xtask bench\n  cargo xtask bench session --json\n  cargo xtask bench oauth\n  cargo xtask bench oauth --json | jq '.rows[] | select(.aim.met == false)'"
    )]
    Bench {
        /// What to measure; everything when none is named.
        name: Option<Bench>,
        /// Print JSON, a line for each benchmark: {"bench","rows":[{"name","value","unit","aim"}]}.
        #[arg(long)]
        json: bool,
    },
}
