//! What reads a backup back would accept an empty one: it looks whether the file is there, or whether it was packed well.

use super::Context;
use crate::diagnostics::Diagnostic;
use crate::ir::{Action, Effect};
use crate::model::ids::Id;
use crate::model::plan::{Backup, Thing};
use crate::model::value::{Check, Command, FileTest, Probe, Relation, Script, Value};
use crate::shell;
use crate::source::Span;

/// Commands that only look at the outside of a file.
const OUTSIDE: &[&str] = &["test", "[", "ls", "stat", "file", "true", ":", "echo", "printf"];
/// Programs whose `-t` says that something was packed well, be it nothing at all.
const PACKERS: &[&str] = &["gzip", "gunzip", "pigz", "bzip2", "xz", "zstd", "lz4"];

pub fn check(context: &Context) -> Vec<Diagnostic> {
    let all = context.world.plan.backups.iter().enumerate();
    all.filter_map(|(index, backup)| one(context, Id::new(index), backup)).collect()
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
    let packed = |c: &shell::Command| PACKERS.contains(&c.name()) && (c.has("-t") || c.has("--test"));
    let outside = |c: &shell::Command| OUTSIDE.contains(&c.name()) || packed(c);
    parsed.problems.is_empty() && !parsed.commands.is_empty() && parsed.commands.iter().all(outside)
}
