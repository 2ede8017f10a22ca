//! A point of no return holds nothing that could cross it, or several steps of which any might.

use super::Context;
use crate::diagnostics::Diagnostic;
use crate::ir::{Action, Group, actions};
use crate::model::plan::Point;
use crate::safety::walk::{CERTAIN, strength_of};

pub fn check(context: &Context) -> Vec<Diagnostic> {
    context.points().into_iter().filter_map(|(_, group, point)| one(group, point)).collect()
}

fn one(group: &Group, point: &Point) -> Option<Diagnostic> {
    let inner = actions(&group.body);
    let strongest = inner.iter().map(|action| strength_of(action)).max().unwrap_or(0);
    let crossing: Vec<&Action> = inner.into_iter().filter(|action| strength_of(action) == strongest).collect();
    let name = &point.common.name;
    let report =
        |message, label: &str| Context::report("ambiguous-point-of-no-return", message, point.common.name_span, label);
    match crossing.as_slice() {
        _ if strongest == 0 => Some(
            report(format!("nothing in `{name}` could cross it"), "asks and looks, and changes nothing")
                .help("put the step after which there is no way back into it"),
        ),
        [first, second, ..] if strongest < CERTAIN && point.not_passed_when.is_none() => Some(
            report(format!("it is not said which step crosses `{name}`"), "passed as soon as its first step has begun")
                .also(first.head, "taken for the one that crosses it")
                .also(second.head, "may as well be")
                .help("let only the step that can't be undone stand in it, and declare what that is: `irreversible R`, `destroys R`"),
        ),
        _ => None,
    }
}
