//! Every shell text of a plan that its own files hold, with the values that its commands may read.

use rustc_hash::FxHashSet;
use std::sync::Arc;

use super::Context;
use super::context::{Written, statements};
use crate::ir::{Action, Node, Program, Run};
use crate::model::plan::{Operation, Plan};
use crate::model::value::{Check, Command, Probe, Script};
use crate::model::{BUILTINS, CONTEXT};
use crate::safety::world::probes;
use crate::shell::{self, Parsed, Place, Read};
use crate::source::{FileId, Sources};

/// A shell text.
pub struct Text {
    /// What it says.
    pub parsed: Arc<Parsed>,
    /// Names that it has besides those of the plan: settings of a thing, variables of loops.
    pub locals: Vec<String>,
    /// What it is for.
    pub role: Role,
}

/// What a shell text is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Role {
    /// It does something.
    Work,
    /// Its exit status, or its output if that is compared, says whether something holds.
    Check {
        /// Is its output compared?
        compared: bool,
    },
    /// Its output is a value, or a list to choose from.
    Source,
    /// A person reads its output.
    Diagnosis,
}

/// A shell text before it is read: several rules look at each, and it is read once.
pub struct Block<'a> {
    /// The text.
    pub script: &'a Script,
    /// Names that it has besides those of the plan: settings of a thing, variables of loops.
    pub locals: Vec<&'a str>,
    /// What it is for.
    pub role: Role,
}

/// All of them, read.
pub fn texts(program: &Program, sources: &Sources, written: &[Written]) -> Vec<Text> {
    let owned = |names: Vec<&str>| names.into_iter().map(str::to_owned).collect();
    let read = |text: Block| Text { parsed: shell::parse(text.script), locals: owned(text.locals), role: text.role };
    of(program, sources, written).into_iter().map(read).collect()
}

/// All of them, in no particular order, each once; the standard drivers' are not the plan's.
pub fn blocks<'a>(program: &'a Program, sources: &Sources) -> Vec<Block<'a>> {
    of(program, sources, &statements(program))
}

fn of<'a>(program: &'a Program, sources: &Sources, written: &[Written<'a>]) -> Vec<Block<'a>> {
    let plan = &program.plan;
    let mut found = Found { texts: Vec::new(), locals: loops(program), diagnosis: false, source: false };
    for (_, action) in written {
        found.action(action);
    }
    for backup in &plan.backups {
        let elsewhere = backup.elsewhere.iter().flat_map(|e| e.list.iter().chain(&e.fetch));
        backup.check.iter().chain(&backup.taken_by).for_each(|check| found.check(check));
        elsewhere.for_each(|check| found.value(check));
    }
    plan.checklists
        .iter()
        .flat_map(|list| &list.items)
        .filter_map(|item| item.check.as_ref())
        .for_each(|c| found.check(c));
    plan.triggers.iter().flat_map(|t| &t.when).for_each(|c| found.check(c));
    plan.signals.iter().filter_map(|s| s.source.as_ref()).for_each(|c| found.value(c));
    plan.monitors.iter().flat_map(|m| &m.watches).filter_map(|w| w.source.as_ref()).for_each(|c| found.value(c));
    plan.inputs.iter().filter_map(|i| i.find_with.as_ref()).for_each(|c| found.value(c));
    plan.secrets.iter().filter_map(|s| s.from.as_ref()).for_each(|c| found.value(c));
    plan.points.iter().filter_map(|p| p.not_passed_when.as_ref()).for_each(|c| found.check(c));
    plan.procedures.iter().flat_map(|p| p.when.iter().chain(&p.unless)).for_each(|c| found.check(c));
    plan.channels.iter().for_each(|channel| found.commands(&channel.commands));
    plan.diagnoses.iter().for_each(|diagnosis| found.diagnosis(&diagnosis.commands));
    for resource in &plan.resources {
        found.operations(&resource.operations, resource.settings.iter().map(|(name, _)| name.as_str()));
        resource.identity.iter().for_each(|check| found.check(check));
    }
    for service in &plan.services {
        found.operations(&service.operations, service.settings.iter().map(|(name, _)| name.as_str()));
        service.healthy_when.iter().for_each(|check| found.check(check));
    }
    let mut seen = FxHashSet::default();
    let mut texts = found.texts;
    texts.retain(|text| is_authors(sources, text.script.span.file) && seen.insert(text.script.span));
    texts
}

/// Is it a file of the plan's author?
pub fn is_own(context: &Context, file: FileId) -> bool {
    is_authors(context.sources, file)
}

fn is_authors(sources: &Sources, file: FileId) -> bool {
    !sources.file(file).name.starts_with("library/")
}

/// The values that every command of the plan may read.
pub fn known<'a>(context: &Context<'a>) -> FxHashSet<&'a str> {
    values(context.world.plan)
}

