//! Commands that remove copies from a folder or a store: all of them, all that a pattern fits, all but the last.
//!
//! In: a command of a text. Out: what it does, and what to do instead. Not its business: `find`, and what goes by age.

use super::{commands, copies, retention_may_empty::counts, scripts::Text};
use crate::shell::{Command, Word, Words};

/// Those that are looked at.
pub const TOOLS: &[&str] = &["rm", "az", "aws", "gsutil", "gcloud", "borg", "restic", "wal-g", "zfs", "ls"];

type Said = (&'static str, &'static str);

/// What is lost, if it is.
pub fn why(text: &Text, command: &Command) -> Option<Said> {
    if commands::is_dry(command) || command.arguments().has_any(&["--dryrun"]) {
        return None;
    }
    let found = match command.name() {
        "rm" => removal(text, command),
        "az" | "aws" | "gsutil" | "gcloud" => stored(command),
        "borg" | "restic" => kept(command),
        "wal-g" => command.has("everything").then_some(ALL),
        "zfs" if !command.arguments().short('n') => range(command),
        _ => None,
    };
    found.or_else(|| listed(text, command)).filter(|_| !counts(text))
}

const ALL: Said = ("every copy is removed, the one that the way back needs as well", "name the copies that may go");

/// `rm -rf /srv/dumps/*`, and no copy of them was made elsewhere before.
fn removal(text: &Text, rm: &Command) -> Option<Said> {
    let words = rm.arguments();
    let recursive = words.short('r') || words.short('R') || words.has_any(&["--recursive"]);
    let lost = words.operands(&[]).into_iter().find_map(|word| {
        let path = word.text.trim_end_matches('/');
        let (place, name) = path.rsplit_once('/')?;
        let ending = [
            "*", "*.dump", "*.sql", "*.gz", "*.tgz", "*.bak", "*.rdb", "*.zst", "*.tar", "*.xz", "*.sql.gz", "*.tar.gz",
        ];
        let all = ending.contains(&name) && word.has_pattern(|quote| quote == crate::shell::Quote::Bare);
        let whole = recursive && !name.contains(['*', '.']) && is_store(name);
        let fixed = word.fixed && path.starts_with('/') && !copies::is_scratch(path);
        (fixed && (whole || all && place.rsplit('/').next().is_some_and(is_store))).then_some(if whole {
            path
        } else {
            place
        })
    })?;
    let sent = |other: &Command| {
        let tools = ["rsync", "cp", "mv", "scp", "aws", "rclone", "gsutil", "tar", "restic", "borg"];
        tools.contains(&other.name())
            && other.span.end <= rm.span.start
            && other.arguments().iter().any(|word| word.text.starts_with(lost))
    };
    (!text.parsed.commands.iter().any(sent)).then_some((
        "every copy of the folder is removed, whether there is another one or not",
        "make the new one first and read it, then remove single old ones by their names",
    ))
}

/// `dumps`, `backups`: a folder that is called after what it holds.
fn is_store(name: &str) -> bool {
    ["backup", "dump", "snapshot", "offsite"].iter().any(|mark| name.to_ascii_lowercase().contains(mark))
}

/// A whole prefix of a store of objects, or all that a pattern fits.
fn stored(command: &Command) -> Option<Said> {
    let words = command.arguments();
    let operands: Vec<&str> = words.operands(&[]).iter().map(|word| word.text.as_str()).collect();
    let whole = match (command.name(), &operands[..]) {
        ("az", ["storage", "blob", "delete-batch", ..]) => !words.has_any(&["--if-unmodified-since"]),
        ("aws", ["s3", "rm", ..]) => words.has_any(&["--recursive"]) && !words.has_any(&["--exclude", "--include"]),
        ("gsutil", ["rm", ..]) => words.short('r') || words.short('R'),
        ("gcloud", ["storage", "rm", ..]) => words.short('r') || words.has_any(&["--recursive"]),
        _ => false,
    };
    let fixed = words.iter().all(|word| word.fixed || !copies::names_copy(word));
    let named = words.iter().any(|word| word.fixed && copies::names_copy(word) && !copies::is_scratch(&word.text));
    (whole && fixed && named).then_some((
        "every copy that this fits is removed from the store, the newest good one as well",
        "name the objects that may go, look first (`--dryrun`), and keep what the way back needs",
    ))
}

