//! Reading items by the vocabulary: names, titles and options, typed and bound.
//!
//! In: items of the tree and the `Form` that they must have. Out: `Entry`s, from which the typed declarations are built.

use std::borrow::Cow;

use super::cursor::{Cursor, describe, number_in_words};
use super::names::{Names, Target, in_words};
use super::plan::{Allow, Reason};
use super::statement::OnFailure;
use super::value::{Check, Command, Comparison, Piece, Script, Template, Value, Variable, VariableKind};
use super::vocabulary::{self, Arg, Body, Form, Kind, Naming, Opt};
use crate::diagnostics::Diagnostic;
use crate::source::{Sources, Span};
use crate::syntax::{self, Item, Literal, Number, Op};

/// Variables that a run has by itself.
pub const BUILTINS: &[&str] = &["plan", "stamp", "operator", "environment", "run"];
/// Variables that some places have besides: operations, checks of backups, messages.
pub const CONTEXT: &[&str] =
    &["backup_path", "to", "with", "tables", "message", "subject", "procedure", "elapsed", "result", "step"];

/// Reads and reports.
pub struct Reader<'a> {
    /// For the texts of spans.
    pub sources: &'a Sources,
    /// What is declared.
    pub names: &'a Names,
    /// What was found wrong.
    pub diagnostics: Vec<Diagnostic>,
    /// Variables of loops and drivers' params that are in force here.
    pub locals: Vec<String>,
    /// Names of captures that go into files.
    pub files: &'a std::collections::HashSet<String>,
    /// The names of the rules that can be allowed.
    pub rules: &'a [&'static str],
    /// Names of statements of the procedure that is being read.
    pub steps: rustc_hash::FxHashMap<String, Span>,
    /// The last number given to an automatic name, by what it is made of: so that many of one kind cost no more each.
    pub numbers: rustc_hash::FxHashMap<String, u32>,
    /// What statements said about the points of no return, by index.
    pub found_points: rustc_hash::FxHashMap<usize, super::things::SaidOfPoint>,
    /// The backups that statements declare, by index.
    pub found_backups: rustc_hash::FxHashMap<usize, super::plan::Backup>,
}

/// What an argument of an option says.
#[derive(Debug, Clone)]
pub enum Argument {
    /// Seconds.
    Duration(u64),
    /// Bytes.
    Size(u64),
    /// A number.
    Int(u32),
    /// Seconds, from and to.
    Estimate(u64, u64),
    /// A text.
    Text(Template),
    /// Days since 1970-01-01.
    Date(i64),
    /// A regular expression.
    Regex(String),
    /// A word.
    Word(String),
    /// Names with where they stand.
    Names(Vec<(Target, Span)>),
    /// Words.
    Words(Vec<(String, Span)>),
    /// A value.
    Value(Value),
    /// A check or a source.
    Check(Box<Check>),
    /// A comparison.
    Comparison(Comparison),
    /// What happens on failure.
    OnFailure(OnFailure),
    /// A block of commands with its own options.
    Commands(Vec<Command>, bool, Option<u64>),
    /// A rule's name.
    Rule(String),
}

/// An option that was given.
#[derive(Debug, Clone)]
pub struct Given {
    /// Its word.
    pub word: &'static str,
    /// Its arguments.
    pub args: Vec<Argument>,
    /// The options that belong to it.
    pub tail: Vec<Given>,
    /// Its reason.
    pub because: Option<Reason>,
    /// All of it.
    pub span: Span,
}

/// An item that was read by its form.
#[derive(Debug)]
pub struct Entry<'t> {
    /// Its name.
    pub name: Option<(&'t str, Span)>,
    /// Its title.
    pub title: Option<Template>,
    /// The options that were given.
    pub given: Vec<Given>,
    /// `name = value` lines.
    pub settings: Vec<(String, Value, Span)>,
    /// Items of its block that are neither options nor settings, with their forms; none: a statement.
    pub items: Vec<(Option<&'static Form>, &'t Item)>,
    /// The commands of its block.
    pub commands: Vec<Command>,
    /// The checks of its block.
    pub checks: Vec<Check>,
    /// All of it.
    pub span: Span,
    /// Its first words.
    pub head: Span,
    /// Its block, with both braces.
    pub block: Option<Span>,
    /// Was a part of it unreadable? Then what seems to be missing may be there.
    pub broken: bool,
}

