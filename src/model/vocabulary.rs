//! The words of the language: every declaration, statement and option with its arguments.
//!
//! This table is the one place that says which words may stand where. The reader (`reader.rs`) checks plans against
//! it, did-you-mean draws from it, and `docs/language.md` is tested against it. Not its business: what words mean.

/// What follows an option word.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Arg {
    /// `5m`, seconds.
    Duration,
    /// `100MB`, bytes.
    Size,
    /// A whole number.
    Int,
    /// `6m..8m` or `5m`.
    Estimate,
    /// Text with `${x}`.
    Text,
    /// `2026-11-01`.
    Date,
    /// `/…/`.
    Regex,
    /// One of these words.
    Word(&'static [&'static str]),
    /// A word that the plan makes up (an audience, a metric's event).
    AnyWord,
    /// The name of a declaration of this kind.
    Name(Kind),
    /// One name or several with commas between them or in `[ ]`.
    Names(Kind),
    /// Bare words with commas between them: tools, systems.
    Words,
    /// `$x`, a string, a number, or a bare word.
    Value,
    /// `[a, b]`, or a `sh` source that prints one a line.
    Choices,
    /// A check.
    Check,
    /// A check, or a text: then a person is asked.
    Condition,
    /// Where a value comes from: `sh`, `sql`, `http`, or a file.
    Source,
    /// `== 5`, `<= 1%`, `between 1%..5%` …
    Comparison,
    /// `abort`, `continue`, `call P`, `escalate to C`.
    OnFailure,
    /// A block of `sh` with options of its own.
    Commands,
}

/// What a name can refer to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[allow(missing_docs)]
pub enum Kind {
    Param,
    Input,
    Secret,
    Environment,
    Variant,
    Resource,
    Service,
    /// A resource or a service.
    Thing,
    Host,
    /// A host or a group of hosts.
    Where,
    Group,
    Backup,
    Driver,
    Phase,
    Rollback,
    FixForward,
    Procedure,
    /// Anything that can be run: rollback, fix forward, procedure, phase.
    Runnable,
    Verification,
    Trigger,
    Signal,
    Severity,
    Matrix,
    Options,
    Checklist,
    Monitor,
    Metric,
    Contact,
    Authority,
    /// A contact or an authority.
    Role,
    /// A checklist or an authority.
    Requirement,
    Escalation,
    Channel,
    Message,
    Drill,
    Followup,
    Note,
    Point,
    Step,
    Capture,
    /// A rule of `rbk rules`.
    Rule,
    Diagnosis,
}

/// Whether an option wants `because "…"`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Reason {
    /// It may not have one.
    No,
    /// It must have one.
    Must,
}

/// An option: a reserved word of fixed arity.
#[derive(Debug, Clone, Copy)]
pub struct Opt {
    /// The word.
    pub word: &'static str,
    /// What follows it.
    pub args: &'static [Arg],
    /// Options that may follow the arguments and belong to this one.
    pub tail: &'static [Opt],
    /// May it stand more than once?
    pub many: bool,
    /// Does it need a reason?
    pub reason: Reason,
    /// One line for the reference.
    pub doc: &'static str,
}

/// How a form's name is given.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Naming {
    /// `kind NAME`.
    Required,
    /// `kind` or `kind NAME`.
    Optional,
    /// `kind`.
    None,
}

/// What stands in a form's block.
#[derive(Debug, Clone, Copy)]
pub enum Body {
    /// No block.
    None,
    /// Options, one a line, and these forms.
    Items(&'static [&'static Form]),
    /// Options, one a line, these forms, and statements.
    Statements(&'static [&'static Form]),
    /// Options, these forms, and `name = value` lines.
    Settings(&'static [&'static Form]),
    /// One check.
    Check,
    /// Commands: `sh`, `sql R`, and options.
    Commands,
}

/// A declaration, a statement, or an item of a declaration's block.
#[derive(Debug, Clone, Copy)]
pub struct Form {
    /// The head word.
    pub word: &'static str,
    /// Its name.
    pub naming: Naming,
    /// May a title follow?
    pub title: bool,
    /// Its options, in the header or one a line.
    pub options: &'static [Opt],
    /// Its block.
    pub body: Body,
    /// One line for the reference.
    pub doc: &'static str,
}

const fn opt(word: &'static str, args: &'static [Arg], doc: &'static str) -> Opt {
    Opt { word, args, tail: &[], many: false, reason: Reason::No, doc }
}

