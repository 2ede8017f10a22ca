//! Where a failed command does not end its text, though it seems to: before `&&`, behind `!`, in brackets or functions that are
//! asked as a whole, in the script of an `ssh` or a `sh -c`.
//!
//! In: a command. Out: why nobody hears of its failure. Not its business: what the finding is called (`masked_failure`).

use super::masked_failure::Why;
use super::{commands, scripts::Text, status};
use crate::shell::Command;

/// Why a failure of this command ends nothing.
pub fn why(text: &Text, command: &Command) -> Option<Why> {
    if command.stage > 0 || command.name() == "set" {
        return None;
    }
    inner(text, command)
        .or_else(|| listed(text, command))
        .or_else(|| turned(text, command))
        .or_else(|| bracketed(text, command))
}

/// The brackets around a pipeline: the index of the pipeline that they are.
pub fn group(text: &Text, command: &Command) -> Option<usize> {
    let site = text.parsed.pipeline(command);
    let around = |&index: &usize| {
        let outer = &text.parsed.pipelines[index];
        let ends = [outer.then.clone(), outer.otherwise.clone()].into_iter().filter(|next| !next.is_empty());
        ends.map(|next| next.start).min().is_some_and(|end| end > command.pipeline)
            && outer.shell == site.shell
            && outer.in_function == site.in_function
            && status::is_group(text, index)
    };
    (0..command.pipeline.min(text.parsed.pipelines.len())).rev().find(around)
}

/// `ssh host 'restore; start'`, `sh -c 'restore; true'`: the script goes on, and its status is its last command's.
fn inner(text: &Text, command: &Command) -> Option<Why> {
    let site = text.parsed.pipeline(command);
    let shell = text.parsed.shells.get(site.shell)?;
    let open = shell.by.is_some() && !shell.substitution && !site.errexit && !site.asked && !site.background;
    if !open || site.last && !site.in_loop {
        return None;
    }
    let next = text.parsed.within(command.pipeline + 1..command.pipeline + 2).find(|next| next.via.is_none());
    let zero = next.is_some_and(|next| {
        let ends = text.parsed.pipeline(next).last;
        ends && (next.name() == "exit" && next.has("0") || matches!(next.name(), "true" | ":"))
    });
    let counts = status::acts(text, command) || status::is_own(command) || zero;
    (counts && status::matters(text, command) || stops_before(text, command)).then_some((
        "the inner script goes on behind it: its failure is swallowed",
        "begin the inner script with `set -e`, or put `&&` between its commands",
    ))
}

/// `systemctl stop x; rm -r …; touch drained`: what follows is right only if it has stopped.
fn stops_before(text: &Text, command: &Command) -> bool {
    let stops = match command.name() {
        "systemctl" | "service" | "pg_ctlcluster" | "supervisorctl" => command.has("stop"),
        "pg_ctl" => command.has("stop"),
        _ => false,
    };
    let site = text.parsed.pipeline(command);
    let changes = |other: &&Command| {
        let next = text.parsed.pipeline(other);
        other.span.start > command.span.end && next.shell == site.shell && status::acts(text, other)
    };
    stops && site.otherwise.is_empty() && text.parsed.commands.iter().any(|other| changes(&other))
}

/// `restore && echo done` with something behind it: the list fails, and ends nothing.
fn listed(text: &Text, command: &Command) -> Option<Why> {
    let parsed = &text.parsed;
    let site = parsed.pipeline(command);
    let chained = site.asked && !site.condition && !site.negated && !site.background && site.otherwise.is_empty();
    if !chained || site.then.is_empty() || !site.errexit {
        return None;
    }
    let mut last = site;
    while let Some(next) = parsed.pipelines.get(last.then.start).filter(|_| !last.then.is_empty()) {
        if !next.otherwise.is_empty() || next.in_branch != site.in_branch {
            return None;
        }
        last = next;
    }
    let leaves = |other: &Command| matches!(other.name(), "break" | "continue" | "exit" | "return");
    let only_says = status::claims(text, site.then.clone());
    let counts = status::acts(text, command) || only_says && status::matters(text, command);
    let ends = last.last && !site.in_loop;
    (!ends && counts && status::matters(text, command) && !parsed.within(site.then.clone()).any(leaves)).then_some((
        "the text goes on: `set -e` does not hold before `&&`",
        "put what follows `&&` on a line of its own",
    ))
}

/// `! restore`: `set -e` does not hold behind `!`.
fn turned(text: &Text, command: &Command) -> Option<Why> {
    let site = text.parsed.pipeline(command);
    let alone = site.negated && !site.condition && site.then.is_empty() && site.otherwise.is_empty();
    (alone && !site.last && site.errexit && status::acts(text, command) && status::matters(text, command))
        .then_some(("the text goes on: `set -e` does not hold behind `!`", "leave the `!` out"))
}

/// `if restore; …` where `restore` is a function or a list in brackets: in all of it a failed command ends nothing.
fn bracketed(text: &Text, command: &Command) -> Option<Why> {
    let (parsed, site) = (&text.parsed, text.parsed.pipeline(command));
    if !site.errexit || site.background || !is_unheard(text, command) || commands::only_prints(command) {
        return None;
    }
    let follows = parsed.within(command.pipeline + 1..command.pipeline + 2).next();
    let leaves = follows.is_some_and(|next| matches!(next.name(), "exit" | "return"));
    (!leaves && status::acts(text, command) && status::matters(text, command)).then_some((
        "what follows it is done all the same: where a list or a function is asked whether it succeeds, `set -e` does not hold in it",
        "put `&&` between its commands, or call it on a line of its own",
    ))
}

/// Is it part of a function or a list that is asked as a whole, with more behind it?
pub fn is_unheard(text: &Text, command: &Command) -> bool {
    let (parsed, site) = (&text.parsed, text.parsed.pipeline(command));
    let mut called = parsed.bodies.iter().filter(|(_, body)| body.contains(&command.pipeline));
    let asked = |name: &str| {
        let by = |other: &&Command| other.name() == name && other.via.is_none();
        parsed.commands.iter().filter(by).any(|call| parsed.pipeline(call).asked)
    };
    let function = !site.asked && !site.last && called.any(|(name, _)| asked(name));
    function || site.unheard
}
