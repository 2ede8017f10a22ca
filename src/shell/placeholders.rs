//! Blanks in a command that somebody forgot to fill in: `<commit>`, `[TOKEN]`, `backup_YYYYMMDD.sql`, `CHANGEME`.
//!
//! In: a text, or a command of it. Out: the blanks. Formats, patterns and texts for people are no blanks.

use super::{Command, Word};
use crate::source::Span;
use crate::syntax::Text;
use std::ops::Range;

/// A blank.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Placeholder {
    /// As it stands in the command: `<commit>`.
    pub text: String,
    /// Where.
    pub span: Span,
}

/// Commands whose arguments are texts, patterns or formats.
const TEXTUAL: &[&str] = &[
    "echo", "printf", "grep", "egrep", "fgrep", "rg", "sed", "awk", "gawk", "mawk", "tr", "date", "gdate", "psql",
    "mysql", "sqlite3", "jq", "yq", "xmllint", "[", "test", "expr", "find", "perl", "python", "python3", "node",
    "ruby",
];

/// The blanks of a command; `angles` are those of its text.
pub fn of(angles: &[Placeholder], command: &Command) -> Vec<Placeholder> {
    // The shell takes `<commit>` for a redirection from `commit`; what stands around it tells.
    let redirected = command.redirects.iter().filter_map(|redirect| {
        let inside = |angle: &&Placeholder| {
            angle.span.start < redirect.target.span.start && redirect.target.span.end < angle.span.end
        };
        let first = |angle: &&Placeholder| angle.span.start + 1 == redirect.target.span.start;
        angles.iter().find(|angle| inside(angle) && first(angle)).cloned()
    });
    let textual = TEXTUAL.contains(&command.name());
    let words = command.words.iter().filter(|_| !textual).filter(|word| is_blank(word));
    let blank = |word: &Word| Placeholder { text: word.text.clone(), span: word.span };
    let parts = command.words.iter().filter(|word| !textual && !is_blank(word)).flat_map(within);
    redirected.chain(words.map(blank)).chain(parts).chain(told(&command.words)).collect()
}

/// The blanks in capitals within a word: in a name, an address, or at the end of a header.
pub fn within(word: &Word) -> Vec<Placeholder> {
    let text = word.text.as_str();
    if !text.contains('[') && !text.contains("YOUR_") {
        return Vec::new();
    }
    let header =
        text.split_once(": ").is_some_and(|(name, _)| name.chars().all(|c| c.is_ascii_alphabetic() || c == '-'));
    let script = word.as_text();
    if text.contains('\n') || text.contains(' ') && !(header && text.ends_with(']')) {
        return yours(word, &script).filter(|_| header).into_iter().collect();
    }
    let blank = |(at, _)| {
        let inner: &str = text.get(at + 1..)?.split(']').next()?;
        let end = at + inner.len() + 2;
        // `[ABC]*` is a pattern; capitals in such a number, or with a dash below, are none.
        let repeated = text.get(end..).is_some_and(|rest| rest.starts_with(['*', '+', '?', '{']));
        let capitals = |c: char| c.is_ascii_uppercase() || c.is_ascii_digit() || c == '_';
        let is_name = inner.starts_with(|c: char| c.is_ascii_uppercase()) && inner.chars().all(capitals);
        let subscript = text.get(..at).is_some_and(|before| before.ends_with(['{', '$']));
        let named = text.get(..at).is_some_and(|before| before.ends_with([':', '@', '=']));
        let long = inner.len() > 4 || inner.contains('_') || named && inner.len() > 2;
        (is_name && long && !repeated && !subscript && text.len() >= end)
            .then(|| Placeholder { text: text[at..end].to_owned(), span: script.span(at..end) })
    };
    text.match_indices('[').filter_map(blank).chain(yours(word, &script)).collect()
}

/// `YOUR_TOKEN`, also within a header.
fn yours(word: &Word, script: &Text) -> Option<Placeholder> {
    let text = word.text.as_str();
    let at = text.find("YOUR_")?;
    let apart = !text[..at].ends_with(|c: char| c.is_alphanumeric() || matches!(c, '_' | '$' | '{'));
    let length = text[at..].find(|c: char| !c.is_ascii_uppercase() && c != '_').unwrap_or(text.len() - at);
    (apart && length > "YOUR_".len())
        .then(|| Placeholder { text: text[at..at + length].to_owned(), span: script.span(at..at + length) })
}

