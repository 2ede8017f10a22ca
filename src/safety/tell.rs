//! Tells the one run that ends badly, step by step: "1 `take_before` (plan.rbk:7) ends well, but `before` is unreadable → 2 `drop`
//! (plan.rbk:8) fails halfway: `db` is half written → `back` 1 `restore_db` (plan.rbk:16) restores `db` from it".
//!
//! In: a finding. Out: its run in words, and the command that shows all of it. Not its business: what to do about it.

use super::cells::Survey;
use super::coverage::Finding;
use super::forward::repeats;
use super::matrix::Point;
use super::single::{How, Step, number};
use super::state::{Bits, copy, data, mark, service};
use super::trouble::{Kind, condition};
use super::values::thing;
use super::witness::{Witness, place, witness, writes};
use super::world::World;
use crate::ir::Run;
use crate::model::plan::Language;
use crate::source::Sources;

/// At most so many steps of the change are told, the last ones.
const LONGEST: usize = 6;

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
            matches!(step.how, How::GoesOn | How::PassedOver)
                || step.facts.iter().any(|(word, _)| witness.tells.contains(word))
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

    /// A step by number, name and place; one of a procedure with the name of that before it.
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
            _ if value & mark::YES != 0 => "captured",
            _ => "not captured",
        };
        format!("`{}` is {is}", thing.name)
    }

    fn ending(&self, finding: &Finding, witness: Option<&Witness>) -> String {
        let world = self.world;
        let procedure = finding.procedure.map(|p| world.program.procedures[p].name.as_str());
        match (&finding.trouble, procedure, finding.past) {
            (Some(known), Some(name), _) => {
                let step =
                    witness.and_then(|w| w.back.last().filter(|_| w.trouble.as_ref().is_some_and(|t| t.at.is_some())));
                let who = step.map_or_else(|| format!("`{name}`"), |step| self.name(step, Some(step.procedure)));
                match witness.and_then(|w| Some((w, w.trouble.as_ref()?))) {
                    Some((witness, trouble)) => format!("{who} {}", self.wrong(witness, &trouble.kind)),
                    None => format!("{who} {}", known.kind.sentence(world, Language::En)),
                }
            }
            (_, Some(name), Some(p)) => {
                format!(
                    "`{}` may have been passed: `{name}` must not lead back across it, and nothing leads on",
                    point(world, p)
                )
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
            Kind::NoBackup(r, b) => {
                format!("is to restore `{}` from `{}`, and there is none: `{0}` is lost", resource(*r), backup(*b))
            }
            Kind::BadBackup(r, b) => {
                format!("restores `{}` from the unreadable `{}`: `{0}` is lost", resource(*r), backup(*b))
            }
            Kind::RacedBackup(r, b) => format!(
                "restores `{}` from `{}`, of which no two parts fit together: `{0}` comes back broken",
                resource(*r),
                backup(*b)
            ),
            Kind::StaleBackup(r, b) => {
                format!(
                    "restores `{}` from `{}`, a copy of another state: `{0}` as it was at the start is lost",
                    resource(*r),
                    backup(*b)
                )
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
                format!(
                    "takes back `{step}` while `{later}`, which came after it, is still in place: that breaks `{}`",
                    resource(*r)
                )
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
                format!(
                    "takes back `{step}`, which was done halfway; its undo is not made for that: `{name}` stays half written"
                )
            }
            _ if was & data::ORIGINAL != 0 => {
                format!(
                    "takes back `{step}`, which has changed nothing; its undo is not made for that: it breaks `{name}`"
                )
            }
            _ if again => format!("takes back `{step}`, whose undo is not made for what it finds: it breaks `{name}`"),
            _ => format!(
                "is interrupted in the undo of `{step}`, and can't be run a second time: `{name}` is half written"
            ),
        }
    }
}

fn is_backup(world: &World, word: usize) -> bool {
    (world.backup(0)..world.point(0)).contains(&word)
}

fn point<'a>(world: &World<'a>, p: usize) -> &'a str {
    &world.plan.points[p].common.name
}
