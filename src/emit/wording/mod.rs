//! The words that `rbk` itself says to people, in the language of the plan.
//!
//! In: a language, and parts of a program. Out: plain sentences, nothing escaped. One catalogue file a language;
//! a test compares their keys and looks for unused ones. Names, ids and commands are never translated.
//! Not its business: Markdown, shell, and the author's own words, which pass through as they are.

mod action;
mod check;
mod unit;
mod voice;

pub use unit::date;
pub use voice::Voice;

use std::collections::BTreeMap;

use anyhow::Context as _;

use crate::model::plan::Language;

const ENGLISH: &str = include_str!("../../../templates/markdown/en.json");
const SPANISH: &str = include_str!("../../../templates/markdown/es.json");

/// The catalogue of one language.
#[derive(Debug, Clone)]
pub struct Words {
    /// The language.
    pub language: Language,
    entries: BTreeMap<String, String>,
}

impl Words {
    /// The catalogue of a language. Fails only if the embedded file is not a table of texts.
    pub fn of(language: Language) -> anyhow::Result<Words> {
        let text = match language {
            Language::En => ENGLISH,
            Language::Es => SPANISH,
        };
        let entries = serde_json::from_str(text).context("the catalogue of words is not a table of texts")?;
        Ok(Words { language, entries })
    }

    /// All entries by key.
    pub fn entries(&self) -> &BTreeMap<String, String> {
        &self.entries
    }

    /// The words of a key; an unknown key stands for itself, and a test makes sure that there is none.
    pub fn get<'a>(&'a self, key: &'a str) -> &'a str {
        self.entries.get(key).map_or(key, String::as_str)
    }

    /// The words of a key with `{name}` replaced by values; braces in values stay as they are.
    pub fn fill(&self, key: &str, values: &[(&str, &str)]) -> String {
        let mut out = String::new();
        let mut rest = self.get(key);
        while let Some((before, after)) = rest.split_once('{') {
            out.push_str(before);
            let Some((name, tail)) = after.split_once('}') else {
                out.push('{');
                rest = after;
                continue;
            };
            let value = values.iter().find(|(key, _)| *key == name);
            out.push_str(value.map_or("", |(_, value)| value));
            rest = tail;
        }
        out + rest
    }

    /// `a, b and c`.
    pub fn join(&self, parts: &[String], last: &str) -> String {
        match parts {
            [] => String::new(),
            [one] => one.clone(),
            [first @ .., end] => format!("{} {} {end}", first.join(", "), self.get(last)),
        }
    }
}
