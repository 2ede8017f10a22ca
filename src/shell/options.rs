//! What a command says to the shell itself: its options, and the comment behind it.
//!
//! In: words and text as they are written. Out: the options changed, the comment's place.

use super::tree::Pipeline;
use std::ops::Range;

/// `set -e`, `set -o pipefail` and their opposites.
pub fn set<'t>(mut words: impl Iterator<Item = &'t str>, here: &mut Pipeline) {
    if words.next() != Some("set") {
        return;
    }
    let mut named = None;
    for word in words {
        let on = word.starts_with('-');
        if let Some(on) = named.take() {
            match word {
                "errexit" => here.errexit = on,
                "pipefail" => here.pipefail = on,
                _ => {}
            }
        } else if on || word.starts_with('+') {
            named = word.ends_with('o').then_some(on);
            if word.contains('e') && !word.starts_with("--") {
                here.errexit = on;
            }
        }
    }
}

/// The comment that begins behind blanks, from the `#` to the end of the line.
pub fn comment(text: &str, from: usize) -> Option<Range<usize>> {
    let line = text.get(from..)?.split('\n').next()?;
    let rest = line.trim_start_matches([' ', '\t']);
    (rest.starts_with('#') && rest.len() < line.len()).then(|| from + line.len() - rest.len()..from + line.len())
}
