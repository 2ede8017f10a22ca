//! Reading the arguments of options, each by its kind: durations, sizes, dates, names, values, texts.
//!
//! In: a cursor at an argument, and its kind from the vocabulary. Out: the argument, or a finding.

use super::cursor::{Cursor, number_in_words};
use super::entry::Argument;
use super::names::{Target, in_words};
use super::plan::Reason;
use super::reader::Reader;
use super::statement::OnFailure;
use super::value::Template;
use super::vocabulary::{Arg, Kind};
use crate::diagnostics::Diagnostic;
use crate::source::Span;
use crate::syntax::{Literal, Number, Op};
use std::borrow::Cow;

impl Reader<'_> {
    /// Why something is as it is.
    pub fn reason(&mut self, cursor: &mut Cursor<'_>) -> Option<Reason> {
        let Some((text, span)) = cursor.text() else {
            self.expected("the reason as a text", cursor);
            return None;
        };
        let text = self.template(text, span).source();
        if text.trim().is_empty() {
            self.error("form", "an empty reason is no reason", span, "say why");
        }
        Some(Reason { text, span })
    }

    /// An argument of a kind.
    pub fn argument(&mut self, arg: Arg, cursor: &mut Cursor<'_>) -> Option<Argument> {
        Some(match arg {
            Arg::Duration => Argument::Duration(self.duration(cursor)?),
            Arg::Size => Argument::Size(self.size(cursor)?),
            Arg::Int => Argument::Int(self.int(cursor)?),
            Arg::Estimate => {
                let (from, to) = self.estimate(cursor)?;
                Argument::Estimate(from, to)
            }
            Arg::Text => Argument::Text(self.text(cursor)?),
            Arg::Date => Argument::Date(self.date(cursor)?),
            Arg::Regex => Argument::Regex(self.regex(cursor)?),
            Arg::Word(words) => Argument::Word(self.one_word(words, cursor)?),
            Arg::AnyWord => Argument::Word(self.any_word(cursor)?),
            Arg::Name(Kind::Rule) => Argument::Rule(self.rule(cursor)?),
            Arg::Name(kind) => Argument::Names(vec![self.name(kind, cursor)?]),
            Arg::Names(kind) => Argument::Names(self.several_names(kind, cursor)?),
            Arg::Words => {
                Argument::Words(self.words(cursor)?.into_iter().map(|(word, span)| (word.into_owned(), span)).collect())
            }
            Arg::Value => Argument::Value(self.value(cursor)?),
            Arg::Choices => self.choices(cursor)?,
            Arg::Check => Argument::Check(Box::new(self.check(cursor)?)),
            Arg::Condition => Argument::Check(Box::new(self.condition(cursor)?)),
            Arg::Source => Argument::Check(Box::new(self.check(cursor)?)),
            Arg::Comparison => Argument::Comparison(self.must_compare(cursor)?),
            Arg::OnFailure => Argument::OnFailure(self.on_failure(cursor)?),
            Arg::Commands => self.commands(cursor)?,
        })
    }

    fn wrong_unit(&mut self, wanted: &str, example: &str, number: &Number, span: Span) {
        let found = number_in_words(number);
        let error = Diagnostic::error(
            "type",
            format!("{wanted} is expected here, not {found}"),
            span,
            format!("this is {found}"),
        );
        self.diagnostics.push(error.help(format!("write {wanted} like `{example}`")));
    }

    /// A duration in seconds.
    pub fn duration(&mut self, cursor: &mut Cursor<'_>) -> Option<u64> {
        match cursor.number() {
            Some((Number::Duration(seconds), _)) => return Some(*seconds),
            Some((other, span)) => self.wrong_unit("a duration", "5m", other, span),
            None => self.expected("a duration such as `5m`", cursor),
        }
        None
    }

    fn size(&mut self, cursor: &mut Cursor<'_>) -> Option<u64> {
        match cursor.number() {
            Some((Number::Size(bytes), _)) => return Some(*bytes),
            Some((other, span)) => self.wrong_unit("a size", "100MB", other, span),
            None => self.expected("a size such as `100MB`", cursor),
        }
        None
    }

    fn int(&mut self, cursor: &mut Cursor<'_>) -> Option<u32> {
        match cursor.number() {
            Some((Number::Int(number), span)) => match u32::try_from(*number) {
                Ok(number) => return Some(number),
                Err(_) => self.error("type", "this number is out of range", span, "from 0 to 4294967295"),
            },
            Some((other, span)) => self.wrong_unit("a whole number", "3", other, span),
            None => self.expected("a whole number", cursor),
        }
        None
    }

    fn estimate(&mut self, cursor: &mut Cursor<'_>) -> Option<(u64, u64)> {
        match cursor.number() {
            Some((Number::Duration(seconds), _)) => return Some((*seconds, *seconds)),
            Some((Number::Range(from, to), span)) => match (&**from, &**to) {
                (Number::Duration(from), Number::Duration(to)) if from <= to => return Some((*from, *to)),
                (Number::Duration(_), Number::Duration(_)) => {
                    self.error(
                        "type",
                        "this estimate ends before it begins",
                        span,
                        "the first time is the shorter one",
                    );
                }
                _ => self.wrong_unit("a duration or a range of durations", "6m..8m", from, span),
            },
            Some((other, span)) => self.wrong_unit("a duration or a range of durations", "6m..8m", other, span),
            None => self.expected("an estimate such as `6m..8m`", cursor),
        }
        None
    }

    fn date(&mut self, cursor: &mut Cursor<'_>) -> Option<i64> {
        match cursor.number() {
            Some((Number::Date(day), _)) => return Some(*day),
            Some((other, span)) => self.wrong_unit("a date", "2026-11-01", other, span),
            None => self.expected("a date such as `2026-11-01`", cursor),
        }
        None
    }

    /// A text with `${x}`.
    pub fn text(&mut self, cursor: &mut Cursor<'_>) -> Option<Template> {
        match cursor.text() {
            Some((text, span)) => Some(self.template(text, span)),
            None => {
                self.expected("a text", cursor);
                None
            }
        }
    }

    fn regex(&mut self, cursor: &mut Cursor<'_>) -> Option<String> {
        if let Some(Literal::Regex(regex)) = cursor.peek().map(|a| &a.value) {
            cursor.next();
            return Some(regex.clone());
        }
        self.expected("a regular expression such as `/^v[0-9]+$/`", cursor);
        None
    }

    fn one_word(&mut self, words: &[&str], cursor: &mut Cursor<'_>) -> Option<String> {
        if let Some(word) = cursor.peek_word().filter(|word| words.contains(word)) {
            cursor.next();
            return Some(word.to_owned());
        }
        let list = words.iter().map(|w| format!("`{w}`")).collect::<Vec<_>>().join(" or ");
        self.expected(&list, cursor);
        None
    }

    fn any_word(&mut self, cursor: &mut Cursor<'_>) -> Option<String> {
        match cursor.word() {
            Some((word, _)) => Some(word.to_owned()),
            None => {
                self.expected("a word", cursor);
                None
            }
        }
    }

    fn rule(&mut self, cursor: &mut Cursor<'_>) -> Option<String> {
        let Some((word, span)) = cursor.word() else {
            self.expected("the name of a rule", cursor);
            return None;
        };
        if !self.rules.is_empty() && !self.rules.contains(&word) {
            let error = Diagnostic::error("name", format!("there is no rule `{word}`"), span, "unknown rule");
            let otherwise = || Some("`rbk rules` lists them".to_owned());
            self.diagnostics.push(error.did_you_mean(word, span, self.rules.iter().copied(), otherwise));
        }
        Some(word.to_owned())
    }

    /// A declared name of a kind.
    pub fn name(&mut self, kind: Kind, cursor: &mut Cursor<'_>) -> Option<(Target, Span)> {
        match cursor.word() {
            Some((word, span)) => self.bind(word, span, kind).map(|target| (target, span)),
            None => {
                self.expected(&format!("the name of {}", in_words(kind)), cursor);
                None
            }
        }
    }

    /// What a name refers to; reports names that are unknown or of another kind.
    pub fn bind(&mut self, word: &str, span: Span, kind: Kind) -> Option<Target> {
        if let Some(target) = self.names.find(word, kind) {
            return Some(target);
        }
        let wanted = in_words(kind);
        let error = if let Some(other) = self.names.any(word) {
            Diagnostic::error(
                "name",
                format!("`{word}` is {}, not {wanted}", in_words(other.kind)),
                span,
                format!("{wanted} is needed here"),
            )
            .also(other.span, format!("`{word}` is declared here"))
        } else {
            let error = Diagnostic::error(
                "name",
                format!("`{word}` is not declared; {wanted} is needed here"),
                span,
                "unknown name",
            );
            error.did_you_mean(word, span, self.names.of_kind(kind).into_iter(), || None)
        };
        self.diagnostics.push(error);
        None
    }

    fn several_names(&mut self, kind: Kind, cursor: &mut Cursor<'_>) -> Option<Vec<(Target, Span)>> {
        let mut names = Vec::new();
        let words = self.words(cursor)?;
        for (word, span) in words {
            names.extend(self.bind(&word, span, kind).map(|target| (target, span)));
        }
        Some(names)
    }

    /// `a, b` or `[a, b]`.
    pub fn words<'t>(&mut self, cursor: &mut Cursor<'t>) -> Option<Vec<(Cow<'t, str>, Span)>> {
        if let Some((atoms, span)) = cursor.list() {
            let mut inner = Cursor::over(atoms, span);
            let mut words = Vec::new();
            while !inner.done() {
                match (inner.word(), inner.text()) {
                    (Some((word, span)), _) => words.push((word.into(), span)),
                    (None, Some((text, span))) => words.push((self.template(text, span).source().into(), span)),
                    (None, None) => {
                        self.expected("a name", &inner);
                        return None;
                    }
                }
            }
            return Some(words);
        }
        let Some((first, span)) = cursor.word() else {
            self.expected("a name", cursor);
            return None;
        };
        let mut words = vec![(first.into(), span)];
        while cursor.eat(Op::Comma) {
            let Some((word, span)) = cursor.word() else {
                self.expected("a name", cursor);
                return None;
            };
            words.push((word.into(), span));
        }
        Some(words)
    }

    fn choices(&mut self, cursor: &mut Cursor<'_>) -> Option<Argument> {
        if cursor.peek_word() == Some("sh") {
            return self.check(cursor).map(|check| Argument::Check(Box::new(check)));
        }
        self.value(cursor).map(Argument::Value)
    }

    fn on_failure(&mut self, cursor: &mut Cursor<'_>) -> Option<OnFailure> {
        let Some((word, span)) = cursor.word() else {
            self.expected("`abort`, `continue because \"…\"`, `call P` or `escalate to C`", cursor);
            return None;
        };
        match word {
            "abort" => Some(OnFailure::Abort),
            "continue" => {
                if !cursor.eat_word("because") {
                    let error = Diagnostic::error("form", "`continue` needs a reason", span, "why may it go on?");
                    self.diagnostics.push(error.help("add `because \"…\"`: the reason appears in the runbook"));
                    return Some(OnFailure::Abort);
                }
                self.reason(cursor).map(OnFailure::Continue)
            }
            "call" => self.name(Kind::Runnable, cursor).map(|(t, _)| OnFailure::Call(super::ids::Id::new(t.index))),
            "escalate" => {
                cursor.eat_word("to");
                self.name(Kind::Role, cursor).map(|(target, _)| OnFailure::Escalate(super::build::role(target)))
            }
            other => {
                let message = format!("`{other}` is not something that can happen on failure");
                let error = Diagnostic::error("form", message, span, "unknown word");
                self.diagnostics.push(error.help("`abort`, `continue because \"…\"`, `call P` or `escalate to C`"));
                None
            }
        }
    }

    fn commands(&mut self, cursor: &mut Cursor<'_>) -> Option<Argument> {
        let Some(block) = cursor.block() else {
            self.expected("a block with `sh \"…\"`", cursor);
            return None;
        };
        let (mut commands, mut total, mut timeout) = (Vec::new(), false, None);
        for item in &block.items {
            let mut inner = Cursor::new(item);
            while !inner.done() {
                match inner.peek_word() {
                    Some("sh" | "sql") => commands.extend(self.one_command(&mut inner)),
                    Some("total") => {
                        inner.next();
                        total = true;
                    }
                    Some("timeout") => {
                        inner.next();
                        timeout = self.duration(&mut inner);
                    }
                    _ => {
                        self.expected("`sh`, `sql`, `total` or `timeout`", &inner);
                        inner.skip();
                    }
                }
            }
        }
        Some(Argument::Commands(commands, total, timeout))
    }
}
