//! Finds one run of a change that ends badly: one outcome for each step, where the matrix knows all of them at once.
//!
//! In: the passes through a change, where it stops, and what the end depends on. Out: the runs that lead there, each with the
//! steps that matter and what each of them leaves. The same transfers as the matrix, on one value at a time. Not its business:
//! which of the runs is told, and in which words (`witness`).

use rustc_hash::FxHashSet;

use super::forward::{Forward, Stop};
use super::matrix::Point;
use super::state::{Bits, State, copy, data, mark, service};
use super::transfer::{self, Lens};
use super::values::thing;
use super::world::World;
use crate::ir::{Action, Effect, GroupKind, Node, Run as Does, actions};
use crate::model::plan::Thing;
use crate::model::statement::OnFailure;

/// So many runs that differ in what counts are followed at once.
const MOST: usize = 128;

/// A run of a change up to where it stops.
#[derive(Clone)]
pub struct Run<'a> {
    /// What could have been otherwise before the first step, and how it is: word and value.
    pub given: Vec<(usize, Bits)>,
    /// The steps that change what counts, and the one where it stops.
    pub steps: Vec<Step<'a>>,
    /// What there is in the end; the words that count have one value each.
    pub state: State,
    /// How many unlikely things happen in it.
    pub unlikely: usize,
}

/// A step of a run.
#[derive(Clone)]
pub struct Step<'a> {
    /// Its procedure, by its index in the program.
    pub procedure: usize,
    /// The action.
    pub action: &'a Action,
    /// What becomes of it.
    pub how: How,
    /// The words that it changes, and to what.
    pub facts: Vec<(usize, Bits)>,
}

/// What becomes of a step.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum How {
    /// It succeeds.
    Done,
    /// It fails or is left out, and the change goes on, as the plan allows.
    GoesOn,
    /// It stands in the other branch.
    PassedOver,
    /// It fails, or is interrupted: there the change stops.
    Stops,
}

