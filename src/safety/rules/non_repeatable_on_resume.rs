//! A step of a rollback changes something and may not be run twice: a rollback that was broken off there can't simply go on.

use super::{Context, scripts};
use crate::diagnostics::{Diagnostic, Fix};
use crate::ir::{Action, Effect, Loop, Node, Run};
use crate::model::plan::{ProcedureKind, Thing};
use crate::safety::world::World;

pub fn check(context: &Context) -> Vec<Diagnostic> {
    let world = context.world;
    let mut steps = Vec::new();
    for procedure in world.program.procedures.iter().filter(|p| !p.back_out) {
        if world.declaration(procedure).kind == ProcedureKind::Rollback {
            collect(&procedure.body, None, &mut steps);
        }
    }
    let mut seen = rustc_hash::FxHashSet::default();
    steps.retain(|(action, _)| {
        once(world, action) && seen.insert(action.head) && scripts::is_own(context, action.span.file)
    });
    steps.into_iter().map(|(action, repeat)| one(action, repeat)).collect()
}

fn collect<'n>(body: &'n [Node], within: Option<&'n Loop>, found: &mut Vec<(&'n Action, Option<&'n Loop>)>) {
    for node in body {
        match node {
            Node::Action(action) => {
                found.push((action, within));
                if let Run::Await { on, otherwise, .. } = &action.run {
                    on.iter().for_each(|(_, body)| collect(body, within, found));
                    collect(otherwise, within, found);
                }
            }
            Node::Group(group) => collect(&group.body, within, found),
            Node::If(branch) => {
                collect(&branch.then, within, found);
                collect(&branch.otherwise, within, found);
            }
            Node::For(repeat) => collect(&repeat.body, Some(repeat), found),
        }
    }
}

/// Does a second run of the commands matter? An `undo` has a rule of its own, and a cache may be lost.
fn once(world: &World, action: &Action) -> bool {
    let matters = |effect: &Effect| match effect {
        Effect::Modify(r)
        | Effect::Destroy(r)
        | Effect::Append(r)
        | Effect::Create(Thing::Resource(r))
        | Effect::Delete(Thing::Resource(r)) => !world.is_cache(r.index()),
        Effect::Irreversible(_) | Effect::Supersede(_) => true,
        _ => false,
    };
    let commands = matches!(action.run, Run::Commands(_)) && !action.repeatable && action.done_when.is_none();
    commands && action.effects.iter().any(matters)
}

fn one(action: &Action, repeat: Option<&Loop>) -> Diagnostic {
    let name = &action.id;
    let message = format!("if the rollback is broken off in `{name}`, nobody knows whether to run it again");
    let place =
        Context::report("non-repeatable-on-resume", message, action.head, "may have happened, in part or as a whole");
    let place = match repeat {
        Some(repeat) => place.also(repeat.span, "once for each of these, so that it is broken off the more easily"),
        None => place,
    };
    let fix = Fix::risky(format!("call `{name}` repeatable: see that it is")).after(after_title(action), " repeatable");
    place
        .help("say `repeatable` if it may be run twice, else how to see that it has happened: `done_when CHECK`")
        .fix(fix)
}

/// Behind the step's name and title, where options begin.
pub fn after_title(action: &Action) -> crate::source::Span {
    let title = action.title.span;
    if title.file == action.head.file && title.end > action.head.end { title } else { action.head }
}
