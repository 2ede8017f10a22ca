//! A copy is read back, taken by the change or made elsewhere, and no procedure ever restores it: the rollback restores another one.

use super::{
    Context,
    scripts::{Role, Text},
};
use crate::diagnostics::Diagnostic;
use crate::ir::{Action, Effect, actions};
use crate::model::ids::Id;
use crate::model::plan::{Backup, Resource};
use crate::safety::cells::Change;
use crate::shell::{Command, Word, Words};

pub fn check(context: &Context) -> Vec<Diagnostic> {
    let changes = context.survey.changes.iter().filter(|change| change.is_phase);
    let mut found: Vec<Diagnostic> = Vec::new();
    for finding in changes.flat_map(|change| of_change(context, change).into_iter().chain(foreign(context, change))) {
        if !found.contains(&finding) {
            found.push(finding);
        }
    }
    if context.has_named(READERS) {
        let texts = context.texts().iter().filter(|text| text.role == Role::Work);
        found.extend(texts.filter_map(within));
    }
    found
}

/// What reads a copy to its end and puts it nowhere.
const READERS: &[&str] = &["pg_restore", "gzip", "gunzip", "zstd", "xz", "bzip2", "pigz", "tar", "sha256sum"];

/// A text that reads one copy to see whether it is good, and restores another one of the same thing.
fn within(text: &Text) -> Option<Diagnostic> {
    let all = &text.parsed.commands;
    let verified: Vec<&Word> = all.iter().filter_map(verifies).collect();
    let restored: Vec<&Word> = all.iter().filter_map(|command| brings_back(text, command)).collect();
    let same = |a: &Word, b: &Word| a.text == b.text;
    let made = |copy: &Word| {
        let words = all.iter().flat_map(|command| command.redirects.iter().filter(|to| to.writes).map(|to| &to.target));
        let moved = all.iter().filter(|command| matches!(command.name(), "cp" | "mv" | "ln" | "rsync" | "install"));
        words.chain(moved.filter_map(|command| command.words.last())).any(|word| same(word, copy))
    };
    let other = restored.iter().find(|copy| !verified.iter().any(|good| same(good, copy)) && !made(copy))?;
    let good = verified.iter().find(|good| !restored.iter().any(|copy| same(good, copy)) && are_kin(good, other))?;
    let message =
        format!("`{}` is restored, and it was `{}` that was read to see whether it is good", other.text, good.text);
    let found =
        Context::report("different-backup-verified-than-restored", message, other.span, "brings back another copy");
    Some(
        found
            .also(good.span, "the copy that is known to be good")
            .help("read the one that is restored, best through one variable"),
    )
}

/// The copy that a command reads, and puts nowhere.
fn verifies(command: &Command) -> Option<&Word> {
    let words = command.arguments();
    let tests = match command.name() {
        "pg_restore" => {
            let nowhere = words.value(&["-f", "--file"]).is_some_and(|to| to.text.ends_with("/dev/null"));
            words.has_any(&["-l", "--list"]) || nowhere
        }
        "tar" => {
            words.short('t')
                || words.has_any(&["--list"])
                || words.first().is_some_and(|word| word.text.starts_with('t'))
        }
        "gzip" | "gunzip" | "zstd" | "xz" | "bzip2" | "pigz" => words.short('t') || words.has_any(&["--test"]),
        _ => false,
    };
    let file = if command.name() == "tar" {
        archive(words)
    } else {
        words.operands(&["-f", "--file", "-j", "--jobs"]).last().copied()
    };
    file.filter(|word| tests && word.text.contains('/'))
}

/// The copy that a command restores.
fn brings_back<'a>(text: &'a Text, command: &'a Command) -> Option<&'a Word> {
    const CLIENTS: &[&str] = &["psql", "mysql", "mariadb", "mongorestore", "pg_restore", "sqlite3"];
    let words = command.arguments();
    let read = || command.redirects.iter().find(|to| !to.writes && to.fd == 0).map(|to| &to.target);
    let file = match command.name() {
        "pg_restore" if words.value(&["-d", "--dbname"]).is_some() => words
            .operands(&["-d", "--dbname", "-h", "-U", "-p", "-j", "-n", "-t", "-F", "--host", "--username"])
            .last()
            .copied()
            .or_else(read),
        "psql" => words.value(&["-f", "--file"]).or_else(read),
        "mysql" | "mariadb" | "mongorestore" => read(),
        "gunzip" | "zcat" | "zstdcat" | "gzip" | "zstd" | "xz" | "xzcat" | "bzcat" | "cat" | "pv"
            if !words.short('t') && text.parsed.behind(command).any(|next| CLIENTS.contains(&next.name())) =>
        {
            words.operands(&[]).last().copied().or_else(read)
        }
        "tar" if words.short('x') || words.first().is_some_and(|word| word.text.starts_with('x')) => archive(words),
        _ => None,
    };
    file.filter(|word| word.text.contains('/'))
}

