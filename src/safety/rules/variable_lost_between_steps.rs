//! A command reads a variable that another command sets: each runs in a shell of its own, and what one sets is gone for the next.

use super::Context;
use super::scripts::Text;
use crate::diagnostics::Diagnostic;
use crate::shell::{Place, Read, Set};
use rustc_hash::FxHashMap;

pub fn check(context: &Context) -> Vec<Diagnostic> {
    let mut lost = lost(context);
    lost.dedup_by(|(next, _), (read, _)| next.name == read.name);
    lost.into_iter().map(|(read, set)| one(read, set)).collect()
}

/// The reads that nothing covers in their own text, and the assignment of another text that was meant.
pub fn lost<'a>(context: &Context<'a>) -> Vec<(&'a Read, &'a Set)> {
    if context.unknown.is_empty() {
        return Vec::new();
    }
    let mut sets: FxHashMap<&str, &Set> = FxHashMap::default();
    for set in context.texts().iter().flat_map(|text| &text.parsed.sets).filter(|set| set.place == Place::Here) {
        sets.entry(set.name.as_str()).or_insert(set);
    }
    // An assignment of the same text that comes later is another mistake.
    let own = |text: &Text, name: &str| text.parsed.sets.iter().any(|set| set.name == name);
    let reads = context.unknown.iter().copied().filter(|(text, read)| !own(text, &read.name));
    reads.filter_map(|(_, read)| sets.get(read.name.as_str()).map(|set| (read, *set))).collect()
}

fn one(read: &Read, set: &Set) -> Diagnostic {
    let name = &read.name;
    let message = format!("`${name}` is set in another command, whose shell is gone: here it has no value");
    Context::report("variable-lost-between-steps", message, read.span, "no value here")
        .also(set.span, "set here, for this command alone")
        .help(format!("keep it: `capture {name} = sh \"…\"` before both; every later command then reads `\"${name}\"`, a resumed run too"))
}
