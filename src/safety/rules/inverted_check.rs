//! A check that succeeds when something is wrong and fails when all is well: its status means the opposite.

use super::{Context, commands, scripts, scripts::Role, scripts::Text};
use crate::diagnostics::Diagnostic;
use crate::ir::{Action, Effect, Run, actions};
use crate::model::value::{Check, Command as Written, Probe};
use crate::shell::{self, Command, Parsed, Words};

/// Words that a log has when something is wrong.
const TROUBLE: &[&str] = &[
    "error",
    "errors",
    "exception",
    "exceptions",
    "fatal",
    "critical",
    "panic",
    "traceback",
    "fail",
    "failed",
    "failure",
];

pub fn check(context: &Context) -> Vec<Diagnostic> {
    let asked = |text: &&Text| matches!(text.role, Role::Work | Role::Check { compared: false });
    let mut found: Vec<Diagnostic> = Vec::new();
    if context.has_named(&["exit", "systemctl"]) {
        let texts = context.texts().iter().filter(asked);
        found.extend(texts.flat_map(|text| [always_fails(text), stopped(&text.parsed)]).flatten());
    }
    let searched = context.named(&["grep", "egrep", "fgrep", "rg"]).filter(|(text, _)| asked(text));
    found.extend(searched.filter_map(|(text, command)| praised(text, command)));
    let proofs = context.named(PROOFS).filter(|(text, _)| asked(text));
    found.extend(proofs.filter_map(|(text, command)| wants_broken(&text.parsed, command)));
    found.extend(context.statements().filter_map(|(_, action)| match &action.run {
        Run::Verify(check) if scripts::is_own(context, check.span.file) => errors(check),
        _ => None,
    }));
    for procedure in context.world.program.procedures.iter().filter(|p| !p.back_out) {
        found.extend(still_running(context, &actions(&procedure.body)));
    }
    found
}

fn report(message: String, command: &Command, label: &str) -> Diagnostic {
    Context::report("inverted-check", message, command.span, label)
}

/// The command whose status is that of the text; none if that is decided by more than one.
fn deciding(parsed: &Parsed) -> Option<&Command> {
    let decides = |command: &&Command| {
        let site = parsed.pipeline(command);
        let alone = !site.asked && !site.negated && !site.in_branch && !site.in_loop && !site.in_function;
        site.shell == 0
            && site.last
            && alone
            && !site.background
            && command.via.is_none()
            && command.stage + 1 == site.stages
    };
    parsed.problems.is_empty().then(|| parsed.commands.iter().rfind(decides)).flatten()
}

/// `logs | grep error` as a check: it passes if there are errors.
fn errors(check: &Check) -> Option<Diagnostic> {
    let Probe::Sh(script, None) = &check.probe else { return None };
    let parsed = shell::parse(script);
    let command = deciding(&parsed).filter(|command| searches(command))?;
    let pattern = command.arguments().operands(&[]).first()?.literal()?.to_ascii_lowercase();
    let trouble = is_trouble(&pattern);
    let message = format!("this check passes if `{pattern}` is found, and fails if there is no such thing");
    let place = report(message, command, "succeeds when something is wrong");
    trouble.then(|| place.help("write `not sh \"…\"`, or compare the number: `sh \"… | grep -c …\" == 0`"))
}

/// Does a pattern look for nothing but words of trouble?
fn is_trouble(pattern: &str) -> bool {
    let mut words = pattern.split(['|', '\\', '(', ')']).map(str::trim).filter(|word| !word.is_empty()).peekable();
    words.peek().is_some() && words.all(|word| TROUBLE.contains(&word))
}

