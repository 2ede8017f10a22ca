//! What a person types when the script itself is broken.
//!
//! In: commands, checks, driver operations. Out: blocks to copy: the values first, then the commands verbatim.

use super::builder::Builder;
use super::md::Block;
use crate::model::bound_names;
use crate::model::ids::Id;
use crate::model::plan::{Operation, Resource, Service, Thing};
use crate::model::value::{Check, Command, FileTest, Http, Piece, Probe, Query, Script, Template, Value};

impl Builder<'_> {
    /// The commands of a step.
    pub fn commands(&self, commands: &[Command]) -> Vec<Block> {
        let blocks = commands.iter().map(|command| match command {
            Command::Sh(script) => vec![sh(script)],
            Command::Sql(resource, query) => self.query(*resource, query),
        });
        blocks.flatten().collect()
    }

    /// A query: its bound values, and the driver's command with the statement on its standard input.
    fn query(&self, resource: Id<Resource>, query: &Query) -> Vec<Block> {
        let thing = Thing::Resource(resource);
        let placeholder = self.plan().operation(thing, "query").and_then(|operation| operation.placeholder.as_deref());
        let statement = bind(query.text.text.value.trim(), &query.with, placeholder);
        let names: Vec<&str> = query.with.iter().map(|(name, _)| name.as_str()).collect();
        let values: Vec<(String, String)> =
            query.with.iter().map(|(name, value)| (format!("bind_{name}"), self.shell(value))).collect();
        let mut more: Vec<(&str, String)> = values.iter().map(|(name, value)| (name.as_str(), value.clone())).collect();
        more.push(("bind_names", quote(&names.join(" "))));
        let mut blocks = self.operation(thing, "query", &more);
        match blocks.last_mut() {
            Some(command) if command.language == "sh" => command.text = fed(&command.text, &statement),
            _ => blocks.push(Block { caption: None, language: "sql", text: statement, link: None }),
        }
        blocks
    }

    /// An operation of a resource or service: its values, then its commands. `more` are values besides the driver's.
    pub fn operation(&self, thing: Thing, name: &str, more: &[(&str, String)]) -> Vec<Block> {
        let Some(operation) = self.plan().operation(thing, name) else { return Vec::new() };
        let mut blocks = self.operation_commands(operation);
        let values = self.assignments(thing, &blocks, more);
        if !values.is_empty() {
            blocks.insert(0, Block::sh(values.join("\n")).under(self.say("hand_values")));
        }
        blocks
    }

    /// The commands of an operation, or what a person does in their place.
    pub fn operation_commands(&self, operation: &Operation) -> Vec<Block> {
        let by_hand = operation.manual.iter().map(|text| Block::text(self.voice.text(text)).under(self.say("hand_do")));
        by_hand.chain(self.commands(&operation.commands)).collect()
    }

    /// `name='value'` for each setting that the commands mention.
    fn assignments(&self, thing: Thing, blocks: &[Block], more: &[(&str, String)]) -> Vec<String> {
        let settings = match thing {
            Thing::Resource(id) => &self.plan()[id].settings,
            Thing::Service(id) => &self.plan()[id].settings,
        };
        let own = settings.iter().map(|(name, value)| (name.as_str(), self.shell(value)));
        let all = own.chain(more.iter().map(|(name, value)| (*name, value.clone())));
        // Bound values are reached by way of their list of names.
        let listed = |name: &str| if name.starts_with("bind_") { "bind_names" } else { name }.to_string();
        let used = all.filter(|(name, _)| blocks.iter().any(|block| mentions(&block.text, &listed(name))));
        used.map(|(name, value)| format!("{name}={value}")).collect()
    }

    /// A value as a word of the shell.
    pub fn shell(&self, value: &Value) -> String {
        match value {
            Value::Text(template) => self.shell_text(template),
            Value::Variable(variable) => format!("\"${}\"", variable.name),
            other => quote(&self.voice.plain(other)),
        }
    }

    /// A text with variables as a word of the shell.
    pub fn shell_text(&self, template: &Template) -> String {
        if template.variables().next().is_none() {
            return quote(&template.source());
        }
        let piece = |piece: &Piece| match piece {
            Piece::Text(text) => quote(text),
            Piece::Variable(variable) => format!("\"${{{}}}\"", variable.name),
        };
        if template.pieces.iter().all(|p| matches!(p, Piece::Variable(_)) || is_harmless(p)) {
            return format!("\"{}\"", template.source());
        }
        template.pieces.iter().map(piece).collect()
    }

    /// The commands behind a check.
    pub fn check_blocks(&self, check: &Check) -> Vec<Block> {
        match &check.probe {
            Probe::Http(http) => vec![Block::sh(self.curl(http))],
            Probe::Sql(resource, query, _) => self.query(*resource, query),
            Probe::Sh(script, _) => vec![sh(script)],
            Probe::File(path, FileTest::Exists | FileTest::Size(..) | FileTest::Age(..)) => {
                vec![Block::sh(format!("ls -l {}", self.shell_text(path)))]
            }
            Probe::Healthy(service) => self.healthy(*service),
            Probe::Running(service) => self.operation(Thing::Service(*service), "running", &[]),
            Probe::Signal(signal, _) => {
                self.plan()[*signal].source.iter().flat_map(|source| self.check_blocks(source)).collect()
            }
            Probe::Not(inner) => self.check_blocks(inner),
            Probe::All(all) | Probe::Any(all) => all.iter().flat_map(|inner| self.check_blocks(inner)).collect(),
            Probe::Tcp(_) | Probe::Ask(_) | Probe::Passed(_) => Vec::new(),
        }
    }

    /// How a person sees that a service answers.
    pub fn healthy(&self, id: Id<Service>) -> Vec<Block> {
        let service = &self.plan()[id];
        if let Some(check) = &service.healthy_when {
            return self.check_blocks(check);
        }
        if let Some(url) = &service.url {
            return vec![Block::sh(format!("curl -sS -i {}", self.shell_text(url)))];
        }
        self.operation(Thing::Service(id), "healthy", &[])
    }

    fn curl(&self, http: &Http) -> String {
        let mut words = vec!["curl -sS -i".to_string()];
        if http.method != "GET" {
            words.push(format!("-X {}", http.method));
        }
        words.extend(http.headers.iter().map(|header| format!("-H {}", self.shell_text(header))));
        words.extend(http.body.iter().map(|body| format!("--data {}", self.shell_text(body))));
        words.push(self.shell_text(&http.url));
        words.join(" ")
    }
}

