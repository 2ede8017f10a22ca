//! Finds the one run that is told where a plan is refused, up to where it goes wrong.
//!
//! In: a finding. Out: the steps of the change that matter, and what the procedure does then. Not its business: words (`tell`).

use super::cells::{self, Column, Survey};
use super::coverage::{Finding, alike};
use super::forward::Forward;
use super::matrix::Point;
use super::recovery;
use super::single::{How, Run, Step, runs, values_of};
use super::state::{Bits, copy, data, service};
use super::trouble::{Kind, Trouble};
use super::walk::Moment;
use super::world::World;
use crate::ir::{Effect, actions};
use crate::model::plan::Thing;

/// One run that ends badly.
pub struct Witness<'a> {
    /// The change and how it stops.
    pub change: Run<'a>,
    /// What the procedure does then, up to where it goes wrong.
    pub back: Vec<Step<'a>>,
    /// What is wrong there; none where nothing leads back at all.
    pub trouble: Option<Trouble>,
    /// The words that are told.
    pub tells: Vec<usize>,
    /// What they were before the last step of the procedure.
    pub last: Vec<Bits>,
}

/// The run of a finding; none if no single run shows what the matrix fears of all of them together.
pub fn witness<'a>(world: &World<'a>, survey: &Survey<'a>, finding: &Finding) -> Option<Witness<'a>> {
    let change = &survey.changes[finding.change];
    let column = finding.procedure.and_then(|p| change.columns.iter().find(|column| column.procedure == p));
    let topic = Topic::of(world, &change.forward, finding);
    let chain = column.and_then(|column| passes(world, survey, finding.change, column));
    let passes: Vec<&Forward> = match &chain {
        Some(passes) => passes.iter().collect(),
        None => vec![&change.forward],
    };
    let found = runs(world, &passes, finding.stop, &topic.counts);
    let (Some(column), Some(trouble)) = (column, &finding.trouble) else {
        let change = found.into_iter().next()?;
        return Some(Witness { change, back: Vec::new(), trouble: None, tells: topic.tells, last: Vec::new() });
    };
    let judged = change.pass(column);
    let ends = |run: &Run<'a>, wanted: &dyn Fn(&Trouble) -> bool| {
        let (back, last, trouble) = back(world, judged, column, run, &topic, wanted)?;
        Some(Witness { change: run.clone(), back, trouble: Some(trouble), tells: topic.tells.clone(), last })
    };
    // A run that comes to the very same first; else one in which the copy is of no use for another reason.
    found.iter().find_map(|run| ends(run, &|other| alike(&Some(other.clone()), &Some(trouble.clone())))).or_else(|| {
        let near = |other: &Trouble| other.at == trouble.at && restored(&other.kind) == restored(&trouble.kind);
        found.iter().find_map(|run| ends(run, &|other| restored(&trouble.kind).is_some() && near(other)))
    })
}

/// What is restored from which copy, where that is the trouble.
fn restored(kind: &Kind) -> Option<(usize, usize)> {
    match kind {
        Kind::NoBackup(r, b) | Kind::BadBackup(r, b) | Kind::RacedBackup(r, b) | Kind::StaleBackup(r, b) => {
            Some((*r, b.index()))
        }
        _ => None,
    }
}

/// The passes through several phases that a procedure takes back together.
fn passes<'a>(world: &World<'a>, survey: &Survey<'a>, index: usize, column: &Column) -> Option<Vec<Forward<'a>>> {
    column.chained.as_ref()?;
    let procedure = &world.program.procedures[column.procedure];
    cells::passes(world, &survey.changes[index].forward, &survey.changes[..index], procedure)
}

/// What a procedure does with what a run left, if it comes to the same trouble.
fn back<'a>(
    world: &World<'a>,
    pass: &Forward<'a>,
    column: &Column,
    run: &Run,
    topic: &Topic,
    wanted: &dyn Fn(&Trouble) -> bool,
) -> Option<(Vec<Step<'a>>, Vec<Bits>, Trouble)> {
    let procedure = &world.program.procedures[column.procedure];
    let all = actions(&procedure.body);
    let mut moments = Vec::new();
    let mut watch = |moment: &Moment| {
        let after = moment.after.unwrap_or(moment.before).words.clone();
        moments.push((std::ptr::from_ref(moment.action), moment.before.words.clone(), after));
    };
    let outcome = recovery::watched(world, procedure, pass, &run.state, &mut watch);
    let trouble = outcome.troubles.iter().find(|trouble| wanted(trouble))?.clone();
    let mut steps = Vec::new();
    for (key, before, after) in moments {
        let Some(&action) = all.iter().find(|action| std::ptr::eq(**action, key)) else { continue };
        let here = trouble.at.as_ref().is_some_and(|(id, _)| *id == action.id);
        let value = |words: &[Bits], word: usize| topic.choose(world, &trouble.kind, word, words[word]);
        let changed = topic.tells.iter().copied().filter(|&word| value(&before, word) != value(&after, word));
        let facts: Vec<(usize, Bits)> = changed.map(|word| (word, value(&after, word))).collect();
        if here || !facts.is_empty() {
            steps.push(Step { procedure: column.procedure, action, how: How::Done, facts });
        }
        if here {
            return Some((steps, before, trouble));
        }
    }
    Some((steps, Vec::new(), trouble))
}

/// What a run is told about.
struct Topic {
    /// The words that are told.
    tells: Vec<usize>,
    /// These, and those on which they depend.
    counts: Vec<usize>,
}

