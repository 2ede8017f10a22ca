//! A failure that is turned into success: `|| true`, `|| echo …`, a branch that only says that it failed, `set +e`.

use super::{
    Context, commands,
    scripts::{Role, Text},
};
use crate::diagnostics::Diagnostic;
use crate::shell::{Command, Words};
use std::ops::Range;

pub fn check(context: &Context) -> Vec<Diagnostic> {
    let all = context.commands().filter(|(text, _)| !matches!(text.role, Role::Diagnosis | Role::Source));
    all.filter_map(|(text, command)| one(text, command)).collect()
}

fn one(text: &Text, command: &Command) -> Option<Diagnostic> {
    if command.via.is_some() {
        return None;
    }
    let site = text.parsed.pipeline(command);
    let substitution = text.parsed.shell(command).is_some_and(|shell| shell.substitution);
    let compared = text.role == (Role::Check { compared: true });
    let (what, help) = if command.name() == "set" {
        (
            switched_off(text, command)?,
            "let commands end the text; ask for a status where it is wanted: `if ! cmd; then …; fi`",
        )
    } else if substitution || compared {
        return None;
    } else if command.stage == 0 && excused(text, command) {
        ("its failure counts as success", "leave the `||` out, or end behind it: `|| { echo …; exit 1; }`")
    } else if command.stage == 0 && told_only(text, command) {
        ("that it failed is only said", "end there: `exit 1` behind the message")
    } else if swallowed(text, command) {
        ("its failure is swallowed by the command behind it", "begin the inner script with `set -e`")
    } else if let Some(inner) = assigned(text, command) {
        (inner, "declare it first, assign it on a line of its own")
    } else {
        return None;
    };
    let shown = commands::shown(command);
    let message = match command.name() {
        "set" => format!("behind `{shown}` {what}"),
        _ => format!("`{shown}` may fail and {what}"),
    };
    let label = if site.otherwise.is_empty() { "nobody hears of a failure" } else { "a failure is excused" };
    Some(Context::report("masked-failure", message, command.span, label).help(help))
}

/// `cmd || true`, `cmd || echo …`: what follows only prints, and the command matters.
fn excused(text: &Text, command: &Command) -> bool {
    let site = text.parsed.pipeline(command);
    let (from, to) = (site.otherwise.start, site.otherwise.end);
    // The `else` of an `if` is told of, not excused.
    let or = from < to && text.parsed.pipelines.get(from).is_some_and(|other| other.in_branch == site.in_branch);
    let last_stage = text.parsed.behind(command).filter(|next| next.via.is_none()).last().unwrap_or(command);
    or && only_prints(text, from..to) && matters(text, command) && matters(text, last_stage)
}

/// `if …; then echo failed; fi`, `… && echo failed`: the failure is said, and the text goes on.
fn told_only(text: &Text, command: &Command) -> bool {
    let site = text.parsed.pipeline(command);
    if site.in_loop {
        return false;
    }
    [site.then.clone(), site.otherwise.clone()].into_iter().any(|branch| {
        let inside = text.parsed.pipelines.get(branch.start).is_some_and(|first| first.in_branch && !site.in_branch);
        let says = |other: &Command| other.arguments().iter().any(|word| tells_failure(&word.text));
        !branch.is_empty() && inside && only_prints(text, branch.clone()) && text.parsed.within(branch).any(says)
    })
}

fn tells_failure(text: &str) -> bool {
    let lower = text.to_lowercase();
    ["fail", "error", "❌", "not respond", "no responde", "falló", "broken", "unhealthy"]
        .iter()
        .any(|word| lower.contains(word))
}

/// Every pipeline of the range is a command that prints, or `true`, or `exit 0`.
fn only_prints(text: &Text, range: Range<usize>) -> bool {
    let plain = |command: &Command| {
        commands::only_prints(command) || matches!(command.name(), "exit" | "return") && command.has("0")
    };
    !range.is_empty()
        && range.into_iter().all(|index| {
            let mut commands = text.parsed.within(index..index + 1).filter(|command| command.via.is_none()).peekable();
            // `{ …; }` is a pipeline without a command of its own; an assignment keeps the failure for later.
            let group = text.parsed.pipelines.get(index).is_some_and(|pipeline| pipeline.stages == 1);
            if commands.peek().is_none() { group && is_group(text, index) } else { commands.all(plain) }
        })
}

/// Is it a compound command: do the next pipelines stand within it? An assignment has nothing within.
fn is_group(text: &Text, index: usize) -> bool {
    let next = text.parsed.pipelines.get(index + 1);
    next.is_some_and(|next| next.shell == text.parsed.pipelines[index].shell)
        && !text.parsed.sets.iter().any(|set| set.value.is_some() && in_sight(text, index, set.span.start))
}

/// Does a place lie between the pipelines around?
fn in_sight(text: &Text, index: usize, at: u32) -> bool {
    let before = text.parsed.within(0..index).map(|command| command.span.end).max().unwrap_or(0);
    let after = text
        .parsed
        .within(index + 1..text.parsed.pipelines.len())
        .map(|command| command.span.end)
        .max()
        .unwrap_or(u32::MAX);
    before <= at && at <= after
}

