//! A secret that is printed: it stands on the screen, in the log, and in whatever keeps that.

use super::{
    Context, commands, reveals,
    scripts::{Role, Text},
    secrets,
};
use crate::diagnostics::Diagnostic;
use crate::shell::{Command, Place, Redirect, Word, Words};

/// Commands that may show something.
const PRINTS: &[&str] = &[
    "cat",
    "less",
    "more",
    "head",
    "tail",
    "bat",
    "nl",
    "tac",
    "grep",
    "egrep",
    "env",
    "printenv",
    "export",
    "declare",
    "set",
    "echo",
    "printf",
    "logger",
    "sed",
    "awk",
    "xargs",
    "docker",
    "podman",
    "docker-compose",
    "podman-compose",
    "kubectl",
    "oc",
    "heroku",
    "railway",
    "aws",
    "gcloud",
    "vault",
    "pass",
    "az",
    "psql",
    "mysql",
    "mariadb",
    "sqlite3",
    "diff",
    "colordiff",
    "sdiff",
    "tr",
    "base64",
    "xxd",
    "strings",
    "sort",
    "netlify",
    "gopass",
    "op",
    "bw",
    "sops",
    "ansible-vault",
    "chamber",
    "doppler",
    "gh",
    "pulumi",
    "getent",
    "systemctl",
    "ps",
    "pm2",
    "wg",
    "secret-tool",
    "security",
    "git",
    "terraform",
    "tofu",
    "redis-cli",
    "valkey-cli",
    "curl",
];

pub fn check(context: &Context) -> Vec<Diagnostic> {
    let secrets = &context.world.plan.secrets;
    let declared: Vec<&str> = secrets.iter().map(|secret| secret.common.name.as_str()).collect();
    let all = context.named(PRINTS).filter(|(text, _)| text.role != Role::Source);
    all.filter_map(|(text, command)| one(text, command, &declared)).collect()
}

fn one(text: &Text, command: &Command, declared: &[&str]) -> Option<Diagnostic> {
    let rows = rows(command);
    let what = match &rows {
        Some(table) => format!("every column of `{table}`, hashes of passwords included"),
        None => printed(text, command, declared).filter(|_| is_shown(text, command) || is_for_all(text, command))?,
    };
    let message = format!("`{}` writes out {what}", commands::shown(command));
    let place = Context::report("secret-in-output", message, command.span, "ends in logs and copies of them");
    let help = if rows.is_some() {
        "select the columns that are needed"
    } else {
        "leave it out, or show what is not secret: `cut -d= -f1 .env`, `--format`, `grep -c`"
    };
    Some(place.help(help))
}

/// Does its output reach the screen?
fn is_shown(text: &Text, command: &Command) -> bool {
    let kept = |other: &Command| other.redirects.iter().any(|redirect| redirect.writes && redirect.fd == 1);
    let outer = text.parsed.runners(command).any(kept);
    !outer
        && (!kept(command) || shown_later(text, command))
        && !text.parsed.behind(command).any(kept)
        && !is_taken(text, command)
        && !text.parsed.runners(command).any(|runner| text.parsed.behind(runner).any(|next| is_quiet(text, next)))
}

/// `docker compose config > resolved.yml; cat resolved.yml`
fn shown_later(text: &Text, command: &Command) -> bool {
    let shows = |file: &Word| {
        let reads = |other: &&Command| {
            matches!(other.name(), "cat" | "less" | "more" | "head" | "tail") && other.span.start > command.span.end
        };
        let named = |other: &Command| other.arguments().iter().any(|word| word.text == file.text);
        text.parsed.commands.iter().filter(reads).any(|other| named(other) && is_shown(text, other))
    };
    command.redirects.iter().any(|to| to.writes && to.fd == 1 && shows(&to.target))
}

/// The whole environment is no less readable in a file; and `set -x` writes to the error output.
fn is_for_all(text: &Text, command: &Command) -> bool {
    let words = command.arguments();
    let all = match command.name() {
        "env" | "printenv" => words.is_empty(),
        "export" | "declare" => words.len() == 1,
        "set" => return true,
        // It is said on the error output.
        "curl" => return !command.redirects.iter().any(|to| to.writes && to.fd == 2 && to.target.text == "/dev/null"),
        _ => false,
    };
    let nowhere = |other: &Command| {
        let null = |redirect: &Redirect| redirect.writes && redirect.fd == 1 && redirect.target.text == "/dev/null";
        other.redirects.iter().any(null)
    };
    // What is kept as evidence is read by others, and goes into reports.
    let evidence = |to: &Redirect| to.writes && to.fd == 1 && to.target.text.contains("evidence");
    let all = all || command.redirects.iter().any(evidence);
    let piped = || text.parsed.behind(command).any(nowhere);
    all && command.place == Place::Here && !nowhere(command) && !piped() && !is_taken(text, command)
}

