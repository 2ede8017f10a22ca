//! `docker compose restart` starts the same container again: neither a new image nor new settings reach it.

use super::{Context, commands, scripts::Text};
use crate::diagnostics::{Diagnostic, Fix};
use crate::ir::{Action, Effect, Run, actions};
use crate::model::ids::Id;
use crate::model::plan::Resource;
use crate::model::value::{Command as Written, Value};
use crate::shell::{self, Command, Words};
use crate::source::Span;

pub fn check(context: &Context) -> Vec<Diagnostic> {
    // Nothing restarts but what somebody wrote: most plans have no container at all.
    if !context.has_named(commands::COMPOSE) {
        return Vec::new();
    }
    let restarts = context.named(commands::COMPOSE);
    let mut found: Vec<Diagnostic> = restarts.filter_map(|(text, command)| one(context, text, command)).collect();
    for procedure in context.world.program.procedures.iter().filter(|p| !p.back_out) {
        for diagnostic in declared(context, &actions(&procedure.body)) {
            if found.iter().all(|known| known.labels[0].span != diagnostic.labels[0].span) {
                found.push(diagnostic);
            }
        }
    }
    found
}

/// What a restarted service runs or reads was changed by an earlier action, and nothing has made its container anew since.
fn declared(context: &Context, all: &[&Action]) -> Vec<Diagnostic> {
    let mut changed: Vec<(Id<Resource>, Span)> = Vec::new();
    let mut found = Vec::new();
    for action in all {
        let own = sh(action);
        let commands: Vec<&Command> = own.iter().flat_map(|parsed| &parsed.commands).collect();
        let verb = |command: &&&Command, wanted: &[&str]| {
            commands::compose(command).is_some_and(|(verb, _)| wanted.contains(&verb))
        };
        let restart = commands.iter().find(|command| verb(command, &["restart"]));
        let concerned = changed.iter().find(|(resource, _)| starts(context, action, *resource));
        if let Some((command, (_, cause))) = restart.zip(concerned) {
            found.push(report(command, *cause));
        }
        if commands.iter().any(|command| verb(&command, &["up", "build", "create", "run"])) {
            changed.clear();
            continue;
        }
        changed.extend(action.effects.iter().filter_map(|effect| match effect {
            Effect::Modify(resource) | Effect::Switch(resource, _) | Effect::Restore { resource, .. } => {
                Some((*resource, action.head))
            }
            _ => None,
        }));
    }
    found
}

/// Does an action start a service whose code or settings the resource is?
fn starts(context: &Context, action: &Action, resource: Id<Resource>) -> bool {
    let plan = context.world.plan;
    let file = plan[resource].settings.iter().find(|(name, _)| name == "path").map(|(_, value)| value);
    let settings = matches!(file, Some(Value::Text(text)) if text.as_plain().is_some_and(|path| is_setting(&path)));
    action.effects.iter().any(|effect| match effect {
        Effect::Start(service) => {
            let service = &plan[*service];
            service.runs.contains(&resource) || settings && service.reads.contains(&resource)
        }
        _ => false,
    })
}

fn sh(action: &Action) -> Vec<std::sync::Arc<shell::Parsed>> {
    let Run::Commands(list) = &action.run else { return Vec::new() };
    list.iter()
        .filter_map(|command| if let Written::Sh(script) = command { Some(shell::parse(script)) } else { None })
        .collect()
}

fn report(command: &Command, cause: Span) -> Diagnostic {
    let message = "`restart` starts the same container again: what was changed before does not reach it".to_owned();
    Context::report("restart-keeps-environment", message, command.span, "keeps image and settings")
        .also(cause, "this was changed")
        .help("`up -d` makes the container anew where something changed; `up -d --build` after a change of the code")
}

fn one(context: &Context, text: &Text, command: &Command) -> Option<Diagnostic> {
    let (verb, rest) = commands::compose(command)?;
    if verb != "restart" {
        return None;
    }
    let changed =
        text.parsed.commands.iter().filter(|other| other.span.end <= command.span.start).find(|other| changes(other));
    // What the plan changed in an earlier step counts as well, where it comes before in the file.
    let elsewhere = || {
        context
            .commands()
            .map(|(_, other)| other)
            .filter(|other| other.span.file == command.span.file && other.span.end <= command.span.start)
            .filter(|other| command.span.start - other.span.end < 400)
            .find(|other| changes(other))
    };
    let cause = changed.or_else(elsewhere)?;
    let place = report(command, cause.span);
    let word = command.words.iter().find(|word| word.text == "restart")?;
    let plain = rest.operands(&[]).len() == rest.len();
    let fix = Fix::safe("make the container anew").replace(word.span, "up -d");
    Some(if plain { place.fix(fix) } else { place })
}

/// Is it a file that a container is made by?
#[allow(clippy::case_sensitive_file_extension_comparisons)] // names as they are written on servers
fn is_setting(path: &str) -> bool {
    let name = path.rsplit('/').next().unwrap_or("");
    name.starts_with(".env")
        || name.ends_with(".env")
        || name.starts_with("docker-compose")
        || name.starts_with("compose.")
        || name == "Dockerfile"
}

/// Does it write settings, code or an image?
fn changes(command: &Command) -> bool {
    let setting = is_setting;
    let words = command.arguments();
    let target = words.last().is_some_and(|word| setting(&word.text));
    let source = words.operands(&[]).first().is_some_and(|word| setting(&word.text));
    let writes = command.redirects.iter().any(|redirect| redirect.writes && setting(&redirect.target.text));
    let code = commands::git(command)
        .is_some_and(|(verb, _)| matches!(verb, "checkout" | "pull" | "reset" | "revert" | "switch" | "merge"));
    let image = commands::docker(command).is_some_and(|(verb, _)| matches!(verb, "build" | "pull" | "tag"))
        || commands::compose(command).is_some_and(|(verb, _)| matches!(verb, "build" | "pull"));
    let files = matches!(command.name(), "cp" | "mv" | "install" | "rsync" | "tee") && (target || source);
    let edits = command.name() == "sed"
        && words.iter().any(|word| word.text.starts_with("-i") || word.text == "--in-place")
        && target;
    let editor = matches!(command.name(), "nano" | "vim" | "vi") && target;
    files || edits || editor || writes || code || image
}
