//! From read entries to the typed declarations of a plan.

use super::cursor::Cursor;
use super::entry::{Argument, Entry, Given};
use super::ids::Id;
use super::names::Target;
use super::plan::{
    Accepts, Alert, Approval, Authority, Backup, Channel, Checklist, ChecklistItem, Chooser, Column, Common, Contact,
    Diagnosis, Drill, Driver, DriverKind, Elsewhere, Environment, Escalation, Field, Followup, Group, Head, Host,
    Input, Language, Matrix, Message, Metric, Monitor, Note, Operation, Param, Postmortem, Requirement, Role, Row,
    Secret, Severity, Signal, Thing, Trigger, TriggerKind, Variant, Watch, Where,
};
use super::reader::Reader;
use super::value::{Check, Comparison, Template, Value};
use super::vocabulary::{Form, Kind};
use crate::diagnostics::Diagnostic;
use crate::source::Span;
use crate::syntax::{Item, Literal};

/// A target as a contact or authority.
pub fn role(target: Target) -> Role {
    match target.kind {
        Kind::Authority => Role::Authority(Id::new(target.index)),
        _ => Role::Contact(Id::new(target.index)),
    }
}

/// A target as a resource or service.
pub fn thing(target: Target) -> Thing {
    match target.kind {
        Kind::Service => Thing::Service(Id::new(target.index)),
        _ => Thing::Resource(Id::new(target.index)),
    }
}

/// A target as a host or group.
pub fn whereabouts(target: Target) -> Where {
    match target.kind {
        Kind::Group => Where::Group(Id::new(target.index)),
        _ => Where::Host(Id::new(target.index)),
    }
}

/// The ids of an option's names.
pub fn ids<T>(entry: &Entry<'_>, word: &str) -> Vec<Id<T>> {
    entry.targets(word).into_iter().map(|target| Id::new(target.index)).collect()
}

/// The id of an option's name.
pub fn id<T>(entry: &Entry<'_>, word: &str) -> Option<Id<T>> {
    entry.target(word).map(|target| Id::new(target.index))
}

/// The texts of an option that may stand several times.
pub fn texts(entry: &Entry<'_>, word: &str) -> Vec<Template> {
    entry.all(word).filter_map(Given::text).collect()
}

/// Seconds and the place.
pub fn placed(entry: &Entry<'_>, word: &str) -> Option<(u64, Span)> {
    let given = entry.get(word)?;
    given.duration().map(|seconds| (seconds, given.span))
}

/// An estimate and its place.
pub fn estimate(entry: &Entry<'_>) -> Option<(u64, u64, Span)> {
    let given = entry.get("estimate")?;
    match given.args.first()? {
        Argument::Estimate(from, to) => Some((*from, *to, given.span)),
        _ => None,
    }
}

fn date(entry: &Entry<'_>, word: &str) -> Option<i64> {
    entry.get(word).and_then(day)
}

fn day(given: &Given) -> Option<i64> {
    match given.args.first()? {
        Argument::Date(day) => Some(*day),
        _ => None,
    }
}

fn int(entry: &Entry<'_>, word: &str) -> Option<u32> {
    match entry.get(word)?.args.first()? {
        Argument::Int(number) => Some(*number),
        _ => None,
    }
}

/// What every declaration has.
pub fn common(entry: &Entry<'_>) -> Common {
    let (name, name_span) = entry.name.map_or((String::new(), entry.head), |(name, span)| (name.to_owned(), span));
    Common {
        name,
        name_span,
        span: entry.span,
        title: entry.title.clone(),
        about: entry.text("about"),
        allow: entry.allows(),
        block: entry.block,
    }
}

