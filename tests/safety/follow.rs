//! Follows one run whose steps come out as somebody says.

use super::{Content, Position, Simulation, World, Worlds};
use rbk::ir::{Action, Effect, GroupKind, Node, Procedure, Program, Run};
use rbk::model::plan::{Backup, Resource, Service, Thing};
use rbk::model::statement::OnFailure;

/// A step as a refusal tells it.
#[derive(Debug)]
pub struct Told {
    pub step: String,
    /// Does the change go on although it failed, or was not done?
    pub fails: bool,
    /// Does it stand in a branch that is not taken?
    pub passed_over: bool,
    /// What is changed by it: kind, name and value.
    pub facts: Vec<(&'static str, String, &'static str)>,
}

impl Simulation<'_> {
    /// Can a procedure of this program be followed here?
    pub fn knows(program: &Program, procedure: &Procedure) -> bool {
        let plan = &program.plan;
        let plain = |r: &Resource| r.introduced_by.is_none();
        let single = |b: &Backup| b.of.len() == 1;
        let service = |s: &Service| !s.starts_stopped && s.introduced_by.is_none();
        let declared = &plan[procedure.declaration];
        let ends = declared.not_restored.is_empty() && declared.goal.is_empty() && declared.ends.is_empty();
        plan.resources.iter().all(plain)
            && plan.backups.iter().all(single)
            && plan.services.iter().all(service)
            && (ends || procedure.back_out)
            && known(&procedure.body)
    }

    /// The worlds in which the change stops when its steps come out as told; what is not told of may be anything.
    pub fn follow(
        &self,
        given: &[(&'static str, String, &'static str)],
        told: &[Told],
        succeeds: bool,
    ) -> Vec<Position> {
        let starts: Worlds =
            self.starts().into_iter().filter(|world| given.iter().all(|fact| self.is(world, fact))).collect();
        // Nothing told: it stops before its first step.
        if told.is_empty() {
            return starts.into_iter().map(Position).collect();
        }
        let mut follow = Follow { simulation: self, told, succeeds, stopped: Worlds::new() };
        follow.body(&self.phase.body, starts, false);
        follow.stopped.into_iter().map(Position).collect()
    }

    /// Is it in this world as told?
    fn is(&self, world: &World, (kind, name, value): &(&'static str, String, &'static str)) -> bool {
        let plan = &self.program.plan;
        let resource = || plan.resources.iter().position(|r| r.common.name == *name).unwrap();
        let backup = || plan.backups.iter().position(|b| b.common.name == *name).unwrap();
        let service = || plan.services.iter().position(|s| s.common.name == *name).unwrap();
        match (*kind, *value) {
            ("resource", "not done") => !world.mailed,
            ("resource", "done") => world.mailed,
            ("resource", _) => match &world.resources[resource()] {
                // What is written where nothing is counts as still gone here.
                Content::Gone => !matches!(*value, "original" | "half written"),
                Content::Half(..) | Content::Garbage => *value == "half written",
                Content::Whole(marks) if marks.is_empty() => *value == "original",
                Content::Whole(marks) if marks.iter().any(|m| m.starts_with('!')) => *value == "partly lost",
                Content::Whole(_) => *value == "changed",
            },
            ("backup", _) => match &world.backups[backup()] {
                None => *value == "none",
                Some(copy) if copy.readable && copy.original() => *value == "good",
                Some(copy) if copy.readable && !copy.content.contains(&Content::Garbage) => {
                    *value == "of another state"
                }
                Some(_) => *value == "unreadable",
            },
            ("service", _) => world.running[service()] == (*value == "running"),
            ("capture", _) => world.captured.contains(&name[1..]) == (*value == "captured"),
            _ => true,
        }
    }
}

struct Follow<'s, 'a> {
    simulation: &'s Simulation<'a>,
    told: &'s [Told],
    /// Does the last of them succeed?
    succeeds: bool,
    stopped: Worlds,
}

impl Follow<'_, '_> {
    fn body(&mut self, body: &[Node], mut now: Worlds, inside: bool) -> Worlds {
        for node in body {
            now = match node {
                Node::Action(action) => self.action(action, now, inside),
                Node::Group(group) => self.body(&group.body, now, inside || matches!(group.kind, GroupKind::Point(_))),
                Node::If(branch) => {
                    let mut then = self.body(&branch.then, now.clone(), inside);
                    then.extend(self.body(&branch.otherwise, now, inside));
                    then
                }
                Node::For(_) => panic!("no loops here"),
            };
        }
        now
    }

    fn action(&mut self, action: &Action, now: Worlds, inside: bool) -> Worlds {
        let simulation = self.simulation;
        let told = self.told.iter().find(|told| told.step == action.id);
        let last = self.told.last().is_some_and(|told| told.step == action.id);
        let fails = told.is_some_and(|told| told.fails) || last && !self.succeeds;
        let crosses = inside && action.effects.iter().any(|e| matches!(e, Effect::Irreversible(_)));
        if told.is_some_and(|told| told.passed_over) {
            return Worlds::new();
        }
        let mut after = Worlds::new();
        for mut world in now {
            world.started.insert(action.id.clone());
            world.passed |= crosses;
            // Told is that nothing was done.
            if told.is_some_and(|told| told.fails && told.facts.is_empty()) {
                after.insert(world);
                continue;
            }
            after.extend(simulation.done(action, &world));
            if fails {
                after.extend(simulation.broken(action, &world));
                after.insert(world);
            }
        }
        after.retain(|world| told.is_none_or(|told| told.facts.iter().all(|fact| simulation.is(world, fact))));
        match last {
            true => {
                let came =
                    |world: &World| self.told.iter().all(|told| told.passed_over || world.started.contains(&told.step));
                self.stopped.extend(after.into_iter().filter(came));
                Worlds::new()
            }
            false => after,
        }
    }
}

/// Is everything in a body something that can be followed here?
fn known(body: &[Node]) -> bool {
    let effect = |effect: &Effect| match effect {
        Effect::Append(_) | Effect::Create(_) | Effect::Supersede(_) => false,
        Effect::Delete(thing) => matches!(thing, Thing::Resource(_)),
        _ => true,
    };
    body.iter().all(|node| match node {
        Node::Action(action) => {
            let plain = !matches!(action.run, Run::Await { .. } | Run::Escalate(_));
            let calls = matches!(action.if_fails, OnFailure::Call(_));
            plain && !calls && action.effects.iter().all(effect)
        }
        Node::Group(group) => matches!(group.kind, GroupKind::Stage | GroupKind::Point(_)) && known(&group.body),
        Node::If(branch) => known(&branch.then) && known(&branch.otherwise),
        Node::For(_) => false,
    })
}
