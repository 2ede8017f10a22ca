//! The content of strings: dedented, taken to pieces, or as a shell gets it, always with the way back to the file.
//!
//! In: string tokens. Out: `Text`, and views of it.
//! Not its business: which names exist, and whether a `${…}` may stand where it does.

use super::Text;
use crate::source::Span;
use std::borrow::Cow;
use std::ops::Range;

/// A part of a text that is shown to people or used as an address or a path.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Piece {
    /// These characters, escapes decoded.
    Text(String),
    /// `${name}`.
    Value {
        /// The name.
        name: String,
        /// All of `${name}`.
        span: Span,
    },
    /// A `${` that isn't followed by a name and `}`.
    BadValue(Span),
    /// A `\` with a character after it that makes no escape: none of `\" \\ \n \t \$`.
    BadEscape(Span),
}

impl Text {
    /// From a whole `"…"` token that stands at `span`.
    pub(super) fn string(token: &str, span: Span) -> Text {
        let value = token.get(1..token.len().saturating_sub(1)).unwrap_or("").to_owned();
        Text { value, map: vec![(0, span.start + 1)], file: span.file, raw: false }
    }

    /// From a whole `"""…"""` token that stands at `span`, dedented: what is blank beside the quotes goes with its line
    /// end, and the indentation that all lines share. A first line beside the opening quotes has no say in that.
    pub(super) fn raw(token: &str, span: Span) -> Text {
        let content = token.get(3..token.len().saturating_sub(3)).unwrap_or("");
        let first = first_line(content);
        let last = content.rfind('\n').filter(|&at| is_blank(&content[at..])).unwrap_or(content.len()).max(first);
        let last = if content[..last].ends_with('\r') && last < content.len() { last - 1 } else { last };
        let body = content.get(first..last).unwrap_or("");
        let indent = if first == 0 { after_first_line(body) } else { body };
        let indent = common_indent(indent);
        let mut text = Text { value: String::with_capacity(body.len()), map: Vec::new(), file: span.file, raw: true };
        let mut at = first;
        for (number, line) in body.split_inclusive('\n').enumerate() {
            let cut = if number == 0 && first == 0 {
                0
            } else {
                indent.min(line.len() - line.trim_start_matches([' ', '\t']).len())
            };
            text.push(&line[cut..], offset(span.start, 3 + at + cut));
            at += line.len();
        }
        if text.map.is_empty() {
            text.map.push((0, offset(span.start, 3 + first)));
        }
        text
    }

    /// Adds characters that stand at `place` in the file.
    fn push(&mut self, characters: &str, place: u32) {
        let here = offset(0, self.value.len());
        let in_step = self.map.last().is_some_and(|(value, file)| file + (here - value) == place);
        if !in_step {
            self.map.push((here, place));
        }
        self.value.push_str(characters);
    }

    /// The place in the file of a byte range of `value`.
    pub fn span(&self, range: Range<usize>) -> Span {
        let start = self.place(range.start);
        let end = if range.end > range.start { self.place(range.end - 1) + 1 } else { start };
        Span { file: self.file, start, end: end.max(start) }
    }

    fn place(&self, at: usize) -> u32 {
        let at = offset(0, at);
        let step = self.map.partition_point(|(value, _)| *value <= at).saturating_sub(1);
        self.map.get(step).map_or(0, |(value, file)| file + (at - value))
    }

