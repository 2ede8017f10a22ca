//! A figure for which nobody has said what to do, between figures for which somebody has.

use super::thresholds::{Row, Table, tables};
use super::{Context, scripts};
use crate::diagnostics::Diagnostic;
use crate::model::value::{Comparison, Relation};

pub fn check(context: &Context) -> Vec<Diagnostic> {
    let own = tables(context).into_iter().filter(|table| scripts::is_own(context, table.span.file));
    own.filter_map(|table| if table.matrix.is_some() { of_matrix(&table) } else { of_signal(&table) }).collect()
}

fn of_matrix(table: &Table) -> Option<Diagnostic> {
    let open = |combination: &[usize]| table.matching(combination).is_empty();
    let all = table.combinations();
    let first = all.iter().find(|combination| open(combination))?;
    let what = table.words(first, &open);
    let message = format!("`{}` does not say what to do when {what}", table.name);
    let diagnostic = Context::report("trigger-gap", message, table.span, "no row matches");
    Some(diagnostic.help("widen a row, or add one for the rest"))
}

/// Between two triggers of one signal. Where one speaks of too little and the other of too much, the middle is as it should be.
fn of_signal(table: &Table) -> Option<Diagnostic> {
    let matching: Vec<Vec<usize>> = (0..table.axes[0].pieces.len()).map(|piece| table.matching(&[piece])).collect();
    let open = |combination: &[usize]| matching[combination[0]].is_empty();
    let hole = (1..matching.len()).find(|&piece| {
        let before = matching[..piece].iter().any(|rows| !rows.is_empty());
        matching[piece].is_empty() && before && matching[piece..].iter().any(|rows| !rows.is_empty())
    })?;
    let below = matching[hole - 1].first().map(|&row| &table.rows[row])?;
    let above = matching[hole..].iter().find_map(|rows| rows.first()).map(|&row| &table.rows[row])?;
    if all(&matching[hole - 1], table, &[Relation::Less, Relation::AtMost]) {
        return None;
    }
    let what = table.words(&[hole], &open);
    let message = format!("no trigger says what to do when {what}");
    Some(
        Context::report("trigger-gap", message, below.span, format!("{} ends here", below.label))
            .also(above.span, format!("{} begins here", above.label))
            .help("let one begin where the other ends"),
    )
}

/// Have all of these rows such a condition?
fn all(rows: &[usize], table: &Table, relations: &[Relation]) -> bool {
    let is = |row: &Row| {
        row.cells.iter().any(|(_, condition)| matches!(condition, Comparison::Is(r, _) if relations.contains(r)))
    };
    rows.iter().all(|&row| is(&table.rows[row]))
}