/// A command as it stands in the plan; a longer program in a shell of its own, which its failure ends.
fn sh(script: &Script) -> Block {
    let text = script.text.value.trim();
    Block::sh(if text.contains('\n') { format!("(\nset -eu -o pipefail\n{text}\n)") } else { text.to_string() })
}

/// A command with a text on its standard input.
fn fed(command: &str, text: &str) -> String {
    let end = if text.lines().any(|line| line == "SQL") { "END_OF_SQL" } else { "SQL" };
    let command = if command.starts_with("(\n") { command.to_string() } else { format!("({command})") };
    format!("{command} <<'{end}'\n{text}\n{end}")
}

/// Writes each bound `:name` as the driver's client has it.
fn bind(statement: &str, with: &[(String, Value)], placeholder: Option<&str>) -> String {
    let Some(placeholder) = placeholder else { return statement.to_string() };
    let (mut out, mut done) = (String::new(), 0);
    for (name, at) in bound_names(statement).filter(|(name, _)| with.iter().any(|(known, _)| known == name)) {
        out.push_str(&statement[done..at]);
        out.push_str(&placeholder.replace('%', name));
        done = at + 1 + name.len();
    }
    out + &statement[done..]
}

/// The blocks without those that only set the same values again.
pub fn once(blocks: Vec<Block>) -> Vec<Block> {
    let mut out: Vec<Block> = Vec::new();
    for block in blocks {
        let sets = block.text.lines().all(|line| line.split_once('=').is_some_and(|(name, _)| !name.contains(' ')));
        if !(sets && out.iter().any(|earlier| earlier.text == block.text)) {
            out.push(block);
        }
    }
    out
}

/// Letters that mean nothing between the shell's double quotes.
fn is_harmless(piece: &Piece) -> bool {
    let harmless = |c: char| c.is_alphanumeric() || " /:._?=&%+,@-".contains(c);
    matches!(piece, Piece::Text(text) if text.chars().all(harmless))
}

fn quote(text: &str) -> String {
    format!("'{}'", text.replace('\'', "'\\''"))
}

/// Does the text mention `$name` or `${name}`?
fn mentions(text: &str, name: &str) -> bool {
    text.match_indices(name).any(|(at, _)| {
        let before = &text[..at];
        let after = text[at + name.len()..].chars().next();
        (before.ends_with('$') || before.ends_with("${")) && !after.is_some_and(|c| c.is_alphanumeric() || c == '_')
    })
}
