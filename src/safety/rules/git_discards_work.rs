//! Git commands that throw away what was never committed, or commits that nobody else has.

use super::{Context, commands, scripts::Text};
use crate::diagnostics::Diagnostic;
use crate::shell::{Command, Word, Words};

pub fn check(context: &Context) -> Vec<Diagnostic> {
    context.named(&["git"]).filter_map(|(text, command)| one(text, command)).collect()
}

fn one(text: &Text, command: &Command) -> Option<Diagnostic> {
    let (verb, rest) = commands::git(command)?;
    let lost = lost(verb, rest)?;
    let stash = verb == "stash";
    if !stash && kept_before(text, command) || stash && taken_up(text, command) {
        return None;
    }
    let message = format!("`git {verb}` {lost}");
    let place = Context::report("git-discards-work", message, command.span, "can't be brought back");
    let help = match verb {
        "push" => "use `--force-with-lease`, or `git revert`, which keeps the history",
        "branch" | "stash" => "keep it until the rollback is over, or tag it first: `git tag keep/… NAME`",
        _ => {
            "ask first whether there is any: `test -z \"$(git status --porcelain)\"`; or put it aside: `git stash --include-untracked`"
        }
    };
    Some(place.help(help))
}

/// What is lost, in words.
fn lost(verb: &str, rest: &[Word]) -> Option<&'static str> {
    let forced = rest.short('f') || rest.has_any(&["--force"]);
    let dry = rest.short('n') || rest.has_any(&["--dry-run"]);
    let operands = rest.operands(&["-b", "-B", "-s", "--source", "-m"]);
    let paths = rest.iter().any(|word| word.text == "--") || operands.first().is_some_and(|word| word.text == ".");
    let found = match verb {
        "reset" if rest.has_any(&["--hard"]) => "discards every change that was not committed",
        "clean" if forced && !dry && !rest.short('i') => "deletes every file that git does not know",
        "checkout" if forced && !rest.short('b') => "discards every change that was not committed",
        "checkout" if (paths || operands.len() > 1) && !rest.short('b') && !rest.short('B') => {
            "overwrites changes that were not committed"
        }
        "switch" if forced || rest.has_any(&["--discard-changes"]) => "discards every change that was not committed",
        "restore" if !rest.has_any(&["--staged", "-S"]) || rest.has_any(&["--worktree", "-W"]) => {
            "overwrites changes that were not committed"
        }
        "stash" if operands.first().is_some_and(|word| matches!(word.text.as_str(), "drop" | "clear")) => {
            "deletes changes that were put aside"
        }
        "push" if forced && !dry => "overwrites commits that others have pushed",
        "push" if operands.iter().skip(1).any(|word| word.text.starts_with('+')) => {
            "overwrites commits that others have pushed"
        }
        "branch" if rest.short('D') => "deletes a branch whether its commits are anywhere else or not",
        "reflog" if operands.first().is_some_and(|word| word.text == "expire") => {
            "deletes the way back to lost commits"
        }
        "worktree" if forced && rest.has_any(&["remove"]) => "deletes a working tree with what was not committed in it",
        "read-tree" if rest.has_any(&["--reset"]) && rest.short('u') => "discards every change that was not committed",
        "filter-branch" | "filter-repo" => "rewrites commits that others have",
        "update-ref" if rest.short('d') => "deletes a branch whether its commits are anywhere else or not",
        "gc" if rest.has_any(&["--prune=now"]) => "deletes every commit that no branch leads to",
        _ => return None,
    };
    Some(found)
}

/// Was what is put aside used, or written elsewhere, before in the same text?
fn taken_up(text: &Text, command: &Command) -> bool {
    let earlier = text.parsed.commands.iter().filter(|other| other.span.end <= command.span.start);
    earlier.filter_map(commands::git).any(|(verb, rest)| match verb {
        "stash" => {
            rest.has_any(&["apply", "branch"])
                || rest.has_any(&["show"]) && (rest.short('p') || rest.has_any(&["--patch"]))
        }
        "tag" | "branch" | "format-patch" | "bundle" => rest.iter().any(|word| word.text.contains("stash")),
        _ => false,
    })
}

/// Was the work put aside, or asked for, before in the same text? Or is the working tree one that the text made?
fn kept_before(text: &Text, command: &Command) -> bool {
    let earlier = text.parsed.commands.iter().filter(|other| other.span.end <= command.span.start);
    earlier.filter(|other| other.name() == "git").any(|other| {
        commands::git(other).is_some_and(|(verb, rest)| {
            let made = matches!(verb, "clone" | "init") || verb == "worktree" && rest.has_any(&["add"]);
            let aside = verb == "stash" && !rest.has_any(&["list", "show", "drop", "pop", "apply"]);
            let clean = verb == "status" && rest.has_any(&["--porcelain", "-s", "--short"]);
            let asked = matches!(verb, "diff" | "diff-index") && rest.has_any(&["--quiet", "--exit-code"]);
            made || aside || clean || asked || verb == "commit"
        })
    })
}
