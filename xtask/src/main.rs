//! `cargo xtask`: sets up, demonstrates, tests and measures Portcullis.

mod apt;
mod bench;
mod build;
mod cli;
mod demo;
mod excerpt;
mod interrupt;
mod npm;
mod pack;
mod process;
mod progress;
mod python;
mod setup;
mod size;
mod snip;
mod stamp;
mod test;
mod text;
mod tools;
mod wasm;
mod web;
mod workspace;

use std::process::ExitCode;

use anyhow::Result;
use clap::Parser as _;

use cli::{Cli, Task};
use interrupt::Interrupted;
use workspace::Workspace;

fn main() -> ExitCode {
    match run(Cli::parse()) {
        Ok(true) => ExitCode::SUCCESS,
        Ok(false) => ExitCode::FAILURE,
        Err(error) if error.is::<Interrupted>() => ExitCode::from(130),
        Err(error) => {
            eprintln!("error: {error:#}");
            ExitCode::FAILURE
        }
    }
}

fn run(cli: Cli) -> Result<bool> {
    interrupt::listen()?;
    let ws = Workspace::find()?;
    match cli.task {
        Task::Setup => setup::run(&ws).map(|()| true),
        Task::Demo { port, fresh } => demo::run(&ws, port, fresh).map(|()| true),
        Task::Test { parts } => test::run(&ws, &parts),
        Task::Size { json } => size::run(&ws, json),
        Task::Text => text::run(&ws).map(|()| true),
        Task::Bench { name, json } => bench::run(&ws, name, json).map(|()| true),
    }
}
