//! A command has no limit: it may hang for ever, and the worst case of the procedure is unknown.

use super::Context;
use crate::diagnostics::{Diagnostic, Fix};
use crate::ir::{Action, Run};

pub fn check(context: &Context) -> Vec<Diagnostic> {
    let unlimited = |a: &Action| match &a.run {
        Run::Commands(commands) => !commands.is_empty() && a.timeout.is_none(),
        Run::Service(..) | Run::Take(_) | Run::Restore { .. } | Run::Switch(..) | Run::Swap(..) => a.timeout.is_none(),
        _ => false,
    };
    let described = |p: &crate::ir::Procedure| context.world.declaration(p).described_only;
    let all = context.statements().filter(|(p, a)| !described(p) && unlimited(a));
    let one = |(_, action): (_, &Action)| {
        let message = format!("`{}` has no `timeout`: it may run for ever", action.id);
        let place = Context::report("step-without-timeout", message, action.head, "nothing ends it");
        // Unsafe: a limit that is too short ends a migration halfway.
        let fix = Fix::risky(format!("add `timeout 5m` to `{}`", action.id));
        place.help("add `timeout 5m`, or what it may take at most").fix(fix.option(
            context.sources,
            action.span,
            action.block,
            "timeout 5m",
        ))
    };
    all.map(one).collect()
}
