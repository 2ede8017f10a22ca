//! What an action may make of a state: if it failed (`fail`), and once it has succeeded (`settle`).
//!
//! In: a state and an action's effects. Out: the state after. `fail` is "before, a part, or everything" on all that is
//! written; `settle` is the success of something that may have been interrupted and repeated, which is how actions run.
//! Not its business: the order of actions (`walk`), and whether anything is allowed (`recovery`).

use super::state::{Bits, State, copy, data, mark, point, service};
use super::weakness::Weakness;
use super::world::World;
use crate::ir::{Action, Effect, Run};
use crate::model::ids::Id;
use crate::model::plan::{Backup, Resource, ResourceKind, Service, Thing};
use crate::model::statement::OnFailure;
use crate::model::value::{Template, Value};

/// How effects are to be read: as part of the change, or of what takes it back.
pub struct Lens<'a> {
    /// The plan's index of the phase whose steps these are.
    pub phase: usize,
    /// What each resource was before the change.
    pub origin: &'a [Bits],
    /// Is this the change itself?
    pub forward: bool,
    /// The references that the change switches to: these are certainly not the original ones.
    pub switched: &'a [(usize, &'a Value)],
    /// References that are to be reached instead of the original ones.
    pub goals: &'a [(Id<Resource>, Value)],
}

impl<'a> Lens<'a> {
    /// A lens for the change itself.
    pub fn forward(phase: usize, origin: &'a [Bits]) -> Self {
        Lens { phase, origin, forward: true, switched: &[], goals: &[] }
    }

    /// What a resource was before the change.
    pub fn original(&self, resource: usize) -> Bits {
        self.origin[resource]
    }

    /// What a resource is once it stands at a reference. A rollback that switches names the reference of before; the
    /// script compares the two before it begins.
    fn at(&self, resource: usize, reference: &Value) -> Bits {
        let goal = self.goals.iter().find(|(r, _)| r.index() == resource);
        let back = match goal {
            _ if self.forward => false,
            Some((_, goal)) => same(goal, reference),
            None => !self.switched.iter().any(|(r, to)| *r == resource && same(to, reference)),
        };
        if back { self.original(resource) } else { data::CHANGED }
    }
}

/// Are the two written alike?
pub fn same(a: &Value, b: &Value) -> bool {
    let text = |value: &Value| match value {
        Value::Text(text) => Some(Template::source(text)),
        Value::Variable(variable) => Some(format!("${{{}}}", variable.name)),
        _ => None,
    };
    match (text(a), text(b)) {
        (Some(a), Some(b)) => a == b,
        _ => a == b,
    }
}

/// The state while an action has started and has not succeeded: before, half done, or done.
pub fn fail(world: &World, lens: &Lens, action: &Action, state: &mut State) {
    if world.lacks(Weakness::FailureDoesNothing) {
        return;
    }
    let by = By::of(world, lens, action);
    let mut done = state.clone();
    for effect in &action.effects {
        apply(world, lens, effect, &mut done, by);
        half(world, effect, state, by);
        state.join(&done);
    }
    if let Some(slot) = by.slot {
        state.words[world.undo(slot)] |= mark::YES;
    }
}

/// What matters about the action that an effect belongs to.
#[derive(Clone, Copy)]
struct By {
    /// Some procedure takes it back: then it is that procedure's to answer for what it wrote.
    slot: Option<usize>,
}

impl By {
    fn of(world: &World, lens: &Lens, action: &Action) -> Self {
        let slot = if lens.forward { world.undo_slot(lens.phase, &action.id) } else { None };
        By { slot }
    }

    fn trace(self) -> Bits {
        if self.slot.is_some() { 0 } else { data::OTHERWISE }
    }
}