/// All runs up to a failure point of the last pass that differ in what counts, the likeliest first.
pub fn runs<'a>(world: &World<'a>, passes: &[&Forward<'a>], stop: usize, counts: &[usize]) -> Vec<Run<'a>> {
    let Some((last, earlier)) = passes.split_last() else { return Vec::new() };
    let mut search = Search { world, counts, procedure: 0, target: None, again: false, reached: Vec::new() };
    let mut open = search.begin(&passes[0].start);
    for pass in earlier {
        open = search.pass(pass, None, open);
    }
    open = search.pass(last, Some(&last.stops[stop]), open);
    let mut found = if last.stops[stop].action.is_some() { search.reached } else { open };
    found.sort_by_key(|run| run.unlikely);
    found
}

struct Search<'w, 'a> {
    world: &'w World<'a>,
    counts: &'w [usize],
    procedure: usize,
    target: Option<(&'a Action, bool)>,
    /// Is this the first of two rounds?
    again: bool,
    reached: Vec<Run<'a>>,
}

impl<'a> Search<'_, 'a> {
    fn begin(&self, start: &State) -> Vec<Run<'a>> {
        let doubtful: Vec<usize> =
            self.counts.iter().copied().filter(|&word| single(self.world, word, start.words[word]).len() > 1).collect();
        let given = |state: &State| doubtful.iter().map(|&word| (word, self.value(state, word))).collect();
        let run = |state: State| {
            let unlikely = self.counts.iter().map(|&word| self.rank(word, self.value(&state, word), false)).sum();
            Run { given: given(&state), steps: Vec::new(), state, unlikely }
        };
        self.apart(start).into_iter().map(run).collect()
    }

    fn pass(&mut self, pass: &Forward<'a>, stop: Option<&Stop<'a>>, open: Vec<Run<'a>>) -> Vec<Run<'a>> {
        self.procedure = pass.procedure;
        self.target = stop.and_then(|stop| Some((stop.action?, !matches!(stop.point, Point::After(_)))));
        if stop.is_some() && self.target.is_none() {
            return open;
        }
        let declared = &self.world.program.procedures[pass.procedure];
        let lens = Lens::forward(declared.declaration.index(), &pass.origin);
        let after = self.nodes(&lens, &declared.body, open);
        let mut always = Vec::new();
        in_always(&declared.body, &mut always);
        if always.is_empty() {
            return after;
        }
        // What runs whenever the change stops runs behind the stop as well, unless all is killed at once.
        let stopped = std::mem::take(&mut self.reached);
        let (target, cleaned) = (self.target.take(), stopped.clone());
        let cleaned = always.iter().fold(cleaned, |runs, body| self.nodes(&lens, body, runs));
        self.target = target;
        self.reached.extend(stopped);
        self.reached.extend(cleaned);
        always.into_iter().fold(after, |runs, body| self.nodes(&lens, body, runs))
    }

    fn nodes(&mut self, lens: &Lens, body: &'a [Node], mut open: Vec<Run<'a>>) -> Vec<Run<'a>> {
        for node in body {
            open = match node {
                Node::Action(action) => self.action(lens, action, open),
                Node::Group(group) if group.kind == GroupKind::Always => open,
                Node::Group(group) => self.nodes(lens, &group.body, open),
                // A second round meets what the first one left.
                Node::For(each) => {
                    let outer = std::mem::replace(&mut self.again, true);
                    let mut once = self.nodes(lens, &each.body, open);
                    self.again = outer;
                    once.extend(self.nodes(lens, &each.body, once.clone()));
                    self.distinct(once)
                }
                Node::If(branch) => {
                    let (past_then, past_other) =
                        (self.passed_over(lens, &branch.then, &open), self.passed_over(lens, &branch.otherwise, &open));
                    let mut ways = self.nodes(lens, &branch.then, past_other);
                    ways.extend(self.nodes(lens, &branch.otherwise, past_then));
                    self.distinct(ways)
                }
            };
        }
        open
    }

    /// The runs that take the other way, with the first thing in this one that counts.
    fn passed_over(&self, lens: &Lens, body: &'a [Node], open: &[Run<'a>]) -> Vec<Run<'a>> {
        let missed = actions(body).into_iter().find(|action| self.concerns(lens, action));
        let mut open = open.to_vec();
        if let Some(action) = missed {
            let step = Step { procedure: self.procedure, action, how: How::PassedOver, facts: Vec::new() };
            open.iter_mut().for_each(|run| run.steps.push(step.clone()));
        }
        open
    }

    fn action(&mut self, lens: &Lens, action: &'a Action, open: Vec<Run<'a>>) -> Vec<Run<'a>> {
        let target = self.target.is_some_and(|(target, _)| std::ptr::eq(target, action));
        let fails = target && self.target.is_some_and(|(_, fails)| fails);
        let mut after = Vec::new();
        if target {
            let stopped = self.outcomes(lens, action, &open, fails, true);
            self.reached.extend(stopped);
        }
        if !target || self.again {
            after = if self.concerns(lens, action) { self.outcomes(lens, action, &open, false, false) } else { open };
        }
        match &action.run {
            Does::Await { on, otherwise, .. } => self.answers(lens, on, otherwise, after),
            _ => after,
        }
    }

    /// What may become of an action.
    fn outcomes(&self, lens: &Lens, action: &'a Action, open: &[Run<'a>], fails: bool, last: bool) -> Vec<Run<'a>> {
        let mut after = Vec::new();
        for run in open {
            let mut state = run.state.clone();
            match fails {
                true => transfer::fail(self.world, lens, action, &mut state),
                false => transfer::settle(self.world, lens, action, &mut state),
            }
            // Whatever it has done, the journal knows that it was begun.
            if let Some(slot) = self.world.undo_slot(lens.phase, &action.id) {
                state.words[self.world.undo(slot)] = mark::YES;
            }
            let ways = self.apart(&state);
            let how = |state: &State| match fails {
                true => How::Stops,
                false if ways.len() > 1 && self.went_wrong(action, run, state) => How::GoesOn,
                false => How::Done,
            };
            after.extend(ways.iter().map(|state| self.went(run, action, how(state), last, state.clone())));
        }
        self.distinct(after)
    }

    fn answers<T>(
        &mut self,
        lens: &Lens,
        on: &'a [(T, Vec<Node>)],
        otherwise: &'a [Node],
        open: Vec<Run<'a>>,
    ) -> Vec<Run<'a>> {
        let ways = on.iter().map(|(_, body)| body.as_slice()).chain([otherwise]);
        let mut all = open.clone();
        for way in ways.filter(|way| !way.is_empty()) {
            all.extend(self.nodes(lens, way, open.clone()));
        }
        self.distinct(all)
    }

    /// Of an action after whose failure the change goes on, or of which nobody knows whether it was done: was it not?
    fn went_wrong(&self, action: &Action, run: &Run, state: &State) -> bool {
        let bad = |word: usize, value: Bits| match thing(self.world, word).kind {
            "resource" => value == data::TORN,
            "backup" => value == copy::BAD,
            _ => false,
        };
        let changed = |&&word: &&usize| self.value(&run.state, word) != self.value(state, word);
        let mut changed = self.counts.iter().filter(changed).map(|&word| bad(word, self.value(state, word)));
        let unproven = matches!(&action.run, Does::Manual { check: None, .. }) && action.expect.is_none();
        let goes_on = matches!(action.if_fails, OnFailure::Continue(_)) || unproven || action.ask_first.is_some();
        // Nothing changed, or something broke.
        goes_on && changed.next().is_none_or(|first| first || changed.any(|bad| bad))
    }

    fn went(&self, run: &Run<'a>, action: &'a Action, how: How, last: bool, state: State) -> Run<'a> {
        // A copy taken anew takes the place of the one before, be it as bad as that.
        let taken = |word: usize| {
            let mut effects = action.effects.iter();
            effects.any(|e| matches!(e, Effect::Take { backup, .. } if self.world.backup(backup.index()) == word))
        };
        let changed = |&&word: &&usize| taken(word) || self.value(&run.state, word) != self.value(&state, word);
        let facts: Vec<(usize, Bits)> =
            self.counts.iter().filter(changed).map(|&word| (word, self.value(&state, word))).collect();
        let fails = how == How::Stops;
        let strange: usize = self.counts.iter().map(|&word| self.rank(word, self.value(&state, word), fails)).sum();
        let mut next = Run { given: run.given.clone(), steps: run.steps.clone(), state, unlikely: run.unlikely };
        let matters = last || how == How::GoesOn || !facts.is_empty();
        next.unlikely += if matters { strange + usize::from(how == How::GoesOn) } else { 0 };
        if matters {
            next.steps.push(Step { procedure: self.procedure, action, how, facts });
        }
        next
    }

    /// A state taken apart: one value for each word that counts.
    fn apart(&self, state: &State) -> Vec<State> {
        let mut all = vec![state.clone()];
        for &word in self.counts {
            let values = single(self.world, word, state.words[word]);
            if values.len() < 2 {
                continue;
            }
            let every = values.iter().fold(0, |bits, value| bits | value);
            let with = |state: &State, value: Bits| {
                let mut state = state.clone();
                state.words[word] = state.words[word] & !every | value;
                state
            };
            all = all.iter().flat_map(|state| values.iter().map(move |&value| with(state, value))).collect();
            all.truncate(MOST);
        }
        all
    }

    fn value(&self, state: &State, word: usize) -> Bits {
        state.words[word] & values_of(self.world, word)
    }

    /// How unlikely a value is: where a step fails, halfway is what is to be expected.
    fn rank(&self, word: usize, value: Bits, fails: bool) -> usize {
        let order: &[Bits] = match thing(self.world, word).kind {
            "resource" if fails => &[data::TORN, data::LOST, data::TOUCHED, data::MIXED, data::ABSENT, data::CHANGED],
            "resource" => return usize::from(value == data::TORN) * 2,
            "backup" if fails => return usize::from(value != copy::BAD),
            "backup" => &[copy::GOOD, copy::STALE, copy::BAD, copy::ABSENT],
            _ => return 0,
        };
        order.iter().position(|&known| known == value).unwrap_or(order.len())
    }

    /// Of runs that come to the same the likeliest.
    fn distinct(&self, mut runs: Vec<Run<'a>>) -> Vec<Run<'a>> {
        runs.sort_by_key(|run| run.unlikely);
        let mut seen = FxHashSet::default();
        runs.retain(|run| seen.insert(self.counts.iter().map(|&word| run.state.words[word]).collect::<Vec<_>>()));
        runs.truncate(MOST);
        runs
    }

    fn concerns(&self, lens: &Lens, action: &Action) -> bool {
        let world = self.world;
        let slot = world.undo_slot(lens.phase, &action.id).map(|slot| world.undo(slot));
        let waits = matches!(action.run, Does::Await { .. });
        waits || action.effects.iter().any(|e| self.touches(e)) || slot.is_some_and(|word| self.counts.contains(&word))
    }

    fn touches(&self, effect: &Effect) -> bool {
        let world = self.world;
        match effect {
            Effect::Take { backup, .. } => self.counts.contains(&world.backup(backup.index())),
            Effect::Stop(s) | Effect::Start(s) => self.counts.contains(&world.service(s.index())),
            Effect::Create(Thing::Service(s)) | Effect::Delete(Thing::Service(s)) => {
                self.counts.contains(&world.service(s.index()))
            }
            Effect::Set(name) => {
                world.captures.get(name.as_str()).is_some_and(|&c| self.counts.contains(&world.capture(c)))
            }
            Effect::Verify(_) => false,
            other => self.counts.iter().any(|&word| word < world.service(0) && reaches(world, other, word)),
        }
    }
}

