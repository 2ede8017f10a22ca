//! Literal secrets in what a command writes or is fed: lines of a settings file, a password on the standard input, statements.
//!
//! In: a command. Out: where the secret stands. Not its business: options and addresses (`literal_secret`).

use super::{scripts::Text, secrets};
use crate::shell::{Command, Redirect, Word, Words};
use crate::source::Span;

/// Commands that read a password, and the word that says so; an empty one: always.
const READERS: &[(&str, &str)] = &[
    ("chpasswd", ""),
    ("smbpasswd", "-s"),
    ("passwd", "--stdin"),
    ("docker", "--password-stdin"),
    ("podman", "--password-stdin"),
    ("helm", "--password-stdin"),
    ("sudo", "-S"),
    ("kinit", ""),
    ("cryptsetup", ""),
    ("gpg", "--passphrase-fd"),
    ("gcloud", "--data-file=-"),
    ("openssl", "stdin"),
    ("sshpass", ""),
    ("htpasswd", "-i"),
];

/// Where a secret stands in what a command writes, or in what it is given to read.
pub fn of_data(text: &Text, command: &Command) -> Option<Span> {
    match command.name() {
        "echo" | "printf" => command.arguments().iter().find_map(|word| written(text, command, word)),
        "sed" | "gsed" => command.arguments().iter().find_map(replaced),
        "psql" | "mysql" | "mariadb" | "sqlcmd" | "mongosh" | "mongo" => {
            command.arguments().iter().chain(&command.input).find_map(stated)
        }
        name => {
            let input = command.input.as_ref()?;
            if reads(command) {
                fed(input)
            } else {
                matches!(name, "cat" | "tee" | "sudo").then(|| written(text, command, input)).flatten()
            }
        }
    }
}

fn reads(command: &Command) -> bool {
    let words = command.arguments();
    READERS.iter().any(|(name, option)| *name == command.name() && (option.is_empty() || words.has_any(&[option])))
}

/// What is printed into a file or a pipe: lines of settings, or the password itself.
fn written(text: &Text, command: &Command, word: &Word) -> Option<Span> {
    if command.redirects.is_empty() && text.parsed.pipeline(command).stages < 2 {
        return None;
    }
    let mut behind = text.parsed.behind(command).peekable();
    let files = |other: &Command| {
        let into =
            |redirect: &&Redirect| redirect.writes && redirect.fd == 1 && !redirect.target.text.starts_with("/dev/");
        let named = other.redirects.iter().filter(into).map(|redirect| redirect.target.text.clone());
        let teed = other.arguments().iter().filter(|_| other.name() == "tee").map(|word| word.text.clone());
        named.chain(teed).collect::<Vec<_>>()
    };
    let targets: Vec<String> = files(command).into_iter().chain(text.parsed.behind(command).flat_map(files)).collect();
    if behind.any(reads) {
        return fed(word);
    }
    if targets.is_empty() {
        return None;
    }
    let fields = targets.iter().any(|target| target.contains("pgpass"));
    lines(word).find_map(|(at, line)| {
        setting(line).or_else(|| entry(line, fields)).map(|(from, to)| word.place(at + from..at + to))
    })
}

/// The lines of a word, each with its place; `\n` within `printf` ends one as well.
fn lines(word: &Word) -> impl Iterator<Item = (usize, &str)> {
    let text = word.text.as_str();
    let begin = |line: &str| line.as_ptr() as usize - text.as_ptr() as usize;
    text.lines().flat_map(|line| line.split("\\n")).map(move |line| (begin(line), line))
}

/// `user:password`, or a password alone.
fn fed(word: &Word) -> Option<Span> {
    let (at, line) = lines(word).find(|(_, line)| !line.trim().is_empty())?;
    let from = line.split_once(':').map_or(0, |(user, _)| user.len() + 1);
    let value = &line[from..];
    (secrets::is_value(value) && !value.contains('%')).then(|| word.place(at + from..at + line.len()))
}

/// `DB_PASSWORD=x`, `export TOKEN="x"`, `password: x`: the range of the value.
fn setting(line: &str) -> Option<(usize, usize)> {
    const ENDS: &[&str] = &["password", "passwd", "passphrase", "secret", "token", "key", "pwd", "pass", "requirepass"];
    let at = line.find(['=', ':', ' ']).filter(|at| *at > 0)?;
    let plain = line.trim_start().trim_start_matches("export ").trim_start_matches("- ");
    let at = if plain.len() == line.len() { at } else { line.len() - plain.len() + plain.find(['=', ':', ' '])? };
    let name = line[line.len() - plain.len()..at].trim().trim_matches(['"', '\'']).replace(['-', '.'], "_");
    let lower = name.to_ascii_lowercase();
    let end = if line[at..].starts_with('=') || lower == "requirepass" { ENDS } else { &ENDS[..3] };
    let named = (secrets::is_name(&name) || lower == "requirepass") && end.iter().any(|end| lower.ends_with(end));
    let rest = line[at..].trim_start_matches([' ', '=', ':']);
    let from = line.len() - rest.len();
    let value = rest.trim_end();
    (named && value.len() >= 6 && secrets::is_value(value)).then_some((from, from + value.len()))
}

/// A line of `.pgpass` or `.netrc`.
fn entry(line: &str, fields: bool) -> Option<(usize, usize)> {
    let colons = line.matches(':').count() >= 4 && fields;
    let from =
        if colons { line.rfind(':')? + 1 } else { line.find(" password ").filter(|_| line.contains("machine "))? + 10 };
    let value = line[from..].split_whitespace().next()?;
    secrets::is_value(value).then_some((from, from + value.len()))
}

/// `s/^DB_PASSWORD=.*/DB_PASSWORD=x/`
fn replaced(word: &Word) -> Option<Span> {
    let text = word.text.as_str();
    let delimiter = text.strip_prefix('s')?.chars().next().filter(char::is_ascii_punctuation)?;
    let new = text.split(delimiter).nth(2)?;
    let (from, to) = setting(new)?;
    let at = new.as_ptr() as usize - text.as_ptr() as usize;
    word.fixed.then(|| word.place(at + from..at + to))
}

/// `alter role app password 'x'`, `identified by 'x'`, `pwd: "x"`
fn stated(word: &Word) -> Option<Span> {
    if !word.text.contains(['\'', '"']) {
        return None;
    }
    let lower = word.text.to_ascii_lowercase();
    ["password '", "identified by '", "pwd: '", "pwd: \"", "pwd:'", "pwd:\""].iter().find_map(|mark| {
        let from = lower.find(mark)? + mark.len();
        let value = word.text.get(from..)?.split(['\'', '"']).next()?;
        secrets::is_value(value).then(|| word.place(from..from + value.len()))
    })
}
