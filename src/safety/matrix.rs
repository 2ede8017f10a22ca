//! The recovery matrix: which procedure gets you back from which point of failure.
//!
//! In: verdicts of `recovery`. Out: rows that a journal can tell apart, cells that script and runbook show.
//! Not its business: how a verdict is found.

use std::sync::Arc;

/// Everything that is known about getting back, for every phase and every procedure that can itself be taken back.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Matrix {
    /// In the order of `Program::procedures`, then of the actions in each: `Before`, then `Inside`, `Unpassed` (if
    /// there is one) and `After` of each action; of a phase that somebody else runs `Found` and `FoundUnpassed`, as far as
    /// its probes reach; last the row `Unknown`. Actions that are never reached have no row.
    pub rows: Vec<Row>,
}

/// One point of failure.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Row {
    /// What had been running: an index into `Program::procedures`.
    pub phase: usize,
    /// How far it had come.
    pub point: Point,
    /// Has a point of no return perhaps been passed here?
    pub past: bool,
    /// May the phase itself simply be resumed as the declared way out (everything that remains is repeatable)?
    /// Only ever true where `past` is.
    pub resume: bool,
    /// One for each procedure that takes back or mends this phase, in the order of `Program::procedures`; shared by rows that are worth the same.
    pub cells: Arc<[Cell]>,
}

/// How far a phase had come, as its journal shows it.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Point {
    /// No action has started.
    Before,
    /// The action with this id has started and has not succeeded: it did nothing, a part, or everything.
    Inside(String),
    /// As `Inside`, of a step that crosses a point of no return whose `not_passed_when` proves that it was not passed.
    Unpassed(String),
    /// The action with this id has succeeded, the next one has not started. After the last action: the end.
    After(String),
    /// There is no journal, and probes tell that one step is done (none: the first that could tell is not) and the
    /// next one that could tell is not (none: there is no such step): the union of all points between.
    Found {
        /// What is done.
        since: Option<String>,
        /// What is not.
        until: Option<String>,
    },
    /// As `Found`, with a `not_passed_when` that proves that a point of no return was not passed.
    FoundUnpassed {
        /// What is done.
        since: Option<String>,
        /// The step that crosses the point of no return.
        crossing: String,
    },
    /// There is no journal: the union of all points.
    Unknown,
}

/// What a procedure is worth at a point.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Cell {
    /// An index into `Program::procedures`.
    pub procedure: usize,
    /// The verdict.
    pub verdict: Verdict,
}

/// What comes of running a procedure.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Verdict {
    /// It leads to its goal, however often it is interrupted and resumed. For a fix forward: it is the declared way.
    Recovers,
    /// It must not be run here, or would not get everything back; why, in one sentence.
    Refused(Arc<str>),
    /// A point of no return may have been passed, and the procedure does not accept that; why, in one sentence.
    ForwardOnly(Arc<str>),
}

impl Matrix {
    /// The row of a point of the phase with this index.
    pub fn row(&self, phase: usize, point: &Point) -> Option<&Row> {
        self.rows.iter().find(|row| row.phase == phase && row.point == *point)
    }

    /// The rows of one phase.
    pub fn of_phase(&self, phase: usize) -> impl Iterator<Item = &Row> {
        self.rows.iter().filter(move |row| row.phase == phase)
    }
}

impl Row {
    /// The procedures that may be run from here.
    pub fn ways_back(&self) -> impl Iterator<Item = usize> {
        self.cells.iter().filter(|cell| cell.verdict.allows()).map(|cell| cell.procedure)
    }
}

impl Point {
    /// Is it a union of points, where nothing tells them apart?
    pub fn is_range(&self) -> bool {
        matches!(self, Point::Found { .. } | Point::FoundUnpassed { .. } | Point::Unknown)
    }

    /// `before`, `inside:ID`, `unpassed:ID`, `after:ID`, `found:[ID]..[ID]`, `unpassed:[ID]..ID` or `unknown`: stable, for
    /// scripts and JSON.
    pub fn label(&self) -> String {
        let side = |id: &Option<String>| id.clone().unwrap_or_default();
        match self {
            Point::Before => "before".to_string(),
            Point::Inside(id) => format!("inside:{id}"),
            Point::Unpassed(id) => format!("unpassed:{id}"),
            Point::After(id) => format!("after:{id}"),
            Point::Found { since, until } => format!("found:{}..{}", side(since), side(until)),
            Point::FoundUnpassed { since, crossing } => format!("unpassed:{}..{crossing}", side(since)),
            Point::Unknown => "unknown".to_string(),
        }
    }
}

impl Verdict {
    /// May the procedure be run?
    pub fn allows(&self) -> bool {
        matches!(self, Verdict::Recovers)
    }

    /// `recovers`, `refused` or `forward only`.
    pub fn word(&self) -> &'static str {
        match self {
            Verdict::Recovers => "recovers",
            Verdict::Refused(_) => "refused",
            Verdict::ForwardOnly(_) => "forward only",
        }
    }

    /// Why not; empty where it may be run.
    pub fn reason(&self) -> &str {
        match self {
            Verdict::Recovers => "",
            Verdict::Refused(reason) | Verdict::ForwardOnly(reason) => reason,
        }
    }
}
