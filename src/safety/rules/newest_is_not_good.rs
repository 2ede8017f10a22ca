//! `ls -t backups/* | head -1`: the newest copy is the one made last, of whatever state, complete or not.

use super::{
    Context, commands,
    copies::names_copy,
    scripts::{Role, Text},
};
use crate::diagnostics::Diagnostic;
use crate::shell::{Command, Quote, Set, Word, Words};
use crate::source::Span;

/// What lists copies and releases.
const LISTS: &[&str] =
    &["ls", "find", "aws", "gsutil", "rclone", "mc", "s3cmd", "docker", "podman", "zfs", "restic", "borg"];
/// What picks the newest by itself, or asks a server for it.
const ASKS: &[&str] = &["aws", "gcloud", "az", "git", "gh", "borg", "restic"];

pub fn check(context: &Context) -> Vec<Diagnostic> {
    let not_told = |(text, _): &(&Text, &Command)| text.role != Role::Diagnosis;
    let all = context.named(LISTS).filter(not_told);
    let asked = context.named(ASKS).filter(not_told).filter_map(|(text, command)| asks(text, command));
    let fetched = context.named(FETCH).filter(not_told).filter(|(_, command)| fetches(command));
    let fetched = fetched.map(|(_, command)| report(command.span));
    let arrays = context.texts().iter().filter(|text| text.role != Role::Diagnosis).flat_map(indexed);
    all.filter_map(|(text, command)| one(text, command)).chain(asked).chain(fetched).chain(arrays).collect()
}

/// `copies=(/srv/backups/*.tgz)`, of which the last is taken: `${copies[-1]}`; `set -- $(ls -t …)`, of which the first: `$1`.
fn indexed(text: &Text) -> Vec<Diagnostic> {
    let parsed = &text.parsed;
    let words = || {
        let values = parsed.sets.iter().filter_map(|set| set.value.as_ref());
        let files = parsed.commands.iter().flat_map(|command| &command.redirects).map(|to| &to.target);
        parsed.commands.iter().flat_map(|command| &command.words).chain(values).chain(files)
    };
    let taken = |name: &str, places: &[&str]| {
        words().find(|word| {
            word.variables().any(|(read, place, _)| read == name && places.contains(&place.trim_end_matches('}')))
        })
    };
    let by_time = |word: &Word| {
        let within = |command: &&Command| word.span.start <= command.span.start && command.span.end <= word.span.end;
        parsed.commands.iter().filter(within).any(|command| {
            command.name() == "ls" && command.arguments().short('t') && !is_about_logs(command.arguments())
        })
    };
    let array = |set: &Set| {
        let value = set.value.as_ref().filter(|value| value.text.starts_with('('))?;
        let named = || value.has_pattern(|quote| quote == Quote::Bare) && names_copy(value);
        let counted = format!("[${{#{}[@]}}-1]", set.name);
        let last = ["[-1]", counted.as_str()];
        if by_time(value) {
            return taken(&set.name, &["[0]", ""]);
        }
        let copies = named() && !super::unsorted_versions::names_versions(value);
        if copies { taken(&set.name, &last) } else { None }
    };
    let given =
        |command: &&Command| command.name() == "set" && command.has("--") && command.arguments().iter().any(by_time);
    let listed = parsed.commands.iter().filter(given).filter_map(|_| taken("1", &[""]));
    // `mapfile -t copies < <(ls -t …)`
    let filled = |command: &Command| {
        let fed = |other: &&Command| parsed.pipeline(other).process && other.span.start > command.span.end;
        let lists = parsed.commands.iter().filter(fed).min_by_key(|other| other.span.start);
        let sorted =
            lists.is_some_and(|ls| ls.name() == "ls" && ls.arguments().short('t') && !is_about_logs(ls.arguments()));
        let name = command.arguments().operands(&["-n", "-d", "-s", "-u", "-O"]).last().map(|word| word.text.as_str());
        name.filter(|_| sorted).and_then(|name| taken(name, &["[0]", ""]))
    };
    let maps =
        parsed.commands.iter().filter(|command| command.fed && matches!(command.name(), "mapfile" | "readarray"));
    let listed = listed.chain(maps.filter_map(filled));
    parsed.sets.iter().filter_map(array).chain(listed).map(|word| report(word.span)).collect()
}

/// Tools of copies that restore the youngest when they are told no other.
const FETCH: &[&str] = &["restic", "wal-g", "barman", "velero"];

fn fetches(command: &Command) -> bool {
    let words = command.arguments();
    let latest = || words.iter().any(|word| word.text.eq_ignore_ascii_case("latest"));
    match command.name() {
        "restic" => words.has_any(&["restore"]) && latest(),
        "wal-g" => words.has_any(&["backup-fetch"]) && latest(),
        "barman" => words.has_any(&["recover", "restore"]) && latest(),
        "velero" => words.has_any(&["restore"]) && words.has_any(&["--from-schedule"]),
        _ => false,
    }
}

