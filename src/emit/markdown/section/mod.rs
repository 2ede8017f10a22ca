//! The sixteen sections of a runbook, in the order of the outline.

mod act;
mod after;
mod before;
mod choose;
mod decide;
mod fail;
mod head;
mod people;
mod procedure;
mod risk;
mod step;
mod verify;

use serde::Serialize;

use super::builder::Builder;

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
}

impl Builder<'_> {
    /// The whole view.
    pub fn runbook(&self) -> Runbook {
        Runbook {
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
        }
    }
}
