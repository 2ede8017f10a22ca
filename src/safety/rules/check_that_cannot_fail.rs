//! A check passes whatever it finds.

use super::{Context, asked, scripts};
use crate::diagnostics::Diagnostic;
use crate::model::value::{Check, Comparison, Probe, Query, Relation, Script, Value};
use crate::shell;

pub fn check(context: &Context) -> Vec<Diagnostic> {
    let own = |check: &Check| scripts::is_own(context, check.span.file);
    let all = asked::all(context).into_iter().filter(|asked| own(asked.check));
    let one = |asked: asked::Asked| {
        let why = vacuous(&asked.check.probe)?;
        let message = format!("the check of `{}` can't fail: {why}", asked.of);
        let place = Context::report("check-that-cannot-fail", message, asked.check.span, "passes whatever is there");
        Some(place.help("ask for what is only there if it worked: `>= 1`, a known row, the version that must run"))
    };
    all.filter_map(one).collect()
}

/// Why a probe always says yes.
fn vacuous(probe: &Probe) -> Option<&'static str> {
    match probe {
        Probe::Sh(script, None) => never_fails(&script.text.value).then_some("its command always ends with 0"),
        Probe::Sh(script, Some(comparison)) => echoed(script, comparison).or_else(|| any_answer(comparison)),
        Probe::Sql(_, query, Some(comparison)) => counted(query, comparison).or_else(|| any_answer(comparison)),
        Probe::Not(inner) => match &inner.probe {
            Probe::Sh(script, None) => {
                always_fails(&script.text.value).then_some("the command that it negates always fails")
            }
            _ => None,
        },
        Probe::All(list) => {
            let reasons: Option<Vec<_>> = list.iter().map(|check| vacuous(&check.probe)).collect();
            reasons?.first().copied()
        }
        Probe::Any(list) => list.iter().find_map(|check| vacuous(&check.probe)),
        _ => None,
    }
}

/// One line whose last word on success is `true`. With several commands an earlier one may still end the text (`set -e`).
fn never_fails(text: &str) -> bool {
    let text = text.trim();
    let sole = matches!(text, "true" | ":" | "exit 0" | "/bin/true");
    let excused = ["true", ":", "exit 0"].iter().any(|word| {
        let rest = text.strip_suffix(word).map(str::trim_end);
        rest.is_some_and(|rest| rest.ends_with("||"))
    });
    sole || excused && !text.contains(['\n', ';', '#', '(', '{'])
}

fn always_fails(text: &str) -> bool {
    matches!(text.trim(), "false" | "exit 1" | "/bin/false")
}

/// `echo "$x"` compared with `$x`.
fn echoed(script: &Script, comparison: &Comparison) -> Option<&'static str> {
    let Comparison::Is(Relation::Equal | Relation::AtLeast | Relation::AtMost, Value::Variable(variable)) = comparison
    else {
        return None;
    };
    let parsed = shell::parse(script);
    let [command] = parsed.commands.as_slice() else { return None };
    let says = ["echo", "printf"].contains(&command.name());
    let said = command.arguments().last().map(|word| word.text.trim_start_matches('$').trim_matches(['{', '}']));
    (says && said == Some(&variable.name)).then_some("it compares a value with itself")
}

fn counted(query: &Query, comparison: &Comparison) -> Option<&'static str> {
    let text = query.text.text.value.trim().to_ascii_lowercase();
    let counts = text.strip_prefix("select").is_some_and(|rest| rest.trim_start().starts_with("count("));
    (counts && at_least_nothing(comparison)).then_some("a count is never below 0")
}

fn at_least_nothing(comparison: &Comparison) -> bool {
    match comparison {
        Comparison::Is(Relation::AtLeast, Value::Number(number)) => *number <= 0.0,
        Comparison::Is(Relation::Greater, Value::Number(number)) => *number < 0.0,
        _ => false,
    }
}

fn any_answer(comparison: &Comparison) -> Option<&'static str> {
    let empty = |value: &Value| matches!(value, Value::Text(text) if text.as_plain().as_deref() == Some(""));
    match comparison {
        Comparison::Contains(value) if empty(value) => Some("every answer contains an empty text"),
        Comparison::Matches(pattern) if matches!(pattern.as_str(), "" | ".*" | "^.*$") => {
            Some("every answer matches its pattern")
        }
        Comparison::Lines(relation, value) if at_least_nothing(&Comparison::Is(*relation, value.clone())) => {
            Some("there are never fewer than 0 lines")
        }
        _ => None,
    }
}
