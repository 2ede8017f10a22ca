//! A rollback takes a step back by an undo that is not made for every half-done state, or not to be run twice.

use super::Context;
use crate::diagnostics::Diagnostic;
use crate::safety::trouble::Kind;

pub fn check(context: &Context) -> Vec<Diagnostic> {
    let mut found = Vec::new();
    for case in context.cases(|kind| matches!(kind, Kind::UndoHalf(..))) {
        let Kind::UndoHalf(r, step) = case.kind else { continue };
        let name = context.world.resource_name(*r);
        let message = format!("`{}` takes back `{step}`, which may leave `{name}` half written", case.procedure.name);
        let mut diagnostic =
            Context::report("undo-not-total", message, case.span, "when it is interrupted, or the step was");
        if let Some(action) = case.change.forward.actions.iter().find(|a| a.id == *step) {
            let span = action.undo.as_ref().map_or(action.head, |undo| undo.span);
            diagnostic = diagnostic.also(span, "not made for every half-done state");
        }
        let help = format!(
            "say `total` in the undo if it works from every half-done state; or `undo {step} repeatable` if it can be run \
             twice and the step fails whole or not at all; or restore `{name}` from a backup"
        );
        found.push(context.story(case.finding, diagnostic).help(help));
    }
    found
}
