//! A password, key or token that stands in the plan: whoever reads the plan has it, and so has every copy.

use super::{Context, commands, literals, secrets};
use crate::diagnostics::Diagnostic;
use crate::model::value::Value;
use crate::shell::{Command, Word, Words};
use crate::source::Span;

pub fn check(context: &Context) -> Vec<Diagnostic> {
    let mut found: Vec<Diagnostic> = Vec::new();
    for text in context.texts() {
        let holds = |command: &Command| {
            let passes = ["env", "docker", "podman", "docker-compose"].contains(&command.name());
            passes || !text.parsed.is_wrapper(command)
        };
        let told = |command: &Command| {
            let said = assigned(command).or_else(|| of_command(command).filter(|_| holds(command)));
            said.or_else(|| literals::of_data(text, command).map(report))
        };
        found.extend(text.parsed.commands.iter().filter_map(told));
        let sets = text.parsed.sets.iter().filter(|set| secrets::is_name(&set.name));
        found.extend(
            sets.filter_map(|set| set.value.as_ref()).filter(|value| is_literal(value)).map(|value| report(value.span)),
        );
        found.extend(text.parsed.sets.iter().filter_map(|set| set.value.as_ref()).filter_map(address));
    }
    for param in &context.world.plan.params {
        let literal = matches!(&param.value, Some(Value::Text(text)) if text.as_plain().is_some_and(|plain| {
            secrets::known(&plain).is_some() || secrets::is_name(&param.common.name) && secrets::is_value(&plain)
        }));
        if literal && super::scripts::is_own(context, param.common.name_span.file) {
            found.push(report(param.common.name_span));
        }
    }
    let mut seen = rustc_hash::FxHashSet::default();
    found.retain(|diagnostic| seen.insert(diagnostic.labels[0].span));
    found
}

fn report(span: Span) -> Diagnostic {
    let message = "a secret stands here in plain text: whoever has a copy of the plan has it".to_owned();
    let place = Context::report("literal-secret", message, span, "readable for everybody");
    place.help("declare a `secret NAME` and read `$NAME`; and change this one, it is known now")
}

fn is_literal(word: &Word) -> bool {
    word.fixed && secrets::is_value(&word.text)
}

/// `PGPASSWORD=x cmd`, `DATABASE_URL=postgres://user:x@host/db cmd`
fn assigned(command: &Command) -> Option<Diagnostic> {
    let named = command.assignments.iter().find(|(name, value)| secrets::is_name(name) && is_literal(value));
    named
        .map(|(_, value)| report(value.span))
        .or_else(|| command.assignments.iter().find_map(|(_, value)| address(value)))
}

fn of_command(command: &Command) -> Option<Diagnostic> {
    let tokens = command.words.iter().chain(&command.input).find_map(|word| {
        let (at, length) = secrets::known(&word.text)?;
        Some(report(word.place(at..at + length)))
    });
    tokens.or_else(|| if commands::only_prints(command) { None } else { of_arguments(command) })
}

/// Has it words of its own for a secret?
fn takes(command: &Command) -> bool {
    matches!(
        command.name(),
        "mysql"
            | "mysqldump"
            | "mariadb"
            | "mysqladmin"
            | "redis-cli"
            | "valkey-cli"
            | "sshpass"
            | "mongo"
            | "mongosh"
            | "mongodump"
            | "mongorestore"
            | "docker"
            | "podman"
            | "curl"
            | "wget"
            | "aws"
            | "openssl"
            | "zip"
            | "unzip"
            | "7z"
            | "ssh-keygen"
            | "ldapadd"
            | "ldapmodify"
            | "ldapsearch"
            | "ldapdelete"
            | "ldappasswd"
            | "htpasswd"
            | "rabbitmqctl"
            | "smbclient"
            | "keytool"
            | "sqlcmd"
    )
}

/// Options that carry a password, addresses with one, and texts of the form `"password": "…"`.
fn of_arguments(command: &Command) -> Option<Diagnostic> {
    let words = command.arguments();
    let takes = takes(command);
    words.iter().enumerate().find_map(|(at, word)| {
        let next = words.get(at + 1);
        let (hints, holds) = (secrets::hints(&word.text), word.text.as_bytes().contains(&b':'));
        let option = || if hints { option(word, next) } else { None };
        let short = || if takes { short(command, word, next) } else { None };
        let holds_place = || if hints { conninfo(word) } else { None };
        let within = || if holds { address(word).or_else(|| query(word)).or_else(|| field(word)) } else { None };
        let kept = || if takes { kept(command, word, next) } else { None };
        option().or_else(short).or_else(holds_place).or_else(within).or_else(kept)
    })
}

