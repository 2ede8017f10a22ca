//! Random small plans as text: two things that are data, one that is switched, a service, and procedures that more or
//! less take the change back.

use proptest::prelude::*;
use std::fmt::Write;

/// A statement of the change.
#[derive(Debug, Clone)]
pub enum Step {
    Stop,
    Start,
    Take(usize),
    Capture,
    /// Which resource, is it destroyed, its undo (none, plain, total), does the change go on when it fails?
    Write(usize, bool, Undo, bool),
    Both,
    Switch,
    Adjust(usize),
    Delete(usize),
    /// A step in one of two branches.
    Branch(usize),
    /// Twice: a backup perhaps, then a step.
    Loop(usize, bool),
    /// A step that the operator may skip, or a person's work that nobody looks at.
    Doubtful(usize, bool),
    /// A part of the first resource is changed.
    Part,
    Cache,
    Restart,
    Send,
}

#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Undo {
    None,
    Plain,
    Total,
}

/// A statement of a rollback.
#[derive(Debug, Clone)]
pub enum Back {
    Stop,
    Start,
    Restore(usize),
    /// A part of it only.
    Some(usize),
    /// From a copy made elsewhere.
    /// From the copy that the rollback itself took.
    Second(usize),
    /// If the operator likes.
    Asked(usize),
    Elsewhere,
    Either(usize),
    Restart,
    Flush,
    Safety(usize),
    Again(usize),
    /// The n-th step that has an undo, counted from the end; is it repeatable?
    Undo(usize, bool),
    Return,
    SwitchOn,
    Compare,
}

#[derive(Debug, Clone)]
pub struct Plan {
    pub verified: [bool; 2],
    pub beside: [bool; 2],
    pub writes: [bool; 2],
    pub runs: bool,
    pub steps: Vec<Step>,
    pub rollbacks: Vec<Vec<Back>>,
    pub accepts: bool,
    /// What a restore is worth: it brings everything back, something remains, or it discards younger copies.
    pub restores: [Worth; 2],
    /// Is the copy made elsewhere proved, and is its age?
    pub elsewhere: [bool; 2],
    /// Rollbacks are one procedure that is called, and stages.
    pub called: bool,
    /// What a second phase does; nothing: there is none.
    pub second: Vec<Step>,
    /// What each rollback takes back, if there are two phases.
    pub of: [Of; 3],
    /// Do the later rollbacks take over the statements of the first?
    pub extends: bool,
}

#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Of {
    First,
    Second,
    Both,
}

/// What has been written and may be there only once.
#[derive(Debug, Default)]
struct Said {
    captured: bool,
    sent: bool,
}

#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Worth {
    Total,
    Lossy,
    Discards,
}

fn step() -> impl Strategy<Value = Step> {
    let undo = prop_oneof![Just(Undo::None), Just(Undo::Plain), Just(Undo::Total)];
    prop_oneof![
        3 => Just(Step::Stop),
        2 => Just(Step::Start),
        5 => (0..2usize).prop_map(Step::Take),
        1 => Just(Step::Capture),
        5 => (0..2usize, any::<bool>(), undo, prop::bool::weighted(0.25)).prop_map(|(r, d, u, c)| Step::Write(r, d, u, c)),
        1 => Just(Step::Both),
        2 => Just(Step::Switch),
        1 => (0..2usize).prop_map(Step::Adjust),
        1 => (0..2usize).prop_map(Step::Delete),
        1 => (0..2usize).prop_map(Step::Branch),
        1 => (0..2usize, any::<bool>()).prop_map(|(r, t)| Step::Loop(r, t)),
        1 => (0..2usize, any::<bool>()).prop_map(|(r, m)| Step::Doubtful(r, m)),
        1 => Just(Step::Part),
        1 => Just(Step::Cache),
        1 => Just(Step::Restart),
        1 => Just(Step::Send),
    ]
}

fn back() -> impl Strategy<Value = Back> {
    prop_oneof![
        2 => Just(Back::Stop),
        2 => Just(Back::Start),
        5 => (0..2usize).prop_map(Back::Restore),
        1 => (0..2usize).prop_map(Back::Some),
        1 => (0..2usize).prop_map(Back::Second),
        1 => Just(Back::Elsewhere),
        1 => (0..2usize).prop_map(Back::Either),
        1 => Just(Back::Restart),
        1 => Just(Back::Flush),
        1 => (0..2usize).prop_map(Back::Asked),
        1 => (0..2usize).prop_map(Back::Safety),
        1 => (0..2usize).prop_map(Back::Again),
        3 => (0..3usize, any::<bool>()).prop_map(|(n, r)| Back::Undo(n, r)),
        2 => Just(Back::Return),
        1 => Just(Back::SwitchOn),
        1 => Just(Back::Compare),
    ]
}

