//! The words of a state as people say them.
//!
//! In: a state. Out: for each declared thing its name and its possible values, in English. Not its business: which of them matter.

use super::state::{Bits, copy, data, mark, point, service};
use super::world::World;
use crate::model::plan::ResourceKind;

/// A declared thing, by its word in a state.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Thing {
    /// `resource`, `service`, `backup`, `point`, `capture` or `step`.
    pub kind: &'static str,
    /// Its name in the plan; of a capture with its `$`.
    pub name: String,
}

/// The thing that a word of a state is about.
pub fn thing(world: &World, word: usize) -> Thing {
    let plan = world.plan;
    let (service, backup, point, capture) = (world.service(0), world.backup(0), world.point(0), world.capture(0));
    let of = |kind, name: &str| Thing { kind, name: name.to_owned() };
    match word {
        _ if word < service => of("resource", &plan.resources[word].common.name),
        _ if word < backup => of("service", &plan.services[word - service].common.name),
        _ if word < point => of("backup", &plan.backups[word - backup].common.name),
        _ if word < capture => of("point", &plan.points[word - point].common.name),
        _ if word < world.undo(0) => {
            let name = world.captures.iter().find(|(_, c)| **c == word - capture).map_or("", |(name, _)| name);
            of("capture", &format!("${name}"))
        }
        _ => of("step", world.undoable[word - world.undo(0)].step),
    }
}

/// What a word says, the likeliest first: `original`, `changed or half written`.
pub fn values(world: &World, word: usize, bits: Bits) -> Vec<&'static str> {
    let table: &[(Bits, &str)] = match thing(world, word).kind {
        "resource" if world.plan.resources[word].kind == ResourceKind::Irrevocable => &DEED,
        "resource" => &DATA,
        "service" => &SERVICE,
        "backup" => &COPY,
        "point" => &[(point::BEFORE, "before it"), (point::PASSED, "perhaps passed")],
        "capture" => &[(mark::NO, "not captured"), (mark::YES, "captured")],
        _ => &[(mark::NO, "not done"), (mark::YES, "done"), (mark::BACK, "taken back")],
    };
    table.iter().filter(|(value, _)| bits & value != 0).map(|(_, name)| *name).collect()
}

const DATA: [(Bits, &str); 7] = [
    (data::ORIGINAL, "original"),
    (data::COPY, "a copy of the original"),
    (data::CHANGED, "changed"),
    (data::TORN, "half written"),
    (data::LOST, "partly lost"),
    (data::ABSENT, "absent"),
    (data::MIXED, "mixed"),
];

const DEED: [(Bits, &str); 3] =
    [(data::ORIGINAL, "not done"), (data::TOUCHED, "done"), (data::SUPERSEDED, "made up for")];

const SERVICE: [(Bits, &str); 3] =
    [(service::RUNNING, "running"), (service::STOPPED, "stopped"), (service::ABSENT, "absent")];

const COPY: [(Bits, &str); 4] =
    [(copy::ABSENT, "none"), (copy::GOOD, "good"), (copy::STALE, "of another state"), (copy::BAD, "unreadable")];

/// What is to be known beside the value.
pub fn remarks(world: &World, word: usize, bits: Bits) -> Vec<&'static str> {
    let table: &[(Bits, &str)] = match thing(world, word).kind {
        "resource" if bits & data::VALUES != data::TOUCHED => &[(data::UNVERIFIED, "not verified")],
        "backup" if bits & copy::RACED != 0 => &[(copy::RACED, "taken while it was written")],
        "backup" if bits & (copy::GOOD | copy::STALE) != 0 => &[(copy::LIVE, "lacks what is written since")],
        _ => &[],
    };
    table.iter().filter(|(value, _)| bits & value != 0).map(|(_, name)| *name).collect()
}
