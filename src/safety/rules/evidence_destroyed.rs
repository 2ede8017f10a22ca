//! A rollback removes containers, or empties logs, before anybody has kept what they say: what went wrong is gone with them.

use super::Context;
use crate::diagnostics::Diagnostic;
use crate::ir::{Action, Effect, Run, actions};
use crate::model::plan::{ProcedureKind, Thing};
use crate::model::value::{Check, Command, Probe};
use crate::safety::world::probes;
use crate::shell::{self, Words};

/// Tools whose things take their logs with them.
const CONTAINERS: &[&str] = &["docker", "podman", "kubectl", "helm"];

/// Commands that remove such things.
const REMOVERS: &[&str] = &[
    "docker",
    "podman",
    "docker-compose",
    "kubectl",
    "helm",
    "journalctl",
    "truncate",
    "pm2",
    "dmesg",
    "rm",
    "find",
    "cp",
    ":",
    "echo",
    "nomad",
    "true",
    "cat",
    "psql",
    "mysql",
    "mariadb",
    "sqlite3",
];

pub fn check(context: &Context) -> Vec<Diagnostic> {
    let world = context.world;
    let mut found: Vec<Diagnostic> = Vec::new();
    let loses = context.named(REMOVERS).any(|(_, command)| loss(command).is_some());
    for procedure in world.program.procedures.iter().filter(|p| !p.back_out) {
        if !matches!(world.declaration(procedure).kind, ProcedureKind::Rollback | ProcedureKind::FixForward) {
            continue;
        }
        let body = actions(&procedure.body);
        let Some((place, what)) =
            body.iter().enumerate().find_map(|(i, a)| removes(context, loses, &body[..i], a).map(|what| (i, what)))
        else {
            continue;
        };
        let known = found.iter().any(|d| d.labels[0].span == body[place].head);
        if known || body[..place].iter().any(|action| keeps(action)) {
            continue;
        }
        let message = format!("`{}` {what} before anybody has kept the log", body[place].id);
        found.push(
            Context::report("evidence-destroyed", message, body[place].head, "why it failed can't be found out afterwards")
                .help("keep the log first: `capture evidence file sh \"docker compose logs --no-color\" private`; or stop it without removing it"),
        );
    }
    found
}

/// What an action removes with its log.
fn removes(context: &Context, loses: bool, before: &[&Action], action: &Action) -> Option<String> {
    let plan = context.world.plan;
    let declared = action.effects.iter().find_map(|effect| match effect {
        Effect::Delete(Thing::Service(s)) => {
            let needs = &plan[plan[*s].driver].needs;
            needs
                .iter()
                .any(|tool| CONTAINERS.contains(&tool.as_str()))
                .then(|| format!("removes `{}`", plan[*s].common.name))
        }
        _ => None,
    });
    if !loses {
        return declared;
    }
    let own = commands(action);
    let earlier: Vec<shell::Command> = before.iter().flat_map(|action| commands(action)).collect();
    let strange = |(place, command): (usize, &shell::Command)| {
        let what = loss(command)?;
        let before = &own[..place];
        (!made_here(command, earlier.iter().chain(before)) && !before.iter().any(is_kept)).then_some(what)
    };
    declared.or_else(|| own.iter().enumerate().find_map(strange))
}

/// Does it remove only what the same procedure has made: a container to try something in?
fn made_here<'c>(removal: &shell::Command, mut earlier: impl Iterator<Item = &'c shell::Command>) -> bool {
    let Some(name) = removal.arguments().last().and_then(shell::Word::literal).filter(|_| removal.has("rm")) else {
        return false;
    };
    earlier.any(|command| (command.has("run") || command.has("create")) && command.has(name))
}

/// What a command does to logs, in words.
fn loss(command: &shell::Command) -> Option<String> {
    if is_removal(command) {
        return Some("removes containers".to_owned());
    }
    let words = command.arguments();
    let file = || words.iter().find(|word| is_log(&word.text)).map(|word| format!("empties `{}`", word.text));
    let written = || {
        let empties = |to: &&shell::Redirect| to.writes && !to.appends && to.fd == 1 && is_log(&to.target.text);
        command.redirects.iter().find(empties).map(|to| format!("empties `{}`", to.target.text))
    };
    match command.name() {
        "journalctl" => is_vacuum(words).then(|| "empties the journal".to_owned()),
        "pm2" => words.has_any(&["flush"]).then(|| "empties the logs of pm2".to_owned()),
        "dmesg" => (words.short('c') || words.short('C') || words.has_any(&["--clear", "--read-clear"]))
            .then(|| "empties the kernel's log".to_owned()),
        "truncate" => words.value(&["-s", "--size"]).filter(|size| size.text.ends_with('0')).and_then(|_| file()),
        "rm" => file(),
        "find" => file().filter(|_| {
            words.has_any(&["-delete"]) || words.windows(2).any(|pair| runs_removal(&pair[0].text, &pair[1].text))
        }),
        "cp" => file().filter(|_| words.first().is_some_and(|from| from.text == "/dev/null")),
        ":" | "true" => written(),
        "echo" => written().filter(|_| words.iter().all(|word| word.text == "-n")),
        "cat" => written().filter(|_| words.iter().all(|word| word.text == "/dev/null")),
        "psql" | "mysql" | "mariadb" | "sqlite3" => words
            .iter()
            .chain(&command.input)
            .find_map(|word| rows(&word.text))
            .map(|table| format!("deletes rows of `{table}`")),
        _ => None,
    }
}

/// `-exec rm`
fn runs_removal(option: &str, tool: &str) -> bool {
    matches!(option, "-exec" | "-execdir")
        && matches!(tool.rsplit('/').next(), Some("rm" | "unlink" | "shred" | "truncate"))
}

