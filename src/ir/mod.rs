//! Plan to backend-neutral actions with effects and times. Everything after this works on a `Program`.
//!
//! In: a resolved `Plan`. Out: a `Program`: calls put in place, `extends` carried out, the implied `back_out` added,
//! default timeouts filled in, every action with its effects. Not its business: what is safe, and any shell around commands.

mod effects;
mod lower;
mod times;
mod tools;

pub use lower::{duration, lower, things_read, writes};
pub use times::{check_time, worst};
pub use tools::tools;

use crate::model::ids::Id;
use crate::model::plan::{
    Backup, Channel, Checklist, Message, Plan, Point, Procedure as Declaration, Reason, Resource, Role, Service, Thing,
    Where,
};
use crate::model::statement::{OnFailure, Undo};
use crate::model::value::{Check, Command, Template, Value};
use crate::source::Span;

/// What is compiled: one plan in one variant.
#[derive(Debug, Clone)]
pub struct Program {
    /// The resolved plan; declarations that belong to other variants are still in it, but nothing here refers to them.
    pub plan: Plan,
    /// The variant's choice, for plans that have variants.
    pub variant: Option<String>,
    /// The plan file's display name.
    pub file: String,
    /// In the order of the plan's procedures, then the implied `back_out` of each phase.
    pub procedures: Vec<Procedure>,
}

/// Something that can be run.
#[derive(Debug, Clone)]
pub struct Procedure {
    /// Its name; unique.
    pub name: String,
    /// What the plan says about it; for `back_out` the phase that it takes back.
    pub declaration: Id<Declaration>,
    /// Is it an implied `back_out`?
    pub back_out: bool,
    /// What it does, in order.
    pub body: Vec<Node>,
    /// The longest that it may take, in seconds; none if a part has no limit.
    pub worst: Option<u64>,
}

/// A part of a procedure.
#[derive(Debug, Clone)]
pub enum Node {
    /// One action.
    Action(Box<Action>),
    /// Several that belong together.
    Group(Group),
    /// A branch.
    If(Branch),
    /// A loop.
    For(Loop),
}

/// Several nodes that belong together.
#[derive(Debug, Clone)]
pub struct Group {
    /// Why.
    pub kind: GroupKind,
    /// Its id.
    pub id: String,
    /// Its title.
    pub title: Option<Template>,
    /// Where it stands.
    pub span: Span,
    /// How long it is expected to take, seconds.
    pub estimate: Option<(u64, u64)>,
    /// Its parts.
    pub body: Vec<Node>,
}

/// Why nodes belong together.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum GroupKind {
    /// `stage`.
    Stage,
    /// `call`: the body of another procedure stands here.
    Call(Id<Declaration>),
    /// `parallel`.
    Parallel,
    /// `always`: runs at the end of the procedure, whatever happens.
    Always,
    /// `point_of_no_return`.
    Point(Id<Point>),
}

/// `if`.
#[derive(Debug, Clone)]
pub struct Branch {
    /// Its id: the decision is journalled under it.
    pub id: String,
    /// Where it stands.
    pub span: Span,
    /// The question.
    pub check: Box<Check>,
    /// If so.
    pub then: Vec<Node>,
    /// If not.
    pub otherwise: Vec<Node>,
}

/// `for`.
#[derive(Debug, Clone)]
pub struct Loop {
    /// Its id.
    pub id: String,
    /// Where it stands.
    pub span: Span,
    /// The variable.
    pub variable: String,
    /// The values; a variable stands for its lines.
    pub over: Vec<Value>,
    /// What is repeated.
    pub body: Vec<Node>,
}

/// One thing that is done, journalled under its id.
#[derive(Debug, Clone)]
pub struct Action {
    /// Unique in its procedure; `called.step` for a step of a called procedure.
    pub id: String,
    /// Its title, or words made from verb and objects in the plan's language-neutral form (`restore db from before`).
    pub title: Template,
    /// The whole statement.
    pub span: Span,
    /// Its first words: what diagnostics point at.
    pub head: Span,
    /// Its block, with both braces.
    pub block: Option<Span>,
    /// What is done.
    pub run: Run,
    /// What that changes.
    pub effects: Vec<Effect>,
    /// Was `changes nothing` or an effect declared, or is it seen that its commands only read? (Else their effect is unknown.)
    pub declared: bool,
    /// Limit of one attempt in seconds, and who says so.
    pub timeout: Option<(u64, Limit)>,
    /// How often it is tried, at least 1.
    pub attempts: u32,
    /// Seconds between two attempts.
    pub pause: u64,
    /// Seconds, from and to.
    pub estimate: Option<(u64, u64)>,
    /// On another machine.
    pub on: Option<Where>,
    /// As another user.
    pub user: Option<Value>,
    /// In which directory.
    pub dir: Option<Value>,
    /// The operator may skip it.
    pub ask_first: Option<Reason>,
    /// What happens when it fails.
    pub if_fails: OnFailure,
    /// May it be run again after a kill?
    pub repeatable: bool,
    /// Where the plan says so in as many words.
    pub says_repeatable: Option<Span>,
    /// Tells whether it has happened already.
    pub done_when: Option<Box<Check>>,
    /// How it is taken back.
    pub undo: Option<Undo>,
    /// What should be seen.
    pub expect: Option<Template>,
    /// Was it said why test data that it writes does not stay?
    pub keeps_nothing: bool,
    /// Why it is done.
    pub about: Option<Template>,
    /// The captures that it reads.
    pub reads: Vec<String>,
    /// Rules switched off here.
    pub allow: Vec<crate::model::plan::Allow>,
}

