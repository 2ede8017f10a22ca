//! Commands that run other commands: what is run, and where.
//!
//! In: the words of a command. Out: the words of the inner command, or the word that holds an inner script.

use super::{Place, Word, table};
use rustc_hash::FxHashMap;
use std::sync::LazyLock;

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

static WRAPPERS: &[Wrapper] = &[
    wrapper(
        &["sudo", "doas"],
        &["-u", "-g", "-h", "-p", "-C", "-D", "-R", "-T", "-U", "--user", "--group", "--host", "--chdir"],
        0,
        Place::Here,
    ),
    wrapper(&["env"], &["-u", "-C", "-S", "--unset", "--chdir"], 0, Place::Here),
    wrapper(&["timeout", "gtimeout"], &["-k", "-s", "--kill-after", "--signal"], 1, Place::Here),
    wrapper(&["nice", "ionice", "stdbuf"], &["-n", "-c", "-p", "-i", "-o", "-e"], 0, Place::Here),
    wrapper(
        &[
            "nohup",
            "command",
            "builtin",
            "exec",
            "time",
            "setsid",
            "chronic",
            "gosu",
            "su-exec",
            "unbuffer",
            "caffeinate",
        ],
        &["-a", "-f", "-o"],
        0,
        Place::Here,
    ),
    wrapper(&["strace", "ltrace"], &["-e", "-o", "-p", "-s", "-E", "-u"], 0, Place::Here),
    wrapper(&["watch"], &["-n", "--interval"], 0, Place::Here),
    wrapper(&["chroot"], &["--userspec", "--groups"], 1, Place::Elsewhere),
    wrapper(
        &["systemd-run"],
        &["-u", "--unit", "-p", "--property", "-E", "--uid", "--gid", "-M", "-H"],
        0,
        Place::Here,
    ),
    wrapper(&["parallel"], &["-j", "--jobs", "-I", "--delay", "--timeout", "-a", "-N", "--colsep"], 0, Place::Here),
    wrapper(&["railway run"], &["-s", "--service", "-e", "--environment", "-p", "--project"], 0, Place::Here),
    wrapper(&["heroku run"], &["-a", "--app", "-s", "--size", "-e", "--env", "-r", "--remote"], 0, Place::Elsewhere),
    wrapper(&["lxc exec", "incus exec", "crictl exec"], &["--env", "--user", "--cwd", "-n"], 1, Place::Elsewhere),
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

static BY_NAME: LazyLock<FxHashMap<&'static str, &'static Wrapper>> = LazyLock::new(|| {
    WRAPPERS.iter().flat_map(|wrapper| wrapper.names.iter().map(move |name| (*name, wrapper))).collect()
});

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
        "docker" | "podman" | "nerdctl" | "docker-compose" | "podman-compose" | "kubectl" | "oc" => container(rest),
        "git" => foreach(rest, place),
        "su" | "script" => script_option(rest, place),
        "runuser" => script_option(rest, place).or_else(|| behind_dashes(rest, place)),
        "find" | "gfind" => executed(rest, place),
        "fly" | "flyctl" => option_value(rest, &["-C", "--command"]).map(|word| Inner::Script(word, Place::Elsewhere)),
        "gcloud" => option_value(rest, &["--command"]).map(|word| Inner::Script(word, Place::Elsewhere)),
        "vagrant" => option_value(rest, &["-c", "--command"]).map(|word| Inner::Script(word, Place::Elsewhere)),
        "eval" => rest.first().filter(|_| rest.len() == 1).map(|word| Inner::Script(word, place)),
        _ if SHELLS.contains(&name) => script_option(rest, place),
        _ => by_name(name, rest, place),
    }
}

/// A wrapper, or a runner such as `npx`, by its name or by its name and its subcommand.
fn by_name<'a>(name: &str, rest: &'a [Word], place: Place) -> Option<Inner<'a>> {
    let find = |name: &str| BY_NAME.get(name).copied();
    // `command -v rm` only asks where `rm` is.
    if name == "command" && rest.first().is_some_and(|word| matches!(word.text.as_str(), "-v" | "-V")) {
        return None;
    }
    if let Some(wrapper) = find(name) {
        return wrapped(wrapper, rest, place);
    }
    if let Some(tool) = table::tool(name).filter(|tool| tool.runs) {
        return run(tool.valued, rest, place);
    }
    let (second, rest) = rest.split_first()?;
    if !matches!(name, "railway" | "heroku" | "lxc" | "incus" | "crictl") && !is_manager(name) {
        return None;
    }
    let both = format!("{name} {}", second.literal()?);
    if let Some(wrapper) = find(&both) {
        return wrapped(wrapper, rest, place);
    }
    run(table::tool(&both).filter(|tool| tool.runs)?.valued, rest, place)
}

