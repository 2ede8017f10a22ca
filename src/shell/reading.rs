//! What a shell text says, in the order of the text: commands, words and assignments as byte ranges of it, and its pipelines.
//!
//! In: a text. Out: a `Reading`, or why it could not be read.

use super::ast::Document;
use super::mistakes::Failure;
use super::parser;
use super::tree::Pipeline;
use super::walk::Walk;
use std::ops::Range;

/// Something that a text does, in byte ranges of that text.
#[derive(Debug)]
pub enum Event {
    /// A simple command.
    Simple(Simple),
    /// A word outside of commands that is expanded: `for x in WORD`, `case WORD in`, an operand of `[[ ]]`.
    Word(Range<usize>),
    /// A redirection of a compound command: `{ …; } > FILE`.
    Redirected(To),
    /// An arithmetic expression with what surrounds it: bare names in it are variables. Its pipeline.
    Arithmetic(Range<usize>, usize),
    /// A word behind an operator of `[[ … ]]`: `-f FILE`.
    Tested(String, Range<usize>),
    /// A word that the variable of a `for` goes through.
    Listed(String, Range<usize>),
    /// A name that gets a value, and where.
    Set(String, Range<usize>),
    /// A function of this name is defined.
    Function(String),
    /// A here-document of a compound command.
    Document(Document),
}

impl Event {
    /// The byte behind it.
    pub fn end(&self) -> usize {
        match self {
            Event::Simple(simple) => {
                let targets = simple.redirects.iter().map(|to| &to.target);
                let assigned = simple.assignments.iter().map(|(_, range)| range);
                let all = simple.words.iter().chain(targets).chain(assigned).chain(&simple.string);
                all.map(|range| range.end).max().unwrap_or(0)
            }
            Event::Redirected(to) => to.target.end,
            Event::Word(range)
            | Event::Tested(_, range)
            | Event::Arithmetic(range, _)
            | Event::Listed(_, range)
            | Event::Set(_, range) => range.end,
            Event::Function(_) | Event::Document(_) => 0,
        }
    }
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
    /// Is its standard input the output of a process: `< <(ls)`?
    pub fed: bool,
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
    /// Its loops, as ranges of pipelines: conditions and bodies.
    pub loops: Vec<Range<usize>>,
    /// Its functions, with the ranges of pipelines that are their bodies.
    pub bodies: Vec<(String, Range<usize>)>,
    /// Conditions in `[[ … ]]` that hold at all times: a word by itself, a count that is not below 0.
    pub constants: Vec<Range<usize>>,
    /// The loops that go on while something holds, `while` and `until`.
    pub waits: Vec<Loop>,
    /// The heads of `select`.
    pub menus: Vec<Range<usize>>,
}

/// A loop that goes on while something holds.
#[derive(Debug)]
pub struct Loop {
    /// Up to its `do`.
    pub head: Range<usize>,
    /// To the last word in it.
    pub end: usize,
    /// The pipelines that decide whether it goes on.
    pub condition: Range<usize>,
    /// The pipelines that are repeated.
    pub body: Range<usize>,
    /// Does something in it calculate: a counter, a deadline?
    pub counts: bool,
}

/// Deeper nesting of brackets than this is not followed: nobody writes it, and what looks for their ends is recursive.
const DEPTH: usize = 40;

/// Reads a text.
pub fn read(text: &str, options: Options) -> Result<Reading, Failure> {
    if let Some(at) = too_deep(text) {
        return Err(Failure::TooDeep(at));
    }
    let (list, documents) = parser::parse(text)?;
    Ok(Walk::new(text, documents, options).script(&list))
}

/// The byte at which brackets are nested too deep. Quoting is not looked at: the count may be too high, never too low.
fn too_deep(text: &str) -> Option<usize> {
    let opens = |byte: &u8| matches!(byte, b'(' | b'{' | b'[');
    if text.as_bytes().iter().filter(|byte| opens(byte)).count() <= DEPTH {
        return None;
    }
    let mut depth = 0usize;
    text.bytes().position(|byte| {
        depth += usize::from(opens(&byte));
        depth = depth.saturating_sub(usize::from(matches!(byte, b')' | b'}' | b']')));
        depth > DEPTH
    })
}
