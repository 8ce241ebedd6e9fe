//! Builds the program anew when the user interface inside of it has changed.

use std::path::Path;

fn main() {
    println!("cargo::rerun-if-changed=build.rs");
    // A debug build reads the files when they are asked for.
    if std::env::var("PROFILE").is_ok_and(|profile| profile == "release") {
        let made = "../web/dist";
        let watched = if Path::new(made).exists() {
            made
        } else {
            "../web"
        };
        println!("cargo::rerun-if-changed={watched}");
    }
}
