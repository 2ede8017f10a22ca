//! A restore throws away every copy younger than the one that it restores, and among them the safety copy taken just before.

use super::Context;
use crate::diagnostics::Diagnostic;
use crate::ir::{Action, Effect, actions};
use crate::model::ids::Id;
use crate::model::plan::{Backup, Resource};

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
    found
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
