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

/// The comment that begins behind blanks, from the `#` to the end of the line; or on the next line, if a `\` leads to it.
pub fn comment(text: &str, from: usize) -> Option<Range<usize>> {
    let behind = text.get(from..)?;
    let blank = [' ', '\t'];
    let next = behind.trim_start_matches(blank).strip_prefix("\\\n");
    let line = next.unwrap_or(behind).split('\n').next()?;
    let start = next.map_or(from, |next| text.len() - next.len()) + line.len();
    let rest = line.trim_start_matches(blank);
    let apart = next.is_some() || rest.len() < line.len();
    (rest.starts_with('#') && apart).then(|| start - rest.len()..start)
}
