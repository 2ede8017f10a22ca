//! Something is switched off or on for the time of the work, and never switched back: a service that the change stops and
//! does not start again, a maintenance page that stays.

use super::{Context, repair};
use crate::diagnostics::{Diagnostic, Fix};
use crate::ir::{Action, Effect, Run, actions};
use crate::model::ids::Id;
use crate::model::plan::Service;
use crate::model::value::Command;
use crate::safety::state::service;
use crate::shell;

/// What is switched.
const SWITCHED: &[&str] = &["maintenance", "mantenimiento"];
/// What may stand in one word with it.
const AROUND: &[&str] = &["mode", "page", "service", "site", "app", "modo", "sh", "py", "js"];
/// Words that begin something, and those that end it; `{"enabled": false}` has one of each, and ends it.
const PAIRS: &[(&str, &str)] =
    &[("on", "off"), ("enable", "disable"), ("enabled", "disabled"), ("true", "false"), ("1", "0")];

pub fn check(context: &Context) -> Vec<Diagnostic> {
    let mut found = services(context);
    let mut seen = Vec::new();
    if !context.commands().any(|(_, command)| command.words.iter().any(|word| is_about(&word.text))) {
        return found;
    }
    for procedure in context.world.program.procedures.iter().filter(|p| !p.back_out) {
        let body = actions(&procedure.body);
        for (place, action) in body.iter().enumerate() {
            for (opened, ends) in words(action).iter().filter_map(|words| opens(words)) {
                let ended = |word: &String| word == "delete" || ends.contains(&word.as_str());
                let closes = |words: &Vec<String>| words.contains(&opened) && words.iter().any(ended);
                if seen.contains(&action.head) || body[place..].iter().any(|later| words(later).iter().any(closes)) {
                    continue;
                }
                seen.push(action.head);
                let message =
                    format!("`{}` switches {opened} on, and `{}` never switches it off", action.id, procedure.name);
                found.push(
                    Context::report("unpaired-maintenance", message, action.head, "stays when everything else is done")
                        .help("switch it off in an `always { … }` at the end: that runs whatever happens"),
                );
            }
        }
    }
    found
}

/// Services that run before the phases, and after all of them certainly do not, though they still exist.
fn services(context: &Context) -> Vec<Diagnostic> {
    let world = context.world;
    let phases: Vec<_> = context.survey.changes.iter().filter(|change| change.is_phase).collect();
    let (Some(first), Some(end)) = (phases.first(), phases.last().and_then(|last| last.forward.end.as_ref())) else {
        return Vec::new();
    };
    let left = (0..world.plan.services.len()).filter(|&s| {
        let word = world.service(s);
        first.forward.start.words[word] == service::RUNNING && end.words[word] == service::STOPPED
    });
    let stops =
        |action: &&Action, s: usize| action.effects.iter().any(|e| matches!(e, Effect::Stop(id) if id.index() == s));
    let one = |s: usize| {
        let (change, action) = phases
            .iter()
            .rev()
            .find_map(|change| change.forward.actions.iter().rev().find(|a| stops(a, s)).map(|a| (change, *a)))?;
        let name = world.service_name(Id::<Service>::new(s));
        let message = format!("`{}` stops `{name}`, and nothing starts it again", context.name(change));
        let diagnostic = Context::report(
            "unpaired-maintenance",
            message,
            action.head,
            "stays stopped when the change has succeeded",
        );
        let phase = context.name(change);
        let mut diagnostic = diagnostic.help(format!(
            "write `start {name}` at the end of `{phase}`; if it is not needed any more, let the step say `deletes {name}`"
        ));
        let fix = Fix::risky(format!("start `{name}` at the end of `{phase}`"));
        let procedure = &world.program.procedures[change.forward.procedure];
        diagnostic.fix = repair::start_again(context, procedure, Id::new(s), fix);
        Some(diagnostic)
    };
    left.filter_map(one).collect()
}

/// The words of each command of a step that tell whether it is a switch.
fn words(action: &Action) -> Vec<Vec<String>> {
    let Run::Commands(commands) = &action.run else { return Vec::new() };
    let scripts = commands.iter().filter_map(|c| if let Command::Sh(script) = c { Some(script) } else { None });
    let all = |command: &shell::Command| command.words.iter().flat_map(|word| parts(&word.text)).collect();
    let about = |command: &&shell::Command| command.words.iter().any(|word| is_about(&word.text));
    let of_script = |script| {
        let parsed = shell::parse(script);
        let switches = |command: &&shell::Command| about(command) && !only_looks(&parsed, command);
        parsed.commands.iter().filter(switches).map(all).collect::<Vec<_>>()
    };
    scripts.flat_map(of_script).collect()
}

/// Does it ask for the switch, speak of it, or add the line of a configuration that a search did not find?
fn only_looks(parsed: &shell::Parsed, command: &shell::Command) -> bool {
    let lacking = |search: &shell::Command| {
        search.name() == "grep" && parsed.pipeline(search).otherwise.contains(&command.pipeline)
    };
    match command.name() {
        "[" | "test" | "grep" | "ls" | "cat" | "stat" => true,
        "echo" | "printf" | "logger" => {
            let spoken = command.redirects.is_empty() && parsed.pipeline(command).stages == 1;
            spoken || parsed.commands.iter().any(lacking)
        }
        _ => false,
    }
}

/// Does it name the switch, in capitals or not?
fn is_about(text: &str) -> bool {
    let begins = |at: usize, word: &str| {
        text.as_bytes().get(at..at + word.len()).is_some_and(|start| start.eq_ignore_ascii_case(word.as_bytes()))
    };
    let mut starts = text.bytes().enumerate().filter(|(_, byte)| matches!(byte, b'm' | b'M'));
    starts.any(|(at, _)| SWITCHED.iter().any(|word| begins(at, word)))
}

/// The parts of a word, if it is about the switch or one word by itself: `data-maintenance` is a name, and not about it.
fn parts(word: &str) -> Vec<String> {
    let last = word.rsplit('/').next().unwrap_or(word);
    let cut = last.split(|c: char| !c.is_alphanumeric()).filter(|part| !part.is_empty());
    let all: Vec<String> = cut.map(str::to_lowercase).collect();
    let is_pair = |part: &str| PAIRS.iter().any(|(begin, end)| part == *begin || part == *end);
    let known = |part: &String| is_pair(part) || SWITCHED.contains(&part.as_str()) || AROUND.contains(&part.as_str());
    if all.len() == 1 || all.iter().all(known) { all } else { Vec::new() }
}

/// What a command switches on, and the words that switch it off.
fn opens(words: &[String]) -> Option<(String, Vec<&'static str>)> {
    let what = words.iter().find(|word| SWITCHED.contains(&word.as_str()))?;
    let has = |wanted: &str| words.iter().any(|word| word == wanted);
    let ends: Vec<&str> = PAIRS.iter().filter(|(begin, _)| has(begin)).map(|(_, end)| *end).collect();
    let closes = PAIRS.iter().any(|(_, end)| has(end));
    (!ends.is_empty() && !closes).then(|| (what.clone(), ends))
}
