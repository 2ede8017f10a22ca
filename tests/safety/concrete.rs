//! Runs programs on concrete values, choosing outcomes: what the analysis says of all runs at once is tried one by one.
//! Written from the meaning of the statements, and of nothing in `src/safety`.

use rbk::ir::{Action, Effect, GroupKind, Node, Procedure, Program, Run, actions};
use rbk::model::ids::Id;
use rbk::model::plan::{Resource, ResourceKind, Thing};
use rbk::model::statement::OnFailure;
use rbk::model::value::Value;
use rbk::safety::matrix::Point;
use std::collections::{BTreeMap, BTreeSet};

#[path = "begin.rs"]
mod begin;
#[path = "follow.rs"]
mod follow;
#[path = "places.rs"]
mod places;
pub use follow::Told;

/// What is in a resource.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
enum Content {
    Gone,
    /// Whole: the writes done to it since the beginning, by their steps; `!` before one that destroyed.
    Whole(Vec<String>),
    /// Half written by a step, over what was there before.
    Half(String, Box<Content>),
    /// No one knows.
    Garbage,
}

/// A backup that was taken.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
struct Copied {
    readable: bool,
    /// Of what it copies and each of its parts.
    content: Vec<Content>,
    /// How many were taken before it.
    number: usize,
    /// Has a service that writes what it is a copy of been running since?
    outdated: bool,
}

impl Copied {
    fn original(&self) -> bool {
        self.content.iter().all(|c| *c == Content::Whole(Vec::new()))
    }

    fn unreadable(number: usize) -> Self {
        Copied { readable: false, content: vec![Content::Garbage], number, outdated: false }
    }
}

#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
struct World {
    resources: Vec<Content>,
    backups: Vec<Option<Copied>>,
    running: Vec<bool>,
    /// What was running when the change began.
    ran: Vec<bool>,
    /// Is the change being taken back?
    back: bool,
    /// What was written on the way back and not looked at since.
    unseen: BTreeSet<usize>,
    /// What was restored from which copy although a service had written since.
    lost: BTreeSet<(usize, usize)>,
    captured: BTreeSet<String>,
    /// Steps that the journal knows to have started.
    started: BTreeSet<String>,
    passed: bool,
    mailed: bool,
}

/// A run that ends badly, in words.
type Bad = String;

pub struct Simulation<'a> {
    program: &'a Program,
    phase: &'a Procedure,
    /// The phases that ran before it.
    earlier: Vec<&'a Procedure>,
    /// Are these taken back together with it?
    together: bool,
}

/// How a procedure ends that recovers.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct End {
    /// The resources that it may have written and not looked at since.
    pub unseen: BTreeSet<usize>,
    /// What it restored from which copy although a service may have written since.
    pub lost: BTreeSet<(usize, usize)>,
}

type Worlds = BTreeSet<World>;

impl<'a> Simulation<'a> {
    /// Of a phase that runs behind others, which may be taken back together with it.
    pub fn behind(program: &'a Program, phase: &'a Procedure, earlier: Vec<&'a Procedure>, together: bool) -> Self {
        Simulation { program, phase, earlier, together }
    }

    /// A resource and what is part of it.
    fn parts(&self, r: usize) -> Vec<usize> {
        let resources = &self.program.plan.resources;
        let below = |p: &usize| resources[*p].part_of.iter().any(|whole| whole.index() == r);
        std::iter::once(r).chain((0..resources.len()).filter(below)).collect()
    }

    fn is_cache(&self, r: usize) -> bool {
        self.program.plan.resources[r].kind == ResourceKind::Cache
    }

    /// Every world in which the change may stand at each of its points.
    pub fn points(&self) -> BTreeMap<Point, Vec<Position>> {
        let mut found: BTreeMap<Point, Worlds> = BTreeMap::new();
        let starts = self.starts();
        found.entry(Point::Before).or_default().extend(starts.clone());
        self.forward(&self.phase.body, starts, false, &mut found);
        let wrap = |worlds: Worlds| worlds.into_iter().map(Position).collect();
        found.into_iter().map(|(point, worlds)| (point, wrap(worlds))).collect()
    }

