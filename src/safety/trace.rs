//! One run, told state by state: a change up to where it fails, then a procedure that takes it back.
//!
//! In: a program, a failure point, a procedure. Out: for each action on the way what it made of which thing, and how it all ends:
//! the same walk and the same verdict as the matrix. Not its business: how that is printed.

use rustc_hash::FxHashMap;

use super::cells::{self, Column, Survey};
use super::forward::{Forward, Stop};
use super::matrix::{Point, Verdict};
use super::recovery::{self, Outcome};
use super::state::{Bits, State, data, mark};
use super::trouble::Trouble;
use super::values::{Thing, remarks, thing, values};
use super::walk::Moment;
use super::world::World;
use crate::ir::{Action, GroupKind, Node, Procedure, Program, Run};
use crate::model::plan::Language;
use crate::model::statement::OnFailure;
use crate::source::Span;

/// Which run; procedures by their index in the program.
#[derive(Debug, Clone)]
pub struct Question {
    /// What is changed.
    pub change: usize,
    /// Where it fails; none: it runs to its end.
    pub point: Option<Point>,
    /// What is run then.
    pub procedure: Option<usize>,
}

/// A run.
#[derive(Debug, Clone, Default)]
pub struct Trace {
    /// What changes on the way, as it is before.
    pub before: Vec<Fact>,
    /// What is done.
    pub lines: Vec<Line>,
    /// What changes on the way, as it is in the end.
    pub after: Vec<Fact>,
    /// May the procedure be run there, and does it get everything back? True where none is asked for.
    pub recovers: bool,
    /// Why not, and what is left: sentences without full stop.
    pub reasons: Vec<String>,
    /// What the procedure leaves without a look at it.
    pub unverified: Vec<String>,
}

/// A line of a run.
#[derive(Debug, Clone)]
pub struct Line {
    /// The procedure to which it belongs.
    pub procedure: usize,
    /// The action; none where the branches before it are taken together.
    pub action: Option<Told>,
    /// What becomes of it.
    pub how: How,
    /// Only on this way through a branch.
    pub branch: Option<&'static str>,
    /// The things that have other values now.
    pub changes: Vec<Fact>,
    /// What goes wrong here.
    pub troubles: Vec<String>,
}

/// What is told of an action.
#[derive(Debug, Clone)]
pub struct Told {
    /// Its id.
    pub id: String,
    /// Where it stands.
    pub span: Span,
}

/// How far an action comes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum How {
    /// It succeeds.
    Done,
    /// It fails: it did nothing, a part, or everything.
    Fails,
    /// As `Fails`, and what the plan runs after it is run as well.
    FailsThenMore,
    /// It fails, and a probe shows that its point of no return was not passed.
    FailsUnpassed,
    /// It stops the run.
    Stops,
    /// No action: what several ways lead to.
    Together,
}

/// A thing and what it may be.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fact {
    /// Which.
    pub thing: Thing,
    /// What it was; empty if that is not told.
    pub was: Vec<&'static str>,
    /// What it is.
    pub is: Vec<&'static str>,
    /// What else is known.
    pub remarks: Vec<&'static str>,
}

/// Tells a run; none if the change has no such point, or the procedure does not answer for it.
pub fn trace(program: &Program, question: &Question) -> Option<Trace> {
    let world = World::new(program);
    let survey = cells::survey(&world);
    let index = survey.changes.iter().position(|c| c.forward.procedure == question.change)?;
    let change = &survey.changes[index];
    let stop = match &question.point {
        Some(point) => change.forward.stops.iter().position(|stop| stop.point == *point)?,
        None => change.forward.stops.len().checked_sub(2)?,
    };
    let column = match question.procedure {
        Some(procedure) => Some(change.columns.iter().find(|c| c.procedure == procedure)?),
        None => None,
    };
    let mut teller = Teller::new(&world);
    let passes = column.and_then(|c| passes(&world, &survey, index, c.procedure));
    match &passes {
        Some(passes) => passes.iter().enumerate().for_each(|(i, pass)| {
            teller.change(pass, if i + 1 == passes.len() { stop } else { pass.stops.len() - 2 });
        }),
        None => teller.change(&change.forward, stop),
    }
    let mut trace = Trace { recovers: true, ..Trace::default() };
    if let Some(column) = column {
        let procedure = &program.procedures[column.procedure];
        let pass = change.pass(column);
        let outcome = teller.procedure(column.procedure, procedure, pass, &pass.states[pass.stops[stop].state]);
        judge(&world, column, &pass.stops[stop], &outcome, &mut trace);
    }
    teller.end(&mut trace);
    Some(trace)
}

