//! A rollback ends, and a service does not run that ran before, or the other way round.

use super::{Context, repair};
use crate::diagnostics::{Diagnostic, Fix};
use crate::ir::Effect;
use crate::safety::trouble::Kind;

pub fn check(context: &Context) -> Vec<Diagnostic> {
    let world = context.world;
    let mut found = Vec::new();
    for case in context.cases(|kind| matches!(kind, Kind::ServiceLeft(..))) {
        let Kind::ServiceLeft(s, running) = *case.kind else { continue };
        let (service, rollback) = (world.service_name(s), &case.procedure.name);
        let (what, verb) = if running { ("running", "stop") } else { ("stopped", "start") };
        let message = format!("`{rollback}` leaves `{service}` {what}, which it was not before");
        let diagnostic =
            Context::report("service-left-stopped", message, case.span, format!("ends without `{verb} {service}`"));
        let touches = |e: &Effect| match e {
            Effect::Stop(t) => !running && *t == s,
            Effect::Start(t) => running && *t == s,
            _ => false,
        };
        let own = crate::ir::actions(&case.procedure.body);
        let all = own.into_iter().rev().chain(case.change.forward.actions.iter().copied());
        let cause = all.into_iter().find(|a| a.effects.iter().any(touches));
        let diagnostic = match cause {
            Some(action) => diagnostic.also(action.head, format!("{what} since here")),
            None => diagnostic.also(world.plan[s].common.name_span, "the service"),
        };
        let help = format!("write `{verb} {service}` in `{rollback}`, or say `ends {service} {what}`");
        let mut diagnostic = context.story(case.finding, diagnostic).help(help);
        if !running {
            let fix = Fix::safe(format!("start `{service}` in `{rollback}` when everything is back"));
            diagnostic.fix = repair::start_again(context, case.procedure, s, fix);
        }
        found.push(diagnostic);
    }
    found
}
