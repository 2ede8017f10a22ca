//! One word of a shell text, taken apart: quotes removed, variables and substitutions found, every byte with its way back.
//!
//! In: a text and the byte range of a word in it. Out: `Found`. Never fails: the shell parser has accepted the text before,
//! and what looks unfinished ends at the end of the range.

use super::quoting;
use super::text::{Builder, part};
use super::tree::{Map, Parts};
use super::{Part, Quote, Word};
use crate::syntax::Text;
use smallvec::smallvec;
use std::ops::Range;

/// What a word holds.
#[derive(Debug)]
pub struct Found {
    /// The word itself.
    pub word: Word,
    /// Variables that are read: name, range in the text, covered by a default?
    pub reads: Vec<(String, Range<usize>, bool)>,
    /// Variables that are set by `${x:=…}` or in arithmetic.
    pub sets: Vec<(String, Range<usize>)>,
    /// The scripts of command substitutions.
    pub inner: Vec<Text>,
}

/// A word in which nothing is quoted or expanded, and that runs in step with the file: most do, and need no taking apart.
pub fn plain(text: &Text, range: Range<usize>) -> Option<Word> {
    let written = text.value.get(range.clone()).filter(|written| !written.is_empty())?;
    if written.bytes().any(|byte| matches!(byte, b'\\' | b'\'' | b'"' | b'$' | b'`')) {
        return None;
    }
    let span = text.span(range);
    let part = Part { range: 0..written.len(), quote: Quote::Bare, expansion: false };
    let (parts, map) = (smallvec![part], smallvec![(0, span.start)]);
    let in_step = (span.end - span.start) as usize == written.len();
    in_step.then(|| Word { text: written.to_owned(), fixed: true, quoted: false, span, parts, map })
}

/// Takes a word apart.
pub fn word(text: &Text, range: Range<usize>) -> Found {
    let mut scanner = Scanner::new(text, range.clone());
    scanner.plain();
    scanner.finish(range)
}

/// Takes the content of a here-document apart in which variables are expanded: as within double quotes, but `"` is itself.
pub fn document(text: &Text) -> Found {
    let range = 0..text.value.len();
    let mut scanner = Scanner::new(text, range.clone());
    scanner.as_quoted(Quote::Double, |scanner| scanner.double(None));
    scanner.finish(range)
}

/// Takes an arithmetic expression apart.
pub fn arithmetic(text: &Text, range: Range<usize>) -> Found {
    let mut scanner = Scanner::new(text, range.clone());
    scanner.arithmetic();
    scanner.finish(range)
}

struct Scanner<'a> {
    text: &'a Text,
    bytes: &'a [u8],
    at: usize,
    end: usize,
    out: Builder,
    fixed: bool,
    quoted: bool,
    reads: Vec<(String, Range<usize>, bool)>,
    sets: Vec<(String, Range<usize>)>,
    inner: Vec<Text>,
    parts: Parts,
    quote: Quote,
}

impl<'a> Scanner<'a> {
    fn new(text: &'a Text, range: Range<usize>) -> Self {
        let bytes = text.value.as_bytes();
        let end = range.end.min(bytes.len());
        let (reads, sets, inner) = (Vec::new(), Vec::new(), Vec::new());
        let (quote, at) = (Quote::Bare, range.start.min(end));
        let out = Builder { value: String::with_capacity(end - at), map: Map::new() };
        let parts = Parts::new();
        Scanner { text, bytes, at, end, out, fixed: true, quoted: false, reads, sets, inner, parts, quote }
    }

    fn finish(self, range: Range<usize>) -> Found {
        let span = self.text.span(range);
        let Builder { value, map } = self.out;
        let word = Word { text: value, fixed: self.fixed, quoted: self.quoted, span, parts: self.parts, map };
        Found { word, reads: self.reads, sets: self.sets, inner: self.inner }
    }

    fn peek(&self, ahead: usize) -> Option<u8> {
        let at = self.at + ahead;
        (at < self.end).then(|| self.bytes.get(at).copied()).flatten()
    }

    /// Takes the characters here into the word, as far as none of these bytes comes, and at least one.
    fn keep_until(&mut self, special: &[u8]) {
        let rest = self.bytes.get(self.at..self.end).unwrap_or(&[]);
        let is_special = |byte: &u8| special.contains(byte) || !byte.is_ascii();
        match rest.iter().position(is_special).unwrap_or(rest.len()) {
            0 | 1 => self.keep(),
            length => {
                let start = self.out.value.len();
                self.out.extend(self.text, self.at..self.at + length);
                self.part(start, false);
                self.at += length;
            }
        }
    }

