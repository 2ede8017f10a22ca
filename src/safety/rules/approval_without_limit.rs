//! A rollback that has promised a time waits for a person without one.

use super::Context;
use super::estimate_exceeds_rto::promised;
use crate::diagnostics::{Diagnostic, Fix};
use crate::ir::{Action, Run, actions};
use crate::model::value::{Check, Probe};
use crate::safety::world::probes;

pub fn check(context: &Context) -> Vec<Diagnostic> {
    let mut seen = rustc_hash::FxHashSet::default();
    let mut found = Vec::new();
    for procedure in context.world.program.procedures.iter().filter(|p| !p.back_out) {
        let Some((_, rto)) = promised(context, procedure) else { continue };
        for action in actions(&procedure.body) {
            if action.timeout.is_some() || !waits(action) || !seen.insert(action.head) {
                continue;
            }
            let message = format!("`{}` waits for a person without a limit", action.id);
            let place =
                Context::report("approval-without-limit", message, action.head, "for minutes, or until the morning");
            let title = action.title.span;
            let after = if title.file == action.head.file && title.end > action.head.end { title } else { action.head };
            let fix = Fix::risky(format!("give `{}` five minutes", action.id)).after(after, " timeout 5m");
            let help = "add `timeout 5m`, or an `estimate`: its upper end counts against the RTO";
            found.push(place.also(rto, "promised here").help(help).fix(fix));
        }
    }
    found
}

fn waits(action: &Action) -> bool {
    match &action.run {
        Run::Manual { .. } | Run::Confirm(_) => true,
        Run::Verify(check) => asks(check),
        _ => false,
    }
}

fn asks(check: &Check) -> bool {
    let mut found = false;
    probes(&check.probe, &mut |probe| found |= matches!(probe, Probe::Ask(_)));
    found
}
