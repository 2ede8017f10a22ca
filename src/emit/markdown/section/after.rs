//! Sections 11 to 15: closing, watching, comparing with the target, the post-mortem, the drill.

use serde::Serialize;

use crate::emit::markdown::builder::Builder;
use crate::emit::markdown::md::{Block, Card, Fact, Group, Md, Table};
use crate::emit::markdown::order;
use crate::emit::wording::date;
use crate::ir;
use crate::model::plan::{Drill as Declared, Followup, Monitor, Watch as Figure};
use crate::model::value::Comparison;

/// Section 11.
#[derive(Debug, Serialize)]
pub struct Close {
    pub checklists: Vec<Card>,
    /// What is done at the end whatever happens.
    pub always: Vec<Md>,
    pub facts: Vec<Fact>,
    pub report: Block,
}

/// Section 12.
#[derive(Debug, Serialize)]
pub struct Watch {
    pub monitors: Vec<Monitored>,
}

/// A monitor: what it is, and its figures side by side.
#[derive(Debug, Serialize)]
pub struct Monitored {
    pub card: Card,
    pub table: Table,
    pub figures: Vec<Block>,
}

/// Section 13.
#[derive(Debug, Serialize)]
pub struct Target {
    pub table: Option<Table>,
    pub about: Vec<String>,
    pub report: Block,
}

/// Section 14.
#[derive(Debug, Serialize)]
pub struct After {
    pub postmortem: Option<Card>,
    pub fields: Vec<Card>,
    pub followups: Vec<Card>,
}

/// Section 15.
#[derive(Debug, Serialize)]
pub struct Drill {
    pub drills: Vec<Card>,
    pub checklists: Vec<Card>,
}

