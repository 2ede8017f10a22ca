//! Tells the one run that ends badly, step by step: "1 `take_before` (plan.rbk:7) is done, but `before` is unreadable → 2 `drop`
//! (plan.rbk:8) fails halfway: `db` is half written → `back` 1 `restore_db` (plan.rbk:16) restores `db` from it".
//!
//! In: a finding. Out: the run, its words, and the command that shows all of it. Not its business: what to do about it.

use super::cells::{self, Column, Survey};
use super::coverage::{Finding, alike};
use super::forward::{Forward, repeats};
use super::matrix::Point;
use super::recovery;
use super::single::{How, Run as Single, Step, number, runs, values_of};
use super::state::{Bits, copy, data, service};
use super::trouble::{Kind, Trouble, condition};
use super::values::thing;
use super::walk::Moment;
use super::world::World;
use crate::ir::{Effect, Run, actions};
use crate::model::plan::{Language, Thing};
use crate::source::Sources;

/// At most so many steps of the change are told, the last ones.
const LONGEST: usize = 6;

/// One run that ends badly.
pub struct Witness<'a> {
    /// The change and how it stops.
    pub change: Single<'a>,
    /// What the procedure does then, up to where it goes wrong.
    pub back: Vec<Step<'a>>,
    /// What is wrong there; none where nothing leads back at all.
    pub trouble: Option<Trouble>,
    /// The words that are told.
    tells: Vec<usize>,
    /// What they were before the last step of the procedure.
    last: Vec<Bits>,
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
    let ends = |run: &Single<'a>, wanted: &dyn Fn(&Trouble) -> bool| {
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
    run: &Single,
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

/// The run of a finding in words, one step a line.
pub fn run(world: &World, survey: &Survey, sources: &Sources, finding: &Finding) -> String {
    let change = &survey.changes[finding.change];
    let tell = Tell { world, sources };
    let witness = witness(world, survey, finding);
    let mut parts = witness.as_ref().map(|witness| tell.run(witness)).unwrap_or_default();
    if parts.is_empty() {
        let name = &world.program.procedures[change.forward.procedure].name;
        parts.push(format!("`{name}` stops {}", place(&change.forward.stops[finding.stop].point)));
    }
    parts.push(tell.ending(finding, witness.as_ref()));
    format!("a run that ends badly:\n  {}", parts.join("\n  → "))
}

/// The command that shows all of a finding's run; none for a plan that is in no file.
pub fn command(world: &World, survey: &Survey, sources: &Sources, finding: &Finding) -> Option<String> {
    let change = &survey.changes[finding.change].forward;
    let stop = &change.stops[finding.stop];
    let plan = &sources.file(world.plan.head.common.name_span.file).name;
    let plan = if plan.starts_with('-') { format!("./{plan}") } else { plan.clone() };
    let mut words = vec!["rbk".to_owned(), "simulate".to_owned(), word(&plan)];
    if let Some(variant) = &world.program.variant {
        words.extend(["--variant".to_owned(), word(variant)]);
    }
    let alike = survey.changes.iter().flat_map(|other| &other.forward.stops).filter(|other| other.point == stop.point);
    if alike.count() > 1 {
        words.extend(["--phase".to_owned(), word(&world.program.procedures[change.procedure].name)]);
    }
    let at = match &stop.point {
        Point::Inside(id) => id.clone(),
        other => other.label().replacen(':', " ", 1),
    };
    words.extend(["--fail-at".to_owned(), word(&at)]);
    if let Some(p) = finding.procedure {
        words.extend(["--run".to_owned(), word(&world.program.procedures[p].name)]);
    }
    (!plan.contains(['<', '\''])).then(|| words.join(" "))
}

/// A text as one word of a command line that a person copies.
fn word(text: &str) -> String {
    let plain = |c: char| c.is_alphanumeric() || "_./-".contains(c);
    if text.chars().all(plain) { text.to_owned() } else { format!("'{text}'") }
}

struct Tell<'w, 'a> {
    world: &'w World<'a>,
    sources: &'w Sources,
}

