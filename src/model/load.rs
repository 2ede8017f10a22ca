//! Bringing together all files of a plan: what it uses, and the standard drivers that it names.
//!
//! In: a file, and a function that reads others. Out: the trees of all of them.

use std::cell::RefCell;
use std::collections::{HashMap, HashSet};
use std::rc::Rc;

use super::vocabulary::{Arg, Body, DECLARATIONS, Form, Kind};
use crate::diagnostics::Diagnostic;
use crate::source::{FileId, Sources, Span};
use crate::syntax::{self, Item, Literal, Op, Tree};

/// The standard drivers: name and text.
pub const LIBRARY: &[(&str, &str)] = include!(concat!(env!("OUT_DIR"), "/library.rs"));

/// Reads the text of a file named in `use`: its path seen from the working directory. The error is one sentence.
pub type Load<'a> = &'a dyn Fn(&str) -> Result<String, String>;

/// All trees of a plan.
#[derive(Debug, Default)]
pub struct Loaded {
    /// The plan's own tree first, then what it uses, then drivers.
    pub trees: Vec<Rc<Tree>>,
    /// How many of them are not of the standard library.
    pub own: usize,
    /// Syntax errors, and files that could not be read.
    pub diagnostics: Vec<Diagnostic>,
}

/// Parses a file, what it uses, and the standard drivers that it names.
pub fn load(sources: &mut Sources, file: FileId, load: Load<'_>) -> Loaded {
    let mut loaded = Loaded::default();
    let mut seen = HashSet::from([sources.file(file).name.clone()]);
    let mut path = vec![sources.file(file).name.clone()];
    follow(sources, file, load, &mut loaded, &mut seen, &mut path);
    loaded.own = loaded.trees.len();
    let named = drivers_named(&loaded.trees);
    let wanted: Vec<_> = LIBRARY.iter().filter(|(known, _)| named.contains(known)).collect();
    for (name, text) in wanted {
        let id = sources.add_embedded(format!("library/{name}.rbk"), text);
        let (tree, diagnostics) = driver(sources, id, name);
        loaded.diagnostics.extend(diagnostics);
        loaded.trees.push(tree);
    }
    loaded
}

type Parsed = (Rc<Tree>, Vec<Diagnostic>);

