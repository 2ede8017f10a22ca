//! Statements that a client is given: which language they are in, and what they do.
//!
//! In: a text. Out: what it does, with the range of the statement; and whether something in it was not understood.

use super::effects::Visible;
use super::line::{Line, glob};
use super::table::{Effect, Language, Target};
use super::{Place, sql};
use crate::source::Span;
use std::ops::Range;

/// What a text of statements says.
#[derive(Debug, Default)]
pub struct Told {
    /// What it changes.
    pub list: Vec<Said>,
    /// May it do more?
    pub unknown: bool,
    /// Statements that were not understood and speak of deleting.
    pub hidden: Vec<Range<usize>>,
}

/// What a statement does.
#[derive(Debug)]
pub struct Said {
    /// Where it stands in the text.
    pub range: Range<usize>,
    /// What becomes of the target.
    pub effect: Effect,
    /// What kind of thing it is.
    pub target: Target,
    /// What it does, in words.
    pub what: String,
    /// The name of the object.
    pub object: String,
}

impl Said {
    /// As the effect of a command.
    pub fn visible(self, tool: String, span: Span, place: Place) -> Visible {
        Visible { effect: self.effect, target: self.target, what: self.what, object: self.object, tool, span, place }
    }
}

/// Reads statements that a tool is given.
pub fn read(language: Language, tool: &str, line: &Line, text: &str) -> Told {
    match language {
        Language::Sql => sql::read(text, !matches!(tool, "mysql" | "mariadb")),
        Language::Mongo => mongo(text),
        Language::Redis => redis(line, text),
    }
}

/// Methods of the shell of `MongoDB`, what they do, and whether only with an empty filter.
const METHODS: &[(&str, Effect, Target, &str, bool)] = &[
    (".dropDatabase(", Effect::Destroys, Target::Database, "drops the database", false),
    (".drop(", Effect::Destroys, Target::Table, "drops the collection", false),
    (".dropCollection(", Effect::Destroys, Target::Table, "drops the collection", false),
    (".deleteMany(", Effect::Destroys, Target::Rows, "deletes every document of", true),
    (".remove(", Effect::Destroys, Target::Rows, "deletes every document of", true),
    (".deleteMany(", Effect::Modifies, Target::Rows, "deletes documents of", false),
    (".deleteOne(", Effect::Modifies, Target::Rows, "deletes a document of", false),
    (".remove(", Effect::Modifies, Target::Rows, "deletes documents of", false),
    (".updateMany(", Effect::Modifies, Target::Rows, "changes documents of", false),
    (".updateOne(", Effect::Modifies, Target::Rows, "changes a document of", false),
    (".replaceOne(", Effect::Modifies, Target::Rows, "replaces a document of", false),
    (".insertOne(", Effect::Modifies, Target::Rows, "adds a document to", false),
    (".insertMany(", Effect::Modifies, Target::Rows, "adds documents to", false),
    (".renameCollection(", Effect::Modifies, Target::Table, "renames the collection", false),
    (".createIndex(", Effect::Modifies, Target::Table, "adds an index to", false),
    (".dropIndex(", Effect::Modifies, Target::Table, "drops an index of", false),
    (".createUser(", Effect::Credential, Target::Users, "adds a user to", false),
    (".dropUser(", Effect::Credential, Target::Users, "removes a user of", false),
];

/// What only reads in the shell of `MongoDB`.
const ASKS: &[&str] = &[
    ".find",
    ".count",
    ".stats(",
    ".aggregate(",
    ".distinct(",
    ".getCollection",
    ".serverStatus(",
    ".status(",
    ".hello(",
    ".isMaster(",
    ".getIndexes(",
    ".runCommand({ping",
    ".runCommand({ ping",
    ".adminCommand('ping'",
    ".adminCommand(\"ping\"",
];

fn mongo(text: &str) -> Told {
    let mut told = Told::default();
    for (range, statement) in split(text, &[';', '\n']) {
        let packed: String = statement.chars().filter(|c| !c.is_whitespace()).collect();
        let bare = unquoted(&packed);
        let empty = |method: &str| ["{})", ")", "{},"].iter().any(|rest| packed.contains(&format!("{method}{rest}")));
        let found = METHODS.iter().find(|(method, .., filter)| bare.contains(method) && (!filter || empty(method)));
        match found {
            Some((method, effect, target, says, _)) => {
                let before = packed.split(method).next().unwrap_or("");
                let object = before.rsplit(['.', '(', '\'', '"']).next().unwrap_or("").to_owned();
                let what = format!("{says} {object}").trim_end().to_owned();
                told.list.push(Said { range, effect: *effect, target: *target, what, object });
            }
            None => told.unknown |= !ASKS.iter().any(|ask| statement.contains(ask)),
        }
    }
    told
}

/// A text without what stands in its quotes: a method that is only spoken of is not called.
fn unquoted(text: &str) -> String {
    let mut open = None;
    let outside = |c: &char| match open {
        None => {
            open = matches!(c, '"' | '\'' | '`').then_some(*c);
            true
        }
        Some(mark) => {
            open = Some(mark).filter(|mark| mark != c);
            open.is_none()
        }
    };
    text.chars().filter(outside).collect()
}

/// Commands of Redis, one a line: the same entries as on the command line.
fn redis(line: &Line, text: &str) -> Told {
    let mut told = Told::default();
    for (range, statement) in split(text, &['\n']) {
        let inner = Line::statement(line.tool, statement.split_whitespace().collect());
        match inner.entry() {
            Some((does, _)) if does.effect == Effect::Reads => {}
            Some((does, object)) => {
                let (effect, target, what) = (does.effect, does.target, does.words(&object));
                told.list.push(Said { range, effect, target, what, object });
            }
            None => told.unknown |= !inner.only_reads() && !glob("#*", statement),
        }
    }
    told
}

/// The parts between separators that are not blank, with their ranges.
fn split<'a>(text: &'a str, separators: &'a [char]) -> impl Iterator<Item = (Range<usize>, &'a str)> {
    text.split(separators).filter_map(move |part| {
        let trimmed = part.trim();
        let start = trimmed.as_ptr() as usize - text.as_ptr() as usize;
        (!trimmed.is_empty()).then_some((start..start + trimmed.len(), trimmed))
    })
}