    fn forward(&self, body: &[Node], mut now: Worlds, inside: bool, found: &mut BTreeMap<Point, Worlds>) -> Worlds {
        for node in body {
            now = match node {
                Node::Action(action) => self.forward_action(action, &now, inside, found),
                Node::Group(group) => {
                    self.forward(&group.body, now, inside || matches!(group.kind, GroupKind::Point(_)), found)
                }
                Node::If(branch) => {
                    let mut then = self.forward(&branch.then, now.clone(), inside, found);
                    then.extend(self.forward(&branch.otherwise, now, inside, found));
                    then
                }
                Node::For(of) => {
                    for _ in &of.over {
                        now = self.forward(&of.body, now, inside, found);
                    }
                    now
                }
            };
        }
        now
    }

    fn forward_action(
        &self,
        action: &Action,
        now: &Worlds,
        inside: bool,
        found: &mut BTreeMap<Point, Worlds>,
    ) -> Worlds {
        let mut begun = now.clone();
        let crosses = inside && action.effects.iter().any(|e| matches!(e, Effect::Irreversible(_)));
        begun = begun
            .into_iter()
            .map(|mut world| {
                world.started.insert(action.id.clone());
                world.passed |= crosses;
                world
            })
            .collect();
        let mut stopped = begun.clone();
        let mut after = Worlds::new();
        for world in &begun {
            stopped.extend(self.broken(action, world));
            let done = self.done(action, world);
            stopped.extend(done.iter().cloned());
            after.extend(done);
            // Nobody is asked about what has begun.
            if action.ask_first.is_some() {
                after.insert(world.clone());
            }
        }
        if matches!(action.if_fails, OnFailure::Continue(_)) {
            after.extend(stopped.iter().cloned());
        }
        found.entry(Point::Inside(action.id.clone())).or_default().extend(stopped);
        found.entry(Point::After(action.id.clone())).or_default().extend(after.iter().cloned());
        after
    }

    /// The worlds after a success.
    fn done(&self, action: &Action, world: &World) -> Vec<World> {
        let mut worlds = vec![world.clone()];
        for effect in &action.effects {
            worlds = worlds.iter().flat_map(|world| self.effect(action, effect, world)).collect();
        }
        // What a person does without being asked what was seen may not have been done.
        if matches!(action.run, Run::Manual { check: None, .. }) && action.expect.is_none() {
            worlds.push(world.clone());
        }
        worlds
    }

    /// The worlds in which an effect stopped halfway, those before it having happened or not.
    fn broken(&self, action: &Action, world: &World) -> Vec<World> {
        let mut worlds = vec![world.clone()];
        for effect in &action.effects {
            let mut next = worlds.clone();
            for world in &worlds {
                next.extend(self.effect(action, effect, world));
                for half in self.half(action, effect, world) {
                    let mut outdated = half.clone();
                    self.outdate(effect, &mut outdated);
                    next.extend([half, outdated]);
                }
            }
            worlds = next;
        }
        worlds
    }

    fn half(&self, action: &Action, effect: &Effect, world: &World) -> Vec<World> {
        let tear = |r: usize| {
            let mut torn = world.clone();
            for part in self.parts(r) {
                let was = Box::new(torn.resources[part].clone());
                torn.resources[part] = Content::Half(action.id.clone(), was);
            }
            torn
        };
        match effect {
            Effect::Modify(r) | Effect::Destroy(r) | Effect::Adjust(r) | Effect::Switch(r, _) => vec![tear(r.index())],
            Effect::Delete(Thing::Resource(r)) | Effect::Restore { resource: r, .. } => vec![tear(r.index())],
            Effect::Undo { step, resources, .. } if world.started.contains(step) => {
                resources.iter().map(|r| tear(r.index())).collect()
            }
            Effect::Take { backup, .. } => {
                let mut bad = world.clone();
                bad.backups[backup.index()] = Some(Copied::unreadable(0));
                vec![bad]
            }
            // One name at a time: neither may have it for a moment.
            Effect::Swap(a, b) => {
                let gone = |r: usize, mut world: World| {
                    world.resources[r] = Content::Gone;
                    world
                };
                let swapped = self.effect(action, effect, world).remove(0);
                vec![gone(a.index(), world.clone()), gone(b.index(), swapped)]
            }
            _ => Vec::new(),
        }
    }

