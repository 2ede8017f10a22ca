//! A figure for which two rows, or two triggers, say different things.

use super::thresholds::{Row, Table, tables};
use super::{Context, scripts};
use crate::diagnostics::Diagnostic;

pub fn check(context: &Context) -> Vec<Diagnostic> {
    let own = tables(context).into_iter().filter(|table| scripts::is_own(context, table.span.file));
    let strict = own.filter(|table| table.matrix.is_none_or(|matrix| !matrix.worst_row_wins));
    strict.flat_map(|table| one(&table)).collect()
}

fn one(table: &Table) -> Vec<Diagnostic> {
    let mut seen = Vec::new();
    let mut found = Vec::new();
    for combination in table.combinations() {
        let rows = table.matching(&combination);
        for (i, &a) in rows.iter().enumerate() {
            for &b in &rows[i + 1..] {
                if seen.contains(&(a, b)) || !differ(&table.rows[a], &table.rows[b]) {
                    continue;
                }
                seen.push((a, b));
                let both = |other: &[usize]| {
                    let rows = table.matching(other);
                    rows.contains(&a) && rows.contains(&b)
                };
                found.push(report(table, &table.rows[a], &table.rows[b], &table.words(&combination, &both)));
            }
        }
    }
    found
}

fn report(table: &Table, a: &Row, b: &Row, when: &str) -> Diagnostic {
    let message = format!("{} and {} say different things when {when}", a.label, b.label);
    let help = match table.matrix {
        Some(_) => "let one end where the other begins, or say `worst_row_wins`",
        None => "let one end where the other begins, with `between`, or give them different severities",
    };
    Context::report("overlapping-thresholds", message, b.span, "which one counts?")
        .also(a.span, "applies as well")
        .help(help)
}

/// Do they lead to different things, with nothing that says which one goes first? Triggers of different severities, or of
/// which one waits for people, are steps of a ladder.
fn differ(a: &Row, b: &Row) -> bool {
    match (a.trigger, b.trigger) {
        (Some(one), Some(other)) => {
            let at_once = one.during.is_none() || other.during.is_none() || one.during == other.during;
            let both_run = a.run.is_some() && b.run.is_some() && a.run != b.run;
            at_once && both_run && one.kind == other.kind && a.severity == b.severity
        }
        _ => a.run != b.run || a.severity != b.severity,
    }
}
