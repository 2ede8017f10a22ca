//! What a command's failure means: does it count, does the command do something or only look, and what is made of its failure?
//!
//! In: a command, or pipelines that follow it. Out: answers. Not its business: whether somebody hears of the failure (rules).

use super::{commands, scripts::Text};
use crate::shell::{Command, Effect, Words};
use std::ops::Range;

const TOLERABLE: &[&str] = &[
    "rm",
    "rmdir",
    "unlink",
    "kill",
    "pkill",
    "killall",
    "mkdir",
    "grep",
    "egrep",
    "diff",
    "cmp",
    "test",
    "[",
    "which",
    "command",
    "type",
    "id",
    "ls",
    "cat",
    "wait",
    "read",
    "umount",
    "userdel",
    "groupdel",
    "useradd",
    "groupadd",
    "stty",
    "tput",
    "clear",
    "cd",
    "logger",
    "echo",
    "printf",
    "true",
    "false",
    ":",
    "let",
    "expr",
    "sleep",
    "touch",
    "find",
    "slack-cli",
    "mail",
    "sendmail",
    "notify-send",
    "wall",
    "trap",
    "unset",
    "export",
    "pgrep",
    "head",
    "tail",
    "wc",
    "fuser",
    "lsof",
    "tee",
    "popd",
    "deactivate",
    "awk",
    "sed",
    "sort",
    "jq",
    "df",
    "ps",
    "journalctl",
];

/// Commands whose failure does not say that there was nothing to do, and that do more than look or tell.
pub fn matters(text: &Text, command: &Command) -> bool {
    let inner = |other: &&Command| other.pipeline == command.pipeline && other.stage == command.stage;
    text.parsed.commands.iter().filter(inner).all(matters_alone) && script_matters(text, command)
}

/// Does something count in the script that it runs, if it runs one: `ssh host 'systemctl is-active x'`?
pub fn script_matters(text: &Text, command: &Command) -> bool {
    let parsed = &text.parsed;
    let runs = |by: usize| {
        let by = parsed.commands.get(by);
        by.is_some_and(|by| by.pipeline == command.pipeline && by.stage == command.stage)
    };
    let script = |shell: &crate::shell::Shell| !shell.substitution && shell.by.is_some_and(runs);
    let Some(number) = parsed.shells.iter().position(script) else { return true };
    let within = |other: &&Command| other.via.is_none() && parsed.pipeline(other).shell == number;
    let mut inner = parsed.commands.iter().filter(within).peekable();
    inner.peek().is_none() || inner.any(|other| matters(text, other))
}

/// The same, but that something is stopped or taken away counts: it is another thing to excuse that than not to hear of it.
pub fn counts(text: &Text, command: &Command) -> bool {
    let mut inner =
        text.parsed.within(command.pipeline..command.pipeline + 1).filter(|other| other.stage == command.stage);
    inner.all(|command| !TOLERABLE.contains(&command.name()) && !is_notice(command))
}

/// The same as `matters` of a command by itself.
pub fn matters_alone(command: &Command) -> bool {
    !TOLERABLE.contains(&command.name()) && !is_cleanup(command) && !is_notice(command)
}

/// Takes away what may be gone already, or looks at a state.
fn is_cleanup(command: &Command) -> bool {
    let verb = commands::compose(command).or_else(|| commands::docker(command)).or_else(|| commands::kubectl(command));
    let verb = verb.map(|(verb, rest)| match verb {
        "network" | "volume" | "container" | "image" => rest.verb(&[]).map_or(verb, |(verb, _)| verb),
        _ => verb,
    });
    let taken = [
        "stop",
        "rm",
        "kill",
        "remove",
        "rmi",
        "logs",
        "ps",
        "create",
        "inspect",
        "delete",
        "get",
        "describe",
        "disconnect",
        "images",
        "ls",
    ];
    let git = commands::git(command)
        .map(|(verb, rest)| (verb, rest.short('D') || rest.short('d') || rest.has_any(&["remove", "--abort"])));
    let idle = ["stop", "disable", "status", "is-active", "is-enabled", "reset-failed"];
    verb.is_some_and(|verb| taken.contains(&verb))
        || matches!(
            git,
            Some(
                ("branch" | "worktree" | "tag" | "stash" | "merge" | "rebase" | "remote", true)
                    | ("status" | "log" | "diff", _)
            )
        )
        || command.name() == "systemctl" && command.arguments().has_any(&idle)
        || command.name() == "pm2" && command.arguments().has_any(&["delete", "stop", "describe", "logs"])
}

