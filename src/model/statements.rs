//! Reading statements: objects by position, then the options that all statements have.

use super::build::{role, thing, whereabouts};
use super::cursor::Cursor;
use super::entry::{Argument, Entry};
use super::ids::Id;
use super::plan::Procedure;
use super::reader::Reader;
use super::statement::{Change, Declared, OnFailure, Options, Statement, Undo, Verb};
use super::value::{Check, Value, Variable};
use super::vocabulary::{COMMON, EFFECTS, Form, Kind, Opt, STATEMENT_OPTIONS, STATEMENTS};
use crate::diagnostics::Diagnostic;
use crate::source::Span;
use crate::syntax::{Item, Literal, Number};

/// What a procedure's statements need to know about it.
pub struct Scope {
    /// The phases that it takes back: where `undo STEP` looks.
    pub of: Vec<Id<Procedure>>,
    /// Does somebody else run it?
    pub described_only: bool,
}

/// A statement's parts while it is read.
struct Draft {
    verb: Verb,
    /// What an automatic name is made of.
    base: String,
    name: Option<(String, Span)>,
}

/// The explicit name of a statement, for the forms that may have one.
pub fn explicit_name(item: &Item) -> Option<(&str, Span)> {
    let mut cursor = Cursor::new(item);
    let (head, _) = cursor.word()?;
    let named = ["step", "verify", "manual", "confirm", "stage", "wait", "diagnose", "capture", "point_of_no_return"];
    let (name, span) = cursor.word().filter(|_| named.contains(&head))?;
    let own = STATEMENT_OPTIONS.iter().find(|(word, _)| *word == head).map_or(&[] as &[Opt], |(_, options)| options);
    let reserved = [COMMON, EFFECTS, own].iter().any(|list| list.iter().any(|option| option.word == name));
    let reboot = head == "wait" && name == "reboot";
    (!reserved && !reboot).then_some((name, span))
}

