//! Behind a point of no return a step remains that can't be run again, and nothing else leads on.

use super::Context;
use super::non_repeatable_on_resume::after_title;
use crate::diagnostics::{Diagnostic, Fix};
use crate::ir::Action;
use crate::safety::coverage::Finding;
use crate::safety::forward::repeats;
use crate::safety::matrix::Point;

pub fn check(context: &Context) -> Vec<Diagnostic> {
    let bare = context.findings.iter().filter(|f| f.trouble.is_none() && f.procedure.is_none());
    bare.filter_map(|finding| finding.past.map(|p| one(context, finding, p))).collect()
}

fn one(context: &Context, finding: &Finding, p: usize) -> Diagnostic {
    let change = &context.survey.changes[finding.change];
    let (phase, point) = (context.name(change), &context.world.plan.points[p].common);
    let Some(step) = remaining(context, finding) else {
        let message =
            format!("when `{phase}` stops {}, nothing leads on behind `{}`", context.point(finding), point.name);
        return Context::report(
            "step-not-retriable-after-point-of-no-return",
            message,
            point.name_span,
            "no way back behind it",
        );
    };
    let message = format!(
        "when `{phase}` stops {}, `{}` can't simply be run again, and nothing else leads on",
        context.point(finding),
        step.id
    );
    let diagnostic = Context::report(
        "step-not-retriable-after-point-of-no-return",
        message,
        step.head,
        "perhaps half done, perhaps done",
    )
    .also(point.name_span, "no way back behind it");
    let help = format!(
        "make `{}` safe to run again and say so, `repeatable` or `done_when …`; or add a `fix_forward … of {phase} past {}`",
        step.id, point.name
    );
    let fix = Fix::risky(format!("call `{}` repeatable: see that it is", step.id));
    context.story(finding, diagnostic).help(help).fix(fix.after(after_title(step), " repeatable"))
}

/// The first step from the failure point on that can't be run again.
fn remaining<'a>(context: &Context<'a>, finding: &Finding) -> Option<&'a Action> {
    let forward = &context.survey.changes[finding.change].forward;
    let stop = &forward.stops[finding.stop];
    let at = forward.actions.iter().position(|action| stop.action.is_some_and(|other| std::ptr::eq(*action, other)))?;
    let from = if matches!(stop.point, Point::After(_)) { at + 1 } else { at };
    forward.actions[from..].iter().find(|action| !repeats(action)).copied()
}