    /// What an effect writes whole, or would if it came to its end.
    fn writes(effect: &Effect) -> Option<usize> {
        match effect {
            Effect::Modify(r) | Effect::Destroy(r) | Effect::Switch(r, _) => Some(r.index()),
            Effect::Delete(Thing::Resource(r)) | Effect::Restore { resource: r, .. } => Some(r.index()),
            _ => None,
        }
    }

    fn sources(&self, r: usize) -> impl Iterator<Item = usize> {
        self.program.plan.resources[r].derived_from.iter().map(|source| source.index())
    }

    /// What is derived from what an effect writes fits it no longer.
    fn outdate(&self, effect: &Effect, world: &mut World) {
        let written = Self::writes(effect).map_or_else(Vec::new, |r| self.parts(r));
        for r in 0..world.resources.len() {
            if let (true, Content::Whole(marks)) =
                (self.sources(r).any(|source| written.contains(&source)), &mut world.resources[r])
            {
                marks.retain(|mark| mark != "stale");
                marks.push("stale".to_owned());
            }
        }
    }

    /// What an effect makes of a world, and of what hangs together with what it writes.
    fn effect(&self, action: &Action, effect: &Effect, world: &World) -> Vec<World> {
        let written: Vec<usize> = match effect {
            Effect::Swap(a, b) => vec![a.index(), b.index()],
            Effect::Undo { step, resources, .. } if world.started.contains(step) => {
                resources.iter().flat_map(|r| self.parts(r.index())).collect()
            }
            _ => Self::writes(effect).map_or_else(Vec::new, |r| self.parts(r)),
        };
        let mut worlds = self.itself(action, effect, world);
        for next in worlds.iter_mut() {
            self.outdate(effect, next);
            if !next.back {
                continue;
            }
            next.unseen.extend(&written);
            // Made anew from what is as it was, it is as it was.
            if let Effect::Modify(r) = effect {
                let original = |s: usize| next.resources[s] == Content::Whole(Vec::new());
                if self.sources(r.index()).next().is_some() && self.sources(r.index()).all(original) {
                    next.resources[r.index()] = Content::Whole(Vec::new());
                }
            }
        }
        worlds
    }

    fn itself(&self, action: &Action, effect: &Effect, world: &World) -> Vec<World> {
        let mut next = world.clone();
        match effect {
            Effect::Modify(r) => self.parts(r.index()).iter().for_each(|p| write(&mut next.resources[*p], &action.id)),
            Effect::Destroy(r) => {
                let mark = format!("!{}", action.id);
                self.parts(r.index()).iter().for_each(|p| write(&mut next.resources[*p], &mark));
            }
            Effect::Delete(Thing::Resource(r)) => {
                self.parts(r.index()).iter().for_each(|p| next.resources[*p] = Content::Gone);
            }
            Effect::Adjust(r) => self.parts(r.index()).iter().for_each(|p| mend(&mut next.resources[*p], &action.id)),
            Effect::Switch(r, to) => {
                // A reference that the change does not switch to is the one of before.
                let phases = std::iter::once(&self.phase).chain(self.earlier.iter().filter(|_| self.together));
                let named = phases.flat_map(|phase| actions(&phase.body)).any(|action| match &action.run {
                    Run::Switch(other, reference) => other == r && written(reference) == written(to),
                    _ => false,
                });
                let marks = if named || !world.back { vec!["new".to_owned()] } else { vec![] };
                next.resources[r.index()] = Content::Whole(marks);
            }
            Effect::Stop(s) => next.running[s.index()] = false,
            Effect::Start(s) => {
                next.running[s.index()] = true;
                for (b, backup) in self.program.plan.backups.iter().enumerate() {
                    let writes = self.writer_runs(&next, backup.of[0].index());
                    next.backups[b].iter_mut().for_each(|copied| copied.outdated |= writes);
                }
            }
            Effect::Swap(a, b) => {
                next.resources.swap(a.index(), b.index());
                if !self.is_fresh(b.index()) && !self.is_fresh(a.index()) {
                    [a, b].iter().for_each(|r| write(&mut next.resources[r.index()], "foreign"));
                }
            }
            Effect::Verify(things) => {
                for thing in things {
                    if let Thing::Resource(r) = thing {
                        let parts = self.parts(r.index());
                        next.unseen.retain(|part| !parts.contains(part));
                    }
                }
            }
            Effect::Irreversible(_) => next.mailed = true,
            Effect::Set(name) => {
                next.captured.insert(name.clone());
            }
            Effect::Take { backup, verified, while_running } => {
                return self.take(world, backup.index(), *verified, *while_running);
            }
            Effect::Restore { .. } => return self.restore(action, effect, world),
            Effect::Undo { step, resources, total, .. } if world.started.contains(step) => {
                for r in resources.iter().flat_map(|r| self.parts(r.index())) {
                    next.resources[r] = undone(&next.resources[r], step, &action.id, *total);
                }
            }
            _ => {}
        }
        vec![next]
    }