/// The passes through several phases that a procedure takes back together.
fn passes<'a>(world: &World<'a>, survey: &Survey<'a>, index: usize, procedure: usize) -> Option<Vec<Forward<'a>>> {
    let procedure = &world.program.procedures[procedure];
    let earlier = if survey.changes[index].is_phase { &survey.changes[..index] } else { &[] };
    if procedure.back_out { None } else { cells::passes(world, &survey.changes[index].forward, earlier, procedure) }
}

fn judge(world: &World, column: &Column, stop: &Stop, outcome: &Outcome, trace: &mut Trace) {
    let verdict = cells::verdict(world, column, stop, Language::En);
    trace.recovers = verdict.allows();
    // A fix forward is not judged by what it leaves.
    let judged = column.outcomes.get(stop.state).is_some();
    let troubles = outcome.troubles.iter().filter(|_| judged).map(|t| said(world, t));
    let of_point = matches!(verdict, Verdict::ForwardOnly(_)) || !judged && !verdict.allows();
    trace.reasons.extend(of_point.then(|| verdict.reason().to_owned()));
    trace.reasons.extend(troubles);
    if judged && !world.program.procedures[column.procedure].back_out {
        trace.unverified = outcome.unverified.iter().map(|(r, _)| world.resource_name(*r).to_owned()).collect();
    }
}

fn said(world: &World, trouble: &Trouble) -> String {
    trouble.kind.sentence(world, Language::En)
}

/// Marks that are not shown in the change itself: there they are true of everything that is written.
const QUIET: Bits = data::UNVERIFIED | data::OTHERWISE;

struct Teller<'w, 'a> {
    world: &'w World<'a>,
    /// What the last line led to; none before the first.
    now: Option<Vec<Bits>>,
    first: Vec<Bits>,
    moved: Vec<bool>,
    lines: Vec<Line>,
}

impl<'w, 'a> Teller<'w, 'a> {
    fn new(world: &'w World<'a>) -> Self {
        Teller { world, now: None, first: Vec::new(), moved: Vec::new(), lines: Vec::new() }
    }

    /// A change up to one of its failure points.
    fn change(&mut self, pass: &Forward, until: usize) {
        self.begin(&pass.start.words);
        let stop = &pass.stops[until];
        if stop.point.is_range() {
            self.line(pass.procedure, None, How::Together, None, &pass.states[stop.state].words);
        }
        let Some(last) = stop.action else { return };
        let places: FxHashMap<*const Action, usize> =
            pass.actions.iter().enumerate().map(|(i, a)| (std::ptr::from_ref::<Action>(a), i)).collect();
        let after: FxHashMap<*const Action, usize> = pass
            .stops
            .iter()
            .filter(|stop| matches!(stop.point, Point::After(_)))
            .filter_map(|stop| Some((std::ptr::from_ref(stop.action?), stop.state)))
            .collect();
        let body = &self.world.program.procedures[pass.procedure].body;
        let mut steps = Vec::new();
        route(body, Some(last), None, &mut steps);
        for (action, branch) in steps {
            let key = std::ptr::from_ref(action);
            let Some(before) = places.get(&key).and_then(|&place| pass.before[place]) else { continue };
            self.come_to(pass.procedure, branch, &pass.states[before].words);
            let failed = std::ptr::eq(action, last) && !matches!(stop.point, Point::After(_));
            let (how, state) = match after.get(&key) {
                _ if failed => (failing(body, action, &stop.point), stop.state),
                Some(&after) => (How::Done, after),
                None => (How::Stops, before),
            };
            self.line(pass.procedure, Some(action), how, branch, &pass.states[state].words);
        }
    }

