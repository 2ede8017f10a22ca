//! A rollback puts the old code in force, and then takes back a step by commands that ran in the new code's folder: they may
//! not be there any more.

use super::{Context, repair};
use crate::diagnostics::{Diagnostic, Fix};
use crate::ir::{Action, Effect, Procedure, actions};
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
                let finding = too_late(context, change, (procedure, &body[..place]), undo);
                found.extend(finding.filter(|new| !found.iter().any(|d| d.labels[0].span == new.labels[0].span)));
            }
        }
    }
    found
}

fn too_late(
    context: &Context,
    change: &Change,
    (procedure, before): (&Procedure, &[&Action]),
    undo: &Action,
) -> Option<Diagnostic> {
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
    let mut diagnostic =
        Context::report("undo-after-code-returned", message, undo.head, "runs in the folder of the old code")
            .also(back.head, "the old code is in force from here on")
            .also(forward[place].head, format!("was done with the new `{code}`, in its folder"))
            .help(format!("write `undo {step}` before `{}`", back.id));
    let own = repair::own(context, procedure);
    let place = |action: &Action| own.iter().position(|other| std::ptr::eq(*other, action));
    if let (Some(from), Some(to)) = (place(undo), place(back)) {
        let title = format!("take back `{step}` before `{}`", back.id);
        // What lies between the two may have had its reason.
        let fix = if from == to + 1 { Fix::safe(title) } else { Fix::risky(title) };
        diagnostic.fix = Some(fix.move_before(context.sources, undo.span, back.span));
    }
    Some(diagnostic)
}

fn folder<'a>(context: &Context<'a>, v: Id<Resource>) -> Option<&'a Value> {
    let settings = &context.world.plan[v].settings;
    settings.iter().find(|(name, _)| name == "dir").map(|(_, value)| value)
}