impl Builder<'_> {
    pub fn close(&self) -> Close {
        let plan = self.plan();
        let closing = self.closing_checklists();
        let checklists = closing.iter().filter_map(|at| plan.checklists.get(*at)).map(|c| self.checklist(c));
        let mut facts = Vec::new();
        for procedure in self.voice.program.procedures.iter().filter(|p| !p.back_out) {
            let declared = &plan[procedure.declaration];
            facts.extend(self.each("ends", &declared.ends, |(id, running)| {
                let service = self.voice.label(&plan[*id].common);
                let key = if *running { "ends_running" } else { "ends_stopped" };
                Md::text(&self.fill(key, &[("what", &service), ("procedure", &declared.common.name)]))
            }));
        }
        Close { checklists: checklists.collect(), always: self.always(), facts, report: self.report() }
    }

    fn report(&self) -> Block {
        Block::sh(self.script("report", None, &[]))
    }

    fn always(&self) -> Vec<Md> {
        let mut out = Vec::new();
        for procedure in self.in_order() {
            let actions = order::always(&procedure.body).into_iter().flat_map(|group| ir::actions(&group.body));
            let links = actions.map(|action| self.step_link(&procedure.name, action));
            out.extend(links.map(|link| Md::join(&[Md::text(&self.title_of(procedure)), link], ": ")));
        }
        out
    }

    pub fn watch(&self) -> Watch {
        let here = self.plan().monitors.iter();
        Watch { monitors: here.map(|m| self.monitor(m)).collect() }
    }

    fn monitor(&self, monitor: &Monitor) -> Monitored {
        let mut card = self.card("monitor", &monitor.common);
        card.facts = self.facts([
            ("lasts", self.seconds(monitor.lasts)),
            ("every", self.seconds(monitor.every)),
            ("after", monitor.after.map(|id| self.procedure(id))),
            ("during", monitor.during.map(|id| self.procedure(id))),
        ]);
        let mut table = self.table(&["figure", "target", "alert"]);
        table.rows = monitor.watches.iter().map(|figure| self.figure(figure)).collect();
        let figures = monitor.watches.iter().flat_map(|figure| {
            let blocks: Vec<Block> = figure.source.iter().flat_map(|c| self.check_blocks(c)).collect();
            crate::emit::markdown::builder::captioned(blocks, &self.voice.label(&figure.common))
        });
        Monitored { card, table, figures: figures.collect() }
    }

    fn figure(&self, figure: &Figure) -> Vec<Md> {
        let plan = self.plan();
        let alerts = figure.alerts.iter().map(|alert| {
            let holds = alert.holds.map(|s| self.fill("check_holds", &[("time", &self.time(s))]));
            let condition = format!("{}{}", self.voice.comparison(&alert.comparison), holds.unwrap_or_default());
            let run = alert.run.map(|id| self.procedure(id));
            let notify = alert.notify.map(|id| {
                let common = &plan[id].common;
                Md::text(&self.say("tell"))
                    .and(Md::link(&self.voice.label(common), &format!("channel-{}", common.name)))
            });
            let severity = alert.severity.map(|id| self.severity_link(id.index()));
            let then: Vec<Md> = [severity, run, notify].into_iter().flatten().collect();
            Md::join(&[Md::text(&condition), Md::join(&then, ", ")], " → ")
        });
        let about = figure.common.about.as_ref().map(|t| self.md(t)).unwrap_or_default();
        vec![
            Md::join(&[Md::text(&self.voice.label(&figure.common)), about], " — "),
            self.comparison(figure.target.as_ref()),
            Md::join(&alerts.collect::<Vec<_>>(), "; "),
        ]
    }

    fn comparison(&self, comparison: Option<&Comparison>) -> Md {
        comparison.map(|c| Md::text(&self.voice.comparison(c))).unwrap_or_default()
    }

    pub fn target(&self) -> Target {
        let plan = self.plan();
        let mut table = self.table(&["figure", "target", "actual"]);
        let blank = Md::text(&self.say("blank"));
        let objectives = [("rto", plan.head.rto), ("rpo", plan.head.rpo)];
        for (key, seconds) in objectives.into_iter().filter_map(|(key, s)| Some((key, s?.0))) {
            table.rows.push(vec![Md::text(&self.say(key)), Md::text(&self.time(seconds)), blank.clone()]);
        }
        for metric in &plan.metrics {
            let between = metric.between.as_ref().map(|(from, to)| {
                Md::text(&self.fill("between_events", &[("from", &self.event(from)), ("to", &self.event(to))]))
            });
            let asks = metric.asks.as_ref().map(|t| self.md(t));
            let unit = metric.unit.as_ref().map(|t| self.md(t)).unwrap_or_default();
            let label = Md::text(&self.voice.label(&metric.common));
            let about = metric.common.about.as_ref().map(|t| self.md(t)).unwrap_or_default();
            let name = Md::join(&[label, between.or(asks).unwrap_or_default(), about], " — ");
            table.rows.push(vec![name, self.comparison(metric.target.as_ref()).and(unit), blank.clone()]);
        }
        Target { table: (!table.rows.is_empty()).then_some(table), about: Vec::new(), report: self.report() }
    }

    /// An event of the run in the language of the reader; one that the plan made up stays as it is.
    fn event(&self, event: &str) -> String {
        match event {
            "decided" => self.say("event_decided"),
            "started" => self.say("event_started"),
            "verified" => self.say("event_verified"),
            "ended" => self.say("event_ended"),
            "failed" => self.say("event_failed"),
            "detected" => self.say("event_detected"),
            other => other.to_string(),
        }
    }

    pub fn after(&self) -> After {
        let postmortem = self.plan().postmortem.as_ref();
        let card = postmortem.map(|p| {
            let mut card = self.card("postmortem", &p.common);
            if p.common.title.is_none() {
                card.title = self.say("postmortem");
            }
            let path = p.path.as_ref().map(|t| Md::code(&self.voice.text(t)));
            card.facts = self.facts([("due_within", self.seconds(p.due)), ("path", path)]);
            card
        });
        let fields = postmortem.into_iter().flat_map(|p| &p.fields).map(|field| Card {
            title: self.voice.text(&field.title),
            about: field.about.iter().map(|t| self.voice.text(t)).collect(),
            groups: self.groups(&field.items),
            ..Card::default()
        });
        After {
            postmortem: card,
            fields: fields.collect(),
            followups: self.plan().followups.iter().map(|f| self.followup(f)).collect(),
        }
    }

    fn followup(&self, followup: &Followup) -> Card {
        let mut card = self.card("followup", &followup.common);
        card.facts = self.facts([
            ("owner", followup.owner.map(|role| self.role(role))),
            ("due", followup.due.as_ref().map(|v| Md::text(&self.voice.value(v)))),
        ]);
        card.groups = self.groups(&followup.items);
        card
    }

    pub fn drill(&self) -> Drill {
        let lists = self.drill_checklists();
        let checklists = lists.iter().filter_map(|at| self.plan().checklists.get(*at)).map(|c| self.checklist(c));
        let drills = self.plan().drills.iter().map(|d| self.one_drill(d));
        Drill { drills: drills.collect(), checklists: checklists.collect() }
    }

    fn one_drill(&self, drill: &Declared) -> Card {
        let plan = self.plan();
        let mut card = self.card("drill", &drill.common);
        let runs: Vec<Md> = drill.run.iter().map(|id| self.procedure(*id)).collect();
        let requires = drill.requires.map(|id| self.checklist_link(id.index()));
        card.facts = self.facts([
            ("every", self.seconds(drill.every)),
            ("environment", drill.environment.map(|id| Md::code(&plan[id].common.name))),
            ("rehearses", Some(Md::join(&runs, ", "))),
            ("last", drill.last.map(|d| Md::text(&date(d)))),
            ("takes_part", Some(self.roles(&drill.by))),
            ("requires", requires),
        ]);
        card.groups = self.groups(&drill.items);
        let blank = |t| crate::emit::markdown::md::Item {
            text: self.md(t).and(Md::text(&self.say("record_blank"))),
            about: None,
        };
        if !drill.records.is_empty() {
            let items = drill.records.iter().map(blank).collect();
            card.groups.push(Group { title: Some(self.say("record")), items, blocks: Vec::new() });
        }
        card
    }

    pub fn checklist_link(&self, index: usize) -> Md {
        let common = self.plan().checklists.get(index).map(|c| &c.common);
        common.map(|c| Md::link(&self.voice.label(c), &format!("checklist-{}", c.name))).unwrap_or_default()
    }
}
