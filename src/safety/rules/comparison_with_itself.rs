//! `git diff HEAD v1` behind `git checkout v1`: both sides are the same, and the difference is empty whatever is wrong.

use super::{Context, commands, scripts};
use crate::diagnostics::Diagnostic;
use crate::ir::{Action, Run, actions};
use crate::model::value::Command as Written;
use crate::shell::{self, Command, Words};
use crate::source::Span;

pub fn check(context: &Context) -> Vec<Diagnostic> {
    if !context.has_named(&["git"]) {
        return Vec::new();
    }
    let procedures = context.world.program.procedures.iter().filter(|p| !p.back_out);
    let mut found: Vec<Diagnostic> = Vec::new();
    for diagnostic in procedures.flat_map(|procedure| one(context, &actions(&procedure.body))) {
        if found.iter().all(|known| known.labels[0].span != diagnostic.labels[0].span) {
            found.push(diagnostic);
        }
    }
    found
}

fn one(context: &Context, all: &[&Action]) -> Vec<Diagnostic> {
    let mut at: Option<(String, Span)> = None;
    let mut found = Vec::new();
    for action in all.iter().filter(|action| scripts::is_own(context, action.span.file)) {
        let Run::Commands(list) = &action.run else { continue };
        let texts =
            list.iter().filter_map(|command| if let Written::Sh(script) = command { Some(script) } else { None });
        for parsed in texts.map(shell::parse) {
            for command in &parsed.commands {
                let Some((verb, rest)) = commands::git(command) else { continue };
                let site = parsed.pipeline(command);
                match (verb, rest.operands(&[])[..].first()) {
                    ("checkout" | "switch", Some(to)) if is_whole(command) && !site.in_branch && !site.asked => {
                        at = Some((to.text.clone(), command.span));
                    }
                    ("diff", _) => found.extend(at.as_ref().and_then(|(to, span)| same(command, to, *span))),
                    (
                        "checkout" | "switch" | "commit" | "pull" | "merge" | "reset" | "revert" | "cherry-pick"
                        | "rebase",
                        _,
                    ) => at = None,
                    _ => {}
                }
            }
        }
    }
    found
}

/// Does a checkout move `HEAD`, rather than make a branch or fetch single files?
fn is_whole(command: &Command) -> bool {
    let words = command.arguments();
    let files = words.iter().any(|word| word.text == "--");
    let branch = words.has_any(&["-b", "-B", "-c", "-C", "--orphan", "--create", "-p", "--patch"]);
    !files && !branch && commands::git(command).is_some_and(|(_, rest)| rest.operands(&[]).len() == 1)
}

/// Are `HEAD` and the reference that it stands at compared?
fn same(command: &Command, to: &str, checkout: Span) -> Option<Diagnostic> {
    let (_, rest) = commands::git(command)?;
    let revisions: Vec<&str> = rest
        .iter()
        .take_while(|word| word.text != "--")
        .map(|word| word.text.as_str())
        .filter(|text| !text.starts_with('-'))
        .collect();
    let both = match revisions[..] {
        [first, second, ..] => [first, second] == ["HEAD", to] || [first, second] == [to, "HEAD"],
        [range] => range.split_once("..").is_some_and(|(a, b)| [a, b] == ["HEAD", to] || [a, b] == [to, "HEAD"]),
        [] => false,
    };
    let message = format!("`HEAD` is `{to}` here: the difference between the two is always empty");
    let place = Context::report("comparison-with-itself", message, command.span, "compares a thing with itself");
    both.then(|| {
        place
            .also(checkout, "from here on they are the same")
            .help("compare before the checkout, or with what ran before: `git diff ORIG_REF HEAD`")
    })
}
