//! A client of a database that goes on behind a failed statement: half of a script is done, and the status is 0.

use super::{Context, commands, scripts::Text};
use crate::diagnostics::{Diagnostic, Fix};
use crate::shell::{Command, Word, Words};

/// What runs statements.
pub const CLIENTS: &[&str] = &["psql", "pg_restore", "mysql", "mariadb", "sqlite3", "heroku", "sqlplus", "sqlcmd"];

pub fn check(context: &Context) -> Vec<Diagnostic> {
    context
        .named(CLIENTS)
        .filter_map(|(text, command)| one(text, command).filter(|_| !commands::is_dry(command)))
        .collect()
}

fn one(text: &Text, command: &Command) -> Option<Diagnostic> {
    let (option, effect) = match command.name() {
        "psql" => (psql(text, command)?, "and it ends with 0"),
        "pg_restore" => (pg_restore(command)?, "and the rest is restored into what is then there"),
        "mysql" | "mariadb" => (mysql(command)?, "as `--force` says, and the rest of the statements runs"),
        "sqlite3" => (sqlite(text, command)?, "and the rest of the statements runs"),
        "heroku" => (heroku(text, command)?, "and it ends with 0"),
        "sqlplus" => (sqlplus(text, command)?, "and it ends with 0"),
        "sqlcmd" => (sqlcmd(text, command)?, "and it ends with 0"),
        _ => return None,
    };
    let message = format!("`{}` goes on after an error, {effect}", command.name());
    let place = Context::report("psql-continues-after-error", message, command.words.first()?.span, "does not stop");
    // What no option of the tool does.
    match option {
        FORCE => return Some(place.help("leave `--force` out")),
        r"\set ON_ERROR_STOP on" | "whenever sqlerror exit failure" => {
            return Some(place.help(format!("begin the statements with `{option}`")));
        }
        _ => {}
    }
    let place = place.help(format!("add `{option}`: it stops at the first error and says so"));
    let fix = Fix::safe(format!("stop `{}` at the first error", command.name()));
    Some(place.fix(fix.after(command.words.first()?.span, format!(" {option}"))))
}

/// Stands for what is to be left out.
const FORCE: &str = "";

/// A single `-c` fails as a whole; files, input and several `-c` do not.
fn psql(text: &Text, command: &Command) -> Option<&'static str> {
    let words = command.arguments();
    // A variable without a value is taken away by `-v`, and its name has capital letters.
    let says = |word: &Word| {
        let set = word.text.contains('=').then(|| word.text.split_once("ON_ERROR_STOP=")).flatten();
        set.is_some_and(|(_, value)| is_on(value))
    };
    let input = command.input.as_ref().map(|input| input.text.as_str()).unwrap_or_default();
    // `{ echo '\\set ON_ERROR_STOP on'; cat down.sql; } | psql`
    let told = |other: &Command| {
        super::commands::only_prints(other) && other.arguments().iter().any(|word| switches_on(&word.text))
    };
    let set = switches_on(input) || command.stage > 0 && text.parsed.commands.iter().any(told);
    if set || !input.contains("ON_ERROR_STOP") && words.iter().any(says) || words.has_any(&["-l", "--list"]) {
        return None;
    }
    // A function that hands its arguments on is told by them what to do.
    let calls = || calls(text, command).flat_map(Command::arguments);
    let given = |what: &dyn Fn(&Word) -> bool| {
        words.iter().filter(|word| what(word)).count() + calls().filter(|word| what(word)).count()
    };
    let statements = given(&|word| gives(word, 'c') || word.text.starts_with("--command"));
    let included = |word: &Word| word.text.trim_start().starts_with(r"\i");
    let file = given(&included) > 0
        || given(&|word| gives(word, 'f') || word.text == "--file" || word.text.starts_with("--file=")) > 0;
    let fed = statements == 0 && !file && fed(text, command);
    (file || statements > 1 || fed).then_some("-v ON_ERROR_STOP=1")
}