/// Commands whose failure says that there was nothing to do, or that only look or tell.
fn matters(text: &Text, command: &Command) -> bool {
    const TOLERABLE: &[&str] = &[
        "rm",
        "rmdir",
        "unlink",
        "kill",
        "pkill",
        "killall",
        "mkdir",
        "grep",
        "egrep",
        "diff",
        "cmp",
        "test",
        "[",
        "which",
        "command",
        "type",
        "id",
        "ls",
        "cat",
        "wait",
        "read",
        "umount",
        "userdel",
        "groupdel",
        "useradd",
        "groupadd",
        "stty",
        "tput",
        "clear",
        "cd",
        "logger",
        "echo",
        "printf",
        "true",
        "false",
        ":",
        "let",
        "expr",
        "sleep",
        "touch",
        "find",
        "slack-cli",
        "mail",
        "sendmail",
        "notify-send",
        "wall",
        "trap",
        "unset",
        "export",
        "pgrep",
        "head",
        "tail",
        "wc",
        "nice",
        "fuser",
        "lsof",
        "tee",
        "xargs",
        "popd",
        "deactivate",
        "awk",
        "sed",
        "sort",
        "jq",
        "df",
        "ps",
        "journalctl",
    ];
    let inner =
        text.parsed.commands.iter().filter(|other| other.pipeline == command.pipeline && other.stage == command.stage);
    inner.clone().all(|command| {
        let name = command.name();
        !TOLERABLE.contains(&name) && !is_cleanup(command) && !is_notice(command)
    })
}

/// Takes away what may be gone already, or looks at a state.
fn is_cleanup(command: &Command) -> bool {
    let verb = commands::compose(command).or_else(|| commands::docker(command)).or_else(|| commands::kubectl(command));
    let verb = verb.map(|(verb, rest)| match verb {
        "network" | "volume" | "container" | "image" => rest.verb(&[]).map_or(verb, |(verb, _)| verb),
        _ => verb,
    });
    let taken = [
        "stop",
        "rm",
        "kill",
        "remove",
        "rmi",
        "logs",
        "ps",
        "create",
        "inspect",
        "delete",
        "get",
        "describe",
        "disconnect",
        "images",
        "ls",
    ];
    let git = commands::git(command)
        .map(|(verb, rest)| (verb, rest.short('D') || rest.short('d') || rest.has_any(&["remove", "--abort"])));
    let idle = ["stop", "disable", "status", "is-active", "is-enabled", "reset-failed"];
    verb.is_some_and(|verb| taken.contains(&verb))
        || matches!(
            git,
            Some(
                ("branch" | "worktree" | "tag" | "stash" | "merge" | "rebase" | "remote", true)
                    | ("status" | "log" | "diff", _)
            )
        )
        || command.name() == "systemctl" && command.arguments().has_any(&idle)
        || command.name() == "pm2" && command.arguments().has_any(&["delete", "stop", "describe", "logs"])
}

/// A message to people: that it can't be sent must not stop a rollback.
fn is_notice(command: &Command) -> bool {
    let hook = |text: &str| {
        ["slack", "discord", "webhook", "pagerduty", "statuspage", "teams", "telegram", "notify", "hooks."]
            .iter()
            .any(|word| text.to_lowercase().contains(word))
    };
    command.name().contains("slack")
        || command.name() == "curl" && command.arguments().iter().any(|word| hook(&word.text))
}

/// `set +e` that nothing takes back.
fn switched_off(text: &Text, command: &Command) -> Option<&'static str> {
    let option = |command: &Command, sign: &str| {
        let words = command.arguments();
        words.iter().any(|word| word.text.starts_with(sign) && word.text.contains('e') && !word.text.starts_with("--"))
            || words.has_any(&[&format!("{sign}o")]) && words.has_any(&["errexit"])
    };
    let later = |other: &Command| other.name() == "set" && other.span.start > command.span.end && option(other, "-");
    let off = option(command, "+") && !text.parsed.commands.iter().any(later);
    let follows =
        text.parsed.commands.iter().any(|other| other.span.start > command.span.end && !commands::only_prints(other));
    (off && follows).then_some("no failure ends the text any more")
}

/// `bash -c 'cmd; true'`
fn swallowed(text: &Text, command: &Command) -> bool {
    let site = text.parsed.pipeline(command);
    let next = text.parsed.within(command.pipeline + 1..command.pipeline + 2).find(|next| next.via.is_none());
    let ends = next.is_some_and(|next| {
        let after = text.parsed.pipeline(next);
        let zero = next.name() == "exit" && next.has("0") || matches!(next.name(), "true" | ":");
        zero && after.last && after.shell == site.shell && !after.asked
    });
    ends && !site.errexit && !site.asked && !site.background && matters(text, command) && command.name() != "set"
}

/// `export x=$(cmd)`: the status is that of `export`.
fn assigned(text: &Text, command: &Command) -> Option<&'static str> {
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
    let found = declares && command.arguments().iter().any(fails) && text.parsed.pipeline(command).errexit;
    found.then_some("its command's failure is lost: the status is that of the declaration")
}
