//! The arrows between the modules run one way, and each foreign thing is known in one place.

use std::fs;
use std::path::Path;

/// From the first stage to the last; a module imports from those before it only.
const ORDER: [&str; 9] = ["source", "diagnostics", "syntax", "model", "shell", "ir", "safety", "emit", "cli"];

/// A crate or a part of the standard library, and the places that may speak of it.
const KNOWN_IN: [(&str, &[&str]); 9] = [
    ("pest", &["src/syntax/"]),
    ("sqlparser", &["src/shell/sql_tree.rs"]),
    ("codespan_reporting", &["src/diagnostics/"]),
    ("minijinja", &["src/emit/"]),
    ("clap", &["src/cli/"]),
    ("walkdir", &["src/cli/"]),
    ("similar", &["src/cli/"]),
    ("std::fs", &["src/cli/"]),
    ("std::env", &["src/cli/"]),
];

/// A file's path from the repository's root, and its text without comments.
struct Source {
    path: String,
    code: String,
}

fn sources() -> Vec<Source> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let files = walkdir::WalkDir::new(root.join("src")).sort_by_file_name().into_iter().map(Result::unwrap);
    let rust = files.filter(|entry| entry.path().extension().is_some_and(|extension| extension == "rs"));
    let read = |entry: walkdir::DirEntry| {
        let path = entry.path().strip_prefix(root).unwrap().to_string_lossy().into_owned();
        Source { path, code: without_comments(&fs::read_to_string(entry.path()).unwrap()) }
    };
    rust.map(read).collect()
}

fn without_comments(text: &str) -> String {
    let lines = text.lines().filter(|line| !line.trim_start().starts_with("//"));
    lines.collect::<Vec<_>>().join("\n")
}

/// The modules named behind `crate::`, also in `crate::{a, b::c}`.
fn imports(code: &str) -> Vec<&str> {
    let mut found = Vec::new();
    for (at, _) in code.match_indices("crate::") {
        let rest = &code[at + "crate::".len()..];
        if let Some(list) = rest.strip_prefix('{') {
            found.extend(top_level(list));
        } else {
            found.push(name(rest));
        }
    }
    found
}

/// The first names of the parts of `a, b::{c, d}, e}`.
fn top_level(list: &str) -> Vec<&str> {
    let (mut depth, mut start, mut parts) = (0usize, 0, Vec::new());
    for (at, c) in list.char_indices() {
        match c {
            '{' => depth += 1,
            '}' if depth == 0 => {
                parts.push(&list[start..at]);
                break;
            }
            '}' => depth -= 1,
            ',' if depth == 0 => {
                parts.push(&list[start..at]);
                start = at + 1;
            }
            _ => {}
        }
    }
    parts.into_iter().map(|part| name(part.trim())).collect()
}

fn name(text: &str) -> &str {
    &text[..text.find(|c: char| !c.is_alphanumeric() && c != '_').unwrap_or(text.len())]
}

/// `src/model/plan.rs` belongs to `model`.
fn module(path: &str) -> Option<usize> {
    let inside = path.strip_prefix("src/")?;
    let first = inside.split('/').next()?.trim_end_matches(".rs");
    ORDER.iter().position(|module| *module == first)
}

fn backward(source: &Source) -> Vec<String> {
    let Some(own) = module(&source.path) else { return Vec::new() };
    let wrong = |import: &&str| {
        let place = ORDER.iter().position(|module| module == import);
        // What the crate's root offers is the whole pipeline: only the command line may use it.
        place.map_or(own + 1 < ORDER.len(), |place| place > own)
    };
    imports(&source.code)
        .iter()
        .filter(|import| wrong(import))
        .map(|i| format!("{} imports {i}", source.path))
        .collect()
}

#[test]
fn no_module_imports_from_a_later_stage() {
    let sources = sources();
    assert!(sources.len() > 40, "only {} files were looked at", sources.len());
    let wrong: Vec<String> = sources.iter().flat_map(backward).collect();
    assert_eq!(wrong, Vec::<String>::new());
}

#[test]
fn foreign_things_are_known_in_one_place() {
    for source in sources() {
        for (foreign, places) in KNOWN_IN {
            let named = source.code.contains(&format!("{foreign}::"));
            let allowed = places.iter().any(|place| source.path.starts_with(place)) || source.path == "src/main.rs";
            assert!(!named || allowed, "{} speaks of {foreign}", source.path);
        }
    }
}

#[test]
fn a_backward_import_is_noticed() {
    let source = |code: &str| Source { path: "src/syntax/x.rs".into(), code: code.into() };
    assert_eq!(
        backward(&source("use crate::source::Span;\nuse crate::{diagnostics::{Level, Label}, source};")),
        Vec::<String>::new()
    );
    assert_eq!(backward(&source("use crate::model::plan::Plan;")), ["src/syntax/x.rs imports model"]);
    assert_eq!(backward(&source("use crate::{source::Span, cli};")), ["src/syntax/x.rs imports cli"]);
    assert_eq!(backward(&source("fn f() { crate::ir::lower() }")), ["src/syntax/x.rs imports ir"]);
    assert_eq!(backward(&source("use crate::compile;")), ["src/syntax/x.rs imports compile"]);
}
