//! Statements of SQL that a second run can't make, or makes once more.
//!
//! In: a client's command, or a text of statements. Out: each such statement, and how to write it. What the text has dropped, emptied or
//! made before is known; what is in the database is not.

use super::repeats::Repeat;
use super::scopes::blanked;
use crate::model::value::Script;
use crate::shell::{Because, Command, Parsed, Word};
use std::ops::Range;

const CLIENTS: &[&str] = &[
    "psql",
    "mysql",
    "mariadb",
    "sqlite3",
    "sqlcmd",
    "cockroach",
    "clickhouse-client",
    "duckdb",
    "mycli",
    "pgcli",
    "mongosh",
    "mongo",
];

/// What a client is given: words of it, its input, what is printed into it.
fn statements<'a>(parsed: &'a Parsed, command: &'a Command) -> Vec<&'a Word> {
    if !CLIENTS.contains(&command.name()) || command.has(":memory:") {
        return Vec::new();
    }
    let printed = parsed.before(command).filter(|other| matches!(other.name(), "echo" | "printf" | "cat"));
    let fed =
        printed.flat_map(|other| other.arguments().iter().chain(&other.input)).filter(|_| command.input.is_none());
    let own = command.arguments().iter().filter(|word| word.text.contains([' ', '(']));
    own.chain(&command.input).chain(fed).collect()
}

/// The statements of a command that can't simply be run again.
pub fn of(parsed: &Parsed, command: &Command) -> Vec<Repeat> {
    let words = statements(parsed, command);
    if words.is_empty() {
        return Vec::new();
    }
    let earlier = parsed.commands.iter().filter(|other| other.span.end <= command.span.start);
    let mut before: String = earlier
        .flat_map(|other| statements(parsed, other))
        .map(|word| blanked(&word.text).to_lowercase() + ";")
        .collect();
    let mut found = Vec::new();
    for word in words {
        if matches!(command.name(), "mongosh" | "mongo") {
            found.extend(documents(word));
            continue;
        }
        let told = read(&word.text, &before);
        found.extend(told.into_iter().map(|(range, repeat)| Repeat { span: word.place(range), ..repeat }));
        before += &(blanked(&word.text).to_lowercase() + ";");
    }
    found
}

/// Those of a statement of the plan's own.
pub fn of_query(script: &Script) -> Vec<Repeat> {
    let text = script.text.shell();
    read(&text.value, "").into_iter().map(|(range, repeat)| Repeat { span: text.span(range), ..repeat }).collect()
}

/// The statements of a text; `before` is what was said before it, in small letters.
fn read(sql: &str, before: &str) -> Vec<(Range<usize>, Repeat)> {
    let plain = blanked(sql).to_lowercase();
    if plain.len() != sql.len() || plain.contains("\\if") || plain.contains("do $") {
        return Vec::new();
    }
    let (mut found, mut at) = (Vec::new(), 0);
    for part in plain.split(';') {
        for part in lines(part) {
            let start = at + part.len() - part.trim_start().len();
            let range = start..start + part.trim().len();
            let said = format!("{before};{}", plain.get(..start).unwrap_or(""));
            at += part.len();
            if let Some((because, says, write)) = one(part.trim(), &said) {
                let repeat = Repeat {
                    span: crate::source::Span::default(),
                    because,
                    says,
                    write: write.to_owned(),
                    objects: Vec::new(),
                };
                found.push((range, repeat));
            }
        }
        at += 1;
    }
    found
}

/// The client's own words end with their line.
fn lines(part: &str) -> Vec<&str> {
    if part.trim_start().starts_with('\\') { part.split_inclusive('\n').collect() } else { vec![part] }
}

