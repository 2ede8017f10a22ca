//! A step of a rollback changes something and may not be run twice: a rollback that was broken off there can't simply go on. Or a
//! statement claims that it may be, and its commands say otherwise: the script runs them again on the plan's word.

use super::repeats::{self, Repeat};
use super::{Context, repeats_sql, scripts};
use crate::diagnostics::{Diagnostic, Fix};
use crate::ir::{Action, Effect, Loop, Node, Run};
use crate::model::plan::{ProcedureKind, Thing};
use crate::model::value::Command;
use crate::safety::world::World;
use crate::shell::{self, Because};
use crate::source::Span;

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
    let silent = steps.into_iter().map(|(action, repeat)| one(action, repeat));
    let claiming = context.statements().filter(|(_, action)| action.done_when.is_none());
    let claimed = claiming.filter_map(|(_, action)| Some((action, action.says_repeatable?)));
    silent.chain(claimed.flat_map(|(action, word)| claims(context, action, word))).collect()
}

/// The commands that say otherwise than `repeatable`.
fn claims(context: &Context, action: &Action, word: Span) -> Vec<Diagnostic> {
    let Run::Commands(commands) = &action.run else { return Vec::new() };
    let found = commands.iter().flat_map(|command| match command {
        Command::Sh(script) => repeats::of(&shell::parse(script)),
        Command::Sql(_, query) => repeats_sql::of_query(&query.text),
    });
    let own = found.filter(|repeat| scripts::is_own(context, repeat.span.file));
    own.map(|repeat| denied(action, word, &repeat)).collect()
}

fn denied(action: &Action, word: Span, repeat: &Repeat) -> Diagnostic {
    let message = format!("`{}` says `repeatable`, and a second run {}", action.id, repeat.says);
    let label = match repeat.because {
        Because::More => "happens once more",
        Because::Exists | Because::Gone => "fails, the second time",
    };
    Context::report("non-repeatable-on-resume", message, repeat.span, label)
        .also(word, "so the script runs it again after a break")
        .help(format!("{}; or say `done_when CHECK` in place of `repeatable`", repeat.write))
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
pub fn after_title(action: &Action) -> Span {
    let title = action.title.span;
    if title.file == action.head.file && title.end > action.head.end { title } else { action.head }
}
