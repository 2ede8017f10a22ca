//! What reads a backup back would accept an empty one: it looks whether the file is there, or whether it was packed well.

use super::scripts::{Role, Text};
use super::{Context, commands, copies};
use crate::diagnostics::Diagnostic;
use crate::ir::{Action, Effect, Run};
use crate::model::ids::Id;
use crate::model::plan::{Backup, Thing};
use crate::model::value::{Check, Command, FileTest, Probe, Relation, Script, Value};
use crate::shell::{self, Words};
use crate::source::Span;

/// Commands that only look at the outside of a file.
const OUTSIDE: &[&str] = &["test", "[", "ls", "stat", "file", "true", ":", "echo", "printf"];
/// Programs whose `-t` says that something was packed well, be it nothing at all.
const PACKERS: &[&str] = &["gzip", "gunzip", "pigz", "bzip2", "xz", "zstd", "lz4"];

pub fn check(context: &Context) -> Vec<Diagnostic> {
    let all = context.world.plan.backups.iter().enumerate();
    let work = context.texts().iter().filter(|text| text.role == Role::Work);
    all.filter_map(|(index, backup)| one(context, Id::new(index), backup))
        .chain(work.filter_map(|text| stepped(context, text)))
        .collect()
}

/// Is it a step's, and not what a resource is checked with?
fn is_step(context: &Context, text: &Text) -> bool {
    let Some(first) = text.parsed.commands.first() else { return false };
    let holds =
        |span: Span| span.file == first.span.file && span.start <= first.span.start && first.span.end <= span.end;
    context.written.iter().any(|(_, action)| matches!(action.run, Run::Commands(_)) && holds(action.span))
}

/// A step that looks at a copy from outside and does nothing else, or tells that it is good.
fn stepped(context: &Context, text: &Text) -> Option<Diagnostic> {
    let parsed = &text.parsed;
    let told = parsed.commands.iter().find(|command| claims(command));
    // A test that something else hangs on is a question; one that is all there is, is the proof.
    let alone =
        || parsed.commands.iter().all(|command| is_test(command) || is_look(command) || parsed.is_wrapper(command));
    let looks = |command: &&shell::Command| {
        let words = command.arguments();
        let operator =
            |word: &shell::Word| is_file_operator(&word.text) && (word.text != "-s" || told.is_some() || alone());
        let tests = is_test(command) && words.iter().any(operator);
        (tests || is_packed(command)) && words.iter().any(copies::names_copy)
    };
    let look = parsed.commands.iter().find(looks).map(|command| command.span);
    let tested =
        || parsed.tested.iter().find(|(operator, word)| is_file_operator(operator) && copies::names_copy(word));
    let look = look.or_else(|| tested().map(|(_, word)| word.span));
    let plain = || parsed.commands.iter().all(|list| is_look(list) || parsed.is_wrapper(list));
    let listed = || if plain() { parsed.commands.iter().find(|list| shows_one(list)) } else { None };
    let told_of = || told.filter(|_| lists_copy(text)).or_else(listed).map(|command| command.span);
    let span = look.or_else(told_of)?;
    let outside = |command: &shell::Command| {
        OUTSIDE.contains(&command.name())
            || matches!(command.name(), "exit" | "return" | "set" | "du" | "sudo")
            || command.stage > 0 && PACKERS.contains(&command.name())
            || copies::dumped(text, command).is_some() && told.is_some()
            || is_packed(command)
            || parsed.is_wrapper(command)
            || shows_one(command)
    };
    if !parsed.problems.is_empty() || !parsed.commands.iter().all(outside) || !is_step(context, text) {
        return None;
    }
    let message = "this accepts an empty copy: it looks at the file from outside, not at what is in it".to_owned();
    let place = Context::report("vacuous-backup-check", message, span, "does not look at what is in it");
    let place = match told.filter(|told| told.span != span) {
        Some(told) => place.also(told.span, "says that it is good"),
        None => place,
    };
    Some(place.help(
        "read it to its end: list the archive, look for a table, compare a count; or declare a `backup` with a `check`",
    ))
}

/// `echo "backup verified"`
fn claims(command: &shell::Command) -> bool {
    if !commands::only_prints(command) {
        return false;
    }
    let text = command.arguments().iter().map(|word| word.text.to_ascii_lowercase()).collect::<Vec<_>>().join(" ");
    let good = [
        "verified",
        "valid",
        "is good",
        "is ok",
        "is fine",
        "can be restored",
        "restorable",
        "usable",
        "intact",
        "complete",
    ];
    let denied = ["not ", "invalid", "no ", "unusable", "incomplete"];
    ["backup", "dump", "copy", "snapshot", "archive"].iter().any(|thing| text.contains(thing))
        && good.iter().any(|word| text.contains(word))
        && !denied.iter().any(|word| text.contains(word))
}

fn lists_copy(text: &Text) -> bool {
    let lists = |command: &shell::Command| matches!(command.name(), "ls" | "stat" | "du" | "file");
    text.parsed.commands.iter().any(|command| lists(command) && command.arguments().iter().any(copies::names_copy))
}

fn is_test(command: &shell::Command) -> bool {
    matches!(command.name(), "test" | "[")
}

