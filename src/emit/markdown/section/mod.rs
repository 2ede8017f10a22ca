//! The sixteen sections of a runbook, in the order of the outline.

mod act;
mod after;
mod before;
mod choose;
mod clock;
mod decide;
mod fail;
mod head;
mod people;
mod procedure;
mod risk;
mod step;
mod undo;
mod verify;

use serde::Serialize;

use super::builder::Builder;
use super::md::{Card, Md};

/// Everything that the template draws. A section without content is left out by the template.
#[derive(Debug, Serialize)]
pub struct Runbook {
    pub head: head::Head,
    pub act: act::Act,
    pub decide: decide::Decide,
    pub choose: choose::Choose,
    pub inputs: before::Inputs,
    pub before: before::Before,
    pub announce: people::Announce,
    pub procedures: Vec<procedure::Procedure>,
    pub verify: verify::Verify,
    pub fail: fail::Fail,
    pub close: after::Close,
    pub watch: after::Watch,
    pub target: after::Target,
    pub postmortem: after::After,
    pub drill: after::Drill,
    pub more: risk::More,
    /// Links to the sections.
    pub contents: Vec<Md>,
    /// Every checklist, for the file to print.
    pub checklists: Vec<Card>,
    pub has: Has,
}

/// Which sections have content; the others are always there.
#[derive(Debug, Default, Serialize)]
#[allow(clippy::struct_excessive_bools)]
pub struct Has {
    pub decide: bool,
    pub inputs: bool,
    pub announce: bool,
    pub watch: bool,
    pub postmortem: bool,
    pub drill: bool,
    pub more: bool,
}

impl Builder<'_> {
    /// The whole view.
    pub fn runbook(&self) -> Runbook {
        let plan = self.plan();
        let checklists = plan.checklists.iter().map(|c| self.checklist(c)).collect();
        let mut book = Runbook {
            head: self.head(),
            act: self.act(),
            decide: self.decide(),
            choose: self.choose(),
            inputs: self.inputs(),
            before: self.before(),
            announce: self.announce(),
            procedures: self.procedures(),
            verify: self.verify(),
            fail: self.fail(),
            close: self.close(),
            watch: self.watch(),
            target: self.target(),
            postmortem: self.after(),
            drill: self.drill(),
            more: self.more(),
            contents: Vec::new(),
            checklists,
            has: Has::default(),
        };
        book.has = book.content();
        book.contents = self.contents(&book.has);
        book
    }

    fn contents(&self, has: &Has) -> Vec<Md> {
        let sections = [
            ("act", true),
            ("decide", has.decide),
            ("choose", true),
            ("inputs", has.inputs),
            ("before", true),
            ("announce", has.announce),
            ("procedure", true),
            ("verify", true),
            ("fail", true),
            ("close", true),
            ("watch", has.watch),
            ("target", true),
            ("postmortem", has.postmortem),
            ("drill", has.drill),
            ("more", has.more),
        ];
        let link = |(id, _): (&str, bool)| Md::link(&self.say(&format!("section_{id}")), id);
        sections.into_iter().filter(|(_, there)| *there).map(link).collect()
    }
}

impl Runbook {
    fn content(&self) -> Has {
        let (decide, inputs, more) = (&self.decide, &self.inputs, &self.more);
        Has {
            decide: !decide.triggers.is_empty()
                || !decide.unless.is_empty()
                || decide.severities.is_some()
                || !decide.signals.is_empty()
                || !decide.matrices.is_empty()
                || !decide.choosers.is_empty()
                || decide.symptoms.is_some()
                || !decide.principles.is_empty(),
            inputs: !inputs.inputs.is_empty()
                || inputs.params.is_some()
                || !inputs.environments.is_empty()
                || !inputs.variants.is_empty(),
            announce: !self.announce.channels.is_empty() || !self.announce.messages.is_empty(),
            watch: !self.watch.monitors.is_empty(),
            postmortem: self.postmortem.postmortem.is_some() || !self.postmortem.followups.is_empty(),
            drill: !self.drill.drills.is_empty(),
            more: !more.contacts.is_empty()
                || !more.authorities.is_empty()
                || !more.references.is_empty()
                || !more.notes.is_empty()
                || more.risks.is_some(),
        }
    }
}
