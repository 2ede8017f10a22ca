//! The numbers of steps, the same in the script and in the runbook.

use crate::ir::{Action, Node, Run};

/// All actions in the order in which they are numbered from 1: as written, a branch's two sides one after the
/// other, a loop's body once, what a wait leads to right after the wait.
pub fn actions(body: &[Node]) -> Vec<&Action> {
    let mut out = Vec::new();
    collect(body, &mut out);
    out
}

fn collect<'a>(body: &'a [Node], out: &mut Vec<&'a Action>) {
    for node in body {
        match node {
            Node::Action(action) => {
                out.push(action);
                if let Run::Await { on, otherwise, .. } = &action.run {
                    on.iter().for_each(|(_, body)| collect(body, out));
                    collect(otherwise, out);
                }
            }
            Node::Group(group) => collect(&group.body, out),
            Node::If(branch) => {
                collect(&branch.then, out);
                collect(&branch.otherwise, out);
            }
            Node::For(each) => collect(&each.body, out),
        }
    }
}
