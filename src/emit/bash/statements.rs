//! Procedures as functions: one call of the runtime a statement, in the order of the plan.
//!
//! In: nodes of the program. Out: lines, and the functions that they name. Not its business: how the runtime works.

use super::quote::{self, Shell, bare, outer, text};
use super::script::{Script, call, verbatim};
use crate::ir::{Action, Branch, Effect, Group, GroupKind, Loop, Node, Procedure, Run, actions};
use crate::model::ids::Id;
use crate::model::plan::{Backup, Channel, Language, Message, Requirement, Resource, Role, Thing};
use crate::model::statement::OnFailure;
use crate::model::value::{Check, Probe, Template, Value};

/// Words of one line.
type Line = Vec<Shell>;

impl Script<'_> {
    /// The function of a procedure.
    pub fn procedure(&mut self, procedure: &Procedure) {
        let place = procedure.name.as_str();
        let mut lines = Vec::new();
        self.always(place, &procedure.body, &mut lines);
        if !procedure.back_out {
            for requirement in self.plan()[procedure.declaration].requires.clone() {
                lines.push(self.requirement(requirement));
            }
        }
        self.nodes(place, &procedure.body, 1, &mut lines);
        let name = self.name(&["run", place]);
        let span = self.plan()[procedure.declaration].common.name_span;
        self.add(name, Some(span), lines);
    }

    /// Registers the `always` blocks of a body, those in groups included, before anything runs.
    fn always(&mut self, place: &str, body: &[Node], lines: &mut Vec<String>) {
        for node in body {
            match node {
                Node::Group(group) if group.kind == GroupKind::Always => {
                    let mut inner = Vec::new();
                    self.nodes(place, &group.body, 1, &mut inner);
                    let name = self.name(&["always", place, &group.id]);
                    let name = self.add(name, Some(group.span), inner);
                    lines.push(call(1, &[bare("rbk_always"), bare(&name)]));
                }
                Node::Group(group) => self.always(place, &group.body, lines),
                Node::If(branch) => {
                    self.always(place, &branch.then, lines);
                    self.always(place, &branch.otherwise, lines);
                }
                Node::For(of) => self.always(place, &of.body, lines),
                Node::Action(_) => {}
            }
        }
    }

    fn requirement(&mut self, requirement: Requirement) -> String {
        let plan = self.plan();
        match requirement {
            Requirement::Authority(id) => {
                let common = &plan[id].common;
                let who = self.role_words(Role::Authority(id));
                let id = bare(&format!("requires_{}", common.name));
                call(1, &[bare("rbk_authority"), id, text(&common.label()), text(&who)])
            }
            Requirement::Checklist(id) => {
                let common = &plan[id].common;
                let list = self.checklist(id);
                let id = bare(&format!("requires_{}", common.name));
                call(1, &[bare("rbk_require"), id, text(&common.label()), bare(&list)])
            }
        }
    }

    fn nodes(&mut self, place: &str, body: &[Node], levels: usize, lines: &mut Vec<String>) {
        for node in body {
            match node {
                Node::Action(action) => self.action(place, action, levels, lines),
                Node::Group(group) => self.group(place, group, levels, lines),
                Node::If(branch) => self.branch(place, branch, levels, lines),
                Node::For(of) => self.repeat(place, of, levels, lines),
            }
        }
    }

    fn group(&mut self, place: &str, group: &Group, levels: usize, lines: &mut Vec<String>) {
        let plan = self.plan();
        let title = match group.kind {
            GroupKind::Always => return,
            GroupKind::Parallel => None,
            GroupKind::Point(id) => Some(text(&plan[id].common.label())),
            GroupKind::Call(id) => Some(text(&plan[id].common.label())),
            GroupKind::Stage => Some(text(&group.id)),
        };
        let title = group.title.as_ref().map(|title| quote::template(title, &outer)).or(title);
        if let Some(title) = title {
            lines.push(call(levels, &[bare("rbk_stage"), title]));
        }
        self.nodes(place, &group.body, levels, lines);
    }

    fn branch(&mut self, place: &str, branch: &Branch, levels: usize, lines: &mut Vec<String>) {
        let check = self.check(&["check", place, &branch.id], &branch.check);
        let words = text(&self.words_of(&branch.check));
        lines.push(call(levels, &[bare("rbk_if"), bare(&branch.id), words, bare(&check)]));
        self.case(place, (&branch.id, "yes"), &branch.then, levels, lines);
        self.case(place, (&branch.id, "no"), &branch.otherwise, levels, lines);
    }

    fn case(&mut self, place: &str, case: (&str, &str), body: &[Node], levels: usize, lines: &mut Vec<String>) {
        let mut inner = Vec::new();
        self.nodes(place, body, levels + 1, &mut inner);
        if inner.is_empty() {
            return;
        }
        let pad = "  ".repeat(levels);
        lines.push(format!("{pad}if rbk_case {} {}; then", bare(case.0), bare(case.1)));
        lines.extend(inner);
        lines.push(format!("{pad}fi"));
    }

    fn repeat(&mut self, place: &str, of: &Loop, levels: usize, lines: &mut Vec<String>) {
        let pad = "  ".repeat(levels);
        let mut inner = Vec::new();
        self.nodes(place, &of.body, levels + 1, &mut inner);
        if inner.is_empty() {
            return;
        }
        let over = match of.over.as_slice() {
            [Value::Variable(variable)] => {
                lines.push(call(levels, &[bare("rbk_lines"), quote::variable(&variable.name)]));
                "${RBK_LINES[@]+\"${RBK_LINES[@]}\"}".to_owned()
            }
            values => {
                let words = values.iter().map(|value| quote::value(value, &outer).to_string());
                words.collect::<Vec<_>>().join(" ")
            }
        };
        lines.push(format!("{pad}local _turn{levels}=0 _outer{levels}=\"$RBK_SUFFIX\""));
        lines.push(format!("{pad}for {} in {over}; do", of.variable));
        lines.push(format!("{pad}  _turn{levels}=$((_turn{levels} + 1))"));
        lines.push(format!("{pad}  RBK_SUFFIX=\"${{_outer{levels}}}[$_turn{levels}]\""));
        lines.extend(inner);
        lines.push(format!("{pad}done"));
        lines.push(format!("{pad}RBK_SUFFIX=$_outer{levels}"));
    }

    fn action(&mut self, place: &str, action: &Action, levels: usize, lines: &mut Vec<String>) {
        let head = [bare(&action.id), quote::template(&action.title, &outer)];
        let mut line: Line = Vec::new();
        lines.push(format!("{}# {}", "  ".repeat(levels), self.input.sources.cite(action.head)));
        if let Some(words) = action.not_yet() {
            line.push(bare("rbk_not_yet"));
            line.extend(head);
            line.push(text(&words));
            lines.push(call(levels, &line));
            return;
        }
        let (verb, rest) = self.run(place, action);
        line.push(bare(verb));
        line.extend(head);
        line.extend(rest);
        if !matches!(action.run, Run::Wait(_) | Run::Escalate(_) | Run::Await { .. }) {
            line.extend(self.options(place, action));
        }
        lines.push(call(levels, &line));
        if let Run::Await { on, otherwise, .. } = &action.run {
            for (number, (_, body)) in on.iter().enumerate() {
                self.case(place, (&action.id, &(number + 1).to_string()), body, levels, lines);
            }
            self.case(place, (&action.id, "otherwise"), otherwise, levels, lines);
        }
    }

    /// The runtime's verb for an action, and its words after id and title.
    fn run(&mut self, place: &str, action: &Action) -> (&'static str, Line) {
        let id = action.id.as_str();
        match &action.run {
            Run::Commands(commands) => {
                ("rbk_step", vec![bare(&self.body(&["step", place, id], action.span, commands))])
            }
            Run::Diagnose(commands) => {
                ("rbk_diagnose", vec![bare(&self.body(&["look", place, id], action.span, commands))])
            }
            Run::Service(service, "restart") => self.restart(place, Thing::Service(*service), action),
            Run::Service(service, operation) => self.operate(Thing::Service(*service), operation, None, action),
            Run::Switch(resource, to) => self.switch(place, *resource, to, action),
            Run::Swap(one, other) => {
                let other = self.plan()[*other].common.name.clone();
                self.operate_with(place, Thing::Resource(*one), "swap", ("with", text(&other)), action)
            }
            Run::Take(backup) => ("rbk_take", self.take(*backup)),
            Run::Restore { resource, backup, only, .. } => {
                ("rbk_restore", self.restore(place, id, *resource, *backup, only))
            }
            Run::Capture { name, source, file, private } => {
                let kind = if *file {
                    "file"
                } else if *private {
                    "private"
                } else {
                    "text"
                };
                let check = self.source(&["source", place, id], source);
                ("rbk_capture", vec![bare(name), bare(kind), bare(&check)])
            }
            Run::Verify(check) => ("rbk_verify", vec![bare(&self.check(&["check", place, id], check))]),
            Run::Wait(seconds) => ("rbk_wait_for", vec![bare(&seconds.to_string())]),
            Run::Await { check, on, otherwise } => ("rbk_await", self.wait(place, id, check, on, otherwise)),
            Run::Manual { by, at, check } => {
                let who = text(&by.map_or_else(String::new, |role| self.role_words(role)));
                let at = at.as_ref().map_or_else(|| text(""), |at| quote::template(at, &outer));
                let check = check.as_ref().map(|check| bare(&self.check(&["check", place, id], check)));
                ("rbk_manual", vec![who, at, expected(action), check.unwrap_or_else(|| text(""))])
            }
            Run::Confirm(phrase) => {
                let phrase = phrase.as_ref().map_or_else(|| text(""), |phrase| quote::template(phrase, &outer));
                ("rbk_confirm", vec![phrase])
            }
            Run::Notify(channel, message) => ("rbk_notify", self.notify(*channel, *message)),
            Run::Require(list) => ("rbk_require", vec![bare(&self.checklist(*list))]),
            Run::Escalate(role) => ("rbk_escalate", vec![text(&self.role_words(*role))]),
            Run::NotYet(words) => ("rbk_not_yet", vec![text(words)]),
        }
    }

    /// An operation of a driver as a step; as a manual step where a person does it.
    fn operate(&mut self, thing: Thing, operation: &str, to: Option<&Value>, action: &Action) -> (&'static str, Line) {
        if let Some(told) = self.by_hand(thing, operation, to) {
            return ("rbk_manual", vec![text(""), told, expected(action), text("")]);
        }
        match self.operation(thing, operation) {
            Some(body) => ("rbk_step", vec![bare(&body)]),
            None => ("rbk_not_yet", vec![text(&format!("{operation} {}", self.plan().thing(thing).name))]),
        }
    }

    /// Stops and starts what has no operation for both at once.
    fn restart(&mut self, place: &str, service: Thing, action: &Action) -> (&'static str, Line) {
        let whole = self.plan().operation(service, "restart").is_some();
        let (stop, start) = match whole {
            true => (None, None),
            false => (self.operation(service, "stop"), self.operation(service, "start")),
        };
        let (Some(stop), Some(start)) = (stop, start) else {
            return self.operate(service, "restart", None, action);
        };
        let name = self.name(&["step", place, &action.id]);
        let step = self.add(name, Some(action.span), vec![format!("  ({stop})"), format!("  ({start})")]);
        ("rbk_step", vec![bare(&step)])
    }

    fn switch(&mut self, place: &str, resource: Id<Resource>, to: &Value, action: &Action) -> (&'static str, Line) {
        let thing = Thing::Resource(resource);
        if self.by_hand(thing, "switch", Some(to)).is_some() {
            return self.operate(thing, "switch", Some(to), action);
        }
        self.operate_with(place, thing, "switch", ("to", quote::value(to, &outer)), action)
    }

    /// An operation that sees one more variable.
    fn operate_with(
        &mut self,
        place: &str,
        thing: Thing,
        operation: &str,
        (name, value): (&str, Shell),
        action: &Action,
    ) -> (&'static str, Line) {
        let Some(body) = self.operation(thing, operation) else {
            return ("rbk_not_yet", vec![text(&format!("{operation} {}", self.plan().thing(thing).name))]);
        };
        let step = self.name(&["step", place, &action.id]);
        let given = quote::join(&[bare(name), quote::equals(), value]);
        let lines = vec![call(1, &[bare("local"), given]), format!("  {body}")];
        self.add(step.clone(), Some(action.span), lines);
        ("rbk_step", vec![bare(&step)])
    }

    /// Key, path, least size, body and checks of a backup.
    fn take(&mut self, id: Id<Backup>) -> Line {
        let plan = self.plan();
        let backup = &plan[id];
        let name = backup.common.name.clone();
        let suffix = backup.of.first().and_then(|of| plan.operation(Thing::Resource(*of), "backup"));
        let suffix = suffix.filter(|_| backup.of.len() == 1).and_then(|found| found.suffix.clone()).unwrap_or_default();
        let path = backup
            .path
            .as_ref()
            .map_or_else(|| quote::default_path(&name, &suffix), |path| quote::template(path, &outer));
        let least = bare(&backup.min_size.unwrap_or(0).to_string());
        let body = self.backup_body(id);
        let checks = self.backup_checks(id);
        vec![bare(&name), path, least, bare(&body), text(&checks.join(" "))]
    }

    /// The function that writes `$backup_path`: the plan's, else the driver's; of several resources a folder.
    fn backup_body(&mut self, id: Id<Backup>) -> String {
        let plan = self.plan();
        let backup = &plan[id];
        let name = format!("take_{}", backup.common.name);
        if let Some(Probe::Sh(script, _)) = backup.taken_by.as_ref().map(|taken| &taken.probe) {
            if self.has(&name) {
                return name;
            }
            let name = self.name(&[&name]);
            return self.add(name, Some(script.span), vec![verbatim(script.as_ref(), 1)]);
        }
        self.each_resource(id, "backup", &name, true).unwrap_or_else(|| "false".to_owned())
    }

    /// The check functions of a backup: the driver's and the plan's.
    pub fn backup_checks(&mut self, id: Id<Backup>) -> Vec<String> {
        let backup = &self.plan()[id];
        let name = format!("check_backup_{}", backup.common.name);
        let mut checks = Vec::new();
        let limit = backup.of.iter().filter_map(|of| self.plan().operation(Thing::Resource(*of), "check")?.timeout);
        let limit = limit.max().unwrap_or(120);
        if let Some(body) = self.each_resource(id, "check", &format!("read_{}", backup.common.name), false) {
            if !self.has(&name) {
                let name = self.name(&[&name]);
                self.add(name, None, vec![format!("  rbk_sh {limit} {body}")]);
            }
            checks.push(name.clone());
        }
        if let Some(check) = &backup.check {
            let own = format!("{name}_own");
            if !self.has(&own) {
                self.check(&[&own], check);
            }
            checks.push(own);
        }
        checks
    }

    /// An operation on `$backup_path` for each resource of a backup; for several, on the parts of a folder.
    fn each_resource(&mut self, id: Id<Backup>, operation: &str, name: &str, make: bool) -> Option<String> {
        let plan = self.plan();
        let of = &plan[id].of;
        if let [only] = of.as_slice() {
            return self.operation(Thing::Resource(*only), operation);
        }
        if self.has(name) {
            return Some(name.to_owned());
        }
        let mut lines = Vec::new();
        if make {
            lines.push("  mkdir -p \"$backup_path\"".to_owned());
        }
        for resource in of {
            let body = self.operation(Thing::Resource(*resource), operation)?;
            let part = &plan[*resource].common.name;
            lines.push(format!("  (\n    backup_path=\"$backup_path\"/{part}\n    {body}\n  )"));
        }
        if lines.is_empty() {
            return None;
        }
        let name = self.name(&[name]);
        Some(self.add(name, Some(plan[id].common.name_span), lines))
    }

    fn restore(&mut self, place: &str, id: &str, resource: Id<Resource>, backup: Id<Backup>, only: &[String]) -> Line {
        let plan = self.plan();
        let thing = Thing::Resource(resource);
        let operation = if only.is_empty() { "restore" } else { "restore_only" };
        let body = self.operation(thing, operation).unwrap_or_else(|| "false".to_owned());
        let mut lines = Vec::new();
        if !only.is_empty() {
            let tables = quote::join(&[bare("tables"), quote::equals(), text(&only.join("\n"))]);
            lines.push(call(1, &[bare("local"), tables]));
        }
        if plan[backup].of.len() > 1 {
            lines.push(format!("  local backup_path=\"$backup_path\"/{}", plan[resource].common.name));
        }
        let body = if lines.is_empty() {
            body
        } else {
            lines.push(format!("  {body}"));
            let name = self.name(&["step", place, id]);
            self.add(name, None, lines)
        };
        let checks = self.backup_checks(backup);
        vec![bare(&plan[backup].common.name), bare(&body), text(&checks.join(" "))]
    }

    fn wait(&mut self, place: &str, id: &str, check: &Check, on: &[(Template, Vec<Node>)], otherwise: &[Node]) -> Line {
        let once = Check { within: None, ..check.clone() };
        let name = self.check(&["check", place, id], &once);
        let within = check.within.unwrap_or(60).to_string();
        let every = check.every.unwrap_or(5).max(1).to_string();
        let otherwise = if otherwise.is_empty() { "0" } else { "1" };
        let mut line = vec![bare(&name), bare(&within), bare(&every), bare(otherwise)];
        line.extend(on.iter().map(|(answer, _)| quote::template(answer, &outer)));
        line
    }

    fn notify(&mut self, channel: Id<Channel>, message: Id<Message>) -> Line {
        let plan = self.plan();
        let (channel, message) = (&plan[channel], &plan[message]);
        let subject = message.subject.as_ref().map_or_else(|| text(""), |subject| quote::template(subject, &outer));
        let name = format!("send_{}", channel.common.name);
        let body = if channel.commands.is_empty() {
            text("")
        } else if self.has(&name) {
            bare(&name)
        } else {
            bare(&self.body(&[&name], channel.common.name_span, &channel.commands))
        };
        let by_hand = channel.by_hand.as_ref().map_or_else(|| text(""), |how| quote::template(how, &outer));
        vec![subject, quote::template(&message.text, &outer), body, by_hand]
    }

    /// What the plan says about how a statement is run.
    fn options(&mut self, place: &str, action: &Action) -> Line {
        let mut line: Line = Vec::new();
        if let Some((limit, _)) = action.timeout {
            line.extend([bare("limit"), bare(&limit.to_string())]);
        }
        if action.attempts > 1 {
            line.extend([bare("retry"), bare(&action.attempts.to_string()), bare(&action.pause.to_string())]);
        }
        if action.repeatable {
            line.push(bare("repeatable"));
        }
        if let Some(check) = &action.done_when {
            let name = self.check(&["done", place, &action.id], check);
            line.extend([bare("done_when"), bare(&name)]);
        }
        if let Some(dir) = &action.dir {
            line.extend([bare("in"), quote::value(dir, &outer)]);
        }
        if let Some(user) = &action.user {
            line.extend([bare("as"), quote::value(user, &outer)]);
        }
        if let Some(reason) = &action.ask_first {
            let word = if action.effects.is_empty() { "ask_first" } else { "ask_once" };
            line.extend([bare(word), text(&reason.text)]);
        }
        match &action.if_fails {
            OnFailure::Abort => {}
            OnFailure::Continue(reason) => line.extend([bare("continue"), text(&reason.text)]),
            OnFailure::Call(id) => line.extend([bare("call"), bare(&self.plan()[*id].common.name)]),
            OnFailure::Escalate(role) => line.extend([bare("escalate"), text(&self.role_words(*role))]),
        }
        if let (Some(expect), false) = (&action.expect, matches!(action.run, Run::Manual { .. })) {
            line.extend([bare("expect"), quote::template(expect, &outer)]);
        }
        self.graceful(action, &mut line);
        self.backward(place, action, &mut line);
        line
    }

    /// What depends on how far the change had come: an undo of a step that never began is passed over, and a copy of
    /// something already changed may fail.
    fn backward(&self, place: &str, action: &Action, line: &mut Line) {
        let plan = self.plan();
        for effect in &action.effects {
            match effect {
                Effect::Undo { phase, step, .. } => {
                    let phase = &plan[*phase].common.name;
                    line.extend([bare("undoes"), bare(&format!("{phase}:{step}"))]);
                }
                Effect::Take { backup, .. } => {
                    let changed = self.changes_to(place, &plan[*backup].of);
                    let why = match plan.head.language {
                        Language::En => "what it copies has already been changed",
                        Language::Es => "lo que copia ya ha sido modificado",
                    };
                    if !changed.is_empty() {
                        line.extend([bare("broken"), text(&changed.join(" ")), text(why)]);
                    }
                }
                _ => {}
            }
        }
    }

    /// For a procedure that takes phases back: the first step of each that writes one of these, as `PHASE:STEP`.
    fn changes_to(&self, place: &str, resources: &[Id<Resource>]) -> Vec<String> {
        let plan = self.plan();
        let program = self.input.program;
        let Some(own) = program.procedures.iter().find(|p| p.name == place && !p.back_out) else { return Vec::new() };
        let of = &plan[own.declaration].of;
        let related = |r: Id<Resource>| {
            resources.iter().any(|b| *b == r || plan[r].part_of.contains(b) || plan[*b].part_of.contains(&r))
        };
        let touches = |effect: &Effect| match effect {
            Effect::Modify(r) | Effect::Destroy(r) | Effect::Switch(r, _) | Effect::Adjust(r) | Effect::Append(r) => {
                related(*r)
            }
            Effect::Create(Thing::Resource(r)) | Effect::Delete(Thing::Resource(r)) => related(*r),
            Effect::Restore { resource, .. } => related(*resource),
            Effect::Swap(a, b) => related(*a) || related(*b),
            _ => false,
        };
        let phases = program.procedures.iter().filter(|p| !p.back_out && of.contains(&p.declaration));
        let first = phases.filter_map(|p| {
            let body = actions(&p.body);
            let step = body.into_iter().find(|a| a.effects.iter().any(touches))?;
            Some(format!("{}:{}", p.name, step.id))
        });
        first.collect()
    }

    /// A service that does not end in its time is ended by force, where its driver can.
    fn graceful(&mut self, action: &Action, line: &mut Line) {
        let Run::Service(service, "stop") = action.run else { return };
        let Some(seconds) = self.plan()[service].graceful else { return };
        if let Some(kill) = self.operation(Thing::Service(service), "kill") {
            line.extend([bare("graceful"), bare(&seconds.to_string()), bare(&kill)]);
        }
    }

    /// A check in the plan's own words, on one line.
    pub fn words_of(&self, check: &Check) -> String {
        if let Probe::Ask(question) = &check.probe {
            return question.source();
        }
        let words = self.input.sources.text(check.span);
        let line = words.split_whitespace().collect::<Vec<_>>().join(" ");
        line.chars().take(100).collect()
    }

    /// Name and reach of a contact or an authority.
    pub fn role_words(&self, role: Role) -> String {
        let plan = self.plan();
        let contacts = match role {
            Role::Contact(id) => vec![id],
            Role::Authority(id) => plan[id].contacts.clone(),
        };
        let contact = |id: &Id<crate::model::plan::Contact>| {
            let contact = &plan[*id];
            let reach: Vec<String> = contact.reach.iter().map(Template::source).collect();
            format!("{} {}", contact.common.label(), reach.join(", ")).trim().to_owned()
        };
        let people: Vec<String> = contacts.iter().map(contact).collect();
        match role {
            Role::Contact(_) => people.join("; "),
            Role::Authority(id) => format!("{}: {}", plan[id].common.label(), people.join("; ")),
        }
    }
}

fn expected(action: &Action) -> Shell {
    action.expect.as_ref().map_or_else(|| text(""), |expect| quote::template(expect, &outer))
}
