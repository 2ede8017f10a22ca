//! Decision tables and triggers as tables of thresholds: which row matches where.
//!
//! In: the plan's matrices, and its triggers gathered by signal. Out: the pieces that the thresholds cut each figure into,
//! and the rows that match each combination of pieces. Not its business: which holes and overlaps matter.

use super::Context;
use crate::ir::duration;
use crate::model::ids::Id;
use crate::model::plan::{Matrix, Procedure, Severity, Signal, Trigger};
use crate::model::value::{Check, Comparison, Probe, Relation, Value};
use crate::source::Span;

/// More combinations than these are not looked at.
const MOST: usize = 20_000;

/// Rows over figures.
pub struct Table<'a> {
    /// Its name: of the matrix, of the signal.
    pub name: &'a str,
    /// Where it is declared.
    pub span: Span,
    /// Its figures.
    pub axes: Vec<Axis<'a>>,
    /// Its rows.
    pub rows: Vec<Row<'a>>,
    /// Is it a matrix? Else triggers of a signal.
    pub matrix: Option<&'a Matrix>,
}

/// A figure, cut into pieces.
pub struct Axis<'a> {
    /// Its name.
    pub name: &'a str,
    /// In ascending order.
    pub pieces: Vec<Piece>,
}

/// Values that no threshold tells apart.
#[derive(Debug, Clone, PartialEq)]
pub enum Piece {
    /// A named value.
    Word(String),
    /// Exactly a threshold, with its value as written.
    Exactly(f64, Value),
    /// Between two neighbouring thresholds, both outside; none: without end.
    Between(Option<(f64, Value)>, Option<(f64, Value)>),
}

/// A row, or a trigger.
pub struct Row<'a> {
    /// What it is called.
    pub label: String,
    /// Where it stands.
    pub span: Span,
    /// The axis and the condition on it; what is not named may be anything.
    pub cells: Vec<(usize, &'a Comparison)>,
    /// What it leads to.
    pub run: Option<Id<Procedure>>,
    /// How bad it is.
    pub severity: Option<Id<Severity>>,
    /// For triggers.
    pub trigger: Option<&'a Trigger>,
}

/// All tables of the plan that consist of thresholds and named values alone.
pub fn tables<'a>(context: &Context<'a>) -> Vec<Table<'a>> {
    let plan = context.world.plan;
    let matrices = plan.matrices.iter().filter_map(of_matrix);
    let signals = (0..plan.signals.len()).filter_map(|s| of_signal(context, Id::new(s)));
    matrices.chain(signals).collect()
}

fn of_matrix(matrix: &Matrix) -> Option<Table<'_>> {
    let row = |row: &'_ crate::model::plan::Row| {
        let named = !row.common.name.is_empty();
        let span = if named { row.common.name_span } else { row.common.span };
        let label = if named { format!("`{}`", row.common.name) } else { format!("\"{}\"", row.common.label()) };
        (label, span)
    };
    let rows: Vec<Row> = matrix
        .rows
        .iter()
        .map(|r| {
            let (label, span) = row(r);
            let cells = r.cells.iter().map(|(column, comparison)| (*column, comparison)).collect();
            Row { label, span, cells, run: r.run, severity: r.severity, trigger: None }
        })
        .collect();
    let axis = |(index, column): (usize, &'_ crate::model::plan::Column)| {
        let pieces = match column.values.is_empty() {
            true => cut(rows.iter().flat_map(|r| &r.cells).filter(|(a, _)| *a == index).map(|(_, c)| *c))?,
            false => column.values.iter().cloned().map(Piece::Word).collect(),
        };
        Some(pieces)
    };
    let pieces: Option<Vec<_>> = matrix.columns.iter().enumerate().map(axis).collect();
    let axes =
        pieces?.into_iter().zip(&matrix.columns).map(|(pieces, column)| Axis { name: &column.common.name, pieces });
    let table = Table {
        name: &matrix.common.name,
        span: matrix.common.name_span,
        axes: axes.collect(),
        rows,
        matrix: Some(matrix),
    };
    table.is_plain().then_some(table)
}

