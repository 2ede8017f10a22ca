//! Replays the run that a refusal tells, in the simulator that knows nothing of the analysis: it must end badly.

use crate::concrete::{Simulation, Told};
use rbk::ir::Program;
use rbk::safety::cells::{Survey, survey};
use rbk::safety::coverage::{Finding, exposed, findings};
use rbk::safety::matrix::Point;
use rbk::safety::single::{How, Step};
use rbk::safety::values::{thing, values};
use rbk::safety::witness::witness;
use rbk::safety::world::World;

/// What became of the refusals of one program.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Count {
    pub replayed: usize,
    /// The plan says things that the simulator does not know, or is refused for no single run.
    pub beyond: usize,
}

/// Replays every refusal of a program; an error is one that does not end badly, or tells no run.
pub fn all(program: &Program) -> Result<Count, String> {
    let world = World::new(program);
    let survey = survey(&world);
    let exposed = exposed(&world, &survey);
    let mut count = Count::default();
    for finding in findings(&world, &survey, &exposed) {
        match one(program, &world, &survey, &finding)? {
            true => count.replayed += 1,
            false => count.beyond += 1,
        }
    }
    Ok(count)
}

fn one(program: &Program, world: &World, survey: &Survey, finding: &Finding) -> Result<bool, String> {
    let change = &survey.changes[finding.change];
    let phase = &program.procedures[change.forward.procedure];
    let stop = &change.forward.stops[finding.stop];
    let what = || format!("{} stops {}: {:?}", phase.name, stop.point.label(), finding.trouble);
    let Some(witness) = witness(world, survey, finding) else { return Err(format!("no run for {}", what())) };
    let chained = change.columns.iter().any(|column| column.chained.is_some());
    if chained || !change.is_phase || !Simulation::knows(program, phase) {
        return Ok(false);
    }
    let told: Vec<Told> = witness.change.steps.iter().map(|step| said(world, step)).collect();
    let phases = survey.changes[..finding.change].iter().filter(|change| change.is_phase);
    let earlier = phases.map(|change| &program.procedures[change.forward.procedure]).collect();
    let simulation = Simulation::behind(program, phase, earlier, false);
    let given: Vec<_> = witness.change.given.iter().map(|fact| named(world, fact)).collect();
    let worlds = simulation.follow(&given, &told, matches!(stop.point, Point::After(_)));
    if worlds.is_empty() {
        return Err(format!("nothing can run like this: {told:?}, {}", what()));
    }
    for column in &change.columns {
        let procedure = &program.procedures[column.procedure];
        if finding.procedure.is_some_and(|p| p != column.procedure) {
            continue;
        }
        if !Simulation::knows(program, procedure) {
            return Ok(false);
        }
        let accepts = !procedure.back_out && !program.plan[procedure.declaration].accepts.is_empty();
        for world in worlds.chunks(1) {
            let forbidden = world[0].passed() && !accepts;
            if !forbidden && simulation.recover(procedure, world).is_ok() {
                return Err(format!("{} gets back after {told:?} in {world:?}: {}", procedure.name, what()));
            }
        }
    }
    Ok(true)
}

fn said(world: &World, step: &Step) -> Told {
    Told {
        step: step.action.id.clone(),
        fails: step.how == How::GoesOn,
        passed_over: step.how == How::PassedOver,
        facts: step.facts.iter().map(|fact| named(world, fact)).collect(),
    }
}

fn named(world: &World, &(word, bits): &(usize, u16)) -> (&'static str, String, &'static str) {
    let thing = thing(world, word);
    (thing.kind, thing.name, values(world, word, bits).into_iter().next().unwrap_or(""))
}
