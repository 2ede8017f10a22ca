//! Which failure points have no way out, and why: one finding a cause, however many points it leaves open.
//!
//! In: a `Survey`. Out: findings for the rules. Not its business: wording.

use rustc_hash::FxHashSet;

use super::cells::{Change, Column, Survey, unaccepted};
use super::state::{copy, data};
use super::trouble::{Kind, Trouble};
use super::world::World;
use crate::ir::{Action, Effect, GroupKind, Node, actions};
use crate::model::plan::{ProcedureKind, ResourceKind, Thing};

/// Something that leaves failure points without a way out, or a procedure without use.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Finding {
    /// Index of the change in the survey.
    pub change: usize,
    /// The procedure that should have helped, by its index in the program.
    pub procedure: Option<usize>,
    /// What is in its way; none where no procedure answers at all.
    pub trouble: Option<Trouble>,
    /// Is it a point of no return that is in the way?
    pub past: Option<usize>,
    /// The first failure point concerned, by its index in `Forward::stops`.
    pub stop: usize,
    /// How many more failure points are concerned.
    pub more: usize,
}

/// Data that is destroyed outside a point of no return while no good copy exists and no procedure restores it.
pub struct Exposed<'a> {
    /// Index of the change in the survey.
    pub change: usize,
    /// What.
    pub resource: usize,
    /// Where.
    pub action: &'a Action,
}

/// All findings of a survey, each cause once, in the order of the changes and their points.
pub fn findings(world: &World, survey: &Survey, exposed: &[Exposed]) -> Vec<Finding> {
    let mut found = Vec::new();
    for (index, change) in survey.changes.iter().enumerate() {
        let bare: Vec<usize> = exposed.iter().filter(|e| e.change == index).map(|e| e.resource).collect();
        let mut gather = Gather { world, survey, change, index, found: Vec::new(), bare: &bare };
        gather.uncovered();
        gather.useless();
        found.append(&mut gather.found);
    }
    found
}

struct Gather<'a, 'p> {
    world: &'a World<'p>,
    survey: &'a Survey<'p>,
    change: &'a Change<'p>,
    index: usize,
    found: Vec<Finding>,
    bare: &'a [usize],
}

impl Gather<'_, '_> {
    fn uncovered(&mut self) {
        let rows: Vec<_> = self.survey.matrix.of_phase(self.change.forward.procedure).collect();
        for (stop, row) in rows.iter().enumerate() {
            let owed = self.change.is_phase || row.past;
            let covered = row.ways_back().next().is_some() || row.resume;
            if !row.point.is_range() && owed && !covered {
                self.explain(stop);
            }
        }
    }

    fn explain(&mut self, stop: usize) {
        let best = self.best(stop).map(|c| (c.procedure, self.change.outcome(c, stop).cloned().unwrap_or_default()));
        if let Some((procedure, outcome)) = best {
            for trouble in outcome.troubles {
                self.add(Some(procedure), Some(trouble), None, stop);
            }
            return;
        }
        let past = self.change.forward.stops[stop].past.last().copied();
        let crossing = self.change.columns.iter().find(|c| self.is_rollback(c)).map(|c| c.procedure);
        let back_out = self.change.columns.iter().find(|c| self.world.program.procedures[c.procedure].back_out);
        let left = back_out.and_then(|c| self.change.outcome(c, stop)).map(|o| o.troubles.clone()).unwrap_or_default();
        let only_bare = !left.is_empty() && left.iter().all(|t| self.is_bare(&t.kind));
        if !only_bare {
            self.add(crossing.filter(|_| past.is_some()), None, past, stop);
        }
    }

