//! Reading values, and texts in which values stand: `"$name"` is bound, or reported.
//!
//! In: a cursor at a value, or the text of a string. Out: the value, the template, the variable.

use super::cursor::Cursor;
use super::names::in_words;
use super::reader::{BUILTINS, CONTEXT, Reader};
use super::value::{Piece, Template, Value, Variable, VariableKind};
use super::vocabulary::Kind;
use crate::diagnostics::Diagnostic;
use crate::source::Span;
use crate::syntax::{self, Literal, Number};

impl Reader<'_> {
    /// `$x`, a string, a number, a list or a bare word.
    pub fn value(&mut self, cursor: &mut Cursor<'_>) -> Option<Value> {
        let Some(atom) = cursor.peek() else {
            self.expected("a value", cursor);
            return None;
        };
        let value = match &atom.value {
            Literal::Str(text) | Literal::Text(text) => Value::Text(self.template(text, atom.span)),
            Literal::Number(number) => number_value(number),
            Literal::Variable(name) => Value::Variable(self.variable(name, atom.span)?),
            Literal::Word(word) if word == "true" || word == "false" => Value::Boolean(word == "true"),
            Literal::Word(word) => {
                Value::Text(Template { pieces: vec![Piece::Text(word.to_string())], span: atom.span })
            }
            Literal::List(atoms) => {
                let mut inner = Cursor::over(atoms, atom.span);
                let mut values = Vec::new();
                while !inner.done() {
                    values.push(self.value(&mut inner)?);
                }
                Value::List(values)
            }
            _ => {
                self.expected("a value", cursor);
                return None;
            }
        };
        cursor.next();
        Some(value)
    }

    /// The variable of `$x` or `${x}`.
    pub fn variable(&mut self, name: &str, span: Span) -> Option<Variable> {
        let kind = if self.locals.iter().any(|local| local == name) {
            Some(VariableKind::Loop)
        } else if BUILTINS.contains(&name) || CONTEXT.contains(&name) {
            Some(VariableKind::Builtin)
        } else {
            self.names.any(name).and_then(|target| match target.kind {
                Kind::Param => Some(VariableKind::Param),
                Kind::Input => Some(VariableKind::Input),
                Kind::Secret => Some(VariableKind::Secret),
                Kind::Capture if self.files.contains(name) => Some(VariableKind::CaptureFile),
                Kind::Capture => Some(VariableKind::Capture),
                _ => None,
            })
        };
        if let Some(kind) = kind {
            return Some(Variable { name: name.to_owned(), kind });
        }
        let candidates = [Kind::Param, Kind::Input, Kind::Secret, Kind::Capture].map(|kind| self.names.of_kind(kind));
        let all = candidates.iter().flatten().copied().chain(BUILTINS.iter().copied());
        let mut error = Diagnostic::error("name", format!("there is no value `{name}`"), span, "unknown value");
        if let Some(other) = self.names.any(name) {
            error = error.also(other.span, format!("`{name}` is {}, which has no value", in_words(other.kind)));
        }
        // Of `$name` and `${name}` the name alone is wrong.
        let sign = self.sources.text(span).find(name).and_then(|at| u32::try_from(at).ok()).unwrap_or(0);
        let start = span.start + sign;
        let word = Span { start, end: (start + u32::try_from(name.len()).unwrap_or(0)).min(span.end), ..span };
        let otherwise = || Some("declare a `param`, an `input` or a `secret`, or `capture` it".to_owned());
        self.diagnostics.push(error.did_you_mean(name, word, all, otherwise));
        None
    }

    /// A text with its variables bound.
    pub fn template(&mut self, text: &syntax::Text, span: Span) -> Template {
        let mut pieces = Vec::new();
        for piece in text.pieces() {
            match piece {
                syntax::Piece::Text(text) => pieces.push(Piece::Text(text)),
                syntax::Piece::Value { name, span } => pieces.extend(self.variable(&name, span).map(Piece::Variable)),
                syntax::Piece::BadValue(span) => {
                    let error = Diagnostic::error(
                        "syntax",
                        "`${` without a name and a `}` behind it",
                        span,
                        "unfinished value",
                    );
                    self.diagnostics.push(error.help("write `${name}`, or `\\$` for a dollar sign"));
                }
                syntax::Piece::BadEscape(span) => {
                    let error = Diagnostic::error("syntax", "there is no such escape", span, "unknown escape");
                    self.diagnostics
                        .push(error.help("the escapes are \\\" \\\\ \\n \\t and \\$; write `\\\\` for a backslash"));
                }
            }
        }
        Template { pieces, span }
    }
}

/// A number as a value; a range as its two ends.
fn number_value(number: &Number) -> Value {
    #[allow(clippy::cast_precision_loss)] // beyond 2^53 nobody compares counts
    match number {
        Number::Int(number) => Value::Number(*number as f64),
        Number::Decimal(number) => Value::Number(*number),
        Number::Percent(number) => Value::Percent(*number),
        Number::Duration(seconds) => Value::Duration(*seconds),
        Number::Size(bytes) => Value::Size(*bytes),
        Number::Date(day) => Value::Date(*day),
        Number::Instant(text) => Value::Instant(text.clone()),
        Number::Range(from, to) => Value::List(vec![number_value(from), number_value(to)]),
    }
}
