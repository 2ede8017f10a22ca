//! The grammar of bash as types: lists, pipelines, commands, words as they are written.
//!
//! In: nothing, these are the types. Out: a tree over a text, from which it borrows. `parser` makes it, `walk` reads it.

use std::ops::Range;

/// A word as it is written, quotes and all.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Piece<'t> {
    /// The word.
    pub text: &'t str,
    /// Its first byte in the whole text.
    pub start: usize,
}

impl Piece<'_> {
    /// Its bytes in the whole text.
    pub fn range(&self) -> Range<usize> {
        self.start..self.start + self.text.len()
    }
}

/// Commands that run one after the other.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct List<'t>(pub Vec<Chain<'t>>);

/// Pipelines with `&&` and `||` between them.
#[derive(Debug, PartialEq, Eq)]
pub struct Chain<'t> {
    /// The first.
    pub first: Pipeline<'t>,
    /// The others, each with what stands before it.
    pub rest: Vec<(Joint, Pipeline<'t>)>,
    /// Does a `&` end it?
    pub background: bool,
}

/// What joins two pipelines.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Joint {
    /// `&&`
    And,
    /// `||`
    Or,
}

/// Commands with `|` between them.
#[derive(Debug, PartialEq, Eq)]
pub struct Pipeline<'t> {
    /// Does a `!` stand before it?
    pub negated: bool,
    /// The commands; at least one.
    pub stages: Vec<Command<'t>>,
}

/// A command.
#[derive(Debug, PartialEq, Eq)]
pub enum Command<'t> {
    /// A name with arguments, assignments, redirections.
    Simple(Simple<'t>),
    /// One that holds others, with the redirections behind it.
    Compound(Compound<'t>, Vec<Redirect<'t>>),
    /// The definition of a function, with its body.
    Function(&'t str, Box<Command<'t>>),
}

/// A simple command.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Simple<'t> {
    /// Assignments before the name: the variable, and all of the assignment.
    pub assignments: Vec<(&'t str, Piece<'t>)>,
    /// Name and arguments.
    pub words: Vec<Piece<'t>>,
    /// Redirections.
    pub redirects: Vec<Redirect<'t>>,
    /// `<(…)` and `>(…)` among the arguments.
    pub processes: Vec<List<'t>>,
}

/// A redirection.
#[derive(Debug, PartialEq, Eq)]
pub enum Redirect<'t> {
    /// From or to a file.
    File {
        /// The file descriptor.
        fd: i32,
        /// Is it written?
        writes: bool,
        /// At its end?
        appends: bool,
        /// The file.
        target: Piece<'t>,
    },
    /// To a file descriptor that is named by a word: `>&"$log"`.
    Copy(Piece<'t>),
    /// From or to a process, `> >(tee log)`: the file descriptor, and its commands.
    Process(i32, List<'t>),
    /// `<<< word`
    String(Piece<'t>),
    /// A here-document, an index into those of the text.
    Document(usize),
    /// Nothing that matters here: `2>&1`, `>&-`.
    None,
}

/// A here-document.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Document {
    /// Its lines, without the one that ends it.
    pub body: Range<usize>,
    /// Are tabs at the beginnings of lines no part of it (`<<-`)?
    pub stripped: bool,
    /// Are variables expanded in it?
    pub expands: bool,
}

/// A command that holds others.
#[derive(Debug, PartialEq, Eq)]
pub enum Compound<'t> {
    /// `{ …; }`
    Group(List<'t>),
    /// `( … )`
    Subshell(List<'t>),
    /// `(( … ))`, its bytes.
    Arithmetic(Range<usize>),
    /// `for x in …; do …; done`, also `select`.
    For {
        /// The variable.
        variable: &'t str,
        /// What it goes through.
        values: Vec<Piece<'t>>,
        /// Up to its `do`.
        head: Range<usize>,
        /// What is repeated.
        body: List<'t>,
    },
    /// `for ((…)); do …; done`
    Count {
        /// Up to its `do`.
        head: Range<usize>,
        /// What is repeated.
        body: List<'t>,
    },
    /// `while …; do …; done`, also `until`.
    While {
        /// Does it go on while the condition succeeds? `until` goes on while it fails.
        wanted: bool,
        /// The condition.
        condition: List<'t>,
        /// Up to its `do`.
        head: Range<usize>,
        /// What is repeated.
        body: List<'t>,
    },
    /// `if …; then …; elif …; then …; else …; fi`
    If {
        /// Conditions with what they lead to; at least one.
        arms: Vec<(List<'t>, List<'t>)>,
        /// What is done where none holds.
        otherwise: Option<List<'t>>,
    },
    /// `case … in …) …;; esac`
    Case {
        /// What is compared.
        value: Piece<'t>,
        /// Patterns with what they lead to.
        arms: Vec<(Vec<Piece<'t>>, List<'t>)>,
    },
    /// `[[ … ]]`
    Test(Test<'t>),
    /// `coproc …`
    Coprocess(Box<Command<'t>>),
}

/// A condition in `[[ … ]]`.
#[derive(Debug, PartialEq, Eq)]
pub enum Test<'t> {
    /// A word with an operator before it, or (`-n`) by itself.
    Unary(&'t str, Piece<'t>),
    /// Two words and their operator.
    Binary(&'t str, Piece<'t>, Piece<'t>),
    /// `! …`
    Not(Box<Test<'t>>),
    /// `… && …`
    And(Box<Test<'t>>, Box<Test<'t>>),
    /// `… || …`
    Or(Box<Test<'t>>, Box<Test<'t>>),
}
