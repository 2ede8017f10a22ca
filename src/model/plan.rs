//! A resolved plan: tables of declarations, every name bound, every value typed.

use super::ids::Id;
use super::statement::Statement;
use super::value::{Check, Command, Comparison, Script, Template, Value};
use crate::source::{FileId, Span};

/// What every declaration has.
#[derive(Debug, Clone, Default)]
pub struct Common {
    /// Its name.
    pub name: String,
    /// Where the name stands.
    pub name_span: Span,
    /// The whole declaration.
    pub span: Span,
    /// Its title.
    pub title: Option<Template>,
    /// Long text.
    pub about: Option<Template>,
    /// Rules switched off in it.
    pub allow: Vec<Allow>,
    /// Its block, with both braces.
    pub block: Option<Span>,
}

impl Common {
    /// The title as written, or the name.
    pub fn label(&self) -> String {
        self.title.as_ref().map_or_else(|| self.name.clone(), Template::source)
    }
}

/// `because "…"`.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Reason {
    /// The reason.
    pub text: String,
    /// Where.
    pub span: Span,
}

/// `allow RULE because "…" [until DATE]`.
#[derive(Debug, Clone)]
pub struct Allow {
    /// The rule's name.
    pub rule: String,
    /// Why.
    pub because: Reason,
    /// The last day, days since 1970-01-01.
    pub until: Option<i64>,
    /// Where.
    pub span: Span,
}

/// A resource or a service.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[allow(missing_docs)]
pub enum Thing {
    Resource(Id<Resource>),
    Service(Id<Service>),
}

/// A host or a group.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[allow(missing_docs)]
pub enum Where {
    Host(Id<Host>),
    Group(Id<Group>),
}

/// A contact or an authority.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[allow(missing_docs)]
pub enum Role {
    Contact(Id<Contact>),
    Authority(Id<Authority>),
}

/// The language of runbook and prompts.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Language {
    /// English.
    #[default]
    En,
    /// Spanish.
    Es,
}

/// A whole plan, with what it uses.
#[derive(Debug, Clone, Default)]
#[allow(missing_docs)]
pub struct Plan {
    pub file: FileId,
    pub head: Head,
    pub params: Vec<Param>,
    pub inputs: Vec<Input>,
    pub secrets: Vec<Secret>,
    pub environments: Vec<Environment>,
    pub variants: Vec<Variant>,
    pub drivers: Vec<Driver>,
    pub resources: Vec<Resource>,
    pub services: Vec<Service>,
    pub hosts: Vec<Host>,
    pub groups: Vec<Group>,
    pub backups: Vec<Backup>,
    /// Phases, rollbacks, fix-forwards, procedures and verifications, in the order written.
    pub procedures: Vec<Procedure>,
    pub points: Vec<Point>,
    pub triggers: Vec<Trigger>,
    pub signals: Vec<Signal>,
    pub severities: Vec<Severity>,
    pub matrices: Vec<Matrix>,
    pub choosers: Vec<Chooser>,
    pub checklists: Vec<Checklist>,
    pub monitors: Vec<Monitor>,
    pub metrics: Vec<Metric>,
    pub contacts: Vec<Contact>,
    pub authorities: Vec<Authority>,
    pub escalations: Vec<Escalation>,
    pub channels: Vec<Channel>,
    pub messages: Vec<Message>,
    pub drills: Vec<Drill>,
    pub postmortem: Option<Postmortem>,
    pub followups: Vec<Followup>,
    pub notes: Vec<Note>,
    pub diagnoses: Vec<Diagnosis>,
    /// Names of all captures, with the statement's place.
    pub captures: Vec<(String, Span)>,
}

macro_rules! tables {
    ($($table:ident: $kind:ty),* $(,)?) => {$(
        impl std::ops::Index<Id<$kind>> for Plan {
            type Output = $kind;
            fn index(&self, id: Id<$kind>) -> &$kind {
                &self.$table[id.index()]
            }
        }
    )*};
}
tables! {
    drivers: Driver, resources: Resource, services: Service, hosts: Host, groups: Group, backups: Backup,
    procedures: Procedure, points: Point, signals: Signal, severities: Severity, checklists: Checklist,
    contacts: Contact, authorities: Authority, channels: Channel, messages: Message, environments: Environment,
}

impl Plan {
    /// Name and title of a resource or service.
    pub fn thing(&self, thing: Thing) -> &Common {
        match thing {
            Thing::Resource(id) => &self[id].common,
            Thing::Service(id) => &self[id].common,
        }
    }

