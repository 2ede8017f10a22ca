//! `ssh host "rm -rf $HOME/x"`: the variable is this machine's, the command runs on the other one.

use super::{Context, scripts::Text};
use crate::diagnostics::{Diagnostic, Fix};
use crate::shell::{Command, Place, Quote, Word};
use crate::source::Span;

/// What differs from one machine to the other.
const OWN: &[&str] =
    &["HOME", "HOSTNAME", "LOGNAME", "OLDPWD", "PATH", "PWD", "SHELL", "TMPDIR", "UID", "USER", "PPID", "LANG"];

/// Commands that tell something about the machine that they run on.
const LOCAL: &[&str] = &[
    "hostname",
    "whoami",
    "id",
    "pwd",
    "uname",
    "nproc",
    "pgrep",
    "pidof",
    "docker",
    "podman",
    "systemctl",
    "ps",
    "lsof",
    "df",
    "free",
    "which",
    "command -v",
    "ls",
    "find",
    "docker-compose",
    "kubectl",
    "readlink",
    "stat",
    "crontab",
    "ip",
    "du",
];

pub fn check(context: &Context) -> Vec<Diagnostic> {
    let texts = context.texts().iter().filter(|text| text.parsed.shells.iter().any(|shell| shell.by.is_some()));
    let inner = texts.flat_map(|text| scripts(text).map(move |(command, word, place)| (text, command, word, place)));
    let ssh = context.named(&["ssh"]).filter(|(_, command)| command.words.len() > 3);
    let direct = ssh.flat_map(|(text, command)| command.words.iter().skip(2).map(move |word| (text, command, word)));
    let direct = direct.map(|(text, command, word)| (text, command, word, Place::Elsewhere));
    let expanded = inner.chain(direct).filter_map(|(text, command, word, place)| one(text, command, word, place));
    let words =
        context.named(REACH).filter_map(|(text, command)| pattern(text, command).or_else(|| moved(text, command)));
    expanded.chain(words).collect()
}

/// Commands that run another one elsewhere.
const REACH: &[&str] = &["ssh", "docker", "podman", "docker-compose", "kubectl", "oc"];

/// The words of what is run elsewhere, if they are no script by themselves.
fn sent<'a>(text: &'a Text, command: &Command) -> Option<&'a Command> {
    let by = |inner: &&Command| {
        inner.via.and_then(|by| text.parsed.commands.get(by)).is_some_and(|by| std::ptr::eq(by, command))
    };
    text.parsed.commands.iter().find(by).filter(|inner| inner.place == Place::Elsewhere && inner.words.len() > 1)
}

/// `ssh host rm /srv/*.dump`: the files that the pattern finds here, if it finds any.
fn pattern(text: &Text, command: &Command) -> Option<Diagnostic> {
    let inner = sent(text, command)?;
    // The program of the other side may look for patterns of its own; then it is `quoted-glob` that knows.
    let bare = |word: &&Word| {
        word.text.contains('/') && !word.text.starts_with('-') && word.has_pattern(|quote| quote == Quote::Bare)
    };
    let home = |word: &&Word| word.text.starts_with("~/") && !word.quoted;
    let word = inner.arguments().iter().find(|word| bare(word) || home(word))?;
    let message = format!("`{}` is expanded among this machine's files, before `{}` is run", word.text, command.name());
    let report = Context::report("ssh-expands-locally", message, word.span, "this shell's");
    Some(report.help(match command.name() {
        "ssh" => "put what is run into single quotes: `ssh host 'rm -f /srv/x/*.dump'`",
        _ => "let a shell on the other side expand it: `… sh -c 'ls /srv/x/*'`",
    }))
}

