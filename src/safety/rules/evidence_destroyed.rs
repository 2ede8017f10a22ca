//! A rollback removes containers before anybody has kept what they logged: what went wrong is gone with them.

use super::Context;
use crate::diagnostics::Diagnostic;
use crate::ir::{Action, Effect, Run, actions};
use crate::model::plan::{ProcedureKind, Thing};
use crate::model::value::{Check, Command, Probe};
use crate::safety::world::probes;
use crate::shell::{self, Words};

/// Tools whose things take their logs with them.
const CONTAINERS: &[&str] = &["docker", "podman", "kubectl", "helm"];

/// Commands that remove such things.
const REMOVERS: &[&str] = &["docker", "podman", "docker-compose", "kubectl"];

pub fn check(context: &Context) -> Vec<Diagnostic> {
    let world = context.world;
    let mut found: Vec<Diagnostic> = Vec::new();
    for procedure in world.program.procedures.iter().filter(|p| !p.back_out) {
        if !matches!(world.declaration(procedure).kind, ProcedureKind::Rollback | ProcedureKind::FixForward) {
            continue;
        }
        let body = actions(&procedure.body);
        let Some((place, what)) =
            body.iter().enumerate().find_map(|(i, a)| removes(context, &body[..i], a).map(|what| (i, what)))
        else {
            continue;
        };
        let known = found.iter().any(|d| d.labels[0].span == body[place].head);
        if known || body[..place].iter().any(|action| keeps(action)) {
            continue;
        }
        let message = format!("`{}` removes {what} before anybody has kept the log", body[place].id);
        found.push(
            Context::report("evidence-destroyed", message, body[place].head, "why it failed can't be found out afterwards")
                .help("keep the log first: `capture evidence file sh \"docker compose logs --no-color\" private`; or stop it without removing it"),
        );
    }
    found
}

/// What an action removes with its log.
fn removes(context: &Context, before: &[&Action], action: &Action) -> Option<String> {
    let plan = context.world.plan;
    let declared = action.effects.iter().find_map(|effect| match effect {
        Effect::Delete(Thing::Service(s)) => {
            let needs = &plan[plan[*s].driver].needs;
            needs.iter().any(|tool| CONTAINERS.contains(&tool.as_str())).then(|| format!("`{}`", plan[*s].common.name))
        }
        _ => None,
    });
    if !context.has_named(REMOVERS) {
        return declared;
    }
    let own = commands(action);
    let earlier: Vec<shell::Command> = before.iter().flat_map(|action| commands(action)).collect();
    let strange = |(place, command): (usize, &shell::Command)| {
        is_removal(command) && !made_here(command, earlier.iter().chain(&own[..place]))
    };
    declared.or_else(|| own.iter().enumerate().any(strange).then(|| "containers".to_owned()))
}

/// Does it remove only what the same procedure has made: a container to try something in?
fn made_here<'c>(removal: &shell::Command, mut earlier: impl Iterator<Item = &'c shell::Command>) -> bool {
    let Some(name) = removal.arguments().last().and_then(shell::Word::literal).filter(|_| removal.has("rm")) else {
        return false;
    };
    earlier.any(|command| (command.has("run") || command.has("create")) && command.has(name))
}

fn is_removal(command: &shell::Command) -> bool {
    match command.name() {
        "docker" if command.has("compose") => command.has("down") || command.has("rm"),
        "docker" | "podman" => {
            let verb = command.arguments().first().and_then(shell::Word::literal);
            verb == Some("rm") || verb == Some("container") && (command.has("rm") || command.has("prune"))
        }
        "docker-compose" => command.has("down") || command.has("rm"),
        "kubectl" => {
            command.has("delete") && ["pod", "pods", "deployment", "deploy"].iter().any(|kind| command.has(kind))
        }
        _ => false,
    }
}

fn keeps(action: &Action) -> bool {
    // The last lines on the screen are not the log.
    let few = |c: &shell::Command| {
        let lines = c.arguments().value(&["--tail", "-n"]);
        let lines = lines.and_then(|word| word.text.rsplit('=').next()?.parse::<u32>().ok());
        lines.is_some_and(|lines| lines < 100) && !c.redirects.iter().any(|redirect| redirect.writes)
    };
    let logs = |c: &shell::Command| c.name() == "journalctl" || c.has("logs") && !few(c);
    matches!(action.run, Run::Capture { file: true, .. } | Run::Diagnose(_)) || commands(action).iter().any(logs)
}

fn commands(action: &Action) -> Vec<shell::Command> {
    let read = |list: &[Command]| {
        let scripts =
            list.iter().filter_map(|command| if let Command::Sh(script) = command { Some(script) } else { None });
        scripts.flat_map(|script| shell::parse(script).commands.clone()).collect()
    };
    match &action.run {
        Run::Commands(list) | Run::Diagnose(list) => read(list),
        Run::Capture { source, .. } => asked(source),
        _ => Vec::new(),
    }
}

fn asked(check: &Check) -> Vec<shell::Command> {
    let mut found = Vec::new();
    probes(&check.probe, &mut |probe| {
        if let Probe::Sh(script, _) = probe {
            found.extend(shell::parse(script).commands.clone());
        }
    });
    found
}
