//! A check passes whatever it finds.

use super::{Context, asked, attempts, brackets, commands, scripts, scripts::Role, scripts::Text, vacuous};
use crate::diagnostics::Diagnostic;
use crate::model::value::{Check, Comparison, Probe, Query, Relation, Script, Value};
use crate::shell::{self, Command, Parsed, Words};
use crate::source::Span;

pub fn check(context: &Context) -> Vec<Diagnostic> {
    let own = |check: &Check| scripts::is_own(context, check.span.file);
    let all = asked::all(context).into_iter().filter(|asked| own(asked.check));
    let one = |asked: asked::Asked| {
        let why = vacuous(&asked.check.probe)?;
        let message = format!("the check of `{}` can't fail: {why}", asked.of);
        let place = Context::report("check-that-cannot-fail", message, asked.check.span, "passes whatever is there");
        Some(place.help("ask for what is only there if it worked: `>= 1`, a known row, the version that must run"))
    };
    let mut found: Vec<Diagnostic> = all.filter_map(one).collect();
    let said = in_texts(context);
    let new = |said: &Diagnostic| {
        let inside = |outer: Span, inner: Span| outer.start <= inner.start && inner.end <= outer.end;
        said.labels.first().is_some_and(|label| {
            !found.iter().flat_map(|other| &other.labels).any(|other| inside(other.span, label.span))
        })
    };
    let said: Vec<Diagnostic> = said.into_iter().filter(new).collect();
    found.extend(said);
    found
}

/// Tests and questions in the shell texts.
fn in_texts(context: &Context) -> Vec<Diagnostic> {
    let judged = |text: &Text| matches!(text.role, Role::Work | Role::Check { compared: false });
    let report = |(why, help): vacuous::Said, span| {
        let message = format!("this passes whatever is there: {why}");
        Context::report("check-that-cannot-fail", message, span, "can't say no").help(help)
    };
    let commands = context.named(vacuous::TOOLS).filter(|(text, _)| judged(text));
    let mut found: Vec<Diagnostic> =
        commands.filter_map(|(text, command)| Some(report(vacuous::why(text, command)?, command.span))).collect();
    for text in context.texts().iter().filter(|text| judged(text)) {
        let constant =
            ("this part of the condition holds at all times".to_owned(), "compare both: `$x == a || $x == b`");
        let headed = text.parsed.tested.iter();
        found
            .extend(headed.filter_map(|(operator, word)| {
                Some(report(brackets::lists_heading(text, operator, word)?, word.span))
            }));
        found.extend(text.parsed.constants.iter().map(|span| report(constant.clone(), *span)));
        if text.parsed.pipelines.iter().all(|site| site.subshell == 0) {
            continue;
        }
        let lost = text.parsed.reads.iter().filter_map(|read| Some(report(attempts::lost(text, read)?, read.span)));
        found.extend(lost);
    }
    found
}

/// Why a probe always says yes.
fn vacuous(probe: &Probe) -> Option<&'static str> {
    match probe {
        Probe::Sh(script, None) => by_status(script),
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

/// A command that is only asked whether it succeeds.
fn by_status(script: &Script) -> Option<&'static str> {
    let parsed = shell::parse(script);
    let own: Vec<usize> = (0..parsed.pipelines.len()).filter(|&p| parsed.pipelines[p].shell == 0).collect();
    if !parsed.problems.is_empty() || own.is_empty() {
        return None;
    }
    if script.text.value.trim() == "exit 0" || own.iter().all(|&pipeline| is_excused(&parsed, pipeline)) {
        return Some("its command always ends with 0");
    }
    let shows = |pipeline: usize, what: &str| {
        let mut commands = parsed.commands.iter().filter(|command| command.pipeline == pipeline);
        let site = &parsed.pipelines[pipeline];
        site.stages == 1 && !site.asked && commands.all(|command| shows(&parsed, command, what))
    };
    let idle = |&pipeline: &usize| is_excused(&parsed, pipeline) || shows(pipeline, "select");
    let shown = own.iter().any(|&pipeline| shows(pipeline, "count(")) && own.iter().all(idle);
    if shown {
        return Some("it shows a number, and nothing compares it");
    }
    if own.iter().all(|&pipeline| is_list(&parsed, pipeline)) {
        return Some("it lists what there is, and nothing compares it");
    }
    if own.last().is_some_and(|&pipeline| keeps_heading(&parsed, pipeline)) {
        return Some("what is left of the list has its heading at least");
    }
    runs_out(&parsed).then_some("when its attempts are over, it goes on as if one had succeeded")
}

