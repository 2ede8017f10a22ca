//! A person does something, and nothing says how to see that it is done.

use super::Context;
use crate::diagnostics::Diagnostic;
use crate::ir::Run;

pub fn check(context: &Context) -> Vec<Diagnostic> {
    let statements = context.statements();
    let bare = statements.filter(|(_, a)| matches!(a.run, Run::Manual { check: None, .. }) && a.expect.is_none());
    let one = |(_, action): (_, &crate::ir::Action)| {
        let message = format!("`{}` does not say how to see that it is done", action.id);
        let place =
            Context::report("manual-step-without-expectation", message, action.head, "done, or believed to be?");
        place.help("add `expect \"what is seen then\"`, or a `check`")
    };
    bare.map(one).collect()
}
