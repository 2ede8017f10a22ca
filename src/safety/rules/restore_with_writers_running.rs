//! A restore runs while a service may write the same thing.

use super::context::Case;
use super::{Context, repair};
use crate::diagnostics::{Diagnostic, Fix};
use crate::ir::{Action, Effect};
use crate::model::ids::Id;
use crate::model::plan::Service;
use crate::safety::trouble::Kind;

pub fn check(context: &Context) -> Vec<Diagnostic> {
    let world = context.world;
    let mut found = Vec::new();
    for case in context.cases(|kind| matches!(kind, Kind::Writer(..))) {
        let Kind::Writer(r, s) = *case.kind else { continue };
        let (name, service) = (world.resource_name(r), world.service_name(s));
        let message = format!("`{}` restores `{name}` while `{service}` may write it", case.procedure.name);
        let diagnostic = Context::report("restore-with-writers-running", message, case.span, "written from two sides");
        let starts = |e: &Effect| matches!(e, Effect::Start(started) if *started == s);
        let started = case.change.forward.actions.iter().find(|a| a.effects.iter().any(starts));
        let diagnostic = match started {
            Some(start) => diagnostic.also(start.head, format!("`{service}` runs from here on")),
            None => diagnostic.also(world.plan[s].common.name_span, format!("`{service}` writes `{name}`")),
        };
        let mut diagnostic =
            context.story(case.finding, diagnostic).help(format!("write `stop {service}` before the restore"));
        diagnostic.fix = repair(context, &case, s);
        found.push(diagnostic);
    }
    found
}

/// Stops the writer before the restore; one that nothing starts again, and that should run, is started when all is back.
fn repair(context: &Context, case: &Case, s: Id<Service>) -> Option<Fix> {
    let world = context.world;
    let service = world.service_name(s);
    let own = repair::own(context, case.procedure);
    let place = own.iter().position(|action| action.head == case.span)?;
    let restore = own[place];
    // The safety copies in front of it want the writer still as well.
    let takes = |action: &&&Action| action.effects.iter().any(|effect| matches!(effect, Effect::Take { .. }));
    let first = own[..place].iter().rev().take_while(takes).last().copied().unwrap_or(restore);
    let fix = Fix::safe(format!("stop `{service}` before `{}`", restore.id));
    let fix = fix.item_before(context.sources, first.span, &format!("stop {service}"));
    let declared = &world.plan[s];
    let ends = world.declaration(case.procedure).ends.iter().any(|(ended, _)| *ended == s);
    if repair::starts(case.procedure, s) || declared.starts_stopped || declared.introduced_by.is_some() || ends {
        return Some(fix);
    }
    repair::start_again(context, case.procedure, s, fix)
}
