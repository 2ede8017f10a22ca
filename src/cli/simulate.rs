//! `rbk simulate`: one run of a plan, state by state, for a reviewer.
//!
//! In: a plan, a failure point, a procedure. Out: the run as `safety::trace` tells it, as a table or as JSON. Exit code 0: the run
//! ends well; 1: it ends badly; 2: there is no such run.

use super::findings::show;
use super::{Options, Outcome, Paths, plans, print};
use crate::diagnostics::{Format, suggest};
use crate::ir::Program;
use crate::model::plan::ProcedureKind;
use crate::safety::matrix::{Matrix, Point, Row};
use crate::safety::trace::{Fact, How, Line, Question, Trace, trace};
use crate::safety::witness::place;
use crate::source::Sources;
use anyhow::{Context, bail};
use clap::Args;
use serde_json::{Value, json};
use std::fmt::Write as _;
use std::io::Write as _;
use std::path::PathBuf;

#[derive(Debug, Args)]
pub struct Arguments {
    /// The plan
    #[arg(value_name = "PLAN")]
    plan: PathBuf,
    /// Of a plan that has variants, which
    #[arg(long, value_name = "NAME")]
    variant: Option<String>,
    /// What is changed, if the plan has several phases
    #[arg(long, value_name = "PHASE")]
    phase: Option<String>,
    /// Where it fails: a step (inside it), `after STEP`, `before`, or `unknown`; else it runs to its end
    #[arg(long, value_name = "STEP|POINT")]
    fail_at: Option<String>,
    /// What is run then; else what the matrix recommends there
    #[arg(long, value_name = "PROCEDURE")]
    run: Option<String>,
}

pub fn run(arguments: &Arguments, options: &Options) -> anyhow::Result<Outcome> {
    let units = plans::compile_all(&Paths { paths: vec![arguments.plan.clone()] }, options)?;
    let [unit] = units.as_slice() else {
        bail!("one plan at a time: {} holds {}", arguments.plan.display(), units.len())
    };
    if unit.compiled.programs.is_empty() {
        std::io::stderr().write_all(show(&units, options)?.as_bytes())?;
        bail!("a plan with these errors can't be followed");
    }
    let (program, matrix) = program(&unit.compiled.programs, arguments.variant.as_deref())?;
    let mut runs = Vec::new();
    for question in questions(program, matrix, arguments)? {
        let trace = trace(program, &question).context("there is no such run")?;
        runs.push(Simulated { program, sources: &unit.sources, row: row(matrix, &question), question, trace });
    }
    let text = match options.format {
        Format::Json => serde_json::to_string_pretty(&runs.iter().map(Simulated::json).collect::<Vec<_>>())? + "\n",
        Format::Human | Format::Short => runs.iter().map(Simulated::table).collect::<Vec<_>>().join("\n"),
    };
    print(&text)?;
    Ok(if runs.iter().all(Simulated::ends_well) { Outcome::Clean } else { Outcome::Found })
}

fn row<'m>(matrix: &'m Matrix, question: &Question) -> Option<&'m Row> {
    matrix.row(question.change, question.point.as_ref()?)
}

fn program<'c>(programs: &'c [(Program, Matrix)], wanted: Option<&str>) -> anyhow::Result<&'c (Program, Matrix)> {
    let names: Vec<&str> = programs.iter().filter_map(|(program, _)| program.variant.as_deref()).collect();
    match wanted {
        None if programs.len() == 1 => Ok(&programs[0]),
        None => bail!("this plan has variants: say which, `--variant {}`", names.join("` or `--variant ")),
        Some(wanted) => {
            let found = programs.iter().find(|(program, _)| program.variant.as_deref() == Some(wanted));
            found.with_context(|| unknown("variant", wanted, &names))
        }
    }
}