/// The triggers that look at a signal; none if one of them looks at more than it.
fn of_signal<'a>(context: &Context<'a>, signal: Id<Signal>) -> Option<Table<'a>> {
    let plan = context.world.plan;
    let mut rows = Vec::new();
    for trigger in &plan.triggers {
        for check in &trigger.when {
            match &check.probe {
                Probe::Signal(s, comparison) if *s == signal => rows.push(Row {
                    label: format!("`{}`", trigger.common.name),
                    span: check.span,
                    cells: vec![(0, comparison)],
                    run: trigger.run,
                    severity: trigger.severity,
                    trigger: Some(trigger),
                }),
                _ if mentions(check, signal) => return None,
                _ => {}
            }
        }
    }
    let common = &plan[signal].common;
    let pieces = cut(rows.iter().flat_map(|row| &row.cells).map(|(_, comparison)| *comparison))?;
    let axes = vec![Axis { name: &common.name, pieces }];
    let table = Table { name: &common.name, span: common.name_span, axes, rows, matrix: None };
    (table.rows.len() > 1 && table.is_plain()).then_some(table)
}

fn mentions(check: &Check, signal: Id<Signal>) -> bool {
    let mut found = false;
    crate::safety::world::probes(&check.probe, &mut |probe| {
        found |= matches!(probe, Probe::Signal(s, _) if *s == signal);
    });
    found
}

/// The pieces that some conditions cut a figure into; none if one of them is no threshold.
fn cut<'c>(conditions: impl Iterator<Item = &'c Comparison>) -> Option<Vec<Piece>> {
    let mut marks: Vec<(f64, Value)> = Vec::new();
    for condition in conditions {
        match condition {
            Comparison::Is(_, value) => marks.push((number(value)?, value.clone())),
            Comparison::Between(from, to) => {
                marks.push((number(from)?, from.clone()));
                marks.push((number(to)?, to.clone()));
            }
            _ => return None,
        }
    }
    marks.sort_by(|(a, _), (b, _)| a.total_cmp(b));
    marks.dedup_by(|(a, _), (b, _)| a.total_cmp(b).is_eq());
    let mut pieces = Vec::new();
    let mut below: Option<(f64, Value)> = None;
    for (at, value) in marks {
        // Nothing is below zero unless the plan speaks of it.
        if below.is_some() || at != 0.0 {
            pieces.push(Piece::Between(below, Some((at, value.clone()))));
        }
        pieces.push(Piece::Exactly(at, value.clone()));
        below = Some((at, value));
    }
    let whole = |(at, value): &(f64, Value)| matches!(value, Value::Percent(_)) && *at >= 100.0;
    if !below.as_ref().is_some_and(whole) {
        pieces.push(Piece::Between(below, None));
    }
    Some(pieces)
}

#[allow(clippy::cast_precision_loss)]
fn number(value: &Value) -> Option<f64> {
    match value {
        Value::Number(number) | Value::Percent(number) => Some(*number),
        Value::Duration(number) | Value::Size(number) => Some(*number as f64),
        _ => None,
    }
}

/// Does a condition hold on a piece? None if that can't be told.
fn holds(condition: &Comparison, piece: &Piece) -> Option<bool> {
    let at = match piece {
        Piece::Word(word) => {
            let Comparison::Is(relation, Value::Text(text)) = condition else { return None };
            let same = text.as_plain()? == *word;
            return match relation {
                Relation::Equal => Some(same),
                Relation::NotEqual => Some(!same),
                _ => None,
            };
        }
        Piece::Exactly(at, _) => *at,
        Piece::Between(Some((a, _)), Some((b, _))) => f64::midpoint(*a, *b),
        Piece::Between(Some((a, _)), None) => a + 1.0,
        Piece::Between(None, Some((b, _))) => b - 1.0,
        Piece::Between(None, None) => 0.0,
    };
    match condition {
        Comparison::Is(relation, value) => {
            let value = number(value)?;
            Some(match relation {
                Relation::Equal => at.total_cmp(&value).is_eq(),
                Relation::NotEqual => at.total_cmp(&value).is_ne(),
                Relation::Less => at < value,
                Relation::AtMost => at <= value,
                Relation::Greater => at > value,
                Relation::AtLeast => at >= value,
            })
        }
        Comparison::Between(from, to) => Some(number(from)? <= at && at < number(to)?),
        _ => None,
    }
}

