//! What a second run of a command does that the first one did not: `library/again.toml`.
//!
//! In: a command. Out: why it can't simply be run again, in words, and how to write it so that it can. Not its business: what
//! stands around it, which may see to it that there is no second run.

use super::Command;
use super::line::Line;
use super::table::{self, Does, Effect, Object, Target};

/// Why a second run is not like the first.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Because {
    /// It fails: what it makes is there.
    Exists,
    /// It fails: what it takes is gone.
    Gone,
    /// It happens once more.
    More,
}

/// A command that can't simply be run again.
#[derive(Debug)]
pub struct Again {
    /// The command's name, or with a family of its subcommands.
    tool: &'static str,
    /// Options that take their value in the next word, beside those that the tool's description has.
    valued: &'static [&'static str],
    /// Why.
    pub because: Because,
    /// What to write in its place.
    pub write: &'static str,
    /// Must there be no second object?
    alone: bool,
    /// Which words it has, and what a second run does.
    pub does: Does,
}

include!(concat!(env!("OUT_DIR"), "/again.rs"));

/// What a second run does that the first one did not, with the object.
pub fn again(command: &Command) -> Option<(&'static Again, String)> {
    let name = command.name();
    let known = entries(name);
    let family = table::known(name).families;
    if known.is_empty() && !family {
        return None;
    }
    let plain = || Line::plain(command);
    let line = Line::of(command).unwrap_or_else(plain);
    if line.is_dry() {
        return None;
    }
    let second = || plain().operands.first().map(|first| format!("{name} {first}"));
    let of_family = second().filter(|_| family).map_or(&[][..], |name| entries(&name));
    let whole = known.iter().find_map(|entry| entry.fits(&line));
    whole.or_else(|| of_family.iter().find_map(|entry| entry.fits(&line)))
}

fn entries(tool: &str) -> &'static [Again] {
    let from = AGAIN.partition_point(|entry| entry.tool < tool);
    let count = AGAIN[from..].iter().take_while(|entry| entry.tool == tool).count();
    &AGAIN[from..from + count]
}

impl Again {
    fn fits(&'static self, line: &Line) -> Option<(&'static Again, String)> {
        let own;
        let line = if self.valued.is_empty() {
            line
        } else {
            own = line.with(self.valued);
            &own
        };
        let (does, object) = line.fits(&self.does)?;
        let named = !matches!(does.object, Object::First | Object::Last | Object::Rest) || does.like.contains(&"");
        let some = named || !object.is_empty();
        (some && !(self.alone && object.contains(' '))).then_some((self, object))
    }
}