impl Tell<'_, '_> {
    fn run(&self, witness: &Witness) -> Vec<String> {
        let told = |step: &&Step| {
            matches!(step.how, How::GoesOn | How::PassedOver) || step.facts.iter().any(|(word, _)| witness.tells.contains(word))
        };
        let steps = &witness.change.steps;
        let last = steps.len().saturating_sub(1);
        let mut lines: Vec<String> = steps
            .iter()
            .enumerate()
            .filter(|(i, step)| *i == last || told(step))
            .map(|(_, step)| self.step(witness, step, None))
            .collect();
        let skipped = lines.len().saturating_sub(LONGEST);
        lines.drain(..skipped);
        if skipped > 0 {
            lines.insert(0, format!("{skipped} earlier steps"));
        }
        let given = witness.change.given.iter().filter(|(word, _)| witness.tells.contains(word));
        let given: Vec<String> = given.map(|&(word, value)| self.fact(word, value)).collect();
        if !given.is_empty() {
            lines.insert(0, format!("at the start {}", given.join(", ")));
        }
        // The last step of the procedure is told by the ending, if that is where it goes wrong.
        let here = usize::from(witness.trouble.as_ref().is_some_and(|trouble| trouble.at.is_some()));
        let back = &witness.back[..witness.back.len().saturating_sub(here)];
        lines.extend(back.iter().map(|step| self.step(witness, step, Some(step.procedure))));
        lines
    }

    fn step(&self, witness: &Witness, step: &Step, of: Option<usize>) -> String {
        let facts = step.facts.iter().filter(|(word, _)| witness.tells.contains(word));
        let facts: Vec<String> = facts.map(|&(word, value)| self.fact(word, value)).collect();
        let has = |is: &dyn Fn(usize, Bits) -> bool| step.facts.iter().any(|&(word, value)| is(word, value));
        let halfway = has(&|word, value| word < self.world.service(0) && value == data::TORN);
        let useless = has(&|word, value| is_backup(self.world, word) && value == copy::BAD);
        let writes_told = |&word: &usize| {
            let resource = word < self.world.service(0);
            resource && step.action.effects.iter().any(|effect| writes(self.world, effect, word))
        };
        let how = match step.how {
            How::PassedOver => "stands in the branch that is not taken",
            How::Done if useless => "ends well, but",
            How::Done if facts.is_empty() => "is done",
            How::Done => "is done:",
            How::GoesOn if step.action.ask_first.is_some() => "is skipped",
            How::GoesOn if matches!(step.action.run, Run::Manual { .. }) => "is said to be done, and is not",
            How::GoesOn if facts.is_empty() => "fails before it does anything, and the change goes on",
            How::GoesOn => "fails halfway, and the change goes on:",
            How::Stops if halfway => "fails halfway:",
            How::Stops if !facts.is_empty() => "fails, and",
            How::Stops if witness.tells.iter().any(writes_told) => "fails before it does anything",
            How::Stops => "fails",
        };
        let same = witness.change.steps.iter().filter(|other| std::ptr::eq(other.action, step.action));
        let again = same.take_while(|other| !std::ptr::eq(*other, step)).count() > 0;
        let round = if again { ", in another round," } else { "" };
        let mut said = format!("{}{round} {how}", self.name(step, of));
        if !facts.is_empty() {
            said = format!("{said} {}", facts.join(", "));
        }
        let raced = matches!(witness.trouble.as_ref().map(|t| &t.kind), Some(Kind::RacedBackup(..)));
        if useless && raced { format!("{said}: it was taken while something wrote") } else { said }
    }

    /// `2 `alter` (plan.rbk:8)`, and in a procedure ``back` 1 `restore_db` (plan.rbk:16)`.
    fn name(&self, step: &Step, of: Option<usize>) -> String {
        let of = of.map_or_else(String::new, |p| format!("`{}` ", self.world.program.procedures[p].name));
        let (number, action) = (number(self.world, step), step.action);
        format!("{of}{number} `{}` ({})", action.id, self.sources.cite(action.head))
    }

    fn fact(&self, word: usize, value: Bits) -> String {
        let thing = thing(self.world, word);
        let is = match thing.kind {
            "resource" if value == data::ORIGINAL => "as before",
            "resource" if value == data::TOUCHED => return format!("`{}` has happened", thing.name),
            "resource" => condition(value, Language::En),
            "backup" if value & copy::BAD != 0 => "unreadable",
            "backup" if value & copy::ABSENT != 0 => "missing",
            "backup" if value & copy::STALE != 0 => "a copy of another state",
            "backup" => "good",
            "service" if value & service::RUNNING != 0 => "running",
            "service" if value & service::STOPPED != 0 => "stopped",
            "service" => "absent",
            _ if value & super::state::mark::YES != 0 => "captured",
            _ => "not captured",
        };
        format!("`{}` is {is}", thing.name)
    }

