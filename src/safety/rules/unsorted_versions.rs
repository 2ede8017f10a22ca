//! `git tag -l | tail -1`: as text, `v0.9.9` comes behind `v0.10.0`.

use super::{Context, commands, newest_is_not_good::takes_one, scripts::Text};
use crate::diagnostics::{Diagnostic, Fix};
use crate::shell::{Command, Quote, Set, Word, Words};
use crate::source::Span;

/// What lists versions.
const LISTS: &[&str] = &[
    "git",
    "ls",
    "find",
    "docker",
    "podman",
    "printf",
    "echo",
    "apt-cache",
    "npm",
    "helm",
    "gh",
    "crane",
    "skopeo",
    "jq",
];

pub fn check(context: &Context) -> Vec<Diagnostic> {
    let piped = context.named(LISTS).filter_map(|(text, command)| one(text, command));
    let tested = context.named(&["[", "test"]).filter_map(|(_, command)| compares(command));
    let all = context.texts().iter();
    piped.chain(all.clone().flat_map(picked)).chain(all.flat_map(bracketed)).chain(tested).collect()
}

/// `[[ "$version" < 9.6 ]]` asks what comes first in the alphabet.
fn bracketed(text: &Text) -> Vec<Diagnostic> {
    let tested = &text.parsed.tested;
    let order = |pair: &&[(String, Word)]| {
        matches!(pair[0].0.as_str(), "<" | ">") && pair[0].0 == pair[1].0 && are_versions(&pair[0].1, &pair[1].1)
    };
    tested.windows(2).filter(order).map(|pair| compared(pair[0].1.span.to(pair[1].1.span))).collect()
}

/// The same in `[ "$version" \< 9.6 ]`.
fn compares(command: &Command) -> Option<Diagnostic> {
    let words = command.arguments();
    let at = words.iter().position(|word| matches!(word.text.as_str(), "<" | ">"))?;
    let (left, right) = (words.get(at.checked_sub(1)?)?, words.get(at + 1)?);
    are_versions(left, right).then(|| compared(left.span.to(right.span)))
}

fn compared(span: Span) -> Diagnostic {
    let message = "versions are compared as text here: 10.2 comes before 9.6".to_owned();
    let place = Context::report("unsorted-versions", message, span, "in the order of the alphabet");
    place.help("ask which is first: `[ \"$(printf '%s\\n' 9.6 \"$version\" | sort -V | head -n 1)\" = 9.6 ]`")
}

/// One of the two is a version as it is written, or both are by their names.
fn are_versions(left: &Word, right: &Word) -> bool {
    let named = |word: &Word| word.text.to_ascii_lowercase().contains("version") && !word.fixed;
    is_version(left) || is_version(right) || named(left) && named(right)
}

/// `9.6.0`, `v1.2`
fn is_version(word: &Word) -> bool {
    let Some(text) = word.literal() else { return false };
    let mut pieces = text.trim_start_matches('v').split('.').peekable();
    text.contains('.') && pieces.all(|piece| !piece.is_empty() && piece.bytes().all(|byte| byte.is_ascii_digit()))
}

fn one(text: &Text, lists: &Command) -> Option<Diagnostic> {
    let tags = lists_tags(lists);
    if !tags && !is_versions(lists) && !lists_names(text, lists) {
        return None;
    }
    let behind: Vec<&Command> = text.parsed.behind(lists).collect();
    let picks = behind.iter().find(|next| matches!(next.name(), "head" | "tail") && !skips(next) || takes_one(next))?;
    let few = takes_one(picks) || behind.iter().any(|next| next.span != picks.span && takes_one(next));
    if !tags && !few || behind.iter().any(|next| sorts_versions(next)) {
        return None;
    }
    let place = report(lists.span.to(picks.span));
    let sorted = behind.iter().any(|next| next.name() == "sort");
    let option = lists.words.iter().find(|word| word.text == "tag").filter(|_| tags && !sorted);
    let fix = |word: &Word| Fix::safe("sort by version").after(word.span, " --sort=version:refname");
    Some(match option {
        Some(word) => place.fix(fix(word)),
        None => place,
    })
}

