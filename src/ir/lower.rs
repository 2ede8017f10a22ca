//! From the statements of a plan to nodes and actions.

use std::borrow::Cow;
use std::fmt::Write;

use super::effects::{self, Effects};
use super::times;
use super::{Action, Branch, Effect, Group, GroupKind, Limit, Loop, Node, Procedure, Program, Run};
use crate::model::ids::Id;
use crate::model::plan::{Plan, Procedure as Declaration, ProcedureKind, Resource, Service, Thing};
use crate::model::statement::{Options, Statement, Verb};
use crate::model::value::{Check, Piece, Probe, Template, Value};
use crate::source::{Sources, Span};

/// Compiles a resolved plan, free of errors, to a program.
///
/// `choices` are those of the variants that it was resolved for.
pub fn lower(plan: Plan, choices: &[String], sources: &Sources) -> Program {
    let lowering = Lowering { plan: &plan };
    let ids = || (0..plan.procedures.len()).map(Id::new);
    let mut procedures: Vec<Procedure> = ids().map(|id| lowering.procedure(id)).collect();
    for id in ids().filter(|id| plan[*id].kind == ProcedureKind::Phase) {
        let back_out = lowering.back_out(id, &procedures);
        procedures.push(back_out);
    }
    for procedure in &mut procedures {
        procedure.worst = times::worst(&procedure.body);
    }
    let variant = (!choices.is_empty()).then(|| choices.join("-"));
    let file = sources.relative(plan.file);
    Program { plan, variant, file, procedures }
}

struct Lowering<'p> {
    plan: &'p Plan,
}