impl Opt {
    const fn many(mut self) -> Opt {
        self.many = true;
        self
    }
    const fn because(mut self) -> Opt {
        self.reason = Reason::Must;
        self
    }
    const fn tail(mut self, tail: &'static [Opt]) -> Opt {
        self.tail = tail;
        self
    }
}

const fn form(word: &'static str, naming: Naming, options: &'static [Opt], body: Body, doc: &'static str) -> Form {
    Form { word, naming, title: true, options, body, doc }
}

use Arg::{
    AnyWord, Check, Choices, Commands, Comparison, Condition, Date, Duration, Estimate, Int, Name, Names, OnFailure,
    Regex, Size, Source, Text, Value, Word, Words,
};
use Naming::{None as Nameless, Optional, Required};

const ABOUT: Opt = opt("about", &[Text], "long text for the runbook");
const EVERY: Opt = opt("every", &[Duration], "how often");
const WITHIN: Opt = opt("within", &[Duration], "poll until it is true, at most so long");
const HOLDS: Opt = opt("holds", &[Duration], "it must be true all that time");
const FOR_VARIANT: Opt = opt("for", &[Names(Kind::Variant)], "only in these variants");
const ALLOW: Opt = opt("allow", &[Name(Kind::Rule)], "switches a rule off here")
    .tail(&[opt("until", &[Date], "the last day")])
    .because()
    .many();

/// Options that every declaration of things that run or hold state may have.
pub const EFFECTS: &[Opt] = &[
    opt("modifies", &[Names(Kind::Resource)], "changes it").many(),
    opt("destroys", &[Names(Kind::Resource)], "changes it so that only a backup brings a part of it back").many(),
    opt("creates", &[Names(Kind::Thing)], "it did not exist before").many(),
    opt("deletes", &[Names(Kind::Thing)], "it is gone afterwards").many(),
    opt("adjusts", &[Names(Kind::Resource)], "harmless maintenance").because().many(),
    opt("appends", &[Names(Kind::Resource)], "adds to it, what was there stays").many(),
    opt("switches", &[Name(Kind::Resource)], "puts a versioned resource at a reference")
        .tail(&[opt("to", &[Value], "the reference")])
        .many(),
    opt("stops", &[Names(Kind::Service)], "the service no longer runs afterwards").many(),
    opt("starts", &[Names(Kind::Service)], "the service runs afterwards").many(),
    opt("irreversible", &[Names(Kind::Resource)], "touches what can't be taken back").many(),
    opt("supersedes", &[Names(Kind::Resource)], "makes up for what was touched (a correction is sent)").many(),
    opt("changes", &[Word(&["nothing"])], "has no effect on anything declared"),
];

/// Options that every statement may have.
pub const COMMON: &[Opt] = &[
    opt("timeout", &[Duration], "it is ended after that"),
    opt("retry", &[Int], "how many times more it is tried").tail(&[EVERY]),
    opt("on", &[Name(Kind::Where)], "the host or group where it runs").tail(&[opt(
        "one",
        &[Word(&["at"]), Word(&["a"]), Word(&["time"])],
        "one host after the other",
    )]),
    opt("as", &[Value], "the user that it runs as"),
    opt("in", &[Value], "the directory that it runs in"),
    opt("ask_first", &[], "the operator may skip it").because(),
    opt("if_fails", &[OnFailure], "what happens when it fails; without it the run stops"),
    opt("repeatable", &[], "safe to run again"),
    opt("done_when", &[Check], "tells whether it has happened already"),
    opt("undo", &[Commands], "takes it back; `total` if it does so from every half-done state"),
    opt("estimate", &[Estimate], "how long it is expected to take"),
    opt("expect", &[Text], "what should be seen, shown beside the command"),
    opt("uses", &[Names(Kind::Thing)], "what it reads: for ordering and the runbook").many(),
    ABOUT,
    ALLOW,
];

// ---------------------------------------------------------------- declarations

