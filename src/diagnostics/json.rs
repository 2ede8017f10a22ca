//! Findings as one JSON document, a list, for programs.

use super::{Diagnostic, Edit, Label};
use crate::source::{Sources, Span};
use serde::Serialize;

#[derive(Serialize)]
struct Finding<'s> {
    rule: &'s str,
    level: &'s str,
    message: &'s str,
    /// Of the first label.
    file: Option<&'s str>,
    labels: Vec<Place<'s>>,
    notes: &'s [String],
    help: Option<&'s str>,
    fix: Option<Repair<'s>>,
}

#[derive(Serialize)]
struct Repair<'s> {
    title: &'s str,
    /// Made by `--fix` alone; the others want `--unsafe-fixes` as well.
    safe: bool,
    /// `text` is what takes the place.
    edits: Vec<Place<'s>>,
}

/// Lines and columns from 1, columns in characters; offsets in bytes from 0; ends exclusive.
#[derive(Serialize)]
struct Place<'s> {
    file: &'s str,
    line: usize,
    column: usize,
    end_line: usize,
    end_column: usize,
    start: u32,
    end: u32,
    text: &'s str,
}

pub(super) fn render(sources: &Sources, findings: &[&Diagnostic]) -> String {
    let findings: Vec<_> = findings.iter().map(|finding| entry(sources, finding)).collect();
    // Strings and numbers alone: there is nothing in it that could fail to be written.
    let mut out = serde_json::to_string_pretty(&findings).unwrap_or_default();
    out.push('\n');
    out
}

fn entry<'s>(sources: &'s Sources, finding: &'s Diagnostic) -> Finding<'s> {
    let labels: Vec<_> = finding.labels.iter().map(|Label { span, text }| place(sources, *span, text)).collect();
    Finding {
        rule: finding.rule,
        level: finding.level.name(),
        message: &finding.message,
        file: labels.first().map(|label| label.file),
        labels,
        notes: &finding.notes,
        help: finding.help.as_deref(),
        fix: finding.fix.as_ref().map(|fix| Repair {
            title: &fix.title,
            safe: fix.safe,
            edits: fix.edits.iter().map(|Edit { span, text }| place(sources, *span, text)).collect(),
        }),
    }
}

fn place<'s>(sources: &'s Sources, span: Span, text: &'s str) -> Place<'s> {
    let Span { file, start, end } = span;
    let (first, last) = (sources.place(span), sources.place(Span { start: end, ..span }));
    Place {
        file: &sources.file(file).name,
        line: first.line,
        column: first.column,
        end_line: last.line,
        end_column: last.column,
        start,
        end,
        text,
    }
}
