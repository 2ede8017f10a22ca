//! The tables of `docs/language.md` are those of the vocabulary: between `<!-- words: X -->` and `<!-- end -->`.

use rbk::model::vocabulary::{
    Arg, Body, CHECKS, COMMON, DECLARATIONS, EFFECTS, Form, Kind, Naming, OPERATIONS, Opt, Reason, STATEMENT_OPTIONS,
    STATEMENTS,
};
use std::fmt::Write;
use std::fs;

#[test]
fn the_reference_is_the_vocabulary() {
    let path = super::root().join("docs/language.md");
    let page = fs::read_to_string(&path).unwrap();
    let fresh = refreshed(&page);
    if std::env::var_os("RBK_UPDATE").is_some() {
        fs::write(&path, fresh).unwrap();
    } else {
        assert!(page == fresh, "docs/language.md is stale: run `RBK_UPDATE=1 cargo test --test docs`");
    }
    for form in DECLARATIONS {
        assert!(
            page.contains(&format!("<!-- words: {} -->", form.word)),
            "docs/language.md has no table of {}",
            form.word
        );
    }
}

/// The page with every table written anew.
fn refreshed(page: &str) -> String {
    let (mut out, mut rest) = (String::new(), page);
    while let Some(at) = rest.find("<!-- words: ") {
        let name_at = at + "<!-- words: ".len();
        let name = rest[name_at..].split(" -->").next().unwrap();
        let head_end = name_at + name.len() + " -->".len();
        let end =
            head_end + rest[head_end..].find("<!-- end -->").unwrap_or_else(|| panic!("the table {name} has no end"));
        out.push_str(&rest[..head_end]);
        let _ = write!(out, "\n{}", table(name));
        rest = &rest[end..];
    }
    out + rest
}

fn table(name: &str) -> String {
    match name {
        "effects" => options(EFFECTS),
        "options of statements" => options(COMMON),
        "checks" => CHECKS.iter().map(|(_, doc)| format!("- {doc}\n")).collect(),
        "operations" => OPERATIONS.iter().map(|form| format!("- `{}`: {}\n", form.word, form.doc)).collect(),
        "options of operations" => options(OPERATIONS[0].options),
        "statements" => statements(),
        _ => {
            declaration(DECLARATIONS.iter().find(|form| form.word == name).unwrap_or_else(|| panic!("what is {name}?")))
        }
    }
}

fn declaration(form: &Form) -> String {
    let mut out = format!("`{}`: {}.\n\n{}", signature(form), form.doc, options(form.options));
    for part in parts(form) {
        let _ = write!(out, "\nIn its block, `{}`: {}.\n", signature(part), part.doc);
        if !part.options.is_empty() {
            let _ = write!(out, "\n{}", options(part.options));
        }
        for inner in parts(part) {
            let _ = write!(out, "\nIn that block, `{}`: {}.\n", signature(inner), inner.doc);
            if !inner.options.is_empty() {
                let _ = write!(out, "\n{}", options(inner.options));
            }
        }
    }
    out
}

/// The forms of a block; the operations of drivers have a table of their own.
fn parts(form: &Form) -> Vec<&'static Form> {
    let (Body::Items(parts) | Body::Statements(parts) | Body::Settings(parts)) = form.body else { return Vec::new() };
    parts.iter().filter(|part| !part.word.starts_with('<') && part.word != form.word).copied().collect()
}

fn signature(form: &Form) -> String {
    let name = match form.naming {
        Naming::Required => " NAME",
        Naming::Optional => " [NAME]",
        Naming::None => "",
    };
    let title = if form.title { " [\"Title\"]" } else { "" };
    let body = match form.body {
        Body::None => "",
        Body::Items(_) => " { … }",
        Body::Statements(_) => " { statements }",
        Body::Settings(_) => " { name = value … }",
        Body::Check => " { CHECK }",
        Body::Commands => " { sh … }",
    };
    format!("{}{name}{title}{body}", form.word)
}

fn statements() -> String {
    let mut out = String::new();
    for form in STATEMENTS {
        let _ = writeln!(out, "- {}", form.doc);
        let own = STATEMENT_OPTIONS.iter().find(|(word, _)| *word == form.word);
        for option in own.iter().flat_map(|(_, options)| *options) {
            let _ = writeln!(out, "  - `{}`: {}", usage(option), option.doc);
        }
    }
    out
}

fn options(options: &[Opt]) -> String {
    let mut out = String::from("| option | says |\n| --- | --- |\n");
    for option in options {
        let many = if option.many { "; may be repeated" } else { "" };
        let _ = writeln!(out, "| `{}` | {}{many} |", usage(option).replace('|', "\\|"), option.doc);
    }
    out
}

/// An option with its arguments: `retry 3 [every 5m]`.
fn usage(option: &Opt) -> String {
    let mut out = option.word.to_owned();
    for arg in option.args {
        let _ = write!(out, " {}", argument(*arg));
    }
    for tail in option.tail {
        let _ = write!(out, " [{}]", usage(tail));
    }
    if option.reason == Reason::Must {
        out.push_str(" because \"…\"");
    }
    out
}

fn argument(arg: Arg) -> String {
    let fixed = match arg {
        Arg::Duration => "5m",
        Arg::Size => "100MB",
        Arg::Int => "3",
        Arg::Estimate => "6m..8m",
        Arg::Text => "\"…\"",
        Arg::Date => "2026-11-01",
        Arg::Regex => "/…/",
        Arg::AnyWord => "WORD",
        Arg::Words => "WORD, …",
        Arg::Value => "VALUE",
        Arg::Choices => "[a, b]",
        Arg::Check => "CHECK",
        Arg::Condition => "CHECK or \"…\"",
        Arg::Source => "SOURCE",
        Arg::Comparison => "COMPARISON",
        Arg::OnFailure => "abort or continue or call P or escalate to ROLE",
        Arg::Commands => "{ sh … }",
        Arg::Word(words) => return words.join(" or "),
        Arg::Name(kind) => return kind_name(kind),
        Arg::Names(kind) => return kind_name(kind) + ", …",
    };
    fixed.to_owned()
}

/// `FixForward` as `FIX_FORWARD`.
fn kind_name(kind: Kind) -> String {
    let mut out = String::new();
    for c in format!("{kind:?}").chars() {
        if c.is_uppercase() && !out.is_empty() {
            out.push('_');
        }
        out.extend(c.to_uppercase());
    }
    out
}