    /// A procedure from the state in which the change was left; what comes of it.
    fn procedure(&mut self, index: usize, procedure: &Procedure, pass: &Forward, from: &State) -> Outcome {
        let mut order: Vec<*const Action> = Vec::new();
        let mut moments: FxHashMap<*const Action, (State, Option<State>)> = FxHashMap::default();
        let mut watch = |moment: &Moment| {
            let key = std::ptr::from_ref(moment.action);
            let seen = (moment.before.clone(), moment.after.cloned());
            if moments.insert(key, seen).is_none() {
                order.push(key);
            }
        };
        let outcome = recovery::watched(self.world, procedure, pass, from, &mut watch);
        let mut written = Vec::new();
        route(&procedure.body, None, None, &mut written);
        let written: FxHashMap<*const Action, _> =
            written.into_iter().map(|(action, branch)| (std::ptr::from_ref(action), (action, branch))).collect();
        for (place, key) in order.iter().enumerate() {
            let (Some((action, branch)), Some((before, after))) = (written.get(key), moments.get(key)) else {
                continue;
            };
            match place {
                // What must be reached instead of the original is not original: no change, but another way to look at it.
                0 => self.now = Some(before.words.clone()),
                _ => self.come_to(index, *branch, &before.words),
            }
            let how = if after.is_some() { How::Done } else { How::Stops };
            self.line(index, Some(action), how, *branch, &after.as_ref().unwrap_or(before).words);
            let here = |t: &&Trouble| t.at.as_ref().is_some_and(|(id, _)| *id == action.id);
            let troubles = outcome.troubles.iter().filter(here).map(|t| said(self.world, t)).collect();
            if let Some(line) = self.lines.last_mut() {
                line.troubles = troubles;
            }
        }
        outcome
    }

    fn begin(&mut self, words: &[Bits]) {
        if self.now.is_none() {
            self.first = words.to_vec();
            self.moved = vec![false; words.len()];
            self.now = Some(words.to_vec());
        }
    }

    /// Between two lines: where ways meet, what several of them lead to is a line of its own.
    fn come_to(&mut self, procedure: usize, branch: Option<&'static str>, words: &[Bits]) {
        let last = self.lines.last().filter(|line| line.procedure == procedure).map(|line| line.branch);
        let turns = branch == Some("else") && last != Some(branch);
        let same = self.now.as_deref().is_some_and(|now| now == words);
        if turns || same {
            self.now = Some(words.to_vec());
        } else {
            self.line(procedure, None, How::Together, branch, words);
            if self.lines.last().is_some_and(|line| line.changes.is_empty()) {
                self.lines.pop();
            }
        }
    }

    fn line(
        &mut self,
        procedure: usize,
        action: Option<&Action>,
        how: How,
        branch: Option<&'static str>,
        words: &[Bits],
    ) {
        let now = self.now.take().unwrap_or_default();
        let rolls_back = !self.world.is_phase(&self.world.program.procedures[procedure]);
        let mut changes = Vec::new();
        for (word, (&was, &is)) in now.iter().zip(words).enumerate() {
            if let Some(fact) = self.fact(word, was, is, rolls_back) {
                self.moved[word] = true;
                changes.push(fact);
            }
        }
        let action = action.map(|a| Told { id: a.id.clone(), span: a.head });
        self.lines.push(Line { procedure, action, how, branch, changes, troubles: Vec::new() });
        self.now = Some(words.to_vec());
    }

