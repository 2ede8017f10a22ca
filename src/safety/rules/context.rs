//! What every rule may look at, and the sentences that several share.

use super::scripts::Text;
use crate::diagnostics::Diagnostic;
use crate::ir::{Action, Effect, Group, GroupKind, Node, Procedure, Program, actions};
use crate::model::ids::Id;
use crate::model::plan::{Backup, Point};
use crate::safety::cells::{Change, Survey};
use crate::safety::coverage::{Exposed, Finding};
use crate::safety::matrix;
use crate::safety::tell;
use crate::safety::trouble::Kind;
use crate::safety::witness;
use crate::safety::world::World;
use crate::shell::{Command, Read};
use crate::source::{Sources, Span};
use rustc_hash::FxHashMap;

/// An action as it is written, with its procedure.
pub type Written<'a> = (&'a Procedure, &'a Action);

/// The analysed program.
pub struct Context<'a> {
    /// The things of the plan.
    pub world: &'a World<'a>,
    /// States and verdicts.
    pub survey: &'a Survey<'a>,
    /// What is in the way, each cause once.
    pub findings: &'a [Finding],
    /// Destroyed data that nothing covers.
    pub exposed: &'a [Exposed<'a>],
    /// The texts.
    pub sources: &'a Sources,
    /// Today, days since 1970-01-01; none: dates are not looked at.
    pub today: Option<i64>,
    /// The shell texts of the plan, read.
    pub texts: &'a [Text],
    /// What they read and nothing gives a value, with the text that reads it.
    pub unknown: Vec<(&'a Text, &'a Read)>,
    /// Their commands by name.
    pub index: Index<'a>,
    /// Every action once, as `statements` finds them.
    pub written: &'a [Written<'a>],
}

/// The commands of a plan and their names.
pub struct Index<'a> {
    all: Vec<(&'a Text, &'a Command)>,
    named: FxHashMap<&'a str, Vec<usize>>,
}

impl<'a> Index<'a> {
    /// Of these texts.
    pub fn new(texts: &'a [Text]) -> Self {
        let commands = |text: &'a Text| text.parsed.commands.iter().map(move |command| (text, command));
        let all: Vec<_> = texts.iter().flat_map(commands).collect();
        let mut named: FxHashMap<&str, Vec<usize>> = FxHashMap::default();
        for (place, (_, command)) in all.iter().enumerate() {
            named.entry(command.name()).or_default().push(place);
        }
        Index { all, named }
    }
}

/// A finding about a trouble, unfolded.
pub struct Case<'a> {
    /// The finding.
    pub finding: &'a Finding,
    /// The change.
    pub change: &'a Change<'a>,
    /// The trouble's kind.
    pub kind: &'a Kind,
    /// The procedure that should have helped.
    pub procedure: &'a Procedure,
    /// Where in it; else its name.
    pub span: Span,
}

