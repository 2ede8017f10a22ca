//! What the repairs of several rules share: which statements of a procedure a repair may build on, and services around a restore.
//!
//! In: the analysed program. Out: actions of the plan's own text, and fixes. Not its business: layout (`diagnostics`).

use super::Context;
use crate::diagnostics::Fix;
use crate::ir::{Action, Effect, GroupKind, Node, Procedure, actions, writes};
use crate::model::ids::Id;
use crate::model::plan::Service;
use crate::source::Span;

/// The actions that a procedure's own text holds and that run whenever it runs: not those of called procedures, of what it
/// extends, of branches and loops, for which a repair would mean more than it says.
pub fn own<'a>(context: &Context<'a>, procedure: &'a Procedure) -> Vec<&'a Action> {
    let mut found = Vec::new();
    collect(&procedure.body, &mut found);
    let whole = context.world.declaration(procedure).common.span;
    found.retain(|action| inside(whole, action.span) && action.span != whole);
    found
}

fn collect<'n>(body: &'n [Node], found: &mut Vec<&'n Action>) {
    for node in body {
        match node {
            Node::Action(action) => found.push(action),
            Node::Group(group) if matches!(group.kind, GroupKind::Stage | GroupKind::Point(_)) => {
                collect(&group.body, found);
            }
            _ => {}
        }
    }
}

fn inside(outer: Span, inner: Span) -> bool {
    outer.file == inner.file && outer.start <= inner.start && inner.end <= outer.end
}

/// The last action of a procedure that changes something; none if it is not of those that a repair may build on.
pub fn last_write<'a>(context: &Context<'a>, procedure: &'a Procedure) -> Option<&'a Action> {
    let changes = |action: &&Action| action.effects.iter().any(writes);
    let last = actions(&procedure.body).into_iter().rev().find(changes)?;
    own(context, procedure).into_iter().find(|action| action.span == last.span)
}

/// Does a procedure start this service?
pub fn starts(procedure: &Procedure, service: Id<Service>) -> bool {
    let start = |effect: &Effect| matches!(effect, Effect::Start(started) if *started == service);
    actions(&procedure.body).iter().any(|action| action.effects.iter().any(start))
}

/// Starts a service again when a procedure has brought everything back.
pub fn start_again(context: &Context, procedure: &Procedure, service: Id<Service>, fix: Fix) -> Option<Fix> {
    let last = last_write(context, procedure)?;
    let start = format!("start {}", context.world.service_name(service));
    Some(fix.item_after(context.sources, last.span, &start))
}
