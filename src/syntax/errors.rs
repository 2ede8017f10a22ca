//! Syntax errors: their words, and how many of them are worth showing.
//!
//! In: what the builder stumbles over, in the order of the file. Out: diagnostics of the rule `syntax`, one a line at
//! most (numbers apart, which spoil nothing after them), one for all unclosed and one for all stray brackets, fifty in all.

use super::characters::{self, hidden, instead, is_hidden, shown};
use super::number::Problem;
use super::{Atom, Literal, Token, TokenKind};
use crate::diagnostics::Diagnostic;
use crate::source::{FileId, Span};

const RULE: &str = "syntax";
/// More errors than these are counted, not shown.
const SHOWN: usize = 50;
/// As many of the unclosed or stray brackets are pointed at.
const POINTED_AT: usize = 5;
/// Indentation is looked at in lines up to this length only, so that a file of one line stays cheap.
const LINE: usize = 400;

/// Collects the errors of one file.
pub(super) struct Errors<'s> {
    file: FileId,
    text: &'s str,
    found: Vec<Diagnostic>,
    /// The first that isn't shown, and how many they are.
    more: Option<(Span, usize)>,
    /// Where the line of the last error ends.
    line_end: usize,
    /// Everything up to the end of the file went into one token.
    rest_lost: bool,
    /// The opening bracket and where its block or list was taken to end.
    unclosed: Vec<(Span, u32)>,
    unclosed_count: usize,
    stray: Vec<Span>,
    stray_count: usize,
    /// A block whose `}` stands further left than the line that opened it.
    suspect: Option<(Span, Span)>,
    /// A text whose end looks like the beginning of another, and that end.
    suspect_text: Option<(Span, Span)>,
}

impl<'s> Errors<'s> {
    pub(super) fn new(file: FileId, text: &'s str) -> Self {
        Errors {
            file,
            text,
            found: Vec::new(),
            more: None,
            line_end: 0,
            rest_lost: false,
            unclosed: Vec::new(),
            unclosed_count: 0,
            stray: Vec::new(),
            stray_count: 0,
            suspect: None,
            suspect_text: None,
        }
    }

    pub(super) fn span(&self, start: usize, end: usize) -> Span {
        characters::span(self.file, start, end)
    }

