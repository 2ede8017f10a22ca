//! What must be there before a procedure runs: tools, access, targets, copies, references.
//!
//! In: the actions of each procedure. Out: the function `rbk_needs`, and `rbk_references` for the start of a phase.
//! Not its business: how preflight reports.

use super::quote::{self, bare, outer, text};
use super::script::{Script, call};
use super::tables::{known_before, phases};
use crate::ir::{Action, Effect, Procedure, Run, actions};
use crate::model::ids::Id;
use crate::model::plan::{Backup, ProcedureKind, Resource, Thing};
use crate::model::value::Value;
use std::collections::BTreeSet;

impl Script<'_> {
    /// `rbk_needs` and `rbk_references`.
    pub fn needs(&mut self) {
        let mut lines = vec!["  case \"$1\" in".to_owned()];
        for procedure in &self.input.program.procedures {
            let needed = self.needs_of(procedure);
            if !needed.is_empty() {
                lines.push(format!("    {})", procedure.name));
                lines.extend(needed);
                lines.push("      ;;".to_owned());
            }
        }
        lines.push("    *) ;;\n  esac".to_owned());
        self.add_fixed("rbk_needs", "What must be there before a procedure runs.", lines);
        self.references();
    }

    fn needs_of(&mut self, procedure: &Procedure) -> Vec<String> {
        let plan = self.plan();
        let acting = actions(&procedure.body);
        let things = things_of(&acting);
        let mut lines = Vec::new();
        let tools = self.tools_of(procedure, &things);
        if !tools.is_empty() {
            let words: Vec<_> =
                [bare("rbk_need_tool")].into_iter().chain(tools.iter().map(|tool| bare(tool))).collect();
            lines.push(call(3, &words));
        }
        for thing in &things {
            lines.extend(self.access(*thing));
        }
        lines.extend(dirs_of(&acting));
        let undoes = !procedure.back_out && plan[procedure.declaration].kind == ProcedureKind::Rollback;
        lines.extend(self.refs_of(&acting, procedure, undoes));
        lines.extend(self.copies_of(&acting, procedure));
        lines
    }

    fn tools_of(&self, procedure: &Procedure, things: &[Thing]) -> BTreeSet<String> {
        let plan = self.plan();
        let mut tools = crate::ir::tools(self.input.program, procedure);
        tools.extend(plan.head.needs.iter().cloned());
        for thing in things {
            tools.extend(plan.driver_of(*thing).needs.iter().cloned());
        }
        tools.extend(self.tools.iter().map(|tool| (*tool).to_owned()));
        tools
    }

    /// That a target is the one meant, and can be used.
    fn access(&mut self, thing: Thing) -> Vec<String> {
        let plan = self.plan();
        let name = plan.thing(thing).name.clone();
        let mut lines = Vec::new();
        if let Thing::Resource(id) = thing
            && let Some(identity) = &plan[id].identity
        {
            let check = format!("check_identity_{name}");
            if !self.has(&check) {
                self.check(&[&check], identity);
            }
            lines.push(call(3, &[bare("rbk_need"), bare("identity_differs"), bare(&name), bare(&check)]));
        }
        if let Some(body) = self.operation(thing, "preflight") {
            let check = format!("check_access_{name}");
            if !self.has(&check) {
                let limit = plan.operation(thing, "preflight").and_then(|found| found.timeout).unwrap_or(30);
                let check = self.name(&[&check]);
                self.add(check, None, vec![format!("  rbk_sh {limit} {body}")]);
            }
            lines.push(call(3, &[bare("rbk_need"), bare("no_access"), bare(&name), bare(&check)]));
        }
        lines
    }

    /// References that are switched to; a rollback goes where the phase began, unless it has another goal.
    fn refs_of(&mut self, acting: &[&Action], procedure: &Procedure, undoes: bool) -> Vec<String> {
        let goals: Vec<Id<Resource>> = self.plan()[procedure.declaration].goal.iter().map(|(id, _)| *id).collect();
        let mut lines = Vec::new();
        for action in acting {
            let Run::Switch(resource, to) = &action.run else { continue };
            if !known_before(to) || self.by_hand(Thing::Resource(*resource), "switch", Some(to)).is_some() {
                continue;
            }
            let check = self.operation_check(*resource, "resolve");
            let word = quote::value(to, &outer);
            let name = bare(&self.plan()[*resource].common.name);
            let agree = bare(if undoes && !goals.contains(resource) { "1" } else { "0" });
            let check = check.map_or_else(|| text(""), |check| bare(&check));
            lines.push(call(3, &[bare("rbk_need_ref"), name, word, check, agree]));
        }
        lines
    }

    /// A check function of a resource's operation.
    fn operation_check(&mut self, resource: Id<Resource>, operation: &str) -> Option<String> {
        let thing = Thing::Resource(resource);
        let body = self.operation(thing, operation)?;
        let plan = self.plan();
        let check = format!("check_{operation}_{}", plan[resource].common.name);
        if !self.has(&check) {
            let limit = plan.operation(thing, operation).and_then(|found| found.timeout).unwrap_or(30);
            let check = self.name(&[&check]);
            self.add(check, None, vec![format!("  rbk_sh {limit} {body}")]);
        }
        Some(check)
    }

    /// Copies that a restore will use and that the procedure does not take itself.
    fn copies_of(&mut self, acting: &[&Action], procedure: &Procedure) -> Vec<String> {
        let plan = self.plan();
        let taken: Vec<Id<Backup>> = acting.iter().filter_map(|action| taken_by(action)).collect();
        let mut lines = Vec::new();
        let mut seen = Vec::new();
        for action in acting {
            let Run::Restore { backup, .. } = &action.run else { continue };
            if taken.contains(backup) || seen.contains(backup) {
                continue;
            }
            seen.push(*backup);
            let declared = &plan[*backup];
            let checks = text(&self.backup_checks(*backup).join(" "));
            let name = bare(&declared.common.name);
            let least = bare(&declared.min_size.unwrap_or(0).to_string());
            let Some(elsewhere) = &declared.elsewhere else {
                lines.push(call(3, &[bare("rbk_need_backup"), name, least, checks]));
                continue;
            };
            let phase = plan[procedure.declaration].of.first().map_or("", |id| plan[*id].common.name.as_str());
            let age = bare(&declared.max_age.unwrap_or(0).to_string());
            let list = elsewhere.list.as_ref().map(|list| self.listing("list", *backup, list));
            let glob = elsewhere.glob.as_ref().or(declared.path.as_ref());
            let glob = glob.map_or_else(|| text(""), |glob| quote::template(glob, &outer));
            let fetch = elsewhere.fetch.as_ref().map(|fetch| self.listing("fetch", *backup, fetch));
            let word = |name: Option<String>| name.map_or_else(|| text(""), |name| bare(&name));
            let line = [bare("rbk_choose_copy"), name, bare(phase), age, least, checks, word(list), glob, word(fetch)];
            lines.push(call(3, &line));
        }
        lines
    }

    fn listing(&mut self, what: &str, backup: Id<Backup>, check: &crate::model::value::Check) -> String {
        let name = format!("{what}_{}", self.plan()[backup].common.name);
        if self.has(&name) { name } else { self.source(&[&name], check) }
    }

    /// `rbk_writers`: what must not run while the backups of a phase are taken that somebody else runs.
    pub fn writers(&mut self) {
        let plan = self.plan();
        let mut lines = vec!["  case \"$1\" in".to_owned()];
        for procedure in phases(self).iter().filter(|phase| plan[phase.declaration].described_only) {
            let acting = actions(&procedure.body);
            let saved: Vec<_> =
                acting.iter().filter_map(|action| taken_by(action)).flat_map(|id| &plan[id].of).collect();
            let mut found = Vec::new();
            for (index, service) in plan.services.iter().enumerate() {
                if !service.writes.iter().any(|resource| saved.contains(&resource)) {
                    continue;
                }
                let check = format!("check_running_{}", service.common.name);
                let body = self.operation(Thing::Service(Id::new(index)), "running");
                if let (Some(body), false) = (body, self.has(&check)) {
                    let check = self.name(&[&check]);
                    self.add(check, None, vec![format!("  rbk_sh 30 {body}")]);
                }
                let check = if self.has(&check) { bare(&check) } else { text("") };
                found.push(call(3, &[bare("rbk_writer"), bare(&service.common.name), check]));
            }
            if !found.is_empty() {
                lines.push(format!("    {})", procedure.name));
                lines.extend(found);
                lines.push("      ;;".to_owned());
            }
        }
        lines.push("    *) ;;\n  esac".to_owned());
        self.add_fixed("rbk_writers", "What must not run while the backups of a described phase are taken.", lines);
    }

    /// `rbk_references`: where the versioned resources are when a phase begins.
    fn references(&mut self) {
        let mut lines = vec!["  case \"$1\" in".to_owned()];
        for procedure in phases(self) {
            let mut seen = Vec::new();
            let mut found = Vec::new();
            for action in actions(&procedure.body) {
                let Run::Switch(resource, _) = &action.run else { continue };
                if seen.contains(resource) {
                    continue;
                }
                seen.push(*resource);
                if let Some(check) = self.operation_check(*resource, "current") {
                    let name = self.plan()[*resource].common.name.clone();
                    found.push(call(3, &[bare("rbk_was"), bare(&name), bare(&check)]));
                }
            }
            if !found.is_empty() {
                lines.push(format!("    {})", procedure.name));
                lines.extend(found);
                lines.push("      ;;".to_owned());
            }
        }
        lines.push("    *) ;;\n  esac".to_owned());
        self.add_fixed("rbk_references", "Which references are in force when a phase begins.", lines);
    }
}

