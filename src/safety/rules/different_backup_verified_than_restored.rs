//! A copy is read back, taken by the change or made elsewhere, and no procedure ever restores it: the rollback restores another one.

use super::Context;
use crate::diagnostics::Diagnostic;
use crate::ir::{Action, Effect, actions};
use crate::model::ids::Id;
use crate::model::plan::{Backup, Resource};
use crate::safety::cells::Change;

pub fn check(context: &Context) -> Vec<Diagnostic> {
    let changes = context.survey.changes.iter().filter(|change| change.is_phase);
    let mut found: Vec<Diagnostic> = Vec::new();
    for finding in changes.flat_map(|change| of_change(context, change).into_iter().chain(foreign(context, change))) {
        if !found.contains(&finding) {
            found.push(finding);
        }
    }
    found
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
