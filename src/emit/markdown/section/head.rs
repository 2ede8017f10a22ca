//! Section 1: what this is, which version of it, and where it comes from.

use serde::Serialize;

use crate::emit::markdown::builder::Builder;
use crate::emit::markdown::md::{Fact, Item, Md};
use crate::emit::wording::date;

const DAY: u64 = 86400;

/// The title and what stands below it.
#[derive(Debug, Serialize)]
pub struct Head {
    pub title: String,
    pub facts: Vec<Fact>,
    /// Which file to edit in place of this one.
    pub generated: String,
    pub summary: Vec<String>,
    pub sign_off: Vec<Item>,
}

impl Builder<'_> {
    pub fn head(&self) -> Head {
        let plan = self.plan();
        let head = &plan.head;
        let environments: Vec<Md> = plan.environments.iter().map(|e| Md::code(&e.common.name)).collect();
        let mut facts = self.facts([
            ("plan", Some(Md::code(&head.common.name))),
            ("variant", self.voice.program.variant.as_ref().map(|v| Md::code(v))),
            ("environments", Some(Md::join(&environments, ", "))),
            ("version", head.version.as_ref().map(|t| self.md(t))),
            ("status", head.status.as_ref().map(|t| self.md(t))),
            ("owner", head.owner.as_ref().map(|t| self.md(t))),
            ("author", head.author.as_ref().map(|t| self.md(t))),
            ("created", head.created.map(|d| Md::text(&date(d)))),
        ]);
        if let Some((day, every, _)) = head.reviewed {
            let due = every.map(|s| date(day.saturating_add(i64::try_from(s / DAY).unwrap_or(0))));
            let value = match due {
                Some(due) => self.fill("reviewed_due", &[("day", &date(day)), ("due", &due)]),
                None => date(day),
            };
            facts.extend(self.facts([("reviewed", Some(Md::text(&value)))]));
        }
        facts.extend(self.facts([("source_hash", Some(Md::code(&self.voice.sources.hash())))]));
        let summary = head.summary.iter().chain(&head.common.about).map(|t| self.voice.text(t)).collect();
        let sign_off = |t| Item { text: self.md(t).and(Md::text(&self.say("sign_off_blank"))), about: None };
        Head {
            title: self.voice.label(&head.common),
            facts,
            generated: self.fill("generated", &[("file", &self.voice.file())]),
            summary,
            sign_off: head.sign_off.iter().map(sign_off).collect(),
        }
    }
}
