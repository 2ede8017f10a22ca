//! An image by `:latest`, or by no tag: what it is today is not what it was when it worked.

use super::{Context, commands};
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
];

pub fn check(context: &Context) -> Vec<Diagnostic> {
    context.named(&["docker", "podman", "kubectl", "oc", "helm"]).filter_map(|(_, command)| one(command)).collect()
}

fn one(command: &Command) -> Option<Diagnostic> {
    if let Some((word, tag)) = chart(command) {
        let message = format!("the tag `{tag}` of `{}` is whatever was pushed last", word.text);
        return Some(report(message, word));
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

/// The image that a command takes from a registry, or brings back into service.
fn image(command: &Command) -> Option<&Word> {
    if let Some((verb, rest)) = commands::docker(command) {
        return match verb {
            "run" | "create" => own(rest).filter(|_| !is_helper(rest)),
            "pull" => rest.operands(&["--platform"]).into_iter().next(),
            "image" => rest
                .verb(&[])
                .filter(|(verb, _)| *verb == "pull")
                .and_then(|(_, rest)| rest.operands(&["--platform"]).into_iter().next()),
            "service" if rest.has_any(&["update"]) => rest.value(&["--image"]),
            _ => None,
        };
    }
    if let Some((verb, rest)) = commands::kubectl(command) {
        let image = |word: &&Word| word.text.contains('=') && !word.text.starts_with('-');
        return (verb == "set" && rest.has_any(&["image"])).then(|| rest.iter().find(image)).flatten();
    }
    None
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

/// A container that does one thing and goes (`docker run --rm alpine tar …`) is a tool, not a release.
fn is_helper(rest: &[Word]) -> bool {
    rest.has_any(&["--rm"]) && !rest.short('d') && !rest.has_any(&["--detach"])
}

/// The tag if it moves; empty if there is none. An image of a variable says nothing.
fn moving(word: &Word) -> Option<&'static str> {
    let text = word.text.rsplit_once('=').map_or(word.text.as_str(), |(_, image)| image);
    if text.contains('@') || text.is_empty() {
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
