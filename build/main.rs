//! Embeds `library/`: the drivers as texts, the commands' effects as tables. Adding one touches nothing but `library/`.

mod again;
mod commands;
mod portability;

use std::fmt::Write;
use std::path::{Path, PathBuf};
use std::{env, fs};

fn main() {
    println!("cargo::rerun-if-changed=library");
    println!("cargo::rerun-if-changed=build");
    let root = env::var("CARGO_MANIFEST_DIR").expect("cargo sets CARGO_MANIFEST_DIR");
    let out = env::var("OUT_DIR").expect("cargo sets OUT_DIR");
    let (library, out) = (Path::new(&root).join("library"), Path::new(&out));
    let write = |name: &str, text: String| fs::write(out.join(name), text).expect("the build directory is writable");
    write("library.rs", drivers(&library));
    write("portability.rs", portability::table(&library.join("portability.toml")));
    write("again.rs", again::table(&library.join("again.toml")));
    write("commands.rs", commands::table(&files(&library.join("commands"), "toml")));
}

fn drivers(library: &Path) -> String {
    let mut list = String::from("&[\n");
    for file in files(library, "rbk") {
        let name = file.file_stem().unwrap_or_default().to_string_lossy().into_owned();
        let _ = writeln!(list, "    ({name:?}, include_str!({:?})),", file.display().to_string());
    }
    list.push(']');
    list
}

/// The files of a folder with an extension, in order.
fn files(folder: &Path, extension: &str) -> Vec<PathBuf> {
    let entries = fs::read_dir(folder).into_iter().flatten().flatten();
    let mut files: Vec<_> =
        entries.map(|e| e.path()).filter(|p| p.extension().is_some_and(|e| e == extension)).collect();
    files.sort();
    files
}
