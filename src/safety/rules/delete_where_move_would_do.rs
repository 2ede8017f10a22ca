//! A change deletes files that could be put aside by renaming them: then getting them back takes no backup and no time.

use super::Context;
use crate::diagnostics::Diagnostic;
use crate::ir::{Action, Effect, Run};
use crate::model::plan::{ResourceKind, Thing};
use crate::model::value::Command;
use crate::safety::coverage::outside_points;
use crate::shell;

pub fn check(context: &Context) -> Vec<Diagnostic> {
    let phases = context.world.program.procedures.iter().filter(|p| context.world.is_phase(p));
    let outside = phases.flat_map(|phase| outside_points(&phase.body));
    outside.filter_map(|action| one(context, action)).collect()
}

fn one(context: &Context, action: &Action) -> Option<Diagnostic> {
    let plan = context.world.plan;
    let r = action.effects.iter().find_map(|effect| match effect {
        Effect::Delete(Thing::Resource(r)) if plan[*r].kind == ResourceKind::Data => Some(*r),
        _ => None,
    })?;
    if action.undo.is_some() || !removes_files(action) {
        return None;
    }
    let name = &plan[r].common.name;
    let message = format!("`{}` deletes `{name}`, where a rename would do", action.id);
    Some(
        Context::report("delete-where-move-would-do", message, action.head, "only a restore brings it back")
            .also(plan[r].common.name_span, "what is deleted")
            .help(format!("`mv` it aside and let the step say `modifies {name}` and give an `undo` that moves it back; delete it when the change has been accepted")),
    )
}

fn removes_files(action: &Action) -> bool {
    let Run::Commands(commands) = &action.run else { return false };
    commands.iter().any(|command| match command {
        Command::Sh(script) => shell::parse(script).commands.iter().any(|command| command.name() == "rm"),
        Command::Sql(..) => false,
    })
}
