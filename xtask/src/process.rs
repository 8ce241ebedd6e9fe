//! Runs other programs: their output goes to a log file, and what of it says why is shown when
//! they fail.

use std::env;
use std::ffi::OsStr;
use std::fs::{self, File};
use std::os::unix::process::CommandExt as _;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, ExitStatus, Stdio};
use std::thread;
use std::time::{Duration, Instant};

use anyhow::{Context as _, Result, bail};
use rustix::process::{Pid, Signal, kill_process_group};

use crate::excerpt;
use crate::interrupt::{self, Interrupted};
use crate::progress::Step;
use crate::tools;
use crate::workspace::Workspace;

/// Longer than any step takes; a hung browser must not hold CI for ever.
const TIMEOUT: Duration = Duration::from_mins(30);
const POLL: Duration = Duration::from_millis(50);
/// How long a program gets to end by itself before it is killed.
const GRACE: Duration = Duration::from_secs(10);

/// A program about to run as a step of its own.
#[derive(Debug)]
pub(crate) struct Run {
    label: String,
    log: PathBuf,
    command: Command,
}

/// How a step ended.
#[derive(Debug)]
pub(crate) struct Outcome {
    /// Whether the program said that it succeeded.
    pub(crate) ok: bool,
    /// All that it printed.
    pub(crate) output: String,
}

impl Run {
    /// A step shown as `label`, whose output is kept in `<log>.log`. It runs at the top of the
    /// checkout with our own tools first in `PATH`.
    pub(crate) fn new(ws: &Workspace, log: &str, label: &str, program: impl AsRef<OsStr>) -> Self {
        let mut command = command(program);
        command.current_dir(ws.root());
        Self {
            label: label.to_owned(),
            log: ws.logs().join(format!("{}.log", log.replace(' ', "-"))),
            command,
        }
    }

    /// `cargo`, the one that runs this task.
    pub(crate) fn cargo(ws: &Workspace, log: &str, label: &str) -> Self {
        Self::new(ws, log, label, cargo())
    }

    /// Adds arguments.
    pub(crate) fn args(mut self, args: impl IntoIterator<Item = impl AsRef<OsStr>>) -> Self {
        self.command.args(args);
        self
    }

    /// Sets an environment variable.
    pub(crate) fn env(mut self, name: &str, value: impl AsRef<OsStr>) -> Self {
        self.command.env(name, value);
        self
    }

    /// Runs it in this folder.
    pub(crate) fn dir(mut self, dir: impl AsRef<Path>) -> Self {
        self.command.current_dir(dir);
        self
    }

    /// Runs it to the end; anything but success is an error.
    pub(crate) fn go(self) -> Result<String> {
        let label = self.label.clone();
        let outcome = self.outcome()?;
        if !outcome.ok {
            bail!("{label}: failed");
        }
        Ok(outcome.output)
    }

    /// Runs it to the end and says how it went; its failure is for the caller to judge.
    pub(crate) fn outcome(mut self) -> Result<Outcome> {
        let folder = self.log.parent().context("a log needs a folder")?;
        fs::create_dir_all(folder)?;
        let log = File::create(&self.log).context("making a log file")?;
        self.command
            .stdin(Stdio::null())
            .stdout(log.try_clone()?)
            .stderr(log)
            .process_group(0);
        let step = Step::start(&*self.label);
        let child = self.command.spawn().with_context(|| {
            format!(
                "{} could not be started",
                self.command.get_program().to_string_lossy()
            )
        })?;
        let ended = wait(child, step)?;
        let output = String::from_utf8_lossy(&fs::read(&self.log)?).into_owned();
        let ok = matches!(ended, Some(status) if status.success());
        if !ok {
            show(&self.log, &output);
            if ended.is_none() {
                eprintln!(
                    "  ended after {} minutes without an end",
                    TIMEOUT.as_secs() / 60
                );
            }
        }
        Ok(Outcome { ok, output })
    }
}

/// A command with our own tools first in `PATH`, and without the variables that `cargo run` sets
/// for this very program: build scripts of others would take them for their own.
pub(crate) fn command(program: impl AsRef<OsStr>) -> Command {
    let mut command = Command::new(program);
    for (name, _) in env::vars_os() {
        let text = name.to_string_lossy();
        if text.starts_with("CARGO_PKG_") || text.starts_with("CARGO_MANIFEST_") {
            command.env_remove(&name);
        }
    }
    if let Some(path) = tools::search_path() {
        command.env("PATH", path);
    }
    command
}

/// The `cargo` that runs this task.
pub(crate) fn cargo() -> PathBuf {
    env::var_os("CARGO").map_or_else(|| PathBuf::from("cargo"), PathBuf::from)
}

/// What a short command prints on standard output, or nothing when it fails or is not there.
pub(crate) fn answer(
    program: impl AsRef<OsStr>,
    args: impl IntoIterator<Item = impl AsRef<OsStr>>,
) -> Option<String> {
    let output = command(program)
        .args(args)
        .stdin(Stdio::null())
        .output()
        .ok()?;
    output
        .status
        .success()
        .then(|| String::from_utf8_lossy(&output.stdout).trim().to_owned())
}

/// Asks a process group to end, and makes it end when it does not.
pub(crate) fn stop(child: &mut Child) -> Result<ExitStatus> {
    signal(child, Signal::TERM);
    let asked = Instant::now();
    while asked.elapsed() < GRACE {
        if let Some(status) = child.try_wait()? {
            return Ok(status);
        }
        thread::sleep(POLL);
    }
    signal(child, Signal::KILL);
    Ok(child.wait()?)
}

fn signal(child: &Child, signal: Signal) {
    if let Some(pid) = i32::try_from(child.id()).ok().and_then(Pid::from_raw) {
        // It may be over already: nothing is left to stop then.
        let _ = kill_process_group(pid, signal);
    }
}

/// Waits for the end; nothing when the time ran out.
fn wait(mut child: Child, mut step: Step) -> Result<Option<ExitStatus>> {
    let started = Instant::now();
    loop {
        if let Some(status) = child.try_wait()? {
            step.finish(status.success());
            return Ok(Some(status));
        }
        if interrupt::requested() {
            stop(&mut child)?;
            step.finish(false);
            return Err(Interrupted.into());
        }
        if started.elapsed() > TIMEOUT {
            stop(&mut child)?;
            step.finish(false);
            return Ok(None);
        }
        step.tick();
        thread::sleep(POLL);
    }
}

fn show(log: &Path, output: &str) {
    // A CI log is all that is left afterwards, so it gets more.
    let keep = if env::var_os("CI").is_some() { 80 } else { 40 };
    let (last, failures) = excerpt::of(output, keep);
    for line in last {
        eprintln!("  │ {line}");
    }
    if !failures.is_empty() {
        eprintln!("  what failed before:");
    }
    for line in failures {
        eprintln!("  │ {line}");
    }
    eprintln!("  all of it: {}", log.display());
}
