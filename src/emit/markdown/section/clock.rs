//! How long actions take: the clock beside the steps.

use crate::ir::{Action, GroupKind, Loop, Node, Run};
use crate::model::value::Value;

/// All attempts and pauses of an action, in seconds.
pub fn limit(action: &Action) -> Option<u64> {
    let (timeout, _) = action.timeout?;
    let attempts = u64::from(action.attempts.max(1));
    Some(timeout.saturating_mul(attempts).saturating_add(action.pause.saturating_mul(attempts - 1)))
}

/// The longer end of the estimate, else the limit.
pub fn expected(action: &Action) -> Option<u64> {
    match &action.run {
        Run::Wait(seconds) => Some(*seconds),
        _ => action.estimate.map(|(_, to)| to).or_else(|| limit(action)),
    }
}

pub fn expected_node(node: &Node) -> Option<u64> {
    match node {
        Node::Action(action) => expected(action),
        Node::Group(group) if group.kind == GroupKind::Parallel => {
            group.body.iter().map(expected_node).try_fold(0, |longest: u64, next| Some(longest.max(next?)))
        }
        Node::Group(group) => expected_sum(&group.body),
        Node::If(branch) => Some(expected_sum(&branch.then)?.max(expected_sum(&branch.otherwise)?)),
        Node::For(each) => expected_loop(each),
    }
}

fn expected_sum(body: &[Node]) -> Option<u64> {
    body.iter().map(expected_node).try_fold(0, |sum: u64, next| Some(sum.saturating_add(next?)))
}

/// Only a list in the plan says how often a loop goes round.
pub fn expected_loop(each: &Loop) -> Option<u64> {
    let count = |value: &Value| match value {
        Value::Variable(_) => None,
        Value::List(values) => Some(values.len() as u64),
        _ => Some(1),
    };
    let rounds = each.over.iter().map(count).try_fold(0, |sum: u64, next| Some(sum + next?))?;
    Some(expected_sum(&each.body)?.saturating_mul(rounds))
}
