//! A rollback is expected to take longer than what is promised: by its own estimate, or by those of its parts.

use super::Context;
use crate::diagnostics::Diagnostic;
use crate::ir::duration;
use crate::ir::{Node, Procedure};
use crate::model::plan::ProcedureKind;
use crate::source::Span;

pub fn check(context: &Context) -> Vec<Diagnostic> {
    let rollbacks = context.world.program.procedures.iter().filter(|p| !p.back_out);
    rollbacks.filter_map(|p| one(context, p)).chain(of_plan(context)).collect()
}

/// The plan's own estimate.
fn of_plan(context: &Context) -> Option<Diagnostic> {
    let head = &context.world.plan.head;
    let ((_, most), (rto, promised)) = (head.estimate?, head.rto?);
    if most <= rto {
        return None;
    }
    let message = format!("the plan expects to take up to {}, more than its RTO of {}", duration(most), duration(rto));
    let diagnostic = Context::report("estimate-exceeds-rto", message, head.common.name_span, "by its `estimate`");
    Some(diagnostic.also(promised, "promised here").help("promise what can be kept, or shorten the way back"))
}

/// The time that a rollback has promised, seconds, and where: its own RTO, or the plan's if it is the one to be taken.
pub fn promised(context: &Context, procedure: &Procedure) -> Option<(u64, Span)> {
    let world = context.world;
    let declared = world.declaration(procedure);
    let siblings = world.plan.procedures_of(ProcedureKind::Rollback);
    let alone = siblings.filter(|(_, p)| p.of.iter().any(|of| declared.of.contains(of))).count() == 1;
    let plans = world.plan.head.rto.filter(|_| declared.recommended || alone);
    if declared.kind == ProcedureKind::Rollback { declared.rto.or(plans) } else { None }
}

fn one(context: &Context, procedure: &Procedure) -> Option<Diagnostic> {
    let declared = context.world.declaration(procedure);
    let (rto, promised) = promised(context, procedure)?;
    let parts = sum(&procedure.body);
    let (most, at, label) = match declared.estimate {
        Some((_, most, span)) if most >= parts => (most, span, "expected here"),
        _ => (parts, declared.common.name_span, "the sum of the estimates of its parts"),
    };
    if most <= rto {
        return None;
    }
    let name = &procedure.name;
    let message =
        format!("`{name}` is expected to take up to {}, more than the RTO of {}", duration(most), duration(rto));
    let diagnostic = Context::report("estimate-exceeds-rto", message, at, label).also(promised, "promised here");
    Some(diagnostic.help("shorten it, add a shorter procedure and recommend that, or promise what can be kept"))
}

/// The upper ends of the estimates, those of a group before those in it.
fn sum(body: &[Node]) -> u64 {
    let of = |node: &Node| match node {
        Node::Action(action) => action.estimate.map_or(0, |(_, most)| most),
        Node::Group(group) => group.estimate.map_or_else(|| sum(&group.body), |(_, most)| most),
        Node::If(branch) => sum(&branch.then).max(sum(&branch.otherwise)),
        Node::For(repeat) => sum(&repeat.body) * repeat.over.len() as u64,
    };
    body.iter().map(of).sum()
}
