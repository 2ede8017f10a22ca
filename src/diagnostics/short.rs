//! Findings as one line each, `file:line:column: level[rule]: message`, for editors and grep.

use super::{Diagnostic, clean};
use crate::source::Sources;

pub(super) fn render(sources: &Sources, findings: &[&Diagnostic]) -> String {
    findings.iter().map(|finding| line(sources, finding)).collect()
}

/// One finding, with its line end.
pub(super) fn line(sources: &Sources, finding: &Diagnostic) -> String {
    let place = finding.labels.first().map_or_else(String::new, |label| {
        let place = sources.place(label.span);
        format!("{}:{}:{}: ", clean(&sources.file(label.span.file).name), place.line, place.column)
    });
    let message = clean(&finding.message).replace('\n', " ");
    format!("{place}{}[{}]: {message}\n", finding.level.name(), finding.rule)
}
