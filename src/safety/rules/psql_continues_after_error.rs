//! A client of a database that goes on behind a failed statement: half of a script is done, and the status is 0.

use super::{Context, commands, scripts::Text};
use crate::diagnostics::{Diagnostic, Fix};
use crate::shell::{Command, Word, Words};

pub fn check(context: &Context) -> Vec<Diagnostic> {
    let clients = context.named(&["psql", "pg_restore", "mysql", "mariadb", "sqlite3"]);
    clients.filter_map(|(text, command)| one(text, command).filter(|_| !commands::is_dry(command))).collect()
}

fn one(text: &Text, command: &Command) -> Option<Diagnostic> {
    let (option, effect) = match command.name() {
        "psql" => (psql(text, command)?, "and it ends with 0"),
        "pg_restore" => (pg_restore(command)?, "and the rest is restored into what is then there"),
        "mysql" | "mariadb" => (mysql(command)?, "as `--force` says, and the rest of the statements runs"),
        "sqlite3" => (sqlite(text, command)?, "and the rest of the statements runs"),
        _ => return None,
    };
    let message = format!("`{}` goes on after an error, {effect}", command.name());
    let place = Context::report("psql-continues-after-error", message, command.words.first()?.span, "does not stop");
    if option.is_empty() {
        return Some(place.help("leave `--force` out"));
    }
    let place = place.help(format!("add `{option}`: it stops at the first error and says so"));
    let fix = Fix::safe(format!("stop `{}` at the first error", command.name()));
    Some(place.fix(fix.after(command.words.first()?.span, format!(" {option}"))))
}

/// A single `-c` fails as a whole; files, input and several `-c` do not.
fn psql(text: &Text, command: &Command) -> Option<&'static str> {
    let words = command.arguments();
    let stops = |word: &Word| word.text.contains('_') && word.text.to_ascii_uppercase().contains("ON_ERROR_STOP");
    let says = |word: &Word| stops(word) && !word.text.ends_with("=0") && !word.text.ends_with("=off");
    if words.iter().any(says) || command.input.as_ref().is_some_and(stops) || words.has_any(&["-l", "--list"]) {
        return None;
    }
    let statements = words.iter().filter(|word| gives(word, 'c') || word.text.starts_with("--command")).count();
    let file = words.has_any(&["--file"]) || words.iter().any(|word| gives(word, 'f'));
    let fed = statements == 0 && !file && fed(text, command);
    (file || statements > 1 || fed).then_some("-v ON_ERROR_STOP=1")
}

/// Does an option of that letter begin here, behind switches of `psql` (`-qf`, `-Atc`)?
fn gives(word: &Word, letter: char) -> bool {
    let bundle = word.text.strip_prefix('-').unwrap_or("");
    bundle.trim_start_matches(|c| "qXAt1aebEsnSwxz".contains(c)).starts_with(letter)
}

/// Is something fed to it: a file, a pipe, a here-document?
fn fed(text: &Text, command: &Command) -> bool {
    let reads = |command: &Command| {
        let file = command.redirects.iter().any(|redirect| redirect.fd == 0 && !redirect.writes);
        command.input.is_some() || command.stage > 0 || file
    };
    reads(command) || text.parsed.runners(command).any(reads)
}

fn pg_restore(command: &Command) -> Option<&'static str> {
    let words = command.arguments();
    let into = words.value(&["-d", "--dbname"]).is_some();
    let stops = words.has_any(&["-e", "--exit-on-error", "-1", "--single-transaction"]);
    let lists = words.has_any(&["-l", "--list"]);
    (into && !stops && !lists).then_some("--exit-on-error")
}

fn mysql(command: &Command) -> Option<&'static str> {
    command.arguments().has_any(&["-f", "--force"]).then_some("")
}

fn sqlite(text: &Text, command: &Command) -> Option<&'static str> {
    let words = command.arguments();
    let says = command.input.as_ref().is_some_and(|input| input.text.contains(".bail on"));
    let reads_script = words.iter().any(|word| word.text.starts_with(".read"));
    let fed = words.operands(&["-cmd", "-init", "-separator"]).len() < 2 && fed(text, command);
    let safe = words.has_any(&["-bail", "--bail", "-readonly", "--readonly"]) || says;
    (!safe && (fed || reads_script)).then_some("-bail")
}
