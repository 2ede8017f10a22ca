//! The script: one bash file that needs neither `rbk` nor the plan.
//!
//! In: a program, its matrix, its sources. Out: `rollback.sh`. Not its business: what is safe.
//!
//! The fixed shell lies in `templates/bash/runtime`; of it, what the plan needs goes in verbatim. Every text of the plan
//! passes through `quote`, every command of it through `layout`, which only moves lines to the right.

pub mod bundle;
mod checks;
mod layout;
mod needs;
mod operations;
pub mod quote;
mod script;
mod statements;
mod tables;

use super::{Backend, Input, Output};
use crate::model::plan::Plan;
use minijinja::value::{Value, ValueKind};
use minijinja::{Environment, ErrorKind, UndefinedBehavior, context};
use quote::text;
use script::{Function, Script};

/// The backend of `rollback.sh`.
#[derive(Debug)]
pub struct Bash;

impl Backend for Bash {
    fn name(&self) -> &'static str {
        "bash"
    }

    fn files(&self, input: Input<'_>) -> anyhow::Result<Vec<Output>> {
        Ok(vec![Output { name: "rollback.sh".to_owned(), text: emit(input)?, executable: true }])
    }
}

const TEMPLATE: &str = include_str!("../../../templates/bash/rollback.sh.j2");

/// The script of a program. Fails only where template and view disagree, which is a bug.
pub fn emit(input: Input<'_>) -> anyhow::Result<String> {
    let mut script = Script::new(input);
    for procedure in &input.program.procedures {
        script.procedure(procedure);
    }
    script.tables();
    script.needs();
    script.writers();
    let lists = lists(&script);
    render(&script, &lists)
}

/// The plan's lists of names, as data of the script.
fn lists(script: &Script) -> Vec<(&'static str, String)> {
    let plan = script.plan();
    let joined = |names: Vec<&str>| names.join(" ");
    let params = plan.params.iter().map(|param| param.common.name.as_str());
    let inputs: Vec<&str> = plan.inputs.iter().map(|input| input.common.name.as_str()).collect();
    let captures: Vec<&str> = plan.captures.iter().map(|(name, _)| name.as_str()).collect();
    let mut ways = tables::ways(script);
    ways.sort_by_key(|way| way.back_out || !plan[way.declaration].recommended); // the recommended one is offered first
    let mut verifiable: Vec<&str> = tables::verifications(script).iter().map(|found| found.name.as_str()).collect();
    if verifiable.is_empty() {
        verifiable.extend(ways.first().map(|way| way.name.as_str()));
    }
    let copies = plan.backups.iter().filter(|backup| backup.elsewhere.is_some());
    vec![
        ("RBK_ENVIRONMENTS", joined(plan.environments.iter().map(|found| found.common.name.as_str()).collect())),
        ("RBK_PARAMS", joined(params.clone().collect())),
        ("RBK_INPUTS", joined(inputs.clone())),
        ("RBK_FROM_ENVIRONMENT", joined(from_environment(plan))),
        ("RBK_VALUES", joined(captures.clone())),
        ("RBK_COPIES", joined(copies.map(|backup| backup.common.name.as_str()).collect())),
        ("RBK_SECRETS", joined(plan.secrets.iter().map(|secret| secret.common.name.as_str()).collect())),
        ("RBK_PROCEDURES", joined(ways.iter().map(|way| way.name.as_str()).collect())),
        ("RBK_ALL_PHASES", joined(tables::phases(script).iter().map(|phase| phase.name.as_str()).collect())),
        ("RBK_VERIFIABLE", joined(verifiable)),
    ]
}

/// The names of the inputs that the environment may give.
fn from_environment(plan: &Plan) -> Vec<&str> {
    let given = plan.inputs.iter().filter(|input| input.from_environment);
    given.map(|input| input.common.name.as_str()).collect()
}

/// The names of all values of the plan.
fn values(plan: &Plan) -> Vec<&str> {
    let mut names: Vec<&str> = plan.params.iter().map(|param| param.common.name.as_str()).collect();
    names.extend(plan.inputs.iter().map(|input| input.common.name.as_str()));
    for (name, _) in &plan.captures {
        if !names.contains(&name.as_str()) {
            names.push(name);
        }
    }
    names
}

