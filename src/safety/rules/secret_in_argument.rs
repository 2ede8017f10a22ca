//! A secret among the arguments of a command: every process list of the machine shows it.

use super::{Context, commands, scripts::Text, secrets};
use crate::diagnostics::Diagnostic;
use crate::shell::{Command, Word};

pub fn check(context: &Context) -> Vec<Diagnostic> {
    let secrets = &context.world.plan.secrets;
    let declared: Vec<&str> = secrets.iter().map(|secret| secret.common.name.as_str()).collect();
    let shown = |text: &Text, command: &Command| !is_builtin(command) && !text.parsed.is_wrapper(command);
    let one = |(text, command)| one(command, &declared).filter(|_| shown(text, command));
    context.commands().filter_map(one).collect()
}

/// Builtins have no process of their own.
fn is_builtin(command: &Command) -> bool {
    let names = [
        "[", "test", "export", "declare", "local", "readonly", "read", "unset", "cd", "set", "case", "eval", "let",
        "return", "exit", "shift", "trap", "source", ".",
    ];
    commands::only_prints(command)
        || names.contains(&command.name())
        || command.words.first().is_some_and(|word| word.literal().is_none())
}

fn one(command: &Command, declared: &[&str]) -> Option<Diagnostic> {
    let words = command.arguments();
    let passed = |at: usize| at > 0 && matches!(words[at - 1].text.as_str(), "-e" | "--env" | "--build-arg");
    let variable = |(at, word): (usize, &Word)| {
        let (name, part) = secrets::within(word, declared)?;
        let by_environment = passed(at) || word.text.starts_with("--env=") || command.name() == "env" || is_file(word);
        (!by_environment).then(|| (format!("`${name}`"), word.place(part.range.clone())))
    };
    let (what, span) = words.iter().enumerate().find_map(variable)?;
    let message =
        format!("{what} stands among the arguments of `{}`: whoever lists the processes reads it", command.name());
    let place = Context::report("secret-in-argument", message, span, "seen in every list of processes");
    Some(place.help(instead(command)))
}

/// `--password-file "$password_file"`: the name of a file is no secret.
fn is_file(word: &Word) -> bool {
    word.text.starts_with('@') || word.text.starts_with("<(")
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
