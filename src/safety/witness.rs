//! Tells the one run that ends badly.
//!
//! In: a finding. Out: a line such as "1 `before` is taken, good → 2 `drop` fails halfway: `db` is half written →
//! `code_only` leaves `db` half written". Not its business: what to do about it.

use super::cells::Survey;
use super::coverage::Finding;
use super::forward::Forward;
use super::matrix::Point;
use super::state::{Bits, copy, data};
use super::trouble::{Kind, condition};
use super::world::World;
use crate::ir::{Action, Effect};
use crate::model::plan::{Language, Thing};

/// At most so many steps of the change are told, the last ones.
const LONGEST: usize = 6;

/// The run of a finding.
pub fn run(world: &World, survey: &Survey, finding: &Finding) -> String {
    let change = &survey.changes[finding.change];
    let forward = &change.forward;
    let name = &world.program.procedures[forward.procedure].name;
    let topic = Topic::of(finding.trouble.as_ref().map(|t| &t.kind));
    let mut steps = told(world, forward, &topic, finding.stop);
    let skipped = steps.len().saturating_sub(LONGEST);
    let mut parts: Vec<String> = steps.drain(skipped..).collect();
    if skipped > 0 {
        parts.insert(0, format!("{skipped} earlier"));
    }
    if parts.is_empty() {
        parts.push(format!("`{name}` stops {}", place(&forward.stops[finding.stop].point)));
    }
    let numbered = parts.iter().enumerate().map(|(i, part)| format!("{} {part}", i + 1));
    let mut parts: Vec<String> = numbered.collect();
    parts.push(ending(world, finding));
    format!("a run that ends badly: {}", parts.join(" → "))
}

fn ending(world: &World, finding: &Finding) -> String {
    let procedure = finding.procedure.map(|p| world.program.procedures[p].name.as_str());
    match (&finding.trouble, procedure, finding.past) {
        (Some(trouble), Some(name), _) => format!("`{name}` {}", trouble.kind.sentence(world, Language::En)),
        (_, _, Some(p)) => format!("`{}` may have been passed, and nothing leads on", world.plan.points[p].common.name),
        _ => "nothing brings it back".to_string(),
    }
}

/// A point in words: `before its first step`, `inside `drop``, `after `drop``.
pub fn place(point: &Point) -> String {
    match point {
        Point::Before => "before its first step".to_string(),
        Point::Inside(id) | Point::Unpassed(id) => format!("inside `{id}`"),
        Point::After(id) => format!("after `{id}`"),
        Point::Unknown => "somewhere".to_string(),
    }
}

/// What a run is told about.
#[derive(Default)]
struct Topic {
    resource: Option<usize>,
    backup: Option<usize>,
    service: Option<usize>,
}

impl Topic {
    fn of(kind: Option<&Kind>) -> Self {
        match kind {
            Some(Kind::NoBackup(r, b) | Kind::BadBackup(r, b) | Kind::RacedBackup(r, b) | Kind::StaleBackup(r, b)) => {
                Topic { resource: Some(*r), backup: Some(b.index()), service: None }
            }
            Some(Kind::Writer(r, s) | Kind::BrokenStart(s, r, _)) => {
                Topic { resource: Some(*r), backup: None, service: Some(s.index()) }
            }
            Some(Kind::Left(r, _) | Kind::UndoHalf(r, _) | Kind::UndoOrder(r, ..)) => {
                Topic { resource: Some(*r), ..Topic::default() }
            }
            Some(Kind::ServiceLeft(s, _)) => Topic { service: Some(s.index()), ..Topic::default() },
            _ => Topic::default(),
        }
    }

    fn any(&self) -> bool {
        self.resource.is_some() || self.service.is_some()
    }
}

/// The steps of the change up to a failure point, as far as they concern the topic; the last one always.
fn told(world: &World, forward: &Forward, topic: &Topic, until: usize) -> Vec<String> {
    let mut lines = Vec::new();
    for (i, stop) in forward.stops.iter().enumerate().take(until + 1) {
        let Some(action) = stop.action else { continue };
        let last = i == until;
        let failed = last && !matches!(stop.point, Point::After(_));
        if !last && !matches!(stop.point, Point::After(_)) {
            continue;
        }
        let words = &forward.states[stop.state].words;
        let what = concerns(world, action, topic, words);
        match (what, last) {
            (Some(what), false) => lines.push(what),
            (Some(what), true) if !failed => lines.push(what),
            (_, true) => lines.push(halted(world, forward, action, topic, words, failed)),
            (None, false) => {}
        }
    }
    lines
}

fn halted(world: &World, forward: &Forward, action: &Action, topic: &Topic, words: &[Bits], failed: bool) -> String {
    let how = if failed { "fails halfway" } else { "is done" };
    let tells = |r: &usize| {
        let value = words[world.resource(*r)] & data::VALUES & !forward.origin[*r];
        let written = action.effects.iter().any(|effect| writes(world, effect, *r));
        value != 0 && written && (topic.resource == Some(*r) || !topic.any())
    };
    let started = action.effects.iter().find_map(|effect| match effect {
        Effect::Start(s) if topic.service == Some(s.index()) => Some(world.service_name(*s)),
        _ => None,
    });
    if let Some(service) = started {
        return format!("`{}` {how}: `{service}` may run", action.id);
    }
    match (0..world.plan.resources.len()).find(tells) {
        Some(r) => {
            let value = words[world.resource(r)] & data::VALUES & !forward.origin[r];
            format!("`{}` {how}: `{}` is {}", action.id, world.resource_name(r), condition(value, Language::En))
        }
        None => format!("`{}` {how}", action.id),
    }
}

fn concerns(world: &World, action: &Action, topic: &Topic, words: &[Bits]) -> Option<String> {
    action.effects.iter().find_map(|effect| match effect {
        Effect::Take { backup, .. } => {
            let wanted = topic.backup == Some(backup.index());
            wanted.then(|| {
                format!("`{}` is taken, {}", world.backup_name(*backup), quality(words, world, backup.index()))
            })
        }
        Effect::Start(s) if topic.service == Some(s.index()) => Some(format!("`{}` runs", world.service_name(*s))),
        Effect::Stop(s) if topic.service == Some(s.index()) => Some(format!("`{}` is stopped", world.service_name(*s))),
        other => {
            let r = topic.resource?;
            let value = words[world.resource(r)] & data::VALUES;
            let what = condition(value & !data::ORIGINAL, Language::En);
            writes(world, other, r).then(|| format!("`{}` is done: `{}` is {what}", action.id, world.resource_name(r)))
        }
    })
}

fn quality(words: &[Bits], world: &World, backup: usize) -> &'static str {
    let word = words[world.backup(backup)];
    match word {
        _ if word & copy::RACED != 0 => "while it was written",
        _ if word & copy::STALE != 0 => "of a changed state",
        _ if word & copy::BAD != 0 => "and nothing reads it back",
        _ => "good",
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
