//! `rbk check --effects`: what each step declares, and what its commands are seen to change.
//!
//! In: compiled plans. Out: a list for people, or for programs. Not its business: whether the two agree; rules say that.

use super::plans::Unit;
use crate::ir::{Action, Effect, Program, actions};
use crate::model::plan::{Plan, Thing};
use crate::safety::inferred;
use crate::shell::Place;
use crate::source::Sources;
use serde_json::{Value, json};
use std::collections::HashSet;
use std::fmt::Write;

/// The effects of all plans, for people.
pub fn show(units: &[Unit]) -> String {
    let mut out = String::new();
    for (unit, program) in programs(units) {
        let variant = program.variant.as_ref().map_or_else(String::new, |variant| format!(" ({variant})"));
        let _ = writeln!(out, "{}{variant}: what is changed", program.plan.head.common.name);
        for (procedure, action) in written(program) {
            one(&unit.sources, program, procedure, action, &mut out);
        }
        out.push('\n');
    }
    out
}

/// The same for programs.
pub fn json(units: &[Unit]) -> Vec<Value> {
    let of_program = |(unit, program): (&Unit, &Program)| {
        let steps =
            written(program).into_iter().map(|(procedure, action)| step(&unit.sources, program, procedure, action));
        json!({
            "plan": program.plan.head.common.name,
            "variant": program.variant,
            "steps": steps.collect::<Vec<_>>(),
        })
    };
    programs(units).map(of_program).collect()
}

fn programs(units: &[Unit]) -> impl Iterator<Item = (&Unit, &Program)> {
    units.iter().flat_map(|unit| unit.compiled.programs.iter().map(move |(program, _)| (unit, program)))
}

/// Every action that somebody wrote, once.
fn written(program: &Program) -> Vec<(&str, &Action)> {
    let mut seen = HashSet::new();
    let procedures = program.procedures.iter().filter(|procedure| !procedure.back_out);
    let all =
        procedures.flat_map(|procedure| actions(&procedure.body).into_iter().map(|a| (procedure.name.as_str(), a)));
    all.filter(|(_, action)| seen.insert((action.span, action.head))).collect()
}

fn one(sources: &Sources, program: &Program, procedure: &str, action: &Action, out: &mut String) {
    let declared = declared(&program.plan, action);
    let inferred = inferred::of_action(action);
    if declared.is_empty() && inferred.is_empty() {
        return;
    }
    let line = sources.place(action.head).line;
    let _ = writeln!(out, "  {procedure}.{} (line {line})", action.id);
    for words in declared {
        let _ = writeln!(out, "    declared  {words}");
    }
    for visible in inferred {
        let at = sources.place(visible.span);
        let place = match visible.place {
            Place::Elsewhere => ", elsewhere",
            Place::Here | Place::InnerShell => "",
        };
        let _ = writeln!(
            out,
            "    seen      {} {}: {} ({}, {}:{}{place})",
            visible.effect, visible.target, visible.what, visible.tool, at.line, at.column
        );
    }
}

fn step(sources: &Sources, program: &Program, procedure: &str, action: &Action) -> Value {
    let at = sources.place(action.head);
    let seen = |visible: crate::shell::Visible| {
        let at = sources.place(visible.span);
        json!({
            "effect": visible.effect.to_string(),
            "target": visible.target.to_string(),
            "object": visible.object,
            "what": visible.what,
            "tool": visible.tool,
            "elsewhere": visible.place == Place::Elsewhere,
            "line": at.line,
            "column": at.column,
        })
    };
    json!({
        "procedure": procedure,
        "step": action.id,
        "line": at.line,
        "declared": declared(&program.plan, action),
        "changes_nothing": action.declared && action.effects.is_empty(),
        "inferred": inferred::of_action(action).into_iter().map(seen).collect::<Vec<_>>(),
    })
}

/// The effects in the plan's words.
fn declared(plan: &Plan, action: &Action) -> Vec<String> {
    let thing = |thing: &Thing| plan.thing(*thing).name.clone();
    let words = |effect: &Effect| match effect {
        Effect::Modify(r) => format!("modifies {}", plan[*r].common.name),
        Effect::Destroy(r) => format!("destroys {}", plan[*r].common.name),
        Effect::Create(t) => format!("creates {}", thing(t)),
        Effect::Delete(t) => format!("deletes {}", thing(t)),
        Effect::Adjust(r) => format!("adjusts {}", plan[*r].common.name),
        Effect::Append(r) => format!("appends {}", plan[*r].common.name),
        Effect::Switch(r, _) => format!("switches {}", plan[*r].common.name),
        Effect::Stop(s) => format!("stops {}", plan[*s].common.name),
        Effect::Start(s) => format!("starts {}", plan[*s].common.name),
        Effect::Irreversible(r) => format!("irreversible {}", plan[*r].common.name),
        Effect::Supersede(r) => format!("supersedes {}", plan[*r].common.name),
        Effect::Take { backup, .. } => format!("takes the backup {}", plan[*backup].common.name),
        Effect::Restore { resource, backup, .. } => {
            format!("restores {} from {}", plan[*resource].common.name, plan[*backup].common.name)
        }
        Effect::Swap(a, b) => format!("swaps {} with {}", plan[*a].common.name, plan[*b].common.name),
        Effect::Undo { .. } => "takes back a step".to_owned(),
        _ => String::new(),
    };
    action.effects.iter().map(words).filter(|words| !words.is_empty()).collect()
}