    fn fact(&self, word: usize, was: Bits, is: Bits, rolls_back: bool) -> Option<Fact> {
        let thing = thing(self.world, word);
        let hidden = match thing.kind {
            "resource" if rolls_back => data::OTHERWISE,
            "resource" => QUIET,
            // Which steps are done can be seen from the lines; which are taken back can't.
            "step" if (was | is) & mark::BACK == 0 => return None,
            _ => 0,
        };
        let (was, is) = (was & !hidden, is & !hidden);
        let remarked = remarks(self.world, word, is);
        let (said, says) = (values(self.world, word, was), values(self.world, word, is));
        let differs = said != says || remarks(self.world, word, was) != remarked;
        differs.then_some(Fact { thing, was: said, is: says, remarks: remarked })
    }

    fn end(self, trace: &mut Trace) {
        let fact = |words: &[Bits], word: usize| Fact {
            thing: thing(self.world, word),
            was: Vec::new(),
            is: values(self.world, word, words[word]),
            remarks: Vec::new(),
        };
        let now = self.now.unwrap_or_default();
        let moved: Vec<usize> = (0..self.moved.len()).filter(|&word| self.moved[word]).collect();
        let told = |word: &&usize| !matches!(thing(self.world, **word).kind, "capture" | "step");
        trace.before = moved.iter().filter(told).map(|&word| fact(&self.first, word)).collect();
        trace.after = moved.iter().filter(told).map(|&word| fact(&now, word)).collect();
        trace.lines = self.lines;
    }
}

/// How an action of a change fails.
fn failing(body: &[Node], action: &Action, point: &Point) -> How {
    let always = |node: &Node| matches!(node, Node::Group(group) if group.kind == GroupKind::Always);
    match point {
        Point::Unpassed(_) => How::FailsUnpassed,
        _ if matches!(action.if_fails, OnFailure::Call(_)) || body.iter().any(always) => How::FailsThenMore,
        _ => How::Fails,
    }
}

/// The actions on the way to one of them, in the order in which they run: of two branches the one that leads there, else both.
/// What `always` runs comes last. Says whether the one was reached.
fn route<'n>(
    body: &'n [Node],
    last: Option<&Action>,
    branch: Option<&'static str>,
    steps: &mut Vec<(&'n Action, Option<&'static str>)>,
) -> bool {
    let always = |node: &&Node| matches!(node, Node::Group(group) if group.kind == GroupKind::Always);
    let (late, soon): (Vec<&Node>, Vec<&Node>) = body.iter().partition(always);
    soon.into_iter().chain(late).any(|node| match node {
        Node::Action(action) => {
            steps.push((action, branch));
            last.is_some_and(|last| std::ptr::eq(last, &raw const **action)) || answers(action, last, steps)
        }
        Node::Group(group) => route(&group.body, last, branch, steps),
        Node::For(each) => route(&each.body, last, branch, steps),
        Node::If(fork) => either(&[("if", &fork.then), ("else", &fork.otherwise)], last, steps),
    })
}

fn answers<'n>(action: &'n Action, last: Option<&Action>, steps: &mut Vec<(&'n Action, Option<&'static str>)>) -> bool {
    let Run::Await { on, otherwise, .. } = &action.run else { return false };
    let mut ways: Vec<(&'static str, &'n [Node])> = on.iter().map(|(_, body)| ("on", body.as_slice())).collect();
    ways.push(("else", otherwise));
    either(&ways, last, steps)
}

fn either<'n>(
    ways: &[(&'static str, &'n [Node])],
    last: Option<&Action>,
    steps: &mut Vec<(&'n Action, Option<&'static str>)>,
) -> bool {
    let begin = steps.len();
    for (name, body) in ways {
        let here = steps.len();
        if route(body, last, Some(name), steps) {
            steps.drain(begin..here);
            return true;
        }
    }
    false
}
