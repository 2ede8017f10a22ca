//! A command that `rbk` does not understand. It may be right; nothing is known about what it reads and destroys.

use super::{Context, scripts};
use crate::diagnostics::Diagnostic;
use crate::shell::{self, ProblemKind};

pub fn check(context: &Context) -> Vec<Diagnostic> {
    let texts = scripts::all(context).into_iter();
    let problems = texts.flat_map(|text| shell::parse(text.script).problems);
    let unknown = problems.filter(|problem| problem.kind == ProblemKind::NotAnalysed);
    let one = |problem: shell::Problem| {
        let note = Context::report("command-not-analysed", problem.message, problem.span, "not understood from here on");
        note.help("move it into a script file of its own, and check that one with shellcheck")
    };
    unknown.map(one).collect()
}