/// A message to people: that it can't be sent must not stop a rollback.
fn is_notice(command: &Command) -> bool {
    const PEOPLE: &[&str] = &[
        "slack",
        "discord",
        "hook",
        "pager",
        "statuspage",
        "teams",
        "telegram",
        "mattermost",
        "chat",
        "notify",
        "alert",
        "announce",
    ];
    let tells = |text: &str| {
        let lower = text.to_lowercase();
        PEOPLE.iter().any(|word| lower.contains(word)) || lower.starts_with("text=") || lower.contains("{\"text\":")
    };
    match command.name() {
        "curl" | "wget" | "http" => command.arguments().iter().any(|word| tells(&word.text)),
        name => PEOPLE.iter().any(|word| name.contains(word)),
    }
}

/// Does it change something, as far as is known, or write a copy of data? A start or a stop shows in what comes behind it.
pub fn acts(text: &Text, command: &Command) -> bool {
    let within = |span: crate::source::Span| command.span.start <= span.start && span.end <= command.span.end;
    let changes = text.parsed.effects.iter().filter(|effect| within(effect.span));
    let mut lasting = changes.filter(|effect| {
        !matches!(effect.effect, Effect::Starts | Effect::Stops | Effect::Reads) && effect.tool != "mktemp"
    });
    lasting.next().is_some()
        || text.parsed.commands.iter().any(|other| within(other.span) && (copies(other) || runs_script(text, other)))
}

/// A client of a database that is given statements in a file, packed or not.
pub fn runs_script(text: &Text, command: &Command) -> bool {
    let client = matches!(command.name(), "psql" | "mysql" | "mariadb" | "sqlite3" | "mongosh" | "sqlplus" | "sqlcmd");
    let piped = || text.parsed.before(command).any(|other| other.name() == "cat" || unpacks(other));
    let fed = || command.redirects.iter().any(|redirect| redirect.fd == 0 && !redirect.writes) || piped();
    client && (fed() || command.name() == "psql" && command.arguments().has_any(&["-f", "--file"]))
}

/// Does it print what was packed or encrypted?
pub fn unpacks(command: &Command) -> bool {
    let words = command.arguments();
    match command.name() {
        "gunzip" | "zcat" | "bunzip2" | "bzcat" | "unxz" | "xzcat" | "unzstd" | "zstdcat" | "lz4cat" | "unpigz" => true,
        "gzip" | "pigz" | "xz" | "zstd" | "bzip2" | "lz4" | "openssl" | "gpg" | "age" => {
            words.short('d') || words.has_any(&["--decompress", "--decrypt", "--uncompress"])
        }
        _ => false,
    }
}

/// Does it make or read a copy of data as a whole?
pub fn copies(command: &Command) -> bool {
    let name = command.name();
    name.contains("dump") && !name.starts_with("dumpe2fs")
        || matches!(name, "pg_restore" | "pg_basebackup" | "mongorestore" | "rsync" | "rclone" | "restic" | "borg")
}

/// A program of the company's own, called by its path.
pub fn is_own(command: &Command) -> bool {
    let path = command.words.first().and_then(|word| word.literal()).unwrap_or("");
    path.contains('/') && !path.starts_with("/usr/") && !path.starts_with("/bin/") && !path.starts_with("/sbin/")
}

/// Every pipeline of the range is a command that prints, or `true`, or `exit 0`, or keeps a status that nobody asks for.
pub fn only_prints(text: &Text, range: Range<usize>) -> bool {
    let plain = |command: &Command| {
        commands::only_prints(command) || matches!(command.name(), "exit" | "return") && command.has("0")
    };
    !range.is_empty()
        && range.into_iter().all(|index| {
            let mut commands = text.parsed.within(index..index + 1).filter(|command| command.via.is_none()).peekable();
            if commands.peek().is_some() {
                return commands.all(plain);
            }
            let mut sets = text.parsed.sets.iter().filter(|set| set.pipeline == index).peekable();
            match sets.peek() {
                Some(_) => sets.all(|set| !is_asked(text, &set.name)),
                None => is_group(text, index),
            }
        })
}

/// Do these pipelines only print, and say something?
pub fn claims(text: &Text, range: Range<usize>) -> bool {
    let says = |command: &Command| command.arguments().iter().any(|word| word.text.contains(char::is_alphabetic));
    only_prints(text, range.clone()) && text.parsed.within(range).any(says)
}