/// Variables that the runtime sets for commands, where the script mentions them.
const CONTEXT: &[&str] = &["to", "subject", "message", "chosen"];

fn render(script: &Script, lists: &[(&'static str, String)]) -> anyhow::Result<String> {
    let input = script.input;
    let plan = script.plan();
    let generated: String = script.functions.iter().map(|of| format!("{}\n{}\n", of.name, of.body)).collect();
    let runtime = bundle::runtime(&format!("{generated}\nrbk_main"), plan.head.language);
    let all = format!("{generated}{runtime}");
    let mentioned = |name: &str| all.contains(&format!("${name}")) || all.contains(&format!("${{{name}"));
    let mut unset: Vec<&str> = values(plan);
    unset.extend(CONTEXT.iter().filter(|name| mentioned(name)));
    let mut names = lists.to_vec();
    if all.contains("RBK_NAMES") {
        let known = ["plan", "stamp", "operator", "environment", "run"].into_iter().chain(unset.iter().copied());
        names.push(("RBK_NAMES", known.collect::<Vec<_>>().join(" ")));
    }
    let lists: Vec<Value> = names
        .iter()
        .filter(|(name, _)| all.contains(name))
        .map(|(name, items)| context! { name => safe(name), items => items })
        .collect();
    let function =
        |of: &Function| context! { name => safe(&of.name), about => safe(&of.about), body => safe(&of.body) };
    let given = from_environment(plan);
    let first = |name: &&str| if given.contains(name) { format!("{name}=${{{name}-}}") } else { format!("{name}=''") };
    let unset: Vec<String> = unset.iter().map(first).collect();
    let hash = input.sources.hash();
    let view = context! {
        comment => context! {
            title => comment(&plan.head.common.label()),
            plan => comment(&plan.head.common.name),
            file => comment(&input.program.file),
            version => comment(env!("CARGO_PKG_VERSION")),
            hash => comment(&hash),
        },
        plan => &plan.head.common.name,
        title => plan.head.common.label(),
        version => env!("CARGO_PKG_VERSION"),
        file => &input.program.file,
        hash => &hash,
        rto => plan.head.rto.map_or_else(String::new, |(seconds, _)| crate::ir::duration(seconds)),
        lists => lists,
        unset => safe(&unset.join(" ")),
        prologue => safe(bundle::PROLOGUE.trim_end()),
        runtime => safe(&runtime),
        functions => script.functions.iter().map(function).collect::<Vec<_>>(),
        called => called(script, &runtime),
    };
    let mut environment = Environment::new();
    environment.set_undefined_behavior(UndefinedBehavior::Strict);
    environment.set_formatter(|out, _, value| {
        if value.is_undefined() {
            return Err(ErrorKind::UndefinedError.into());
        }
        let quoted = !value.is_safe() && value.kind() == ValueKind::String;
        let shown = value.to_string();
        let shown = if quoted { text(&shown).to_string() } else { shown };
        out.write_str(&shown).map_err(|_| ErrorKind::WriteFailure.into())
    });
    environment.add_template("rollback.sh.j2", TEMPLATE)?;
    let mut script = environment.get_template("rollback.sh.j2")?.render(view)?;
    script.push('\n');
    Ok(script)
}

/// Commands of the runtime's own that run as a plan's do.
const JOBS: &[&str] = &["rbk_http_job", "rbk_tcp_job"];

/// The functions that are called by name.
fn called(script: &Script, runtime: &str) -> Vec<Value> {
    let jobs = JOBS.iter().copied().filter(|job| runtime.contains(&format!("\n{job}() {{")));
    let own = script.functions.iter().filter(|of| of.called).map(|of| of.name.as_str());
    own.chain(jobs).map(safe).collect()
}

fn safe(text: &str) -> Value {
    Value::from_safe_string(text.to_owned())
}

/// A text as the rest of a comment: on one line.
fn comment(text: &str) -> Value {
    let line: String = text.chars().map(|c| if c.is_control() { ' ' } else { c }).collect();
    safe(&line)
}
