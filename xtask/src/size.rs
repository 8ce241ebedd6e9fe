//! `cargo xtask size`: the bytes of everything shipped to browsers, against the budgets.

use std::fmt;
use std::fs;
use std::path::PathBuf;

use anyhow::{Context as _, Result, bail};
use serde::{Deserialize, Serialize};

use crate::pack::{self, Manifest};
use crate::process;
use crate::web;
use crate::workspace::Workspace;

/// What a browser loads for one purpose, in bytes; each file is compressed by itself.
#[derive(Debug, Serialize)]
pub(crate) struct Artifact {
    name: String,
    raw: u64,
    gzip: u64,
    brotli: u64,
    budget: u64,
    #[serde(skip)]
    aim: Option<u64>,
}

impl Artifact {
    /// Whether it is as small as was promised.
    pub(crate) const fn is_within_budget(&self) -> bool {
        self.brotli <= self.budget
    }
}

impl fmt::Display for Artifact {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self {
            name,
            raw,
            gzip,
            brotli,
            budget,
            aim,
        } = self;
        let verdict = match aim {
            _ if !self.is_within_budget() => "  over budget".to_owned(),
            Some(aim) if brotli > aim => format!("  {} over its aim of {aim}", brotli - aim),
            Some(aim) => format!("  within its aim of {aim}"),
            None => String::new(),
        };
        write!(
            formatter,
            "{name:<12}{raw:>10}{gzip:>10}{brotli:>10}{budget:>10}{verdict}"
        )
    }
}

#[derive(Serialize)]
struct Report<'a> {
    artifacts: &'a [Artifact],
}

/// Builds, measures and prints; false if something is over its budget.
pub(crate) fn run(ws: &Workspace, json: bool) -> Result<bool> {
    let artifacts = measure(ws)?;
    if json {
        println!(
            "{}",
            serde_json::to_string(&Report {
                artifacts: &artifacts
            })?
        );
    } else {
        println!(
            "{:<12}{:>10}{:>10}{:>10}{:>10}",
            "bytes", "raw", "gzip", "brotli", "budget"
        );
        for artifact in &artifacts {
            println!("{artifact}");
        }
    }
    Ok(artifacts.iter().all(Artifact::is_within_budget))
}

/// Builds what is shipped and measures it.
pub(crate) fn measure(ws: &Workspace) -> Result<Vec<Artifact>> {
    pack::build(ws)?;
    web::build(ws)?;
    let manifest = Manifest::read(ws)?;
    all_are_weighed(ws, &manifest)?;
    manifest
        .artifacts
        .iter()
        .map(|artifact| weigh(ws, artifact))
        .collect()
}

#[derive(Default, Deserialize)]
struct Weight {
    raw: u64,
    gzip: u64,
    brotli: u64,
}

fn weigh(ws: &Workspace, artifact: &pack::Artifact) -> Result<Artifact> {
    // Node's own zlib: the compressors that servers use, at their best setting.
    let script = "const zlib = require('zlib'), fs = require('fs');
        const sum = { raw: 0, gzip: 0, brotli: 0 };
        for (const file of process.argv.slice(1)) {
            const bytes = fs.readFileSync(file);
            sum.raw += bytes.length;
            sum.gzip += zlib.gzipSync(bytes, { level: 9 }).length;
            sum.brotli += zlib.brotliCompressSync(bytes).length;
        }
        console.log(JSON.stringify(sum));";
    let mut args = vec!["--eval".into(), script.into()];
    let files = files(ws, artifact)?;
    args.extend(files.into_iter().map(PathBuf::into_os_string));
    let answer = process::answer("node", args)
        .with_context(|| format!("the files of {} could not be measured", artifact.name))?;
    let Weight { raw, gzip, brotli } = serde_json::from_str(&answer)?;
    Ok(Artifact {
        name: artifact.name.clone(),
        raw,
        gzip,
        brotli,
        budget: artifact.budget,
        aim: artifact.aim,
    })
}

/// Folders of the package that no browser loads: they are for servers and for tests.
const NOT_FOR_BROWSERS: [&str; 2] = ["server", "testing"];

/// Refuses a package with a file for browsers that no artifact has: it would be weighed nowhere.
fn all_are_weighed(ws: &Workspace, manifest: &Manifest) -> Result<()> {
    let mut weighed = Vec::new();
    for artifact in &manifest.artifacts {
        weighed.extend(files(ws, artifact)?);
    }
    let mut folders = vec![ws.path(&manifest.package.npm).join("dist")];
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(&folder)? {
            let entry = entry?;
            let path = entry.path();
            let name = entry.file_name().to_string_lossy().into_owned();
            if entry.file_type()?.is_dir() {
                if !NOT_FOR_BROWSERS.contains(&&*name) {
                    folders.push(path);
                }
            } else if is_for_browsers(&name) && !weighed.contains(&path) {
                bail!(
                    "{} is shipped to browsers, and no artifact in wasm-pack.toml has it",
                    path.display()
                );
            }
        }
    }
    Ok(())
}

fn is_for_browsers(name: &str) -> bool {
    [".js", ".css", ".wasm", ".svelte"]
        .iter()
        .any(|kind| name.ends_with(kind))
}

/// The files that the patterns name, each once.
fn files(ws: &Workspace, artifact: &pack::Artifact) -> Result<Vec<PathBuf>> {
    let mut files = Vec::new();
    for pattern in &artifact.files {
        let path = ws.path(pattern);
        let (Some(folder), Some(name)) = (path.parent(), path.file_name()) else {
            bail!("{pattern} in wasm-pack.toml names no file");
        };
        let name = name.to_string_lossy();
        let before = files.len();
        let entries =
            fs::read_dir(folder).with_context(|| format!("reading {}", folder.display()))?;
        for entry in entries {
            let entry = entry?;
            let fits = fits(&name, &entry.file_name().to_string_lossy());
            if fits && entry.file_type()?.is_file() {
                files.push(entry.path());
            }
        }
        if files.len() == before {
            bail!(
                "{pattern} of {} in wasm-pack.toml fits no file",
                artifact.name
            );
        }
    }
    files.sort();
    files.dedup();
    Ok(files)
}

/// Whether a file name fits a pattern with at most one `*`.
fn fits(pattern: &str, name: &str) -> bool {
    match pattern.split_once('*') {
        None => pattern == name,
        Some((start, end)) => {
            name.len() >= start.len() + end.len() && name.starts_with(start) && name.ends_with(end)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_star_stands_for_any_part_of_a_name() {
        assert!(fits("*", "app.js") && fits("*.js", "app.js") && fits("app.js", "app.js"));
        assert!(!fits("*.js", "app.wasm") && !fits("index.js", "other.index.js"));
        assert!(!fits("a*a", "a"));
    }
}
