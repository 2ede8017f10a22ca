//! Random plans against reality: compiled, run by bash in a toy world, stopped at each of their points by failures and
//! kills, and brought back by the procedures that the matrix names, themselves stopped and resumed.
//!
//! `RBK_PLANS` says how many plans, `RBK_SEED` which ones. A failure prints the seed of its plan.

#![allow(clippy::unwrap_used, missing_docs)]

use rbk::safety::matrix::Row;
use rbk::safety::weakness::Weakness;
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};

#[allow(dead_code)] // the matrix as text is for other tests
#[path = "safety/harness.rs"]
mod harness;
#[path = "reality/plans.rs"]
mod plans;
#[path = "reality/trial.rs"]
mod trial;
#[path = "reality/world.rs"]
mod world;

use plans::{Dice, Plan};
use trial::{Mishap, Trial};
use world::Blow;

#[derive(Debug, Default)]
struct Counts {
    plans: AtomicUsize,
    accepted: AtomicUsize,
    refused: AtomicUsize,
    shown: AtomicUsize,
    not_shown: AtomicUsize,
    nothing_to_run: AtomicUsize,
    runs: AtomicUsize,
    calls: AtomicUsize,
    kills: AtomicUsize,
}

fn add(count: &AtomicUsize, n: usize) {
    count.fetch_add(n, Ordering::Relaxed);
}

fn number(name: &str, or: u64) -> u64 {
    std::env::var(name).ok().and_then(|n| n.parse().ok()).unwrap_or(or)
}

/// Runs something for each of the numbers, on as many threads as there are processors; stops at the first failure.
fn each(count: usize, work: impl Fn(usize) -> Result<(), String> + Sync) {
    let next = AtomicUsize::new(0);
    let failure = Mutex::new(None::<String>);
    let threads = std::thread::available_parallelism().map_or(2, usize::from);
    std::thread::scope(|scope| {
        for _ in 0..threads {
            scope.spawn(|| {
                loop {
                    let i = next.fetch_add(1, Ordering::Relaxed);
                    if i >= count || failure.lock().unwrap().is_some() {
                        break;
                    }
                    if let Err(error) = work(i) {
                        *failure.lock().unwrap() = Some(error);
                    }
                }
            });
        }
    });
    if let Some(failure) = failure.into_inner().unwrap() {
        panic!("{failure}");
    }
}

fn compile(plan: &Plan) -> (Trial<'_>, bool) {
    let checked = harness::check("toy.rbk", &plan.text());
    let errors = checked.diagnostics.iter().any(|d| d.level == rbk::diagnostics::Level::Error);
    let text = checked.text();
    let mut analyses = checked.analyses;
    let Some((program, analysis)) = analyses.pop() else { panic!("{text}\n{}", plan.text()) };
    (Trial::new(plan, program, analysis.matrix, &checked.sources), !errors)
}

#[test]
fn accepted_plans_bring_the_world_back() {
    let (count, seed) = (number("RBK_PLANS", 200), number("RBK_SEED", 1));
    let counts = Counts::default();
    each(usize::try_from(count).unwrap(), |i| {
        let own = seed + i as u64;
        let mut dice = Dice(own);
        let plan = Plan::random(&mut dice);
        let (trial, accepted) = compile(&plan);
        add(&counts.plans, 1);
        add(if accepted { &counts.accepted } else { &counts.refused }, 1);
        if !accepted {
            return refuse(&trial, &counts).map_err(|e| format!("RBK_SEED={own}: {e}\n{}", plan.text()));
        }
        for _ in 0..3 {
            try_out(&trial, &mut dice, &counts, accepted)
                .map_err(|e| format!("RBK_SEED={own}: {e}\n{}", plan.text()))?;
        }
        Ok(())
    });
    println!("{counts:?}");
}

/// Stops the change somewhere, and takes every way that the matrix allows from there.
fn try_out(trial: &Trial, dice: &mut Dice, counts: &Counts, accepted: bool) -> Result<(), String> {
    let rows: Vec<&Row> = trial.matrix.of_phase(trial.phase()).filter(|row| !row.point.is_range()).collect();
    let strokes = trial.strokes(&dice.pick(&rows).point);
    let mut mishap = Mishap { mood: trial::mood(dice), blows: Vec::new() };
    if !strokes.is_empty() {
        mishap.blows.push(dice.pick(&strokes).clone());
    }
    for id in trial.forgiving() {
        if dice.chance(50) {
            mishap.blows.push(Blow::Command(id, "fail", *dice.pick(&["begin", "half", "end"])));
        }
    }
    let (world, code, said) = trial.apply(&mishap);
    add(&counts.calls, 1);
    add(&counts.kills, usize::from(code.is_none()));
    let point = world.point();
    let told = |e: String| format!("{mishap:?}\nat {}: {e}\napply said: {said}", point.label());
    let Some(row) = trial.matrix.row(trial.phase(), &point) else {
        return Err(told("the matrix has no such point".to_owned()));
    };
    if accepted && row.ways_back().next().is_none() && !row.resume {
        return Err(told("an accepted plan offers nothing".to_owned()));
    }
    if code != Some(0) {
        let said = if code.is_some() { said.clone() } else { world.call(&["status"], &[], &[]).text };
        names(&trial.program, row, &said).map_err(&told)?;
    }
    world.keep("stopped");
    if row.resume {
        trial.go_on(&world, &["resume"]).map_err(&told)?;
        add(&counts.calls, 1);
    }
    for procedure in row.ways_back() {
        let name = &trial.program.procedures[procedure].name;
        world.again("stopped");
        if name == "mend" {
            trial.go_on(&world, &["run", "mend"]).map_err(&told)?;
            add(&counts.calls, 1);
            continue;
        }
        let hurdles = trial.hurdles(procedure);
        let blows: Vec<Blow> = (0..dice.below(3)).map(|_| dice.pick(&hurdles).clone()).collect();
        let calls = trial.run(&world, name, &blows).map_err(|e| told(format!("{name} with {blows:?}: {e}")))?;
        add(&counts.runs, 1);
        add(&counts.calls, calls);
        add(&counts.kills, calls - 1);
    }
    Ok(())
}

