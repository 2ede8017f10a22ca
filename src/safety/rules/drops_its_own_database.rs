//! `psql -U shop -c 'drop database shop'`: without `-d` the user's name is the database, and no server drops the one in use.

use super::Context;
use crate::diagnostics::Diagnostic;
use crate::shell::{Command, Word, Words};

/// Options of `psql` with a value of their own.
const VALUED: &[&str] = &[
    "-c",
    "-f",
    "-h",
    "-p",
    "-U",
    "-d",
    "-v",
    "-o",
    "-L",
    "-P",
    "-F",
    "-R",
    "-T",
    "--command",
    "--file",
    "--host",
    "--port",
    "--username",
    "--dbname",
    "--set",
    "--variable",
];

pub fn check(context: &Context) -> Vec<Diagnostic> {
    context.named(&["psql"]).filter_map(|(_, command)| one(command)).collect()
}

fn one(command: &Command) -> Option<Diagnostic> {
    let words = command.arguments();
    let (dropped, word) = words.iter().chain(&command.input).find_map(|word| Some((dropped(&word.text)?, word)))?;
    let named = words.value(&["-d", "--dbname"]).or_else(|| words.operands(VALUED).first().copied());
    let user = words.value(&["-U", "--username"]);
    let connected = plain(named.or(user)?);
    if connected != dropped {
        return None;
    }
    let message = format!("`psql` is connected to `{dropped}` here, and the server drops no database that is in use");
    let place = Context::report("drops-its-own-database", message, word.span, "refused");
    Some(place.help("connect to another one: `psql -d postgres -c …`"))
}

/// The value of an option, without its name or its letter.
fn plain(word: &Word) -> &str {
    let text = word.text.as_str();
    let text = text.strip_prefix("--dbname=").or_else(|| text.strip_prefix("--username=")).unwrap_or(text);
    text.strip_prefix("-U").or_else(|| text.strip_prefix("-d")).unwrap_or(text)
}

/// The database that a statement drops.
fn dropped(sql: &str) -> Option<String> {
    // Of options and files, which most words are, nothing need be cut up.
    if !sql.contains([' ', '\n', '\t']) {
        return None;
    }
    let words: Vec<&str> = sql.split([' ', '\n', '\t', ';']).filter(|word| !word.is_empty()).collect();
    let at = words
        .windows(2)
        .position(|pair| pair[0].eq_ignore_ascii_case("drop") && pair[1].eq_ignore_ascii_case("database"))?;
    let rest = words.get(at + 2..)?;
    let name = rest.iter().find(|word| !word.eq_ignore_ascii_case("if") && !word.eq_ignore_ascii_case("exists"))?;
    Some(name.trim_matches(['"', '\'']).to_owned())
}
