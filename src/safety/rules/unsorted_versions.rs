//! `git tag -l | tail -1`: as text, `v0.9.9` comes behind `v0.10.0`.

use super::{Context, commands, newest_is_not_good::takes_one, scripts::Text};
use crate::diagnostics::{Diagnostic, Fix};
use crate::shell::{Command, Words};

pub fn check(context: &Context) -> Vec<Diagnostic> {
    context.named(&["git", "ls", "find"]).filter_map(|(text, command)| one(text, command)).collect()
}

fn one(text: &Text, lists: &Command) -> Option<Diagnostic> {
    let tags = lists_tags(lists);
    if !tags && !is_versions(lists) {
        return None;
    }
    let behind: Vec<&Command> = text.parsed.behind(lists).collect();
    let picks = behind.iter().find(|next| matches!(next.name(), "head" | "tail") && !skips(next) || takes_one(next))?;
    if !tags && !takes_one(picks) || behind.iter().any(|next| sorts_versions(next)) {
        return None;
    }
    let message = "versions are sorted as text here: v0.9.9 comes behind v0.10.0".to_owned();
    let place = Context::report("unsorted-versions", message, lists.span.to(picks.span), "not the newest ones");
    let place = place.help("`git tag --sort=version:refname`, or `sort -V`");
    let sorted = behind.iter().any(|next| next.name() == "sort");
    let option = lists.words.iter().find(|word| word.text == "tag").filter(|_| tags && !sorted);
    let fix = |word: &crate::shell::Word| Fix::safe("sort by version").after(word.span, " --sort=version:refname");
    Some(match option {
        Some(word) => place.fix(fix(word)),
        None => place,
    })
}

fn lists_tags(command: &Command) -> bool {
    commands::git(command).is_some_and(|(verb, rest)| match verb {
        "tag" => {
            let other = ["--sort", "--points-at", "-d", "--delete", "-a", "-m", "-s", "-v", "--contains", "--merged"];
            !rest.has_any(&other)
        }
        "ls-remote" => rest.has_any(&["--tags", "-t"]) && !rest.has_any(&["--sort"]),
        _ => false,
    })
}

/// `ls -d releases/v*`, `ls /srv/app/versions`
pub fn is_versions(command: &Command) -> bool {
    let words = command.arguments();
    let named = |text: &str| {
        text.contains("/v*") || text.contains("version") || text.contains("release") || text.starts_with("v*")
    };
    matches!(command.name(), "ls" | "find")
        && !words.short('t')
        && !words.short('v')
        && words.iter().any(|word| named(&word.text))
}

/// `tail -n +2` leaves a heading out.
fn skips(command: &Command) -> bool {
    command.arguments().iter().any(|word| word.text.contains('+'))
}

fn sorts_versions(command: &Command) -> bool {
    let words = command.arguments();
    let sorts = words.short('V')
        || words.has_any(&["--version-sort"])
        || words.iter().any(|word| word.text.contains("version"));
    let exact = words.iter().any(|word| word.text.starts_with('^') && word.text.ends_with('$'));
    command.name() == "sort" && sorts || command.name() == "grep" && (words.short('x') || exact)
}