    /// Takes the character here into the word.
    fn keep(&mut self) {
        let rest = self.text.value.get(self.at..self.end).and_then(|rest| rest.chars().next());
        if let Some(c) = rest {
            let start = self.out.value.len();
            self.out.push(self.text, self.at, c);
            self.part(start, false);
        }
        self.at += rest.map_or(1, char::len_utf8);
    }

    /// What was put out from there on is a piece of its own, or goes on with one that is quoted alike.
    fn part(&mut self, start: usize, expansion: bool) {
        let (end, quote) = (self.out.value.len(), self.quote);
        match self.parts.last_mut() {
            Some(part) if !expansion && !part.expansion && part.quote == quote => part.range.end = end,
            _ => self.parts.push(Part { range: start..end, quote, expansion }),
        }
    }

    /// Takes something in as it is quoted there.
    fn as_quoted(&mut self, quote: Quote, take: impl FnOnce(&mut Self)) {
        let outer = std::mem::replace(&mut self.quote, quote);
        take(self);
        self.quote = outer;
    }

    /// Outside of quotes.
    fn plain(&mut self) {
        while let Some(byte) = self.peek(0) {
            match byte {
                b'\\' => self.escape(),
                b'\'' => self.as_quoted(Quote::Single, Self::single),
                b'"' => {
                    self.at += 1;
                    self.quoted = true;
                    self.as_quoted(Quote::Double, |scanner| scanner.double(Some(b'"')));
                }
                b'$' => self.dollar(false),
                b'`' => self.backquotes(),
                _ => self.keep_until(b"\\'\"$`"),
            }
        }
    }

    fn escape(&mut self) {
        self.at += 1;
        if self.peek(0) == Some(b'\n') {
            self.at += 1;
        } else if self.at < self.end {
            self.quoted = true;
            self.as_quoted(Quote::Single, Self::keep);
        }
    }

    fn single(&mut self) {
        self.at += 1;
        self.quoted = true;
        while let Some(byte) = self.peek(0) {
            if byte == b'\'' {
                self.at += 1;
                return;
            }
            self.keep_until(b"'");
        }
    }

    /// Up to the closing quote if there is one to come, else to the end.
    fn double(&mut self, close: Option<u8>) {
        while let Some(byte) = self.peek(0) {
            match byte {
                _ if Some(byte) == close => {
                    self.at += 1;
                    return;
                }
                b'\\' => match self.peek(1) {
                    Some(b'\n') => self.at += 2,
                    Some(b'$' | b'`' | b'"' | b'\\') => {
                        self.at += 1;
                        self.as_quoted(Quote::Single, Self::keep);
                    }
                    _ => self.keep(),
                },
                b'$' => self.dollar(true),
                b'`' => self.backquotes(),
                _ => self.keep_until(b"\\\"$`"),
            }
        }
    }

    /// Takes everything up to `to` into the word as it is written: an expansion.
    fn raw(&mut self, to: usize) {
        let to = to.min(self.end);
        self.fixed = false;
        let start = self.out.value.len();
        self.out.extend(self.text, self.at..to);
        self.part(start, true);
        self.at = to;
    }

    fn dollar(&mut self, in_double: bool) {
        match self.peek(1) {
            Some(b'(') => self.brackets(),
            Some(b'{') => self.braces(in_double),
            Some(b'\'') if !in_double => {
                self.at += 1;
                self.as_quoted(Quote::Single, Self::ansi);
            }
            Some(b'"') if !in_double => self.at += 1,
            Some(byte) if is_name_start(byte) => {
                let end = name_end(self.bytes, self.at + 1, self.end);
                let name = self.text.value[self.at + 1..end].to_owned();
                self.reads.push((name, self.at..end, false));
                self.raw(end);
            }
            Some(b'0'..=b'9' | b'@' | b'*' | b'#' | b'?' | b'-' | b'$' | b'!') => self.raw(self.at + 2),
            _ => self.keep(),
        }
    }

    /// `$((…))` or `$(…)`
    fn brackets(&mut self) {
        if let Some(inner) = quoting::arithmetic_expansion(&self.bytes[..self.end], self.at) {
            let end = inner.end + 2;
            self.nested(inner, Scanner::arithmetic);
            return self.raw(end);
        }
        let end = quoting::substitution(&self.bytes[..self.end], self.at + 2);
        let close = end.map_or(self.end, |end| end - 1);
        self.inner.push(part(self.text, self.at + 2..close.max(self.at + 2)));
        self.raw(end.unwrap_or(self.end));
    }

