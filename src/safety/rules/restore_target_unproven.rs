//! A copy is restored beside the live thing and put in its place before anything has looked at it.

use super::Context;
use crate::diagnostics::Diagnostic;
use crate::ir::{Action, Effect, actions};
use crate::model::plan::Thing;

pub fn check(context: &Context) -> Vec<Diagnostic> {
    let mut found: Vec<Diagnostic> = Vec::new();
    for procedure in context.world.program.procedures.iter().filter(|p| !p.back_out) {
        let body = actions(&procedure.body);
        for (place, swap) in body.iter().enumerate() {
            let pair = swap.effects.iter().find_map(|effect| match effect {
                Effect::Swap(a, b) => Some([(a.index(), b.index()), (b.index(), a.index())]),
                _ => None,
            });
            let fresh = pair
                .iter()
                .flatten()
                .find_map(|&(new, old)| unseen(context, &body[..place], new).map(|r| (r, new, old)));
            let known = found.iter().any(|d| d.labels[0].span == swap.head);
            if let Some((restore, new, old)) = fresh.filter(|_| !known) {
                found.push(one(context, swap, restore, new, old));
            }
        }
    }
    found
}

/// The last restore into a fresh resource, if nothing has looked at it since.
fn unseen<'a>(context: &Context, before: &[&'a Action], fresh: usize) -> Option<&'a Action> {
    context.world.copy_of[fresh]?;
    let restores = |e: &Effect| matches!(e, Effect::Restore { resource, .. } if resource.index() == fresh);
    let looks = |e: &Effect| matches!(e, Effect::Verify(things) if things.iter().any(|t| matches!(t, Thing::Resource(r) if r.index() == fresh)));
    let place = before.iter().rposition(|action| action.effects.iter().any(restores))?;
    let seen = before[place..].iter().any(|action| action.effects.iter().any(looks));
    (!seen).then_some(before[place])
}

fn one(context: &Context, swap: &Action, restore: &Action, new: usize, old: usize) -> Diagnostic {
    let (new, old) = (context.world.resource_name(new), context.world.resource_name(old));
    let message = format!("`{new}` takes the place of `{old}` before anything has looked at it");
    Context::report("restore-target-unproven", message, swap.head, "live from here on, good or not")
        .also(restore.head, "restored here")
        .help(format!("write `verify … of {new} {{ … }}` before the swap"))
}
