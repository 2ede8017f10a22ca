//! `ls -t backups/* | head -1`: the newest copy is the one made last, of whatever state, complete or not.

use super::{
    Context, commands,
    scripts::{Role, Text},
};
use crate::diagnostics::Diagnostic;
use crate::shell::{Command, Word, Words};

/// What lists copies and releases.
const LISTS: &[&str] = &["ls", "find", "aws", "gsutil", "rclone", "mc", "s3cmd", "docker", "podman"];

pub fn check(context: &Context) -> Vec<Diagnostic> {
    let all = context.named(LISTS).filter(|(text, _)| text.role != Role::Diagnosis);
    all.filter_map(|(text, command)| one(text, command)).collect()
}

fn one(text: &Text, lists: &Command) -> Option<Diagnostic> {
    let words = lists.arguments();
    let by_time = lists.name() == "ls" && words.short('t');
    let of_store =
        matches!(lists.name(), "aws" | "gsutil" | "rclone" | "mc" | "s3cmd") && words.has_any(&["ls", "lsf"]);
    let images = commands::docker(lists).is_some_and(|(verb, _)| verb == "images");
    let listed = matches!(lists.name(), "ls" | "find") || of_store || images;
    let picks = text.parsed.behind(lists).find(|next| takes_one(next))?;
    let sorts = text.parsed.behind(lists).any(|next| next.name() == "sort");
    let value = text.role == Role::Source
        || text.parsed.shell(lists).is_some_and(|shell| shell.substitution)
        || feeds(text, picks);
    if !listed || !(by_time || sorts || of_store || images || picks.name() == "tail") || !value || is_about_logs(words)
    {
        return None;
    }
    if super::unsorted_versions::is_versions(lists) && !by_time {
        return None;
    }
    let message = "this takes the newest for the good one: it may be the broken one, or half a copy".to_owned();
    let place =
        Context::report("newest-is-not-good", message, lists.span.to(picks.span), "made last, not known to be good");
    Some(place.help(
        "name it: an `input` that a person answers, with this as its `find_with`, or a `backup` whose `check` reads it",
    ))
}

/// `head -1`, `tail -n 1`, `sed -n 1p`, `awk 'NR==1'`
pub fn takes_one(command: &Command) -> bool {
    let words = command.arguments();
    match command.name() {
        "head" | "tail" => {
            words.has_any(&["-1", "-n1"])
                || words
                    .value(&["-n", "--lines"])
                    .is_some_and(|count| matches!(count.text.as_str(), "1" | "-n1" | "--lines=1"))
        }
        "sed" => words.has_any(&["1p", "$p", "1q"]),
        "awk" => words.iter().any(|word| word.text.replace(' ', "").contains("NR==1")),
        _ => false,
    }
}

/// Does the one that is picked go on to another command?
fn feeds(text: &Text, picks: &Command) -> bool {
    text.parsed
        .behind(picks)
        .any(|next| matches!(next.name(), "xargs" | "gunzip" | "psql" | "tar" | "pg_restore" | "sh" | "bash"))
}

fn is_about_logs(words: &[Word]) -> bool {
    words.iter().any(|word| word.text.contains("log"))
}
