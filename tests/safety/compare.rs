//! Holds what the analysis says of a program against what the simulator finds, at every point of every phase.

use crate::concrete::{End, Position, Simulation};
use rbk::ir::{Procedure, Program};
use rbk::model::plan::ProcedureKind;
use rbk::safety::cells::{Change, Column, Survey, survey};
use rbk::safety::matrix::{Point, Verdict};
use rbk::safety::weakness::Weakness;
use rbk::safety::world::World;
use std::collections::BTreeMap;

/// Where the two disagree.
#[derive(Debug, Default)]
pub struct Differences {
    /// The analysis accepts what may end badly, or does not see what is lost or never looked at.
    pub missed: Vec<String>,
    /// The analysis refuses what always ends well.
    pub alarms: Vec<String>,
    pub verdicts: usize,
}

/// What the analysis says of one procedure at one point.
#[derive(Debug, PartialEq)]
pub struct Said {
    verdict: Verdict,
    end: End,
}

/// Everything that the analysis says of a program, perhaps a weakened one.
pub fn said(program: &Program, weakness: Option<Weakness>) -> Vec<Said> {
    let mut world = World::new(program);
    world.weakness = weakness;
    let survey = survey(&world);
    let mut all = Vec::new();
    for change in &survey.changes {
        for index in 0..change.forward.stops.len() {
            all.extend(change.columns.iter().map(|column| one(program, &survey, change, column, index)));
        }
    }
    all
}

fn one(program: &Program, survey: &Survey, change: &Change, column: &Column, index: usize) -> Said {
    let row = survey.matrix.row(change.forward.procedure, &change.forward.stops[index].point).unwrap();
    let cell = row.cells.iter().find(|cell| cell.procedure == column.procedure).unwrap();
    let mut end = End::default();
    let judged = change.outcome(column, index).filter(|_| !program.procedures[column.procedure].back_out);
    if let Some(outcome) = judged {
        end.unseen.extend(outcome.unverified.iter().map(|(r, _)| *r));
        end.lost.extend(outcome.loses.iter().map(|(r, backup, _)| (*r, backup.index())));
    }
    Said { verdict: cell.verdict.clone(), end }
}

/// Tries what the analysis says, perhaps a weakened one, at every point.
pub fn differences(program: &Program, weakness: Option<Weakness>) -> Differences {
    let mut world = World::new(program);
    world.weakness = weakness;
    let survey = survey(&world);
    let mut found = Differences::default();
    let mut earlier: Vec<&Procedure> = Vec::new();
    for change in survey.changes.iter().filter(|change| change.is_phase) {
        let phase = &program.procedures[change.forward.procedure];
        let alone = Tried::new(Simulation::behind(program, phase, earlier.clone(), false));
        let chained = |p: &Procedure| {
            let of = &program.plan[p.declaration].of;
            !p.back_out && earlier.iter().any(|e| of.contains(&e.declaration))
        };
        let together = Tried::new(Simulation::behind(program, phase, earlier.clone(), true));
        for column in &change.columns {
            let procedure = &program.procedures[column.procedure];
            let tried = if chained(procedure) { &together } else { &alone };
            for (index, stop) in change.forward.stops.iter().enumerate() {
                let said = one(program, &survey, change, column, index);
                tried.judge(program, procedure, &stop.point, &said, &mut found);
            }
        }
        earlier.push(phase);
    }
    found
}

struct Tried<'a> {
    simulation: Simulation<'a>,
    points: BTreeMap<Point, Vec<Position>>,
}

impl<'a> Tried<'a> {
    fn new(simulation: Simulation<'a>) -> Self {
        Tried { points: simulation.points(), simulation }
    }

    fn judge(&self, program: &Program, procedure: &Procedure, point: &Point, said: &Said, found: &mut Differences) {
        let positions = self.simulation.at(&self.points, point);
        let declared = &program.plan[procedure.declaration];
        let passed = positions.iter().any(Position::passed);
        let ends = if !procedure.back_out && declared.kind == ProcedureKind::FixForward {
            if passed { Ok(None) } else { Err("nothing is passed that it could go on from".to_owned()) }
        } else if passed && (procedure.back_out || declared.accepts.is_empty()) {
            Err("leads back across the point of no return".to_owned())
        } else {
            self.simulation.recover(procedure, &positions).map(Some)
        };
        found.verdicts += 1;
        // One point that stands for several may be refused because of what never comes together.
        let exact = matches!(point, Point::Before | Point::Inside(_) | Point::Unpassed(_) | Point::After(_));
        let what = || format!("{} {}: {:?}, simulation: {ends:?}", point.label(), procedure.name, said);
        match (said.verdict.allows(), &ends) {
            (true, Err(_)) => found.missed.push(what()),
            (false, Ok(_)) if exact => found.alarms.push(what()),
            (true, Ok(Some(end))) if !procedure.back_out => {
                if !end.unseen.is_subset(&said.end.unseen) || !end.lost.is_subset(&said.end.lost) {
                    found.missed.push(what());
                } else if exact && *end != said.end {
                    found.alarms.push(what());
                }
            }
            _ => {}
        }
    }
}
