//! `docker stop $(docker ps -q …)`: where the list is empty the command has no argument left, and fails.

use super::{Context, commands, scripts::Text};
use crate::diagnostics::Diagnostic;
use crate::shell::{Command, Quote, Word, Words};

/// Options of these commands with a value of their own.
const VALUED: &[&str] = &["-t", "--time", "--timeout", "-s", "--signal", "-n"];

pub fn check(context: &Context) -> Vec<Diagnostic> {
    context.named(&["docker", "podman", "kill"]).filter_map(|(text, command)| one(text, command)).collect()
}

fn one(text: &Text, command: &Command) -> Option<Diagnostic> {
    let site = text.parsed.pipeline(command);
    if site.asked || site.negated || site.in_branch || site.in_loop || !site.guarded.is_empty() {
        return None;
    }
    // What a container runs is there as long as the container is.
    let contained = text.parsed.runners(command).any(|runner| commands::CONTAINERS.contains(&runner.name()));
    if contained && command.name() == "kill" {
        return None;
    }
    let [list] = objects(command)?[..] else { return None };
    let [part] = list.parts.as_slice() else { return None };
    let (inner, _) = list.substitutions().next().filter(|_| part.expansion && part.quote == Quote::Bare)?;
    let inner = inner.trim_start_matches(['$', '(', '`']).trim_start();
    let tool = LISTS.iter().find(|tool| inner.starts_with(**tool))?;
    let verb = commands::docker(command).map_or(String::new(), |(verb, _)| format!(" {verb}"));
    let name = format!("{}{verb}", command.name());
    let message = format!("where `{tool}` finds nothing, `{name}` has no argument left and fails");
    let place = Context::report("empty-argument-list", message, list.span, "may be nothing at all");
    Some(place.help("hand the list on with `… | xargs -r …`, which does nothing for nothing"))
}

/// What lists things, and succeeds when there are none, or when nobody looks.
const LISTS: &[&str] = &[
    "docker ps",
    "docker container ls",
    "docker compose ps",
    "docker-compose ps",
    "podman ps",
    "pgrep",
    "pidof",
    "lsof -t",
];

/// What a command that needs at least one thing is given.
fn objects(command: &Command) -> Option<Vec<&Word>> {
    if matches!(command.name(), "kill") {
        let words = command.arguments();
        let shows = words.short('l') || words.has_any(&["-0"]);
        return (!shows).then(|| words.operands(&["-s", "-n"]));
    }
    let (verb, rest) = commands::docker(command)?;
    // A removal clears up what may be left over: nobody builds on it.
    let (verb, rest) = if verb == "container" { rest.verb(&[])? } else { (verb, rest) };
    matches!(verb, "stop" | "start" | "restart" | "kill" | "pause" | "unpause").then(|| rest.operands(VALUED))
}
