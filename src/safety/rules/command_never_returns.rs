//! A command that goes on until somebody stops it: the procedure stands still there.

use super::{
    Context, commands,
    interactive_command::options,
    scripts::{Role, Text},
    servers::{databases, servers},
};
use crate::diagnostics::Diagnostic;
use crate::shell::{Command, Word, Words};
use crate::source::Span;

/// The commands of which something is said below.
const TOOLS: &[&str] = &[
    "docker",
    "podman",
    "docker-compose",
    "podman-compose",
    "kubectl",
    "oc",
    "tail",
    "journalctl",
    "dmesg",
    "watch",
    "top",
    "htop",
    "btop",
    "atop",
    "iotop",
    "nload",
    "iftop",
    "glances",
    "ctop",
    "k9s",
    "lazydocker",
    "nethogs",
    "pm2",
    "ping",
    "vmstat",
    "iostat",
    "mpstat",
    "sar",
    "sleep",
    "redis-cli",
    "valkey-cli",
    "heroku",
    "railway",
    "vercel",
    "fly",
    "flyctl",
    "aws",
    "gcloud",
    "az",
    "stern",
    "kubetail",
    "tcpdump",
    "inotifywait",
    "nc",
    "ncat",
    "ssh",
    "supervisorctl",
    "npm",
    "yarn",
    "pnpm",
    "flask",
    "uvicorn",
    "gunicorn",
    "http-server",
    "nodemon",
    "python",
    "python3",
    "rails",
    "php",
    "yes",
    "less",
    "mongostat",
    "mongotop",
    "psql",
    "pg_receivewal",
    "pg_receivexlog",
    "pg_recvlogical",
    "mysqlbinlog",
    "mysqladmin",
    "mariadb-admin",
    "prisma",
    "postgres",
    "mysqld",
    "mariadbd",
    "redis-server",
    "valkey-server",
    "mongod",
    "nginx",
    "haproxy",
    "caddy",
    "traefik",
    "memcached",
    "sshd",
    "puma",
    "celery",
    "sidekiq",
    "vite",
    "socat",
    "iperf3",
    "iperf",
    "autossh",
    "ngrok",
    "cloudflared",
    "nohup",
    "setsid",
    "etcdctl",
    "entr",
    "fswatch",
    "lsyncd",
    "kcat",
    "kafkacat",
    "mosquitto_sub",
    "udevadm",
    "ip",
    "bpftrace",
    "strace",
];

pub fn check(context: &Context) -> Vec<Diagnostic> {
    debug_assert!(context.nothing_beside(TOOLS, |_, command| follows(command).is_none()));
    let all = context.named(TOOLS).filter(|(text, _)| text.role != Role::Diagnosis);
    let one = |(text, command)| {
        let why = follows(command).filter(|_| !is_ended(text, command))?;
        Some(report(&commands::shown(command), command.span, why))
    };
    let texts = context.texts().iter().filter(|text| text.role != Role::Diagnosis);
    let shells = texts.flat_map(|text| &text.parsed.shells).filter(|shell| shell.by.is_none());
    let endless = shells.flat_map(|shell| &shell.endless);
    let endless = endless.map(|span| report("this loop", *span, "nothing in it ends it"));
    all.filter_map(one).chain(endless).chain(left_behind(context)).collect()
}

fn report(what: &str, span: Span, why: &str) -> Diagnostic {
    let what = if what == "this loop" { what.to_owned() } else { format!("`{what}`") };
    let message = format!("{what} never ends by itself: {why}");
    let place = Context::report("command-never-returns", message, span, "stands still here");
    place.help("look once (`logs --tail 50`, `--no-stream`), put a limit on it (`timeout 30 …`), or leave it to a `diagnose` or a `monitor`")
}

/// Is it put in the background, limited in time, or cut off by what reads it?
fn is_ended(text: &Text, command: &Command) -> bool {
    let site = text.parsed.pipeline(command);
    let detached = text.parsed.runners(command).any(|runner| {
        let docker = commands::compose(runner).or_else(|| commands::docker(runner));
        docker.is_some_and(|(_, rest)| is_detached(rest))
            || runner.name() == "systemd-run"
                && !runner.arguments().has_any(&["--wait", "--scope", "-t", "--pty", "-P"])
            || runner.name() == "ssh" && own_options(runner.arguments()).any(|word| word.text == "-f")
    });
    let later = is_cut_off(text, command);
    site.background || commands::is_limited(text, command) || later || detached || commands::is_dry(command)
}

/// Does it end when what reads it has found what it looks for?
pub fn waits_for_line(text: &Text, command: &Command) -> bool {
    is_cut_off(text, command) && follows(command) == Some(FOLLOWS)
}

fn is_cut_off(text: &Text, command: &Command) -> bool {
    let cuts = |next: &Command| {
        let words = next.arguments();
        let greps = matches!(next.name(), "grep" | "egrep");
        greps && (words.short('q') || words.short('m') || words.has_any(&["--max-count", "--quiet"]))
            || matches!(next.name(), "head")
            || next.name() == "sed" && words.iter().any(|word| word.text.contains('q'))
    };
    text.parsed.behind(command).any(cuts)
}

