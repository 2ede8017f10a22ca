//! A secret that is printed: it stands on the screen, in the log, and in whatever keeps that.

use super::{
    Context, commands,
    scripts::{Role, Text},
    secrets,
};
use crate::diagnostics::Diagnostic;
use crate::shell::{Command, Word, Words};

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
        None => printed(text, command, declared).filter(|_| is_shown(text, command) || command.name() == "set")?,
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
    let quiet = |other: &Command| {
        let words = other.arguments();
        match other.name() {
            "grep" | "egrep" => {
                words.short('q') || words.short('c') || words.short('l') || words.has_any(&["--quiet", "--count"])
            }
            "head" | "tail" | "sort" | "tee" | "less" | "more" | "cat" | "column" => false,
            _ => true,
        }
    };
    let kept = |other: &Command| other.redirects.iter().any(|redirect| redirect.writes && redirect.fd == 1);
    let substitution = text.parsed.shell(command).is_some_and(|shell| shell.substitution);
    let outer = text.parsed.runners(command).any(kept);
    // Where a function's output goes, its caller says.
    let called = text.parsed.pipeline(command).in_function;
    !substitution
        && !called
        && !outer
        && !kept(command)
        && !text.parsed.behind(command).any(|next| quiet(next) || kept(next))
        && !text.parsed.runners(command).any(|runner| text.parsed.behind(runner).any(quiet))
}

/// What is printed that holds secrets.
fn printed(text: &Text, command: &Command, declared: &[&str]) -> Option<String> {
    let words = command.arguments();
    let name = command.name();
    let found = match name {
        "cat" | "less" | "more" | "head" | "tail" | "bat" | "nl" | "tac" => {
            format!("`{}`", words.iter().find(|word| is_secret_file(word))?.text)
        }
        "grep" | "egrep"
            if !words.short('q')
                && !words.short('c')
                && !words.short('l')
                && !words.has_any(&["--quiet", "--count"]) =>
        {
            let names = words.first().is_some_and(|word| {
                words.iter().any(|word| secrets::is_name(word.text.trim_matches(['^', '=', '.', '*'])))
                    || word.text.is_empty()
            });
            format!("lines of `{}`", words.iter().filter(|_| names).skip(1).find(|word| is_secret_file(word))?.text)
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
        "echo" | "printf" => format!("`${}`", words.iter().find_map(|word| secrets::within(word, declared))?.0),
        _ => of_tools(command)?,
    };
    Some(found)
}

#[allow(clippy::case_sensitive_file_extension_comparisons)] // names as they are written on servers
fn is_secret_file(word: &Word) -> bool {
    let name = word.text.rsplit('/').next().unwrap_or("");
    let plain = [".template", ".example", ".sample", ".dist", ".pub", ".crt"];
    let env = name == ".env" || name.starts_with(".env.") || name.ends_with(".env");
    let known = [
        "id_rsa",
        "id_ed25519",
        ".pgpass",
        ".netrc",
        ".my.cnf",
        "credentials",
        "secrets.yml",
        "secrets.yaml",
        "secrets.json",
        "kubeconfig",
        ".npmrc",
        ".htpasswd",
        "shadow",
    ];
    let key = name.ends_with(".pem") || name.ends_with(".key") || name.ends_with(".p12");
    (env || key || known.contains(&name)) && !plain.iter().any(|end| name.ends_with(end))
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

/// Tools that print settings with secrets in them.
fn of_tools(command: &Command) -> Option<String> {
    let words = command.arguments();
    if let Some((verb, rest)) = commands::compose(command) {
        let quiet = rest.has_any(&[
            "-q",
            "--quiet",
            "--services",
            "--images",
            "--volumes",
            "--profiles",
            "--hash",
            "--networks",
            "-o",
            "--output",
            "--no-interpolate",
            "--environment",
        ]);
        return (matches!(verb, "config" | "convert") && !quiet)
            .then(|| "the settings of the services with every secret put in".into());
    }
    if let Some((verb, rest)) = commands::docker(command) {
        let (verb, rest) = if verb == "container" { rest.verb(&[])? } else { (verb, rest) };
        let whole = verb == "inspect" && !rest.has_any(&["-f", "--format", "--type"]);
        return whole.then(|| "the container's environment, secrets included".into());
    }
    if let Some((verb, rest)) = commands::kubectl(command) {
        let secret = rest
            .iter()
            .any(|word| matches!(word.text.as_str(), "secret" | "secrets") || word.text.starts_with("secret/"));
        let full = rest.value(&["-o", "--output"]).is_some_and(|format| {
            ["yaml", "json", "jsonpath", "go-template"].iter().any(|kind| format.text.contains(kind))
        });
        return (verb == "get" && secret && full).then(|| "the values of a secret".into());
    }
    let says = |all: &[&str]| all.iter().all(|word| words.has_any(&[word]));
    let found = match command.name() {
        "heroku" if words.first().is_some_and(|word| word.text == "config" || word.text == "config:get") => {
            "the settings of the app, secrets included"
        }
        "railway" if says(&["variables"]) && !words.has_any(&["--set"]) => {
            "the settings of the service, secrets included"
        }
        "aws"
            if says(&["get-secret-value"])
                && words.value(&["--query"]).is_none_or(|query| query.text.contains("SecretString")) =>
        {
            "the value of a secret"
        }
        "aws" if says(&["--with-decryption"]) => "the value of a secret",
        "gcloud" if says(&["secrets", "versions", "access"]) => "the value of a secret",
        "vault" if says(&["kv", "get"]) || words.first().is_some_and(|word| word.text == "read") => {
            "the value of a secret"
        }
        "pass" if words.first().is_some_and(|word| word.text == "show") => "the value of a secret",
        "az" if says(&["keyvault", "secret", "show"]) => "the value of a secret",
        _ => return None,
    };
    Some(found.to_owned())
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