/// The state when an action has succeeded, however often it was tried, or was passed over as the plan allows.
pub fn settle(world: &World, lens: &Lens, action: &Action, state: &mut State) {
    let goes_on = matches!(action.if_fails, OnFailure::Continue(_)) && !world.lacks(Weakness::GoingOnIsWorking);
    let unproven = matches!(&action.run, Run::Manual { check: None, .. }) && action.expect.is_none();
    let mut other = None;
    if goes_on || safety_copy_may_fail(world, lens, action, state) {
        let mut failed = state.clone();
        fail(world, lens, action, &mut failed);
        other = Some(failed);
    } else if (unproven && !action.effects.is_empty() || action.ask_first.is_some())
        && !world.lacks(Weakness::DoubtIsNone)
    {
        other = Some(state.clone());
    }
    let by = By::of(world, lens, action);
    for effect in &action.effects {
        apply(world, lens, effect, state, by);
    }
    if let Some(slot) = by.slot {
        state.words[world.undo(slot)] = mark::YES;
    }
    if let Some(other) = other {
        state.join(&other);
    }
}

/// The copy that a rollback takes of something already broken may fail: that is journalled and the rollback goes on.
fn safety_copy_may_fail(world: &World, lens: &Lens, action: &Action, state: &State) -> bool {
    let broken = |effect: &Effect| match effect {
        Effect::Take { backup, .. } => !all_original(world, lens, *backup, state),
        _ => false,
    };
    !lens.forward && action.effects.iter().any(broken)
}

fn all_original(world: &World, lens: &Lens, backup: Id<Backup>, state: &State) -> bool {
    let whole = |r: usize| state.words[world.resource(r)] & data::VALUES == lens.original(r);
    world.plan[backup].of.iter().all(|r| world.parts[r.index()].iter().all(|&part| whole(part)))
}

/// Adds what is left when an effect stops halfway.
fn half(world: &World, effect: &Effect, state: &mut State, by: By) {
    let tear = |r: &Id<Resource>, state: &mut State| tear(world, r.index(), state, by);
    match effect {
        Effect::Modify(r) | Effect::Destroy(r) | Effect::Adjust(r) | Effect::Append(r) => tear(r, state),
        Effect::Restore { resource, .. } => tear(resource, state),
        Effect::Create(Thing::Resource(r)) | Effect::Delete(Thing::Resource(r)) => tear(r, state),
        Effect::Switch(r, _) => {
            tear(r, state);
            let resource = &world.plan[*r];
            if resource.rolling || resource.on.is_some() {
                state.words[world.resource(r.index())] |= data::MIXED;
            }
        }
        Effect::Swap(a, b) if !world.lacks(Weakness::SwapsAreAtOnce) => {
            for r in [a, b] {
                state.words[world.resource(r.index())] |= data::ABSENT;
            }
        }
        Effect::Undo { resources, .. } => resources.iter().for_each(|r| tear(r, state)),
        Effect::Take { backup, .. } if !world.lacks(Weakness::FailedCopiesAreNothing) => {
            let word = &mut state.words[world.backup(backup.index())];
            *word |= copy::BAD;
            if fixed_path(world, *backup) {
                *word &= !(copy::GOOD | copy::ABSENT);
            }
        }
        _ => {}
    }
}

fn tear(world: &World, resource: usize, state: &mut State, by: By) {
    for &part in &world.parts[resource] {
        state.words[world.resource(part)] |= data::TORN | data::UNVERIFIED | by.trace();
    }
}

/// Is a backup written to the same file each time?
pub fn fixed_path(world: &World, backup: Id<Backup>) -> bool {
    let varies = |path: &Template| path.variables().any(|v| v.name == "stamp" || v.name == "run");
    world.plan[backup].path.as_ref().is_some_and(|path| !varies(path))
}

