//! Second pass over phases, rollbacks, fix-forwards, procedures and verifications.

use rustc_hash::FxHashMap;

use super::build::{common, estimate, id, ids, placed, role, texts};
use super::cursor::Cursor;
use super::entry::{Argument, Entry, Given};
use super::ids::Id;
use super::plan::{FailsWhen, Lead, Procedure, ProcedureKind};
use super::reader::Reader;
use super::statements::{Scope, explicit_name};
use super::value::Value;
use super::vocabulary::{Form, Kind};
use crate::diagnostics::Diagnostic;
use crate::source::Span;
use crate::syntax::{Item, Literal, Op};

impl Reader<'_> {
    /// A phase, rollback, fix-forward, procedure or verification.
    pub fn procedure(&mut self, form: &'static Form, item: &Item) -> Procedure {
        let entry = self.entry(form, item);
        self.steps = FxHashMap::default();
        self.numbers = FxHashMap::default();
        self.explicit_names(&entry);
        let of: Vec<Id<Procedure>> = ids(&entry, "of");
        let scope = Scope { of: of.clone(), described_only: entry.has("described_only") };
        let mut body = Vec::new();
        let mut fails_when = Vec::new();
        let (mut replace, mut omit) = (Vec::new(), Vec::new());
        for (form, item) in &entry.items {
            match form.map(|form| form.word) {
                None => self.statement(item, &scope, &mut body),
                Some("fails_when") => fails_when.extend(self.fails_when(item)),
                Some(word) => self.change_of_extended(word, item, &scope, &mut replace, &mut omit),
            }
        }
        Procedure {
            common: common(&entry),
            kind: kind(form.word),
            body,
            described_only: entry.has("described_only"),
            fails_when,
            of,
            past: ids(&entry, "past"),
            recommended: entry.has("recommended"),
            when: entry.all("when").filter_map(Given::check).collect(),
            unless: entry.all("unless").filter_map(Given::check).collect(),
            estimate: estimate(&entry),
            rto: placed(&entry, "rto"),
            rpo: placed(&entry, "rpo"),
            data_lost: texts(&entry, "data_lost"),
            works_without: texts(&entry, "works_without"),
            not_restored: with_reason(&entry, "not_restored"),
            requires: Self::requirements(&entry),
            ends: entry.all("ends").filter_map(ending).collect(),
            goal: entry.all("goal").filter_map(goal).collect(),
            extends: id(&entry, "extends"),
            replace,
            omit,
            accepts: with_reason(&entry, "accepts"),
            owner: entry.target("owner").map(role),
        }
    }

    /// Names that statements of this procedure give themselves: automatic ones keep clear of them.
    fn explicit_names(&mut self, entry: &Entry<'_>) {
        let mut found = Vec::new();
        for (_, item) in &entry.items {
            collect_names(item, &mut found);
        }
        for (name, span) in found {
            if let Some(earlier) = self.steps.insert(name.to_owned(), span) {
                let message = format!("two statements of this procedure are called `{name}`");
                let error = Diagnostic::error("name", message, span, "the second one");
                self.diagnostics
                    .push(error.also(earlier, "the first one").help("the journal and `--only` need one name for each"));
            }
        }
    }

    fn fails_when(&mut self, item: &Item) -> Option<FailsWhen> {
        let mut cursor = Cursor::new(item);
        cursor.next();
        let symptom = self.text(&mut cursor)?;
        if cursor.done() {
            return Some(FailsWhen { symptom, leads_to: None });
        }
        if !cursor.eat(Op::Arrow) {
            self.expected("`-> PROCEDURE`", &cursor);
            return None;
        }
        let leads_to = match cursor.peek_word() {
            Some("diagnose") => {
                cursor.next();
                Lead::Diagnose
            }
            Some("escalate") => {
                cursor.next();
                let to =
                    if cursor.eat_word("to") { self.name(Kind::Role, &mut cursor).map(|(t, _)| role(t)) } else { None };
                Lead::Escalate(to)
            }
            _ => Lead::Run(Id::new(self.name(Kind::Runnable, &mut cursor)?.0.index)),
        };
        self.nothing_more(&mut cursor);
        Some(FailsWhen { symptom, leads_to: Some(leads_to) })
    }

    fn change_of_extended(
        &mut self,
        word: &str,
        item: &Item,
        scope: &Scope,
        replace: &mut Vec<(String, Vec<super::statement::Statement>, Span)>,
        omit: &mut Vec<(String, Span)>,
    ) {
        let mut cursor = Cursor::new(item);
        cursor.next();
        let Some((step, span)) = cursor.word() else { return self.expected("the name of a step", &cursor) };
        if word == "omit" {
            omit.push((step.to_owned(), span));
        } else if let Some(block) = cursor.block() {
            let statements = self.statements(&block.items, scope);
            replace.push((step.to_owned(), statements, span));
        } else {
            self.expected("a block with statements", &cursor);
        }
        self.nothing_more(&mut cursor);
    }
}

fn collect_names<'t>(item: &'t Item, found: &mut Vec<(&'t str, Span)>) {
    found.extend(explicit_name(item));
    for atom in &item.atoms {
        if let Literal::Block(block) = &atom.value {
            block.items.iter().for_each(|item| collect_names(item, found));
        }
    }
}

/// The kind that a head word makes.
pub fn kind(word: &str) -> ProcedureKind {
    match word {
        "phase" => ProcedureKind::Phase,
        "rollback" => ProcedureKind::Rollback,
        "fix_forward" => ProcedureKind::FixForward,
        "verification" => ProcedureKind::Verification,
        _ => ProcedureKind::Procedure,
    }
}

fn with_reason<T>(entry: &Entry<'_>, word: &str) -> Vec<(Id<T>, super::plan::Reason)> {
    let one = |given: &Given| {
        let because = given.because.clone().unwrap_or_default();
        given.targets().iter().map(|(target, _)| (Id::new(target.index), because.clone())).collect::<Vec<_>>()
    };
    entry.all(word).flat_map(one).collect()
}

fn ending(given: &Given) -> Option<(Id<super::plan::Service>, bool)> {
    let (target, _) = given.targets().first()?;
    let running = given.args.iter().any(|arg| matches!(arg, Argument::Word(word) if word == "running"));
    Some((Id::new(target.index), running))
}

fn goal(given: &Given) -> Option<(Id<super::plan::Resource>, Value)> {
    let (target, _) = given.targets().first()?;
    Some((Id::new(target.index), given.value()?))
}