/// Does an effect change a resource, or what it is derived from?
fn reaches(world: &World, effect: &Effect, resource: usize) -> bool {
    let sources = (0..world.plan.resources.len()).filter(|&s| world.derived[s].contains(&resource));
    std::iter::once(resource).chain(sources).any(|r| super::witness::writes(world, effect, r))
}

/// The bits of a word that are its values, one of which is true.
pub fn values_of(world: &World, word: usize) -> Bits {
    match thing(world, word).kind {
        "resource" => data::VALUES,
        "backup" => copy::VALUES,
        "service" => service::RUNNING | service::STOPPED | service::ABSENT,
        _ => mark::NO | mark::YES | mark::BACK,
    }
}

/// The values that a word may have.
fn single(world: &World, word: usize, bits: Bits) -> Vec<Bits> {
    let values = bits & values_of(world, word);
    (0..Bits::BITS).map(|bit| 1 << bit).filter(|value| values & value != 0).collect()
}

fn in_always<'n>(body: &'n [Node], found: &mut Vec<&'n [Node]>) {
    for node in body {
        match node {
            Node::Group(group) if group.kind == GroupKind::Always => found.push(&group.body),
            Node::Group(group) => in_always(&group.body, found),
            _ => {}
        }
    }
}

/// The place of an action in its procedure, from 1.
pub fn number(world: &World, step: &Step) -> usize {
    let all = actions(&world.program.procedures[step.procedure].body);
    all.iter().position(|action| std::ptr::eq(*action, step.action)).map_or(0, |place| place + 1)
}
