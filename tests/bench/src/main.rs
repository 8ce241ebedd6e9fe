//! Measures Portcullis beside its peers; `cargo xtask bench` builds all of them and calls this.

mod bare;
mod footprint;
mod http;
mod load;
mod oauth;
mod process;
mod report;
mod session;

use std::path::{Path, PathBuf};

use anyhow::{Context as _, Result};
use clap::{Parser, Subcommand};

#[derive(Debug, Parser)]
#[command(about = "Measures Portcullis beside its peers")]
struct Cli {
    #[command(subcommand)]
    task: Task,
}

#[derive(Debug, Subcommand)]
enum Task {
    /// Session checks per second, by cookie over HTTP.
    Session(Programs),
    /// Memory after start, time from start to first answer, size of the program.
    Footprint(Programs),
    /// Tokens given and introspected per second over HTTP, and verified in process.
    Oauth(Programs),
    /// Be the bare peer: answer the bytes of files to everything.
    Bare {
        /// Where to listen on loopback.
        #[arg(long)]
        port: u16,
        /// The bytes to answer.
        #[arg(long)]
        body: PathBuf,
        /// Header fields to answer with, a line each; by default the body's type only.
        #[arg(long)]
        fields: Option<PathBuf>,
    },
}

/// What is measured; release builds.
#[derive(Debug, clap::Args)]
struct Programs {
    /// `portcullis`.
    #[arg(long)]
    server: PathBuf,
    /// `portcullis-bench-peers`; not for OAuth.
    #[arg(long)]
    peers: Option<PathBuf>,
    /// The folder with the peers in Node.
    #[arg(long)]
    peers_in_node: PathBuf,
}

impl Programs {
    fn peers(&self) -> Result<&Path> {
        self.peers.as_deref().context("--peers is missing")
    }

    fn better_auth(&self) -> PathBuf {
        self.peers_in_node.join("better-auth.js")
    }

    fn oidc_provider(&self) -> PathBuf {
        self.peers_in_node.join("oidc-provider.js")
    }
}

fn main() -> Result<()> {
    match Cli::parse().task {
        Task::Session(programs) => session::run(&programs)?.print(),
        Task::Footprint(programs) => footprint::run(&programs)?.print(),
        Task::Oauth(programs) => oauth::run(&programs)?.print(),
        Task::Bare { port, body, fields } => bare::serve(port, &body, fields.as_deref()),
    }
}