/// A rollback that stops the service, brings everything back in some order, and starts it; or any statements at all.
fn rollback() -> impl Strategy<Value = Vec<Back>> {
    let whole = Just(vec![Back::Stop, Back::Restore(0), Back::Restore(1), Back::Return, Back::Start]);
    let some = prop::sample::subsequence(
        vec![
            Back::Stop,
            Back::Undo(0, true),
            Back::Undo(1, true),
            Back::Restore(0),
            Back::Restore(1),
            Back::Return,
            Back::Start,
        ],
        1..7,
    );
    let safe = Just(vec![
        Back::Stop,
        Back::Safety(0),
        Back::Restore(0),
        Back::Restore(0),
        Back::Restore(1),
        Back::Return,
        Back::Flush,
        Back::Start,
    ]);
    let outside = Just(vec![Back::Stop, Back::Elsewhere, Back::Restore(1), Back::Return, Back::Start]);
    prop_oneof![3 => whole, 1 => safe, 1 => outside, 4 => some, 6 => prop::collection::vec(back(), 0..6)]
}

pub fn plan() -> impl Strategy<Value = Plan> {
    let flags = || [prop::bool::weighted(0.7), prop::bool::weighted(0.7)];
    (
        flags(),
        [any::<bool>(), any::<bool>()],
        flags(),
        any::<bool>(),
        prop::collection::vec(step(), 1..7),
        prop::collection::vec(rollback(), 1..4),
        prop::bool::weighted(0.2),
        [worth(), worth()],
        [any::<bool>(), any::<bool>()],
        (any::<bool>(), second(), [of(), of(), of()], prop::bool::weighted(0.1)),
    )
        .prop_map(|(verified, beside, writes, runs, steps, rollbacks, accepts, restores, elsewhere, rest)| {
            let (called, second, of, extends) = rest;
            let plan = Plan {
                verified,
                beside,
                writes,
                runs,
                steps,
                rollbacks,
                accepts,
                restores,
                elsewhere,
                called,
                second,
                of,
                extends,
            };
            plan.sensible()
        })
}

fn second() -> impl Strategy<Value = Vec<Step>> {
    prop_oneof![5 => Just(Vec::new()), 1 => prop::collection::vec(step(), 1..4)]
}

fn of() -> impl Strategy<Value = Of> {
    prop_oneof![1 => Just(Of::First), 2 => Just(Of::Second), 3 => Just(Of::Both)]
}

/// Plans in which matters what chance seldom brings together.
pub fn telling() -> Vec<Plan> {
    let plan = |steps, back| Plan {
        verified: [true; 2],
        beside: [true; 2],
        writes: [true, false],
        runs: false,
        steps,
        rollbacks: vec![back],
        accepts: false,
        restores: [Worth::Discards, Worth::Total],
        elsewhere: [true; 2],
        called: false,
        second: Vec::new(),
        of: [Of::First; 3],
        extends: false,
    };
    let write = || Step::Write(1, false, Undo::Total, false);
    vec![
        plan(vec![Step::Take(1), write()], vec![Back::Some(1)]),
        plan(vec![Step::Take(1), write()], vec![Back::Asked(1)]),
        plan(vec![Step::Take(1), write()], vec![Back::Either(1)]),
        plan(vec![write(), write()], vec![Back::Undo(1, true), Back::Undo(0, true)]),
        plan(
            vec![Step::Take(0), Step::Stop],
            vec![Back::Stop, Back::Safety(0), Back::Restore(0), Back::Second(0), Back::Start],
        ),
        plan(
            vec![Step::Stop, Step::Take(0), Step::Delete(0)],
            vec![Back::Start, Back::Stop, Back::Restore(0), Back::Start],
        ),
    ]
}

fn worth() -> impl Strategy<Value = Worth> {
    prop_oneof![6 => Just(Worth::Total), 1 => Just(Worth::Lossy), 1 => Just(Worth::Discards)]
}

impl Plan {
    /// What is taken over must be there: a called procedure is not.
    fn sensible(self) -> Self {
        Plan { extends: self.extends && !self.called, ..self }
    }

    fn all_steps(&self) -> impl Iterator<Item = &Step> {
        self.steps.iter().chain(&self.second)
    }

    /// Has it branches, or a phase behind another? There the analysis may refuse what would recover: it does not know
    /// that a copy taken at the end of the earlier phase is of what stands before the next.
    pub fn branches(&self) -> bool {
        let either = |back: &Back| matches!(back, Back::Either(_));
        !self.second.is_empty()
            || self.all_steps().any(|step| matches!(step, Step::Branch(_)))
            || self.rollbacks.iter().flatten().any(either)
    }

