//! A rollback puts the old code in force, and then takes back a step by commands that ran in the new code's folder: they may
//! not be there any more.

use super::Context;
use crate::diagnostics::Diagnostic;
use crate::ir::{Action, Effect, actions};
use crate::model::ids::Id;
use crate::model::plan::Resource;
use crate::model::value::Value;
use crate::safety::cells::Change;
use crate::safety::transfer::same;

pub fn check(context: &Context) -> Vec<Diagnostic> {
    let mut found: Vec<Diagnostic> = Vec::new();
    for change in context.survey.changes.iter().filter(|change| change.is_phase) {
        for column in &change.columns {
            let procedure = &context.world.program.procedures[column.procedure];
            if procedure.back_out {
                continue;
            }
            let body = actions(&procedure.body);
            for (place, undo) in body.iter().enumerate() {
                let finding = too_late(context, change, &body[..place], undo);
                found.extend(finding.filter(|new| !found.iter().any(|d| d.labels[0].span == new.labels[0].span)));
            }
        }
    }
    found
}

fn too_late(context: &Context, change: &Change, before: &[&Action], undo: &Action) -> Option<Diagnostic> {
    let step = undo.effects.iter().find_map(|effect| match effect {
        Effect::Undo { step, .. } => Some(step),
        _ => None,
    })?;
    let forward = &change.forward.actions;
    let place = forward.iter().position(|action| action.id == *step)?;
    let dir = forward[place].dir.as_ref()?;
    let switches = |action: &Action| {
        action.effects.iter().find_map(|effect| match effect {
            Effect::Switch(v, _) if folder(context, *v).is_some_and(|folder| same(folder, dir)) => Some(*v),
            _ => None,
        })
    };
    let v = forward[..place].iter().find_map(|action| switches(action))?;
    let back = before.iter().find(|action| switches(action) == Some(v))?;
    let code = context.world.resource_name(v.index());
    let message = format!("`{step}` is taken back with the old `{code}`, which may not know it");
    Some(
        Context::report("undo-after-code-returned", message, undo.head, "runs in the folder of the old code")
            .also(back.head, "the old code is in force from here on")
            .also(forward[place].head, format!("was done with the new `{code}`, in its folder"))
            .help(format!("write `undo {step}` before `{}`", back.id)),
    )
}

fn folder<'a>(context: &Context<'a>, v: Id<Resource>) -> Option<&'a Value> {
    let settings = &context.world.plan[v].settings;
    settings.iter().find(|(name, _)| name == "dir").map(|(_, value)| value)
}
