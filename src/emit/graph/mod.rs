//! `rbk graph`: phases, points of no return, and the ways back, as Mermaid text.
//!
//! In: a program. Out: a flowchart whose labels are all quoted. Not its business: drawing it.

use super::wording::Voice;
use crate::ir::{GroupKind, Node, Procedure, Program};
use crate::model::ids::Id;
use crate::model::plan::{Point, ProcedureKind};
use crate::source::Sources;

/// The flowchart of a program, a line end at its end; labels in the plan's language.
pub fn emit(program: &Program, sources: &Sources) -> anyhow::Result<String> {
    Ok(draw(&Voice::of(program, sources)?) + "\n")
}

/// The flowchart of what a voice speaks about.
pub fn draw(voice: &Voice<'_>) -> String {
    let program = voice.program;
    let mut graph = Graph { program, voice, out: "flowchart TD".to_string() };
    for (at, procedure) in program.procedures.iter().enumerate() {
        graph.node(at, procedure);
    }
    for (at, procedure) in program.procedures.iter().enumerate() {
        graph.edges(at, procedure);
    }
    graph.out
}

struct Graph<'a> {
    program: &'a Program,
    voice: &'a Voice<'a>,
    out: String,
}

impl Graph<'_> {
    fn line(&mut self, line: &str) {
        self.out.push_str("\n  ");
        self.out.push_str(line);
    }

    /// A phase with its points is a frame; everything else is one box.
    fn node(&mut self, at: usize, procedure: &Procedure) {
        let declared = &self.program.plan[procedure.declaration];
        let points = points(&procedure.body);
        if points.is_empty() {
            let label = quoted(&self.title(procedure));
            let shape = match declared.kind {
                ProcedureKind::Phase if !procedure.back_out => format!("p{at}[{label}]"),
                ProcedureKind::Verification => format!("p{at}{{{{{label}}}}}"),
                _ => format!("p{at}([{label}])"),
            };
            return self.line(&shape);
        }
        let label = quoted(&self.title(procedure));
        self.line(&format!("subgraph p{at}[{label}]"));
        let before = quoted(self.voice.words.get("graph_before"));
        self.line(&format!("  p{at}_start[{before}]"));
        let mut last = format!("p{at}_start");
        for id in points {
            let label = self.voice.label(&self.program.plan[id].common);
            let label = quoted(&self.voice.words.fill("graph_point", &[("what", &label)]));
            self.line(&format!("  point{}{{{label}}}", id.index()));
            self.line(&format!("  {last} --> point{}", id.index()));
            last = format!("point{}", id.index());
        }
        self.line("end");
    }

    fn title(&self, procedure: &Procedure) -> String {
        let common = &self.program.plan[procedure.declaration].common;
        let label = self.voice.label(common);
        if procedure.back_out {
            return self.voice.words.fill("back_out_of", &[("what", &label)]);
        }
        if label == common.name { label } else { format!("{label} ({})", common.name) }
    }

    fn edges(&mut self, at: usize, procedure: &Procedure) {
        if procedure.back_out {
            let of = self.index(|p| p.declaration == procedure.declaration && !p.back_out);
            return self.edge(of, at, "graph_nothing_changed");
        }
        let declared = &self.program.plan[procedure.declaration];
        for point in &declared.past {
            let label = quoted(self.voice.words.get("graph_past"));
            self.line(&format!("point{} -->|{label}| p{at}", point.index()));
        }
        let recommended = if declared.recommended { "graph_recommended" } else { "graph_back" };
        if declared.past.is_empty() {
            for id in &declared.of {
                let of = self.index(|p| p.declaration == *id && !p.back_out);
                self.edge(of, at, recommended);
            }
        }
        for id in called(&procedure.body) {
            let of = self.index(|p| p.declaration == id && !p.back_out);
            if let Some(of) = of {
                let label = quoted(self.voice.words.get("graph_calls"));
                self.line(&format!("p{at} -.->|{label}| p{of}"));
            }
        }
    }

    fn edge(&mut self, from: Option<usize>, to: usize, key: &str) {
        if let Some(from) = from {
            let label = quoted(self.voice.words.get(key));
            self.line(&format!("p{from} -->|{label}| p{to}"));
        }
    }

    fn index(&self, which: impl Fn(&Procedure) -> bool) -> Option<usize> {
        self.program.procedures.iter().position(which)
    }
}

/// Mermaid reads entities inside quotes; a quote or a `#` of the author's must not end or begin one.
fn quoted(label: &str) -> String {
    let mut out = String::from("\"");
    for c in label.chars() {
        match c {
            '"' => out.push_str("#quot;"),
            '#' => out.push_str("#35;"),
            '<' => out.push_str("#lt;"),
            '>' => out.push_str("#gt;"),
            '`' => out.push_str("#96;"),
            '\n' | '\r' | '\t' => out.push(' '),
            other => out.push(other),
        }
    }
    out + "\""
}

fn points(body: &[Node]) -> Vec<Id<Point>> {
    let mut out = Vec::new();
    visit(body, &mut |kind| {
        if let GroupKind::Point(id) = kind {
            out.push(id);
        }
    });
    out
}

fn called(body: &[Node]) -> Vec<Id<crate::model::plan::Procedure>> {
    let mut out = Vec::new();
    visit(body, &mut |kind| {
        if let GroupKind::Call(id) = kind {
            if !out.contains(&id) {
                out.push(id);
            }
        }
    });
    out
}

fn visit(body: &[Node], see: &mut impl FnMut(GroupKind)) {
    for node in body {
        match node {
            Node::Group(group) => {
                see(group.kind);
                visit(&group.body, see);
            }
            Node::If(branch) => {
                visit(&branch.then, see);
                visit(&branch.otherwise, see);
            }
            Node::For(each) => visit(&each.body, see),
            Node::Action(_) => {}
        }
    }
}
