//! Runs every procedure from every failure point of what it takes back.
//!
//! In: the states of `forward`. Out: for each pair what is in the way, and from that the verdicts of the matrix.
//! Each action is judged as one that may be interrupted and resumed. Not its business: diagnostics (`coverage`, `rules`).

use rustc_hash::{FxHashMap, FxHashSet};
use std::sync::Arc;

use super::forward::Forward;
use super::reach;
use super::state::{Bits, State, copy, data, mark, service};
use super::transfer::Lens;
use super::trouble::{Kind, Trouble};
use super::walk::{Moment, Visitor, Walk};
use super::weakness::Weakness;
use super::world::World;
use crate::ir::{Effect, Procedure};
use crate::model::ids::Id;
use crate::model::plan::{Backup, ResourceKind, Service, Thing};
use crate::source::Span;

/// What comes of a procedure from one state.
#[derive(Debug, Clone, Default)]
pub struct Outcome {
    /// What is in the way; empty: it recovers.
    pub troubles: Vec<Trouble>,
    /// The resources that it wrote and never looked at afterwards, and where it wrote them last.
    pub unverified: Vec<(usize, Option<Span>)>,
    /// Restores that lose what a service wrote since the backup.
    pub loses: Vec<(usize, Id<Backup>, Span)>,
    /// Data that it destroys while no copy of them is known to be readable, and where.
    pub gambles: Vec<(usize, Span)>,
    /// Copies that it takes of what a service may be writing: what, by whom, and where.
    pub raced: Vec<(usize, Id<Backup>, Id<Service>, Span)>,
}

/// What a procedure must reach.
pub struct Target {
    /// For each resource the values that it may have in the end; none: any will do.
    values: Vec<Option<Bits>>,
    /// For each resource: is it one that must be reached instead of the original?
    goals: Vec<bool>,
    /// For each service how it may be in the end.
    services: Vec<Bits>,
}

impl Target {
    /// What must be reached by a procedure that takes back a change.
    pub fn new(world: &World, procedure: &Procedure, change: &Forward) -> Self {
        let declared = world.declaration(procedure);
        let excuses = declared.not_restored.iter().filter(|_| !procedure.back_out);
        let excused: FxHashSet<usize> = excuses.flat_map(|(r, _)| world.parts[r.index()].iter().copied()).collect();
        let value = |r: usize| {
            let fine = if world.is_cache(r) { data::ABSENT | data::LOST } else { 0 };
            let counts = !excused.contains(&r) && world.matters(r) && world.copy_of[r].is_none();
            counts.then_some(change.origin[r] | fine)
        };
        let ends = |s: usize| declared.ends.iter().find(|(e, _)| e.index() == s).filter(|_| !procedure.back_out);
        let wanted = |s: usize| match (ends(s), change.start.words[world.service(s)]) {
            (Some((_, true)), _) => service::RUNNING,
            (Some((_, false)), _) | (None, service::ABSENT) => service::STOPPED | service::ABSENT,
            (None, start) => start,
        };
        let mut goals = vec![false; world.plan.resources.len()];
        declared.goal.iter().filter(|_| !procedure.back_out).for_each(|(r, _)| goals[r.index()] = true);
        Target {
            values: (0..world.plan.resources.len()).map(value).collect(),
            goals,
            services: (0..world.plan.services.len()).map(wanted).collect(),
        }
    }

    /// The bits of a word that count in the end although the procedure does not come near it.
    pub fn counts(&self, world: &World, word: usize) -> Bits {
        match self.values.get(word) {
            Some(_) if self.goals[word] => Bits::MAX,
            Some(Some(fine)) => data::VALUES & !fine,
            Some(None) => 0,
            None => word.checked_sub(world.service(0)).and_then(|s| self.services.get(s)).map_or(0, |wanted| !wanted),
        }
    }
}

/// Runs a procedure from each state of the change that it takes back; states that differ only in what does not matter to it
/// share an outcome.
pub fn run_all(world: &World, procedure: &Procedure, change: &Forward) -> Vec<Arc<Outcome>> {
    let target = Target::new(world, procedure, change);
    let mask = reach::mask(world, procedure, &target);
    let mut known: FxHashMap<Vec<Bits>, Arc<Outcome>> = FxHashMap::default();
    let mut last: Option<(Vec<Bits>, Arc<Outcome>)> = None;
    let outcome = |state: &State| {
        let masked = mask.iter().map(|&(word, bits)| state.words[word] & bits);
        if let Some((_, outcome)) = last.as_ref().filter(|(key, _)| key.iter().copied().eq(masked.clone())) {
            return outcome.clone();
        }
        let key: Vec<Bits> = masked.collect();
        let run = || Arc::new(judged(world, procedure, change, &target, state, &mut |_| {}));
        let outcome = known.entry(key.clone()).or_insert_with(run).clone();
        last = Some((key, outcome.clone()));
        outcome
    };
    change.states.iter().map(outcome).collect()
}

