//! `git checkout -b backup/…` makes a branch and stays on it: the next commit moves what was to stay as it is.

use super::{Context, commands, scripts::Text};
use crate::diagnostics::Diagnostic;
use crate::shell::{Command, Words};

pub fn check(context: &Context) -> Vec<Diagnostic> {
    context.named(&["git"]).filter_map(|(text, command)| one(text, command)).collect()
}

fn one(text: &Text, command: &Command) -> Option<Diagnostic> {
    let (verb, rest) = commands::git(command)?;
    let makes = match verb {
        "checkout" => rest.has_any(&["-b", "-B"]),
        "switch" => rest.has_any(&["-c", "-C", "--create"]),
        _ => false,
    };
    let branch = rest.operands(&[]).first().copied().filter(|_| makes)?;
    let keeps = branch
        .text
        .to_ascii_lowercase()
        .split(['/', '-', '_', '.'])
        .any(|part| matches!(part, "backup" | "bak" | "safety"));
    let leaves = |other: &Command| {
        let moves = commands::git(other).is_some_and(|(verb, _)| matches!(verb, "checkout" | "switch"));
        moves && other.span.start > command.span.end
    };
    if !keeps || text.parsed.commands.iter().any(leaves) {
        return None;
    }
    let message = format!("the work goes on in `{}`: the next commit moves what was to stay as it is", branch.text);
    let place = Context::report("backup-branch-moves", message, command.span, "stays on the new branch");
    Some(place.help("make it without going there, `git branch NAME`; better, a tag: nobody commits to a tag"))
}
