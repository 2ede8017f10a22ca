//! What was read of an item: its name, its options with their arguments, what stands in its block.
//!
//! In: `reader` fills it. Out: questions that the typed declarations ask. Not its business: what is missing or wrong.

use super::names::Target;
use super::plan::{Allow, Reason};
use super::statement::OnFailure;
use super::value::{Check, Command, Comparison, Template, Value};
use super::vocabulary::Form;
use crate::source::Span;
use crate::syntax::Item;

/// What an argument of an option says.
#[derive(Debug, Clone)]
pub enum Argument {
    /// Seconds.
    Duration(u64),
    /// Bytes.
    Size(u64),
    /// A number.
    Int(u32),
    /// Seconds, from and to.
    Estimate(u64, u64),
    /// A text.
    Text(Template),
    /// Days since 1970-01-01.
    Date(i64),
    /// A regular expression.
    Regex(String),
    /// A word.
    Word(String),
    /// Names with where they stand.
    Names(Vec<(Target, Span)>),
    /// Words.
    Words(Vec<(String, Span)>),
    /// A value.
    Value(Value),
    /// A check or a source.
    Check(Box<Check>),
    /// A comparison.
    Comparison(Comparison),
    /// What happens on failure.
    OnFailure(OnFailure),
    /// A block of commands with its own options.
    Commands(Vec<Command>, bool, Option<u64>),
    /// A rule's name.
    Rule(String),
}

/// An option that was given.
#[derive(Debug, Clone)]
pub struct Given {
    /// Its word.
    pub word: &'static str,
    /// Its arguments.
    pub args: Vec<Argument>,
    /// The options that belong to it.
    pub tail: Vec<Given>,
    /// Its reason.
    pub because: Option<Reason>,
    /// All of it.
    pub span: Span,
}

/// An item that was read by its form.
#[derive(Debug)]
pub struct Entry<'t> {
    /// Its name.
    pub name: Option<(&'t str, Span)>,
    /// Its title.
    pub title: Option<Template>,
    /// The options that were given.
    pub given: Vec<Given>,
    /// `name = value` lines.
    pub settings: Vec<(String, Value, Span)>,
    /// Items of its block that are neither options nor settings, with their forms; none: a statement.
    pub items: Vec<(Option<&'static Form>, &'t Item)>,
    /// The commands of its block.
    pub commands: Vec<Command>,
    /// The checks of its block.
    pub checks: Vec<Check>,
    /// All of it.
    pub span: Span,
    /// Its first words.
    pub head: Span,
    /// Its block, with both braces.
    pub block: Option<Span>,
    /// Was a part of it unreadable? Then what seems to be missing may be there.
    pub broken: bool,
}

impl Entry<'_> {
    /// The option of this word.
    pub fn get(&self, word: &str) -> Option<&Given> {
        self.given.iter().find(|given| given.word == word)
    }

    /// All options of this word.
    pub fn all<'e>(&'e self, word: &'e str) -> impl Iterator<Item = &'e Given> {
        self.given.iter().filter(move |given| given.word == word)
    }

    /// Was the flag given?
    pub fn has(&self, word: &str) -> bool {
        self.get(word).is_some()
    }

    /// Seconds.
    pub fn duration(&self, word: &str) -> Option<u64> {
        self.get(word)?.duration()
    }

    /// A text.
    pub fn text(&self, word: &str) -> Option<Template> {
        self.get(word)?.text()
    }

    /// A check.
    pub fn check(&self, word: &str) -> Option<Check> {
        self.get(word)?.check()
    }

    /// The first name of an option.
    pub fn target(&self, word: &str) -> Option<Target> {
        self.get(word)?.targets().first().map(|(target, _)| *target)
    }

    /// All names of all options of this word.
    pub fn targets(&self, word: &str) -> Vec<Target> {
        self.all(word).flat_map(Given::targets).map(|(target, _)| *target).collect()
    }

    /// All words of all options of this word.
    pub fn words(&self, word: &str) -> Vec<String> {
        let lists = self.all(word).filter_map(|given| match given.args.first() {
            Some(Argument::Words(words)) => Some(words),
            _ => None,
        });
        lists.flatten().map(|(word, _)| word.clone()).collect()
    }

    /// The word of an option.
    pub fn word(&self, word: &str) -> Option<String> {
        match self.get(word)?.args.first()? {
            Argument::Word(word) => Some(word.clone()),
            _ => None,
        }
    }

    /// The value of an option.
    pub fn value(&self, word: &str) -> Option<Value> {
        self.get(word)?.value()
    }

    /// The rules switched off.
    pub fn allows(&self) -> Vec<Allow> {
        let allow = |given: &Given| {
            let Some(Argument::Rule(rule)) = given.args.first() else { return None };
            let until = given.tail.iter().find_map(|tail| match tail.args.first() {
                Some(Argument::Date(day)) => Some(*day),
                _ => None,
            });
            Some(Allow {
                rule: rule.clone(),
                because: given.because.clone().unwrap_or_default(),
                until,
                span: given.span,
            })
        };
        self.all("allow").filter_map(allow).collect()
    }
}

impl Given {
    /// Its tail option of this word.
    pub fn tail(&self, word: &str) -> Option<&Given> {
        self.tail.iter().find(|given| given.word == word)
    }

    /// Seconds.
    pub fn duration(&self) -> Option<u64> {
        match self.args.first()? {
            Argument::Duration(seconds) => Some(*seconds),
            _ => None,
        }
    }

    /// A text.
    pub fn text(&self) -> Option<Template> {
        match self.args.first()? {
            Argument::Text(text) => Some(text.clone()),
            _ => None,
        }
    }

    /// A check.
    pub fn check(&self) -> Option<Check> {
        match self.args.first()? {
            Argument::Check(check) => Some((**check).clone()),
            _ => None,
        }
    }

    /// A value, first or second argument.
    pub fn value(&self) -> Option<Value> {
        self.args.iter().find_map(|arg| match arg {
            Argument::Value(value) => Some(value.clone()),
            _ => None,
        })
    }

    /// A comparison.
    pub fn comparison(&self) -> Option<Comparison> {
        self.args.iter().find_map(|arg| match arg {
            Argument::Comparison(comparison) => Some(comparison.clone()),
            _ => None,
        })
    }

    /// Its names.
    pub fn targets(&self) -> &[(Target, Span)] {
        let names = self.args.iter().find_map(|arg| match arg {
            Argument::Names(names) => Some(names.as_slice()),
            _ => None,
        });
        names.unwrap_or(&[])
    }
}
