//! A rollback brings the code back and leaves without what the change has destroyed under it.

use super::Context;
use crate::diagnostics::Diagnostic;
use crate::ir::{Action, Effect, actions};
use crate::model::ids::Id;
use crate::model::plan::{ProcedureKind, Reason, Resource, ResourceKind, Service};
use crate::safety::cells::{Change, Column};
use crate::safety::state::data;
use crate::safety::witness::writes;

pub fn check(context: &Context) -> Vec<Diagnostic> {
    let mut found = Vec::new();
    for change in context.survey.changes.iter().filter(|change| change.is_phase) {
        found.extend(change.columns.iter().filter_map(|column| of_column(context, change, column)));
    }
    found
}

fn of_column(context: &Context, change: &Change, column: &Column) -> Option<Diagnostic> {
    let world = context.world;
    let procedure = &world.program.procedures[column.procedure];
    let declared = world.declaration(procedure);
    if procedure.back_out || declared.kind != ProcedureKind::Rollback {
        return None;
    }
    let body = actions(&procedure.body);
    let left = |r: usize| !body.iter().any(|action| action.effects.iter().any(|e| writes(world, e, r)));
    let given_up =
        declared.not_restored.iter().filter(|(r, _)| world.plan[*r].kind == ResourceKind::Data && left(r.index()));
    for (r, reason) in given_up {
        let lost = change.pass(column).states.iter().zip(&column.outcomes).any(|(state, outcome)| {
            outcome.troubles.is_empty() && state.words[world.resource(r.index())] & data::LOST != 0
        });
        let service =
            users(context, r.index()).into_iter().find_map(|s| back(context, &body, s).map(|(a, v)| (s, a, v)));
        if let (true, Some((s, action, v))) = (lost, service) {
            return Some(one(context, change, &procedure.name, (r.index(), reason), (s, action, v)));
        }
    }
    None
}

/// The services that need a resource.
fn users(context: &Context, r: usize) -> Vec<Id<Service>> {
    let parts = &context.world.parts;
    let reaches = |w: &Id<Resource>| parts[w.index()].contains(&r) || parts[r].contains(&w.index());
    let uses = |s: &crate::model::plan::Service| s.writes.iter().chain(&s.reads).any(reaches);
    let all = context.world.plan.services.iter().enumerate();
    all.filter(|(_, s)| uses(s)).map(|(index, _)| Id::new(index)).collect()
}

/// Where a procedure brings back the code of a service.
fn back<'a>(context: &Context, body: &[&'a Action], s: Id<Service>) -> Option<(&'a Action, usize)> {
    let runs = |v: &Id<Resource>| context.world.plan[s].runs.contains(v);
    let code = |effect: &Effect| match effect {
        Effect::Switch(v, _) | Effect::Restore { resource: v, .. } if runs(v) => Some(v.index()),
        _ => None,
    };
    body.iter().find_map(|action| action.effects.iter().find_map(code).map(|v| (*action, v)))
}

fn one(
    context: &Context,
    change: &Change,
    rollback: &str,
    (r, reason): (usize, &Reason),
    (s, action, v): (Id<Service>, &Action, usize),
) -> Diagnostic {
    let world = context.world;
    let (name, code, service) = (world.resource_name(r), world.resource_name(v), world.service_name(s));
    let message =
        format!("`{rollback}` brings back `{code}`, and leaves `{name}` without what the change destroyed in it");
    let label = format!("the old `{service}` finds a `{name}` that lacks what it was made for");
    let mut diagnostic =
        Context::report("half-rollback", message, action.head, label).also(reason.span, "given up here");
    let destroys = |action: &&&Action| {
        action.effects.iter().any(|e| matches!(e, Effect::Destroy(d) if world.parts[d.index()].contains(&r)))
    };
    if let Some(destroying) = change.forward.actions.iter().find(destroys) {
        diagnostic = diagnostic.also(destroying.head, format!("destroys a part of `{name}`"));
    }
    diagnostic.help(format!(
        "restore `{name}` as well, or leave `{code}` too; if the change only adds, let its steps say `modifies {name}`"
    ))
}
