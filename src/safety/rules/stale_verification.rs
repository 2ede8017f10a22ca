//! A rollback looks at a service, restarts it afterwards, and believes what it saw before.

use super::Context;
use crate::diagnostics::Diagnostic;
use crate::ir::{Action, Effect, Procedure, Run, actions, things_read};
use crate::model::ids::Id;
use crate::model::plan::{ProcedureKind, Service, Thing};
use crate::model::value::Probe;

pub fn check(context: &Context) -> Vec<Diagnostic> {
    let mut found: Vec<Diagnostic> = Vec::new();
    for procedure in context.world.program.procedures.iter().filter(|p| !p.back_out) {
        if context.world.declaration(procedure).kind != ProcedureKind::Rollback {
            continue;
        }
        for service in 0..context.world.plan.services.len() {
            let diagnostic = one(context, procedure, Id::new(service));
            found.extend(diagnostic.filter(|d| !found.iter().any(|f| f.labels[0].span == d.labels[0].span)));
        }
    }
    found
}

fn one(context: &Context, procedure: &Procedure, service: Id<Service>) -> Option<Diagnostic> {
    let all = actions(&procedure.body);
    let starts = |a: &&Action| a.effects.contains(&Effect::Start(service));
    let last = all.iter().rposition(starts)?;
    let looks = |a: &&Action| sees(context, a, service);
    let before = all[..last].iter().rfind(|a| looks(a))?;
    // Any look behind the start may see the service from afar.
    let after = all[last..].iter().any(|a| matches!(a.run, Run::Verify(_) | Run::Await { .. } | Run::Require(_)));
    if after {
        return None;
    }
    let name = context.world.service_name(service);
    let message = format!("`{}` looks at `{name}` before it starts it for the last time", before.id);
    Some(
        Context::report("stale-verification", message, before.head, "says nothing about what runs in the end")
            .also(all[last].head, "started anew here, and nobody looks")
            .help(format!("move `{}` behind `{}`", before.id, all[last].id)),
    )
}

/// Does the action say that the service is well?
fn sees(context: &Context, action: &Action, service: Id<Service>) -> bool {
    match &action.run {
        Run::Verify(check) | Run::Await { check, .. } if !matches!(check.probe, Probe::Not(_)) => {
            things_read(context.world.plan, check).contains(&Thing::Service(service))
        }
        _ => false,
    }
}
