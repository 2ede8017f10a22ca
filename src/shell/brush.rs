//! Runs the shell parser: a text in, our own `Event`s out, or why it could not be read.
//!
//! In: a text. Out: commands, words and assignments in the order of the text, as byte ranges of it, and its pipelines. `walk`
//! knows the parser's tree; nothing else does.

use super::tree::Pipeline;
use super::walk::Walk;
use brush_parser::{ParseError, Parser, ParserOptions, SourcePosition, SourceSpan};
use std::cell::Cell;
use std::ops::Range;
use std::panic::AssertUnwindSafe;

/// Something that a text does, in byte ranges of that text.
#[derive(Debug)]
pub enum Event {
    /// A simple command.
    Simple(Simple),
    /// A word outside of commands that is expanded: `for x in WORD`, `case WORD in`, an operand of `[[ ]]`,
    /// a redirection of a compound command.
    Word(Range<usize>),
    /// An arithmetic expression with what surrounds it: bare names in it are variables.
    Arithmetic(Range<usize>),
    /// A word that the variable of a `for` goes through.
    Listed(String, Range<usize>),
    /// A name that gets a value, and where.
    Set(String, Range<usize>),
    /// A function of this name is defined.
    Function(String),
    /// A here-document of a compound command.
    Document(Document),
}

/// A simple command.
#[derive(Debug, Default)]
pub struct Simple {
    /// Name, the whole assignment, and whether words follow (then it is for that command alone).
    pub assignments: Vec<(String, Range<usize>)>,
    /// Name and arguments.
    pub words: Vec<Range<usize>>,
    /// Redirections from and to files.
    pub redirects: Vec<To>,
    /// A here-document on its standard input.
    pub document: Option<Document>,
    /// A here-string on its standard input.
    pub string: Option<Range<usize>>,
    /// Its pipeline, and its position in it.
    pub site: (usize, usize),
    /// The comment behind it, to the end of the line.
    pub comment: Option<Range<usize>>,
}

/// A redirection from or to a file.
#[derive(Debug)]
pub struct To {
    /// Is the file written, and if so at its end?
    pub writes: (bool, bool),
    /// The file descriptor.
    pub fd: i32,
    /// The file's name.
    pub target: Range<usize>,
}

/// How a shell was set up that reads a text.
#[derive(Debug, Clone, Copy)]
pub struct Options {
    /// `set -e`.
    pub errexit: bool,
    /// `set -o pipefail`.
    pub pipefail: bool,
}

/// What a text says.
#[derive(Debug, Default)]
pub struct Reading {
    /// In the order of the text.
    pub events: Vec<Event>,
    /// Its pipelines; commands know theirs by the index.
    pub pipelines: Vec<Pipeline>,
    /// The heads of loops that end only from inside: `while true`.
    pub endless: Vec<Range<usize>>,
}

/// A here-document. The parser does not say where it stands; its content finds it again.
#[derive(Debug)]
pub struct Document {
    /// The content.
    pub content: String,
    /// Are variables expanded in it?
    pub expands: bool,
}

/// Why a text could not be read.
#[derive(Debug)]
pub enum Failure {
    /// Not shell; what is wrong and at which byte.
    Syntax(String, usize),
    /// Nested deeper than we follow, at this byte.
    TooDeep(usize),
    /// The parser gave up on it.
    Broke,
}

/// Deeper nesting of brackets than this is not followed; nobody writes it, and the parser below is recursive.
const DEPTH: usize = 40;

/// Deeper nesting of `if`, `while` and their like; higher, because these are words of comments as well.
const KEYWORDS: usize = 100;

/// Reads a text.
pub fn read(text: &str, options: Options) -> Result<Reading, Failure> {
    if let Some(at) = too_deep(text) {
        return Err(Failure::TooDeep(at));
    }
    if lacks_delimiter(text) {
        return Err(Failure::Broke);
    }
    let parse = || Parser::new(text.as_bytes(), &ParserOptions::default()).parse_program();
    let places = Places::new(text);
    match guarded(parse) {
        Some(Ok(program)) => Ok(Walk::new(text, &places, options).program(&program)),
        Some(Err(error)) => Err(failure(&error, text, &places)),
        None => Err(Failure::Broke),
    }
}

thread_local! {
    static GUARDED: Cell<bool> = const { Cell::new(false) };
}

/// Runs the foreign parser here and now? Then a panic is its own, is caught, and is nothing to show.
pub fn is_guarded() -> bool {
    GUARDED.get()
}

