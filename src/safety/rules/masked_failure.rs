//! A failure that is turned into success: `|| true`, `|| echo …`, a branch that only says that it failed, `set +e`; or one that
//! nobody hears of, because it happens in the background or where `set -e` does not hold.

use super::{
    Context, background, commands,
    scripts::{Role, Text},
    status, unended,
};
use crate::diagnostics::Diagnostic;
use crate::shell::{Command, Place, Words};

/// What becomes of a failure, in words that follow "may fail and", and what to do.
pub type Why = (&'static str, &'static str);

pub fn check(context: &Context) -> Vec<Diagnostic> {
    let all = context.commands().filter(|(text, _)| !matches!(text.role, Role::Diagnosis | Role::Source));
    let mut found: Vec<Diagnostic> = all.filter_map(|(text, command)| one(text, command)).collect();
    found.extend(context.texts().iter().filter(|text| text.role == Role::Work).flat_map(tests));
    // A list is one mistake, however many commands it has.
    found.dedup_by_key(|diagnostic| diagnostic.labels.first().map(|label| label.span));
    found
}

fn one(text: &Text, command: &Command) -> Option<Diagnostic> {
    if command.via.is_some() {
        return None;
    }
    let compared = text.role == (Role::Check { compared: true });
    let (subject, (what, help)) = match command.name() {
        "set" => ("behind", switched_off(text, command)?),
        "trap" => ("with", trapped(command)?),
        _ if compared => return None,
        _ => ("", why(text, command)?),
    };
    let shown = commands::shown(command);
    let message = match subject {
        "" => format!("`{shown}` may fail and {what}"),
        _ => format!("{subject} `{shown}` {what}"),
    };
    let excused = !text.parsed.pipeline(command).otherwise.is_empty();
    let label = if excused { "a failure is excused" } else { "nobody hears of a failure" };
    Some(Context::report("masked-failure", message, command.span, label).help(help))
}

fn why(text: &Text, command: &Command) -> Option<Why> {
    let process = background::process(text, command);
    if text.parsed.shell(command).is_some_and(|shell| shell.substitution) {
        return process.or_else(|| printed(text, command)).or_else(|| kept(text, command));
    }
    let first = command.stage == 0;
    if first && turned(text, command) {
        return Some(("that is a success, as `!` says; that it did what it should is a failure", "leave the `!` out"));
    }
    if first && excused(text, command) {
        return Some((
            "its failure counts as success",
            "leave the `||` out, or end behind it: `|| { echo …; exit 1; }`",
        ));
    }
    if first && passed_over(text, command) {
        return Some(("the text goes on as if it had not been asked for", "leave the `if` out, or end in an `else`"));
    }
    if first && set_aside(text, command) {
        return Some((
            "its status is kept, and only said",
            "ask for it: `if [ \"$rc\" -ne 0 ]; then exit \"$rc\"; fi`",
        ));
    }
    if first && (told_only(text, command) || told_of(text, command)) {
        return Some(("that it failed is only said", "end there: `exit 1` behind the message"));
    }
    if first && stopped_before(text, command) {
        return Some((
            "what follows is done to data that is in use",
            "leave the `||` out: to stop what does not run succeeds, and there is then nothing to excuse",
        ));
    }
    if declared(text, command) {
        return Some((
            "its command's failure is lost: the status is that of the declaration",
            "declare it first, assign it on a line of its own",
        ));
    }
    let unended = unended::why(text, command);
    unended
        .or(process)
        .or_else(|| background::why(text, command))
        .or_else(|| for_each(text, command))
        .or_else(|| told_to(command))
}

/// `! migrate`: of what does something the failure is wanted.
fn turned(text: &Text, command: &Command) -> bool {
    let site = text.parsed.pipeline(command);
    let alone = site.negated && !site.condition && site.then.is_empty() && site.otherwise.is_empty();
    alone && status::acts(text, command) && status::matters(text, command)
}

/// `make -i`: it is told to go on.
fn told_to(command: &Command) -> Option<Why> {
    let words = command.arguments();
    let ignores = match command.name() {
        "make" | "gmake" => words.has_any(&["-i", "--ignore-errors"]),
        "tar" => words.has_any(&["--ignore-failed-read"]),
        _ => false,
    };
    ignores.then_some(("it is told to count that as success", "leave that option out"))
}

