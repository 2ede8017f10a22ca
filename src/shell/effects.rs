//! What a command does to what, as far as the tables of tools tell.
//!
//! In: one command. Out: what it changes, in words, and where it says so; or that it only reads; or that nothing is known of it.
//! A command that only shows (`--dry-run`, `diff`, `plan`) changes nothing, nor does one that only prints (`echo`). Whether the
//! plan declares it is for a rule to say.

use super::line::{Line, glob};
use super::statements::{self, Told};
use super::table::{self, Effect, Language, Target};
use super::{Command, Parsed, Place, Redirect, Word, sql};
use crate::source::Span;
use crate::syntax::Text;
use std::ops::Range;

/// Something that a command changes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Visible {
    /// What becomes of it.
    pub effect: Effect,
    /// What kind of thing it is.
    pub target: Target,
    /// What the command does, with its object: `removes the volume pgdata`.
    pub what: String,
    /// The words that name the object, as they are written; empty if none do.
    pub object: String,
    /// The tool.
    pub tool: String,
    /// The words that say it.
    pub span: Span,
    /// Where it happens.
    pub place: Place,
}

impl Visible {
    /// Is something gone afterwards that only a backup brings back?
    pub fn is_loss(&self) -> bool {
        matches!(self.effect, Effect::Destroys | Effect::Irreversible)
    }
}

/// What is known of a command. It only reads if it changes nothing and is not unknown.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Nature {
    /// What it changes.
    pub changes: Vec<Visible>,
    /// May it do more than that?
    pub unknown: bool,
    /// Statements that were not understood and speak of deleting.
    pub hidden: Vec<Span>,
}

impl Nature {
    fn unknown() -> Self {
        Nature { unknown: true, ..Nature::default() }
    }

    fn one(visible: Visible) -> Self {
        Nature { changes: vec![visible], ..Nature::default() }
    }

    /// Is something lost?
    pub fn loses(&self) -> bool {
        self.changes.iter().any(Visible::is_loss)
    }

    /// Is nothing changed?
    pub fn reads(&self) -> bool {
        self.changes.is_empty() && !self.unknown
    }
}

/// What is known of a command, its redirections included.
pub fn of(command: &Command) -> Nature {
    let mut nature = of_words(command);
    let written = |redirect| {
        let visible = written(redirect, command.place)?;
        let visible = if empties(command, redirect) { emptied(redirect, command.place)? } else { visible };
        Some(Visible { tool: command.name().to_owned(), ..visible })
    };
    nature.changes.extend(command.redirects.iter().filter_map(written));
    nature
}

/// What a redirection does to its file, whatever it is that writes: `> report.txt`.
pub fn written(redirect: &Redirect, place: Place) -> Option<Visible> {
    let file = &redirect.target.text;
    let nowhere = file.starts_with("/dev/") || file.chars().all(|c| c.is_ascii_digit() || c == '-');
    let (effect, verb) =
        if is_live(redirect) { (Effect::Destroys, "overwrites") } else { (Effect::Modifies, "writes") };
    (redirect.writes && !nowhere).then(|| to_file(redirect, effect, verb, place))
}

/// `find /srv -print0 | xargs -0 rm`: what is removed lies where the list is from.
pub fn of_list(mut nature: Nature, parsed: &Parsed, command: &Command) -> Nature {
    let listed = |change: &&mut Visible| change.tool == "rm" && matches!(change.object.as_str(), "" | "{}");
    for change in nature.changes.iter_mut().filter(listed) {
        let by = command.via.and_then(|by| parsed.commands.get(by));
        let before = || parsed.commands.iter().rev().filter(|other| other.pipeline == command.pipeline);
        let find = by.into_iter().chain(before()).find(|other| other.name() == "find");
        let from = find.and_then(|find| find.arguments().first());
        if let Some(from) = from.filter(|from| !from.text.starts_with('-')) {
            change.object.clone_from(&from.text);
        }
    }
    nature
}

/// Is a file replaced that is a database, and by its place no copy of one: `> /srv/app/app.sqlite3`?
fn is_live(redirect: &Redirect) -> bool {
    const COPIES: &[&str] = &[
        "backup", "cop", "safe", "bak", "snapshot", "evidence", "old", "before", "stag", "scratch", "work", "new",
        "dump", "restore",
    ];
    let file = redirect.target.text.as_str();
    let placed = ["/srv/", "/opt/", "/var/lib/"].iter().any(|folder| file.starts_with(folder)) && redirect.target.fixed;
    let data = [".sqlite", ".sqlite3", ".db"].iter().any(|end| file.ends_with(end));
    placed && data && redirect.fd == 1 && !redirect.appends && !COPIES.iter().any(|word| file.contains(word))
}

/// Does a command print nothing where data were: `: > ledger.jsonl`?
fn empties(command: &Command, redirect: &Redirect) -> bool {
    let words = command.arguments();
    let silent = match command.name() {
        ":" | "true" => true,
        "cat" => !words.is_empty() && words.iter().all(|word| word.text == "/dev/null"),
        "echo" => matches!(words, [only] if only.text == "-n"),
        "printf" => matches!(words, [only] if only.text.is_empty()),
        _ => false,
    };
    silent && is_data(redirect)
}

