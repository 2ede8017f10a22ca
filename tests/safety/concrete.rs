//! Runs programs on concrete values, choosing outcomes: what the analysis says of all runs at once is tried one by one.
//! Written from the meaning of the statements, and of nothing in `src/safety`.

use rbk::ir::{Action, Effect, GroupKind, Node, Procedure, Program};
use rbk::model::plan::Thing;
use rbk::model::statement::OnFailure;
use rbk::safety::matrix::Point;
use std::collections::{BTreeMap, BTreeSet};

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

#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
struct World {
    resources: Vec<Content>,
    /// Readable, and of what.
    backups: Vec<Option<(bool, Content)>>,
    running: Vec<bool>,
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
}

type Worlds = BTreeSet<World>;

impl<'a> Simulation<'a> {
    pub fn new(program: &'a Program, phase: &'a Procedure) -> Self {
        Simulation { program, phase }
    }

    fn start(&self) -> World {
        let plan = &self.program.plan;
        World {
            resources: vec![Content::Whole(Vec::new()); plan.resources.len()],
            backups: vec![None; plan.backups.len()],
            running: vec![true; plan.services.len()],
            captured: BTreeSet::new(),
            started: BTreeSet::new(),
            passed: false,
            mailed: false,
        }
    }

    /// Every world in which the change may stand at each of its points.
    pub fn points(&self) -> BTreeMap<Point, Vec<Position>> {
        let mut found: BTreeMap<Point, Worlds> = BTreeMap::new();
        found.entry(Point::Before).or_default().insert(self.start());
        self.forward(&self.phase.body, Worlds::from([self.start()]), false, &mut found);
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
                Node::For(_) => panic!("no loops here"),
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
        worlds
    }

    /// The worlds in which an effect stopped halfway, those before it having happened or not.
    fn broken(&self, action: &Action, world: &World) -> Vec<World> {
        let mut worlds = vec![world.clone()];
        for effect in &action.effects {
            let mut next = worlds.clone();
            for world in &worlds {
                next.extend(self.effect(action, effect, world));
                next.extend(self.half(action, effect, world));
            }
            worlds = next;
        }
        worlds
    }

