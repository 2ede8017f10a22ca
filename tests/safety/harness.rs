//! From a plan's text to what the analysis says about it, through the real stages.

use rbk::diagnostics::{Diagnostic, Format, Level, render};
use rbk::model::resolve;
use rbk::safety::rules::RULES;
use rbk::safety::{Analysis, analyse};
use rbk::source::Sources;

/// What came of a plan; one analysis for each combination of its variants, none if the plan does not resolve.
pub struct Checked {
    pub sources: Sources,
    pub diagnostics: Vec<Diagnostic>,
    pub analyses: Vec<(rbk::ir::Program, Analysis)>,
}

/// Days since 1970-01-01 of 2026-11-20: dated rules need a fixed day.
pub const TODAY: i64 = 20_777;

pub fn check(name: &str, text: &str) -> Checked {
    let mut sources = Sources::default();
    let file = sources.add(name, text);
    let rules: Vec<&'static str> = RULES.iter().map(|rule| rule.name).collect();
    let load = |path: &str| Err(format!("no file {path} here"));
    let resolved = resolve(&mut sources, file, &load, &rules);
    let mut diagnostics = resolved.diagnostics;
    let mut analyses = Vec::new();
    if diagnostics.iter().all(|d| d.level != Level::Error) {
        for variation in resolved.variations {
            let program = rbk::ir::lower(variation.plan, &variation.choices, &sources);
            let analysis = analyse(&program, &sources, Some(TODAY));
            diagnostics.extend(analysis.diagnostics.iter().cloned());
            analyses.push((program, analysis));
        }
    }
    Checked { sources, diagnostics, analyses }
}

impl Checked {
    pub fn text(&self) -> String {
        render(Format::Human, false, &self.sources, &self.diagnostics)
    }

    /// The matrices as text, neighbouring points with equal cells on one line.
    pub fn matrix(&self) -> String {
        self.matrices().concat()
    }

    /// As `matrix`, one text for each combination of variants.
    pub fn matrices(&self) -> Vec<String> {
        let one = |(program, analysis): &(rbk::ir::Program, Analysis)| {
            let mut out = String::new();
            let name = |i: usize| program.procedures[i].name.as_str();
            let mut last = String::new();
            for row in &analysis.matrix.rows {
                let cells = row.cells.iter().map(|cell| match cell.verdict.reason() {
                    "" => format!("    {}: {}\n", name(cell.procedure), cell.verdict.word()),
                    why => format!("    {}: {}: {why}\n", name(cell.procedure), cell.verdict.word()),
                });
                let mut text: String = cells.collect();
                if row.past {
                    text.push_str(if row.resume { "    (past; may be resumed)\n" } else { "    (past)\n" });
                }
                let label = row.point.label();
                if text == last {
                    let at = out.len() - text.len() - 1;
                    out.insert_str(at, &format!(" {label}"));
                } else {
                    out.push_str(&format!("{} {label}\n{text}", name(row.phase)));
                }
                last = text;
            }
            out
        };
        self.analyses.iter().map(one).collect()
    }
}
