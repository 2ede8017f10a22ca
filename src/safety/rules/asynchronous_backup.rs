//! `BGSAVE` and `BGREWRITEAOF` return before anything is written: what follows takes an old file, or half of one.

use super::{Context, scripts::Text};
use crate::diagnostics::Diagnostic;
use crate::shell::Command;

const CLIENTS: &[&str] = &["redis-cli", "valkey-cli", "keydb-cli"];

pub fn check(context: &Context) -> Vec<Diagnostic> {
    context.named(CLIENTS).filter_map(|(text, command)| one(context, text, command)).collect()
}

fn one(context: &Context, text: &Text, command: &Command) -> Option<Diagnostic> {
    let says = |command: &Command, word: &str| {
        command.arguments().iter().any(|argument| argument.text.eq_ignore_ascii_case(word))
    };
    let background = ["BGSAVE", "BGREWRITEAOF"].into_iter().find(|word| says(command, word))?;
    // Whoever asks afterwards whether it is done has thought of it, in this text or in another of the plan.
    let asks = |other: &Command| says(other, "LASTSAVE") || says(other, "persistence") || says(other, "INFO");
    if context.named(CLIENTS).any(|(_, other)| asks(other)) || text.parsed.pipeline(command).in_loop {
        return None;
    }
    let message = format!("`{background}` returns at once: the copy is not written yet when the next command runs");
    let place = Context::report("asynchronous-backup", message, command.span, "only begins the copy");
    Some(
        place.help(
            "write `redis-cli --rdb FILE`, which ends when the copy is whole; or wait until `LASTSAVE` has changed",
        ),
    )
}
