//! The Python that other people's clients run in: an environment of its own, with the packages that
//! its list pins.

use std::path::PathBuf;

use anyhow::{Context as _, Result, bail};

use crate::process::{self, Run};
use crate::stamp::Stamp;
use crate::workspace::Workspace;

/// What is installed.
const REQUIREMENTS: &str = "tests/interop/python/requirements.txt";
/// The oldest Python that the pinned packages are made for: 3.11.
const OLDEST: u32 = 11;

/// Makes the environment unless that was done from the same list with the same Python.
pub(crate) fn ensure(ws: &Workspace) -> Result<()> {
    let version = process::answer("python3", ["--version"]).context("Python is missing")?;
    check(&version)?;
    let requirements = ws.path(REQUIREMENTS);
    let folder = folder(ws);
    let stamp = Stamp::of(folder.join(".installed"), &[&requirements], &version)?;
    if stamp.is_current() {
        return Ok(());
    }
    let label = "making an environment for Python";
    Run::new(ws, "python-venv", label, "python3")
        .args(["-m", "venv", "--clear"])
        .args([&folder])
        .go()?;
    let label = "installing Python packages of tests/interop";
    Run::new(ws, "python-install", label, program(ws))
        .args(["-m", "pip", "install", "--no-input", "--quiet"])
        .args(["--disable-pip-version-check"])
        // Nothing but what is on the list, and no code of theirs while installing.
        .args(["--no-deps", "--only-binary", ":all:", "--requirement"])
        .args([&requirements])
        .go()?;
    stamp.write()
}

/// The environment's Python.
pub(crate) fn program(ws: &Workspace) -> PathBuf {
    folder(ws).join("bin/python")
}

fn folder(ws: &Workspace) -> PathBuf {
    ws.target().join("interop/python")
}

/// `Python 3.13.5` and the like.
fn check(version: &str) -> Result<()> {
    let number = version.strip_prefix("Python 3.").unwrap_or_default();
    let minor = number.split('.').next().and_then(|it| it.parse().ok());
    match minor {
        Some(minor) if OLDEST <= minor => Ok(()),
        _ => bail!("{version} is too old; install Python 3.{OLDEST} or newer"),
    }
}

#[cfg(test)]
mod tests {
    use super::check;

    #[test]
    fn pythons_that_are_too_old_are_told_apart() {
        for (version, fits) in [
            ("Python 3.11.7", true),
            ("Python 3.14.0rc1", true),
            ("Python 3.9.2", false),
            ("Python 2.7.18", false),
            ("", false),
        ] {
            assert_eq!(check(version).is_ok(), fits, "{version}");
        }
    }
}
