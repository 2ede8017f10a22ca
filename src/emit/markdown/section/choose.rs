//! Section 4: the ways back side by side, and which of them leads back from where.

use std::collections::HashMap;

use serde::Serialize;

use crate::emit::markdown::builder::{Builder, anchor};
use crate::emit::markdown::md::{Block, Md, Table};
use crate::emit::markdown::order;
use crate::ir::Procedure;
use crate::model::ids::Id;
use crate::model::plan::{Language, Point as PointOfNoReturn, ProcedureKind};
use crate::safety::matrix::{Point, Row, Verdict};

/// How to choose.
#[derive(Debug, Serialize)]
pub struct Choose {
    pub procedures: Option<Table>,
    /// One for each phase.
    pub recovery: Vec<Table>,
    pub graph: Option<Block>,
}

impl Builder<'_> {
    pub fn choose(&self) -> Choose {
        let recovery = (0..self.voice.program.procedures.len()).filter_map(|phase| self.recovery(phase));
        let graph = crate::emit::graph::draw(&self.voice);
        Choose {
            procedures: self.overview(),
            recovery: recovery.collect(),
            graph: Some(Block { caption: None, language: "mermaid", text: graph, link: None }),
        }
    }

    fn overview(&self) -> Option<Table> {
        let mut table = self.table(&["procedure", "when", "time", "data_lost", "crosses"]);
        for procedure in self.in_order() {
            let declared = &self.plan()[procedure.declaration];
            let way = matches!(declared.kind, ProcedureKind::Rollback | ProcedureKind::FixForward);
            if !way && !procedure.back_out {
                continue;
            }
            table.rows.push(if procedure.back_out { self.back_out_row(procedure) } else { self.way_row(procedure) });
        }
        (!table.rows.is_empty()).then_some(table)
    }

    fn way_row(&self, procedure: &Procedure) -> Vec<Md> {
        let declared = &self.plan()[procedure.declaration];
        let name = self.procedure(procedure.declaration);
        let name = if declared.recommended { name.and(Md::text(&self.say("recommended_mark"))) } else { name };
        let when: Vec<Md> = declared.when.iter().map(|c| Md::text(&self.voice.check(c))).collect();
        let lost: Vec<Md> = declared.data_lost.iter().map(|t| self.md(t)).collect();
        let without = declared
            .works_without
            .iter()
            .map(|t| Md::text(&self.fill("works_without_cell", &[("what", &self.voice.text(t))])));
        let lost: Vec<Md> = lost.into_iter().chain(without).collect();
        let point = |id: &Id<PointOfNoReturn>| Md::text(&self.voice.label(&self.plan()[*id].common));
        let crossed = declared.accepts.iter().map(|(id, _)| point(id)).chain(declared.past.iter().map(point));
        let crossed: Vec<Md> = crossed.collect();
        vec![
            name,
            or_dash(Md::join(&when, "; ")),
            Md::text(&self.duration_of(procedure)),
            or_dash(Md::join(&lost, "; ")),
            or_dash(Md::join(&crossed, ", ")),
        ]
    }

    fn back_out_row(&self, procedure: &Procedure) -> Vec<Md> {
        let label = self.title_of(procedure);
        vec![
            Md::link(&label, &anchor(&procedure.name)),
            Md::text(&self.say("back_out_when")),
            Md::text(&self.duration_of(procedure)),
            Md::text("—"),
            Md::text("—"),
        ]
    }

    /// The estimate, else the limit.
    pub fn duration_of(&self, procedure: &Procedure) -> String {
        let declared = &self.plan()[procedure.declaration];
        let worst = procedure.worst.filter(|s| *s > 0).map(|s| self.fill("at_most", &[("time", &self.time(s))]));
        match declared.estimate.filter(|_| !procedure.back_out) {
            Some((from, to, _)) => self.voice.words.estimate((from, to)),
            None if procedure.worst == Some(0) => "—".to_string(),
            None => worst.unwrap_or_else(|| self.say("no_limit")),
        }
    }

    /// Failure points down, procedures across.
    fn recovery(&self, phase: usize) -> Option<Table> {
        // What probes find is the script's business: a person reads the steps.
        let told = |row: &&Row| row.point == Point::Unknown || !row.point.is_range();
        let rows: Vec<&Row> = self.matrix.of_phase(phase).filter(told).collect();
        let columns: Vec<usize> = rows.first()?.cells.iter().map(|cell| cell.procedure).collect();
        let program = self.voice.program;
        let failed = program.procedures.get(phase)?;
        let mut head = vec![Md::text(&self.say("failed_here"))];
        head.extend(
            columns.iter().filter_map(|at| program.procedures.get(*at)).map(|p| Md::link(&p.name, &anchor(&p.name))),
        );
        let mut table = Table {
            title: Some(self.fill("recovery_of", &[("what", &self.title_of(failed))])),
            anchor: Some(format!("recovery-{}", failed.name)),
            head,
            ..Table::default()
        };
        let steps = self.numbered(failed);
        let (known, unknown): (Vec<&Row>, Vec<&Row>) = rows.iter().partition(|row| row.point != Point::Unknown);
        let named = |rows: &[&Row]| rows.iter().map(|row| (self.point(&steps, row), self.verdicts(row))).collect();
        table.rows = merge(named(&known));
        table.rows.extend(merge(named(&unknown)));
        table.notes = self.reasons(&rows);
        Some(table)
    }

    /// The steps of a procedure by name, as they are numbered.
    fn numbered(&self, procedure: &Procedure) -> HashMap<String, String> {
        let before = self.requires(procedure).len();
        let actions = order::actions(&procedure.body).into_iter().enumerate();
        actions.map(|(at, a)| (a.id.clone(), format!("{} {}", before + at + 1, self.voice.action(a)))).collect()
    }

    fn point(&self, steps: &HashMap<String, String>, row: &Row) -> String {
        let title = |id: &str| steps.get(id).cloned().unwrap_or_else(|| id.to_string());
        match &row.point {
            Point::Before => self.say("point_before"),
            Point::Inside(id) => self.fill("point_inside", &[("step", &title(id))]),
            Point::Unpassed(id) => self.fill("point_unpassed", &[("step", &title(id))]),
            Point::After(id) => self.fill("point_after", &[("step", &title(id))]),
            Point::Found { .. } | Point::FoundUnpassed { .. } | Point::Unknown => self.say("point_unknown"),
        }
    }

    fn verdicts(&self, row: &Row) -> Vec<Md> {
        let word = |verdict: &Verdict| match verdict {
            Verdict::Recovers => "verdict_recovers",
            Verdict::Refused(_) => "verdict_refused",
            Verdict::ForwardOnly(_) => "verdict_forward",
        };
        row.cells.iter().map(|cell| Md::text(&self.say(word(&cell.verdict)))).collect()
    }

    /// Each reason once, with the procedure that it is about. They are only known in English.
    fn reasons(&self, rows: &[&Row]) -> Vec<Md> {
        let mut out: Vec<Md> = Vec::new();
        if self.voice.words.language != Language::En {
            return out;
        }
        for cell in rows.iter().flat_map(|row| row.cells.iter()).filter(|cell| !cell.verdict.reason().is_empty()) {
            let name = self.voice.program.procedures.get(cell.procedure).map_or("", |p| p.name.as_str());
            let line = Md::join(&[Md::code(name), Md::told(cell.verdict.reason())], ": ");
            if !out.contains(&line) {
                out.push(line);
            }
        }
        out
    }
}

/// Neighbours with the same verdicts in one row, so that the table can be read at a glance.
fn merge(rows: Vec<(String, Vec<Md>)>) -> Vec<Vec<Md>> {
    let mut out: Vec<(String, String, Vec<Md>)> = Vec::new();
    for (point, cells) in rows {
        match out.last_mut() {
            Some(last) if last.2 == cells => last.1 = point,
            _ => out.push((point.clone(), point, cells)),
        }
    }
    let row = |(first, last, cells): (String, String, Vec<Md>)| {
        let name = if first == last { first } else { format!("{first} … {last}") };
        std::iter::once(Md::text(&name)).chain(cells).collect()
    };
    out.into_iter().map(row).collect()
}

pub fn or_dash(md: Md) -> Md {
    if md.is_empty() { Md::text("—") } else { md }
}
