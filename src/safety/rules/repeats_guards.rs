//! What keeps a second run from doing harm: questions before a command, failures that are passed over, what is cleared before it.
//!
//! In: a command of a text and what a second run of it does. Out: does something around it see to that?

use super::repeats::Repeat;
use crate::shell::{Because, Command, Parsed, Pipeline, Words};

/// Is a command asked about, cleared for, or about something that is new each time?
pub fn excused(parsed: &Parsed, command: &Command, repeat: &Repeat) -> bool {
    asked(parsed, command, repeat) || prepared(parsed, command, repeat) || is_fleeting(parsed, command, repeat)
}

/// Does a question decide whether it runs, or does its failure count for nothing?
pub fn asked(parsed: &Parsed, command: &Command, repeat: &Repeat) -> bool {
    left_before(parsed, command)
        || std::iter::once(command).chain(parsed.runners(command)).any(|one| {
            decided(parsed, one)
                || in_asked_function(parsed, one)
                || repeat.because != Because::More && forgiven(parsed, one)
        })
}

/// `id app || useradd app`, `[ -e b ] && …`, `if …; then …`
fn decided(parsed: &Parsed, command: &Command) -> bool {
    let at = command.pipeline;
    let by = |(number, pipeline): (usize, &Pipeline)| {
        pipeline.otherwise.contains(&at) || pipeline.then.contains(&at) && is_question(parsed, number, pipeline)
    };
    parsed.pipeline(command).in_branch || parsed.pipelines.iter().enumerate().any(by)
}

/// Does a pipeline only find out how things are?
fn is_question(parsed: &Parsed, number: usize, pipeline: &Pipeline) -> bool {
    const ACTS: &[&str] =
        &["cd", "pushd", "echo", "printf", "sleep", "set", "export", "source", ".", "sync", "wait", "trap", "umask"];
    let mut commands = parsed.within(number..number + 1).peekable();
    if pipeline.negated || commands.peek().is_none() {
        return true;
    }
    commands.all(|command| {
        let changes = |span: crate::source::Span| command.span.start <= span.start && span.end <= command.span.end;
        !ACTS.contains(&command.name()) && !parsed.effects.iter().any(|effect| changes(effect.span))
    })
}

/// `… || true`, `if …`: its failure ends nothing.
fn forgiven(parsed: &Parsed, command: &Command) -> bool {
    let site = parsed.pipeline(command);
    let leaves =
        |other: &Command| matches!(other.name(), "exit" | "return" | "false" | "die" | "fail" | "abort" | "kill");
    let other = !site.otherwise.is_empty() && !parsed.within(site.otherwise.clone()).any(leaves);
    other || site.condition || site.negated
}

/// `[ -e done ] && exit 0` before it.
fn left_before(parsed: &Parsed, command: &Command) -> bool {
    let leaves = |other: &Command| {
        let good = other.arguments().first().is_none_or(|word| word.text == "0");
        matches!(other.name(), "exit" | "return") && good && other.span.end <= command.span.start
    };
    parsed.commands.iter().any(|other| leaves(other) && decided(parsed, other))
}

/// Is it in a function that is called behind a question, or never?
fn in_asked_function(parsed: &Parsed, command: &Command) -> bool {
    let own = parsed.bodies.iter().find(|(_, body)| body.contains(&command.pipeline));
    let Some((name, body)) = own else { return false };
    let calls = |other: &&Command| other.name() == name && !body.contains(&other.pipeline);
    let mut calls = parsed.commands.iter().filter(calls).peekable();
    calls.peek().is_none() || calls.any(|call| decided(parsed, call))
}

/// Is what stands in its way cleared, or what it takes made, by the same text?
fn prepared(parsed: &Parsed, command: &Command, repeat: &Repeat) -> bool {
    let mut earlier = parsed.commands.iter().filter(|other| other.span.end <= command.span.start);
    let names = |other: &Command| repeat.objects.iter().any(|object| mentions(other, object));
    let made = |other: &Command| repeat.objects.iter().any(|object| makes(other, object));
    let ends = |other: &Command| clears(other) && names(other);
    match repeat.because {
        Because::Gone => earlier.any(made),
        // What moves a file away takes it as much as what fails then.
        Because::More if matches!(command.name(), "mv" | "gmv") => earlier.any(made),
        Because::More => earlier.any(|other| ends(other) || starts_over(command, other) || rewrites(other, repeat)),
        Because::Exists => {
            let mut later = parsed.commands.iter().filter(|other| other.span.start >= command.span.end);
            earlier.any(ends) || later.any(ends)
        }
    }
}

