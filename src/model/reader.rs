//! Reading items by the vocabulary: names, titles and options, typed and bound.
//!
//! In: items of the tree and the `Form` that they must have. Out: `Entry`s, from which the typed declarations are built.

use super::cursor::{Cursor, describe};
use super::entry::{Entry, Given};
use super::names::Names;
use super::value::{Command, Script};
use super::vocabulary::{self, Body, Form, Kind, Naming, Opt};
use crate::diagnostics::Diagnostic;
use crate::source::{Sources, Span};
use crate::syntax::{Item, Literal, Op};

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
    /// One command of a block.
    pub fn one_command(&mut self, cursor: &mut Cursor<'_>) -> Option<Command> {
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

    /// Reports whatever is left on the line.
    pub fn nothing_more(&mut self, cursor: &mut Cursor<'_>) {
        if !cursor.done() {
            self.expected("the end of the line", cursor);
            cursor.skip();
        }
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
