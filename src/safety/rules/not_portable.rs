//! A command that means something else, or nothing, on a system where the plan says it runs (`runs_on`; GNU/Linux unless it says so).

use super::Context;
use super::scripts::Text;
use crate::diagnostics::Diagnostic;
use crate::shell::{self, Command, Difference, Place};

pub fn check(context: &Context) -> Vec<Diagnostic> {
    let said: Vec<&str> = context.world.plan.head.runs_on.iter().map(String::as_str).collect();
    let systems = if said.is_empty() { vec!["linux"] } else { said };
    let mut found = Vec::new();
    let concerned = context.named_so(shell::differs);
    for (text, command) in concerned.filter(|(_, command)| command.place != Place::Elsewhere) {
        for (difference, option) in shell::differences(command) {
            let lacking: Vec<&str> = systems.iter().copied().filter(|s| !difference.works.contains(s)).collect();
            if !lacking.is_empty() && !chooses(text) && !has_twin(text, command, &lacking) {
                found.push(one(command, difference, option, &lacking));
            }
        }
    }
    found
}

/// Does the text ask first where it is?
fn chooses(text: &Text) -> bool {
    let asks =
        |command: &Command| command.name() == "uname" || command.has("--version") && command.arguments().len() == 1;
    text.parsed.commands.iter().any(asks) || text.parsed.reads.iter().any(|read| read.name == "OSTYPE")
}

/// `stat -c %s f || stat -f %z f`: the other systems' way stands beside it, or the command is asked for before it is used.
fn has_twin(text: &Text, command: &Command, lacking: &[&str]) -> bool {
    let other = |other: &Command| {
        let differences = shell::differences(other);
        let covers = lacking.iter().all(|system| differences.iter().all(|(d, _)| d.works.contains(system)));
        other.span != command.span && other.name() == command.name() && covers
    };
    let asked =
        |other: &Command| matches!(other.name(), "command" | "which" | "type" | "hash") && other.has(command.name());
    let alternative = !text.parsed.pipeline(command).otherwise.is_empty();
    alternative || text.parsed.commands.iter().any(|c| other(c) && !shell::differences(c).is_empty() || asked(c))
}

fn one(command: &Command, difference: &Difference, option: &str, lacking: &[&str]) -> Diagnostic {
    let (option, value) = option.trim_end_matches('*').split_once(' ').unwrap_or((option.trim_end_matches('*'), ""));
    let option = if value.starts_with('-') { format!("{option} {value}") } else { option.to_owned() };
    let what = if option.is_empty() || option == "--" {
        command.name().to_owned()
    } else {
        format!("{} {option}", command.name())
    };
    let systems: Vec<&str> = lacking.iter().map(|system| shown(system)).collect();
    let message = format!("`{what}` does not do on {} what it does elsewhere", systems.join(" and "));
    Context::report("not-portable", message, command.span, format!("only on {}", works(difference)))
        .help(format!("write {}, or say where the plan runs with `runs_on`", difference.instead))
}

fn works(difference: &Difference) -> String {
    difference.works.iter().map(|system| shown(system)).collect::<Vec<_>>().join(", ")
}

fn shown(system: &str) -> &str {
    match system {
        "linux" => "GNU/Linux",
        "macos" => "macOS",
        "bsd" => "BSD",
        other => other,
    }
}
