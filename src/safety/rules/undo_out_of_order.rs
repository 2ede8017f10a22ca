//! A rollback takes a step back although a later one, which changed the same thing, is still in force.

use super::Context;
use crate::diagnostics::Diagnostic;
use crate::safety::trouble::Kind;

pub fn check(context: &Context) -> Vec<Diagnostic> {
    let mut found = Vec::new();
    for case in context.cases(|kind| matches!(kind, Kind::UndoOrder(..))) {
        let Kind::UndoOrder(r, step, later) = case.kind else { continue };
        let name = context.world.resource_name(*r);
        let message = format!("`{}` takes back `{step}` before `{later}`, which changed `{name}` after it", case.procedure.name);
        let mut diagnostic = Context::report("undo-out-of-order", message, case.span, "the first change goes first");
        if let Some(action) = case.change.forward.actions.iter().find(|a| a.id == *later) {
            diagnostic = diagnostic.also(action.head, "done last, so to be taken back first");
        }
        let help = format!("write `undo {later}` before `undo {step}`");
        found.push(context.story(case.finding, diagnostic).help(help));
    }
    found
}
