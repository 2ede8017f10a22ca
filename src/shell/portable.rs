//! Commands and options that are not the same on GNU, BSD, macOS and busybox: `library/portability.toml`.
//!
//! In: a command. Out: what of it does not work everywhere. Not its business: where the plan runs.

use super::Command;
use super::line::Line;

/// Something that some systems lack, or understand otherwise.
#[derive(Debug)]
pub struct Difference {
    /// The command.
    pub tool: &'static str,
    /// Its options in question; none: the command itself.
    pub options: &'static [&'static str],
    /// The systems where it does what is meant: `linux`, `macos`, `bsd`, `busybox`.
    pub works: &'static [&'static str],
    /// What to write in its place.
    pub instead: &'static str,
}

include!(concat!(env!("OUT_DIR"), "/portability.rs"));

/// Is there anything in the table about a command of this name?
pub fn differs(name: &str) -> bool {
    DIFFERENCES.binary_search_by_key(&name, |entry| entry.tool).is_ok()
}

/// What of a command does not work everywhere, with the option as it is listed; empty: the command itself.
pub fn differences(command: &Command) -> Vec<(&'static Difference, &'static str)> {
    let name = command.name();
    let from = DIFFERENCES.partition_point(|entry| entry.tool < name);
    let entries = DIFFERENCES[from..].iter().take_while(|entry| entry.tool == name);
    // Every option of the table begins with a dash.
    let plain = !command.arguments().iter().any(|word| word.text.starts_with('-'));
    let mut line = None;
    let mut found = Vec::new();
    for entry in entries {
        if entry.options.is_empty() {
            found.push((entry, ""));
            continue;
        }
        if plain {
            continue;
        }
        let line = line.get_or_insert_with(|| Line::plain(command));
        found.extend(entry.options.iter().find(|option| line.has(option)).map(|option| (entry, *option)));
    }
    found
}
