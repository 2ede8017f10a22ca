//! What statements change, as effects; and what they read.

use super::lower::things_read;
use super::{Action, Effect, Run};
use crate::model::ids::Id;
use crate::model::plan::{Plan, Procedure, Resource, Thing};
use crate::model::statement::{Change, Statement, Verb};
use crate::model::value::{Check, Command, Comparison, Piece, Probe, Query, Script, Template, Value, Variable};
use crate::shell;

/// The effects of one statement, being collected.
pub struct Effects<'p> {
    plan: &'p Plan,
    /// In order.
    pub list: Vec<Effect>,
}

impl<'p> Effects<'p> {
    /// None yet.
    pub fn of(plan: &'p Plan) -> Self {
        Effects { plan, list: Vec::new() }
    }

    /// What the statement declares.
    pub fn declared(&mut self, statement: &Statement) {
        self.list.extend(statement.effects.iter().map(|declared| effect(&declared.effect)));
    }

    /// What the verb does by itself.
    pub fn verb(&mut self, verb: &Verb) {
        let plan = self.plan;
        match verb {
            Verb::Take(id) => {
                let backup = &plan[*id];
                let operation = |name| backup.of.iter().map(move |r| plan.operation(Thing::Resource(*r), name));
                let checked =
                    backup.check.is_some() || backup.min_size.is_some() || operation("check").all(|op| op.is_some());
                let beside =
                    operation("backup").all(|op| op.is_some_and(|op| op.while_running)) && backup.taken_by.is_none();
                let while_running = backup.while_running || beside;
                self.list.push(Effect::Take { backup: *id, verified: checked && !backup.of.is_empty(), while_running });
            }
            Verb::Restore { resource, backup, only, .. } => {
                let name = if only.is_empty() { "restore" } else { "restore_only" };
                let operation = plan.operation(Thing::Resource(*resource), name);
                let says = |flag: fn(&crate::model::plan::Operation) -> bool| operation.is_some_and(flag);
                self.list.push(Effect::Restore {
                    resource: *resource,
                    backup: *backup,
                    total: only.is_empty() && says(|op| op.total),
                    partial: !only.is_empty(),
                    while_running: says(|op| op.while_running),
                    discards_newer: says(|op| op.discards_newer),
                });
            }
            Verb::Swap(one, other) => self.list.push(Effect::Swap(*one, *other)),
            Verb::Stop(service) => self.list.push(Effect::Stop(*service)),
            Verb::Start(service) => self.list.push(Effect::Start(*service)),
            Verb::Restart(service) => self.list.extend([Effect::Stop(*service), Effect::Start(*service)]),
            Verb::Switch(resource, to) => self.list.push(Effect::Switch(*resource, to.clone())),
            Verb::Undo { phase, step } => self.undo(*phase, step),
            Verb::Capture { name, .. } => self.list.push(Effect::Set(name.clone())),
            Verb::Verify { of, check } => {
                let mut things = of.clone();
                things.extend(things_read(plan, check));
                things.dedup();
                self.list.push(Effect::Verify(things));
            }
            _ => {}
        }
    }

    fn undo(&mut self, phase: Id<Procedure>, name: &str) {
        let Some(step) = step(self.plan, phase, name) else { return };
        let resources = step.effects.iter().filter_map(|declared| changed(&declared.effect)).collect();
        let total = step.options.undo.as_ref().is_some_and(|undo| undo.total);
        self.list.push(Effect::Undo { phase, step: name.to_owned(), resources, total });
    }
}

fn changed(change: &Change) -> Option<Id<Resource>> {
    match change {
        Change::Modifies(r)
        | Change::Destroys(r)
        | Change::Adjusts(r)
        | Change::Appends(r)
        | Change::Switches(r, _) => Some(*r),
        Change::Creates(Thing::Resource(r)) | Change::Deletes(Thing::Resource(r)) => Some(*r),
        _ => None,
    }
}

fn effect(change: &Change) -> Effect {
    match change {
        Change::Modifies(r) => Effect::Modify(*r),
        Change::Destroys(r) => Effect::Destroy(*r),
        Change::Creates(thing) => Effect::Create(*thing),
        Change::Deletes(thing) => Effect::Delete(*thing),
        Change::Adjusts(r) => Effect::Adjust(*r),
        Change::Appends(r) => Effect::Append(*r),
        Change::Switches(r, to) => Effect::Switch(*r, to.clone()),
        Change::Stops(s) => Effect::Stop(*s),
        Change::Starts(s) => Effect::Start(*s),
        Change::Irreversible(r) => Effect::Irreversible(*r),
        Change::Supersedes(r) => Effect::Supersede(*r),
    }
}