/// `--password=x`, `--password x`, `PGPASSWORD=x`
fn option(word: &Word, next: Option<&Word>) -> Option<Diagnostic> {
    let text = word.text.as_str();
    let outer = ["--from-literal=", "--env=", "--build-arg=", "--set=", "--set-string="].iter();
    let skipped = outer.filter(|option| text.starts_with(**option)).map(|option| option.len()).next().unwrap_or(0);
    if let Some((name, value)) = text[skipped..].split_once('=') {
        let at = skipped + name.len() + 1;
        let plain = name.trim_start_matches("--from-literal").trim_start_matches('-').replace('-', "_");
        let named = secrets::is_name(&plain) && plain.chars().all(|c| c.is_ascii_alphanumeric() || c == '_');
        let fixed = word.parts.iter().all(|part| !part.expansion);
        return (named && fixed && secrets::is_value(value)).then(|| report(word.place(at..text.len())));
    }
    let name = text.strip_prefix("--")?.replace('-', "_");
    // `--secret id=npm,env=NPM_TOKEN` says where it is.
    let asks = ["password_stdin", "ask_password", "no_password"].contains(&name.as_str())
        || name == "secret" && next.is_some_and(|next| next.text.contains('='));
    let value = next.filter(|next| secrets::is_name(&name) && !asks && !next.text.starts_with('-'))?;
    is_literal(value).then(|| report(value.span))
}

/// `mysql -pX`, `redis-cli -a X`, `curl -u user:X`, `sshpass -p X`
fn short(command: &Command, word: &Word, next: Option<&Word>) -> Option<Diagnostic> {
    let text = word.text.as_str();
    match command.name() {
        "mysql" | "mysqldump" | "mariadb" | "mysqladmin" => {
            let value =
                text.strip_prefix("-p").filter(|value| !value.is_empty() && word.fixed && secrets::is_value(value))?;
            Some(report(word.place(text.len() - value.len()..text.len())))
        }
        "redis-cli" | "valkey-cli"
            if text == "-a" || ["requirepass", "masterauth"].iter().any(|name| text.eq_ignore_ascii_case(name)) =>
        {
            next.filter(|next| is_literal(next)).map(|next| report(next.span))
        }
        "sshpass" | "mongo" | "mongosh" | "mongodump" | "mongorestore" if text == "-p" => {
            next.filter(|next| is_literal(next)).map(|next| report(next.span))
        }
        "docker" | "podman" if text == "-p" && command.arguments().has_any(&["login"]) => {
            next.filter(|next| is_literal(next)).map(|next| report(next.span))
        }
        "openssl" => {
            let value = text.strip_prefix("pass:").filter(|value| word.fixed && secrets::is_value(value))?;
            Some(report(word.place(text.len() - value.len()..text.len())))
        }
        "zip" | "unzip" | "sqlcmd" if text == "-P" => {
            next.filter(|next| is_literal(next)).map(|next| report(next.span))
        }
        "7z" => {
            let value = text.strip_prefix("-p").filter(|value| word.fixed && secrets::is_value(value))?;
            Some(report(word.place(text.len() - value.len()..text.len())))
        }
        "ssh-keygen" if text == "-N" => next.filter(|next| is_literal(next)).map(|next| report(next.span)),
        "ldapadd" | "ldapmodify" | "ldapsearch" | "ldapdelete" | "ldappasswd" if text == "-w" => {
            next.filter(|next| is_literal(next)).map(|next| report(next.span))
        }
        "keytool" if matches!(text, "-storepass" | "-keypass") => {
            next.filter(|next| is_literal(next)).map(|next| report(next.span))
        }
        "htpasswd" | "rabbitmqctl" if next.is_none() => {
            let words = command.arguments();
            let gives = words.short('b') || words.has_any(&["add_user", "change_password"]);
            (gives && is_literal(word)).then(|| report(word.span))
        }
        "smbclient" => {
            let (user, value) = text.split_once('%').filter(|_| word.fixed)?;
            secrets::is_value(value).then(|| report(word.place(user.len() + 1..text.len())))
        }
        "sshpass" if text.len() > 2 && text.starts_with("-p") => {
            word.fixed.then(|| report(word.place(2..text.len()))).filter(|_| secrets::is_value(&text[2..]))
        }
        "curl" if matches!(text, "-d" | "--data" | "--data-raw" | "--data-urlencode" | "-F" | "--form") => {
            let form = next.filter(|next| next.fixed)?;
            form.text.split('&').find_map(|pair| {
                let (name, value) =
                    pair.split_once('=').filter(|(name, value)| secrets::is_name(name) && secrets::is_value(value))?;
                let at = pair.as_ptr() as usize - form.text.as_ptr() as usize + name.len() + 1;
                Some(report(form.place(at..at + value.len())))
            })
        }
        "curl" | "wget" if matches!(text, "-u" | "--user") => {
            let next = next.filter(|next| next.fixed)?;
            let (user, value) = next.text.split_once(':')?;
            secrets::is_value(value).then(|| report(next.place(user.len() + 1..next.text.len())))
        }
        _ => None,
    }
}

