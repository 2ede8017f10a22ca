//! All statements of a plan, nested ones too.

use crate::model::plan::Plan;
use crate::model::statement::{Statement, Verb};

/// Every statement of every procedure, in the order written.
pub fn all(plan: &Plan) -> Vec<&Statement> {
    let mut out = Vec::new();
    for procedure in &plan.procedures {
        collect(&procedure.body, &mut out);
        procedure.replace.iter().for_each(|(_, body, _)| collect(body, &mut out));
    }
    out
}

fn collect<'a>(body: &'a [Statement], out: &mut Vec<&'a Statement>) {
    for statement in body {
        out.push(statement);
        match &statement.verb {
            Verb::Stage(inner)
            | Verb::Parallel(inner)
            | Verb::Always(inner)
            | Verb::Point(_, inner)
            | Verb::For { body: inner, .. } => collect(inner, out),
            Verb::If(_, then, otherwise) => {
                collect(then, out);
                collect(otherwise, out);
            }
            Verb::WaitUntil { on, otherwise, .. } => {
                on.iter().for_each(|(_, inner)| collect(inner, out));
                collect(otherwise, out);
            }
            _ => {}
        }
    }
}