impl Topic {
    fn of(world: &World, pass: &Forward, finding: &Finding) -> Self {
        let mut topic = Topic { tells: Vec::new(), counts: Vec::new() };
        match finding.trouble.as_ref().map(|trouble| &trouble.kind) {
            Some(Kind::NoBackup(r, b) | Kind::BadBackup(r, b) | Kind::StaleBackup(r, b)) => {
                topic.tells.extend([world.resource(*r), world.backup(b.index())]);
            }
            Some(Kind::RacedBackup(r, b)) => {
                topic.tells.extend([world.resource(*r), world.backup(b.index())]);
                topic.tells.extend(world.writers[*r].iter().map(|s| world.service(s.index())));
            }
            Some(Kind::Writer(r, s) | Kind::BrokenStart(s, r, _)) => {
                topic.tells.extend([world.resource(*r), world.service(s.index())]);
            }
            Some(Kind::Left(r, _) | Kind::UndoHalf(r, _) | Kind::UndoOrder(r, ..)) => {
                topic.tells.push(world.resource(*r));
            }
            Some(Kind::ServiceLeft(s, _)) => topic.tells.push(world.service(s.index())),
            Some(Kind::Unset(name)) => topic.tells.extend(world.captures.get(name.as_str()).map(|&c| world.capture(c))),
            Some(Kind::NeverEnds) => {}
            None => {
                let written = |&r: &usize| {
                    let action = pass.stops[finding.stop].action;
                    action.is_some_and(|action| action.effects.iter().any(|effect| writes(world, effect, r)))
                };
                let all = 0..world.plan.resources.len();
                topic.tells.extend(all.clone().filter(written).map(|r| world.resource(r)));
                let words = &pass.states[pass.stops[finding.stop].state].words;
                let changed = |&r: &usize| words[world.resource(r)] & data::VALUES != pass.origin[r];
                if topic.tells.is_empty() {
                    topic.tells.extend(all.filter(changed).map(|r| world.resource(r)).take(1));
                }
            }
        }
        topic.depend(world);
        topic
    }

    /// What a copy is of depends on who writes it, what an undo leaves on which steps were done.
    fn depend(&mut self, world: &World) {
        self.counts.clone_from(&self.tells);
        let mut add = |word: usize| {
            if !self.counts.contains(&word) {
                self.counts.push(word);
            }
        };
        let (services, backups, points) = (world.service(0), world.backup(0), world.point(0));
        for &word in &self.tells {
            if (backups..points).contains(&word) {
                for r in world.plan.backups[word - backups].of.iter().map(|r| r.index()) {
                    world.parts[r].iter().for_each(|&part| add(world.resource(part)));
                    world.writers[r].iter().for_each(|s| add(world.service(s.index())));
                }
            } else if word < services {
                world.undo_slots_of(word).iter().for_each(|&slot| add(world.undo(slot)));
                world.plan.resources[word].derived_from.iter().for_each(|r| add(world.resource(r.index())));
            }
        }
    }

    /// Of what a word may be the value that leads to the trouble.
    fn choose(&self, world: &World, kind: &Kind, word: usize, bits: Bits) -> Bits {
        let bits = bits & values_of(world, word);
        let wanted = match *kind {
            Kind::NoBackup(_, b) if word == world.backup(b.index()) => copy::ABSENT,
            Kind::BadBackup(_, b) if word == world.backup(b.index()) => copy::BAD | copy::ABSENT,
            Kind::StaleBackup(_, b) if word == world.backup(b.index()) => copy::STALE,
            Kind::BrokenStart(_, r, value) | Kind::Left(r, value) if word == world.resource(r) => value,
            Kind::Writer(_, s) if word == world.service(s.index()) => service::RUNNING,
            Kind::ServiceLeft(s, true) if word == world.service(s.index()) => service::RUNNING,
            Kind::ServiceLeft(s, false) if word == world.service(s.index()) => service::STOPPED | service::ABSENT,
            _ => 0,
        };
        if bits & wanted == 0 { bits } else { bits & wanted }
    }
}

/// A point in words: `before its first step`, `inside `drop``, `after `drop``.
pub fn place(point: &Point) -> String {
    match point {
        Point::Before => "before its first step".to_string(),
        Point::Inside(id) | Point::Unpassed(id) => format!("inside `{id}`"),
        Point::After(id) => format!("after `{id}`"),
        Point::Found { since, until } => match (since, until) {
            (Some(since), Some(until)) => format!("between `{since}` and `{until}`"),
            (Some(since), None) => format!("behind `{since}`"),
            (None, Some(until)) => format!("not behind `{until}`"),
            (None, None) => "somewhere".to_string(),
        },
        Point::FoundUnpassed { crossing, .. } => format!("not behind `{crossing}`"),
        Point::Unknown => "somewhere".to_string(),
    }
}

/// Does an effect write a resource?
pub fn writes(world: &World, effect: &Effect, resource: usize) -> bool {
    let reaches = |r: usize| world.parts[r].contains(&resource);
    match effect {
        Effect::Modify(r) | Effect::Destroy(r) | Effect::Adjust(r) | Effect::Append(r) => reaches(r.index()),
        Effect::Create(Thing::Resource(r)) | Effect::Delete(Thing::Resource(r)) => reaches(r.index()),
        Effect::Switch(r, _) | Effect::Irreversible(r) | Effect::Supersede(r) => reaches(r.index()),
        Effect::Restore { resource: r, .. } => reaches(r.index()),
        Effect::Swap(a, b) => reaches(a.index()) || reaches(b.index()),
        Effect::Undo { resources, .. } => resources.iter().any(|r| reaches(r.index())),
        _ => false,
    }
}
