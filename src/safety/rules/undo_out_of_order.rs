//! A rollback takes a step back although a later one, which changed the same thing, is still in force.

use super::context::Case;
use super::{Context, repair};
use crate::diagnostics::{Diagnostic, Fix};
use crate::ir::{Action, Effect};
use crate::safety::trouble::Kind;

pub fn check(context: &Context) -> Vec<Diagnostic> {
    let mut found = Vec::new();
    for case in context.cases(|kind| matches!(kind, Kind::UndoOrder(..))) {
        let Kind::UndoOrder(r, step, later) = case.kind else { continue };
        let name = context.world.resource_name(*r);
        let message =
            format!("`{}` takes back `{step}` before `{later}`, which changed `{name}` after it", case.procedure.name);
        let mut diagnostic = Context::report("undo-out-of-order", message, case.span, "the first change goes first");
        if let Some(action) = case.change.forward.actions.iter().find(|a| a.id == *later) {
            diagnostic = diagnostic.also(action.head, "done last, so to be taken back first");
        }
        let help = format!("write `undo {later}` before `undo {step}`");
        let mut diagnostic = context.story(case.finding, diagnostic).help(help);
        diagnostic.fix = swapped(context, &case, step, later);
        found.push(diagnostic);
    }
    found
}

/// The later step is taken back first, where the rollback takes back both.
fn swapped(context: &Context, case: &Case, step: &str, later: &str) -> Option<Fix> {
    let own = repair::own(context, case.procedure);
    let undoes = |action: &&&Action, wanted: &str| {
        action.effects.iter().any(|effect| matches!(effect, Effect::Undo { step, .. } if step == wanted))
    };
    let first = own.iter().position(|action| action.head == case.span)?;
    let second = own.iter().skip(first).find(|action| undoes(action, later))?;
    let fix = Fix::safe(format!("take back `{later}` before `{step}`"));
    Some(fix.move_before(context.sources, second.span, own[first].span))
}