/// `ssh host cd /srv && tar …`: the other shell changes its directory and ends, and what follows is run here.
fn moved(text: &Text, command: &Command) -> Option<Diagnostic> {
    let inner = sent(text, command).filter(|inner| inner.name() == "cd")?;
    let site = text.parsed.pipeline(command);
    let follows = text.parsed.commands.iter().find(|other| {
        other.span.start > command.span.end
            && other.place == command.place
            && text.parsed.pipeline(other).shell == site.shell
    })?;
    let message = format!("`{}` ends with its `cd`: `{}` is run here", command.name(), follows.name());
    let report = Context::report("ssh-expands-locally", message, inner.span, "of the other shell alone");
    let report = report.also(follows.span, "on this machine");
    Some(report.help("put the whole of it into quotes: `ssh host 'cd /srv/x && …'`"))
}

/// The words that hold scripts for another shell, with the command that runs them.
fn scripts(text: &Text) -> impl Iterator<Item = (&Command, &Word, Place)> {
    let inner = text.parsed.shells.iter().filter_map(|shell| Some((text.parsed.commands.get(shell.by?)?, shell.place)));
    inner.filter(|(command, _)| command.name() != "eval").filter_map(|(command, place)| {
        let fed = command.input.as_ref();
        let word = if fed.is_some_and(|input| !input.parts.is_empty()) { fed } else { command.words.last() };
        word.map(|word| (command, word, place))
    })
}

fn one(text: &Text, command: &Command, word: &Word, place: Place) -> Option<Diagnostic> {
    let found = positional(word).or_else(|| set_inside(text, word));
    let found = found.or_else(|| (place == Place::Elsewhere).then(|| of_machine(word)).flatten());
    let (span, written) = found?;
    let message =
        format!("`{written}` is expanded here, before `{}` is run: what it holds there is not asked", command.name());
    let report = Context::report("ssh-expands-locally", message, span, "this shell's");
    let report = report.help("put the script into single quotes, or write `\\$` for what the other shell is to expand");
    Some(report.fix(Fix::risky("let the other shell expand it").before(span, "\\")))
}

fn expanded(word: &Word) -> impl Iterator<Item = (&str, Span)> {
    let parts = word.parts.iter().filter(|part| part.expansion && part.quote != Quote::Single);
    parts.map(|part| (word.piece(part), word.place(part.range.clone())))
}

/// `awk '{print $2}'` within double quotes: `$2` of this shell, which has none.
fn positional(word: &Word) -> Option<(Span, String)> {
    let names = ["$1", "$2", "$3", "$4", "$5", "$6", "$7", "$8", "$9", "$?", "$!", "$$", "$@", "$NF", "$0"];
    expanded(word).find(|(text, _)| names.contains(text)).map(|(text, span)| (span, text.to_owned()))
}

/// A variable that the script itself sets.
fn set_inside(text: &Text, word: &Word) -> Option<(Span, String)> {
    let within = |span: Span| word.span.start <= span.start && span.end <= word.span.end;
    let set = |name: &str| {
        text.parsed.sets.iter().any(|set| set.name == name && within(set.span) && set.place != Place::Here)
    };
    let found = word.variables().find(|(name, _, part)| part.quote != Quote::Single && set(name))?;
    Some((word.place(found.2.range.clone()), format!("${}", found.0)))
}

fn of_machine(word: &Word) -> Option<(Span, String)> {
    let own = word.variables().find(|(name, _, part)| part.quote != Quote::Single && OWN.contains(name));
    if let Some((name, _, part)) = own {
        return Some((word.place(part.range.clone()), format!("${name}")));
    }
    let local = |text: &str| {
        // Each command of it, also of what is nested in it.
        text.split(['(', '`', '|', ';', '&']).map(str::trim_start).any(|inner| {
            let starts = |command: &&str| {
                inner.strip_prefix(*command).is_some_and(|rest| rest.is_empty() || rest.starts_with([' ', ')', '`']))
            };
            LOCAL.iter().any(starts) || inner.starts_with("cat /")
        })
    };
    let found = word.substitutions().find(|(text, part)| part.quote != Quote::Single && local(text))?;
    Some((word.place(found.1.range.clone()), found.0.to_owned()))
}
