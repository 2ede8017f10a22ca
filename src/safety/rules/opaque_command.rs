//! A step runs commands and does not say what they change, and they are not known to change nothing: nothing can be proved
//! about a plan that holds it. A tool that several steps leave unexplained is reported once.

use super::Context;
use super::scripts::{Role, Text};
use crate::diagnostics::{Diagnostic, Level};
use crate::ir::{Action, Run};
use crate::model::value::Command;
use crate::safety::inferred;
use crate::shell::{self, Effect, Target, Visible, Word};
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
    let made = context.named(RUNNERS).filter(|(text, _)| text.role != Role::Diagnosis);
    let made = made.filter_map(|(text, command)| unseen(text, command));
    found.into_iter().map(|(_, diagnostic)| diagnostic).chain(made).collect()
}

/// What runs a text that it is given.
const RUNNERS: &[&str] = &["eval", "sh", "bash", "dash", "zsh", "ksh", "ash", "source", "."];

/// A text that is known only when it runs: the value of a variable, what a server sends. Whatever the step says, nothing can be
/// compared with it.
fn unseen(text: &Text, command: &shell::Command) -> Option<Diagnostic> {
    let words = command.arguments();
    let fetches = |word: &Word| {
        let inner = word.substitutions().map(|(inner, _)| inner.trim_start_matches(['$', '(', '`']).trim_start());
        inner.into_iter().any(|inner| inner.starts_with("curl ") || inner.starts_with("wget "))
    };
    let given = |word: &Word| {
        let [part] = word.parts.as_slice() else { return None };
        let (name, ..) = word.variables().next().filter(|_| part.expansion)?;
        // What a function is called with stands where it is called.
        if name.starts_with(|c: char| c.is_ascii_digit()) {
            return None;
        }
        (!text.parsed.sets.iter().any(|set| set.name == name)).then(|| format!("${name}"))
    };
    let is_shell = !matches!(command.name(), "eval" | "source" | ".");
    let script = match command.name() {
        "eval" => words.first(),
        "source" | "." => None,
        _ => words.iter().position(|word| word.text == "-c").and_then(|at| words.get(at + 1)),
    };
    let download = |other: &shell::Command| matches!(other.name(), "curl" | "wget");
    let plain = words.iter().take_while(|word| word.text != "--").all(|word| word.text.starts_with('-'));
    let piped = is_shell && plain && text.parsed.before(command).any(download);
    let what = match script {
        Some(word) if fetches(word) => "what a server sends".to_owned(),
        Some(word) => format!("the value of `{}`", given(word)?),
        None if piped => "what a server sends".to_owned(),
        None => return None,
    };
    let message = format!("`{}` runs {what}: what it changes is known only when it is too late", command.name());
    let place = Diagnostic::new("opaque-command", Level::Warning, message, command.span, "changes what?");
    Some(place.help("write the commands into the plan; keep a script that is fetched in a file, with its checksum, and read it before"))
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
