//! Commands that reach many things by one word: signals by the name of an interpreter, lists that go straight to a remover.
//!
//! In: a command. Out: what it takes, in words. Not its business: commands that say "all" by an option.

use super::scripts::Text;
use crate::shell::{Command, Word, Words};

/// What runs half of the services of a machine; `nginx` is one.
const INTERPRETERS: &[&str] = &[
    "node",
    "nodejs",
    "java",
    "python",
    "python2",
    "python3",
    "ruby",
    "php",
    "php-fpm",
    "perl",
    "bash",
    "sh",
    "zsh",
    "dotnet",
    "beam.smp",
    "sshd",
    "ssh",
    "deno",
    "bun",
    "mono",
    "gunicorn",
    "containerd-shim",
    "sudo",
];

/// Signals to every process of a machine, of a user, of an interpreter.
pub fn of_processes(command: &Command) -> Option<&'static str> {
    let words = command.arguments();
    let asks = words.iter().any(|word| matches!(word.text.as_str(), "-0" | "-l" | "-L" | "--list"));
    if asks || words.value(&["-s", "--signal"]).is_some_and(|signal| signal.text == "0") {
        return None;
    }
    let owned = [
        "-u",
        "-U",
        "--euid",
        "--uid",
        "--user",
        "-P",
        "--parent",
        "-g",
        "--pgroup",
        "-t",
        "-s",
        "--ns",
        "-F",
        "--pidfile",
    ];
    let operands = words.operands(&[
        "-u",
        "-U",
        "-P",
        "-g",
        "-G",
        "-t",
        "-s",
        "-n",
        "-o",
        "-y",
        "-F",
        "--signal",
        "--user",
        "--uid",
        "--euid",
        "--parent",
        "--pidfile",
    ]);
    let interpreter =
        |word: &&Word| INTERPRETERS.contains(&word.text.trim_matches(['^', '$']).rsplit('/').next().unwrap_or(""));
    match command.name() {
        "kill" => {
            let signalled = words.first().is_some_and(|word| word.text.starts_with('-') && words.len() > 1);
            let all = words.iter().skip(usize::from(signalled)).any(|word| word.text == "-1");
            all.then_some("signals every process that it may")
        }
        "slay" => Some("ends every process of the user"),
        _ if operands.is_empty() && words.has_any(&["-u", "-U", "--euid", "--uid", "--user"]) => {
            Some("ends every process of the user")
        }
        _ if operands.iter().any(interpreter) && !words.has_any(&owned) => {
            Some("ends whatever on the machine is run by this interpreter")
        }
        _ => None,
    }
}

/// Verbs that end what a list names.
const ENDS: &[&str] =
    &["rm", "rmi", "stop", "kill", "delete", "uninstall", "destroy", "remove", "terminate", "restart"];

/// `docker ps -aq | xargs docker rm -f`: a list of everything, and nothing in between that chooses.
pub fn fed(text: &Text, command: &Command) -> Option<String> {
    if looped(text, command) {
        return Some("takes everything that the list of the loop has".to_owned());
    }
    if command.name() != "xargs" || !text.parsed.before(command).any(lists_all) {
        return None;
    }
    let chooses = |other: &Command| {
        !matches!(other.name(), "sort" | "uniq" | "cat" | "tr" | "awk" | "cut" | "tail" | "tac" | "sudo" | "timeout")
            && !lists_all(other)
            || other.name() == "awk" && other.arguments().iter().any(|word| word.text.contains(['/', '=', '~', '>']))
    };
    if text.parsed.before(command).any(chooses) {
        return None;
    }
    let ends = command.arguments().iter().any(|word| ENDS.contains(&word.text.as_str()));
    ends.then(|| "takes everything that the list before it has".to_owned())
}

/// `for c in $(docker ps -aq); do docker rm -f "$c"; done`
fn looped(text: &Text, command: &Command) -> bool {
    let ends = matches!(command.name(), "docker" | "podman" | "kubectl" | "helm")
        && ["rm", "rmi", "stop", "kill", "delete", "uninstall"].iter().any(|verb| command.has(verb));
    let of_loop = |name: &str| {
        let words = text.parsed.listed.iter().filter(|(variable, _)| variable == name).map(|(_, word)| word);
        words.into_iter().any(|word| {
            let inside = |other: &&Command| word.span.start <= other.span.start && other.span.end <= word.span.end;
            let mut inner = text.parsed.commands.iter().filter(inside);
            inner.next().is_some_and(lists_all) && inner.next().is_none()
        })
    };
    ends && command.arguments().iter().any(|word| word.variables().any(|(name, ..)| of_loop(name)))
}

/// `docker ps -aq`, `helm ls -q`, `kubectl get pods -o name`: all of them, of no label, name or project.
fn lists_all(command: &Command) -> bool {
    let words = command.arguments();
    let has = |word: &str| words.iter().any(|other| other.text == word);
    let scoped = words.has_any(&["--filter", "-f", "-l", "--selector", "--field-selector", "--prefix", "--query"]);
    match command.name() {
        "docker" | "podman" => !scoped && !has("compose") && (has("ps") || has("ls") || has("images") || has("list")),
        "helm" => !scoped && (has("ls") || has("list")),
        "kubectl" | "oc" => {
            !scoped
                && has("get")
                && !words.iter().any(|word| word.text.contains('/'))
                && (words.has_any(&["-o", "-oname", "--no-headers"]))
        }
        "pm2" => has("jlist") || has("ls"),
        _ => false,
    }
}