thread_local! {
    static DRIVERS: RefCell<HashMap<(&'static str, FileId), Parsed>> = RefCell::default();
}

/// The tree of a standard driver, parsed once for all plans in which it has the same number.
fn driver(sources: &Sources, file: FileId, name: &'static str) -> Parsed {
    DRIVERS.with_borrow_mut(|known| {
        let parsed = || {
            let (tree, diagnostics) = syntax::parse(sources, file);
            (Rc::new(tree), diagnostics)
        };
        known.entry((name, file)).or_insert_with(parsed).clone()
    })
}

fn follow(
    sources: &mut Sources,
    file: FileId,
    read: Load<'_>,
    loaded: &mut Loaded,
    seen: &mut HashSet<String>,
    path: &mut Vec<String>,
) {
    let (tree, diagnostics) = syntax::parse(sources, file);
    loaded.diagnostics.extend(diagnostics);
    let uses: Vec<(String, Span)> = tree.items.iter().filter_map(used_path).collect();
    loaded.trees.push(Rc::new(tree));
    let from = sources.file(file).name.clone();
    for (relative, span) in uses {
        let name = beside(&from, &relative);
        if path.contains(&name) {
            let circle = path.iter().skip_while(|p| **p != name).cloned().chain([name.clone()]).collect::<Vec<_>>();
            let error =
                Diagnostic::error("use", format!("`{relative}` uses this file in turn"), span, "a circle of files");
            loaded.diagnostics.push(error.note(circle.join(" uses ")).help("move what both need into a third file"));
            continue;
        }
        if !seen.insert(name.clone()) {
            continue;
        }
        match read(&name) {
            Ok(text) => {
                let id = sources.add(name.clone(), text);
                path.push(name);
                follow(sources, id, read, loaded, seen, path);
                path.pop();
            }
            Err(why) => {
                let error = Diagnostic::error("use", format!("`{relative}` can't be used: {why}"), span, "this file");
                loaded.diagnostics.push(error.help(format!("the path is relative to {from}")));
            }
        }
    }
}

/// The path of a `use` item.
fn used_path(item: &Item) -> Option<(String, Span)> {
    match item.atoms.as_slice() {
        [head, path, ..] if matches!(&head.value, Literal::Word(word) if word == "use") => match &path.value {
            Literal::Str(text) => Some((text.value.clone(), path.span)),
            _ => None,
        },
        _ => None,
    }
}

/// A path relative to the folder of another file, `.` and `..` taken out where that is possible.
fn beside(from: &str, relative: &str) -> String {
    if relative.starts_with('/') {
        return relative.to_owned();
    }
    let mut parts: Vec<&str> = from.split('/').collect();
    parts.pop();
    for part in relative.split('/') {
        match part {
            "" | "." => {}
            ".." if parts.last().is_some_and(|last| *last != ".." && !last.is_empty()) => {
                parts.pop();
            }
            part => parts.push(part),
        }
    }
    parts.join("/")
}

/// The drivers named by `resource NAME : DRIVER` that no file declares.
fn drivers_named(trees: &[Rc<Tree>]) -> Vec<&str> {
    let mut named = Vec::new();
    let mut declared = HashSet::new();
    for item in trees.iter().flat_map(|tree| &tree.items) {
        let Some(Literal::Word(head)) = item.atoms.first().map(|atom| &atom.value) else { continue };
        if head == "driver"
            && let Some(Literal::Word(name)) = item.atoms.get(1).map(|atom| &atom.value)
        {
            declared.insert(name.as_str());
        }
        for pair in item.atoms.windows(2) {
            if let (Literal::Op(Op::Colon), Literal::Word(name)) = (&pair[0].value, &pair[1].value) {
                named.push(name.as_str());
            }
        }
    }
    named.retain(|name| !declared.contains(name));
    named
}

/// A top-level item with its form.
pub type Declared<'t> = (&'static Form, &'t Item);

/// The top-level items with their forms; unknown ones are reported.
pub fn declarations<'t>(trees: &'t [Rc<Tree>], diagnostics: &mut Vec<Diagnostic>) -> Vec<Declared<'t>> {
    let mut all = Vec::new();
    for item in trees.iter().flat_map(|tree| &tree.items) {
        let word = match item.atoms.first().map(|atom| &atom.value) {
            Some(Literal::Word(word)) => word.as_str(),
            Some(Literal::Bad) | None => continue,
            Some(_) => {
                diagnostics.push(Diagnostic::error(
                    "form",
                    "a declaration is expected here",
                    item.span,
                    "this begins with no word",
                ));
                continue;
            }
        };
        if let Some(form) = DECLARATIONS.iter().find(|form| form.word == word) {
            all.push((*form, item));
            continue;
        }
        let span = item.atoms[0].span;
        let words = DECLARATIONS.iter().map(|form| form.word);
        let error = Diagnostic::error("form", format!("`{word}` is no declaration"), span, "unknown declaration");
        let otherwise = || Some(format!("the declarations are {}", words.clone().collect::<Vec<_>>().join(", ")));
        diagnostics.push(error.did_you_mean(word, span, words.clone(), otherwise));
    }
    all
}

/// The choices that an item is for; empty: all.
pub fn choices_of<'t>(form: &Form, item: &'t Item) -> Vec<(&'t str, Span)> {
    let by_variant = |word: &str| {
        let names = |args: &[Arg]| args.contains(&Arg::Names(Kind::Variant));
        form.options.iter().any(|option| option.word == word && names(option.args))
    };
    let Some(word) = ["for", "in"].into_iter().find(|word| by_variant(word)) else { return Vec::new() };
    let mut found = after_word(&item.atoms, word);
    if !matches!(form.body, Body::None)
        && let Some(Literal::Block(block)) = item.atoms.last().map(|atom| &atom.value)
    {
        let lines =
            block.items.iter().filter(|line| matches!(&line.atoms[0].value, Literal::Word(first) if first == word));
        found.extend(
            lines
                .filter(|line| line.atoms.len() < 4 || matches!(line.atoms[2].value, Literal::Op(Op::Comma)))
                .flat_map(|line| after_word(&line.atoms, word)),
        );
    }
    found
}

/// The words behind a word, with commas or in a list.
fn after_word<'t>(atoms: &'t [crate::syntax::Atom], word: &str) -> Vec<(&'t str, Span)> {
    let Some(at) = atoms.iter().position(|atom| matches!(&atom.value, Literal::Word(found) if found == word)) else {
        return Vec::new();
    };
    let mut words = Vec::new();
    for atom in &atoms[at + 1..] {
        match &atom.value {
            Literal::Word(word) => words.push((word.as_str(), atom.span)),
            Literal::List(list) => words.extend(list.iter().filter_map(|atom| match &atom.value {
                Literal::Word(word) => Some((word.as_str(), atom.span)),
                _ => None,
            })),
            Literal::Op(Op::Comma) => continue,
            _ => break,
        }
        if !matches!(atoms.get(at + 1 + words.len() * 2 - 1).map(|atom| &atom.value), Some(Literal::Op(Op::Comma))) {
            break;
        }
    }
    words
}