/// What is true once an effect has happened.
fn apply(world: &World, lens: &Lens, effect: &Effect, state: &mut State, by: By) {
    let write = |r: &Id<Resource>, state: &mut State, value: &dyn Fn(Bits) -> Bits| {
        write(world, r.index(), state, by, value);
    };
    match effect {
        Effect::Modify(r) => write(r, state, &|was| changed(was, data::CHANGED)),
        Effect::Destroy(r) => {
            let lost = if world.lacks(Weakness::LossIsChange) { data::CHANGED } else { data::LOST };
            write(r, state, &|was| changed(was, lost));
        }
        Effect::Create(Thing::Resource(r)) => write(r, state, &|was| changed(was, data::CHANGED)),
        Effect::Delete(Thing::Resource(r)) => {
            let gone = if world.lacks(Weakness::DeletedIsChanged) { data::CHANGED } else { data::ABSENT };
            write(r, state, &|_| gone);
        }
        Effect::Create(Thing::Service(s)) => absent_becomes_stopped(world, *s, state),
        Effect::Delete(Thing::Service(s)) => state.words[world.service(s.index())] = service::ABSENT,
        Effect::Adjust(_) | Effect::Append(_) => {}
        Effect::Switch(r, to) => {
            let nothing = world.lacks(Weakness::SwitchesAreNothing);
            let value = if nothing { lens.original(r.index()) } else { lens.at(r.index(), to) };
            write(r, state, &|_| value);
        }
        Effect::Stop(s) => stop(world, *s, state),
        Effect::Start(s) => start(world, *s, state),
        Effect::Irreversible(r) => state.words[world.resource(r.index())] = data::TOUCHED,
        Effect::Supersede(r) => supersede(&mut state.words[world.resource(r.index())]),
        Effect::Take { backup, verified, while_running } => {
            take(world, lens, *backup, *verified, *while_running, state);
        }
        Effect::Restore { .. } => restore(world, lens, effect, state, by),
        Effect::Swap(a, b) => swap(world, lens, a.index(), b.index(), state),
        Effect::Undo { phase, step, .. } => {
            if let Some(slot) = world.undo_slot(phase.index(), step) {
                undo(world, lens, slot, state);
            }
        }
        Effect::Verify(things) => things.iter().for_each(|thing| {
            if let Thing::Resource(r) = thing {
                for &part in &world.parts[r.index()] {
                    state.words[world.resource(part)] &= !data::UNVERIFIED;
                }
            }
        }),
        Effect::Set(name) => {
            if let Some(&c) = world.captures.get(name.as_str()) {
                let word = &mut state.words[world.capture(c)];
                // Whoever else runs a change does not write into the journal of this script.
                let elsewhere = lens.forward && world.plan.procedures[lens.phase].described_only;
                *word = mark::YES | if elsewhere { *word & mark::NO } else { 0 };
            }
        }
    }
    rebuild(world, lens, effect, state);
    empty(world, lens, effect, state);
}

/// What was written into a cache by a procedure, or destroyed in it, is a cache again, if an empty one.
fn empty(world: &World, lens: &Lens, effect: &Effect, state: &mut State) {
    let r = match effect {
        Effect::Destroy(r) => r.index(),
        Effect::Modify(r) if !lens.forward => r.index(),
        _ => return,
    };
    if world.is_cache(r) {
        let word = &mut state.words[world.resource(r)];
        *word = data::LOST | *word & !data::VALUES;
    }
}

/// What a whole but altered thing becomes: what was lost before stays lost, what was torn before stays torn.
fn changed(was: Bits, to: Bits) -> Bits {
    let stays = was & (data::LOST | data::TORN);
    let moves = was & data::VALUES & !stays;
    stays | if moves == 0 { 0 } else { to }
}

/// Writes a resource and what is part of it; what is derived from it no longer fits.
fn write(world: &World, resource: usize, state: &mut State, by: By, value: &dyn Fn(Bits) -> Bits) {
    let alone = [resource];
    let parts = if world.lacks(Weakness::PartsStayBehind) { &alone[..] } else { &world.parts[resource] };
    for &part in parts {
        let word = &mut state.words[world.resource(part)];
        *word = value(*word) | *word & data::OTHERWISE | data::UNVERIFIED | by.trace();
        let derived = if world.lacks(Weakness::DerivedStaysFresh) { &[][..] } else { &world.derived[part] };
        for &stale in derived {
            let word = &mut state.words[world.resource(stale)];
            *word = changed(*word, data::CHANGED) | *word & !data::VALUES | data::OTHERWISE;
        }
    }
}

