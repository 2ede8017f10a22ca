//! The tree: tokens that tile the file, and the items made of them.

use crate::source::{FileId, Span};

/// A parsed file.
#[derive(Debug, Clone, Default)]
pub struct Tree {
    /// The file it was parsed from.
    pub file: FileId,
    /// Every byte of the file lies in exactly one token, in order.
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

/// The kinds of atoms.
#[derive(Debug, Clone)]
pub enum Literal {
    /// A bare word (`[A-Za-z_][A-Za-z0-9_-]*`; a `-` only between letters or digits, as in rule names).
    Word(String),
    /// `"…"`, content still with its escapes.
    Str(Text),
    /// `"""…"""`, dedented, otherwise raw.
    Text(Text),
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
