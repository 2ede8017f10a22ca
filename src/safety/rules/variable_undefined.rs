//! A command reads a shell variable that neither the plan nor the command itself sets.

use super::variable_lost_between_steps::lost;
use super::{Context, scripts};
use crate::diagnostics::{Diagnostic, suggest};
use crate::shell::Place;
use crate::source::Span;
use std::collections::HashSet;

pub fn check(context: &Context) -> Vec<Diagnostic> {
    let known = scripts::known(context);
    let lost: HashSet<Span> = lost(context).into_iter().map(|(read, _)| read.span).collect();
    let mut found: Vec<Diagnostic> = Vec::new();
    for text in context.texts() {
        // An inner shell or another machine has variables of its own.
        for read in text.parsed.free_reads().filter(|read| read.place == Place::Here) {
            let name = read.name.as_str();
            let digits = name.chars().all(|c| !c.is_alphabetic() && c != '_');
            if lost.contains(&read.span)
                || known.contains(name)
                || text.locals.iter().any(|local| local == name)
                || digits
            {
                continue;
            }
            let message = format!("nothing sets `${name}`: the command stops, or runs with nothing in its place");
            let diagnostic = Context::report("variable-undefined", message, read.span, "not a value of this plan");
            let near = suggest(name, known.iter().copied().chain(text.locals.iter().map(String::as_str)));
            let help = match near {
                Some(near) => format!("did you mean `${near}`?"),
                None => format!(
                    "declare `param {name}`, an `input` or a `secret`, or write `${{{name}:-…}}` with a default"
                ),
            };
            found.push(diagnostic.help(help));
        }
    }
    found
}
