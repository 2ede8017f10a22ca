//! Section 10: what to do when the rollback itself fails.

use serde::Serialize;

use crate::emit::markdown::builder::Builder;
use crate::emit::markdown::md::{Block, Card, Md, Table};
use crate::model::plan::{Diagnosis, Escalation};

/// Resume, abandon, escalate, diagnose.
#[derive(Debug, Serialize)]
pub struct Fail {
    pub status: Block,
    pub resume: Block,
    pub abandon: Block,
    pub codes: Table,
    pub escalations: Vec<Card>,
    pub diagnoses: Vec<Card>,
}

/// The exit codes of the script, as its contract has them.
const CODES: [&str; 9] = ["0", "1", "2", "3", "4", "5", "6", "7", "8"];

impl Builder<'_> {
    pub fn fail(&self) -> Fail {
        let mut codes = self.table(&["exit_code", "meaning"]);
        codes.rows = CODES.iter().map(|c| vec![Md::code(c), Md::text(&self.say(&format!("exit_{c}")))]).collect();
        codes.rows.push(vec![Md::code("129, 130, 143"), Md::text(&self.say("exit_signal"))]);
        let escalations = self.plan().escalations.iter();
        let diagnoses = self.plan().diagnoses.iter();
        Fail {
            status: Block::sh(self.script("status", None, &[])),
            resume: Block::sh(self.script("resume", None, &[])),
            abandon: Block::sh(self.script("abandon", None, &[])),
            codes,
            escalations: escalations.map(|e| self.escalation(e)).collect(),
            diagnoses: diagnoses.map(|d| self.diagnosis(d)).collect(),
        }
    }

    fn escalation(&self, escalation: &Escalation) -> Card {
        let mut card = self.card("escalate", &escalation.common);
        card.facts = self.facts([
            ("after", self.seconds(escalation.after)),
            ("when", escalation.when.as_ref().map(|c| Md::text(&self.voice.check(c)))),
            ("to", escalation.to.map(|role| self.role(role))),
        ]);
        card.blocks = escalation.when.iter().flat_map(|c| self.check_blocks(c)).collect();
        card
    }

    fn diagnosis(&self, diagnosis: &Diagnosis) -> Card {
        let mut card = self.card("diagnose", &diagnosis.common);
        card.blocks = self.commands(&diagnosis.commands);
        let expect = diagnosis.expect.as_ref().map(|t| Block::text(self.voice.text(t)).under(self.say("expected")));
        card.blocks.extend(expect);
        card
    }
}