/// `grep ERROR log && echo "no errors"`, or a step that ends with such a search: found is taken for good.
fn praised(text: &Text, command: &Command) -> Option<Diagnostic> {
    let site = text.parsed.pipeline(command);
    let pattern =
        command.arguments().operands(&["-e", "-m", "-A", "-B", "-C"]).first()?.literal()?.to_ascii_lowercase();
    let good = |other: &Command| {
        let said = |word: &crate::shell::Word| {
            let said = word.text.to_lowercase();
            ["no error", "no fail", "no problem", "all good", "healthy", "clean"].iter().any(|good| said.contains(good))
        };
        commands::only_prints(other) && other.arguments().iter().any(said)
    };
    let praises = text.parsed.within(site.then.clone()).any(good);
    let ends = text.role == Role::Work && deciding(&text.parsed).is_some_and(|last| std::ptr::eq(last, command));
    // What it shows is for a person to read.
    let away = command.redirects.iter().any(|to| to.writes && to.fd == 1);
    let quiet = away || command.arguments().short('q') || command.arguments().has_any(&["--quiet", "--silent"]);
    let plain = searches(command) || command.arguments().short('c') && !command.arguments().short('v');
    let wrong = is_trouble(&pattern) && plain && !site.negated && (praises || ends && searches(command) && quiet);
    wrong.then(|| {
        let message = format!("this succeeds if `{pattern}` is found, and fails if there is no such thing");
        let place = report(message, command, "succeeds when something is wrong");
        place.help("turn it round: `! grep …`, or `if grep …; then exit 1; fi`")
    })
}

/// `grep` that succeeds when it finds something.
fn searches(command: &Command) -> bool {
    let words = command.arguments();
    let other = ["--invert-match", "--count", "--files-without-match"];
    matches!(command.name(), "grep" | "egrep" | "fgrep" | "rg")
        && !words.short('v')
        && !words.short('c')
        && !words.short('L')
        && !words.has_any(&other)
}

/// `test && exit 1` at the end: where the test fails, as it should, the text ends with its failure.
fn always_fails(text: &Text) -> Option<Diagnostic> {
    let parsed = &text.parsed;
    let ends = |command: &&Command| {
        let site = parsed.pipeline(command);
        let code = command.arguments().first().and_then(|word| word.literal()).and_then(|code| code.parse::<u8>().ok());
        let whole = site.shell == 0 && site.last && site.stages == 1 && !site.in_branch && !site.in_loop;
        command.name() == "exit" && code.is_some_and(|code| code > 0) && whole && !site.in_function
    };
    let exit = parsed.commands.iter().find(ends)?;
    let before = parsed.commands.iter().rfind(|command| {
        let site = parsed.pipeline(command);
        site.then == (exit.pipeline..exit.pipeline + 1)
            && site.otherwise.is_empty()
            && site.subshell == parsed.pipeline(exit).subshell
    })?;
    let site = parsed.pipeline(before);
    if site.in_branch || site.in_loop || site.shell != 0 {
        return None;
    }
    let message =
        "this fails in any case: if the test holds by `exit`, and if it does not by the test's own status".to_owned();
    let place = report(message, exit, "the end of the text").also(before.span, "fails when all is as it should be");
    Some(place.help("write `if …; then exit 1; fi`, or turn the test round: `! … `"))
}

/// Programs that tell whether something is sound.
const PROOFS: &[&str] = &[
    "tar",
    "gzip",
    "gunzip",
    "xz",
    "zstd",
    "bzip2",
    "unzip",
    "lz4",
    "sha256sum",
    "sha512sum",
    "sha1sum",
    "md5sum",
    "pg_restore",
    "pg_verifybackup",
    "nginx",
    "haproxy",
    "xmllint",
    "visudo",
    "sshd",
];

/// `! tar -tzf x`: it succeeds if the archive can't be read.
fn wants_broken(parsed: &Parsed, command: &Command) -> Option<Diagnostic> {
    let site = parsed.pipeline(command);
    let alone = site.stages == 1 && site.then.is_empty() && site.otherwise.is_empty() && !site.condition;
    let words = command.arguments();
    let proves = match command.name() {
        "tar" => {
            words.short('t')
                || words.has_any(&["--list"])
                || words.first().is_some_and(|word| word.text.starts_with('t'))
        }
        "gzip" | "gunzip" | "xz" | "zstd" | "bzip2" | "unzip" | "lz4" => words.short('t') || words.has_any(&["--test"]),
        "sha256sum" | "sha512sum" | "sha1sum" | "md5sum" => words.short('c') || words.has_any(&["--check"]),
        _ => true,
    };
    (site.negated && site.last && alone && proves).then(|| {
        let message = format!(
            "`! {}` succeeds if what it looks at is broken, and fails if it is sound",
            commands::shown(command)
        );
        report(message, command, "succeeds when something is wrong").help("leave the `!` out")
    })
}

