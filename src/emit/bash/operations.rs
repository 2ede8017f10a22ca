//! Driver operations and commands as functions: the text of the driver or the plan verbatim, its params before it.
//!
//! In: operations, scripts, queries. Out: names of functions. Not its business: when they run.

use super::bundle::words;
use super::quote::{self, Shell, bare, text};
use super::script::{Script, call, verbatim};
use crate::model::ids::Id;
use crate::model::plan::{Operation, Resource, Thing};
use crate::model::value::{Command, Query, Template, Value, Variable};

impl Script<'_> {
    /// The function of an operation of a resource or service; none if there is none, or a person does it.
    pub fn operation(&mut self, thing: Thing, operation: &str) -> Option<String> {
        let plan = self.plan();
        let found = plan.operation(thing, operation).filter(|found| found.manual.is_none())?;
        let name = format!("{}__{operation}", plan.thing(thing).name);
        if self.has(&name) {
            return Some(name);
        }
        let name = self.name(&[&name]);
        let mut lines = self.settings(thing, found);
        lines.extend(self.commands(&found.commands, 1));
        Some(self.add(name, Some(found.span), lines))
    }

    /// What a person is told to do for an operation, where a person does it: `to` is the reference, if any.
    pub fn by_hand(&self, thing: Thing, operation: &str, to: Option<&Value>) -> Option<Shell> {
        let plan = self.plan();
        let told: &Template = plan.operation(thing, operation)?.manual.as_ref()?;
        let settings = settings_of(plan, thing);
        let scope = |variable: &Variable| match (variable.name.as_str(), to) {
            ("to", Some(to)) => Some(quote::value(to, &quote::outer)),
            (name, _) => {
                settings.iter().find(|(known, _)| known == name).map(|(_, value)| quote::value(value, &quote::outer))
            }
        };
        Some(quote::template(told, &scope))
    }

    /// `local` variables for the driver's params that the operation's text names.
    fn settings(&self, thing: Thing, operation: &Operation) -> Vec<String> {
        let mut named = Vec::new();
        for command in &operation.commands {
            if let Command::Sh(script) = command {
                named.extend(words(script.as_ref()));
            }
        }
        let used = settings_of(self.plan(), thing).iter().filter(|(name, _)| named.contains(&name.as_str()));
        let mut line = vec![bare("local")];
        for (name, value) in used {
            line.push(quote::join(&[bare(name), quote::equals(), quote::value(value, &quote::outer)]));
        }
        if line.len() == 1 { vec![] } else { vec![call(1, &line)] }
    }

    /// Commands as lines; several stand in a subshell each, so that one's `cd` is not the next one's.
    pub fn commands(&mut self, commands: &[Command], levels: usize) -> Vec<String> {
        let pad = "  ".repeat(levels);
        let mut lines = Vec::new();
        let several = commands.len() > 1;
        for command in commands {
            let inner = if several { levels + 1 } else { levels };
            let text = match command {
                Command::Sh(script) => vec![verbatim(script.as_ref(), inner)],
                Command::Sql(resource, query) => self.query(*resource, query, inner),
            };
            if several {
                lines.push(format!("{pad}("));
            }
            lines.extend(text);
            if several {
                lines.push(format!("{pad})"));
            }
        }
        lines
    }

    /// A query as lines: its bound values as variables, its text on the driver's standard input.
    pub fn query(&mut self, resource: Id<Resource>, query: &Query, levels: usize) -> Vec<String> {
        let thing = Thing::Resource(resource);
        let placeholder = self.plan().operation(thing, "query").and_then(|found| found.placeholder.clone());
        let function = self.operation(thing, "query").unwrap_or_else(|| "false".to_owned());
        let mut lines = Vec::new();
        let names: Vec<&str> = query.with.iter().map(|(name, _)| name.as_str()).collect();
        for (name, value) in &query.with {
            let word =
                quote::join(&[bare(&format!("bind_{name}")), quote::equals(), quote::value(value, &quote::outer)]);
            lines.push(call(levels, &[bare("export"), word]));
        }
        let names_word = quote::join(&[bare("bind_names"), quote::equals(), text(&names.join(" "))]);
        lines.push(call(levels, &[bare("export"), names_word]));
        let statement = bind(query.text.as_ref(), &names, placeholder.as_deref());
        let pad = "  ".repeat(levels);
        lines.push(format!("{pad}printf '%s\\n' {} | {function}", text(&statement)));
        lines
    }
}

/// The params of a resource's or service's driver with their values.
fn settings_of(plan: &crate::model::plan::Plan, thing: Thing) -> &[(String, Value)] {
    match thing {
        Thing::Resource(id) => &plan[id].settings,
        Thing::Service(id) => &plan[id].settings,
    }
}

/// Writes each `:name` of a bound value as the driver's client has it.
fn bind(statement: &str, names: &[&str], placeholder: Option<&str>) -> String {
    let Some(placeholder) = placeholder else { return statement.to_owned() };
    let mut out = String::new();
    let mut rest = statement;
    while let Some(at) = rest.find(':') {
        let (before, after) = rest.split_at(at);
        out.push_str(before);
        let length = after[1..].find(|c: char| !c.is_ascii_alphanumeric() && c != '_').unwrap_or(after.len() - 1);
        let name = &after[1..=length];
        if names.contains(&name) && !out.ends_with(':') {
            out.push_str(&placeholder.replace('%', name));
        } else {
            out.push_str(&after[..=length]);
        }
        rest = &after[length + 1..];
    }
    out + rest
}

#[cfg(test)]
mod tests {
    use super::bind;

    #[test]
    fn bound_values_are_written_as_the_client_has_them() {
        assert_eq!(bind("a = :x and b::text = :y", &["x"], Some(":'%'")), "a = :'x' and b::text = :y");
        assert_eq!(bind("a::x", &["x"], Some(":'%'")), "a::x");
        assert_eq!(bind("é = :x", &["x"], Some("%")), "é = x");
    }
}