    fn covered(&self, span: Span) -> &'s str {
        self.text.get(span.start as usize..span.end as usize).unwrap_or("")
    }

    /// Notes an error unless its line has one already.
    fn line(&mut self, span: Span, tell: impl FnOnce(&Self) -> Diagnostic) {
        if (span.start as usize) < self.line_end {
            return;
        }
        let after = self.text.get(span.end as usize..).unwrap_or("");
        self.line_end = after.find('\n').map_or(self.text.len(), |at| span.end as usize + at);
        self.add(span, tell);
    }

    fn add(&mut self, span: Span, tell: impl FnOnce(&Self) -> Diagnostic) {
        if self.found.len() < SHOWN {
            let told = tell(self);
            self.found.push(told);
        } else {
            self.more.get_or_insert((span, 0)).1 += 1;
        }
    }

    pub(super) fn number(&mut self, span: Span, problem: &Problem) {
        self.add(span, |_| {
            let told = Diagnostic::error(RULE, &problem.message, span, &problem.label);
            problem.help.iter().fold(told, Diagnostic::help)
        });
    }

    pub(super) fn unknown(&mut self, span: Span, before: Option<Token>) {
        let Some(character) = self.covered(span).chars().next().filter(|&c| !is_hidden(c)) else { return };
        let name = before.filter(|token| {
            matches!(token.kind, TokenKind::Word | TokenKind::Variable) && token.span.end == span.start
        });
        self.line(span, |errors| match name {
            Some(name) if character.is_alphabetic() => {
                let whole = name.span.to(span);
                let message = format!("`{}` is no name", brief(errors.covered(whole)));
                Diagnostic::error(RULE, message, whole, format!("has {} in it", shown(character)))
                    .help("names are made of a-z, A-Z, 0-9 and `_`; other text stands in quotes")
            }
            _ => Diagnostic::error(RULE, format!("unexpected {}", shown(character)), span, "has no meaning here")
                .help(instead(character)),
        });
    }

    /// Two atoms without anything between them.
    pub(super) fn glued(&mut self, first: &Atom, second: &Atom) {
        let span = first.span.to(second.span);
        let string = |atom: &Atom| matches!(atom.value, Literal::Str(_));
        self.line(span, |_| {
            if string(first) || string(second) {
                let quote = if string(first) { first.span.end - 1 } else { second.span.start };
                let quote = Span { start: quote, end: quote + 1, ..span };
                let label = if string(first) { "the string ends here" } else { "a string begins here" };
                Diagnostic::error(RULE, "a string and what stands beside it run into each other", quote, label)
                    .help("a quote inside a string is written `\\\"`; things beside a string stand apart from it")
            } else if matches!(first.value, Literal::Regex(_)) || matches!(second.value, Literal::Regex(_)) {
                Diagnostic::error(RULE, "a path without quotes", span, "read as a regular expression")
                    .help("a path stands in quotes: `\"/srv/shop\"`")
            } else {
                Diagnostic::error(RULE, "two things run into each other", span, "a blank is missing in here")
            }
        });
    }

    pub(super) fn lonely_comma(&mut self, span: Span) {
        self.line(span, |_| {
            Diagnostic::error(RULE, "an element of the list is missing", span, "nothing stands before this comma")
        });
    }

    pub(super) fn too_deep(&mut self, span: Span) {
        self.rest_lost = true;
        (self.unclosed, self.unclosed_count) = (Vec::new(), 0);
        let open = self.covered(span).bytes().filter(|b| matches!(b, b'[' | b'{')).count();
        let span = self.span(span.start as usize, span.start as usize + 1);
        self.add(span, |_| {
            let label = match open {
                1 => "this one is not read, nor what follows it".to_owned(),
                _ => format!("this one and {} more are not read, nor anything else after it", open - 1),
            };
            Diagnostic::error(RULE, "brackets are nested more than 64 deep", span, label)
                .help("take parts out into procedures, or look for brackets that were never closed")
        });
    }

    /// Looks whether a text that is closed was meant to be closed there: quotes behind a word and before a line end
    /// look like the beginning of another.
    pub(super) fn text(&mut self, span: Span) {
        let token = self.covered(span);
        let last_line = &token[token.rfind('\n').map_or(token.len(), |at| at + 1)..];
        let behind_word = last_line.trim_start().strip_suffix("\"\"\"").is_some_and(|line| line.ends_with(' '));
        let at_line_end = self.text.as_bytes().get(span.end as usize) == Some(&b'\n');
        if self.suspect_text.is_none() && behind_word && at_line_end {
            let close = self.span(span.end as usize - 3, span.end as usize);
            self.suspect_text = Some((span, close));
        }
    }

    pub(super) fn lost_text(&mut self, span: Span) {
        self.rest_lost = true;
        let quotes = |span: Span| Span { end: span.start + 3, ..span };
        let Some((suspect, close)) = self.suspect_text else {
            let open = quotes(span);
            self.add(open, |_| {
                Diagnostic::error(RULE, "a text is never closed", open, "so the rest of the file is in it")
                    .help("close it with `\"\"\"`, or remove it if it is meant to close another")
            });
            return;
        };
        // From there on text was taken for plan and plan for text: what was said about it is worth nothing.
        self.forget_from(close.start);
        self.add(quotes(suspect), |_| {
            Diagnostic::error(RULE, "a text is never closed", quotes(suspect), "probably this one")
                .also(close, "this is taken for its end, but looks like the beginning of another")
                .also(quotes(span), "so this one has no end")
                .help("close it with `\"\"\"`")
        });
    }

    /// Takes back all errors that begin at or after `start`.
    fn forget_from(&mut self, start: u32) {
        self.found.retain(|told| told.labels.iter().all(|label| label.span.start < start));
        self.more = self.more.filter(|(span, _)| span.start < start);
        self.stray.retain(|span| span.start < start);
        self.unclosed.retain(|(open, _)| open.start < start);
        // At most as many as are pointed at: whoever has more than that sees the others after the next run.
        (self.stray_count, self.unclosed_count) = (self.stray.len(), self.unclosed.len());
    }

    pub(super) fn lost_string(&mut self, span: Span) {
        self.line(span, |errors| {
            let open = errors.span(span.start as usize, span.start as usize + 1);
            Diagnostic::error(RULE, "a string is never closed", open, "no `\"` follows on this line")
                .help("a string ends on its line; longer text stands in `\"\"\"`")
        });
    }

    pub(super) fn lost_regex(&mut self, span: Span) {
        self.line(span, |errors| {
            let open = errors.span(span.start as usize, span.start as usize + 1);
            Diagnostic::error(RULE, "a regular expression is never closed", open, "no other `/` follows on this line")
                .help("a path stands in quotes; a `/` inside a regular expression is written `\\/`")
        });
    }

    pub(super) fn foreign_comment(&mut self, span: Span) {
        self.line(span, |errors| {
            let sign = errors.span(span.start as usize, span.start as usize + 2);
            let message = format!("unexpected `{}`", errors.covered(sign));
            Diagnostic::error(RULE, message, sign, "has no meaning here").help("comments begin with `#`")
        });
    }

    pub(super) fn path(&mut self, span: Span) {
        self.line(span, |_| {
            Diagnostic::error(
                RULE,
                "a path or an address without quotes",
                span,
                "this is not part of the name before it",
            )
            .help("a path or an address stands in quotes: `\"…\"`")
        });
    }

    pub(super) fn quoted(&mut self, span: Span) {
        let Some(quote) = self.covered(span).chars().next() else { return };
        let open = self.span(span.start as usize, span.start as usize + quote.len_utf8());
        self.line(span, |_| {
            Diagnostic::error(
                RULE,
                "a string in the wrong quotes",
                open,
                format!("{} doesn't begin a string", shown(quote)),
            )
            .help("use straight double quotes: `\"…\"`")
        });
    }

    pub(super) fn stray(&mut self, span: Span) {
        self.stray_count += 1;
        if self.stray.len() < POINTED_AT {
            self.stray.push(span);
        }
    }

    /// `end` is where the block or list was taken to end for want of a bracket.
    pub(super) fn unclosed(&mut self, open: Span, end: u32) {
        if self.rest_lost {
            return;
        }
        self.unclosed_count += 1;
        if self.unclosed.len() < POINTED_AT {
            self.unclosed.push((open, end));
        }
    }

    /// Looks whether a block that is closed was meant to be closed there.
    pub(super) fn closed(&mut self, open: Span, close: Span) {
        if self.suspect.is_none()
            && self.begins_line(close)
            && let (Some(opened), Some(closed)) = (self.indent(open), self.indent(close))
            && closed.len() < opened.len()
        {
            self.suspect = Some((open, close));
        }
    }

    /// Is there nothing before the place in its line?
    fn begins_line(&self, span: Span) -> bool {
        let before = self.text.as_bytes().get(..span.start as usize).unwrap_or(&[]);
        before.iter().rev().find(|b| !matches!(b, b' ' | b'\t')).is_none_or(|&b| b == b'\n')
    }

    /// The blanks that a line begins with; `None` in lines too long to look at.
    fn indent(&self, span: Span) -> Option<&'s str> {
        let column = Some(self.column(span)).filter(|&column| column < LINE)?;
        let line = self.text.get(span.start as usize - column..)?;
        line.get(..line.len() - line.trim_start_matches([' ', '\t']).len())
    }

    /// Bytes before the place in its line, `LINE` at most.
    fn column(&self, span: Span) -> usize {
        let before = self.text.as_bytes().get(..span.start as usize).unwrap_or(&[]);
        before.iter().rev().take(LINE).take_while(|&&b| b != b'\n').count()
    }

    pub(super) fn finish(mut self) -> Vec<Diagnostic> {
        let brackets = [self.unclosed_brackets(), self.stray_brackets()];
        self.found.extend(brackets.into_iter().flatten());
        if let Some((span, more)) = self.more {
            let message = format!("and {more} more syntax errors in this file");
            self.found.push(Diagnostic::error(RULE, message, span, "the first of them"));
        }
        self.found.extend(hidden(self.file, self.text));
        self.found
    }

    fn unclosed_brackets(&mut self) -> Option<Diagnostic> {
        self.unclosed.sort_by_key(|(open, _)| open.start);
        let (open, end) = *self.unclosed.first()?;
        let bracket = self.covered(open);
        let message = match self.unclosed_count {
            1 => format!("a `{bracket}` is never closed"),
            count => format!("{count} brackets are never closed"),
        };
        let mut told = match self.suspect.filter(|_| bracket == "{") {
            Some((suspect, close)) => {
                Diagnostic::error(RULE, message, suspect, "probably this one, judging by the indentation")
                    .also(close, "this is taken for its end")
                    .also(open, "so this block is still open at the end of the file")
            }
            None => Diagnostic::error(RULE, message, open, "opened here"),
        };
        if bracket == "[" && self.unclosed_count == 1 && (end as usize) < self.text.len() {
            told = told.also(self.span(end as usize, end as usize), "this can't be part of a list");
        }
        for (other, _) in &self.unclosed[1..] {
            told = told.also(*other, "this one too");
        }
        Some(told.help(match (self.unclosed_count, bracket) {
            (1, "[") => "close it with `]`",
            (1, _) => "close it with `}`",
            _ => "close each with its `]` or `}`",
        }))
    }

    fn stray_brackets(&self) -> Option<Diagnostic> {
        let first = *self.stray.first()?;
        let bracket = self.covered(first);
        let message = match self.stray_count {
            1 => format!("this `{bracket}` closes nothing"),
            count => format!("{count} brackets close nothing"),
        };
        let told = Diagnostic::error(RULE, message, first, "nothing is open here");
        Some(self.stray[1..].iter().fold(told, |told, other| told.also(*other, "nor here")))
    }
}

/// The first characters of what may be long.
fn brief(text: &str) -> String {
    let mut brief: String = text.chars().take(40).collect();
    if brief.len() < text.len() {
        brief.push('…');
    }
    brief
}
