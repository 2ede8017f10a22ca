//! The parser: what it makes of right and wrong files, and that it loses nothing and never gives up.
//!
//! Each `tests/syntax/cases/NAME.rbk` has its items in `NAME.tree` and its errors, as people see them, in
//! `NAME.errors` (no file: no errors). `RBK_UPDATE=1` writes both anew.

#![allow(clippy::unwrap_used)] // a test that cannot read its case should stop

use rbk::diagnostics::{self, Diagnostic, Format};
use rbk::source::Sources;
use rbk::syntax::{TokenKind, Tree, parse};
use std::fs;
use std::path::{Path, PathBuf};

#[path = "syntax/dump.rs"]
mod dump;
#[path = "syntax/hostile.rs"]
mod hostile;
#[path = "syntax/numbers.rs"]
mod numbers;
#[path = "syntax/renderers.rs"]
mod renderers;
#[path = "syntax/texts.rs"]
mod texts;

/// Parses a text under a name, and asserts what holds for any text.
fn parsed(name: &str, text: &str) -> (Sources, Tree, Vec<Diagnostic>) {
    let mut sources = Sources::default();
    let file = sources.add(name, text);
    let (tree, errors) = parse(&sources, file);
    assert_tiles(text, &tree);
    (sources, tree, errors)
}

/// Every byte lies in exactly one leaf, leaves are in order, and between the tokens is nothing but blanks, line ends, `;` and
/// comments.
fn assert_tiles(text: &str, tree: &Tree) {
    let mut at = 0;
    for token in &tree.leaves(text) {
        assert!(token.kind != TokenKind::Bad || tree.tokens.contains(token), "{token:?} is in no token of {text:?}");
        assert_eq!(token.span.start, at, "a gap or an overlap before {token:?} in {text:?}");
        assert!(token.span.end > at, "an empty token {token:?} in {text:?}");
        at = token.span.end;
    }
    assert_eq!(at as usize, text.len(), "the end is missing in {text:?}");
}

fn cases() -> Vec<PathBuf> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/syntax/cases");
    let entries = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path());
    let mut cases: Vec<_> = entries.filter(|path| path.extension().is_some_and(|e| e == "rbk")).collect();
    cases.sort();
    cases
}

#[test]
fn cases_are_as_expected() {
    let cases = cases();
    assert!(cases.len() >= 40, "only {} cases found", cases.len());
    let mut wrong = Vec::new();
    for case in cases {
        let text = fs::read_to_string(&case).unwrap();
        let name = case.file_name().unwrap().to_string_lossy().into_owned();
        let (sources, tree, errors) = parsed(&name, &text);
        let shown = diagnostics::render(Format::Human, false, &sources, &errors);
        for (extension, got) in [("tree", dump::items(&tree.items)), ("errors", shown)] {
            let path = case.with_extension(extension);
            if !agrees(&path, &got) {
                wrong.push(format!("{}:\n{got}", path.display()));
            }
        }
    }
    assert!(wrong.is_empty(), "not as expected (RBK_UPDATE=1 takes it over):\n{}", wrong.join("\n"));
}

/// Whether a file says this; an empty answer is a file that isn't there. Writes it when asked to.
fn agrees(path: &Path, got: &str) -> bool {
    if std::env::var_os("RBK_UPDATE").is_some() {
        if got.is_empty() {
            _ = fs::remove_file(path);
        } else {
            fs::write(path, got).unwrap();
        }
    }
    fs::read_to_string(path).unwrap_or_default() == got
}

#[test]
fn no_message_speaks_of_the_grammar() {
    let grammar = fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join("grammar/rbk.pest")).unwrap();
    let rules = grammar.lines().filter_map(|line| line.split_once('=')).map(|(rule, _)| rule.trim());
    // Rules of one plain word (`string`, `list`, `number`) are English too.
    let rules: Vec<_> = rules.filter(|rule| rule.contains('_')).collect();
    assert!(rules.contains(&"lost_string"));
    for case in cases() {
        let (sources, _, errors) = parsed("x.rbk", &fs::read_to_string(&case).unwrap());
        let shown = diagnostics::render(Format::Json, false, &sources, &errors);
        for rule in &rules {
            assert!(!shown.contains(rule), "{} shows `{rule}`", case.display());
        }
    }
}
