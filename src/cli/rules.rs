//! `rbk rules`: all rules.

use super::{Options, Outcome, print};
use crate::diagnostics::Format;
use crate::safety::rules::{RULES, Rule};
use serde::Serialize;
use std::fmt::Write;

#[derive(Serialize)]
struct Entry {
    name: &'static str,
    code: &'static str,
    level: &'static str,
    can_be_allowed: bool,
    summary: &'static str,
}

pub fn run(options: &Options) -> anyhow::Result<Outcome> {
    let text = match options.format {
        Format::Json => serde_json::to_string_pretty(&RULES.iter().map(entry).collect::<Vec<_>>())? + "\n",
        Format::Human | Format::Short => table(),
    };
    print(&text)?;
    Ok(Outcome::Clean)
}

fn entry(rule: &Rule) -> Entry {
    let Rule { name, code, can_be_allowed, summary, .. } = *rule;
    Entry { name, code, level: rule.level.name(), can_be_allowed, summary }
}

fn table() -> String {
    let width = RULES.iter().map(|rule| rule.name.len()).max().unwrap_or(0);
    RULES.iter().fold(String::new(), |mut out, rule| {
        let _ = writeln!(out, "{} {:7} {:width$}  {}", rule.code, rule.level.name(), rule.name, rule.summary);
        out
    })
}
