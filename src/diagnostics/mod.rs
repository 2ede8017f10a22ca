//! What `rbk` has to say about a plan: one type, several renderers.
//!
//! In: findings of every stage. Out: text for people (`human`), one line each (`short`), or JSON.
//! Not its business: deciding what is wrong.

mod fix;
mod human;
mod json;
mod layout;
mod short;
mod suggest;

pub use fix::{Edit, Fix, apply};
pub use suggest::suggest;

use crate::source::{Sources, Span};
use std::borrow::Cow;
use std::str::FromStr;

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

impl Level {
    /// As it stands in messages: `error`, `warning` or `note`.
    pub fn name(self) -> &'static str {
        match self {
            Level::Error => "error",
            Level::Warning => "warning",
            Level::Note => "note",
        }
    }
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
    /// The same, mechanically.
    pub fix: Option<Fix>,
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
        let labels = vec![Label { span, text: bounded(label) }];
        Diagnostic { rule, level, message: bounded(message), labels, notes: Vec::new(), help: None, fix: None }
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
        self.labels.push(Label { span, text: bounded(text) });
        self
    }

    /// Adds a paragraph.
    #[must_use]
    pub fn note(mut self, text: impl Into<String>) -> Self {
        self.notes.push(bounded(text));
        self
    }

    /// Says what to do.
    #[must_use]
    pub fn help(mut self, text: impl Into<String>) -> Self {
        self.help = Some(bounded(text));
        self
    }

    /// Says which of the candidates a misspelt word was probably meant to be, with the repair; else what is said instead. The
    /// repair is safe if there is no second candidate that it could have been.
    #[must_use]
    pub fn did_you_mean<'c>(
        self,
        word: &str,
        span: Span,
        candidates: impl Iterator<Item = &'c str> + Clone,
        otherwise: impl FnOnce() -> Option<String>,
    ) -> Self {
        let Some(near) = suggest(word, candidates.clone()) else {
            return match otherwise() {
                Some(help) => self.help(help),
                None => self,
            };
        };
        let told = self.help(format!("did you mean `{near}`?"));
        if (span.end - span.start) as usize != word.len() || suggest::doubtful(word, near, candidates.clone()) {
            return told;
        }
        let title = format!("write `{near}` in place of `{word}`");
        let fix = if suggest::certain(word, near, candidates) { Fix::safe(title) } else { Fix::risky(title) };
        told.fix(fix.replace(span, near))
    }

    /// Offers a repair.
    #[must_use]
    pub fn fix(mut self, fix: Fix) -> Self {
        self.fix = Some(fix);
        self
    }
}

/// Texts quote the plan, and a word of a plan may be megabytes long.
fn bounded(text: impl Into<String>) -> String {
    const LONGEST: usize = 2000;
    let text = text.into();
    match text.char_indices().nth(LONGEST) {
        Some((end, _)) => format!("{} …", &text[..end]),
        None => text,
    }
}

/// How findings are written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Format {
    /// For people, with the lines in question.
    #[default]
    Human,
    /// One line each.
    Short,
    /// One JSON document, a list.
    Json,
}

impl FromStr for Format {
    type Err = String;

    /// From `human`, `short` or `json`.
    fn from_str(name: &str) -> Result<Format, String> {
        match name {
            "human" => Ok(Format::Human),
            "short" => Ok(Format::Short),
            "json" => Ok(Format::Json),
            _ => Err(format!("unknown format `{name}`: it is one of human, short and json")),
        }
    }
}

/// Writes findings: by file, place and level, each once. `color` is for terminals and concerns `Human` only.
pub fn render(format: Format, color: bool, sources: &Sources, findings: &[Diagnostic]) -> String {
    let findings = sorted(findings);
    match format {
        Format::Human => human::render(color, sources, &findings),
        Format::Short => short::render(sources, &findings),
        Format::Json => json::render(sources, &findings),
    }
}

/// By file, place and level, each once; those without a place come first.
pub fn sorted(findings: &[Diagnostic]) -> Vec<&Diagnostic> {
    let mut sorted: Vec<&Diagnostic> = findings.iter().collect();
    let place = |finding: &Diagnostic| finding.labels.first().map(|label| (label.span.file, label.span.start));
    sorted.sort_by(|a, b| {
        let key = |finding| (place(finding), finding.level, finding.rule);
        key(a).cmp(&key(b)).then_with(|| a.message.cmp(&b.message))
    });
    sorted.dedup();
    sorted
}

/// Characters that a terminal acts on instead of showing them, or that turn the reading direction.
fn harmful(character: char) -> bool {
    let direction =
        matches!(character, '\u{200B}'..='\u{200F}' | '\u{202A}'..='\u{202E}' | '\u{2066}'..='\u{2069}' | '\u{FEFF}');
    direction || (character.is_control() && !matches!(character, '\n' | '\t'))
}

/// A text of ours with such characters, quoted from a plan, replaced.
fn clean(text: &str) -> Cow<'_, str> {
    if text.chars().any(harmful) { Cow::Owned(text.replace(harmful, "\u{FFFD}")) } else { Cow::Borrowed(text) }
}