/// Who set a limit.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Limit {
    /// The statement.
    Plan,
    /// The driver's operation.
    Driver,
    /// The language: 30 s for checks.
    Default,
}

/// What an action executes.
#[derive(Debug, Clone)]
pub enum Run {
    /// The commands of a step or an undo, one after the other.
    Commands(Vec<Command>),
    /// Look into something; its failure is no failure.
    Diagnose(Vec<Command>),
    /// An operation of a service: `stop`, `start`, `restart`.
    Service(Id<Service>, &'static str),
    /// Take a backup, then its checks.
    Take(Id<Backup>),
    /// Restore a resource.
    Restore {
        /// What.
        resource: Id<Resource>,
        /// From what.
        backup: Id<Backup>,
        /// Only these parts; empty: all.
        only: Vec<String>,
        /// To this point in time.
        at: Option<Value>,
    },
    /// Put a versioned resource at a reference.
    Switch(Id<Resource>, Value),
    /// Exchange two resources.
    Swap(Id<Resource>, Id<Resource>),
    /// Compute a value and keep it.
    Capture {
        /// The variable.
        name: String,
        /// Where it comes from.
        source: Box<Check>,
        /// Into a file; the variable is its path.
        file: bool,
        /// Not shown in reports.
        private: bool,
    },
    /// Check; a failure of it is exit code 6 in a rollback.
    Verify(Box<Check>),
    /// Wait so many seconds.
    Wait(u64),
    /// Poll.
    Await {
        /// What is waited for; its `within` is set.
        check: Box<Check>,
        /// What happens when the answer contains the text.
        on: Vec<(Template, Vec<Node>)>,
        /// What happens when the time is over; empty: it fails.
        otherwise: Vec<Node>,
    },
    /// A person does it.
    Manual {
        /// Who.
        by: Option<Role>,
        /// Where.
        at: Option<Template>,
        /// Proves that it was done.
        check: Option<Box<Check>>,
    },
    /// A person confirms, typing the phrase.
    Confirm(Option<Template>),
    /// Send a message; its failure never stops a run.
    Notify(Id<Channel>, Id<Message>),
    /// Go through a checklist.
    Require(Id<Checklist>),
    /// Stop, and name whom to call.
    Escalate(Role),
    /// Not executed by this version: the run stops and says so. What it is, in words (`wait reboot`).
    NotYet(String),
}

/// What an action changes: the two transfers of each stand in `safety`.
#[derive(Debug, Clone, PartialEq)]
pub enum Effect {
    /// The resource is changed.
    Modify(Id<Resource>),
    /// The resource is changed so that only a backup brings all of it back.
    Destroy(Id<Resource>),
    /// It begins to exist.
    Create(Thing),
    /// It ceases to exist.
    Delete(Thing),
    /// Harmless maintenance.
    Adjust(Id<Resource>),
    /// Only adds.
    Append(Id<Resource>),
    /// A versioned resource is put at a reference.
    Switch(Id<Resource>, Value),
    /// The service no longer runs.
    Stop(Id<Service>),
    /// The service runs.
    Start(Id<Service>),
    /// It can't be taken back.
    Irreversible(Id<Resource>),
    /// It makes up for what can't be taken back.
    Supersede(Id<Resource>),
    /// A backup is taken.
    Take {
        /// Which.
        backup: Id<Backup>,
        /// Is it read back by a check, so that a bad one is noticed?
        verified: bool,
        /// May writers run meanwhile?
        while_running: bool,
    },
    /// A resource is restored.
    Restore {
        /// What.
        resource: Id<Resource>,
        /// From what.
        backup: Id<Backup>,
        /// Is it the original afterwards, whatever was there?
        total: bool,
        /// Only parts of it?
        partial: bool,
        /// May writers run meanwhile?
        while_running: bool,
        /// Are younger backups lost?
        discards_newer: bool,
    },
    /// Two resources are exchanged.
    Swap(Id<Resource>, Id<Resource>),
    /// A step of a phase is taken back: what it changed is the original again.
    Undo {
        /// The phase.
        phase: Id<Declaration>,
        /// The step's id.
        step: String,
        /// What it had changed.
        resources: Vec<Id<Resource>>,
        /// From every half-done state too?
        total: bool,
    },
    /// These were looked at after their last change.
    Verify(Vec<Thing>),
    /// A capture is set.
    Set(String),
}

impl Action {
    /// What of this action this version does not execute yet, in words; the script stops there and says so.
    pub fn not_yet(&self) -> Option<String> {
        match &self.run {
            Run::NotYet(what) => Some(format!("`{what}`")),
            Run::Restore { at: Some(_), .. } => Some("`restore … at`, to a point in time".to_owned()),
            _ if self.on.is_some() => Some("`on`, on another host".to_owned()),
            _ => None,
        }
    }
}

/// All actions of a body in the order written: both branches, loops once.
pub fn actions(body: &[Node]) -> Vec<&Action> {
    let mut found = Vec::new();
    collect(body, &mut found);
    found
}

fn collect<'n>(body: &'n [Node], found: &mut Vec<&'n Action>) {
    for node in body {
        match node {
            Node::Action(action) => {
                found.push(action);
                if let Run::Await { on, otherwise, .. } = &action.run {
                    for (_, body) in on {
                        collect(body, found);
                    }
                    collect(otherwise, found);
                }
            }
            Node::Group(group) => collect(&group.body, found),
            Node::If(branch) => {
                collect(&branch.then, found);
                collect(&branch.otherwise, found);
            }
            Node::For(each) => collect(&each.body, found),
        }
    }
}
