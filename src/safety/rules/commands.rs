//! What rules about commands have in common: the verbs of the tools, and what a command is for.
//!
//! In: a command. Out: its verb with the words behind it, and answers to a few questions.

use super::scripts::Text;
use crate::shell::{Command, Word, Words};

/// A verb and the words behind it.
pub type Verb<'a> = (&'a str, &'a [Word]);

/// The commands that the verb of `docker compose` can be asked of.
pub const COMPOSE: &[&str] = &["docker", "podman", "docker-compose", "podman-compose"];
/// Those that it, or the verb of `kubectl`, can be asked of.
pub const CONTAINERS: &[&str] = &["docker", "podman", "docker-compose", "podman-compose", "kubectl", "oc"];

const OF_DOCKER: &[&str] = &["-H", "--host", "-c", "--context", "--config", "-l", "--log-level"];
const OF_COMPOSE: &[&str] =
    &["-f", "--file", "-p", "--project-name", "--project-directory", "--env-file", "--profile", "--ansi", "--progress"];
const OF_KUBECTL: &[&str] =
    &["-n", "--namespace", "--context", "--kubeconfig", "--cluster", "-s", "--server", "--user"];

/// The verb of `docker` and `podman`: `("volume", [rm, x])`.
pub fn docker(command: &Command) -> Option<Verb<'_>> {
    let verb = || command.arguments().verb(OF_DOCKER);
    matches!(command.name(), "docker" | "podman").then(verb).flatten()
}

/// The verb of `docker compose` and `docker-compose`.
pub fn compose(command: &Command) -> Option<Verb<'_>> {
    match command.name() {
        "docker-compose" | "podman-compose" => command.arguments().verb(OF_COMPOSE),
        _ => docker(command).filter(|(verb, _)| *verb == "compose").and_then(|(_, rest)| rest.verb(OF_COMPOSE)),
    }
}

/// The verb of `git`.
pub fn git(command: &Command) -> Option<Verb<'_>> {
    let verb = || command.arguments().verb(&["-C", "-c", "--git-dir", "--work-tree", "--namespace"]);
    (command.name() == "git").then(verb).flatten()
}

/// The verb of `kubectl` and `oc`.
pub fn kubectl(command: &Command) -> Option<Verb<'_>> {
    let verb = || command.arguments().verb(OF_KUBECTL);
    matches!(command.name(), "kubectl" | "oc").then(verb).flatten()
}

/// Does it only show what it would do, or how it is used?
pub fn is_dry(command: &Command) -> bool {
    let shows = ["--dry-run", "--help", "--version", "--check-only", "--simulate", "--just-print"];
    let mut long = command.arguments().iter().filter(|word| word.text.starts_with("--"));
    long.any(|word| shows.contains(&word.text.split('=').next().unwrap_or("")))
}

/// Does it print its arguments, and do nothing else?
pub fn only_prints(command: &Command) -> bool {
    matches!(command.name(), "echo" | "printf" | "logger" | "say" | "log" | "info" | "warn" | "warning" | "true" | ":")
}

/// Is the command's standard input something else than what the script has, which is nothing?
pub fn has_input(text: &Text, command: &Command) -> bool {
    let fed = |runner: &Command| runner.input.is_some() || runner.fed || runner.stage > 0 || reads(runner);
    let runners = text.parsed.runners(command).any(fed);
    command.input.is_some()
        || command.fed
        || reads(command)
        || command.stage > 0
        || runners
        || in_fed_loop(text, command)
}

fn reads(command: &Command) -> bool {
    command.redirects.iter().any(|redirect| redirect.fd == 0 && !redirect.writes)
}

/// Is it in a compound command that is a later stage of a pipeline: `a | while read x; do …`?
fn in_fed_loop(text: &Text, command: &Command) -> bool {
    let site = text.parsed.pipeline(command);
    site.in_loop || site.subshell > 0 || site.in_function
}

/// Is a time limit put on it by a command that runs it?
pub fn is_limited(text: &Text, command: &Command) -> bool {
    text.parsed.runners(command).any(|runner| matches!(runner.name(), "timeout" | "gtimeout") && !is_endless(runner))
}

/// `timeout 0` sets no limit.
pub fn is_endless(timeout: &Command) -> bool {
    let valued = ["-k", "-s", "--kill-after", "--signal"];
    timeout
        .arguments()
        .operands(&valued)
        .first()
        .is_some_and(|limit| matches!(limit.text.as_str(), "0" | "0s" | "0m" | "infinity"))
}

/// The words of a command as they are shown in a message.
pub fn shown(command: &Command) -> String {
    let words: Vec<&str> = command.words.iter().map(|word| word.text.as_str()).collect();
    let line = words.join(" ").replace('\n', " ");
    if line.chars().count() <= 60 { line } else { line.chars().take(59).chain(['…']).collect() }
}