    fn half(&self, action: &Action, effect: &Effect, world: &World) -> Vec<World> {
        let tear = |r: usize| {
            let mut torn = world.clone();
            let was = Box::new(torn.resources[r].clone());
            torn.resources[r] = Content::Half(action.id.clone(), was);
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
                bad.backups[backup.index()] = Some((false, Content::Garbage));
                vec![bad]
            }
            _ => Vec::new(),
        }
    }

    fn effect(&self, action: &Action, effect: &Effect, world: &World) -> Vec<World> {
        let mut next = world.clone();
        match effect {
            Effect::Modify(r) => write(&mut next.resources[r.index()], &action.id),
            Effect::Destroy(r) => write(&mut next.resources[r.index()], &format!("!{}", action.id)),
            Effect::Delete(Thing::Resource(r)) => next.resources[r.index()] = Content::Gone,
            Effect::Adjust(r) => mend(&mut next.resources[r.index()], &action.id),
            Effect::Switch(r, to) => {
                let old = matches!(to, rbk::model::value::Value::Text(text) if text.source() == "v1");
                let marks = if old { vec![] } else { vec!["v2".to_owned()] };
                next.resources[r.index()] = Content::Whole(marks);
            }
            Effect::Stop(s) => next.running[s.index()] = false,
            Effect::Start(s) => next.running[s.index()] = true,
            Effect::Irreversible(_) => next.mailed = true,
            Effect::Set(name) => {
                next.captured.insert(name.clone());
            }
            Effect::Take { backup, verified, while_running } => {
                return self.take(world, backup.index(), *verified, *while_running);
            }
            Effect::Restore { resource, backup, .. } => {
                let copy = world.backups[backup.index()].clone();
                next.resources[resource.index()] = copy.map_or(Content::Garbage, |(_, content)| content);
            }
            Effect::Undo { step, resources, total, .. } if world.started.contains(step) => {
                for r in resources {
                    next.resources[r.index()] = undone(&next.resources[r.index()], step, &action.id, *total);
                }
            }
            _ => {}
        }
        vec![next]
    }

    /// A copy can be good or bad whatever the command said; a check throws the bad ones out, but not those that are of no
    /// single moment.
    fn take(&self, world: &World, backup: usize, verified: bool, while_running: bool) -> Vec<World> {
        let plan = &self.program.plan;
        let of = plan.backups[backup].of[0];
        let raced =
            !while_running && plan.services.iter().zip(&world.running).any(|(s, on)| *on && s.writes.contains(&of));
        let with = |copy| {
            let mut next = world.clone();
            next.backups[backup] = Some(copy);
            next
        };
        let good = with((true, world.resources[of.index()].clone()));
        let bad = with((false, Content::Garbage));
        match (raced, verified) {
            (true, _) => vec![good, with((true, Content::Garbage))],
            (false, true) => vec![good],
            (false, false) => vec![good, bad],
        }
    }

    /// The first run of a procedure from a world that does not end as things were.
    pub fn recover(&self, procedure: &Procedure, from: &Position) -> Result<(), Bad> {
        let mut worlds = Worlds::from([from.0.clone()]);
        for node in &procedure.body {
            let Node::Action(action) = node else { panic!("no groups in these rollbacks") };
            let mut after = Worlds::new();
            for world in &worlds {
                self.possible(action, world)?;
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
                if action.repeatable && action.effects.iter().any(undoes) {
                    begun = Worlds::from([world.clone()]);
                }
                let once = |a: &Action| {
                    a.effects.iter().any(|e| matches!(e, Effect::Undo { total: false, .. })) && !a.repeatable
                };
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
                    let taken = action.effects.iter().find_map(of);
                    if taken.is_some_and(|r| world.resources[r] != Content::Whole(Vec::new())) {
                        after.insert(world.clone());
                    }
                }
            }
            worlds = after;
        }
        worlds.iter().try_for_each(|world| self.is_back(world))
    }

    /// May the action be done at all in this world?
    fn possible(&self, action: &Action, world: &World) -> Result<(), Bad> {
        let plan = &self.program.plan;
        for effect in &action.effects {
            match effect {
                Effect::Restore { resource, backup, .. } => {
                    match &world.backups[backup.index()] {
                        Some((true, content)) if *content == Content::Whole(Vec::new()) => {}
                        Some((true, _)) => return Err("the copy is of another state".to_owned()),
                        _ => return Err("nothing readable to restore from".to_owned()),
                    }
                    let writes = plan.services.iter().zip(&world.running);
                    if writes.into_iter().any(|(s, on)| *on && s.writes.contains(resource)) {
                        return Err("a writer runs during the restore".to_owned());
                    }
                }
                Effect::Undo { step, resources, total: false, .. } if world.started.contains(step) => {
                    let ready =
                        |c: &Content| matches!(c, Content::Whole(marks) if !marks.is_empty()) || *c == Content::Gone;
                    if !resources.iter().all(|r| ready(&world.resources[r.index()])) {
                        return Err("the undo fails on what it was not made for".to_owned());
                    }
                }
                Effect::Start(s) => {
                    let service = &plan.services[s.index()];
                    for r in service.writes.iter().chain(&service.runs) {
                        if !matches!(world.resources[r.index()], Content::Whole(_)) {
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
        let irrevocable = |r: usize| self.program.plan.resources[r].common.name == "mail";
        let wrong = world.resources.iter().enumerate().find(|(r, c)| !irrevocable(*r) && **c != Content::Whole(vec![]));
        if let Some((r, content)) = wrong {
            return Err(format!("resource {r} ends as {content:?}"));
        }
        if world.running.iter().any(|on| !on) {
            return Err("a service is left stopped".to_owned());
        }
        Ok(())
    }
}

/// A world at a point.
#[derive(Debug)]
pub struct Position(World);

impl Position {
    pub fn passed(&self) -> bool {
        self.0.passed
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