    /// The rollback that was most probably meant for a point.
    fn best(&self, stop: usize) -> Option<&Column<'_>> {
        let fits = |c: &&Column| {
            let procedure = &self.world.program.procedures[c.procedure];
            self.is_rollback(c) && unaccepted(self.world, procedure, &self.change.pass(c).stops[stop]).is_none()
        };
        let rank = |c: &&Column| {
            let declared = self.world.declaration(&self.world.program.procedures[c.procedure]);
            let troubles = self.change.outcome(c, stop).map_or(0, |o| o.troubles.len());
            let deserts = self
                .change
                .outcome(c, stop)
                .map_or(0, |o| o.troubles.iter().filter(|t| matches!(t.kind, Kind::Left(..))).count());
            (!declared.recommended, deserts, troubles, c.procedure)
        };
        self.change.columns.iter().filter(fits).min_by_key(rank)
    }

    fn is_rollback(&self, column: &Column) -> bool {
        let procedure = &self.world.program.procedures[column.procedure];
        !procedure.back_out && self.world.declaration(procedure).kind == ProcedureKind::Rollback
    }

    /// Rollbacks that help nowhere where backing out would not do.
    fn useless(&mut self) {
        let change = self.change;
        let rows: Vec<_> = self.survey.matrix.of_phase(change.forward.procedure).collect();
        let is_back_out = |p: usize| self.world.program.procedures[p].back_out;
        // Points that share their cells tell the same: the first one is enough.
        let mut seen = FxHashSet::default();
        let mut needed: Vec<usize> = (0..rows.len()).collect();
        needed.retain(|&i| {
            let row = rows[i];
            let fresh = !row.point.is_range() && !row.cells.is_empty() && seen.insert(row.cells.as_ptr());
            fresh && !row.ways_back().any(is_back_out)
        });
        let blamed: Vec<usize> = self.found.iter().filter_map(|f| f.procedure).collect();
        for (place, column) in change.columns.iter().enumerate() {
            let helps = |&i: &usize| rows[i].cells[place].verdict.allows();
            let fresh = self.is_rollback(column) && !blamed.contains(&column.procedure);
            if !fresh || needed.is_empty() || needed.iter().any(helps) {
                continue;
            }
            let troubles = |stop: &usize| change.outcome(column, *stop).map_or(usize::MAX, |o| o.troubles.len());
            let stops = needed.iter().copied().filter(|i| troubles(i) > 0);
            let Some(stop) = stops.min_by_key(troubles) else { continue };
            for trouble in change.outcome(column, stop).map(|o| o.troubles.clone()).unwrap_or_default() {
                self.add(Some(column.procedure), Some(trouble), None, stop);
            }
        }
    }

    fn is_bare(&self, kind: &Kind) -> bool {
        matches!(kind, Kind::Left(r, _) if self.bare.contains(r))
    }

    fn add(&mut self, procedure: Option<usize>, trouble: Option<Trouble>, past: Option<usize>, stop: usize) {
        if trouble.as_ref().is_some_and(|t| self.is_bare(&t.kind)) {
            return;
        }
        let same = |f: &&mut Finding| f.procedure == procedure && f.past == past && alike(&f.trouble, &trouble);
        match self.found.iter_mut().find(same) {
            Some(known) => known.more += usize::from(known.stop != stop),
            None => self.found.push(Finding { change: self.index, procedure, trouble, past, stop, more: 0 }),
        }
    }
}

/// Is it the same cause? What a resource is in the end may differ from point to point.
pub fn alike(a: &Option<Trouble>, b: &Option<Trouble>) -> bool {
    match (a, b) {
        (Some(a), Some(b)) => match (&a.kind, &b.kind) {
            (Kind::Left(r, _), Kind::Left(q, _)) => r == q,
            (Kind::BrokenStart(s, r, _), Kind::BrokenStart(t, q, _)) => s == t && r == q && a.at == b.at,
            _ => a == b,
        },
        (None, None) => true,
        _ => false,
    }
}

