//! A step changes something and gives an undo that does nothing, so that a rollback which relies on it takes nothing back.

use super::Context;
use crate::diagnostics::Diagnostic;
use crate::ir::{Action, Effect};
use crate::model::statement::Undo;
use crate::model::value::Command;
use crate::shell;

/// Commands that change nothing.
const IDLE: &[&str] = &["true", ":", "echo", "printf"];

pub fn check(context: &Context) -> Vec<Diagnostic> {
    let idle = context
        .statements()
        .filter_map(|(_, action)| action.undo.as_ref().filter(|undo| does_nothing(undo)).map(|undo| (action, undo)));
    idle.filter_map(|(action, undo)| one(context, action, undo)).collect()
}

fn one(context: &Context, action: &Action, undo: &Undo) -> Option<Diagnostic> {
    let r = action.effects.iter().find_map(|effect| match effect {
        Effect::Modify(r) | Effect::Destroy(r) | Effect::Switch(r, _) => Some(r.index()),
        _ => None,
    })?;
    let name = context.world.resource_name(r);
    let message = format!("the undo of `{}` does nothing: `{name}` stays changed", action.id);
    Some(
        Context::report("empty-undo-without-reason", message, undo.span, "takes nothing back")
            .also(action.head, format!("changes `{name}`"))
            .help(format!("write what takes it back, or drop the undo and let the rollback say `not_restored {name} because \"…\"`")),
    )
}

fn does_nothing(undo: &Undo) -> bool {
    undo.commands.iter().all(|command| match command {
        Command::Sh(script) => {
            let parsed = shell::parse(script);
            let idle = |command: &shell::Command| IDLE.contains(&command.name()) && command.redirects.is_empty();
            parsed.problems.is_empty() && parsed.commands.iter().all(idle)
        }
        Command::Sql(..) => false,
    })
}