/// Which runs are meant.
fn questions(program: &Program, matrix: &Matrix, arguments: &Arguments) -> anyhow::Result<Vec<Question>> {
    let changes: Vec<usize> = (0..program.procedures.len()).filter(|&p| matrix.of_phase(p).next().is_some()).collect();
    let name = |&p: &usize| program.procedures[p].name.as_str();
    let chosen: Vec<usize> = match &arguments.phase {
        Some(wanted) => {
            let found = changes.iter().copied().find(|p| name(p) == wanted);
            vec![found.with_context(|| unknown("phase", wanted, &changes.iter().map(name).collect::<Vec<_>>()))?]
        }
        None => changes,
    };
    let procedure = arguments.run.as_deref().map(|wanted| procedure(program, wanted)).transpose()?;
    let answered = |change: &usize| match procedure {
        Some(p) => matrix.of_phase(*change).any(|row| row.cells.iter().any(|cell| cell.procedure == p)),
        None => true,
    };
    let fitting: Vec<usize> = chosen.iter().copied().filter(answered).collect();
    if fitting.is_empty() {
        let of: Vec<&str> = chosen.iter().map(name).collect();
        bail!("`{}` does not take back {}", arguments.run.as_deref().unwrap_or_default(), of.join(" or "));
    }
    let Some(wanted) = &arguments.fail_at else { return Ok(to_the_end(program, &fitting, procedure, arguments)) };
    let found: Vec<(usize, &Row)> = fitting
        .iter()
        .flat_map(|&c| matrix.of_phase(c).filter(|row| means(wanted, &row.point)).map(move |r| (c, r)))
        .collect();
    match found.as_slice() {
        [(change, row)] => {
            let procedure = procedure.or_else(|| recommended(program, row));
            Ok(vec![Question { change: *change, point: Some(row.point.clone()), procedure }])
        }
        [] => {
            let steps: Vec<String> = fitting.iter().flat_map(|&c| matrix.of_phase(c)).filter_map(step).collect();
            let (_, id) = wanted.split_once([' ', ':']).unwrap_or(("", wanted));
            bail!(unknown("step", id, &steps.iter().map(String::as_str).collect::<Vec<_>>()))
        }
        several => {
            let phases: Vec<&str> = several.iter().map(|(change, _)| name(change)).collect();
            bail!("`{wanted}` is a point of several phases: say which, `--phase {}`", phases.join("` or `--phase "))
        }
    }
}

/// Without a failure: every phase, or the last one that a procedure takes back.
fn to_the_end(program: &Program, changes: &[usize], procedure: Option<usize>, arguments: &Arguments) -> Vec<Question> {
    let is_phase = |&&p: &&usize| {
        arguments.phase.is_some() || program.plan[program.procedures[p].declaration].kind == ProcedureKind::Phase
    };
    let question = |&change: &usize| Question { change, point: None, procedure };
    match procedure {
        Some(_) => changes.last().map(question).into_iter().collect(),
        None => changes.iter().filter(is_phase).map(question).collect(),
    }
}

fn step(row: &Row) -> Option<String> {
    match &row.point {
        Point::Inside(id) => Some(id.clone()),
        _ => None,
    }
}

/// `drop`, `inside drop`, `after drop`, or a point as the matrix labels it.
fn means(wanted: &str, point: &Point) -> bool {
    let label = point.label();
    label == wanted || label.replacen(':', " ", 1) == wanted || matches!(point, Point::Inside(id) if id == wanted)
}

fn procedure(program: &Program, wanted: &str) -> anyhow::Result<usize> {
    let names: Vec<&str> = program.procedures.iter().map(|p| p.name.as_str()).collect();
    names.iter().position(|name| *name == wanted).with_context(|| unknown("procedure", wanted, &names))
}

fn unknown(what: &str, wanted: &str, names: &[&str]) -> String {
    let advice = match suggest(wanted, names.iter().copied()) {
        Some(name) => format!("did you mean `{name}`?"),
        None if names.is_empty() => "there is none".to_owned(),
        None => format!("there are {}", names.join(", ")),
    };
    format!("there is no {what} `{wanted}`: {advice}")
}

/// The way back that the plan recommends, of those that the matrix allows; else the first one.
fn recommended(program: &Program, row: &Row) -> Option<usize> {
    let is =
        |p: &usize| !program.procedures[*p].back_out && program.plan[program.procedures[*p].declaration].recommended;
    row.ways_back().find(is).or_else(|| row.ways_back().next())
}

