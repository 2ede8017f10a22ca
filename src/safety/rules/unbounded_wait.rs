//! A rollback that has promised a time repeats something for each line of a value: nobody can say how often.

use super::Context;
use super::estimate_exceeds_rto::promised;
use crate::diagnostics::Diagnostic;
use crate::ir::{Loop, Node};
use crate::model::value::Value;

pub fn check(context: &Context) -> Vec<Diagnostic> {
    let mut found: Vec<Diagnostic> = Vec::new();
    for procedure in context.world.program.procedures.iter().filter(|p| !p.back_out) {
        let Some((_, rto)) = promised(context, procedure) else { continue };
        if context.world.declaration(procedure).estimate.is_some() {
            continue;
        }
        let mut loops = Vec::new();
        unknown(&procedure.body, &mut loops);
        for (each, name) in loops {
            let message = format!(
                "`{}` runs once for each line of `${name}`: whether `{}` keeps its RTO can't be checked",
                each.id, procedure.name
            );
            let diagnostic = Context::report("unbounded-wait", message, each.span, "nobody knows how often")
                .also(rto, "promised here")
                .help("name the values in the plan, or put it into a `stage` whose `estimate` covers all rounds");
            if !found.iter().any(|d| d.labels[0].span == each.span) {
                found.push(diagnostic);
            }
        }
    }
    found
}

/// The loops over values that are not known before the run, outside of groups that say how long they take.
fn unknown<'n>(body: &'n [Node], found: &mut Vec<(&'n Loop, &'n str)>) {
    for node in body {
        match node {
            Node::For(each) => {
                let name = each.over.iter().find_map(|value| match value {
                    Value::Variable(variable) => Some(variable.name.as_str()),
                    _ => None,
                });
                found.extend(name.map(|name| (each, name)));
                unknown(&each.body, found);
            }
            Node::Group(group) if group.estimate.is_none() => unknown(&group.body, found),
            Node::If(branch) => {
                unknown(&branch.then, found);
                unknown(&branch.otherwise, found);
            }
            Node::Group(_) | Node::Action(_) => {}
        }
    }
}
