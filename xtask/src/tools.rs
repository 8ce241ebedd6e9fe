//! Cargo-installed tools at the versions we need, kept in the user's cache and not in the system.

use std::env;
use std::ffi::OsString;
use std::fs;
use std::path::PathBuf;

use anyhow::{Context as _, Result};

use crate::process::{self, Run};
use crate::workspace::Workspace;

/// A program that `cargo install` makes.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Tool {
    /// Builds and tests the SDK for the browser.
    WasmPack,
    /// Writes the JavaScript around a module; must match the `wasm-bindgen` crate exactly.
    WasmBindgen,
    /// Checks licences, sources and duplicates of dependencies.
    Deny,
    /// Runs native tests.
    Nextest,
}

impl Tool {
    const fn package(self) -> &'static str {
        match self {
            Self::WasmPack => "wasm-pack",
            Self::WasmBindgen => "wasm-bindgen-cli",
            Self::Deny => "cargo-deny",
            Self::Nextest => "cargo-nextest",
        }
    }

    const fn program(self) -> &'static str {
        match self {
            Self::WasmBindgen => "wasm-bindgen",
            _ => self.package(),
        }
    }

    /// The version to install.
    fn version(self, ws: &Workspace) -> Result<String> {
        Ok(match self {
            Self::WasmPack => "0.15.1".to_owned(),
            Self::WasmBindgen => ws.locked_version("wasm-bindgen")?,
            Self::Deny => "0.20.2".to_owned(),
            Self::Nextest => "0.9.143".to_owned(),
        })
    }

    /// The version that is there, if any.
    fn found(self) -> Option<String> {
        let args: &[&str] = match self {
            Self::Nextest => &["nextest", "--version"],
            _ => &["--version"],
        };
        let answer = process::answer(self.program(), args)?;
        // `wasm-pack 0.15.1`, `cargo-nextest 0.9.143 (60fa45f63 2026-08-04)` and the like.
        answer
            .lines()
            .next()?
            .split_whitespace()
            .nth(1)
            .map(str::to_owned)
    }

    /// Installs the tool unless it is there already.
    pub(crate) fn ensure(self, ws: &Workspace) -> Result<()> {
        let wanted = self.version(ws)?;
        let suits = match self {
            // Its summary line is all that we rely on: any version will do.
            Self::Nextest => self.found().is_some(),
            _ => self.found().as_ref() == Some(&wanted),
        };
        if suits {
            Ok(())
        } else {
            self.install(ws, &wanted)
        }
    }

    fn install(self, ws: &Workspace, version: &str) -> Result<()> {
        let root = cache().context("neither XDG_CACHE_HOME nor HOME is set")?;
        fs::create_dir_all(&root)?;
        let package = self.package();
        let mut install = Run::cargo(
            ws,
            &format!("install-{package}"),
            &format!("installing {package} {version}"),
        )
        .args([
            "install",
            package,
            "--version",
            version,
            "--force",
            "--root",
        ])
        .args([&root])
        // One build folder for all of them: they share half of their dependencies.
        .env("CARGO_TARGET_DIR", root.join("build"))
        // They work for seconds at a time: building them must not take minutes more.
        .env("CARGO_PROFILE_RELEASE_LTO", "false")
        .env("CARGO_PROFILE_RELEASE_CODEGEN_UNITS", "16")
        .env("CARGO_PROFILE_RELEASE_OPT_LEVEL", "1")
        .env("CARGO_PROFILE_RELEASE_DEBUG", "false");
        // The lock file of wasm-bindgen-cli names a version that was withdrawn.
        if !matches!(self, Self::WasmBindgen) {
            install = install.args(["--locked"]);
        }
        install.go().map(drop)
    }
}

/// Frees what was only needed while installing.
pub(crate) fn tidy() {
    if let Some(build) = cache()
        .map(|root| root.join("build"))
        .filter(|build| build.is_dir())
    {
        // Left behind it costs some disk space and nothing else.
        let _ = fs::remove_dir_all(build);
    }
}

/// `PATH` with our own tools first.
pub(crate) fn search_path() -> Option<OsString> {
    let ours = cache()?.join("bin");
    let path = env::var_os("PATH").unwrap_or_default();
    env::join_paths(std::iter::once(ours).chain(env::split_paths(&path))).ok()
}

fn cache() -> Option<PathBuf> {
    let absolute = |name| {
        env::var_os(name)
            .map(PathBuf::from)
            .filter(|path| path.is_absolute())
    };
    absolute("XDG_CACHE_HOME")
        .or_else(|| absolute("HOME").map(|home| home.join(".cache")))
        .map(|cache| cache.join("portcullis/tools"))
}
