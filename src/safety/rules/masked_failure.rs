//! A step prints that its command failed, and goes on as if it had not.

use super::{Context, commands, scripts};
use crate::diagnostics::Diagnostic;
use crate::ir::{Action, Run};
use crate::model::value::Command as Text;
use crate::shell::{self, Command, Parsed, Pipeline};

pub fn check(context: &Context) -> Vec<Diagnostic> {
    let mut found = Vec::new();
    for (_, action) in context.statements() {
        let Run::Commands(texts) = &action.run else { continue };
        if !scripts::is_own(context, action.span.file) {
            continue;
        }
        for text in texts {
            let Text::Sh(script) = text else { continue };
            let parsed = shell::parse(script);
            let masked = parsed.pipelines.iter().enumerate().filter(|(_, site)| only_says_so(&parsed, site));
            let command =
                |(index, _): (usize, _)| parsed.commands.iter().find(|c| c.pipeline == index && c.via.is_none());
            let works = masked.filter_map(command).filter(|command| !looks(command));
            found.extend(works.map(|command| one(action, command)));
        }
    }
    found
}

fn one(action: &Action, command: &Command) -> Diagnostic {
    let message = format!("`{}` goes on when `{}` fails, and only says so", action.id, commands::shown(command));
    let place = Context::report("masked-failure", message, command.span, "counts as done");
    place.help("leave the `|| echo …` out; if it may fail, say `if_fails continue because \"…\"`")
}

/// Is everything that happens on its failure some printing? `|| true` is somebody's decision; whoever prints wanted to know.
fn only_says_so(parsed: &Parsed, site: &Pipeline) -> bool {
    let behind = || parsed.commands.iter().filter(|command| site.otherwise.contains(&command.pipeline));
    let says = |command: &Command| {
        let writes = command
            .redirects
            .iter()
            .any(|redirect| redirect.writes && redirect.fd == 1 && redirect.target.text != "/dev/stderr");
        matches!(command.name(), "echo" | "printf") && !writes
    };
    let whole = site.otherwise.clone().all(|p| parsed.commands.iter().any(|command| command.pipeline == p));
    site.asked && !site.in_loop && whole && behind().next().is_some() && behind().all(says)
}

/// Is it a question, whose answer may be no, or does it do nothing?
fn looks(command: &Command) -> bool {
    let asks =
        ["[", "[[", "test", "command", "which", "type", "grep", "egrep", "fgrep", "diff", "cmp", "pgrep", "read", "!"];
    asks.contains(&command.name()) || commands::only_prints(command)
}
