//! Statements of phases and procedures, resolved.

use super::ids::Id;
use super::plan::{
    Backup, Channel, Checklist, Host, Message, Point, Procedure, Reason, Resource, Role, Service, Thing, Where,
};
use super::value::{Check, Command, Template, Value};
use crate::source::Span;

/// One statement.
#[derive(Debug, Clone)]
pub struct Statement {
    /// Its name in the procedure: given, or from verb and object.
    pub id: String,
    /// Its title.
    pub title: Option<Template>,
    /// The whole statement.
    pub span: Span,
    /// Its first words: what diagnostics point at.
    pub head: Span,
    /// Its block, with both braces.
    pub block: Option<Span>,
    /// What it does.
    pub verb: Verb,
    /// What it declares to change, in the order written.
    pub effects: Vec<Declared>,
    /// `changes nothing` was said.
    pub changes_nothing: bool,
    /// The options that all statements have.
    pub options: Options,
}

/// A declared effect and where it is declared.
#[derive(Debug, Clone)]
pub struct Declared {
    /// The effect.
    pub effect: Change,
    /// Where.
    pub span: Span,
    /// `because`.
    pub because: Option<Reason>,
}

/// What a step may say that it does to things.
#[derive(Debug, Clone, PartialEq)]
#[allow(missing_docs)]
pub enum Change {
    Modifies(Id<Resource>),
    Destroys(Id<Resource>),
    Creates(Thing),
    Deletes(Thing),
    Adjusts(Id<Resource>),
    Appends(Id<Resource>),
    Switches(Id<Resource>, Value),
    Stops(Id<Service>),
    Starts(Id<Service>),
    Irreversible(Id<Resource>),
    Supersedes(Id<Resource>),
}

/// What a statement does.
#[derive(Debug, Clone)]
pub enum Verb {
    /// `take backup B`.
    Take(Id<Backup>),
    /// `restore R from B`.
    Restore {
        /// What is restored.
        resource: Id<Resource>,
        /// From what.
        backup: Id<Backup>,
        /// Only these parts; empty: all.
        only: Vec<String>,
        /// To this point in time.
        at: Option<Value>,
    },
    /// `swap A with B`.
    Swap(Id<Resource>, Id<Resource>),
    /// `stop S`.
    Stop(Id<Service>),
    /// `start S`.
    Start(Id<Service>),
    /// `restart S`.
    Restart(Id<Service>),
    /// `switch R to $ref`.
    Switch(Id<Resource>, Value),
    /// `undo STEP`: the id of a step of a phase that the procedure takes back.
    Undo {
        /// The phase.
        phase: Id<Procedure>,
        /// The step's id.
        step: String,
    },
    /// `step`.
    Step(Vec<Command>),
    /// `capture`.
    Capture {
        /// The variable that it sets.
        name: String,
        /// Where the value comes from.
        source: Box<Check>,
        /// Into a file of the run; the variable is its path.
        file: bool,
        /// Not shown in reports.
        private: bool,
    },
    /// `verify`.
    Verify {
        /// What it proves, besides what its check reads.
        of: Vec<Thing>,
        /// The check.
        check: Box<Check>,
    },
    /// `wait 30s`, seconds.
    Wait(u64),
    /// `wait until`.
    WaitUntil {
        /// What is waited for; its `within` is set.
        check: Box<Check>,
        /// `on "text" …`: what happens when the answer contains the text.
        on: Vec<(Template, Vec<Statement>)>,
        /// What happens when the time is over; empty: the statement fails.
        otherwise: Vec<Statement>,
    },
    /// `wait reboot of H within 10m`.
    WaitReboot(Id<Host>, u64),
    /// `manual`.
    Manual {
        /// Who.
        by: Option<Role>,
        /// Where.
        at: Option<Template>,
        /// Proves that it was done.
        check: Option<Box<Check>>,
    },
    /// `confirm`, with the phrase to type.
    Confirm(Option<Template>),
    /// `notify`.
    Notify(Id<Channel>, Id<Message>),
    /// `stage`.
    Stage(Vec<Statement>),
    /// `if`.
    If(Box<Check>, Vec<Statement>, Vec<Statement>),
    /// `for`.
    For {
        /// The variable.
        variable: String,
        /// The values: a list, or a variable whose lines they are.
        over: Vec<Value>,
        /// What is repeated.
        body: Vec<Statement>,
    },
    /// `parallel`.
    Parallel(Vec<Statement>),
    /// `always`.
    Always(Vec<Statement>),
    /// `call`.
    Call(Id<Procedure>),
    /// `require`.
    Require(Id<Checklist>),
    /// `diagnose`.
    Diagnose(Vec<Command>),
    /// `escalate to`.
    Escalate(Role),
    /// `copy "path" from H to G`.
    Copy {
        /// What.
        path: Template,
        /// From where.
        from: Option<Where>,
        /// To where.
        to: Option<Where>,
    },
    /// `point_of_no_return`.
    Point(Id<Point>, Vec<Statement>),
}

