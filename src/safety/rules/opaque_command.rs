//! A step runs commands and does not say what they change, and they are not known to change nothing: nothing can be proved
//! about a plan that holds it. A tool that several steps leave unexplained is reported once.

use super::Context;
use crate::diagnostics::Diagnostic;
use crate::ir::{Action, Run};
use crate::model::value::Command;
use crate::safety::inferred;
use crate::shell::{self, Effect, Target, Visible};
use crate::source::Span;

/// Why a step must say more.
enum Doubt {
    /// Nothing is known of this tool.
    Tool(String, Span),
    /// It is known to do this.
    Change(Visible),
}

pub fn check(context: &Context) -> Vec<Diagnostic> {
    let runs = |a: &Action| matches!(&a.run, Run::Commands(commands) if !commands.is_empty());
    let opaque = |a: &Action| runs(a) && !a.declared && a.effects.is_empty();
    let mut found: Vec<(String, Diagnostic)> = Vec::new();
    for action in context.statements().map(|(_, action)| action).filter(|a| opaque(a)) {
        match doubt(action) {
            Some(Doubt::Tool(tool, span)) => match found.iter_mut().find(|(name, _)| *name == tool) {
                Some((_, first)) => *first = first.clone().also(action.head, "nor here"),
                None => {
                    let diagnostic = unknown(action, &tool, span);
                    found.push((tool, diagnostic));
                }
            },
            Some(Doubt::Change(visible)) => found.push((String::new(), unsaid(context, action, &visible))),
            None => found.push((String::new(), silent(action))),
        }
    }
    found.into_iter().map(|(_, diagnostic)| diagnostic).collect()
}

fn doubt(action: &Action) -> Option<Doubt> {
    let Run::Commands(commands) = &action.run else { return None };
    let change = || inferred::of_action(action).into_iter().next().map(Doubt::Change);
    let tool = commands.iter().find_map(|command| {
        let Command::Sh(script) = command else { return None };
        let parsed = shell::parse(script);
        let unknown = parsed.unknown().find(|command| !command.words.is_empty())?;
        let name = unknown.words.first().map_or("", |word| word.text.as_str());
        Some(Doubt::Tool(name.to_owned(), unknown.span))
    });
    tool.or_else(change)
}

fn unknown(action: &Action, tool: &str, span: Span) -> Diagnostic {
    let message = format!("`{}` does not say what `{tool}` changes", action.id);
    let place = Context::report("opaque-command", message, action.head, "changes what?");
    place.also(span, "not known").help(format!(
        "say it: `step {} modifies R`, `destroys R`, `stops S` …, or `step {} changes nothing`",
        action.id, action.id
    ))
}

fn unsaid(context: &Context, action: &Action, visible: &Visible) -> Diagnostic {
    let message = format!("`{}` {}, and does not say so", action.id, visible.what);
    let place = Context::report("opaque-command", message, action.head, "says nothing of it");
    place.also(visible.span, visible.what.clone()).help(format!(
        "say it: `step {} {}`",
        action.id,
        words(context, visible)
    ))
}

fn silent(action: &Action) -> Diagnostic {
    let message = format!("`{}` does not say what it changes", action.id);
    let place = Context::report("opaque-command", message, action.head, "changes what?");
    place.help("say it: `modifies R`, `destroys R`, `stops S` …, or `changes nothing`")
}

/// The effect in the plan's words.
fn words(context: &Context, visible: &Visible) -> String {
    let plan = context.world.plan;
    let service =
        || inferred::service(context.world, visible).map_or("S".to_owned(), |id| plan[id].common.name.clone());
    let resource =
        || inferred::resource(context.world, visible).map_or("R".to_owned(), |(id, _)| plan[id].common.name.clone());
    match (visible.effect, visible.target) {
        (Effect::Stops, _) => format!("stops {}", service()),
        (Effect::Starts, _) => format!("starts {}", service()),
        (Effect::Destroys, _) => format!("destroys {}", resource()),
        (Effect::Irreversible | Effect::Network, Target::Remote) => "changes nothing`, or `irreversible R".to_owned(),
        (Effect::Creates, _) => format!("creates {}`, or `changes nothing", resource()),
        _ => format!("modifies {}`, or `changes nothing", resource()),
    }
}
