//! `sudo echo x > /etc/y`: the shell opens the file before `sudo` runs, as whoever it is.

use super::{Context, scripts::Text};
use crate::diagnostics::{Diagnostic, Level};
use crate::shell::{Command, Redirect, Words};

/// Where only root writes.
const ROOTS: &[&str] = &[
    "/etc/",
    "/usr/",
    "/root/",
    "/boot/",
    "/sys/",
    "/proc/",
    "/lib/",
    "/bin/",
    "/sbin/",
    "/var/lib/",
    "/var/spool/",
    "/var/www/",
    "/opt/",
    "/var/backups/",
    "/var/log/",
];

/// What root alone reads.
const PRIVATE: &[&str] =
    &["/root/", "/etc/shadow", "/etc/gshadow", "/etc/sudoers", "/etc/ssl/private/", "/var/lib/private/"];

pub fn check(context: &Context) -> Vec<Diagnostic> {
    context.named(&["sudo", "doas"]).filter_map(|(text, command)| one(text, command)).collect()
}

fn one(text: &Text, command: &Command) -> Option<Diagnostic> {
    if text.parsed.runners(command).any(|runner| matches!(runner.name(), "sudo" | "doas")) {
        return None;
    }
    // Who becomes somebody else may be root already; then what is root's can be written.
    let user = command
        .arguments()
        .value(&["-u", "--user"])
        .map(|user| user.text.trim_start_matches("--user=").trim_start_matches("-u"));
    let other = user.is_some_and(|user| user != "root");
    let own =
        |path: &str| ROOTS.iter().any(|root| path.starts_with(root)) && (!other || belongs(path, user.unwrap_or("")));
    let root = |redirect: &&Redirect| {
        let path = redirect.target.text.as_str();
        if redirect.writes { own(path) } else { !other && PRIVATE.iter().any(|file| path.starts_with(file)) }
    };
    let redirect = command.redirects.iter().find(root)?;
    let target = &redirect.target.text;
    if !redirect.writes {
        let message = format!("the shell opens `{target}` before `sudo` runs: it may not read it");
        let place = Context::report("sudo-redirect", message, redirect.target.span, "not as root");
        let place = place.also(command.words.first()?.span, "reaches the command alone");
        return Some(place.help(format!("let `cat` read it: `sudo cat {target} | sudo …`")));
    }
    let message = format!("the shell opens `{target}` before `sudo` runs: it is refused, or written as somebody else");
    let place = Context::report("sudo-redirect", message, redirect.target.span, "not as root");
    let place = place.also(command.words.first()?.span, "reaches the command alone");
    let option = if redirect.appends { " -a" } else { "" };
    let place = Diagnostic { level: if other { Level::Warning } else { place.level }, ..place };
    Some(place.help(format!("let `tee` write it: `… | sudo tee{option} {target} > /dev/null`")))
}

/// Is it a place where a service's own user writes, or nobody but root?
fn belongs(path: &str, user: &str) -> bool {
    let folder = path.strip_prefix("/var/lib/").map(|rest| rest.split('/').next().unwrap_or(""));
    path.starts_with("/etc/") || folder.is_some_and(|folder| !user.is_empty() && folder.starts_with(user))
}
