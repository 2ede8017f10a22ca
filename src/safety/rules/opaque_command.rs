//! A step runs commands and does not say what they change: nothing can be proved about a plan that holds it.

use super::Context;
use crate::diagnostics::Diagnostic;
use crate::ir::{Action, Run};

pub fn check(context: &Context) -> Vec<Diagnostic> {
    let runs = |a: &Action| matches!(&a.run, Run::Commands(commands) if !commands.is_empty());
    let opaque = |a: &Action| runs(a) && !a.declared && a.effects.is_empty();
    let all = context.statements().into_iter().map(|(_, action)| action).filter(|a| opaque(a));
    let one = |action: &Action| {
        let message = format!("`{}` does not say what it changes", action.id);
        let place = Context::report("opaque-command", message, action.head, "changes what?");
        place.help("say it: `modifies R`, `destroys R`, `stops S` …, or `changes nothing`")
    };
    all.map(one).collect()
}