impl Lowering<'_> {
    fn procedure(&self, id: Id<Declaration>) -> Procedure {
        let declaration = &self.plan[id];
        let body = self.nodes(&self.statements(id), "");
        Procedure { name: declaration.common.name.clone(), declaration: id, back_out: false, body, worst: None }
    }

    /// The statements of a procedure with `extends` carried out.
    fn statements(&self, id: Id<Declaration>) -> Cow<'_, [Statement]> {
        let declaration = &self.plan[id];
        let Some(base) = declaration.extends else { return Cow::Borrowed(&declaration.body) };
        let mut body = self.statements(base).into_owned();
        for (step, statements, _) in &declaration.replace {
            substitute(&mut body, step, statements);
        }
        for (step, _) in &declaration.omit {
            substitute(&mut body, step, &[]);
        }
        body.extend(declaration.body.iter().cloned());
        Cow::Owned(body)
    }

    fn nodes(&self, statements: &[Statement], prefix: &str) -> Vec<Node> {
        statements.iter().map(|statement| self.node(statement, prefix)).collect()
    }

    fn node(&self, statement: &Statement, prefix: &str) -> Node {
        let id = format!("{prefix}{}", statement.id);
        let group = |kind, body| {
            Node::Group(Group {
                kind,
                id: id.clone(),
                title: statement.title.clone(),
                span: statement.span,
                estimate: statement.options.estimate,
                body,
            })
        };
        match &statement.verb {
            Verb::Stage(body) => group(GroupKind::Stage, self.nodes(body, prefix)),
            Verb::Parallel(body) => group(GroupKind::Parallel, self.nodes(body, prefix)),
            Verb::Always(body) => group(GroupKind::Always, self.nodes(body, prefix)),
            Verb::Point(point, body) => group(GroupKind::Point(*point), self.nodes(body, prefix)),
            Verb::Call(called) => {
                group(GroupKind::Call(*called), self.nodes(&self.statements(*called), &format!("{id}.")))
            }
            Verb::If(check, then, otherwise) => Node::If(Branch {
                id: id.clone(),
                span: statement.head,
                check: check.clone(),
                then: self.nodes(then, prefix),
                otherwise: self.nodes(otherwise, prefix),
            }),
            Verb::For { variable, over, body } => Node::For(Loop {
                id: id.clone(),
                span: statement.head,
                variable: variable.clone(),
                over: over.clone(),
                body: self.nodes(body, prefix),
            }),
            _ => Node::Action(Box::new(self.action(statement, id, prefix))),
        }
    }

    fn action(&self, statement: &Statement, id: String, prefix: &str) -> Action {
        let plan = self.plan;
        let run = self.run(statement, prefix);
        let mut declared = Effects::of(plan);
        declared.declared(statement);
        declared.verb(&statement.verb);
        let nothing = statement.changes_nothing || effects::only_reads(statement, &run);
        let options = &statement.options;
        let (attempts, pause) = options.retry.map_or((1, 0), |(times, pause)| (times.saturating_add(1), pause));
        let mut action = Action {
            title: statement.title.clone().unwrap_or_else(|| self.words(statement)),
            span: statement.span,
            head: statement.head,
            block: statement.block,
            timeout: times::limit(plan, &run, options).or_else(|| self.undo_limit(&statement.verb)),
            run,
            effects: declared.list,
            declared: nothing || !statement.effects.is_empty(),
            attempts,
            pause,
            estimate: options.estimate,
            on: options.on.or_else(|| self.place_of(&statement.verb)),
            user: options.user.clone(),
            dir: options.dir.clone(),
            ask_first: options.ask_first.clone(),
            if_fails: options.if_fails.clone(),
            says_repeatable: options.repeatable,
            repeatable: options.repeatable.is_some() || nothing || is_repeatable(&statement.verb),
            done_when: options.done_when.clone(),
            undo: options.undo.clone(),
            expect: options.expect.clone(),
            keeps_nothing: options.writes_nothing_kept.is_some(),
            about: options.about.clone(),
            reads: Vec::new(),
            allow: options.allow.clone(),
            id,
        };
        action.reads = effects::captures_read(plan, &action);
        action
    }

    /// The host of the thing that a statement works on.
    fn place_of(&self, verb: &Verb) -> Option<crate::model::plan::Where> {
        match verb {
            Verb::Restore { resource, .. } | Verb::Switch(resource, _) => self.plan[*resource].on,
            Verb::Stop(service) | Verb::Start(service) | Verb::Restart(service) => self.plan[*service].on,
            Verb::Take(backup) => self.plan[*backup].of.first().and_then(|resource| self.plan[*resource].on),
            _ => None,
        }
    }

    /// An undo may take as long as it says itself, else as long as the step that it takes back.
    fn undo_limit(&self, verb: &Verb) -> Option<(u64, Limit)> {
        let Verb::Undo { phase, step } = verb else { return None };
        let options = &effects::step(self.plan, *phase, step)?.options;
        let own = options.undo.as_ref().and_then(|undo| undo.timeout);
        own.or(options.timeout).map(|seconds| (seconds, Limit::Plan))
    }

    fn run(&self, statement: &Statement, prefix: &str) -> Run {
        match &statement.verb {
            Verb::Take(backup) => Run::Take(*backup),
            Verb::Restore { resource, backup, only, at } => {
                Run::Restore { resource: *resource, backup: *backup, only: only.clone(), at: at.clone() }
            }
            Verb::Swap(one, other) => Run::Swap(*one, *other),
            Verb::Stop(service) => Run::Service(*service, "stop"),
            Verb::Start(service) => Run::Service(*service, "start"),
            Verb::Restart(service) => Run::Service(*service, "restart"),
            Verb::Switch(resource, to) => Run::Switch(*resource, to.clone()),
            Verb::Undo { phase, step } => {
                let found = effects::step(self.plan, *phase, step).and_then(|step| step.options.undo.as_ref());
                Run::Commands(found.map(|undo| undo.commands.clone()).unwrap_or_default())
            }
            Verb::Step(commands) => Run::Commands(commands.clone()),
            Verb::Diagnose(commands) => Run::Diagnose(commands.clone()),
            Verb::Capture { name, source, file, private } => {
                Run::Capture { name: name.clone(), source: source.clone(), file: *file, private: *private }
            }
            Verb::Verify { check, .. } => Run::Verify(check.clone()),
            Verb::Wait(seconds) => Run::Wait(*seconds),
            Verb::WaitUntil { check, on, otherwise } => Run::Await {
                check: check.clone(),
                on: on.iter().map(|(text, body)| (text.clone(), self.nodes(body, prefix))).collect(),
                otherwise: self.nodes(otherwise, prefix),
            },
            Verb::Manual { by, at, check } => Run::Manual { by: *by, at: at.clone(), check: check.clone() },
            Verb::Confirm(phrase) => Run::Confirm(phrase.clone()),
            Verb::Notify(channel, message) => Run::Notify(*channel, *message),
            Verb::Require(checklist) => Run::Require(*checklist),
            Verb::Escalate(role) => Run::Escalate(*role),
            Verb::WaitReboot(..) => Run::NotYet("wait reboot".to_owned()),
            Verb::Copy { .. } => Run::NotYet("copy".to_owned()),
            Verb::Stage(_)
            | Verb::Parallel(_)
            | Verb::Always(_)
            | Verb::Point(..)
            | Verb::Call(_)
            | Verb::If(..)
            | Verb::For { .. } => Run::NotYet("group".to_owned()),
        }
    }

    /// The statement in its own words, for those without a title.
    fn words(&self, statement: &Statement) -> Template {
        let plan = self.plan;
        let resource = |id: &Id<Resource>| plan[*id].common.name.clone();
        let service = |id: &Id<Service>| plan[*id].common.name.clone();
        let text = match &statement.verb {
            Verb::Take(backup) => format!("take backup {}", plan[*backup].common.name),
            Verb::Restore { resource: r, backup, .. } => {
                format!("restore {} from {}", resource(r), plan[*backup].common.name)
            }
            Verb::Swap(one, other) => format!("swap {} with {}", resource(one), resource(other)),
            Verb::Stop(s) => format!("stop {}", service(s)),
            Verb::Start(s) => format!("start {}", service(s)),
            Verb::Restart(s) => format!("restart {}", service(s)),
            Verb::Switch(r, to) => return switch_words(&resource(r), to, statement.head),
            Verb::Undo { step, .. } => format!("undo {step}"),
            Verb::Capture { name, .. } => format!("capture {name}"),
            Verb::Notify(channel, message) => {
                format!("notify {} {}", plan[*channel].common.name, plan[*message].common.name)
            }
            Verb::Require(checklist) => format!("require {}", plan[*checklist].common.label()),
            Verb::Escalate(role) => format!("escalate to {}", plan.role(*role).label()),
            Verb::Wait(seconds) => format!("wait {}", duration(*seconds)),
            _ => statement.id.replace('_', " "),
        };
        Template { pieces: vec![Piece::Text(text)], span: statement.head }
    }

    /// The procedure that takes back a phase that has not changed anything yet: what it stopped is started again, and
    /// the other way round, last first.
    fn back_out(&self, phase: Id<Declaration>, procedures: &[Procedure]) -> Procedure {
        let plan = self.plan;
        let mut touched: Vec<(Id<Service>, bool)> = Vec::new();
        for action in super::actions(&procedures[phase.index()].body) {
            if action.effects.iter().any(writes) {
                break;
            }
            for effect in &action.effects {
                let (service, stopped) = match effect {
                    Effect::Stop(service) => (*service, true),
                    Effect::Start(service) => (*service, false),
                    _ => continue,
                };
                if !touched.iter().any(|(known, _)| *known == service) {
                    touched.push((service, stopped));
                }
            }
        }
        let statements = touched.iter().rev().map(|(service, stopped)| {
            let word = if *stopped { "start" } else { "stop" };
            let verb = if *stopped { Verb::Start(*service) } else { Verb::Stop(*service) };
            let span = plan[phase].common.name_span;
            Statement {
                id: format!("{word}_{}", plan[*service].common.name),
                title: None,
                span,
                head: span,
                block: None,
                verb,
                effects: vec![],
                changes_nothing: false,
                options: Options::default(),
            }
        });
        let body = self.nodes(&statements.collect::<Vec<_>>(), "");
        let several = plan.procedures_of(ProcedureKind::Phase).count() > 1;
        let name = if several { format!("back_out_{}", plan[phase].common.name) } else { "back_out".to_owned() };
        Procedure { name, declaration: phase, back_out: true, body, worst: None }
    }
}

