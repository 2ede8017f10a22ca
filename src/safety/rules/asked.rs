//! The checks that decide something in a plan, each with what it belongs to.
//!
//! In: a `Context`. Out: checks. Not its business: what is wrong with them.

use super::Context;
use crate::ir::{Action, Run};
use crate::model::value::Check;

/// A check that decides something.
pub struct Asked<'a> {
    /// The check.
    pub check: &'a Check,
    /// What it belongs to: a statement's id, a declaration's name.
    pub of: &'a str,
    /// The action whose work it is; none if it only stands beside one (`done_when`) or belongs to a declaration.
    pub action: Option<&'a Action>,
}

/// All of them in the plan's order of kinds. Captures are not among them: they fetch a value and decide nothing.
pub fn all<'a>(context: &Context<'a>) -> Vec<Asked<'a>> {
    let plan = context.world.plan;
    let mut found = Vec::new();
    for (_, action) in context.statements() {
        let own = match &action.run {
            Run::Verify(check) | Run::Await { check, .. } | Run::Manual { check: Some(check), .. } => Some(check),
            _ => None,
        };
        found.extend(own.map(|check| Asked { check, of: &action.id, action: Some(action) }));
        found.extend(action.done_when.iter().map(|check| Asked { check, of: &action.id, action: None }));
    }
    let mut beside = |check: Option<&'a Check>, of: &'a str| {
        found.extend(check.map(|check| Asked { check, of, action: None }));
    };
    for backup in &plan.backups {
        beside(backup.check.as_ref(), &backup.common.name);
    }
    for resource in &plan.resources {
        beside(resource.identity.as_ref(), &resource.common.name);
    }
    for service in &plan.services {
        beside(service.healthy_when.as_ref(), &service.common.name);
    }
    for point in &plan.points {
        beside(point.not_passed_when.as_ref(), &point.common.name);
    }
    for list in &plan.checklists {
        list.items.iter().for_each(|item| beside(item.check.as_ref(), &list.common.name));
    }
    found
}
