//! SQL, as far as verbs and targets go: what a text destroys.
//!
//! In: a text of statements. Out: for each destroying statement its range, the kind of loss, and words for it.
//! Comments and quoted texts are skipped; what a statement means beyond its verb is not looked at.

use super::effects::Destroyed;
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
}

/// What the statements of a text destroy, in words such as `drops the table orders`.
pub fn destroyed(sql: &str) -> Vec<(Range<usize>, Destroyed, String)> {
    let tokens = tokens(sql);
    let statements = tokens.split(|token| token.text == ";");
    statements.filter(|statement| !statement.is_empty()).filter_map(statement).collect()
}

fn statement(tokens: &[Token]) -> Option<(Range<usize>, Destroyed, String)> {
    let range = tokens.first()?.range.start..tokens.last()?.range.end;
    // `EXPLAIN` shows a plan; a CTE hides its verb behind `WITH x AS (…)`.
    let verb = if tokens[0].is("with") { tokens.iter().position(|t| t.is("delete") || t.is("truncate"))? } else { 0 };
    let words = &tokens[verb..];
    let at = |i: usize| words.get(i).map_or("", |token| token.text);
    let (destroyed, what) = match at(0).to_ascii_lowercase().as_str() {
        "drop" => drops(words)?,
        "truncate" => (Destroyed::Rows, format!("empties the table {}", name(words, 1))),
        "delete" if !words.iter().any(|token| token.is("where")) => {
            (Destroyed::Rows, format!("deletes every row of {}", name(words, 1)))
        }
        "alter" => alters(words)?,
        _ => return None,
    };
    Some((range, destroyed, what))
}

fn drops(words: &[Token]) -> Option<(Destroyed, String)> {
    let kind = words.get(1)?.text.to_ascii_lowercase();
    let (destroyed, named) = match kind.as_str() {
        "table" | "schema" => (Destroyed::Table, name(words, 2)),
        "database" => (Destroyed::Database, name(words, 2)),
        "owned" => (Destroyed::Table, String::from("everything owned")),
        _ => return None,
    };
    Some((destroyed, format!("drops the {kind} {named}")))
}

fn alters(words: &[Token]) -> Option<(Destroyed, String)> {
    let at = words.iter().position(|token| token.is("drop"))?;
    let dropped = words.get(at + 1)?;
    let other =
        ["constraint", "default", "not", "identity", "expression", "index", "key", "primary", "foreign", "trigger"];
    let table = words.get(1).is_some_and(|token| token.is("table"));
    if !table || other.iter().any(|word| dropped.is(word)) {
        return None;
    }
    let column = if dropped.is("column") { name(words, at + 2) } else { name(words, at + 1) };
    Some((Destroyed::Table, format!("drops the column {column} of {}", name(words, 2))))
}

/// The name from there on, behind `IF EXISTS`, `FROM`, `ONLY`, `TABLE`.
fn name(words: &[Token], from: usize) -> String {
    let skipped = ["if", "exists", "from", "only", "table", "concurrently"];
    let rest = words.get(from..).unwrap_or(&[]);
    let named = rest.iter().find(|token| !skipped.iter().any(|word| token.is(word)));
    named.map_or_else(|| String::from("?"), |token| token.text.trim_matches('"').to_owned())
}

fn tokens(sql: &str) -> Vec<Token<'_>> {
    let (mut tokens, mut at) = (Vec::new(), 0);
    while let Some(c) = sql[at..].chars().next() {
        let rest = &sql[at..];
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