/// `host=db user=app password=x`
fn conninfo(word: &Word) -> Option<Diagnostic> {
    let text = word.text.as_str();
    let from =
        text.find("password=").filter(|_| ["host=", "user=", "dbname="].iter().any(|part| text.contains(part)))? + 9;
    let value = text[from..].split_whitespace().next()?;
    let fixed = word
        .parts
        .iter()
        .all(|part| !part.expansion || part.range.end <= from || part.range.start >= from + value.len());
    (text.contains(' ') && fixed && secrets::is_value(value)).then(|| report(word.place(from..from + value.len())))
}

/// `postgres://user:password@host/db`
fn address(word: &Word) -> Option<Diagnostic> {
    let start = word.text.find("://")? + 3;
    let rest = &word.text[start..];
    let at = rest.find('@')?;
    let (user, value) = rest[..at].split_once(':')?;
    let plain = secrets::is_value(value) && !user.contains('/') && !value.contains('/');
    let from = start + user.len() + 1;
    plain.then(|| report(word.place(from..start + at)))
}

/// `https://host/path?access_token=…`
fn query(word: &Word) -> Option<Diagnostic> {
    let mut at = word.text.find("://").and_then(|from| Some(from + word.text[from..].find('?')?))? + 1;
    for pair in word.text[at..].split('&') {
        if let Some((name, value)) = pair.split_once('=') {
            let from = at + name.len() + 1;
            let plain = word
                .parts
                .iter()
                .all(|part| !part.expansion || part.range.end <= from || part.range.start >= at + pair.len());
            if secrets::is_name(name) && plain && secrets::is_value(value) {
                return Some(report(word.place(from..from + value.len())));
            }
        }
        at += pair.len() + 1;
    }
    None
}

/// `aws configure set aws_secret_access_key …`
fn kept(command: &Command, word: &Word, next: Option<&Word>) -> Option<Diagnostic> {
    let words = command.arguments();
    let sets = command.name() == "aws" && words.has_any(&["configure"]) && secrets::is_name(&word.text);
    let put = || {
        let named =
            words.value(&["--name"]).is_some_and(|name| secrets::is_name(&name.text.replace(['/', '-', '.'], "_")));
        command.name() == "aws" && words.has_any(&["put-parameter"]) && word.text == "--value" && named
    };
    let value = next.filter(|next| (sets || put()) && is_literal(next))?;
    Some(report(value.span))
}

/// `{"password": "x"}`, `Authorization: Bearer x`
fn field(word: &Word) -> Option<Diagnostic> {
    let text = word.text.as_str();
    for mark in
        ["\"password\"", "\"passwd\"", "\"secret\"", "\"token\"", "\"api_key\"", "\"apiKey\"", "\"client_secret\""]
    {
        let Some(at) = text.find(mark) else { continue };
        let rest = &text[at + mark.len()..];
        let Some(open) = rest.find('"').filter(|open| rest[..*open].trim() == ":") else { continue };
        let value = rest[open + 1..].split('"').next().unwrap_or("");
        let from = at + mark.len() + open + 1;
        if secrets::is_value(value) {
            return Some(report(word.place(from..from + value.len())));
        }
    }
    let header = [
        "authorization: bearer ",
        "authorization: basic ",
        "authorization: oauth ",
        "authorization: token ",
        "x-api-key: ",
        "apikey: ",
        "api-key: ",
    ];
    let lower = text.to_ascii_lowercase();
    let (at, mark) = header.iter().find_map(|mark| lower.find(mark).map(|at| (at, mark)))?;
    let from = at + mark.len();
    let value = text.get(from..)?.split([' ', '"', '\'']).next()?;
    (secrets::is_value(value) && value.len() >= 8).then(|| report(word.place(from..from + value.len())))
}
