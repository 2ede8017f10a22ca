//! Section 8: every procedure, step by step, with the clock running.

use serde::Serialize;

use super::clock::{expected, expected_loop, expected_node, limit};
use super::step::Step;
use crate::emit::markdown::builder::{Builder, anchor};
use crate::emit::markdown::md::{Block, Fact, Item, Md, Table};
use crate::emit::markdown::order;
use crate::ir::{self, Action, Branch, Group, GroupKind, Loop, Node, Run};
use crate::model::ids::Id;
use crate::model::plan::{Point, ProcedureKind, Requirement, Role};

/// One procedure.
#[derive(Debug, Serialize)]
pub struct Procedure {
    pub anchor: String,
    pub title: String,
    pub name: String,
    pub kind: String,
    pub facts: Vec<Fact>,
    pub about: Vec<String>,
    pub command: Option<Block>,
    pub blocks: Vec<Block>,
    pub clock: Option<Table>,
    pub parts: Vec<Part>,
}

/// What follows one another in a procedure.
#[derive(Debug, Serialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum Part {
    /// A heading with the steps that follow.
    Stage { level: String, anchor: String, title: String, note: String, about: Vec<String> },
    /// A question, a loop, the end of something.
    Note { text: String, blocks: Vec<Block> },
    /// The section of a point of no return.
    Point(Box<Passing>),
    /// One step.
    Step(Box<Step>),
}

/// The section of a point of no return.
#[derive(Debug, Serialize)]
pub struct Passing {
    pub level: String,
    pub anchor: String,
    pub title: String,
    pub caution: String,
    pub about: Vec<String>,
    pub items: Vec<Item>,
    pub facts: Vec<Fact>,
    pub blocks: Vec<Block>,
}

/// What is known on the way down to a step.
pub struct Walk<'p> {
    pub procedure: &'p ir::Procedure,
    pub actions: Vec<&'p Action>,
    /// How many steps come before the first action: what the procedure requires.
    pub requires: usize,
    /// Seconds since the start by which this step begins; none once a step without limit has gone by.
    pub clock: Option<u64>,
    pub conditions: Vec<String>,
    /// When the group around has to be over by its estimate.
    cap: Option<u64>,
    /// How many groups there are around.
    depth: usize,
    parts: Vec<Part>,
    clock_rows: Vec<Vec<Md>>,
}

impl Walk<'_> {
    /// How many steps there are.
    pub fn total(&self) -> usize {
        self.requires + self.actions.len()
    }

    /// Seconds by which the next step begins if all goes as estimated.
    pub fn at(&self) -> Option<u64> {
        self.clock.into_iter().chain(self.cap).min()
    }

    /// The mark of a heading here.
    pub fn level(&self) -> String {
        "#".repeat((4 + self.depth).min(6))
    }
}

impl<'a> Builder<'a> {
    pub fn procedures(&self) -> Vec<Procedure> {
        self.in_order().into_iter().map(|p| self.one_procedure(p)).collect()
    }

