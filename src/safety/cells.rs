//! Puts the verdicts together: which procedure answers for which change, and what it is worth at each of its points.
//!
//! In: a `World`. Out: a `Survey` with everything that matrix and rules read. Not its business: wording.

use rustc_hash::FxHashMap;
use std::sync::Arc;

use super::forward::{Forward, Stop, carried, forget, forward};
use super::matrix::{Cell, Matrix, Row, Verdict};
use super::recovery::{Outcome, run_all};
use super::state::{copy, mark, service};
use super::trouble::{not_passed, passed, unknown};
use super::world::World;
use crate::ir::{GroupKind, Node, Procedure, actions};
use crate::model::ids::Id;
use crate::model::plan::{Language, ProcedureKind};

/// A change and everything that answers for it.
pub struct Change<'a> {
    /// The change by itself.
    pub forward: Forward<'a>,
    /// Must every one of its failure points have a way out? (A procedure answers only for its points of no return.)
    pub is_phase: bool,
    /// The procedures that take it back or mend it.
    pub columns: Vec<Column<'a>>,
}

/// A procedure that answers for a change.
pub struct Column<'a> {
    /// Its index in the program.
    pub procedure: usize,
    /// For one that takes back earlier phases as well: the change behind them.
    pub chained: Option<Forward<'a>>,
    /// What comes of it from each state of `chained`, or else of the change; none for a fix forward.
    pub outcomes: Vec<Arc<Outcome>>,
}

impl Column<'_> {
    /// What tells of its quality: how it ends where it recovers; of one that never does, how it ends anyway.
    pub fn telling(&self) -> impl Iterator<Item = &Outcome> {
        let recovers = |outcome: &Outcome| outcome.troubles.is_empty();
        let never = !self.outcomes.iter().any(|outcome| recovers(outcome));
        self.outcomes.iter().map(AsRef::as_ref).filter(move |outcome| never || recovers(outcome))
    }
}

impl<'a> Change<'a> {
    /// The forward pass that a column is judged by.
    pub fn pass<'c>(&'c self, column: &'c Column<'a>) -> &'c Forward<'a> {
        column.chained.as_ref().unwrap_or(&self.forward)
    }

    /// What comes of a column at the `index`-th failure point; none for a fix forward.
    pub fn outcome<'c>(&'c self, column: &'c Column<'a>, index: usize) -> Option<&'c Outcome> {
        let stop = self.pass(column).stops.get(index)?;
        column.outcomes.get(stop.state).map(AsRef::as_ref)
    }
}

/// The whole analysis before it is put into words.
pub struct Survey<'a> {
    /// Phases, then procedures that can be taken back or hold a point of no return.
    pub changes: Vec<Change<'a>>,
    /// The verdicts.
    pub matrix: Matrix,
}

/// Runs everything.
pub fn survey<'a>(world: &World<'a>) -> Survey<'a> {
    let mut changes = phases(world);
    let others = procedures(world, &changes);
    changes.extend(others);
    let points = changes.iter().map(|change| change.forward.stops.len()).sum();
    let mut matrix = Matrix { rows: Vec::with_capacity(points) };
    for change in &changes {
        rows(world, change, &mut matrix);
    }
    Survey { changes, matrix }
}

fn phases<'a>(world: &World<'a>) -> Vec<Change<'a>> {
    let mut changes: Vec<Change> = Vec::new();
    for (index, procedure) in world.program.procedures.iter().enumerate() {
        if !world.is_phase(procedure) {
            continue;
        }
        let declared = procedure.declaration.index();
        let earlier = changes.last().and_then(|c| c.forward.end.as_ref().map(|end| (&c.forward, end)));
        let mut start = carried(world, declared, tells_when(world, procedure), earlier);
        forget(world, &procedure.body, &mut start);
        let forward = forward(world, index, start, world.origin(&[declared]));
        let columns = columns(world, &forward, &changes);
        changes.push(Change { forward, is_phase: true, columns });
    }
    changes
}

/// Somebody else runs it, and a step of it tells whether it has happened: then it is known whether a copy is older.
fn tells_when(world: &World, procedure: &Procedure) -> bool {
    world.plan[procedure.declaration].described_only && actions(&procedure.body).iter().any(|a| a.done_when.is_some())
}