    /// What a restore leaves: the copy; of one that is not total perhaps something of before as well; and one of a part
    /// only may have left the rest.
    fn restore(&self, action: &Action, effect: &Effect, world: &World) -> Vec<World> {
        let Effect::Restore { resource, backup, total, partial, discards_newer, .. } = effect else {
            return Vec::new();
        };
        let parts = self.parts(resource.index());
        let Copied { content: copy, number: taken, outdated, .. } =
            world.backups[backup.index()].clone().unwrap_or(Copied::unreadable(0));
        let mut next = world.clone();
        if outdated && !self.is_fresh(resource.index()) {
            next.lost.insert((resource.index(), backup.index()));
        }
        for (i, &part) in parts.iter().enumerate() {
            next.resources[part] = copy.get(i).cloned().unwrap_or(Content::Garbage);
        }
        if *discards_newer {
            for (b, other) in self.program.plan.backups.iter().enumerate() {
                let younger = next.backups[b].as_ref().is_some_and(|other| other.number > taken);
                if other.of == self.program.plan.backups[backup.index()].of && younger {
                    next.backups[b] = None;
                }
            }
        }
        match (*partial, *total) {
            // What it left half done itself it finishes; the rest stays as it was.
            (true, _) => {
                let mut rest = World { lost: next.lost.clone(), ..world.clone() };
                parts.iter().for_each(|part| mend(&mut rest.resources[*part], &action.id));
                vec![next, rest]
            }
            (false, true) => vec![next],
            (false, false) => {
                let mut rest = next.clone();
                parts.iter().for_each(|part| write(&mut rest.resources[*part], "remains"));
                vec![next, rest]
            }
        }
    }

    /// A copy can be good or bad whatever the command said; a check throws the bad ones out, but not those that are of no
    /// single moment.
    fn take(&self, world: &World, backup: usize, verified: bool, while_running: bool) -> Vec<World> {
        let plan = &self.program.plan;
        let of = plan.backups[backup].of[0];
        let outdated = self.writer_runs(world, of.index());
        let raced = !while_running && outdated;
        // Taken anew it is younger than all others, which are no older for that.
        let others = world.backups.iter().enumerate().filter(|(b, _)| *b != backup);
        let count = others.filter_map(|(_, other)| other.as_ref()).map(|other| other.number + 1).max().unwrap_or(1);
        let with = |readable, content| {
            let mut next = world.clone();
            next.backups[backup] = Some(Copied { readable, content, number: count, outdated });
            next
        };
        let parts = self.parts(of.index());
        let good = with(true, parts.iter().map(|p| world.resources[*p].clone()).collect());
        let bad = with(false, vec![Content::Garbage]);
        match (raced, verified) {
            (true, _) => vec![good, with(true, vec![Content::Garbage; parts.len()])],
            (false, true) => vec![good],
            (false, false) => vec![good, bad],
        }
    }

