//! Variables that builtins set: `read x`, `export x=1`, `printf -v x`, `mapfile x`, `getopts o x`; `unset` sets none.
//!
//! In: the words of a command. Out: the names, each with the index of its word.

use super::Word;

/// The variables that a command sets, if it is such a builtin.
pub fn sets(words: &[Word]) -> Vec<(&str, usize)> {
    let name = words.first().and_then(Word::literal).unwrap_or("");
    let valued: &[&str] = match name {
        "export" | "local" | "declare" | "typeset" | "readonly" | "getopts" => &[],
        "read" => &["-d", "-i", "-n", "-N", "-p", "-t", "-u"],
        "mapfile" | "readarray" => &["-d", "-n", "-O", "-s", "-u", "-C", "-c"],
        "printf" => return printf(words).into_iter().collect(),
        _ => return Vec::new(),
    };
    let (mut found, mut skip_next) = (Vec::new(), name == "getopts");
    for (at, word) in words.iter().enumerate().skip(1) {
        let (option, skipped) = (word.text.starts_with('-'), skip_next);
        skip_next = option && valued.contains(&word.text.as_str());
        let variable = word.text.split('=').next().unwrap_or("").trim_end_matches('+');
        // `export x` and `local x` without a value set nothing that a command could rely on, but `x` was meant.
        if !option && !skipped && is_name(variable) {
            found.push((variable, at));
        }
    }
    found
}

fn printf(words: &[Word]) -> Option<(&str, usize)> {
    let option = words.get(1).and_then(Word::literal) == Some("-v");
    let name = words.get(2).map(|word| word.text.as_str()).filter(|name| option && is_name(name))?;
    Some((name, 2))
}

fn is_name(text: &str) -> bool {
    let mut chars = text.chars();
    chars.next().is_some_and(|c| c.is_ascii_alphabetic() || c == '_')
        && chars.all(|c| c.is_ascii_alphanumeric() || c == '_')
}