/// Runs a procedure from a state of the change that it takes back; the visitor is told of each action.
pub fn watched(world: &World, procedure: &Procedure, change: &Forward, from: &State, watch: &mut Visitor) -> Outcome {
    judged(world, procedure, change, &Target::new(world, procedure, change), from, watch)
}

fn judged(
    world: &World,
    procedure: &Procedure,
    change: &Forward,
    target: &Target,
    from: &State,
    watch: &mut Visitor,
) -> Outcome {
    let declared = world.declaration(procedure);
    let goals: &[_] = if procedure.back_out { &[] } else { &declared.goal };
    let lens = Lens { phase: usize::MAX, origin: &change.origin, forward: false, switched: &change.switched, goals };
    let mut start = from.clone();
    for r in 0..world.plan.resources.len() {
        let word = &mut start.words[world.resource(r)];
        *word &= !data::UNVERIFIED;
        if target.goals[r] && *word & data::ORIGINAL != 0 {
            *word = *word & !data::ORIGINAL | data::CHANGED;
        }
    }
    let mut outcome = Outcome::default();
    let mut wrote = vec![None; world.plan.resources.len()];
    let mut look = |moment: &Moment| {
        watch(moment);
        before_action(world, change, moment, &mut outcome);
        for (r, last) in wrote.iter_mut().enumerate() {
            let was = moment.before.words[world.resource(r)] & data::UNVERIFIED;
            if moment.inside.words[world.resource(r)] & data::UNVERIFIED & !was != 0 || writes(moment, r) {
                *last = Some(moment.action.head);
            }
        }
    };
    let end = Walk::new(world, &lens).procedure(&procedure.body, start, &mut look);
    match end {
        Some(end) => at_end(world, target, &end, &wrote, &mut outcome),
        None => push(&mut outcome, Kind::NeverEnds, None),
    }
    outcome
}

fn writes(moment: &Moment, resource: usize) -> bool {
    moment.action.effects.iter().any(|effect| match effect {
        Effect::Restore { resource: r, .. } | Effect::Switch(r, _) | Effect::Modify(r) => r.index() == resource,
        _ => false,
    })
}

fn push(outcome: &mut Outcome, kind: Kind, moment: Option<&Moment>) {
    let at = moment.map(|m| (m.action.id.clone(), m.action.head));
    let trouble = Trouble { kind, at };
    if !outcome.troubles.contains(&trouble) {
        outcome.troubles.push(trouble);
    }
}

/// What must hold for an action to be done at all.
fn before_action(world: &World, change: &Forward, moment: &Moment, outcome: &mut Outcome) {
    let reads = if world.lacks(Weakness::CapturesAreSet) { &[][..] } else { &moment.action.reads };
    for name in reads {
        let unset = world.captures.get(name.as_str()).map(|&c| moment.before.words[world.capture(c)] & mark::NO != 0);
        if unset == Some(true) {
            push(outcome, Kind::Unset(name.clone()), Some(moment));
        }
    }
    for effect in &moment.action.effects {
        match effect {
            Effect::Restore { resource, backup, while_running, .. } => {
                before_restore(world, moment, resource.index(), *backup, *while_running, outcome);
            }
            Effect::Take { backup, while_running: false, .. } => {
                let mut of = world.plan[*backup].of.iter().map(|r| r.index());
                let writer = of.find_map(|r| Some((r, world.running_writer(moment.before, r)?)));
                let raced = writer.map(|(r, writer)| (r, *backup, writer, moment.action.head));
                let raced = raced.filter(|new| !outcome.raced.contains(new));
                outcome.raced.extend(raced);
            }
            Effect::Destroy(r) | Effect::Delete(Thing::Resource(r)) => {
                let gamble = (r.index(), moment.action.head);
                if gambles(world, change, moment.before, r.index()) && !outcome.gambles.contains(&gamble) {
                    outcome.gambles.push(gamble);
                }
            }
            Effect::Start(s) => {
                if let Some((r, value)) = broken(world, &change.origin, *s, moment.before) {
                    push(outcome, Kind::BrokenStart(*s, r, value), Some(moment));
                }
            }
            Effect::Undo { phase, step, total, .. } => {
                if let Some(slot) = world.undo_slot(phase.index(), step) {
                    before_undo(world, change, moment, slot, *total, outcome);
                }
            }
            _ => {}
        }
    }
}

/// Is there something to lose, and no copy that can be read for certain? What the change has made is not missed.
fn gambles(world: &World, change: &Forward, before: &State, resource: usize) -> bool {
    let data = world.plan.resources[resource].kind == ResourceKind::Data && change.origin[resource] != data::ABSENT;
    let there = before.words[world.resource(resource)] & data::VALUES != data::ABSENT;
    let readable = |&b: &usize| before.words[world.backup(b)] & (copy::BAD | copy::ABSENT) == 0;
    let mut wholes = (0..world.plan.resources.len()).filter(|&w| world.parts[w].contains(&resource));
    data && there && !wholes.any(|w| world.backups[w].iter().any(readable))
}

