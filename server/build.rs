//! Says where the user interface is that goes into the program, and builds the program anew when that
//! has changed.

use std::path::Path;

fn main() -> std::io::Result<()> {
    println!("cargo::rerun-if-changed=build.rs");
    let web = Path::new("../web");
    // Without a `..` in it also when nothing is there yet: a debug build reads the files when they
    // are asked for, and only from below this very path.
    let web_here = std::path::absolute(web)?;
    let made = web_here.canonicalize().unwrap_or(web_here).join("dist");
    println!("cargo::rustc-env=PORTCULLIS_BUNDLED_UI={}", made.display());
    if std::env::var("PROFILE").is_ok_and(|profile| profile == "release") {
        let watched = if made.exists() { &*made } else { web };
        println!("cargo::rerun-if-changed={}", watched.display());
    }
    Ok(())
}
