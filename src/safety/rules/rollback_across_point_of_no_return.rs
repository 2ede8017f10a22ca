//! Behind a point of no return nothing leads on, and a rollback would lead back across it; or one that says it may does
//! not say what is lost.

use super::Context;
use crate::diagnostics::Diagnostic;
use crate::model::ids::Id;
use crate::model::plan::{Point, Procedure as Declaration, Reason};

pub fn check(context: &Context) -> Vec<Diagnostic> {
    let mut found = Vec::new();
    for finding in context.findings.iter().filter(|f| f.trouble.is_none()) {
        let (Some(p), Some(procedure)) = (finding.past, finding.procedure) else { continue };
        let point = &context.world.plan.points[p].common;
        let procedure = &context.world.program.procedures[procedure];
        let rollback = &procedure.name;
        let message = format!(
            "{}, the only procedure is `{rollback}`, and it leads back across `{}`",
            context.point(finding),
            point.name
        );
        let at = context.world.declaration(procedure).common.name_span;
        let diagnostic = Context::report("rollback-across-point-of-no-return", message, at, "takes back what can't be")
            .also(point.name_span, "the point of no return");
        let help = format!(
            "add a `fix_forward … of {} past {}`, make the remaining steps `repeatable`, or let `{rollback}` say \
             `accepts {} because \"…\"` and what `data_lost`",
            context.name(&context.survey.changes[finding.change]),
            point.name,
            point.name
        );
        found.push(context.story(finding, diagnostic).help(help));
    }
    found.extend(silent(context));
    found
}

/// Rollbacks that accept a point and do not say what is lost.
fn silent(context: &Context) -> Vec<Diagnostic> {
    let plan = context.world.plan;
    let quiet = plan.procedures.iter().filter(|p| p.data_lost.is_empty());
    let accepted = quiet.flat_map(|p| p.accepts.iter().map(move |(point, reason)| (p, *point, reason)));
    let one = |(p, point, reason): (&Declaration, Id<Point>, &Reason)| {
        let (rollback, point) = (&p.common.name, &plan[point].common);
        let message = format!("`{rollback}` leads back across `{}` and does not say what is lost", point.name);
        Context::report("rollback-across-point-of-no-return", message, p.common.name_span, "without `data_lost`")
            .also(reason.span, "accepted here")
            .also(point.name_span, "the point of no return")
            .help("add `data_lost \"…\"`: who decides must know it")
    };
    accepted.map(one).collect()
}
