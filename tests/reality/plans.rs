//! Random plans over a toy world: two files that are data, a reference, mails, and a service that is a flag.
//!
//! In: a seed. Out: a plan's text, and what a run of it has to be told. Its commands are those of `toy.sh`.

use std::fmt::Write;

/// A generator of numbers (splitmix64): the same ones for the same seed.
pub struct Dice(pub u64);

impl Dice {
    pub fn roll(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }

    pub fn below(&mut self, n: usize) -> usize {
        usize::try_from(self.roll() % n.max(1) as u64).unwrap()
    }

    pub fn chance(&mut self, percent: u64) -> bool {
        self.roll() % 100 < percent
    }

    pub fn pick<'a, T>(&mut self, list: &'a [T]) -> &'a T {
        &list[self.below(list.len())]
    }

    fn shuffle<T>(&mut self, list: &mut [T]) {
        for i in (1..list.len()).rev() {
            list.swap(i, self.below(i + 1));
        }
    }
}

/// How a step is taken back.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Undo {
    None,
    Plain,
    Total,
}

/// A statement of the change.
#[derive(Debug, Clone)]
pub enum Step {
    Stop,
    Start,
    Restart,
    Take(usize),
    Capture,
    /// Which, with which word, how it is taken back, and whether the change goes on when it fails.
    Write(usize, &'static str, Undo, bool),
    Both,
    Switch,
    Branch(usize),
    Loop(usize),
    /// The mails; may it be done twice?
    Send(bool),
}

/// A statement of a rollback.
#[derive(Debug, Clone)]
pub enum Back {
    Stop,
    Start,
    Restore(usize),
    Safety(usize),
    /// The n-th step from the end that can be taken back; may that be done twice?
    Undo(usize, bool),
    Return,
    Compare,
    Verify,
}

/// How a rollback is written.
#[derive(Debug, Clone)]
pub enum Form {
    Plain,
    /// A stage, and the rest in a procedure that is called.
    Called,
    /// As the one before, and something more.
    Extends,
}

#[derive(Debug, Clone)]
pub struct Plan {
    pub verified: [bool; 2],
    pub beside: [bool; 2],
    pub writes: [bool; 2],
    pub runs: bool,
    pub steps: Vec<Step>,
    pub rollbacks: Vec<(Form, Vec<Back>)>,
    pub accepts: bool,
    pub forward: bool,
}

impl Plan {
    pub fn random(dice: &mut Dice) -> Plan {
        let steps = steps(dice);
        let undoable = steps.iter().filter(|s| matches!(s, Step::Write(.., Undo::Plain | Undo::Total, _))).count();
        let mut rollbacks = vec![(Form::Plain, rollback(dice, undoable))];
        if dice.chance(25) {
            rollbacks[0].0 = Form::Called;
        }
        if dice.chance(50) {
            rollbacks.push((Form::Plain, rollback(dice, undoable)));
        } else if dice.chance(30) {
            rollbacks.push((Form::Extends, vec![Back::Verify]));
        }
        let mut flags = |percent| [dice.chance(percent), dice.chance(percent)];
        let (verified, beside, writes) = (flags(85), flags(30), flags(60));
        let [runs, accepts] = flags(40);
        Plan { verified, beside, writes, runs, steps, rollbacks, accepts, forward: dice.chance(50) }
    }

    /// Is there a branch or a loop? What depends on it the analysis does not follow.
    pub fn branches(&self) -> bool {
        self.steps.iter().any(|step| matches!(step, Step::Branch(_) | Step::Loop(_)))
    }

    /// Is a backup taken twice? The analysis counts the good copy as lost when the second one fails; the script keeps it.
    pub fn takes_twice(&self) -> bool {
        (0..2).any(|r| self.steps.iter().filter(|step| matches!(step, Step::Take(q) if *q == r)).count() > 1)
    }

