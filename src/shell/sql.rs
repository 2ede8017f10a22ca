//! SQL, as far as verbs and targets go.
//!
//! In: a text of statements. Out: for each that changes something its range, what becomes of what, and words for it.
//! Comments and quoted texts are skipped, and what only asks is told by its first word; the others are read by a parser of SQL
//! (`sql_tree`), and by their verbs where it fails: clients have words of their own, and variables stand where it expects names.

use super::sql_tree;
use super::statements::{Said, Told};
use super::table::{Effect, Target};
use std::ops::Range;

/// A token: a word, a quoted name, or a sign; texts and comments are gone.
struct Token<'a> {
    text: &'a str,
    range: Range<usize>,
}

impl Token<'_> {
    fn is(&self, word: &str) -> bool {
        self.text.eq_ignore_ascii_case(word)
    }

    fn is_one_of(&self, words: &[&str]) -> bool {
        words.iter().any(|word| self.is(word))
    }
}

/// First words of statements that change no data.
const ASKS: &[&str] = &[
    "select",
    "show",
    "set",
    "reset",
    "begin",
    "start",
    "commit",
    "end",
    "rollback",
    "savepoint",
    "release",
    "explain",
    "analyze",
    "vacuum",
    "pragma",
    "use",
    "describe",
    "desc",
    "values",
    "table",
    "fetch",
    "declare",
    "close",
    "discard",
    "listen",
    "notify",
    "checkpoint",
    "lock",
    "unlock",
    "prepare",
    "deallocate",
    "abort",
    "attach",
    "detach",
    "help",
    "flush",
];

/// Functions that change something although they are selected.
const FUNCTIONS: &[(&str, Effect, Target, &str)] = &[
    ("pg_terminate_backend", Effect::Stops, Target::Process, "ends connections to the database"),
    ("pg_drop_replication_slot", Effect::Destroys, Target::Database, "drops a replication slot"),
    ("lo_unlink", Effect::Destroys, Target::Rows, "deletes large objects"),
    ("setval", Effect::Modifies, Target::Table, "sets a sequence"),
];

/// What only shows in the clients' own words.
const SHOWS: &[&str] = &[
    "\\d",
    "\\l",
    "\\c",
    "\\q",
    "\\x",
    "\\timing",
    "\\set",
    "\\unset",
    "\\pset",
    "\\echo",
    "\\conninfo",
    "\\z",
    "\\a",
    "\\t",
    "\\if",
    "\\e",
    "\\w",
    "\\o",
    "\\g",
    "\\s",
    "\\p",
    "\\v",
    "\\h",
    "\\?",
    ".tables",
    ".schema",
    ".headers",
    ".mode",
    ".dump",
    ".backup",
    ".quit",
    ".exit",
    ".timeout",
    ".databases",
    ".indexes",
    ".bail",
    ".save",
    ".once",
    ".output",
    ".stats",
    ".eqp",
    ".width",
    ".nullvalue",
    ".separator",
    ".timer",
    ".version",
    ".dbinfo",
    ".show",
    ".sha3sum",
    ".print",
    ".echo",
    ".parameter",
    ".open",
    ".changes",
    ".fullschema",
];

/// What the statements of a text do; in a transaction that is rolled back none, with tables only where they come back as well.
pub fn read(sql: &str, tables_come_back: bool) -> Told {
    let mut told = Told::default();
    let mut open = None;
    let tokens = tokens(sql);
    let mut rest = tokens.as_slice();
    while !rest.is_empty() {
        let length = rest.iter().position(|token| token.text == ";").unwrap_or(rest.len());
        let end = rest.get(length).map_or(sql.len(), |token| token.range.start);
        if let Some(first) = rest[..length].first() {
            if first.is_one_of(&["begin", "start"]) {
                open = open.or(Some(told.list.len()));
            } else if first.is_one_of(&["commit", "end"]) {
                open = None;
            } else if first.is_one_of(&["rollback", "abort"]) && !rest[..length].iter().any(|token| token.is("to")) {
                taken_back(&mut told, open.take(), tables_come_back);
            }
            let text = sql.get(first.range.start..end).unwrap_or("").trim_end();
            let range = first.range.start..first.range.start + text.len();
            one(&rest[..length], text, range, &mut told);
        }
        rest = rest.get(length + 1..).unwrap_or(&[]);
    }
    // A temporary table is the session's own.
    let own: Vec<String> =
        told.list.iter().filter(|said| said.effect == Effect::Reads).map(|said| said.object.clone()).collect();
    told.list.retain(|said| said.effect != Effect::Reads && !own.contains(&said.object));
    told
}

/// `BEGIN; …; ROLLBACK`: forgets what was done in between; rows alone where a table that is dropped ends the transaction.
fn taken_back(told: &mut Told, begin: Option<usize>, tables: bool) {
    let behind = begin.map_or_else(Vec::new, |begin| told.list.split_off(begin));
    let stays = |said: &Said| !tables && (said.target != Target::Rows || said.what.starts_with("empties"));
    told.list.extend(behind.into_iter().filter(stays));
}