const PLAN: Form = form(
    "plan",
    Required,
    &[
        opt("language", &[Word(&["en", "es"])], "of the runbook and the prompts"),
        opt("owner", &[Text], "who keeps the plan"),
        opt("author", &[Text], "who wrote it"),
        opt("version", &[Text], "of the plan"),
        opt("status", &[Text], "draft, approved …"),
        opt("created", &[Date], "day of the first version"),
        opt("reviewed", &[Date], "day of the last review").tail(&[EVERY]),
        opt("sign_off", &[Text], "who approves, one line each").many(),
        opt("rto", &[Duration], "recovery time objective"),
        opt("rpo", &[Duration], "recovery point objective"),
        opt("estimate", &[Estimate], "of the whole rollback"),
        opt("summary", &[Text], "what the plan is for"),
        opt("principle", &[Text], "a rule that the team follows").many(),
        opt("never", &[Text], "a prohibition").many(),
        opt("reference", &[Text], "a document; a path or URL may follow")
            .tail(&[opt("at", &[Text], "where it is")])
            .many(),
        opt("runs_on", &[Words], "linux, macos, bsd, busybox: where the script runs").many(),
        opt("needs", &[Words], "tools that must be installed").many(),
        opt("state_dir", &[Text], "where the journal lives by default"),
        ABOUT,
        ALLOW,
    ],
    Body::Items(&[]),
    "the first declaration of every plan",
);

const USE: Form = Form { title: true, ..form("use", Nameless, &[], Body::None, "declarations of another file") };

const PARAM: Form = form(
    "param",
    Required,
    &[opt("=", &[Value], "its value"), FOR_VARIANT, ABOUT, ALLOW],
    Body::Items(&[]),
    "a fixed value",
);

const INPUT: Form = form(
    "input",
    Required,
    &[
        opt("=", &[Value], "what is taken when the operator just presses return"),
        opt("one_of", &[Choices], "the possible answers"),
        opt("matches", &[Regex], "what the answer looks like"),
        opt("between", &[Value], "a range of numbers"),
        opt("find_with", &[Source], "a command that helps to find the answer"),
        opt("example", &[Text], "an answer"),
        opt("from_environment", &[], "the environment variable of its name answers, if it is set and not empty"),
        FOR_VARIANT,
        ABOUT,
        ALLOW,
    ],
    Body::Items(&[]),
    "a blank that the operator fills once",
);

const SECRET: Form = form(
    "secret",
    Required,
    &[opt("from", &[Source], "fetched at run time"), opt("optional", &[], "may be empty"), FOR_VARIANT, ABOUT, ALLOW],
    Body::Items(&[]),
    "a value that is never shown; from the environment or the file named by NAME_FILE",
);

const ENVIRONMENT: Form = form(
    "environment",
    Required,
    &[opt("protected", &[], "the operator types its name before anything changes"), ABOUT, ALLOW],
    Body::Settings(&[]),
    "values of params in one place",
);

const VARIANT: Form = form(
    "variant",
    Required,
    &[opt("one_of", &[Words], "its choices"), ABOUT, ALLOW],
    Body::Items(&[]),
    "a choice that is fixed when the plan is built",
);

/// Operations of a driver; a resource or service may override them in its own block.
pub const OPERATIONS: &[&Form] = &[
    &operation("backup", "writes `$backup_path`"),
    &operation("check", "exit 0 if `$backup_path` is readable and whole"),
    &operation("restore", "brings the resource back from `$backup_path`"),
    &operation("restore_only", "brings back the parts named in `$tables`, one a line"),
    &operation("query", "answers the statement on standard input"),
    &operation("restore_test", "restores `$backup_path` into a scratch place"),
    &operation("preflight", "exit 0 if access and privileges are as needed"),
    &operation("exists", "exit 0 if it is there"),
    &operation("current", "prints the reference in force"),
    &operation("switch", "puts it at `$to`"),
    &operation("resolve", "exit 0 if `$to` can be switched to"),
    &operation("swap", "exchanges it with `$with`"),
    &operation("stop", "ends it gracefully"),
    &operation("kill", "ends it by force"),
    &operation("start", "starts it"),
    &operation("restart", "stops and starts it"),
    &operation("running", "exit 0 if it runs"),
    &operation("healthy", "exit 0 if it answers"),
];

const OPERATION_OPTIONS: &[Opt] = &[
    opt("timeout", &[Duration], "its default limit"),
    opt("total", &[], "afterwards the resource is the original, whatever was there"),
    opt("while_running", &[], "writers need not be stopped"),
    opt("discards_newer", &[], "backups younger than the restored one are lost"),
    opt("suffix", &[Text], "how the backup's file name ends"),
    opt("directory", &[], "the backup is a directory"),
    opt("placeholder", &[Text], "how a bound value is written; `%` is its name"),
    opt("manual", &[Text], "a person does it"),
];

const fn operation(word: &'static str, doc: &'static str) -> Form {
    Form { word, naming: Nameless, title: false, options: OPERATION_OPTIONS, body: Body::Commands, doc }
}