/// Writing what is derived from something original makes it what it was.
fn rebuild(world: &World, lens: &Lens, effect: &Effect, state: &mut State) {
    let (Effect::Modify(r) | Effect::Create(Thing::Resource(r))) = effect else { return };
    let sources = &world.plan[*r].derived_from;
    let whole = |s: &Id<Resource>| state.words[world.resource(s.index())] & data::VALUES == data::ORIGINAL;
    if !lens.forward && !sources.is_empty() && sources.iter().all(whole) {
        let word = &mut state.words[world.resource(r.index())];
        *word = data::ORIGINAL | *word & !data::VALUES;
    }
}

fn absent_becomes_stopped(world: &World, s: Id<Service>, state: &mut State) {
    let word = &mut state.words[world.service(s.index())];
    if *word & service::ABSENT != 0 {
        *word = *word & !service::ABSENT | service::STOPPED;
    }
}

fn stop(world: &World, s: Id<Service>, state: &mut State) {
    let word = &mut state.words[world.service(s.index())];
    if *word & service::RUNNING != 0 {
        *word = *word & !service::RUNNING | service::STOPPED;
    }
}

/// From now on it may write, so that copies of what it writes no longer hold everything.
fn start(world: &World, s: Id<Service>, state: &mut State) {
    state.words[world.service(s.index())] = service::RUNNING;
    if world.lacks(Weakness::StartedDoNotWrite) {
        return;
    }
    for (b, backup) in world.plan.backups.iter().enumerate() {
        let word = &mut state.words[world.backup(b)];
        if *word & copy::VALUES != copy::ABSENT && backup.of.iter().any(|r| world.writers[r.index()].contains(&s)) {
            *word |= copy::LIVE;
        }
    }
}

fn supersede(word: &mut Bits) {
    if *word & data::TOUCHED != 0 {
        *word = *word & !data::TOUCHED | data::SUPERSEDED;
    }
}

/// A copy is of the original only if nothing but the original can be there; that a command ended well proves nothing.
fn take(world: &World, lens: &Lens, backup: Id<Backup>, verified: bool, while_running: bool, state: &mut State) {
    let of = &world.plan[backup].of;
    let raced = of.iter().any(|r| world.running_writer(state, r.index()).is_some());
    let value = if raced && !while_running {
        copy::BAD | copy::RACED
    } else {
        let original = all_original(world, lens, backup, state) || world.lacks(Weakness::CopiesOfAnything);
        let verified = verified || world.lacks(Weakness::ExitZeroProvesGood);
        let kind = if original { copy::GOOD } else { copy::STALE };
        if verified { kind } else { kind | copy::BAD }
    };
    state.words[world.backup(backup.index())] = value | if raced { copy::LIVE } else { 0 };
}

fn restore(world: &World, lens: &Lens, effect: &Effect, state: &mut State, by: By) {
    let Effect::Restore { resource, backup, total, partial, discards_newer, .. } = effect else { return };
    let r = resource.index();
    if let Some(of) = world.copy_of[r] {
        let value = if world.backups[of].contains(&backup.index()) { data::COPY } else { data::CHANGED };
        write(world, r, state, by, &|_| value);
        return;
    }
    let original = lens.original(r);
    let all = *partial && world.lacks(Weakness::PartsAreWholes);
    let (partial, total) = (&(*partial && !all), &(*total || all || world.lacks(Weakness::RestoresAreTotal)));
    let value = |was: Bits| match (*partial, *total) {
        (true, _) => was & data::VALUES | original,
        (false, true) => original,
        (false, false) => original | data::CHANGED,
    };
    write(world, r, state, by, &value);
    for &part in &world.parts[r] {
        if *total && !*partial {
            state.words[world.resource(part)] &= !data::OTHERWISE;
            forget_steps(world, part, r, state);
        }
    }
    if *discards_newer && !world.lacks(Weakness::NothingIsDiscarded) {
        discard(world, r, backup.index(), state);
    }
}