    /// Name and title of a contact or authority.
    pub fn role(&self, role: Role) -> &Common {
        match role {
            Role::Contact(id) => &self[id].common,
            Role::Authority(id) => &self[id].common,
        }
    }

    /// The procedures of a kind with their ids.
    pub fn procedures_of(&self, kind: ProcedureKind) -> impl Iterator<Item = (Id<Procedure>, &Procedure)> {
        let all = self.procedures.iter().enumerate().map(|(i, p)| (Id::new(i), p));
        all.filter(move |(_, p)| p.kind == kind)
    }

    /// The driver of a resource or service.
    pub fn driver_of(&self, thing: Thing) -> &Driver {
        match thing {
            Thing::Resource(id) => &self[self[id].driver],
            Thing::Service(id) => &self[self[id].driver],
        }
    }

    /// The operation of a resource or service: its own, else its driver's.
    pub fn operation(&self, thing: Thing, name: &str) -> Option<&Operation> {
        let own = match thing {
            Thing::Resource(id) => &self[id].operations,
            Thing::Service(id) => &self[id].operations,
        };
        let named = |list: &'_ [Operation]| list.iter().position(|o| o.name == name);
        let inherited = &self.driver_of(thing).operations;
        named(own).map(|i| &own[i]).or_else(|| named(inherited).map(|i| &inherited[i]))
    }
}

/// The `plan` block.
#[derive(Debug, Clone, Default)]
#[allow(missing_docs)]
pub struct Head {
    pub common: Common,
    pub language: Language,
    pub owner: Option<Template>,
    pub author: Option<Template>,
    pub version: Option<Template>,
    pub status: Option<Template>,
    /// Days since 1970-01-01.
    pub created: Option<i64>,
    /// Day of the last review, and after how many seconds the next is due.
    pub reviewed: Option<(i64, Option<u64>, Span)>,
    pub sign_off: Vec<Template>,
    /// Seconds.
    pub rto: Option<(u64, Span)>,
    /// Seconds.
    pub rpo: Option<(u64, Span)>,
    pub estimate: Option<(u64, u64)>,
    pub summary: Option<Template>,
    pub principles: Vec<Template>,
    pub never: Vec<Template>,
    /// Title, and where it is.
    pub references: Vec<(Template, Option<Template>)>,
    pub runs_on: Vec<String>,
    pub needs: Vec<String>,
    pub state_dir: Option<Template>,
}

/// `param`.
#[derive(Debug, Clone)]
#[allow(missing_docs)]
pub struct Param {
    pub common: Common,
    /// None only for a driver's required parameter, or where every environment gives it.
    pub value: Option<Value>,
}

/// What an input accepts.
#[derive(Debug, Clone)]
#[allow(missing_docs)]
pub enum Accepts {
    Anything,
    OneOf(Vec<Value>),
    OneOfLines(Check),
    Matches(String),
    Between(Value, Value),
}

/// `input`.
#[derive(Debug, Clone)]
#[allow(missing_docs)]
pub struct Input {
    pub common: Common,
    pub default: Option<Value>,
    pub accepts: Accepts,
    pub find_with: Option<Check>,
    pub example: Option<Template>,
    /// The environment variable of its name answers, if it is set and not empty.
    pub from_environment: bool,
}

/// `secret`.
#[derive(Debug, Clone)]
#[allow(missing_docs)]
pub struct Secret {
    pub common: Common,
    pub from: Option<Check>,
    pub optional: bool,
}

/// `environment`.
#[derive(Debug, Clone)]
#[allow(missing_docs)]
pub struct Environment {
    pub common: Common,
    pub protected: bool,
    /// Params and their values here.
    pub settings: Vec<(String, Value)>,
}

/// `variant`.
#[derive(Debug, Clone)]
#[allow(missing_docs)]
pub struct Variant {
    pub common: Common,
    pub choices: Vec<String>,
}

/// What a driver drives.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[allow(missing_docs)]
pub enum DriverKind {
    Data,
    Cache,
    Versioned,
    Irrevocable,
    Service,
}

/// `driver`.
#[derive(Debug, Clone)]
#[allow(missing_docs)]
pub struct Driver {
    pub common: Common,
    pub kinds: Vec<DriverKind>,
    pub params: Vec<Param>,
    pub needs: Vec<String>,
    pub operations: Vec<Operation>,
}

