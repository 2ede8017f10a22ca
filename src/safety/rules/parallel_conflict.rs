//! Two branches that run at the same time write the same thing, or one writes what the other reads; or two commands of a text do.

use super::{Context, beside, commands, scripts, scripts::Role};
use crate::diagnostics::Diagnostic;
use crate::ir::{Action, Effect, Group, GroupKind, Node, Run, actions, things_read};
use crate::model::ids::Id;
use crate::model::plan::{Resource, Service, Thing};
use crate::safety::world::World;

pub fn check(context: &Context) -> Vec<Diagnostic> {
    let mut groups = Vec::new();
    for procedure in context.world.program.procedures.iter().filter(|p| !p.back_out) {
        collect(&procedure.body, &mut groups);
    }
    let mut seen = rustc_hash::FxHashSet::default();
    groups.retain(|group| scripts::is_own(context, group.span.file) && seen.insert(group.span));
    let mut found: Vec<Diagnostic> = groups.into_iter().filter_map(|group| one(context.world, group)).collect();
    found.extend(context.texts().iter().filter(|text| text.role == Role::Work).flat_map(in_text));
    found
}

/// `a & b & wait`
fn in_text(text: &scripts::Text) -> impl Iterator<Item = Diagnostic> + '_ {
    beside::pairs(text).into_iter().map(|(first, other, thing)| {
        let (one, two) = (commands::shown(first), commands::shown(other));
        if first.span == other.span {
            let message = format!("every turn of the loop runs `{one}` at the same time: all write {thing}");
            let place = Context::report("parallel-conflict", message, first.span, "the next does not wait for it");
            return place.help("leave the `&` out");
        }
        let message = format!("`{one}` and `{two}` both write {thing} at the same time");
        let place = Context::report(
            "parallel-conflict",
            message,
            other.span,
            "before the other, after it, or in the middle of it",
        );
        place.also(first.span, "the other one").help("leave the `&` out, or `wait` in between")
    })
}

fn collect<'n>(body: &'n [Node], found: &mut Vec<&'n Group>) {
    for node in body {
        match node {
            Node::Group(group) => {
                if group.kind == GroupKind::Parallel {
                    found.push(group);
                }
                collect(&group.body, found);
            }
            Node::If(branch) => {
                collect(&branch.then, found);
                collect(&branch.otherwise, found);
            }
            Node::For(repeat) => collect(&repeat.body, found),
            Node::Action(_) => {}
        }
    }
}

/// The first two actions of different branches that get in each other's way.
fn one(world: &World, group: &Group) -> Option<Diagnostic> {
    let branches: Vec<Vec<&Action>> = group.body.iter().map(|node| actions(std::slice::from_ref(node))).collect();
    let pairs = branches.iter().enumerate().flat_map(|(i, a)| branches[i + 1..].iter().map(move |b| (a, b)));
    let mut pairs = pairs.flat_map(|(a, b)| a.iter().flat_map(move |x| b.iter().map(move |y| (*x, *y))));
    pairs.find_map(|(a, b)| {
        let (one, other) = (Use::of(world, a), Use::of(world, b));
        let (thing, both) = one.conflict(&other, world)?;
        let what = if both { "both write" } else { "write and read" };
        let message = format!("`{}` and `{}` {what} {thing} at the same time", a.id, b.id);
        Some(
            Context::report("parallel-conflict", message, b.head, "before the other, after it, or in the middle of it")
                .also(a.head, "the other one")
                .help("put one behind the other, outside of the `parallel`"),
        )
    })
}

#[derive(Default)]
struct Use {
    writes: Vec<Id<Resource>>,
    reads: Vec<Id<Resource>>,
    handles: Vec<Id<Service>>,
    needs: Vec<Id<Service>>,
    sets: Vec<String>,
    wants: Vec<String>,
}

impl Use {
    fn of(world: &World, action: &Action) -> Self {
        let mut found = Use { wants: action.reads.clone(), ..Use::default() };
        action.effects.iter().for_each(|effect| found.effect(world, effect));
        let check = match &action.run {
            Run::Capture { source: check, .. } | Run::Verify(check) | Run::Await { check, .. } => Some(check),
            _ => None,
        };
        let read = check.map(|check| things_read(world.plan, check)).unwrap_or_default();
        read.into_iter().for_each(|thing| found.thing(thing));
        found
    }

    fn thing(&mut self, thing: Thing) {
        match thing {
            Thing::Resource(r) => self.reads.push(r),
            Thing::Service(s) => self.needs.push(s),
        }
    }

    fn effect(&mut self, world: &World, effect: &Effect) {
        match effect {
            Effect::Modify(r)
            | Effect::Destroy(r)
            | Effect::Create(Thing::Resource(r))
            | Effect::Delete(Thing::Resource(r))
            | Effect::Switch(r, _) => self.writes.push(*r),
            Effect::Restore { resource, while_running, .. } => {
                self.writes.push(*resource);
                if !while_running {
                    self.needs.extend(&world.writers[resource.index()]);
                }
            }
            Effect::Swap(a, b) => self.writes.extend([*a, *b]),
            Effect::Undo { resources, .. } => self.writes.extend(resources),
            Effect::Append(r) => self.reads.push(*r),
            Effect::Stop(s) | Effect::Start(s) => {
                self.handles.push(*s);
                self.reads.extend(world.plan[*s].runs.iter().chain(&world.plan[*s].writes));
            }
            Effect::Take { backup, while_running, .. } => {
                for r in &world.plan[*backup].of {
                    self.reads.push(*r);
                    if !while_running {
                        self.needs.extend(&world.writers[r.index()]);
                    }
                }
            }
            Effect::Verify(things) => things.iter().for_each(|thing| self.thing(*thing)),
            Effect::Set(name) => self.sets.push(name.clone()),
            _ => {}
        }
    }

    /// What two actions get in each other's way about, and whether both write it.
    fn conflict(&self, other: &Use, world: &World) -> Option<(String, bool)> {
        let reaches = |a: &Id<Resource>, b: &Id<Resource>| {
            world.parts[a.index()].contains(&b.index()) || world.parts[b.index()].contains(&a.index())
        };
        let met = |ours: &[Id<Resource>], theirs: &[Id<Resource>]| {
            ours.iter()
                .find(|a| theirs.iter().any(|b| reaches(a, b)))
                .map(|r| format!("`{}`", world.resource_name(r.index())))
        };
        let handled = |ours: &[Id<Service>], theirs: &[Id<Service>]| {
            ours.iter().find(|s| theirs.contains(s)).map(|s| format!("`{}`", world.service_name(*s)))
        };
        let named =
            |ours: &[String], theirs: &[String]| ours.iter().find(|n| theirs.contains(n)).map(|n| format!("`${n}`"));
        let both = met(&self.writes, &other.writes).or_else(|| handled(&self.handles, &other.handles));
        let mixed = || {
            met(&self.writes, &other.reads)
                .or_else(|| met(&self.reads, &other.writes))
                .or_else(|| handled(&self.handles, &other.needs))
                .or_else(|| handled(&self.needs, &other.handles))
                .or_else(|| named(&self.sets, &other.wants))
                .or_else(|| named(&self.wants, &other.sets))
        };
        both.map(|what| (what, true)).or_else(|| mixed().map(|what| (what, false)))
    }
}