/// `borg prune --keep-daily 1`: the copies that are left are counted on one hand.
fn kept(command: &Command) -> Option<Said> {
    let words = command.arguments();
    let prunes = match command.name() {
        "borg" => words.has_any(&["prune"]),
        _ => words.has_any(&["forget"]),
    };
    let dry = words.short('n');
    let options = words.iter().enumerate().filter(|(_, word)| word.text.starts_with("--keep-"));
    let counts = options.map(|(at, word)| {
        let value = word.text.split_once('=').map(|(_, value)| value);
        value.or_else(|| words.get(at + 1).map(|next| next.text.as_str())).and_then(|count| count.parse::<u32>().ok())
    });
    let total: Option<u32> = counts.sum();
    (prunes && !dry && total.is_some_and(|total| (1..3).contains(&total))).then_some((
        "hardly a copy is kept: what is left may be of the time since the mistake",
        "keep more, `--keep-daily 14`, and see with `--dry-run` what would go",
    ))
}

/// `zfs destroy tank/pgdata@%`: all snapshots from one to another.
fn range(command: &Command) -> Option<Said> {
    let words = command.arguments();
    let ranges = |word: &Word| word.text.contains('@') && word.text.contains('%');
    (words.has_any(&["destroy"]) && words.iter().any(ranges)).then_some(ALL)
}

/// A list of copies that goes to what removes each, with nothing between that chooses.
fn listed(text: &Text, lists: &Command) -> Option<Said> {
    let words = lists.arguments();
    let copies = words.iter().any(copies::names_copy);
    let shows = match lists.name() {
        "ls" => copies,
        "aws" | "gsutil" | "gcloud" => copies && words.has_any(&["ls"]),
        "zfs" => words.has_any(&["list"]) && words.has_any(&["snapshot", "snap", "all"]),
        "borg" | "restic" => {
            words.has_any(&["list", "snapshots"]) && !words.has_any(&["--last", "--first", "--latest", "-a", "-P"])
        }
        _ => false,
    };
    if !shows {
        return None;
    }
    let behind: Vec<&Command> = text.parsed.behind(lists).collect();
    let removes = |next: &&Command| {
        let verbs = ["rm", "unlink", "destroy", "delete", "forget", "del"];
        next.name() == "xargs" && next.arguments().iter().any(|word| verbs.contains(&word.text.as_str()))
    };
    let xargs = behind.iter().find(|next| removes(next))?;
    let dry = xargs
        .arguments()
        .iter()
        .any(|word| matches!(word.text.as_str(), "echo" | "--dryrun" | "--dry-run" | "-nv" | "-n" | "-p"));
    let before = behind.iter().filter(|next| next.stage < xargs.stage);
    (!dry && before.into_iter().all(|next| takes_all(next))).then_some(ALL)
}

/// Does a stage let everything through, or all but one?
fn takes_all(next: &Command) -> bool {
    let words = next.arguments();
    match next.name() {
        "sort" | "tac" | "cut" | "tr" | "uniq" | "cat" | "tee" | "rev" => true,
        "awk" | "gawk" => words
            .operands(&["-F"])
            .iter()
            .all(|word| word.text.trim().starts_with("{print") || word.text.trim().starts_with("{ print")),
        "sed" => words.operands(&["-e"]).iter().any(|word| matches!(word.text.as_str(), "$d" | "1d")),
        "head" => words
            .value(&["-n", "--lines"])
            .is_some_and(|count| matches!(count.text.as_str(), "-1" | "-n-1" | "--lines=-1")),
        _ => false,
    }
}
