//! Values as they will be, as far as the plan knows them: params put in, in each environment.
//!
//! In: values and texts. Out: plain texts. Not its business: what inputs, secrets and captures will be.

use crate::model::plan::{Environment, Plan};
use crate::model::value::{Piece, Template, Value, Variable, VariableKind};

/// How deep params may refer to params.
const DEPTH: u8 = 8;

/// The environments to look at: all, or none if there are none.
pub fn environments(plan: &Plan) -> Vec<Option<&Environment>> {
    if plan.environments.is_empty() { vec![None] } else { plan.environments.iter().map(Some).collect() }
}

/// A value in an environment; none if a part of it is known only when the script runs.
pub fn value(plan: &Plan, at: Option<&Environment>, wanted: &Value) -> Option<String> {
    value_of(plan, at, wanted, DEPTH)
}

/// A text in an environment.
pub fn text(plan: &Plan, at: Option<&Environment>, wanted: &Template) -> Option<String> {
    text_of(plan, at, wanted, DEPTH)
}

fn value_of(plan: &Plan, at: Option<&Environment>, wanted: &Value, depth: u8) -> Option<String> {
    match wanted {
        Value::Text(template) => text_of(plan, at, template, depth),
        Value::Variable(variable) => variable_of(plan, at, variable, depth),
        _ => None,
    }
}

fn text_of(plan: &Plan, at: Option<&Environment>, wanted: &Template, depth: u8) -> Option<String> {
    let piece = |piece: &Piece| match piece {
        Piece::Text(text) => Some(text.clone()),
        Piece::Variable(variable) => variable_of(plan, at, variable, depth),
    };
    wanted.pieces.iter().map(piece).collect()
}

fn variable_of(plan: &Plan, at: Option<&Environment>, variable: &Variable, depth: u8) -> Option<String> {
    match (variable.kind, variable.name.as_str()) {
        (VariableKind::Builtin, "plan") => Some(plan.head.common.name.clone()),
        (VariableKind::Builtin, "environment") => Some(at.map_or_else(String::new, |at| at.common.name.clone())),
        (VariableKind::Param, name) if depth > 0 => {
            let here = at.and_then(|at| at.settings.iter().find(|(n, _)| n == name)).map(|(_, value)| value);
            let usual = || plan.params.iter().find(|param| param.common.name == name)?.value.as_ref();
            value_of(plan, at, here.or_else(usual)?, depth - 1)
        }
        _ => None,
    }
}
