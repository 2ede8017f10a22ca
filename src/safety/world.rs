//! The things of a plan as the analysis sees them: which word of a state belongs to what, and what reaches what.
//!
//! In: a `Program`. Out: tables. Not its business: states and what changes them.

use rustc_hash::FxHashMap;

use super::state::{Bits, State, copy, data, mark, point, service};
use super::weakness::Weakness;
use crate::ir::{Action, Effect, Procedure, Program, actions};
use crate::model::ids::Id;
use crate::model::plan::{self, Backup, Plan, Point, ProcedureKind, Resource, ResourceKind, Service};
use crate::model::value::Probe;

/// Tables made once for a program.
pub struct World<'a> {
    /// What is analysed.
    pub program: &'a Program,
    /// Its declarations.
    pub plan: &'a Plan,
    /// For each resource: the services that write it, a part of it, or what it is a part of.
    pub writers: Vec<Vec<Id<Service>>>,
    /// For each resource: itself and what is part of it.
    pub parts: Vec<Vec<usize>>,
    /// For each resource: what becomes stale with it.
    pub derived: Vec<Vec<usize>>,
    /// For each resource: the backups of it.
    pub backups: Vec<Vec<usize>>,
    /// For each resource that is restored from another one's backup: that other one.
    pub copy_of: Vec<Option<usize>>,
    /// Captures by name.
    pub captures: FxHashMap<&'a str, usize>,
    /// Steps that some procedure undoes, in the order of the program.
    pub undoable: Vec<Undoable<'a>>,
    undone: FxHashMap<(usize, &'a str), Vec<usize>>,
    undoable_by_name: FxHashMap<(usize, &'a str), usize>,
    undoable_of: Vec<Vec<usize>>,
    /// Index of the program's procedure for each declaration.
    pub by_declaration: FxHashMap<usize, usize>,
    /// The order in which backups are first taken.
    pub taken: Vec<usize>,
    /// The order in which they are last taken.
    pub retaken: Vec<usize>,
    /// Set by tests only.
    pub weakness: Option<Weakness>,
}

/// A step that some procedure undoes.
pub struct Undoable<'a> {
    /// The step's id.
    pub step: &'a str,
    /// What it changes, with what is part of that.
    pub resources: Vec<usize>,
}

impl<'a> World<'a> {
    /// The tables of a program.
    pub fn new(program: &'a Program) -> Self {
        let plan = &program.plan;
        let parts = closure(plan.resources.len(), |r| plan.resources[r].part_of.iter().map(|id| id.index()).collect());
        let sources = |r: usize| plan.resources[r].derived_from.iter().map(|id| id.index()).collect();
        let mut derived = closure(plan.resources.len(), sources);
        for (r, list) in derived.iter_mut().enumerate() {
            list.retain(|&d| d != r);
        }
        let reaches =
            |from: Id<Resource>, to: usize| parts[from.index()].contains(&to) || parts[to].contains(&from.index());
        let writers = (0..plan.resources.len())
            .map(|r| {
                let all = plan.services.iter().enumerate();
                all.filter(|(_, s)| s.writes.iter().any(|&w| reaches(w, r))).map(|(i, _)| Id::new(i)).collect()
            })
            .collect();
        let mut backups = vec![Vec::new(); plan.resources.len()];
        for (index, backup) in plan.backups.iter().enumerate() {
            for of in &backup.of {
                backups[of.index()].push(index);
            }
        }
        let mut world = World {
            program,
            plan,
            writers,
            parts,
            derived,
            backups,
            copy_of: vec![None; plan.resources.len()],
            captures: FxHashMap::default(),
            undoable: Vec::new(),
            undone: FxHashMap::default(),
            undoable_by_name: FxHashMap::default(),
            undoable_of: vec![Vec::new(); plan.resources.len()],
            by_declaration: FxHashMap::default(),
            taken: vec![usize::MAX; plan.backups.len()],
            retaken: vec![0; plan.backups.len()],
            weakness: None,
        };
        world.scan();
        world
    }