/// `cmd || true`, `cmd || echo …`, also behind brackets: what follows only prints, and the command matters.
fn excused(text: &Text, command: &Command) -> bool {
    let site = text.parsed.pipeline(command);
    if !site.asked {
        return false;
    }
    if is_excused(text, command.pipeline) {
        let last_stage = text.parsed.behind(command).filter(|next| next.via.is_none()).last().unwrap_or(command);
        let counts = status::matters(text, command) && status::matters(text, last_stage);
        // `restore | tail -n 1 || true`: `pipefail` was to tell of it.
        let mut stages = text.parsed.within(command.pipeline..command.pipeline + 1);
        return counts || site.stages > 1 && stages.any(|stage| status::acts(text, stage));
    }
    if skipped(text, command) {
        return true;
    }
    unended::group(text, command).is_some_and(|group| is_excused(text, group)) && status::acts(text, command)
}

/// `restore || continue`: the loop goes on with the next, and nobody learns of this one.
fn skipped(text: &Text, command: &Command) -> bool {
    let site = text.parsed.pipeline(command);
    let mut behind = text.parsed.within(site.otherwise.clone()).peekable();
    let goes_on = |other: &Command| other.name() == "continue" || commands::only_prints(other);
    let all = behind.peek().is_some()
        && behind.all(goes_on)
        && text.parsed.sets.iter().all(|set| !site.otherwise.contains(&set.pipeline));
    site.in_loop && all && status::acts(text, command) && status::matters(text, command)
}

/// Does an `||` behind the pipeline make a success of its failure?
fn is_excused(text: &Text, pipeline: usize) -> bool {
    let Some(site) = text.parsed.pipelines.get(pipeline) else { return false };
    let branch = site.otherwise.clone();
    if branch.is_empty() {
        return false;
    }
    // The `else` of an `if` is told of, not excused.
    let or = text.parsed.pipelines.get(branch.start).is_some_and(|other| other.in_branch == site.in_branch);
    or && if site.in_loop { status::only_prints(text, branch) } else { status::only_shows(text, branch) }
}

/// `if …; then echo failed; fi`, `… && echo failed`: the failure is said, and the text goes on.
fn told_only(text: &Text, command: &Command) -> bool {
    let site = text.parsed.pipeline(command);
    // An attempt that fails is tried again.
    if site.in_loop && !(status::acts(text, command) && status::matters(text, command)) {
        return false;
    }
    [site.then.clone(), site.otherwise.clone()].into_iter().any(|branch| {
        let inside = text.parsed.pipelines.get(branch.start).is_some_and(|first| first.in_branch && !site.in_branch);
        inside && status::only_prints(text, branch.clone()) && status::tells_failure(text, branch)
    })
}

/// `[ "$size" -gt 1000 ] || echo "too small"`: a test that only speaks.
fn told_of(text: &Text, command: &Command) -> bool {
    if text.parsed.pipeline(command).otherwise.is_empty() {
        return false;
    }
    let looks = ["[", "test", "diff", "cmp", "grep", "egrep", "fgrep", "pgrep", "pm2", "awk", "jq"];
    let last = text.parsed.behind(command).last().unwrap_or(command);
    let runs = last.name() == "systemctl" && last.arguments().has_any(&["is-active"]);
    (looks.contains(&last.name()) || runs)
        && is_excused(text, command.pipeline)
        && status::tells_failure(text, text.parsed.pipeline(command).otherwise.clone())
}

/// `[[ -s "$backup" ]] || echo "no backup"`: tests that are no commands.
fn tests(text: &Text) -> impl Iterator<Item = Diagnostic> + '_ {
    let sites = text.parsed.pipelines.iter().enumerate();
    let spoken = sites.filter(|(_, site)| !site.otherwise.is_empty() && site.then.is_empty() && !site.condition);
    let spoken = spoken.filter(|(index, site)| {
        status::is_test(text, *index) && is_excused(text, *index) && status::tells_failure(text, site.otherwise.clone())
    });
    spoken.filter_map(|(_, site)| {
        let told = text.parsed.within(site.otherwise.clone()).find(|command| commands::only_prints(command))?;
        let message = format!("`{}` says what is wrong, and the text goes on", commands::shown(told));
        let place = Context::report("masked-failure", message, told.span, "a failure is excused");
        Some(place.help("end there: `exit 1` behind the message"))
    })
}

