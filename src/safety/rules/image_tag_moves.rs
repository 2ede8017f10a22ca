//! An image by `:latest`, or by no tag: what it is today is not what it was when it worked.

use super::{Context, commands, scripts::Text};
use crate::diagnostics::Diagnostic;
use crate::shell::{Command, Word, Words};

/// Options of `docker run`, `create` with a value of their own.
const VALUED: &[&str] = &[
    "-e",
    "--env",
    "--env-file",
    "-v",
    "--volume",
    "-p",
    "--publish",
    "--name",
    "-w",
    "--workdir",
    "-u",
    "--user",
    "--network",
    "--net",
    "--entrypoint",
    "-m",
    "--memory",
    "--cpus",
    "--restart",
    "-l",
    "--label",
    "-h",
    "--hostname",
    "--mount",
    "--volumes-from",
    "--platform",
    "--pull",
    "--log-driver",
    "--log-opt",
    "--add-host",
    "--device",
    "--health-cmd",
    "--ulimit",
    "--cap-add",
    "--cap-drop",
    "--gpus",
    "--shm-size",
    "--tmpfs",
    "--link",
    "--dns",
    "--ip",
    "--network-alias",
    "--stop-timeout",
    "--security-opt",
    "--label-file",
    "--expose",
    "--pid",
    "--ipc",
];

/// Tags that are moved whenever something new comes.
const MOVING: &[&str] = &[
    "latest",
    "stable",
    "edge",
    "nightly",
    "main",
    "master",
    "dev",
    "develop",
    "staging",
    "prod",
    "production",
    "current",
    "beta",
    "canary",
    "rolling",
    "release",
    "previous",
    "last",
    "live",
    "next",
    "testing",
    "unstable",
    "lts",
];

pub fn check(context: &Context) -> Vec<Diagnostic> {
    const TOOLS: &[&str] = &[
        "docker",
        "podman",
        "nerdctl",
        "docker-compose",
        "kubectl",
        "oc",
        "helm",
        "fly",
        "flyctl",
        "aws",
        "gcloud",
        "az",
        "skopeo",
        "crane",
        "crictl",
        "ctr",
    ];
    let mut found: Vec<Diagnostic> = context.named(TOOLS).filter_map(|(_, command)| one(command)).collect();
    found.extend(context.named(commands::COMPOSE).filter_map(|(text, command)| exported(text, command)));
    found.extend(context.named(&["sed", "kubectl"]).filter_map(|(_, command)| written(command)));
    found
}

fn one(command: &Command) -> Option<Diagnostic> {
    if let Some((word, tag)) = chart(command) {
        let message = format!("the tag `{tag}` of `{}` is whatever was pushed last", word.text);
        return Some(report(message, word));
    }
    if let Some((word, tag)) = setting(command) {
        return Some(report(format!("the tag `{tag}` is whatever was pushed last"), word));
    }
    let word = image(command)?;
    let tag = moving(word)?;
    let message = match tag {
        "" => format!("`{}` has no tag: it is whatever was pushed last", word.text),
        tag => format!("`:{tag}` of `{}` is whatever was pushed last", word.text),
    };
    Some(report(message, word))
}

fn report(message: String, word: &Word) -> Diagnostic {
    Context::report("image-tag-moves", message, word.span, "means something else after the next push")
        .help("name a version that nobody moves, or the digest: `image@sha256:…`")
}

/// `helm upgrade … --set image.tag=latest`
fn chart(command: &Command) -> Option<(&Word, &'static str)> {
    let words = command.arguments();
    let deploys = command.name() == "helm" && words.has_any(&["upgrade", "install"]);
    words.iter().filter(|_| deploys).find_map(|word| {
        let (name, value) = word.text.rsplit_once('=')?;
        let tag = MOVING.iter().find(|moving| **moving == value)?;
        matches!(name.rsplit('.').next(), Some("tag" | "imageTag")).then_some((word, *tag))
    })
}

/// `IMAGE_TAG=latest docker compose up`
fn setting(command: &Command) -> Option<(&Word, &'static str)> {
    let starts = commands::compose(command).is_some_and(|(verb, _)| matches!(verb, "up" | "pull" | "run"));
    command.assignments.iter().filter(|_| starts).find_map(|(name, value)| {
        let tag = MOVING.iter().find(|moving| **moving == value.text)?;
        (name.ends_with("TAG") || name.ends_with("VERSION")).then_some((value, *tag))
    })
}

/// `export TAG=latest`, and then `docker compose up`
fn exported(text: &Text, command: &Command) -> Option<Diagnostic> {
    commands::compose(command).filter(|(verb, _)| matches!(*verb, "up" | "pull" | "run"))?;
    let exports = text.parsed.commands.iter().filter(|other| other.name() == "export");
    let mut words = exports.filter(|other| other.span.end <= command.span.start).flat_map(Command::arguments);
    let (word, tag) = words.find_map(|word| {
        let (name, value) = word.text.split_once('=')?;
        let named = name.ends_with("TAG") || name.ends_with("_VERSION");
        MOVING.iter().find(|moving| named && **moving == value).map(|tag| (word, tag))
    })?;
    Some(report(format!("the tag `{tag}` is whatever was pushed last"), word))
}