/// Does a branch end the text with a failure?
pub fn refuses(text: &Text, branch: Range<usize>) -> bool {
    let leaves = |command: &Command| matches!(command.name(), "exit" | "return" | "false" | "die" | "fail" | "abort");
    text.parsed.within(branch).any(|command| leaves(command) && !command.has("0"))
}

/// The same as `only_prints`, or something is shown: a log, a file.
pub fn only_shows(text: &Text, range: Range<usize>) -> bool {
    let shows = |command: &Command| {
        let verb =
            commands::compose(command).or_else(|| commands::docker(command)).or_else(|| commands::kubectl(command));
        let logs = verb.is_some_and(|(verb, _)| matches!(verb, "logs" | "events" | "describe"));
        logs || matches!(command.name(), "cat" | "tail" | "head" | "journalctl" | "dmesg" | "tee")
    };
    let all = |index: usize| {
        let mut own = text.parsed.within(index..index + 1).filter(|command| command.via.is_none()).peekable();
        own.peek().is_some() && own.all(|command| shows(command) || commands::only_prints(command))
    };
    !range.is_empty() && range.into_iter().all(|index| all(index) || only_prints(text, index..index + 1))
}

/// Is a variable read by anything but commands that print it?
pub fn is_asked(text: &Text, name: &str) -> bool {
    let reads = text.parsed.reads.iter().filter(|read| read.name == name);
    let within =
        |command: &Command, span: crate::source::Span| command.span.start <= span.start && span.end <= command.span.end;
    let told =
        |span| text.parsed.commands.iter().any(|command| commands::only_prints(command) && within(command, span));
    reads.into_iter().any(|read| !told(read.span))
}

/// `[[ … ]]` and `(( … ))` are pipelines without a command: what follows them by `&&` or `||` stands right behind.
pub fn is_test(text: &Text, index: usize) -> bool {
    let Some(site) = text.parsed.pipelines.get(index) else { return false };
    let next = [&site.then, &site.otherwise].into_iter().filter(|next| !next.is_empty()).map(|next| next.start).min();
    next == Some(index + 1) && is_group(text, index)
}

/// `{ …; }` and `( … )` are pipelines without a command of their own: do the next ones stand within?
pub fn is_group(text: &Text, index: usize) -> bool {
    let site = text.parsed.pipelines.get(index).filter(|site| site.stages == 1);
    let next = text.parsed.pipelines.get(index + 1);
    let own = text.parsed.within(index..index + 1).next().is_some()
        || text.parsed.sets.iter().any(|set| set.pipeline == index && set.value.is_some());
    site.zip(next).is_some_and(|(site, next)| next.shell == site.shell) && !own
}

/// Does a message of these pipelines say that something is wrong, and not that there is nothing to do?
pub fn tells_failure(text: &Text, range: Range<usize>) -> bool {
    let said = text.parsed.within(range).filter(|command| commands::only_prints(command));
    let words: Vec<String> = said.flat_map(Command::arguments).map(|word| word.text.to_lowercase()).collect();
    words.iter().any(|word| WRONG.iter().any(|wrong| word.contains(wrong)))
        && !words.iter().any(|word| RIGHT.iter().any(|right| word.contains(right)))
}

/// What messages say of a failure.
const WRONG: &[&str] = &[
    "fail",
    "error",
    "❌",
    "not respond",
    "no responde",
    "falló",
    "broken",
    "unhealthy",
    "warn",
    "too small",
    "too few",
    "too old",
    "too big",
    "mismatch",
    "differ",
    "missing",
    "empty",
    " not ",
    "n't ",
    " down",
    "corrupt",
    "damaged",
    "unreachable",
    "unexpected",
    "wrong",
    "incomplete",
    "invalid",
    "lost",
    "problem",
    "no backup",
    "refused",
    "timed out",
    "full",
];
/// What they say where all is well.
const RIGHT: &[&str] = &[
    "nothing to",
    "already",
    "skip",
    "no need",
    "not needed",
    "not necessary",
    "using the default",
    "first run",
    "no error",
    "fine",
    "as it should",
    "as expected",
    "no fail",
    "no problem",
    "no warn",
    "no miss",
    "no differ",
    "no broken",
    "no corrupt",
    "no lost",
    "0 errors",
    "without error",
];
