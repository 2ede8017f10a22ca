//! A rollback restores from a backup that was taken when the resource was no longer the original.

use super::context::Case;
use super::{Context, repair};
use crate::diagnostics::{Diagnostic, Fix};
use crate::ir::{Action, Effect, actions};
use crate::model::ids::Id;
use crate::model::plan::Backup;
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
        let (mut diagnostic, help) = told(context, &case, r, b);
        let at = diagnostic.labels[0].span;
        if !found.iter().any(|d| d.labels[0].span == at) {
            diagnostic.fix = moved(context, &case, r, b);
            found.push(context.story(case.finding, diagnostic).help(help));
        }
    }
    found
}

/// The copy is taken before the first change, if the phase takes it itself and only too late.
fn moved(context: &Context, case: &Case, r: usize, b: Id<Backup>) -> Option<Fix> {
    let takes = |a: &&Action| a.effects.iter().any(|e| matches!(e, Effect::Take { backup, .. } if *backup == b));
    if actions(&case.procedure.body).into_iter().any(|action| takes(&action)) {
        return None;
    }
    let change = &context.world.program.procedures[case.change.forward.procedure];
    let own = repair::own(context, change);
    let write = context.first_write(case.change, r)?;
    let before = own.iter().position(|action| action.span == write.span)?;
    let taking = own.iter().skip(before).find(|action| takes(action))?;
    let fix = Fix::safe(format!("take `{}` before `{}`", context.world.backup_name(b), write.id));
    Some(fix.move_before(context.sources, taking.span, write.span))
}

/// The finding with its places, and what to do: it depends on who takes the copy.
fn told(context: &Context, case: &Case, r: usize, b: Id<Backup>) -> (Diagnostic, String) {
    let (name, backup) = (context.world.resource_name(r), context.world.backup_name(b));
    let takes = |a: &&&Action| a.effects.iter().any(|e| matches!(e, Effect::Take { backup, .. } if *backup == b));
    let report = |message, at, label: &str| Context::report("backup-after-change", message, at, label);
    let rollback = &case.procedure.name;
    let own = actions(&case.procedure.body);
    let write = context.first_write(case.change, r);
    let changed = |diagnostic: Diagnostic, label: String| match write {
        Some(write) => diagnostic.also(write.head, label),
        None => diagnostic,
    };
    if let Some(taking) = own.iter().find(takes) {
        let message =
            format!("`{rollback}` takes `{backup}` anew, of a `{name}` that has been changed, and restores that");
        let diagnostic = report(message, taking.head, "from here on it is a copy of the broken state");
        let diagnostic = changed(diagnostic, format!("`{name}` is changed here"));
        let help = format!("take the copy of the present state as another backup: `take backup safety of {name}`");
        return (diagnostic.also(case.span, "relies on the earlier one"), help);
    }
    if let Some(taking) = context.taking(case.change, b) {
        let message = format!("`{backup}` is a copy of a `{name}` that has already been changed");
        let diagnostic = report(message, taking.head, "taken here");
        let diagnostic = changed(diagnostic, format!("`{name}` is changed here, before the copy is taken"));
        let before = write.map_or("", |write| write.id.as_str());
        let help = format!("move `take backup {backup}` before `{before}`");
        return (diagnostic.also(case.span, format!("`{rollback}` relies on it")), help);
    }
    let message = format!("`{backup}` is not a copy of what `{name}` was before `{}`", context.name(case.change));
    let mut diagnostic = report(message, case.span, "brings back another state");
    let elsewhere = context.survey.changes.iter().filter_map(|change| context.taking(change, b).map(|a| (change, a)));
    if let Some((other, taking)) = elsewhere.into_iter().next() {
        diagnostic = diagnostic
            .also(taking.head, format!("taken here, in `{}`, which goes on to change it", context.name(other)));
    }
    let diagnostic = changed(diagnostic, format!("`{name}` is changed here, with no copy of it"));
    (
        diagnostic,
        format!("take a backup of `{name}` in `{}` as well, before it changes anything", context.name(case.change)),
    )
}
