//! What may be there when a phase begins: before all of them, or behind others.

use super::{Content, Copied, Simulation, World, Worlds};
use rbk::ir::{Effect, Procedure, actions};
use std::collections::{BTreeMap, BTreeSet};

impl Simulation<'_> {
    /// What may be there when the phase begins.
    pub(super) fn starts(&self) -> Worlds {
        let mut worlds = self.outset();
        for phase in &self.earlier {
            worlds = self.forward(&phase.body, forgotten(phase, worlds), false, &mut BTreeMap::new());
            if !self.together {
                worlds = worlds.into_iter().map(|world| self.anew(world)).collect();
            }
        }
        forgotten(self.phase, worlds)
    }

    /// What stands now is what a later phase must be taken back to.
    fn anew(&self, mut world: World) -> World {
        for (b, copied) in world.backups.iter_mut().enumerate() {
            let Some(copied) = copied else { continue };
            let parts = self.parts(self.program.plan.backups[b].of[0].index());
            let same = parts.iter().map(|&p| &world.resources[p]).eq(&copied.content);
            let mark = if same { Vec::new() } else { vec!["earlier".to_owned()] };
            let whole = same || copied.content.iter().all(|c| matches!(c, Content::Whole(_)));
            let becomes = if whole { Content::Whole(mark) } else { Content::Garbage };
            copied.content.iter_mut().for_each(|content| *content = becomes.clone());
        }
        let fresh = |r: usize| if self.is_fresh(r) { Content::Gone } else { Content::Whole(Vec::new()) };
        world.resources = (0..world.resources.len()).map(fresh).collect();
        world.started.clear();
        world.ran.clone_from(&world.running);
        World { passed: false, mailed: false, ..world }
    }

    /// Is it made only to be put in the place of another: is it restored from that one's copy?
    pub(super) fn is_fresh(&self, r: usize) -> bool {
        let foreign = |effect: &Effect| match effect {
            Effect::Restore { resource, backup, .. } => {
                let of = self.program.plan.backups[backup.index()].of[0].index();
                resource.index() == r && !self.parts(r).contains(&of) && !self.parts(of).contains(&r)
            }
            _ => false,
        };
        self.program.procedures.iter().any(|p| actions(&p.body).iter().any(|a| a.effects.iter().any(foreign)))
    }

    /// What may be there before all phases: nobody knows more of copies made elsewhere than the plan says.
    fn outset(&self) -> Worlds {
        let plan = &self.program.plan;
        let world = World {
            resources: (0..plan.resources.len())
                .map(|r| if self.is_fresh(r) { Content::Gone } else { Content::Whole(Vec::new()) })
                .collect(),
            backups: vec![None; plan.backups.len()],
            running: vec![true; plan.services.len()],
            ran: vec![true; plan.services.len()],
            back: false,
            unseen: BTreeSet::new(),
            lost: BTreeSet::new(),
            captured: BTreeSet::new(),
            started: BTreeSet::new(),
            passed: false,
            mailed: false,
        };
        let mut worlds = Worlds::from([world]);
        for (b, backup) in plan.backups.iter().enumerate().filter(|(_, backup)| backup.elsewhere.is_some()) {
            let proved = backup.check.is_some() || backup.min_size.is_some();
            let older = Content::Whole(vec!["yesterday".to_owned()]);
            let count = self.parts(backup.of[0].index()).len();
            let outdated = self.writer_runs(&worlds.first().unwrap().clone(), backup.of[0].index());
            let of = |content| Some(Copied { readable: true, content: vec![content; count], number: 0, outdated });
            let mut copies = vec![of(Content::Whole(Vec::new()))];
            if !proved {
                copies.extend([None, Some(Copied { outdated, ..Copied::unreadable(0) })]);
            }
            if backup.max_age.is_none() {
                copies.push(of(older));
            }
            let with = |world: &World| {
                let set = |copy: &Option<_>| {
                    let mut world = world.clone();
                    world.backups[b].clone_from(copy);
                    world
                };
                copies.iter().map(set).collect::<Vec<_>>()
            };
            worlds = worlds.iter().flat_map(with).collect();
        }
        worlds
    }
}

/// What a phase takes and captures itself is not there before it has done so.
fn forgotten(phase: &Procedure, worlds: Worlds) -> Worlds {
    let forget = |mut world: World| {
        for effect in actions(&phase.body).into_iter().flat_map(|action| &action.effects) {
            match effect {
                Effect::Take { backup, .. } => world.backups[backup.index()] = None,
                Effect::Set(name) => world.captured.retain(|known| known != name),
                _ => {}
            }
        }
        world
    };
    worlds.into_iter().map(forget).collect()
}
