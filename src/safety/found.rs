//! How far a change has come that somebody else runs: what its `done_when`s can tell apart without a journal.
//!
//! In: the body of such a change, and the state at each of its points. Out: the probes in order (the script asks them),
//! and for each answer that they can give the union of all points that fit it. Not its business: asking.

use super::forward::Stop;
use super::matrix::Point;
use super::state::{State, point};
use super::weakness::Weakness;
use super::world::World;
use crate::ir::{Action, GroupKind, Node, Procedure};

/// A step that can be asked whether it is done.
#[derive(Debug, Clone, Copy)]
pub struct Asked<'a> {
    /// The step.
    pub action: &'a Action,
    /// Does it run whenever what stands behind it runs? Else only a yes tells something.
    pub always: bool,
}

/// The steps of a change whose `done_when` can be asked before anything is known, in their order: not those that read
/// what is captured or a loop's variable. None where an `always` block may have run at any time.
pub fn asked(procedure: &Procedure) -> Option<Vec<Asked<'_>>> {
    let mut found = Vec::new();
    gather(&procedure.body, true, &mut found).then_some(found)
}

fn gather<'a>(body: &'a [Node], always: bool, found: &mut Vec<Asked<'a>>) -> bool {
    body.iter().all(|node| match node {
        Node::Action(action) => {
            if action.done_when.is_some() && action.reads.is_empty() {
                found.push(Asked { action, always });
            }
            true
        }
        Node::Group(group) => match group.kind {
            GroupKind::Always => false,
            kind => gather(&group.body, always && kind != GroupKind::Parallel, found),
        },
        Node::If(branch) => gather(&branch.then, false, found) && gather(&branch.otherwise, false, found),
        Node::For(_) => true,
    })
}

/// A range of points that the probes can't tell apart, with the union of their states.
struct Range {
    since: Option<String>,
    until: Option<String>,
    state: State,
    /// As it is if the first point of no return in it is proved not to be passed.
    unpassed: Option<(String, State)>,
}

/// The rows of a change that somebody else runs: for each answer of its probes the union of the points that fit.
pub fn ranges(world: &World, procedure: &Procedure, stops: &[Stop], states: &[State]) -> Vec<(Point, State)> {
    let Some(steps) = asked(procedure) else { return Vec::new() };
    let probed = |id: &str| steps.iter().any(|step| step.always && step.action.id == id);
    let state = |stop: &Stop| states[stop.state].clone();
    let Some(first) = stops.first() else { return Vec::new() };
    let mut done: Vec<Range> = Vec::new();
    let mut range = Range { since: None, until: None, state: state(first), unpassed: None };
    for stop in &stops[1..] {
        match &stop.point {
            Point::After(id) if probed(id) => {
                let next = Range { since: Some(id.clone()), until: None, state: state(stop), unpassed: None };
                range.until = Some(id.clone());
                done.push(std::mem::replace(&mut range, next));
            }
            Point::Unpassed(id) if range.unpassed.is_none() => {
                range.unpassed = Some((id.clone(), before_crossing(stops, states, &range, id, state(stop))));
            }
            Point::Unpassed(_) => {}
            Point::Inside(_) if world.lacks(Weakness::ProbesTellAll) => {}
            _ => range.state.join(&states[stop.state]),
        }
    }
    done.push(range);
    labelled(done)
}

/// What may be so in a range as long as a step in it has not crossed its point of no return.
fn before_crossing(stops: &[Stop], states: &[State], range: &Range, crossing: &str, mut state: State) -> State {
    let is = |point: &Point| matches!(point, Point::Inside(id) if id == crossing);
    let begins = |point: &Point| match &range.since {
        Some(since) => matches!(point, Point::After(id) if id == since),
        None => *point == Point::Before,
    };
    let within = stops.iter().skip_while(|stop| !begins(&stop.point)).take_while(|stop| !is(&stop.point));
    within.filter(|stop| !matches!(stop.point, Point::Unpassed(_))).for_each(|stop| state.join(&states[stop.state]));
    state
}

fn labelled(ranges: Vec<Range>) -> Vec<(Point, State)> {
    let whole = ranges.len() == 1;
    let mut rows = Vec::new();
    for range in ranges {
        let Range { since, until, state, unpassed } = range;
        if !whole {
            rows.push((Point::Found { since: since.clone(), until }, state));
        }
        if let Some((crossing, state)) = unpassed {
            rows.push((Point::FoundUnpassed { since, crossing }, state));
        }
    }
    rows
}

/// Is it open whether some point of no return was passed?
pub fn undecided(world: &World, state: &State) -> bool {
    let both = point::BEFORE | point::PASSED;
    (0..world.plan.points.len()).any(|p| state.words[world.point(p)] & both == both)
}
