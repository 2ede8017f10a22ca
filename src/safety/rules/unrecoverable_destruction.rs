//! Behind a point of no return data are destroyed of which no good copy exists: no way back was meant, but no way back is left.

use super::Context;
use crate::diagnostics::Diagnostic;
use crate::ir::Action;
use crate::safety::cells::Change;
use crate::safety::coverage::{covered, destroyed, outside_points};
use crate::safety::state::data;

pub fn check(context: &Context) -> Vec<Diagnostic> {
    context.survey.changes.iter().flat_map(|change| of_change(context, change)).collect()
}

fn of_change(context: &Context, change: &Change) -> Vec<Diagnostic> {
    let world = context.world;
    let body = &world.program.procedures[change.forward.procedure].body;
    let outside = outside_points(body);
    let mut found: Vec<(usize, Diagnostic)> = Vec::new();
    for (&action, before) in change.forward.actions.iter().zip(&change.forward.before) {
        // Outside of a point it is `undeclared-point-of-no-return`.
        let Some(before) = before.filter(|_| !outside.iter().any(|other| std::ptr::eq(*other, action))) else { continue };
        let words = &change.forward.states[before].words;
        for r in destroyed(world, action) {
            let gone = words[world.resource(r)] & data::VALUES == data::ABSENT;
            let known = found.iter().any(|(other, _)| *other == r);
            if !gone && !known && change.forward.origin[r] != data::ABSENT && !covered(world, words, r) {
                found.push((r, one(context, action, r)));
            }
        }
    }
    found.into_iter().map(|(_, diagnostic)| diagnostic).collect()
}

fn one(context: &Context, action: &Action, r: usize) -> Diagnostic {
    let name = context.world.resource_name(r);
    let message = format!("`{}` destroys `{name}` for good: no copy of it exists", action.id);
    Context::report("unrecoverable-destruction", message, action.head, "should it be the wrong one, nothing brings it back")
        .also(context.world.plan.resources[r].common.name_span, "what is destroyed")
        .help(format!("write `take backup last_copy of {name}` before the point of no return"))
}