/// Does it take something away, or out of the way?
fn clears(command: &Command) -> bool {
    const NAMES: &[&str] = &[
        "rm", "mv", "gmv", "unlink", "rmdir", "dropdb", "dropuser", "userdel", "deluser", "groupdel", "shred",
        "lvremove", "trap",
    ];
    const WORDS: &[&str] = &[
        "rm",
        "remove",
        "delete",
        "del",
        "destroy",
        "drop",
        "uninstall",
        "--delete",
        "flush",
        "kill",
        "kill-session",
        "unlink",
        "ltrim",
        "unset",
        "disconnect",
        "rename",
    ];
    const OPTIONS: &[&str] = &["-D", "-d", "-F", "--flush", "-X"];
    let worded = |text: &str| WORDS.iter().any(|word| word.eq_ignore_ascii_case(text));
    let by_option = matches!(command.name(), "git" | "iptables" | "ip6tables") && command.arguments().has_any(OPTIONS);
    NAMES.contains(&command.name()) || by_option || command.arguments().iter().any(|word| worded(&word.text))
}

/// `git reset --hard v1` before a relative step, an emptied chain before its rules.
fn starts_over(command: &Command, other: &Command) -> bool {
    let same = command.name() == other.name();
    let fixed = ["--hard", "-B", "-C", "clone"];
    let reset = command.name() == "git" && other.arguments().has_any(&fixed) && crate::shell::again(other).is_none();
    let flushed = other.arguments().has_any(&["-F", "--flush", "flush"]);
    same && (reset && other.span.end <= command.span.start || flushed) || other.name() == "iptables-restore"
}

/// Is the file written as a whole before something is added to it?
fn rewrites(other: &Command, repeat: &Repeat) -> bool {
    const WRITERS: &[&str] = &[
        "cp", "gcp", "install", "sed", "gsed", "truncate", "rsync", "tar", "curl", "wget", "git", "tee", "perl", "awk",
        "scp",
    ];
    repeat.objects.iter().any(|object| {
        let anew = other.redirects.iter().any(|to| to.writes && !to.appends && to.target.text == *object);
        let appends = other.name() == "tee" && other.arguments().short('a');
        anew || WRITERS.contains(&other.name()) && !appends && other.arguments().iter().any(|word| word.text == *object)
    })
}

/// Does it write what the word names?
fn makes(command: &Command, object: &str) -> bool {
    let written = command.redirects.iter().any(|to| to.writes && to.target.text == object);
    let words = command.arguments();
    let named = match command.name() {
        "[" | "test" | "ls" | "stat" | "du" | "echo" | "printf" | "cat" | "df" | "chmod" | "chown" | "file" => false,
        "cp" | "mv" | "gcp" | "gmv" | "ln" | "rsync" | "install" | "scp" => {
            words.last().is_some_and(|word| same(&word.text, object))
        }
        _ => words.iter().any(|word| same(&word.text, object) || valued(&word.text, object)),
    };
    written || named
}

fn mentions(command: &Command, object: &str) -> bool {
    let within = |text: &str| text.contains(object) && text.contains(' ');
    command.arguments().iter().any(|word| same(&word.text, object) || valued(&word.text, object) || within(&word.text))
}

/// Are they the same, or is the thing inside of what is named?
fn same(word: &str, object: &str) -> bool {
    let word = word.trim_end_matches('/');
    !word.is_empty() && object.strip_prefix(word).is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
}

/// `--name=api`
fn valued(word: &str, object: &str) -> bool {
    word.split_once('=').is_some_and(|(_, value)| value == object)
}

/// Is it a thing that a second run finds under another name, or not at all?
fn is_fleeting(parsed: &Parsed, command: &Command, repeat: &Repeat) -> bool {
    const OF_FILES: &[&str] =
        &["mkdir", "ln", "rm", "rmdir", "mv", "unlink", "gunzip", "gzip", "patch", "useradd", "adduser", "tee"];
    let gone = repeat.because == Because::Gone;
    let new = |text: &str| ["$(", "`", "$$", "RANDOM", "EPOCH"].iter().any(|mark| text.contains(mark));
    let listed = |text: &str| gone && (text.contains(['*', '?', '[']) || text.contains("{}"));
    let from_text = |text: &str| {
        parsed.sets.iter().any(|set| {
            let read = text.contains(&format!("${}", set.name)) || text.contains(&format!("${{{}", set.name));
            read && (gone || set.value.as_ref().is_none_or(|value| new(&value.text)))
        })
    };
    let fresh = |runner: &Command| matches!(runner.name(), "docker" | "podman") && runner.has("run");
    repeat.objects.iter().any(|object| new(object) || listed(object) || from_text(object))
        || gone && parsed.pipeline(command).in_loop
        || OF_FILES.contains(&command.name()) && parsed.runners(command).any(fresh)
}
