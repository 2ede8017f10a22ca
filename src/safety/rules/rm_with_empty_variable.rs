//! `rm -rf "$dir/"*` is `rm -rf /*` if `$dir` is empty.

use super::{Context, scripts, scripts::Text};
use crate::diagnostics::{Diagnostic, Fix};
use crate::shell::{Command, Part, Word, Words};

pub fn check(context: &Context) -> Vec<Diagnostic> {
    let inputs: Vec<&str> = context.world.plan.inputs.iter().map(|input| input.common.name.as_str()).collect();
    let asked = |name: &str| inputs.contains(&name);
    let mut found = Vec::new();
    for (text, command) in context.named(&["rm", "find", "shred", "chown", "chmod"]) {
        let words = removed(command);
        found.extend(words.iter().find_map(|word| one(text, command, word, &asked)));
    }
    found
}

/// The paths that are removed with all that is below them.
fn removed(command: &Command) -> Vec<&Word> {
    let words = command.arguments();
    match command.name() {
        "find" if command.has("-delete") || command.has("rm") => {
            words.iter().take_while(|word| !word.text.starts_with(['-', '(', '!'])).collect()
        }
        "rm" | "shred" => words.operands(&[]),
        "chown" | "chmod" if words.short('R') || words.has_any(&["--recursive"]) => {
            words.operands(&[]).into_iter().skip(1).collect()
        }
        _ => Vec::new(),
    }
}

fn one(text: &Text, command: &Command, word: &Word, asked: &dyn Fn(&str) -> bool) -> Option<Diagnostic> {
    let words = command.arguments();
    let recursive = words.short('r') || words.short('R') || words.has_any(&["--recursive"]) || command.name() == "find";
    let (name, operator, part) = word.variables().find(|(name, operator, part)| {
        let empty = may_be_empty(text, command, name, operator) && !asked(name);
        empty && is_dangerous(&without(word, part), part.range.start == 0, recursive)
    })?;
    let left = without(word, part);
    let verb = if matches!(command.name(), "chown" | "chmod") { "changes" } else { "removes" };
    let message = format!("if `${name}` is empty, this {verb} `{left}`");
    let span = word.place(part.range.clone());
    let place = Context::report("rm-with-empty-variable", message, span, "may be empty");
    let place = place.help(format!("write `${{{name}:?}}`: the shell stops if it is empty"));
    let plain = operator.is_empty();
    let fix = || Fix::safe(format!("stop if `${name}` is empty")).replace(span, format!("${{{name}:?}}"));
    Some(if plain { place.fix(fix()) } else { place })
}

/// The word without one of its pieces.
fn without(word: &Word, part: &Part) -> String {
    let before = word.text.get(..part.range.start).unwrap_or("");
    format!("{before}{}", word.text.get(part.range.end..).unwrap_or(""))
}

/// Is what is left something that nobody wants to lose: the root, what lies in it, the directory around?
fn is_dangerous(left: &str, first: bool, recursive: bool) -> bool {
    let everything = matches!(left, "/" | "/*" | "*" | "./*" | ".*" | "." | "/." | "/.*" | "/..");
    let from_root = first && left.starts_with('/');
    let around = !first && (left.ends_with('/') || left.ends_with("//*") || left.ends_with("/*"));
    everything || recursive && (from_root || around) || from_root && left.ends_with('*')
}

/// Nothing guards it, nothing in the text gives it a value that can't be empty.
fn may_be_empty(text: &Text, command: &Command, name: &str, operator: &str) -> bool {
    if operator.starts_with(":?") || operator.starts_with(":-") && operator.len() > 2 || operator.starts_with('#') {
        return false;
    }
    let guarded = text.parsed.pipeline(command).guarded.iter().any(|guarded| guarded == name);
    let before = |set: &&crate::shell::Set| set.name == name && set.span.end <= command.span.start;
    let set = text.parsed.sets.iter().rfind(before);
    !guarded
        && !scripts::builtin(name)
        && !crate::shell::is_shells_own(name)
        && set.is_none_or(|set| set.value.as_ref().is_some_and(is_open))
}

/// Can a value be empty? `/srv/$x` can't, `$(mktemp)` can't, `$1` and `$(grep …)` can.
fn is_open(value: &Word) -> bool {
    let fixed = value.parts.iter().any(|part| !part.expansion && !value.piece(part).is_empty());
    let commands = ["mktemp", "pwd", "date", "realpath", "dirname", "basename", "cd ", "hostname", "whoami", "id "];
    let full = value.substitutions().any(|(text, _)| {
        let inner = text.trim_start_matches(['$', '(', '`']).trim_start();
        commands.iter().any(|command| inner.starts_with(command))
    });
    let covered = value
        .variables()
        .any(|(_, operator, _)| operator.starts_with(":?") || operator.starts_with(":-") && operator.len() > 2);
    !fixed && !full && !covered
}
