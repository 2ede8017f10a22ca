//! A rollback relies on a copy that others make, or that is made by commands of the plan's own, and nobody has ever restored one.

use super::Context;
use crate::diagnostics::Diagnostic;
use crate::ir::{Action, Effect, Procedure, actions};
use crate::model::ids::Id;
use crate::model::plan::Backup;

pub fn check(context: &Context) -> Vec<Diagnostic> {
    let plan = context.world.plan;
    let foreign = |b: &Backup| (b.elsewhere.is_some() || b.taken_by.is_some()) && b.restore_test.is_none();
    let all = plan.backups.iter().enumerate().filter(|(_, backup)| foreign(backup));
    all.filter_map(|(index, backup)| one(context, Id::new(index), backup)).collect()
}

fn one(context: &Context, id: Id<Backup>, backup: &Backup) -> Option<Diagnostic> {
    let world = context.world;
    let users: Vec<(&Procedure, &Action)> = world
        .program
        .procedures
        .iter()
        .filter_map(|procedure| restores(procedure, id).map(|action| (procedure, action)))
        .collect();
    let (first, restore) = users.first()?;
    let rehearsed = |p: &Procedure| world.plan.drills.iter().any(|drill| drill.run.contains(&p.declaration));
    if users.iter().any(|(procedure, _)| rehearsed(procedure)) {
        return None;
    }
    let name = &backup.common.name;
    let message = format!("nobody has ever restored `{name}` for a test");
    let who = if backup.elsewhere.is_some() { "made by others" } else { "taken by commands of this plan's own" };
    let help = format!(
        "say `restore_test \"when and how\"` in `{name}`, or rehearse it: `drill NAME every 90d in staging {{ run {} }}`",
        first.name
    );
    let diagnostic = Context::report("backup-never-restore-tested", message, backup.common.name_span, who);
    Some(diagnostic.also(restore.head, format!("`{}` relies on it", first.name)).help(help))
}

fn restores(procedure: &Procedure, id: Id<Backup>) -> Option<&Action> {
    let from = |effect: &Effect| matches!(effect, Effect::Restore { backup, .. } if *backup == id);
    actions(&procedure.body).into_iter().find(|action| action.effects.iter().any(from))
}
