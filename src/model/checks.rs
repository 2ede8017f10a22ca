//! Reading checks, comparisons and the sources of values.

use super::cursor::Cursor;
use super::ids::Id;
use super::plan::Resource;
use super::reader::Reader;
use super::value::{Check, Comparison, FileTest, Http, Probe, Query, Relation, Script, Value};
use super::vocabulary::{CHECKS, Kind};
use crate::diagnostics::Diagnostic;
use crate::source::Span;
use crate::syntax::{Literal, Number, Op};

/// Seconds that one try of a check may take: `sh`, `sql` and `http` checks default to it.
pub const CHECK_TIMEOUT: u64 = 30;

impl Reader<'_> {
    /// A check with its `within`, `every` and `holds`.
    pub fn check(&mut self, cursor: &mut Cursor<'_>) -> Option<Check> {
        let start = cursor.here();
        let probe = self.probe(cursor);
        let Some(probe) = probe else {
            cursor.skip();
            return None;
        };
        let mut check = Check { probe, within: None, every: None, holds: None, timeout: CHECK_TIMEOUT, span: start };
        loop {
            let slot = match cursor.peek_word() {
                Some("within") => &mut check.within,
                Some("every") => &mut check.every,
                Some("holds") => &mut check.holds,
                _ => break,
            };
            cursor.next();
            *slot = self.duration(cursor);
        }
        check.span = Span { start: start.start, ..start.to(cursor.taken()) };
        Some(check)
    }

    /// A check, or a text: then a person is asked.
    pub fn condition(&mut self, cursor: &mut Cursor<'_>) -> Option<Check> {
        let Some((text, span)) = cursor.text() else { return self.check(cursor) };
        let probe = Probe::Ask(self.template(text, span));
        let mut check = Check { probe, within: None, every: None, holds: None, timeout: CHECK_TIMEOUT, span };
        if cursor.eat_word("holds") {
            check.holds = self.duration(cursor);
        }
        Some(check)
    }

    fn probe(&mut self, cursor: &mut Cursor<'_>) -> Option<Probe> {
        let here = cursor.here();
        let Some((word, span)) = cursor.word() else {
            self.expected("a check", cursor);
            return None;
        };
        match word {
            "http" => self.http(cursor).map(|http| Probe::Http(Box::new(http))),
            "tcp" => self.text(cursor).map(Probe::Tcp),
            "sql" => {
                let (resource, query) = self.query(cursor)?;
                let comparison = self.comparison(cursor)?;
                Some(Probe::Sql(resource, query, comparison))
            }
            "sh" => {
                let script = self.script(cursor)?;
                let comparison = self.comparison(cursor)?;
                Some(Probe::Sh(script, comparison))
            }
            "file" => self.file(cursor),
            "healthy" => self.name(Kind::Service, cursor).map(|(target, _)| Probe::Healthy(Id::new(target.index))),
            "running" => self.name(Kind::Service, cursor).map(|(target, _)| Probe::Running(Id::new(target.index))),
            "ask" => self.text(cursor).map(Probe::Ask),
            "passed" => self.name(Kind::Verification, cursor).map(|(target, _)| Probe::Passed(Id::new(target.index))),
            "not" => self.check(cursor).map(|check| Probe::Not(Box::new(check))),
            "all" => self.several(cursor).map(Probe::All),
            "any" => self.several(cursor).map(Probe::Any),
            name if self.names.find(name, Kind::Signal).is_some() => self.signal(name, span, cursor),
            other => {
                self.unknown_check(other, here);
                None
            }
        }
    }

    fn unknown_check(&mut self, word: &str, span: Span) {
        let words = CHECKS.iter().map(|(word, _)| *word);
        let signals = self.names.of_kind(Kind::Signal);
        let error = Diagnostic::error("form", format!("`{word}` is no check"), span, "a check belongs here");
        let otherwise =
            || Some(format!("a check begins with {}, or with a signal", words.clone().collect::<Vec<_>>().join(", ")));
        self.diagnostics.push(error.did_you_mean(word, span, words.clone().chain(signals), otherwise));
    }

    fn signal(&mut self, name: &str, span: Span, cursor: &mut Cursor<'_>) -> Option<Probe> {
        let target = self.bind(name, span, Kind::Signal)?;
        let comparison = self.must_compare(cursor)?;
        Some(Probe::Signal(Id::new(target.index), comparison))
    }

    fn several(&mut self, cursor: &mut Cursor<'_>) -> Option<Vec<Check>> {
        let Some(block) = cursor.block() else {
            self.expected("a block with checks", cursor);
            return None;
        };
        let mut checks = Vec::new();
        for item in &block.items {
            let mut inner = Cursor::new(item);
            checks.extend(self.check(&mut inner));
            self.nothing_more(&mut inner);
        }
        if checks.is_empty() && block.items.is_empty() {
            self.error("form", "an empty block of checks proves nothing", block.span, "no check in it");
            return None;
        }
        Some(checks)
    }

    /// `R "query" [with name = value, …]`; the word `sql` has been taken.
    pub fn query(&mut self, cursor: &mut Cursor<'_>) -> Option<(Id<Resource>, Query)> {
        let (target, _) = self.name(Kind::Resource, cursor)?;
        let Some((text, span)) = cursor.text() else {
            self.expected("the query as a text", cursor);
            return None;
        };
        let mut query = Query { text: Script::new(text, span), with: Vec::new() };
        if cursor.eat_word("with") {
            loop {
                let Some((name, _)) = cursor.word() else {
                    self.expected("the name of a bound value", cursor);
                    return None;
                };
                if !cursor.eat(Op::Assign) {
                    self.expected("`=`", cursor);
                    return None;
                }
                query.with.push((name.to_owned(), self.value(cursor)?));
                if !cursor.eat(Op::Comma) {
                    break;
                }
            }
        }
        self.check_bindings(&query);
        Some((Id::new(target.index), query))
    }

    fn check_bindings(&mut self, query: &Query) {
        for (name, _) in &query.with {
            if !bound_names(&query.text.text.value).any(|(found, _)| found == name.as_str()) {
                let message = format!("the query does not use `:{name}`");
                self.error(
                    "name",
                    message,
                    query.text.span,
                    "it is bound by `with`, and nothing in the query takes it",
                );
            }
        }
    }

    /// A comparison if one follows; none of it read: `Some(None)`; a broken one: `None`.
    #[allow(clippy::option_option)] // absent, and broken, are two things
    pub fn comparison(&mut self, cursor: &mut Cursor<'_>) -> Option<Option<Comparison>> {
        if let Some(relation) = self.relation(cursor) {
            return Some(Some(Comparison::Is(relation, self.value(cursor)?)));
        }
        let comparison = match cursor.peek_word() {
            Some("contains") => {
                cursor.next();
                Comparison::Contains(self.value(cursor)?)
            }
            Some("matches") => {
                cursor.next();
                let Some(Literal::Regex(regex)) = cursor.peek().map(|atom| &atom.value) else {
                    self.expected("a regular expression such as `/^ok$/`", cursor);
                    return None;
                };
                cursor.next();
                Comparison::Matches(regex.clone())
            }
            Some("lines") => {
                cursor.next();
                let Some(relation) = self.relation(cursor) else {
                    self.expected("a comparison such as `== 3`", cursor);
                    return None;
                };
                Comparison::Lines(relation, self.value(cursor)?)
            }
            Some("between") => {
                cursor.next();
                match self.value(cursor)? {
                    Value::List(mut ends) if ends.len() == 2 => {
                        let to = ends.pop()?;
                        Comparison::Between(ends.pop()?, to)
                    }
                    _ => {
                        self.expected("a range such as `1%..5%`", cursor);
                        return None;
                    }
                }
            }
            Some("is") => {
                cursor.next();
                Comparison::Is(Relation::Equal, self.value(cursor)?)
            }
            _ => return Some(None),
        };
        Some(Some(comparison))
    }

    /// A comparison that must be there.
    pub fn must_compare(&mut self, cursor: &mut Cursor<'_>) -> Option<Comparison> {
        let comparison = self.comparison(cursor)?;
        if comparison.is_none() {
            self.expected("a comparison such as `> 5%`", cursor);
        }
        comparison
    }

    fn relation(&mut self, cursor: &mut Cursor<'_>) -> Option<Relation> {
        let Some(Literal::Op(op)) = cursor.peek().map(|atom| &atom.value) else { return None };
        let relation = match op {
            Op::Equal => Relation::Equal,
            Op::NotEqual => Relation::NotEqual,
            Op::Less => Relation::Less,
            Op::AtMost => Relation::AtMost,
            Op::Greater => Relation::Greater,
            Op::AtLeast => Relation::AtLeast,
            _ => return None,
        };
        cursor.next();
        Some(relation)
    }

    fn file(&mut self, cursor: &mut Cursor<'_>) -> Option<Probe> {
        let path = self.text(cursor)?;
        let test = match cursor.peek_word() {
            Some("exists") => {
                cursor.next();
                FileTest::Exists
            }
            Some(word @ ("size" | "age")) => {
                cursor.next();
                let Some(relation) = self.relation(cursor) else {
                    self.expected("a comparison such as `>= 1MB`", cursor);
                    return None;
                };
                let value = self.value(cursor)?;
                if word == "size" { FileTest::Size(relation, value) } else { FileTest::Age(relation, value) }
            }
            _ => FileTest::Exists,
        };
        Some(Probe::File(path, test))
    }

    fn http(&mut self, cursor: &mut Cursor<'_>) -> Option<Http> {
        let is_method = |word: &&str| word.chars().all(|c| c.is_ascii_uppercase());
        let method = cursor.peek_word().filter(is_method).unwrap_or("GET").to_owned();
        if cursor.peek_word().as_ref().is_some_and(is_method) {
            cursor.next();
        }
        let url = self.text(cursor)?;
        let mut http =
            Http { method, url, headers: Vec::new(), body: None, status: Vec::new(), json: None, contains: None };
        loop {
            match cursor.peek_word() {
                Some("header") => {
                    cursor.next();
                    http.headers.push(self.text(cursor)?);
                }
                Some("body") => {
                    cursor.next();
                    http.body = Some(self.text(cursor)?);
                }
                Some("status") => {
                    cursor.next();
                    http.status = self.statuses(cursor)?;
                }
                Some("json") => {
                    cursor.next();
                    let path = self.text(cursor)?.source();
                    let comparison = self.comparison(cursor)?;
                    http.json = Some((path, comparison));
                }
                Some("contains") => {
                    cursor.next();
                    http.contains = Some(self.text(cursor)?);
                }
                _ => return Some(http),
            }
        }
    }

    fn statuses(&mut self, cursor: &mut Cursor<'_>) -> Option<Vec<u16>> {
        let mut statuses = Vec::new();
        if let Some((atoms, span)) = cursor.list() {
            let mut inner = Cursor::over(atoms, span);
            while !inner.done() {
                statuses.push(self.status(&mut inner)?);
            }
        } else {
            statuses.push(self.status(cursor)?);
        }
        Some(statuses)
    }

    fn status(&mut self, cursor: &mut Cursor<'_>) -> Option<u16> {
        match cursor.number() {
            Some((Number::Int(status @ 100..=599), _)) => u16::try_from(*status).ok(),
            Some((_, span)) => {
                self.error("type", "this is no HTTP status", span, "a number from 100 to 599 belongs here");
                None
            }
            None => {
                self.expected("an HTTP status such as `200`", cursor);
                None
            }
        }
    }
}

/// The `:name`s of a query with their byte offsets; `::cast`s, quoted text and comments are passed over.
pub fn bound_names(query: &str) -> impl Iterator<Item = (&str, usize)> {
    let bytes = query.as_bytes();
    let mut at = 0;
    std::iter::from_fn(move || {
        while at < bytes.len() {
            match bytes[at] {
                quote @ (b'\'' | b'"') => {
                    let close = bytes[at + 1..].iter().position(|b| *b == quote);
                    at = close.map_or(bytes.len(), |close| at + close + 2);
                }
                b'-' if bytes.get(at + 1) == Some(&b'-') => {
                    at = bytes[at..].iter().position(|b| *b == b'\n').map_or(bytes.len(), |end| at + end);
                }
                b':' if bytes.get(at + 1) == Some(&b':') => at += 2,
                b':' => {
                    let start = at + 1;
                    let length = bytes[start..].iter().take_while(|b| b.is_ascii_alphanumeric() || **b == b'_').count();
                    at = start + length.max(1) - usize::from(length == 0);
                    if length > 0 && !bytes[start].is_ascii_digit() {
                        return Some((&query[start..start + length], start - 1));
                    }
                }
                _ => at += 1,
            }
        }
        None
    })
}