const DRIVER: Form = form(
    "driver",
    Required,
    &[
        opt("for", &[Words], "data, cache, versioned, irrevocable, service"),
        opt("needs", &[Words], "tools that must be installed").many(),
        ABOUT,
        ALLOW,
    ],
    Body::Items(&[&PARAM, &OPERATIONS_MARK]),
    "operations for a kind of resource or service",
);
/// Stands for all of `OPERATIONS` in a list of forms.
pub const OPERATIONS_MARK: Form = form("<operation>", Nameless, &[], Body::None, "");

const RESOURCE: Form = form(
    "resource",
    Required,
    &[
        opt(":", &[Name(Kind::Driver)], "its driver"),
        opt("cache", &[], "may be lost"),
        opt("data", &[], "must not be lost"),
        opt("versioned", &[], "is at a reference"),
        opt("identity", &[Check], "proves that this is the target meant"),
        opt("part_of", &[Names(Kind::Resource)], "what it is a part of"),
        opt("derived_from", &[Names(Kind::Resource)], "what it is computed from"),
        opt("introduced_by", &[Name(Kind::Phase)], "did not exist before that phase"),
        opt("rolling", &[], "mixed versions are legal"),
        opt("on", &[Name(Kind::Where)], "the host where it is"),
        FOR_VARIANT,
        ABOUT,
        ALLOW,
    ],
    Body::Settings(&[&OPERATIONS_MARK]),
    "what holds state",
);

const SERVICE: Form = form(
    "service",
    Required,
    &[
        opt(":", &[Name(Kind::Driver)], "its driver"),
        opt("writes", &[Names(Kind::Resource)], "what it changes while it runs").many(),
        opt("reads", &[Names(Kind::Resource)], "what it needs").many(),
        opt("runs", &[Names(Kind::Resource)], "the code or image that it is").many(),
        opt("url", &[Text], "answers 200 when it is healthy"),
        opt("graceful", &[Duration], "how long a stop may take before it is ended by force"),
        opt("healthy_when", &[Check], "tells that it is healthy, in place of the url"),
        opt("introduced_by", &[Name(Kind::Phase)], "did not exist before that phase"),
        opt("starts_stopped", &[], "is not running when a phase begins"),
        opt("rolling", &[], "mixed versions are legal"),
        opt("on", &[Name(Kind::Where)], "the host where it is"),
        FOR_VARIANT,
        ABOUT,
        ALLOW,
    ],
    Body::Settings(&[&OPERATIONS_MARK]),
    "what runs",
);

const HOST: Form = form(
    "host",
    Required,
    &[
        opt("ssh", &[Text], "how to reach it"),
        opt("alternate_of", &[Name(Kind::Host)], "the same machine started from other media"),
        ABOUT,
        ALLOW,
    ],
    Body::Items(&[]),
    "a machine",
);
const GROUP: Form = form(
    "group",
    Required,
    &[opt("of", &[Names(Kind::Host)], "its machines"), ABOUT, ALLOW],
    Body::Items(&[]),
    "several machines",
);

const BACKUP: Form = form(
    "backup",
    Required,
    &[
        opt("of", &[Names(Kind::Resource)], "what it is a copy of"),
        opt("path", &[Text], "where it is written; `${stamp}` keeps runs apart"),
        opt("min_size", &[Size], "smaller is no good"),
        opt("max_age", &[Duration], "of a copy made elsewhere, at the start of the phase"),
        opt("copies", &[Int], "how many places it must be in"),
        opt("keep", &[Value], "how long or how many"),
        opt("while_running", &[], "writers need not be stopped"),
        opt("check", &[Check], "one more proof that it is good; sees `$backup_path`"),
        opt("restore_test", &[Text], "when it was last restored for a test, or how it is"),
        opt("member", &[Text], "the part of an archive that is this resource"),
        opt("made_elsewhere", &[], "somebody else takes it"),
        opt("list", &[Source], "prints the copies there are, newest first"),
        opt("fetch", &[Source], "brings the chosen one to `$backup_path`"),
        opt("glob", &[Text], "where the copies are"),
        opt("taken_by", &[Source], "commands in place of the driver's; they write `$backup_path`"),
        FOR_VARIANT,
        ABOUT,
        ALLOW,
    ],
    Body::Items(&[]),
    "a copy that a restore can use",
);

const FAILS_WHEN: Form = form(
    "fails_when",
    Nameless,
    &[opt("->", &[AnyWord], "the procedure, `diagnose`, or `escalate`").tail(&[opt(
        "to",
        &[Name(Kind::Role)],
        "whom",
    )])],
    Body::None,
    "a symptom and where it leads",
);

