//! A command has no limit: it may hang for ever, and the worst case of the procedure is unknown.

use super::Context;
use crate::diagnostics::Diagnostic;
use crate::ir::{Action, Run};

pub fn check(context: &Context) -> Vec<Diagnostic> {
    let unlimited = |a: &Action| match &a.run {
        Run::Commands(commands) => !commands.is_empty() && a.timeout.is_none(),
        Run::Service(..) | Run::Take(_) | Run::Restore { .. } | Run::Switch(..) | Run::Swap(..) => a.timeout.is_none(),
        _ => false,
    };
    let described = |p: &crate::ir::Procedure| context.world.declaration(p).described_only;
    let all = context.statements().into_iter().filter(|(p, a)| !described(p) && unlimited(a));
    let one = |(_, action): (_, &Action)| {
        let message = format!("`{}` has no `timeout`: it may run for ever", action.id);
        let place = Context::report("step-without-timeout", message, action.head, "nothing ends it");
        place.help("add `timeout 5m`, or what it may take at most")
    };
    all.map(one).collect()
}
