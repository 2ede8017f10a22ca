//! Copies that commands make, look at and remove: which words name one, which tools write one.
//!
//! In: words and commands. Out: answers. Not its business: whether the plan knows of the copy.

use super::scripts::Text;
use crate::shell::{Command, Redirect, Word, Words};

/// Tools that write a copy of a database, with the options that name its file.
const DUMPS: &[(&str, &[&str])] = &[
    ("pg_dump", &["-f", "--file"]),
    ("pg_dumpall", &["-f", "--file"]),
    ("mysqldump", &["-r", "--result-file"]),
    ("mariadb-dump", &["-r", "--result-file"]),
    ("mongodump", &["--archive", "-o", "--out"]),
    ("supabase", &["-f", "--file"]),
    ("sqlite3", &[]),
    ("redis-cli", &["--rdb"]),
];

/// The names of those tools.
pub const TOOLS: &[&str] =
    &["pg_dump", "pg_dumpall", "mysqldump", "mariadb-dump", "mongodump", "supabase", "sqlite3", "redis-cli"];

/// Does a word name a copy, or a folder of them?
pub fn names_copy(word: &Word) -> bool {
    let text = word.text.to_ascii_lowercase();
    ["backup", "dump", "offsite", "snapshot", ".bak", ".sql", ".rdb"].iter().any(|mark| text.contains(mark))
}

/// The file that a tool of databases writes its copy to.
pub fn dumped<'a>(text: &'a Text, command: &'a Command) -> Option<&'a Word> {
    let (_, options) = DUMPS.iter().find(|(name, _)| *name == command.name())?;
    let words = command.arguments();
    if let Some(backup) = words.iter().find(|word| command.name() == "sqlite3" && saved(word).is_some()) {
        return Some(backup);
    }
    if command.name() == "supabase" && !words.has_any(&["dump"])
        || command.name() == "sqlite3" && !words.has_any(&[".dump"])
    {
        return None;
    }
    let written = |command: &'a Command| command.redirects.iter().find(|to| is_output(to)).map(|to| &to.target);
    let behind = || text.parsed.behind(command).find_map(written);
    let around = || text.parsed.runners(command).find_map(written);
    // `--archive` by itself writes to standard output.
    let named = words.value(options).filter(|word| !word.text.starts_with("--") || word.text.contains('='));
    named.or_else(|| written(command)).or_else(behind).or_else(around)
}

/// The file that a word of a tool's names: by itself, behind an option's `=`, in `.backup FILE`.
pub fn path(word: &Word) -> &str {
    match word.text.split_once('=') {
        Some((option, path)) if option.starts_with("--") => path,
        _ => saved(word).unwrap_or(&word.text),
    }
}

/// The file of `.backup FILE`, as `sqlite3` is told.
fn saved(word: &Word) -> Option<&str> {
    let rest = [".backup ", ".save ", ".clone "].iter().find_map(|verb| word.text.trim_start().strip_prefix(verb))?;
    let file = rest.trim().trim_end_matches(';');
    file.trim_start_matches("main ")
        .trim()
        .strip_prefix(['\'', '"'])
        .map_or(Some(file), |file| file.split(['\'', '"']).next())
}

/// Is it a place of nobody's way back: scratch, evidence, what a drill makes?
pub fn is_scratch(path: &str) -> bool {
    const MARKS: &[&str] = &["scratch", "evidence", "verify", "test", "trial", "probe", "drill", "report", "cache"];
    // `latest` holds a `test`: what counts is where a part of the name begins.
    let is_mark = |part: &str| matches!(part, "work" | "part") || MARKS.iter().any(|mark| part.starts_with(mark));
    ["/tmp/", "/var/tmp/", "/dev/", "/run/"].iter().any(|folder| path.starts_with(folder))
        || path.split(|c: char| !c.is_alphanumeric()).any(is_mark)
}

/// Is a file in a folder, or a bucket, of copies?
pub fn in_store(path: &str) -> bool {
    let lower = path.to_ascii_lowercase();
    let folder = lower.trim_end_matches('/').rsplit_once('/').map_or("", |(folder, _)| folder);
    ["backup", "dump", "safety", "offsite", "snapshot", "rollback"].iter().any(|mark| folder.contains(mark))
}

fn is_output(to: &Redirect) -> bool {
    to.writes && !to.appends && to.fd == 1 && !to.target.text.starts_with("/dev/")
}

/// The file that `tar` writes.
pub fn packed(command: &Command) -> Option<&Word> {
    let words = command.arguments();
    let bundle = words.first().is_some_and(|word| is_bundle(&word.text));
    if command.name() != "tar" || !makes_archive(command) {
        return None;
    }
    let named = || {
        words
            .iter()
            .position(|word| word.text.starts_with('-') && !word.text.starts_with("--") && word.text.ends_with('f'))
    };
    if bundle && words.first().is_some_and(|word| word.text.ends_with('f')) {
        return words.get(1);
    }
    words.value(&["--file"]).or_else(|| named().and_then(|at| words.get(at + 1)))
}

/// Is it a `tar` that packs?
pub fn makes_archive(command: &Command) -> bool {
    let words = command.arguments();
    let bundle = words.first().is_some_and(|word| is_bundle(&word.text) && word.text.contains('c'));
    let option = |word: &Word| {
        word.text.len() < 8
            && word.text.starts_with('-')
            && !word.text.starts_with("--")
            && word.text[1..].contains('c')
    };
    command.name() == "tar" && (bundle || words.has_any(&["--create"]) || words.iter().any(option))
}

/// `czf`, the way of old.
fn is_bundle(text: &str) -> bool {
    !text.is_empty()
        && text.len() < 8
        && text.chars().all(|c| "cxtruzjJfvpahkO".contains(c))
        && text.contains(['c', 'x', 't', 'r', 'u'])
}