const PHASE: Form = form(
    "phase",
    Required,
    &[
        opt("described_only", &[], "somebody else runs it"),
        opt("estimate", &[Estimate], "how long it is expected to take"),
        FOR_VARIANT,
        ABOUT,
        ALLOW,
    ],
    Body::Statements(&[&FAILS_WHEN]),
    "the forward change, in order",
);

const PROCEDURE_OPTIONS: &[Opt] = &[
    opt("of", &[Names(Kind::Runnable)], "the phases or the procedure that it takes back"),
    opt("past", &[Names(Kind::Point)], "the point of no return behind which it is the way"),
    opt("recommended", &[], "offered first"),
    opt("when", &[Condition], "when it is the right one").many(),
    opt("unless", &[Condition], "when it is not").many(),
    opt("estimate", &[Estimate], "how long it is expected to take"),
    opt("rto", &[Duration], "its own limit"),
    opt("rpo", &[Duration], "its own limit"),
    opt("data_lost", &[Text], "what is gone afterwards").many(),
    opt("works_without", &[Text], "what is missing while it is in force").many(),
    opt("not_restored", &[Names(Kind::Resource)], "what it leaves as it is").because().many(),
    opt("requires", &[Name(Kind::Requirement)], "an authority or checklist that comes first").many(),
    opt("ends", &[Name(Kind::Service), Word(&["running", "stopped"])], "how it leaves a service").many(),
    opt("goal", &[Name(Kind::Resource), Value], "where it leaves a versioned resource, in place of where it was")
        .many(),
    opt("extends", &[Name(Kind::Runnable)], "takes over another's statements"),
    opt("accepts", &[Name(Kind::Point)], "goes back although the point is passed").because().many(),
    opt("owner", &[Name(Kind::Role)], "who carries it out"),
    FOR_VARIANT,
    ABOUT,
    ALLOW,
];
const REPLACE: Form =
    form("replace", Required, &[], Body::Statements(&[]), "other statements in place of one taken over");
const OMIT: Form = form("omit", Required, &[], Body::None, "leaves one out");

const ROLLBACK: Form =
    form("rollback", Required, PROCEDURE_OPTIONS, Body::Statements(&[&REPLACE, &OMIT]), "a way back");
const FIX_FORWARD: Form = form(
    "fix_forward",
    Required,
    PROCEDURE_OPTIONS,
    Body::Statements(&[&REPLACE, &OMIT]),
    "the way on from behind a point of no return",
);
const PROCEDURE: Form =
    form("procedure", Required, PROCEDURE_OPTIONS, Body::Statements(&[]), "a shared piece for `call`");
const VERIFICATION: Form =
    form("verification", Required, PROCEDURE_OPTIONS, Body::Statements(&[]), "checks for `call` and `passed`");

const TRIGGER: Form = form(
    "trigger",
    Required,
    &[
        opt("automatic", &[], "acted on at once"),
        opt("by_hand", &[], "people decide"),
        opt("warning", &[], "watch more closely"),
        opt("severity", &[Name(Kind::Severity)], "how bad"),
        opt("respond", &[Duration], "how fast"),
        opt("when", &[Condition], "what is seen").many(),
        opt("during", &[Name(Kind::Phase)], "only then"),
        opt("approve", &[Word(&["any", "all"]), Word(&["of"]), Names(Kind::Role)], "who decides"),
        opt("run", &[Name(Kind::Runnable)], "what is done"),
        opt("then", &[Text], "what else is done"),
        FOR_VARIANT,
        ABOUT,
        ALLOW,
    ],
    Body::Items(&[]),
    "when to act",
);
const SIGNAL: Form = form(
    "signal",
    Required,
    &[opt("=", &[Source], "how it is measured"), opt("unit", &[Text], "of the figure"), FOR_VARIANT, ABOUT, ALLOW],
    Body::Items(&[]),
    "a measured value",
);
const SEVERITY: Form = form(
    "severity",
    Required,
    &[opt("respond", &[Duration], "how fast"), opt("action", &[Text], "what is done"), ABOUT, ALLOW],
    Body::Items(&[]),
    "a level",
);

