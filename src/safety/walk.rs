//! Walks a body in the order in which it runs, branches joined, loops to their fixpoint.
//!
//! In: nodes and the state before them. Out: the state after, and for each action a call of the visitor with the states
//! before it, while it runs, and after it. Not its business: what the visitor does with them.

use super::state::{State, either};
use super::transfer::{self, Lens};
use super::weakness::Weakness;
use super::world::World;
use crate::ir::{Action, Branch, Effect, Group, GroupKind, Loop, Node, Run};
use crate::model::plan::Thing;
use crate::model::statement::OnFailure;

/// The states around an action.
pub struct Moment<'s> {
    /// The action.
    pub action: &'s Action,
    /// Before it.
    pub before: &'s State,
    /// It has started and has not succeeded.
    pub inside: &'s State,
    /// It has succeeded; none if the run stops there.
    pub after: Option<&'s State>,
    /// The point of no return that it crosses first.
    pub crosses: Option<usize>,
    /// The points of no return that it stands in.
    pub within: &'s [usize],
}

/// What is told of each action; of an action in a loop once for each round, the last round covering all.
pub type Visitor<'v> = dyn FnMut(&Moment) + 'v;

/// How deep procedures called by failing actions are followed.
const DEPTH: usize = 3;

/// A walk through one body.
pub struct Walk<'a, 'w> {
    world: &'w World<'a>,
    lens: &'w Lens<'w>,
    depth: usize,
    points: Vec<(usize, u8)>,
    within: Vec<usize>,
}

impl<'a, 'w> Walk<'a, 'w> {
    /// A walk of actions that are read through a lens.
    pub fn new(world: &'w World<'a>, lens: &'w Lens<'w>) -> Self {
        Walk { world, lens, depth: 0, points: Vec::new(), within: Vec::new() }
    }

    /// Walks a whole procedure: `always` blocks run at its end, and may run whenever it stops.
    pub fn procedure(&mut self, body: &[Node], start: State, visit: &mut Visitor) -> Option<State> {
        let mut always = Vec::new();
        find_always(body, &mut always);
        // The script runs the last one first.
        always.reverse();
        if always.is_empty() {
            return self.nodes(body, Some(start), visit);
        }
        let (world, lens) = (self.world, self.lens);
        let mut swept = |moment: &Moment| {
            let mut inside = moment.inside.clone();
            for group in &always {
                inside = sweep(world, lens, group, inside, DEPTH);
            }
            visit(&Moment { inside: &inside, ..*moment });
        };
        let mut state = self.nodes(body, Some(start), &mut swept);
        for group in &always {
            state = self.nodes(group, state, visit);
        }
        state
    }

    fn nodes(&mut self, body: &[Node], mut state: Option<State>, visit: &mut Visitor) -> Option<State> {
        for node in body {
            state = match node {
                Node::Action(action) => self.action(action, state?, visit),
                Node::Group(group) => self.group(group, state?, visit),
                Node::If(branch) => self.branch(branch, state?, visit),
                Node::For(repeat) => self.repeat(repeat, state?, visit),
            };
        }
        state
    }

    fn action(&mut self, action: &Action, mut state: State, visit: &mut Visitor) -> Option<State> {
        let before = state.clone();
        let crossed: Vec<usize> =
            self.points.iter().filter(|(_, strength)| strength_of(action) == *strength).map(|(p, _)| *p).collect();
        let first = |p: &&usize| before.words[self.world.point(**p)] & super::state::point::BEFORE != 0;
        let crosses = crossed.iter().find(first).copied();
        for &p in &crossed {
            transfer::pass(self.world, p, &mut state);
        }
        let mut inside = state.clone();
        transfer::fail(self.world, self.lens, action, &mut inside);
        if let OnFailure::Call(called) = &action.if_fails {
            inside = self.called(called.index(), inside);
        }
        transfer::settle(self.world, self.lens, action, &mut state);
        let stops = matches!(action.run, Run::Escalate(_));
        let after = (!stops).then_some(state);
        let moment =
            Moment { action, before: &before, inside: &inside, after: after.as_ref(), crosses, within: &self.within };
        visit(&moment);
        match &action.run {
            Run::Await { on, otherwise, .. } => self.answers(on, otherwise, after, visit),
            _ => after,
        }
    }

    fn answers<T>(
        &mut self,
        on: &[(T, Vec<Node>)],
        otherwise: &[Node],
        after: Option<State>,
        visit: &mut Visitor,
    ) -> Option<State> {
        let mut joined = after.clone();
        for (_, body) in on {
            joined = either(joined, self.nodes(body, after.clone(), visit));
        }
        if otherwise.is_empty() { joined } else { either(joined, self.nodes(otherwise, after, visit)) }
    }

