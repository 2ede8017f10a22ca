//! Commands that run other commands: what is run, and where.
//!
//! In: the words of a command. Out: the words of the inner command, or the word that holds an inner script.

use super::{Place, Word};

/// What a command runs.
#[derive(Debug)]
pub enum Inner<'a> {
    /// Another command.
    Command(&'a [Word], Place),
    /// A script in one word.
    Script(&'a Word, Place),
}

/// Options of a wrapper that take their argument in the next word.
struct Wrapper {
    names: &'static [&'static str],
    /// Options with an argument of their own.
    valued: &'static [&'static str],
    /// Words before the command that are not options: the host of `ssh`, the limit of `timeout`.
    operands: usize,
    place: Place,
}

const fn wrapper(
    names: &'static [&'static str],
    valued: &'static [&'static str],
    operands: usize,
    place: Place,
) -> Wrapper {
    Wrapper { names, valued, operands, place }
}

const WRAPPERS: &[Wrapper] = &[
    wrapper(
        &["sudo", "doas"],
        &["-u", "-g", "-h", "-p", "-C", "-D", "-R", "-T", "-U", "--user", "--group", "--host", "--chdir"],
        0,
        Place::Here,
    ),
    wrapper(&["env"], &["-u", "-C", "-S", "--unset", "--chdir"], 0, Place::Here),
    wrapper(&["timeout", "gtimeout"], &["-k", "-s", "--kill-after", "--signal"], 1, Place::Here),
    wrapper(&["nice", "ionice", "stdbuf"], &["-n", "-c", "-p", "-i", "-o", "-e"], 0, Place::Here),
    wrapper(&["nohup", "command", "builtin", "exec", "time", "setsid", "chronic"], &["-a", "-f", "-o"], 0, Place::Here),
    wrapper(&["flock"], &["-w", "-E", "--timeout", "--conflict-exit-code"], 1, Place::Here),
    wrapper(
        &["xargs", "gxargs"],
        &["-I", "-n", "-P", "-L", "-d", "-E", "-s", "-a", "--max-args", "--max-procs", "--delimiter", "--replace"],
        0,
        Place::Here,
    ),
    wrapper(
        &["ssh"],
        &["-p", "-i", "-l", "-o", "-F", "-J", "-L", "-R", "-D", "-b", "-c", "-e", "-m", "-S", "-W", "-w", "-E", "-I"],
        1,
        Place::Elsewhere,
    ),
];

/// `docker exec` and its like: options with an argument, for the tool itself and for its verb.
const CONTAINER_VALUED: &[&str] = &[
    "-e",
    "--env",
    "-u",
    "--user",
    "-w",
    "--workdir",
    "--env-file",
    "--name",
    "-v",
    "--volume",
    "--network",
    "--net",
    "-p",
    "--publish",
    "--entrypoint",
    "-f",
    "--file",
    "--project-name",
    "--profile",
    "-n",
    "--namespace",
    "-c",
    "--container",
    "--context",
    "--kubeconfig",
    "-H",
    "--host",
    "--index",
    "--mount",
    "-l",
    "--label",
    "-m",
    "--memory",
    "--cpus",
    "--platform",
    "--project-directory",
    "--volumes-from",
];

const SHELLS: &[&str] = &["sh", "bash", "dash", "zsh", "ksh", "ash"];

fn base(word: &Word) -> &str {
    let text = word.literal().unwrap_or("");
    text.rsplit('/').next().unwrap_or(text)
}

/// What a command runs, if it runs another one.
pub fn inner(words: &[Word], place: Place) -> Option<Inner<'_>> {
    let (first, rest) = words.split_first()?;
    let name = base(first);
    match name {
        "docker" | "podman" | "docker-compose" | "kubectl" | "oc" => container(rest),
        "su" | "runuser" => script_option(rest, place),
        "eval" => rest.first().filter(|_| rest.len() == 1).map(|word| Inner::Script(word, place)),
        _ if SHELLS.contains(&name) => script_option(rest, place),
        _ => wrapped(WRAPPERS.iter().find(|wrapper| wrapper.names.contains(&name))?, rest, place),
    }
}

fn farther(place: Place, inner: Place) -> Place {
    if inner == Place::Here { place } else { inner }
}

fn wrapped<'a>(wrapper: &Wrapper, words: &'a [Word], place: Place) -> Option<Inner<'a>> {
    let place = farther(place, wrapper.place);
    let from = skip(words, wrapper.valued, wrapper.operands);
    let rest = words.get(from..).filter(|rest| !rest.is_empty())?;
    let remote = wrapper.place == Place::Elsewhere;
    match rest {
        [only] if remote => Some(Inner::Script(only, place)),
        [flag, script, ..] if flag.literal() == Some("-c") && wrapper.names.contains(&"flock") => {
            Some(Inner::Script(script, place))
        }
        _ => Some(Inner::Command(rest, place)),
    }
}

/// The index of the first word behind the options, assignments and operands.
fn skip(words: &[Word], valued: &[&str], operands: usize) -> usize {
    let (mut at, mut left) = (0, operands);
    while let Some(word) = words.get(at) {
        let text = word.text.as_str();
        if text == "--" {
            return at + 1 + left;
        } else if text.starts_with('-') && text.len() > 1 {
            at += 1 + usize::from(valued.contains(&text));
        } else if left > 0 {
            left -= 1;
            at += 1;
        } else if is_assignment(text) {
            at += 1;
        } else {
            break;
        }
    }
    at
}

fn is_assignment(text: &str) -> bool {
    let name = |name: &str| !name.is_empty() && name.chars().all(|c| c.is_ascii_alphanumeric() || c == '_');
    text.split_once('=').is_some_and(|(left, _)| name(left))
}

/// `bash -euc "script"`, `su user -c "script"`.
fn script_option(words: &[Word], place: Place) -> Option<Inner<'_>> {
    let is_option = |word: &Word| {
        let text = word.literal().unwrap_or("");
        text.starts_with('-') && !text.starts_with("--") && text.ends_with('c')
    };
    let at = words.iter().position(is_option)?;
    let inner = if place == Place::Here { Place::InnerShell } else { place };
    words.get(at + 1).map(|script| Inner::Script(script, inner))
}

/// `docker exec C cmd`, `docker run I cmd`, `docker compose exec S cmd`, `kubectl exec P -- cmd`.
fn container(words: &[Word]) -> Option<Inner<'_>> {
    let verbs = ["exec", "run", "compose", "container"];
    let mut at = skip(words, CONTAINER_VALUED, 0);
    let mut verb = words.get(at).map(base).filter(|verb| verbs.contains(verb))?;
    if verb == "compose" || verb == "container" {
        at += 1;
        at += skip(words.get(at..)?, CONTAINER_VALUED, 0);
        verb = words.get(at).map(base)?;
    }
    if verb != "exec" && verb != "run" {
        return None;
    }
    at += 1;
    at += skip(words.get(at..)?, CONTAINER_VALUED, 1);
    let rest = words.get(at..).unwrap_or(&[]);
    let rest = if rest.first().is_some_and(|word| word.text == "--") { &rest[1..] } else { rest };
    (!rest.is_empty()).then_some(Inner::Command(rest, Place::Elsewhere))
}
