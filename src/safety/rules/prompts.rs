//! Tools that ask for a yes, a message or a password before they go on.
//!
//! In: a command. Out: what it asks, and how it is told not to. Not its business: whether somebody answers.

use super::commands;
use crate::diagnostics::Fix;
use crate::shell::{Command, Word, Words};

/// What is wrong, what to write, and the words that cure it: in place of a word, or behind one.
pub struct Found {
    /// What it does, behind its name.
    pub why: &'static str,
    /// What to do.
    pub help: String,
    /// The same, mechanically.
    pub fix: Option<Fix>,
}

/// Without a repair.
#[allow(clippy::unnecessary_wraps)] // it is an answer of functions that may have none
pub fn found(why: &'static str, help: impl Into<String>) -> Option<Found> {
    Some(Found { why, help: help.into(), fix: None })
}

/// Why a command stands still, behind its name.
pub const QUESTION: &str = "asks before it goes on, and nobody answers";
/// The same, of editors.
pub const EDITOR: &str = "opens an editor, and nobody is there to leave it";
/// The same, of passwords.
pub const SECRET: &str = "asks for a password, and nobody types it";

/// The tools of which something is said here.
pub const TOOLS: &[&str] = &[
    "apt-get",
    "apt",
    "aptitude",
    "yum",
    "dnf",
    "zypper",
    "microdnf",
    "pacman",
    "npx",
    "yarn",
    "pnpm",
    "bunx",
    "prisma",
    "terraform",
    "tofu",
    "pulumi",
    "git",
    "npm",
    "docker",
    "podman",
    "gcloud",
    "az",
    "heroku",
    "vercel",
    "railway",
    "fly",
    "supabase",
    "aws",
    "flyctl",
    "php",
    "manage.py",
    "python",
    "python3",
    "drush",
    "sqitch",
    "ansible-playbook",
    "pg_dump",
    "pg_restore",
    "pg_dumpall",
    "createdb",
    "dropdb",
    "kubectl",
    "oc",
];

/// Tools that ask unless they are told not to.
pub fn tools(command: &Command) -> Option<Found> {
    if !TOOLS.contains(&command.name()) {
        return None;
    }
    let words = command.arguments();
    let valued = ["-n", "--namespace", "-C", "-c", "-p", "--project", "-a", "--app"];
    let operands: Vec<&str> = words.operands(&valued).iter().map(|word| word.text.as_str()).collect();
    packages(command, &operands).or_else(|| managers(command, &operands)).or_else(|| platforms(command, &operands))
}

/// Is one of these options among the words, a short one also in a bundle?
fn says(command: &Command, options: &[&str]) -> bool {
    let words = command.arguments();
    let bundled = |letter: char| {
        let bundle = |word: &&Word| word.text.starts_with('-') && !word.text.starts_with("--") && word.text.len() < 5;
        words.iter().filter(bundle).any(|word| word.text.contains(letter))
    };
    let short = |option: &&&str| option.len() == 2;
    words.has_any(options) || options.iter().filter(short).filter_map(|option| option.chars().nth(1)).any(bundled)
}

fn add(option: &str) -> Option<Found> {
    found(QUESTION, format!("add `{option}`"))
}

/// Packages and migrations.
fn packages(command: &Command, operands: &[&str]) -> Option<Found> {
    let words = command.arguments();
    let (first, second) = (operands.first().copied().unwrap_or(""), operands.get(1).copied().unwrap_or(""));
    match (command.name(), first, second) {
        (
            "apt-get" | "apt" | "aptitude",
            "install" | "upgrade" | "remove" | "purge" | "dist-upgrade" | "full-upgrade" | "autoremove" | "reinstall",
            _,
        ) if !says(
            command,
            &["-y", "--yes", "--assume-yes", "-q=2", "-s", "--simulate", "-qq", "--assume-no", "-d", "--download-only"],
        ) =>
        {
            add("-y")
        }
        (
            "yum" | "dnf" | "zypper" | "microdnf",
            "install" | "update" | "upgrade" | "remove" | "erase" | "downgrade",
            _,
        ) if !says(command, &["-y", "--assumeyes", "--non-interactive", "-n"]) => add("-y"),
        ("pacman", _, _)
            if (words.short('S') || words.short('R') || words.short('U'))
                && !says(command, &["--noconfirm"])
                && !words.iter().any(|word| word.text.starts_with("-Q") || word.text.starts_with("-Ss")) =>
        {
            add("--noconfirm")
        }
        ("npx" | "yarn" | "pnpm" | "bunx" | "prisma", _, _) if is_prisma_dev(words) => {
            found("asks, and refuses without a terminal: it is made for development", "use `prisma migrate deploy`")
        }
        _ => None,
    }
}