/// `ssh host 'nohup worker &'`: the connection stays until the other end closes the output, which the worker holds.
fn left_behind(context: &Context) -> Vec<Diagnostic> {
    if !context.has_named(&["ssh"]) {
        return Vec::new();
    }
    let one = |(text, command): (&Text, &Command)| {
        let by = text.parsed.shell(command)?.by.and_then(|by| text.parsed.commands.get(by))?;
        let kept = !command.redirects.iter().any(|redirect| redirect.fd == 1 && redirect.writes);
        let stays = by.name() == "ssh" && !own_options(by.arguments()).any(|word| word.text == "-f");
        let site = text.parsed.pipeline(command);
        let own = |other: &&Command| text.parsed.pipeline(other).shell == site.shell;
        let waited = text.parsed.commands.iter().filter(own).any(|other| other.name() == "wait");
        let left = command.via.is_none() && site.background && !site.process && !waited && kept && stays;
        let limited = commands::is_limited(text, command) || text.role == Role::Diagnosis;
        let place =
            || report(&commands::shown(by), command.span, "what it leaves behind holds the connection's output open");
        (left && !limited)
            .then(|| place().help("send its output to a file, `> FILE 2>&1 < /dev/null &`, or make it a service"))
    };
    context.commands().filter_map(one).collect()
}

/// `docker run --name cache -d …`
fn is_detached(rest: &[Word]) -> bool {
    let valued = [
        "--name",
        "-e",
        "--env",
        "-v",
        "--volume",
        "-p",
        "--publish",
        "--network",
        "-u",
        "--user",
        "-w",
        "-l",
        "--mount",
    ];
    let detaches = |word: &&Word| word.text == "--detach" || word.text.starts_with('-') && is_bundle(&word.text, 'd');
    options(rest, &valued).iter().any(detaches)
}

fn own_options(words: &[Word]) -> impl Iterator<Item = &Word> {
    words.iter().take_while(|word| word.text.starts_with('-'))
}

/// Why it never ends.
pub const FOLLOWS: &str = "it shows what comes, as long as something may come";
/// The same, of servers.
pub const SERVES: &str = "it serves until it is stopped";
const REPEATS: &str = "it repeats itself";

/// Why it never ends.
fn follows(command: &Command) -> Option<&'static str> {
    let words = command.arguments();
    let follow = || words.has_any(&["-f", "--follow", "-F"]) && !words.has_any(&["--follow=false"]);
    let bundled = || follow() || words.iter().any(|word| is_bundle(&word.text, 'f') || is_bundle(&word.text, 'F'));
    if let Some((verb, rest)) = commands::compose(command) {
        return of_compose(verb, rest);
    }
    if let Some((verb, rest)) = commands::docker(command) {
        return of_docker(verb, rest);
    }
    if let Some((verb, rest)) = commands::kubectl(command) {
        return of_kubectl(verb, rest);
    }
    let first = words.verb(&[]).map_or("", |(verb, _)| verb);
    let found = match command.name() {
        "tail" if bundled() && !words.has_any(&["--pid"]) => FOLLOWS,
        "journalctl" | "dmesg" if bundled() || words.has_any(&["-w", "--follow"]) => FOLLOWS,
        "watch" if !words.has_any(&["-g", "--chgexit"]) => REPEATS,
        "top"
            if !words.short('b')
                || words.value(&["-n"]).is_none() && !words.iter().any(|word| is_bundle(&word.text, 'n')) =>
        {
            REPEATS
        }
        "htop" | "btop" | "atop" | "iotop" | "nload" | "iftop" | "glances" | "ctop" | "k9s" | "lazydocker"
        | "nethogs" => REPEATS,
        "pm2" if first == "monit" || matches!(first, "logs" | "log") && !words.has_any(&["--nostream"]) => FOLLOWS,
        "ping" if words.value(&["-c", "-w", "--count"]).is_none() => REPEATS,
        "vmstat" | "iostat" | "mpstat" | "sar" if words.operands(&[]).len() == 1 && digits(words.operands(&[])[0]) => {
            REPEATS
        }
        "sleep" if words.has_any(&["infinity", "inf"]) => "it waits for ever",
        "redis-cli" | "valkey-cli"
            if words.iter().any(|word| {
                matches!(
                    word.text.to_ascii_lowercase().as_str(),
                    "monitor" | "subscribe" | "psubscribe" | "--stat" | "--latency" | "--latency-history"
                )
            }) =>
        {
            FOLLOWS
        }
        "heroku" | "railway" | "vercel"
            if first == "logs" && (words.has_any(&["--tail", "-t", "--follow", "-f"])) && !lines(words) =>
        {
            FOLLOWS
        }
        "fly" | "flyctl" if first == "logs" && !words.has_any(&["--no-tail", "-n"]) => FOLLOWS,
        "aws" if words.has_any(&["tail"]) && words.has_any(&["logs"]) && follow() => FOLLOWS,
        "gcloud" if words.has_any(&["tail"]) => FOLLOWS,
        "az" if words.has_any(&["tail"]) => FOLLOWS,
        "stern" | "kubetail" if !words.has_any(&["--no-follow"]) => FOLLOWS,
        "tcpdump" if !words.has_any(&["-c"]) => FOLLOWS,
        "inotifywait" if words.short('m') || words.has_any(&["--monitor"]) => FOLLOWS,
        "nc" | "ncat" if words.short('k') => SERVES,
        "ssh" if words.short('N') && !words.short('f') => "it only keeps a connection open",
        "supervisorctl" if first == "tail" && bundled() || first == "fg" => FOLLOWS,
        "npm" | "yarn" | "pnpm" if is_server(words) => SERVES,
        "flask" | "uvicorn" | "gunicorn" | "http-server" | "nodemon"
            if !first.is_empty()
                && !words.has_any(&["--daemon", "-D"])
                && !matches!(first, "db" | "routes" | "shell") =>
        {
            SERVES
        }
        "python" | "python3" if words.has_any(&["http.server", "runserver"]) => SERVES,
        "rails" if matches!(first, "server" | "s") && !words.has_any(&["-d", "--daemon"]) => SERVES,
        "php" if words.has_any(&["serve"]) => SERVES,
        "yes" => REPEATS,
        "less" if words.has_any(&["+F"]) => FOLLOWS,
        _ => return databases(command).or_else(|| servers(command)),
    };
    Some(found)
}

