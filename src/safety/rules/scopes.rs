//! Statements of SQL that take every row of a table.
//!
//! In: a client's command. Out: the statement's place and what it does. Not its business: what is lost by it (`shell::sql`).

use crate::shell::Command;
use crate::source::Span;

/// `delete` and `update` without `where`, in what a client of a database is given.
pub fn unscoped(command: &Command) -> Option<(String, Span)> {
    // A database in memory is gone anyway.
    if command.has(":memory:") {
        return None;
    }
    let texts = command.arguments().iter().filter(|word| word.text.contains(' ')).chain(&command.input);
    texts.into_iter().find_map(|word| {
        let (range, what) = statement(&word.text)?;
        Some((what, word.place(range)))
    })
}

/// The first statement that takes every row: its range, and what it does.
fn statement(sql: &str) -> Option<(std::ops::Range<usize>, String)> {
    let plain = blanked(sql);
    let (mut at, mut found, mut open) = (0, None, None);
    let mut own: Vec<String> = Vec::new();
    for part in plain.split(';') {
        let start = at + part.len() - part.trim_start().len();
        at += part.len() + 1;
        let lower = part.trim().to_ascii_lowercase();
        let words: Vec<&str> = lower.split_whitespace().collect();
        let whole = !words.contains(&"where") && !words.iter().any(|word| matches!(*word, "limit" | "using" | "join"));
        let range = start..start + part.trim().len();
        match words.as_slice() {
            ["begin", ..] | ["start", "transaction", ..] => open = open.or(Some(found.is_none())),
            ["commit" | "end", ..] => open = None,
            // What is taken back was never done.
            ["rollback" | "abort", rest @ ..] if !rest.contains(&"to") => {
                found = found.filter(|_| open.take() == Some(false));
            }
            ["create", rest @ ..] => own.extend(made(rest)),
            ["delete", "from", "only", table, ..] | ["delete", "from", table, ..] if whole && !is_own(&own, table) => {
                found = found.or_else(|| Some((range, format!("deletes every row of `{table}`"))));
            }
            ["update", "only", table, rest @ ..] | ["update", table, rest @ ..]
                if whole && rest.contains(&"set") && !is_own(&own, table) =>
            {
                found = found.or_else(|| Some((range, format!("changes every row of `{table}`"))));
            }
            ["drop", "owned", ..] => {
                found = found.or_else(|| Some((range, "drops everything that the role owns".into())));
            }
            _ => {}
        }
    }
    found
}

/// The table that the words behind `create` make.
fn made(rest: &[&str]) -> Option<String> {
    let kind = ["temp", "temporary", "unlogged", "local", "global"];
    let rest = &rest[rest.iter().take_while(|word| kind.contains(word)).count()..];
    let ["table", name @ ..] = rest else { return None };
    let name = if let ["if", "not", "exists", name @ ..] = name { name } else { name };
    name.first().map(|name| bare(name).to_owned())
}

/// Whoever has just made a table may empty it.
fn is_own(own: &[String], table: &str) -> bool {
    own.iter().any(|name| name == bare(table))
}

fn bare(table: &str) -> &str {
    table.split('(').next().unwrap_or(table).trim_matches('"')
}

/// Comments and quoted texts as blanks, so that every offset stays.
pub fn blanked(sql: &str) -> String {
    let bytes = sql.as_bytes();
    let mut out = bytes.to_vec();
    let mut at = 0;
    let mut blank = |from: usize, to: usize| {
        out[from..to].iter_mut().filter(|byte| !byte.is_ascii_whitespace()).for_each(|byte| *byte = b' ');
    };
    while at < bytes.len() {
        let rest = &sql.as_bytes()[at..];
        let end = |mark: &[u8], from: usize| {
            rest.windows(mark.len())
                .skip(from)
                .position(|window| window == mark)
                .map_or(bytes.len(), |found| at + found + from + mark.len())
        };
        let to = match rest {
            [b'-', b'-', ..] => end(b"\n", 2),
            [b'/', b'*', ..] => end(b"*/", 2),
            [b'\'', ..] => end(b"'", 1),
            [b'$', b'$', ..] => end(b"$$", 2),
            _ => {
                at += 1;
                continue;
            }
        };
        blank(at, to);
        at = to;
    }
    String::from_utf8(out).unwrap_or_default()
}
