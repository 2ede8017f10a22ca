//! `a | grep -q x`: `grep` goes at the first match, `a` is killed as it writes on, and `pipefail` calls that a failure.

use super::{Context, commands, scripts::Text};
use crate::diagnostics::{Diagnostic, Fix};
use crate::shell::{Command, Words};

pub fn check(context: &Context) -> Vec<Diagnostic> {
    context.named(&["grep", "egrep", "fgrep", "zgrep", "rg"]).filter_map(|(text, command)| one(text, command)).collect()
}

/// Has it written all that it has to say before anybody reads it? A line or two.
fn is_short(writer: &Command) -> bool {
    let words = writer.arguments();
    match writer.name() {
        "head" | "tail" | "hostname" | "whoami" | "wc" | "pg_isready" | "uname" => true,
        "docker" | "podman" => words.has_any(&["inspect"]) && words.has_any(&["-f", "--format"]),
        "systemctl" => words.has_any(&["is-active", "is-enabled", "is-failed"]),
        "find" => words.has_any(&["-quit"]),
        "git" => words.has_any(&["rev-parse", "describe"]),
        "psql" | "mysql" | "mariadb" | "sqlite3" => words.iter().any(|word| is_one_value(&word.text)),
        "redis-cli" | "valkey-cli" => words.iter().any(|word| word.text.eq_ignore_ascii_case("ping")),
        _ => false,
    }
}

/// `select count(*) from t`: a query whose answer is one line.
fn is_one_value(query: &str) -> bool {
    let lower = query.trim().to_ascii_lowercase();
    let one = ["select count(", "select exists", "select 1", "select version()", "select pg_is_in_recovery()"];
    one.iter().any(|begin| lower.starts_with(begin)) && !lower.contains("group by") && !lower.contains("union")
}

/// Does something that unpacks or lists a whole dump write to it?
fn writes_much(text: &Text, command: &Command) -> bool {
    let much = [
        "zcat",
        "gzcat",
        "xzcat",
        "zstdcat",
        "bzcat",
        "gunzip",
        "gzip",
        "xz",
        "zstd",
        "bunzip2",
        "tar",
        "pg_restore",
        "cat",
    ];
    let before = text.parsed.before(command).filter(|other| other.stage + 1 == command.stage).last();
    before.is_some_and(|writer| {
        let logs = writer.name() == "journalctl" || writer.arguments().iter().any(|word| word.text == "logs");
        logs || much.contains(&writer.name()) || writer.name().contains("dump")
    })
}

fn one(text: &Text, command: &Command) -> Option<Diagnostic> {
    let words = command.arguments();
    let quiet = words.short('q') || words.has_any(&["--quiet", "--silent"]);
    let site = text.parsed.pipeline(command);
    let first = words.value(&["-m", "--max-count"]).is_some() || words.short('m');
    let early = quiet || first && command.stage > 0 && writes_much(text, command);
    if !early || !site.pipefail || command.stage == 0 || site.background {
        return None;
    }
    let writer = text.parsed.before(command).filter(|other| other.stage + 1 == command.stage).last()?;
    if commands::only_prints(writer) || is_short(writer) {
        return None;
    }
    let how = if quiet { "`grep -q` goes at its first match" } else { "`grep -m` goes when it has found enough" };
    let message = format!("{how}: `{}` is cut off, and the pipeline fails", writer.name());
    let place = Context::report("grep-q-in-pipeline", message, command.span, "found, and yet a failure now and then");
    let place = place.also(writer.span, "killed while it writes");
    let place = place.help("let it read to the end: `grep x > /dev/null`");
    if !quiet {
        return Some(place);
    }
    let option =
        words.iter().find(|word| word.text.starts_with('-') && !word.text.starts_with("--") && word.text.contains('q'));
    let last = command.arguments().last()?;
    let fix = |word: &crate::shell::Word| {
        let left = word.text.replace('q', "");
        let left = if left == "-" { "-s".to_owned() } else { left };
        Fix::safe("let `grep` read to the end").replace(word.span, left).after(last.span, " > /dev/null")
    };
    let fix = option.filter(|word| word.span != last.span).map(fix);
    Some(match fix {
        Some(fix) => place.fix(fix),
        None => place,
    })
}