/// `sed -i 's/api:1.2.3/api:latest/' compose.yml`, `kubectl patch … '{"image":"api:latest"}'`
fn written(command: &Command) -> Option<Diagnostic> {
    let word = command.arguments().iter().find(|word| {
        let sed = command.name() == "sed" && word.text.starts_with('s');
        let new = if sed { word.text.get(1..2).and_then(|mark| word.text.split(mark).nth(2)) } else { None };
        let image = word.text.contains("\"image\"") && command.has("patch");
        new.is_some_and(|new| new.ends_with(":latest")) || image && word.text.contains(":latest\"")
    })?;
    Some(report("`:latest` is whatever was pushed last".to_owned(), word))
}

/// The option with the image of a command that deploys one.
fn deployed(command: &Command) -> Option<&Word> {
    let words = command.arguments();
    let has = |word: &str| words.iter().any(|other| other.text == word);
    match command.name() {
        "fly" | "flyctl" if has("deploy") || has("update") => words.value(&["-i", "--image"]),
        "aws" if has("update-function-code") || has("create-function") => words.value(&["--image-uri"]),
        "gcloud" if has("deploy") || has("update") => words.value(&["--image", "--container-image"]),
        "az" if has("update") || has("create") || has("set") => words.value(&[
            "--image",
            "--docker-custom-image-name",
            "--container-image-name",
            "--deployment-container-image-name",
        ]),
        "skopeo" | "crane" if has("copy") => words.operands(&[]).get(1).copied(),
        "crictl" | "nerdctl" | "ctr" if has("pull") => words.last(),
        _ => None,
    }
}

/// The image that a command takes from a registry, or brings back into service.
fn image(command: &Command) -> Option<&Word> {
    if let Some((verb, rest)) = commands::docker(command) {
        return match verb {
            "run" | "create" => own(rest).filter(|image| !is_helper(rest) || is_versioned(image) && !only_asks(rest)),
            "pull" => rest.operands(&["--platform"]).into_iter().next(),
            "container" => rest
                .verb(&[])
                .filter(|(verb, rest)| matches!(*verb, "run" | "create") && !is_helper(rest))
                .and_then(|(_, rest)| own(rest)),
            "image" => rest
                .verb(&[])
                .filter(|(verb, _)| *verb == "pull")
                .and_then(|(_, rest)| rest.operands(&["--platform"]).into_iter().next()),
            "service" if rest.has_any(&["update"]) => rest.value(&["--image"]),
            "service" => rest.verb(&[]).filter(|(verb, _)| *verb == "create").and_then(|(_, rest)| own(rest)),
            _ => None,
        };
    }
    if let Some((verb, rest)) = commands::kubectl(command) {
        let image = |word: &&Word| word.text.contains('=') && !word.text.starts_with('-');
        return match verb {
            "set" if rest.has_any(&["image"]) => rest.iter().find(image),
            "run" | "create" => rest.value(&["--image"]),
            _ => None,
        };
    }
    deployed(command)
}

fn own(rest: &[Word]) -> Option<&Word> {
    let mut at = 0;
    loop {
        let text = rest.get(at)?.text.as_str();
        if !text.starts_with('-') {
            return rest.get(at);
        }
        at += 1 + usize::from(VALUED.contains(&text));
    }
}

/// A container that does one thing and goes (`docker run --rm alpine ls /`) is a tool, not a release; unless it is given data.
fn is_helper(rest: &[Word]) -> bool {
    let end = own(rest).map_or(0, |image| image.span.start);
    let before = rest.iter().filter(|word| word.span.start < end);
    let given = before.into_iter().any(|word| {
        let option = word.text.split('=').next().unwrap_or("");
        matches!(option, "-v" | "--volume" | "--mount" | "--volumes-from")
    });
    !given && rest.has_any(&["--rm"]) && !rest.short('d') && !rest.has_any(&["--detach"])
}

/// Is it a tool whose version has to fit the data: a database's own programs, migrations?
fn is_versioned(image: &Word) -> bool {
    const NAMES: &[&str] = &[
        "postgres",
        "postgis",
        "timescaledb",
        "mysql",
        "mariadb",
        "mongo",
        "redis",
        "valkey",
        "flyway",
        "liquibase",
        "migrate",
        "sqitch",
        "dbmate",
        "goose",
        "atlas",
        "terraform",
        "opentofu",
        "helm",
        "kubectl",
        "elasticsearch",
        "opensearch",
        "etcd",
        "clickhouse-server",
        "cockroach",
        "pgbackrest",
        "restic",
        "prisma",
    ];
    let name = image.text.rsplit('/').next().unwrap_or("");
    NAMES.contains(&name.split(':').next().unwrap_or(""))
}

/// Any version will do for that.
fn only_asks(rest: &[Word]) -> bool {
    rest.has_any(&["pg_isready", "ping", "PING", "--version", "--help", "-V", "version"])
}

/// The tag if it moves; empty if there is none. An image of a variable says nothing.
fn moving(word: &Word) -> Option<&'static str> {
    let text = word.text.rsplit_once('=').map_or(word.text.as_str(), |(_, image)| image);
    let text = text.trim_start_matches("docker://");
    // An archive or a folder is no image of a registry.
    if text.contains('@') || text.is_empty() || text.contains(":/") {
        return None;
    }
    let name = text.rsplit('/').next().unwrap_or(text);
    match name.rsplit_once(':') {
        Some((_, tag)) => MOVING.iter().find(|moving| **moving == tag).copied(),
        None => (word.fixed && !is_id(name)).then_some(""),
    }
}

fn is_id(name: &str) -> bool {
    name.len() >= 12 && name.chars().all(|c| c.is_ascii_hexdigit())
}
