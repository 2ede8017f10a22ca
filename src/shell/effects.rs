//! What a command visibly destroys.
//!
//! In: one command. Out: what it destroys, in words, and where it says so. A command that only shows (`--dry-run`, `diff`, `config`)
//! and one that only prints (`echo`) destroys nothing. Whether the plan declares it is for a rule to say.

use super::{Command, Word, sql};
use crate::source::Span;
use crate::syntax::Text;

/// What is lost.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Destroyed {
    /// Files or directories.
    Files,
    /// Volumes of containers.
    Volume,
    /// Uncommitted changes of a working tree.
    WorkTree,
    /// A table or a column of it, or a schema.
    Table,
    /// Rows of a table.
    Rows,
    /// A database.
    Database,
    /// A key-value store or a cache.
    Store,
    /// A file system or a device.
    Disk,
    /// Objects of a cluster.
    Objects,
}

/// Something that is visibly destroyed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Visible {
    /// The kind of loss.
    pub destroyed: Destroyed,
    /// What the command does, with its object: `removes the volume pgdata`.
    pub what: String,
    /// The words that say it.
    pub span: Span,
}

type Rule = fn(&Command) -> Option<(Destroyed, String)>;

/// The tools that are understood.
const TABLE: &[(&[&str], Rule)] = &[
    (&["rm", "shred", "unlink"], files),
    (&["find"], find),
    (&["docker", "podman"], docker),
    (&["docker-compose"], compose),
    (&["git"], git),
    (&["dropdb"], |command| Some((Destroyed::Database, format!("drops the database {}", last(command))))),
    (&["redis-cli", "valkey-cli"], redis),
    (&["dd"], dd),
    (&["wipefs", "blkdiscard"], |command| Some((Destroyed::Disk, format!("wipes {}", last(command))))),
    (&["kubectl", "oc"], kubectl),
    (&["helm"], helm),
    (&["terraform", "tofu"], terraform),
];

/// Clients of databases, and their options that carry a statement.
const CLIENTS: &[(&str, &[&str])] = &[
    ("psql", &["-c", "--command"]),
    ("mysql", &["-e", "--execute"]),
    ("mariadb", &["-e", "--execute"]),
    ("sqlite3", &[]),
];

/// What a command destroys.
pub fn of(command: &Command) -> Vec<Visible> {
    let name = command.name();
    if command.arguments().iter().any(|word| word.text == "--dry-run" || word.text.starts_with("--dry-run=")) {
        return Vec::new();
    }
    if let Some((_, options)) = CLIENTS.iter().find(|(client, _)| *client == name) {
        return statements(command, options);
    }
    let formats = name.starts_with("mkfs").then(|| (Destroyed::Disk, format!("formats {}", last(command))));
    let row = TABLE.iter().find(|(names, _)| names.contains(&name));
    let found = formats.or_else(|| row.and_then(|(_, rule)| rule(command)));
    found.map(|(destroyed, what)| Visible { destroyed, what, span: command.span }).into_iter().collect()
}

/// The words that are not options.
fn operands(command: &Command) -> impl Iterator<Item = &str> {
    command.arguments().iter().map(|word| word.text.as_str()).filter(|text| !text.starts_with('-'))
}

fn last(command: &Command) -> String {
    operands(command).last().unwrap_or("?").to_owned()
}

/// Does a short option stand among the arguments, also in a bundle (`-rf`)?
fn short(command: &Command, letter: char) -> bool {
    let bundle = |text: &str| text.starts_with('-') && !text.starts_with("--") && text.contains(letter);
    command.arguments().iter().any(|word| bundle(&word.text))
}

/// The words behind a subcommand path such as `volume rm`; options between are passed over.
fn behind<'a>(command: &'a Command, path: &[&str]) -> Option<Vec<&'a str>> {
    let mut words = operands(command);
    // `docker -H x volume rm`: the value of an option may stand before the path.
    let first = path.first()?;
    words.by_ref().take(3).find(|word| word == first)?;
    path.iter().skip(1).all(|part| words.next() == Some(part)).then(|| words.collect())
}

fn files(command: &Command) -> Option<(Destroyed, String)> {
    let recursive = short(command, 'r') || short(command, 'R') || command.has("--recursive");
    (recursive || command.name() == "shred")
        .then(|| (Destroyed::Files, format!("removes {}", operands(command).collect::<Vec<_>>().join(" "))))
}

fn find(command: &Command) -> Option<(Destroyed, String)> {
    let start = operands(command).next().unwrap_or("?");
    command.has("-delete").then(|| (Destroyed::Files, format!("deletes files below {start}")))
}

