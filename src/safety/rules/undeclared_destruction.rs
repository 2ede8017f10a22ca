//! A command visibly destroys something, and the statement that runs it does not declare it: then nothing else in the plan
//! (backup, point of no return, matrix) takes it into account.

use super::{Context, scripts};
use crate::diagnostics::Diagnostic;
use crate::ir::{Action, Effect, Run};
use crate::model::plan::{ResourceKind, Thing};
use crate::model::value::{Check, Command, Probe};
use crate::safety::world::{World, probes};
use crate::shell::{self, Destroyed, Parsed, Visible};

pub fn check(context: &Context) -> Vec<Diagnostic> {
    let mut found = Vec::new();
    for (_, action) in context.statements() {
        if !scripts::is_own(context, action.span.file) {
            continue;
        }
        for visible in seen(action) {
            if !declared(context.world, action, visible.destroyed) {
                found.push(one(context, action, &visible));
            }
        }
    }
    found
}

fn one(context: &Context, action: &Action, visible: &Visible) -> Diagnostic {
    let message = format!("`{}` {}, and the plan does not say so", action.id, visible.what);
    let diagnostic = Context::report("undeclared-destruction", message, visible.span, visible.what.clone());
    let diagnostic = diagnostic.also(action.head, "says nothing of it");
    let things = &context.world.plan.resources;
    let likely = things.iter().find(|r| matches!(r.kind, ResourceKind::Data)).or(things.first());
    let name = likely.map_or("RESOURCE", |r| r.common.name.as_str());
    match &action.run {
        Run::Commands(_) => diagnostic.help(format!("declare it: `step {} destroys {name} …`, or `deletes {name}`", action.id)),
        _ => diagnostic.help("a check reads and never writes: move the command into a `step`"),
    }
}

/// What the commands and checks of an action visibly destroy; what an undo destroys, the step had made.
fn seen(action: &Action) -> Vec<Visible> {
    let undoes = action.effects.iter().any(|e| matches!(e, Effect::Undo { .. }));
    match &action.run {
        Run::Commands(commands) if !undoes => commands.iter().flat_map(of_command).collect(),
        Run::Verify(check) | Run::Await { check, .. } | Run::Capture { source: check, .. } => of_check(check),
        _ => Vec::new(),
    }
}

fn of_command(command: &Command) -> Vec<Visible> {
    match command {
        Command::Sh(script) => lasting(&shell::parse(script)),
        Command::Sql(_, query) => shell::query(&query.text),
    }
}

/// What is destroyed and was not made by the same text just before.
fn lasting(parsed: &Parsed) -> Vec<Visible> {
    let object = |command: &shell::Command| command.arguments().last().map(|word| word.text.clone());
    let makes = |command: &&shell::Command| {
        let name = command.name();
        ["createdb", "mkdir", "mktemp"].contains(&name) || command.has("create") || command.has("init")
    };
    let made: Vec<String> = parsed.commands.iter().filter(makes).filter_map(object).collect();
    let temporary = parsed.commands.iter().any(|command| command.name() == "mktemp");
    let scratch = |visible: &Visible| {
        let command = parsed.commands.iter().find(|command| command.span == visible.span);
        let Some(object) = command.and_then(object) else { return false };
        let variable = object.trim_start_matches('$').trim_matches(['{', '}']);
        let own = temporary && object.starts_with('$') && parsed.sets.iter().any(|set| set.name == variable);
        made.contains(&object) || own
    };
    parsed.effects.iter().filter(|visible| !scratch(visible)).cloned().collect()
}

fn of_check(check: &Check) -> Vec<Visible> {
    let mut found = Vec::new();
    probes(&check.probe, &mut |probe| match probe {
        Probe::Sh(script, _) => found.extend(lasting(&shell::parse(script))),
        Probe::Sql(_, query, _) => found.extend(shell::query(&query.text)),
        _ => {}
    });
    found
}

/// Does the action declare a loss of that kind? Files and working trees belong to versioned things as well, which any
/// writing reaches; a cache may be emptied.
fn declared(world: &World, action: &Action, destroyed: Destroyed) -> bool {
    let kind = |r: usize| world.plan.resources[r].kind;
    action.effects.iter().any(|effect| match effect {
        Effect::Destroy(_) | Effect::Delete(_) | Effect::Irreversible(_) => true,
        Effect::Modify(r) | Effect::Switch(r, _) | Effect::Create(Thing::Resource(r)) => {
            let versioned = kind(r.index()) == ResourceKind::Versioned;
            let files = matches!(destroyed, Destroyed::Files | Destroyed::WorkTree | Destroyed::Objects);
            files && versioned || kind(r.index()) == ResourceKind::Cache
        }
        Effect::Stop(_) => destroyed == Destroyed::Objects,
        _ => false,
    })
}
