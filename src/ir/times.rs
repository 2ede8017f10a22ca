//! How long actions may take: default limits, and the worst case of a body. All in seconds.

use super::{Action, Limit, Node, Run};
use crate::model::plan::{Plan, Thing};
use crate::model::statement::{Options, Verb};
use crate::model::value::{Check, Probe, Value};

/// Seconds that a message may take, and a look into something, unless the plan says otherwise.
const DEFAULT: u64 = 30;

/// The limit of one attempt, and who says so; none: nothing limits it.
pub(super) fn limit(plan: &Plan, run: &Run, options: &Options) -> Option<(u64, Limit)> {
    if let Some(seconds) = options.timeout {
        return Some((seconds, Limit::Plan));
    }
    let operation = |thing, name| plan.operation(thing, name).and_then(|op| op.timeout).map(|t| (t, Limit::Driver));
    match run {
        Run::Commands(_) => None,
        Run::Diagnose(_) => Some((DEFAULT, Limit::Default)),
        Run::Service(service, name) => service_limit(plan, *service, name),
        Run::Take(backup) => {
            let backup = &plan[*backup];
            let each = |name| backup.of.iter().map(move |r| operation(Thing::Resource(*r), name).map(|(t, _)| t));
            let taking: Option<u64> = match &backup.taken_by {
                Some(check) => Some(check.timeout),
                None => each("backup").sum(),
            };
            let checking: u64 = each("check").flatten().sum();
            let more = backup.check.as_ref().map_or(0, |check| check_time(plan, check).unwrap_or(0));
            taking.map(|taking| (taking + checking + more, Limit::Driver))
        }
        Run::Restore { resource, only, .. } => {
            operation(Thing::Resource(*resource), if only.is_empty() { "restore" } else { "restore_only" })
        }
        Run::Switch(resource, _) => operation(Thing::Resource(*resource), "switch"),
        Run::Swap(one, _) => operation(Thing::Resource(*one), "swap"),
        Run::Capture { source: check, .. } | Run::Verify(check) => check_time(plan, check).map(|t| (t, Limit::Default)),
        Run::Wait(seconds) => Some((*seconds, Limit::Plan)),
        Run::Await { check, .. } => check.within.map(|within| (within, Limit::Plan)),
        Run::Manual { .. } | Run::Confirm(_) => options.estimate.map(|(_, most)| (most, Limit::Plan)),
        Run::Notify(channel, _) => Some(plan[*channel].timeout.map_or((DEFAULT, Limit::Default), |t| (t, Limit::Plan))),
        Run::Require(checklist) => {
            let checks = plan[*checklist].items.iter().filter_map(|item| item.check.as_ref());
            Some((checks.map(|check| check_time(plan, check).unwrap_or(0)).sum(), Limit::Default))
        }
        Run::Escalate(_) | Run::NotYet(_) => Some((0, Limit::Default)),
    }
}

/// A graceful stop may take its time, and a forced one after it.
fn service_limit(
    plan: &Plan,
    service: crate::model::ids::Id<crate::model::plan::Service>,
    name: &str,
) -> Option<(u64, Limit)> {
    let operation = |name: &str| plan.operation(Thing::Service(service), name).and_then(|op| op.timeout);
    match (name, plan[service].graceful) {
        ("stop", Some(graceful)) => Some((graceful + operation("kill").unwrap_or(DEFAULT), Limit::Plan)),
        ("restart", _) => match operation("restart") {
            Some(seconds) => Some((seconds, Limit::Driver)),
            None => Some((operation("stop")? + operation("start")?, Limit::Driver)),
        },
        _ => operation(name).map(|seconds| (seconds, Limit::Driver)),
    }
}

/// How long a check may take at most; none if it asks a person.
pub fn check_time(plan: &Plan, check: &Check) -> Option<u64> {
    let once = match &check.probe {
        Probe::Ask(_) => None,
        Probe::Not(inner) => check_time(plan, inner),
        Probe::All(inner) | Probe::Any(inner) => inner.iter().map(|check| check_time(plan, check)).sum(),
        Probe::Passed(id) => {
            let checks = plan[*id].body.iter().filter_map(|statement| match &statement.verb {
                Verb::Verify { check, .. } => Some(check),
                _ => None,
            });
            checks.map(|check| check_time(plan, check)).sum()
        }
        _ => Some(check.timeout),
    }?;
    Some(check.within.unwrap_or(once).max(check.holds.map_or(0, |holds| holds + once)))
}

/// The worst case of a body; none if a part of it has no limit.
pub fn worst(body: &[Node]) -> Option<u64> {
    body.iter().map(worst_of).try_fold(0_u64, |sum, part| Some(sum.saturating_add(part?)))
}

fn worst_of(node: &Node) -> Option<u64> {
    match node {
        Node::Action(action) => worst_action(action),
        Node::Group(group) => worst(&group.body),
        Node::If(branch) => {
            let asked = if matches!(branch.check.probe, Probe::Ask(_)) { 0 } else { branch.check.timeout };
            Some(asked + worst(&branch.then)?.max(worst(&branch.otherwise)?))
        }
        Node::For(each) => {
            let known = each.over.iter().all(|value| !matches!(value, Value::Variable(_)));
            let times = known.then_some(each.over.len() as u64)?;
            Some(worst(&each.body)?.saturating_mul(times))
        }
    }
}

/// Attempts times limit, and the pauses between them.
fn worst_action(action: &Action) -> Option<u64> {
    let (limit, _) = action.timeout?;
    let attempts = u64::from(action.attempts);
    let own = limit.saturating_mul(attempts).saturating_add(action.pause.saturating_mul(attempts - 1));
    let then = match &action.run {
        Run::Await { on, otherwise, .. } => {
            let mut longest = worst(otherwise)?;
            for (_, body) in on {
                longest = longest.max(worst(body)?);
            }
            longest
        }
        _ => 0,
    };
    Some(own.saturating_add(then))
}
