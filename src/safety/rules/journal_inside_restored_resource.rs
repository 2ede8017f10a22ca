//! The journal lies in a folder that the plan puts back to an earlier state, or removes.

use super::{Context, places};
use crate::diagnostics::Diagnostic;
use crate::ir::{Action, Effect};
use crate::model::ids::Id;
use crate::model::plan::{Environment, Resource, ResourceKind, Thing};

pub fn check(context: &Context) -> Vec<Diagnostic> {
    let mut found: Vec<Diagnostic> = Vec::new();
    for (_, action) in context.statements() {
        let replaced = action.effects.iter().filter_map(replaces);
        for resource in replaced.filter(|_| action.on.is_none()) {
            found.extend(one(context, action, resource));
        }
    }
    let mut seen = rustc_hash::FxHashSet::default();
    found.retain(|diagnostic| seen.insert(diagnostic.message.clone()));
    found
}

/// The resource whose files an effect replaces or removes as a whole.
fn replaces(effect: &Effect) -> Option<Id<Resource>> {
    match effect {
        Effect::Restore { resource, partial: false, .. }
        | Effect::Delete(Thing::Resource(resource))
        | Effect::Destroy(resource)
        | Effect::Swap(resource, _) => Some(*resource),
        _ => None,
    }
}

fn one(context: &Context, action: &Action, resource: Id<Resource>) -> Option<Diagnostic> {
    let plan = context.world.plan;
    let declared = &plan[resource];
    if declared.kind == ResourceKind::Irrevocable || declared.on.is_some() {
        return None;
    }
    let inside = |at: Option<&Environment>| {
        let journal = journal(context, at)?;
        let folder = declared.settings.iter().filter(|(name, _)| ["dir", "path"].contains(&name.as_str()));
        let mut folders = folder.filter_map(|(_, value)| places::value(plan, at, value));
        folders.find(|folder| lies_in(&journal, folder)).map(|folder| (journal, folder))
    };
    let (journal, folder) = places::environments(plan).into_iter().find_map(inside)?;
    let name = &declared.common.name;
    let message = format!("the journal in `{journal}` lies inside `{name}`, which `{}` replaces", action.id);
    let place = Context::report(
        "journal-inside-restored-resource",
        message,
        action.head,
        format!("replaces all of `{folder}`"),
    );
    Some(
        place
            .also(declared.common.name_span, "declared here")
            .note("behind it nobody knows how far the run came, and it can't be resumed")
            .help("put the journal elsewhere: `state_dir \"/var/lib/rbk/${plan}\"` in the `plan` block"),
    )
}

/// Where the script keeps its journal, as the templates say.
fn journal(context: &Context, at: Option<&Environment>) -> Option<String> {
    let plan = context.world.plan;
    match &plan.head.state_dir {
        Some(given) => places::text(plan, at, given),
        None => Some(format!("/var/lib/rbk/{}", plan.head.common.name)),
    }
}

fn lies_in(journal: &str, folder: &str) -> bool {
    let plain = |path: &str| path.trim_end_matches('/').trim_start_matches("./").to_owned();
    let (journal, folder) = (plain(journal), plain(folder));
    !folder.is_empty() && (journal == folder || journal.starts_with(&format!("{folder}/")))
}
