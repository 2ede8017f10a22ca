//! Section 16: people, documents, notes, and every risk that the plan accepts, with its reason.

use serde::Serialize;

use crate::emit::markdown::builder::Builder;
use crate::emit::markdown::md::{Card, Md, Table};
use crate::emit::wording::date;
use crate::model::plan::{Allow, Procedure};
use crate::model::statement::{self, OnFailure, Statement};
use crate::safety::allow;
use crate::source::Span;

/// The last section.
#[derive(Debug, Serialize)]
pub struct More {
    pub contacts: Vec<Card>,
    pub authorities: Vec<Card>,
    pub references: Vec<Md>,
    pub notes: Vec<Card>,
    pub risks: Option<Table>,
}

/// Collects rows of the table of accepted risks.
struct Risks<'b, 'a> {
    builder: &'b Builder<'a>,
    rows: Vec<Vec<Md>>,
}

impl Builder<'_> {
    pub fn more(&self) -> More {
        let references =
            self.plan().head.references.iter().map(|(title, at)| {
                Md::join(&[self.md(title), at.as_ref().map(|t| self.md(t)).unwrap_or_default()], " — ")
            });
        let notes = self.plan().notes.iter().map(|note| {
            let mut card = self.card("note", &note.common);
            card.groups = self.groups(&note.items);
            card
        });
        More {
            contacts: self.contacts(),
            authorities: self.authorities(),
            references: references.collect(),
            notes: notes.collect(),
            risks: self.risks(),
        }
    }

    fn risks(&self) -> Option<Table> {
        let mut risks = Risks { builder: self, rows: Vec::new() };
        risks.declarations();
        self.plan().procedures.iter().for_each(|p| risks.procedure(p));
        statement::all(self.plan()).into_iter().for_each(|s| risks.statement(s));
        let mut table = self.table(&["accepted", "because", "until", "place"]);
        table.rows = risks.rows;
        (!table.rows.is_empty()).then_some(table)
    }
}

impl Risks<'_, '_> {
    fn push(&mut self, what: &str, because: &str, until: Option<i64>, span: Span) {
        let until = until.map_or_else(|| "—".to_string(), date);
        let cite = self.builder.voice.cite(span);
        self.rows.push(vec![Md::text(what), Md::text(because), Md::text(&until), Md::code(&cite)]);
    }

    fn say(&mut self, key: &str, what: &str, because: &str, span: Span) {
        let words = self.builder.fill(key, &[("what", what)]);
        self.push(&words, because, None, span);
    }

    fn allows(&mut self, what: &str, allows: &[Allow]) {
        for allow in allows {
            let words = self.builder.fill("risk_allow", &[("rule", &allow.rule), ("what", what)]);
            self.push(&words, &allow.because.text, allow.until, allow.span);
        }
    }

    fn declarations(&mut self) {
        let plan = self.builder.plan();
        self.allows(&plan.head.common.name, &plan.head.common.allow);
        for common in allow::declarations(plan) {
            self.allows(&common.name, &common.allow);
        }
    }

    fn procedure(&mut self, procedure: &Procedure) {
        let plan = self.builder.plan();
        let name = &procedure.common.name;
        for (resource, reason) in &procedure.not_restored {
            let what = format!("{name}: {}", plan[*resource].common.name);
            self.say("risk_not_restored", &what, &reason.text, reason.span);
        }
        for (point, reason) in &procedure.accepts {
            let what = format!("{name}: {}", self.builder.voice.label(&plan[*point].common));
            self.say("risk_accepts", &what, &reason.text, reason.span);
        }
    }

    fn statement(&mut self, statement: &Statement) {
        let options = &statement.options;
        self.allows(&statement.id, &options.allow);
        if let Some(reason) = &options.ask_first {
            self.say("risk_ask_first", &statement.id, &reason.text, reason.span);
        }
        if let Some(reason) = &options.writes_nothing_kept {
            self.say("risk_writes", &statement.id, &reason.text, reason.span);
        }
        if let OnFailure::Continue(reason) = &options.if_fails {
            self.say("risk_continue", &statement.id, &reason.text, reason.span);
        }
        for declared in &statement.effects {
            if let Some(reason) = &declared.because {
                let what = format!("{}: {}", statement.id, self.builder.voice.change(&declared.effect));
                self.say("risk_effect", &what, &reason.text, reason.span);
            }
        }
    }
}