impl<'a> Context<'a> {
    /// The shell texts of the plan, read.
    pub fn texts(&self) -> &'a [Text] {
        self.texts
    }

    /// Every command of the plan's shell texts.
    pub fn commands(&self) -> impl Iterator<Item = (&'a Text, &'a Command)> {
        self.index.all.iter().copied()
    }

    /// The commands of these names, in the order of the plan: a plan that has none of them costs a rule no more than the question.
    pub fn named(&self, names: &[&str]) -> impl Iterator<Item = (&'a Text, &'a Command)> + use<'_, 'a> {
        let of_name = names.iter().filter_map(|name| self.index.named.get(name));
        let mut places: Vec<usize> = of_name.flatten().copied().collect();
        // Each name has its places in order: only the stable sort merges them.
        #[allow(clippy::stable_sort_primitive)]
        places.sort();
        places.dedup();
        places.into_iter().map(|place| self.index.all[place])
    }

    /// The commands with such a name, in the order of the plan; each name is asked once.
    pub fn named_so(&self, wanted: fn(&str) -> bool) -> impl Iterator<Item = (&'a Text, &'a Command)> {
        let names: Vec<&str> = self.index.named.keys().copied().filter(|name| wanted(name)).collect();
        self.named(&names)
    }

    /// Is there a command of one of these names?
    pub fn has_named(&self, names: &[&str]) -> bool {
        names.iter().any(|name| self.index.named.contains_key(name))
    }

    /// Does this hold of every command that has another name? So a rule that knows many tools makes sure, where it is tested, that
    /// it asks for each.
    pub fn nothing_beside(&self, names: &[&str], holds: impl Fn(&Text, &Command) -> bool) -> bool {
        self.commands()
            .filter(|(_, command)| !names.contains(&command.name()))
            .all(|(text, command)| holds(text, command))
    }

    /// A diagnostic of a rule, at its level.
    pub fn report(rule: &'static str, message: String, span: Span, label: impl Into<String>) -> Diagnostic {
        let level = super::rule(rule).map_or(crate::diagnostics::Level::Error, |rule| rule.level);
        Diagnostic::new(rule, level, message, span, label)
    }

    /// The findings of some kind of trouble.
    pub fn cases(&self, wanted: fn(&Kind) -> bool) -> impl Iterator<Item = Case<'a>> {
        let (findings, survey, world) = (self.findings, self.survey, self.world);
        findings.iter().filter_map(move |finding| {
            let trouble = finding.trouble.as_ref().filter(|t| wanted(&t.kind))?;
            let procedure = &world.program.procedures[finding.procedure?];
            let name = world.declaration(procedure).common.name_span;
            let span = trouble.at.as_ref().map_or(name, |(_, span)| *span);
            Some(Case { finding, change: &survey.changes[finding.change], kind: &trouble.kind, procedure, span })
        })
    }

    /// The run that ends badly, and how many other points are concerned.
    pub fn story(&self, finding: &Finding, diagnostic: Diagnostic) -> Diagnostic {
        let diagnostic = diagnostic.note(tell::run(self.world, self.survey, self.sources, finding));
        let diagnostic = match finding.more {
            0 => diagnostic,
            1 => diagnostic.note("the same at 1 more point of failure"),
            more => diagnostic.note(format!("the same at {more} more points of failure")),
        };
        match tell::command(self.world, self.survey, self.sources, finding) {
            Some(command) => diagnostic.note(format!("every state of it: {command}")),
            None => diagnostic,
        }
    }

    /// The name of the change.
    pub fn name(&self, change: &Change) -> &'a str {
        &self.world.program.procedures[change.forward.procedure].name
    }

    /// Where the change is declared.
    pub fn place(&self, change: &Change) -> Span {
        self.world.declaration(&self.world.program.procedures[change.forward.procedure]).common.name_span
    }

    /// The first action of a change that writes a resource.
    pub fn first_write(&self, change: &Change<'a>, resource: usize) -> Option<&'a Action> {
        let writes = |a: &&&Action| a.effects.iter().any(|e| witness::writes(self.world, e, resource));
        change.forward.actions.iter().find(writes).copied()
    }

    /// The action of a change that takes a backup.
    pub fn taking(&self, change: &Change<'a>, backup: Id<Backup>) -> Option<&'a Action> {
        let takes =
            |a: &&&Action| a.effects.iter().any(|e| matches!(e, Effect::Take { backup: b, .. } if *b == backup));
        change.forward.actions.iter().find(takes).copied()
    }

    /// The action at the first failure point of a finding.
    pub fn stopped_at(&self, finding: &Finding) -> Option<&'a Action> {
        self.survey.changes[finding.change].forward.stops[finding.stop].action
    }

    /// The first failure point of a finding in words.
    pub fn point(&self, finding: &Finding) -> String {
        let point: &matrix::Point = &self.survey.changes[finding.change].forward.stops[finding.stop].point;
        witness::place(point)
    }

    /// The points of no return, each once, with the procedure that they stand in.
    pub fn points(&self) -> Vec<(&'a Procedure, &'a Group, &'a Point)> {
        let mut found = Vec::new();
        for procedure in self.world.program.procedures.iter().filter(|p| !p.back_out) {
            let mut groups = Vec::new();
            groups_of(&procedure.body, &mut groups);
            for group in groups {
                let GroupKind::Point(p) = group.kind else { continue };
                let point = &self.world.plan[p];
                // A procedure that calls it shows it as well.
                if point.phase == procedure.declaration {
                    found.push((procedure, group, point));
                }
            }
        }
        found
    }

    /// Every action of the program once, with its procedure. Called bodies and `extends` show a statement several times:
    /// rules that look at statements see it at its first.
    pub fn statements(&self) -> impl Iterator<Item = Written<'a>> {
        self.written.iter().copied()
    }
}

/// The actions that are written in a plan, each once.
pub fn statements(program: &Program) -> Vec<Written<'_>> {
    let mut seen = rustc_hash::FxHashSet::default();
    let written = program.procedures.iter().filter(|p| !p.back_out);
    let all = written.flat_map(|p| actions(&p.body).into_iter().map(move |a| (p, a)));
    all.filter(|(_, a)| seen.insert((a.span, a.head))).collect()
}

fn groups_of<'n>(body: &'n [Node], found: &mut Vec<&'n Group>) {
    for node in body {
        match node {
            Node::Group(group) => {
                found.push(group);
                groups_of(&group.body, found);
            }
            Node::If(branch) => {
                groups_of(&branch.then, found);
                groups_of(&branch.otherwise, found);
            }
            Node::For(repeat) => groups_of(&repeat.body, found),
            Node::Action(_) => {}
        }
    }
}