impl Reader<'_> {
    /// `plan`.
    pub fn head(&mut self, entry: &Entry<'_>) -> Head {
        let reviewed = entry.get("reviewed").and_then(|given| {
            let every = given.tail("every").and_then(Given::duration);
            day(given).map(|day| (day, every, given.span))
        });
        let reference = |given: &Given| given.text().map(|text| (text, given.tail("at").and_then(Given::text)));
        Head {
            common: common(entry),
            language: if entry.word("language").as_deref() == Some("es") { Language::Es } else { Language::En },
            owner: entry.text("owner"),
            author: entry.text("author"),
            version: entry.text("version"),
            status: entry.text("status"),
            created: date(entry, "created"),
            reviewed,
            sign_off: texts(entry, "sign_off"),
            rto: placed(entry, "rto"),
            rpo: placed(entry, "rpo"),
            estimate: estimate(entry).map(|(from, to, _)| (from, to)),
            summary: entry.text("summary"),
            principles: texts(entry, "principle"),
            never: texts(entry, "never"),
            references: entry.all("reference").filter_map(reference).collect(),
            runs_on: entry.words("runs_on"),
            needs: entry.words("needs"),
            state_dir: entry.text("state_dir"),
        }
    }

    /// `param`, of a plan or a driver.
    pub fn param(&mut self, entry: &Entry<'_>) -> Param {
        Param { common: common(entry), value: entry.value("=") }
    }

    /// `input`.
    pub fn input(&mut self, entry: &Entry<'_>) -> Input {
        let one_of = entry.get("one_of").and_then(|given| given.args.first());
        let accepts = match one_of {
            Some(Argument::Value(Value::List(values))) => Accepts::OneOf(values.clone()),
            Some(Argument::Value(value)) => Accepts::OneOf(vec![value.clone()]),
            Some(Argument::Check(check)) => Accepts::OneOfLines((**check).clone()),
            _ => match entry.get("matches").and_then(|given| given.args.first()) {
                Some(Argument::Regex(regex)) => Accepts::Matches(regex.clone()),
                _ => self.between(entry),
            },
        };
        Input {
            common: common(entry),
            default: entry.value("="),
            accepts,
            find_with: entry.check("find_with"),
            example: entry.text("example"),
            from_environment: entry.has("from_environment"),
        }
    }

    fn between(&mut self, entry: &Entry<'_>) -> Accepts {
        match (entry.get("between"), entry.value("between")) {
            (_, Some(Value::List(mut ends))) if ends.len() == 2 => {
                let to = ends.pop().unwrap_or(Value::Number(0.0));
                let from = ends.pop().unwrap_or(Value::Number(0.0));
                Accepts::Between(from, to)
            }
            (Some(given), _) => {
                self.error("type", "`between` takes a range", given.span, "write it like `1..10`");
                Accepts::Anything
            }
            _ => Accepts::Anything,
        }
    }

    /// `secret`.
    pub fn secret(&mut self, entry: &Entry<'_>) -> Secret {
        Secret { common: common(entry), from: entry.check("from"), optional: entry.has("optional") }
    }

    /// `environment`.
    pub fn environment(&mut self, entry: &Entry<'_>) -> Environment {
        let mut settings = Vec::new();
        for (name, value, span) in &entry.settings {
            if self.bind(name, *span, Kind::Param).is_some() {
                settings.push((name.clone(), value.clone()));
            }
        }
        Environment { common: common(entry), protected: entry.has("protected"), settings }
    }

    /// `variant`.
    pub fn variant(&mut self, entry: &Entry<'_>) -> Variant {
        Variant { common: common(entry), choices: entry.words("one_of") }
    }

    /// `driver`.
    pub fn driver(&mut self, entry: &Entry<'_>) -> Driver {
        let words = entry.words("for");
        let kinds = words.iter().filter_map(|word| match word.as_str() {
            "data" => Some(DriverKind::Data),
            "cache" => Some(DriverKind::Cache),
            "versioned" => Some(DriverKind::Versioned),
            "irrevocable" => Some(DriverKind::Irrevocable),
            "service" => Some(DriverKind::Service),
            _ => None,
        });
        let kinds: Vec<DriverKind> = kinds.collect();
        if kinds.is_empty() {
            let error = Diagnostic::error("form", "this driver drives nothing", entry.head, "for what?");
            self.diagnostics.push(error.help("add `for data`, `cache`, `versioned`, `irrevocable` or `service`"));
        }
        let mut driver =
            Driver { common: common(entry), kinds, params: vec![], needs: entry.words("needs"), operations: vec![] };
        let before = self.locals.len();
        for (form, item) in &entry.items {
            match form {
                Some(form) if form.word == "param" => {
                    let param = self.entry(form, item);
                    let param = self.param(&param);
                    self.locals.push(param.common.name.clone());
                    driver.params.push(param);
                }
                Some(form) => {
                    let operation = self.operation(form, item);
                    self.add_operation(&mut driver.operations, operation);
                }
                None => {}
            }
        }
        self.locals.truncate(before);
        driver
    }

    fn add_operation(&mut self, operations: &mut Vec<Operation>, operation: Operation) {
        if let Some(earlier) = operations.iter().find(|o| o.name == operation.name) {
            let message = format!("`{}` is given twice", operation.name);
            let twice = Diagnostic::error("form", message, operation.span, "and here again");
            self.diagnostics.push(twice.also(earlier.span, "here first"));
        }
        operations.push(operation);
    }

    fn operation(&mut self, form: &'static Form, item: &Item) -> Operation {
        let entry = self.entry(form, item);
        let manual = entry.text("manual");
        if entry.commands.is_empty() && manual.is_none() {
            let message = format!("the operation `{}` does nothing", form.word);
            let error = Diagnostic::error("form", message, entry.head, "no command in it");
            self.diagnostics.push(error.help("add `{ sh \"…\" }` or `manual \"what a person does\"`"));
        }
        Operation {
            name: form.word.to_owned(),
            commands: entry.commands.clone(),
            manual,
            timeout: entry.duration("timeout"),
            total: entry.has("total"),
            while_running: entry.has("while_running"),
            discards_newer: entry.has("discards_newer"),
            suffix: entry.text("suffix").map(|text| text.source()),
            directory: entry.has("directory"),
            placeholder: entry.text("placeholder").map(|text| text.source()),
            span: entry.head,
        }
    }

    /// The operations that a resource or service gives itself.
    pub fn own_operations(&mut self, entry: &Entry<'_>) -> Vec<Operation> {
        let mut operations = Vec::new();
        for (form, item) in &entry.items {
            if let Some(form) = form {
                let operation = self.operation(form, item);
                self.add_operation(&mut operations, operation);
            }
        }
        operations
    }

    /// `host`.
    pub fn host(&mut self, entry: &Entry<'_>) -> Host {
        Host { common: common(entry), ssh: entry.text("ssh"), alternate_of: id(entry, "alternate_of") }
    }

    /// `group`.
    pub fn group(&mut self, entry: &Entry<'_>) -> Group {
        Group { common: common(entry), hosts: ids(entry, "of") }
    }

    /// `backup`.
    pub fn backup(&mut self, entry: &Entry<'_>) -> Backup {
        let number = |word| match entry.get(word).and_then(|given| given.args.first()) {
            Some(Argument::Size(bytes)) => Some(*bytes),
            _ => None,
        };
        if !entry.has("of") && !entry.broken {
            let message = "nothing says what this is a backup of";
            self.diagnostics.push(Diagnostic::error("form", message, entry.head, "of what?").help("add `of RESOURCE`"));
        }
        let elsewhere = entry.has("made_elsewhere").then(|| Elsewhere {
            list: entry.check("list"),
            fetch: entry.check("fetch"),
            glob: entry.text("glob"),
        });
        Backup {
            common: common(entry),
            of: ids(entry, "of"),
            path: entry.text("path"),
            min_size: number("min_size"),
            max_age: entry.duration("max_age"),
            copies: int(entry, "copies"),
            keep: entry.value("keep"),
            while_running: entry.has("while_running"),
            check: entry.check("check"),
            restore_test: entry.text("restore_test"),
            member: entry.text("member"),
            elsewhere,
            taken_by: entry.check("taken_by"),
            inline: false,
        }
    }

    /// `trigger`.
    pub fn trigger(&mut self, entry: &Entry<'_>) -> Trigger {
        let kind = if entry.has("automatic") {
            TriggerKind::Automatic
        } else if entry.has("warning") {
            TriggerKind::Warning
        } else {
            TriggerKind::ByHand
        };
        Trigger {
            common: common(entry),
            kind,
            severity: id(entry, "severity"),
            respond: entry.duration("respond"),
            when: entry.all("when").filter_map(Given::check).collect(),
            during: id(entry, "during"),
            approve: approval(entry),
            run: id(entry, "run"),
            then: entry.text("then"),
        }
    }

    /// `signal`.
    pub fn signal_declaration(&mut self, entry: &Entry<'_>) -> Signal {
        Signal { common: common(entry), source: entry.check("="), unit: entry.text("unit") }
    }

    /// `severity`.
    pub fn severity(&mut self, entry: &Entry<'_>) -> Severity {
        Severity { common: common(entry), respond: entry.duration("respond"), action: entry.text("action") }
    }

    /// `matrix`.
    pub fn matrix(&mut self, entry: &Entry<'_>) -> Matrix {
        let mut matrix = Matrix {
            common: common(entry),
            worst_row_wins: entry.has("worst_row_wins"),
            columns: vec![],
            rows: vec![],
        };
        for (form, item) in &entry.items {
            match form {
                Some(form) if form.word == "column" => {
                    let column = self.entry(form, item);
                    let common = common(&column);
                    let signal = self.names.find(&common.name, Kind::Signal).map(|target| Id::new(target.index));
                    matrix.columns.push(Column { values: column.words("one_of"), signal, common });
                }
                Some(form) => {
                    let row = self.row(form, item, &matrix.columns);
                    matrix.rows.extend(row);
                }
                None => {}
            }
        }
        matrix
    }

    /// `row NAME "Title" COLUMN COMPARISON … [-> P] [severity S]`, or the same one a line in a block.
    fn row(&mut self, form: &'static Form, item: &Item, columns: &[Column]) -> Option<Row> {
        let mut cursor = Cursor::new(item);
        cursor.next();
        let named = cursor.peek_word().is_some_and(|word| !is_row_word(word, columns));
        let name = if named { cursor.word() } else { None };
        let title = cursor.text().map(|(text, span)| self.template(text, span));
        let mut row = Row {
            common: Common { span: item.span, title, ..Common::default() },
            cells: Vec::new(),
            run: None,
            severity: None,
        };
        if let Some((name, span)) = name {
            row.common.name = name.to_owned();
            row.common.name_span = span;
        }
        while !cursor.done() {
            if let Some(block) = cursor.block() {
                for item in &block.items {
                    self.row_part(&mut Cursor::new(item), columns, &mut row, form)?;
                }
            } else {
                self.row_part(&mut cursor, columns, &mut row, form)?;
            }
        }
        Some(row)
    }

    fn row_part(&mut self, cursor: &mut Cursor<'_>, columns: &[Column], row: &mut Row, form: &Form) -> Option<()> {
        while !cursor.done() && !matches!(cursor.peek().map(|a| &a.value), Some(Literal::Block(_))) {
            let word = cursor.peek_option().unwrap_or("");
            if word == "is" && cursor.peek_second().is_some_and(|a| matches!(a.value, Literal::Word(_))) {
                cursor.next();
                continue;
            }
            if let Some(index) = columns.iter().position(|column| column.common.name == word) {
                cursor.next();
                let comparison = self.must_compare(cursor)?;
                self.check_cell(&columns[index], &comparison, cursor.taken());
                row.cells.push((index, comparison));
            } else if word == "run" || word == "->" {
                cursor.next();
                row.run = self.name(Kind::Runnable, cursor).map(|(target, _)| Id::new(target.index));
            } else if word == "severity" {
                cursor.next();
                row.severity = self.name(Kind::Severity, cursor).map(|(target, _)| Id::new(target.index));
            } else if word == "about" {
                cursor.next();
                row.common.about = self.text(cursor);
            } else {
                let names: Vec<&str> = columns.iter().map(|column| column.common.name.as_str()).collect();
                let message =
                    format!("a column of this table is expected in a {}: `{}`", form.word, names.join("`, `"));
                let error = Diagnostic::error("form", message, cursor.here(), "no column of this table");
                self.diagnostics.push(
                    error.help("declare it with `column NAME` above the rows; then `-> PROCEDURE`, `severity S`"),
                );
                cursor.skip();
                return None;
            }
        }
        Some(())
    }

    fn check_cell(&mut self, column: &Column, comparison: &Comparison, span: Span) {
        let Comparison::Is(_, Value::Text(text)) = comparison else { return };
        let word = text.source();
        if !column.values.is_empty() && !column.values.contains(&word) {
            let message = format!("the column `{}` has no value `{word}`", column.common.name);
            let error = Diagnostic::error("name", message, span, "unknown value")
                .also(column.common.name_span, "its values are listed here");
            self.diagnostics.push(error);
        }
    }

    /// `options`.
    pub fn chooser(&mut self, entry: &Entry<'_>) -> Chooser {
        let mut chooser =
            Chooser { common: common(entry), of: id(entry, "of"), columns: ids(entry, "columns"), rows: vec![] };
        for (_, item) in &entry.items {
            let mut cursor = Cursor::new(item);
            cursor.next();
            let Some(symptom) = self.text(&mut cursor) else { continue };
            cursor.eat_word("grades");
            let mut grades = Vec::new();
            while let Some((word, span)) = cursor.word() {
                if !matches!(word, "yes" | "maybe" | "no") {
                    self.error("form", format!("`{word}` is no grade"), span, "`yes`, `maybe` or `no`");
                }
                grades.push(word.to_owned());
                cursor.eat(crate::syntax::Op::Comma);
            }
            self.nothing_more(&mut cursor);
            if grades.len() != chooser.columns.len() {
                let message = format!("{} grades for {} procedures", grades.len(), chooser.columns.len());
                let error = Diagnostic::error("form", message, item.span, "one grade a column");
                self.diagnostics.push(error.also(entry.head, "the columns are declared here"));
            }
            chooser.rows.push((symptom, grades));
        }
        chooser
    }

    /// `checklist`.
    pub fn checklist(&mut self, entry: &Entry<'_>) -> Checklist {
        Checklist { common: common(entry), audience: entry.word("for"), items: self.items(entry) }
    }

    /// The items of a block, under their sections.
    pub fn items(&mut self, entry: &Entry<'_>) -> Vec<ChecklistItem> {
        let mut items = Vec::new();
        for (form, item) in &entry.items {
            match form {
                Some(form) if form.word == "section" => {
                    let section = self.entry(form, item);
                    for (form, item) in &section.items {
                        items.extend(form.and_then(|form| self.item(form, item, section.title.as_ref())));
                    }
                }
                Some(form) if form.word == "item" => items.extend(self.item(form, item, None)),
                _ => {}
            }
        }
        items
    }

    fn item(&mut self, form: &'static Form, item: &Item, section: Option<&Template>) -> Option<ChecklistItem> {
        let mut entry = self.entry(form, item);
        let Some(text) = entry.title.clone() else {
            self.error("form", "an item needs its text", entry.head, "`item \"…\"`");
            return None;
        };
        Some(ChecklistItem {
            section: section.cloned(),
            text,
            when: entry.check("when"),
            within: entry.duration("within"),
            check: entry.checks.pop(),
            about: entry.text("about"),
            span: entry.span,
        })
    }

    /// `monitor`.
    pub fn monitor(&mut self, entry: &Entry<'_>) -> Monitor {
        let mut watches = Vec::new();
        for (form, item) in &entry.items {
            let Some(form) = form else { continue };
            let watch = self.entry(form, item);
            watches.push(self.watch(&watch));
        }
        Monitor {
            common: common(entry),
            lasts: entry.duration("for"),
            every: entry.duration("every"),
            after: id(entry, "after"),
            during: id(entry, "during"),
            watches,
        }
    }

    fn watch(&mut self, entry: &Entry<'_>) -> Watch {
        let from_commands = entry.commands.first().map(|command| {
            let (probe, span) = match command {
                super::value::Command::Sh(script) => (super::value::Probe::Sh(script.clone(), None), script.span),
                super::value::Command::Sql(resource, query) => {
                    (super::value::Probe::Sql(*resource, query.clone(), None), query.text.span)
                }
            };
            Check { probe, within: None, every: None, holds: None, timeout: super::checks::CHECK_TIMEOUT, span }
        });
        let alert = |given: &Given| {
            Some(Alert {
                comparison: given.comparison()?,
                holds: given.tail("holds").and_then(Given::duration),
                run: given.tail("run").and_then(|g| g.targets().first().map(|(t, _)| Id::new(t.index))),
                notify: given.tail("notify").and_then(|g| g.targets().first().map(|(t, _)| Id::new(t.index))),
                severity: given.tail("severity").and_then(|g| g.targets().first().map(|(t, _)| Id::new(t.index))),
            })
        };
        Watch {
            common: common(entry),
            source: entry.check("=").or(from_commands),
            target: entry.get("target").and_then(Given::comparison),
            alerts: entry.all("alert").filter_map(alert).collect(),
        }
    }

    /// `metric`.
    pub fn metric(&mut self, entry: &Entry<'_>) -> Metric {
        let between = entry.get("from").and_then(|given| {
            let word = |given: &Given| match given.args.first() {
                Some(Argument::Word(word)) => Some(word.clone()),
                _ => None,
            };
            Some((word(given)?, given.tail("to").and_then(word)?))
        });
        Metric {
            common: common(entry),
            between,
            asks: entry.text("asks"),
            target: entry.get("target").and_then(Given::comparison),
            unit: entry.text("unit"),
        }
    }

    /// `contact`.
    pub fn contact(&mut self, entry: &Entry<'_>) -> Contact {
        Contact {
            common: common(entry),
            reach: texts(entry, "reach"),
            hours: entry.text("hours"),
            backup: id(entry, "backup"),
            unassigned: entry.get("unassigned").and_then(|given| given.because.clone()),
        }
    }

    /// `authority`.
    pub fn authority(&mut self, entry: &Entry<'_>) -> Authority {
        let mut contacts: Vec<Id<Contact>> = ids(entry, "of");
        contacts.extend(ids::<Contact>(entry, "approve"));
        let all = approval(entry).is_some_and(|approval| approval.all);
        Authority { common: common(entry), contacts, all }
    }

    /// `escalate`.
    pub fn escalation(&mut self, entry: &Entry<'_>) -> Escalation {
        Escalation {
            common: common(entry),
            after: entry.duration("after"),
            when: entry.check("when"),
            to: entry.target("to").map(role),
        }
    }

    /// `channel`.
    pub fn channel(&mut self, entry: &Entry<'_>) -> Channel {
        Channel {
            common: common(entry),
            commands: entry.commands.clone(),
            by_hand: entry.text("by_hand"),
            timeout: entry.duration("timeout"),
        }
    }

    /// `message`.
    pub fn message(&mut self, entry: &Entry<'_>) -> Message {
        let text = entry.text("text");
        if text.is_none() {
            self.error("form", "a message without words", entry.head, "add `text \"\"\"…\"\"\"`");
        }
        Message {
            common: common(entry),
            audience: entry.word("for"),
            via: ids(entry, "via"),
            every: entry.duration("every"),
            subject: entry.text("subject"),
            text: text.unwrap_or_default(),
        }
    }

    /// `drill`.
    pub fn drill(&mut self, entry: &Entry<'_>) -> Drill {
        Drill {
            common: common(entry),
            every: entry.duration("every"),
            environment: id(entry, "in"),
            run: ids(entry, "run"),
            requires: id(entry, "requires"),
            last: date(entry, "last"),
            by: entry.targets("by").into_iter().map(role).collect(),
            records: texts(entry, "records"),
            items: self.items(entry),
        }
    }

    /// `postmortem`.
    pub fn postmortem(&mut self, entry: &Entry<'_>) -> Postmortem {
        let mut fields = Vec::new();
        for (form, item) in &entry.items {
            let Some(form) = form else { continue };
            let field = self.entry(form, item);
            let title = field.title.clone().unwrap_or_default();
            fields.push(Field { title, about: field.text("about"), items: self.items(&field) });
        }
        Postmortem { common: common(entry), due: entry.duration("due"), path: entry.text("path"), fields }
    }

    /// `followup`.
    pub fn followup(&mut self, entry: &Entry<'_>) -> Followup {
        Followup {
            common: common(entry),
            owner: entry.target("owner").map(role),
            due: entry.value("due"),
            items: self.items(entry),
        }
    }

    /// `note`.
    pub fn note(&mut self, entry: &Entry<'_>) -> Note {
        Note { common: common(entry), items: self.items(entry) }
    }

    /// `diagnose` as a declaration.
    pub fn diagnosis(&mut self, entry: &Entry<'_>) -> Diagnosis {
        Diagnosis { common: common(entry), commands: entry.commands.clone(), expect: entry.text("expect") }
    }

    /// The requirements of a procedure.
    pub fn requirements(entry: &Entry<'_>) -> Vec<Requirement> {
        let requirement = |target: Target| match target.kind {
            Kind::Authority => Requirement::Authority(Id::new(target.index)),
            _ => Requirement::Checklist(Id::new(target.index)),
        };
        entry.targets("requires").into_iter().map(requirement).collect()
    }
}

fn is_row_word(word: &str, columns: &[Column]) -> bool {
    matches!(word, "is" | "run" | "severity" | "about") || columns.iter().any(|column| column.common.name == word)
}

fn approval(entry: &Entry<'_>) -> Option<Approval> {
    let given = entry.get("approve")?;
    let all = matches!(given.args.first(), Some(Argument::Word(word)) if word == "all");
    Some(Approval { all, roles: given.targets().iter().map(|(target, _)| role(*target)).collect() })
}
