//! A command visibly destroys something, and the statement that runs it does not declare it: then nothing else in the plan
//! (backup, point of no return, matrix) takes it into account.

use super::{Context, scripts};
use crate::diagnostics::{Diagnostic, Fix};
use crate::ir::{Action, Effect, Run};
use crate::model::plan::ResourceKind;
use crate::safety::inferred;
use crate::shell::{Effect as Seen, Visible};
use crate::source::Span;

pub fn check(context: &Context) -> Vec<Diagnostic> {
    let mut found = Vec::new();
    for (_, action) in context.statements() {
        // What an undo destroys, the step had made; a diagnosis runs by hand.
        let undoes = action.effects.iter().any(|e| matches!(e, Effect::Undo { .. }));
        if undoes || !scripts::is_own(context, action.span.file) || matches!(action.run, Run::Diagnose(_)) {
            continue;
        }
        let lost = inferred::of_action(action).into_iter().filter(|visible| is_lost(context, visible));
        let unsaid = lost.filter(|visible| !inferred::is_declared(context.world, action, visible));
        found.extend(unsaid.map(|visible| (action, visible)));
    }
    if found.is_empty() {
        return Vec::new();
    }
    let own = inferred::own_things(context.world.program);
    found.retain(|(_, visible)| !own.get(&(visible.target, visible.object.clone())).copied().unwrap_or(false));
    found.iter().map(|(action, visible)| one(context, action, visible)).collect()
}

/// A single thing that is removed is a loss if the plan declares it as its data.
fn is_lost(context: &Context, visible: &Visible) -> bool {
    let declared = || match inferred::resource(context.world, visible) {
        Some((id, true)) => context.world.plan[id].kind == ResourceKind::Data,
        _ => false,
    };
    visible.is_loss() || visible.effect == Seen::Removes && declared()
}

fn one(context: &Context, action: &Action, visible: &Visible) -> Diagnostic {
    let message = format!("`{}` {}, and the plan does not say so", action.id, visible.what);
    let diagnostic = Context::report("undeclared-destruction", message, visible.span, visible.what.clone());
    let diagnostic = diagnostic.also(action.head, "says nothing of it");
    if !matches!(action.run, Run::Commands(_)) {
        return diagnostic.help("a check reads and never writes: move the command into a `step`");
    }
    let Some((likely, _)) = inferred::resource(context.world, visible) else {
        return diagnostic.help(format!("declare what is lost as a resource, then `step {} destroys R …`", action.id));
    };
    let name = &context.world.plan[likely].common.name;
    let help = format!("declare it: `step {} destroys {name} …`, or `deletes {name}`", action.id);
    diagnostic.help(help).fix(declare(context, action, name))
}

/// Turns `modifies R` into `destroys R`, or puts it behind the step's name.
fn declare(context: &Context, action: &Action, name: &str) -> Fix {
    let fix = Fix::risky(format!("declare that `{}` destroys `{name}`", action.id));
    let text = &context.sources.file(action.head.file).text;
    let line = text.get(action.head.end as usize..action.span.end as usize).unwrap_or("");
    let line = &line[..line.find(['{', '\n']).unwrap_or(line.len())];
    let weaker = ["modifies", "adjusts", "appends"].iter().find_map(|word| {
        let at = line.find(&format!("{word} {name} "))?;
        Some(Span {
            start: action.head.end + u32::try_from(at).ok()?,
            end: action.head.end + u32::try_from(at + word.len()).ok()?,
            ..action.head
        })
    });
    match weaker {
        Some(span) => fix.replace(span, "destroys"),
        None => fix.after(action.head, format!(" destroys {name}")),
    }
}
