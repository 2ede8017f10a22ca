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
    "find",
    "xargs",
    "openssl",
    "gpg",
    "gpg2",
    "e2fsck",
    "fsck",
    "unzip",
    "adduser",
    "cryptsetup",
    "lvremove",
    "vgremove",
    "pvremove",
    "lvreduce",
    "parted",
    "ufw",
    "chsh",
    "chage",
    "tmux",
    "screen",
    "createuser",
    "certbot",
    "velero",
    "argocd",
    "istioctl",
    "kubeadm",
    "cdk",
    "eb",
    "doctl",
    "wp",
    "atlas",
    "vault",
    "flask",
    "iex",
    "dpkg-reconfigure",
    "netlify",
    "gh",
    "glab",
    "firebase",
    "mariadb-admin",
    "mysqladmin",
    "artisan",
    "tig",
    "lazygit",
];
/// The same, of shells.
pub const SHELL: &str = "starts a shell, and nobody types into it";

/// Tools that ask unless they are told not to.
pub fn tools(command: &Command) -> Option<Found> {
    if !TOOLS.contains(&command.name()) {
        return None;
    }
    let words = command.arguments();
    let valued = ["-n", "--namespace", "-C", "-c", "-p", "--project", "-a", "--app"];
    let operands: Vec<&str> = words.operands(&valued).iter().map(|word| word.text.as_str()).collect();
    packages(command, &operands)
        .or_else(|| managers(command, &operands))
        .or_else(|| platforms(command, &operands))
        .or_else(|| deployers(command, &operands))
}

/// Is one of these options among the words, a short one also in a bundle?
pub fn says(command: &Command, options: &[&str]) -> bool {
    let words = command.arguments();
    let bundled = |letter: char| {
        let bundle = |word: &&Word| word.text.starts_with('-') && !word.text.starts_with("--") && word.text.len() < 5;
        words.iter().filter(bundle).any(|word| word.text.contains(letter))
    };
    let short = |option: &&&str| option.len() == 2;
    words.has_any(options) || options.iter().filter(short).filter_map(|option| option.chars().nth(1)).any(bundled)
}

/// With an option as its cure.
pub fn add(option: &str) -> Option<Found> {
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
        | ("az" | "heroku" | "vercel" | "railway" | "fly" | "supabase" | "firebase" | "netlify", "login", _)
        | ("aws", "sso", "login")
        | ("gcloud", "init", _)
        | ("aws", "configure", "") => found("asks for a login, and nobody types it", "give a token by the environment"),
        ("gh" | "glab", "auth", "login") if !words.has_any(&["--with-token", "--stdin", "--token", "-t"]) => {
            found("asks for a login, and nobody types it", "give a token by the environment, `GH_TOKEN`")
        }
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
        ("manage.py", "dbshell" | "shell" | "shell_plus" | "changepassword", _)
            if !words.has_any(&["-c", "--command", "--"]) =>
        {
            found(SHELL, "give it a statement: `manage.py shell -c '…'`")
        }
        ("manage.py", "createsuperuser", _) if !words.has_any(&["--noinput", "--no-input"]) => add("--noinput"),
        ("flask", "shell", _) | ("iex", ..) => found(SHELL, "write a script"),
        ("artisan", "tinker", _) | ("php", "artisan", "tinker") if !words.has_any(&["--execute"]) => {
            found(SHELL, "give it a statement: `--execute '…'`")
        }
        ("heroku", "pg:psql" | "ps:exec" | "console", _) if !says(command, &["-c", "--command"]) => {
            found(SHELL, "give it a statement: `--command '…'`")
        }
        ("fly" | "flyctl", "ssh", "console") if !says(command, &["-C", "--command"]) => {
            found(SHELL, "give it a command: `-C '…'`")
        }
        ("railway", "shell" | "connect", _) => found(SHELL, "`railway run COMMAND`"),
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

/// Clusters and services.
fn deployers(command: &Command, operands: &[&str]) -> Option<Found> {
    let words = command.arguments();
    let (first, second) = (operands.first().copied().unwrap_or(""), operands.get(1).copied().unwrap_or(""));
    match (command.name(), first, second) {
        ("kubeadm", "reset", _) if !says(command, &["-f", "--force"]) => add("--force"),
        ("velero", _, "delete") if !words.has_any(&["--confirm"]) => add("--confirm"),
        ("argocd", "app", "delete") | ("istioctl", "install" | "uninstall", _)
            if !says(command, &["-y", "--yes", "--skip-confirmation"]) =>
        {
            add("-y")
        }
        ("cdk", "destroy", _) if !says(command, &["-f", "--force"]) => add("--force"),
        ("cdk", "deploy", _) if !words.has_any(&["--require-approval"]) => add("--require-approval never"),
        ("eb", "terminate", _) if !words.has_any(&["--force"]) => add("--force"),
        ("doctl", ..) if operands.contains(&"delete") && !says(command, &["-f", "--force"]) => add("--force"),
        ("wp", "db", "reset" | "drop") | ("wp", "site", "empty" | "delete") if !words.has_any(&["--yes"]) => {
            add("--yes")
        }
        ("atlas", "schema", "apply" | "clean") if !words.has_any(&["--auto-approve"]) => add("--auto-approve"),
        ("vault", "operator", "unseal") if operands.len() == 2 => found(SECRET, "make it a `manual` step"),
        ("mysqladmin" | "mariadb-admin", ..) if operands.contains(&"drop") && !says(command, &["-f", "--force"]) => {
            add("--force")
        }
        ("createuser", ..) if says(command, &["-P"]) || words.has_any(&["--pwprompt", "--interactive"]) => {
            found(SECRET, "create the role with `psql`, its password from a secret")
        }
        ("certbot", "certonly" | "run" | "delete" | "revoke" | "", _)
            if !says(command, &["-n"]) && !words.has_any(&["--non-interactive", "--noninteractive"]) =>
        {
            add("--non-interactive")
        }
        ("pulumi", "stack", "rm")
        | ("vercel", "remove" | "rm", _)
        | ("vercel", "env" | "domains" | "dns" | "certs" | "alias", "rm" | "remove")
        | ("railway", "down", _)
            if !says(command, &["-y", "--yes"]) =>
        {
            add("--yes")
        }
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
