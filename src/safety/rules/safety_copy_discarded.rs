//! A restore throws away every copy younger than the one that it restores, and among them the safety copy taken just before.

use super::{
    Context,
    scripts::{Role, Text},
    status,
};
use crate::diagnostics::Diagnostic;
use crate::ir::{Action, Effect, actions};
use crate::model::ids::Id;
use crate::model::plan::{Backup, Resource};
use crate::shell::{Command, Words};

pub fn check(context: &Context) -> Vec<Diagnostic> {
    let mut found: Vec<Diagnostic> = Vec::new();
    for procedure in context.world.program.procedures.iter().filter(|p| !p.back_out) {
        let body = actions(&procedure.body);
        for (place, restore) in body.iter().enumerate() {
            for effect in &restore.effects {
                let Effect::Restore { resource, backup, discards_newer: true, .. } = effect else { continue };
                let lost = body[..place]
                    .iter()
                    .filter_map(|take| discarded(context, take, *resource, *backup).map(|b| (*take, b)));
                found.extend(lost.map(|(take, b)| one(context, take, restore, *resource, b)));
            }
        }
    }
    // A statement of a shared procedure is seen with every caller.
    let mut seen = rustc_hash::FxHashSet::default();
    found.retain(|d| seen.insert((d.labels[0].span, d.message.clone())));
    found.extend(context.named(&["rm", "shred"]).filter_map(|(text, command)| removed(text, command)));
    found
}

/// `pg_restore …; rm "$safety_copy"`, and nobody has looked at what was restored.
fn removed(text: &Text, rm: &Command) -> Option<Diagnostic> {
    const NAMES: &[&str] =
        &["safety", "safe_copy", "safe-copy", "pre_restore", "pre-restore", "before_restore", "before-restore"];
    let copy = rm.arguments().iter().find(|word| {
        let lower = word.text.to_ascii_lowercase();
        NAMES.iter().any(|name| lower.contains(name))
    })?;
    let before = |other: &&Command| other.span.end <= rm.span.start;
    let restores = |other: &&Command| {
        matches!(other.name(), "pg_restore" | "mongorestore") && !other.arguments().has_any(&["-l", "--list"])
            || status::runs_script(text, other)
    };
    let restore = text.parsed.commands.iter().filter(before).rfind(restores)?;
    let looks = |other: &Command| {
        let asks = matches!(other.name(), "[" | "test" | "grep" | "curl" | "diff" | "cmp");
        (asks || status::is_own(other)) && other.span.start > restore.span.end
    };
    if text.role != Role::Work || text.parsed.commands.iter().filter(before).any(looks) {
        return None;
    }
    let message = format!("`{}` is thrown away before anybody has looked at what was restored", copy.text);
    let found = Context::report("safety-copy-discarded", message, rm.span, "nothing takes the restore back any more");
    Some(found.also(restore.span, "what it could take back").help("keep it until the restored data have been checked"))
}

/// The copy that an action takes by the same means as the one to be restored. One taken otherwise lies somewhere else.
fn discarded(context: &Context, take: &Action, resource: Id<Resource>, restored: Id<Backup>) -> Option<Id<Backup>> {
    take.effects.iter().find_map(|effect| match effect {
        Effect::Take { backup, .. } => {
            let declared = &context.world.plan[*backup];
            let same = declared.of.contains(&resource) && declared.taken_by.is_none() && *backup != restored;
            same.then_some(*backup)
        }
        _ => None,
    })
}

fn one(context: &Context, take: &Action, restore: &Action, r: Id<Resource>, copy: Id<Backup>) -> Diagnostic {
    let world = context.world;
    let (name, copy) = (world.resource_name(r.index()), world.backup_name(copy));
    let message = format!("the restore of `{name}` throws away `{copy}`, which was just taken");
    let driver = &world.plan[world.plan[r].driver].common.name;
    Context::report("safety-copy-discarded", message, take.head, "gone again before anybody can need it")
        .also(restore.head, format!("`{driver}` discards every copy younger than this one"))
        .help(format!("take `{copy}` by other means: declare `backup {copy} of {name} {{ taken_by sh \"…\" }}`, which writes a file elsewhere"))
}
