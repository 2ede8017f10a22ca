//! Values, texts with values in them, commands, and checks: the leaves of a resolved plan.

use super::ids::Id;
use super::plan::{Procedure, Resource, Service, Signal};
use crate::source::Span;
use crate::syntax::Text;
use std::borrow::Cow;
use std::sync::Arc;

/// What a variable is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum VariableKind {
    /// A `param`.
    Param,
    /// An `input`.
    Input,
    /// A `secret`.
    Secret,
    /// A `capture`: set when its statement has run.
    Capture,
    /// A capture into a file: the variable holds the file's path.
    CaptureFile,
    /// The variable of a `for`.
    Loop,
    /// `plan stamp operator environment run`, and what the context gives (`backup_path`, `to`, `message` …).
    Builtin,
}

/// A bound variable; its name is its name in the shell as well.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Variable {
    /// Without the `$`.
    pub name: String,
    /// What it is.
    pub kind: VariableKind,
}

/// A text with `${x}` in it.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Template {
    /// In order.
    pub pieces: Vec<Piece>,
    /// The string in the plan.
    pub span: Span,
}

/// A part of a `Template`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Piece {
    /// As it is.
    Text(String),
    /// The value of a variable.
    Variable(Variable),
}

impl Template {
    /// A text without variables.
    pub fn plain(text: impl Into<String>) -> Self {
        Template { pieces: vec![Piece::Text(text.into())], span: Span::default() }
    }

    /// As written, variables as `${x}`.
    pub fn source(&self) -> String {
        self.pieces.iter().fold(String::new(), |mut source, piece| {
            match piece {
                Piece::Text(text) => source.push_str(text),
                Piece::Variable(variable) => source.extend(["${", &variable.name, "}"]),
            }
            source
        })
    }

    /// The text if there is no variable in it.
    pub fn as_plain(&self) -> Option<Cow<'_, str>> {
        match self.pieces.as_slice() {
            [] => Some(Cow::Borrowed("")),
            [Piece::Text(text)] => Some(Cow::Borrowed(text)),
            pieces => pieces.iter().all(|piece| matches!(piece, Piece::Text(_))).then(|| Cow::Owned(self.source())),
        }
    }

    /// The variables in it.
    pub fn variables(&self) -> impl Iterator<Item = &Variable> {
        self.pieces.iter().filter_map(|piece| match piece {
            Piece::Variable(variable) => Some(variable),
            Piece::Text(_) => None,
        })
    }
}

/// A value of a param, a comparison, a setting, a reference.
#[derive(Debug, Clone, PartialEq)]
pub enum Value {
    /// A text.
    Text(Template),
    /// A whole or decimal number.
    Number(f64),
    /// In percent: 10% is 10.0.
    Percent(f64),
    /// Seconds.
    Duration(u64),
    /// Bytes.
    Size(u64),
    /// `true` or `false`.
    Boolean(bool),
    /// Days since 1970-01-01.
    Date(i64),
    /// A point in time, as written.
    Instant(String),
    /// The value of a variable.
    Variable(Variable),
    /// Several.
    List(Vec<Value>),
}

/// A shell text, to be emitted verbatim.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Script {
    /// The text and the way back to the file; shared, for commands are copied on the way to the program.
    pub text: Arc<Text>,
    /// The string in the plan.
    pub span: Span,
}

impl Script {
    /// From a string token.
    pub fn new(text: &Arc<Text>, span: Span) -> Self {
        let text = match text.shell() {
            Cow::Borrowed(_) => Arc::clone(text),
            Cow::Owned(shell) => Arc::new(shell),
        };
        Script { text, span }
    }
}

/// A query in the language of a resource's client, with values bound by the driver.
#[derive(Debug, Clone, PartialEq)]
pub struct Query {
    /// The text; bound values stand in it as `:name`.
    pub text: Script,
    /// The bound values by name.
    pub with: Vec<(String, Value)>,
}

/// One command of a step.
#[derive(Debug, Clone, PartialEq)]
pub enum Command {
    /// `sh`.
    Sh(Script),
    /// `sql R`: run by the driver of the resource.
    Sql(Id<Resource>, Query),
}

/// How two values are compared.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[allow(missing_docs)]
pub enum Relation {
    Equal,
    NotEqual,
    Less,
    AtMost,
    Greater,
    AtLeast,
}

/// What an answer is compared with.
#[derive(Debug, Clone, PartialEq)]
pub enum Comparison {
    /// `== x` and its like.
    Is(Relation, Value),
    /// `between a..b`: from `a`, below `b`.
    Between(Value, Value),
    /// `contains "…"`.
    Contains(Value),
    /// `matches /…/`: an extended regular expression.
    Matches(String),
    /// `lines == 3`.
    Lines(Relation, Value),
}

/// Something that is asked of the world. It reads and never writes; no answer is a failure.
#[derive(Debug, Clone, PartialEq)]
pub struct Check {
    /// What is asked.
    pub probe: Probe,
    /// Poll until true, at most so many seconds.
    pub within: Option<u64>,
    /// Seconds between two tries.
    pub every: Option<u64>,
    /// It must be true for so many seconds.
    pub holds: Option<u64>,
    /// Limit of one try in seconds.
    pub timeout: u64,
    /// Where it stands.
    pub span: Span,
}

/// The kinds of checks; also the sources of captures (then without a comparison).
#[derive(Debug, Clone, PartialEq)]
pub enum Probe {
    /// An HTTP request.
    Http(Box<Http>),
    /// `host:port` accepts a connection.
    Tcp(Template),
    /// The answer of a query.
    Sql(Id<Resource>, Query, Option<Comparison>),
    /// The output of a command, or its exit status.
    Sh(Script, Option<Comparison>),
    /// A file.
    File(Template, FileTest),
    /// A service answers.
    Healthy(Id<Service>),
    /// A service runs.
    Running(Id<Service>),
    /// A person says yes.
    Ask(Template),
    /// A verification passed in this run; it is run if it has not been yet.
    Passed(Id<Procedure>),
    /// A signal compared.
    Signal(Id<Signal>, Comparison),
    /// The opposite.
    Not(Box<Check>),
    /// Every one.
    All(Vec<Check>),
    /// At least one.
    Any(Vec<Check>),
}

/// An HTTP request and what its answer must be.
#[derive(Debug, Clone, PartialEq)]
pub struct Http {
    /// GET, POST …
    pub method: String,
    /// With `${x}`.
    pub url: Template,
    /// `Name: value` each.
    pub headers: Vec<Template>,
    /// The request's body.
    pub body: Option<Template>,
    /// The accepted statuses; empty: any 2xx.
    pub status: Vec<u16>,
    /// A path in the answer and its comparison.
    pub json: Option<(String, Option<Comparison>)>,
    /// A text in the answer.
    pub contains: Option<Template>,
}

/// What is asked of a file.
#[derive(Debug, Clone, PartialEq)]
pub enum FileTest {
    /// It is there; as a source: its content.
    Exists,
    /// Bytes.
    Size(Relation, Value),
    /// Seconds since it was last written.
    Age(Relation, Value),
}
