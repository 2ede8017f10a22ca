//! `# Or by tag:` between two commands: a document means one of them, a script runs both.

use super::Context;
use super::scripts::{Role, Text};
use crate::diagnostics::Diagnostic;
use crate::source::Span;

pub fn check(context: &Context) -> Vec<Diagnostic> {
    let texts = context.texts().iter().filter(|text| text.role != Role::Diagnosis);
    texts.flat_map(|text| text.parsed.comments.iter().filter_map(move |(said, span)| one(text, said, *span))).collect()
}

fn one(text: &Text, said: &str, span: Span) -> Option<Diagnostic> {
    if !is_or(said) {
        return None;
    }
    let own = |command: &&crate::shell::Command| text.parsed.pipeline(command).shell == 0 && command.via.is_none();
    let mut commands = text.parsed.commands.iter().filter(own);
    let before = commands.clone().rfind(|command| command.span.end <= span.start)?;
    let behind = commands.find(|command| command.span.start >= span.end)?;
    // The comment must stand right above the second one, not above another comment that explains more.
    let next = text.parsed.comments.iter().any(|(_, other)| other.start > span.end && other.end < behind.span.start);
    let apart = text.parsed.pipeline(before).in_branch || text.parsed.pipeline(behind).in_branch;
    if next || apart {
        return None;
    }
    let message = "two ways to do a thing stand here one below the other: both are run".to_owned();
    let place = Context::report("alternatives-all-run", message, span, "\"or\" to a reader, nothing to the shell");
    let place = place.also(before.span, "runs").also(behind.span, "runs as well");
    Some(place.help("keep one; or make two procedures of it, or an `if` that asks which is meant"))
}

/// Does a comment begin with "or", in one of the languages that plans are written in?
fn is_or(said: &str) -> bool {
    let text = said.trim_start_matches('#').trim().to_lowercase();
    let first = text.split(|c: char| !c.is_alphabetic()).next().unwrap_or("");
    matches!(
        first,
        "or" | "o" | "u" | "ou" | "oder" | "alternatively" | "alternativamente" | "alternative" | "alternativa"
    )
}
