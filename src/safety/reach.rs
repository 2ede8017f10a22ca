//! What of a state can matter to a procedure, so that states which differ only elsewhere are judged once.
//!
//! In: a procedure and what it must reach. Out: for each word the bits on which its outcome can depend. Errs on the side of more:
//! whatever an action may read or write counts, and what these things hang together with. Not its business: the outcome.

use super::recovery::Target;
use super::state::Bits;
use super::world::World;
use crate::ir::{Action, Effect, Node, Procedure, actions};
use crate::model::plan::Thing;
use crate::model::statement::OnFailure;

/// The words on which the outcome of a procedure can depend, each with the bits that count.
pub fn mask(world: &World, procedure: &Procedure, target: &Target) -> Vec<(usize, Bits)> {
    let mut reach = Reach { world, seen: vec![false; world.undo(world.undoable.len())], open: Vec::new() };
    let mut called = Vec::new();
    reach.body(&procedure.body, &mut called);
    while let Some(word) = reach.open.pop() {
        reach.neighbours(word);
    }
    let rest = |word: usize| target.counts(world, word);
    let bits = (0..reach.seen.len()).map(|word| (word, if reach.seen[word] { Bits::MAX } else { rest(word) }));
    bits.filter(|(_, bits)| *bits != 0).collect()
}

struct Reach<'w, 'a> {
    world: &'w World<'a>,
    seen: Vec<bool>,
    open: Vec<usize>,
}

impl Reach<'_, '_> {
    fn add(&mut self, word: usize) {
        if !self.seen[word] {
            self.seen[word] = true;
            self.open.push(word);
        }
    }

    fn body(&mut self, body: &[Node], called: &mut Vec<usize>) {
        for action in actions(body) {
            self.action(action);
            if let OnFailure::Call(id) = &action.if_fails {
                let next = self.world.by_declaration.get(&id.index()).copied();
                if let Some(next) = next.filter(|next| !called.contains(next)) {
                    called.push(next);
                    self.body(&self.world.program.procedures[next].body, called);
                }
            }
        }
    }

    fn action(&mut self, action: &Action) {
        let world = self.world;
        let captures = action.reads.iter().filter_map(|name| world.captures.get(name.as_str()));
        captures.for_each(|&c| self.add(world.capture(c)));
        action.effects.iter().for_each(|effect| self.effect(effect));
    }

    fn effect(&mut self, effect: &Effect) {
        let world = self.world;
        match effect {
            Effect::Modify(r) | Effect::Destroy(r) | Effect::Adjust(r) | Effect::Append(r) | Effect::Switch(r, _) => {
                self.add(world.resource(r.index()));
            }
            Effect::Irreversible(r) | Effect::Supersede(r) => self.add(world.resource(r.index())),
            Effect::Create(thing) | Effect::Delete(thing) => self.thing(*thing),
            Effect::Stop(s) | Effect::Start(s) => self.add(world.service(s.index())),
            Effect::Take { backup, .. } => self.add(world.backup(backup.index())),
            Effect::Restore { resource, backup, .. } => {
                self.add(world.resource(resource.index()));
                self.add(world.backup(backup.index()));
            }
            Effect::Swap(a, b) => [a, b].into_iter().for_each(|r| self.add(world.resource(r.index()))),
            Effect::Undo { phase, step, resources, .. } => {
                resources.iter().for_each(|r| self.add(world.resource(r.index())));
                if let Some(slot) = world.undo_slot(phase.index(), step) {
                    self.add(world.undo(slot));
                }
            }
            Effect::Verify(things) => things.iter().for_each(|thing| self.thing(*thing)),
            Effect::Set(name) => {
                if let Some(&c) = world.captures.get(name.as_str()) {
                    self.add(world.capture(c));
                }
            }
        }
    }

    fn thing(&mut self, thing: Thing) {
        match thing {
            Thing::Resource(r) => self.add(self.world.resource(r.index())),
            Thing::Service(s) => self.add(self.world.service(s.index())),
        }
    }

    /// What is read or written together with a thing.
    fn neighbours(&mut self, word: usize) {
        let world = self.world;
        let (service, backup, point) = (world.service(0), world.backup(0), world.point(0));
        if word < service {
            self.around_resource(word);
        } else if word < backup {
            let s = &world.plan.services[word - service];
            s.writes.iter().chain(&s.runs).for_each(|r| self.add(world.resource(r.index())));
            for (b, of) in world.plan.backups.iter().enumerate() {
                if of.of.iter().any(|r| world.writers[r.index()].iter().any(|s| s.index() == word - service)) {
                    self.add(world.backup(b));
                }
            }
        } else if word < point {
            world.plan.backups[word - backup].of.iter().for_each(|r| self.add(world.resource(r.index())));
        } else if word >= world.undo(0) {
            let slot = &world.undoable[word - world.undo(0)];
            slot.resources.iter().for_each(|&r| self.add(world.resource(r)));
        }
    }

    fn around_resource(&mut self, r: usize) {
        let world = self.world;
        let related = world.parts[r].iter().chain(&world.derived[r]).chain(&world.copy_of[r]);
        related.for_each(|&other| self.add(world.resource(other)));
        world.plan.resources[r].derived_from.iter().for_each(|other| self.add(world.resource(other.index())));
        world.writers[r].iter().for_each(|s| self.add(world.service(s.index())));
        world.backups[r].iter().for_each(|&b| self.add(world.backup(b)));
        world.undo_slots_of(r).iter().for_each(|&slot| self.add(world.undo(slot)));
    }
}
