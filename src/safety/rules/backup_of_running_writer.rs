//! A backup is taken while a service writes what it copies, with a tool that needs it to be still.

use super::scripts::{Role, Text};
use super::{Context, commands, copies};
use crate::diagnostics::{Diagnostic, Level};
use crate::ir::{Action, Effect};
use crate::safety::trouble::Kind;
use crate::shell::{self, Command, Word, Words};
use crate::source::Span;

pub fn check(context: &Context) -> Vec<Diagnostic> {
    let world = context.world;
    let mut found = Vec::new();
    for case in context.cases(|kind| matches!(kind, Kind::RacedBackup(..))) {
        let Kind::RacedBackup(r, b) = *case.kind else { continue };
        let (name, backup) = (world.resource_name(r), world.backup_name(b));
        let taking = context.taking(case.change, b);
        let writer = world.writers[r].first().copied();
        let service = writer.map_or("a service", |s| world.service_name(s));
        let message = format!("`{backup}` is taken while `{service}` may write `{name}`: the copy may be torn");
        let at = taking.map_or(case.span, |action| action.head);
        let mut diagnostic = Context::report("backup-of-running-writer", message, at, "not a copy of one moment");
        if let Some(s) = writer {
            let label = format!("`{service}` writes `{name}` and is not stopped before");
            diagnostic = diagnostic.also(world.plan[s].common.name_span, label);
        }
        diagnostic = diagnostic.also(case.span, format!("`{}` relies on the copy", case.procedure.name));
        let help = format!("write `stop {service}` before it, or use a driver that copies `while_running`");
        found.push(context.story(case.finding, diagnostic).help(help));
    }
    for copy in safety_copies(context) {
        if !found.iter().any(|other| other.labels[0].span == copy.labels[0].span) {
            found.push(copy);
        }
    }
    found.extend(torn(context));
    found
}

/// Where servers keep what they write.
const HOMES: &[(&str, &str)] = &[
    ("/var/lib/postgresql", "`pg_basebackup`, `pg_dump`"),
    ("/var/lib/pgsql", "`pg_basebackup`, `pg_dump`"),
    ("/var/lib/mysql", "`mysqldump --single-transaction`, `mariabackup`"),
    ("/var/lib/mariadb", "`mysqldump --single-transaction`, `mariabackup`"),
    ("/var/lib/mongo", "`mongodump --oplog`"),
    ("/var/lib/redis", "`redis-cli --rdb FILE`"),
    ("/var/lib/elasticsearch", "a snapshot of its own"),
    ("/var/lib/opensearch", "a snapshot of its own"),
    ("/var/lib/cassandra", "`nodetool snapshot`"),
    ("/var/lib/influxdb", "`influx backup`"),
    ("/var/lib/clickhouse", "`BACKUP`"),
    ("/var/lib/rabbitmq", "`rabbitmqctl export_definitions`"),
    ("pgdata", "`pg_basebackup`, `pg_dump`"),
    ("postgres_data", "`pg_basebackup`, `pg_dump`"),
    ("postgres-data", "`pg_basebackup`, `pg_dump`"),
    ("mysql_data", "`mysqldump --single-transaction`"),
    ("mysql-data", "`mysqldump --single-transaction`"),
    ("mongo_data", "`mongodump --oplog`"),
    ("mongo-data", "`mongodump --oplog`"),
    ("redis_data", "`redis-cli --rdb FILE`"),
];

/// Files of a server that commands copy while it may write them, and dumps that are told not to care.
fn torn<'a>(context: &Context<'a>) -> Vec<Diagnostic> {
    let copying = ["tar", "rsync", "cp", "zip", "scp", "mysqldump", "mariadb-dump"];
    let work = context.named(&copying).filter(|(text, _)| text.role == Role::Work);
    let one = |(text, command): (&'a Text, &'a Command)| {
        if commands::is_dry(command) || command.name() == "rsync" && command.arguments().short('n') {
            return None;
        }
        let dump = || careless(command).map(|word| (word, "`--single-transaction`"));
        let (word, help) = source(text, command).or_else(dump)?;
        let message =
            format!("`{}` copies what a server may be writing: the copy may be torn", commands::shown(command));
        let place =
            Diagnostic::new("backup-of-running-writer", Level::Warning, message, word.span, "not a copy of one moment");
        let place = place.help(format!("stop the server before, or let it copy by itself: {help}"));
        Some((text, command, place))
    };
    let found: Vec<_> = work.filter_map(one).collect();
    found.into_iter().filter(|(text, copy, _)| !is_stilled(context, text, copy)).map(|(_, _, place)| place).collect()
}

/// Does anything in the plan stop a server, or hold its files still? In the text of the copy it must come first.
fn is_stilled(context: &Context, own: &Text, copy: &Command) -> bool {
    let stops = |action: &Action| action.effects.iter().any(|effect| matches!(effect, Effect::Stop(_)));
    let says = |command: &Command| {
        let words = command.arguments().iter().chain(&command.input);
        words.map(|word| word.text.to_ascii_lowercase()).any(|text| {
            ["pg_backup_start", "pg_start_backup", "read lock", "fsynclock", "shutdown"]
                .iter()
                .any(|hold| text.contains(hold))
        })
    };
    let held = |text: &Text| {
        let late = |at: Span| std::ptr::eq(text, own) && at.start > copy.span.start;
        let stop = |effect: &shell::Visible| effect.effect == shell::Effect::Stops && !late(effect.span);
        text.parsed.effects.iter().any(stop) || text.parsed.commands.iter().any(says)
    };
    asks_for_rest(own, copy)
        || context.written.iter().any(|(_, action)| stops(action))
        || context.texts().iter().any(held)
}