fn one(tokens: &[Token], text: &str, range: Range<usize>, told: &mut Told) {
    let first = &tokens[0];
    if first.text.starts_with(['\\', '.']) {
        return client(first.text, range, told);
    }
    // `EXPLAIN` shows a plan, `EXPLAIN ANALYZE` runs the statement.
    if first.is("reset") && tokens.get(1).is_some_and(|token| token.is_one_of(&["master", "binary"])) {
        let what = "deletes binary logs, which a restore to a moment needs".to_owned();
        let said = Said { range, effect: Effect::Destroys, target: Target::Backup, what, object: String::new() };
        return told.list.push(said);
    }
    let explained = first.is("explain") && !tokens.iter().any(|token| token.is("analyze"));
    let changing = ["delete", "truncate", "drop", "insert", "update", "merge", "into"];
    let asks = first.is_one_of(ASKS) && !tokens.iter().skip(1).any(|token| token.is_one_of(&changing));
    if explained || asks || first.is("set") || first.is("values") {
        return functions(tokens, &range, told);
    }
    match sql_tree::read(text) {
        Some(found) => told.list.extend(found.into_iter().map(|said| Said { range: range.clone(), ..said })),
        None => by_verb(tokens, text, range, told),
    }
}

/// A statement that the parser does not know: its first words tell.
fn by_verb(tokens: &[Token], text: &str, range: Range<usize>, told: &mut Told) {
    // A CTE hides its verb behind `WITH x AS (…)`.
    let hidden = ["delete", "truncate", "drop"];
    let behind = tokens[0].is("with") || tokens[0].is("explain");
    let verb = if behind { tokens.iter().position(|token| token.is_one_of(&hidden)).unwrap_or(0) } else { 0 };
    if let Some((effect, target, what, object)) = verbs(&tokens[verb..]) {
        told.list.push(Said { range, effect, target, what, object });
    } else if !tokens[0].is_one_of(ASKS) && !tokens[0].is("with") {
        told.unknown = true;
        let low = text.to_ascii_lowercase();
        if hidden.iter().any(|word| low.contains(word)) {
            told.hidden.push(range);
        }
    }
}

/// `\i file`, `.read file`: the client's own words.
fn client(text: &str, range: Range<usize>, told: &mut Told) {
    let word = text.split_whitespace().next().unwrap_or("");
    let object = text.split_whitespace().nth(1).unwrap_or("").to_owned();
    let mut add = |effect, target, what: &str| {
        told.list.push(Said { range: range.clone(), effect, target, what: what.to_owned(), object: object.clone() });
    };
    match word {
        ".restore" => add(Effect::Destroys, Target::Database, "replaces the database"),
        ".import" => add(Effect::Modifies, Target::Rows, "adds rows"),
        "\\copy" if text.to_ascii_lowercase().contains(" from ") => add(Effect::Modifies, Target::Rows, "adds rows"),
        "\\copy" => {}
        "\\password" => add(Effect::Credential, Target::Users, "sets a password"),
        _ if SHOWS.contains(&word) || word.starts_with("\\d") || word.starts_with("\\l") || word.starts_with("\\g") => {
        }
        _ => told.unknown = true,
    }
}

fn functions(tokens: &[Token], range: &Range<usize>, told: &mut Told) {
    for (name, effect, target, what) in FUNCTIONS {
        if tokens.iter().any(|token| token.is(name)) {
            let (range, what) = (range.clone(), (*what).to_owned());
            told.list.push(Said { range, effect: *effect, target: *target, what, object: String::new() });
        }
    }
}

type Verb = (Effect, Target, String, String);

fn verbs(words: &[Token]) -> Option<Verb> {
    let at = |i: usize| words.get(i).map_or("", |token| token.text);
    let told = |effect, target, says: &str, object: String| Some((effect, target, format!("{says} {object}"), object));
    match at(0).to_ascii_lowercase().as_str() {
        "drop" => drops(words),
        "truncate" => told(Effect::Destroys, Target::Rows, "empties the table", name(words, 1)),
        "delete" if !words.iter().any(|token| token.is("where")) => {
            told(Effect::Destroys, Target::Rows, "deletes every row of", name(words, 1))
        }
        "delete" => told(Effect::Modifies, Target::Rows, "deletes rows of", name(words, 1)),
        "purge" if at(1).eq_ignore_ascii_case("binary") || at(1).eq_ignore_ascii_case("master") => Some((
            Effect::Destroys,
            Target::Backup,
            "deletes binary logs, which a restore to a moment needs".into(),
            String::new(),
        )),
        "alter" => Some(alters(words)),
        "update" => told(Effect::Modifies, Target::Rows, "changes rows of", name(words, 1)),
        "insert" | "replace" | "merge" | "copy" | "load" => {
            told(Effect::Modifies, Target::Rows, "adds rows to", name(words, 1))
        }
        "create" => told(Effect::Creates, Target::Table, "creates", name(words, 2)),
        "refresh" | "reindex" | "comment" | "cluster" => {
            told(Effect::Modifies, Target::Table, "maintains", name(words, 2))
        }
        "grant" | "revoke" | "reassign" => {
            Some((Effect::Credential, Target::Users, "changes who may do what".to_owned(), String::new()))
        }
        _ => None,
    }
}

