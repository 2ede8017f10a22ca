//! Commands that a second run does not leave as the first one did: it fails, or does it once more.
//!
//! In: a shell text. Out: each such command, what the second run does, and how to write it. What stands around a command
//! (`repeats_guards`) may see to it that there is no second run; statements and files have modules of their own.

use super::{repeats_files as files, repeats_guards as guards, repeats_sql as sql};
use crate::shell::{self, Because, Command, Parsed, Word};
use crate::source::Span;

/// A command that can't simply be run again.
pub struct Repeat {
    /// The words that say it.
    pub span: Span,
    /// Fails it, or does it happen once more?
    pub because: Because,
    /// What a second run does.
    pub says: String,
    /// What to write in its place.
    pub write: String,
    /// The things that it makes, takes or changes, as they are written.
    pub objects: Vec<String>,
}

/// All of them in a text, in its order.
pub fn of(parsed: &Parsed) -> Vec<Repeat> {
    let mut found: Vec<Repeat> = Vec::new();
    for command in &parsed.commands {
        let own = listed(command).or_else(|| scaled(command)).into_iter().chain(files::of(parsed, command));
        found.extend(own.filter(|repeat| !guards::excused(parsed, command, repeat)));
        found.extend(sql::of(parsed, command).into_iter().filter(|repeat| !guards::asked(parsed, command, repeat)));
    }
    for file in &parsed.appended {
        // What stands around the last command in the brackets stands around them.
        let last = parsed.commands.iter().rev().find(|command| command.span.end <= file.span.start);
        let added = last.zip(files::added(file)).filter(|(last, repeat)| !guards::excused(parsed, last, repeat));
        found.extend(added.map(|(_, repeat)| repeat));
    }
    found
}

/// One that the table knows.
fn listed(command: &Command) -> Option<Repeat> {
    let (again, object) = shell::again(command)?;
    let first = object.split(' ').next().unwrap_or("");
    let says = again.does.words(&if first.is_empty() { String::new() } else { format!("`{first}`") });
    let objects = object.split(' ').filter(|object| !object.is_empty()).map(str::to_owned).collect();
    Some(Repeat { span: command.span, because: again.because, says, write: again.write.to_owned(), objects })
}

/// `--replicas=$(( $(kubectl get …) - 1 ))`: a number from what is there by then.
fn scaled(command: &Command) -> Option<Repeat> {
    let relative = |word: &Word| word.text.contains("$((") && word.text.contains("$(kubectl");
    let word = command.arguments().iter().find(|word| relative(word)).filter(|_| command.name() == "kubectl")?;
    let (says, write) =
        ("counts from what the first one has made of it".to_owned(), "say the number itself".to_owned());
    Some(Repeat { span: word.span, because: Because::More, says, write, objects: Vec::new() })
}
