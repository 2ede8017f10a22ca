//! What to do when a step does not come out as expected, and how to take it back.

use super::procedure::Walk;
use crate::emit::markdown::builder::Builder;
use crate::emit::markdown::md::{Block, Md};
use crate::ir::{Action, Effect, Run};
use crate::model::ids::Id;
use crate::model::plan::{ProcedureKind, Resource, Thing};
use crate::model::statement::OnFailure;

impl Builder<'_> {
    pub fn mismatch(&self, action: &Action, walk: &Walk<'_>) -> Md {
        match &action.if_fails {
            OnFailure::Continue(reason) => Md::text(&self.fill("mismatch_continue", &[("why", &reason.text)])),
            OnFailure::Call(id) => Md::join(&[Md::text(&self.say("mismatch_call")), self.procedure(*id)], " "),
            OnFailure::Escalate(role) => Md::join(&[Md::text(&self.say("mismatch_escalate")), self.role(*role)], " "),
            OnFailure::Abort if matches!(action.run, Run::Diagnose(_)) => Md::text(&self.say("mismatch_diagnose")),
            OnFailure::Abort if matches!(action.run, Run::Notify(..)) => Md::text(&self.say("mismatch_notify")),
            OnFailure::Abort if self.forward(walk) => {
                Md::text(&self.say("mismatch_phase")).and(Md::link(&self.say("see_choose"), "choose"))
            }
            OnFailure::Abort => Md::text(&self.say("mismatch_abort")).and(Md::link(&self.say("see_fail"), "fail")),
        }
    }

    fn forward(&self, walk: &Walk<'_>) -> bool {
        !walk.procedure.back_out && self.plan()[walk.procedure.declaration].kind == ProcedureKind::Phase
    }

    pub fn undo(&self, action: &Action, walk: &Walk<'_>) -> (Md, Vec<Block>) {
        if let Some(undo) = &action.undo {
            let key = if undo.total { "undo_total" } else { "undo_own" };
            return (Md::text(&self.say(key)), self.commands(&undo.commands));
        }
        let opposite = |verb: &str, id| self.service_by_hand(Thing::Service(id), verb);
        match &action.run {
            Run::Service(id, "stop") => return (Md::text(&self.say("undo_stop")), opposite("start", *id)),
            Run::Service(id, "start") => return (Md::text(&self.say("undo_start")), opposite("stop", *id)),
            Run::Service(..) => return (Md::text(&self.say("undo_nothing")), Vec::new()),
            Run::Take(_) => return (Md::text(&self.say("undo_take")), Vec::new()),
            Run::Switch(..) => return (Md::text(&self.say("undo_switch")), Vec::new()),
            Run::Swap(..) => return (Md::text(&self.say("undo_swap")), Vec::new()),
            Run::Notify(..) => return (Md::text(&self.say("undo_notify")), Vec::new()),
            Run::Restore { resource, .. } => return (self.undo_restore(*resource, action, walk), Vec::new()),
            _ => {}
        }
        let harmless = |effect: &Effect| matches!(effect, Effect::Verify(_) | Effect::Set(_));
        let key = if action.effects.iter().any(|e| matches!(e, Effect::Irreversible(_))) {
            "undo_never"
        } else if action.effects.iter().all(harmless) {
            "undo_nothing"
        } else if self.forward(walk) {
            return (Md::text(&self.say("undo_phase")).and(Md::link(&self.say("see_choose"), "choose")), Vec::new());
        } else {
            "undo_backup"
        };
        (Md::text(&self.say(key)), Vec::new())
    }

    /// What was saved of the resource earlier in the same procedure brings back what the restore overwrote.
    fn undo_restore(&self, id: Id<Resource>, action: &Action, walk: &Walk<'_>) -> Md {
        let earlier = walk.actions.iter().take_while(|a| !std::ptr::eq(**a, action));
        let saved = earlier.filter_map(|a| match a.run {
            Run::Take(backup) if self.plan()[backup].of.contains(&id) => Some(backup),
            _ => None,
        });
        let Some(backup) = saved.last() else { return Md::text(&self.say("undo_restore_never")) };
        let name = &self.plan()[backup].common.name;
        Md::text(&self.fill("undo_restore", &[("what", &self.plan()[id].common.name), ("from", name)]))
    }
}
