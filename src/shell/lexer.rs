//! The smallest parts of a shell text: blanks, comments, words, reserved words, and the here-documents that a line ends with.
//!
//! In: a text. Out: words as they are written, one after the other, with their places. What they mean where is `parser`'s.

use super::ast::{Document, Piece};
use super::mistakes::Failure;
use super::quoting;

/// Goes through a text.
#[derive(Debug)]
pub struct Lexer<'t> {
    text: &'t str,
    bytes: &'t [u8],
    /// The byte that comes next.
    pub at: usize,
    /// Here-documents that were announced and begin behind the next line end: delimiter, and which of `documents` it is.
    pending: Vec<(String, usize)>,
    /// Those that were announced so far.
    pub documents: Vec<Document>,
}

impl<'t> Lexer<'t> {
    /// Before the first byte.
    pub fn new(text: &'t str) -> Self {
        Lexer { text, bytes: text.as_bytes(), at: 0, pending: Vec::new(), documents: Vec::new() }
    }

    /// The byte here.
    pub fn peek(&self) -> Option<u8> {
        self.bytes.get(self.at).copied()
    }

    /// Does this come next?
    pub fn sees(&self, what: &str) -> bool {
        self.bytes[self.at.min(self.bytes.len())..].starts_with(what.as_bytes())
    }

    /// Goes over this if it comes next.
    pub fn takes(&mut self, what: &str) -> bool {
        let sees = self.sees(what);
        self.at += if sees { what.len() } else { 0 };
        sees
    }

    /// All bytes.
    pub fn bytes(&self) -> &'t [u8] {
        self.bytes
    }

    /// What stands there.
    pub fn piece(&self, start: usize, end: usize) -> Piece<'t> {
        let end = end.min(self.bytes.len());
        Piece { text: self.text.get(start..end).unwrap_or(""), start }
    }

    /// Over blanks, and line ends behind a backslash.
    pub fn blanks(&mut self) {
        loop {
            match self.peek() {
                Some(b' ' | b'\t') => self.at += 1,
                Some(b'\\') if self.bytes.get(self.at + 1) == Some(&b'\n') => self.at += 2,
                _ => return,
            }
        }
    }

    /// Over blanks and a comment.
    pub fn comment(&mut self) {
        self.blanks();
        if self.peek() == Some(b'#') && quoting::starts_word(self.bytes, self.at) {
            self.at = quoting::line_end(self.bytes, self.at);
        }
    }

    /// Over blanks, comments, line ends and the here-documents behind them.
    pub fn lines(&mut self) {
        loop {
            self.comment();
            if self.peek() != Some(b'\n') {
                return;
            }
            self.at += 1;
            for (delimiter, index) in std::mem::take(&mut self.pending) {
                let (body, end) = quoting::body(self.bytes, self.at, &delimiter, self.documents[index].stripped);
                self.documents[index].body = body;
                self.at = end;
            }
        }
    }

    /// A here-document is announced, its delimiter comes next.
    pub fn document(&mut self, stripped: bool) -> Result<usize, Failure> {
        let delimiter = self.word()?.text;
        let plain = quoting::unquoted(delimiter);
        let index = self.documents.len();
        self.documents.push(Document { body: 0..0, stripped, expands: plain == delimiter });
        self.pending.push((plain, index));
        Ok(index)
    }

    /// The letters that come next, if they are a whole word and nothing in it is quoted or expanded; else nothing.
    pub fn reserved(&self) -> &'t str {
        let rest = self.bytes.get(self.at..).unwrap_or(&[]);
        let letter = |byte: &&u8| byte.is_ascii_lowercase() || matches!(byte, b'{' | b'}' | b'!' | b'[' | b']');
        let length = rest.iter().take_while(letter).count();
        let apart = rest.get(length).is_none_or(|byte| ends_word(*byte));
        if apart { self.piece(self.at, self.at + length).text } else { "" }
    }

    /// Goes over a reserved word if it comes next.
    pub fn keyword(&mut self, word: &str) -> bool {
        let sees = self.sees(word) && self.reserved() == word;
        self.at += if sees { word.len() } else { 0 };
        sees
    }

    /// The word that comes next.
    pub fn word(&mut self) -> Result<Piece<'t>, Failure> {
        let start = self.at;
        self.rest_of_word(start)
    }

    /// The word that began at `start`, of which everything up to here is known.
    pub fn rest_of_word(&mut self, start: usize) -> Result<Piece<'t>, Failure> {
        while let Some(byte) = self.peek() {
            let opened = self.at;
            let end = match byte {
                b'<' | b'>' if opened > start && self.bytes.get(opened + 1) == Some(&b'(') => {
                    quoting::substitution(self.bytes, opened + 2)
                }
                b'(' if opened > start && is_pattern(self.bytes, opened - 1) => {
                    quoting::balanced(self.bytes, opened + 1, b'(', b')')
                }
                byte if ends_word(byte) => break,
                _ => quoting::step(self.bytes, opened, false),
            };
            self.at = end.ok_or_else(|| self.unclosed(opened))?.min(self.bytes.len());
        }
        if self.at == start { Err(self.unexpected(start)) } else { Ok(self.piece(start, self.at)) }
    }

    /// The behind of a `[[ a =~ b ]]`: brackets are part of it, and so are `|` in them.
    pub fn regex(&mut self) -> Result<Piece<'t>, Failure> {
        let (start, mut depth) = (self.at, 0usize);
        while let Some(byte) = self.peek() {
            let opened = self.at;
            let end = match byte {
                b' ' | b'\t' | b'\n' if depth == 0 => break,
                b')' | b'&' | b';' if depth == 0 => break,
                _ => {
                    depth += usize::from(byte == b'(');
                    depth = depth.saturating_sub(usize::from(byte == b')'));
                    quoting::step(self.bytes, opened, false)
                }
            };
            self.at = end.ok_or_else(|| self.unclosed(opened))?.min(self.bytes.len());
        }
        if self.at == start { Err(self.unexpected(start)) } else { Ok(self.piece(start, self.at)) }
    }
}

/// Does a byte end a word that is not quoted?
pub fn ends_word(byte: u8) -> bool {
    matches!(byte, b' ' | b'\t' | b'\n' | b'|' | b'&' | b';' | b'(' | b')' | b'<' | b'>')
}

/// Does a bracket behind this byte begin a pattern: `@(a|b)`?
fn is_pattern(bytes: &[u8], at: usize) -> bool {
    matches!(bytes.get(at), Some(b'@' | b'!' | b'?' | b'*' | b'+'))
}