    pub fn text(&self) -> String {
        let mut out = String::from("plan toy \"Toy\" { rto 90d }\n");
        for r in 0..2 {
            let (beside, alone) = if self.beside[r] { ("while_running ", "beside") } else { ("", "alone") };
            let (check, verified) = match self.verified[r] {
                true => ("  check timeout 1m { sh \"\"\"./toy $$ check \"$backup_path\" \"\"\" }\n", "verified"),
                false => ("", "unverified"),
            };
            let _ = write!(
                out,
                "resource r{r} : command data {{\n  backup {beside}timeout 1m {{ sh \"\"\"./toy $$ backup r{r} \"$backup_path\" {alone} {verified}\"\"\" }}\n{check}  restore total timeout 1m {{ sh \"\"\"./toy $$ restore r{r} \"$backup_path\" \"\"\" }}\n}}\nbackup b{r} of r{r}\nbackup safety{r} of r{r}\n"
            );
        }
        out.push_str(
            "resource code : command versioned {\n  current timeout 1m { sh \"cat code\" }\n  switch timeout 1m { sh \"\"\"./toy $$ switch code \"$to\" \"\"\" }\n}\nresource mail : irrevocable\n",
        );
        let written = self.written();
        let writes = if written.is_empty() { String::new() } else { format!("  writes {}\n", written.join(", ")) };
        let runs = if self.runs { "  runs code\n" } else { "" };
        let needs = format!("{}{}", written.join(" "), if self.runs { " code" } else { "" });
        let _ = writeln!(
            out,
            "service s : command {{\n  stop timeout 1m {{ sh \"./toy $$ stop\" }}\n  start timeout 1m {{ sh \"./toy $$ start {needs}\" }}\n  running timeout 1m {{ sh \"test -e running\" }}\n{writes}{runs}}}\nphase go {{"
        );
        let undoable = self.write_steps(&mut out);
        out.push_str("}\n");
        self.write_rollbacks(&mut out, &undoable);
        if self.forward && self.sends() {
            out.push_str("fix_forward mend of go past p { step mending changes nothing timeout 1m { sh \"true\" } }\n");
        }
        out
    }

    /// The files that the service writes.
    pub fn written(&self) -> Vec<String> {
        (0..2).filter(|&r| self.writes[r]).map(|r| format!("r{r}")).collect()
    }

    fn sends(&self) -> bool {
        self.steps.iter().any(|step| matches!(step, Step::Send(_)))
    }

    /// Writes the steps; gives the names of those that can be taken back, with what they change and whether totally.
    fn write_steps(&self, out: &mut String) -> Vec<(String, usize, Undo)> {
        let mut undoable = Vec::new();
        let (mut captured, mut sent) = (false, false);
        for (n, step) in self.steps.iter().enumerate() {
            let line = match step {
                Step::Stop => "  stop s".to_owned(),
                Step::Start => "  start s".to_owned(),
                Step::Restart => "  restart s".to_owned(),
                Step::Take(r) => format!("  take backup b{r}"),
                Step::Capture if captured => continue,
                Step::Capture => {
                    captured = true;
                    "  capture seen = sh \"./toy $$ count\"".to_owned()
                }
                Step::Write(r, word, undo, goes_on) => {
                    if *undo != Undo::None {
                        undoable.push((format!("w{n}"), *r, *undo));
                    }
                    write_step(n, *r, word, *undo, *goes_on)
                }
                Step::Both => {
                    format!("  step w{n} modifies r0 modifies r1 timeout 1m {{ sh \"./toy $$ write w{n} r0 r1\" }}")
                }
                Step::Switch => "  switch code to \"v2\"".to_owned(),
                Step::Branch(r) => format!(
                    "  if sh \"test -e branch\" {{ step w{n} modifies r{r} timeout 1m {{ sh \"./toy $$ write w{n} r{r}\" }} }} else {{ step x{n} adjusts r{r} because \"harmless\" timeout 1m {{ sh \"./toy $$ adjust x{n} r{r}\" }} }}"
                ),
                Step::Loop(r) => format!(
                    "  for round in [a, b] {{ step w{n} modifies r{r} timeout 1m {{ sh \"./toy $$ write w{n} r{r}\" }} }}"
                ),
                Step::Send(_) if sent => continue,
                Step::Send(repeatable) => {
                    sent = true;
                    let repeatable = if *repeatable { "repeatable " } else { "" };
                    format!(
                        "  point_of_no_return p {{\n    confirm c phrase \"GO\"\n    step send irreversible mail {repeatable}timeout 1m {{ sh \"./toy $$ send send\" }}\n  }}"
                    )
                }
            };
            let _ = writeln!(out, "{line}");
        }
        undoable
    }

    fn write_rollbacks(&self, out: &mut String, undoable: &[(String, usize, Undo)]) {
        for (i, (form, body)) in self.rollbacks.iter().enumerate() {
            let mut lines: Vec<String> =
                body.iter().enumerate().filter_map(|(n, back)| self.back(back, undoable, n)).collect();
            let tail = match form {
                // Only a rollback itself can say whose step is taken back.
                Form::Called if lines.len() > 2 => {
                    let undone = lines.iter().rposition(|line| line.starts_with("  undo")).map_or(0, |at| at + 1);
                    lines.split_off(undone.max(lines.len() / 2))
                }
                _ => Vec::new(),
            };
            if !tail.is_empty() {
                let _ = writeln!(out, "procedure rest {{\n{}\n}}", tail.join("\n"));
                lines = vec![format!("  stage first {{\n{}\n  }}", lines.join("\n")), "  call rest".to_owned()];
            }
            let accepts = if self.accepts && self.sends() { "  accepts p because \"we must\"\n" } else { "" };
            let extends = if matches!(form, Form::Extends) { "  extends back0\n" } else { "" };
            let recommended = if i == 0 { "  recommended\n" } else { "" };
            let _ = writeln!(
                out,
                "rollback back{i} of go {{\n{recommended}  data_lost \"something\"\n{accepts}{extends}{}\n}}",
                lines.join("\n")
            );
        }
    }

