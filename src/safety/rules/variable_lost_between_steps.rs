//! A command reads a variable that another command sets: each runs in a shell of its own, and what one sets is gone for the next.

use super::Context;
use super::scripts::{self, Text};
use crate::diagnostics::Diagnostic;
use crate::shell::{Place, Read, Set};
use std::collections::HashMap;

pub fn check(context: &Context) -> Vec<Diagnostic> {
    let mut lost = lost(context);
    lost.dedup_by(|(next, _), (read, _)| next.name == read.name);
    lost.into_iter().map(|(read, set)| one(read, set)).collect()
}

/// The reads that nothing covers in their own text, and the assignment of another text that was meant.
pub fn lost<'a>(context: &'a Context) -> Vec<(&'a Read, &'a Set)> {
    let known = scripts::known(context);
    let mut sets: HashMap<&str, &Set> = HashMap::new();
    for set in context.texts().iter().flat_map(|text| &text.parsed.sets).filter(|set| set.place == Place::Here) {
        sets.entry(set.name.as_str()).or_insert(set);
    }
    let unknown = |text: &Text, read: &Read| {
        !known.contains(read.name.as_str()) && !text.locals.contains(&read.name) && read.place == Place::Here
    };
    let of_text = |text: &'a Text| {
        let reads = text.parsed.free_reads().filter(|read| unknown(text, read));
        // An assignment of the same text that comes later is another mistake.
        let own = |name: &str| text.parsed.sets.iter().any(|set| set.name == name);
        reads.filter(|read| !own(&read.name)).collect::<Vec<_>>()
    };
    let reads = context.texts().iter().flat_map(of_text);
    reads.filter_map(|read| sets.get(read.name.as_str()).map(|set| (read, *set))).collect()
}

fn one(read: &Read, set: &Set) -> Diagnostic {
    let name = &read.name;
    let message = format!("`${name}` is set in another command, whose shell is gone: here it has no value");
    Context::report("variable-lost-between-steps", message, read.span, "no value here")
        .also(set.span, "set here, for this command alone")
        .help(format!("keep it: `capture {name} = sh \"…\"` before both; every later command then reads `\"${name}\"`, a resumed run too"))
}
