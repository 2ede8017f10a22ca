//! `rbk check --shellcheck`: what ShellCheck says about the commands, at their places in the plan.
//!
//! In: compiled plans. Out: the same, its findings beside ours. Commands of one content are looked at once, however many plans
//! have them. Not its business: the standard drivers, and plans that can't be read.

mod answer;
mod process;

use super::plans::Unit;
use crate::diagnostics::Diagnostic;
use crate::ir::Program;
use crate::model::plan::Plan;
use crate::model::value::Value;
use crate::safety::allow;
use crate::safety::rules::{Block, blocks, values};
use crate::source::Span;
use crate::syntax::Text;
use std::collections::{BTreeSet, HashMap, HashSet};
use std::fmt::Write;

/// Some commands of a plan, and what ShellCheck gets of them.
struct Site {
    /// The plan, an index into the units.
    unit: usize,
    /// The commands as the shell gets them.
    text: Text,
    /// Do they stand in `"""`?
    raw: bool,
    /// How many lines stand before them in the file that ShellCheck reads.
    above: usize,
    /// That file, an index into those that it reads.
    file: usize,
}

/// An exception: a rule's name, and where it counts; none: in the whole plan.
type Exception = (String, Option<Span>);

/// Adds the findings to those of the plans. `today` is the day for exceptions that run out. Fails if there is no ShellCheck, or
/// if it does.
pub fn add(units: &mut [Unit], today: i64) -> anyhow::Result<()> {
    let (sites, files) = sites(units);
    let answers = process::ask(&files)?;
    let exceptions: Vec<Vec<Exception>> = units.iter().map(|unit| exceptions(unit, today)).collect();
    for site in &sites {
        let unit = &mut units[site.unit];
        let ours = &unit.compiled.diagnostics;
        let told = |comment| answer::finding(site, comment, &unit.sources, ours, &exceptions[site.unit]);
        let found: Vec<Diagnostic> = answers[site.file].iter().filter_map(told).collect();
        unit.compiled.diagnostics.extend(found);
    }
    Ok(())
}

/// The commands of all plans, and the files for ShellCheck.
fn sites(units: &[Unit]) -> (Vec<Site>, Vec<String>) {
    let (mut sites, mut files, mut known) = (Vec::new(), Vec::new(), HashMap::new());
    for (unit, of) in units.iter().enumerate() {
        let mut seen = HashSet::new();
        for (program, _) in &of.compiled.programs {
            for block in blocks(program, &of.sources).into_iter().filter(|block| seen.insert(block.script.span)) {
                let text = block.script.text.shell().into_owned();
                let header = header(program, &block, &text.value);
                let above = header.matches('\n').count();
                let file = *known.entry(format!("{header}{}\n", text.value)).or_insert_with_key(|content| {
                    files.push(content.clone());
                    files.len() - 1
                });
                let raw = of.sources.text(block.script.span).starts_with("\"\"\"");
                sites.push(Site { unit, text, raw, above, file });
            }
        }
    }
    (sites, files)
}

/// What the commands run under, in a few lines: the shell's options and the values of the plan. ShellCheck's own directives at their
/// head come first, because there they count for all of the commands.
fn header(program: &Program, block: &Block<'_>, commands: &str) -> String {
    let comments = commands.lines().take_while(|line| line.trim().is_empty() || line.trim_start().starts_with('#'));
    let directives = comments.filter(|line| line.trim_start_matches(['#', ' ', '\t']).starts_with("shellcheck "));
    let mut header: String = directives.map(|line| format!("{}\n", line.trim())).collect();
    header.push_str("set -eu -o pipefail\n");
    let whole = numbers(&program.plan);
    let names: BTreeSet<&str> = values(&program.plan).into_iter().chain(block.locals.iter().copied()).collect();
    for name in names.into_iter().filter(|name| commands.contains(name)) {
        let integer = if whole.contains(name) && !block.locals.contains(&name) { "declare -i " } else { "" };
        let _ = writeln!(header, "{integer}{name}=\"$1\"; export {name}");
    }
    header
}

/// Values that are never split into words, whatever is set for them.
fn numbers(plan: &Plan) -> HashSet<&str> {
    let of_kind = |value: &Value| matches!(value, Value::Number(_) | Value::Duration(_) | Value::Size(_));
    let params = plan.params.iter().filter(|param| param.value.as_ref().is_some_and(of_kind));
    params.map(|param| param.common.name.as_str()).collect()
}

/// The exceptions of a plan that hold today.
fn exceptions(unit: &Unit, today: i64) -> Vec<Exception> {
    let plans = unit.compiled.programs.iter().map(|(program, _)| &program.plan);
    let all = plans.flat_map(allow::collect).filter(|(allow, _)| allow.until.is_none_or(|until| until >= today));
    all.map(|(allow, scope)| (allow.rule.clone(), scope)).collect()
}
