//! Data are destroyed of which no good copy is known: behind a point of no return, where no way back was meant but none is left
//! either; or by a rollback, before anybody has looked at the copy that is to take their place.

use super::Context;
use crate::diagnostics::Diagnostic;
use crate::ir::{Action, Effect, Procedure, actions};
use crate::safety::cells::Change;
use crate::safety::coverage::{covered, destroyed, outside_points};
use crate::safety::state::data;
use crate::source::Span;
use rustc_hash::FxHashSet;

pub fn check(context: &Context) -> Vec<Diagnostic> {
    let mut found: Vec<Diagnostic> =
        context.survey.changes.iter().flat_map(|change| of_change(context, change)).collect();
    let mut seen = FxHashSet::default();
    for column in context.survey.changes.iter().flat_map(|change| &change.columns) {
        let procedure = &context.world.program.procedures[column.procedure];
        let not = &context.world.declaration(procedure).not_restored;
        for &(r, span) in column.telling().flat_map(|outcome| &outcome.gambles) {
            if !not.iter().any(|(left, _)| left.index() == r) && seen.insert((r, span)) {
                found.push(gamble(context, procedure, r, span));
            }
        }
    }
    found
}

/// A rollback destroys what is there, and trusts in a copy that nobody has looked at, or has none.
fn gamble(context: &Context, procedure: &Procedure, r: usize, span: Span) -> Diagnostic {
    let (world, rollback) = (context.world, &procedure.name);
    let name = world.resource_name(r);
    let actions = actions(&procedure.body);
    let restored = actions.iter().flat_map(|action| &action.effects).find_map(|effect| match effect {
        Effect::Restore { resource, backup, .. } if resource.index() == r => Some(*backup),
        _ => None,
    });
    let message = format!("`{rollback}` destroys `{name}` before anybody knows that a copy of it can be read");
    let diagnostic =
        Context::report("unrecoverable-destruction", message, span, "if the copy is bad, this was all there was");
    match restored {
        Some(b) => diagnostic
            .also(world.plan[b].common.name_span, "what is to take its place, and nobody has read")
            .help(format!(
                "give `{}` a `check` that reads it, or take a verified backup of `{name}` before",
                world.backup_name(b)
            )),
        None => diagnostic
            .also(world.plan.resources[r].common.name_span, "what is destroyed")
            .help(format!("write `take backup last_copy of {name}` before it")),
    }
}

fn of_change(context: &Context, change: &Change) -> Vec<Diagnostic> {
    let world = context.world;
    let body = &world.program.procedures[change.forward.procedure].body;
    let outside: FxHashSet<*const Action> = outside_points(body).into_iter().map(std::ptr::from_ref).collect();
    let mut found: Vec<(usize, Diagnostic)> = Vec::new();
    for (&action, before) in change.forward.actions.iter().zip(&change.forward.before) {
        // Outside of a point it is `undeclared-point-of-no-return`.
        let Some(before) = before.filter(|_| !outside.contains(&std::ptr::from_ref(action))) else {
            continue;
        };
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
    Context::report(
        "unrecoverable-destruction",
        message,
        action.head,
        "should it be the wrong one, nothing brings it back",
    )
    .also(context.world.plan.resources[r].common.name_span, "what is destroyed")
    .help(format!("write `take backup last_copy of {name}` before the point of no return"))
}
