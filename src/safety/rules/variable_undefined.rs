//! A command reads a shell variable that neither the plan nor the command itself sets.

use super::Context;
use super::scripts::{self, Text};
use super::variable_lost_between_steps::lost;
use crate::diagnostics::{Diagnostic, suggest};
use crate::shell::Read;
use crate::source::Span;
use rustc_hash::FxHashSet;

pub fn check(context: &Context) -> Vec<Diagnostic> {
    let lost: FxHashSet<Span> = lost(context).into_iter().map(|(read, _)| read.span).collect();
    let digits = |name: &str| name.chars().all(|c| !c.is_alphabetic() && c != '_');
    let undefined = context.unknown.iter().filter(|(_, read)| !lost.contains(&read.span) && !digits(&read.name));
    undefined.map(|(text, read)| one(context, text, read)).collect()
}

fn one(context: &Context, text: &Text, read: &Read) -> Diagnostic {
    let name = read.name.as_str();
    let message = format!("nothing sets `${name}`: the command stops, or runs with nothing in its place");
    let diagnostic = Context::report("variable-undefined", message, read.span, "not a value of this plan");
    let known = scripts::known(context);
    let help = match suggest(name, known.iter().copied().chain(text.locals.iter().map(String::as_str))) {
        Some(near) => format!("did you mean `${near}`?"),
        None if name.contains(|c: char| c.is_ascii_uppercase()) => format!(
            "declare `input {name} from_environment` or `secret {name}`, or write `${{{name}:-…}}` with a default"
        ),
        None => format!(
            "declare `param {name}` or `input {name}` (`from_environment` if that sets it), or write `${{{name}:-…}}` with a default"
        ),
    };
    diagnostic.help(help)
}
