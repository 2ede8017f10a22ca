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
        2 => (0..2usize).prop_map(Step::Branch),
        1 => Just(Step::Send),
    ]
}

fn back() -> impl Strategy<Value = Back> {
    prop_oneof![
        2 => Just(Back::Stop),
        2 => Just(Back::Start),
        5 => (0..2usize).prop_map(Back::Restore),
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
    prop_oneof![2 => whole, 4 => some, 6 => prop::collection::vec(back(), 0..6)]
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
    )
        .prop_map(|(verified, beside, writes, runs, steps, rollbacks, accepts)| Plan {
            verified,
            beside,
            writes,
            runs,
            steps,
            rollbacks,
            accepts,
        })
}

impl Plan {
    /// Has it branches? There the analysis may refuse what would recover.
    pub fn branches(&self) -> bool {
        self.steps.iter().any(|step| matches!(step, Step::Branch(_)))
    }

    pub fn text(&self) -> String {
        let mut out = String::from("plan random \"Random\" { rto 90d }\n");
        for r in 0..2 {
            let beside = if self.beside[r] { "while_running " } else { "" };
            let check = if self.verified[r] { "check timeout 1m { sh \"./check\" }\n" } else { "" };
            let _ = writeln!(
                out,
                "resource r{r} : command data {{\nbackup {beside}timeout 1m {{ sh \"./dump\" }}\n{check}restore total timeout 1m {{ sh \"./load\" }}\nquery timeout 1m {{ sh \"./query\" }}\n}}\nbackup b{r} of r{r}\nbackup safety{r} of r{r}"
            );
        }
        out.push_str("resource code : git { dir = \"/srv\" }\nresource mail : irrevocable\n");
        let written: Vec<String> = (0..2).filter(|&r| self.writes[r]).map(|r| format!("r{r}")).collect();
        let writes = if written.is_empty() { String::new() } else { format!("writes {}; ", written.join(", ")) };
        let runs = if self.runs { "runs code" } else { "" };
        let _ = writeln!(out, "service s : systemd {{ unit = \"s\"; {writes}{runs} }}\nphase go {{");
        let undoable = self.steps(&mut out);
        out.push_str("}\n");
        for (i, body) in self.rollbacks.iter().enumerate() {
            let _ = writeln!(out, "rollback back{i} of go {{\ndata_lost \"something\"");
            let crossing = self.steps.iter().any(|step| matches!(step, Step::Send));
            if self.accepts && crossing {
                out.push_str("accepts p because \"we must\"\n");
            }
            for (n, statement) in body.iter().enumerate() {
                self.back(&mut out, statement, &undoable, n);
            }
            out.push_str("}\n");
        }
        out
    }

    /// Writes the steps; gives the names of those that can be undone.
    fn steps(&self, out: &mut String) -> Vec<String> {
        let mut undoable = Vec::new();
        let (mut captured, mut sent) = (false, false);
        for (n, step) in self.steps.iter().enumerate() {
            let _ = match step {
                Step::Stop => writeln!(out, "stop s"),
                Step::Start => writeln!(out, "start s"),
                Step::Take(r) => writeln!(out, "take backup b{r}"),
                Step::Capture if captured => Ok(()),
                Step::Capture => {
                    captured = true;
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
                        undoable.push(format!("w{n}"));
                    }
                    writeln!(out, "step w{n} {verb} r{r} timeout 1m {{\nsh \"./w\"\n{goes_on}{undo}}}")
                }
                Step::Both => writeln!(out, "step w{n} modifies r0 modifies r1 timeout 1m {{ sh \"./w\" }}"),
                Step::Switch => writeln!(out, "switch code to \"v2\""),
                Step::Adjust(r) => {
                    writeln!(out, "step w{n} adjusts r{r} because \"harmless\" timeout 1m {{ sh \"./w\" }}")
                }
                Step::Delete(r) => writeln!(out, "step w{n} deletes r{r} timeout 1m {{ sh \"./w\" }}"),
                Step::Branch(r) => writeln!(
                    out,
                    "if file \"/x\" exists {{ step w{n} modifies r{r} timeout 1m {{ sh \"./w\" }} }} else {{ take backup b{r} }}"
                ),
                Step::Send if sent => Ok(()),
                Step::Send => {
                    sent = true;
                    writeln!(
                        out,
                        "point_of_no_return p {{ confirm c phrase \"GO\"\nstep send irreversible mail timeout 1m {{ sh \"./send\" }} }}"
                    )
                }
            };
        }
        undoable
    }

    fn back(&self, out: &mut String, statement: &Back, undoable: &[String], n: usize) {
        let _ = match statement {
            Back::Stop => writeln!(out, "stop s"),
            Back::Start => writeln!(out, "start s"),
            Back::Restore(r) => writeln!(out, "restore r{r} from b{r}"),
            Back::Safety(r) => writeln!(out, "take backup safety{r}"),
            Back::Again(r) => writeln!(out, "take backup b{r}"),
            Back::Undo(from_end, repeatable) => match undoable.iter().rev().nth(*from_end) {
                Some(step) => writeln!(out, "undo {step}{}", if *repeatable { " repeatable" } else { "" }),
                None => Ok(()),
            },
            Back::Return => writeln!(out, "switch code to \"v1\""),
            // A reference that the change does not use is the one of before: which it is nobody else can know.
            Back::SwitchOn if !self.steps.iter().any(|step| matches!(step, Step::Switch)) => Ok(()),
            Back::SwitchOn => writeln!(out, "switch code to \"v2\""),
            Back::Compare => {
                let captured = self.steps.iter().any(|step| matches!(step, Step::Capture));
                let with = if captured { "$seen" } else { "1" };
                writeln!(out, "verify same{n} {{ sh \"./count\" == {with} }}")
            }
        };
    }
}