impl Table<'_> {
    /// Can every condition be told, and are there few enough combinations?
    fn is_plain(&self) -> bool {
        let known = |(axis, condition): &(usize, &Comparison)| {
            self.axes.get(*axis).is_some_and(|axis| axis.pieces.iter().all(|piece| holds(condition, piece).is_some()))
        };
        let count = self.axes.iter().try_fold(1_usize, |all, axis| all.checked_mul(axis.pieces.len()));
        self.rows.iter().flat_map(|row| &row.cells).all(known) && count.is_some_and(|count| count <= MOST)
    }

    /// Every combination, one piece of each axis by its index.
    pub fn combinations(&self) -> Vec<Vec<usize>> {
        let mut all = vec![Vec::new()];
        for axis in &self.axes {
            let longer = |start: &Vec<usize>| {
                let start = start.clone();
                (0..axis.pieces.len()).map(move |piece| start.iter().copied().chain([piece]).collect::<Vec<_>>())
            };
            all = all.iter().flat_map(longer).collect();
        }
        all
    }

    /// The rows that match a combination.
    pub fn matching(&self, combination: &[usize]) -> Vec<usize> {
        let matches = |row: &Row| {
            row.cells
                .iter()
                .all(|(axis, condition)| holds(condition, &self.axes[*axis].pieces[combination[*axis]]) == Some(true))
        };
        self.rows.iter().enumerate().filter(|(_, row)| matches(row)).map(|(index, _)| index).collect()
    }

    /// A combination with its neighbours of which the same is true, in words: "`errors` between 5% and 10%". A figure that
    /// makes no difference is not named.
    pub fn words(&self, combination: &[usize], same: &dyn Fn(&[usize]) -> bool) -> String {
        let mut parts = Vec::new();
        for (a, axis) in self.axes.iter().enumerate() {
            let alike = |piece: usize| {
                let mut other = combination.to_vec();
                other[a] = piece;
                same(&other)
            };
            let (mut from, mut to) = (combination[a], combination[a]);
            while from > 0 && alike(from - 1) {
                from -= 1;
            }
            while to + 1 < axis.pieces.len() && alike(to + 1) {
                to += 1;
            }
            if from > 0 || to + 1 < axis.pieces.len() {
                parts.push(format!("`{}` is {}", axis.name, span_of(&axis.pieces[from], &axis.pieces[to])));
            }
        }
        if parts.is_empty() { "anything".to_owned() } else { parts.join(" and ") }
    }
}

/// Neighbouring pieces in words.
fn span_of(from: &Piece, to: &Piece) -> String {
    let low = match from {
        Piece::Word(word) => return format!("`{word}`"),
        Piece::Exactly(_, value) => Some((value, true)),
        Piece::Between(low, _) => low.as_ref().map(|(_, value)| (value, false)),
    };
    let high = match to {
        Piece::Word(_) => None,
        Piece::Exactly(_, value) => Some((value, true)),
        Piece::Between(_, high) => high.as_ref().map(|(_, value)| (value, false)),
    };
    match (low, high) {
        (Some((a, _)), Some((b, _))) if a == b => format!("at exactly {}", written(a)),
        (Some((a, _)), Some((b, _))) => format!("between {} and {}", written(a), written(b)),
        (Some((a, true)), None) => format!("from {} on", written(a)),
        (Some((a, false)), None) => format!("above {}", written(a)),
        (None, Some((b, true))) => format!("up to {}", written(b)),
        (None, Some((b, false))) => format!("below {}", written(b)),
        (None, None) => "at any value".to_owned(),
    }
}

fn written(value: &Value) -> String {
    match value {
        Value::Percent(number) => format!("{number}%"),
        Value::Number(number) => number.to_string(),
        Value::Duration(seconds) => duration(*seconds),
        Value::Size(bytes) => format!("{bytes} bytes"),
        _ => String::new(),
    }
}
