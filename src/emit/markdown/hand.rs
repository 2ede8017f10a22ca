//! What a person types when the script itself is broken.
//!
//! In: commands, checks, driver operations. Out: blocks to copy: the values first, then the commands verbatim.

use super::builder::Builder;
use super::md::Block;
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

    /// A query: its text, and the driver's command that reads it on standard input.
    fn query(&self, resource: Id<Resource>, query: &Query) -> Vec<Block> {
        let statement = Block { caption: None, language: "sql", text: query.text.text.value.trim().to_string() };
        let mut blocks = vec![statement.under(self.say("hand_statement"))];
        if !query.with.is_empty() {
            let bound: Vec<String> = query.with.iter().map(|(k, v)| format!("{k} = {}", self.voice.value(v))).collect();
            blocks.push(Block::text(bound.join("\n")).under(self.say("hand_bound")));
        }
        blocks.extend(self.operation(Thing::Resource(resource), "query", &[]));
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
        let used = all.filter(|(name, _)| blocks.iter().any(|block| mentions(&block.text, name)));
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