fn is_look(command: &shell::Command) -> bool {
    matches!(command.name(), "ls" | "du" | "file") || objects(command).is_some()
}

/// `ls -lh "$dump"`, `aws s3 ls s3://bucket/app.dump`, and nothing else: one copy, by its name; `file` may say it of many.
fn shows_one(list: &shell::Command) -> bool {
    let one = objects(list).unwrap_or_else(|| list.arguments().operands(&["-m", "-F", "-f"]));
    let named = |word: &shell::Word| {
        let lower = word.text.to_ascii_lowercase();
        let name = lower.rsplit('/').next().unwrap_or("");
        let file =
            ["dump", "backup_file", "backup_path", ".sql", ".rdb", ".bak"].iter().any(|mark| name.contains(mark));
        // `/srv/dumps` is where they lie: to list them is to look what there is.
        let file = file && (name.contains(['.', '$']) || !name.ends_with('s'));
        file && !name.contains("dir") && !word.has_pattern(|_| true)
    };
    let told = match list.name() {
        "ls" | "du" => matches!(one[..], [word] if named(word)),
        "file" => one.iter().any(|word| copies::names_copy(word)),
        _ => objects(list).is_some() && matches!(one[..], [word] if named(word)),
    };
    told && list.redirects.is_empty()
}

/// What a listing of a store is asked for.
fn objects(list: &shell::Command) -> Option<Vec<&shell::Word>> {
    if !matches!(list.name(), "aws" | "gsutil" | "gcloud" | "rclone" | "mc" | "s3cmd") {
        return None;
    }
    let words = list.arguments().operands(&["--profile", "--region", "--endpoint-url", "-u", "-p"]);
    let words: Vec<&str> = words.iter().map(|word| word.text.as_str()).collect();
    let lists = matches!(
        (list.name(), &words[..]),
        ("aws", ["s3", "ls", ..])
            | ("gsutil", ["ls" | "stat" | "du", ..])
            | ("gcloud", ["storage", "ls", ..])
            | ("rclone", ["ls" | "lsl" | "lsf", ..])
            | ("mc", ["ls" | "stat", ..])
            | ("s3cmd", ["ls" | "info", ..])
    );
    let place = |word: &&shell::Word| word.text.contains('/') && !word.text.starts_with('-');
    (lists && list.stage == 0).then(|| list.arguments().iter().filter(place).collect())
}

fn is_file_operator(text: &str) -> bool {
    matches!(text, "-e" | "-f" | "-s" | "-r")
}

/// `gzip -t`, also in a bundle.
fn is_packed(command: &shell::Command) -> bool {
    PACKERS.contains(&command.name()) && (command.arguments().short('t') || command.has("--test"))
}

fn one(context: &Context, id: Id<Backup>, backup: &Backup) -> Option<Diagnostic> {
    if backup.min_size.is_some() {
        return None;
    }
    let operations = backup.of.iter().filter_map(|r| context.world.plan.operation(Thing::Resource(*r), "check"));
    let mut proofs: Vec<(Span, bool)> = operations.map(|op| (op.span, all_vacuous(&op.commands))).collect();
    proofs.extend(backup.check.iter().map(|check| (check.span, is_vacuous(check))));
    let (place, _) = *proofs.last()?;
    if !proofs.iter().all(|(_, vacuous)| *vacuous) {
        return None;
    }
    let user = relying(context, id)?;
    let name = &backup.common.name;
    let message = format!("the check of `{name}` accepts an empty copy");
    Some(
        Context::report("vacuous-backup-check", message, place, "does not look at what is in it")
            .also(user.head, "relies on it")
            .help(format!("read it to its end in the check (list the archive, look for a table), or give `{name}` a `min_size` that an empty one does not have")),
    )
}

fn relying<'a>(context: &Context<'a>, id: Id<Backup>) -> Option<&'a Action> {
    let from = |effect: &Effect| matches!(effect, Effect::Restore { backup, .. } if *backup == id);
    context.statements().map(|(_, action)| action).find(|action| action.effects.iter().any(from))
}

fn is_vacuous(check: &Check) -> bool {
    match &check.probe {
        Probe::File(_, FileTest::Exists) => true,
        Probe::File(_, FileTest::Size(Relation::AtLeast, Value::Size(1))) => true,
        Probe::File(_, FileTest::Size(Relation::Greater, Value::Size(0) | Value::Number(0.0))) => true,
        Probe::Sh(script, _) => looks_at_outside(script),
        Probe::All(checks) => checks.iter().all(is_vacuous),
        Probe::Any(checks) => checks.iter().any(is_vacuous),
        _ => false,
    }
}

fn all_vacuous(commands: &[Command]) -> bool {
    commands.iter().all(|command| matches!(command, Command::Sh(script) if looks_at_outside(script)))
}

fn looks_at_outside(script: &Script) -> bool {
    let parsed = shell::parse(script);
    let outside = |c: &shell::Command| OUTSIDE.contains(&c.name()) || is_packed(c);
    parsed.problems.is_empty() && !parsed.commands.is_empty() && parsed.commands.iter().all(outside)
}
