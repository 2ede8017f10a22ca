//! A phase crosses several points of no return, and it is not said for each what leads on behind it.

use super::Context;
use crate::diagnostics::Diagnostic;
use crate::ir::Procedure;
use crate::model::ids::Id;
use crate::model::plan::{Point, ProcedureKind};

pub fn check(context: &Context) -> Vec<Diagnostic> {
    let points = context.points();
    let phases = context.world.program.procedures.iter().filter(|p| context.world.is_phase(p));
    let of = |phase: &Procedure| {
        let own =
            points.iter().filter(|(p, ..)| std::ptr::eq(*p, phase)).map(|(_, _, point)| *point).collect::<Vec<_>>();
        one(context, phase, &own)
    };
    phases.filter_map(of).collect()
}

fn one(context: &Context, phase: &Procedure, points: &[&Point]) -> Option<Diagnostic> {
    let [first, .., _] = points else { return None };
    let plan = context.world.plan;
    let is = |p: &Id<Point>, point: &Point| plan[*p].common.name_span == point.common.name_span;
    let answered = |point: &Point| {
        let mut ways = plan.procedures_of(ProcedureKind::FixForward);
        ways.any(|(_, way)| way.of.contains(&phase.declaration) && way.past.iter().any(|p| is(p, point)))
    };
    let open = points.iter().rev().find(|point| !answered(point))?;
    let other = if std::ptr::eq(*open, *first) { points[1] } else { first };
    let name = &open.common.name;
    let message =
        format!("`{}` crosses several points of no return, and nothing says what leads on behind `{name}`", phase.name);
    let help = format!("put it into a phase of its own, or write `fix_forward … of {} past {name}`", phase.name);
    Some(
        Context::report(
            "several-points-of-no-return",
            message,
            open.common.name_span,
            "no `fix_forward` is past this one",
        )
        .also(other.common.name_span, "another one in the same phase")
        .help(help),
    )
}