fn taken_by(action: &Action) -> Option<Id<Backup>> {
    if let Run::Take(backup) = action.run { Some(backup) } else { None }
}

/// What the actions work on, each once, in order.
fn things_of(acting: &[&Action]) -> Vec<Thing> {
    let mut things = Vec::new();
    for action in acting {
        let thing = match &action.run {
            Run::Service(service, _) => Some(Thing::Service(*service)),
            Run::Switch(resource, _) | Run::Swap(resource, _) | Run::Restore { resource, .. } => {
                Some(Thing::Resource(*resource))
            }
            _ => None,
        };
        let changed = action.effects.iter().filter_map(|effect| match effect {
            Effect::Modify(id) | Effect::Destroy(id) | Effect::Append(id) | Effect::Adjust(id) => {
                Some(Thing::Resource(*id))
            }
            _ => None,
        });
        for thing in thing.into_iter().chain(changed) {
            if !things.contains(&thing) {
                things.push(thing);
            }
        }
    }
    things
}

fn dirs_of(acting: &[&Action]) -> Vec<String> {
    let mut seen: Vec<&Value> = Vec::new();
    for dir in acting.iter().filter_map(|action| action.dir.as_ref()) {
        if known_before(dir) && !seen.contains(&dir) {
            seen.push(dir);
        }
    }
    seen.iter().map(|dir| call(3, &[bare("rbk_need_dir"), quote::value(dir, &outer)])).collect()
}