#[allow(clippy::case_sensitive_file_extension_comparisons)] // names as they are written on servers
fn is_log(path: &str) -> bool {
    let dump = ["/var/log/", "/var/crash/", "/var/lib/systemd/coredump"].iter().any(|folder| path.starts_with(folder));
    dump || path
        .rsplit('/')
        .next()
        .is_some_and(|name| name.strip_prefix("core.").is_some_and(|id| id.parse::<u32>().is_ok()))
        || path.contains('/') && (path.ends_with(".log") || path.ends_with(".err"))
}

/// `--vacuum-time=1s`: a week may be housekeeping, an hour is what has just happened.
fn is_vacuum(words: &[shell::Word]) -> bool {
    let value = |option: &str| {
        let word = words.value(&[option])?;
        Some(
            word.text
                .strip_prefix(option)
                .map_or(word.text.as_str(), |rest| rest.trim_start_matches('='))
                .to_ascii_lowercase(),
        )
    };
    let recent = |time: &String| {
        time.trim_start_matches(|c: char| c.is_ascii_digit()).starts_with(['s', 'm', 'h']) && !time.ends_with("months")
            || time.bytes().all(|byte| byte.is_ascii_digit())
    };
    value("--vacuum-time").is_some_and(|time| recent(&time))
        || value("--vacuum-size").is_some_and(|size| size.len() < 3 || size.ends_with(['k', 'b']))
        || value("--vacuum-files").is_some_and(|files| files == "1")
}

/// The table of a log or an audit whose rows a statement deletes.
fn rows(sql: &str) -> Option<String> {
    if !sql.contains(' ') {
        return None;
    }
    let lower = sql.to_ascii_lowercase();
    let words: Vec<&str> =
        lower.split(|c: char| c.is_whitespace() || c == ';').filter(|word| !word.is_empty()).collect();
    let table = words.windows(3).find_map(|three| match three {
        ["delete", "from", table] | ["truncate", "table", table] => Some(*table),
        _ => None,
    });
    let emptied = || words.windows(2).find(|two| two[0] == "truncate" && two[1] != "table").map(|two| two[1]);
    let table = table.or_else(emptied);
    let name = table?.trim_matches(['"', '`']).rsplit('.').next()?.to_owned();
    let log = ["_log", "_logs", "_audit", "_history", "_events"].iter().any(|end| name.ends_with(end));
    (log || name.starts_with("audit") || name == "logs").then_some(name)
}

fn is_removal(command: &shell::Command) -> bool {
    const KINDS: &[&str] = &[
        "pod",
        "pods",
        "po",
        "deployment",
        "deployments",
        "deploy",
        "job",
        "jobs",
        "statefulset",
        "statefulsets",
        "sts",
        "daemonset",
        "ds",
        "replicaset",
        "rs",
        "namespace",
        "ns",
    ];
    match command.name() {
        "docker" | "podman" if command.has("compose") => command.has("down") || command.has("rm"),
        "docker" | "podman" => match command.arguments().verb(&["-H", "--host", "-c", "--context"]) {
            Some(("rm", _)) => true,
            Some(("container", rest)) => rest.has_any(&["rm", "prune"]),
            Some(("stack" | "service" | "pod", rest)) => rest.has_any(&["rm"]),
            Some(("system", rest)) => rest.has_any(&["prune"]),
            _ => false,
        },
        "docker-compose" => command.has("down") || command.has("rm"),
        "kubectl" => {
            let kind = |word: &shell::Word| KINDS.contains(&word.text.split('/').next().unwrap_or(""));
            command.has("delete") && command.arguments().iter().any(kind)
        }
        "helm" => command.has("uninstall"),
        "nomad" => command.arguments().has_any(&["-purge"]),
        _ => false,
    }
}

fn keeps(action: &Action) -> bool {
    matches!(action.run, Run::Capture { file: true, .. } | Run::Diagnose(_)) || commands(action).iter().any(is_kept)
}

/// Does a command show or copy a log? The last lines on the screen are not the log.
fn is_kept(command: &shell::Command) -> bool {
    let words = command.arguments();
    let lines = words.value(&["--tail", "-n"]).and_then(|word| word.text.rsplit('=').next()?.parse::<u32>().ok());
    let few = lines.is_some_and(|lines| lines < 100) && !command.redirects.iter().any(|redirect| redirect.writes);
    let upkeep = [
        "--rotate",
        "--disk-usage",
        "--flush",
        "--sync",
        "--vacuum-time",
        "--vacuum-size",
        "--vacuum-files",
        "--verify",
    ];
    match command.name() {
        "journalctl" => !words.has_any(&upkeep),
        "cp" | "tar" | "rsync" | "scp" | "gzip" | "zip" | "mv" => {
            words.iter().any(|word| is_log(&word.text) || word.text == "/var/log") && loss(command).is_none()
        }
        _ => command.has("logs") && !few,
    }
}

fn commands(action: &Action) -> Vec<shell::Command> {
    let read = |list: &[Command]| {
        let scripts =
            list.iter().filter_map(|command| if let Command::Sh(script) = command { Some(script) } else { None });
        scripts.flat_map(|script| shell::parse(script).commands.clone()).collect()
    };
    match &action.run {
        Run::Commands(list) | Run::Diagnose(list) => read(list),
        Run::Capture { source, .. } => asked(source),
        _ => Vec::new(),
    }
}

fn asked(check: &Check) -> Vec<shell::Command> {
    let mut found = Vec::new();
    probes(&check.probe, &mut |probe| {
        if let Probe::Sh(script, _) = probe {
            found.extend(shell::parse(script).commands.clone());
        }
    });
    found
}
