//! `--channel #ops`: to the shell, `#` behind a blank begins a comment.

use super::Context;
use crate::diagnostics::{Diagnostic, Fix};
use crate::shell::{Command, Words};
use crate::source::Span;

pub fn check(context: &Context) -> Vec<Diagnostic> {
    context.commands().filter_map(|(_, command)| one(command)).collect()
}

fn one(command: &Command) -> Option<Diagnostic> {
    let (comment, span) = command.comment.as_ref()?;
    let swallowed = || is_cut(command, comment).then(|| cut(command, *span));
    argument(command, comment, *span).or_else(swallowed)
}

fn argument(command: &Command, comment: &str, span: Span) -> Option<Diagnostic> {
    let last = command.words.last()?;
    // `find -name #*#`: the copies that an editor leaves.
    let names = |first: char| first == '*' && last.text.starts_with('-');
    let body = comment.strip_prefix('#').filter(|body| body.starts_with(|c: char| c.is_alphanumeric() || names(c)))?;
    let word = body.split_whitespace().next()?;
    let option =
        command.words.len() > 1 && last.text.starts_with('-') && !last.text.contains('=') && last.text.len() > 1;
    let wants = option && (takes_value(&last.text) || is_test(command, &last.text))
        || last.text.len() > 1 && last.text.ends_with('=');
    let number = word.chars().all(|c| c.is_ascii_digit()) && body.trim() == word;
    let names = ["send", "post", "say", "notify", "message", "msg"];
    let channel = body.trim() == word && command.words.len() > 1 && names.contains(&last.text.as_str());
    // What explains has a blank behind the `#` and no arguments of its own.
    let rest = &body[word.len()..];
    let arguments = rest.contains(" --") || rest.contains(['"']) || rest.contains(" '");
    let continued = comment.trim_end().ends_with('\\');
    if !wants && !continued && !number && !channel && !arguments && !lacks(command) {
        return None;
    }
    let message =
        format!("`#{word}` begins a comment: `{}` never sees it, nor what follows on the line", command.name());
    let place = Context::report("comment-swallows-argument", message, span, "a comment to the shell");
    let first = Span { end: span.start + 1 + u32::try_from(word.len()).ok()?, ..span };
    let fix = Fix::safe(format!("quote `#{word}`")).replace(first, format!("\\#{word}"));
    Some(place.help(format!("quote it: `'#{word}'`")).fix(fix))
}

/// Does a comment stand where the command was to go on in the next line? A `\` in a comment is no more than a character, and one
/// with a blank behind it is an argument that is a blank.
fn is_cut(command: &Command, comment: &str) -> bool {
    let blank = |text: &str| !text.is_empty() && text.trim().is_empty();
    let escaped = command.words.last().is_some_and(|word| {
        blank(&word.text) && word.span.end - word.span.start == 2 && word.parts.iter().all(|part| !part.expansion)
    });
    escaped || comment.trim_end().ends_with('\\')
}

fn cut(command: &Command, span: Span) -> Diagnostic {
    let message =
        format!("this comment ends `{}`: what stands below is another command, not the rest of it", command.name());
    let place = Context::report("comment-swallows-argument", message, span, "a comment to the shell");
    place.help("put the comment on a line of its own above the whole command")
}

/// Has it nothing of what it can't do without? Then the comment was to be it.
fn lacks(command: &Command) -> bool {
    let words = command.arguments();
    match command.name() {
        "grep" | "egrep" | "fgrep" => {
            words.operands(&["-A", "-B", "-C", "-m", "-e", "-f"]).is_empty()
                && !words.has_any(&["-e", "-f", "--regexp", "--file"])
        }
        "logger" => {
            words.operands(&["-t", "-p", "-n", "-P", "-f", "--tag", "--priority"]).is_empty()
                && !words.has_any(&["-f", "--file"])
                && command.stage == 0
        }
        _ => false,
    }
}

/// A test of `find` that compares with the next word.
fn is_test(command: &Command, option: &str) -> bool {
    const TESTS: &[&str] = &[
        "-name",
        "-iname",
        "-path",
        "-ipath",
        "-wholename",
        "-regex",
        "-iregex",
        "-lname",
        "-user",
        "-group",
        "-newer",
    ];
    matches!(command.name(), "find" | "gfind") && TESTS.contains(&option)
}

/// Short switches that take nothing are followed by comments all the time: `ls -l #list`.
fn takes_value(option: &str) -> bool {
    const VALUED: &[&str] = &["-c", "-m", "-t", "-r", "-n", "-p", "-u"];
    const BARE: &[&str] =
        &["--build", "--force", "--all", "--yes", "--quiet", "--verbose", "--volumes", "--detach", "--wait", "--hard"];
    option.starts_with("--") && !BARE.contains(&option) || VALUED.contains(&option)
}
