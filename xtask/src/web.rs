//! The demo app: its modules, the scripts that load them and the static files, put together to be
//! served.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context as _, Result};

use crate::npm;
use crate::pack::{App, Manifest, copy_changed};
use crate::process::Run;
use crate::setup::{self, Need};
use crate::stamp;
use crate::tools::Tool;
use crate::wasm;
use crate::workspace::Workspace;

/// Builds it; the folder to serve.
pub(crate) fn build(ws: &Workspace) -> Result<PathBuf> {
    let needs = [
        Need::WasmTarget,
        Need::Tool(Tool::WasmBindgen),
        Need::Npm(npm::TOOLS),
    ];
    setup::ensure(ws, &needs)?;
    let app = Manifest::read(ws)?.app;
    compile(ws, &app)?;
    let mut made = Vec::new();
    for (module, program) in &app.modules {
        let generated = bindgen(ws, &app, module, program)?;
        let name = format!("{module}_bg.wasm");
        let small = ws.wasm_target().join("small").join(&name);
        let label = format!("the demo app ({module})");
        wasm::optimise(ws, &label, &generated.join(&name), &small)?;
        made.extend([minify(ws, module, &generated)?, small]);
    }
    let made: Vec<&Path> = made.iter().map(PathBuf::as_path).collect();
    assemble(ws, &app, &made)
}

/// Makes the script around a module small.
fn minify(ws: &Workspace, module: &str, generated: &Path) -> Result<PathBuf> {
    let name = format!("{module}.js");
    let script = ws.wasm_target().join("small").join(&name);
    Run::new(
        ws,
        &format!("minify-{module}"),
        "making its script small",
        npm::program(ws, npm::TOOLS, "esbuild"),
    )
    .args([&generated.join(&name)])
    .args([
        "--minify",
        "--format=esm",
        "--target=es2022",
        "--log-level=warning",
    ])
    .args([format!("--outfile={}", script.display())])
    .go()?;
    Ok(script)
}

/// Compiles the app's programs.
fn compile(ws: &Workspace, app: &App) -> Result<()> {
    Run::cargo(ws, "build-app", "building the demo app")
        .env("CARGO_TARGET_DIR", ws.wasm_target())
        // Leptos then erases the types of components: a tenth smaller.
        .env(
            "CARGO_TARGET_WASM32_UNKNOWN_UNKNOWN_RUSTFLAGS",
            "--cfg=erase_components",
        )
        .args([
            "build",
            "--bins",
            "--target",
            "wasm32-unknown-unknown",
            "--package",
            &app.package,
        ])
        .args(["--profile", &app.profile])
        // Leptos then compiles one copy of what it does for views, not one per type of view: 14 %
        // fewer bytes.
        .env("RUSTFLAGS", "--cfg erase_components")
        .go()
        .map(drop)
}

/// Writes the script around a program's module; the folder with both.
fn bindgen(ws: &Workspace, app: &App, module: &str, program: &str) -> Result<PathBuf> {
    let target = ws.wasm_target();
    let compiled = target
        .join("wasm32-unknown-unknown")
        .join(&app.profile)
        .join(format!("{program}.wasm"));
    let out = target.join("app");
    Run::new(
        ws,
        &format!("bindgen-{module}"),
        "writing the script around it",
        "wasm-bindgen",
    )
    .args([
        "--target",
        "web",
        "--no-typescript",
        "--out-name",
        module,
        "--out-dir",
    ])
    .args([&out, &compiled])
    .go()?;
    Ok(out)
}

/// Puts the static files and these into the folder to serve, and takes away whatever else is there.
fn assemble(ws: &Workspace, app: &App, made: &[&Path]) -> Result<PathBuf> {
    let out = ws.path(&app.out);
    let mut wanted = BTreeSet::new();
    for folder in app.static_files.iter().map(|folder| ws.path(folder)) {
        for file in stamp::files_below(&folder)? {
            let to = out.join(file.strip_prefix(&folder)?);
            put(&file, &to)?;
            wanted.insert(to);
        }
    }
    for file in made {
        let to = out.join(file.file_name().context("a built file has a name")?);
        put(file, &to)?;
        wanted.insert(to);
    }
    for file in stamp::files_below(&out)? {
        let compressed = ["br", "gz"]
            .iter()
            .any(|end| file.extension() == Some(end.as_ref()));
        let of = if compressed {
            file.with_extension("")
        } else {
            file.clone()
        };
        if !wanted.contains(&of) {
            fs::remove_file(file)?;
        }
    }
    compress(ws, &wanted)?;
    Ok(out)
}

/// Puts each file beside itself compressed, for the server to send as it is: at the best setting,
/// which nobody would wait for at each visit.
fn compress(ws: &Workspace, files: &BTreeSet<PathBuf>) -> Result<()> {
    let script = "const zlib = require('zlib'), fs = require('fs');
        const old = (file, made) => !fs.existsSync(made)
            || fs.statSync(made).mtimeMs < fs.statSync(file).mtimeMs;
        for (const file of process.argv.slice(1)) {
            if (old(file, file + '.br')) {
                fs.writeFileSync(file + '.br', zlib.brotliCompressSync(fs.readFileSync(file)));
            }
            if (old(file, file + '.gz')) {
                fs.writeFileSync(file + '.gz', zlib.gzipSync(fs.readFileSync(file), { level: 9 }));
            }
        }";
    Run::new(ws, "compress-app", "compressing it ahead", "node")
        .args(["--eval", script])
        .args(files)
        .go()
        .map(drop)
}

fn put(from: &Path, to: &Path) -> Result<()> {
    if let Some(folder) = to.parent() {
        fs::create_dir_all(folder)?;
    }
    copy_changed(from, to)
}