    /// `'…'` after a `$`: only the escapes that matter for reading commands are decoded.
    fn ansi(&mut self) {
        self.at += 1;
        self.quoted = true;
        while let Some(byte) = self.peek(0) {
            match byte {
                b'\'' => {
                    self.at += 1;
                    return;
                }
                b'\\' if matches!(self.peek(1), Some(b'\'' | b'\\' | b'"')) => {
                    self.at += 1;
                    self.keep();
                }
                b'\\' if matches!(self.peek(1), Some(b'n' | b't' | b'r')) => {
                    let c = if self.peek(1) == Some(b't') { '\t' } else { '\n' };
                    let start = self.out.value.len();
                    self.out.push(self.text, self.at, c);
                    self.part(start, false);
                    self.at += 2;
                }
                _ => self.keep(),
            }
        }
    }

    fn backquotes(&mut self) {
        let mut script = Builder::default();
        let mut at = self.at + 1;
        while at < self.end && self.bytes.get(at) != Some(&b'`') {
            let escaped = self.bytes.get(at) == Some(&b'\\')
                && matches!(self.bytes.get(at + 1), Some(b'`' | b'\\' | b'$'))
                && at + 1 < self.end;
            at += usize::from(escaped);
            let Some(c) = self.text.value.get(at..).and_then(|rest| rest.chars().next()) else { break };
            script.push(self.text, at, c);
            at += c.len_utf8();
        }
        self.inner.push(script.text(self.text.file));
        self.raw(at + 1);
    }

    /// `${…}`
    fn braces(&mut self, in_double: bool) {
        let (open, end) = (self.at, quoting::expansion(&self.bytes[..self.end], self.at + 2, in_double));
        let close = end.map_or(self.end, |end| end - 1).max(open + 2);
        let end = end.unwrap_or(self.end);
        let marked = matches!(self.bytes.get(open + 2), Some(b'#' | b'!')) && open + 3 < close;
        let start = open + 2 + usize::from(marked);
        let stop = name_end(self.bytes, start, close);
        let rest = self.text.value.get(stop..close).unwrap_or("");
        let lists_names = self.bytes.get(open + 2) == Some(&b'!') && (rest == "*" || rest == "@");
        if stop > start && is_name_start(self.bytes[start]) && !lists_names {
            let name = self.text.value[start..stop].to_owned();
            let operator = rest.strip_prefix(':').unwrap_or(rest);
            let colon_length = operator.len() != rest.len() && operator.starts_with([' ', '(']);
            let covered = operator.starts_with(['-', '=', '+', '?']) && !colon_length;
            if operator.starts_with('=') {
                self.sets.push((name.clone(), start..stop));
            }
            self.reads.push((name, start..stop, covered));
        }
        let subscript = rest.starts_with('[') && !rest.starts_with("[@") && !rest.starts_with("[*");
        self.nested(stop..close, if subscript { Scanner::arithmetic } else { Scanner::plain });
        self.raw(end);
    }

    /// Looks for variables in a part of an expansion.
    fn nested(&mut self, range: Range<usize>, how: fn(&mut Scanner<'a>)) {
        if range.start >= range.end {
            return;
        }
        let mut scanner = Scanner::new(self.text, range);
        how(&mut scanner);
        self.reads.append(&mut scanner.reads);
        self.sets.append(&mut scanner.sets);
        self.inner.append(&mut scanner.inner);
    }

    fn arithmetic(&mut self) {
        while let Some(byte) = self.peek(0) {
            match byte {
                b'$' => self.dollar(true),
                b'`' => self.backquotes(),
                b'0'..=b'9' => {
                    let word = |b: &u8| b.is_ascii_alphanumeric() || *b == b'#' || *b == b'_';
                    let digits = self.bytes[self.at..self.end].iter().take_while(|b| word(b)).count();
                    self.at += digits;
                }
                _ if is_name_start(byte) => self.bare_name(),
                _ => self.keep(),
            }
        }
    }

    fn bare_name(&mut self) {
        let end = name_end(self.bytes, self.at, self.end);
        let name = self.text.value[self.at..end].to_owned();
        let rest = self.text.value.get(end..self.end).unwrap_or("").trim_start();
        let assigned = rest.starts_with('=') && !rest.starts_with("==");
        let keyword = matches!(name.as_str(), "for" | "let");
        if assigned {
            self.sets.push((name, self.at..end));
        } else if !keyword {
            self.reads.push((name, self.at..end, false));
        }
        self.at = end;
    }
}

fn is_name_start(byte: u8) -> bool {
    byte.is_ascii_alphabetic() || byte == b'_'
}

fn name_end(bytes: &[u8], from: usize, end: usize) -> usize {
    let end = end.min(bytes.len());
    let name = |b: &u8| b.is_ascii_alphanumeric() || *b == b'_';
    from + bytes.get(from..end).unwrap_or(&[]).iter().take_while(|b| name(b)).count()
}
