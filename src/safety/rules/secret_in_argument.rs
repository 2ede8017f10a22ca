//! A secret among the arguments of a command: every process list of the machine shows it.

use super::{Context, commands, reveals, scripts::Text, secrets};
use crate::diagnostics::Diagnostic;
use crate::shell::{Command, Part, Place, Word};
use crate::source::Span;

/// Commands that become the one they run: what they are given is seen for a moment, and reported with it.
const REPLACED: &[&str] = &["env", "nice", "ionice", "nohup", "setsid", "stdbuf", "exec", "chronic", "gosu", "su-exec"];

/// Options with a variable for what is run.
const PASSES: &[&str] = &["-e", "--env", "--build-arg", "-E", "--setenv"];

pub fn check(context: &Context) -> Vec<Diagnostic> {
    let secrets = &context.world.plan.secrets;
    let declared: Vec<&str> = secrets.iter().map(|secret| secret.common.name.as_str()).collect();
    let mut found: Vec<Diagnostic> = Vec::new();
    for (text, command) in context.commands().filter(|(_, command)| !is_builtin(command)) {
        // The one that is run says it better than the one that runs it.
        if let Some(place) = one(text, command, &declared) {
            found.retain(|known| known.labels[0].span != place.labels[0].span);
            found.push(place);
        }
    }
    found
}

/// Builtins have no process of their own.
fn is_builtin(command: &Command) -> bool {
    let names = [
        "[", "test", "export", "declare", "local", "readonly", "read", "unset", "cd", "set", "case", "eval", "let",
        "return", "exit", "shift", "trap", "source", ".",
    ];
    let path = command.words.first().is_some_and(|word| word.text.contains('/'));
    !path && commands::only_prints(command)
        || names.contains(&command.name())
        || command.words.first().is_some_and(|word| word.literal().is_none())
}

fn one(text: &Text, command: &Command, declared: &[&str]) -> Option<Diagnostic> {
    let (what, span) = shown(text, command, declared)?;
    let message =
        format!("{what} stands among the arguments of `{}`: whoever lists the processes reads it", command.name());
    let place = Context::report("secret-in-argument", message, span, "seen in every list of processes");
    Some(place.help(instead(command)))
}

/// The secret among the arguments of a command, and where it stands.
fn shown(text: &Text, command: &Command, declared: &[&str]) -> Option<(String, Span)> {
    let runs = text.parsed.is_wrapper(command);
    let words = own_words(command, runs);
    let expands = |word: &&Word| !word.fixed && !is_file(word);
    let may = |word: &Word| secrets::within(word, declared).is_some() || word.text.contains(['`', '(']);
    if !words.iter().any(|word| expands(&word) && may(word)) {
        return None;
    }
    // What another machine's shell expands is not the plan's, unless its name says that it is a secret as well.
    let own = if runs || command.place != Place::Here { &[] } else { declared };
    let variable = |(at, word): (usize, &Word)| {
        let given = at > 0 && PASSES.contains(&words[at - 1].text.as_str()) || word.text.starts_with("--");
        let known = if given && !own.is_empty() { passed(word, declared) } else { own };
        let (name, part) = secrets::within(word, known).or_else(|| assigned(word, declared))?;
        Some((format!("`${name}`"), word.place(part.range.clone())))
    };
    let expanding = words.iter().enumerate().filter(|(_, word)| expands(word));
    expanding.clone().find_map(variable).or_else(|| expanding.filter(|_| !runs).find_map(|(_, word)| read(text, word)))
}

/// What a command is given for itself: what becomes the one that it runs has nothing, but the settings of `env`.
fn own_words(command: &Command, runs: bool) -> &[Word] {
    let words = command.arguments();
    if !runs || !REPLACED.contains(&command.name()) {
        return words;
    }
    let settings = words.iter().take_while(|word| word.text.starts_with('-') || word.text.contains('=')).count();
    if command.name() == "env" { &words[..settings] } else { &[] }
}

/// `-e NAME="$x"`: only what is called a secret is one.
fn passed<'d>(word: &Word, declared: &'d [&'d str]) -> &'d [&'d str] {
    let setting =
        word.text.split_once('=').is_some_and(|(name, _)| name.chars().all(|c| c.is_ascii_uppercase() || c == '_'));
    if setting { &[] } else { declared }
}

/// `DATABASE_URL="$url"`
fn assigned<'w>(word: &'w Word, declared: &[&str]) -> Option<(&'w str, &'w Part)> {
    let (name, _) = word.text.trim_start_matches("--env=").trim_start_matches("--setenv=").split_once('=')?;
    let (variable, _, part) = word.variables().find(|(variable, ..)| declared.contains(variable))?;
    (secrets::is_name(name) || secrets::is_address(name)).then_some((variable, part))
}

/// `-p"$(cat /run/secrets/db)"`: a secret that is read on the spot.
fn read(text: &Text, word: &Word) -> Option<(String, Span)> {
    word.substitutions().find_map(|(written, part)| {
        let span = word.place(part.range.clone());
        let inside = |command: &&Command| span.start <= command.span.start && command.span.end <= span.end;
        let mut inner = text.parsed.commands.iter().filter(inside);
        let file = |command: &Command| {
            command.name() == "cat" && command.arguments().iter().any(|word| secrets::is_file(&word.text))
        };
        inner.any(|command| file(command) || reveals::said(command).is_some()).then(|| (format!("`{written}`"), span))
    })
}

/// `--password-file "$password_file"`: the name of a file is no secret.
fn is_file(word: &Word) -> bool {
    word.text.starts_with('@') || word.text.contains("<(")
}

fn instead(command: &Command) -> &'static str {
    match command.name() {
        "psql" | "pg_dump" | "pg_restore" | "pg_dumpall" => {
            "let it read `PGPASSWORD` from the environment: declare a `secret PGPASSWORD`"
        }
        "mysql" | "mysqldump" | "mariadb" | "mysqladmin" => {
            "use an option file, `--defaults-extra-file`, or `MYSQL_PWD` in the environment"
        }
        "redis-cli" | "valkey-cli" => {
            "let it read `REDISCLI_AUTH` from the environment: declare a `secret REDISCLI_AUTH`"
        }
        "curl" => "feed it: `printf 'header = \"Authorization: Bearer %s\"\\n' \"$TOKEN\" | curl -K - …`",
        "docker" | "podman" => "feed it: `--password-stdin`, or pass the name alone: `-e NAME`",
        _ => "pass it by the environment, a file, or the standard input",
    }
}
