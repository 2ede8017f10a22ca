//! `docker compose restart` starts the same container again: neither a new image nor new settings reach it.

use super::{Context, commands, scripts::Text};
use crate::diagnostics::{Diagnostic, Fix};
use crate::shell::{Command, Words};

pub fn check(context: &Context) -> Vec<Diagnostic> {
    context.commands().filter_map(|(text, command)| one(context, text, command)).collect()
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
    let message = "`restart` starts the same container again: what was changed before does not reach it".to_owned();
    let place = Context::report("restart-keeps-environment", message, command.span, "keeps image and settings");
    let place = place.also(cause.span, "this was changed");
    let place = place
        .help("`up -d` makes the container anew where something changed; `up -d --build` after a change of the code");
    let word = command.words.iter().find(|word| word.text == "restart")?;
    let plain = rest.operands(&[]).len() == rest.len();
    let fix = Fix::safe("make the container anew").replace(word.span, "up -d");
    Some(if plain { place.fix(fix) } else { place })
}

/// Does it write settings, code or an image?
#[allow(clippy::case_sensitive_file_extension_comparisons)] // names as they are written on servers
fn changes(command: &Command) -> bool {
    let setting = |text: &str| {
        let name = text.rsplit('/').next().unwrap_or("");
        name.starts_with(".env")
            || name.ends_with(".env")
            || name.starts_with("docker-compose")
            || name.starts_with("compose.")
            || name == "Dockerfile"
    };
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
