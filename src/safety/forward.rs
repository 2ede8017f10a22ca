//! The states at every failure point of a change.
//!
//! In: a procedure and the state before it. Out: one state for each point that its journal can tell apart, equal states
//! shared. Not its business: what gets back from there (`recovery`).

use rustc_hash::FxHashMap;

use super::found;
use super::matrix::Point;
use super::state::{Bits, State, copy, data, mark, point};
use super::transfer::Lens;
use super::walk::{Moment, Walk};
use super::weakness::Weakness;
use super::world::World;
use crate::ir::{Action, Effect, Node, Procedure, Run, actions};
use crate::model::value::Value;

/// A failure point.
pub struct Stop<'a> {
    /// Which.
    pub point: Point,
    /// The action that it is about.
    pub action: Option<&'a Action>,
    /// Index of its state.
    pub state: usize,
    /// May what remains simply be run again?
    pub resume: bool,
    /// The points of no return that may be passed here, in the order of the plan.
    pub past: Vec<usize>,
    /// Is it so unclear how far the change came that this is no failure inside or behind one step?
    pub vague: bool,
}

impl<'a> Stop<'a> {
    fn at(point: Point, action: Option<&'a Action>, state: usize, past: Vec<usize>) -> Self {
        Stop { point, action, state, resume: false, past, vague: false }
    }
}

/// A change, with the state at each of its failure points.
pub struct Forward<'a> {
    /// Index of the procedure in the program.
    pub procedure: usize,
    /// What each resource was before it.
    pub origin: Vec<Bits>,
    /// The state before it.
    pub start: State,
    /// The different states.
    pub states: Vec<State>,
    /// All failure points, `Unknown` last.
    pub stops: Vec<Stop<'a>>,
    /// The state before each action, by its place in `actions`.
    pub before: Vec<Option<usize>>,
    /// Its actions in the order written.
    pub actions: Vec<&'a Action>,
    /// The state after all of it.
    pub end: Option<State>,
    /// The references that it switches to.
    pub switched: Vec<(usize, &'a Value)>,
}

#[derive(Default)]
struct Table {
    states: Vec<State>,
    index: FxHashMap<State, usize>,
    last: usize,
}

impl Table {
    fn add(&mut self, state: &State) -> usize {
        // What stands before an action is mostly what stood behind the one before it.
        if self.states.get(self.last) == Some(state) {
            return self.last;
        }
        self.last = self.index.get(state).copied().unwrap_or_else(|| {
            self.index.insert(state.clone(), self.states.len());
            self.states.push(state.clone());
            self.states.len() - 1
        });
        self.last
    }
}

#[derive(Clone, Copy, Default)]
struct Around {
    before: Option<usize>,
    inside: Option<usize>,
    unpassed: Option<usize>,
    after: Option<usize>,
}

/// Walks a change from its beginning.
pub fn forward<'a>(world: &World<'a>, procedure: usize, start: State, origin: Vec<Bits>) -> Forward<'a> {
    let declared: &'a Procedure = &world.program.procedures[procedure];
    let actions = actions(&declared.body);
    let places: FxHashMap<*const Action, usize> =
        actions.iter().enumerate().map(|(i, a)| (std::ptr::from_ref::<Action>(a), i)).collect();
    let mut table = Table::default();
    let mut around = vec![Around::default(); actions.len()];
    let first = table.add(&start);
    let lens = Lens::forward(declared.declaration.index(), &origin);
    let mut note = |moment: &Moment| {
        let Some(&place) = places.get(&std::ptr::from_ref(moment.action)) else { return };
        around[place] = Around {
            before: Some(table.add(moment.before)),
            inside: Some(table.add(moment.inside)),
            unpassed: unpassed(world, moment).map(|state| table.add(&state)),
            after: moment.after.map(|after| table.add(after)),
        };
    };
    let end = Walk::new(world, &lens).procedure(&declared.body, start.clone(), &mut note);
    let before = around.iter().map(|a| a.before).collect();
    let mut forward = Forward {
        procedure,
        start,
        states: Vec::new(),
        stops: Vec::new(),
        before,
        switched: switched(&actions),
        actions,
        end,
        origin,
    };
    forward.stops = stops(world, declared, &forward.actions, &around, first, &mut table);
    forward.states = table.states;
    forward
}

/// A crossing step was begun, and a probe proves that the point of no return was not passed.
fn unpassed(world: &World, moment: &Moment) -> Option<State> {
    let p = moment.crosses?;
    world.plan.points[p].not_passed_when.as_ref()?;
    let mut state = moment.inside.clone();
    state.words[world.point(p)] = point::BEFORE;
    for effect in &moment.action.effects {
        if let Effect::Irreversible(r) = effect {
            let word = world.resource(r.index());
            state.words[word] = moment.before.words[word];
        }
    }
    Some(state)
}