/// Does a redirection empty a file of data? A mark or a log may well be empty.
fn is_data(redirect: &Redirect) -> bool {
    const DATA: &[&str] = &[
        "/var/lib/*",
        "*/spool/*",
        "*.jsonl",
        "*.json",
        "*.csv",
        "*.db",
        "*.sqlite*",
        "*.dat",
        "*.sql",
        "*.dump",
        "*.rdb",
        "*.aof",
        "*.conf",
        "*.yml",
        "*.yaml",
        "*.env",
        "*.xml",
        "*.ini",
        "*.toml",
        "*passwd",
    ];
    const MARKS: &[&str] = &["/var/log/*", "*/run/*", "*.pid", "*.lock", "*.flag", "*.done", "/tmp/*"];
    let like = |patterns: &[&str]| patterns.iter().any(|pattern| glob(pattern, &redirect.target.text));
    redirect.writes && !redirect.appends && redirect.fd == 1 && like(DATA) && !like(MARKS)
}

/// What a redirection without a command does: `> ledger.jsonl`.
pub fn emptied(redirect: &Redirect, place: Place) -> Option<Visible> {
    is_data(redirect).then(|| to_file(redirect, Effect::Destroys, "empties", place))
}

fn to_file(redirect: &Redirect, effect: Effect, verb: &str, place: Place) -> Visible {
    let (object, span) = (redirect.target.text.clone(), redirect.target.span);
    let (target, what) = (Target::Files, format!("{verb} {object}"));
    Visible { effect, target, what, object, tool: String::new(), span, place }
}

fn visible(command: &Command, effect: Effect, target: Target, what: String, object: &str) -> Visible {
    let (tool, object) = (command.name().to_owned(), object.to_owned());
    Visible { effect, target, what, object, tool, span: command.span, place: command.place }
}

fn of_words(command: &Command) -> Nature {
    // Most commands are of a tool that only reads, whatever it is given.
    if table::known(command.name()).is_harmless() {
        return Nature::default();
    }
    let Some(line) = Line::of(command) else { return Nature::unknown() };
    if line.is_dry() {
        return Nature::default();
    }
    if let Some((does, object)) = line.entry() {
        if does.effect == Effect::Reads {
            return Nature::default();
        }
        return Nature::one(visible(command, does.effect, does.target, does.words(&object), &object));
    }
    match (line.tool.language, line.tool.otherwise) {
        _ if line.only_reads() => Nature::default(),
        (Some(language), _) => carried(command, &line, language),
        (None, Some(Effect::Reads)) => Nature::default(),
        (None, Some(effect)) => Nature::one(general(command, &line, effect)),
        (None, None) => Nature::unknown(),
    }
}

/// What a tool does where nothing more is known than that it does it.
fn general(command: &Command, line: &Line, effect: Effect) -> Visible {
    let name = command.name();
    let verb = line.operands.first().map_or_else(|| name.to_owned(), |verb| format!("{name} {verb}"));
    visible(command, effect, Target::Other, format!("changes something: `{verb}`"), "")
}

/// What the statements do that a client is given.
fn carried(command: &Command, line: &Line, language: Language) -> Nature {
    let words = statements_of(command, line);
    // A file of statements, or what a pipe brings, is not seen.
    let unknown = words.is_empty() || line.tool.files.iter().any(|option| line.has(option));
    let mut nature = Nature { unknown, ..Nature::default() };
    for word in words {
        let skipped = word.text.find('=').filter(|_| word.text.starts_with("--")).map_or(0, |at| at + 1);
        let script = word.as_text();
        let told = statements::read(language, command.name(), line, word.text.get(skipped..).unwrap_or(""));
        let span = |range: Range<usize>| script.span(range.start + skipped..range.end + skipped);
        nature.take(told, command.name(), command.place, span);
    }
    nature
}

impl Nature {
    fn take(&mut self, told: Told, tool: &str, place: Place, span: impl Fn(Range<usize>) -> Span) {
        self.unknown |= told.unknown;
        self.hidden.extend(told.hidden.into_iter().map(&span));
        for said in told.list {
            let span = span(said.range.clone());
            self.changes.push(said.visible(tool.to_owned(), span, place));
        }
    }
}

/// The words that carry statements: values of options, operands, the standard input.
fn statements_of<'a>(command: &'a Command, line: &Line) -> Vec<&'a Word> {
    let words = command.arguments();
    let options = line.tool.statements;
    let mut found: Vec<&Word> = command.input.iter().collect();
    for (i, word) in words.iter().enumerate() {
        let follows = i > 0 && words.get(i - 1).is_some_and(|before| options.contains(&before.text.as_str()));
        let attached = |option: &&&str| word.text.strip_prefix(**option).is_some_and(|rest| rest.starts_with('='));
        if follows || options.iter().any(|option| attached(&option)) {
            found.push(word);
        }
    }
    if options.is_empty() {
        let operand = |word: &&Word| line.operands.iter().skip(1).any(|text| std::ptr::eq(*text, word.text.as_str()));
        found.extend(words.iter().filter(operand));
    }
    found
}

/// What a query in SQL changes.
pub fn query(text: &Text) -> Nature {
    let mut nature = Nature::default();
    nature.take(sql::read(&text.value, false), "sql", Place::Here, |range| text.span(range));
    nature
}

/// Is it a client that takes statements on its standard input?
pub fn takes_statements(name: &str) -> bool {
    table::tool(name).is_some_and(|tool| tool.language.is_some())
}
