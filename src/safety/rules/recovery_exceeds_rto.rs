//! In the worst case, every attempt running into its timeout, getting back takes longer than promised.

use super::Context;
use crate::diagnostics::Diagnostic;
use crate::ir::duration;
use crate::model::plan::ProcedureKind;

pub fn check(context: &Context) -> Vec<Diagnostic> {
    let mut found = own(context);
    found.extend(of_plan(context));
    found
}

/// Procedures that promise a time of their own.
fn own(context: &Context) -> Vec<Diagnostic> {
    let world = context.world;
    let written = world.program.procedures.iter().filter(|p| !p.back_out);
    let over = written.filter_map(|p| {
        let declared = world.declaration(p);
        let (rto, span) = declared.rto?;
        let worst = p.worst.filter(|worst| *worst > rto)?;
        let name = &p.name;
        let message = format!("`{name}` may take {}, more than its RTO of {}", duration(worst), duration(rto));
        Some(
            Context::report("recovery-exceeds-rto", message, declared.common.name_span, "the sum of its limits")
                .also(span, "promised here")
                .help("shorten timeouts or retries, or promise what can be kept"),
        )
    });
    over.collect()
}

/// Failure points from which no procedure gets back in the plan's time.
fn of_plan(context: &Context) -> Vec<Diagnostic> {
    let world = context.world;
    let Some((rto, span)) = world.plan.head.rto else { return Vec::new() };
    let mut found: Vec<Diagnostic> = Vec::new();
    for change in context.survey.changes.iter().filter(|change| change.is_phase) {
        let rows = context.survey.matrix.of_phase(change.forward.procedure);
        let mut judged = None;
        for row in rows.filter(|row| !row.point.is_range()) {
            // Points that share their cells tell the same.
            if judged.replace(row.cells.as_ptr()) == Some(row.cells.as_ptr()) {
                continue;
            }
            let back = |p: &usize| {
                let procedure = &world.program.procedures[*p];
                procedure.back_out || world.declaration(procedure).kind == ProcedureKind::Rollback
            };
            let ways = || row.ways_back().filter(back);
            let worst = |p: usize| world.program.procedures[p].worst;
            let fits = |p: usize| worst(p).is_none_or(|worst| worst <= rto);
            let Some(best) = ways().min_by_key(|&p| worst(p)) else { continue };
            if ways().any(fits) {
                continue;
            }
            let procedure = &world.program.procedures[best];
            let message = format!(
                "getting back may take {}, more than the RTO of {}",
                duration(worst(best).unwrap_or(0)),
                duration(rto)
            );
            let at = world.declaration(procedure).common.name_span;
            let diagnostic = Context::report("recovery-exceeds-rto", message, at, "the sum of its limits")
                .also(span, "promised here")
                .note(format!("so when `{}` stops {}", context.name(change), crate::safety::witness::place(&row.point)))
                .help("shorten timeouts or retries, add a shorter procedure, or promise what can be kept");
            if !found.iter().any(|d| d.labels[0].span == at) {
                found.push(diagnostic);
            }
        }
    }
    found
}
