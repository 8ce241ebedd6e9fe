//! What only the system can provide: Chromium, PostgreSQL, Python, the headers of OpenSSL.

use std::env;
use std::fs;
use std::path::PathBuf;

use anyhow::{Result, bail};

use crate::process::{self, Run};
use crate::workspace::Workspace;

/// Something the system's package manager installs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum System {
    /// Headers that webauthn-rs is built against.
    OpenSsl,
    /// The browser that tests run in, and its driver.
    Chromium,
    /// The database server that the storage tests start for themselves.
    Postgres,
    /// What some of other people's clients are written in, with what makes environments.
    Python,
}

impl System {
    fn is_there(self) -> bool {
        match self {
            Self::OpenSsl => process::answer("pkg-config", ["--exists", "openssl"]).is_some(),
            Self::Chromium => chromium().is_some() && chromedriver().is_some(),
            Self::Postgres => postgres_bin().is_some(),
            Self::Python => process::answer("python3", ["-c", "import ensurepip, venv"]).is_some(),
        }
    }

    const fn packages(self) -> &'static [&'static str] {
        match self {
            Self::OpenSsl => &["libssl-dev", "pkg-config"],
            Self::Chromium => &["chromium", "chromium-driver"],
            Self::Postgres => &["postgresql"],
            Self::Python => &["python3", "python3-venv"],
        }
    }
}

/// Installs what is missing, where we may; else says in one line what to install.
pub(crate) fn ensure(ws: &Workspace, wanted: &[System]) -> Result<()> {
    let missing: Vec<&str> = wanted
        .iter()
        .filter(|it| !it.is_there())
        .flat_map(|it| it.packages())
        .copied()
        .collect();
    if missing.is_empty() {
        return Ok(());
    }
    let names = missing.join(" ");
    let Some(prefix) = privilege() else {
        bail!("missing system packages; install them first: sudo apt-get install {names}");
    };
    let apt = |log: &str, label: &str, args: &[&str]| {
        let words: Vec<&str> = prefix.iter().copied().chain(["apt-get"]).collect();
        Run::new(ws, log, label, words[0])
            .args(&words[1..])
            .args(args)
            .env("DEBIAN_FRONTEND", "noninteractive")
            .go()
    };
    apt(
        "apt-update",
        "reading the list of system packages",
        &["update"],
    )?;
    let mut install = vec!["install", "--yes", "--no-install-recommends"];
    install.extend(&missing);
    apt("apt-install", &format!("installing {names}"), &install)?;
    match wanted.iter().find(|it| !it.is_there()) {
        Some(still) => bail!("{still:?} is still not to be found after installing {names}"),
        None => Ok(()),
    }
}

/// Words to put before `apt-get`, or nothing when we may not use it.
fn privilege() -> Option<&'static [&'static str]> {
    process::answer("apt-get", ["--version"])?;
    if rustix::process::geteuid().is_root() {
        return Some(&[]);
    }
    process::answer("sudo", ["--non-interactive", "true"])
        .map(|_| ["sudo", "--non-interactive"].as_slice())
}

/// The browser: `PORTCULLIS_CHROMIUM`, or the one in `PATH`.
pub(crate) fn chromium() -> Option<PathBuf> {
    env::var_os("PORTCULLIS_CHROMIUM")
        .map(PathBuf::from)
        .or_else(|| in_path("chromium"))
        .or_else(|| in_path("google-chrome"))
}

/// The browser's driver, which wasm-pack talks to.
pub(crate) fn chromedriver() -> Option<PathBuf> {
    env::var_os("CHROMEDRIVER")
        .map(PathBuf::from)
        .or_else(|| in_path("chromedriver"))
}

/// The folder with `initdb` and `pg_ctl`: `PORTCULLIS_PG_BIN`, the newest of Debian's (which are
/// not in `PATH`), or wherever `PATH` has them.
pub(crate) fn postgres_bin() -> Option<PathBuf> {
    let holds = |folder: &PathBuf| folder.join("initdb").is_file();
    if let Some(named) = env::var_os("PORTCULLIS_PG_BIN").map(PathBuf::from) {
        return Some(named).filter(holds);
    }
    let mut versions: Vec<(u32, PathBuf)> = fs::read_dir("/usr/lib/postgresql")
        .into_iter()
        .flatten()
        .filter_map(|entry| {
            let entry = entry.ok()?;
            let version = entry.file_name().to_str()?.parse().ok()?;
            Some((version, entry.path().join("bin")))
        })
        .filter(|(_, folder)| holds(folder))
        .collect();
    versions.sort();
    let newest = versions.pop().map(|(_, folder)| folder);
    newest.or_else(|| in_path("initdb")?.parent().map(PathBuf::from))
}

fn in_path(program: &str) -> Option<PathBuf> {
    env::split_paths(&env::var_os("PATH")?)
        .map(|folder| folder.join(program))
        .find(|candidate| candidate.is_file())
}
