//! A rollback restores from a backup that the change never takes, so that there is nothing to restore from.

use super::{Context, repair};
use crate::diagnostics::{Diagnostic, Fix};
use crate::safety::trouble::Kind;

pub fn check(context: &Context) -> Vec<Diagnostic> {
    let mut found = Vec::new();
    for case in context.cases(|kind| matches!(kind, Kind::NoBackup(..))) {
        let Kind::NoBackup(r, b) = *case.kind else { continue };
        let (name, backup) = (context.world.resource_name(r), context.world.backup_name(b));
        let (rollback, phase) = (&case.procedure.name, context.name(case.change));
        if context.taking(case.change, b).is_some() {
            // Taken, but too late: `backup-after-change` tells it.
            continue;
        }
        let message = format!("`{rollback}` restores `{name}` from `{backup}`, which is never taken");
        let mut diagnostic =
            Context::report("restore-without-backup", message, case.span, "needs a copy that does not exist");
        let first = context.first_write(case.change, r);
        if let Some(write) = first {
            diagnostic = diagnostic.also(write.head, format!("`{name}` is changed here, with no copy of it"));
        }
        let before = first.map_or_else(|| "its first step".to_owned(), |write| format!("`{}`", write.id));
        let help = format!("write `take backup {backup}` in phase `{phase}`, before {before}");
        let mut diagnostic = context.story(case.finding, diagnostic).help(help);
        if let Some(write) = first.filter(|_| case.change.is_phase) {
            let change = &context.world.program.procedures[case.change.forward.procedure];
            let own = repair::own(context, change).iter().any(|action| action.span == write.span);
            let fix = Fix::safe(format!("take `{backup}` before `{}`", write.id));
            let take = format!("take backup {backup}");
            diagnostic.fix = own.then(|| fix.item_before(context.sources, write.span, &take));
        }
        found.push(diagnostic);
    }
    found
}