/// A step that was certainly not done is not taken back; one that may be half done only by an undo made for it.
fn before_undo(world: &World, change: &Forward, moment: &Moment, slot: usize, total: bool, outcome: &mut Outcome) {
    let done = |slot: usize| moment.before.words[world.undo(slot)];
    if world.lacks(Weakness::UndoFromAnywhere) || done(slot) & (mark::YES | mark::BACK) == 0 {
        return;
    }
    let undoable = &world.undoable[slot];
    let once = !moment.action.repeatable && moment.action.done_when.is_none();
    for &r in &undoable.resources {
        let doubtful = data::TORN | change.origin[r];
        let half = moment.before.words[world.resource(r)] & doubtful != 0 || once;
        if !total && half {
            push(outcome, Kind::UndoHalf(r, undoable.step.to_owned()), Some(moment));
        }
        let later = world.undo_slots_of(r).iter().find(|&&other| other > slot && done(other) & mark::YES != 0);
        if let Some(&later) = later.filter(|_| !world.lacks(Weakness::UndoInAnyOrder)) {
            let later = world.undoable[later].step.to_owned();
            push(outcome, Kind::UndoOrder(r, undoable.step.to_owned(), later), Some(moment));
        }
    }
}

fn before_restore(
    world: &World,
    moment: &Moment,
    resource: usize,
    backup: Id<Backup>,
    while_running: bool,
    outcome: &mut Outcome,
) {
    let word = moment.before.words[world.backup(backup.index())];
    let none = word & (copy::GOOD | copy::STALE | copy::BAD) == 0;
    let doubtful = word & (copy::BAD | copy::ABSENT) != 0;
    if none {
        push(outcome, Kind::NoBackup(resource, backup), Some(moment));
    } else if word & copy::RACED != 0 {
        push(outcome, Kind::RacedBackup(resource, backup), Some(moment));
    } else {
        if word & copy::STALE != 0 {
            push(outcome, Kind::StaleBackup(resource, backup), Some(moment));
        }
        // Of a copy that is of the wrong state it does not matter whether it can be read; one made elsewhere may be mended.
        let elsewhere = world.plan[backup].elsewhere.is_some();
        if doubtful && (word & copy::STALE == 0 || elsewhere) {
            push(outcome, Kind::BadBackup(resource, backup), Some(moment));
        }
    }
    if !while_running {
        if let Some(writer) = world.running_writer(moment.before, resource) {
            push(outcome, Kind::Writer(resource, writer), Some(moment));
        }
    }
    let lost = (resource, backup, moment.action.head);
    if word & copy::LIVE != 0 && world.copy_of[resource].is_none() && !outcome.loses.contains(&lost) {
        outcome.loses.push(lost);
    }
}

/// Something that a service writes or runs and that is not whole.
pub fn broken(world: &World, origin: &[Bits], s: Id<Service>, state: &State) -> Option<(usize, Bits)> {
    if world.lacks(Weakness::StartsOnAnything) {
        return None;
    }
    let declared = &world.plan[s];
    let things = declared.writes.iter().chain(&declared.runs);
    let parts = things.flat_map(|r| world.parts[r.index()].iter().copied());
    let value = |r: usize| {
        let rolling = if world.plan.resources[r].rolling || declared.rolling { data::MIXED } else { 0 };
        let unborn = if origin[r] == data::ABSENT { data::ABSENT } else { 0 };
        let bad = (data::TORN | data::ABSENT | data::MIXED) & !rolling & !unborn;
        state.words[world.resource(r)] & bad
    };
    let fault = |r: &usize| world.matters(*r) && !world.is_cache(*r) && value(*r) != 0;
    parts.into_iter().find(fault).map(|r| (r, value(r)))
}

fn at_end(world: &World, target: &Target, end: &State, wrote: &[Option<Span>], outcome: &mut Outcome) {
    for (r, fine) in target.values.iter().enumerate() {
        let (word, Some(fine)) = (end.words[world.resource(r)], fine) else { continue };
        let wrong = word & data::VALUES & !fine;
        if wrong != 0 && world.lacks(Weakness::ResourcesMayStay) {
            continue;
        }
        if wrong != 0 {
            push(outcome, Kind::Left(r, wrong), None);
        } else if word & data::UNVERIFIED != 0 && !world.is_cache(r) && !world.lacks(Weakness::WrittenIsSeen) {
            outcome.unverified.push((r, wrote[r]));
        }
    }
    for (s, wanted) in target.services.iter().enumerate() {
        let left = end.words[world.service(s)] & !wanted;
        if left != 0 && !world.lacks(Weakness::ServicesMayStay) {
            push(outcome, Kind::ServiceLeft(Id::new(s), left & service::RUNNING != 0), None);
        }
    }
}