    fn ending(&self, finding: &Finding, witness: Option<&Witness>) -> String {
        let world = self.world;
        let procedure = finding.procedure.map(|p| world.program.procedures[p].name.as_str());
        match (&finding.trouble, procedure, finding.past) {
            (Some(known), Some(name), _) => {
                let step = witness.and_then(|w| w.back.last().filter(|_| w.trouble.as_ref().is_some_and(|t| t.at.is_some())));
                let who = step.map_or_else(|| format!("`{name}`"), |step| self.name(step, Some(step.procedure)));
                match witness.and_then(|w| Some((w, w.trouble.as_ref()?))) {
                    Some((witness, trouble)) => format!("{who} {}", self.wrong(witness, &trouble.kind)),
                    None => format!("{who} {}", known.kind.sentence(world, Language::En)),
                }
            }
            (_, Some(name), Some(p)) => {
                format!("`{}` may have been passed: `{name}` must not lead back across it, and nothing leads on", point(world, p))
            }
            (_, _, Some(p)) => format!("`{}` may have been passed, and nothing leads on", point(world, p)),
            _ => match witness.map(|witness| witness.tells.as_slice()) {
                Some([word]) => format!("nothing brings `{}` back", thing(world, *word).name),
                _ => "nothing brings back what was before".to_owned(),
            },
        }
    }

    /// What goes wrong in this one run.
    fn wrong(&self, witness: &Witness, kind: &Kind) -> String {
        let world = self.world;
        let (resource, backup) = (|r: usize| world.resource_name(r), |b| world.backup_name(b));
        match kind {
            Kind::NoBackup(r, b) => format!("is to restore `{}` from `{}`, and there is none: `{0}` is lost", resource(*r), backup(*b)),
            Kind::BadBackup(r, b) => format!("restores `{}` from the unreadable `{}`: `{0}` is lost", resource(*r), backup(*b)),
            Kind::RacedBackup(r, b) => format!(
                "restores `{}` from `{}`, of which no two parts fit together: `{0}` comes back broken",
                resource(*r),
                backup(*b)
            ),
            Kind::StaleBackup(r, b) => {
                format!("restores `{}` from `{}`, a copy of another state: `{0}` as it was at the start is lost", resource(*r), backup(*b))
            }
            Kind::Writer(r, s) => {
                let service = world.service_name(*s);
                format!("restores `{}` while `{service}` writes it: it ends as a mixture of both", resource(*r))
            }
            Kind::BrokenStart(s, r, value) => {
                let what = condition(*value, Language::En);
                format!("starts `{}` while `{}` is {what}", world.service_name(*s), resource(*r))
            }
            Kind::Unset(name) => format!("needs `${name}`, which was never captured: it stops there"),
            Kind::Left(r, value) => format!("ends: `{}` is {}", resource(*r), condition(*value, Language::En)),
            Kind::ServiceLeft(s, on) => {
                let (is, was) = if *on { ("running", "stopped") } else { ("stopped", "running") };
                format!("ends: `{}` is {is}, and it was {was} before", world.service_name(*s))
            }
            Kind::UndoHalf(r, step) => self.half(witness, *r, step),
            Kind::UndoOrder(r, step, later) => {
                format!("takes back `{step}` while `{later}`, which came after it, is still in place: that breaks `{}`", resource(*r))
            }
            Kind::NeverEnds => "stops before its end".to_owned(),
        }
    }

    fn half(&self, witness: &Witness, r: usize, step: &str) -> String {
        let world = self.world;
        let name = world.resource_name(r);
        let was = witness.last.get(world.resource(r)).map_or(0, |word| word & data::VALUES);
        let again = witness.back.last().is_some_and(|step| repeats(step.action));
        match was {
            _ if was & data::TORN != 0 => {
                format!("takes back `{step}`, which was done halfway; its undo is not made for that: `{name}` stays half written")
            }
            _ if was & data::ORIGINAL != 0 => {
                format!("takes back `{step}`, which has changed nothing; its undo is not made for that: it breaks `{name}`")
            }
            _ if again => format!("takes back `{step}`, whose undo is not made for what it finds: it breaks `{name}`"),
            _ => format!("is interrupted in the undo of `{step}`, and can't be run a second time: `{name}` is half written"),
        }
    }
}

fn is_backup(world: &World, word: usize) -> bool {
    (world.backup(0)..world.point(0)).contains(&word)
}

fn point<'a>(world: &World<'a>, p: usize) -> &'a str {
    &world.plan.points[p].common.name
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