/// A change that failed, and the status of one that was killed, name the procedures that get back from there.
fn names(program: &rbk::ir::Program, row: &Row, said: &str) -> Result<(), String> {
    let named = |line: &str| {
        let (_, rest) = line.split_once("this gets back: ./rollback.sh run ")?;
        rest.split_whitespace().next().map(str::to_owned)
    };
    let mut named: Vec<String> = said.lines().filter_map(named).collect();
    let mut ways: Vec<String> = row.ways_back().map(|p| program.procedures[p].name.clone()).collect();
    named.sort();
    ways.sort();
    if named == ways { Ok(()) } else { Err(format!("it names {named:?}, the matrix {ways:?}:\n{said}")) }
}

/// Replays the witness of the first finding that names a procedure: it must end badly.
fn refuse(trial: &Trial, counts: &Counts) -> Result<(), String> {
    let world = rbk::safety::world::World::new(&trial.program);
    let survey = rbk::safety::cells::survey(&world);
    let findings = rbk::safety::coverage::findings(&world, &survey, &[]);
    let lost = findings.iter().find(|f| f.procedure.is_some() && f.trouble.is_some());
    let Some((finding, procedure)) = lost.and_then(|f| f.procedure.map(|p| (f, p))) else {
        add(&counts.nothing_to_run, 1);
        return Ok(());
    };
    let point = &survey.changes[finding.change].forward.stops[finding.stop].point;
    let (bad, tried) = trial.refute(&trial.reckless, point, procedure, 60);
    add(&counts.calls, tried);
    let name = &trial.program.procedures[procedure].name;
    match bad {
        Some(_) => add(&counts.shown, 1),
        None if trial.plan.branches() || trial.plan.takes_twice() => add(&counts.not_shown, 1),
        None => return Err(format!("{name} from {} never ends badly: {:?}", point.label(), finding.trouble)),
    }
    Ok(())
}

/// The toy world has no parts, no copies made elsewhere, and nobody who skips a step.
const SHOWN: [Weakness; 11] = [
    Weakness::FailureDoesNothing,
    Weakness::ExitZeroProvesGood,
    Weakness::CopiesOfAnything,
    Weakness::WritersDoNotMatter,
    Weakness::StartsOnAnything,
    Weakness::ServicesMayStay,
    Weakness::UndoFromAnywhere,
    Weakness::NothingIsPassed,
    Weakness::CapturesAreSet,
    Weakness::LossIsChange,
    Weakness::GoingOnIsWorking,
];

/// What the toy world can show of an analysis that leaves something out: a plan that it accepts wrongly, brought to ruin.
#[test]
fn weakened_analyses_are_noticed() {
    each(SHOWN.len(), |i| {
        let weakness = SHOWN[i];
        let noticed = (0..4000).any(|seed| ruins(weakness, 500_000 + seed));
        if noticed { Ok(()) } else { Err(format!("nobody notices {weakness:?}")) }
    });
}

/// Is there a point of this plan at which the weakened analysis allows what then ends badly?
fn ruins(weakness: Weakness, seed: u64) -> bool {
    let plan = Plan::random(&mut Dice(seed));
    let checked = harness::check("toy.rbk", &plan.text());
    let (program, sound) = checked.analyses.into_iter().next().unwrap();
    let weak = rbk::safety::analyse_with(Some(weakness), &program, &checked.sources, None).matrix;
    let mut wrong = Vec::new();
    for (row, truth) in weak.rows.iter().zip(&sound.matrix.rows).filter(|(row, _)| !row.point.is_range()) {
        let cells = row.cells.iter().zip(truth.cells.iter());
        let differing = cells.filter(|(weak, truth)| weak.verdict.allows() && !truth.verdict.allows());
        wrong.extend(differing.map(|(cell, _)| (row.point.clone(), cell.procedure)));
    }
    if wrong.is_empty() {
        return false;
    }
    let trial = Trial::new(&plan, program, weak, &checked.sources);
    wrong.iter().take(2).any(|(point, procedure)| trial.refute(&trial.script, point, *procedure, 40).0.is_some())
}
