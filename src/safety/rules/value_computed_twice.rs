//! A name made from the time or a random number is made in two commands: they get two names, and what the one writes the other
//! does not find. Where both write, each makes a thing of its own.

use super::Context;
use super::scripts::Text;
use crate::diagnostics::Diagnostic;
use crate::model::plan::Backup;
use crate::model::value::{Piece, Probe};
use crate::shell::{self, Command, Effect, Part, Place, Set, Word};
use crate::source::Span;
use rustc_hash::FxHashMap;

/// Commands whose arguments are read by people.
const TOLD: &[&str] = &["echo", "printf", "logger", "log", "say", "notify-send", "mail", "curl", "date", "expr"];

pub fn check(context: &Context) -> Vec<Diagnostic> {
    let mut first: FxHashMap<String, (Span, bool)> = FxHashMap::default();
    let mut found: Vec<Diagnostic> = beside_path(context);
    for (number, text) in context.texts().iter().enumerate() {
        for Name { written, span, value, makes, folder } in names(text) {
            // Each text may well make a folder of its own for what it does.
            let written = if value.contains("mktemp -d") { format!("{number}: {written}") } else { written };
            // A variable that is to name the folder made before.
            let made = || first.get(written.split_once('=')?.1).filter(|(_, folder)| *folder);
            let inside = || {
                let within = |folder: &str| written.strip_prefix(folder).is_some_and(|rest| rest.starts_with('/'));
                first.iter().find(|(name, (_, folder))| *folder && within(name)).map(|(_, made)| made)
            };
            match first.get(&written).or_else(made).or_else(inside) {
                None => drop(first.insert(written, (span, folder))),
                Some((other, folder)) if *other != span && (*folder || !makes) => found.push(one(&value, span, *other)),
                Some(_) => {}
            }
        }
    }
    found
}

/// A backup's command makes its file's name from the clock, and `path` says it with the run's `$stamp`.
fn beside_path(context: &Context) -> Vec<Diagnostic> {
    let named = |backup: &Backup| {
        let path = backup.path.as_ref()?;
        let at = path
            .pieces
            .iter()
            .position(|piece| matches!(piece, Piece::Variable(variable) if variable.name == "stamp"))?;
        let text = |pieces: &[Piece]| {
            pieces.iter().map(|piece| if let Piece::Text(text) = piece { text } else { "" }).collect::<String>()
        };
        let (before, behind) = (text(&path.pieces[..at]), text(&path.pieces[at + 1..]));
        let Probe::Sh(script, _) = &backup.taken_by.as_ref()?.probe else { return None };
        let parsed = shell::parse(script);
        let is_it = |word: &&Word| {
            changing(word).is_some_and(|(_, value)| word.text == format!("{before}{value}{behind}"))
                && !before.is_empty()
        };
        let word = parsed.commands.iter().flat_map(Command::arguments).find(is_it)?;
        Some(one(&changing(word)?.1, word.span, path.span))
    };
    context.world.plan.backups.iter().filter_map(named).collect()
}

/// A name that is another one each time.
struct Name {
    /// As it is written, with the variable if it is assigned to one.
    written: String,
    span: Span,
    /// The part that changes.
    value: String,
    /// Is something written under it, rather than looked for?
    makes: bool,
    /// Is it a folder that is made for others to write into?
    folder: bool,
}

/// Commands that take a file as it is: it must be there.
const TAKE: &[&str] = &[
    "gzip", "bzip2", "xz", "zstd", "pigz", "chmod", "chown", "chgrp", "sed", "truncate", "shred", "rm", "sqlite3",
    "zfs",
];

fn names(text: &Text) -> Vec<Name> {
    let mut found = Vec::new();
    for command in &text.parsed.commands {
        let written = command.redirects.iter().filter(|redirect| redirect.writes).map(|redirect| &redirect.target);
        let read = command.redirects.iter().filter(|redirect| !redirect.writes).map(|redirect| &redirect.target);
        let told = TOLD.contains(&command.name());
        if told && command.redirects.is_empty() {
            continue;
        }
        let named = |word: &Word, into: bool| {
            // What runs another command has its words as well.
            let (written, value) = changing(word).filter(|_| !text.parsed.is_wrapper(command))?;
            let makes = into || makes(text, command, word);
            // `docker cp pg:/backup/x .`: the place that `docker exec pg` wrote to.
            let there = over_there(command, &written).map(str::to_owned);
            let elsewhere = if command.place == Place::Elsewhere || there.is_some() { "elsewhere " } else { "" };
            let written = format!("{elsewhere}{}", there.unwrap_or(written));
            let folder = command.name() == "mkdir";
            Some(Name { written, span: word.span, value, makes, folder })
        };
        let path = |word: &Word| changing(word).is_some_and(|(written, _)| written.starts_with('/'));
        // What is said into a file is a record of a name.
        let arguments = command.arguments().iter().filter(|word| !told || path(word));
        found.extend(arguments.chain(read).filter_map(|word| named(word, false)));
        found.extend(written.filter_map(|word| named(word, true)));
    }
    for set in &text.parsed.sets {
        let Some(word) = &set.value else { continue };
        let named = changing(word).map(|(_, value)| value).filter(|value| !value.contains("mktemp -d"));
        let Some(value) = named.or_else(|| bare(word).filter(|_| names_with(text, set))) else { continue };
        let read = |object: &str| text.parsed.effects.iter().any(|effect| effect.object.contains(object));
        let makes = read(&format!("${}", set.name)) || read(&format!("${{{}}}", set.name));
        found.push(Name {
            written: format!("{}={}", set.name, word.text),
            span: set.span,
            value,
            makes,
            folder: false,
        });
    }
    found
}

