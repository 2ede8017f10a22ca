//! A restore runs while a service may write the same thing.

use super::Context;
use crate::diagnostics::Diagnostic;
use crate::ir::Effect;
use crate::safety::trouble::Kind;

pub fn check(context: &Context) -> Vec<Diagnostic> {
    let world = context.world;
    let mut found = Vec::new();
    for case in context.cases(|kind| matches!(kind, Kind::Writer(..))) {
        let Kind::Writer(r, s) = *case.kind else { continue };
        let (name, service) = (world.resource_name(r), world.service_name(s));
        let message = format!("`{}` restores `{name}` while `{service}` may write it", case.procedure.name);
        let diagnostic =
            Context::report("restore-with-writers-running", message, case.span, "written from two sides");
        let starts = |e: &Effect| matches!(e, Effect::Start(started) if *started == s);
        let started = case.change.forward.actions.iter().find(|a| a.effects.iter().any(starts));
        let diagnostic = match started {
            Some(start) => diagnostic.also(start.head, format!("`{service}` runs from here on")),
            None => diagnostic.also(world.plan[s].common.name_span, format!("`{service}` writes `{name}`")),
        };
        found.push(context.story(case.finding, diagnostic).help(format!("write `stop {service}` before the restore")));
    }
    found
}