/// `if systemctl is-active …; then exit 1; fi` before it: what writes is not there.
fn asks_for_rest(text: &Text, copy: &Command) -> bool {
    text.parsed.commands.iter().filter(|other| other.span.end <= copy.span.start).any(|other| {
        let site = text.parsed.pipeline(other);
        let words = other.arguments();
        let asks = match other.name() {
            "systemctl" | "service" | "pg_ctl" | "pg_ctlcluster" => words.has_any(&["is-active", "status"]),
            "pgrep" | "pidof" | "fuser" | "lsof" | "pg_isready" => true,
            "docker" | "podman" => words.has_any(&["ps", "inspect", "top"]),
            _ => false,
        };
        let leaves = text.parsed.within(site.then.clone()).any(|then| matches!(then.name(), "exit" | "return"));
        asks && (site.condition || site.negated || leaves)
    })
}

/// Is it a database in a file, and does what follows in the text stop its writer?
fn stopped_later(text: &Text, copy: &Command, word: &Word) -> bool {
    let path = word.text.trim_end_matches('"');
    let database = [".db", ".sqlite", ".sqlite3", ".mdb", ".h2.db"].iter().any(|end| path.ends_with(end));
    let stops = |effect: &shell::Visible| effect.effect == shell::Effect::Stops && effect.span.start > copy.span.end;
    database && path.starts_with('/') && !copies::names_copy(word) && text.parsed.effects.iter().any(stops)
}

/// What a command copies, if it is a server's home.
fn source<'a>(text: &'a Text, command: &'a Command) -> Option<(&'a Word, &'static str)> {
    let words = command.arguments();
    let home = |word: &Word| {
        let path = word.text.trim_end_matches('/');
        let aside = ["backup", "dump", "export", "snapshot", "restore", "-files", ".conf", ".log", "log/", ".sock"]
            .iter()
            .any(|mark| path.contains(mark));
        let of = |(place, _): &&(&str, &str)| place.starts_with('/') && path.starts_with(place);
        HOMES.iter().find(of).filter(|_| !aside).map(|(_, help)| *help)
    };
    let mounted = |word: &Word| {
        let (volume, _) = word.text.split_once(':')?;
        let named = |(place, _): &&(&str, &str)| !place.starts_with('/') && volume.ends_with(place);
        HOMES.iter().find(named).map(|(_, help)| *help).or_else(|| home(word).filter(|_| volume.starts_with('/')))
    };
    let paths = match command.name() {
        "tar" if copies::makes_archive(command) => {
            let from = words.value(&["-C", "--directory"]).into_iter();
            let container = text.parsed.runners(command).find(|runner| matches!(runner.name(), "docker" | "podman"));
            let volume =
                container.into_iter().flat_map(Command::arguments).find_map(|word| Some((word, mounted(word)?)));
            if volume.is_some() {
                return volume;
            }
            from.chain(words.operands(&["-C", "-f", "--file", "--exclude"])).collect()
        }
        "rsync" | "cp" | "scp" | "zip" => {
            let mut all = words.operands(&["-e", "--exclude", "--include", "-t", "-i", "-P"]);
            // The last of them is where they go; of `zip` the first.
            let place = if command.name() == "zip" { 0 } else { all.len().saturating_sub(1) };
            if place < all.len() {
                all.remove(place);
            }
            all
        }
        _ => return None,
    };
    let file = |word: &Word| stopped_later(text, command, word).then_some("`sqlite3 FILE '.backup COPY'`");
    paths.into_iter().find_map(|word| Some((word, home(word).or_else(|| file(word))?)))
}

/// `mysqldump --skip-lock-tables` without a transaction.
fn careless(command: &Command) -> Option<&Word> {
    let words = command.arguments();
    let dump = matches!(command.name(), "mysqldump" | "mariadb-dump")
        && !words.has_any(&["--single-transaction", "--lock-all-tables", "-x", "--no-data", "-d"]);
    let loose = |word: &&Word| {
        matches!(
            word.text.to_ascii_lowercase().as_str(),
            "--skip-lock-tables" | "--skip-opt" | "--lock-tables=false" | "--lock-tables=0"
        )
    };
    words.iter().find(loose).filter(|_| dump)
}

/// Those that a rollback takes before it restores.
fn safety_copies(context: &Context) -> Vec<Diagnostic> {
    let world = context.world;
    let columns = context.survey.changes.iter().flat_map(|change| &change.columns);
    let raced = columns.flat_map(|column| column.telling()).flat_map(|outcome| &outcome.raced);
    let one = |&(r, b, s, span): &(usize, _, _, _)| {
        let (name, backup, service) = (world.resource_name(r), world.backup_name(b), world.service_name(s));
        let message = format!("`{backup}` is taken while `{service}` may write `{name}`: the copy may be torn");
        let place = Context::report("backup-of-running-writer", message, span, "not a copy of one moment");
        let label = format!("`{service}` writes `{name}` and is not stopped before");
        let help = format!("write `stop {service}` before it, or use a driver that copies `while_running`");
        place.also(world.plan[s].common.name_span, label).help(help)
    };
    raced.map(one).collect()
}
