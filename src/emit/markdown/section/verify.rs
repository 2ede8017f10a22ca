//! Section 9: how to know that you are back.

use serde::Serialize;

use super::procedure::Procedure;
use crate::emit::markdown::builder::Builder;
use crate::emit::markdown::md::{Block, Item, Md};
use crate::ir::{self, Action, Run};
use crate::model::plan::ProcedureKind;
use crate::model::value::{Check, Probe};

/// What the script checks, and what a person looks at.
#[derive(Debug, Serialize)]
pub struct Verify {
    pub command: Block,
    pub automatic: Vec<Item>,
    pub manual: Vec<Item>,
    pub procedures: Vec<Procedure>,
}

impl Builder<'_> {
    pub fn verify(&self) -> Verify {
        let plan = self.plan();
        let (mut automatic, mut manual) = (Vec::new(), Vec::new());
        for procedure in self.in_order() {
            let kind = plan[procedure.declaration].kind;
            if !matches!(kind, ProcedureKind::Rollback | ProcedureKind::FixForward) || procedure.back_out {
                continue;
            }
            for action in ir::actions(&procedure.body) {
                let Some((check, words)) = self.proof(action) else { continue };
                let link = self.step_link(&procedure.name, action);
                let item = Item { text: Md::join(&[Md::code(&procedure.name), link, words], " · "), about: None };
                if asks(check) { manual.push(item) } else { automatic.push(item) }
            }
        }
        let verifications = self
            .voice
            .program
            .procedures
            .iter()
            .filter(|p| !p.back_out && plan[p.declaration].kind == ProcedureKind::Verification);
        Verify {
            command: Block::sh(self.script("verify", None, &[])),
            automatic,
            manual,
            procedures: verifications.map(|p| self.one_procedure(p)).collect(),
        }
    }

    fn proof<'c>(&self, action: &'c Action) -> Option<(&'c Check, Md)> {
        let Run::Verify(check) = &action.run else { return None };
        Some((check, Md::text(&self.voice.check(check))))
    }
}

/// Does a person have to look?
fn asks(check: &Check) -> bool {
    match &check.probe {
        Probe::Ask(_) => true,
        Probe::Not(inner) => asks(inner),
        Probe::All(all) | Probe::Any(all) => all.iter().any(asks),
        _ => false,
    }
}
