//! A figure is kept to compare with later, while a service goes on changing it.

use super::Context;
use crate::diagnostics::Diagnostic;
use crate::ir::{Action, Run};
use crate::model::value::{Check, Comparison, Probe, Relation, Value};
use crate::safety::world::probes;

pub fn check(context: &Context) -> Vec<Diagnostic> {
    let world = context.world;
    let mut found = Vec::new();
    for change in context.survey.changes.iter().filter(|change| change.is_phase) {
        for (action, before) in change.forward.actions.iter().zip(&change.forward.before) {
            let (Run::Capture { name, source, .. }, Some(before)) = (&action.run, before) else { continue };
            let state = &change.forward.states[*before];
            let mut read = Vec::new();
            probes(&source.probe, &mut |probe| {
                if let Probe::Sql(r, ..) = probe {
                    read.push(r.index());
                }
            });
            let writer = read.iter().find_map(|&r| world.running_writer(state, r).map(|s| (r, s)));
            let (Some((r, s)), Some(user)) = (writer, comparing(context, name)) else { continue };
            let (resource, service) = (world.resource_name(r), world.service_name(s));
            let message = format!("`${name}` is read from `{resource}` while `{service}` goes on writing it");
            let diagnostic =
                Context::report("baseline-with-writer-running", message, action.head, "a figure of no certain moment")
                    .also(world.plan[s].common.name_span, format!("may be running and writes `{resource}`"))
                    .also(user.head, "compared here, and need not agree though nothing was lost")
                    .help(format!("write `stop {service}` before the capture, or compare with `>=`"));
            found.push(diagnostic);
        }
    }
    found
}

/// A check that wants a figure to be the captured one.
fn comparing<'a>(context: &Context<'a>, name: &str) -> Option<&'a Action> {
    let same = |action: &&Action| match &action.run {
        Run::Verify(check) | Run::Await { check, .. } => equals(check, name),
        _ => false,
    };
    context.statements().map(|(_, action)| action).find(same)
}

fn equals(check: &Check, name: &str) -> bool {
    let mut found = false;
    probes(&check.probe, &mut |probe| {
        if let Probe::Sql(_, _, Some(comparison)) | Probe::Sh(_, Some(comparison)) = probe {
            let is = matches!(comparison, Comparison::Is(Relation::Equal, Value::Variable(v)) if v.name == name);
            found |= is;
        }
    });
    found
}
