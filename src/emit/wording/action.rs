//! What an action does, in a few words: verb and objects.

use super::Voice;
use crate::ir::{Action, Run};
use crate::model::plan::Thing;
use crate::model::statement::Verb;
use crate::model::value::{Command, Probe};

impl Voice<'_> {
    /// The author's title of an action, or words for what it does.
    pub fn action(&self, action: &Action) -> String {
        let statement = self.statements.get(&action.span);
        if statement.is_some_and(|s| s.title.is_some()) {
            return self.text(&action.title);
        }
        match statement.map(|s| &s.verb) {
            Some(Verb::Undo { step, .. }) => return self.words.fill("do_undo", &[("what", step)]),
            Some(Verb::Copy { path, .. }) => return self.words.fill("do_copy", &[("what", &self.text(path))]),
            Some(Verb::WaitReboot(host, _)) => {
                let host = &self.program.plan[*host].common.name;
                return self.words.fill("do_reboot", &[("what", host)]);
            }
            _ => {}
        }
        self.doing(&action.run).unwrap_or_else(|| self.text(&action.title))
    }

    /// `restore db from before`; nothing for what only its author can name.
    fn doing(&self, run: &Run) -> Option<String> {
        let (plan, words) = (&self.program.plan, &self.words);
        let name = |thing: Thing| plan.thing(thing).name.clone();
        let resource = |id| name(Thing::Resource(id));
        let fill = |key: &str, values: &[(&str, &str)]| Some(words.fill(&format!("do_{key}"), values));
        match run {
            Run::Service(service, verb) => fill(verb, &[("what", &name(Thing::Service(*service)))]),
            Run::Take(backup) => fill("take", &[("what", &plan[*backup].common.name)]),
            Run::Restore { resource: id, backup, .. } => {
                fill("restore", &[("what", &resource(*id)), ("from", &plan[*backup].common.name)])
            }
            Run::Switch(id, to) => fill("switch", &[("what", &resource(*id)), ("to", &self.value(to))]),
            Run::Swap(a, b) => fill("swap", &[("what", &resource(*a)), ("with", &resource(*b))]),
            Run::Capture { name, .. } => fill("capture", &[("what", name)]),
            Run::Wait(seconds) => fill("wait", &[("time", &words.duration(*seconds))]),
            Run::Await { check, .. } => fill("until", &[("what", &self.check(check))]),
            Run::Notify(channel, message) => {
                let (channel, message) = (&plan[*channel].common.name, &plan[*message].common.name);
                fill("notify", &[("channel", channel), ("message", message)])
            }
            Run::Require(checklist) => fill("require", &[("what", &plan[*checklist].common.name)]),
            Run::Escalate(role) => fill("escalate", &[("to", &plan.role(*role).name)]),
            Run::Commands(_)
            | Run::Diagnose(_)
            | Run::Verify(_)
            | Run::Manual { .. }
            | Run::Confirm(_)
            | Run::NotYet(_) => None,
        }
    }

    /// One line that says why a reader meets this action, from what it is.
    pub fn purpose(&self, run: &Run) -> String {
        let plan = &self.program.plan;
        let key = match run {
            Run::Commands(commands) if commands.iter().any(|c| matches!(c, Command::Sql(..))) => "why_sql",
            Run::Commands(_) => "why_commands",
            Run::Diagnose(_) => "why_diagnose",
            Run::Service(_, "stop") => "why_stop",
            Run::Service(_, "restart") => "why_restart",
            Run::Service(..) => "why_start",
            Run::Take(_) => "why_take",
            Run::Restore { .. } => "why_restore",
            Run::Switch(..) => "why_switch",
            Run::Swap(..) => "why_swap",
            Run::Capture { .. } => "why_capture",
            Run::Verify(check) if matches!(check.probe, Probe::Ask(_)) => "why_ask",
            Run::Verify(_) => "why_verify",
            Run::Wait(_) | Run::Await { .. } => "why_wait",
            Run::Manual { .. } => "why_manual",
            Run::Confirm(_) => "why_confirm",
            Run::Notify(_, message) => {
                let what = self.label(&plan[*message].common);
                return self.words.fill("why_notify", &[("what", &what)]);
            }
            Run::Require(_) => "why_require",
            Run::Escalate(_) => "why_escalate",
            Run::NotYet(_) => "why_not_yet",
        };
        self.words.get(key).to_string()
    }
}
