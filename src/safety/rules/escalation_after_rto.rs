//! Somebody is called only when the time that was promised is over.

use super::Context;
use crate::diagnostics::Diagnostic;
use crate::ir::duration;

pub fn check(context: &Context) -> Vec<Diagnostic> {
    let plan = context.world.plan;
    let Some((rto, promised)) = plan.head.rto else { return Vec::new() };
    let late = plan.escalations.iter().filter_map(|e| e.after.filter(|after| *after >= rto).map(|after| (e, after)));
    let one = |(escalation, after): (&crate::model::plan::Escalation, u64)| {
        let name = &escalation.common.name;
        let message =
            format!("`{name}` calls for help after {}, when the RTO of {} is over", duration(after), duration(rto));
        Context::report("escalation-after-rto", message, escalation.common.name_span, "too late to help")
            .also(promised, "promised here")
            .help("call earlier: who comes needs time as well")
    };
    late.map(one).collect()
}
