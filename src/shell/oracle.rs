//! A second opinion on texts that `parser` refuses: bash's own, where there is one.
//!
//! In: a text. Out: whether it is shell. The module asks nobody itself: who runs the program may give it somebody to ask.

use std::sync::OnceLock;

/// Says whether a text is shell; none if that can't be told.
pub type Oracle = fn(&str) -> Option<bool>;

static ORACLE: OnceLock<Oracle> = OnceLock::new();

/// Names who is asked; the first one stays.
pub fn ask_bash_by(oracle: Oracle) {
    let _ = ORACLE.set(oracle);
}

/// Asks.
pub fn ask(text: &str) -> Option<bool> {
    ORACLE.get().and_then(|oracle| oracle(text))
}
