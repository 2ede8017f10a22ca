//! What `rbk` has to say about a plan: one type, several renderers.
//!
//! In: findings of every stage. Out: text for people (`human`), one line each (`short`), or JSON.
//! Not its business: deciding what is wrong.

use crate::source::Span;

/// How bad it is. Errors and warnings make `rbk check` exit 1, notes do not.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Level {
    /// The plan is wrong or unsafe; nothing is compiled.
    Error,
    /// Compiled, but somebody should look.
    Warning,
    /// Worth knowing; never fails a check.
    Note,
}

/// A place and what is to be seen there.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Label {
    /// The place.
    pub span: Span,
    /// What is to be seen there, in a few words.
    pub text: String,
}

/// One finding: the effect in plain words, the places, and what to do.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Diagnostic {
    /// Stable name such as `restore-without-backup`; `syntax`, `name`, `type` … for the early stages.
    pub rule: &'static str,
    /// How bad it is.
    pub level: Level,
    /// One sentence that names the object and says the effect.
    pub message: String,
    /// The main place first, then the others (what should have come before, the other declaration …).
    pub labels: Vec<Label>,
    /// Longer explanation, such as the run that ends badly; one paragraph each.
    pub notes: Vec<String>,
    /// What to do.
    pub help: Option<String>,
}

impl Diagnostic {
    /// A finding at a place.
    pub fn new(
        rule: &'static str,
        level: Level,
        message: impl Into<String>,
        span: Span,
        label: impl Into<String>,
    ) -> Self {
        let labels = vec![Label { span, text: label.into() }];
        Diagnostic { rule, level, message: message.into(), labels, notes: Vec::new(), help: None }
    }

    /// An error at a place.
    pub fn error(rule: &'static str, message: impl Into<String>, span: Span, label: impl Into<String>) -> Self {
        Self::new(rule, Level::Error, message, span, label)
    }

    /// A warning at a place.
    pub fn warning(rule: &'static str, message: impl Into<String>, span: Span, label: impl Into<String>) -> Self {
        Self::new(rule, Level::Warning, message, span, label)
    }

    /// Adds a second place.
    #[must_use]
    pub fn also(mut self, span: Span, text: impl Into<String>) -> Self {
        self.labels.push(Label { span, text: text.into() });
        self
    }

    /// Adds a paragraph.
    #[must_use]
    pub fn note(mut self, text: impl Into<String>) -> Self {
        self.notes.push(text.into());
        self
    }

    /// Says what to do.
    #[must_use]
    pub fn help(mut self, text: impl Into<String>) -> Self {
        self.help = Some(text.into());
        self
    }
}