impl Reader<'_> {
    /// The statements of a block.
    pub fn statements(&mut self, items: &[Item], scope: &Scope) -> Vec<Statement> {
        let mut body = Vec::with_capacity(items.len());
        items.iter().for_each(|item| self.statement(item, scope, &mut body));
        body
    }

    /// Adds what one item says; `stop a, b` makes several statements.
    pub fn statement(&mut self, item: &Item, scope: &Scope, body: &mut Vec<Statement>) {
        self.statement_at(&mut Cursor::new(item), scope, body);
    }

    fn statement_at(&mut self, cursor: &mut Cursor<'_>, scope: &Scope, body: &mut Vec<Statement>) {
        let Some((head, span)) = cursor.word() else { return self.expected("a statement", cursor) };
        let Some(form) = STATEMENTS.iter().find(|form| form.word == head) else {
            return self.unknown_statement(head, span);
        };
        match head {
            "stop" | "start" | "restart" => self.service_statements(form, head, cursor, body),
            _ => body.extend(self.single(form, cursor, scope)),
        }
    }

    fn unknown_statement(&mut self, word: &str, span: Span) {
        let words = STATEMENTS.iter().map(|form| form.word);
        let error = Diagnostic::error("form", format!("`{word}` is no statement"), span, "unknown statement");
        let otherwise = || Some(format!("the statements are {}", words.clone().collect::<Vec<_>>().join(", ")));
        self.diagnostics.push(error.did_you_mean(word, span, words.clone(), otherwise));
    }

    fn service_statements(
        &mut self,
        form: &'static Form,
        head: &str,
        cursor: &mut Cursor<'_>,
        body: &mut Vec<Statement>,
    ) {
        let Some(words) = self.words(cursor) else { return };
        let head_span = cursor.taken();
        let mut entry = self.begin(form, cursor);
        self.rest(form, &[COMMON], cursor, &mut entry);
        for (word, span) in words {
            let Some(target) = self.bind(&word, span, Kind::Service) else { continue };
            let service = Id::new(target.index);
            let verb = match head {
                "stop" => Verb::Stop(service),
                "start" => Verb::Start(service),
                _ => Verb::Restart(service),
            };
            let draft = Draft { verb, base: format!("{head}_{word}"), name: None };
            body.push(self.finish(draft, &entry, head_span));
        }
    }

    fn single(&mut self, form: &'static Form, cursor: &mut Cursor<'_>, scope: &Scope) -> Option<Statement> {
        let errors = self.diagnostics.len();
        let before = cursor.clone();
        let draft = match form.word {
            "if" => return self.branch(cursor, scope),
            "for" => return self.repeat(cursor, scope),
            "take" => self.take(cursor),
            "restore" | "switch" | "swap" | "undo" | "call" | "require" | "notify" | "escalate" | "copy" => {
                return self.with_objects(form, cursor, scope);
            }
            _ => return self.by_entry(form, cursor, scope),
        };
        let Some(draft) = draft else {
            cursor.skip();
            debug_assert!(self.diagnostics.len() > errors || before.at_bad(), "a statement was dropped silently");
            return None;
        };
        let head = cursor.taken();
        let entry = self.options_of(form, cursor);
        if let (Verb::Take(id), true) = (&draft.verb, entry.has("of")) {
            self.found_backup(id.index(), &entry);
        }
        Some(self.finish(draft, &entry, head))
    }

    /// Title, options and block behind the objects of a statement.
    fn options_of<'t>(&mut self, form: &'static Form, cursor: &mut Cursor<'t>) -> Entry<'t> {
        let mut entry = self.begin(form, cursor);
        self.rest(form, &[COMMON, EFFECTS, own_options(form.word)], cursor, &mut entry);
        entry
    }

    fn take(&mut self, cursor: &mut Cursor<'_>) -> Option<Draft> {
        if !cursor.eat_word("backup") {
            self.expected("`backup`", cursor);
            return None;
        }
        let (target, span) = self.name(Kind::Backup, cursor)?;
        let base = format!("take_{}", self.sources.text(span));
        Some(Draft { verb: Verb::Take(Id::new(target.index)), base, name: None })
    }

    /// Statements whose objects come first and whose further objects are options.
    fn with_objects(&mut self, form: &'static Form, cursor: &mut Cursor<'_>, scope: &Scope) -> Option<Statement> {
        let kind = match form.word {
            "restore" | "switch" | "swap" => Some(Kind::Resource),
            "call" => Some(Kind::Runnable),
            "require" => Some(Kind::Checklist),
            "notify" => Some(Kind::Channel),
            _ => None,
        };
        let object = match kind {
            Some(kind) => self.name(kind, cursor),
            None => None,
        };
        if kind.is_some() && object.is_none() {
            cursor.skip();
            return None;
        }
        let second = match form.word {
            "notify" => Some(self.name(Kind::Message, cursor)?),
            _ => None,
        };
        let step = match form.word {
            "undo" => Some(self.any_name(cursor)?),
            _ => None,
        };
        let path = match form.word {
            "copy" => Some(self.text(cursor)?),
            _ => None,
        };
        let head = cursor.taken();
        let mut entry = self.begin(form, cursor);
        self.rest(form, &[COMMON, EFFECTS, own_options(form.word)], cursor, &mut entry);
        let object_name = object.map_or_else(String::new, |(_, span)| self.sources.text(span).to_owned());
        let index = object.map_or(0, |(target, _)| target.index);
        let (verb, base) = match form.word {
            "restore" => (self.restore(index, &entry, head)?, format!("restore_{object_name}")),
            "switch" => {
                let Some(to) = entry.value("to") else {
                    return self.missing(head, "switch", "to $reference");
                };
                (Verb::Switch(Id::new(index), to), format!("switch_{object_name}"))
            }
            "swap" => {
                let Some(with) = entry.target("with") else {
                    return self.missing(head, "swap", "with OTHER");
                };
                (Verb::Swap(Id::new(index), Id::new(with.index)), format!("swap_{object_name}"))
            }
            "undo" => {
                let (step, span) = step?;
                let base = format!("undo_{step}");
                let Some(phase) = scope.of.first().copied() else {
                    self.error("form", format!("`undo {step}` stands outside a rollback"), span, "of which phase?");
                    return None;
                };
                (Verb::Undo { phase, step }, base)
            }
            "call" => (Verb::Call(Id::new(index)), object_name),
            "require" => (Verb::Require(Id::new(index)), format!("require_{object_name}")),
            "notify" => {
                let (message, span) = second?;
                let base = format!("notify_{}", self.sources.text(span));
                (Verb::Notify(Id::new(index), Id::new(message.index)), base)
            }
            "escalate" => {
                let Some(to) = entry.target("to") else { return self.missing(head, "escalate", "to ROLE") };
                (Verb::Escalate(role(to)), "escalate".to_owned())
            }
            _ => {
                let verb = Verb::Copy {
                    path: path?,
                    from: entry.target("from").map(whereabouts),
                    to: entry.target("to").map(whereabouts),
                };
                (verb, "copy".to_owned())
            }
        };
        Some(self.finish(Draft { verb, base, name: None }, &entry, head))
    }

    fn missing<T>(&mut self, head: Span, word: &str, what: &str) -> Option<T> {
        let error = Diagnostic::error("form", format!("`{word}` lacks `{what}`"), head, format!("add `{what}`"));
        self.diagnostics.push(error);
        None
    }

    fn any_name(&mut self, cursor: &mut Cursor<'_>) -> Option<(String, Span)> {
        let Some((word, span)) = cursor.word() else {
            self.expected("the name of a step", cursor);
            return None;
        };
        Some((word.to_owned(), span))
    }

    fn restore(&mut self, resource: usize, entry: &Entry<'_>, head: Span) -> Option<Verb> {
        let Some(backup) = entry.target("from") else {
            return self.missing(head, "restore", "from BACKUP");
        };
        let only = match entry.get("only").and_then(|given| given.args.first()) {
            Some(Argument::Value(Value::List(values))) => values.iter().map(plain_value).collect(),
            Some(Argument::Value(value)) => vec![plain_value(value)],
            _ => Vec::new(),
        };
        let at = entry.value("at");
        Some(Verb::Restore { resource: Id::new(resource), backup: Id::new(backup.index), only, at })
    }

    /// Statements that look like declarations: name, title, options, block.
    fn by_entry(&mut self, form: &'static Form, cursor: &mut Cursor<'_>, scope: &Scope) -> Option<Statement> {
        let name = self.statement_name(form, cursor);
        let title = match form.word {
            "wait" | "capture" => cursor.text().map(|(text, span)| self.template(text, span)),
            _ => None,
        };
        let mut draft = match form.word {
            "wait" => self.wait_objects(cursor)?,
            word => Draft { verb: Verb::Wait(0), base: word.to_owned(), name: None },
        };
        draft.name = name.map(|(name, span)| (name.to_owned(), span)).or(draft.name);
        let head = cursor.taken();
        let mut entry = self.begin(form, cursor);
        entry.title = entry.title.or(title);
        if form.word == "capture" && !self.capture_source(cursor, &mut entry) {
            return None;
        }
        let head = entry.title.as_ref().map_or(head, |_| head.to(entry.head));
        self.rest(form, &[COMMON, EFFECTS, own_options(form.word)], cursor, &mut entry);
        draft.verb = self.verb(form, draft.verb, draft.name.as_ref(), &mut entry, scope, head)?;
        Some(self.finish(draft, &entry, head))
    }

    fn statement_name<'t>(&mut self, form: &'static Form, cursor: &mut Cursor<'t>) -> Option<(&'t str, Span)> {
        let word = cursor.peek_word()?;
        let reserved = [COMMON, EFFECTS, own_options(form.word)].iter().any(|l| l.iter().any(|o| o.word == word));
        if reserved || (form.word == "wait" && word == "reboot") {
            return None;
        }
        cursor.word()
    }

    /// `capture x file sh "…"`: the source may stand without `=`.
    fn capture_source(&mut self, cursor: &mut Cursor<'_>, entry: &mut Entry<'_>) -> bool {
        while let Some(word @ ("file" | "private")) = cursor.peek_word() {
            let second = cursor.peek_second().map(|atom| &atom.value);
            if word == "file" && matches!(second, Some(Literal::Str(_))) {
                break;
            }
            let span = cursor.here();
            cursor.next();
            let word = if word == "file" { "file" } else { "private" };
            entry.given.push(super::entry::Given { word, args: vec![], tail: vec![], because: None, span });
        }
        let bare = cursor.peek_word().is_some_and(|word| self.begins_check(word));
        if bare {
            let Some(check) = self.check(cursor) else { return false };
            entry.checks.push(check);
        }
        true
    }

    fn wait_objects(&mut self, cursor: &mut Cursor<'_>) -> Option<Draft> {
        let draft = |verb| Draft { verb, base: "wait".to_owned(), name: None };
        if let Some((number, span)) = cursor.number() {
            let Number::Duration(seconds) = number else {
                self.error("type", "`wait` takes a duration", span, "write it like `30s`");
                return None;
            };
            return Some(draft(Verb::Wait(*seconds)));
        }
        if cursor.eat_word("reboot") {
            if !cursor.eat_word("of") {
                self.expected("`of HOST`", cursor);
                return None;
            }
            let (host, _) = self.name(Kind::Host, cursor)?;
            let within = if cursor.eat_word("within") { self.duration(cursor)? } else { 600 };
            return Some(draft(Verb::WaitReboot(Id::new(host.index), within)));
        }
        if cursor.peek_word() != Some("until") {
            self.expected("a duration, `until CHECK`, or `reboot of HOST`", cursor);
            cursor.skip();
            return None;
        }
        Some(draft(Verb::Parallel(Vec::new())))
    }

    fn verb(
        &mut self,
        form: &'static Form,
        draft: Verb,
        name: Option<&(String, Span)>,
        entry: &mut Entry<'_>,
        scope: &Scope,
        head: Span,
    ) -> Option<Verb> {
        Some(match form.word {
            "wait" => match draft {
                Verb::Parallel(_) => self.wait_until(entry, scope, head)?,
                other => other,
            },
            "step" => self.step(entry, name, scope, head),
            "diagnose" => Verb::Diagnose(std::mem::take(&mut entry.commands)),
            "capture" => self.capture(name, entry, head)?,
            "verify" => self.verify(entry, head)?,
            "manual" => Verb::Manual {
                by: entry.target("by").map(role),
                at: entry.text("at"),
                check: entry.check("check").map(Box::new),
            },
            "confirm" => Verb::Confirm(entry.text("phrase")),
            "stage" => Verb::Stage(self.body(form, entry, scope)),
            "parallel" => Verb::Parallel(self.body(form, entry, scope)),
            "always" => Verb::Always(self.body(form, entry, scope)),
            "point_of_no_return" => {
                let (name, span) = name.cloned().or_else(|| self.missing(head, "point_of_no_return", "a name"))?;
                let target = self.bind(&name, span, Kind::Point)?;
                let said = (entry.title.clone(), entry.text("about"), entry.check("not_passed_when"), entry.span);
                self.found_points.insert(target.index, said);
                Verb::Point(Id::new(target.index), self.body(form, entry, scope))
            }
            _ => return None,
        })
    }

    fn body(&mut self, _form: &'static Form, entry: &Entry<'_>, scope: &Scope) -> Vec<Statement> {
        let mut body = Vec::with_capacity(entry.items.len());
        entry.items.iter().for_each(|(_, item)| self.statement(item, scope, &mut body));
        body
    }

    fn step(&mut self, entry: &mut Entry<'_>, name: Option<&(String, Span)>, scope: &Scope, head: Span) -> Verb {
        let commands = std::mem::take(&mut entry.commands);
        if commands.is_empty() && !entry.broken && !entry.has("changes") && !scope.described_only {
            let name = name.map_or(String::new(), |(name, _)| format!(" `{name}`"));
            let error =
                Diagnostic::error("form", format!("the step{name} has no command"), head, "nothing is done here");
            self.diagnostics.push(error.help("add `{ sh \"…\" }`, or make it a `manual`"));
        }
        Verb::Step(commands)
    }

    fn capture(&mut self, name: Option<&(String, Span)>, entry: &mut Entry<'_>, head: Span) -> Option<Verb> {
        let (name, _) = name.cloned().or_else(|| self.missing(head, "capture", "a name"))?;
        let source = entry.check("=").or_else(|| entry.checks.pop());
        let Some(source) = source else {
            return self.missing(head, "capture", "= sh \"…\"");
        };
        Some(Verb::Capture { name, source: Box::new(source), file: entry.has("file"), private: entry.has("private") })
    }

    fn verify(&mut self, entry: &mut Entry<'_>, head: Span) -> Option<Verb> {
        let mut checks = std::mem::take(&mut entry.checks);
        let of = entry.targets("of").into_iter().map(thing).collect();
        match checks.len() {
            0 if entry.broken => None,
            0 => self.missing(head, "verify", "{ a check }"),
            1 => Some(Verb::Verify { of, check: Box::new(checks.remove(0)) }),
            _ => {
                let span = checks[0].span.to(checks[checks.len() - 1].span);
                let probe = super::value::Probe::All(checks);
                let timeout = super::checks::CHECK_TIMEOUT;
                let check = Check { probe, within: None, every: None, holds: None, timeout, span };
                Some(Verb::Verify { of, check: Box::new(check) })
            }
        }
    }

    fn wait_until(&mut self, entry: &Entry<'_>, scope: &Scope, head: Span) -> Option<Verb> {
        if entry.broken {
            return None;
        }
        let mut check = entry.check("until").or_else(|| self.missing(head, "wait", "until CHECK"))?;
        check.within = check.within.or(entry.duration("within"));
        check.every = check.every.or(entry.duration("every"));
        if check.within.is_none() {
            let error = Diagnostic::error("form", "this wait has no end", head, "for how long at most?");
            self.diagnostics.push(error.help("add `within 5m`"));
            return None;
        }
        let (mut on, mut otherwise) = (Vec::new(), Vec::new());
        for (_, item) in &entry.items {
            let mut cursor = Cursor::new(item);
            if cursor.eat_word("on") {
                let text = self.text(&mut cursor)?;
                on.push((text, self.consequence(&mut cursor, scope)));
            } else if cursor.eat_word("otherwise") {
                otherwise.extend(self.consequence(&mut cursor, scope));
            } else {
                self.expected("`on \"text\" …` or `otherwise …`", &cursor);
            }
        }
        Some(Verb::WaitUntil { check: Box::new(check), on, otherwise })
    }

    /// A statement or a block of statements.
    fn consequence(&mut self, cursor: &mut Cursor<'_>, scope: &Scope) -> Vec<Statement> {
        match cursor.block() {
            Some(block) => self.statements(&block.items, scope),
            None => {
                let mut body = Vec::new();
                self.statement_at(cursor, scope, &mut body);
                body
            }
        }
    }

    fn branch(&mut self, cursor: &mut Cursor<'_>, scope: &Scope) -> Option<Statement> {
        let start = cursor.taken();
        let check = self.condition(cursor)?;
        let head = cursor.taken();
        let Some(block) = cursor.block() else {
            self.expected("a block with statements", cursor);
            return None;
        };
        let then = self.statements(&block.items, scope);
        let mut otherwise = Vec::new();
        if cursor.eat_word("else") {
            if cursor.peek_word() == Some("if") {
                cursor.next();
                otherwise.extend(self.branch(cursor, scope));
            } else if let Some(block) = cursor.block() {
                otherwise = self.statements(&block.items, scope);
            } else {
                self.expected("a block with statements", cursor);
            }
        }
        let span = start.to(cursor.taken());
        self.nothing_more(cursor);
        let id = self.unique("if");
        Some(plain(id, Verb::If(Box::new(check), then, otherwise), span, head))
    }

    fn repeat(&mut self, cursor: &mut Cursor<'_>, scope: &Scope) -> Option<Statement> {
        let Some((variable, _)) = cursor.word() else {
            self.expected("the variable of the loop", cursor);
            return None;
        };
        if !cursor.eat_word("in") {
            self.expected("`in [a, b]` or `in $lines`", cursor);
            return None;
        }
        let over = match self.value(cursor)? {
            Value::List(values) => values,
            value => vec![value],
        };
        let head = cursor.taken();
        let Some(block) = cursor.block() else {
            self.expected("a block with statements", cursor);
            return None;
        };
        self.locals.push(variable.to_owned());
        let body = self.statements(&block.items, scope);
        self.locals.pop();
        let span = head.to(block.span);
        self.nothing_more(cursor);
        let id = self.unique(&format!("for_{variable}"));
        Some(plain(id, Verb::For { variable: variable.to_owned(), over, body }, span, head))
    }

    /// Effects and options, and the name.
    fn finish(&mut self, draft: Draft, entry: &Entry<'_>, head: Span) -> Statement {
        let id = match draft.name {
            Some((name, _)) => name,
            None => self.unique(&draft.base),
        };
        let effects = self.effects(entry);
        let changes_nothing = entry.has("changes");
        if let (true, Some(first)) = (changes_nothing, effects.first()) {
            let span = entry.get("changes").map_or(head, |given| given.span);
            let both =
                Diagnostic::error("form", "`changes nothing` and an effect contradict each other", span, "nothing");
            self.diagnostics.push(both.also(first.span, "and yet this"));
        }
        let options = self.common_options(entry);
        Statement {
            id,
            title: entry.title.clone(),
            span: entry.span,
            head,
            block: entry.block,
            verb: draft.verb,
            effects,
            changes_nothing,
            options,
        }
    }

    /// A name that is not taken in this procedure.
    fn unique(&mut self, base: &str) -> String {
        let mut name = base.to_owned();
        let number = self.numbers.entry(base.to_owned()).or_insert(1);
        while self.steps.contains_key(&name) {
            *number += 1;
            name = format!("{base}_{number}");
        }
        self.steps.insert(name.clone(), Span::default());
        name
    }

    fn effects(&mut self, entry: &Entry<'_>) -> Vec<Declared> {
        let mut effects = Vec::new();
        for given in &entry.given {
            for (target, _) in given.targets() {
                let resource = Id::new(target.index);
                let service = Id::new(target.index);
                let effect = match given.word {
                    "modifies" => Change::Modifies(resource),
                    "destroys" => Change::Destroys(resource),
                    "creates" => Change::Creates(thing(*target)),
                    "deletes" => Change::Deletes(thing(*target)),
                    "adjusts" => Change::Adjusts(resource),
                    "appends" => Change::Appends(resource),
                    "switches" => match given.tail("to").and_then(super::entry::Given::value) {
                        Some(to) => Change::Switches(resource, to),
                        None => {
                            self.missing::<()>(given.span, "switches", "to $reference");
                            continue;
                        }
                    },
                    "stops" => Change::Stops(service),
                    "starts" => Change::Starts(service),
                    "irreversible" => Change::Irreversible(resource),
                    "supersedes" => Change::Supersedes(resource),
                    _ => continue,
                };
                effects.push(Declared { effect, span: given.span, because: given.because.clone() });
            }
        }
        effects
    }

    fn common_options(&mut self, entry: &Entry<'_>) -> Options {
        let retry = entry.get("retry").map(|given| {
            let times = match given.args.first() {
                Some(Argument::Int(times)) => *times,
                _ => 0,
            };
            (times, given.tail("every").and_then(super::entry::Given::duration).unwrap_or(1))
        });
        let on_failure = match entry.get("if_fails").and_then(|given| given.args.first()) {
            Some(Argument::OnFailure(what)) => what.clone(),
            _ => OnFailure::Abort,
        };
        let undo = entry.get("undo").and_then(|given| match given.args.first() {
            Some(Argument::Commands(commands, total, timeout)) => {
                Some(Undo { commands: commands.clone(), total: *total, timeout: *timeout, span: given.span })
            }
            _ => None,
        });
        let estimate = entry.get("estimate").and_then(|given| match given.args.first() {
            Some(Argument::Estimate(from, to)) => Some((*from, *to)),
            _ => None,
        });
        Options {
            timeout: entry.duration("timeout"),
            retry,
            on: entry.target("on").map(whereabouts),
            user: entry.value("as"),
            dir: entry.value("in"),
            ask_first: entry.get("ask_first").and_then(|given| given.because.clone()),
            writes_nothing_kept: entry.get("writes_nothing_kept").and_then(|given| given.because.clone()),
            if_fails: on_failure,
            repeatable: entry.get("repeatable").map(|given| given.span),
            done_when: entry.check("done_when").map(Box::new),
            undo,
            estimate,
            expect: entry.text("expect"),
            uses: entry.targets("uses").into_iter().map(thing).collect(),
            about: entry.text("about"),
            allow: entry.allows(),
        }
    }
}

fn own_options(word: &str) -> &'static [Opt] {
    STATEMENT_OPTIONS.iter().find(|(form, _)| *form == word).map_or(&[], |(_, options)| options)
}

fn plain(id: String, verb: Verb, span: Span, head: Span) -> Statement {
    Statement {
        id,
        title: None,
        span,
        head,
        block: None,
        verb,
        effects: vec![],
        changes_nothing: false,
        options: Options::default(),
    }
}

/// A value of a list as its text; variables by name.
fn plain_value(value: &Value) -> String {
    match value {
        Value::Text(text) => text.source(),
        Value::Variable(Variable { name, .. }) => format!("${name}"),
        Value::Number(number) => number.to_string(),
        _ => String::new(),
    }
}
