//! The building blocks of the view: inline Markdown, and the few shapes that the templates know how to draw.
//!
//! In: texts. Out: values for templates: a `String` is still plain and is escaped when it is written, an `Md` is
//! Markdown already. Both are right in a table too.

use minijinja::Value;
use serde::{Serialize, Serializer};

use super::escape;

/// Inline Markdown.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Md(String);

impl Md {
    /// A text as its author wrote it.
    pub fn text(text: &str) -> Md {
        Md(escape::inline(text))
    }

    /// In the type of a machine.
    pub fn code(text: &str) -> Md {
        Md(escape::code(text))
    }

    /// A sentence of rbk's own, with names between backticks.
    pub fn told(sentence: &str) -> Md {
        let pieces = sentence.split('`').enumerate();
        Md(pieces.map(|(at, piece)| if at % 2 == 1 { escape::code(piece) } else { inner(piece) }).collect())
    }

    /// A link to an anchor of the same file.
    pub fn link(text: &str, anchor: &str) -> Md {
        Md(format!("[{}](#{anchor})", escape::inline(text)))
    }

    /// A text that links can lead to.
    pub fn anchored(text: &str, anchor: &str) -> Md {
        Md(format!("<a id=\"{anchor}\"></a>{}", escape::inline(text)))
    }

    /// Nothing to see, but places where links lead.
    pub fn anchors(ids: &[String]) -> Md {
        Md(ids.iter().map(|id| format!("<a id=\"{id}\"></a>")).collect())
    }

    /// Several, with something between them.
    pub fn join(parts: &[Md], between: &str) -> Md {
        Md(parts.iter().filter(|p| !p.is_empty()).map(|p| p.0.as_str()).collect::<Vec<_>>().join(between))
    }

    /// One after the other, a blank between them.
    pub fn and(self, other: Md) -> Md {
        Md::join(&[self, other], " ")
    }

    /// Is there nothing to read?
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

/// A piece of a line, with the blanks at its ends.
fn inner(piece: &str) -> String {
    let blank = |there: bool| if there { " " } else { "" };
    let text = escape::inline(piece);
    let (before, after) = (piece.starts_with(' '), piece.ends_with(' ') && !text.is_empty());
    format!("{}{text}{}", blank(before), blank(after))
}

impl Serialize for Md {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        Value::from_safe_string(self.0.clone()).serialize(serializer)
    }
}

/// A label and what is said about it.
#[derive(Debug, Clone, Serialize)]
pub struct Fact {
    /// From the catalogue.
    pub label: String,
    /// What is said.
    pub value: Md,
}

/// Something to copy or to compare, in a fence of its own.
#[derive(Debug, Clone, Serialize, PartialEq, Eq)]
pub struct Block {
    /// What it is, in one line above it.
    pub caption: Option<String>,
    /// `sh`, `sql`, `text`, `mermaid`.
    pub language: &'static str,
    /// The content, byte for byte.
    pub text: String,
    /// Where the same content stands already; then it is not written again.
    pub link: Option<Md>,
}

impl Block {
    /// A command.
    pub fn sh(text: impl Into<String>) -> Block {
        Block { caption: None, language: "sh", text: text.into(), link: None }
    }

    /// What is seen.
    pub fn text(text: impl Into<String>) -> Block {
        Block { caption: None, language: "text", text: text.into(), link: None }
    }

    /// With a line above it.
    pub fn under(self, caption: impl Into<String>) -> Block {
        Block { caption: Some(caption.into()), ..self }
    }
}

/// One declaration: its title, what is known about it, its commands.
#[derive(Debug, Clone, Default, Serialize)]
pub struct Card {
    /// Where links lead.
    pub anchor: String,
    /// Its title.
    pub title: String,
    /// Its name in the plan.
    pub name: String,
    /// What is known.
    pub facts: Vec<Fact>,
    /// Long texts.
    pub about: Vec<String>,
    /// Commands and texts to copy.
    pub blocks: Vec<Block>,
    /// Lines to tick off.
    pub groups: Vec<Group>,
}

/// Lines to tick off below a heading.
#[derive(Debug, Clone, Default, Serialize)]
pub struct Group {
    /// The heading, if any.
    pub title: Option<String>,
    /// The lines.
    pub items: Vec<Item>,
    /// The commands of the lines.
    pub blocks: Vec<Block>,
}

/// A line to tick off.
#[derive(Debug, Clone, Serialize)]
pub struct Item {
    /// What must be so.
    pub text: Md,
    /// More about it.
    pub about: Option<String>,
}

/// A table.
#[derive(Debug, Clone, Default, Serialize)]
pub struct Table {
    /// Above it, if it has a name.
    pub title: Option<String>,
    /// Where links lead.
    pub anchor: Option<String>,
    /// Long texts.
    pub about: Vec<String>,
    /// Short ones, below it.
    pub notes: Vec<Md>,
    /// From the catalogue or the plan.
    pub head: Vec<Md>,
    /// As many cells a row as the head has.
    pub rows: Vec<Vec<Md>>,
}