/// A step of a phase by name, wherever it is nested.
pub fn step<'p>(plan: &'p Plan, phase: Id<Procedure>, name: &str) -> Option<&'p Statement> {
    fn search<'s>(body: &'s [Statement], name: &str) -> Option<&'s Statement> {
        body.iter().find_map(|statement| {
            if statement.id == name {
                return Some(statement);
            }
            match &statement.verb {
                Verb::Stage(inner) | Verb::Parallel(inner) | Verb::Always(inner) | Verb::Point(_, inner) => {
                    search(inner, name)
                }
                Verb::For { body, .. } => search(body, name),
                Verb::If(_, then, otherwise) => search(then, name).or_else(|| search(otherwise, name)),
                Verb::WaitUntil { otherwise, .. } => search(otherwise, name),
                _ => None,
            }
        })
    }
    search(&plan[phase].body, name)
}

/// Does a step that declares nothing run commands that are all known to change nothing?
pub fn only_reads(statement: &Statement, run: &Run) -> bool {
    let Run::Commands(commands) = run else { return false };
    let reads = |command: &Command| match command {
        Command::Sh(script) => shell::parse(script).only_reads(),
        Command::Sql(_, query) => shell::query(&query.text).reads(),
    };
    statement.effects.is_empty()
        && matches!(statement.verb, Verb::Step(..))
        && !commands.is_empty()
        && commands.iter().all(reads)
}

/// The captures that an action reads: in its values, texts and queries, and as variables of its commands.
pub fn captures_read(plan: &Plan, action: &Action) -> Vec<String> {
    let mut reading = Reading { plan, found: Vec::new() };
    reading.run(&action.run);
    action.done_when.iter().for_each(|check| reading.check(check));
    [&action.dir, &action.user].into_iter().flatten().for_each(|value| reading.value(value));
    reading.template(&action.title);
    reading.found.sort_unstable();
    reading.found.dedup();
    reading.found
}

struct Reading<'p> {
    plan: &'p Plan,
    found: Vec<String>,
}

impl Reading<'_> {
    fn run(&mut self, run: &Run) {
        match run {
            Run::Commands(commands) | Run::Diagnose(commands) => commands.iter().for_each(|command| match command {
                Command::Sh(script) => self.script(script),
                Command::Sql(_, query) => self.query(query),
            }),
            Run::Switch(_, to) => self.value(to),
            Run::Capture { source, .. } => self.check(source),
            Run::Verify(check) | Run::Await { check, .. } | Run::Manual { check: Some(check), .. } => self.check(check),
            Run::Restore { at: Some(at), .. } => self.value(at),
            _ => {}
        }
    }

    fn variable(&mut self, variable: &Variable) {
        if self.plan.captures.iter().any(|(name, _)| *name == variable.name) {
            self.found.push(variable.name.clone());
        }
    }

    fn template(&mut self, template: &Template) {
        for piece in &template.pieces {
            if let Piece::Variable(variable) = piece {
                self.variable(variable);
            }
        }
    }

    fn value(&mut self, value: &Value) {
        match value {
            Value::Text(text) => self.template(text),
            Value::Variable(variable) => self.variable(variable),
            Value::List(values) => values.iter().for_each(|value| self.value(value)),
            _ => {}
        }
    }

    fn script(&mut self, script: &Script) {
        if self.plan.captures.is_empty() {
            return;
        }
        let parsed = shell::parse(script);
        let captured = |name: &&String| self.plan.captures.iter().any(|(capture, _)| capture == *name);
        self.found.extend(parsed.reads.iter().map(|read| &read.name).filter(captured).cloned());
    }

    fn query(&mut self, query: &Query) {
        query.with.iter().for_each(|(_, value)| self.value(value));
    }

    fn comparison(&mut self, comparison: Option<&Comparison>) {
        match comparison {
            Some(Comparison::Is(_, value) | Comparison::Contains(value) | Comparison::Lines(_, value)) => {
                self.value(value);
            }
            Some(Comparison::Between(from, to)) => {
                self.value(from);
                self.value(to);
            }
            _ => {}
        }
    }

    fn check(&mut self, check: &Check) {
        match &check.probe {
            Probe::Http(http) => {
                self.template(&http.url);
                http.headers.iter().chain(&http.body).chain(&http.contains).for_each(|text| self.template(text));
                self.comparison(http.json.as_ref().and_then(|(_, comparison)| comparison.as_ref()));
            }
            Probe::Tcp(text) | Probe::File(text, _) | Probe::Ask(text) => self.template(text),
            Probe::Sql(_, query, comparison) => {
                self.query(query);
                self.comparison(comparison.as_ref());
            }
            Probe::Sh(script, comparison) => {
                self.script(script);
                self.comparison(comparison.as_ref());
            }
            Probe::Signal(_, comparison) => self.comparison(Some(comparison)),
            Probe::Not(inner) => self.check(inner),
            Probe::All(inner) | Probe::Any(inner) => inner.iter().for_each(|check| self.check(check)),
            Probe::Healthy(_) | Probe::Running(_) | Probe::Passed(_) => {}
        }
    }
}
