//! Section 3: what tells that it is time to go back, and what tells that it is not.

use serde::Serialize;

use crate::emit::markdown::builder::Builder;
use crate::emit::markdown::md::{Card, Fact, Md, Table};
use crate::model::plan::{Chooser, Lead, Matrix, Signal, Trigger, TriggerKind};
use crate::model::value::Check;

/// How to decide.
#[derive(Debug, Serialize)]
pub struct Decide {
    pub triggers: Vec<Card>,
    /// When not to roll back.
    pub unless: Vec<Fact>,
    pub severities: Option<Table>,
    pub signals: Vec<Card>,
    pub matrices: Vec<Table>,
    pub choosers: Vec<Table>,
    pub symptoms: Option<Table>,
    pub principles: Vec<Md>,
}

impl Builder<'_> {
    pub fn decide(&self) -> Decide {
        let plan = self.plan();
        let signals = plan.signals.iter();
        Decide {
            triggers: plan.triggers.iter().map(|t| self.trigger(t)).collect(),
            unless: self.unless(),
            severities: self.severities(),
            signals: signals.map(|s| self.signal(s)).collect(),
            matrices: plan.matrices.iter().map(|m| self.matrix_table(m)).collect(),
            choosers: plan.choosers.iter().map(|c| self.chooser(c)).collect(),
            symptoms: self.symptoms(),
            principles: plan.head.principles.iter().map(|t| self.md(t)).collect(),
        }
    }

    fn trigger(&self, trigger: &Trigger) -> Card {
        let plan = self.plan();
        let kind = match trigger.kind {
            TriggerKind::Automatic => "trigger_automatic",
            TriggerKind::ByHand => "trigger_by_hand",
            TriggerKind::Warning => "trigger_warning",
        };
        let mut card = self.card("trigger", &trigger.common);
        card.facts = self.facts([
            ("kind", Some(Md::text(&self.say(kind)))),
            ("severity", trigger.severity.map(|id| self.severity_link(id.index()))),
            ("respond", self.seconds(trigger.respond)),
        ]);
        card.facts.extend(self.checks("when", &trigger.when));
        let approve = trigger.approve.as_ref().map(|approval| {
            let how = if approval.all { "all_of" } else { "any_of" };
            Md::text(&self.say(how)).and(self.roles(&approval.roles))
        });
        card.facts.extend(self.facts([
            ("during", trigger.during.map(|id| self.procedure(id))),
            ("approve", approve),
            ("run", trigger.run.map(|id| self.procedure(id))),
            ("then", trigger.then.as_ref().map(|t| self.md(t))),
        ]));
        if let Some(id) = trigger.run.filter(|id| self.voice.compiled(*id).is_some()) {
            card.blocks.push(crate::emit::markdown::md::Block::sh(self.script(
                "run",
                Some(&plan[id].common.name),
                &[],
            )));
        }
        card.blocks.extend(self.measured(&trigger.when));
        card
    }

    /// How what is asked for can be seen.
    fn measured(&self, checks: &[Check]) -> Vec<crate::emit::markdown::md::Block> {
        let blocks = checks.iter().flat_map(|check| self.check_blocks(check));
        blocks.map(|block| if block.caption.is_some() { block } else { block.under(self.say("how_to_see")) }).collect()
    }

    fn unless(&self) -> Vec<Fact> {
        let mut facts = Vec::new();
        for procedure in &self.voice.program.procedures {
            let declared = &self.plan()[procedure.declaration];
            if procedure.back_out {
                continue;
            }
            let label = self.named(&declared.common);
            let unless = declared.unless.iter().map(|check| Md::text(&self.voice.check(check)));
            facts.extend(unless.map(|value| Fact { label: label.clone(), value }));
        }
        facts
    }

    pub fn severity_link(&self, index: usize) -> Md {
        let common = self.plan().severities.get(index).map(|s| &s.common);
        common.map(|c| Md::link(&self.voice.label(c), &format!("severity-{}", c.name))).unwrap_or_default()
    }

    fn severities(&self) -> Option<Table> {
        let all = &self.plan().severities;
        let mut table = self.table(&["severity", "respond", "action"]);
        for severity in all {
            let name = Md::anchored(&self.voice.label(&severity.common), &format!("severity-{}", severity.common.name));
            let action: Vec<Md> = severity.action.iter().chain(&severity.common.about).map(|t| self.md(t)).collect();
            let respond = self.seconds(severity.respond).unwrap_or_default();
            table.rows.push(vec![name, respond, Md::join(&action, " — ")]);
        }
        (!all.is_empty()).then_some(table)
    }

    fn signal(&self, signal: &Signal) -> Card {
        let mut card = self.card("signal", &signal.common);
        let by_hand = signal.source.is_none().then(|| Md::text(&self.say("measured_by_hand")));
        card.facts = self.facts([
            ("unit", signal.unit.as_ref().map(|t| self.md(t))),
            ("measured", signal.source.as_ref().map(|c| Md::text(&self.voice.source(c))).or(by_hand)),
        ]);
        card.blocks = signal.source.iter().flat_map(|c| self.check_blocks(c)).collect();
        card
    }

    fn matrix_table(&self, matrix: &Matrix) -> Table {
        let columns = matrix.columns.iter().map(|c| {
            let signal = c.signal.map(|id| &self.plan()[id].common);
            let common = if c.common.title.is_some() { &c.common } else { signal.unwrap_or(&c.common) };
            Md::text(&self.voice.label(common))
        });
        let mut head = vec![Md::text(&self.say("row"))];
        head.extend(columns);
        head.extend([Md::text(&self.say("severity")), Md::text(&self.say("run"))]);
        let mut table = Table {
            title: Some(self.voice.label(&matrix.common)),
            anchor: Some(format!("matrix-{}", matrix.common.name)),
            about: self.about(&matrix.common),
            head,
            ..Table::default()
        };
        let rule = if matrix.worst_row_wins { "matrix_worst" } else { "matrix_one" };
        table.about.push(self.say(rule));
        for (at, row) in matrix.rows.iter().enumerate() {
            let name = if row.common.title.is_some() { self.voice.label(&row.common) } else { row.common.name.clone() };
            let name = if name.is_empty() { (at + 1).to_string() } else { name };
            let about = row.common.about.as_ref().map(|t| self.md(t)).unwrap_or_default();
            let mut cells = vec![Md::join(&[Md::text(&name), about], " — ")];
            for column in 0..matrix.columns.len() {
                let conditions = row.cells.iter().filter(|(at, _)| *at == column);
                let words: Vec<Md> = conditions.map(|(_, c)| Md::text(&self.voice.comparison(c))).collect();
                cells.push(if words.is_empty() { Md::text("—") } else { Md::join(&words, ", ") });
            }
            cells.push(row.severity.map(|id| self.severity_link(id.index())).unwrap_or_default());
            cells.push(row.run.map(|id| self.procedure(id)).unwrap_or_default());
            table.rows.push(cells);
        }
        table
    }

    fn chooser(&self, chooser: &Chooser) -> Table {
        let mut head = vec![Md::text(&self.say("symptom"))];
        head.extend(chooser.columns.iter().map(|id| self.procedure(*id)));
        let mut about = self.about(&chooser.common);
        about.extend(chooser.of.map(|id| {
            let what = self.named(&self.plan()[id].common);
            self.fill("chooser_of", &[("what", &what)])
        }));
        let rows = chooser.rows.iter().map(|(symptom, grades)| {
            let grade = |g: &String| Md::text(&self.say(&format!("grade_{g}")));
            let mut cells: Vec<Md> = std::iter::once(self.md(symptom)).chain(grades.iter().map(grade)).collect();
            cells.resize(chooser.columns.len() + 1, Md::default());
            cells
        });
        Table {
            title: Some(self.voice.label(&chooser.common)),
            anchor: Some(format!("options-{}", chooser.common.name)),
            about,
            head,
            rows: rows.collect(),
            ..Table::default()
        }
    }

    fn symptoms(&self) -> Option<Table> {
        let mut table = self.table(&["symptom", "during", "leads_to"]);
        for procedure in self.plan().procedures.iter() {
            for symptom in &procedure.fails_when {
                let lead = match &symptom.leads_to {
                    Some(Lead::Run(id)) => self.procedure(*id),
                    Some(Lead::Escalate(Some(role))) => Md::text(&self.say("escalate_to")).and(self.role(*role)),
                    Some(Lead::Escalate(None)) => Md::link(&self.say("escalate"), "fail"),
                    Some(Lead::Diagnose) => Md::link(&self.say("diagnose"), "diagnose"),
                    None => Md::link(&self.say("see_choose"), "choose"),
                };
                table.rows.push(vec![self.md(&symptom.symptom), Md::text(&self.voice.label(&procedure.common)), lead]);
            }
        }
        (!table.rows.is_empty()).then_some(table)
    }
}