/// Procedures that are themselves taken back, or that hold a point of no return.
fn procedures<'a>(world: &World<'a>, phases: &[Change<'a>]) -> Vec<Change<'a>> {
    let mut changes = Vec::new();
    for (index, procedure) in world.program.procedures.iter().enumerate() {
        let is_change = !procedure.back_out && !world.is_phase(procedure);
        let undone = world.plan.procedures.iter().any(|p| p.of.contains(&procedure.declaration));
        if !is_change || !undone && !holds_point(&procedure.body) {
            continue;
        }
        let start = start_of(world, index, phases);
        let forward = forward(world, index, start, world.origin(&[]));
        let columns = columns(world, &forward, &[]);
        changes.push(Change { forward, is_phase: false, columns });
    }
    changes
}

fn holds_point(body: &[Node]) -> bool {
    body.iter().any(|node| match node {
        Node::Group(group) => matches!(group.kind, GroupKind::Point(_)) || holds_point(&group.body),
        Node::If(branch) => holds_point(&branch.then) || holds_point(&branch.otherwise),
        Node::For(repeat) => holds_point(&repeat.body),
        Node::Action(_) => false,
    })
}

/// What is known before a procedure: what stands at the points from which it recovers, all that counting as its original.
fn start_of(world: &World, procedure: usize, phases: &[Change]) -> super::state::State {
    let mut start = anything(world);
    let mut known: Option<super::state::State> = None;
    for change in phases {
        for column in change.columns.iter().filter(|c| c.procedure == procedure) {
            let states = &change.pass(column).states;
            let recovering = states.iter().zip(&column.outcomes).filter(|(_, o)| o.troubles.is_empty());
            recovering.for_each(|(state, _)| known = super::state::either(known.take(), Some(state.clone())));
        }
    }
    if let Some(known) = known {
        let services = (0..world.plan.services.len()).map(|s| world.service(s));
        let captures = (0..world.captures.len()).map(|c| world.capture(c));
        services.chain(captures).for_each(|word| start.words[word] = known.words[word]);
    }
    start
}

/// What is known before a procedure that may begin anywhere: what stands there counts as its original.
fn anything(world: &World) -> super::state::State {
    let mut state = world.before(&[], false);
    for s in 0..world.plan.services.len() {
        state.words[world.service(s)] = service::RUNNING | service::STOPPED;
    }
    for b in 0..world.plan.backups.len() {
        state.words[world.backup(b)] = copy::ABSENT | copy::BAD | copy::STALE | copy::LIVE;
    }
    for c in 0..world.captures.len() {
        state.words[world.capture(c)] = mark::YES | mark::NO;
    }
    state
}

fn columns<'a>(world: &World<'a>, change: &Forward<'a>, earlier: &[Change<'a>]) -> Vec<Column<'a>> {
    let target = world.program.procedures[change.procedure].declaration;
    let answers = |procedure: &Procedure| match procedure.back_out {
        true => procedure.declaration == target,
        false => world.declaration(procedure).of.contains(&target),
    };
    let mut columns = Vec::new();
    for (index, procedure) in world.program.procedures.iter().enumerate().filter(|(_, p)| answers(p)) {
        let chained = if procedure.back_out { None } else { chain(world, change, earlier, procedure) };
        let judged = chained.as_ref().unwrap_or(change);
        let forward_only = world.declaration(procedure).kind == ProcedureKind::FixForward && !procedure.back_out;
        let outcomes = match forward_only {
            true => Vec::new(),
            false => run_all(world, procedure, judged),
        };
        columns.push(Column { procedure: index, chained, outcomes });
    }
    columns
}

/// For a procedure that takes back several phases: this one as it goes on behind the earlier ones.
fn chain<'a>(
    world: &World<'a>,
    change: &Forward<'a>,
    earlier: &[Change<'a>],
    procedure: &Procedure,
) -> Option<Forward<'a>> {
    passes(world, change, earlier, procedure)?.pop()
}

