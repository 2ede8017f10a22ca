//! The fixed part of a script: of the runtime's pieces, those that the generated part reaches.
//!
//! In: generated shell text. Out: the pieces' text, verbatim, in their order. Not its business: what is generated.

use crate::model::plan::Language;
use std::collections::BTreeSet;

/// The shell files of the runtime, in the order in which they stand in a script.
const PIECES: &[&str] = &[
    include_str!("../../../templates/bash/runtime/text.sh"),
    include_str!("../../../templates/bash/runtime/output.sh"),
    include_str!("../../../templates/bash/runtime/supervise.sh"),
    include_str!("../../../templates/bash/runtime/journal.sh"),
    include_str!("../../../templates/bash/runtime/lock.sh"),
    include_str!("../../../templates/bash/runtime/values.sh"),
    include_str!("../../../templates/bash/runtime/ask.sh"),
    include_str!("../../../templates/bash/runtime/checks.sh"),
    include_str!("../../../templates/bash/runtime/check_http.sh"),
    include_str!("../../../templates/bash/runtime/check_tcp.sh"),
    include_str!("../../../templates/bash/runtime/check_file.sh"),
    include_str!("../../../templates/bash/runtime/step.sh"),
    include_str!("../../../templates/bash/runtime/backup.sh"),
    include_str!("../../../templates/bash/runtime/elsewhere.sh"),
    include_str!("../../../templates/bash/runtime/people.sh"),
    include_str!("../../../templates/bash/runtime/preflight.sh"),
    include_str!("../../../templates/bash/runtime/recover.sh"),
    include_str!("../../../templates/bash/runtime/reading.sh"),
    include_str!("../../../templates/bash/runtime/verbs.sh"),
];
const ENGLISH: &str = include_str!("../../../templates/bash/runtime/messages.en.sh");
const SPANISH: &str = include_str!("../../../templates/bash/runtime/messages.es.sh");

/// What comes before everything else.
pub const PROLOGUE: &str = include_str!("../../../templates/bash/runtime/prologue.sh");

/// A function with its comment, or a group of assignments.
struct Chunk<'a> {
    text: &'a str,
    /// The names that it defines.
    defines: Vec<&'a str>,
    /// The words in it, comments left out.
    uses: BTreeSet<&'a str>,
}

/// The part of the runtime that a generated text needs.
pub fn runtime(generated: &str, language: Language) -> String {
    let messages = match language {
        Language::En => ENGLISH,
        Language::Es => SPANISH,
    };
    let chunks: Vec<Chunk> = PIECES.iter().chain([&messages]).flat_map(|piece| chunks(piece)).collect();
    let mut wanted: BTreeSet<&str> = words(generated).collect();
    wanted.insert("rbk_main");
    let mut kept = vec![false; chunks.len()];
    loop {
        let before = wanted.len();
        for (chunk, kept) in chunks.iter().zip(&mut kept) {
            if !*kept && chunk.defines.iter().any(|name| wanted.contains(name)) {
                *kept = true;
                wanted.extend(&chunk.uses);
            }
        }
        if wanted.len() == before {
            break;
        }
    }
    let texts = chunks.iter().zip(&kept).filter(|(_, kept)| **kept).map(|(chunk, _)| chunk.text);
    texts.collect::<Vec<_>>().join("\n\n")
}

/// Cuts a piece at empty lines outside of functions, and behind each function.
fn chunks(piece: &str) -> Vec<Chunk<'_>> {
    let mut found = Vec::new();
    let (mut start, mut at, mut inside) = (0, 0, false);
    for line in piece.split_inclusive('\n') {
        let end = at + line.len();
        let line = line.trim_end();
        inside |= line.ends_with("() {") && !line.starts_with(' ');
        let closes = inside && line == "}";
        if closes || (!inside && line.is_empty()) {
            found.push(piece[start..end].trim());
            (start, inside) = (end, false);
        }
        at = end;
    }
    found.push(piece[start..].trim());
    let has_code = |text: &&str| text.lines().any(|line| !line.starts_with('#') && !line.is_empty());
    found.into_iter().filter(has_code).map(chunk).collect()
}

fn chunk(text: &str) -> Chunk<'_> {
    let code = || text.lines().filter(|line| !line.starts_with('#'));
    let function = code().next().and_then(|line| line.strip_suffix("() {"));
    let defines = match function {
        Some(name) => vec![name],
        None => code().flat_map(assigned).collect(),
    };
    let uses = code().flat_map(words).collect();
    Chunk { text, defines, uses }
}

/// The names that a line of assignments sets.
fn assigned(line: &str) -> impl Iterator<Item = &str> {
    let tokens = line.split(" #").next().unwrap_or("").split(' ');
    tokens.filter_map(|token| token.split_once('=')).map(|(name, _)| name)
}

/// The words of a text that may be names.
pub fn words(text: &str) -> impl Iterator<Item = &str> {
    let is_name = |c: char| c.is_ascii_alphanumeric() || c == '_';
    text.split(move |c: char| !is_name(c)).filter(|word| !word.is_empty())
}