fn is_bundle(text: &str, letter: char) -> bool {
    let letters = text.strip_prefix('-').unwrap_or("");
    !letters.is_empty()
        && letters.len() <= 4
        && letters.chars().all(|c| c.is_ascii_alphabetic())
        && letters.contains(letter)
}

fn digits(word: &Word) -> bool {
    !word.text.is_empty() && word.text.chars().all(|c| c.is_ascii_digit())
}

/// `--tail 100` of a platform says how many lines; `--tail` alone, to go on.
fn lines(words: &[Word]) -> bool {
    words.value(&["--tail", "-t"]).is_some_and(|value| digits(value) || value.text.contains('='))
}

fn is_server(words: &[Word]) -> bool {
    let verb = words.operands(&["--prefix", "-C"]);
    let names: Vec<&str> = verb.iter().map(|word| word.text.as_str()).collect();
    matches!(names.as_slice(), ["start" | "dev" | "serve", ..] | ["run", "start" | "dev" | "serve" | "watch", ..])
}

fn of_compose(verb: &str, rest: &[Word]) -> Option<&'static str> {
    let until = [
        "-d",
        "--detach",
        "--wait",
        "--no-start",
        "--abort-on-container-exit",
        "--exit-code-from",
        "--abort-on-container-failure",
    ];
    let detached = rest.has_any(&until) || rest.iter().any(|word| is_bundle(&word.text, 'd'));
    match verb {
        "logs" if is_followed(rest) => Some(FOLLOWS),
        "up" if !detached => Some("without `-d` it stays with the containers"),
        "events" | "attach" | "watch" => Some(FOLLOWS),
        "stats" if !rest.has_any(&["--no-stream"]) => Some(REPEATS),
        _ => None,
    }
}

fn of_docker(verb: &str, rest: &[Word]) -> Option<&'static str> {
    let (verb, rest) = if verb == "container" { rest.verb(&[])? } else { (verb, rest) };
    match verb {
        "logs" if is_followed(rest) => Some(FOLLOWS),
        "service" if rest.has_any(&["logs"]) && is_followed(rest) => Some(FOLLOWS),
        "stats" if !rest.has_any(&["--no-stream"]) => Some(REPEATS),
        "events" if !rest.has_any(&["--until"]) => Some(FOLLOWS),
        "attach" => Some("it stays with the container"),
        _ => None,
    }
}

fn of_kubectl(verb: &str, rest: &[Word]) -> Option<&'static str> {
    let watches = rest.has_any(&["-w", "--watch", "--watch-only"]) && !rest.has_any(&["--watch=false"]);
    match verb {
        "logs" if is_followed(rest) => Some(FOLLOWS),
        "get" | "events" if watches => Some(FOLLOWS),
        "port-forward" | "proxy" => Some(SERVES),
        "attach" => Some("it stays with the container"),
        _ => None,
    }
}

/// `logs -f`; `--follow=false` says that it ends.
fn is_followed(rest: &[Word]) -> bool {
    let asked = rest.has_any(&["-f", "--follow"]) || rest.iter().any(|word| is_bundle(&word.text, 'f'));
    asked && !rest.iter().any(|word| matches!(word.text.as_str(), "--follow=false" | "-f=false"))
}
