//! A rollback brings something back and never looks at it afterwards.

use super::Context;
use crate::diagnostics::Diagnostic;

pub fn check(context: &Context) -> Vec<Diagnostic> {
    let world = context.world;
    let mut found: Vec<Diagnostic> = Vec::new();
    for column in context.survey.changes.iter().flat_map(|change| &change.columns) {
        let procedure = &world.program.procedures[column.procedure];
        if procedure.back_out {
            continue;
        }
        for &(r, wrote) in column.telling().flat_map(|o| &o.unverified) {
            let (name, rollback) = (world.resource_name(r), &procedure.name);
            let message = format!("`{rollback}` never looks at `{name}` after bringing it back");
            let at = world.declaration(procedure).common.name_span;
            let mut diagnostic =
                Context::report("unverified-recovery", message, wrote.unwrap_or(at), "believed to have worked");
            if wrote.is_some() {
                diagnostic = diagnostic.also(at, format!("no `verify` of `{name}` behind it"));
            }
            let help = format!("add `verify … of {name} {{ … }}`, with a check that fails if `{name}` is not back");
            if !found.iter().any(|d| d.message == diagnostic.message) {
                found.push(diagnostic.help(help));
            }
        }
    }
    found
}
