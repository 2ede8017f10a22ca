//! Section 2, page one: one command, how long it may take, who decides, whom to call.

use serde::Serialize;

use crate::emit::markdown::builder::Builder;
use crate::emit::markdown::md::{Block, Fact, Md};
use crate::ir::Procedure;
use crate::model::plan::{ProcedureKind, Requirement, Role};

/// Page one.
#[derive(Debug, Serialize)]
pub struct Act {
    pub lead: Option<Md>,
    pub command: Option<Block>,
    pub unsure: Block,
    pub environments: Option<String>,
    pub facts: Vec<Fact>,
    pub contacts: Vec<Md>,
    pub never: Vec<Md>,
}

/// How many contacts page one names.
const FIRST: usize = 3;

impl<'a> Builder<'a> {
    pub fn act(&self) -> Act {
        let head = &self.plan().head;
        let first = self.first_choice();
        let mut facts = self.facts([
            ("rto", self.seconds(head.rto.map(|(s, _)| s))),
            ("rpo", self.seconds(head.rpo.map(|(s, _)| s))),
            ("estimate_total", head.estimate.map(|e| Md::text(&self.voice.words.estimate(e)))),
            ("deciders", Some(self.deciders())),
        ]);
        if let Some(first) = first {
            let lost = &self.plan()[first.declaration].data_lost;
            facts.extend(self.each("data_lost", lost, |t| self.md(t)));
        }
        let contacts = self.plan().contacts.iter().take(FIRST).map(|contact| {
            let reach: Vec<Md> = contact.reach.iter().chain(&contact.hours).map(|t| self.md(t)).collect();
            let name = Md::link(&self.voice.label(&contact.common), &format!("contact-{}", contact.common.name));
            Md::join(&[name, Md::join(&reach, ", ")], ": ")
        });
        Act {
            lead: first.map(|p| self.procedure(p.declaration)),
            command: first.map(|p| Block::sh(self.script("run", Some(&p.name), &[]))),
            unsure: Block::sh("./rollback.sh"),
            environments: self.other_environments(),
            facts,
            contacts: contacts.collect(),
            never: head.never.iter().map(|t| self.md(t)).collect(),
        }
    }

    /// The procedure that page one shows: the recommended rollback, else the first one, else any way on.
    pub fn first_choice(&self) -> Option<&'a Procedure> {
        let plan = self.plan();
        let all = &self.voice.program.procedures;
        let kind = |p: &&Procedure, kind| !p.back_out && plan[p.declaration].kind == kind;
        let rollback = |p: &&Procedure| kind(p, ProcedureKind::Rollback);
        let recommended = all.iter().find(|p| rollback(p) && plan[p.declaration].recommended);
        recommended
            .or_else(|| all.iter().find(rollback))
            .or_else(|| all.iter().find(|p| kind(p, ProcedureKind::FixForward)))
    }

    /// Who may decide: the authorities, and what the first choice asks for.
    fn deciders(&self) -> Md {
        let plan = self.plan();
        let required = self.first_choice().map(|p| &plan[p.declaration].requires);
        let named = required.into_iter().flatten().filter_map(|requirement| match requirement {
            Requirement::Authority(id) => Some(self.role(Role::Authority(*id))),
            Requirement::Checklist(_) => None,
        });
        let named: Vec<Md> = named.collect();
        if !named.is_empty() {
            return Md::join(&named, ", ");
        }
        let all = plan
            .authorities
            .iter()
            .map(|a| Md::link(&self.voice.label(&a.common), &format!("authority-{}", a.common.name)));
        Md::join(&all.collect::<Vec<_>>(), ", ")
    }

    /// A command of the script, for the environment that matters most.
    pub fn script(&self, verb: &str, name: Option<&str>, more: &[&str]) -> String {
        let mut words = vec!["./rollback.sh", verb];
        words.extend(name);
        if let Some(environment) = self.environment() {
            words.extend(["--env", environment]);
        }
        words.extend(more);
        words.join(" ")
    }

    /// The protected environment, else the first one.
    fn environment(&self) -> Option<&str> {
        let all = &self.plan().environments;
        let chosen = all.iter().find(|e| e.protected).or_else(|| all.first());
        chosen.map(|e| e.common.name.as_str())
    }

    fn other_environments(&self) -> Option<String> {
        let shown = self.environment()?;
        let names = self.plan().environments.iter().map(|e| e.common.name.clone()).filter(|name| name != shown);
        let others: Vec<String> = names.collect();
        let others = self.voice.words.join(&others, "or");
        (!others.is_empty()).then(|| self.fill("other_environments", &[("shown", shown), ("others", &others)]))
    }
}