/// An operation of a driver, resource or service.
#[derive(Debug, Clone)]
#[allow(missing_docs)]
pub struct Operation {
    /// `backup`, `restore`, `stop` …
    pub name: String,
    pub commands: Vec<Command>,
    /// Done by a person: what to do.
    pub manual: Option<Template>,
    /// Seconds.
    pub timeout: Option<u64>,
    pub total: bool,
    pub while_running: bool,
    pub discards_newer: bool,
    pub suffix: Option<String>,
    pub directory: bool,
    /// How a bound value is written, `%` being its name.
    pub placeholder: Option<String>,
    pub span: Span,
}

/// What a resource is for the analysis.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[allow(missing_docs)]
pub enum ResourceKind {
    Data,
    Cache,
    Versioned,
    Irrevocable,
}

/// `resource`.
#[derive(Debug, Clone)]
#[allow(missing_docs)]
pub struct Resource {
    pub common: Common,
    pub driver: Id<Driver>,
    pub kind: ResourceKind,
    /// The driver's params, defaults filled in.
    pub settings: Vec<(String, Value)>,
    pub operations: Vec<Operation>,
    pub identity: Option<Check>,
    pub part_of: Vec<Id<Resource>>,
    pub derived_from: Vec<Id<Resource>>,
    pub introduced_by: Option<Id<Procedure>>,
    pub rolling: bool,
    pub on: Option<Where>,
}

/// `service`.
#[derive(Debug, Clone)]
#[allow(missing_docs)]
pub struct Service {
    pub common: Common,
    pub driver: Id<Driver>,
    pub settings: Vec<(String, Value)>,
    pub operations: Vec<Operation>,
    pub writes: Vec<Id<Resource>>,
    pub reads: Vec<Id<Resource>>,
    pub runs: Vec<Id<Resource>>,
    pub url: Option<Template>,
    /// Seconds that a stop may take before it is ended by force.
    pub graceful: Option<u64>,
    pub healthy_when: Option<Check>,
    pub introduced_by: Option<Id<Procedure>>,
    pub starts_stopped: bool,
    pub rolling: bool,
    pub on: Option<Where>,
}

/// `host`.
#[derive(Debug, Clone)]
#[allow(missing_docs)]
pub struct Host {
    pub common: Common,
    pub ssh: Option<Template>,
    pub alternate_of: Option<Id<Host>>,
}

/// `group`.
#[derive(Debug, Clone)]
#[allow(missing_docs)]
pub struct Group {
    pub common: Common,
    pub hosts: Vec<Id<Host>>,
}

/// `backup`.
#[derive(Debug, Clone)]
#[allow(missing_docs)]
pub struct Backup {
    pub common: Common,
    pub of: Vec<Id<Resource>>,
    pub path: Option<Template>,
    /// Bytes.
    pub min_size: Option<u64>,
    /// Seconds.
    pub max_age: Option<u64>,
    pub copies: Option<u32>,
    pub keep: Option<Value>,
    pub while_running: bool,
    pub check: Option<Check>,
    pub restore_test: Option<Template>,
    pub member: Option<Template>,
    pub elsewhere: Option<Elsewhere>,
    /// Commands in place of the driver's.
    pub taken_by: Option<Check>,
    /// Declared by the `take backup` statement itself.
    pub inline: bool,
}

/// How a copy made elsewhere is found.
#[derive(Debug, Clone, Default)]
#[allow(missing_docs)]
pub struct Elsewhere {
    pub list: Option<Check>,
    pub fetch: Option<Check>,
    pub glob: Option<Template>,
}

/// The kinds of procedures.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[allow(missing_docs)]
pub enum ProcedureKind {
    Phase,
    Rollback,
    FixForward,
    Procedure,
    Verification,
}

/// A phase, rollback, fix-forward, procedure or verification.
#[derive(Debug, Clone)]
#[allow(missing_docs)]
pub struct Procedure {
    pub common: Common,
    pub kind: ProcedureKind,
    pub body: Vec<Statement>,
    /// A phase that somebody else runs.
    pub described_only: bool,
    /// Symptoms of a phase.
    pub fails_when: Vec<FailsWhen>,
    /// What it takes back: phases, or a procedure.
    pub of: Vec<Id<Procedure>>,
    pub past: Vec<Id<Point>>,
    pub recommended: bool,
    pub when: Vec<Check>,
    pub unless: Vec<Check>,
    /// Seconds, from and to.
    pub estimate: Option<(u64, u64, Span)>,
    /// Seconds.
    pub rto: Option<(u64, Span)>,
    /// Seconds.
    pub rpo: Option<(u64, Span)>,
    pub data_lost: Vec<Template>,
    pub works_without: Vec<Template>,
    pub not_restored: Vec<(Id<Resource>, Reason)>,
    pub requires: Vec<Requirement>,
    /// Services that it leaves running (true) or stopped (false).
    pub ends: Vec<(Id<Service>, bool)>,
    pub goal: Vec<(Id<Resource>, Value)>,
    pub extends: Option<Id<Procedure>>,
    /// Steps of `extends` to be replaced.
    pub replace: Vec<(String, Vec<Statement>, Span)>,
    /// Steps of `extends` to be left out.
    pub omit: Vec<(String, Span)>,
    pub accepts: Vec<(Id<Point>, Reason)>,
    pub owner: Option<Role>,
}