    fn scan(&mut self) {
        let program = self.program;
        for (index, procedure) in program.procedures.iter().enumerate() {
            if !procedure.back_out {
                self.by_declaration.insert(procedure.declaration.index(), index);
            }
            for (order, action) in actions(&procedure.body).into_iter().enumerate() {
                self.scan_action(index * 1_000_000 + order, action);
            }
        }
        for procedure in program.procedures.iter().filter(|p| !p.back_out) {
            for action in actions(&procedure.body) {
                self.scan_step(procedure.declaration.index(), &action.id);
            }
        }
    }

    /// Steps that are undone get their places in the order in which they are done.
    fn scan_step(&mut self, phase: usize, step: &'a str) {
        let Some(resources) = self.undone.remove(&(phase, step)) else { return };
        let slot = self.undoable.len();
        for &r in &resources {
            self.undoable_of[r].push(slot);
        }
        self.undoable_by_name.insert((phase, step), slot);
        self.undoable.push(Undoable { step, resources });
    }

    fn scan_action(&mut self, order: usize, action: &'a Action) {
        for effect in &action.effects {
            match effect {
                Effect::Set(name) => {
                    let next = self.captures.len();
                    self.captures.entry(name).or_insert(next);
                }
                Effect::Take { backup, .. } => {
                    let taken = &mut self.taken[backup.index()];
                    *taken = order.min(*taken);
                    let retaken = &mut self.retaken[backup.index()];
                    *retaken = order.max(*retaken);
                }
                Effect::Restore { resource, backup, .. } => {
                    let r = resource.index();
                    let of = &self.plan[*backup].of;
                    let related =
                        |b: &Id<Resource>| self.parts[r].contains(&b.index()) || self.parts[b.index()].contains(&r);
                    if !of.iter().any(related) {
                        self.copy_of[r] = of.first().map(|id| id.index());
                    }
                }
                Effect::Undo { phase, step, resources, .. } => {
                    let reached = resources.iter().flat_map(|id| self.parts[id.index()].iter().copied());
                    let mut resources: Vec<usize> = reached.collect();
                    resources.sort_unstable();
                    resources.dedup();
                    self.undone.entry((phase.index(), step)).or_insert(resources);
                }
                _ => {}
            }
        }
    }

    /// Is something left out on purpose?
    pub fn lacks(&self, weakness: Weakness) -> bool {
        self.weakness == Some(weakness)
    }

    /// The word of a resource.
    pub fn resource(&self, r: usize) -> usize {
        r
    }

    /// The word of a service.
    pub fn service(&self, s: usize) -> usize {
        self.plan.resources.len() + s
    }

    /// The word of a backup.
    pub fn backup(&self, b: usize) -> usize {
        self.service(self.plan.services.len()) + b
    }

    /// The word of a point of no return.
    pub fn point(&self, p: usize) -> usize {
        self.backup(self.plan.backups.len()) + p
    }

    /// The word of a capture.
    pub fn capture(&self, c: usize) -> usize {
        self.point(self.plan.points.len()) + c
    }

    /// The word of a step that can be undone.
    pub fn undo(&self, slot: usize) -> usize {
        self.capture(self.captures.len()) + slot
    }

    /// The slot of a step that some procedure undoes.
    pub fn undo_slot(&self, phase: usize, step: &str) -> Option<usize> {
        self.undoable_by_name.get(&(phase, step)).copied()
    }

    /// The slots of the steps that change a resource and can be undone, in the order in which they are done.
    pub fn undo_slots_of(&self, resource: usize) -> &[usize] {
        &self.undoable_of[resource]
    }

