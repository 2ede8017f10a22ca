//! A backup is taken while a service writes what it copies, with a tool that needs it to be still.

use super::Context;
use crate::diagnostics::Diagnostic;
use crate::safety::trouble::Kind;

pub fn check(context: &Context) -> Vec<Diagnostic> {
    let world = context.world;
    let mut found = Vec::new();
    for case in context.cases(|kind| matches!(kind, Kind::RacedBackup(..))) {
        let Kind::RacedBackup(r, b) = *case.kind else { continue };
        let (name, backup) = (world.resource_name(r), world.backup_name(b));
        let taking = context.taking(case.change, b);
        let writer = world.writers[r].first().copied();
        let service = writer.map_or("a service", |s| world.service_name(s));
        let message = format!("`{backup}` is taken while `{service}` may write `{name}`: the copy may be torn");
        let at = taking.map_or(case.span, |action| action.head);
        let mut diagnostic = Context::report("backup-of-running-writer", message, at, "not a copy of one moment");
        if let Some(s) = writer {
            let label = format!("`{service}` writes `{name}` and is not stopped before");
            diagnostic = diagnostic.also(world.plan[s].common.name_span, label);
        }
        diagnostic = diagnostic.also(case.span, format!("`{}` relies on the copy", case.procedure.name));
        let help = format!("write `stop {service}` before it, or use a driver that copies `while_running`");
        found.push(context.story(case.finding, diagnostic).help(help));
    }
    for copy in safety_copies(context) {
        if !found.iter().any(|other| other.labels[0].span == copy.labels[0].span) {
            found.push(copy);
        }
    }
    found
}

/// Those that a rollback takes before it restores.
fn safety_copies(context: &Context) -> Vec<Diagnostic> {
    let world = context.world;
    let columns = context.survey.changes.iter().flat_map(|change| &change.columns);
    let raced = columns.flat_map(|column| column.telling()).flat_map(|outcome| &outcome.raced);
    let one = |&(r, b, s, span): &(usize, _, _, _)| {
        let (name, backup, service) = (world.resource_name(r), world.backup_name(b), world.service_name(s));
        let message = format!("`{backup}` is taken while `{service}` may write `{name}`: the copy may be torn");
        let place = Context::report("backup-of-running-writer", message, span, "not a copy of one moment");
        let label = format!("`{service}` writes `{name}` and is not stopped before");
        let help = format!("write `stop {service}` before it, or use a driver that copies `while_running`");
        place.also(world.plan[s].common.name_span, label).help(help)
    };
    raced.map(one).collect()
}