const COLUMN: Form = form(
    "column",
    Required,
    &[opt("one_of", &[Words], "its values, worst first")],
    Body::None,
    "an input of the table: a signal, or values named here",
);
const ROW: Form = form(
    "row",
    Optional,
    &[
        opt("is", &[Name(Kind::Signal), Comparison], "a column's condition").many(),
        opt("run", &[Name(Kind::Runnable)], "what is done"),
        opt("->", &[Name(Kind::Runnable)], "what is done"),
        opt("severity", &[Name(Kind::Severity)], "how bad"),
        ABOUT,
    ],
    Body::Items(&[]),
    "one row",
);
const MATRIX: Form = form(
    "matrix",
    Required,
    &[opt("worst_row_wins", &[], "rows may overlap: the worst one counts"), ABOUT, ALLOW],
    Body::Items(&[&COLUMN, &ROW]),
    "a decision table",
);
const OPTIONS: Form = form(
    "options",
    Required,
    &[
        opt("columns", &[Names(Kind::Runnable)], "the procedures to choose from"),
        opt("of", &[Name(Kind::Phase)], "of which phase"),
        ABOUT,
        ALLOW,
    ],
    Body::Items(&[&GRADE]),
    "how well each procedure fits a symptom",
);
const GRADE: Form = form(
    "row",
    Nameless,
    &[opt("grades", &[Words], "yes, maybe or no, one a column")],
    Body::None,
    "one symptom: `row \"…\" yes maybe no`",
);

const ITEM: Form = form(
    "item",
    Nameless,
    &[opt("when", &[Condition], "only then"), opt("within", &[Duration], "how fast"), ABOUT],
    Body::Check,
    "one line, by eye or with a check",
);
const SECTION: Form = form("section", Nameless, &[], Body::Items(&[&ITEM]), "a heading with items below it");
const CHECKLIST: Form = form(
    "checklist",
    Required,
    &[opt("for", &[AnyWord], "the audience"), ABOUT, ALLOW],
    Body::Items(&[&ITEM, &SECTION]),
    "what must be so",
);

const WATCH: Form = form(
    "watch",
    Required,
    &[
        opt("=", &[Source], "how it is measured"),
        opt("target", &[Comparison], "how it should be"),
        opt("alert", &[Comparison], "when to act")
            .tail(&[
                HOLDS,
                opt("run", &[Name(Kind::Runnable)], "what is done"),
                opt("notify", &[Name(Kind::Channel)], "who is told"),
                opt("severity", &[Name(Kind::Severity)], "how bad"),
            ])
            .many(),
        ABOUT,
    ],
    Body::Commands,
    "one figure",
);
const MONITOR: Form = form(
    "monitor",
    Required,
    &[
        opt("for", &[Duration], "how long"),
        EVERY,
        opt("after", &[Name(Kind::Runnable)], "which procedure"),
        opt("during", &[Name(Kind::Phase)], "which phase"),
        FOR_VARIANT_IN,
        ABOUT,
        ALLOW,
    ],
    Body::Items(&[&WATCH]),
    "watching afterwards",
);
const FOR_VARIANT_IN: Opt = opt("in", &[Names(Kind::Variant)], "only in these variants");
const METRIC: Form = form(
    "metric",
    Required,
    &[
        opt("from", &[AnyWord], "an event: `decided`, `started`, `verified` …").tail(&[opt(
            "to",
            &[AnyWord],
            "the other event",
        )]),
        opt("asks", &[Text], "a person fills it in"),
        opt("target", &[Comparison], "how it should be"),
        opt("unit", &[Text], "of the figure"),
        ABOUT,
        ALLOW,
    ],
    Body::Items(&[]),
    "target against actual",
);

const CONTACT: Form = form(
    "contact",
    Required,
    &[
        opt("reach", &[Text], "telephone, mail, channel").many(),
        opt("hours", &[Text], "when"),
        opt("backup", &[Name(Kind::Contact)], "who else"),
        opt("unassigned", &[], "nobody yet").because(),
        ABOUT,
        ALLOW,
    ],
    Body::Items(&[]),
    "a person or a role",
);
const AUTHORITY: Form = form(
    "authority",
    Required,
    &[
        opt("of", &[Names(Kind::Contact)], "who may decide, first choice first"),
        opt("approve", &[Word(&["any", "all"]), Word(&["of"]), Names(Kind::Contact)], "how many"),
        ABOUT,
        ALLOW,
    ],
    Body::Items(&[]),
    "who may decide",
);
const ESCALATE: Form = form(
    "escalate",
    Required,
    &[
        opt("after", &[Duration], "of the run"),
        opt("when", &[Condition], "or when this is seen"),
        opt("to", &[Name(Kind::Role)], "whom"),
        ABOUT,
        ALLOW,
    ],
    Body::Items(&[]),
    "when to call whom",
);
const CHANNEL: Form = form(
    "channel",
    Required,
    &[
        opt("by_hand", &[Text], "how a person does it"),
        opt("timeout", &[Duration], "its limit"),
        FOR_VARIANT,
        ABOUT,
        ALLOW,
    ],
    Body::Commands,
    "how messages go out; commands see `$subject` and `$message`",
);
const MESSAGE: Form = form(
    "message",
    Required,
    &[
        opt("for", &[AnyWord], "the audience"),
        opt("via", &[Names(Kind::Channel)], "how it goes out"),
        EVERY,
        opt("subject", &[Text], "of a mail"),
        opt("text", &[Text], "the words"),
        ABOUT,
        ALLOW,
    ],
    Body::Items(&[]),
    "what is said",
);

