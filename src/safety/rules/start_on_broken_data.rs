//! A service is started while what it writes or runs may be half written, gone, or of mixed versions.

use super::Context;
use crate::diagnostics::Diagnostic;
use crate::ir::Effect;
use crate::model::plan::Language;
use crate::safety::recovery::broken;
use crate::safety::trouble::{Kind, condition};

pub fn check(context: &Context) -> Vec<Diagnostic> {
    let world = context.world;
    let mut found = Vec::new();
    for case in context.cases(|kind| matches!(kind, Kind::BrokenStart(..))) {
        let Kind::BrokenStart(s, r, value) = *case.kind else { continue };
        let (service, name) = (world.service_name(s), world.resource_name(r));
        let what = condition(value, Language::En);
        let message = format!("`{}` starts `{service}` while `{name}` may be {what}", case.procedure.name);
        let mut diagnostic =
            Context::report("start-on-broken-data", message, case.span, format!("runs on a `{name}` that is {what}"));
        if let Some(write) = context.first_write(case.change, r) {
            diagnostic = diagnostic.also(write.head, format!("when this fails, `{name}` is {what}"));
        }
        found.push(
            context.story(case.finding, diagnostic).help(format!("bring `{name}` back before `start {service}`")),
        );
    }
    found.extend(forward(context));
    found
}

/// The change itself may do it, when it goes on after a failed step.
fn forward(context: &Context) -> Vec<Diagnostic> {
    let world = context.world;
    let mut found = Vec::new();
    for change in context.survey.changes.iter().filter(|c| c.is_phase) {
        for (action, before) in change.forward.actions.iter().zip(&change.forward.before) {
            let Some(before) = before else { continue };
            let state = &change.forward.states[*before];
            let started = action.effects.iter().filter_map(|e| match e {
                Effect::Start(s) => Some(*s),
                _ => None,
            });
            for s in started {
                let Some((r, value)) = broken(world, &change.forward.origin, s, state) else { continue };
                let (service, name) = (world.service_name(s), world.resource_name(r));
                let what = condition(value, Language::En);
                let message = format!("`{}` starts `{service}` while `{name}` may be {what}", context.name(change));
                let mut diagnostic = Context::report(
                    "start-on-broken-data",
                    message,
                    action.head,
                    format!("runs on a `{name}` that is {what}"),
                );
                if let Some(write) = context.first_write(change, r) {
                    diagnostic = diagnostic.also(write.head, "the change goes on although this may have failed");
                }
                found.push(
                    diagnostic.help(format!("let the change stop before `start {service}` when `{name}` is not whole")),
                );
            }
        }
    }
    found
}