/// For a procedure that takes back several phases: all of them one behind the other, this one last.
pub fn passes<'a>(
    world: &World<'a>,
    change: &Forward<'a>,
    earlier: &[Change<'a>],
    procedure: &Procedure,
) -> Option<Vec<Forward<'a>>> {
    let of = &world.declaration(procedure).of;
    let declared = |c: &Change| world.program.procedures[c.forward.procedure].declaration;
    let before: Vec<&Change> = earlier.iter().filter(|c| of.contains(&declared(c))).collect();
    let first = before.first()?;
    let mut phases: Vec<usize> = before.iter().map(|c| declared(c).index()).collect();
    phases.push(world.program.procedures[change.procedure].declaration.index());
    let origin = world.origin(&phases);
    let mut state = first.forward.start.clone();
    state.words[..origin.len()].copy_from_slice(&origin);
    let (mut passed, mut switched) = (Vec::new(), Vec::new());
    for phase in &before {
        forget(world, &world.program.procedures[phase.forward.procedure].body, &mut state);
        let pass = forward(world, phase.forward.procedure, state, origin.clone());
        switched.extend(pass.switched.iter().copied());
        state = pass.end.clone()?;
        passed.push(pass);
    }
    forget(world, &world.program.procedures[change.procedure].body, &mut state);
    let mut last = forward(world, change.procedure, state, origin);
    last.start = first.forward.start.clone();
    last.switched.extend(switched);
    passed.push(last);
    Some(passed)
}

/// Points whose states are the same share their cells, and cells with the same outcome their verdict.
fn rows(world: &World, change: &Change, matrix: &mut Matrix) {
    let mut verdicts: FxHashMap<(usize, usize, Vec<usize>, bool), Verdict> = FxHashMap::default();
    let mut shared: FxHashMap<(Vec<usize>, bool), Arc<[Cell]>> = FxHashMap::default();
    for (index, stop) in change.forward.stops.iter().enumerate() {
        let unknown = stop.vague;
        let chained = change.columns.iter().filter_map(|column| Some(column.chained.as_ref()?.stops[index].state));
        let states: Vec<usize> = std::iter::once(stop.state).chain(chained).collect();
        let cell = |column: &Column| {
            let judged = &change.pass(column).stops[index];
            let outcome = column.outcomes.get(judged.state).map_or(0, |outcome| Arc::as_ptr(outcome) as usize);
            let key = (column.procedure, outcome, judged.past.clone(), unknown);
            let language = world.plan.head.language;
            let verdict = verdicts.entry(key).or_insert_with(|| verdict(world, column, judged, language));
            Cell { procedure: column.procedure, verdict: verdict.clone() }
        };
        let cells = shared.entry((states, unknown)).or_insert_with(|| change.columns.iter().map(cell).collect());
        matrix.rows.push(Row {
            phase: change.forward.procedure,
            point: stop.point.clone(),
            past: !stop.past.is_empty(),
            resume: stop.resume,
            cells: cells.clone(),
        });
    }
}

/// What a column is worth at a failure point of the change that it is judged by.
pub fn verdict(world: &World, column: &Column, stop: &Stop, language: Language) -> Verdict {
    let procedure = &world.program.procedures[column.procedure];
    let declared = world.declaration(procedure);
    let say = |text: String| -> Arc<str> { text.into() };
    if !procedure.back_out && declared.kind == ProcedureKind::FixForward {
        if stop.vague {
            return Verdict::Refused(say(unknown(language)));
        }
        let last = stop.past.last().map(|&p| Id::new(p));
        let meant =
            if declared.past.is_empty() { last.is_some() } else { last.is_some_and(|p| declared.past.contains(&p)) };
        return match meant {
            true => Verdict::Recovers,
            false => Verdict::Refused(say(not_passed(world, declared.past.first().copied(), language))),
        };
    }
    if let Some(point) = unaccepted(world, procedure, stop) {
        return Verdict::ForwardOnly(say(passed(world, point, language)));
    }
    let outcome = &column.outcomes[stop.state];
    match outcome.troubles.first() {
        None => Verdict::Recovers,
        Some(trouble) => Verdict::Refused(say(trouble.kind.sentence(world, language))),
    }
}

/// The first point of no return that may be passed here and that a procedure does not accept.
pub fn unaccepted(world: &World, procedure: &Procedure, stop: &Stop) -> Option<Id<crate::model::plan::Point>> {
    let declared = world.declaration(procedure);
    let accepts = |p: &Id<_>| !procedure.back_out && declared.accepts.iter().any(|(a, _)| a == p);
    stop.past.iter().map(|&p| Id::new(p)).find(|p| !accepts(p))
}