/// A run with what it is about.
struct Simulated<'a> {
    program: &'a Program,
    sources: &'a Sources,
    question: Question,
    row: Option<&'a Row>,
    trace: Trace,
}

impl Simulated<'_> {
    /// Does it end with everything as it was, or may it go on?
    fn ends_well(&self) -> bool {
        match (self.question.procedure, self.row) {
            (None, Some(row)) => row.resume,
            _ => self.trace.recovers,
        }
    }

    fn leads_on(&self, procedure: usize) -> bool {
        let procedure = &self.program.procedures[procedure];
        !procedure.back_out && self.program.plan[procedure.declaration].kind == ProcedureKind::FixForward
    }

    fn name(&self, procedure: usize) -> &str {
        &self.program.procedures[procedure].name
    }

    fn title(&self) -> String {
        let variant = self.program.variant.as_ref().map_or_else(String::new, |variant| format!(" ({variant})"));
        let end = match &self.question.point {
            Some(point) => format!("stops {}", place(point)),
            None => "runs to its end".to_owned(),
        };
        let then = self.question.procedure.map_or_else(String::new, |p| format!(", then `{}` is run", self.name(p)));
        format!("{}{variant}: `{}` {end}{then}", self.program.plan.head.common.name, self.name(self.question.change))
    }

    fn table(&self) -> String {
        let mut out = format!("{}\n", self.title());
        let state = |when: &str, facts_of: &[Fact]| {
            let row = [String::new(), String::new(), when.to_owned(), facts(facts_of)];
            (!facts_of.is_empty()).then_some(row)
        };
        let mut rows: Vec<[String; 4]> = state("before", &self.trace.before).into_iter().collect();
        let (mut last, mut number) = (None, 0);
        for line in &self.trace.lines {
            if last != Some(line.procedure) {
                rows.push([self.name(line.procedure).to_owned(), String::new(), String::new(), String::new()]);
                (last, number) = (Some(line.procedure), 0);
            }
            number += usize::from(line.action.is_some());
            rows.extend(self.lines(line, number));
        }
        rows.extend(state("in the end", &self.trace.after));
        out.push_str(&aligned(&rows));
        let _ = writeln!(out, "verdict: {}", self.verdict());
        for reason in self.reasons() {
            let _ = writeln!(out, "  {reason}");
        }
        out
    }

    fn lines(&self, line: &Line, number: usize) -> Vec<[String; 4]> {
        let changes = facts(&line.changes);
        let branch = line.branch.map_or_else(String::new, |branch| format!("{branch}: "));
        let Some(action) = &line.action else {
            return vec![[String::new(), String::new(), format!("{branch}taken together"), changes]];
        };
        let what = format!("{branch}{}{}", action.id, ending(line.how));
        let mut rows = vec![[format!("{number:>3}"), self.sources.cite(action.span), what, changes]];
        let troubles = line.troubles.iter();
        rows.extend(troubles.map(|why| [String::new(), String::new(), String::new(), format!("✗ {why}")]));
        rows
    }

    fn verdict(&self) -> String {
        let stop = match &self.question.point {
            Some(point) => place(point),
            None => "at its end".to_owned(),
        };
        match (self.question.procedure, self.row) {
            (Some(p), _) if self.trace.recovers && self.leads_on(p) => {
                format!("`{}` is the way on {stop}", self.name(p))
            }
            (Some(p), _) if self.trace.recovers => format!("`{}` recovers {stop}", self.name(p)),
            (Some(p), _) => format!("`{}` does not recover {stop}", self.name(p)),
            (None, Some(row)) if row.resume => {
                format!("no procedure recovers {stop}, but everything that remains can be run again: resume the change")
            }
            (None, Some(_)) => format!("no procedure recovers {stop}"),
            (None, None) => "the change ends".to_owned(),
        }
    }

    fn reasons(&self) -> Vec<String> {
        let mut reasons: Vec<String> = self.trace.reasons.clone();
        if let (None, Some(row)) = (self.question.procedure, self.row) {
            let cells =
                row.cells.iter().map(|cell| format!("`{}`: {}", self.name(cell.procedure), cell.verdict.reason()));
            reasons.extend(cells);
        }
        reasons.extend(self.trace.unverified.iter().map(|name| format!("nothing looks at `{name}` afterwards")));
        reasons
    }

    fn json(&self) -> Value {
        let fact = |fact: &Fact| json!({"kind": fact.thing.kind, "name": fact.thing.name, "was": fact.was, "is": fact.is, "remarks": fact.remarks});
        let state = |facts: &[Fact]| -> Vec<Value> {
            facts.iter().map(|f| json!({"kind": f.thing.kind, "name": f.thing.name, "is": f.is})).collect()
        };
        let line = |line: &Line| {
            let place = line.action.as_ref().map(|action| self.sources.place(action.span).line);
            let file = line.action.as_ref().map(|action| self.sources.file(action.span.file).name.clone());
            json!({
                "procedure": self.name(line.procedure), "step": line.action.as_ref().map(|a| &a.id), "file": file, "line": place,
                "branch": line.branch, "outcome": outcome(line.how), "troubles": line.troubles,
                "changes": line.changes.iter().map(fact).collect::<Vec<_>>(),
            })
        };
        json!({
            "plan": self.program.plan.head.common.name, "variant": self.program.variant, "phase": self.name(self.question.change),
            "point": self.question.point.as_ref().map(Point::label), "procedure": self.question.procedure.map(|p| self.name(p)),
            "before": state(&self.trace.before), "steps": self.trace.lines.iter().map(line).collect::<Vec<_>>(),
            "after": state(&self.trace.after), "ends_well": self.ends_well(), "verdict": self.verdict(), "reasons": self.reasons(),
        })
    }
}

