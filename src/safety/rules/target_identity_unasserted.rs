//! What is destroyed or written over is found by a value that an operator types or an environment gives, and nothing proves
//! that it is the thing meant.

use super::Context;
use crate::diagnostics::Diagnostic;
use crate::ir::{Action, Effect};
use crate::model::ids::Id;
use crate::model::plan::{Plan, Resource, ResourceKind, Thing};
use crate::model::value::{Value, Variable, VariableKind};
use crate::source::Span;

pub fn check(context: &Context) -> Vec<Diagnostic> {
    let plan = context.world.plan;
    let mut seen = Vec::new();
    let mut found = Vec::new();
    for (_, action) in context.statements() {
        for resource in action.effects.iter().filter_map(destroys) {
            let declared = &plan[resource];
            let data = declared.kind == ResourceKind::Data && declared.identity.is_none();
            if !data || seen.contains(&resource) {
                continue;
            }
            let mut variables = declared.settings.iter().flat_map(|(_, value)| variables(value));
            let by = variables.find_map(|variable| uncertain(plan, variable, 8));
            if let Some((name, place, label)) = by {
                seen.push(resource);
                found.push(one(declared, action, name, place, label));
            }
        }
    }
    found
}

fn one(resource: &Resource, action: &Action, by: &str, place: Span, label: &str) -> Diagnostic {
    let name = &resource.common.name;
    let message = format!(
        "`{}` overwrites whatever `{name}` is by `${by}`, and nothing proves that it is the one meant",
        action.id
    );
    Context::report("target-identity-unasserted", message, resource.common.name_span, "no `identity`")
        .also(place, label)
        .also(action.head, "of this one nothing is left")
        .help(format!("add `identity CHECK` to `{name}`: something that only the right one answers"))
}

fn destroys(effect: &Effect) -> Option<Id<Resource>> {
    match effect {
        Effect::Restore { resource, .. } | Effect::Destroy(resource) | Effect::Delete(Thing::Resource(resource)) => {
            Some(*resource)
        }
        _ => None,
    }
}

fn variables(value: &Value) -> Vec<&Variable> {
    match value {
        Value::Variable(variable) => vec![variable],
        Value::Text(text) => text.variables().collect(),
        _ => Vec::new(),
    }
}

/// Does a variable come from the operator, or from one of several environments in which nobody types a name? Its name,
/// where that is, and what is there.
fn uncertain<'p>(plan: &'p Plan, variable: &'p Variable, depth: u8) -> Option<(&'p str, Span, &'static str)> {
    match variable.kind {
        VariableKind::Input => {
            let input = plan.inputs.iter().find(|input| input.common.name == variable.name)?;
            Some((&input.common.name, input.common.name_span, "typed in the middle of the night"))
        }
        VariableKind::Param if depth > 0 => {
            let open = plan.environments.iter().filter(|e| !e.protected);
            let mut giving = open.filter(|e| e.settings.iter().any(|(name, _)| *name == variable.name));
            if let (Some(first), Some(_)) = (giving.next(), giving.next()) {
                return Some((
                    &variable.name,
                    first.common.name_span,
                    "one of several environments that are not protected",
                ));
            }
            let param = plan.params.iter().find(|param| param.common.name == variable.name)?;
            let inner = variables(param.value.as_ref()?);
            inner.into_iter().find_map(|variable| uncertain(plan, variable, depth - 1))
        }
        _ => None,
    }
}