    fn called(&self, declaration: usize, state: State) -> State {
        let body = self.world.by_declaration.get(&declaration).map(|&i| &self.world.program.procedures[i].body);
        match body {
            Some(body) if self.depth < DEPTH => sweep(self.world, self.lens, body, state, self.depth + 1),
            _ => state,
        }
    }

    fn group(&mut self, group: &Group, state: State, visit: &mut Visitor) -> Option<State> {
        match group.kind {
            GroupKind::Always => Some(state),
            GroupKind::Parallel => self.parallel(group, state, visit),
            GroupKind::Point(p) => {
                let strength = crate::ir::actions(&group.body).into_iter().map(strength_of).max().unwrap_or(0);
                self.points.push((p.index(), strength));
                self.within.push(p.index());
                let mut after = self.nodes(&group.body, Some(state), visit);
                self.points.pop();
                self.within.pop();
                if let Some(after) = &mut after {
                    transfer::pass(self.world, p.index(), after);
                }
                after
            }
            GroupKind::Stage | GroupKind::Call(_) => self.nodes(&group.body, Some(state), visit),
        }
    }

    /// While one part runs, every other may have done nothing, a part, or everything.
    fn parallel(&mut self, group: &Group, state: State, visit: &mut Visitor) -> Option<State> {
        let mut mess = state.clone();
        loop {
            let next = sweep(self.world, self.lens, &group.body, mess.clone(), self.depth);
            if next == mess {
                break;
            }
            mess = next;
        }
        let mut blurred = |moment: &Moment| {
            let after = moment.after.is_some().then_some(&mess);
            visit(&Moment { before: &mess, inside: &mess, after, ..*moment });
        };
        self.nodes(&group.body, Some(state), &mut blurred)
    }

    fn branch(&mut self, branch: &Branch, state: State, visit: &mut Visitor) -> Option<State> {
        let then = self.nodes(&branch.then, Some(state.clone()), visit);
        let otherwise = self.nodes(&branch.otherwise, Some(state), visit);
        if self.world.lacks(Weakness::OneBranchRuns) { then } else { either(then, otherwise) }
    }

    fn repeat(&mut self, repeat: &Loop, state: State, visit: &mut Visitor) -> Option<State> {
        let listed = repeat.over.iter().any(|v| !matches!(v, crate::model::value::Value::Variable(_)));
        let mut entry = state.clone();
        loop {
            let after = self.nodes(&repeat.body, Some(entry.clone()), visit);
            let mut next = entry.clone();
            if let Some(after) = &after {
                next.join(after);
            }
            if next == entry || self.world.lacks(Weakness::LoopsRunOnce) {
                return if listed { after } else { either(Some(state), after) };
            }
            entry = next;
        }
    }
}

/// Every state in which a body that starts in `state` may be left when it is stopped anywhere.
pub fn sweep(world: &World, lens: &Lens, body: &[Node], state: State, depth: usize) -> State {
    let mut all = state.clone();
    let mut walk = Walk { world, lens, depth, points: Vec::new(), within: Vec::new() };
    let mut gather = |moment: &Moment| {
        all.join(moment.inside);
        if let Some(after) = moment.after {
            all.join(after);
        }
    };
    walk.nodes(body, Some(state), &mut gather);
    all
}

fn find_always<'n>(body: &'n [Node], found: &mut Vec<&'n [Node]>) {
    for node in body {
        if let Node::Group(group) = node {
            if group.kind == GroupKind::Always {
                found.push(&group.body);
            } else {
                find_always(&group.body, found);
            }
        }
    }
}

/// The strength of what can't be meant otherwise.
pub const CERTAIN: u8 = 4;

/// How strongly an action suggests itself as what crosses a point of no return: the strongest of a block do.
pub fn strength_of(action: &Action) -> u8 {
    let of = |effect: &Effect| match effect {
        Effect::Irreversible(_) | Effect::Destroy(_) | Effect::Delete(Thing::Resource(_)) => CERTAIN,
        Effect::Modify(_) | Effect::Switch(..) | Effect::Append(_) | Effect::Create(_) | Effect::Supersede(_) => 3,
        Effect::Restore { .. } | Effect::Swap(..) | Effect::Undo { .. } | Effect::Delete(_) => 3,
        _ => 0,
    };
    let strongest = action.effects.iter().map(of).max().unwrap_or(0);
    match action.run {
        _ if strongest > 0 => strongest,
        Run::Commands(_) | Run::Manual { .. } => 2,
        Run::Confirm(_) | Run::Verify(_) | Run::Require(_) => 0,
        _ => 1,
    }
}