    /// Rollbacks, the recommended one first, ways forward, implied ways, shared pieces, then the change itself.
    pub fn in_order(&self) -> Vec<&'a ir::Procedure> {
        let plan = self.plan();
        let rank = |p: &&ir::Procedure| match plan[p.declaration].kind {
            _ if p.back_out => 3,
            ProcedureKind::Rollback if plan[p.declaration].recommended => 0,
            ProcedureKind::Rollback => 1,
            ProcedureKind::FixForward => 2,
            ProcedureKind::Procedure => 4,
            ProcedureKind::Phase => 5,
            ProcedureKind::Verification => 6,
        };
        let mut all: Vec<&ir::Procedure> = self.voice.program.procedures.iter().filter(|p| rank(p) < 6).collect();
        all.sort_by_key(rank);
        all
    }

    /// What a procedure asks for before it begins.
    pub fn requires(&self, procedure: &ir::Procedure) -> &'a [Requirement] {
        if procedure.back_out { &[] } else { &self.plan()[procedure.declaration].requires }
    }

    pub fn title_of(&self, procedure: &ir::Procedure) -> String {
        let common = &self.plan()[procedure.declaration].common;
        if procedure.back_out {
            return self.fill("back_out_of", &[("what", &self.voice.label(common))]);
        }
        self.voice.label(common)
    }

    pub fn one_procedure(&self, procedure: &'a ir::Procedure) -> Procedure {
        let declared = &self.plan()[procedure.declaration];
        let mut walk = Walk {
            procedure,
            actions: order::actions(&procedure.body),
            requires: self.requires(procedure).len(),
            clock: Some(0),
            conditions: Vec::new(),
            cap: None,
            depth: 0,
            parts: Vec::new(),
            clock_rows: Vec::new(),
        };
        for (at, requirement) in self.requires(procedure).iter().enumerate() {
            let step = self.requirement(at, *requirement, &walk);
            let anchor = format!("step-{}-{}", procedure.name, step.name);
            let name = Md::text(&step.number.to_string()).and(Md::link(&step.title, &anchor));
            let dash = || Md::text("—");
            walk.clock_rows.push(vec![name, dash(), dash(), Md::text(&self.t_plus(0))]);
            walk.parts.push(Part::Step(Box::new(step)));
        }
        self.nodes(&procedure.body, &mut walk);
        for group in order::always(&procedure.body) {
            self.group(group, &mut walk);
        }
        let kind = match declared.kind {
            _ if procedure.back_out => "kind_back_out",
            ProcedureKind::Phase if declared.described_only => "kind_described",
            ProcedureKind::Phase => "kind_phase",
            ProcedureKind::Rollback => "kind_rollback",
            ProcedureKind::FixForward => "kind_fix_forward",
            ProcedureKind::Procedure => "kind_procedure",
            ProcedureKind::Verification => "kind_verification",
        };
        let said = !procedure.back_out;
        let checks = declared.when.iter().chain(&declared.unless).filter(|_| said);
        Procedure {
            anchor: anchor(&procedure.name),
            title: self.title_of(procedure),
            name: procedure.name.clone(),
            kind: self.say(kind),
            facts: self.procedure_facts(procedure),
            about: if said { self.about(&declared.common) } else { vec![self.say("back_out_about")] },
            command: self.procedure_command(procedure, &[]).map(Block::sh),
            blocks: checks.flat_map(|c| self.check_blocks(c)).collect(),
            clock: self.clock_table(&walk),
            parts: walk.parts,
        }
    }

    /// How the script runs a procedure; nothing for what somebody else runs.
    pub fn procedure_command(&self, procedure: &ir::Procedure, more: &[&str]) -> Option<String> {
        let declared = &self.plan()[procedure.declaration];
        let verb = match declared.kind {
            _ if procedure.back_out => "run",
            ProcedureKind::Phase if declared.described_only => return None,
            ProcedureKind::Phase => "apply",
            // A piece runs within what calls it, a verification runs whole.
            ProcedureKind::Procedure => return None,
            ProcedureKind::Verification if !more.is_empty() => return None,
            ProcedureKind::Verification => "verify",
            ProcedureKind::Rollback | ProcedureKind::FixForward => "run",
        };
        Some(self.script(verb, Some(&procedure.name), more))
    }

    fn procedure_facts(&self, procedure: &ir::Procedure) -> Vec<Fact> {
        let plan = self.plan();
        let declared = &plan[procedure.declaration];
        let worst = procedure.worst.map_or_else(|| self.say("no_limit"), |s| self.time(s));
        if procedure.back_out {
            return self.facts([("worst", Some(Md::text(&worst)))]);
        }
        let list = |ids: &[Id<_>]| Md::join(&ids.iter().map(|id| self.procedure(*id)).collect::<Vec<_>>(), ", ");
        let mut facts =
            self.facts([("takes_back", Some(list(&declared.of))), ("recommended", self.yes(declared.recommended))]);
        facts.extend(self.each("past", &declared.past, |id| self.point_link(*id)));
        facts.extend(self.checks("when", &declared.when));
        facts.extend(self.checks("unless", &declared.unless));
        facts.extend(self.facts([
            ("estimate", declared.estimate.map(|(a, b, _)| Md::text(&self.voice.words.estimate((a, b))))),
            ("worst", Some(Md::text(&worst))),
            ("rto", self.seconds(declared.rto.map(|(s, _)| s))),
            ("rpo", self.seconds(declared.rpo.map(|(s, _)| s))),
            ("owner", declared.owner.map(|role| self.role(role))),
        ]));
        facts.extend(self.each("data_lost", &declared.data_lost, |t| self.md(t)));
        facts.extend(self.each("works_without", &declared.works_without, |t| self.md(t)));
        facts.extend(self.each("not_restored", &declared.not_restored, |(id, reason)| {
            Md::text(&format!("{} — {}", plan[*id].common.name, reason.text))
        }));
        facts.extend(self.each("requires", &declared.requires, |requirement| match requirement {
            Requirement::Authority(id) => self.role(Role::Authority(*id)),
            Requirement::Checklist(id) => self.checklist_link(id.index()),
        }));
        facts.extend(self.each("goal", &declared.goal, |(id, value)| {
            Md::text(&format!("{}: {}", plan[*id].common.name, self.voice.value(value)))
        }));
        facts.extend(self.each("accepts_point", &declared.accepts, |(id, reason)| {
            Md::join(&[self.point_link(*id), Md::text(&reason.text)], " — ")
        }));
        let omitted: Vec<Md> = declared.omit.iter().map(|(name, _)| Md::code(name)).collect();
        let replaced: Vec<Md> = declared.replace.iter().map(|(name, _, _)| Md::code(name)).collect();
        facts.extend(self.facts([
            ("extends", declared.extends.map(|id| self.procedure(id))),
            ("omits", Some(Md::join(&omitted, ", "))),
            ("replaces", Some(Md::join(&replaced, ", "))),
        ]));
        facts
    }

    pub fn point_link(&self, id: Id<Point>) -> Md {
        let point = &self.plan()[id];
        let label = self.voice.label(&point.common);
        let shown = self.voice.compiled(point.phase).is_some();
        if shown { Md::link(&label, &format!("point-{}", point.common.name)) } else { Md::text(&label) }
    }

    fn clock_table(&self, walk: &Walk<'_>) -> Option<Table> {
        let mut table = self.table(&["step", "estimate", "limit", "clock"]);
        table.rows.clone_from(&walk.clock_rows);
        let total = walk.clock.map_or_else(|| self.say("open_end"), |s| self.t_plus(s));
        table.rows.push(vec![Md::text(&self.say("end")), Md::text("—"), Md::text("—"), Md::text(&total)]);
        (!walk.clock_rows.is_empty()).then_some(table)
    }

    pub fn t_plus(&self, seconds: u64) -> String {
        format!("T+{}", self.time(seconds))
    }

    fn nodes(&self, nodes: &[Node], walk: &mut Walk<'_>) {
        for node in nodes {
            match node {
                Node::Action(action) => self.action(action, walk),
                // They are shown where they run: at the end.
                Node::Group(group) if group.kind == GroupKind::Always => {}
                Node::Group(group) => self.group(group, walk),
                Node::If(branch) => self.branch(branch, walk),
                Node::For(each) => self.each_of(each, walk),
            }
        }
    }

    fn action(&self, action: &Action, walk: &mut Walk<'_>) {
        let step = self.step(action, walk);
        let dash = || Md::text("—");
        let estimate = action.estimate.map_or_else(dash, |e| Md::text(&self.voice.words.estimate(e)));
        let limit = limit(action).map_or_else(dash, |s| Md::text(&self.time(s)));
        let at = walk.at().map_or_else(dash, |s| Md::text(&self.t_plus(s)));
        let name = Md::text(&step.number.to_string()).and(self.step_link(&walk.procedure.name, action));
        walk.clock_rows.push(vec![name, estimate, limit, at]);
        walk.parts.push(Part::Step(Box::new(step)));
        walk.clock = walk.clock.and_then(|now| Some(now.saturating_add(expected(action)?)));
        if let Run::Await { on, otherwise, .. } = &action.run {
            for (text, body) in on {
                let answer = self.fill("only_answer", &[("what", &self.voice.text(text))]);
                self.under(answer, body, walk);
            }
            self.under(self.say("only_too_late"), otherwise, walk);
        }
    }

    /// Steps that are only done on a condition; the clock goes on as if they were not.
    fn under(&self, condition: String, body: &[Node], walk: &mut Walk<'_>) {
        let clock = walk.clock;
        walk.conditions.push(condition);
        self.nodes(body, walk);
        walk.conditions.pop();
        walk.clock = clock;
    }

    fn group(&self, group: &Group, walk: &mut Walk<'_>) {
        let own = group.title.as_ref().map(|t| self.voice.text(t));
        let (title, note) = match group.kind {
            GroupKind::Point(id) => {
                walk.parts.push(Part::Point(Box::new(self.passing(id, group, walk.level()))));
                self.inside(&group.body, walk);
                return walk.parts.push(self.note("point_end", &self.voice.label(&self.plan()[id].common)));
            }
            GroupKind::Stage => (own.unwrap_or_else(|| group.id.clone()), String::new()),
            GroupKind::Call(id) => {
                let called = self.voice.label(&self.plan()[id].common);
                (own.unwrap_or_else(|| called.clone()), self.fill("group_call", &[("what", &called)]))
            }
            GroupKind::Parallel => (own.unwrap_or_else(|| self.say("group_parallel")), self.say("group_parallel_note")),
            GroupKind::Always => (own.unwrap_or_else(|| self.say("group_always")), self.say("group_always_note")),
        };
        let mut notes = vec![note];
        notes.extend(group.estimate.map(|e| self.fill("group_estimate", &[("time", &self.voice.words.estimate(e))])));
        notes.extend(walk.at().map(|s| self.t_plus(s)));
        notes.retain(|note| !note.is_empty());
        let anchor = format!("stage-{}-{}", walk.procedure.name, group.id);
        let statement = self.voice.statements.get(&group.span);
        let about = statement.into_iter().flat_map(|s| &s.options.about).map(|t| self.voice.text(t)).collect();
        walk.parts.push(Part::Stage { level: walk.level(), anchor, title, note: notes.join(" · "), about });
        let (start, around) = (walk.at(), walk.cap);
        let end = start.zip(group.estimate).map(|(now, (_, longest))| now.saturating_add(longest));
        walk.cap = around.into_iter().chain(end).min();
        self.inside(&group.body, walk);
        walk.cap = around;
        if end.is_some() {
            walk.clock = end;
            return;
        }
        if group.kind == GroupKind::Parallel {
            let longest = group.body.iter().map(expected_node).max_by_key(|s| s.unwrap_or(u64::MAX));
            walk.clock = start.and_then(|now| Some(now.saturating_add(longest.unwrap_or(Some(0))?)));
        }
    }

    fn inside(&self, body: &[Node], walk: &mut Walk<'_>) {
        walk.depth += 1;
        self.nodes(body, walk);
        walk.depth -= 1;
    }

    fn note(&self, key: &str, what: &str) -> Part {
        Part::Note { text: self.fill(key, &[("what", what)]), blocks: Vec::new() }
    }

    fn branch(&self, branch: &Branch, walk: &mut Walk<'_>) {
        let question = self.voice.check(&branch.check);
        let text = self.fill("question", &[("what", &question)]);
        walk.parts.push(Part::Note { text, blocks: self.check_blocks(&branch.check) });
        let start = walk.clock;
        walk.conditions.push(self.fill("only_if", &[("what", &question)]));
        self.nodes(&branch.then, walk);
        walk.conditions.pop();
        let yes = std::mem::replace(&mut walk.clock, start);
        walk.conditions.push(self.fill("only_if_not", &[("what", &question)]));
        self.nodes(&branch.otherwise, walk);
        walk.conditions.pop();
        walk.clock = yes.zip(walk.clock).map(|(a, b)| a.max(b));
        walk.parts.push(self.note("question_end", &question));
    }

    fn each_of(&self, each: &Loop, walk: &mut Walk<'_>) {
        let over = self.voice.values(&each.over);
        let text = self.fill("for_each", &[("variable", &each.variable), ("values", &over)]);
        walk.parts.push(Part::Note { text: text.clone(), blocks: Vec::new() });
        let start = walk.clock;
        walk.conditions.push(text);
        self.nodes(&each.body, walk);
        walk.conditions.pop();
        walk.clock = start.and_then(|now| Some(now.saturating_add(expected_loop(each)?)));
    }

    fn passing(&self, id: Id<Point>, group: &Group, level: String) -> Passing {
        let point = &self.plan()[id];
        let actions = ir::actions(&group.body);
        let confirms = actions.iter().filter(|a| matches!(a.run, Run::Confirm(_)));
        let mut items: Vec<Item> = ["point_item_backup", "point_item_verified", "point_item_decided"]
            .iter()
            .map(|key| Item { text: Md::text(&self.say(key)), about: None })
            .collect();
        items.extend(confirms.map(|a| Item { text: Md::text(&self.voice.action(a)), about: None }));
        let forward = self.voice.program.procedures.iter().filter(|p| !p.back_out);
        let forward = forward.filter(|p| self.plan()[p.declaration].past.contains(&id));
        let forward: Vec<Md> = forward.map(|p| self.procedure(p.declaration)).collect();
        let proof = point.not_passed_when.as_ref();
        Passing {
            level,
            anchor: format!("point-{}", point.common.name),
            title: self.voice.label(&point.common),
            caution: self.say("point_caution"),
            about: self.about(&point.common),
            items,
            facts: self.facts([
                ("not_passed_when", proof.map(|c| Md::text(&self.voice.check(c)))),
                ("way_forward", Some(Md::join(&forward, ", "))),
            ]),
            blocks: proof.into_iter().flat_map(|c| self.check_blocks(c)).collect(),
        }
    }
}
