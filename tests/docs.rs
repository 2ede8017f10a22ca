//! The documentation is tested: every plan in it compiles, every reference table is the vocabulary's, every command in it was
//! run and printed what stands there.
//!
//! With `RBK_UPDATE` set the tables and outputs are written anew.

#![allow(clippy::unwrap_used, clippy::format_push_string, clippy::case_sensitive_file_extension_comparisons)] // tests stop

#[path = "docs/commands.rs"]
mod commands;
#[path = "docs/reference.rs"]
mod reference;

use rbk::diagnostics::{Format, Level, render};
use rbk::model::vocabulary::{CHECKS, DECLARATIONS, STATEMENTS};
use rbk::source::Sources;
use rbk::syntax::{self, Atom, Item, Literal};
use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

/// A fenced block: what stands behind the opening backticks, the line of the first line inside, the content.
#[derive(Debug)]
struct Block {
    info: String,
    line: usize,
    text: String,
}

fn blocks(markdown: &str) -> Vec<Block> {
    let (mut blocks, mut open): (Vec<Block>, Option<(Block, usize)>) = (Vec::new(), None);
    for (number, line) in markdown.lines().enumerate() {
        let ticks = line.chars().take_while(|c| *c == '`').count();
        match &mut open {
            Some((_, fence)) if ticks >= *fence && line.trim_end().len() == ticks => {
                blocks.extend(open.take().map(|(block, _)| block));
            }
            Some((block, _)) => {
                block.text.push_str(line);
                block.text.push('\n');
            }
            None if ticks >= 3 => {
                let info = line[ticks..].trim().to_owned();
                open = Some((Block { info, line: number + 2, text: String::new() }, ticks));
            }
            None => {}
        }
    }
    assert!(open.is_none(), "a block is not closed: {open:?}");
    blocks
}

/// Every Markdown page that people read; pages of rules are tested with their rules.
fn pages() -> Vec<PathBuf> {
    let mut pages = vec!["README.md", "ARCHITECTURE.md", "CONTRIBUTING.md", "CHANGELOG.md"]
        .into_iter()
        .map(|name| root().join(name))
        .collect::<Vec<_>>();
    let docs = fs::read_dir(root().join("docs")).unwrap().map(|entry| entry.unwrap().path());
    pages.extend(docs.filter(|path| path.extension().is_some_and(|extension| extension == "md")));
    pages
}

/// Is it wrong, and what is said about it?
fn findings(name: &str, text: &str, fragment: bool) -> (bool, String) {
    let mut sources = Sources::default();
    let file = sources.add(name, text);
    let load = |path: &str| match path {
        "docs/shared/contacts.rbk" => {
            Ok("contact dba \"Database administrator\" { reach \"+57 300 000 0001\" }".to_owned())
        }
        _ => Err(format!("there is no {path}")),
    };
    let compiled = rbk::compile(&mut sources, file, &load, 20_760);
    // A fragment shows words, not a whole change with all its ways back: it must be right, it need not be safe.
    let unsafe_too = !fragment && compiled.diagnostics.iter().any(|finding| finding.level == Level::Error);
    let bad = unsafe_too || compiled.programs.is_empty();
    (bad, render(Format::Human, false, &sources, &compiled.diagnostics))
}

/// The plan in which the fragments of a page stand.
fn prelude(blocks: &[Block]) -> &str {
    blocks.iter().find(|block| block.info == "rbk prelude").map_or("", |block| block.text.as_str())
}

/// A block as a whole plan.
fn whole(block: &Block, prelude: &str) -> Option<String> {
    match block.info.as_str() {
        "rbk" | "rbk prelude" => Some(block.text.clone()),
        "rbk declarations" => Some(format!("{prelude}\n{}", block.text)),
        "rbk statements" => Some(format!("{prelude}\nrollback example of migrate {{\n{}}}\n", block.text)),
        "rbk phase" => Some(format!("{prelude}\nphase example_phase {{\n{}}}\n", block.text)),
        _ => None,
    }
}

#[test]
fn every_plan_in_the_documentation_compiles() {
    let (mut count, mut wrong) = (0, Vec::new());
    for page in pages() {
        let blocks = blocks(&fs::read_to_string(&page).unwrap());
        for block in blocks.iter().filter(|block| block.info.starts_with("rbk") && !block.info.ends_with(".rbk")) {
            let name = format!("{}:{}", page.strip_prefix(root()).unwrap().display(), block.line);
            let whole = whole(block, prelude(&blocks)).unwrap_or_else(|| panic!("{name}: what is `{}`?", block.info));
            let (bad, text) = findings(&name, &whole, block.info.contains(' '));
            count += 1;
            if bad {
                wrong.push(text);
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    assert!(count > 35, "only {count} plans were found in the documentation");
}

#[test]
fn every_word_of_the_language_has_an_example() {
    let page = fs::read_to_string(root().join("docs/language.md")).unwrap();
    let mut used = BTreeSet::new();
    for block in blocks(&page).iter().filter(|block| block.info.starts_with("rbk")) {
        let mut sources = Sources::default();
        let file = sources.add("x.rbk", block.text.as_str());
        words(&syntax::parse(&sources, file).0.items, &mut used);
    }
    let forms = DECLARATIONS.iter().chain(STATEMENTS).map(|form| form.word);
    let missing: Vec<&str> =
        forms.chain(CHECKS.iter().map(|(word, _)| *word)).filter(|word| !used.contains(*word)).collect();
    assert_eq!(missing, Vec::<&str>::new(), "docs/language.md has no example of these");
}

fn words(items: &[Item], used: &mut BTreeSet<String>) {
    items.iter().flat_map(|item| &item.atoms).for_each(|atom| word(atom, used));
}

fn word(atom: &Atom, used: &mut BTreeSet<String>) {
    match &atom.value {
        Literal::Word(word) => drop(used.insert(word.to_string())),
        Literal::Block(block) => words(&block.items, used),
        _ => {}
    }
}

#[test]
fn links_lead_somewhere() {
    for page in pages() {
        let text = fs::read_to_string(&page).unwrap();
        for (at, _) in text.match_indices("](") {
            let target = text[at + 2..].split(')').next().unwrap_or("");
            let file = target.split('#').next().unwrap_or("");
            if !file.is_empty() && !file.contains("://") && !file.contains('`') {
                assert!(page.parent().unwrap().join(file).exists(), "{}: {target} leads nowhere", page.display());
            }
        }
    }
}