    /// Does something run that writes a resource, a part of it, or what it is a part of?
    fn writer_runs(&self, world: &World, r: usize) -> bool {
        let plan = &self.program.plan;
        let reaches = |w: &Id<Resource>| self.parts(w.index()).contains(&r) || self.parts(r).contains(&w.index());
        plan.services.iter().zip(&world.running).any(|(s, on)| *on && s.writes.iter().any(reaches))
    }

    /// The first run of a procedure from one of these worlds that does not end as things were.
    pub fn recover(&self, procedure: &Procedure, from: &[Position]) -> Result<End, Bad> {
        let begin = |position: &Position| World { back: true, ..position.0.clone() };
        let worlds = self.back(&procedure.body, from.iter().map(begin).collect())?;
        let mut end = End::default();
        for world in worlds {
            self.is_back(&world)?;
            end.unseen.extend(world.unseen.iter().filter(|r| !self.is_cache(**r) && !self.is_fresh(**r)));
            end.lost.extend(world.lost);
        }
        Ok(end)
    }

    fn back(&self, body: &[Node], mut worlds: Worlds) -> Result<Worlds, Bad> {
        for node in body {
            worlds = match node {
                Node::Action(action) => self.back_action(action, &worlds)?,
                Node::Group(group) => self.back(&group.body, worlds)?,
                Node::If(branch) => {
                    let mut then = self.back(&branch.then, worlds.clone())?;
                    then.extend(self.back(&branch.otherwise, worlds)?);
                    then
                }
                Node::For(of) => {
                    for _ in &of.over {
                        worlds = self.back(&of.body, worlds)?;
                    }
                    worlds
                }
            };
        }
        Ok(worlds)
    }

    fn back_action(&self, action: &Action, worlds: &Worlds) -> Result<Worlds, Bad> {
        let mut after = Worlds::new();
        for world in worlds {
            self.possible(action, world)?;
            if action.ask_first.is_some() {
                after.insert(world.clone());
            }
            // It may be interrupted any number of times; each time it is begun again from what is then there.
            let mut begun = Worlds::from([world.clone()]);
            loop {
                let more: Worlds = begun.iter().flat_map(|w| self.broken(action, w)).collect();
                let before = begun.len();
                begun.extend(more.into_iter().map(shallow));
                if begun.len() == before {
                    break;
                }
            }
            // Run again after a break, what is repeatable comes to what it would have come to at once.
            let undoes = |e: &Effect| matches!(e, Effect::Undo { .. });
            let swaps = |e: &Effect| matches!(e, Effect::Swap(..));
            if action.repeatable && action.effects.iter().any(undoes) || action.effects.iter().any(swaps) {
                begun = Worlds::from([world.clone()]);
            }
            let once =
                |a: &Action| a.effects.iter().any(|e| matches!(e, Effect::Undo { total: false, .. })) && !a.repeatable;
            if once(action) && begun.len() > 1 {
                return Err(format!("`{}` is interrupted and can't be run twice", action.id));
            }
            for world in &begun {
                after.extend(self.done(action, world));
                // A copy of something broken may fail, and the rollback goes on.
                let of = |e: &Effect| match e {
                    Effect::Take { backup, .. } => Some(self.program.plan.backups[backup.index()].of[0].index()),
                    _ => None,
                };
                let whole = |r: usize| self.parts(r).iter().all(|p| world.resources[*p] == Content::Whole(Vec::new()));
                if action.effects.iter().find_map(of).is_some_and(|r| !whole(r)) {
                    after.insert(world.clone());
                }
            }
        }
        Ok(after)
    }

