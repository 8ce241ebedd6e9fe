//! Where things are in this checkout, and what its manifests say.

use std::env;
use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context as _, Result, bail};

/// The checkout that the task works on.
#[derive(Clone, Debug)]
pub(crate) struct Workspace {
    root: PathBuf,
}

impl Workspace {
    /// The workspace that this task belongs to, wherever it is called from.
    pub(crate) fn find() -> Result<Self> {
        let manifest = env::var_os("CARGO_MANIFEST_DIR")
            .map_or_else(|| PathBuf::from(env!("CARGO_MANIFEST_DIR")), PathBuf::from);
        match manifest.parent() {
            Some(root) if root.join("wasm-pack.toml").is_file() => Ok(Self {
                root: root.to_path_buf(),
            }),
            _ => bail!(
                "{} is not the xtask of a Portcullis checkout",
                manifest.display()
            ),
        }
    }

    /// The top of the checkout.
    pub(crate) fn root(&self) -> &Path {
        &self.root
    }

    /// A path below the top of the checkout.
    pub(crate) fn path(&self, relative: impl AsRef<Path>) -> PathBuf {
        self.root.join(relative)
    }

    /// Where native builds go.
    pub(crate) fn target(&self) -> PathBuf {
        self.path(env::var_os("CARGO_TARGET_DIR").map_or_else(|| "target".into(), PathBuf::from))
    }

    /// Where builds for the browser go: apart, so that a native build need not wait for them.
    pub(crate) fn wasm_target(&self) -> PathBuf {
        self.target().join("wasm")
    }

    /// Where the output of the tools is kept.
    pub(crate) fn logs(&self) -> PathBuf {
        self.target().join("xtask/logs")
    }

    /// The path of a native program built with this profile.
    pub(crate) fn binary(&self, profile_dir: &str, name: &str) -> PathBuf {
        self.target().join(profile_dir).join(name)
    }

    /// The version that all our crates and the npm package carry.
    pub(crate) fn version(&self) -> Result<String> {
        let manifest = self.toml("Cargo.toml")?;
        manifest
            .get("workspace")
            .and_then(|it| it.get("package")?.get("version")?.as_str())
            .map(str::to_owned)
            .context("Cargo.toml names no workspace version")
    }

    /// The version of a package in `Cargo.lock`.
    pub(crate) fn locked_version(&self, name: &str) -> Result<String> {
        let lock = self.toml("Cargo.lock")?;
        lock.get("package")
            .and_then(toml::Value::as_array)
            .into_iter()
            .flatten()
            .find(|package| package.get("name").and_then(toml::Value::as_str) == Some(name))
            .and_then(|package| package.get("version")?.as_str())
            .map(str::to_owned)
            .with_context(|| format!("Cargo.lock has no package {name}"))
    }

    fn toml(&self, relative: &str) -> Result<toml::Value> {
        let path = self.path(relative);
        let text = fs::read_to_string(&path).with_context(|| format!("reading {relative}"))?;
        toml::from_str(&text).with_context(|| format!("{relative} is not valid TOML"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn versions_come_from_the_manifests() {
        let ws = Workspace::find().unwrap();
        assert_eq!(ws.version().unwrap(), env!("CARGO_PKG_VERSION"));
        assert!(
            ws.locked_version("wasm-bindgen")
                .unwrap()
                .starts_with("0.2.")
        );
        assert!(ws.locked_version("no-such-crate").is_err());
    }
}