fn is_blank(word: &Word) -> bool {
    let text = word.text.as_str();
    let enclosed = |open: char, close: char| text.strip_prefix(open).and_then(|rest| rest.strip_suffix(close));
    let upper = |inner: &str| {
        inner.len() > 2
            && inner.starts_with(|c: char| c.is_ascii_uppercase())
            && inner.chars().all(|c| c.is_ascii_uppercase() || c.is_ascii_digit() || c == '_' || c == ' ')
    };
    // `[A-Z]` and `[ABC]` with something after them are patterns; a word that is nothing else is a blank.
    enclosed('<', '>').is_some_and(is_blank_name)
        || enclosed('[', ']').is_some_and(upper)
        || is_example(text)
        || text.bytes().any(|byte| matches!(byte, b'Y' | b'X' | b'M'))
            && !text.contains([' ', '%', '\n'])
            && ["YYYY", "XXXX", "CHANGEME", "CHANGE_ME", "REPLACE_ME"].iter().any(|mark| text.contains(mark))
}

/// `/path/to/the/folder`, as manuals write it.
pub fn is_example(path: &str) -> bool {
    !path.contains([' ', '\n']) && (path.starts_with("/path/to/") || path.contains("=/path/to/"))
}

/// Options whose value a person reads.
const TOLD: &[&str] = &["--message", "--body", "--subject", "--text", "--title", "--description"];

/// `[LINK]`, `[DATE/TIME]` in a message; at the beginning of a line such a word is a mark: `[ERROR] …`.
fn told(words: &[Word]) -> Vec<Placeholder> {
    let values = words.windows(2).filter(|pair| TOLD.contains(&pair[0].text.as_str())).map(|pair| &pair[1]);
    let one = |word: &Word| -> Vec<Placeholder> {
        let text = word.text.as_str();
        let blank = |(at, _)| {
            let inner: &str = text.get(at + 1..)?.split(']').next()?;
            let end = at + inner.len() + 2;
            let begins = text.get(..at).is_none_or(|before| {
                before.trim_end_matches(' ').is_empty() || before.trim_end_matches(' ').ends_with(['\n', ']'])
            });
            let capitals = |c: char| c.is_ascii_uppercase() || matches!(c, '/' | '_' | '-' | ' ');
            let is_name =
                inner.len() > 1 && inner.starts_with(|c: char| c.is_ascii_uppercase()) && inner.chars().all(capitals);
            (is_name && !begins && end <= text.len())
                .then(|| Placeholder { text: text[at..end].to_owned(), span: word.place(at..end) })
        };
        if text.contains(' ') { text.match_indices('[').filter_map(blank).collect() } else { Vec::new() }
    };
    values.flat_map(one).collect()
}

fn is_blank_name(inner: &str) -> bool {
    let allowed = |c: char| c.is_alphanumeric() || matches!(c, '_' | '-' | ' ' | '.' | '/' | ':');
    inner.starts_with(char::is_alphabetic) && !inner.ends_with(' ') && inner.len() <= 40 && inner.chars().all(allowed)
}

/// Everything outside of quotes and comments that looks like `<name>`.
pub fn angles(text: &Text) -> Vec<Placeholder> {
    let value = &text.value;
    if !value.contains('<') {
        return Vec::new();
    }
    let blank = |range: Range<usize>| {
        let inner = value.get(range.start + 1..range.end - 1)?;
        let next = value.get(range.end..).and_then(|rest| rest.chars().next());
        // `sort <in >out` stands apart; `migrations/<id>_down.sql` is one word.
        let joined = value.get(..range.start).is_some_and(|before| before.ends_with(['/', '-', '_', '.', '=', ':']));
        let ends = joined
            || next
                .is_none_or(|c| c.is_whitespace() || matches!(c, ';' | '|' | '&' | ')' | '/' | '.' | ':' | '"' | ','));
        (ends && is_blank_name(inner))
            .then(|| Placeholder { text: value[range.clone()].to_owned(), span: text.span(range) })
    };
    bare_angles(value).into_iter().filter_map(blank).collect()
}

/// Ranges `<…>` within one line, outside of quotes and comments.
fn bare_angles(text: &str) -> Vec<Range<usize>> {
    let (mut quote, mut open, mut found) = (None, None, Vec::new());
    let mut previous = '\n';
    let mut chars = text.char_indices();
    while let Some((at, c)) = chars.next() {
        match (quote, c) {
            (Some(mark), _) if c == mark => quote = None,
            (Some('"') | None, '\\') => drop(chars.next()),
            (None, '\'' | '"') => quote = Some(c),
            (None, '#') if previous.is_whitespace() => {
                open = None;
                chars.by_ref().find(|(_, c)| *c == '\n');
            }
            (None, '<') => open = (previous != '<').then_some(at),
            (None, '>') => found.extend(open.take().map(|start| start..at + 1)),
            (None, '\n') => open = None,
            _ => {}
        }
        previous = c;
    }
    found
}
