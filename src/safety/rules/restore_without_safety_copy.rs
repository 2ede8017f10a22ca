//! A restore writes over what a service has written since the backup, and nobody keeps a copy of that.

use super::Context;
use crate::diagnostics::{Diagnostic, Fix};
use crate::ir::{Action, Effect, actions};
use crate::model::ids::Id;
use crate::model::plan::{Backup, ResourceKind, Thing};
use crate::safety::world::World;

pub fn check(context: &Context) -> Vec<Diagnostic> {
    let world = context.world;
    let mut found: Vec<Diagnostic> = Vec::new();
    // What takes back a rollback goes back to its safety copy: a copy of each copy would have no end.
    let phases = context.survey.changes.iter().filter(|change| change.is_phase);
    for column in phases.flat_map(|change| &change.columns) {
        let procedure = &world.program.procedures[column.procedure];
        let declared = world.declaration(procedure);
        if procedure.back_out {
            continue;
        }
        let body = actions(&procedure.body);
        for &(r, b, span) in column.telling().flat_map(|outcome| &outcome.loses) {
            let Some(place) = body.iter().position(|action| action.head == span) else { continue };
            let kept = body[..place].iter().any(|action| keeps(world, action, r, b));
            let known = found.iter().any(|d| d.labels[0].span == span);
            if !kept && !known && world.plan.resources[r].kind == ResourceKind::Data {
                found.push(one(context, &declared.common.name, r, body[place]));
            }
        }
    }
    found
}

/// Does an action copy the present state to somewhere else than the copy to be restored?
fn keeps(world: &World, action: &Action, resource: usize, restored: Id<Backup>) -> bool {
    let covers = |b: Id<Backup>| world.plan[b].of.iter().any(|w| world.parts[w.index()].contains(&resource));
    let takes =
        |effect: &Effect| matches!(effect, Effect::Take { backup, .. } if *backup != restored && covers(*backup));
    action.effects.iter().any(takes)
}

fn one(context: &Context, rollback: &str, r: usize, restore: &Action) -> Diagnostic {
    let world = context.world;
    let name = world.resource_name(r);
    let writer = world.writers[r].first().copied();
    let service = writer.map_or("a service", |s| world.service_name(s));
    let message = format!("`{rollback}` writes over what `{service}` wrote to `{name}`, and keeps no copy of it");
    let label = "nothing undoes this";
    let mut diagnostic = Context::report("restore-without-safety-copy", message, restore.head, label);
    if let Some(s) = writer {
        let label = format!("may have run since and writes `{name}`");
        diagnostic = diagnostic.also(world.plan[s].common.name_span, label);
    }
    let copy = free_name(context, name);
    let diagnostic = diagnostic.help(format!("write `take backup {copy} of {name}` before the restore"));
    let takes = world.plan.operation(Thing::Resource(Id::new(r)), "backup").is_some();
    if !takes {
        return diagnostic;
    }
    let fix = Fix::safe(format!("take a safety copy of `{name}` before the restore"));
    diagnostic.fix(fix.item_before(context.sources, restore.span, &format!("take backup {copy} of {name}")))
}

/// A name for the copy that the plan does not use yet.
fn free_name(context: &Context, resource: &str) -> String {
    let plan = context.world.plan;
    let common = plan.backups.iter().map(|b| &b.common).chain(plan.resources.iter().map(|r| &r.common));
    let common = common.chain(plan.services.iter().map(|s| &s.common)).chain(plan.procedures.iter().map(|p| &p.common));
    let common = common.chain(plan.params.iter().map(|p| &p.common)).chain(plan.inputs.iter().map(|i| &i.common));
    let mut used: Vec<&str> = common.map(|common| common.name.as_str()).collect();
    used.extend(plan.captures.iter().map(|(name, _)| name.as_str()));
    let names = ["safety_copy".to_owned(), format!("safety_copy_of_{resource}")].into_iter();
    let mut names = names.chain((2..).map(|i| format!("safety_copy_of_{resource}_{i}")));
    names.find(|name| !used.contains(&name.as_str())).unwrap_or_default()
}