fn ending(how: How) -> &'static str {
    match how {
        How::Done | How::Together => "",
        How::Fails => " fails",
        How::FailsThenMore => " fails, clean-up runs",
        How::FailsUnpassed => " fails, point not passed",
        How::Stops => " ends the run",
    }
}

fn outcome(how: How) -> &'static str {
    match how {
        How::Done => "done",
        How::Fails | How::FailsThenMore => "fails",
        How::FailsUnpassed => "fails before the point of no return",
        How::Stops => "stops",
        How::Together => "together",
    }
}

fn facts(facts: &[Fact]) -> String {
    facts.iter().map(fact).collect::<Vec<_>>().join("; ")
}

fn fact(fact: &Fact) -> String {
    let is = or(&fact.is);
    let remarks = fact.remarks.iter().map(|remark| format!(", {remark}")).collect::<String>();
    match or(&fact.was) {
        was if was.is_empty() => format!("{}: {is}", fact.thing.name),
        was if was == is && remarks.is_empty() => format!("{}: {is}, verified", fact.thing.name),
        was if was == is => format!("{}: {is}{remarks}", fact.thing.name),
        was => format!("{}: {was} → {is}{remarks}", fact.thing.name),
    }
}

/// `original`, `changed or half written`, `original, changed or half written`.
fn or(words: &[&str]) -> String {
    match words {
        [] => String::new(),
        [one] => (*one).to_owned(),
        [most @ .., last] => format!("{} or {last}", most.join(", ")),
    }
}

/// Columns of equal width; the first one of a procedure's own line may run over.
fn aligned(rows: &[[String; 4]]) -> String {
    let headline = |row: &&[String; 4]| row[1..].iter().all(String::is_empty);
    let width = |column: usize| {
        rows.iter().filter(|row| !headline(row)).map(|row| row[column].chars().count()).max().unwrap_or(0)
    };
    let widths = [width(0).max(3), width(1), width(2)];
    let mut out = String::new();
    for row in rows {
        let [number, place, what, changes] = row;
        let line = match headline(&row) {
            true => format!("  {number}"),
            false => {
                format!("  {number:a$}  {place:b$}  {what:c$}  {changes}", a = widths[0], b = widths[1], c = widths[2])
            }
        };
        let _ = writeln!(out, "{}", line.trim_end());
    }
    out
}
