//! A command that `rbk` does not understand. It may be right; nothing is known about what it reads and destroys.

use super::Context;
use crate::diagnostics::Diagnostic;
use crate::shell::{Problem, ProblemKind};

pub fn check(context: &Context) -> Vec<Diagnostic> {
    let problems = context.texts().iter().flat_map(|text| &text.parsed.problems);
    let unknown = problems.filter(|problem| problem.kind == ProblemKind::NotAnalysed);
    let one = |problem: &Problem| {
        let note = Context::report(
            "command-not-analysed",
            problem.message.clone(),
            problem.span,
            "not understood from here on",
        );
        note.help("move it into a script file of its own, and check that one with shellcheck")
    };
    unknown.map(one).collect()
}
