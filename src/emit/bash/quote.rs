//! The one place where text becomes shell: single quotes, `'\''` for a quote, and `"$name"` for a value.
//!
//! In: texts, templates and values of a plan. Out: `Shell`, which only this module makes from them.
//! Not its business: commands of the plan, which are shell already and pass through verbatim.

use crate::model::value::{Piece, Relation, Template, Value, Variable, VariableKind};
use std::fmt;

/// Text that is safe to stand in a script.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Shell(String);

impl fmt::Display for Shell {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// A text as one word. What looks like an expansion is cut in two, so that no reader and no checker takes it for one.
pub fn text(text: &str) -> Shell {
    let mut word = String::from("'");
    let mut rest = text.chars().peekable();
    while let Some(c) = rest.next() {
        if c == '\'' {
            word.push_str(r"'\''");
            continue;
        }
        word.push(c);
        let expands = |next: &char| next.is_ascii_alphanumeric() || "_{(".contains(*next);
        if c == '`' && rest.peek().is_some() || c == '$' && rest.peek().is_some_and(expands) {
            word.push_str("''");
        }
    }
    word.push('\'');
    Shell(word)
}

/// A name or number of the compiler's own as one word, without quotes where none are needed.
pub fn bare(name: &str) -> Shell {
    let plain = |c: char| c.is_ascii_alphanumeric() || "_.:-".contains(c);
    if !name.is_empty() && name.chars().all(plain) { Shell(name.to_owned()) } else { text(name) }
}

/// The sign between a name and its value.
pub fn equals() -> Shell {
    Shell("=".to_owned())
}

/// The path of a backup that the plan gives none: in the state directory.
pub fn default_path(backup: &str, suffix: &str) -> Shell {
    let words = [variable("RBK_STATE"), text(&format!("/backups/{backup}-")), variable("stamp"), text(suffix)];
    join(if suffix.is_empty() { &words[..3] } else { &words })
}

/// The value of a variable as one word.
pub fn variable(name: &str) -> Shell {
    debug_assert!(name.chars().all(|c| c.is_ascii_alphanumeric() || c == '_'), "{name}");
    Shell(format!("\"${name}\""))
}

/// Several words run together into one.
pub fn join(words: &[Shell]) -> Shell {
    if words.is_empty() {
        return text("");
    }
    Shell(words.iter().map(|word| word.0.as_str()).collect())
}

/// Values that variables have in a place other than the script's top.
pub type Scope<'a> = &'a dyn Fn(&Variable) -> Option<Shell>;

/// The scope in which every variable is the shell's.
pub fn outer(_: &Variable) -> Option<Shell> {
    None
}

fn bound(of: &Variable, scope: Scope) -> Shell {
    if let Some(word) = scope(of) {
        return word;
    }
    match of.kind {
        // A title may name a value that its place does not have: it stands there as written.
        VariableKind::Builtin if !BUILTINS.contains(&of.name.as_str()) => text(&format!("${{{}}}", of.name)),
        _ => variable(&of.name),
    }
}

/// What `Builtin` variables the script has everywhere.
const BUILTINS: &[&str] = &[
    "plan",
    "stamp",
    "operator",
    "environment",
    "run",
    "backup_path",
    "to",
    "with",
    "tables",
    "at",
    "subject",
    "message",
];

/// A template as one word.
pub fn template(of: &Template, scope: Scope) -> Shell {
    let piece = |piece: &Piece| match piece {
        Piece::Text(plain) => text(plain),
        Piece::Variable(name) => bound(name, scope),
    };
    join(&of.pieces.iter().map(piece).collect::<Vec<_>>())
}

/// A value as one word: seconds, bytes, plain numbers; a list as lines.
pub fn value(of: &Value, scope: Scope) -> Shell {
    match of {
        Value::Text(of) => template(of, scope),
        Value::Number(number) => bare(&format!("{number}")),
        Value::Percent(number) => text(&format!("{number}%")),
        Value::Duration(number) | Value::Size(number) => bare(&number.to_string()),
        Value::Boolean(of) => bare(if *of { "true" } else { "false" }),
        Value::Date(days) => bare(&date(*days)),
        Value::Instant(of) => text(of),
        Value::Variable(of) => bound(of, scope),
        Value::List(values) => {
            let mut words = Vec::new();
            for (number, item) in values.iter().enumerate() {
                if number > 0 {
                    words.push(text("\n"));
                }
                words.push(value(item, scope));
            }
            join(&words)
        }
    }
}

/// Days since 1970-01-01 as `YYYY-MM-DD`.
fn date(days: i64) -> String {
    let shifted = days + 719_468;
    let era = shifted.div_euclid(146_097);
    let day_of_era = shifted.rem_euclid(146_097);
    let year_of_era = (day_of_era - day_of_era / 1460 + day_of_era / 36_524 - day_of_era / 146_096) / 365;
    let day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    let month = (5 * day_of_year + 2) / 153;
    let day = day_of_year - (153 * month + 2) / 5 + 1;
    let month = if month < 10 { month + 3 } else { month - 9 };
    let year = year_of_era + era * 400 + i64::from(month <= 2);
    format!("{year:04}-{month:02}-{day:02}")
}

/// A relation as one word.
pub fn relation(of: Relation) -> Shell {
    text(match of {
        Relation::Equal => "==",
        Relation::NotEqual => "!=",
        Relation::Less => "<",
        Relation::AtMost => "<=",
        Relation::Greater => ">",
        Relation::AtLeast => ">=",
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn quotes_close_and_open_again() {
        assert_eq!(text("it's $(x) `y` \"z\"\n!%").to_string(), "'it'\\''s $''(x) `''y`'' \"z\"\n!%'");
        assert_eq!(text("").to_string(), "''");
        assert_eq!(bare("send[2]").to_string(), "'send[2]'");
        assert_eq!(bare("a.b_1").to_string(), "a.b_1");
        assert_eq!(date(20_758), "2026-11-01");
    }
}