impl Reader<'_> {
    /// Reports an error.
    pub fn error(&mut self, rule: &'static str, message: impl Into<String>, span: Span, label: impl Into<String>) {
        self.diagnostics.push(Diagnostic::error(rule, message, span, label));
    }

    /// "expected X, found Y", once, and nothing about what the parser has reported already.
    pub fn expected(&mut self, what: &str, cursor: &Cursor<'_>) {
        if cursor.at_bad() {
            return;
        }
        let found = describe(cursor.peek());
        let message = format!("{what} is expected here, not {found}");
        self.error("form", message, cursor.here(), format!("{what} belongs here"));
    }

    /// Reads a whole item: head, name, title, options, block.
    pub fn entry<'t>(&mut self, form: &'static Form, item: &'t Item) -> Entry<'t> {
        let mut cursor = Cursor::new(item);
        cursor.next();
        let mut entry = self.begin(form, &mut cursor);
        self.rest(form, &[form.options], &mut cursor, &mut entry);
        entry
    }

    /// Name and title; the cursor stands behind the head word.
    pub fn begin<'t>(&mut self, form: &'static Form, cursor: &mut Cursor<'t>) -> Entry<'t> {
        let mut entry = Entry {
            name: None,
            title: None,
            given: Vec::new(),
            settings: Vec::new(),
            items: Vec::new(),
            commands: Vec::new(),
            checks: Vec::new(),
            span: cursor.item(),
            head: cursor.taken(),
            block: None,
            broken: false,
        };
        if form.naming != Naming::None {
            let is_option = |word: &str| form.options.iter().any(|option| option.word == word);
            match cursor.peek_word() {
                Some(word) if form.naming == Naming::Required || !is_option(word) => entry.name = cursor.word(),
                _ if form.naming == Naming::Required => {
                    self.expected(&format!("the name of the {}", form.word), cursor);
                }
                _ => {}
            }
        }
        entry.head = cursor.taken();
        if form.title {
            entry.title = cursor.text().map(|(text, span)| self.template(text, span));
        }
        entry
    }

    /// Options and block up to the end of the item.
    pub fn rest<'t>(
        &mut self,
        form: &'static Form,
        options: &[&'static [Opt]],
        cursor: &mut Cursor<'t>,
        entry: &mut Entry<'t>,
    ) {
        while !cursor.done() {
            if let Some(block) = cursor.block() {
                entry.block = Some(block.span);
                self.block(form, options, &block.items, entry);
            } else if !self.option(form.word, options, cursor, entry, false) {
                break;
            }
        }
    }

    /// The items of a block.
    fn block<'t>(&mut self, form: &'static Form, options: &[&'static [Opt]], items: &'t [Item], entry: &mut Entry<'t>) {
        for item in items {
            let mut cursor = Cursor::new(item);
            match self.known_item(form, options, &cursor) {
                Known::Form(form) => entry.items.push((form, item)),
                Known::Setting => self.setting(&mut cursor, entry),
                Known::Command => self.command(&mut cursor, entry, options, form),
                Known::Check => {
                    let check = self.check(&mut cursor);
                    entry.broken |= check.is_none();
                    entry.checks.extend(check);
                    self.end_with_options(form, options, &mut cursor, entry);
                }
                Known::Option => self.end_with_options(form, options, &mut cursor, entry),
            }
        }
    }

    fn end_with_options<'t>(
        &mut self,
        form: &'static Form,
        options: &[&'static [Opt]],
        cursor: &mut Cursor<'t>,
        entry: &mut Entry<'t>,
    ) {
        let settings = matches!(form.body, Body::Settings(_));
        while !cursor.done() {
            if !self.option(form.word, options, cursor, entry, settings) {
                break;
            }
        }
    }

    fn known_item(&self, form: &'static Form, options: &[&'static [Opt]], cursor: &Cursor<'_>) -> Known {
        let word = cursor.peek_word().unwrap_or("");
        let is_option = options.iter().any(|list| list.iter().any(|option| option.word == word));
        let is_setting = matches!(cursor.peek_second().map(|a| &a.value), Some(Literal::Op(Op::Assign)));
        let (forms, otherwise): (&[&'static Form], Option<Known>) = match form.body {
            Body::Items(forms) => (forms, None),
            Body::Settings(forms) => (forms, is_setting.then_some(Known::Setting)),
            Body::Statements(forms) => (forms, Some(Known::Form(None))),
            Body::Commands => (&[], matches!(word, "sh" | "sql").then_some(Known::Command)),
            Body::Check => (&[], Some(Known::Check)),
            Body::None => (&[], None),
        };
        let named = forms.iter().find(|form| form.word == word).copied();
        let operation = forms
            .iter()
            .any(|form| form.word == vocabulary::OPERATIONS_MARK.word)
            .then(|| vocabulary::OPERATIONS.iter().find(|form| form.word == word).copied())
            .flatten();
        match named.or(operation) {
            Some(form) => Known::Form(Some(form)),
            None if matches!(form.body, Body::Statements(_)) && is_statement(word, cursor) => Known::Form(None),
            None if is_option => Known::Option,
            None => otherwise.unwrap_or(Known::Option),
        }
    }

    /// Does this word begin a check?
    pub fn begins_check(&self, word: &str) -> bool {
        vocabulary::CHECKS.iter().any(|(check, _)| *check == word) || self.names.find(word, Kind::Signal).is_some()
    }

    fn setting(&mut self, cursor: &mut Cursor<'_>, entry: &mut Entry<'_>) {
        let Some((name, span)) = cursor.word() else { return self.expected("a name", cursor) };
        cursor.eat(Op::Assign);
        let Some(value) = self.value(cursor) else { return };
        if let Some((_, _, earlier)) = entry.settings.iter().find(|(n, _, _)| n == name) {
            let twice = Diagnostic::error("form", format!("`{name}` is set twice"), span, "and here again")
                .also(*earlier, "here first");
            self.diagnostics.push(twice);
        }
        entry.settings.push((name.to_owned(), value, span));
        self.nothing_more(cursor);
    }

    fn command<'t>(
        &mut self,
        cursor: &mut Cursor<'t>,
        entry: &mut Entry<'t>,
        options: &[&'static [Opt]],
        form: &'static Form,
    ) {
        let command = self.one_command(cursor);
        entry.broken |= command.is_none();
        entry.commands.extend(command);
        self.end_with_options(form, options, cursor, entry);
    }

    /// `sh "…"` or `sql R "…" [with …]`.
    fn one_command(&mut self, cursor: &mut Cursor<'_>) -> Option<Command> {
        if cursor.eat_word("sql") {
            let (resource, query) = self.query(cursor)?;
            return Some(Command::Sql(resource, query));
        }
        cursor.next();
        self.script(cursor).map(Command::Sh)
    }

    /// A shell text.
    pub fn script(&mut self, cursor: &mut Cursor<'_>) -> Option<Script> {
        let Some((text, span)) = cursor.text() else {
            self.expected("a command as a text", cursor);
            cursor.skip();
            return None;
        };
        Some(Script::new(text, span))
    }

    /// One option with its arguments. False: nothing that could be one; reported, and the rest of the item skipped.
    fn option(
        &mut self,
        owner: &str,
        options: &[&'static [Opt]],
        cursor: &mut Cursor<'_>,
        entry: &mut Entry<'_>,
        assign: bool,
    ) -> bool {
        let start = cursor.here();
        let found =
            cursor.peek_option().and_then(|w| options.iter().flat_map(|list| list.iter()).find(|o| o.word == w));
        let Some(option) = found else {
            self.unknown_option(owner, options, cursor);
            recover(options, cursor);
            entry.broken = true;
            return !cursor.done();
        };
        cursor.next();
        if assign {
            cursor.eat(Op::Assign);
        }
        let Some(given) = self.given(option, start, cursor) else {
            recover(options, cursor);
            entry.broken = true;
            return !cursor.done();
        };
        if let Some(earlier) = entry.given.iter().find(|g| g.word == option.word).filter(|_| !option.many) {
            let message = format!("`{}` is given twice for this {owner}", option.word);
            let twice =
                Diagnostic::error("form", message, given.span, "and here again").also(earlier.span, "here first");
            self.diagnostics.push(twice.help("keep one of the two"));
        }
        entry.given.push(given);
        true
    }

    fn unknown_option(&mut self, owner: &str, options: &[&'static [Opt]], cursor: &Cursor<'_>) {
        let Some(word) = cursor.peek_word() else {
            return self.expected(&format!("an option of `{owner}`, or the end of the line,"), cursor);
        };
        let words: Vec<&str> = options.iter().flat_map(|list| list.iter()).map(|option| option.word).collect();
        let message = format!("`{word}` means nothing in `{owner}`");
        let error = Diagnostic::error("form", message, cursor.here(), "unknown here");
        let list = || words.iter().map(|w| format!("`{w}`")).collect::<Vec<_>>().join(", ");
        let otherwise = || Some(format!("`{owner}` takes {}", list()));
        self.diagnostics.push(error.did_you_mean(word, cursor.here(), words.iter().copied(), otherwise));
    }

    /// Arguments, tail and reason of an option whose word has been taken.
    fn given(&mut self, option: &'static Opt, start: Span, cursor: &mut Cursor<'_>) -> Option<Given> {
        let mut given = Given { word: option.word, args: Vec::new(), tail: Vec::new(), because: None, span: start };
        for arg in option.args {
            given.args.push(self.argument(*arg, cursor)?);
        }
        loop {
            let next = cursor.peek_option().unwrap_or("");
            let here = cursor.here();
            if next == "because" && given.because.is_none() {
                cursor.next();
                given.because = self.reason(cursor);
            } else if let Some(tail) = option.tail.iter().find(|tail| tail.word == next) {
                cursor.next();
                let tail = self.given(tail, here, cursor)?;
                given.tail.push(tail);
            } else {
                break;
            }
        }
        given.span = start.to(cursor.taken());
        given.span.start = start.start;
        if option.reason == vocabulary::Reason::Must && given.because.is_none() {
            // `allow RULE until DATE because "…"`: the reason is the exception's, not the date's.
            given.because = given.tail.iter_mut().find_map(|tail| tail.because.take());
        }
        if option.reason == vocabulary::Reason::Must && given.because.is_none() {
            let message = format!("`{}` needs a reason", option.word);
            let error = Diagnostic::error("form", message, given.span, "why?");
            self.diagnostics.push(error.help("add `because \"…\"`: the reason appears in the runbook"));
        }
        Some(given)
    }

    fn reason(&mut self, cursor: &mut Cursor<'_>) -> Option<Reason> {
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

    fn argument(&mut self, arg: Arg, cursor: &mut Cursor<'_>) -> Option<Argument> {
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

    /// Reports whatever is left on the line.
    pub fn nothing_more(&mut self, cursor: &mut Cursor<'_>) {
        if !cursor.done() {
            self.expected("the end of the line", cursor);
            cursor.skip();
        }
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

/// Goes on to the next option or block, so that one mistake is one message.
fn recover(options: &[&'static [Opt]], cursor: &mut Cursor<'_>) {
    let known = |word: &str| options.iter().any(|list| list.iter().any(|option| option.word == word));
    cursor.next();
    while !cursor.done() && !cursor.at_block() && !cursor.peek_option().is_some_and(known) {
        cursor.next();
    }
}

/// Does this begin a statement, although its word is an option too? `undo STEP` and `undo { … }`; in the block of a
/// `wait`, `on "text" …`.
fn is_statement(word: &str, cursor: &Cursor<'_>) -> bool {
    let second = cursor.peek_second().map(|atom| &atom.value);
    match word {
        "undo" => matches!(second, Some(Literal::Word(_))),
        "on" => matches!(second, Some(Literal::Str(_))),
        "for" => cursor.clone().skip_words(2).peek_word() == Some("in"),
        _ => false,
    }
}

enum Known {
    Form(Option<&'static Form>),
    Setting,
    Command,
    Check,
    Option,
}

impl Entry<'_> {
    /// The option of this word.
    pub fn get(&self, word: &str) -> Option<&Given> {
        self.given.iter().find(|given| given.word == word)
    }

    /// All options of this word.
    pub fn all<'e>(&'e self, word: &'e str) -> impl Iterator<Item = &'e Given> {
        self.given.iter().filter(move |given| given.word == word)
    }

    /// Was the flag given?
    pub fn has(&self, word: &str) -> bool {
        self.get(word).is_some()
    }

    /// Seconds.
    pub fn duration(&self, word: &str) -> Option<u64> {
        self.get(word)?.duration()
    }

    /// A text.
    pub fn text(&self, word: &str) -> Option<Template> {
        self.get(word)?.text()
    }

    /// A check.
    pub fn check(&self, word: &str) -> Option<Check> {
        self.get(word)?.check()
    }

    /// The first name of an option.
    pub fn target(&self, word: &str) -> Option<Target> {
        self.get(word)?.targets().first().map(|(target, _)| *target)
    }

    /// All names of all options of this word.
    pub fn targets(&self, word: &str) -> Vec<Target> {
        self.all(word).flat_map(Given::targets).map(|(target, _)| *target).collect()
    }

    /// All words of all options of this word.
    pub fn words(&self, word: &str) -> Vec<String> {
        let lists = self.all(word).filter_map(|given| match given.args.first() {
            Some(Argument::Words(words)) => Some(words),
            _ => None,
        });
        lists.flatten().map(|(word, _)| word.clone()).collect()
    }

    /// The word of an option.
    pub fn word(&self, word: &str) -> Option<String> {
        match self.get(word)?.args.first()? {
            Argument::Word(word) => Some(word.clone()),
            _ => None,
        }
    }

    /// The value of an option.
    pub fn value(&self, word: &str) -> Option<Value> {
        self.get(word)?.value()
    }

    /// The rules switched off.
    pub fn allows(&self) -> Vec<Allow> {
        let allow = |given: &Given| {
            let Some(Argument::Rule(rule)) = given.args.first() else { return None };
            let until = given.tail.iter().find_map(|tail| match tail.args.first() {
                Some(Argument::Date(day)) => Some(*day),
                _ => None,
            });
            Some(Allow {
                rule: rule.clone(),
                because: given.because.clone().unwrap_or_default(),
                until,
                span: given.span,
            })
        };
        self.all("allow").filter_map(allow).collect()
    }
}

impl Given {
    /// Its tail option of this word.
    pub fn tail(&self, word: &str) -> Option<&Given> {
        self.tail.iter().find(|given| given.word == word)
    }

    /// Seconds.
    pub fn duration(&self) -> Option<u64> {
        match self.args.first()? {
            Argument::Duration(seconds) => Some(*seconds),
            _ => None,
        }
    }

    /// A text.
    pub fn text(&self) -> Option<Template> {
        match self.args.first()? {
            Argument::Text(text) => Some(text.clone()),
            _ => None,
        }
    }

    /// A check.
    pub fn check(&self) -> Option<Check> {
        match self.args.first()? {
            Argument::Check(check) => Some((**check).clone()),
            _ => None,
        }
    }

    /// A value, first or second argument.
    pub fn value(&self) -> Option<Value> {
        self.args.iter().find_map(|arg| match arg {
            Argument::Value(value) => Some(value.clone()),
            _ => None,
        })
    }

    /// A comparison.
    pub fn comparison(&self) -> Option<Comparison> {
        self.args.iter().find_map(|arg| match arg {
            Argument::Comparison(comparison) => Some(comparison.clone()),
            _ => None,
        })
    }

    /// Its names.
    pub fn targets(&self) -> &[(Target, Span)] {
        let names = self.args.iter().find_map(|arg| match arg {
            Argument::Names(names) => Some(names.as_slice()),
            _ => None,
        });
        names.unwrap_or(&[])
    }
}
