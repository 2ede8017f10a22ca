//! The programs that the commands of a procedure need on the machine where the script runs.
//!
//! In: a program and one of its procedures. Out: names of programs. What drivers need they say themselves; what a step installs, and
//! what runs on another host, needs nothing here.

use super::{Action, Node, Procedure, Program, Run};
use crate::model::plan::{Operation, Thing};
use crate::model::value::{Check, Command, Probe, Script};
use crate::shell;
use std::collections::BTreeSet;

/// The external programs that a procedure's own commands call.
pub fn tools(program: &Program, procedure: &Procedure) -> BTreeSet<String> {
    let mut scripts = Vec::new();
    of_body(program, &procedure.body, &mut scripts);
    let mut found = BTreeSet::new();
    for script in scripts {
        found.extend(shell::parse(script).tools().into_iter().map(str::to_owned));
    }
    if !found.is_empty() {
        let installed = installed(program);
        found.retain(|tool| !installed.contains(tool));
    }
    found
}

/// What the plan's steps install.
fn installed(program: &Program) -> BTreeSet<String> {
    let mut scripts = Vec::new();
    program.procedures.iter().filter(|p| !p.back_out).for_each(|p| of_body(program, &p.body, &mut scripts));
    let mut found = BTreeSet::new();
    for script in scripts {
        found.extend(shell::parse(script).installed().map(str::to_owned));
    }
    found
}

fn of_body<'p>(program: &'p Program, body: &'p [Node], found: &mut Vec<&'p Script>) {
    for node in body {
        match node {
            Node::Action(action) if action.on.is_none() => {
                of_action(program, action, found);
                if let Run::Await { on, otherwise, .. } = &action.run {
                    on.iter().for_each(|(_, body)| of_body(program, body, found));
                    of_body(program, otherwise, found);
                }
            }
            Node::Action(_) => {}
            Node::Group(group) => of_body(program, &group.body, found),
            Node::If(branch) => {
                of_check(&branch.check, found);
                of_body(program, &branch.then, found);
                of_body(program, &branch.otherwise, found);
            }
            Node::For(repeat) => of_body(program, &repeat.body, found),
        }
    }
}

/// A diagnosis may fail: it needs nothing.
fn of_action<'p>(program: &'p Program, action: &'p Action, found: &mut Vec<&'p Script>) {
    let plan = &program.plan;
    let thing = match &action.run {
        Run::Commands(commands) => {
            of_commands(commands, found);
            None
        }
        Run::Capture { source: check, .. } | Run::Verify(check) | Run::Await { check, .. } => {
            of_check(check, found);
            None
        }
        Run::Manual { check: Some(check), .. } => {
            of_check(check, found);
            None
        }
        Run::Service(service, _) => Some(Thing::Service(*service)),
        Run::Switch(resource, _) | Run::Restore { resource, .. } => Some(Thing::Resource(*resource)),
        _ => None,
    };
    action.done_when.iter().for_each(|check| of_check(check, found));
    let operations: &[Operation] = match thing {
        Some(Thing::Resource(id)) => &plan[id].operations,
        Some(Thing::Service(id)) => &plan[id].operations,
        None => &[],
    };
    operations.iter().for_each(|operation| of_commands(&operation.commands, found));
}

fn of_commands<'p>(commands: &'p [Command], found: &mut Vec<&'p Script>) {
    found.extend(commands.iter().filter_map(|command| match command {
        Command::Sh(script) => Some(script),
        Command::Sql(..) => None,
    }));
}

fn of_check<'p>(check: &'p Check, found: &mut Vec<&'p Script>) {
    match &check.probe {
        Probe::Sh(script, _) => found.push(script),
        Probe::Not(inner) => of_check(inner, found),
        Probe::All(list) | Probe::Any(list) => list.iter().for_each(|check| of_check(check, found)),
        _ => {}
    }
}
