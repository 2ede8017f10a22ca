//! Data are destroyed first, and the service that writes them is stopped afterwards.

use super::{Context, repair};
use crate::diagnostics::{Diagnostic, Fix};
use crate::ir::{Action, Effect, Run, actions};
use crate::model::ids::Id;
use crate::model::plan::Service;
use crate::safety::coverage::destroyed;

pub fn check(context: &Context) -> Vec<Diagnostic> {
    let mut found: Vec<Diagnostic> = Vec::new();
    for procedure in context.world.program.procedures.iter().filter(|p| !p.back_out) {
        let body = actions(&procedure.body);
        for (place, action) in body.iter().enumerate() {
            let late = destroyed(context.world, action)
                .find_map(|r| stopped_late(context, &body, place, r).map(|(s, stop)| (r, s, stop)));
            let known = found.iter().any(|d| d.labels[0].span == action.head);
            if let Some((r, s, stop)) = late.filter(|_| !known) {
                let mut diagnostic = one(context, action, r, s, stop);
                let own = repair::own(context, procedure);
                let movable = |action: &Action| own.iter().any(|other| std::ptr::eq(*other, action));
                if matches!(stop.run, Run::Service(..)) && movable(action) && movable(stop) {
                    let fix = Fix::safe(format!("stop `{}` before `{}`", context.world.service_name(s), action.id));
                    diagnostic.fix = Some(fix.move_before(context.sources, stop.span, action.span));
                }
                found.push(diagnostic);
            }
        }
    }
    found
}

/// A writer that is stopped, but only behind this place.
fn stopped_late<'a>(
    context: &Context,
    body: &[&'a Action],
    place: usize,
    r: usize,
) -> Option<(Id<Service>, &'a Action)> {
    let stops =
        |action: &Action, s: Id<Service>| action.effects.iter().any(|e| matches!(e, Effect::Stop(id) if *id == s));
    context.world.writers[r].iter().find_map(|&s| {
        let early = body[..=place].iter().any(|action| stops(action, s));
        let late = body[place + 1..].iter().find(|action| stops(action, s));
        late.filter(|_| !early).map(|stop| (s, *stop))
    })
}

fn one(context: &Context, action: &Action, r: usize, s: Id<Service>, stop: &Action) -> Diagnostic {
    let (name, service) = (context.world.resource_name(r), context.world.service_name(s));
    let message = format!("`{}` destroys `{name}` while `{service}` still writes it", action.id);
    Context::report(
        "drop-under-running-service",
        message,
        action.head,
        "it fails on requests, or writes into what is left",
    )
    .also(stop.head, "stopped only here")
    .also(context.world.plan[s].common.name_span, format!("writes `{name}`"))
    .help(format!("stop `{service}` before `{}`", action.id))
}
