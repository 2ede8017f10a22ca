//! A point of no return is crossed without anybody being asked just before.

use super::Context;
use crate::diagnostics::{Diagnostic, Fix};
use crate::ir::{Group, Run, actions};
use crate::model::plan::Point;

pub fn check(context: &Context) -> Vec<Diagnostic> {
    let gate = |run: &Run| matches!(run, Run::Confirm(_) | Run::Manual { .. } | Run::Require(_));
    let open = context.points().into_iter().filter(|(_, group, _)| {
        let inner = actions(&group.body);
        inner.first().is_some_and(|first| !gate(&first.run) && first.ask_first.is_none())
    });
    open.map(|(_, group, point)| one(context, group, point)).collect()
}

fn one(context: &Context, group: &Group, point: &Point) -> Diagnostic {
    let name = &point.common.name;
    let message = format!("`{name}` is crossed without anybody being asked");
    let diagnostic =
        Context::report("ungated-point-of-no-return", message, point.common.name_span, "no way back behind it");
    let first = actions(&group.body).first().map(|action| action.head);
    let diagnostic = match first {
        Some(head) => diagnostic.also(head, "runs at once"),
        None => diagnostic,
    };
    let diagnostic = diagnostic.help("begin it with `confirm ready \"…?\" phrase \"…\"`");
    let Some(action) = actions(&group.body).first().copied().filter(|action| group.span.file == action.span.file)
    else {
        return diagnostic;
    };
    // Unsafe: the words of the question are the author's, and a run that nobody watches would stop there.
    let confirm =
        format!("confirm {name}_wanted \"Go past the point of no return {name}?\" phrase \"YES\" timeout 15m");
    let fix = Fix::risky(format!("ask before `{}`", action.id));
    diagnostic.fix(fix.item_before(context.sources, action.span, &confirm))
}
