//! Nobody knows when it ends: a rollback that has promised a time repeats something for each line of a value, or a command waits
//! for something and has no limit of its own.

use super::Context;
use super::command_never_returns::waits_for_line;
use super::commands;
use super::estimate_exceeds_rto::promised;
use super::scripts::{Role, Text};
use crate::diagnostics::Diagnostic;
use crate::ir::{Loop, Node};
use crate::model::value::Value;
use crate::shell::{self, Command, Words};
use crate::source::Span;

pub fn check(context: &Context) -> Vec<Diagnostic> {
    let mut found = repeated(context);
    let texts = || context.texts().iter().filter(|text| text.role != Role::Diagnosis);
    found.extend(texts().flat_map(|text| text.parsed.waits.iter().filter_map(move |each| polls(text, each))));
    let waiting = context.named(TOOLS).filter(|(text, _)| text.role != Role::Diagnosis);
    found.extend(waiting.filter_map(|(text, command)| waits(text, command)));
    found
}

fn repeated(context: &Context) -> Vec<Diagnostic> {
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

/// Commands that wait for something, without a limit unless they are given one.
const TOOLS: &[&str] = &[
    "flock",
    "kubectl",
    "oc",
    "docker",
    "podman",
    "docker-compose",
    "wget",
    "inotifywait",
    "tail",
    "timeout",
    "gtimeout",
    "argocd",
    "redis-cli",
    "valkey-cli",
    "journalctl",
];

fn waits(text: &Text, command: &Command) -> Option<Diagnostic> {
    let line = || waits_for_line(text, command).then_some(("a line that may never come", "`timeout 60 …`"));
    let (what, limit) = without_limit(command).or_else(line)?;
    let site = text.parsed.pipeline(command);
    if site.background || commands::is_limited(text, command) || commands::is_dry(command) {
        return None;
    }
    Some(report(&format!("`{}`", commands::shown(command)), what, command.span, limit))
}

/// What a command waits for, and how it is given a limit.
fn without_limit(command: &Command) -> Option<(&'static str, &'static str)> {
    let words = command.arguments();
    if let Some((verb, rest)) = commands::kubectl(command) {
        let limit = rest.value(&["--timeout"]).map(|word| word.text.trim_start_matches("--timeout="));
        let none = limit.is_none_or(|limit| limit.trim_end_matches(char::is_alphabetic) == "0");
        let first = rest.verb(&["-n", "--namespace"]).map(|(first, _)| first);
        let what = match verb {
            "rollout" if first == Some("status") && none && !rest.has_any(&["--watch=false", "-w=false"]) => {
                "the rollout"
            }
            "drain" if none => "every pod that goes",
            "wait" if limit.is_some_and(|limit| limit.starts_with('-')) => "what it is told to wait for",
            _ => return None,
        };
        return Some((what, "`--timeout=120s`"));
    }
    let verb = commands::compose(command).or_else(|| commands::docker(command)).map(|(verb, _)| verb);
    let lower = || words.iter().map(|word| word.text.to_ascii_lowercase());
    Some(match command.name() {
        "flock" if !words.short('w') && !words.short('n') && !words.short('u') && !words.has_any(LOCKS) => {
            ("the lock", "`flock -w 30 …`")
        }
        "docker" | "podman" | "docker-compose" if verb == Some("wait") => ("the container's end", "`timeout 120 …`"),
        "wget"
            if words
                .value(&["-t", "--tries"])
                .is_some_and(|n| matches!(n.text.as_str(), "0" | "-t0" | "--tries=0" | "inf" | "--tries=inf")) =>
        {
            ("an answer", "`--tries=10`")
        }
        "inotifywait" if !words.short('t') && !words.short('m') && !words.has_any(&["--timeout", "--monitor"]) => {
            ("a change of a file", "`-t 60`")
        }
        "tail" if words.has_any(&["--pid"]) => ("the process's end", "`timeout 120 …`"),
        "timeout" | "gtimeout" if commands::is_endless(command) => ("its command (0 is no limit)", "`timeout 60 …`"),
        "argocd" if words.has_any(&["wait"]) && !words.has_any(&["--timeout"]) => {
            ("the application", "`--timeout 120`")
        }
        "redis-cli" | "valkey-cli"
            if lower().any(|word| {
                matches!(word.as_str(), "blpop" | "brpop" | "blmove" | "wait" | "bzpopmin" | "bzpopmax")
            }) && words.last().is_some_and(|last| last.text == "0") =>
        {
            ("an answer (0 is no limit)", "some seconds in place of the 0")
        }
        _ => return None,
    })
}

const LOCKS: &[&str] = &["--timeout", "--wait", "--nonblock", "--nb", "--unlock"];

/// A loop that asks again and again, and in which nothing counts how often, or looks at the clock.
fn polls(text: &Text, each: &shell::Loop) -> Option<Diagnostic> {
    let parsed = &text.parsed;
    let inside = |span: Span| each.span.file == span.file && each.span.start <= span.start && span.end <= each.span.end;
    let own = || parsed.within(each.condition.start..each.body.end);
    let pauses = own().any(|command| command.name() == "sleep");
    let idle = parsed.within(each.body.clone()).all(|command| matches!(command.name(), ":" | "true"));
    let first = own().next()?;
    let site = parsed.pipeline(first);
    let limited = commands::is_limited(text, first) || site.background || site.stages > 1 && first.stage > 0;
    let lines = own().any(|command| matches!(command.name(), "read" | "shift" | "getopts" | "mapfile"));
    let ends = parsed
        .within(each.body.clone())
        .any(|command| matches!(command.name(), "break" | "exit" | "return" | "die" | "fail"));
    // `while true` ends from inside, any other loop by its condition: who leaves it otherwise as well has a limit.
    let constant = own().take_while(|command| each.condition.contains(&command.pipeline)).all(is_constant);
    if !(pauses || idle) || limited || lines || ends != constant || counts(text, each, inside) {
        return None;
    }
    Some(report(
        "this loop",
        "what it asks for",
        each.head,
        "`wait until CHECK within 2m every 2s`, the plan's own word",
    ))
}

fn is_constant(command: &Command) -> bool {
    matches!(command.name(), "true" | ":" | "false") && command.arguments().is_empty()
}

/// Does it count its rounds, or look at the clock?
fn counts(text: &Text, each: &shell::Loop, inside: impl Fn(Span) -> bool) -> bool {
    let parsed = &text.parsed;
    let clock = |name: &str| matches!(name, "SECONDS" | "EPOCHSECONDS" | "EPOCHREALTIME");
    let sum = |word: &shell::Word| word.text.contains("$((");
    each.counts
        || parsed.reads.iter().any(|read| clock(&read.name) && inside(read.span))
        || parsed.sets.iter().filter(|set| inside(set.span)).any(|set| set.value.iter().any(sum))
        || parsed.commands.iter().filter(|command| inside(command.span)).any(|command| {
            matches!(command.name(), "date" | "let" | "expr" | "seq") || command.arguments().iter().any(sum)
        })
}

fn report(what: &str, awaited: &str, span: Span, limit: &str) -> Diagnostic {
    let message = format!("{what} waits for {awaited} as long as it takes");
    let place = Context::report("unbounded-wait", message, span, "no limit of its own");
    place
        .note("the step's `timeout` ends it, wherever the step is then, and nobody is told what did not come")
        .help(format!("give it a limit: {limit}"))
}
