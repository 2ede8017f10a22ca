//! Shell texts: what their commands are, which variables they read, and what they visibly destroy.
//!
//! In: a `Script` of a resolved plan. Out: `Parsed`, whose spans point into the plan file, whatever quoting, dedenting and
//! nesting (`$(…)`, `bash -c "…"`, `ssh host "…"`) lie between the two.
//! Not its business: which variables exist, what the plan declares, and whether a finding is one: rules decide.
//! The shell parser behind it is seen by `brush` alone.

mod brush;
mod effects;
mod placeholders;
mod reader;
mod sql;
mod text;
mod words;
mod wrappers;

pub use brush::is_guarded;
pub use effects::{Destroyed, Visible};
pub use placeholders::Placeholder;

use crate::model::value::Script;
use crate::source::Span;
use reader::Reader;

/// What a shell text says, in the order of the text; substitutions come before the command that uses them, inner
/// scripts behind the command that runs them.
#[derive(Debug, Clone, Default)]
pub struct Parsed {
    /// Every simple command, those inside substitutions, wrappers (`sudo`, `ssh` …) and inner scripts included.
    pub commands: Vec<Command>,
    /// Every variable that is read.
    pub reads: Vec<Read>,
    /// Every variable that is given a value.
    pub sets: Vec<Set>,
    /// Blanks that somebody forgot to fill in.
    pub placeholders: Vec<Placeholder>,
    /// What is visibly destroyed.
    pub effects: Vec<Visible>,
    /// What could not be read.
    pub problems: Vec<Problem>,
}

/// A simple command.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Command {
    /// Its name and its arguments; assignments before it and redirections are not among them.
    pub words: Vec<Word>,
    /// From the first to the last word.
    pub span: Span,
    /// Where it runs.
    pub place: Place,
    /// Files that it reads or writes through redirections.
    pub redirects: Vec<Redirect>,
    /// Text on its standard input from a here-document or here-string, if it is fixed.
    pub input: Option<Word>,
}

impl Command {
    /// Its name without directories; empty if the name is not fixed.
    pub fn name(&self) -> &str {
        let first = self.words.first().and_then(Word::literal).unwrap_or("");
        first.rsplit('/').next().unwrap_or(first)
    }

    /// Its arguments.
    pub fn arguments(&self) -> &[Word] {
        self.words.get(1..).unwrap_or(&[])
    }

    /// Is this fixed word among its arguments?
    pub fn has(&self, argument: &str) -> bool {
        self.arguments().iter().any(|word| word.literal() == Some(argument))
    }
}

/// Where a command runs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Place {
    /// In the script's own shell or a process of it.
    Here,
    /// In an inner shell of the same machine (`bash -c`): unexported variables are not seen.
    InnerShell,
    /// On another machine or in a container (`ssh`, `docker exec`, `kubectl exec`).
    Elsewhere,
}

/// A word of a command.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Word {
    /// What the command sees, quotes removed; expansions stand in it as they are written (`$x`, `$(…)`).
    pub text: String,
    /// Is it fixed, free of expansions?
    pub fixed: bool,
    /// Is any part of it in quotes?
    pub quoted: bool,
    /// Where it stands, quotes included.
    pub span: Span,
    /// Pairs (offset in `text`, offset in the file).
    map: Vec<(u32, u32)>,
}

impl Word {
    /// The text if it is fixed.
    pub fn literal(&self) -> Option<&str> {
        self.fixed.then_some(self.text.as_str())
    }
}

/// A redirection from or to a file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Redirect {
    /// Is the file written?
    pub writes: bool,
    /// The file's name.
    pub target: Word,
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

/// Reads a shell text. Never fails: what could not be read is among the `problems`.
pub fn parse(script: &Script) -> Parsed {
    let mut reader = Reader::default();
    reader.read(&script.text.shell(), Place::Here);
    reader.parsed
}

/// What a query in SQL visibly destroys.
pub fn query(script: &Script) -> Vec<Visible> {
    let text = script.text.shell();
    let visible = |(range, destroyed, what)| Visible { destroyed, what, span: text.span(range) };
    sql::destroyed(&text.value).into_iter().map(visible).collect()
}