/// Does something else than the screen get it: a variable, the caller of a function, a command that keeps it to itself?
fn is_taken(text: &Text, command: &Command) -> bool {
    let substitution = text.parsed.shell(command).is_some_and(|shell| shell.substitution);
    // Where a function's output goes, its caller says.
    let called = text.parsed.pipeline(command).in_function;
    substitution || called || is_file(text, command) || text.parsed.behind(command).any(|next| is_quiet(text, next))
}

/// `curl --config <(printf … "$TOKEN")`: what it prints is a file for another command, which does not show it.
fn is_file(text: &Text, command: &Command) -> bool {
    const SHOW: &[&str] = &["cat", "head", "tail", "tee", "diff", "paste", "sort", "less", "more", "grep"];
    let reads = |other: &&Command| other.span.start < command.span.start && !text.parsed.pipeline(other).process;
    text.parsed.pipeline(command).process
        && text
            .parsed
            .commands
            .iter()
            .rev()
            .filter(reads)
            .max_by_key(|other| other.span.start)
            .is_some_and(|other| !SHOW.contains(&other.name()))
}

/// Does a command of a pipeline keep to itself what it is given?
fn is_quiet(text: &Text, command: &Command) -> bool {
    let words = command.arguments();
    match command.name() {
        "grep" | "egrep" => is_count(words),
        "head" | "tail" | "sort" | "uniq" | "tee" | "less" | "more" | "cat" | "column" | "base64" | "tr" | "nl"
        | "fold" => false,
        "jq" => words.operands(&[]).first().is_none_or(|filter| {
            let last = filter.text.trim_matches(['"', ' ']).rsplit('.').next().unwrap_or("");
            !(filter.text == "." || secrets::is_name(last))
        }),
        // `sudo tee x`: what is run says it.
        _ => !text.parsed.commands.iter().any(|inner| {
            inner.via.and_then(|by| text.parsed.commands.get(by)).is_some_and(|by| std::ptr::eq(by, command))
        }),
    }
}

/// `grep -q`, `-c`, `-l` show no line.
fn is_count(words: &[Word]) -> bool {
    words.short('q') || words.short('c') || words.short('l') || words.has_any(&["--quiet", "--count"])
}

/// What is printed that holds secrets.
fn printed(text: &Text, command: &Command, declared: &[&str]) -> Option<String> {
    let words = command.arguments();
    let name = command.name();
    let found = match name {
        "cat" | "less" | "more" | "head" | "tail" | "bat" | "nl" | "tac" | "tr" | "base64" | "xxd" | "strings"
        | "sort" => {
            format!("`{}`", secret_file(command)?.text)
        }
        "xargs" if !text.parsed.is_wrapper(command) => format!("`{}`", secret_file(command)?.text),
        "sed" | "awk" => {
            let script = words.operands(&["-F", "-e", "-v"]).first().copied()?;
            let mut names = script.text.split(|c: char| !(c.is_ascii_alphanumeric() || c == '_'));
            let values = if name == "sed" { words.short('n') } else { !script.text.contains("$1") };
            format!("lines of `{}`", secret_file(command).filter(|_| values && names.any(secrets::is_name))?.text)
        }
        "diff" | "colordiff" | "sdiff" if !words.short('q') && !words.has_any(&["--brief"]) => {
            format!("lines of `{}`", secret_file(command)?.text)
        }
        "grep" | "egrep" if !is_count(words) => {
            let names = words.first().is_some_and(|word| {
                words.iter().any(|word| secrets::is_name(word.text.trim_matches(['^', '=', '.', '*'])))
                    || word.text.is_empty()
            });
            let file = |word: &&Word| secrets::is_file(&word.text);
            format!("lines of `{}`", words.iter().filter(|_| names).skip(1).find(file)?.text)
        }
        "env" | "printenv" if words.is_empty() => "every variable of the environment, secrets included".to_owned(),
        "printenv" => format!(
            "`{}`",
            words.iter().find(|word| secrets::is_name(&word.text) || declared.contains(&word.text.as_str()))?.text
        ),
        "export" | "declare" if words.has_any(&["-p"]) && words.len() == 1 => {
            "every variable, secrets included".to_owned()
        }
        "set" if words.is_empty() => "every variable, secrets included".to_owned(),
        "set" => traced(text, command, declared)?,
        "curl" => verbose(command)?,
        "echo" | "printf" | "logger" => {
            format!("`${}`", words.iter().find_map(|word| secrets::within(word, declared))?.0)
        }
        _ => reveals::said(command)?,
    };
    Some(found)
}