/// Does this effect change something that a backup or a reference would have to bring back?
pub fn writes(effect: &Effect) -> bool {
    !matches!(
        effect,
        Effect::Stop(_)
            | Effect::Start(_)
            | Effect::Take { .. }
            | Effect::Verify(_)
            | Effect::Set(_)
            | Effect::Adjust(_)
            | Effect::Append(_)
    )
}

/// Puts other statements in the place of the one of that name, wherever it is nested.
fn substitute(body: &mut Vec<Statement>, step: &str, with: &[Statement]) {
    if let Some(at) = body.iter().position(|statement| statement.id == step) {
        body.splice(at..=at, with.iter().cloned());
        return;
    }
    for statement in body {
        match &mut statement.verb {
            Verb::Stage(inner) | Verb::Parallel(inner) | Verb::Always(inner) | Verb::Point(_, inner) => {
                substitute(inner, step, with);
            }
            Verb::For { body, .. } => substitute(body, step, with),
            Verb::If(_, then, otherwise) => {
                substitute(then, step, with);
                substitute(otherwise, step, with);
            }
            Verb::WaitUntil { otherwise, .. } => substitute(otherwise, step, with),
            _ => {}
        }
    }
}

fn is_repeatable(verb: &Verb) -> bool {
    !matches!(verb, Verb::Step(_) | Verb::Undo { .. } | Verb::Manual { .. } | Verb::Swap(..) | Verb::Copy { .. })
}

