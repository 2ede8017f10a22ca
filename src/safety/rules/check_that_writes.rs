//! A check changes what it looks at: asked twice, or asked by somebody who only wanted to know, it changes it again.

use super::{Context, asked, scripts};
use crate::diagnostics::Diagnostic;
use crate::ir::{Action, Run};
use crate::model::value::{Probe, Query};
use crate::safety::world::probes;
use crate::shell::{self, Words};
use crate::source::Span;

pub fn check(context: &Context) -> Vec<Diagnostic> {
    let mut found = Vec::new();
    for asked in asked::all(context) {
        let mut look = |probe: &Probe| match probe {
            Probe::Sql(_, query, _) => {
                // What destroys, in the work of an action, is another rule's.
                let destroys = asked.action.is_some() && shell::query(&query.text).loses();
                if let Some(verb) = verb(query).filter(|_| !destroys) {
                    found.push(one(asked.of, query.text.span, format!("its query begins with `{verb}`")));
                }
            }
            Probe::Http(http) if asked.action.is_some_and(proves) && writing(&http.method) => {
                let why = format!("it sends a `{}`", http.method.to_ascii_uppercase());
                found.push(one(asked.of, http.url.span, why));
            }
            Probe::Sh(script, _) if asked.action.is_some_and(proves) => {
                let parsed = shell::parse(script);
                let sent =
                    parsed.commands.iter().filter_map(|command| Some((command.words.first()?.span, sends(command)?)));
                found.extend(sent.map(|(span, method)| one(asked.of, span, format!("it sends a `{method}`"))));
            }
            _ => {}
        };
        probes(&asked.check.probe, &mut look);
    }
    for (_, action) in context.statements() {
        if let Run::Capture { source, .. } = &action.run
            && let Probe::Sql(_, query, _) = &source.probe
            && !shell::query(&query.text).loses()
            && let Some(verb) = verb(query)
        {
            found.push(one(&action.id, query.text.span, format!("its query begins with `{verb}`")));
        }
    }
    found.retain(|diagnostic| scripts::is_own(context, diagnostic.labels[0].span.file));
    found
}

fn one(of: &str, span: Span, why: String) -> Diagnostic {
    let message = format!("the check of `{of}` writes: {why}");
    let help = "move what it writes into a `step`; a `verify` whose test data does not stay says \
                `writes_nothing_kept because \"…\"`";
    Context::report("check-that-writes", message, span, "a check is asked again and again").help(help)
}

/// A `verify` that has not said that what it writes does not stay.
fn proves(action: &Action) -> bool {
    matches!(action.run, Run::Verify(_)) && !action.keeps_nothing
}

/// The method with which `curl` changes something.
fn sends(command: &shell::Command) -> Option<String> {
    let words = command.arguments();
    if command.name() != "curl" || words.short('G') || words.has_any(&["--get"]) {
        return None;
    }
    let data = ["-d", "--data", "--data-raw", "--data-binary", "--data-urlencode", "--json", "-F", "--form"];
    let method = match words.value(&["-X", "--request"]) {
        Some(method) => method.text.to_ascii_uppercase().trim_start_matches("-X").to_owned(),
        None => words.value(&data).map(|_| "POST".to_owned())?,
    };
    writing(&method).then_some(method)
}

fn writing(method: &str) -> bool {
    ["POST", "PUT", "PATCH", "DELETE"].contains(&method.to_ascii_uppercase().as_str())
}

/// The first word of a statement of the query that writes.
fn verb(query: &Query) -> Option<&'static str> {
    const WRITING: &[&str] = &[
        "insert", "update", "delete", "merge", "replace", "truncate", "drop", "alter", "create", "grant", "revoke",
        "vacuum", "reindex",
    ];
    let text = uncommented(&query.text.text.value);
    let first = |statement: &str| {
        let word = statement.split(|c: char| !c.is_alphanumeric()).find(|word| !word.is_empty())?;
        WRITING.iter().find(|verb| verb.eq_ignore_ascii_case(word)).copied()
    };
    text.split(';').find_map(first)
}

fn uncommented(text: &str) -> String {
    text.lines().map(|line| line.split("--").next().unwrap_or("")).collect::<Vec<_>>().join("\n")
}
