//! Something is done that can't be taken back, or data are destroyed that no good copy covers, and the plan does not mark
//! the point.

use super::Context;
use crate::diagnostics::Diagnostic;
use crate::ir::Effect;
use crate::model::plan::ProcedureKind;
use crate::safety::cells::Change;
use crate::safety::coverage::{Exposed, Finding, outside_points};
use crate::safety::forward::Stop;

pub fn check(context: &Context) -> Vec<Diagnostic> {
    let mut found = irrevocable(context);
    for exposed in context.exposed {
        let name = context.world.resource_name(exposed.resource);
        let change = &context.survey.changes[exposed.change];
        let message = format!("`{}` destroys `{name}`, and no good copy of it exists", exposed.action.id);
        let resource = &context.world.plan.resources[exposed.resource].common;
        let help = format!(
            "take a verified backup of `{name}` before `{}` and restore it in a rollback, or put the step into a \
             `point_of_no_return`",
            exposed.action.id
        );
        let diagnostic = Context::report(
            "undeclared-point-of-no-return",
            message,
            exposed.action.head,
            "after this there is no way back",
        )
        .also(resource.name_span, "what is destroyed")
        .also(context.place(change), "no verified backup of it before");
        let diagnostic = match finding(change, exposed) {
            Some(finding) => context.story(&finding, diagnostic),
            None => diagnostic,
        };
        found.push(diagnostic.help(help));
    }
    found
}

/// The failure that shows it: inside the step that destroys.
fn finding(change: &Change, exposed: &Exposed) -> Option<Finding> {
    let here = |stop: &Stop| stop.action.is_some_and(|action| std::ptr::eq(action, exposed.action));
    let stop = change.forward.stops.iter().position(here)?;
    Some(Finding { change: exposed.change, procedure: None, trouble: None, past: None, stop, more: 0 })
}

fn irrevocable(context: &Context) -> Vec<Diagnostic> {
    let world = context.world;
    let mut found: Vec<Diagnostic> = Vec::new();
    let going =
        world.program.procedures.iter().filter(|p| {
            !p.back_out && matches!(world.declaration(p).kind, ProcedureKind::Phase | ProcedureKind::Rollback)
        });
    for procedure in going {
        for action in outside_points(&procedure.body) {
            let Some(r) = action.effects.iter().find_map(|effect| match effect {
                Effect::Irreversible(r) => Some(r.index()),
                _ => None,
            }) else {
                continue;
            };
            let name = world.resource_name(r);
            let message = format!("`{}` can't be taken back, and the plan does not mark it", action.id);
            let label = format!("`{name}` can't be undone from here on");
            let diagnostic = Context::report("undeclared-point-of-no-return", message, action.head, label)
                .also(world.plan.resources[r].common.name_span, "declared as irrevocable")
                .help(format!("put it into `point_of_no_return NAME {{ … }}`, a `confirm` before `{}`", action.id));
            if !found.iter().any(|d| d.labels[0].span == diagnostic.labels[0].span) {
                found.push(diagnostic);
            }
        }
    }
    found
}