/// `if restore; then echo ok; fi`: where it fails, nothing is done.
fn passed_over(text: &Text, command: &Command) -> bool {
    let site = text.parsed.pipeline(command);
    let only = site.condition && !site.in_loop && !site.negated && site.otherwise.is_empty();
    only && status::only_prints(text, site.then.clone())
        && status::acts(text, command)
        && status::matters(text, command)
}

/// `set +e; restore; rc=$?; set -e; echo "$rc"`
fn set_aside(text: &Text, command: &Command) -> bool {
    let site = text.parsed.pipeline(command);
    let keeps = |set: &&crate::shell::Set| {
        let status = set.value.as_ref().is_some_and(|value| value.text == "$?");
        set.pipeline == command.pipeline + 1 && status
    };
    let kept = || text.parsed.sets.iter().find(keeps).is_some_and(|set| !status::is_asked(text, &set.name));
    !site.errexit && !site.asked && site.shell == 0 && !site.background && status::acts(text, command) && kept()
}

/// `out=$(restore) || true`: the answer of a command that does something, whether it did or not.
fn kept(text: &Text, command: &Command) -> Option<Why> {
    let within = |set: &&crate::shell::Set| set.span.start <= command.span.start && command.span.end <= set.span.end;
    let set = text.parsed.sets.iter().filter(|set| set.value.is_some()).find(within)?;
    let lost = command.stage == 0 && is_excused(text, set.pipeline) && !status::is_asked(text, &set.name);
    (lost && status::acts(text, command) && status::matters(text, command)).then_some((
        "its failure counts as success",
        "leave the `||` out: the assignment ends the text if the command fails",
    ))
}

/// `systemctl stop x || true`, and then data are put in place.
fn stopped_before(text: &Text, command: &Command) -> bool {
    let stops = command.name() == "systemctl" && command.arguments().verb(&[]).is_some_and(|(verb, _)| verb == "stop");
    let site = text.parsed.pipeline(command);
    let replaces = |other: &Command| {
        let there = text.parsed.pipeline(other);
        other.span.start > command.span.end && there.shell == site.shell && status::copies(other)
    };
    stops && is_excused(text, command.pipeline) && text.parsed.commands.iter().any(replaces)
}

/// `set +e` that nothing takes back.
fn switched_off(text: &Text, command: &Command) -> Option<Why> {
    let option = |command: &Command, sign: &str| {
        let words = command.arguments();
        words.iter().any(|word| word.text.starts_with(sign) && word.text.contains('e') && !word.text.starts_with("--"))
            || words.has_any(&[&format!("{sign}o")]) && words.has_any(&["errexit"])
    };
    let later = |other: &Command| other.name() == "set" && other.span.start > command.span.end && option(other, "-");
    let off = option(command, "+") && !text.parsed.commands.iter().any(later);
    let follows =
        text.parsed.commands.iter().any(|other| other.span.start > command.span.end && !commands::only_prints(other));
    (off && follows).then_some((
        "no failure ends the text any more",
        "let commands end the text; ask for a status where it is wanted: `if ! cmd; then …; fi`",
    ))
}

/// `trap 'exit 0' EXIT`: whatever failed, the status is 0.
fn trapped(command: &Command) -> Option<Why> {
    let (body, signals) = command.arguments().split_first()?;
    let ends = signals.iter().any(|signal| matches!(signal.text.as_str(), "EXIT" | "ERR" | "0"));
    let zero = body.text.rsplit([';', '\n', '&']).map(str::trim).find(|part| !part.is_empty()) == Some("exit 0");
    let asked = ["if ", "case ", "||", "&&"].iter().any(|word| body.text.contains(word));
    (ends && zero && !asked).then_some((
        "the text ends with 0, whatever has failed",
        "leave `exit 0` out: a trap that does not call `exit` keeps the status",
    ))
}

