//! The npm package, made as `wasm-pack.toml` says: wasm-pack for the Rust half, the package's own
//! `npm run build` for the hand-written half.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context as _, Result, bail};
use serde::Deserialize;
use serde_json::Value;

use crate::npm;
use crate::process::Run;
use crate::setup::{self, Need};
use crate::snip;
use crate::stamp::{self, Stamp};
use crate::tools::Tool;
use crate::wasm;
use crate::workspace::Workspace;

/// `wasm-pack.toml`.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Manifest {
    /// The npm package.
    pub(crate) package: Package,
    /// The demo app.
    pub(crate) app: App,
    /// What is measured, and how large it may be.
    pub(crate) artifacts: Vec<Artifact>,
}

/// The npm package and the crate in it.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Package {
    /// Its name on npm.
    pub(crate) name: String,
    /// The folder of the crate.
    #[serde(rename = "crate")]
    pub(crate) krate: String,
    features: Vec<String>,
    target: String,
    profile: String,
    module: String,
    generated: PathBuf,
    pub(crate) npm: PathBuf,
    exports: BTreeMap<String, Value>,
}

/// The demo app.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct App {
    /// The cargo package.
    pub(crate) package: String,
    /// Its modules, by the name that they are served under, and the program that each is made of.
    pub(crate) modules: BTreeMap<String, String>,
    /// The profile that it is built with.
    pub(crate) profile: String,
    /// Folders of files that are served as they are.
    #[serde(rename = "static")]
    pub(crate) static_files: Vec<PathBuf>,
    /// Where all that is served is put together.
    pub(crate) out: PathBuf,
}

/// Something shipped to browsers, held to a budget.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Artifact {
    /// What `cargo xtask size` calls it.
    pub(crate) name: String,
    /// Its files; `*` stands for any file name, or for the beginning of one.
    pub(crate) files: Vec<String>,
    /// The largest number of bytes after brotli.
    pub(crate) budget: u64,
    /// The number that is hoped for, where that is less. Missing it fails nothing; it is said.
    pub(crate) aim: Option<u64>,
}

impl Manifest {
    /// Reads it.
    pub(crate) fn read(ws: &Workspace) -> Result<Self> {
        let text =
            fs::read_to_string(ws.path("wasm-pack.toml")).context("reading wasm-pack.toml")?;
        toml::from_str(&text).context("wasm-pack.toml says something that is not understood")
    }
}

/// Builds the Rust half and puts it where the TypeScript imports it from.
pub(crate) fn wasm(ws: &Workspace) -> Result<()> {
    let needs = [
        Need::WasmTarget,
        Need::Tool(Tool::WasmBindgen),
        Need::Tool(Tool::WasmPack),
    ];
    setup::ensure(ws, &needs)?;
    let Package {
        krate,
        features,
        target,
        profile,
        module,
        generated,
        ..
    } = Manifest::read(ws)?.package;
    let packed = ws.wasm_target().join("pack");
    Run::new(ws, "wasm-pack", "building the wasm client", "wasm-pack")
        // A folder of its own: the demo app builds this crate too, without the npm face, and cargo
        // gives both modules the same file name.
        .env("CARGO_TARGET_DIR", ws.wasm_target().join("npm"))
        // wasm-opt is run by ourselves: wasm-pack takes whichever is in PATH.
        .args(["build", "--mode", "no-install", "--no-opt", "--no-pack"])
        .args([
            "--target",
            &target,
            "--profile",
            &profile,
            "--out-name",
            &module,
        ])
        .args([Path::new("--out-dir"), &packed, Path::new(&krate)])
        .args(["--features", &features.join(",")])
        .go()?;
    let binary = format!("{module}_bg.wasm");
    let small = ws.wasm_target().join("small").join(&binary);
    let trapping = packed.join("trapping.wasm");
    let trapped = snip::panics(&fs::read(packed.join(&binary))?)
        .context("taking what words panics out of the wasm client")?;
    fs::write(&trapping, trapped)?;
    wasm::optimise(ws, "the wasm client", &trapping, &small)?;
    let generated = ws.path(generated);
    fs::create_dir_all(&generated)?;
    copy_changed(&small, &generated.join(&binary))?;
    for name in [
        format!("{module}.js"),
        format!("{module}.d.ts"),
        format!("{binary}.d.ts"),
    ] {
        copy_changed(&packed.join(&name), &generated.join(&name))?;
    }
    Ok(())
}

