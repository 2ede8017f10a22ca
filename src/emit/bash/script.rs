//! The generated part of a script as it grows: functions by name.
//!
//! In: pieces of shell, from the modules beside this one. Out: functions, each with the line of the plan that it comes
//! from. Not its business: what stands in them.

use super::layout;
use super::quote::Shell;
use crate::emit::Input;
use crate::model::plan::Plan;
use crate::source::Span;
use std::collections::{BTreeSet, HashMap};

/// A function of the script.
#[derive(Debug, Clone)]
pub struct Function {
    /// Its name.
    pub name: String,
    /// A comment before it, where it comes from; or empty.
    pub about: String,
    /// Its body, indented.
    pub body: String,
    /// Is it called by name, through `rbk_do`?
    pub called: bool,
}

/// The generated part of a script.
pub struct Script<'a> {
    /// What is compiled.
    pub input: Input<'a>,
    /// The functions so far.
    pub functions: Vec<Function>,
    /// All names given.
    taken: BTreeSet<String>,
    /// Functions by comment and body.
    bodies: HashMap<(String, String), usize>,
    /// Tools that checks need.
    pub tools: BTreeSet<&'static str>,
}

impl<'a> Script<'a> {
    /// An empty script.
    pub fn new(input: Input<'a>) -> Self {
        Script { input, functions: Vec::new(), taken: BTreeSet::new(), bodies: HashMap::new(), tools: BTreeSet::new() }
    }

    /// The plan that is compiled.
    pub fn plan(&self) -> &'a Plan {
        &self.input.program.plan
    }

    /// A function name that nothing has yet, made from words.
    pub fn name(&mut self, words: &[&str]) -> String {
        let plain = |c: char| if c.is_ascii_alphanumeric() { c } else { '_' };
        let base: String = words.join("_").chars().map(plain).collect();
        let mut name = base.clone();
        let mut number = 2;
        while !self.taken.insert(name.clone()) {
            name = format!("{base}_{number}");
            number += 1;
        }
        name
    }

    /// Whether there is a function of this name.
    pub fn has(&self, name: &str) -> bool {
        self.taken.contains(name)
    }

    /// Adds a function that is called by name, of lines that are indented already or of none: then it does nothing.
    pub fn add(&mut self, name: String, at: Option<Span>, lines: Vec<String>) -> String {
        let about = at.map_or_else(String::new, |span| format!("# {}", self.input.sources.cite(span)));
        self.push(name, about, lines, true)
    }

    /// The function from this place with these lines, if there is one.
    pub fn same(&self, at: Span, lines: &[String]) -> Option<String> {
        let about = format!("# {}", self.input.sources.cite(at));
        let body = lines.join("\n");
        let place = self.bodies.get(&(about, body))?;
        Some(self.functions[*place].name.clone())
    }

    /// Adds a function that the runtime calls under its fixed name.
    pub fn add_fixed(&mut self, name: &str, about: &str, lines: Vec<String>) {
        self.push(name.to_owned(), format!("# {about}"), lines, false);
    }

    fn push(&mut self, name: String, about: String, lines: Vec<String>, called: bool) -> String {
        let body = if lines.is_empty() { "  :".to_owned() } else { lines.join("\n") };
        self.bodies.entry((about.clone(), body.clone())).or_insert(self.functions.len());
        self.functions.push(Function { name: name.clone(), about, body, called });
        name
    }
}

/// Commands of the plan as lines of a function's body.
pub fn verbatim(text: &str, levels: usize) -> String {
    layout::indent(text, levels)
}

/// A call as one line of a function's body, broken where it is long.
pub fn call(levels: usize, words: &[Shell]) -> String {
    let pad = "  ".repeat(levels);
    let mut lines = vec![pad.clone()];
    for (number, word) in words.iter().enumerate() {
        let word = word.to_string();
        let Some(line) = lines.last_mut() else { break };
        if number == 0 {
            line.push_str(&word);
        } else if number > 1 && line.len() + word.len() > 110 && !line.trim().is_empty() {
            line.push_str(" \\");
            lines.push(format!("{pad}  {word}"));
        } else {
            line.push(' ');
            line.push_str(&word);
        }
    }
    lines.join("\n")
}