fn docker(command: &Command) -> Option<(Destroyed, String)> {
    if let Some(volumes) = behind(command, &["volume", "rm"]).or_else(|| behind(command, &["volume", "remove"])) {
        return Some((Destroyed::Volume, format!("removes the volume {}", volumes.join(" "))));
    }
    if behind(command, &["volume", "prune"]).is_some() {
        return Some((Destroyed::Volume, "removes every unused volume".into()));
    }
    if behind(command, &["system", "prune"]).is_some() && command.has("--volumes") {
        return Some((Destroyed::Volume, "removes every unused container, image and volume".into()));
    }
    if behind(command, &["rm"]).is_some() && operands(command).next() == Some("rm") && short(command, 'v') {
        return Some((Destroyed::Volume, format!("removes {} with its volumes", last(command))));
    }
    behind(command, &["compose"]).and_then(|_| compose(command))
}

fn compose(command: &Command) -> Option<(Destroyed, String)> {
    let verb = |verb: &str| operands(command).any(|word| word == verb);
    let volumes = command.has("-v") || command.has("--volumes");
    (volumes && (verb("down") || verb("rm"))).then(|| (Destroyed::Volume, "removes the volumes of the project".into()))
}

fn git(command: &Command) -> Option<(Destroyed, String)> {
    let verb = |verb: &str| operands(command).any(|word| word == verb);
    if verb("reset") && command.has("--hard") {
        return Some((Destroyed::WorkTree, "discards every uncommitted change".into()));
    }
    let forced = short(command, 'f') || command.has("--force");
    if verb("clean") && forced && !short(command, 'n') {
        return Some((Destroyed::WorkTree, "deletes every untracked file".into()));
    }
    (verb("checkout") && forced).then(|| (Destroyed::WorkTree, "discards every uncommitted change".into()))
}

fn redis(command: &Command) -> Option<(Destroyed, String)> {
    let verb = |verb: &str| operands(command).any(|word| word.eq_ignore_ascii_case(verb));
    if verb("flushall") {
        return Some((Destroyed::Store, "deletes every key of every database".into()));
    }
    verb("flushdb").then(|| (Destroyed::Store, "deletes every key of the database".into()))
}

fn dd(command: &Command) -> Option<(Destroyed, String)> {
    let target = operands(command).find_map(|word| word.strip_prefix("of="))?;
    let device = target.starts_with("/dev/") && !matches!(target, "/dev/null" | "/dev/stdout" | "/dev/stderr");
    device.then(|| (Destroyed::Disk, format!("overwrites {target}")))
}

fn kubectl(command: &Command) -> Option<(Destroyed, String)> {
    let deleted = behind(command, &["delete"])?;
    let kind = deleted.first()?.split('/').next()?;
    let lasting =
        ["pvc", "pv", "persistentvolumeclaim", "persistentvolume", "namespace", "ns", "persistentvolumeclaims"];
    lasting.contains(&kind).then(|| (Destroyed::Objects, format!("deletes {}", deleted.join(" "))))
}

fn helm(command: &Command) -> Option<(Destroyed, String)> {
    let removed = behind(command, &["uninstall"]).or_else(|| behind(command, &["delete"]))?;
    Some((Destroyed::Objects, format!("uninstalls {}", removed.join(" "))))
}

fn terraform(command: &Command) -> Option<(Destroyed, String)> {
    let destroys = behind(command, &["destroy"]).is_some()
        || behind(command, &["apply"]).is_some() && (command.has("-destroy") || command.has("--destroy"));
    destroys.then(|| (Destroyed::Objects, "destroys everything that the configuration manages".into()))
}

/// What the statements that a database's client is given destroy.
fn statements(command: &Command, options: &[&str]) -> Vec<Visible> {
    let words = command.arguments();
    let mut carried: Vec<&Word> = command.input.iter().collect();
    for (i, word) in words.iter().enumerate() {
        let follows = i > 0 && words.get(i - 1).is_some_and(|before| options.contains(&before.text.as_str()));
        let attached = options.iter().any(|option| word.text.starts_with(&format!("{option}=")));
        if follows || attached || options.is_empty() && word.text.contains(' ') {
            carried.push(word);
        }
    }
    carried.into_iter().flat_map(destroyed_by).collect()
}

fn destroyed_by(word: &Word) -> Vec<Visible> {
    let skipped = word.text.find('=').filter(|_| word.text.starts_with("--")).map_or(0, |at| at + 1);
    let script = Text { value: word.text.clone(), map: word.map.clone(), file: word.span.file, raw: true };
    let statements = sql::destroyed(word.text.get(skipped..).unwrap_or(""));
    let visible = |(range, destroyed, what): (std::ops::Range<usize>, Destroyed, String)| {
        let range = range.start + skipped..range.end + skipped;
        Visible { destroyed, what, span: script.span(range) }
    };
    statements.into_iter().map(visible).collect()
}
