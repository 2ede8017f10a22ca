//! From a program to the view: what all sections share.

use std::cell::RefCell;
use std::collections::{HashMap, HashSet};

use super::md::{Block, Card, Fact, Group, Item, Md, Table};
use crate::emit::wording::Voice;
use crate::ir;
use crate::model::ids::Id;
use crate::model::plan::{ChecklistItem, Common, Plan, Procedure, Requirement, Role};
use crate::model::value::{Check, Template};
use crate::safety::matrix::Matrix;
use crate::source::Sources;

/// Makes the parts of the view.
pub struct Builder<'a> {
    pub voice: Voice<'a>,
    pub matrix: &'a Matrix,
    /// Short anchors of steps that are given away: each leads to the first step of its name.
    pub taken: RefCell<HashSet<String>>,
    /// Long blocks by their text: where each stands for the first time.
    pub long: RefCell<HashMap<String, Md>>,
}

impl<'a> Builder<'a> {
    pub fn new(program: &'a ir::Program, sources: &'a Sources, matrix: &'a Matrix) -> anyhow::Result<Self> {
        Ok(Builder { voice: Voice::of(program, sources)?, matrix, taken: RefCell::default(), long: RefCell::default() })
    }

    pub fn plan(&self) -> &'a Plan {
        &self.voice.program.plan
    }

    /// Words of the catalogue.
    pub fn say(&self, key: &str) -> String {
        self.voice.words.get(key).to_string()
    }

    pub fn fill(&self, key: &str, values: &[(&str, &str)]) -> String {
        self.voice.words.fill(key, values)
    }

    pub fn time(&self, seconds: u64) -> String {
        self.voice.words.duration(seconds)
    }

    /// An author's text.
    pub fn md(&self, template: &Template) -> Md {
        Md::text(&self.voice.text(template))
    }

    /// Label and value of whatever is known.
    pub fn facts<const N: usize>(&self, facts: [(&str, Option<Md>); N]) -> Vec<Fact> {
        let known = facts.into_iter().filter_map(|(key, value)| Some((key, value.filter(|v| !v.is_empty())?)));
        known.map(|(key, value)| Fact { label: self.say(key), value }).collect()
    }

    /// One fact for each of several values.
    pub fn each<T>(&self, key: &str, values: &[T], value: impl Fn(&T) -> Md) -> Vec<Fact> {
        values.iter().map(|v| Fact { label: self.say(key), value: value(v) }).collect()
    }

    pub fn seconds(&self, seconds: Option<u64>) -> Option<Md> {
        seconds.map(|s| Md::text(&self.time(s)))
    }

    pub fn yes(&self, truth: bool) -> Option<Md> {
        truth.then(|| Md::text(&self.say("yes")))
    }

    /// An empty card of a declaration; `kind` begins its anchor.
    pub fn card(&self, kind: &str, common: &Common) -> Card {
        let anchor = if common.name.is_empty() { String::new() } else { format!("{kind}-{}", common.name) };
        let title = self.voice.label(common);
        Card {
            anchor,
            title: if title.is_empty() { self.say(kind) } else { title },
            name: common.name.clone(),
            about: self.about(common),
            ..Card::default()
        }
    }

    pub fn about(&self, common: &Common) -> Vec<String> {
        common.about.iter().map(|about| self.voice.text(about)).collect()
    }

    pub fn table(&self, head: &[&str]) -> Table {
        Table { head: head.iter().map(|key| Md::text(&self.say(key))).collect(), ..Table::default() }
    }

    /// A procedure by its title, with a link to it where it is shown.
    pub fn procedure(&self, id: Id<Procedure>) -> Md {
        let common = &self.plan()[id].common;
        let label = self.named(common);
        if self.voice.compiled(id).is_some() { Md::link(&label, &anchor(&common.name)) } else { Md::text(&label) }
    }

    /// `Database and code (full)`, or just the name.
    pub fn named(&self, common: &Common) -> String {
        let label = self.voice.label(common);
        if label == common.name { label } else { format!("{label} ({})", common.name) }
    }

    pub fn role(&self, role: Role) -> Md {
        let kind = match role {
            Role::Contact(_) => "contact",
            Role::Authority(_) => "authority",
        };
        let common = self.plan().role(role);
        Md::link(&self.voice.label(common), &format!("{kind}-{}", common.name))
    }

    pub fn roles(&self, roles: &[Role]) -> Md {
        Md::join(&roles.iter().map(|role| self.role(*role)).collect::<Vec<_>>(), ", ")
    }

    /// Checks in words, one after the other.
    pub fn checks(&self, key: &str, checks: &[Check]) -> Vec<Fact> {
        self.each(key, checks, |check| Md::text(&self.voice.check(check)))
    }

    /// Lines to tick off, below their headings.
    pub fn groups(&self, items: &[ChecklistItem]) -> Vec<Group> {
        let mut groups: Vec<Group> = Vec::new();
        for item in items {
            let title = item.section.as_ref().map(|t| self.voice.text(t));
            if groups.last().is_none_or(|group| group.title != title) {
                groups.push(Group { title, ..Group::default() });
            }
            if let Some(group) = groups.last_mut() {
                self.item(item, group);
            }
        }
        groups
    }

    fn item(&self, item: &ChecklistItem, group: &mut Group) {
        let text = self.voice.text(&item.text);
        let mut parts = vec![Md::text(&text)];
        if let Some(when) = &item.when {
            parts.push(Md::text(&self.fill("item_when", &[("what", &self.voice.check(when))])));
        }
        if let Some(within) = item.within {
            parts.push(Md::text(&self.fill("item_within", &[("time", &self.time(within))])));
        }
        if let Some(check) = &item.check {
            parts.push(Md::text(&self.fill("item_check", &[("what", &self.voice.check(check))])));
        }
        let about = item.about.as_ref().map(|about| self.voice.text(about));
        group.items.push(Item { text: Md::join(&parts, " "), about });
        for check in item.check.iter().chain(&item.when) {
            group.blocks.extend(captioned(self.check_blocks(check), &text));
        }
    }

    /// Checklists that are shown where a drill is, not among those from before.
    pub fn drill_checklists(&self) -> Vec<usize> {
        let elsewhere: Vec<usize> = self.required().into_iter().chain(self.gone_through().0).collect();
        let all = self.plan().drills.iter().filter_map(|drill| drill.requires.map(Id::index));
        once(all.filter(|at| !elsewhere.contains(at)))
    }

    /// Those that procedures go through after their last change, and only then.
    pub fn closing_checklists(&self) -> Vec<usize> {
        let required = self.required();
        let (all, closing) = self.gone_through();
        let early = |at: &usize| all.iter().filter(|a| *a == at).count() > closing.iter().filter(|a| *a == at).count();
        once(closing.clone().into_iter().filter(|at| !required.contains(at) && !early(at)))
    }

    /// What procedures ask for before they begin.
    fn required(&self) -> Vec<usize> {
        let all = self.plan().procedures.iter().flat_map(|p| &p.requires);
        let lists = all.filter_map(|requirement| match requirement {
            Requirement::Checklist(id) => Some(id.index()),
            Requirement::Authority(_) => None,
        });
        lists.collect()
    }

    /// What procedures go through on their way, and of that what comes after their last change.
    fn gone_through(&self) -> (Vec<usize>, Vec<usize>) {
        let (mut all, mut closing) = (Vec::new(), Vec::new());
        for procedure in &self.voice.program.procedures {
            let actions = ir::actions(&procedure.body);
            let last = actions.iter().rposition(|action| action.effects.iter().any(ir::writes));
            for (at, action) in actions.iter().enumerate() {
                let ir::Run::Require(id) = action.run else { continue };
                all.push(id.index());
                if last.is_none_or(|last| at > last) {
                    closing.push(id.index());
                }
            }
        }
        (all, closing)
    }
}

fn once(list: impl Iterator<Item = usize>) -> Vec<usize> {
    let mut out = Vec::new();
    for entry in list {
        if !out.contains(&entry) {
            out.push(entry);
        }
    }
    out
}

/// The blocks with a line above the first one, where none is yet.
pub fn captioned(mut blocks: Vec<Block>, caption: &str) -> Vec<Block> {
    if let Some(first) = blocks.first_mut() {
        first.caption = Some(match first.caption.take() {
            Some(own) => format!("{caption} — {own}"),
            None => caption.to_string(),
        });
    }
    blocks
}

/// The anchor of a procedure.
pub fn anchor(name: &str) -> String {
    format!("procedure-{name}")
}
