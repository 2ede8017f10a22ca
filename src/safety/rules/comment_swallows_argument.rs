//! `--channel #ops`: to the shell, `#` behind a blank begins a comment.

use super::Context;
use crate::diagnostics::{Diagnostic, Fix};
use crate::shell::Command;

pub fn check(context: &Context) -> Vec<Diagnostic> {
    context.commands().filter_map(|(_, command)| one(command)).collect()
}

fn one(command: &Command) -> Option<Diagnostic> {
    let (comment, span) = command.comment.as_ref()?;
    let body = comment.strip_prefix('#')?;
    let word = body.split_whitespace().next().unwrap_or("");
    let sticks = body.starts_with(|c: char| c.is_alphanumeric());
    let last = command.words.last()?;
    let option =
        command.words.len() > 1 && last.text.starts_with('-') && !last.text.contains('=') && last.text.len() > 1;
    let wants = option && sticks && takes_value(&last.text);
    let continued = sticks && comment.trim_end().ends_with('\\');
    let number = sticks && word.chars().all(|c| c.is_ascii_digit()) && body.trim() == word;
    let names = ["send", "post", "say", "notify", "message", "msg"];
    let channel = sticks && body.trim() == word && command.words.len() > 1 && names.contains(&last.text.as_str());
    // What explains has a blank behind the `#` and no arguments of its own.
    let rest = &body[word.len()..];
    let arguments = sticks && (rest.contains(" --") || rest.contains(['"']) || rest.contains(" '"));
    if !wants && !continued && !number && !channel && !arguments {
        return None;
    }
    let message =
        format!("`#{word}` begins a comment: `{}` never sees it, nor what follows on the line", command.name());
    let place = Context::report("comment-swallows-argument", message, *span, "a comment to the shell");
    let first = crate::source::Span { end: span.start + 1 + u32::try_from(word.len()).ok()?, ..*span };
    let fix = Fix::safe(format!("quote `#{word}`")).replace(first, format!("\\#{word}"));
    Some(place.help(format!("quote it: `'#{word}'`")).fix(fix))
}

/// Short switches that take nothing are followed by comments all the time: `ls -l #list`.
fn takes_value(option: &str) -> bool {
    const VALUED: &[&str] = &["-c", "-m", "-t", "-r", "-n", "-p", "-u"];
    const BARE: &[&str] =
        &["--build", "--force", "--all", "--yes", "--quiet", "--verbose", "--volumes", "--detach", "--wait", "--hard"];
    option.starts_with("--") && !BARE.contains(&option) || VALUED.contains(&option)
}