/// Builds the whole package, `dist/` and all.
pub(crate) fn build(ws: &Workspace) -> Result<()> {
    setup::ensure(ws, &[Need::Npm(npm::SDK)])?;
    wasm(ws)?;
    let manifest = Manifest::read(ws)?;
    let dir = ws.path(&manifest.package.npm);
    check_package_json(ws, &manifest.package)?;
    let dist = dir.join("dist");
    let mut inputs = stamp::files_below(&dir)?;
    inputs.retain(|file| !file.starts_with(&dist));
    let stamp = Stamp::of(ws.wasm_target().join("npm.stamp"), &inputs, "npm run build")?;
    if stamp.is_current() && dist.is_dir() {
        return Ok(());
    }
    npm::npm(ws, "npm-build", "building the npm package", &dir)
        .args(["run", "build"])
        .go()?;
    stamp.write()
}

/// Packs what users install; the path of the tarball.
pub(crate) fn tarball(ws: &Workspace) -> Result<PathBuf> {
    build(ws)?;
    let package = Manifest::read(ws)?.package;
    let folder = ws.target().join("npm");
    fs::create_dir_all(&folder)?;
    npm::npm(
        ws,
        "npm-pack",
        "packing the npm package",
        &ws.path(package.npm),
    )
    .args(["pack", "--ignore-scripts", "--pack-destination"])
    .args([&folder])
    .go()?;
    let name = package.name.trim_start_matches('@').replace('/', "-");
    let tarball = folder.join(format!("{name}-{}.tgz", ws.version()?));
    if !tarball.is_file() {
        bail!("npm pack made no {}", tarball.display());
    }
    Ok(tarball)
}

/// The package says of itself what `wasm-pack.toml` and the workspace say.
fn check_package_json(ws: &Workspace, package: &Package) -> Result<()> {
    let path = ws.path(&package.npm).join("package.json");
    let text = fs::read_to_string(&path).with_context(|| format!("reading {}", path.display()))?;
    let json: Value = serde_json::from_str(&text).context("package.json is not valid JSON")?;
    let exports = serde_json::to_value(&package.exports)?;
    let wanted = [
        ("name", Value::from(package.name.as_str())),
        ("version", Value::from(ws.version()?)),
        ("exports", exports),
    ];
    for (field, value) in wanted {
        if json.get(field) != Some(&value) {
            bail!("{}: \"{field}\" must be {value}", path.display());
        }
    }
    Ok(())
}

/// Copies a file unless the same bytes are there already, so that nothing is rebuilt for it.
pub(crate) fn copy_changed(from: &Path, to: &Path) -> Result<()> {
    let bytes = fs::read(from).with_context(|| format!("reading {}", from.display()))?;
    if fs::read(to).is_ok_and(|kept| kept == bytes) {
        return Ok(());
    }
    fs::write(to, bytes).with_context(|| format!("writing {}", to.display()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_projects_own_manifest_is_understood() {
        let manifest = Manifest::read(&Workspace::find().unwrap()).unwrap();
        assert_eq!(manifest.package.name, "@portcullis/sdk");
        assert!(
            manifest
                .artifacts
                .iter()
                .any(|it| it.name == "sdk" && it.budget <= 40_000)
        );
    }

    #[test]
    fn a_misspelt_key_is_an_error_and_not_ignored() {
        let ws = Workspace::find().unwrap();
        let text = fs::read_to_string(ws.path("wasm-pack.toml")).unwrap();
        let misspelt = text.replacen("budget =", "bugdet =", 1);
        assert!(toml::from_str::<Manifest>(&misspelt).is_err());
    }

    #[test]
    fn the_same_bytes_are_not_written_again() {
        let folder = std::env::temp_dir().join(format!("portcullis-copy-{}", std::process::id()));
        fs::create_dir_all(&folder).unwrap();
        let (from, to) = (folder.join("from"), folder.join("to"));
        fs::write(&from, "one").unwrap();
        copy_changed(&from, &to).unwrap();
        let written = fs::metadata(&to).unwrap().modified().unwrap();
        copy_changed(&from, &to).unwrap();
        assert_eq!(fs::metadata(&to).unwrap().modified().unwrap(), written);
        fs::write(&from, "two").unwrap();
        copy_changed(&from, &to).unwrap();
        assert_eq!(fs::read_to_string(&to).unwrap(), "two");
        fs::remove_dir_all(&folder).unwrap();
    }
}