/// What `tar` reads.
fn archive(words: &[Word]) -> Option<&Word> {
    let bundle =
        words.iter().position(|word| !word.text.starts_with("--") && word.text.len() < 8 && word.text.ends_with('f'));
    words.value(&["--file"]).or_else(|| words.get(bundle? + 1))
}

/// Are they copies of the same thing by their names: `app-1.dump` and `app-nightly.dump`?
fn are_kin(a: &Word, b: &Word) -> bool {
    fn parts(word: &Word) -> (&str, &str) {
        let name = word.text.rsplit('/').next().unwrap_or("");
        let stem = name.split(|c: char| !c.is_ascii_alphabetic()).next().unwrap_or("");
        (stem, name.rsplit('.').next().unwrap_or(""))
    }
    !parts(a).0.is_empty() && parts(a) == parts(b)
}

/// A copy made elsewhere is read back and never restored, and the one that is restored is not looked at.
fn foreign(context: &Context, change: &Change) -> Vec<Diagnostic> {
    let plan = context.world.plan;
    let looked_at = |b: &Backup| b.elsewhere.is_some() && (b.check.is_some() || b.min_size.is_some());
    let all = plan.backups.iter().enumerate().map(|(index, declared)| (Id::new(index), declared));
    let unused = all.filter(|(id, declared)| looked_at(declared) && !is_restored(context, *id));
    let instead = |(id, declared): (Id<Backup>, &Backup)| {
        let blind = |b: Id<Backup>| plan[b].elsewhere.is_some() && !looked_at(&plan[b]);
        let mut all = restores(context, change).into_iter();
        let (restore, r, b) = all.find(|(_, r, b)| declared.of.contains(r) && blind(*b))?;
        let (name, good, other) = (&plan[r].common.name, context.world.backup_name(id), context.world.backup_name(b));
        let message =
            format!("`{name}` is restored from `{other}`, not from `{good}`, which is the one that is read back");
        let place = Context::report(
            "different-backup-verified-than-restored",
            message,
            restore.head,
            "brings back another copy",
        );
        Some(
            place
                .also(declared.common.name_span, "the copy that is known to be good, and that nothing restores")
                .also(plan[b].common.name_span, "nobody looks at this one")
                .help(format!("write `restore {name} from {good}`, or give `{other}` the same check")),
        )
    };
    unused.filter_map(instead).collect()
}

fn of_change(context: &Context, change: &Change) -> Vec<Diagnostic> {
    let taken: Vec<(&Action, Id<Backup>)> =
        change.forward.actions.iter().filter_map(|action| takes(action).map(|backup| (*action, backup))).collect();
    let unused = taken.iter().filter(|(_, backup)| !is_restored(context, *backup));
    let instead = |&&(take, verified): &&(&Action, Id<Backup>)| {
        let own = |b: Id<Backup>| taken.iter().any(|(_, other)| *other == b);
        let of = &context.world.plan[verified].of;
        let (restore, resource, backup) =
            restores(context, change).into_iter().find(|(_, r, b)| of.contains(r) && !own(*b))?;
        Some(one(context, take, verified, restore, resource, backup))
    };
    unused.filter_map(|pair| instead(&pair)).collect()
}

fn takes(action: &Action) -> Option<Id<Backup>> {
    action.effects.iter().find_map(|effect| match effect {
        Effect::Take { backup, verified: true, .. } => Some(*backup),
        _ => None,
    })
}

/// The restores of the rollbacks of a change.
fn restores<'a>(context: &Context<'a>, change: &Change) -> Vec<(&'a Action, Id<Resource>, Id<Backup>)> {
    let procedures = change.columns.iter().map(|column| &context.world.program.procedures[column.procedure]);
    let all = procedures.filter(|p| !p.back_out).flat_map(|p| actions(&p.body));
    all.flat_map(|action| action.effects.iter().filter_map(move |effect| restored(effect).map(|(r, b)| (action, r, b))))
        .collect()
}

fn restored(effect: &Effect) -> Option<(Id<Resource>, Id<Backup>)> {
    match effect {
        Effect::Restore { resource, backup, .. } => Some((*resource, *backup)),
        _ => None,
    }
}

fn is_restored(context: &Context, backup: Id<Backup>) -> bool {
    let all = context.world.program.procedures.iter().flat_map(|p| actions(&p.body));
    all.flat_map(|action| &action.effects).any(|effect| restored(effect).is_some_and(|(_, b)| b == backup))
}

fn one(
    context: &Context,
    take: &Action,
    verified: Id<Backup>,
    restore: &Action,
    r: Id<Resource>,
    b: Id<Backup>,
) -> Diagnostic {
    let world = context.world;
    let (name, good, other) = (world.resource_name(r.index()), world.backup_name(verified), world.backup_name(b));
    let message =
        format!("`{name}` is restored from `{other}`, not from `{good}`, which the change takes and reads back");
    Context::report("different-backup-verified-than-restored", message, restore.head, "brings back another copy")
        .also(take.head, "the copy that is known to be good, and that nothing restores")
        .help(format!("write `restore {name} from {good}`, or do not take it"))
}