    /// The plan's entry for a procedure.
    pub fn declaration(&self, procedure: &Procedure) -> &'a plan::Procedure {
        &self.plan[procedure.declaration]
    }

    /// Is it the change itself?
    pub fn is_phase(&self, procedure: &Procedure) -> bool {
        !procedure.back_out && self.declaration(procedure).kind == ProcedureKind::Phase
    }

    /// May something that writes the resource be running? Which?
    pub fn running_writer(&self, state: &State, resource: usize) -> Option<Id<Service>> {
        if self.lacks(Weakness::WritersDoNotMatter) {
            return None;
        }
        let runs = |s: &&Id<Service>| state.words[self.service(s.index())] & service::RUNNING != 0;
        self.writers[resource].iter().find(runs).copied()
    }

    /// The value that each resource has before these phases: it may be one that they bring into being.
    pub fn origin(&self, phases: &[usize]) -> Vec<Bits> {
        let of = |(r, declared): (usize, &Resource)| match declared.introduced_by {
            Some(by) if phases.contains(&by.index()) => data::ABSENT,
            _ if self.copy_of[r].is_some() => data::ABSENT,
            _ => data::ORIGINAL,
        };
        self.plan.resources.iter().enumerate().map(of).collect()
    }

    /// What is known before some phases have begun; `described` if somebody else runs them and probes tell how far
    /// they came.
    pub fn before(&self, phases: &[usize], described: bool) -> State {
        let mut words = self.origin(phases);
        words.extend(self.plan.services.iter().map(|s| match s.introduced_by {
            Some(by) if phases.contains(&by.index()) => service::ABSENT,
            _ if s.starts_stopped => service::STOPPED,
            _ => service::RUNNING,
        }));
        words.extend((0..self.plan.backups.len()).map(|b| self.backup_before(b, described)));
        words.extend(self.plan.points.iter().map(|_| point::BEFORE));
        words.extend(self.captures.iter().map(|_| mark::NO));
        words.extend(self.undoable.iter().map(|_| mark::NO));
        State { words }
    }

    fn backup_before(&self, index: usize, described: bool) -> Bits {
        let backup = &self.plan.backups[index];
        if backup.elsewhere.is_none() {
            return copy::ABSENT;
        }
        if self.lacks(Weakness::ElsewhereIsGood) {
            return copy::GOOD;
        }
        let read_back = backup.check.is_some() || backup.min_size.is_some();
        let doubtful = if read_back { 0 } else { copy::ABSENT | copy::BAD };
        let dated = backup.max_age.is_some() || described;
        let old = if dated { 0 } else { copy::STALE };
        let live = if backup.of.iter().any(|r| !self.writers[r.index()].is_empty()) { copy::LIVE } else { 0 };
        copy::GOOD | doubtful | old | live
    }

    /// The name of a resource.
    pub fn resource_name(&self, r: usize) -> &'a str {
        &self.plan.resources[r].common.name
    }

    /// The name of a service.
    pub fn service_name(&self, s: Id<Service>) -> &'a str {
        &self.plan[s].common.name
    }

    /// The name of a backup.
    pub fn backup_name(&self, b: Id<Backup>) -> &'a str {
        &self.plan[b].common.name
    }

    /// The name of a point of no return.
    pub fn point_name(&self, p: Id<Point>) -> &'a str {
        &self.plan[p].common.name
    }

    /// Must it come back (or is it a cache, or something that can't)?
    pub fn matters(&self, r: usize) -> bool {
        !matches!(self.plan.resources[r].kind, ResourceKind::Irrevocable)
    }

    /// Is it a cache?
    pub fn is_cache(&self, r: usize) -> bool {
        self.plan.resources[r].kind == ResourceKind::Cache
    }
}

/// For each of `count` things: itself and everything from which it can be reached by `up`, in ascending order.
fn closure(count: usize, up: impl Fn(usize) -> Vec<usize>) -> Vec<Vec<usize>> {
    let mut below: Vec<Vec<usize>> = (0..count).map(|r| vec![r]).collect();
    for start in 0..count {
        let mut seen = vec![start];
        let mut next = 0;
        while next < seen.len() {
            for parent in up(seen[next]) {
                if !seen.contains(&parent) {
                    seen.push(parent);
                }
            }
            next += 1;
        }
        for &above in &seen[1..] {
            below[above].push(start);
        }
    }
    below
}

/// Visits a probe and the probes in it.
pub fn probes<'c>(probe: &'c Probe, visit: &mut dyn FnMut(&'c Probe)) {
    visit(probe);
    match probe {
        Probe::Not(inner) => probes(&inner.probe, visit),
        Probe::All(list) | Probe::Any(list) => list.iter().for_each(|check| probes(&check.probe, visit)),
        _ => {}
    }
}
