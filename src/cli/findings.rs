//! Showing what was found.
//!
//! In: compiled plans. Out: text in the wanted format, and the outcome for the exit code.

use super::plans::Unit;
use super::{Options, Outcome};
use crate::diagnostics::{Diagnostic, Format, Level, render, sorted};
use crate::emit::wording::date;
use std::fmt::Write;

/// The findings of all plans as one text.
pub fn show(units: &[Unit], options: &Options) -> anyhow::Result<String> {
    let one = |unit: &Unit| render(options.format, options.colored(), &unit.sources, unit.findings());
    match options.format {
        Format::Short => Ok(units.iter().map(one).collect()),
        Format::Human => Ok(units.iter().map(one).collect::<String>() + &summary(units)),
        Format::Json => {
            let lists = units.iter().map(|unit| serde_json::from_str::<Vec<serde_json::Value>>(&one(unit)));
            let all = lists.collect::<Result<Vec<_>, _>>()?.concat();
            Ok(serde_json::to_string_pretty(&all)? + "\n")
        }
    }
}

/// The exit code that the findings ask for.
pub fn outcome(units: &[Unit]) -> Outcome {
    let found = units.iter().filter_map(Unit::worst).any(|level| level != Level::Note);
    if found { Outcome::Found } else { Outcome::Clean }
}

/// Does any plan have an error?
pub fn failed(units: &[Unit]) -> bool {
    units.iter().any(|unit| unit.worst() == Some(Level::Error))
}

/// `3 plans: 1 error, 2 warnings; 2 can be repaired with --fix (1 more with --unsafe-fixes)`.
fn summary(units: &[Unit]) -> String {
    let plans = units.iter().filter(|unit| !unit.compiled.name.is_empty()).count().max(1);
    let findings: Vec<&Diagnostic> = units.iter().flat_map(|unit| sorted(unit.findings())).collect();
    let count = |level| findings.iter().filter(|finding| finding.level == level).count();
    let counts = [(Level::Error, "error"), (Level::Warning, "warning"), (Level::Note, "note")];
    let parts: Vec<String> = counts
        .iter()
        .map(|(level, word)| (count(*level), word))
        .filter(|(n, _)| *n > 0)
        .map(|(n, word)| number(n, word))
        .collect();
    let found = if parts.is_empty() { String::from("no findings") } else { parts.join(", ") };
    let risks: usize = units.iter().map(|unit| unit.compiled.accepted.len()).sum();
    let risks = if risks == 0 { String::new() } else { format!("; {}", number(risks, "accepted risk")) };
    format!("{}: {found}{}{risks}\n", number(plans, "plan"), repairable(&findings))
}

/// What the plans knowingly put up with: one line each, or as JSON.
pub fn accepted(units: &[Unit], options: &Options) -> anyhow::Result<String> {
    let mut lines = String::new();
    let mut entries = Vec::new();
    for unit in units {
        for risk in &unit.compiled.accepted {
            let file = &unit.sources.file(risk.span.file).name;
            let place = unit.sources.place(risk.span);
            let until = risk.until.map(date);
            let last = until.as_ref().map_or_else(String::new, |day| format!(" (until {day})"));
            let _ = writeln!(lines, "{file}:{}:{}: {}: {}{last}", place.line, place.column, risk.what, risk.because);
            entries.push(serde_json::json!({
                "plan": unit.compiled.name, "accepted": risk.what, "because": risk.because, "until": until,
                "file": file, "line": place.line, "column": place.column,
            }));
        }
    }
    match options.format {
        Format::Json => Ok(serde_json::to_string_pretty(&entries)? + "\n"),
        Format::Human if !lines.is_empty() => Ok(lines + "\n"),
        Format::Human | Format::Short => Ok(lines),
    }
}

/// How many findings `--fix` would do away with.
fn repairable(findings: &[&Diagnostic]) -> String {
    let count = |safe| findings.iter().filter(|f| f.fix.as_ref().is_some_and(|fix| fix.safe == safe)).count();
    match (count(true), count(false)) {
        (0, 0) => String::new(),
        (0, risky) => format!("; {risky} can be repaired with --fix --unsafe-fixes"),
        (safe, 0) => format!("; {safe} can be repaired with --fix"),
        (safe, risky) => format!("; {safe} can be repaired with --fix ({risky} more with --unsafe-fixes)"),
    }
}

/// `1 plan`, `2 plans`.
pub fn number(n: usize, word: &str) -> String {
    if n == 1 { format!("1 {word}") } else { format!("{n} {word}s") }
}
