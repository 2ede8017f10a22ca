//! Names and types: what the resolver says about wrong plans, what it makes of right ones, and that it never panics.
//!
//! Each `tests/model/cases/NAME.rbk` has what is said about it beside it in `NAME.expected`: the diagnostics as people
//! see them, or, if there are none, the procedures that it lowers to. `RBK_UPDATE=1` writes them anew. Files that plans
//! `use` are in `tests/model/cases/common/`.

#![allow(clippy::unwrap_used)] // a test that can't read its case should stop

use rbk::diagnostics::{self, Format};
use rbk::ir::{self, Node, Run};
use rbk::model;
use rbk::source::Sources;
use std::fmt::Write;
use std::fs;
use std::path::{Path, PathBuf};

const FOLDER: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/model/cases");

fn cases() -> Vec<PathBuf> {
    let entries = fs::read_dir(FOLDER).unwrap().map(|entry| entry.unwrap().path());
    let mut cases: Vec<_> = entries.filter(|path| path.extension().is_some_and(|e| e == "rbk")).collect();
    cases.sort();
    cases
}

fn load(path: &str) -> Result<String, String> {
    fs::read_to_string(Path::new(FOLDER).join(path)).map_err(|_| "there is no such file".to_owned())
}

/// What is said about a plan, or what it lowers to.
fn outcome(name: &str, text: &str) -> String {
    let mut sources = Sources::default();
    let file = sources.add(name, text);
    let resolved = model::resolve(&mut sources, file, &load, &["restore-without-backup"]);
    if !resolved.diagnostics.is_empty() {
        return diagnostics::render(Format::Human, false, &sources, &resolved.diagnostics);
    }
    let mut text = String::new();
    for variation in resolved.variations {
        let program = ir::lower(variation.plan, &variation.choices, &sources);
        if let Some(variant) = &program.variant {
            let _ = writeln!(text, "variant {variant}");
        }
        for procedure in &program.procedures {
            let worst = procedure.worst.map_or("no limit".to_owned(), ir::duration);
            let _ = writeln!(text, "{} (at most {worst})", procedure.name);
            dump(&procedure.body, 1, &mut text);
        }
    }
    text
}

fn dump(body: &[Node], depth: usize, text: &mut String) {
    let indent = "  ".repeat(depth);
    for node in body {
        match node {
            Node::Action(action) => {
                let limit = action.timeout.map_or("no limit".to_owned(), |(seconds, _)| ir::duration(seconds));
                let _ = write!(text, "{indent}{}: {} [{limit}]", action.id, action.title.source());
                let effects: Vec<String> = action.effects.iter().map(|effect| format!("{effect:?}")).collect();
                let _ = writeln!(text, " {}", effects.join(", "));
                if let Run::Await { on, otherwise, .. } = &action.run {
                    for (_, body) in on {
                        dump(body, depth + 1, text);
                    }
                    dump(otherwise, depth + 1, text);
                }
            }
            Node::Group(group) => {
                let _ = writeln!(text, "{indent}{} {{", group.id);
                dump(&group.body, depth + 1, text);
                let _ = writeln!(text, "{indent}}}");
            }
            Node::If(branch) => {
                let _ = writeln!(text, "{indent}{}?", branch.id);
                dump(&branch.then, depth + 1, text);
                let _ = writeln!(text, "{indent}else");
                dump(&branch.otherwise, depth + 1, text);
            }
            Node::For(each) => {
                let _ = writeln!(text, "{indent}{}: each {}", each.id, each.variable);
                dump(&each.body, depth + 1, text);
            }
        }
    }
}

#[test]
fn cases_are_as_expected() {
    let cases = cases();
    assert!(cases.len() >= 20, "only {} cases found", cases.len());
    let mut wrong = Vec::new();
    for case in cases {
        let name = case.file_name().unwrap().to_string_lossy().into_owned();
        let got = outcome(&name, &fs::read_to_string(&case).unwrap());
        let expected = case.with_extension("expected");
        if std::env::var_os("RBK_UPDATE").is_some() {
            fs::write(&expected, &got).unwrap();
        }
        if fs::read_to_string(&expected).unwrap_or_default() != got {
            wrong.push(format!("{}:\n{got}", expected.display()));
        }
    }
    assert!(wrong.is_empty(), "not as expected (RBK_UPDATE=1 takes it over):\n{}", wrong.join("\n"));
}

/// Every word of the language as every head and every option, with every kind of value behind it: an answer, no panic.
#[test]
fn odd_orders_of_known_words_never_panic() {
    use rbk::model::vocabulary::{CHECKS, COMMON, DECLARATIONS, EFFECTS, STATEMENTS};
    let heads = DECLARATIONS.iter().chain(STATEMENTS).map(|form| form.word);
    let options =
        DECLARATIONS.iter().flat_map(|form| form.options).chain(COMMON).chain(EFFECTS).map(|option| option.word);
    let words: Vec<&str> = heads.chain(options).chain(CHECKS.iter().map(|(word, _)| *word)).collect();
    let values =
        ["", "x", "\"text\"", "5m", "10%", "1..2", "$x", "/r/", "[a, b]", "{ }", "== 1", "-> x", "{ sh \"true\" }"];
    for (index, word) in words.iter().enumerate() {
        for value in values {
            let next = words[(index + 7) % words.len()];
            let inner = format!("{word} {value} {next} {value}");
            outcome("x.rbk", &format!("plan p {{ rto 1m }}\n{inner}\n"));
            outcome(
                "x.rbk",
                &format!(
                    "plan p\nresource r : files {{ dir = \"/x\" }}\nphase f {{\n  {inner}\n}}\nrollback b of f {{\n  {inner}\n}}\n"
                ),
            );
            outcome(
                "x.rbk",
                &format!("plan p\nservice s : systemd {{ unit = \"u\"; {inner} }}\ndriver d for data {{ {inner} }}\n"),
            );
        }
    }
}

/// A dropped character anywhere in a real plan: an answer, no panic.
#[test]
fn cut_plans_never_panic() {
    let text = fs::read_to_string(concat!(env!("CARGO_MANIFEST_DIR"), "/plans/shop.rbk")).unwrap();
    for at in (0..text.len()).filter(|at| text.is_char_boundary(*at)).step_by(13) {
        outcome("x.rbk", &text[..at]);
        outcome("x.rbk", &text[at..]);
    }
}