/// `fails_when "…" -> …`.
#[derive(Debug, Clone)]
#[allow(missing_docs)]
pub struct FailsWhen {
    pub symptom: Template,
    pub leads_to: Option<Lead>,
}

/// Where a symptom leads.
#[derive(Debug, Clone)]
#[allow(missing_docs)]
pub enum Lead {
    Run(Id<Procedure>),
    Escalate(Option<Role>),
    Diagnose,
}

/// `requires`.
#[derive(Debug, Clone, Copy)]
#[allow(missing_docs)]
pub enum Requirement {
    Authority(Id<Authority>),
    Checklist(Id<Checklist>),
}

/// A point of no return.
#[derive(Debug, Clone)]
#[allow(missing_docs)]
pub struct Point {
    pub common: Common,
    /// The phase or procedure that it stands in.
    pub phase: Id<Procedure>,
    pub not_passed_when: Option<Check>,
}

/// How a trigger is acted on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[allow(missing_docs)]
pub enum TriggerKind {
    Automatic,
    ByHand,
    Warning,
}

/// `trigger`.
#[derive(Debug, Clone)]
#[allow(missing_docs)]
pub struct Trigger {
    pub common: Common,
    pub kind: TriggerKind,
    pub severity: Option<Id<Severity>>,
    pub respond: Option<u64>,
    pub when: Vec<Check>,
    pub during: Option<Id<Procedure>>,
    pub approve: Option<Approval>,
    pub run: Option<Id<Procedure>>,
    pub then: Option<Template>,
}

/// `approve any of …`.
#[derive(Debug, Clone)]
#[allow(missing_docs)]
pub struct Approval {
    pub all: bool,
    pub roles: Vec<Role>,
}

/// `signal`.
#[derive(Debug, Clone)]
#[allow(missing_docs)]
pub struct Signal {
    pub common: Common,
    /// How it is measured; without it a person says.
    pub source: Option<Check>,
    pub unit: Option<Template>,
}

/// `severity`.
#[derive(Debug, Clone)]
#[allow(missing_docs)]
pub struct Severity {
    pub common: Common,
    pub respond: Option<u64>,
    pub action: Option<Template>,
}

/// `matrix`.
#[derive(Debug, Clone)]
#[allow(missing_docs)]
pub struct Matrix {
    pub common: Common,
    pub worst_row_wins: bool,
    pub columns: Vec<Column>,
    pub rows: Vec<Row>,
}

/// A column of a matrix.
#[derive(Debug, Clone)]
#[allow(missing_docs)]
pub struct Column {
    pub common: Common,
    /// Its values, worst first; empty: numbers.
    pub values: Vec<String>,
    pub signal: Option<Id<Signal>>,
}

/// A row of a matrix.
#[derive(Debug, Clone)]
#[allow(missing_docs)]
pub struct Row {
    pub common: Common,
    /// Index of the column and its condition.
    pub cells: Vec<(usize, Comparison)>,
    pub run: Option<Id<Procedure>>,
    pub severity: Option<Id<Severity>>,
}

/// `options`: how well each procedure fits a symptom.
#[derive(Debug, Clone)]
#[allow(missing_docs)]
pub struct Chooser {
    pub common: Common,
    pub of: Option<Id<Procedure>>,
    pub columns: Vec<Id<Procedure>>,
    /// Symptom and one of `yes`, `maybe`, `no` a column.
    pub rows: Vec<(Template, Vec<String>)>,
}

/// `checklist`.
#[derive(Debug, Clone)]
#[allow(missing_docs)]
pub struct Checklist {
    pub common: Common,
    pub audience: Option<String>,
    pub items: Vec<ChecklistItem>,
}

/// A line of a checklist.
#[derive(Debug, Clone)]
#[allow(missing_docs)]
pub struct ChecklistItem {
    /// The heading that it stands under.
    pub section: Option<Template>,
    pub text: Template,
    pub when: Option<Check>,
    pub within: Option<u64>,
    pub check: Option<Check>,
    pub about: Option<Template>,
    pub span: Span,
}