    pub fn text(&self) -> String {
        let mut out = String::from("plan random \"Random\" { rto 90d }\n");
        for r in 0..2 {
            let beside = if self.beside[r] { "while_running " } else { "" };
            let check = if self.verified[r] { "check timeout 1m { sh \"./check\" }\n" } else { "" };
            let worth = match self.restores[r] {
                Worth::Total => "total ",
                Worth::Lossy => "",
                Worth::Discards => "total discards_newer ",
            };
            let _ = writeln!(
                out,
                "resource r{r} : command data {{\nbackup {beside}timeout 1m {{ sh \"./dump\" }}\n{check}restore {worth}timeout 1m {{ sh \"./load\" }}\nrestore_only timeout 1m {{ sh \"./load $tables\" }}\nquery timeout 1m {{ sh \"./query\" }}\n}}\nbackup b{r} of r{r}\nbackup safety{r} of r{r}"
            );
        }
        let [proved, dated] = self.elsewhere;
        let proved = if proved { "min_size 1KB\n" } else { "" };
        let dated = if dated { "max_age 1h\n" } else { "" };
        if self.rollbacks.iter().flatten().any(|back| matches!(back, Back::Elsewhere)) {
            let _ = writeln!(out, "backup nightly of r0 {{\nmade_elsewhere\nglob \"/b/*\"\n{proved}{dated}}}");
        }
        out.push_str("resource part : command data { part_of r0 }\nresource tmp : command cache\n");
        out.push_str("resource code : git { dir = \"/srv\" }\nresource mail : irrevocable\n");
        let written: Vec<String> = (0..2).filter(|&r| self.writes[r]).map(|r| format!("r{r}")).collect();
        let writes = if written.is_empty() { String::new() } else { format!("writes {}; ", written.join(", ")) };
        let runs = if self.runs { "runs code" } else { "" };
        let _ = writeln!(out, "service s : systemd {{ unit = \"s\"; {writes}{runs} }}\nphase go {{");
        let mut said = Said::default();
        let first = self.steps(&mut out, &self.steps, "w", &mut said);
        let crossed = said.sent;
        out.push_str("}\n");
        let mut second = Vec::new();
        if !self.second.is_empty() {
            out.push_str("phase next {\n");
            second = self.steps(&mut out, &self.second, "v", &mut said);
            out.push_str("}\n");
        }
        if said.sent {
            let phase = if crossed { "go" } else { "next" };
            let _ = writeln!(
                out,
                "fix_forward on of {phase} past p {{\nmanual mend \"Mend it\" {{ expect \"it works\" }}\n}}"
            );
        }
        for (i, body) in self.rollbacks.iter().enumerate() {
            let of = if self.second.is_empty() { Of::First } else { self.of[i] };
            let (phases, undoable) = match of {
                Of::First => ("go", first.clone()),
                Of::Second => ("next", second.clone()),
                // An `undo` names a step of the first phase that is taken back.
                Of::Both => ("go, next", first.clone()),
            };
            let _ = writeln!(out, "rollback back{i} of {phases} {{\ndata_lost \"something\"");
            let crossing = match of {
                Of::First => crossed,
                Of::Second => said.sent && !crossed,
                Of::Both => said.sent,
            };
            if self.accepts && crossing {
                out.push_str("accepts p because \"we must\"\n");
            }
            let inherits = self.extends && i > 0 && (self.second.is_empty() || of == self.of[0]);
            if inherits {
                out.push_str("extends back0\n");
            }
            let mut lines = String::new();
            for (n, statement) in body.iter().enumerate() {
                self.back(&mut lines, statement, &undoable, &format!("{i}_{n}"));
            }
            // Only a rollback itself can say whose step it takes back.
            let undoes = lines.contains("undo ");
            let _ = match (self.called, undoes) {
                (false, _) => write!(out, "{lines}}}\n"),
                (true, true) => write!(out, "stage all {{\n{lines}}}\n}}\n"),
                (true, false) => write!(out, "call shared{i}\n}}\nprocedure shared{i} {{\n{lines}}}\n"),
            };
        }
        out
    }

