//! A rollback restores from a backup that nothing has read back: that it was written without an error proves nothing.

use super::Context;
use crate::diagnostics::Diagnostic;
use crate::model::statement::OnFailure;
use crate::safety::trouble::Kind;

pub fn check(context: &Context) -> Vec<Diagnostic> {
    let mut found = Vec::new();
    for case in context.cases(|kind| matches!(kind, Kind::BadBackup(..))) {
        let Kind::BadBackup(r, b) = *case.kind else { continue };
        let (name, backup) = (context.world.resource_name(r), context.world.backup_name(b));
        let declared = &context.world.plan[b].common;
        let message = format!("`{}` restores `{name}` from `{backup}`, which may be unreadable", case.procedure.name);
        let label = "relies on a copy that nothing has read back";
        let mut diagnostic = Context::report("restore-from-unverified-backup", message, case.span, label);
        let mut help = format!("give `{backup}` a `check` that reads it, or at least a `min_size`");
        match context.taking(case.change, b) {
            Some(action) if matches!(action.if_fails, OnFailure::Continue(_)) => {
                diagnostic = diagnostic.also(action.head, "the change goes on although this may have failed");
                "let the change stop when the backup fails: drop `if_fails continue`".clone_into(&mut help);
            }
            Some(action) => diagnostic = diagnostic.also(action.head, "taken here, and not looked at"),
            None => diagnostic = diagnostic.also(declared.name_span, "declared here, without a check"),
        }
        found.push(context.story(case.finding, diagnostic).help(help));
    }
    found
}
