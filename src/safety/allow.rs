//! Exceptions: `allow RULE because "…" [until DATE]` silences a rule where it stands.
//!
//! In: diagnostics of the rules. Out: those that remain, and what is wrong with the exceptions themselves. A diagnostic is
//! silenced by an exception in the plan, or in the declaration or statement in which one of its places lies. One that has run out
//! is told itself, in place of what it silences.
//! Not its business: unknown names of rules (the model knows them).

use super::rules::{Context, rule};
use super::world::World;
use crate::diagnostics::{Diagnostic, Fix};
use crate::model::plan::{Allow, Common, Plan};
use crate::model::statement;
use crate::source::{Sources, Span};

/// Where an exception counts; none: in the whole plan.
type Scope = Option<Span>;

/// An exception and where it counts.
pub type Exception<'a> = (&'a Allow, Scope);

/// Takes out what is excepted, and adds what is wrong with the exceptions.
pub fn apply(
    world: &World,
    sources: &Sources,
    today: Option<i64>,
    exceptions: &[Exception],
    diagnostics: Vec<Diagnostic>,
) -> Vec<Diagnostic> {
    let mut used = vec![false; exceptions.len()];
    let mut kept = Vec::new();
    for diagnostic in diagnostics {
        let silencing = |(allow, scope): &Exception| {
            allow.rule == diagnostic.rule && possible(allow) && covers(*scope, &diagnostic)
        };
        // The nearest is the one that was meant.
        match exceptions.iter().rposition(silencing) {
            Some(index) => used[index] = true,
            None => kept.push(diagnostic),
        }
    }
    for ((allow, _), used) in exceptions.iter().zip(used) {
        // What a file that several plans use excepts, another plan may need.
        if used || !possible(allow) || allow.span.file == world.plan.file {
            kept.extend(fault(allow, sources, today, used));
        }
    }
    kept
}

/// Leaves out what is told of exceptions that some variant needs: each variant is analysed by itself, and `found` is what all of
/// them told.
pub fn settle(found: &mut Vec<Diagnostic>, variants: usize) {
    let unused = |diagnostic: &Diagnostic| diagnostic.rule == "unused-allow";
    let places: Vec<Span> = found.iter().filter(|d| unused(d)).map(|d| d.labels[0].span).collect();
    let everywhere = |span: Span| places.iter().filter(|place| **place == span).count() == variants;
    found.retain(|diagnostic| !unused(diagnostic) || everywhere(diagnostic.labels[0].span));
}

/// The exceptions of a plan and where they count, outer ones before inner ones.
pub fn collect(plan: &Plan) -> Vec<Exception<'_>> {
    let mut found: Vec<Exception> = plan.head.common.allow.iter().map(|allow| (allow, None)).collect();
    for common in declarations(plan) {
        found.extend(common.allow.iter().map(|allow| (allow, Some(common.span))));
    }
    for statement in statement::all(plan) {
        found.extend(statement.options.allow.iter().map(|allow| (allow, Some(statement.span))));
    }
    let mut seen = rustc_hash::FxHashSet::default();
    found.retain(|(allow, _)| seen.insert(allow.span));
    found
}

/// All declarations that may hold an exception.
pub fn declarations(plan: &Plan) -> Vec<&Common> {
    macro_rules! all {
        ($($table:ident)*) => { vec![$(plan.$table.iter().map(|declared| &declared.common).collect::<Vec<_>>()),*].concat() };
    }
    all!(params inputs secrets environments variants drivers resources services hosts groups backups procedures points
        triggers signals severities matrices choosers checklists monitors metrics contacts authorities escalations channels
        messages drills followups diagnoses)
}

/// Can the rule be switched off at all?
pub fn possible(allow: &Allow) -> bool {
    rule(&allow.rule).is_none_or(|rule| rule.can_be_allowed)
}

fn over(allow: &Allow, today: Option<i64>) -> bool {
    matches!((allow.until, today), (Some(until), Some(today)) if until < today)
}

fn covers(scope: Scope, diagnostic: &Diagnostic) -> bool {
    let inside =
        |outer: Span, inner: Span| outer.file == inner.file && outer.start <= inner.start && inner.end <= outer.end;
    scope.is_none_or(|outer| diagnostic.labels.iter().any(|label| inside(outer, label.span)))
}

fn fault(allow: &Allow, sources: &Sources, today: Option<i64>, used: bool) -> Option<Diagnostic> {
    let name = &allow.rule;
    let title = format!("remove the exception from `{name}`");
    if !possible(allow) {
        let message = format!("`{name}` can't be switched off");
        let place = Context::report("impossible-allow", message, allow.span, "no reason makes this safe");
        let words = "answer it in the plan: `accepts … because`, `not_restored … because`, `data_lost`";
        let answer = rule(name).and_then(|rule| cure(rule.page)).unwrap_or_else(|| words.to_owned());
        return Some(place.help(answer).fix(Fix::safe(title).remove(sources, allow.span)));
    }
    if used && over(allow, today) {
        let message = format!("the exception from `{name}` has run out");
        let place = Context::report("expired-allow", message, allow.span, "its last day is over");
        let place = place.help("repair what it was about, or decide anew and give a later date");
        // Unsafe: the reason goes with it, and only the author knows whether it still holds.
        return Some(place.fix(Fix::risky(title).remove(sources, allow.span)));
    }
    if !used && rule(name).is_some() {
        let message = format!("nothing needs the exception from `{name}`");
        let place = Context::report("unused-allow", message, allow.span, "silences nothing").help("remove it");
        return Some(place.fix(Fix::safe(title).remove(sources, allow.span)));
    }
    None
}

/// What a rule's page says about how to fix it, its first paragraph on one line.
fn cure(page: &str) -> Option<String> {
    let (_, rest) = page.split_once("## How to fix it")?;
    let paragraph = rest.trim().split("\n\n").next()?;
    Some(paragraph.split_whitespace().collect::<Vec<_>>().join(" "))
}
