//! The order in which steps are numbered: as the script runs them.

use crate::ir::{self, Action, Group, GroupKind, Node};

/// The actions of a procedure: those of `always` blocks at the end, the last block first.
pub fn actions(body: &[Node]) -> Vec<&Action> {
    let at_the_end: Vec<&Action> = always(body).into_iter().flat_map(|group| ir::actions(&group.body)).collect();
    let mut all = ir::actions(body);
    all.retain(|action| !at_the_end.iter().any(|last| std::ptr::eq(*last, *action)));
    all.extend(at_the_end);
    all
}

/// The `always` blocks of a procedure in the order in which they are run.
pub fn always(body: &[Node]) -> Vec<&Group> {
    let mut found = Vec::new();
    collect(body, &mut found);
    found.reverse();
    found
}

fn collect<'n>(body: &'n [Node], found: &mut Vec<&'n Group>) {
    for node in body {
        match node {
            Node::Group(group) if group.kind == GroupKind::Always => found.push(group),
            Node::Group(group) => collect(&group.body, found),
            Node::If(branch) => {
                collect(&branch.then, found);
                collect(&branch.otherwise, found);
            }
            Node::For(each) => collect(&each.body, found),
            Node::Action(_) => {}
        }
    }
}