/// Destruction of data that nothing covers.
pub fn exposed<'a>(world: &World<'a>, survey: &Survey<'a>) -> Vec<Exposed<'a>> {
    let mut found = Vec::new();
    for (index, change) in survey.changes.iter().enumerate().filter(|(_, c)| c.is_phase) {
        if !change.forward.actions.iter().any(|action| destroyed(world, action).next().is_some()) {
            continue;
        }
        let procedure = &world.program.procedures[change.forward.procedure];
        let outside: FxHashSet<*const Action> =
            outside_points(&procedure.body).into_iter().map(std::ptr::from_ref).collect();
        for (place, &action) in change.forward.actions.iter().enumerate() {
            if !outside.contains(&std::ptr::from_ref(action)) {
                continue;
            }
            for resource in destroyed(world, action) {
                let Some(before) = change.forward.before[place] else { continue };
                let words = &change.forward.states[before].words;
                let unborn = change.forward.origin[resource] == data::ABSENT;
                let known = found.iter().any(|e: &Exposed| e.change == index && e.resource == resource);
                if !unborn && !known && !covered(world, words, resource) && !answered(world, change, resource) {
                    found.push(Exposed { change: index, resource, action });
                }
            }
        }
    }
    found
}

/// The data that an action destroys.
pub fn destroyed<'a>(world: &'a World, action: &'a Action) -> impl Iterator<Item = usize> + 'a {
    let of = |effect: &Effect| match effect {
        Effect::Destroy(r) | Effect::Delete(Thing::Resource(r)) => Some(r.index()),
        _ => None,
    };
    action.effects.iter().filter_map(of).filter(|&r| world.plan.resources[r].kind == ResourceKind::Data)
}

/// Is there certainly a good copy of a resource, or of what it is a part of?
pub fn covered(world: &World, words: &[super::state::Bits], resource: usize) -> bool {
    let wholes = (0..world.plan.resources.len()).filter(|&w| world.parts[w].contains(&resource));
    let mut backups = wholes.flat_map(|w| world.backups[w].iter());
    backups.any(|&b| words[world.backup(b)] & copy::VALUES == copy::GOOD)
}

/// Does some rollback restore it (then it is that restore which must be right), or say that it will not come back?
fn answered(world: &World, change: &Change, resource: usize) -> bool {
    let reaches = |r: usize| world.parts[r].contains(&resource) || world.parts[resource].contains(&r);
    change.columns.iter().any(|column| {
        let procedure = &world.program.procedures[column.procedure];
        let excused = world.declaration(procedure).not_restored.iter().any(|(r, _)| reaches(r.index()));
        let restores = |effect: &Effect| matches!(effect, Effect::Restore { resource: r, .. } if reaches(r.index()));
        let body = actions(&procedure.body);
        !procedure.back_out && (excused || body.iter().flat_map(|a| &a.effects).any(restores))
    })
}

/// The actions that stand in no `point_of_no_return`.
pub fn outside_points(body: &[Node]) -> Vec<&Action> {
    let inside = |node: &Node| matches!(node, Node::Group(g) if matches!(g.kind, GroupKind::Point(_)));
    let mut pointed = Vec::new();
    in_points(body, &inside, &mut pointed);
    let pointed: FxHashSet<*const Action> = pointed.into_iter().collect();
    actions(body).into_iter().filter(|action| !pointed.contains(&std::ptr::from_ref(*action))).collect()
}

fn in_points(body: &[Node], inside: &dyn Fn(&Node) -> bool, found: &mut Vec<*const Action>) {
    for node in body {
        match node {
            Node::Group(group) if inside(node) => {
                found.extend(actions(&group.body).into_iter().map(std::ptr::from_ref::<Action>));
            }
            Node::Group(group) => in_points(&group.body, inside, found),
            Node::If(branch) => {
                in_points(&branch.then, inside, found);
                in_points(&branch.otherwise, inside, found);
            }
            Node::For(repeat) => in_points(&repeat.body, inside, found),
            Node::Action(_) => {}
        }
    }
}
