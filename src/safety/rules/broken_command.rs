//! A command that the shell can't read: it would fail in the middle of a run, at its first word.

use super::Context;
use crate::diagnostics::Diagnostic;
use crate::shell::{Problem, ProblemKind};

pub fn check(context: &Context) -> Vec<Diagnostic> {
    let problems = context.texts().iter().flat_map(|text| &text.parsed.problems);
    let broken = problems.filter(|problem| problem.kind == ProblemKind::Syntax);
    let one = |problem: &Problem| {
        let message = format!("the shell can't read this command: {}", problem.message);
        let help = "mend it, or try it with `bash -n`; quotes and brackets are the usual suspects";
        let place = Context::report("broken-command", message, problem.span, "here").help(help);
        problem.open.into_iter().fold(place, |place, open| place.also(open, "still open"))
    };
    broken.map(one).collect()
}