type Told = (Because, String, &'static str);

fn one(statement: &str, before: &str) -> Option<Told> {
    let split = |c: char| !(c.is_alphanumeric() || "_.\"$\\{}".contains(c));
    let words: Vec<&str> = statement.split(split).filter(|word| !word.is_empty()).collect();
    let has = |phrase: &str| format!(" {} ", words.join(" ")).contains(&format!(" {phrase} "));
    match *words.first()? {
        "create"
            if !(has("if not exists")
                || has("or replace")
                || words.iter().take(3).any(|word| word.starts_with("temp"))) =>
        {
            created(&words, before)
        }
        "drop" if !has("if exists") => dropped(&words, before),
        "alter" => altered(&words, before, has("if not exists"), has("if exists")),
        "rename" => Some((
            Because::Gone,
            "fails: it has its new name already".into(),
            "ask the catalogue before, or say `done_when sql …`",
        )),
        "insert" => inserted(&words, before, &has),
        "copy" | "\\copy"
            if words.contains(&"from") && !has("copy select") && !has("\\copy select") && !has("copy with") =>
        {
            loaded(&words, before)
        }
        "load" if has("data") && !(words.contains(&"replace") || words.contains(&"ignore")) => {
            loaded(&["load", "?"], before)
        }
        "update" => updated(statement),
        _ => None,
    }
}

/// Does something before name the thing behind one of these words?
fn named_before(before: &str, verbs: &[&str], name: &str) -> bool {
    let name = bare(name);
    before.split(';').any(|statement| {
        let mut words = statement.split(|c: char| c.is_whitespace() || "(),".contains(c));
        let verb = words.find(|word| !word.is_empty()).unwrap_or("");
        verbs.contains(&verb)
            && statement.split(|c: char| c.is_whitespace() || "(),".contains(c)).any(|word| bare(word) == name)
    })
}

fn bare(name: &str) -> &str {
    name.rsplit('.').next().unwrap_or(name).trim_matches('"')
}

fn created(words: &[&str], before: &str) -> Option<Told> {
    const KINDS: &[&str] = &[
        "table",
        "index",
        "role",
        "user",
        "database",
        "schema",
        "extension",
        "sequence",
        "view",
        "type",
        "trigger",
        "policy",
        "publication",
        "subscription",
        "function",
        "procedure",
        "server",
        "domain",
        "tablespace",
        "event",
    ];
    let (at, kind) = words.iter().enumerate().take(5).find(|(_, word)| KINDS.contains(*word))?;
    let name = words.iter().skip(at + 1).find(|word| **word != "concurrently")?;
    if named_before(before, &["drop", "alter"], name) {
        return None;
    }
    let write = match *kind {
        "role" | "user" => "ask `pg_roles` before: `SELECT 'CREATE ROLE …' WHERE NOT EXISTS (…) \\gexec`",
        "database" => "`dropdb --if-exists` before it, or ask `pg_database` before",
        "view" | "function" | "procedure" | "trigger" => "`CREATE OR REPLACE`, or `DROP … IF EXISTS` before it",
        "type" | "policy" | "publication" | "subscription" | "domain" => {
            "`DROP … IF EXISTS` before it, in the same transaction"
        }
        _ => "`IF NOT EXISTS`, or `DROP … IF EXISTS` before it",
    };
    Some((Because::Exists, format!("fails: the {kind} `{name}` is there already"), write))
}

fn dropped(words: &[&str], before: &str) -> Option<Told> {
    let (kind, name) = (words.get(1)?, words.last()?);
    let owned = *kind == "owned" || words.contains(&"concurrently") && words.len() < 3;
    let made = words.iter().skip(2).any(|name| named_before(before, &["create", "alter", "select"], name));
    let told =
        || (Because::Gone, format!("fails: the {kind} `{}` is gone", words.get(2).unwrap_or(name)), "`IF EXISTS`");
    (!owned && !made).then(told)
}

fn altered(words: &[&str], before: &str, unless: bool, if_exists: bool) -> Option<Told> {
    let kind = *words.get(1)?;
    let table = words.iter().skip(2).find(|word| !matches!(**word, "if" | "exists" | "only"))?;
    let whole = if_exists && words.get(2) == Some(&"if");
    let at = |verb: &str| words.iter().position(|word| *word == verb);
    if named_before(before, &["create"], table) && kind == "table" {
        return None;
    }
    if (!whole || words.contains(&"column")) && at("rename").is_some() {
        return Some((
            Because::Gone,
            format!("fails: `{table}` has its new name already"),
            "ask the catalogue before, or say `done_when sql …`",
        ));
    }
    if let Some(add) = at("add").filter(|_| !unless && !words.contains(&"drop")) {
        let thing = if words.get(add + 1) == Some(&"column") { words.get(add + 2) } else { words.get(add + 1) };
        let what = format!("fails: `{table}` has it already");
        let constraint =
            thing.is_some_and(|word| matches!(*word, "constraint" | "primary" | "foreign" | "unique" | "check"));
        let write = if constraint {
            "`DROP CONSTRAINT IF EXISTS` before it, in the same transaction"
        } else {
            "`ADD COLUMN IF NOT EXISTS`"
        };
        let dropped =
            words.iter().skip(add).any(|name| named_before(before, &["alter"], name) && bare(name) != bare(table));
        return (!(constraint && dropped) && matches!(kind, "table" | "type")).then_some((
            Because::Exists,
            what,
            write,
        ));
    }
    let drop = at("drop").filter(|_| kind == "table" && !if_exists)?;
    let other = matches!(words.get(drop + 1), Some(&"not" | &"default" | &"identity" | &"expression"));
    let settings = words.iter().skip(drop).any(|word| matches!(*word, "default" | "not"));
    (!other && !settings).then(|| {
        (
            Because::Gone,
            format!("fails: it is gone from `{table}`"),
            "`DROP COLUMN IF EXISTS`, `DROP CONSTRAINT IF EXISTS`",
        )
    })
}

fn inserted(words: &[&str], before: &str, has: &dyn Fn(&str) -> bool) -> Option<Told> {
    let table = words.iter().skip(1).find(|word| !matches!(**word, "into" | "overwrite"))?;
    let guarded =
        ["on conflict", "not exists", "on duplicate", "insert ignore", "insert or", "is null", "not in", "except"]
            .iter()
            .any(|phrase| has(phrase));
    let note = ["log", "audit", "journal", "history"].iter().any(|mark| bare(table).contains(mark));
    if guarded || note || named_before(before, &["delete", "truncate", "create"], table) {
        return None;
    }
    let says = format!("adds the rows to `{table}` a second time, or fails on their key");
    Some((
        Because::More,
        says,
        "`ON CONFLICT … DO NOTHING`, `WHERE NOT EXISTS (…)`; or delete them before, in the same transaction",
    ))
}

fn loaded(words: &[&str], before: &str) -> Option<Told> {
    let table = words.get(1)?;
    if named_before(before, &["delete", "truncate", "create"], table) {
        return None;
    }
    let says = "adds the rows a second time, or fails on their keys".to_owned();
    Some((
        Because::More,
        says,
        "`TRUNCATE` before it in the same transaction; or load into a temporary table and `INSERT … ON CONFLICT`",
    ))
}

/// `set x = x - 5`: unless the condition no longer holds of what was changed.
fn updated(statement: &str) -> Option<Told> {
    let (_, rest) = statement.split_once(" set ").or_else(|| statement.split_once("\nset "))?;
    let spaced = rest.replace('\n', " ");
    let end =
        [" where ", " from ", " returning "].iter().filter_map(|word| spaced.find(word)).min().unwrap_or(spaced.len());
    let (sets, condition) = spaced.split_at(end);
    let is_word = |c: char| c.is_alphanumeric() || "_.\"".contains(c);
    let words = |text: &str| text.split(|c: char| !is_word(c)).map(|word| bare(word).to_owned()).collect::<Vec<_>>();
    let assigned: Vec<(String, &str)> = assignments(sets)
        .into_iter()
        .filter_map(|set| set.split_once('='))
        .map(|(name, value)| (bare(name.trim()).to_owned(), value))
        .collect();
    let relative = |(name, value): &&(String, &str)| {
        let own = words(value).iter().any(|word| word == name);
        own && (value.contains(['+', '-', '*', '/'])
            || value.contains("||")
            || value.contains("not ")
            || value.contains("concat"))
    };
    let (name, _) = assigned.iter().find(relative)?;
    let wheres = words(condition);
    let decided = |(other, _): &(String, &str)| {
        let asked = wheres.iter().any(|word| word == other);
        let same = condition.replace(' ', "").contains(&format!("{other}="));
        asked && (other != name || same)
    };
    if assigned.iter().any(decided) {
        return None;
    }
    let says = format!("changes `{name}` once more, from what the first one made of it");
    Some((
        Because::More,
        says,
        "set it from a copy: `SET x = old.x FROM …`; or mark what is done and ask for it in the `WHERE`",
    ))
}

/// The parts between commas that are not in brackets.
fn assignments(sets: &str) -> Vec<&str> {
    let (mut depth, mut start, mut found) = (0i32, 0, Vec::new());
    for (at, c) in sets.char_indices() {
        match c {
            '(' => depth += 1,
            ')' => depth -= 1,
            ',' if depth == 0 => {
                found.push(&sets[start..at]);
                start = at + 1;
            }
            _ => {}
        }
    }
    found.push(&sets[start..]);
    found
}

/// What a second run does to documents.
fn documents(word: &Word) -> Option<Repeat> {
    const MARKS: &[(&str, &str, &str)] = &[
        (".insertOne(", "adds the document a second time", "`updateOne(…, { upsert: true })`"),
        (
            ".insertMany(",
            "adds the documents a second time",
            "`deleteMany` of them before, or `updateOne(…, { upsert: true })`",
        ),
        ("$inc", "counts once more", "`$set` the value"),
        ("$mul", "multiplies once more", "`$set` the value"),
        ("$push", "adds the element a second time", "`$addToSet`"),
        (".renameCollection(", "fails: the collection has its new name already", "ask `getCollectionNames` before"),
        (".createUser(", "fails: the user is there already", "ask `getUser` before"),
    ];
    let text = &word.text;
    let (mark, says, write) = MARKS.iter().find(|(mark, ..)| text.contains(mark))?;
    let excused = ["deleteMany", "upsert", ".drop(", "if (", "if(", "dropUser", "$exists", "$ne"]
        .iter()
        .any(|guard| text.contains(guard));
    let at = text.find(mark)?;
    let span = word.place(at..at + mark.len());
    (!excused).then(|| Repeat {
        span,
        because: Because::More,
        says: (*says).to_owned(),
        write: (*write).to_owned(),
        objects: Vec::new(),
    })
}