fn one(text: &Text, lists: &Command) -> Option<Diagnostic> {
    let words = lists.arguments();
    let by_time = lists.name() == "ls" && words.short('t');
    let of_store =
        matches!(lists.name(), "aws" | "gsutil" | "rclone" | "mc" | "s3cmd") && words.has_any(&["ls", "lsf"]);
    let images = commands::docker(lists)
        .is_some_and(|(verb, rest)| verb == "images" || verb == "image" && rest.has_any(&["ls", "list"]));
    let snapshots = match lists.name() {
        "zfs" => words.has_any(&["list"]) && words.has_any(&["-s", "-S"]) && words.has_any(&["creation"]),
        "restic" | "borg" => words.has_any(&["snapshots", "list"]),
        _ => false,
    };
    let listed = matches!(lists.name(), "ls" | "find") || of_store || images || snapshots;
    let picks = text.parsed.behind(lists).find(|next| takes_one(next))?;
    let sorts = text.parsed.behind(lists).any(|next| next.name() == "sort");
    let ordered = by_time || sorts || of_store || images || snapshots || picks.name() == "tail";
    if !listed || !ordered || !is_value(text, lists, Some(picks)) || is_about_logs(words) {
        return None;
    }
    if super::unsorted_versions::is_versions(lists) && !by_time {
        return None;
    }
    Some(report(lists.span.to(picks.span)))
}

/// A server that is asked for the youngest of something, and `git describe`, which gives the last tag.
fn asks(text: &Text, command: &Command) -> Option<Diagnostic> {
    let words = command.arguments();
    let told = |option: &[&str]| words.value(option).map_or("", |word| word.text.as_str());
    let newest = match command.name() {
        "aws" | "az" => {
            let query: String = told(&["--query"]).split_whitespace().collect();
            let one = query.contains("[-1]") || query.contains("[0]") || query.contains("max_by(");
            one && (query.contains("sort_by(") || query.contains("max_by("))
        }
        "gcloud" => told(&["--limit"]).trim_start_matches("--limit=") == "1" && words.has_any(&["--sort-by"]),
        "git" => commands::git(command).is_some_and(|(verb, rest)| {
            let last = verb == "describe" && rest.has_any(&["--tags", "--abbrev=0"]) && rest.operands(&[]).is_empty();
            last && rest.has_any(&["--abbrev"]) && !rest.has_any(&["--exact-match"])
        }),
        "borg" => words.has_any(&["list"]) && told(&["--last"]).trim_start_matches("--last=") == "1",
        "restic" => words.has_any(&["snapshots"]) && told(&["--latest"]).trim_start_matches("--latest=") == "1",
        "gh" => words.has_any(&["release"]) && words.has_any(&["list"]) && told(&["--limit", "-L"]) == "1",
        _ => false,
    };
    (newest && is_value(text, command, None) && !is_about_logs(words)).then(|| report(command.span))
}

/// Does something else go on with it?
fn is_value(text: &Text, lists: &Command, picks: Option<&Command>) -> bool {
    let caught = |command: &Command| text.parsed.shell(command).is_some_and(|shell| shell.substitution);
    text.role == Role::Source
        || caught(lists)
        || text.parsed.runners(lists).any(caught)
        || feeds(text, picks.unwrap_or(lists))
}

fn report(span: Span) -> Diagnostic {
    let message = "this takes the newest for the good one: it may be the broken one, or half a copy".to_owned();
    let place = Context::report("newest-is-not-good", message, span, "made last, not known to be good");
    place.help(
        "name it: an `input` that a person answers, with this as its `find_with`, or a `backup` whose `check` reads it",
    )
}

/// `head -1`, `tail -n 1`, `sed -n 1p`, `awk 'NR==2'`: one of a list, by its place in it.
pub fn takes_one(command: &Command) -> bool {
    let words = command.arguments();
    match command.name() {
        "head" | "tail" => {
            words.has_any(&["-1", "-n1"])
                || words
                    .value(&["-n", "--lines"])
                    .is_some_and(|count| matches!(count.text.as_str(), "1" | "-n1" | "--lines=1"))
        }
        "sed" => words.iter().any(|word| is_line(&word.text)),
        "awk" | "gawk" | "mawk" => words.iter().any(|word| {
            let program = word.text.replace(' ', "");
            let line = program.strip_prefix("NR==").is_some_and(|rest| rest.starts_with(|c: char| c.is_ascii_digit()));
            line || program.starts_with("END{print")
        }),
        _ => false,
    }
}

/// `1p`, `$p`, `1q`, `2{p;q}`
fn is_line(script: &str) -> bool {
    let rest = script.trim_start_matches(|c: char| c.is_ascii_digit() || c == '$');
    rest.len() < script.len() && matches!(rest.replace(' ', "").as_str(), "p" | "q" | "p;q" | "{p;q}" | "{p;q;}" | "!d")
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