/// `monitor`.
#[derive(Debug, Clone)]
#[allow(missing_docs)]
pub struct Monitor {
    pub common: Common,
    pub lasts: Option<u64>,
    pub every: Option<u64>,
    pub after: Option<Id<Procedure>>,
    pub during: Option<Id<Procedure>>,
    pub watches: Vec<Watch>,
}

/// A figure of a monitor.
#[derive(Debug, Clone)]
#[allow(missing_docs)]
pub struct Watch {
    pub common: Common,
    pub source: Option<Check>,
    pub target: Option<Comparison>,
    pub alerts: Vec<Alert>,
}

/// `alert > 5% holds 5m run full`.
#[derive(Debug, Clone)]
#[allow(missing_docs)]
pub struct Alert {
    pub comparison: Comparison,
    pub holds: Option<u64>,
    pub run: Option<Id<Procedure>>,
    pub notify: Option<Id<Channel>>,
    pub severity: Option<Id<Severity>>,
}

/// `metric`.
#[derive(Debug, Clone)]
#[allow(missing_docs)]
pub struct Metric {
    pub common: Common,
    /// Two events of the run.
    pub between: Option<(String, String)>,
    /// Or what a person fills in.
    pub asks: Option<Template>,
    pub target: Option<Comparison>,
    pub unit: Option<Template>,
}

/// `contact`.
#[derive(Debug, Clone)]
#[allow(missing_docs)]
pub struct Contact {
    pub common: Common,
    pub reach: Vec<Template>,
    pub hours: Option<Template>,
    pub backup: Option<Id<Contact>>,
    pub unassigned: Option<Reason>,
}

/// `authority`.
#[derive(Debug, Clone)]
#[allow(missing_docs)]
pub struct Authority {
    pub common: Common,
    pub contacts: Vec<Id<Contact>>,
    pub all: bool,
}

/// `escalate`.
#[derive(Debug, Clone)]
#[allow(missing_docs)]
pub struct Escalation {
    pub common: Common,
    /// Seconds after the start of the run.
    pub after: Option<u64>,
    pub when: Option<Check>,
    pub to: Option<Role>,
}

/// `channel`.
#[derive(Debug, Clone)]
#[allow(missing_docs)]
pub struct Channel {
    pub common: Common,
    pub commands: Vec<Command>,
    pub by_hand: Option<Template>,
    pub timeout: Option<u64>,
}

/// `message`.
#[derive(Debug, Clone)]
#[allow(missing_docs)]
pub struct Message {
    pub common: Common,
    pub audience: Option<String>,
    pub via: Vec<Id<Channel>>,
    pub every: Option<u64>,
    pub subject: Option<Template>,
    pub text: Template,
}

/// `drill`.
#[derive(Debug, Clone)]
#[allow(missing_docs)]
pub struct Drill {
    pub common: Common,
    pub every: Option<u64>,
    pub environment: Option<Id<Environment>>,
    pub run: Vec<Id<Procedure>>,
    pub requires: Option<Id<Checklist>>,
    pub last: Option<i64>,
    pub by: Vec<Role>,
    pub records: Vec<Template>,
    pub items: Vec<ChecklistItem>,
}

/// `postmortem`.
#[derive(Debug, Clone)]
#[allow(missing_docs)]
pub struct Postmortem {
    pub common: Common,
    pub due: Option<u64>,
    pub path: Option<Template>,
    pub fields: Vec<Field>,
}

/// A heading of the post-mortem.
#[derive(Debug, Clone)]
#[allow(missing_docs)]
pub struct Field {
    pub title: Template,
    pub about: Option<Template>,
    pub items: Vec<ChecklistItem>,
}

/// `followup`.
#[derive(Debug, Clone)]
#[allow(missing_docs)]
pub struct Followup {
    pub common: Common,
    pub owner: Option<Role>,
    pub due: Option<Value>,
    pub items: Vec<ChecklistItem>,
}

/// `note`.
#[derive(Debug, Clone)]
#[allow(missing_docs)]
pub struct Note {
    pub common: Common,
    pub items: Vec<ChecklistItem>,
}

/// `diagnose` as a declaration.
#[derive(Debug, Clone)]
#[allow(missing_docs)]
pub struct Diagnosis {
    pub common: Common,
    pub commands: Vec<Command>,
    pub expect: Option<Template>,
}

/// Used where the text of a whole script is wanted.
impl AsRef<str> for Script {
    fn as_ref(&self) -> &str {
        &self.text.value
    }
}