/// The parser panics on some unfinished here-documents; that must not end a check of a thousand plans.
fn guarded<T>(parse: impl FnOnce() -> T) -> Option<T> {
    GUARDED.set(true);
    let parsed = std::panic::catch_unwind(AssertUnwindSafe(parse)).ok();
    GUARDED.set(false);
    parsed
}

/// Does a here-document within a substitution lack its delimiter? The parser below never ends on one. Quoting is not looked at:
/// what is taken for one by mistake is only not analysed.
fn lacks_delimiter(text: &str) -> bool {
    let nested = text.contains("$(") || text.contains('`');
    let lacks = |(at, _): (usize, &str)| {
        let here_string = text[..at].ends_with('<') || text[at..].starts_with("<<<");
        let rest = text[at + 2..].trim_start_matches('-').trim_start_matches([' ', '\t']);
        !here_string && (rest.is_empty() || rest.starts_with(['<', '>', '&', '|', ';', ')', '\n', '`']))
    };
    nested && text.match_indices("<<").any(lacks)
}

/// The byte at which brackets are nested too deep. Quoting is not looked at: the count may be too high, never too low.
fn too_deep(text: &str) -> Option<usize> {
    let mut depth = 0usize;
    for (at, byte) in text.bytes().enumerate() {
        match byte {
            b'(' | b'{' | b'[' => depth += 1,
            b')' | b'}' | b']' => depth = depth.saturating_sub(1),
            _ => {}
        }
        if depth > DEPTH {
            return Some(at);
        }
    }
    keywords_too_deep(text)
}

fn keywords_too_deep(text: &str) -> Option<usize> {
    let mut depth = 0usize;
    for word in text.split(|c: char| !c.is_ascii_alphanumeric()) {
        match word {
            "if" | "while" | "until" | "for" | "case" => depth += 1,
            "fi" | "done" | "esac" => depth = depth.saturating_sub(1),
            _ => {}
        }
        if depth > KEYWORDS {
            return Some(word.as_ptr() as usize - text.as_ptr() as usize);
        }
    }
    None
}

fn failure(error: &ParseError, text: &str, places: &Places) -> Failure {
    let unexpected = |at| Failure::Syntax("the shell does not expect this here".into(), at);
    match error {
        ParseError::ParsingNear(position) => {
            let at = places.byte(position);
            unexpected(closer_before(text, at).unwrap_or(at))
        }
        ParseError::ParsingAtEndOfInput => match closer_before(text, text.len()) {
            Some(at) => unexpected(at),
            None => Failure::Syntax("the command ends too early".into(), places.last()),
        },
        ParseError::Tokenizing { inner, position } => {
            let at = position.as_ref().map_or(places.last(), |p| places.byte(p).min(places.last()));
            Failure::Syntax(inner.to_string(), at)
        }
    }
}

/// A `fi` or its like that stands just before: the parser notices one token late that nothing was open.
fn closer_before(text: &str, at: usize) -> Option<usize> {
    let before = text.get(..at)?.trim_end();
    let closers = ["fi", "done", "esac", "}"];
    let at = before.len() - closers.iter().find(|closer| before.ends_with(*closer))?.len();
    before[..at].ends_with([' ', ';', '\n', '\t', '&']).then_some(at)
}

/// From the parser's characters to bytes.
pub struct Places {
    /// Byte offset of each character; empty where the two are the same.
    bytes: Vec<usize>,
    length: usize,
    last: usize,
}

impl Places {
    fn new(text: &str) -> Self {
        let bytes = if text.is_ascii() { Vec::new() } else { text.char_indices().map(|(at, _)| at).collect() };
        let content = text.trim_end();
        let last = content.char_indices().next_back().map_or(0, |(at, _)| at);
        Places { bytes, length: text.len(), last }
    }

    /// The byte of a position of the parser.
    pub fn byte(&self, position: &SourcePosition) -> usize {
        let exact = if self.bytes.is_empty() { Some(position.index) } else { self.bytes.get(position.index).copied() };
        exact.unwrap_or(self.length).min(self.length)
    }

    /// The last character that is not blank.
    fn last(&self) -> usize {
        self.last
    }

    /// The bytes of a span of the parser.
    pub fn range(&self, span: &SourceSpan) -> Range<usize> {
        let start = self.byte(&span.start);
        start..self.byte(&span.end).max(start)
    }
}
