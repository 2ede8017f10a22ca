//! `docker cp db:/tmp/*.dump .`: nothing expands a pattern inside of a container.

use super::{Context, commands};
use crate::diagnostics::Diagnostic;
use crate::shell::{Command, Word, Words};

pub fn check(context: &Context) -> Vec<Diagnostic> {
    context.named(commands::CONTAINERS).filter_map(|(_, command)| one(command)).collect()
}

fn one(command: &Command) -> Option<Diagnostic> {
    let verb = commands::compose(command).or_else(|| commands::docker(command)).or_else(|| commands::kubectl(command));
    let verb = verb
        .map(|(verb, rest)| if verb == "container" { rest.verb(&[]).unwrap_or((verb, rest)) } else { (verb, rest) });
    let (_, rest) = verb.filter(|(verb, _)| *verb == "cp")?;
    let inside = |word: &&&Word| word.text.split_once(':').is_some_and(|(_, path)| path.contains(['*', '?']));
    let operands = rest.operands(&["--index", "-c", "--container", "-n", "--namespace"]);
    let word = operands.iter().find(inside)?;
    let at = word.text.find(['*', '?'])?;
    let message =
        format!("`{}`: nothing expands a pattern in a container's path, and no file has that name", word.text);
    let place = Context::report("docker-cp-wildcard", message, word.place(at..at + 1), "a star, not a pattern");
    Some(place.help("name the file, or pack inside: `docker exec C tar -C /dir -cf - . > files.tar`"))
}
