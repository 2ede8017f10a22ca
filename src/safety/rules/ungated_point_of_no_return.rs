//! A point of no return is crossed without anybody being asked just before.

use super::Context;
use crate::diagnostics::Diagnostic;
use crate::ir::{Group, GroupKind, Node, Run, actions};

pub fn check(context: &Context) -> Vec<Diagnostic> {
    let mut groups = Vec::new();
    for procedure in context.world.program.procedures.iter().filter(|p| !p.back_out) {
        collect(&procedure.body, &mut groups);
    }
    let gate = |run: &Run| matches!(run, Run::Confirm(_) | Run::Manual { .. } | Run::Require(_));
    let open = groups.into_iter().filter(|group| {
        let inner = actions(&group.body);
        inner.first().is_some_and(|first| !gate(&first.run) && first.ask_first.is_none())
    });
    open.filter_map(|group| one(context, group)).collect()
}

fn collect<'n>(body: &'n [Node], found: &mut Vec<&'n Group>) {
    for node in body {
        match node {
            Node::Group(group) if matches!(group.kind, GroupKind::Point(_)) => found.push(group),
            Node::Group(group) => collect(&group.body, found),
            Node::If(branch) => {
                collect(&branch.then, found);
                collect(&branch.otherwise, found);
            }
            Node::For(repeat) => collect(&repeat.body, found),
            Node::Action(_) => {}
        }
    }
}

fn one(context: &Context, group: &Group) -> Option<Diagnostic> {
    let GroupKind::Point(p) = group.kind else { return None };
    let point = &context.world.plan[p].common;
    let message = format!("`{}` is crossed without anybody being asked", point.name);
    let diagnostic = Context::report("ungated-point-of-no-return", message, point.name_span, "no way back behind it");
    let first = actions(&group.body).first().map(|action| action.head);
    let diagnostic = match first {
        Some(head) => diagnostic.also(head, "runs at once"),
        None => diagnostic,
    };
    Some(diagnostic.help("begin it with `confirm ready \"…?\" phrase \"…\"`"))
}