fn report(span: Span) -> Diagnostic {
    let message = "versions are sorted as text here: v0.9.9 comes behind v0.10.0".to_owned();
    let place = Context::report("unsorted-versions", message, span, "not the newest ones");
    place.help("`git tag --sort=version:refname`, or `sort -V`")
}

/// What is only in an order because `sort` put it there: tags of images, names of folders, versions of packages.
fn lists_names(text: &Text, lists: &Command) -> bool {
    let words = lists.arguments();
    let sorted = text.parsed.behind(lists).any(|next| next.name() == "sort" && !is_by_number(next));
    let lists_them = match lists.name() {
        "docker" | "podman" => words.has_any(&["images", "ls"]) && words.iter().any(|word| word.text.contains(".Tag")),
        "printf" | "echo" => words
            .iter()
            .any(|word| word.has_pattern(|quote| quote == Quote::Bare) && names_versions(word) || is_version(word)),
        "gh" if words.has_any(&["api"]) => words.iter().any(|word| {
            let path = word.text.split('?').next().unwrap_or("");
            ["/tags", "/releases", "/git/refs/tags"].iter().any(|end| path.ends_with(end))
        }),
        "jq" => words.iter().any(|word| word.text.contains("tag_name") || word.text.contains(".tags[")),
        "apt-cache" => words.has_any(&["madison", "policy"]),
        "npm" => words.has_any(&["view", "info", "show"]) && words.has_any(&["versions"]),
        "helm" => words.has_any(&["search"]),
        "gh" => words.has_any(&["release"]) && words.has_any(&["list"]),
        "crane" | "skopeo" => words.has_any(&["ls", "list-tags"]),
        _ => false,
    };
    lists_them && sorted
}

fn is_by_number(sort: &Command) -> bool {
    sort.arguments().short('n') || sort.arguments().has_any(&["--numeric-sort"])
}

/// `releases=(/srv/app/v*)`, of which one is picked by its place: `${releases[-2]}`.
fn picked(text: &Text) -> Vec<Diagnostic> {
    let lists = text.parsed.sets.iter().filter_map(|set| {
        let value = set.value.as_ref().filter(|value| value.text.starts_with('(') && names_versions(value))?;
        value.has_pattern(|quote| quote == Quote::Bare).then_some(set)
    });
    let one = |set: &Set| {
        let words = text.parsed.commands.iter().flat_map(|command| &command.words);
        let values = text.parsed.sets.iter().filter_map(|other| other.value.as_ref());
        let picks =
            |word: &&Word| word.variables().any(|(name, operator, _)| name == set.name && operator.starts_with("[-"));
        words.chain(values).find(picks).map(|word| report(word.span).also(set.span, "in the order of the alphabet"))
    };
    lists.filter_map(one).collect()
}

/// `/opt/app/v*`, `releases/*/`, `V*__*.sql`
pub fn names_versions(word: &Word) -> bool {
    let text = word.text.as_str();
    ["/v*", "/V*", "version", "release", "/v[0-9]"].iter().any(|mark| text.contains(mark))
        || text.starts_with("v*")
        || text.starts_with("V*")
}

fn lists_tags(command: &Command) -> bool {
    commands::git(command).is_some_and(|(verb, rest)| match verb {
        "tag" => {
            let other = ["--sort", "--points-at", "-d", "--delete", "-a", "-m", "-s", "-v", "--contains", "--merged"];
            !rest.has_any(&other)
        }
        "for-each-ref" => rest.iter().any(|word| word.text.starts_with("refs/tags")) && !rest.has_any(&["--sort"]),
        "ls-remote" => rest.has_any(&["--tags", "-t"]) && !rest.has_any(&["--sort"]),
        _ => false,
    })
}

/// `ls -d releases/v*`, `ls /srv/app/versions`
pub fn is_versions(command: &Command) -> bool {
    let words = command.arguments();
    let by_time = words.iter().any(|word| word.text.contains("%T") || word.text.contains("%A"));
    matches!(command.name(), "ls" | "find")
        && !words.short('t')
        && (command.name() != "ls" || !words.short('v'))
        && !by_time
        && words.iter().any(names_versions)
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