/// The reads of the script's own shell that nothing gives a value: not the plan, not the text before them, and not bash.
pub fn unknown<'a>(plan: &Plan, texts: &'a [Text]) -> Vec<(&'a Text, &'a Read)> {
    let known = values(plan);
    let strange = |text: &Text, read: &Read| {
        read.place == Place::Here && !known.contains(read.name.as_str()) && !text.locals.contains(&read.name)
    };
    // What the text itself says is asked last: almost every read is one of the plan's values.
    let texts = texts.iter().filter(|text| text.parsed.reads.iter().any(|read| strange(text, read)));
    let of_text = |text: &'a Text| text.parsed.free_reads().map(move |read| (text, read));
    texts.flat_map(of_text).filter(|(text, read)| strange(text, read)).collect()
}

/// The values that every command of a plan may read.
pub fn values(plan: &Plan) -> FxHashSet<&str> {
    let declared = plan.params.iter().map(|p| &p.common).chain(plan.inputs.iter().map(|i| &i.common));
    let declared = declared.chain(plan.secrets.iter().map(|s| &s.common)).map(|common| common.name.as_str());
    let captured = plan.captures.iter().map(|(name, _)| name.as_str());
    declared.chain(captured).chain(BUILTINS.iter().copied()).chain(CONTEXT.iter().copied()).collect()
}

/// Is it a value that every script has, and that is never empty?
pub fn builtin(name: &str) -> bool {
    BUILTINS.contains(&name) || CONTEXT.contains(&name)
}

fn loops(program: &Program) -> Vec<&str> {
    fn walk<'n>(body: &'n [Node], found: &mut Vec<&'n str>) {
        for node in body {
            match node {
                Node::For(repeat) => {
                    found.push(&repeat.variable);
                    walk(&repeat.body, found);
                }
                Node::Group(group) => walk(&group.body, found),
                Node::If(branch) => {
                    walk(&branch.then, found);
                    walk(&branch.otherwise, found);
                }
                Node::Action(_) => {}
            }
        }
    }
    let mut found = Vec::new();
    program.procedures.iter().for_each(|p| walk(&p.body, &mut found));
    found
}

struct Found<'a> {
    texts: Vec<Block<'a>>,
    locals: Vec<&'a str>,
    diagnosis: bool,
    source: bool,
}

impl<'a> Found<'a> {
    fn script(&mut self, script: &'a Script, role: Role) {
        let role = match (self.diagnosis, self.source) {
            (true, _) => Role::Diagnosis,
            (_, true) => Role::Source,
            _ => role,
        };
        self.texts.push(Block { script, locals: self.locals.clone(), role });
    }

    fn value(&mut self, check: &'a Check) {
        self.source = true;
        self.check(check);
        self.source = false;
    }

    fn diagnosis(&mut self, commands: &'a [Command]) {
        self.diagnosis = true;
        self.commands(commands);
        self.diagnosis = false;
    }

    fn commands(&mut self, commands: &'a [Command]) {
        for command in commands {
            if let Command::Sh(script) = command {
                self.script(script, Role::Work);
            }
        }
    }

    fn check(&mut self, check: &'a Check) {
        probes(&check.probe, &mut |probe| {
            if let Probe::Sh(script, comparison) = probe {
                self.script(script, Role::Check { compared: comparison.is_some() });
            }
        });
    }

    fn operations(&mut self, operations: &'a [Operation], settings: impl Iterator<Item = &'a str>) {
        let before = self.locals.len();
        self.locals.extend(settings);
        operations.iter().for_each(|operation| self.commands(&operation.commands));
        self.locals.truncate(before);
    }

    fn action(&mut self, action: &'a Action) {
        match &action.run {
            Run::Commands(commands) => self.commands(commands),
            Run::Diagnose(commands) => self.diagnosis(commands),
            Run::Capture { source: check, .. } => self.value(check),
            Run::Verify(check) | Run::Await { check, .. } => self.check(check),
            Run::Manual { check: Some(check), .. } => self.check(check),
            _ => {}
        }
        action.done_when.iter().for_each(|check| self.check(check));
        action.undo.iter().for_each(|undo| self.commands(&undo.commands));
    }
}