/// Do statements say `\set ON_ERROR_STOP on` at last?
fn switches_on(statements: &str) -> bool {
    statements.rsplit_once("ON_ERROR_STOP").is_some_and(|(before, rest)| {
        let value = rest.lines().next().unwrap_or("").split("\\n").next().unwrap_or("").trim();
        before.trim_end().ends_with(r"\set") && !value.is_empty() && is_on(value)
    })
}

/// Is it what switches a variable of `psql` on?
fn is_on(value: &str) -> bool {
    !["0", "off", "false", "no", "f", "n"].contains(&value.to_ascii_lowercase().as_str())
}

/// The calls of the function that a command stands in, if it hands on what it is given.
fn calls<'a>(text: &'a Text, command: &'a Command) -> impl Iterator<Item = &'a Command> {
    let hands_on = command.arguments().iter().any(|word| matches!(word.text.as_str(), "$@" | "${@}" | "$*"));
    let around = text.parsed.bodies.iter().find(|(_, body)| hands_on && body.contains(&command.pipeline));
    around.into_iter().flat_map(|(name, _)| text.parsed.commands.iter().filter(move |call| call.name() == name))
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
        command.input.is_some() || command.stage > 0 || command.fed || file
    };
    reads(command) || calls(text, command).any(reads) || text.parsed.runners(command).any(reads)
}

fn pg_restore(command: &Command) -> Option<&'static str> {
    let words = command.arguments();
    let into = words.value(&["-d", "--dbname"]).is_some();
    let stops = words.has_any(&["-e", "--exit-on-error", "-1", "--single-transaction"]);
    let lists = words.has_any(&["-l", "--list"]);
    (into && !stops && !lists).then_some("--exit-on-error")
}

fn mysql(command: &Command) -> Option<&'static str> {
    let words = command.arguments();
    let bundled = |word: &Word| {
        let letters = word.text.strip_prefix('-').unwrap_or("");
        letters.contains('f') && letters.chars().all(|letter| "fvBNstEHXrwqbCn".contains(letter))
    };
    (words.has_any(&["--force"]) || words.iter().any(bundled)).then_some(FORCE)
}

fn heroku(text: &Text, command: &Command) -> Option<&'static str> {
    let (verb, rest) = command.arguments().verb(&["-a", "--app"])?;
    let script = rest.has_any(&["-f", "--file"]) || fed(text, command) && !rest.has_any(&["-c", "--command"]);
    let stops = command.input.as_ref().is_some_and(|input| input.text.contains("ON_ERROR_STOP"));
    (matches!(verb, "pg:psql" | "psql") && script && !stops).then_some(r"\set ON_ERROR_STOP on")
}

fn sqlplus(text: &Text, command: &Command) -> Option<&'static str> {
    let script = command.arguments().iter().any(|word| word.text.starts_with('@')) || fed(text, command);
    let says = |word: &Word| word.text.to_ascii_lowercase().contains("whenever sqlerror exit");
    // A script that stands in a file may say it itself.
    let here = command.input.as_ref().is_some_and(|input| !says(input));
    (script && here).then_some("whenever sqlerror exit failure")
}

fn sqlcmd(text: &Text, command: &Command) -> Option<&'static str> {
    let words = command.arguments();
    let script = words.has_any(&["-i", "--input-file", "-Q", "-q", "--query"]) || fed(text, command);
    (script && !words.short('b') && !words.has_any(&["--exit-on-error"])).then_some("-b")
}

fn sqlite(text: &Text, command: &Command) -> Option<&'static str> {
    let words = command.arguments();
    let says = command.input.as_ref().is_some_and(|input| input.text.contains(".bail on"));
    let reads_script = words.iter().any(|word| word.text.starts_with(".read"));
    let fed = words.operands(&["-cmd", "-init", "-separator"]).len() < 2 && fed(text, command);
    let safe = words.has_any(&["-bail", "--bail", "-readonly", "--readonly"]) || says;
    (!safe && (fed || reads_script)).then_some("-bail")
}