    /// Writes the steps; gives the names of those that can be undone.
    fn steps(&self, out: &mut String, steps: &[Step], prefix: &str, said: &mut Said) -> Vec<String> {
        let mut undoable = Vec::new();
        let Said { captured, sent } = said;
        for (n, step) in steps.iter().enumerate() {
            let _ = match step {
                Step::Stop => writeln!(out, "stop s"),
                Step::Start => writeln!(out, "start s"),
                Step::Take(r) => writeln!(out, "take backup b{r}"),
                Step::Capture if *captured => Ok(()),
                Step::Capture => {
                    *captured = true;
                    writeln!(out, "capture seen = sh \"./count\"")
                }
                Step::Write(r, destroys, undo, goes_on) => {
                    let verb = if *destroys { "destroys" } else { "modifies" };
                    let goes_on = if *goes_on { "if_fails continue because \"never mind\"\n" } else { "" };
                    let undo = match undo {
                        Undo::None => "",
                        Undo::Plain => "undo { sh \"./undo\" }\n",
                        Undo::Total => "undo { total; sh \"./undo\" }\n",
                    };
                    if !undo.is_empty() {
                        undoable.push(format!("{prefix}{n}"));
                    }
                    writeln!(out, "step {prefix}{n} {verb} r{r} timeout 1m {{\nsh \"./w\"\n{goes_on}{undo}}}")
                }
                Step::Both => writeln!(out, "step {prefix}{n} modifies r0 modifies r1 timeout 1m {{ sh \"./w\" }}"),
                Step::Switch => writeln!(out, "switch code to \"v2\""),
                Step::Adjust(r) => {
                    writeln!(out, "step {prefix}{n} adjusts r{r} because \"harmless\" timeout 1m {{ sh \"./w\" }}")
                }
                Step::Delete(r) => writeln!(out, "step {prefix}{n} deletes r{r} timeout 1m {{ sh \"./w\" }}"),
                Step::Branch(r) => writeln!(
                    out,
                    "if file \"/x\" exists {{ step {prefix}{n} modifies r{r} timeout 1m {{ sh \"./w\" }} }} else {{ take backup b{r} }}"
                ),
                Step::Loop(r, takes) => {
                    let take = if *takes { format!("take backup b{r}\n") } else { String::new() };
                    writeln!(
                        out,
                        "for x in [a, b] {{\n{take}step {prefix}{n} modifies r{r} timeout 1m {{ sh \"./w\" }}\n}}"
                    )
                }
                Step::Doubtful(r, true) => writeln!(out, "manual {prefix}{n} \"Do it\" modifies r{r} timeout 1m"),
                Step::Doubtful(r, false) => {
                    writeln!(
                        out,
                        "step {prefix}{n} modifies r{r} timeout 1m ask_first because \"maybe\" {{ sh \"./w\" }}"
                    )
                }
                Step::Part => writeln!(out, "step {prefix}{n} modifies part timeout 1m {{ sh \"./w\" }}"),
                Step::Cache => writeln!(out, "step {prefix}{n} modifies tmp timeout 1m {{ sh \"./w\" }}"),
                Step::Restart => writeln!(out, "restart s"),
                Step::Send if *sent => Ok(()),
                Step::Send => {
                    *sent = true;
                    writeln!(
                        out,
                        "point_of_no_return p {{ confirm c phrase \"GO\"\nstep send irreversible mail timeout 1m {{ sh \"./send\" }} }}"
                    )
                }
            };
        }
        undoable
    }

    fn back(&self, out: &mut String, statement: &Back, undoable: &[String], n: &str) {
        let _ = match statement {
            Back::Stop => writeln!(out, "stop s"),
            Back::Start => writeln!(out, "start s"),
            Back::Restore(r) => writeln!(out, "restore r{r} from b{r}"),
            Back::Some(r) => writeln!(out, "restore r{r} from b{r} only [a]"),
            Back::Second(r) => writeln!(out, "restore r{r} from safety{r}"),
            Back::Asked(r) => writeln!(out, "restore r{r} from b{r} ask_first because \"maybe\""),
            Back::Elsewhere => writeln!(out, "restore r0 from nightly"),
            Back::Either(r) => writeln!(out, "if file \"/y\" exists {{ restore r{r} from b{r} }}"),
            Back::Restart => writeln!(out, "restart s"),
            Back::Flush => writeln!(out, "step flush{n} deletes tmp timeout 1m repeatable {{ sh \"./flush\" }}"),
            Back::Safety(r) => writeln!(out, "take backup safety{r}"),
            Back::Again(r) => writeln!(out, "take backup b{r}"),
            Back::Undo(from_end, repeatable) => match undoable.iter().rev().nth(*from_end) {
                Some(step) => writeln!(out, "undo {step}{}", if *repeatable { " repeatable" } else { "" }),
                None => Ok(()),
            },
            Back::Return => writeln!(out, "switch code to \"v1\""),
            // A reference that the change does not use is the one of before: which it is nobody else can know.
            Back::SwitchOn if !self.all_steps().any(|step| matches!(step, Step::Switch)) => Ok(()),
            Back::SwitchOn => writeln!(out, "switch code to \"v2\""),
            Back::Compare => {
                let captured = self.all_steps().any(|step| matches!(step, Step::Capture));
                let with = if captured { "$seen" } else { "1" };
                writeln!(out, "verify same{n} {{ sh \"./count\" == {with} }}")
            }
        };
    }
}
