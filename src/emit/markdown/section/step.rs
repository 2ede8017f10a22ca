//! One step: why, where, the script's command, by hand, what is seen, what if not, how to undo.

use serde::Serialize;

use super::clock::limit;
use super::procedure::Walk;
use crate::emit::markdown::builder::Builder;
use crate::emit::markdown::hand::once;
use crate::emit::markdown::md::{Block, Fact, Md};
use crate::ir::{Action, Effect, Run};
use crate::model::ids::Id;
use crate::model::plan::{Backup, Requirement, Role, Thing, Where};
use crate::model::statement::Verb;
use crate::model::value::Value;

/// Lines up to which a block is repeated wherever it is needed.
const LONG: usize = 12;

/// One step.
#[derive(Debug, Serialize)]
pub struct Step {
    /// `####`, one more for each group around it.
    pub level: String,
    pub anchor: Md,
    pub number: usize,
    pub total: usize,
    pub title: String,
    pub name: String,
    pub conditions: Vec<String>,
    pub why: Vec<String>,
    pub facts: Vec<Fact>,
    pub command: Option<Block>,
    pub hand: Vec<Block>,
    pub expected: Block,
    pub mismatch: Md,
    pub undo: Md,
    pub undo_blocks: Vec<Block>,
}

impl Builder<'_> {
    pub fn step(&self, action: &Action, walk: &Walk<'_>) -> Step {
        let number = walk.actions.iter().position(|a| std::ptr::eq(*a, action)).map_or(0, |at| walk.requires + at + 1);
        let name = &walk.procedure.name;
        let long = format!("step-{name}-{}", action.id);
        let short = format!("step-{}", action.id);
        let own = long.clone();
        let anchors = if self.taken.borrow_mut().insert(short.clone()) { vec![short, own] } else { vec![own] };
        let about = action.about.as_ref().map(|t| self.voice.text(t));
        let (undo, undo_blocks) = self.undo(action, walk);
        let here = Md::link(&format!("{number} {} ({name})", self.voice.action(action)), &long);
        let mut hand = self.by_hand(action);
        let undo_blocks = undo_blocks.into_iter().filter(|block| !hand.contains(block)).collect();
        hand = self.unless_shown(hand, &here);
        Step {
            level: walk.level(),
            anchor: Md::anchors(&anchors),
            number,
            total: walk.total(),
            title: self.voice.action(action),
            name: action.id.clone(),
            conditions: walk.conditions.clone(),
            why: vec![about.unwrap_or_else(|| self.voice.purpose(&action.run))],
            facts: self.step_facts(action, walk),
            command: self.procedure_command(walk.procedure, &["--only", &action.id]).map(Block::sh),
            hand,
            expected: Block::text(action.expect.as_ref().map_or_else(|| self.expected(action), |t| self.voice.text(t))),
            mismatch: self.mismatch(action, walk),
            undo,
            undo_blocks,
        }
    }

    /// What a procedure asks for before it begins: the script numbers it as its first steps.
    pub fn requirement(&self, at: usize, requirement: Requirement, walk: &Walk<'_>) -> Step {
        let plan = self.plan();
        let (common, who, why, expected) = match requirement {
            Requirement::Authority(id) => {
                let who = ("by", Some(self.role(Role::Authority(id))));
                (&plan[id].common, who, "why_authority", "expect_authority")
            }
            Requirement::Checklist(id) => {
                let list = ("checklist", Some(self.checklist_link(id.index())));
                (&plan[id].common, list, "why_require", "expect_require")
            }
        };
        let name = format!("requires_{}", common.name);
        Step {
            level: walk.level(),
            anchor: Md::anchors(&[format!("step-{}-{name}", walk.procedure.name)]),
            number: at + 1,
            total: walk.total(),
            title: self.voice.label(common),
            conditions: Vec::new(),
            why: vec![self.say(why)],
            facts: self.facts([who]),
            command: self.procedure_command(walk.procedure, &["--only", &name]).map(Block::sh),
            hand: Vec::new(),
            expected: Block::text(self.say(expected)),
            mismatch: Md::text(&self.say("mismatch_require")),
            undo: Md::text(&self.say("undo_nothing")),
            undo_blocks: Vec::new(),
            name,
        }
    }

    pub fn step_link(&self, procedure: &str, action: &Action) -> Md {
        Md::link(&self.voice.action(action), &format!("step-{procedure}-{}", action.id))
    }

    fn step_facts(&self, action: &Action, walk: &Walk<'_>) -> Vec<Fact> {
        let tries = (action.attempts > 1).then(|| {
            let (n, pause) = (action.attempts.to_string(), self.time(action.pause));
            Md::text(&self.fill("tries_pause", &[("n", &n), ("time", &pause)]))
        });
        let changes: Vec<Md> = action.effects.iter().filter_map(|e| self.effect(e)).collect();
        let mut facts = self.facts([
            ("where", Some(self.place(action))),
            ("clock", walk.at().map(|s| Md::text(&self.t_plus(s)))),
            ("estimate", action.estimate.map(|e| Md::text(&self.voice.words.estimate(e)))),
            ("limit", limit(action).map(|s| Md::text(&self.time(s)))),
            ("tries", tries),
            ("changes", Some(Md::join(&changes, ", "))),
        ]);
        facts.extend(self.run_facts(&action.run));
        facts.extend(self.statement_facts(action));
        facts.extend(self.facts([
            ("ask_first", action.ask_first.as_ref().map(|reason| Md::text(&reason.text))),
            ("done_when", action.done_when.as_ref().map(|c| Md::text(&self.voice.check(c)))),
            ("repeatable", self.yes(action.repeatable && action.declared)),
            ("place", Some(Md::code(&self.voice.cite(action.span)))),
        ]));
        facts
    }

    /// What only the statement says: what it reads, what it proves.
    fn statement_facts(&self, action: &Action) -> Vec<Fact> {
        let Some(statement) = self.voice.statements.get(&action.span) else { return Vec::new() };
        let names =
            |things: &[Thing]| Md::text(&things.iter().map(|t| self.voice.thing(*t)).collect::<Vec<_>>().join(", "));
        let proves = match &statement.verb {
            Verb::Verify { of, .. } => names(of),
            _ => Md::default(),
        };
        let place = |place: Option<Where>| place.map(|place| Md::text(&self.voice.place(place)));
        let mut facts = self.facts([("proves", Some(proves)), ("uses", Some(names(&statement.options.uses)))]);
        facts.extend(match &statement.verb {
            Verb::Copy { path, from, to } => self.facts([
                ("path", Some(Md::code(&self.voice.text(path)))),
                ("copy_from", place(*from)),
                ("to", place(*to)),
            ]),
            Verb::WaitReboot(host, seconds) => {
                self.facts([("reboot_of", place(Some(Where::Host(*host)))), ("limit", self.seconds(Some(*seconds)))])
            }
            _ => Vec::new(),
        });
        facts
    }

    fn run_facts(&self, run: &Run) -> Vec<Fact> {
        match run {
            Run::Manual { by, at, check } => self.facts([
                ("by", by.map(|role| self.role(role))),
                ("at", at.as_ref().map(|t| self.md(t))),
                ("proved_by", check.as_ref().map(|c| Md::text(&self.voice.check(c)))),
            ]),
            Run::Confirm(phrase) => self.facts([("phrase", phrase.as_ref().map(|t| Md::code(&self.voice.text(t))))]),
            Run::Restore { only, at, .. } => self.facts([
                ("only_parts", Some(Md::text(&only.join(", ")))),
                ("point_in_time", at.as_ref().map(|v| Md::text(&self.voice.value(v)))),
            ]),
            Run::Capture { name, private, file, .. } => self.facts([
                ("kept_as", Some(Md::code(&format!("${name}")))),
                ("into_file", self.yes(*file)),
                ("private", self.yes(*private)),
            ]),
            Run::Verify(check) | Run::Await { check, .. } => {
                self.facts([("must_be_so", Some(Md::text(&self.voice.check(check))))])
            }
            Run::Notify(channel, message) => {
                let (channel, message) = (&self.plan()[*channel].common, &self.plan()[*message].common);
                let link = |kind: &str, c: &crate::model::plan::Common| {
                    Md::link(&self.voice.label(c), &format!("{kind}-{}", c.name))
                };
                self.facts([("via", Some(link("channel", channel))), ("message", Some(link("message", message)))])
            }
            Run::Require(id) => self.facts([("checklist", Some(self.checklist_link(id.index())))]),
            Run::Escalate(role) => self.facts([("to", Some(self.role(*role)))]),
            _ => Vec::new(),
        }
    }

    fn place(&self, action: &Action) -> Md {
        let host = action.on.map(|on| Md::text(&self.voice.place(on)));
        let user = action.user.as_ref().map(|v| Md::text(&self.fill("as_user", &[("user", &self.voice.value(v))])));
        let dir = action.dir.as_ref().map(|v| Md::code(&self.voice.plain(v)));
        if matches!(action.run, Run::Commands(_)) && host.is_none() && dir.is_none() {
            return Md::join(&[user.unwrap_or_default(), Md::text(&self.say("where_here"))], ", ");
        }
        Md::join(&[host, user, dir].into_iter().flatten().collect::<Vec<_>>(), ", ")
    }

    fn by_hand(&self, action: &Action) -> Vec<Block> {
        let mut blocks = Vec::new();
        if let Some(Where::Host(id)) = action.on {
            blocks.extend(self.plan()[id].ssh.iter().map(|ssh| Block::sh(format!("ssh {}", self.shell_text(ssh)))));
        }
        blocks.extend(action.dir.iter().map(|dir| Block::sh(format!("cd {}", self.shell(dir)))));
        blocks.extend(self.run_by_hand(&action.run));
        once(blocks)
    }

    /// A long program that stands in an earlier step is not repeated, only named.
    fn unless_shown(&self, blocks: Vec<Block>, here: &Md) -> Vec<Block> {
        let mut seen = self.long.borrow_mut();
        let named = blocks.into_iter().map(|block| {
            if block.text.lines().count() <= LONG {
                return block;
            }
            if let Some(there) = seen.get(&block.text) {
                return Block { link: Some(there.clone()), ..block };
            }
            seen.insert(block.text.clone(), here.clone());
            block
        });
        named.collect()
    }

    fn run_by_hand(&self, run: &Run) -> Vec<Block> {
        match run {
            Run::Commands(commands) | Run::Diagnose(commands) => self.commands(commands),
            Run::Service(id, verb) => self.service_by_hand(Thing::Service(*id), verb),
            Run::Take(id) => self.take_by_hand(*id),
            Run::Restore { resource, backup, only, at } => {
                let (note, mut more) = self.backup_path(*backup, false);
                more.extend(
                    (!only.is_empty()).then(|| ("tables", format!("'{}'", only.join("\n").replace('\'', "'\\''")))),
                );
                more.extend(at.as_ref().map(|v| ("at", self.shell(v))));
                let name = if only.is_empty() { "restore" } else { "restore_only" };
                let mut blocks = vec![note];
                blocks.extend(self.operation(Thing::Resource(*resource), name, &more));
                blocks
            }
            Run::Switch(id, to) => self.operation(Thing::Resource(*id), "switch", &[("to", self.shell(to))]),
            Run::Swap(a, b) => {
                let other = Value::Text(crate::model::value::Template::plain(&self.plan()[*b].common.name));
                self.operation(Thing::Resource(*a), "swap", &[("with", self.shell(&other))])
            }
            Run::Capture { source: check, .. } | Run::Verify(check) | Run::Await { check, .. } => {
                self.check_blocks(check)
            }
            Run::Manual { check, .. } => check.iter().flat_map(|c| self.check_blocks(c)).collect(),
            Run::Notify(channel, message) => {
                let plan = self.plan();
                let channel = &plan[*channel];
                let subject = plan[*message].subject.as_ref().map(|t| ("subject", self.shell_text(t)));
                let text = ("message", self.shell_text(&plan[*message].text));
                let given: Vec<String> =
                    subject.into_iter().chain([text]).map(|(name, v)| format!("{name}={v}")).collect();
                let mut blocks = Vec::new();
                if !channel.commands.is_empty() {
                    blocks.push(Block::sh(given.join("\n")).under(self.say("hand_values")));
                }
                let by_hand =
                    channel.by_hand.iter().map(|t| Block::text(self.voice.text(t)).under(self.say("hand_do")));
                blocks.extend(by_hand);
                blocks.extend(self.commands(&channel.commands));
                blocks
            }
            Run::Wait(seconds) => vec![Block::sh(format!("sleep {seconds}"))],
            Run::Confirm(_) | Run::Require(_) | Run::Escalate(_) | Run::NotYet(_) => Vec::new(),
        }
    }

    /// A service without the operation asked for is restarted by a stop and a start.
    pub fn service_by_hand(&self, service: Thing, verb: &str) -> Vec<Block> {
        let grace = match service {
            Thing::Service(id) => self.plan()[id].graceful.map(|s| ("grace", s.to_string())),
            Thing::Resource(_) => None,
        };
        let grace: Vec<(&str, String)> = grace.into_iter().collect();
        let blocks = self.operation(service, verb, &grace);
        let mut blocks = if blocks.is_empty() && verb == "restart" {
            let both = ["stop", "start"].into_iter().flat_map(|verb| self.operation(service, verb, &grace));
            both.collect()
        } else {
            blocks
        };
        if verb == "stop" {
            let mut kill = self.operation(service, "kill", &[]);
            kill.retain(|block| !blocks.contains(block));
            blocks.extend(kill.into_iter().map(|block| block.under(self.say("hand_kill"))));
        }
        blocks
    }

    fn take_by_hand(&self, id: Id<Backup>) -> Vec<Block> {
        let backup = &self.plan()[id];
        let (_, path) = self.backup_path(id, true);
        let assigned: Vec<String> = path.iter().map(|(name, value)| format!("{name}={value}")).collect();
        let mut blocks = vec![Block::sh(assigned.join("\n")).under(self.say("hand_values"))];
        if let Some(taken_by) = &backup.taken_by {
            blocks.extend(self.check_blocks(taken_by));
        } else {
            blocks.extend(backup.of.iter().flat_map(|r| self.operation(Thing::Resource(*r), "backup", &[])));
        }
        blocks.extend(backup.of.iter().flat_map(|r| self.operation(Thing::Resource(*r), "check", &[])));
        blocks.extend(backup.check.iter().flat_map(|c| self.check_blocks(c)));
        blocks
    }

    /// Where a copy is: for a new one a path of its own; for one that was taken, as far as the plan says so.
    fn backup_path(&self, id: Id<Backup>, new: bool) -> (Block, Vec<(&'static str, String)>) {
        let backup = &self.plan()[id];
        let note = Block::text(self.fill("hand_which_copy", &[("what", &backup.common.name)]));
        let stamped = backup.path.as_ref().is_some_and(|path| path.variables().any(|v| v.name == "stamp"));
        let mut values = Vec::new();
        if new && stamped {
            values.push(("stamp", "\"$(date -u +%Y%m%dT%H%M%SZ)\"".to_string()));
        }
        match &backup.path {
            Some(path) if new || !stamped => values.push(("backup_path", self.shell_text(path))),
            None if new => {
                let of = backup.of.first().and_then(|id| self.plan().operation(Thing::Resource(*id), "backup"));
                let suffix = of.and_then(|operation| operation.suffix.as_deref()).unwrap_or_default();
                values.push(("backup_path", format!("\"$PWD/{}{suffix}\"", backup.common.name)));
            }
            _ => {}
        }
        (note, values)
    }

    /// What is seen when the step has done its work, where its author does not say.
    fn expected(&self, action: &Action) -> String {
        let thing = |thing| self.voice.thing(thing);
        let fill = |key: &str, what: String| self.fill(key, &[("what", &what)]);
        match &action.run {
            Run::Commands(_) => self.say("expect_commands"),
            Run::Diagnose(_) => self.say("expect_diagnose"),
            Run::Service(id, "stop") => fill("expect_stop", thing(Thing::Service(*id))),
            Run::Service(id, _) => fill("expect_start", thing(Thing::Service(*id))),
            Run::Take(id) => fill("expect_take", self.voice.label(&self.plan()[*id].common)),
            Run::Restore { resource, .. } => fill("expect_restore", thing(Thing::Resource(*resource))),
            Run::Switch(id, to) => {
                let (what, to) = (thing(Thing::Resource(*id)), self.voice.value(to));
                self.fill("expect_switch", &[("what", &what), ("to", &to)])
            }
            Run::Swap(a, _) => fill("expect_swap", thing(Thing::Resource(*a))),
            Run::Capture { name, .. } => fill("expect_capture", format!("${name}")),
            Run::Verify(check) | Run::Await { check, .. } | Run::Manual { check: Some(check), .. } => {
                self.voice.check(check)
            }
            Run::Wait(seconds) => fill("expect_wait", self.time(*seconds)),
            Run::Manual { check: None, .. } => self.say("expect_manual"),
            Run::Confirm(Some(phrase)) => fill("expect_phrase", self.voice.text(phrase)),
            Run::Confirm(None) => self.say("expect_confirm"),
            Run::Notify(..) => self.say("expect_notify"),
            Run::Require(_) => self.say("expect_require"),
            Run::Escalate(role) => fill("expect_escalate", self.voice.role(*role)),
            Run::NotYet(what) => fill("expect_not_yet", what.clone()),
        }
    }

    /// An effect that a reader should know of.
    fn effect(&self, effect: &Effect) -> Option<Md> {
        let resource = |id: &Id<_>| Thing::Resource(*id);
        let (key, thing, to) = match effect {
            Effect::Modify(id) => ("modifies", resource(id), None),
            Effect::Destroy(id) => ("destroys", resource(id), None),
            Effect::Create(thing) => ("creates", *thing, None),
            Effect::Delete(thing) => ("deletes", *thing, None),
            Effect::Adjust(id) => ("adjusts", resource(id), None),
            Effect::Append(id) => ("appends", resource(id), None),
            Effect::Switch(id, value) => ("switches", resource(id), Some(self.voice.value(value))),
            Effect::Stop(id) => ("stops", Thing::Service(*id), None),
            Effect::Start(id) => ("starts", Thing::Service(*id), None),
            Effect::Irreversible(id) => ("irreversible", resource(id), None),
            Effect::Supersede(id) => ("supersedes", resource(id), None),
            Effect::Restore { resource: id, .. } => ("restores", resource(id), None),
            Effect::Swap(id, _) => ("swaps", resource(id), None),
            Effect::Undo { .. } | Effect::Take { .. } | Effect::Verify(_) | Effect::Set(_) => return None,
        };
        let name = &self.plan().thing(thing).name;
        let to = to.unwrap_or_default();
        Some(Md::text(&self.fill(&format!("effect_{key}"), &[("thing", name), ("to", &to)])))
    }
}
