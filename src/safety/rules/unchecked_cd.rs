//! What comes behind a `cd` that failed runs in another directory; also behind one that had no name to go to.

use super::{Context, scripts::Text, unended};
use crate::diagnostics::{Diagnostic, Fix};
use crate::shell::{Command, Word, Words};

pub fn check(context: &Context) -> Vec<Diagnostic> {
    let one =
        |text, command| unchecked(text, command).or_else(|| twice(text, command)).or_else(|| nowhere(text, command));
    context.named(&["cd", "pushd"]).filter_map(|(text, command)| one(text, command)).collect()
}

fn unchecked(text: &Text, command: &Command) -> Option<Diagnostic> {
    let site = text.parsed.pipeline(command);
    // What an `if` around it leads to is no answer to it.
    let unheard = unended::is_unheard(text, command);
    let chained = !site.then.is_empty() && !unheard;
    let handled = !site.otherwise.is_empty()
        && !unheard
        && text.parsed.within(site.otherwise.clone()).any(|other| {
            matches!(other.name(), "exit" | "return" | "die" | "fail" | "abort" | "false" | "break" | "continue")
        });
    let substitution = text.parsed.shell(command).is_some_and(|shell| shell.substitution);
    if handled || site.errexit && !site.asked && !unheard || command.arguments().is_empty() || site.negated {
        return None;
    }
    // Behind `cd x && a` comes what runs whatever became of the `cd`.
    let behind = if unheard { 0 } else { chain(text, command.pipeline).max(site.otherwise.end) };
    let ends_at = behind.max(command.pipeline + 1);
    let next = text.parsed.commands.iter().find(|other| {
        let there = text.parsed.pipeline(other);
        other.pipeline >= ends_at
            && there.shell == site.shell
            && other.span.start > command.span.start
            && (there.subshell == site.subshell)
            && !(chained && site.then.contains(&other.pipeline))
    })?;
    if substitution && matches!(next.name(), "pwd") || is_sure(command) || only_shows(next) {
        return None;
    }
    let to = command.arguments().last().map_or("", |word| word.text.as_str());
    let message = format!("if `{to}` is not there, `{}` runs in another directory", super::commands::shown(next));
    let place = Context::report("unchecked-cd", message, command.span, "its failure ends nothing");
    let place = place.also(next.span, "runs wherever that is");
    let place = place.help("write `cd … || exit 1`, or let the inner script begin with `set -e`");
    let fixable = !chained && site.otherwise.is_empty();
    let fix = || Fix::safe("end the script if the directory is not there").after(command.span, " || exit 1");
    Some(if fixable { place.fix(fix()) } else { place })
}

/// One past the last pipeline of `cd x && a && b`.
fn chain(text: &Text, from: usize) -> usize {
    let mut end = from + 1;
    let mut at = from;
    while let Some(next) = text.parsed.pipelines.get(at).map(|site| site.then.clone()).filter(|then| then.start > at) {
        (at, end) = (next.start, end.max(next.end));
    }
    end
}

/// Directories that are always there.
fn is_sure(command: &Command) -> bool {
    let to = command.arguments().last().and_then(|word| word.literal());
    matches!(to, Some("/" | "-" | "~" | "/tmp" | "." | ".."))
}

fn only_shows(command: &Command) -> bool {
    matches!(command.name(), "echo" | "printf" | "exit" | "return" | "true" | "ls" | "pwd" | ":")
}

/// `cd "/srv/$(cat name)"`, `cd $dir` with what a command has found: if that is nothing, it is `/srv`, or the home directory.
fn nowhere(text: &Text, command: &Command) -> Option<Diagnostic> {
    let site = text.parsed.pipeline(command);
    let [to] = command.arguments().operands(&[])[..] else { return None };
    let asked = |word: &Word| word.substitutions().any(|(inner, _)| may_be_empty(inner));
    let set = |name: &str| {
        let before = |set: &&crate::shell::Set| set.name == name && set.span.end <= command.span.start;
        let last = text.parsed.sets.iter().rfind(before).and_then(|set| set.value.as_ref());
        last.is_some_and(asked) && !site.guarded.iter().any(|known| known == name)
    };
    let ends = to.parts.last().is_some_and(|part| part.expansion);
    let empty =
        asked(to) || to.variables().any(|(name, operator, _)| operator.trim_end_matches('}').is_empty() && set(name));
    let removes = |other: &&Command| {
        let there = text.parsed.pipeline(other);
        let here = |word: &&Word| !word.text.starts_with(['/', '~', '$']);
        let takes = matches!(other.name(), "rm" | "mv" | "shred" | "truncate")
            || other.name() == "find" && other.has("-delete")
            || other.name() == "git" && other.has("clean");
        let relative = other.name() != "find" && other.arguments().operands(&[]).iter().any(here)
            || other.name() == "find" && other.arguments().first().is_some_and(|word| word.text.starts_with('.'));
        other.span.start > command.span.end && there.shell == site.shell && takes && relative
    };
    let next = text.parsed.commands.iter().find(removes).filter(|_| ends && empty)?;
    let shown = super::commands::shown(next);
    let message = format!("if `{}` names nothing, `cd` succeeds, and `{shown}` runs in another directory", to.text);
    let place = Context::report("unchecked-cd", message, command.span, "goes somewhere in any case");
    Some(place.also(next.span, "runs wherever that is").help("take the name first, and ask for it: `: \"${dir:?}\"`"))
}

/// May a command succeed and print nothing, or is its failure silenced?
fn may_be_empty(inner: &str) -> bool {
    let names = [
        "cat", "sed", "awk", "jq", "cut", "head", "tail", "grep", "find", "ls", "yq", "tr", "sort", "curl", "psql",
        "ssh",
    ];
    let inner = inner.trim_start_matches(['$', '(', '`']).trim_start();
    let first = inner.split_whitespace().next().unwrap_or("");
    names.contains(&first) && !inner.contains(":?")
}

/// `cd a; …; cd a`: the second looks for `a/a`.
fn twice(text: &Text, command: &Command) -> Option<Diagnostic> {
    let site = text.parsed.pipeline(command);
    let [to] = command.arguments().operands(&[])[..] else { return None };
    let relative = to.literal().filter(|to| !to.starts_with(['/', '~', '.', '-']) && !to.is_empty())?;
    let stays = |other: &&Command| {
        let there = text.parsed.pipeline(other);
        other.span.end <= command.span.start
            && there.shell == site.shell
            && there.subshell == site.subshell
            && matches!(other.name(), "cd" | "pushd" | "popd")
    };
    let before = text.parsed.commands.iter().rfind(stays)?;
    if !before.has(relative) || before.name() == "popd" || site.in_loop || site.in_branch {
        return None;
    }
    let message = format!("`cd {relative}` stands here for the second time: it looks for `{relative}/{relative}`");
    let place = Context::report("unchecked-cd", message, command.span, "from there on it is another directory");
    Some(
        place
            .also(before.span, "already in it")
            .help("leave the second out, or put each into parentheses: `(cd … && …)`"),
    )
}