/// After a whole restore there is nothing left of a step that only changed what was restored.
fn forget_steps(world: &World, resource: usize, restored: usize, state: &mut State) {
    for &slot in world.undo_slots_of(resource) {
        let done = state.words[world.undo(slot)] & mark::YES != 0;
        if done && world.undoable[slot].resources.iter().all(|r| world.parts[restored].contains(r)) {
            state.words[world.undo(slot)] = mark::BACK;
        }
    }
}

/// Copies younger than the one restored are gone, and those are perhaps gone that may have been taken anew since. All of
/// them are younger than one made elsewhere.
fn discard(world: &World, resource: usize, backup: usize, state: &mut State) {
    let elsewhere = world.plan.backups[backup].elsewhere.is_some();
    let first = if elsewhere { 0 } else { world.taken[backup] };
    for &other in world.backups[resource].iter().filter(|&&other| other != backup) {
        let word = &mut state.words[world.backup(other)];
        match world.taken[other] {
            usize::MAX => {}
            taken if elsewhere || taken > first => *word = copy::ABSENT,
            _ if world.retaken[other] > first => *word |= copy::ABSENT,
            _ => {}
        }
    }
}

fn swap(world: &World, lens: &Lens, a: usize, b: usize, state: &mut State) {
    let (was_a, was_b) = (state.words[world.resource(a)], state.words[world.resource(b)]);
    let becomes = |r: usize, other: usize, value: Bits| {
        let copied = value & data::COPY != 0 && world.copy_of[other] == Some(r);
        let original = if copied { lens.original(r) } else { 0 };
        let rest = value & data::VALUES & !data::COPY;
        let foreign = if rest & data::ORIGINAL != 0 { data::CHANGED } else { 0 };
        original | rest & !data::ORIGINAL | foreign | data::UNVERIFIED
    };
    state.words[world.resource(a)] = becomes(a, b, was_b);
    state.words[world.resource(b)] = becomes(b, a, was_a);
}

/// Takes a step back: its resources are the original again if nothing else has changed them since.
fn undo(world: &World, lens: &Lens, slot: usize, state: &mut State) {
    if state.words[world.undo(slot)] & (mark::YES | mark::BACK) == 0 {
        return;
    }
    let mut after = Vec::new();
    for &r in &world.undoable[slot].resources {
        let word = state.words[world.resource(r)];
        let mut others = world.undo_slots_of(r).iter().filter(|&&other| other != slot);
        let marks = |other: &usize| state.words[world.undo(*other)];
        let applied = others.clone().any(|other| marks(other) & mark::YES != 0);
        // What is half written is so by this step if every other one is certainly done or not.
        let clear = word & data::OTHERWISE == 0
            && others.all(|other| marks(other) & (mark::YES | mark::NO) != mark::YES | mark::NO);
        let cured = cured(world, r, lens.original(r));
        let mut value = word & data::VALUES;
        if clear && value & cured != 0 {
            let left = if applied { data::CHANGED } else { lens.original(r) };
            value = value & !cured | left;
        }
        after.push((r, value | word & data::OTHERWISE | data::UNVERIFIED));
    }
    for (r, word) in after {
        state.words[world.resource(r)] = word;
    }
    state.words[world.undo(slot)] = mark::BACK;
}

/// The values that an undo turns into the original: deleted data do not come back by it, a deleted setting does. That it may
/// be run where something is half written is for `recovery` to refuse.
fn cured(world: &World, resource: usize, original: Bits) -> Bits {
    let versioned = world.plan.resources[resource].kind == ResourceKind::Versioned;
    let absent = if versioned && original == data::ORIGINAL { data::ABSENT } else { 0 };
    data::CHANGED | data::TORN | absent
}

/// Passes a point of no return.
pub fn pass(world: &World, index: usize, state: &mut State) {
    if !world.lacks(Weakness::NothingIsPassed) {
        state.words[world.point(index)] = point::PASSED;
    }
}
