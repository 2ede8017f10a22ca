//! A copy made elsewhere is restored, and nothing says that it was made before the change.

use super::Context;
use crate::diagnostics::Diagnostic;
use crate::safety::trouble::Kind;

pub fn check(context: &Context) -> Vec<Diagnostic> {
    let mut found = Vec::new();
    for case in context.cases(|kind| matches!(kind, Kind::StaleBackup(..))) {
        let Kind::StaleBackup(r, b) = *case.kind else { continue };
        let declared = &context.world.plan[b];
        if declared.elsewhere.is_none() {
            continue;
        }
        let (name, backup) = (context.world.resource_name(r), &declared.common.name);
        let message =
            format!("`{backup}` may have been made after the change: then it is a copy of the broken `{name}`");
        let diagnostic = Context::report(
            "external-backup-of-unknown-time",
            message,
            declared.common.name_span,
            "made elsewhere, at an unknown time",
        )
        .also(case.span, format!("`{}` relies on it", case.procedure.name));
        let help = "say how old it may be when the change begins: `max_age 1h`";
        found.push(context.story(case.finding, diagnostic).help(help));
    }
    found
}