    /// The text as a shell or a database gets it: in `"…"` only `\"` is an escape, in `"""…"""` nothing is.
    #[must_use]
    pub fn shell(&self) -> Cow<'_, Text> {
        if self.raw {
            return Cow::Borrowed(self);
        }
        let mut shell =
            Text { value: String::with_capacity(self.value.len()), map: Vec::new(), file: self.file, raw: true };
        let mut from = 0;
        let mut characters = self.value.char_indices();
        while let Some((at, character)) = characters.next() {
            if character == '\\' && characters.next().is_some_and(|(_, next)| next == '"') {
                shell.copy(self, from..at);
                from = at + 1;
            }
        }
        shell.copy(self, from..self.value.len());
        Cow::Owned(shell)
    }

    /// Adds a range of another text, with its part of the map.
    fn copy(&mut self, other: &Text, range: Range<usize>) {
        let mut from = range.start;
        for (at, _) in &other.map {
            let at = *at as usize;
            if at > from && at < range.end {
                self.push(&other.value[from..at], other.place(from));
                from = at;
            }
        }
        self.push(&other.value[from..range.end], other.place(from));
    }

    /// The text as people read it: escapes decoded (in `"…"` only) and `${name}` told apart from it. `\$` is a plain `$`.
    pub fn pieces(&self) -> Vec<Piece> {
        let mut pieces = Vec::new();
        let mut plain = String::new();
        let mut at = 0;
        let special = |b: u8| b == b'$' || b == b'\\' && !self.raw;
        loop {
            let until = at + self.value[at..].bytes().position(special).unwrap_or(self.value.len() - at);
            plain.push_str(&self.value[at..until]);
            at = until;
            let (width, special) = match self.value.as_bytes().get(at) {
                None => break,
                Some(b'\\') => self.escape(at, &mut plain),
                _ if self.value[at..].starts_with("${") => self.value_at(at),
                _ => {
                    plain.push('$');
                    (1, None)
                }
            };
            at += width;
            if let Some(special) = special {
                flush(&mut plain, &mut pieces);
                pieces.push(special);
            }
        }
        flush(&mut plain, &mut pieces);
        pieces
    }

    /// Decodes the escape at `at` into `plain`; its width and, if it is none, the complaint.
    fn escape(&self, at: usize, plain: &mut String) -> (usize, Option<Piece>) {
        let Some(next) = self.value[at + 1..].chars().next() else {
            return (1, Some(Piece::BadEscape(self.span(at..at + 1))));
        };
        let width = 1 + next.len_utf8();
        match next {
            '"' | '\\' | '$' => plain.push(next),
            'n' => plain.push('\n'),
            't' => plain.push('\t'),
            _ => return (width, Some(Piece::BadEscape(self.span(at..at + width)))),
        }
        (width, None)
    }

    /// The `${name}` at `at`, and its width.
    fn value_at(&self, at: usize) -> (usize, Option<Piece>) {
        let rest = &self.value[at + 2..];
        let name = &rest[..rest.find(|c: char| !c.is_ascii_alphanumeric() && c != '_').unwrap_or(rest.len())];
        let named = name.starts_with(|c: char| !c.is_ascii_digit()) && rest[name.len()..].starts_with('}');
        let width = 2 + name.len() + usize::from(named);
        let span = self.span(at..at + width);
        let value = if named { Piece::Value { name: name.to_owned(), span } } else { Piece::BadValue(span) };
        (width, Some(value))
    }
}

fn flush(plain: &mut String, pieces: &mut Vec<Piece>) {
    if !plain.is_empty() {
        pieces.push(Piece::Text(std::mem::take(plain)));
    }
}

fn offset(base: u32, by: usize) -> u32 {
    base.saturating_add(u32::try_from(by).unwrap_or(u32::MAX))
}

fn is_blank(text: &str) -> bool {
    text.bytes().all(|b| matches!(b, b' ' | b'\t' | b'\r' | b'\n'))
}

/// Where the content begins: after the first line if that is blank.
fn first_line(content: &str) -> usize {
    content.find('\n').map(|at| at + 1).filter(|&end| is_blank(&content[..end])).unwrap_or(0)
}

fn after_first_line(text: &str) -> &str {
    text.find('\n').map_or("", |at| &text[at + 1..])
}

/// The length of the blanks that all lines but the blank ones begin with.
fn common_indent(text: &str) -> usize {
    let mut lines = text
        .lines()
        .filter(|line| !is_blank(line))
        .map(|line| &line[..line.len() - line.trim_start_matches([' ', '\t']).len()]);
    let Some(first) = lines.next() else { return 0 };
    lines.fold(first.len(), |common, indent| {
        first.bytes().zip(indent.bytes()).take(common).take_while(|(a, b)| a == b).count()
    })
}
