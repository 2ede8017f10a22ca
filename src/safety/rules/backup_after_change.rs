//! A rollback restores from a backup that was taken when the resource was no longer the original.

use super::Context;
use crate::diagnostics::Diagnostic;
use crate::safety::trouble::Kind;

pub fn check(context: &Context) -> Vec<Diagnostic> {
    let mut found: Vec<Diagnostic> = Vec::new();
    // The run with a copy of the wrong state tells more than the one in which there is none yet.
    let stale = context.cases(|kind| matches!(kind, Kind::StaleBackup(..)));
    for case in stale.chain(context.cases(|kind| matches!(kind, Kind::NoBackup(..)))) {
        let (Kind::StaleBackup(r, b) | Kind::NoBackup(r, b)) = *case.kind else { continue };
        let never = matches!(case.kind, Kind::NoBackup(..)) && context.taking(case.change, b).is_none();
        if never || context.world.plan[b].elsewhere.is_some() {
            continue;
        }
        let (name, backup) = (context.world.resource_name(r), context.world.backup_name(b));
        let message = format!("`{backup}` is a copy of a `{name}` that has already been changed");
        let taking = context.taking(case.change, b);
        let at = taking.map_or(case.span, |action| action.head);
        let mut diagnostic = Context::report("backup-after-change", message, at, "taken here");
        if let Some(write) = context.first_write(case.change, r) {
            diagnostic = diagnostic.also(write.head, format!("`{name}` is changed here, before the copy is taken"));
        }
        if taking.is_some() {
            diagnostic = diagnostic.also(case.span, format!("`{}` relies on it", case.procedure.name));
        }
        let help = match (taking, context.first_write(case.change, r)) {
            (Some(_), Some(write)) => format!("move `take backup {backup}` before `{}`", write.id),
            _ => format!("restore from a backup that was taken before `{name}` was changed"),
        };
        if !found.iter().any(|d| d.labels[0].span == at) {
            found.push(context.story(case.finding, diagnostic).help(help));
        }
    }
    found
}