/// `export x=$(cmd)`: the status is that of `export`.
fn declared(text: &Text, command: &Command) -> bool {
    let declares = matches!(command.name(), "export" | "local" | "readonly" | "declare" | "typeset");
    let sure = [
        "date", "pwd", "basename", "dirname", "hostname", "whoami", "id", "mktemp", "echo", "printf", "tr", "uname",
        "nproc",
    ];
    let fails = |word: &crate::shell::Word| {
        word.text.contains('=')
            && word.substitutions().any(|(inner, _)| {
                let inner = inner.trim_start_matches(['$', '(', '`']).trim_start();
                !sure.iter().any(|name| inner.starts_with(name))
            })
    };
    declares && text.parsed.pipeline(command).errexit && command.arguments().iter().any(fails)
}

/// `find … -exec cmd {} \;`: `find` succeeds whatever becomes of the commands.
fn for_each(text: &Text, command: &Command) -> Option<Why> {
    const IDLE: &[&str] = &[
        "chmod",
        "chown",
        "chgrp",
        "stat",
        "du",
        "file",
        "basename",
        "dirname",
        "mv",
        "ln",
        "sha256sum",
        "sha1sum",
        "md5sum",
        "realpath",
        "readlink",
        "gzip",
        "xz",
        "zstd",
    ];
    if !matches!(command.name(), "find" | "gfind") {
        return None;
    }
    let words = command.arguments();
    let at = words.iter().position(|word| matches!(word.text.as_str(), "-exec" | "-execdir"))?;
    // What stands behind it depends on the status, as does a `!` before it.
    let ends = words.last()?.text == ";" && words.iter().filter(|word| word.text == ";").count() == 1;
    let turned = at > 0 && matches!(words[at - 1].text.as_str(), "!" | "-not");
    let inner = text.parsed.commands.iter().find(|other| {
        other.via.and_then(|via| text.parsed.commands.get(via)).is_some_and(|by| by.span == command.span)
    })?;
    let tests = inner.arguments().has_any(&["-t", "--test", "-c", "--check"]);
    let counts = !IDLE.contains(&inner.name()) || tests && inner.name() != "stat" && inner.name() != "chown";
    (ends && !turned && counts && status::matters_alone(inner) && status::script_matters(text, inner)).then_some((
        "`find` succeeds whatever becomes of what it runs",
        "write `-exec … {} +`, or `find … -print0 | xargs -0 -n 1 …`: both tell of a failure",
    ))
}

/// `echo "restored $(./bin/restore) rows"`: the status is that of `echo`.
fn printed(text: &Text, command: &Command) -> Option<Why> {
    let site = text.parsed.pipeline(command);
    let within = |outer: &&Command| {
        let holds = |span: crate::source::Span| span.start <= command.span.start && command.span.end <= span.end;
        holds(outer.span) && outer.span != command.span || outer.input.as_ref().is_some_and(|input| holds(input.span))
    };
    let outer = text.parsed.commands.iter().find(within)?;
    // What is added to a log is for people.
    let kept = outer.redirects.iter().any(|redirect| redirect.writes && redirect.fd == 1 && !redirect.appends);
    let prints = commands::only_prints(outer) || outer.name() == "cat" && (kept || outer.arguments().is_empty());
    let asks = background::talks(command) || command.place == Place::Elsewhere;
    let excused = !site.otherwise.is_empty() || site.errexit;
    let counts = status::acts(text, command) || status::is_own(command) && !kept || kept && asks;
    let counts = counts || asks && is_answer(text, command, outer);
    (prints && counts && !excused && outer.name() != "logger").then_some((
        "its failure is lost: the status is that of the command that prints its answer",
        "assign it first, on a line of its own, and print the variable",
    ))
}

/// `echo "rows: $(psql …)"`: what a server answers is what the step is there to show, and not part of a log or a complaint.
fn is_answer(text: &Text, asks: &Command, outer: &Command) -> bool {
    let site = text.parsed.pipeline(outer);
    let told = asks.arguments().iter().any(|word| word.text.contains("%{http_code}"))
        || asks.arguments().has_any(&["version", "--version", "config", "context"]);
    let logged = outer.redirects.iter().any(|redirect| redirect.writes && redirect.fd == 1) || site.stages > 1;
    let complains = text.parsed.pipelines.iter().any(|other| other.otherwise.contains(&outer.pipeline));
    !told && !logged && !complains && !site.in_branch && !site.in_loop && !site.in_function
}
