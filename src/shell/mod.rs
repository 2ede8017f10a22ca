//! Shell texts: what their commands are, which variables they read, and what they visibly change.
//!
//! In: a `Script` of a resolved plan. Out: `Parsed`, whose spans point into the plan file, whatever quoting, dedenting and
//! nesting (`$(…)`, `bash -c "…"`, `ssh host "…"`) lie between the two.
//! Not its business: which variables exist, what the plan declares, and whether a finding is one: rules decide.
//! `parser` reads bash into a tree (`ast`), `walk` says what stands where in it (`reading`), `reader` follows what is nested.

mod again;
mod ast;
mod builtins;
mod cache;
mod compounds;
mod conditions;
mod effects;
mod guards;
mod lexer;
mod line;
mod mistakes;
mod options;
mod oracle;
mod parser;
mod placeholders;
mod portable;
mod quoting;
mod reader;
mod reading;
mod redirects;
pub mod scratch;
mod sql;
mod sql_tree;
mod statements;
mod table;
mod text;
mod tools;
mod tree;
mod walk;
mod words;
mod wrappers;

pub use again::{Again, Because, again};
pub use cache::{next_plan, parse};
pub use effects::{Nature, Visible};
pub use oracle::ask_bash_by;
pub use placeholders::{Placeholder, is_example};
pub use portable::{Difference, differences, differs};
pub use table::{Effect, Target};
pub use tree::{Command, Loop, Part, Pipeline, Place, Quote, Redirect, Shell, Word, Words};

use crate::model::value::Script;
use crate::source::Span;
use std::ops::Range;

/// What a shell text says, in the order of the text; substitutions come before the command that uses them, inner
/// scripts behind the command that runs them.
#[derive(Debug, Clone, Default)]
pub struct Parsed {
    /// Every simple command, those inside substitutions, wrappers (`sudo`, `ssh` …) and inner scripts included.
    pub commands: Vec<Command>,
    /// Every pipeline; a command knows its own by the index.
    pub pipelines: Vec<Pipeline>,
    /// Every script: the text itself first, then those in substitutions and inner shells; a pipeline knows its own.
    pub shells: Vec<Shell>,
    /// Every `while` and `until`.
    pub waits: Vec<Loop>,
    /// The heads of `select`, which asks the one who runs it.
    pub menus: Vec<Span>,
    /// The files and texts that `[[ … ]]` looks at, each with the operator: `-f`, `==` of the first that is compared; both sides of `<`
    /// and `>`.
    pub tested: Vec<(String, Word)>,
    /// The files that compound commands add to: `{ …; } >> FILE`.
    pub appended: Vec<Word>,
    /// Every variable that is read.
    pub reads: Vec<Read>,
    /// Every variable that is given a value.
    pub sets: Vec<Set>,
    /// The words that a `for` goes through, each with its variable.
    pub listed: Vec<(String, Word)>,
    /// Blanks that somebody forgot to fill in.
    pub placeholders: Vec<Placeholder>,
    /// What is visibly changed.
    pub effects: Vec<Visible>,
    /// Commands of which nothing or not enough is known, as indices into `commands`.
    pub unknown: Vec<usize>,
    /// Functions that the text defines.
    pub functions: Vec<String>,
    /// The same with the ranges of pipelines that are their bodies.
    pub bodies: Vec<(String, Range<usize>)>,
    /// Loops, as ranges of pipelines: conditions and bodies.
    pub loops: Vec<Range<usize>>,
    /// Conditions in `[[ … ]]` that hold at all times: a word by itself, a count that is not below 0.
    pub constants: Vec<Span>,
    /// Comments on lines of their own, from the `#` on; not those of inner scripts.
    pub comments: Vec<(String, Span)>,
    /// What could not be read.
    pub problems: Vec<Problem>,
}