    fn back(&self, back: &Back, undoable: &[(String, usize, Undo)], n: usize) -> Option<String> {
        Some(match back {
            Back::Stop => "  stop s".to_owned(),
            Back::Start => "  start s".to_owned(),
            Back::Restore(r) => format!("  restore r{r} from b{r}"),
            Back::Safety(r) => format!("  take backup safety{r}"),
            Back::Undo(from_end, again) => {
                let (step, ..) = undoable.iter().rev().nth(*from_end)?;
                format!("  undo {step}{}", if *again { " repeatable" } else { "" })
            }
            Back::Return => "  switch code to \"v1\"".to_owned(),
            Back::Compare => {
                let captured = self.steps.iter().any(|step| matches!(step, Step::Capture));
                format!("  verify count{n} {{ sh \"./toy $$ count\" == {} }}", if captured { "$seen" } else { "3" })
            }
            Back::Verify => format!("  verify same{n} of r0, r1, code {{ sh \"./toy $$ original r0 r1 code\" }}"),
        })
    }
}

fn write_step(n: usize, r: usize, word: &str, undo: Undo, goes_on: bool) -> String {
    let (operation, because) = match word {
        "modifies" => ("write", ""),
        "destroys" => ("destroy", ""),
        "deletes" => ("delete", ""),
        _ => ("adjust", " because \"harmless\""),
    };
    let mut text =
        format!("  step w{n} {word} r{r}{because} timeout 1m {{\n    sh \"./toy $$ {operation} w{n} r{r}\"\n");
    if goes_on {
        text.push_str("    if_fails continue because \"never mind\"\n");
    }
    match undo {
        Undo::None => {}
        // That it may be run twice is the rollback's to say, and then the command is made for it.
        Undo::Plain => {
            let _ = writeln!(text, "    undo {{ sh \"./toy $$ undo plain w{n} r{r}\" }}");
        }
        Undo::Total => {
            let _ = writeln!(text, "    undo {{ total; sh \"./toy $$ undo total w{n} r{r}\" }}");
        }
    }
    text + "  }"
}

/// A change that is made as it should be, more or less.
fn steps(dice: &mut Dice) -> Vec<Step> {
    let mut steps = Vec::new();
    for (step, percent) in [(Step::Stop, 92), (Step::Take(0), 97), (Step::Take(1), 97), (Step::Capture, 25)] {
        if dice.chance(percent) {
            steps.push(step);
        }
    }
    for _ in 0..=dice.below(3) {
        let change = change(dice);
        steps.push(change);
    }
    if dice.chance(80) {
        steps.push(Step::Start);
    }
    if dice.chance(20) {
        steps.push(Step::Send(dice.chance(60)));
    }
    if dice.chance(6) {
        dice.shuffle(&mut steps);
    }
    steps
}

fn change(dice: &mut Dice) -> Step {
    let r = dice.below(2);
    let undo = *dice.pick(&[Undo::None, Undo::Plain, Undo::Total, Undo::Total]);
    match dice.below(16) {
        0..=6 => Step::Write(r, *dice.pick(&["modifies", "modifies", "destroys"]), undo, dice.chance(15)),
        7 => Step::Write(r, "adjusts", Undo::None, dice.chance(15)),
        8 => Step::Write(r, "deletes", undo, false),
        9 => Step::Both,
        10 | 11 => Step::Switch,
        12 => Step::Branch(r),
        13 => Step::Loop(r),
        14 => Step::Take(r),
        _ => dice.pick(&[Step::Stop, Step::Start, Step::Restart]).clone(),
    }
}

fn rollback(dice: &mut Dice, undoable: usize) -> Vec<Back> {
    let restores = [Back::Restore(0), Back::Restore(1)];
    let undos: Vec<Back> = (0..undoable).map(|n| Back::Undo(n, true)).collect();
    let middle: Vec<Back> = match dice.below(6) {
        0..=2 => restores.to_vec(),
        3 | 4 => undos,
        _ => undos.into_iter().chain(restores).collect(),
    };
    let mut all = vec![Back::Stop];
    if dice.chance(10) {
        all.push(Back::Safety(dice.below(2)));
    }
    all.extend(middle);
    all.extend([Back::Return, Back::Start]);
    if dice.chance(15) {
        all.push(Back::Compare);
    }
    all.push(Back::Verify);
    if dice.chance(15) {
        all.remove(dice.below(all.len()));
    }
    if dice.chance(5) {
        let (i, j) = (dice.below(all.len()), dice.below(all.len()));
        all.swap(i, j);
    }
    if dice.chance(15) {
        all.iter_mut().for_each(|back| {
            if let Back::Undo(_, again) = back {
                *again = false;
            }
        });
    }
    all
}
