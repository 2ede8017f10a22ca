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
    // `${f##*/}` is no pattern of a path.
    let plain = |word: &Word| {
        word.parts.iter().filter(|part| !part.expansion).map(|part| part.range.clone()).collect::<Vec<_>>()
    };
    let star = |word: &Word| {
        let colon = word.text.find(':')?;
        plain(word).into_iter().find_map(|range| {
            let from = range.start.max(colon);
            Some(from + word.text.get(from..range.end)?.find(['*', '?'])?)
        })
    };
    let operands = rest.operands(&["--index", "-c", "--container", "-n", "--namespace"]);
    let (word, at) = operands.into_iter().find_map(|word| star(word).map(|at| (word, at)))?;
    let message =
        format!("`{}`: nothing expands a pattern in a container's path, and no file has that name", word.text);
    let place = Context::report("docker-cp-wildcard", message, word.place(at..at + 1), "a star, not a pattern");
    Some(place.help("name the file, or pack inside: `docker exec C tar -C /dir -cf - . > files.tar`"))
}
