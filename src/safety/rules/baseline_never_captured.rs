//! A figure is compared with one that was not taken before the change: with the changed state, or with itself.

use super::Context;
use crate::diagnostics::Diagnostic;
use crate::ir::{Action, Run, actions, writes};
use crate::model::value::{Check, Comparison, Probe, Relation, Value};
use crate::safety::cells::Change;
use crate::safety::state::data;
use crate::safety::world::probes;

pub fn check(context: &Context) -> Vec<Diagnostic> {
    let mut found = of_itself(context);
    for change in context.survey.changes.iter().filter(|change| change.is_phase) {
        found.extend(too_late(context, change));
    }
    let mut seen = rustc_hash::FxHashSet::default();
    found.retain(|diagnostic| seen.insert(diagnostic.labels[0].span));
    found
}

/// Captured and compared with nothing in between that could change it.
fn of_itself(context: &Context) -> Vec<Diagnostic> {
    let mut found = Vec::new();
    for procedure in context.world.program.procedures.iter().filter(|p| !p.back_out) {
        let mut fresh: Vec<(&str, &Check, &Action)> = Vec::new();
        for action in actions(&procedure.body) {
            match &action.run {
                Run::Capture { name, source, .. } => fresh.push((name, source, action)),
                Run::Verify(check) => {
                    let same = fresh.iter().find(|(name, source, _)| compares(check, name, source));
                    found.extend(same.map(|(name, _, capture)| itself(name, capture, action)));
                }
                Run::Diagnose(_) if !action.effects.iter().any(writes) => {}
                _ => fresh.clear(),
            }
        }
    }
    found
}

fn itself(name: &str, capture: &Action, verify: &Action) -> Diagnostic {
    let message = format!("`{}` compares `${name}` with itself", verify.id);
    Context::report("baseline-never-captured", message, verify.head, "always equal")
        .also(capture.head, "captured here, and nothing happens in between")
        .help(format!("capture `{name}` in the phase, before its first change"))
}

/// Captured in the phase when what it reads may be changed already, and wanted back by a rollback.
fn too_late(context: &Context, change: &Change) -> Vec<Diagnostic> {
    let world = context.world;
    let mut found = Vec::new();
    for (capture, before) in change.forward.actions.iter().zip(&change.forward.before) {
        let (Run::Capture { name, source, .. }, Some(before)) = (&capture.run, before) else { continue };
        let Probe::Sql(resource, ..) = &source.probe else { continue };
        let r = resource.index();
        if change.forward.states[*before].words[world.resource(r)] & data::VALUES == change.forward.origin[r] {
            continue;
        }
        let Some(verify) = comparing(context, change, name, source) else { continue };
        let what = world.resource_name(r);
        let message = format!("`${name}` is captured when `{what}` is changed already");
        let mut diagnostic =
            Context::report("baseline-never-captured", message, capture.head, "a figure of the changed state")
                .also(verify.head, "wants it back after going back");
        if let Some(write) = context.first_write(change, r) {
            diagnostic = diagnostic.also(write.head, format!("changes `{what}` before"));
        }
        found.push(diagnostic.help("move the capture in front of the first change"));
    }
    found
}

/// A check of a rollback of the change that wants the same answer as the capture's.
fn comparing<'a>(context: &Context<'a>, change: &Change<'a>, name: &str, source: &Check) -> Option<&'a Action> {
    let columns = change.columns.iter().map(|column| &context.world.program.procedures[column.procedure]);
    let mut all = columns.filter(|p| !p.back_out).flat_map(|p| actions(&p.body));
    all.find(|action| matches!(&action.run, Run::Verify(check) if compares(check, name, source)))
}

/// Does a check want the answer of the same question to be the captured one?
fn compares(check: &Check, name: &str, source: &Check) -> bool {
    let mut found = false;
    probes(&check.probe, &mut |probe| {
        let (Probe::Sql(_, _, Some(comparison)) | Probe::Sh(_, Some(comparison))) = probe else { return };
        let Comparison::Is(Relation::Equal, Value::Variable(variable)) = comparison else { return };
        found |= variable.name == name && same_question(probe, &source.probe);
    });
    found
}

fn same_question(one: &Probe, other: &Probe) -> bool {
    match (one, other) {
        (Probe::Sql(r, query, _), Probe::Sql(s, other, _)) => {
            r == s && query.text.as_ref() == other.text.as_ref() && query.with == other.with
        }
        (Probe::Sh(script, _), Probe::Sh(other, _)) => script.as_ref() == other.as_ref(),
        _ => false,
    }
}