fn drops(words: &[Token]) -> Option<Verb> {
    let kind = words.get(1)?.text.to_ascii_lowercase();
    let named = name(words, 2);
    let target = match kind.as_str() {
        "table" | "schema" => Target::Table,
        "database" | "keyspace" => Target::Database,
        "owned" => return Some((Effect::Destroys, Target::Table, "drops everything owned".into(), named)),
        "role" | "user" => {
            return Some((Effect::Credential, Target::Users, format!("drops the {kind} {named}"), named));
        }
        _ => return Some((Effect::Modifies, Target::Schema, format!("drops the {kind} {named}"), named)),
    };
    Some((Effect::Destroys, target, format!("drops the {kind} {named}"), named))
}

fn alters(words: &[Token]) -> Verb {
    let other =
        ["constraint", "default", "not", "identity", "expression", "index", "key", "primary", "foreign", "trigger"];
    let table = words.get(1).is_some_and(|token| token.is("table"));
    let named = name(words, 2);
    let dropped = words.iter().position(|token| token.is("drop")).filter(|_| table);
    match dropped.and_then(|at| words.get(at + 1).map(|word| (at, word))) {
        Some((at, word)) if !word.is_one_of(&other) => {
            let column = if word.is("column") { name(words, at + 2) } else { name(words, at + 1) };
            (Effect::Destroys, Target::Table, format!("drops the column {column} of {named}"), named)
        }
        _ => (Effect::Modifies, Target::Schema, format!("alters {named}"), named),
    }
}

/// The name from there on, behind `IF EXISTS`, `FROM`, `ONLY`, `TABLE`.
fn name(words: &[Token], from: usize) -> String {
    let skipped =
        ["if", "exists", "not", "from", "only", "into", "or", "ignore", "table", "concurrently", "view", "index"];
    let rest = words.get(from..).unwrap_or(&[]);
    let named = rest.iter().find(|token| !token.is_one_of(&skipped));
    named.map_or_else(|| String::from("?"), |token| token.text.trim_matches(['"', '`']).to_owned())
}

fn tokens(sql: &str) -> Vec<Token<'_>> {
    let (mut tokens, mut at) = (Vec::<Token>::new(), 0);
    while let Some(c) = sql[at..].chars().next() {
        let rest = &sql[at..];
        let begins = tokens.last().is_none_or(|token| token.text == ";");
        // The client's own words go to the end of the line.
        if begins && (c == '\\' || c == '.' && rest[1..].starts_with(|c: char| c.is_ascii_alphabetic())) {
            let length = rest.find('\n').unwrap_or(rest.len());
            tokens.push(Token { text: &rest[..length], range: at..at + length });
            tokens.push(Token { text: ";", range: at + length..at + length });
            at += length;
            continue;
        }
        let (length, kept) = token(rest, c);
        if kept {
            tokens.push(Token { text: &rest[..length], range: at..at + length });
        }
        at += length.max(1);
    }
    tokens
}

/// The length of the token that begins here, and whether it says anything.
fn token(rest: &str, c: char) -> (usize, bool) {
    let until = |mark: &str, from: usize| {
        rest.get(from..).and_then(|r| r.find(mark)).map_or(rest.len(), |n| from + n + mark.len())
    };
    if rest.starts_with("--") {
        (until("\n", 2), false)
    } else if rest.starts_with("/*") {
        (until("*/", 2), false)
    } else if c == '\'' {
        (until("'", 1), false)
    } else if c == '"' || c == '`' {
        (until(&c.to_string(), 1), true)
    } else if let Some(tag) = dollar_quote(rest) {
        (until(tag, tag.len()), false)
    } else if c.is_alphanumeric() || c == '_' || c == '$' {
        let end = rest.find(|c: char| !(c.is_alphanumeric() || matches!(c, '_' | '.' | '$'))).unwrap_or(rest.len());
        (end.max(c.len_utf8()), true)
    } else {
        (c.len_utf8(), c == ';')
    }
}

/// `$$` or `$tag$` at the start.
fn dollar_quote(rest: &str) -> Option<&str> {
    let inner = rest.strip_prefix('$')?;
    let end = inner.find('$')?;
    inner[..end].chars().all(|c| c.is_alphanumeric() || c == '_').then(|| &rest[..end + 2])
}