/// Infrastructure, containers, logins.
fn managers(command: &Command, operands: &[&str]) -> Option<Found> {
    let words = command.arguments();
    let (first, second) = (operands.first().copied().unwrap_or(""), operands.get(1).copied().unwrap_or(""));
    match (command.name(), first, second) {
        ("terraform" | "tofu", "apply" | "destroy", second)
            if !words.has_any(&["-auto-approve", "--auto-approve"]) && (first == "destroy" || second.is_empty()) =>
        {
            add("-auto-approve` or, better, apply a saved plan: `terraform apply PLAN")
        }
        ("pulumi", "up" | "destroy" | "refresh", _) if !says(command, &["-y", "--yes"]) => add("--yes"),
        ("git", ..) => git(command),
        ("docker" | "podman", _, "prune")
        | ("docker" | "podman", "system" | "volume" | "image" | "container" | "network" | "builder", _)
            if operands.contains(&"prune") && !says(command, &["-f", "--force"]) =>
        {
            add("--force")
        }
        ("docker" | "podman", "login", _) if !words.has_any(&["--password-stdin", "-p", "--password"]) => {
            found(SECRET, "feed it: `--password-stdin`")
        }
        ("npm" | "yarn", "login" | "adduser", _)
        | ("gcloud", "auth", "login")
        | ("az" | "heroku" | "vercel" | "railway" | "fly" | "supabase", "login", _)
        | ("aws", "configure", "") => found("asks for a login, and nobody types it", "give a token by the environment"),
        ("npm", "init", _) if !says(command, &["-y", "--yes"]) => add("-y"),
        _ => None,
    }
}

/// Platforms and frameworks.
fn platforms(command: &Command, operands: &[&str]) -> Option<Found> {
    let words = command.arguments();
    let (first, second) = (operands.first().copied().unwrap_or(""), operands.get(1).copied().unwrap_or(""));
    match (command.name(), first, second) {
        ("gcloud", _, _) if operands.contains(&"delete") && !words.has_any(&["--quiet", "-q"]) => add("--quiet"),
        ("az", _, "delete") | ("az", "group", _)
            if operands.contains(&"delete") && !says(command, &["-y", "--yes"]) =>
        {
            add("--yes")
        }
        ("heroku", _, _)
            if ["pg:reset", "pg:backups:restore", "apps:destroy", "pg:copy", "addons:destroy"].contains(&first)
                && !words.has_any(&["--confirm"]) =>
        {
            add("--confirm APP")
        }
        ("fly" | "flyctl", _, "destroy") if !says(command, &["-y", "--yes"]) => add("--yes"),
        ("railway", "down", _) if !says(command, &["-y", "--yes"]) => add("--yes"),
        ("php", "artisan", "migrate" | "migrate:rollback" | "migrate:reset" | "migrate:fresh" | "db:seed")
            if !words.has_any(&["--force", "--pretend"]) =>
        {
            add("--force")
        }
        ("manage.py", "flush", _) | ("python" | "python3", _, "flush")
            if !words.has_any(&["--noinput", "--no-input"]) =>
        {
            add("--noinput")
        }
        ("drush", "updb" | "updatedb" | "sql-drop" | "cim", _) if !says(command, &["-y", "--yes"]) => add("-y"),
        ("sqitch", "revert", _) if !says(command, &["-y"]) => add("-y"),
        ("ansible-playbook", ..)
            if says(command, &["-k", "-K", "--ask-pass", "--ask-become-pass", "--ask-vault-pass"]) =>
        {
            found(SECRET, "give the password by a file or the environment")
        }
        ("pg_dump" | "pg_restore" | "pg_dumpall" | "createdb" | "dropdb", ..)
            if words.has_any(&["-W", "--password", "-i", "--interactive"]) =>
        {
            found(SECRET, "leave it out, and declare a `secret PGPASSWORD`")
        }
        ("kubectl" | "oc", "edit", _) => found(EDITOR, "`kubectl patch` or `kubectl apply -f`"),
        _ => None,
    }
}

fn is_prisma_dev(words: &[Word]) -> bool {
    let names: Vec<&str> = words.iter().map(|word| word.text.as_str()).filter(|text| !text.starts_with('-')).collect();
    let at = names.iter().position(|name| *name == "migrate");
    let verb = at.and_then(|at| names.get(at + 1)).copied().unwrap_or("");
    verb == "dev" || verb == "reset" && !words.has_any(&["--force", "-f"])
}

fn git(command: &Command) -> Option<Found> {
    let (verb, rest) = commands::git(command)?;
    let message = rest.has_any(&[
        "-m",
        "--message",
        "-F",
        "--file",
        "-C",
        "--no-edit",
        "--fixup",
        "--reuse-message",
        "--dry-run",
        "-c",
    ]) || rest
        .iter()
        .any(|word| word.text.starts_with('-') && !word.text.starts_with("--") && word.text.contains('m'));
    match verb {
        "commit" if !message => found(EDITOR, "give the message: `-m '…'`"),
        "revert" if !rest.has_any(&["--no-edit", "--abort", "--quit", "--continue", "--skip", "-n", "--no-commit"]) => {
            let word = command.words.iter().find(|word| word.text == "revert")?;
            let fix = Fix::safe("keep the message as it is").after(word.span, " --no-edit");
            Some(Found { why: EDITOR, help: "add `--no-edit`".into(), fix: Some(fix) })
        }
        "rebase" if rest.has_any(&["-i", "--interactive"]) => found(EDITOR, "rebase without `-i`"),
        "add" | "checkout" | "restore" | "reset" | "stash"
            if rest.has_any(&["-p", "--patch"]) || verb == "add" && rest.has_any(&["-i", "--interactive", "-e"]) =>
        {
            found(QUESTION, "name the files")
        }
        "tag" if rest.has_any(&["-a", "-s", "--annotate"]) && !message => found(EDITOR, "give the message: `-m '…'`"),
        "clean" if rest.has_any(&["-i", "--interactive"]) => found(QUESTION, "name the files"),
        _ => None,
    }
}