    /// May the action be done at all in this world?
    fn possible(&self, action: &Action, world: &World) -> Result<(), Bad> {
        let plan = &self.program.plan;
        for effect in &action.effects {
            match effect {
                Effect::Restore { resource, backup, .. } => {
                    match &world.backups[backup.index()] {
                        Some(copied) if copied.readable && copied.original() => {}
                        Some(copied) if copied.readable => return Err("the copy is of another state".to_owned()),
                        _ => return Err("nothing readable to restore from".to_owned()),
                    }
                    if self.writer_runs(world, resource.index()) {
                        return Err("a writer runs during the restore".to_owned());
                    }
                }
                Effect::Undo { step, resources, total: false, .. } if world.started.contains(step) => {
                    let ready =
                        |c: &Content| matches!(c, Content::Whole(marks) if !marks.is_empty()) || *c == Content::Gone;
                    let parts = resources.iter().flat_map(|r| self.parts(r.index()));
                    if !parts.into_iter().all(|r| ready(&world.resources[r])) {
                        return Err("the undo fails on what it was not made for".to_owned());
                    }
                }
                Effect::Start(s) => {
                    let service = &plan.services[s.index()];
                    for r in service.writes.iter().chain(&service.runs).flat_map(|r| self.parts(r.index())) {
                        if !self.is_cache(r) && !matches!(world.resources[r], Content::Whole(_)) {
                            return Err("started on something broken".to_owned());
                        }
                    }
                }
                _ => {}
            }
        }
        let unset = action.reads.iter().find(|name| !world.captured.contains(*name));
        unset.map_or(Ok(()), |name| Err(format!("`{name}` is not captured")))
    }

    fn is_back(&self, world: &World) -> Result<(), Bad> {
        let irrevocable = |r: usize| self.program.plan.resources[r].kind == ResourceKind::Irrevocable;
        // A cache may be empty, but not half written or out of date.
        let fine = |r: usize, c: &Content| {
            irrevocable(r)
                || self.is_fresh(r)
                || *c == Content::Whole(vec![])
                || self.is_cache(r) && *c == Content::Gone
        };
        let wrong = world.resources.iter().enumerate().find(|(r, c)| !fine(*r, c));
        if let Some((r, content)) = wrong {
            return Err(format!("resource {r} ends as {content:?}"));
        }
        if world.running != world.ran {
            return Err("a service is not left as it was".to_owned());
        }
        Ok(())
    }
}

/// A world at a point.
#[derive(Debug, Clone)]
pub struct Position(World);

impl Position {
    pub fn passed(&self) -> bool {
        self.0.passed
    }
}

/// A value as the plan writes it.
fn written(value: &Value) -> String {
    match value {
        Value::Text(text) => text.source(),
        other => format!("{other:?}"),
    }
}

/// Half of a half is a half: keeps the set of worlds finite.
fn shallow(mut world: World) -> World {
    for content in &mut world.resources {
        while let Content::Half(by, was) = content {
            let Content::Half(_, deeper) = was.as_ref() else { break };
            *content = Content::Half(by.clone(), deeper.clone());
        }
    }
    world
}

/// A whole thing is written; one half written by the same step is finished; a broken one stays broken.
fn write(content: &mut Content, step: &str) {
    mend(content, step.trim_start_matches('!'));
    if let Content::Whole(marks) = content {
        if marks.last().is_none_or(|last| last != step) {
            marks.push(step.to_owned());
        }
    }
}

fn mend(content: &mut Content, step: &str) {
    if let Content::Half(by, was) = content {
        if by == step {
            *content = *was.clone();
        }
    }
}

/// What an undo of a step leaves.
fn undone(content: &Content, step: &str, by: &str, total: bool) -> Content {
    match content {
        Content::Whole(marks) if marks.last().is_some_and(|last| last == step) => {
            Content::Whole(marks[..marks.len() - 1].to_vec())
        }
        Content::Whole(marks) if marks.iter().any(|m| m.trim_start_matches('!') == step) => Content::Garbage,
        Content::Whole(_) if total => content.clone(),
        Content::Half(half_by, was) if half_by == step && total => *was.clone(),
        // Its own half, when it is run again.
        Content::Half(half_by, was) if half_by == by => undone(was, step, by, total),
        _ => Content::Garbage,
    }
}