const DRILL: Form = form(
    "drill",
    Required,
    &[
        EVERY,
        opt("in", &[Name(Kind::Environment)], "where"),
        opt("run", &[Name(Kind::Runnable)], "what is rehearsed").many(),
        opt("requires", &[Name(Kind::Checklist)], "what is ticked off"),
        opt("last", &[Date], "day of the last one"),
        opt("by", &[Names(Kind::Role)], "who takes part"),
        opt("records", &[Text], "a blank of its record").many(),
        ABOUT,
        ALLOW,
    ],
    Body::Items(&[&ITEM]),
    "a rehearsal",
);
const FIELD: Form = form("field", Nameless, &[ABOUT], Body::Items(&[&ITEM]), "a heading to fill in");
const POSTMORTEM: Form = form(
    "postmortem",
    Nameless,
    &[opt("due", &[Duration], "after the end"), opt("path", &[Text], "the file"), ABOUT],
    Body::Items(&[&FIELD]),
    "what is written afterwards",
);
const FOLLOWUP: Form = form(
    "followup",
    Optional,
    &[opt("owner", &[Name(Kind::Role)], "who"), opt("due", &[Value], "a day or a duration"), ABOUT, ALLOW],
    Body::Items(&[&ITEM]),
    "what remains to be done",
);
const NOTE: Form = form("note", Optional, &[ABOUT], Body::Items(&[&ITEM]), "more for the runbook");
const DIAGNOSIS: Form =
    form("diagnose", Optional, COMMON, Body::Commands, "a symptom and the commands that look into it");

/// All declarations.
pub const DECLARATIONS: &[&Form] = &[
    &PLAN,
    &USE,
    &PARAM,
    &INPUT,
    &SECRET,
    &ENVIRONMENT,
    &VARIANT,
    &DRIVER,
    &RESOURCE,
    &SERVICE,
    &HOST,
    &GROUP,
    &BACKUP,
    &PHASE,
    &ROLLBACK,
    &FIX_FORWARD,
    &PROCEDURE,
    &VERIFICATION,
    &TRIGGER,
    &SIGNAL,
    &SEVERITY,
    &MATRIX,
    &OPTIONS,
    &CHECKLIST,
    &MONITOR,
    &METRIC,
    &CONTACT,
    &AUTHORITY,
    &ESCALATE,
    &CHANNEL,
    &MESSAGE,
    &DRILL,
    &POSTMORTEM,
    &FOLLOWUP,
    &NOTE,
    &DIAGNOSIS,
];

// ---------------------------------------------------------------- statements

/// A statement. `objects` says what stands between the head and the options; the reader knows each by its word.
const fn statement(word: &'static str, body: Body, doc: &'static str) -> Form {
    Form { word, naming: Nameless, title: true, options: COMMON, body, doc }
}