/// `systemctl stop x; systemctl status x`: of a stopped unit it ends with 3.
fn stopped(parsed: &Parsed) -> Option<Diagnostic> {
    let unit = |command: &Command, verbs: &[&str]| {
        let (verb, rest) = command.arguments().verb(&[]).filter(|_| command.name() == "systemctl")?;
        let [unit] = rest.operands(&["-n", "--lines"])[..] else { return None };
        verbs.contains(&verb).then(|| unit.text.trim_end_matches(".service").to_owned())
    };
    let plain = |command: &&Command| {
        let site = parsed.pipeline(command);
        !site.asked && !site.negated && !site.in_branch && !site.in_loop && site.stages == 1 && site.shell == 0
    };
    parsed.commands.iter().filter(plain).find_map(|command| {
        let name = unit(command, &["status", "is-active"])?;
        let is_last = |other: &&Command| {
            let verbs = ["stop", "start", "restart", "reload-or-restart"];
            other.span.end <= command.span.start && unit(other, &verbs).as_ref() == Some(&name)
        };
        let before = parsed.commands.iter().rfind(is_last).filter(|other| unit(other, &["stop"]).is_some())?;
        let message = format!("`{}` fails because `{name}` is stopped, as it should be", commands::shown(command));
        let place =
            report(message, command, "ends with 3 for a unit that does not run").also(before.span, "stopped here");
        Some(place.help("write `! systemctl is-active --quiet …`, which succeeds when it does not run"))
    })
}

/// `docker ps | grep name` when every service has been stopped: it succeeds if one still runs.
fn still_running(context: &Context, all: &[&Action]) -> Vec<Diagnostic> {
    let mut running: Vec<bool> = vec![true; context.world.plan.services.len()];
    let mut found = Vec::new();
    for action in all {
        let (mut starts, mut stops) = (false, false);
        for effect in &action.effects {
            match effect {
                Effect::Stop(service) => (running[service.index()], stops) = (false, true),
                Effect::Start(service) => (running[service.index()], starts) = (true, true),
                _ => {}
            }
        }
        let none = !running.is_empty() && !running.contains(&true) && !starts && !stops;
        if none && scripts::is_own(context, action.span.file) {
            found.extend(asked(action).and_then(|parsed| lists(&parsed)));
        }
    }
    found
}

fn asked(action: &Action) -> Option<std::sync::Arc<Parsed>> {
    match &action.run {
        Run::Commands(list) => match list.as_slice() {
            [Written::Sh(script)] => Some(shell::parse(script)),
            _ => None,
        },
        Run::Verify(check) => match &check.probe {
            Probe::Sh(script, None) => Some(shell::parse(script)),
            _ => None,
        },
        _ => None,
    }
}

fn lists(parsed: &Parsed) -> Option<Diagnostic> {
    let command = deciding(parsed).filter(|command| searches(command) && command.stage == 1)?;
    let first = parsed.before(command).next()?;
    let (verb, rest) = commands::compose(first).or_else(|| commands::docker(first))?;
    if verb != "ps" || rest.short('a') || rest.has_any(&["--all", "--filter", "-f"]) {
        return None;
    }
    let message = "every service has been stopped: this succeeds if something still runs, and fails if nothing does";
    let place = report(message.to_owned(), command, "succeeds when something is wrong").also(first.span, "what runs");
    Some(place.help("write `verify NAME { not sh \"docker ps | grep …\" }`, or compare the number with 0"))
}