/// The path of `container:/path` or `host:/path`.
fn over_there<'w>(command: &Command, written: &'w str) -> Option<&'w str> {
    let copies = match command.name() {
        "docker" | "podman" | "kubectl" | "oc" => command.has("cp"),
        name => matches!(name, "scp" | "rsync"),
    };
    let (place, path) = written.split_once(':').filter(|_| copies)?;
    (path.starts_with('/') && !place.contains('/')).then_some(path)
}

/// Does the command write what this word names? A test of a name makes nothing, whatever else is made under it.
fn makes(text: &Text, command: &Command, word: &Word) -> bool {
    let own = |span: Span| command.span.start <= span.start && span.end <= command.span.end;
    let takes = |effect: Effect| matches!(effect, Effect::Network | Effect::Destroys | Effect::Removes);
    let writes =
        |effect: &shell::Visible| own(effect.span) && !takes(effect.effect) && effect.object.contains(&word.text);
    !TAKE.contains(&command.name()) && text.parsed.effects.iter().any(writes)
}

/// The name that a word is, or that stands in it, with the part that changes, if the rest makes a name with it.
fn changing(word: &Word) -> Option<(String, String)> {
    let part = moving(word)?;
    let (value, at) = (word.piece(part), part.range.start);
    let ends = |c: char| c.is_whitespace() || matches!(c, '\'' | '"' | '=' | ',' | ';' | '|' | '(' | ')');
    let before = word.text[..at].rsplit(ends).next().unwrap_or("");
    let behind = word.text[at + value.len()..].split(ends).next().unwrap_or("");
    let folder = value.contains("mktemp -d");
    let names = format!("{before}{behind}").contains(['/', '_', '-', '.', ':', '@']) || folder;
    let written = format!("{before}{value}{behind}");
    names.then(|| (written.trim_end_matches('/').to_owned(), value.to_owned()))
}

/// The part of a word that changes, if it is all of it.
fn bare(word: &Word) -> Option<String> {
    moving(word).map(|part| word.piece(part)).filter(|value| *value == word.text).map(str::to_owned)
}

fn moving(word: &Word) -> Option<&Part> {
    if word.fixed {
        return None;
    }
    let substitution = word.substitutions().find(|(text, _)| {
        let inner = text.trim_start_matches(['$', '(', '`']).trim_start();
        ["date ", "date)", "date`", "uuidgen", "mktemp -u", "mktemp -d", "openssl rand", "shuf ", "gdate "]
            .iter()
            .any(|tool| inner.starts_with(tool))
    });
    let variable =
        || word.variables().find(|(name, ..)| matches!(*name, "RANDOM" | "SRANDOM" | "EPOCHSECONDS" | "SECONDS"));
    substitution.map(|(_, part)| part).or_else(|| variable().map(|(_, _, part)| part))
}

/// Is the variable used to name something in this text?
fn names_with(text: &Text, set: &Set) -> bool {
    let uses = |word: &Word| {
        word.variables().any(|(name, ..)| name == set.name)
            && word.text.contains(['/', '_', '.'])
            && !word.text.contains(' ')
    };
    let told = |command: &&Command| !TOLD.contains(&command.name());
    text.parsed.commands.iter().filter(told).any(|command| {
        command.arguments().iter().chain(command.redirects.iter().map(|redirect| &redirect.target)).any(uses)
    })
}

fn one(value: &str, span: Span, first: Span) -> Diagnostic {
    let message = format!("`{value}` is computed a second time: it gives another name than the first time");
    Context::report("value-computed-twice", message, span, "another value")
        .also(first, "computed here first")
        .help("compute it once: `capture NAME = sh \"…\"`, or use `$stamp`, which stays the same for the whole run")
}
