//! A second opinion on texts that the parser behind `brush` can't read: bash's own, where there is one.
//!
//! In: a text. Out: whether it is shell. The module asks nobody itself: who runs the program may give it somebody to ask.

use std::sync::OnceLock;

/// Says whether a text is shell: none if that can't be told, else nothing or the mistake with its line, from 1.
pub type Oracle = fn(&str) -> Option<Result<(), Mistake>>;

/// A mistake that bash found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Mistake {
    /// The line, from 1.
    pub line: usize,
    /// What bash says.
    pub message: String,
}

static ORACLE: OnceLock<Oracle> = OnceLock::new();

/// Names who is asked; the first one stays.
pub fn ask_bash_by(oracle: Oracle) {
    let _ = ORACLE.set(oracle);
}

/// Asks.
pub fn ask(text: &str) -> Option<Result<(), Mistake>> {
    ORACLE.get().and_then(|oracle| oracle(text))
}