fn switch_words(resource: &str, to: &Value, span: Span) -> Template {
    let mut pieces = vec![Piece::Text(format!("switch {resource} to "))];
    match to {
        Value::Variable(variable) => pieces.push(Piece::Variable(variable.clone())),
        Value::Text(text) => pieces.extend(text.pieces.iter().cloned()),
        Value::Number(number) => pieces.push(Piece::Text(number.to_string())),
        _ => {}
    }
    Template { pieces, span }
}

/// Seconds as people write them: `90` is `1m30s`.
pub fn duration(seconds: u64) -> String {
    let parts = [(86_400, "d"), (3600, "h"), (60, "m"), (1, "s")];
    let mut rest = seconds;
    let mut text = String::new();
    for (size, unit) in parts {
        if rest >= size {
            let _ = write!(text, "{}{unit}", rest / size);
            rest %= size;
        }
    }
    if text.is_empty() { "0s".to_owned() } else { text }
}

/// The services whose `url` a check asks, and the resources that it queries.
pub fn things_read(plan: &Plan, check: &Check) -> Vec<Thing> {
    let mut things = Vec::new();
    read_by(plan, check, &mut things);
    things
}

fn read_by(plan: &Plan, check: &Check, things: &mut Vec<Thing>) {
    match &check.probe {
        Probe::Sql(resource, ..) => things.push(Thing::Resource(*resource)),
        Probe::Healthy(service) | Probe::Running(service) => things.push(Thing::Service(*service)),
        Probe::Http(http) => {
            let asked = http.url.source();
            let matching = plan.services.iter().enumerate().filter(|(_, service)| {
                service
                    .url
                    .as_ref()
                    .is_some_and(|url| asked.starts_with(&url.source()) || url.source().starts_with(&asked))
            });
            things.extend(matching.map(|(index, _)| Thing::Service(Id::new(index))));
        }
        Probe::Passed(id) => {
            let mut visit = |statement: &Statement| {
                if let Verb::Verify { of, check } = &statement.verb {
                    things.extend(of);
                    read_by(plan, check, things);
                }
            };
            plan[*id].body.iter().for_each(&mut visit);
        }
        Probe::Not(inner) => read_by(plan, inner, things),
        Probe::All(inner) | Probe::Any(inner) => inner.iter().for_each(|check| read_by(plan, check, things)),
        _ => {}
    }
}
