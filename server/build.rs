//! Builds the program anew when the user interface inside of it has changed.

use std::path::Path;

fn main() -> std::io::Result<()> {
    println!("cargo::rerun-if-changed=build.rs");
    let (web, made) = (Path::new("../web"), Path::new("../web/dist"));
    let is_release = std::env::var("PROFILE").is_ok_and(|profile| profile == "release");
    if is_release {
        let watched = if made.exists() { made } else { web };
        println!("cargo::rerun-if-changed={}", watched.display());
    } else if web.exists() {
        // A debug build reads the files when they are asked for, also those that are made later; but
        // what it may read is settled now, and of a folder that is not there it may read nothing.
        std::fs::create_dir_all(made)?;
    }
    Ok(())
}
