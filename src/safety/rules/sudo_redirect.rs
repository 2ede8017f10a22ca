//! `sudo echo x > /etc/y`: the shell opens the file before `sudo` runs, as whoever it is.

use super::{Context, scripts::Text};
use crate::diagnostics::Diagnostic;
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
];

pub fn check(context: &Context) -> Vec<Diagnostic> {
    context.named(&["sudo", "doas"]).filter_map(|(text, command)| one(text, command)).collect()
}

fn one(text: &Text, command: &Command) -> Option<Diagnostic> {
    let as_other = command.arguments().has_any(&["-u", "--user"])
        || command.arguments().iter().any(|word| word.text.starts_with("-u"));
    if as_other || text.parsed.runners(command).any(|runner| runner.name() == "sudo") {
        return None;
    }
    let root =
        |redirect: &&Redirect| redirect.writes && ROOTS.iter().any(|root| redirect.target.text.starts_with(root));
    let redirect = command.redirects.iter().find(root)?;
    let target = &redirect.target.text;
    let message = format!("the shell opens `{target}` before `sudo` runs: it is refused, or written as somebody else");
    let place = Context::report("sudo-redirect", message, redirect.target.span, "not as root");
    let place = place.also(command.words.first()?.span, "reaches the command alone");
    let option = if redirect.appends { " -a" } else { "" };
    Some(place.help(format!("let `tee` write it: `… | sudo tee{option} {target} > /dev/null`")))
}