/// All statements.
pub const STATEMENTS: &[&Form] = &[
    &statement("take", Body::Items(&[]), "`take backup B [of R]`"),
    &statement("restore", Body::Items(&[]), "`restore R from B [only [tables]] [at $t]`"),
    &statement("swap", Body::Items(&[]), "`swap A with B`"),
    &statement("stop", Body::Items(&[]), "`stop S`, or several with commas"),
    &statement("start", Body::Items(&[]), "`start S`"),
    &statement("restart", Body::Items(&[]), "`restart S`"),
    &statement("switch", Body::Items(&[]), "`switch R to $ref`"),
    &statement("undo", Body::Items(&[]), "`undo STEP`: runs what that step gave as its undo"),
    &statement("step", Body::Commands, "`step NAME \"Title\" EFFECTS { sh … }`"),
    &statement("capture", Body::Items(&[]), "`capture x = SOURCE`, `capture x file SOURCE [private]`"),
    &statement("verify", Body::Check, "`verify NAME \"Title\" [of R…] { CHECK }`"),
    &statement(
        "wait",
        Body::Statements(&[]),
        "`wait 30s`, `wait until CHECK within 5m { otherwise … }`, `wait reboot of H within 10m`",
    ),
    &statement("manual", Body::Items(&[]), "`manual NAME \"Do this\" EFFECTS by ROLE at \"…\" { expect \"…\" }`"),
    &statement("confirm", Body::Items(&[]), "`confirm NAME \"…\" phrase \"…\"`"),
    &statement("notify", Body::Items(&[]), "`notify CHANNEL MESSAGE`"),
    &statement("stage", Body::Statements(&[]), "`stage NAME \"Title\" { … }`"),
    &statement("if", Body::Statements(&[]), "`if CHECK { … } else { … }`"),
    &statement("for", Body::Statements(&[]), "`for x in [a, b] { … }`, `for x in $lines { … }`"),
    &statement("parallel", Body::Statements(&[]), "in any order"),
    &statement("always", Body::Statements(&[]), "at the end, whatever happens"),
    &statement("call", Body::Items(&[]), "`call P`: a procedure, rollback or verification"),
    &statement("require", Body::Items(&[]), "`require CHECKLIST`"),
    &statement("diagnose", Body::Commands, "`diagnose \"…\" { sh … }`"),
    &statement("escalate", Body::Items(&[]), "`escalate to ROLE`: the run stops and names whom to call"),
    &statement("copy", Body::Items(&[]), "`copy \"path\" from H to G`"),
    &statement(
        "point_of_no_return",
        Body::Statements(&[]),
        "`point_of_no_return NAME \"Title\" { …; not_passed_when CHECK }`",
    ),
];

/// Options of single statements besides `COMMON` and `EFFECTS`.
pub const STATEMENT_OPTIONS: &[(&str, &[Opt])] = &[
    (
        "take",
        &[
            opt("of", &[Names(Kind::Resource)], "of what, for a backup declared by this statement"),
            opt("path", &[Text], "where"),
            opt("min_size", &[Size], "smaller is no good"),
        ],
    ),
    (
        "restore",
        &[
            opt("from", &[Name(Kind::Backup)], "the backup"),
            opt("only", &[Choices], "the parts that come back; the rest stays as it was"),
            opt("at", &[Value], "a point in time"),
        ],
    ),
    ("swap", &[opt("with", &[Name(Kind::Resource)], "the other one")]),
    ("switch", &[opt("to", &[Value], "the reference")]),
    (
        "capture",
        &[
            opt("file", &[], "into a file of the run"),
            opt("private", &[], "not shown in reports"),
            opt("=", &[Source], "where it comes from"),
        ],
    ),
    (
        "verify",
        &[
            opt("of", &[Names(Kind::Thing)], "what it proves"),
            opt("writes_nothing_kept", &[], "its test data does not stay").because(),
        ],
    ),
    (
        "wait",
        &[opt("until", &[Check], "what is waited for"), opt("of", &[Name(Kind::Host)], "the machine"), WITHIN, EVERY],
    ),
    (
        "manual",
        &[
            opt("by", &[Name(Kind::Role)], "who"),
            opt("at", &[Text], "where"),
            opt("check", &[Check], "proves that it was done"),
        ],
    ),
    ("confirm", &[opt("phrase", &[Text], "what must be typed")]),
    ("copy", &[opt("from", &[Name(Kind::Host)], "the source"), opt("to", &[Name(Kind::Where)], "the target")]),
    ("escalate", &[opt("to", &[Name(Kind::Role)], "whom")]),
    ("point_of_no_return", &[opt("not_passed_when", &[Check], "proves that it was not passed although it began")]),
];

/// The words that begin a check.
pub const CHECKS: &[(&str, &str)] = &[
    (
        "http",
        "`http [METHOD] \"url\" [header \"…\"] [body \"…\"] [status 200|[200, 401]] [json \".path\" == x] [contains \"…\"]`",
    ),
    ("tcp", "`tcp \"host:port\"`"),
    ("sql", "`sql R \"query\" [with x = $x, …] == value`"),
    ("sh", "`sh \"…\"`: exit 0, or `== != < > <= >= contains matches lines ==`"),
    ("file", "`file \"path\" exists`, `size >= 1MB`, `age <= 1h`"),
    ("healthy", "`healthy S`"),
    ("running", "`running S`"),
    ("ask", "`ask \"…\"`: a person answers"),
    ("passed", "`passed V`"),
    ("not", "`not CHECK`"),
    ("all", "`all { CHECK … }`"),
    ("any", "`any { CHECK … }`"),
];
