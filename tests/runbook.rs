//! The runbook: nothing of a plan is missing in it, it is Markdown as GitHub reads it, in every language alike.

#[path = "runbook/by_hand.rs"]
mod by_hand;
#[path = "runbook/catalogue.rs"]
mod catalogue;
#[path = "runbook/everything.rs"]
mod everything;
#[path = "runbook/hostile.rs"]
mod hostile;
#[path = "runbook/markdown.rs"]
mod markdown;
#[path = "runbook/numbers.rs"]
mod numbers;
#[path = "runbook/shape.rs"]
mod shape;

use std::path::Path;

use rbk::emit::{Backend, Input, Output, markdown::Markdown};
use rbk::source::Sources;

/// The files of the Markdown backend for each variant of a plan.
fn books(name: &str, text: &str) -> Vec<Vec<Output>> {
    let mut sources = Sources::default();
    let file = sources.add(name, text);
    let load = |path: &str| std::fs::read_to_string(path).map_err(|error| error.to_string());
    let compiled = rbk::compile(&mut sources, file, &load, 20_000);
    assert!(!compiled.programs.is_empty(), "{name}: {:#?}", compiled.diagnostics);
    let books = compiled.programs.iter().map(|(program, matrix)| {
        Markdown.files(Input { program, sources: &sources, matrix }).expect("templates fit their view")
    });
    books.collect()
}

/// The runbook of a plan without variants, or of its first variant.
fn book(name: &str, text: &str) -> String {
    books(name, text).remove(0).remove(0).text
}

/// A file below the folder of the project.
fn read(path: &str) -> String {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join(path);
    std::fs::read_to_string(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

/// Names and texts of all plans of the project, and of the one that has everything.
fn plans() -> Vec<(String, String)> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("plans");
    let entries = std::fs::read_dir(folder).expect("there are plans").flatten();
    let names = entries.map(|entry| entry.file_name().to_string_lossy().into_owned());
    let mut paths: Vec<String> = names
        .filter(|name| Path::new(name).extension().is_some_and(|e| e == "rbk"))
        .map(|name| format!("plans/{name}"))
        .collect();
    paths.push("tests/runbook/everything.rbk".to_string());
    paths.sort();
    assert!(paths.len() > 5);
    paths.into_iter().map(|path| (path.clone(), read(&path))).collect()
}