/// What happens when a statement fails.
#[derive(Debug, Clone, Default)]
pub enum OnFailure {
    /// The run stops: the default.
    #[default]
    Abort,
    /// It goes on.
    Continue(Reason),
    /// A procedure is called, then the run stops.
    Call(Id<Procedure>),
    /// The run stops and names whom to call.
    Escalate(Role),
}

/// The options that every statement may have.
#[derive(Debug, Clone, Default)]
pub struct Options {
    /// Seconds.
    pub timeout: Option<u64>,
    /// How many times more, and the pause in seconds.
    pub retry: Option<(u32, u64)>,
    /// Where.
    pub on: Option<Where>,
    /// As which user.
    pub user: Option<Value>,
    /// In which directory.
    pub dir: Option<Value>,
    /// The operator may skip it.
    pub ask_first: Option<Reason>,
    /// What happens when it fails.
    pub if_fails: OnFailure,
    /// Safe to run again: where it says so.
    pub repeatable: Option<Span>,
    /// Tells whether it has happened already.
    pub done_when: Option<Box<Check>>,
    /// Takes it back.
    pub undo: Option<Undo>,
    /// Seconds, from and to.
    pub estimate: Option<(u64, u64)>,
    /// What should be seen.
    pub expect: Option<Template>,
    /// What it reads.
    pub uses: Vec<Thing>,
    /// Long text.
    pub about: Option<Template>,
    /// Why test data that a `verify` writes does not stay.
    pub writes_nothing_kept: Option<Reason>,
    /// Rules switched off.
    pub allow: Vec<super::plan::Allow>,
}

/// How a step is taken back.
#[derive(Debug, Clone)]
pub struct Undo {
    /// The commands.
    pub commands: Vec<Command>,
    /// From every half-done state too.
    pub total: bool,
    /// Seconds.
    pub timeout: Option<u64>,
    /// Where.
    pub span: Span,
}

/// Every statement of every procedure, in the order written.
pub fn all(plan: &super::plan::Plan) -> Vec<&Statement> {
    let mut out = Vec::new();
    for procedure in &plan.procedures {
        collect(&procedure.body, &mut out);
        procedure.replace.iter().for_each(|(_, body, _)| collect(body, &mut out));
    }
    out
}

fn collect<'a>(body: &'a [Statement], out: &mut Vec<&'a Statement>) {
    for statement in body {
        out.push(statement);
        match &statement.verb {
            Verb::Stage(inner)
            | Verb::Parallel(inner)
            | Verb::Always(inner)
            | Verb::Point(_, inner)
            | Verb::For { body: inner, .. } => collect(inner, out),
            Verb::If(_, then, otherwise) => {
                collect(then, out);
                collect(otherwise, out);
            }
            Verb::WaitUntil { on, otherwise, .. } => {
                on.iter().for_each(|(_, inner)| collect(inner, out));
                collect(otherwise, out);
            }
            _ => {}
        }
    }
}
