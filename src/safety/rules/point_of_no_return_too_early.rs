//! Behind a point of no return the same phase goes on to change something else, by a step that can't simply be run again.

use super::{Context, repair};
use crate::diagnostics::{Diagnostic, Fix};
use crate::ir::{Action, Group, Procedure, actions};
use crate::model::plan::{Point, ResourceKind};
use crate::safety::coverage::outside_points;
use crate::safety::forward::repeats;
use crate::safety::witness::writes;

pub fn check(context: &Context) -> Vec<Diagnostic> {
    context.points().into_iter().filter_map(|(procedure, group, point)| one(context, procedure, group, point)).collect()
}

fn one(context: &Context, procedure: &Procedure, group: &Group, point: &Point) -> Option<Diagnostic> {
    let world = context.world;
    let crossing = actions(&group.body);
    let last = *crossing.last()?;
    let outside = outside_points(&procedure.body);
    let all = actions(&procedure.body);
    let place = all.iter().position(|action| std::ptr::eq(*action, last))?;
    let later = all[place + 1..].iter().filter(|action| outside.iter().any(|other| std::ptr::eq(*other, **action)));
    let fresh = |action: &Action| {
        let kinds = |r: usize| matches!(world.plan.resources[r].kind, ResourceKind::Data | ResourceKind::Versioned);
        let changes = |action: &Action, r: usize| action.effects.iter().any(|effect| writes(world, effect, r));
        let mut all = (0..world.plan.resources.len()).filter(|&r| kinds(r) && changes(action, r));
        // What builds on the step that crosses has to come after it.
        all.find(|&r| !crossing.iter().any(|a| changes(a, r)))
    };
    let (action, r) = later.filter(|action| !repeats(action)).find_map(|action| fresh(action).map(|r| (*action, r)))?;
    let (name, resource) = (&point.common.name, world.resource_name(r));
    let message =
        format!("`{}` changes `{resource}` behind `{name}`, where a failure can't be taken back any more", action.id);
    let mut diagnostic =
        Context::report("point-of-no-return-too-early", message, point.common.name_span, "no way back behind it")
            .also(action.head, "could still be taken back before it")
            .help(format!("do `{}` before `{name}`; or, if it has to come after it, make it `repeatable`", action.id));
    if repair::own(context, procedure).iter().any(|other| std::ptr::eq(*other, action)) {
        let fix = Fix::risky(format!("do `{}` before `{name}`", action.id));
        diagnostic.fix = Some(fix.move_before(context.sources, action.span, group.span));
    }
    Some(diagnostic)
}
