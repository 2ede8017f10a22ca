//! A text that is one question and nothing else, and goes on whatever the answer is.
//!
//! In: a command, in its text. Out: why its answer means nothing. Not its business: questions among other work (`vacuous`), which may
//! be there to be read.

use super::{commands, scripts::Text, vacuous::Said, vacuous::said};
use crate::shell::{Command, Words};

/// Commands that answer by their status.
pub const BY_STATUS: &[&str] = &["systemctl", "pg_isready", "pgrep", "mountpoint", "nc", "cmp"];

/// Why nobody learns the answer.
pub fn why(text: &Text, command: &Command) -> Option<Said> {
    let shows = command.name() == "systemctl" && command.has("status") && is_claimed(text);
    let lost = (by_status(command) || shows) && is_excused(text, command) && is_alone(text, command);
    if lost { said("whatever it answers is a success", "leave `|| true` out") } else { None }
}

/// `systemctl status api | cat || true; echo "api checked"`: it is there to be read, unless the text says more of it.
fn is_claimed(text: &Text) -> bool {
    let good = ["checked", "verified", "healthy", "running", "is up", "ok"];
    let says = |word: &crate::shell::Word| good.iter().any(|what| word.text.to_lowercase().ends_with(what));
    text.parsed.commands.iter().filter(|other| commands::only_prints(other)).flat_map(Command::arguments).any(says)
}

fn by_status(command: &Command) -> bool {
    let words = command.arguments();
    match command.name() {
        "systemctl" => words.has_any(&["is-active", "is-failed", "is-enabled", "is-system-running"]),
        "nc" => words.short('z'),
        name => BY_STATUS.contains(&name),
    }
}

/// `… || true`, behind the question or behind what runs it.
fn is_excused(text: &Text, command: &Command) -> bool {
    let excused = |asks: &Command| {
        let site = text.parsed.pipeline(asks);
        let mut behind = text.parsed.within(site.otherwise.clone()).peekable();
        behind.peek().is_some() && behind.all(|other| matches!(other.name(), "true" | ":")) && site.then.is_empty()
    };
    excused(command) || text.parsed.runners(command).any(excused)
}

/// Is there nothing else in the text but what runs it, and its `|| true`?
fn is_alone(text: &Text, command: &Command) -> bool {
    let parsed = &text.parsed;
    let runs = |other: &Command| parsed.runners(command).any(|runner| std::ptr::eq(runner, other));
    let kept =
        |other: &Command| other.redirects.iter().any(|to| to.writes && to.fd == 1 && to.target.text != "/dev/null");
    let own = |other: &Command| {
        (std::ptr::eq(other, command) || runs(other) || commands::only_prints(other) || is_cat(other)) && !kept(other)
    };
    let plain = parsed.shells.iter().all(|shell| !shell.substitution) && parsed.sets.is_empty();
    plain && !parsed.pipeline(command).condition && parsed.commands.iter().all(own)
}

/// `… | cat`, against a pager.
fn is_cat(command: &Command) -> bool {
    command.name() == "cat" && command.stage > 0
}
