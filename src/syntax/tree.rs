//! The tree: tokens that tile the file with what stands between them, and the items made of them.

use super::characters::span;
use crate::source::{FileId, Span};
use std::fmt;
use std::ops::{Deref, Range};
use std::rc::Rc;
use std::sync::Arc;

/// A parsed file.
#[derive(Debug, Clone, Default)]
pub struct Tree {
    /// The file it was parsed from.
    pub file: FileId,
    /// All leaves that have a meaning, in order; `leaves` has the others too.
    pub tokens: Vec<Token>,
    /// The top-level items.
    pub items: Vec<Item>,
}

/// A leaf of the tree.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Token {
    /// What it is.
    pub kind: TokenKind,
    /// Where it is.
    pub span: Span,
}

/// What a leaf is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TokenKind {
    /// Blanks and tabs.
    Space,
    /// A line end, or `;`.
    End,
    /// `# …` up to the line end.
    Comment,
    /// A bare word.
    Word,
    /// `"…"`.
    Str,
    /// `"""…"""`.
    Text,
    /// Anything that begins with a digit.
    Number,
    /// `$name`.
    Variable,
    /// `/…/`.
    Regex,
    /// An operator.
    Op,
    /// `{`, `}`, `[` or `]`.
    Bracket,
    /// What could not be read; reported once.
    Bad,
}

/// One item: `head atom* block?`, ended by a line end, `;` or `}`.
/// Blocks are atoms too, so `if a { … } else { … }` is one item of six atoms.
#[derive(Debug, Clone)]
pub struct Item {
    /// From the first to the last atom.
    pub span: Span,
    /// Never empty.
    pub atoms: Vec<Atom>,
}

/// A part of an item.
#[derive(Debug, Clone)]
pub struct Atom {
    /// Where it stands.
    pub span: Span,
    /// What it is.
    pub value: Literal,
}

/// A bare word, which shares the text of its file.
#[derive(Clone)]
pub struct Word {
    file: Rc<str>,
    start: u32,
    end: u32,
}

impl Word {
    pub(super) fn new(file: &Rc<str>, span: Span) -> Self {
        Word { file: Rc::clone(file), start: span.start, end: span.end }
    }

    /// Its characters.
    pub fn as_str(&self) -> &str {
        self.file.get(self.start as usize..self.end as usize).unwrap_or("")
    }
}

impl Deref for Word {
    type Target = str;

    fn deref(&self) -> &str {
        self.as_str()
    }
}

impl PartialEq<str> for Word {
    fn eq(&self, other: &str) -> bool {
        self.as_str() == other
    }
}

impl fmt::Display for Word {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self)
    }
}

impl fmt::Debug for Word {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Debug::fmt(self.as_str(), f)
    }
}

/// The kinds of atoms.
#[derive(Debug, Clone)]
pub enum Literal {
    /// A bare word (`[A-Za-z_][A-Za-z0-9_-]*`; a `-` only between letters or digits, as in rule names).
    Word(Word),
    /// `"…"`, content still with its escapes.
    Str(Arc<Text>),
    /// `"""…"""`, dedented, otherwise raw.
    Text(Arc<Text>),
    /// A number, classified.
    Number(Number),
    /// `$name`.
    Variable(String),
    /// `/…/`, content with `\/` turned into `/`.
    Regex(String),
    /// An operator.
    Op(Op),
    /// `[a, b]`; commas and line ends between the elements are gone.
    List(Vec<Atom>),
    /// `{ … }`.
    Block(Block),
    /// Reported already: later stages stay silent about it.
    Bad,
}

/// A `{ … }`.
#[derive(Debug, Clone)]
pub struct Block {
    /// With both braces.
    pub span: Span,
    /// What stands in it.
    pub items: Vec<Item>,
}

/// The content of a string, with the way back to the file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Text {
    /// The content between the quotes: raw for `"…"` (escapes not yet decoded), dedented for `"""…"""`.
    pub value: String,
    /// Pairs (offset in `value`, offset in the file) in rising order, one wherever the two stop running in step;
    /// the first is for offset 0. Bytes.
    pub map: Vec<(u32, u32)>,
    /// The file.
    pub file: FileId,
    /// Whether it stood in `"""`, where nothing is an escape.
    pub raw: bool,
}

/// A number token, classified. Ranges are half open.
#[derive(Debug, Clone, PartialEq)]
pub enum Number {
    /// `42`.
    Int(i64),
    /// `0.5`.
    Decimal(f64),
    /// `10%`, as 10.0.
    Percent(f64),
    /// `1h30m`, in seconds.
    Duration(u64),
    /// `100MB` (powers of 1000), `4GiB` (powers of 1024), in bytes.
    Size(u64),
    /// `2026-11-01`, as days since 1970-01-01.
    Date(i64),
    /// `2026-11-01T14:30:00Z`, as written.
    Instant(String),
    /// `a..b`.
    Range(Box<Number>, Box<Number>),
}

/// The operators.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Op {
    /// `=`
    Assign,
    /// `==`
    Equal,
    /// `!=`
    NotEqual,
    /// `<`
    Less,
    /// `>`
    Greater,
    /// `<=`
    AtMost,
    /// `>=`
    AtLeast,
    /// `->`
    Arrow,
    /// `:`
    Colon,
    /// `,`
    Comma,
}

impl Tree {
    /// All leaves of the tree of this text, which tile it: the tokens, and the blanks, line ends and comments between them.
    pub fn leaves(&self, text: &str) -> Vec<Token> {
        let mut leaves = Vec::with_capacity(self.tokens.len() * 2);
        let mut at = 0;
        for token in &self.tokens {
            between(self.file, text, at..token.span.start as usize, &mut leaves);
            leaves.push(*token);
            at = token.span.end as usize;
        }
        between(self.file, text, at..text.len(), &mut leaves);
        leaves
    }
}

/// The leaves of a part of a text without tokens.
fn between(file: FileId, text: &str, mut range: Range<usize>, leaves: &mut Vec<Token>) {
    while let Some(rest) = text.get(range.clone()).filter(|rest| !rest.is_empty()) {
        let run = |of: &[char]| rest.len() - rest.trim_start_matches(of).len();
        let (kind, width) = match rest.as_bytes()[0] {
            b' ' | b'\t' => (TokenKind::Space, run(&[' ', '\t'])),
            b'\r' if rest.starts_with("\r\n") => (TokenKind::End, 2),
            b'\n' | b'\r' | b';' => (TokenKind::End, 1),
            b'#' => (TokenKind::Comment, rest.find(['\n', '\r']).unwrap_or(rest.len())),
            _ => (TokenKind::Bad, rest.len()),
        };
        leaves.push(Token { kind, span: span(file, range.start, range.start + width) });
        range.start += width;
    }
}
