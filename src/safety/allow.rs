//! Exceptions: `allow RULE because "…" [until DATE]` silences a rule where it stands.
//!
//! In: diagnostics of the rules. Out: those that remain, and what is wrong with the exceptions themselves. A diagnostic is
//! silenced by an exception in the statement, declaration or plan in which its first place lies. One that has run out is
//! told itself, in place of what it silences.
//! Not its business: unknown names of rules (the model knows them).

use super::rules::{Context, rule};
use super::world::World;
use crate::diagnostics::Diagnostic;
use crate::ir::actions;
use crate::model::plan::{Allow, Common, Plan};
use crate::source::Span;

/// Where an exception counts; none: in the whole plan.
type Scope = Option<Span>;

/// Takes out what is excepted, and adds what is wrong with the exceptions.
pub fn apply(world: &World, today: Option<i64>, diagnostics: Vec<Diagnostic>) -> Vec<Diagnostic> {
    let exceptions = collect(world);
    let mut used = vec![false; exceptions.len()];
    let mut kept = Vec::new();
    for diagnostic in diagnostics {
        let silenced = exceptions
            .iter()
            .position(|(allow, scope)| allow.rule == diagnostic.rule && possible(allow) && covers(*scope, &diagnostic));
        match silenced {
            Some(index) => used[index] = true,
            None => kept.push(diagnostic),
        }
    }
    for ((allow, _), used) in exceptions.iter().zip(used) {
        kept.extend(fault(allow, today, used));
    }
    kept
}

/// How many exceptions a plan makes use of, with their reasons.
pub fn collect<'a>(world: &World<'a>) -> Vec<(&'a Allow, Scope)> {
    let plan: &'a Plan = world.plan;
    let mut found: Vec<(&Allow, Scope)> = plan.head.common.allow.iter().map(|allow| (allow, None)).collect();
    for common in declarations(plan) {
        found.extend(common.allow.iter().map(|allow| (allow, Some(common.span))));
    }
    for procedure in &world.program.procedures {
        for action in actions(&procedure.body) {
            found.extend(action.allow.iter().map(|allow| (allow, Some(action.span))));
        }
    }
    let mut seen = std::collections::HashSet::new();
    found.retain(|(allow, _)| seen.insert(allow.span));
    found
}

fn declarations(plan: &Plan) -> impl Iterator<Item = &Common> {
    let things = plan.resources.iter().map(|r| &r.common).chain(plan.services.iter().map(|s| &s.common));
    let kept = plan.backups.iter().map(|b| &b.common).chain(plan.points.iter().map(|p| &p.common));
    let run = plan.procedures.iter().map(|p| &p.common).chain(plan.environments.iter().map(|e| &e.common));
    things.chain(kept).chain(run)
}

fn possible(allow: &Allow) -> bool {
    rule(&allow.rule).is_none_or(|rule| rule.can_be_allowed)
}

fn over(allow: &Allow, today: Option<i64>) -> bool {
    matches!((allow.until, today), (Some(until), Some(today)) if until < today)
}

fn covers(scope: Scope, diagnostic: &Diagnostic) -> bool {
    let inside =
        |outer: Span, inner: Span| outer.file == inner.file && outer.start <= inner.start && inner.end <= outer.end;
    scope.is_none_or(|outer| diagnostic.labels.first().is_some_and(|label| inside(outer, label.span)))
}

fn fault(allow: &Allow, today: Option<i64>, used: bool) -> Option<Diagnostic> {
    let name = &allow.rule;
    if !possible(allow) {
        let message = format!("`{name}` can't be switched off");
        let place = Context::report("impossible-allow", message, allow.span, "no reason makes this safe");
        return Some(place.help("answer it in the plan: `accepts … because`, `not_restored … because`, `data_lost`"));
    }
    if used && over(allow, today) {
        let message = format!("the exception from `{name}` has run out");
        let place = Context::report("expired-allow", message, allow.span, "its last day is over");
        return Some(place.help("repair what it was about, or decide anew and give a later date"));
    }
    if !used && rule(name).is_some() {
        let message = format!("nothing needs the exception from `{name}`");
        return Some(Context::report("unused-allow", message, allow.span, "silences nothing").help("remove it"));
    }
    None
}