/// Package managers that run the programs they have installed.
fn is_manager(name: &str) -> bool {
    matches!(name, "bundle" | "poetry" | "pipenv" | "uv" | "npm" | "pnpm" | "yarn" | "rye")
}

/// `npx prisma …`, `python manage.py …`: what is run, if it is a tool that is known.
fn run<'a>(valued: &[&str], words: &'a [Word], place: Place) -> Option<Inner<'a>> {
    let module = words.iter().position(|word| word.text == "-m").filter(|at| words.get(at + 1).is_some());
    let at = module.map_or_else(|| skip(words, valued, 0), |at| at + 1);
    let rest = words.get(at..)?;
    table::tool(base(rest.first()?)).is_some().then_some(Inner::Command(rest, place))
}

/// `find … -exec CMD … ;`
fn executed(words: &[Word], place: Place) -> Option<Inner<'_>> {
    let at = words.iter().position(|word| matches!(word.text.as_str(), "-exec" | "-execdir" | "-ok" | "-okdir"))? + 1;
    let rest = words.get(at..)?;
    let end = rest.iter().position(|word| matches!(word.text.as_str(), ";" | "+")).unwrap_or(rest.len());
    (end > 0).then(|| Inner::Command(&rest[..end], place))
}

/// `runuser -u NAME -- CMD`
fn behind_dashes(words: &[Word], place: Place) -> Option<Inner<'_>> {
    let at = words.iter().position(|word| word.text == "--")? + 1;
    words.get(at..).filter(|rest| !rest.is_empty()).map(|rest| Inner::Command(rest, place))
}

fn option_value<'a>(words: &'a [Word], options: &[&str]) -> Option<&'a Word> {
    let at = words.iter().position(|word| options.contains(&word.text.as_str()))?;
    words.get(at + 1)
}

fn farther(place: Place, inner: Place) -> Place {
    if inner == Place::Here { place } else { inner }
}

fn wrapped<'a>(wrapper: &Wrapper, words: &'a [Word], place: Place) -> Option<Inner<'a>> {
    let place = farther(place, wrapper.place);
    let from = skip(words, wrapper.valued, wrapper.operands);
    let mut rest = words.get(from..).filter(|rest| !rest.is_empty())?;
    // What `parallel` runs its script on.
    if let Some(at) = rest.iter().position(|word| word.text.starts_with(":::")).filter(|at| *at > 0) {
        rest = &rest[..at];
    }
    let remote = wrapper.place == Place::Elsewhere;
    match rest {
        // What it is to run stands on its input.
        [only] if remote && SHELLS.contains(&base(only)) => Some(Inner::Command(rest, place)),
        [only] if remote || wrapper.names.contains(&"parallel") => Some(Inner::Script(only, place)),
        // What a person looks at.
        [only] if wrapper.names.contains(&"watch") && only.text.contains(' ') => None,
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
    // `ssh host "d=/srv; ls $d"` begins with one, and is a script.
    text.split_once('=').is_some_and(|(left, right)| name(left) && !right.contains([';', '&', '\n']))
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

/// `git submodule foreach --recursive 'git clean -fd'`
fn foreach(words: &[Word], place: Place) -> Option<Inner<'_>> {
    let at = words.iter().position(|word| word.text == "submodule")?;
    let at = at + 1 + words.get(at + 1..)?.iter().position(|word| word.text == "foreach")?;
    let rest = words.get(at + 1..)?;
    let rest = rest.get(skip(rest, &[], 0)..)?;
    let inner = if place == Place::Here { Place::InnerShell } else { place };
    match rest {
        [] => None,
        [only] => Some(Inner::Script(only, inner)),
        _ => Some(Inner::Command(rest, place)),
    }
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
