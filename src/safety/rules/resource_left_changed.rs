//! A rollback ends, and something that the change touched is not what it was.

use super::Context;
use super::context::Case;
use crate::diagnostics::{Diagnostic, Label};
use crate::ir::{Action, Effect, actions};
use crate::model::plan::{Language, ProcedureKind};
use crate::safety::state::data;
use crate::safety::trouble::{Kind, condition};
use crate::safety::witness::writes;

pub fn check(context: &Context) -> Vec<Diagnostic> {
    let mut found = Vec::new();
    for case in context.cases(|kind| matches!(kind, Kind::Left(..))) {
        let Kind::Left(r, value) = *case.kind else { continue };
        let name = context.world.resource_name(r);
        let rollback = &case.procedure.name;
        let what = condition(value, Language::En);
        let message = format!("`{rollback}` ends with `{name}` {what}");
        let body = actions(&case.procedure.body);
        let touched = body.iter().rev().find(|a| a.effects.iter().any(|e| writes(context.world, e, r))).copied();
        let (label, help) = advice(context, &case, r, touched);
        let mut diagnostic = Context::report("resource-left-changed", message, case.span, label);
        if let Some(action) = touched {
            // Of another file when it stands in a shared procedure: then both places are told.
            diagnostic.labels.push(Label { span: action.head, text: format!("all that is done about `{name}`") });
        }
        if let Some(write) = context.first_write(case.change, r) {
            diagnostic = diagnostic.also(write.head, format!("`{name}` is changed here"));
        }
        found.push(context.story(case.finding, diagnostic).help(help));
    }
    found
}

fn advice(context: &Context, case: &Case, r: usize, touched: Option<&Action>) -> (String, String) {
    let world = context.world;
    let name = world.resource_name(r);
    let excuse = format!("`not_restored {name} because \"…\"`");
    let Kind::Left(_, value) = *case.kind else { return (String::new(), String::new()) };
    let effect = touched.and_then(|a| a.effects.iter().find(|e| writes(world, e, r)));
    match effect {
        Some(Effect::Undo { step, total: false, .. }) if value & data::TORN != 0 => (
            format!("the undo of `{step}` is not made for every half-done state"),
            format!(
                "say `undo {{ … total }}` in `{step}` if it works from every half-done state (and `repeatable` at the \
                 `undo` if it can be run twice), or restore `{name}` from a backup"
            ),
        ),
        Some(Effect::Undo { step, .. }) => (
            format!("`undo {step}` does not take back everything"),
            format!("undo every step that changes `{name}`, last first, or restore it from a backup"),
        ),
        Some(Effect::Restore { partial: true, .. }) => {
            ("restores only parts of it".to_owned(), format!("restore all of it, or say {excuse}"))
        }
        Some(Effect::Restore { total: false, .. }) => (
            "what the change added stays: this restore is not total".to_owned(),
            format!("use a driver whose restore is `total`, or say {excuse}"),
        ),
        Some(Effect::Switch(..)) => (
            "switched to a reference that the change itself uses".to_owned(),
            format!("switch `{name}` to the reference that it had before"),
        ),
        _ if world.declaration(case.procedure).kind == ProcedureKind::Rollback => {
            (format!("`{name}` does not come back"), format!("restore `{name}` in it, or say {excuse}"))
        }
        _ => (format!("`{name}` does not come back"), format!("say {excuse}")),
    }
}