/// A variable that is read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Read {
    /// Its name, without `$`.
    pub name: String,
    /// `$name`, or the name inside `${…}`.
    pub span: Span,
    /// Does `${name:-…}` or its like cover its absence?
    pub has_default: bool,
    /// By whom it is read: an inner shell does not see the script's unexported variables.
    pub place: Place,
    /// The pipeline that reads it, an index into those of the text.
    pub pipeline: usize,
}

/// A variable that is given a value: by assignment, `read`, `for`, `local`, `export`, `printf -v` …
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Set {
    /// Its name.
    pub name: String,
    /// The whole assignment: from its end on the value is there.
    pub span: Span,
    /// In which shell.
    pub place: Place,
    /// The pipeline that sets it, an index into those of the text; of a loop's variable any before its body.
    pub pipeline: usize,
    /// The value, if it is an assignment.
    pub value: Option<Word>,
}

/// Something that could not be read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Problem {
    /// A mistake of the text, or a limit of ours?
    pub kind: ProblemKind,
    /// What is wrong, in words.
    pub message: String,
    /// Where.
    pub span: Span,
    /// What is still open there.
    pub open: Option<Span>,
}

/// Why a text could not be read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ProblemKind {
    /// It is not shell.
    Syntax,
    /// It may be shell, but nothing is known about it.
    NotAnalysed,
}

impl Parsed {
    /// What is visibly lost.
    pub fn losses(&self) -> impl Iterator<Item = &Visible> {
        self.effects.iter().filter(|effect| effect.is_loss())
    }

    /// Commands of which nothing or not enough is known; those of the text's own functions are known from their bodies.
    pub fn unknown(&self) -> impl Iterator<Item = &Command> {
        // What runs another command is that command.
        let runs = |at: &&usize| self.commands.iter().any(|other| other.via == Some(**at));
        let commands = self.unknown.iter().filter(move |at| !runs(at)).filter_map(|at| self.commands.get(*at));
        commands.filter(|command| !self.functions.iter().any(|name| name == command.name()))
    }

    /// Does it change nothing at all, as far as everything in it is understood?
    pub fn only_reads(&self) -> bool {
        self.problems.is_empty() && self.unknown().next().is_none() && scratch::lasting(self).next().is_none()
    }

    /// The reads that nothing in the text covers: no default, no assignment before it, and not one of bash's own variables.
    pub fn free_reads(&self) -> impl Iterator<Item = &Read> {
        let covered = |read: &Read| {
            let set = |set: &Set| set.name == read.name && set.span.end <= read.span.start;
            read.has_default || is_shells_own(&read.name) || self.sets.iter().any(set)
        };
        self.reads.iter().filter(move |read| !covered(read))
    }
}

/// Is it a variable that bash itself sets, or that every login has?
pub fn is_shells_own(name: &str) -> bool {
    const NAMES: &[&str] = &[
        "BASH",
        "BASHOPTS",
        "BASHPID",
        "BASH_COMMAND",
        "BASH_LINENO",
        "BASH_REMATCH",
        "BASH_SOURCE",
        "BASH_SUBSHELL",
        "BASH_VERSINFO",
        "BASH_VERSION",
        "COLUMNS",
        "COPROC",
        "COPROC_PID",
        "EPOCHREALTIME",
        "EPOCHSECONDS",
        "EUID",
        "FUNCNAME",
        "GROUPS",
        "HOME",
        "HOSTNAME",
        "HOSTTYPE",
        "IFS",
        "LANG",
        "LINENO",
        "LINES",
        "LOGNAME",
        "MACHTYPE",
        "OLDPWD",
        "OPTARG",
        "OPTIND",
        "OSTYPE",
        "PATH",
        "PIPESTATUS",
        "PPID",
        "PS4",
        "PWD",
        "RANDOM",
        "REPLY",
        "SECONDS",
        "SHELL",
        "SHELLOPTS",
        "SHLVL",
        "SRANDOM",
        "TERM",
        "TMPDIR",
        "UID",
        "USER",
        "_",
    ];
    NAMES.binary_search(&name).is_ok()
}

/// What a query in SQL changes.
pub fn query(script: &Script) -> Nature {
    effects::query(&script.text.shell())
}
