//! A program's own texts and values, put as the reader needs them.

use std::collections::HashMap;
use std::path::Path;

use super::{Words, date};
use crate::ir::{self, Program};
use crate::model::ids::Id;
use crate::model::plan::{Common, Procedure, Role, Thing, Where};
use crate::model::statement::{self, Change, Statement};
use crate::model::value::{Piece, Template, Value, Variable, VariableKind};
use crate::source::{Sources, Span};

/// Speaks about one program in its language.
#[derive(Debug)]
pub struct Voice<'a> {
    /// What is spoken about.
    pub program: &'a Program,
    /// Its files.
    pub sources: &'a Sources,
    /// The catalogue.
    pub words: Words,
    /// Every statement by its place, for what the actions no longer carry.
    pub statements: HashMap<Span, &'a Statement>,
}

impl<'a> Voice<'a> {
    /// A voice in the language of the program's plan.
    pub fn of(program: &'a Program, sources: &'a Sources) -> anyhow::Result<Self> {
        let statements = statement::all(&program.plan).into_iter().map(|s| (s.span, s)).collect();
        Ok(Voice { program, sources, words: Words::of(program.plan.head.language)?, statements })
    }

    /// An author's text; params that have one value everywhere are filled in, other variables stay `${x}`.
    pub fn text(&self, template: &Template) -> String {
        template.pieces.iter().map(|piece| self.piece(piece)).collect()
    }

    fn piece(&self, piece: &Piece) -> String {
        match piece {
            Piece::Text(text) => text.clone(),
            Piece::Variable(variable) => self.constant(variable).unwrap_or_else(|| format!("${{{}}}", variable.name)),
        }
    }

    /// The value of a variable if it is the same in every run.
    pub fn constant(&self, variable: &Variable) -> Option<String> {
        let plan = &self.program.plan;
        match variable.kind {
            VariableKind::Builtin if variable.name == "plan" => Some(plan.head.common.name.clone()),
            VariableKind::Param if !self.varies(&variable.name) => plan
                .params
                .iter()
                .find(|p| p.common.name == variable.name)
                .and_then(|p| p.value.as_ref())
                .map(|value| self.plain(value)),
            _ => None,
        }
    }

    fn varies(&self, name: &str) -> bool {
        self.program.plan.environments.iter().any(|e| e.settings.iter().any(|(key, _)| key == name))
    }

    /// A value for people: with units, in the notation of the language.
    pub fn value(&self, value: &Value) -> String {
        match value {
            Value::Number(number) => self.words.number(*number),
            Value::Percent(number) => self.words.percent(*number),
            Value::Duration(seconds) => self.words.duration(*seconds),
            Value::Size(bytes) => self.words.size(*bytes),
            Value::Variable(variable) => self.constant(variable).unwrap_or_else(|| format!("${}", variable.name)),
            Value::List(values) => values.iter().map(|v| self.value(v)).collect::<Vec<_>>().join(", "),
            Value::Text(_) | Value::Boolean(_) | Value::Date(_) | Value::Instant(_) => self.plain(value),
        }
    }

    /// A value as commands see it: no units that a program would not understand.
    pub fn plain(&self, value: &Value) -> String {
        match value {
            Value::Text(template) => self.text(template),
            Value::Number(number) | Value::Percent(number) => number.to_string(),
            Value::Duration(number) | Value::Size(number) => number.to_string(),
            Value::Boolean(truth) => truth.to_string(),
            Value::Date(days) => date(*days),
            Value::Instant(text) => text.clone(),
            Value::Variable(variable) => self.constant(variable).unwrap_or_else(|| format!("${{{}}}", variable.name)),
            Value::List(values) => values.iter().map(|v| self.plain(v)).collect::<Vec<_>>().join("\n"),
        }
    }

    /// The title of a declaration, else its name.
    pub fn label(&self, common: &Common) -> String {
        common.title.as_ref().map_or_else(|| common.name.clone(), |title| self.text(title))
    }

    /// Label of a resource or service.
    pub fn thing(&self, thing: Thing) -> String {
        self.label(self.program.plan.thing(thing))
    }

    /// Label of a contact or authority.
    pub fn role(&self, role: Role) -> String {
        self.label(self.program.plan.role(role))
    }

    /// Name of a host or group.
    pub fn place(&self, place: Where) -> String {
        match place {
            Where::Host(id) => self.label(&self.program.plan[id].common),
            Where::Group(id) => {
                let group = self.program.plan.groups.get(id.index());
                group.map(|g| self.label(&g.common)).unwrap_or_default()
            }
        }
    }

    /// The compiled form of a declared procedure, if it belongs to this variant.
    pub fn compiled(&self, id: Id<Procedure>) -> Option<&'a ir::Procedure> {
        self.program.procedures.iter().find(|p| p.declaration == id && !p.back_out)
    }

    /// What a step declares that it does to things: `modifies db`.
    pub fn change(&self, change: &Change) -> String {
        let plan = &self.program.plan;
        let resource = |id: &Id<_>| Thing::Resource(*id);
        let (key, thing, to) = match change {
            Change::Modifies(r) => ("modifies", resource(r), None),
            Change::Destroys(r) => ("destroys", resource(r), None),
            Change::Creates(thing) => ("creates", *thing, None),
            Change::Deletes(thing) => ("deletes", *thing, None),
            Change::Adjusts(r) => ("adjusts", resource(r), None),
            Change::Appends(r) => ("appends", resource(r), None),
            Change::Switches(r, value) => ("switches", resource(r), Some(self.value(value))),
            Change::Stops(s) => ("stops", Thing::Service(*s), None),
            Change::Starts(s) => ("starts", Thing::Service(*s), None),
            Change::Irreversible(r) => ("irreversible", resource(r), None),
            Change::Supersedes(r) => ("supersedes", resource(r), None),
        };
        let to = to.unwrap_or_default();
        self.words.fill(&format!("effect_{key}"), &[("thing", &plan.thing(thing).name), ("to", &to)])
    }

    /// `plan.rbk:42`, without the folders that the compiler happened to read it from.
    pub fn cite(&self, span: Span) -> String {
        let cite = self.sources.cite(span);
        base_name(&cite)
    }

    /// The plan's file name.
    pub fn file(&self) -> String {
        base_name(&self.program.file)
    }
}

fn base_name(path: &str) -> String {
    Path::new(path).file_name().map_or_else(|| path.to_string(), |name| name.to_string_lossy().into_owned())
}