/// `curl -v` shows every header that it sends.
fn verbose(command: &Command) -> Option<String> {
    let words = command.arguments();
    let switches = |text: &str| {
        let letters = text.strip_prefix('-').unwrap_or("");
        letters.contains('v') && letters.chars().all(|letter| "fsSLkviIgGnNOR#0146".contains(letter))
    };
    let shows =
        words.iter().any(|word| switches(&word.text)) || words.has_any(&["--verbose", "--trace", "--trace-ascii"]);
    let options =
        ["-u", "--user", "-n", "--netrc", "--netrc-file", "--oauth2-bearer", "-K", "--config", "-b", "--cookie"];
    let header = |word: &Word| {
        let lower = word.text.to_ascii_lowercase();
        let named = ["authorization:", "api-key:", "token:", "cookie:"].iter().any(|name| lower.contains(name));
        named || lower.starts_with("@/run/secrets")
    };
    (shows && (words.has_any(&options) || words.iter().any(header)))
        .then(|| "every header that it sends, that with the password or token too".to_owned())
}

/// The file with secrets in it that is read, by name or on the standard input.
fn secret_file(command: &Command) -> Option<&Word> {
    let read = command.redirects.iter().filter(|redirect| redirect.fd == 0 && !redirect.writes).map(|to| &to.target);
    command.arguments().iter().chain(read).find(|word| secrets::is_file(&word.text))
}

/// `set -x` shows every command behind it with its values.
fn traced(text: &Text, command: &Command, declared: &[&str]) -> Option<String> {
    let words = command.arguments();
    let on =
        words.iter().any(|word| word.text.starts_with('-') && !word.text.starts_with("--") && word.text.contains('x'))
            || words.has_any(&["xtrace"]) && words.has_any(&["-o"]);
    let later = text.parsed.commands.iter().filter(|other| other.span.start > command.span.end);
    let off = later
        .clone()
        .find(|other| other.name() == "set" && (other.has("+x") || other.has("+o")))
        .map_or(u32::MAX, |off| off.span.start);
    let values = later
        .filter(|other| other.span.start < off)
        .flat_map(|other| other.words.iter().chain(other.assignments.iter().map(|(_, value)| value)));
    let sets = text
        .parsed
        .sets
        .iter()
        .filter(|set| set.span.start > command.span.end && set.span.start < off)
        .filter_map(|set| set.value.as_ref());
    let name = values.chain(sets).find_map(|word| secrets::within(word, declared))?.0;
    on.then(|| format!("every command behind it with its values, `${name}` among them"))
}

/// Tables of people.
const TABLES: &[&str] = &[
    "users",
    "user",
    "accounts",
    "auth_user",
    "customers",
    "credentials",
    "sessions",
    "api_keys",
    "tokens",
    "user_credentials",
    "admins",
    "members",
];

/// `select * from users`: people's data with the hashes of their passwords, wherever it goes.
fn rows(command: &Command) -> Option<String> {
    if !matches!(command.name(), "psql" | "mysql" | "mariadb" | "sqlite3") {
        return None;
    }
    let texts = command.arguments().iter().chain(&command.input).filter(|word| word.text.contains('*'));
    let texts = texts.map(|word| word.text.to_ascii_lowercase());
    texts.into_iter().find_map(|text| {
        let words: Vec<&str> = text.split([' ', '\n', '\t', ';', '(', ')']).filter(|word| !word.is_empty()).collect();
        let at = words.windows(4).position(|four| {
            four[0] == "select"
                && four[1] == "*"
                && four[2] == "from"
                && TABLES.contains(&four[3].trim_matches('"').rsplit('.').next().unwrap_or(""))
        })?;
        Some(words[at + 3].trim_matches('"').to_owned())
    })
}