fn switched<'a>(actions: &[&'a Action]) -> Vec<(usize, &'a Value)> {
    let effects = actions.iter().flat_map(|action| &action.effects);
    let to = |effect: &'a Effect| match effect {
        Effect::Switch(r, value) => Some((r.index(), value)),
        _ => None,
    };
    effects.filter_map(to).collect()
}

fn stops<'a>(
    world: &World,
    declared: &Procedure,
    actions: &[&'a Action],
    around: &[Around],
    first: usize,
    table: &mut Table,
) -> Vec<Stop<'a>> {
    // What remains behind each action can be run again; from the end.
    let mut behind = vec![true; actions.len() + 1];
    for (i, action) in actions.iter().enumerate().rev() {
        behind[i] = behind[i + 1] && repeats(action);
    }
    let past = |table: &Table, state: usize| {
        let words = &table.states[state].words;
        (0..world.plan.points.len()).filter(|&p| words[world.point(p)] & point::PASSED != 0).collect()
    };
    // Behind earlier phases there may be points of no return that one of them has passed.
    let passed = past(table, first);
    let mut stops = Vec::with_capacity(2 * actions.len() + 2);
    stops.push(Stop::at(Point::Before, None, first, passed));
    for (i, (&action, around)) in actions.iter().zip(around).enumerate() {
        let id = || action.id.clone();
        let found = [
            (around.inside, Point::Inside(id()), behind[i]),
            (around.unpassed, Point::Unpassed(id()), false),
            (around.after, Point::After(id()), behind[i + 1]),
        ];
        for (state, point, resume) in found {
            if let Some(state) = state {
                let past: Vec<usize> = past(table, state);
                let resume = resume && !past.is_empty();
                stops.push(Stop { resume, ..Stop::at(point, Some(action), state, past) });
            }
        }
    }
    let mut all = table.states[first].clone();
    if !world.lacks(Weakness::UnknownIsBefore) {
        stops.iter().for_each(|stop| all.join(&table.states[stop.state]));
    }
    let found = match world.plan[declared.declaration].described_only {
        true => found::ranges(world, declared, &stops, &table.states),
        false => Vec::new(),
    };
    for (point, union) in found.into_iter().chain([(Point::Unknown, all)]) {
        let state = table.add(&union);
        let vague = point == Point::Unknown || found::undecided(world, &union);
        stops.push(Stop { vague, ..Stop::at(point, None, state, past(table, state)) });
    }
    stops
}

/// May the action be run again although it may have happened?
pub fn repeats(action: &Action) -> bool {
    let harmless = matches!(&action.run, Run::Commands(_)) && action.declared && action.effects.is_empty();
    let runs_commands = matches!(&action.run, Run::Commands(_) | Run::Swap(..) | Run::NotYet(_));
    !runs_commands || harmless || action.repeatable || action.done_when.is_some()
}

/// The state before the `index`-th phase of a plan: what the phases before it left, its resources being original anew.
pub fn carried(world: &World, phase: usize, described: bool, earlier: Option<(&Forward, &State)>) -> State {
    let mut start = world.before(&[phase], described);
    let Some((earlier, end)) = earlier else { return start };
    for s in 0..world.plan.services.len() {
        let word = world.service(s);
        if world.plan.services[s].introduced_by.is_none_or(|by| by.index() != phase) {
            start.words[word] = end.words[word];
        }
    }
    for (b, backup) in world.plan.backups.iter().enumerate() {
        let kept = world.lacks(Weakness::CopiesDoNotAge)
            || backup.of.iter().all(|r| {
                let original = |&part: &usize| end.words[part] & data::VALUES == earlier.origin[part];
                world.parts[r.index()].iter().all(original)
            });
        let word = world.backup(b);
        start.words[word] = match backup.elsewhere {
            None => aged(end.words[word], kept),
            // It may have been made before the earlier phase, or behind it.
            Some(_) if !kept => start.words[word] | copy::STALE,
            Some(_) => start.words[word],
        };
    }
    for c in 0..world.captures.len() {
        start.words[world.capture(c)] = end.words[world.capture(c)];
    }
    start
}

/// What a phase takes or captures itself the script forgets when it begins: what an earlier run or phase had found is not of now.
pub fn forget(world: &World, body: &[Node], state: &mut State) {
    if world.lacks(Weakness::OldCopiesCount) {
        return;
    }
    for effect in actions(body).into_iter().flat_map(|action| &action.effects) {
        match effect {
            Effect::Take { backup, .. } => state.words[world.backup(backup.index())] = copy::ABSENT,
            Effect::Set(name) => {
                if let Some(&capture) = world.captures.get(name.as_str()) {
                    state.words[world.capture(capture)] = mark::NO;
                }
            }
            _ => {}
        }
    }
}

/// A copy of what was before an earlier phase is a copy of what is before this one only if that phase left it alone.
fn aged(word: Bits, kept: bool) -> Bits {
    if kept || word & copy::GOOD == 0 { word } else { word & !copy::GOOD | copy::STALE }
}