/// Does a pipeline only list containers or processes, which succeeds whatever there is?
fn is_list(parsed: &Parsed, pipeline: usize) -> bool {
    let site = &parsed.pipelines[pipeline];
    let mut commands = parsed.commands.iter().filter(|command| command.pipeline == pipeline);
    let lists = |command: &Command| {
        let verb = commands::compose(command).or_else(|| commands::docker(command)).map(|(verb, _)| verb);
        matches!(verb, Some("ps" | "images"))
    };
    let one = commands.next().is_some_and(|command| lists(command) && command.redirects.is_empty());
    one && commands.next().is_none() && site.stages == 1 && !site.negated && !site.asked
}

/// `docker ps | grep -v name`: the line with the columns' names is always another one.
fn keeps_heading(parsed: &Parsed, pipeline: usize) -> bool {
    let site = &parsed.pipelines[pipeline];
    let stages: Vec<&Command> = parsed.commands.iter().filter(|command| command.pipeline == pipeline).collect();
    let [list, search] = stages[..] else { return false };
    let (Some((verb, rest)), words) = (commands::compose(list).or_else(|| commands::docker(list)), search.arguments())
    else {
        return false;
    };
    let headed =
        matches!(verb, "ps" | "images") && !rest.short('q') && !rest.has_any(&["--quiet", "--format", "--services"]);
    let inverted = search.name() == "grep" && (words.short('v') || words.has_any(&["--invert-match"]));
    let pattern = words.operands(&[]).first().and_then(|word| word.literal()).unwrap_or("");
    let plain = pattern.len() > 2
        && pattern.chars().all(|c| c.is_ascii_lowercase() || matches!(c, '-' | '_'))
        && !words.short('i');
    headed && inverted && plain && site.last && !site.negated && !site.asked
}

/// `for i in …; do try && break; sleep 5; done` at the end: who never gets to `break` comes out as well.
fn runs_out(parsed: &Parsed) -> bool {
    let own = |command: &&Command| parsed.pipeline(command).shell == 0 && command.via.is_none();
    let mut commands = parsed.commands.iter().filter(own);
    let leaves = commands.clone().any(|command| command.name() == "break" && parsed.pipeline(command).in_loop);
    let fails = |command: &Command| matches!(command.name(), "exit" | "return" | "false" | "die" | "fail" | "");
    let ends = commands.clone().next_back().is_some_and(|last| {
        let site = parsed.pipeline(last);
        site.in_loop && !site.in_branch && !site.asked && matches!(last.name(), "sleep" | "echo" | "printf")
    });
    leaves && ends && !parsed.listed.is_empty() && !commands.any(fails)
}

/// Does a pipeline only print, or stand before an `||` that makes a success of its failure?
fn is_excused(parsed: &Parsed, pipeline: usize) -> bool {
    let site = &parsed.pipelines[pipeline];
    let mut commands = parsed.commands.iter().filter(|command| command.pipeline == pipeline).peekable();
    let writes = |command: &Command| command.redirects.iter().any(|redirect| redirect.writes && redirect.fd == 1);
    let known = commands.peek().is_some() && !site.negated;
    known && (site.asked && !site.otherwise.is_empty() || commands.all(|c| commands::only_prints(c) && !writes(c)))
}

/// Does a client print the answer of a query with this word in it, or does the command run one that does?
fn shows(parsed: &Parsed, command: &Command, what: &str) -> bool {
    let says =
        |word: &str| command.arguments().iter().any(|argument| argument.text.to_ascii_lowercase().contains(word));
    match command.name() {
        "psql" | "mysql" | "mariadb" | "sqlite3" => says("select") && says(what),
        "redis-cli" => says("dbsize"),
        _ => parsed.commands.iter().any(|other| {
            let by = other.via.and_then(|via| parsed.commands.get(via));
            by.is_some_and(|by| by.span == command.span) && shows(parsed, other, what)
        }),
    }
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
