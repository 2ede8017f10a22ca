//! `sort f > f`: the shell empties the file before the command reads it.

use super::{Context, scripts::Text};
use crate::diagnostics::{Diagnostic, Level};
use crate::shell::{Command, Word, Words};

/// Commands that do not read the files that they name, or have a word that is none.
const BLIND: &[&str] = &[
    "echo", "printf", "test", "[", "[[", "touch", "chmod", "chown", "rm", "ln", "mkdir", "cp", "mv", "logger",
    "export", "local", "ls", "stat", "tee", "ssh", "exec", "trap", "set", "basename", "dirname", "realpath",
    "readlink", "curl", "pg_dump",
];

/// Commands whose first operand says what to look for.
const SCRIPTED: &[&str] = &["grep", "egrep", "fgrep", "sed", "awk", "gawk", "jq", "yq", "perl", "tr"];

pub fn check(context: &Context) -> Vec<Diagnostic> {
    let mut found = Vec::new();
    for (text, command) in context.commands().filter(|(_, command)| !command.redirects.is_empty()) {
        let mut truncated = command.redirects.iter().filter(|to| to.writes && !to.appends);
        found.extend(truncated.find_map(|to| one(text, command, &to.target)));
    }
    for (text, command) in context.named(&["tee"]) {
        let words = command.arguments();
        if !(words.short('a') || words.has_any(&["--append"])) {
            found.extend(words.operands(&[]).into_iter().find_map(|file| one(text, command, file)));
        }
    }
    found
}

fn one(text: &Text, command: &Command, file: &Word) -> Option<Diagnostic> {
    if !file.text.contains(['/', '.', '$']) || file.text.starts_with("/dev/") {
        return None;
    }
    let earlier = |other: &&Command| other.stage <= command.stage && other.place == command.place;
    let mut stages = text.parsed.within(command.pipeline..command.pipeline + 1).filter(earlier);
    // What a wrapper is given, the command reads that it runs, and that may be on another machine.
    let reading = |other| Some((other, reads(other, file).filter(|_| !text.parsed.is_wrapper(other))?));
    let (reader, read) = stages.find_map(reading)?;
    let (name, path) = (reader.name(), &file.text);
    let together = reader.stage == command.stage;
    let message = if together {
        format!("`{path}` is emptied before `{name}` reads it: nothing of it is left")
    } else {
        format!("`{path}` is emptied while `{name}` reads it: what is left of it is chance")
    };
    let place = Context::report("file-emptied-before-read", message, file.span, "emptied first");
    let place = Diagnostic { level: if together { place.level } else { Level::Warning }, ..place };
    let place = place.also(read.span, "read from here");
    Some(place.help(format!("write beside it, then put it in its place: `… > {path}.new && mv {path}.new {path}`")))
}

/// The word by which a command reads the file.
fn reads<'c>(command: &'c Command, file: &Word) -> Option<&'c Word> {
    let same = |word: &&Word| word.text == file.text && word.span != file.span;
    let input = command.redirects.iter().filter(|to| !to.writes && to.fd == 0).map(|to| &to.target).find(same);
    let words = command.arguments();
    let named = || {
        let scripted = SCRIPTED.contains(&command.name()) && !words.has_any(&["-e", "-f", "--regexp", "--file"]);
        let operands = words.operands(&["-e", "-f", "-o", "--output", "-A", "-B", "-C", "-m", "--arg"]);
        operands.into_iter().skip(usize::from(scripted)).find(same)
    };
    input.or_else(|| if BLIND.contains(&command.name()) { None } else { named() })
}
