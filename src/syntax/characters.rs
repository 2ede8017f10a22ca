//! Characters that don't belong into a plan: what they are called, what to write instead, and the invisible ones.
//!
//! In: a character, or a whole file. Out: words for a diagnostic.

use crate::diagnostics::Diagnostic;
use crate::source::{FileId, Span};

/// What to write instead of a character that has no meaning outside strings.
pub(super) fn instead(character: char) -> &'static str {
    match character {
        '(' | ')' => "parentheses have no meaning here; blocks stand in `{ }`, lists in `[ ]`",
        '&' => "checks are joined by `all { … }`",
        '|' => "alternatives are written `any { … }`, or as a list `[a, b]`",
        '!' => "a check is negated by `not`, numbers differ by `!=`",
        '$' => "a value is written `$name`; `${name}` stands in strings only",
        '\\' => "a line isn't continued by `\\`: put the options in a block, commands in `\"\"\"`",
        '.' | '~' => "a path, an address or a version stands in quotes",
        '→' | '⇒' => "write `->`",
        '≥' => "write `>=`",
        '≤' => "write `<=`",
        '≠' => "write `!=`",
        '–' | '—' | '−' | '‐' | '‑' => "write `-`",
        '…' => "write `..` for a range",
        '*' | '+' => "there is no arithmetic; other text stands in quotes",
        _ if character.is_whitespace() => "write an ordinary blank",
        _ => "text stands in quotes: `\"…\"`",
    }
}

/// A character as a message shows it: by its number too if it isn't ASCII, by that alone if it can't be seen.
pub(super) fn shown(character: char) -> String {
    match character {
        '`' => "a backquote".to_owned(),
        _ if character.is_control() => format!("U+{:04X}", character as u32),
        _ if character.is_whitespace() => format!("an unusual blank (U+{:04X})", character as u32),
        _ if character.is_ascii() => format!("`{character}`"),
        _ => format!("`{character}` (U+{:04X})", character as u32),
    }
}

/// Characters that nobody sees and that make a plan read differently than it runs.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Hidden {
    Return,
    Null,
    Control,
    Direction,
    Mark,
}

const HIDDEN: [Hidden; 5] = [Hidden::Return, Hidden::Null, Hidden::Control, Hidden::Direction, Hidden::Mark];

impl Hidden {
    fn of(character: char) -> Option<Hidden> {
        match character {
            '\t' | '\n' => None,
            '\r' => Some(Hidden::Return),
            '\0' => Some(Hidden::Null),
            '\u{202A}'..='\u{202E}' | '\u{2066}'..='\u{2069}' | '\u{200B}'..='\u{200F}' => Some(Hidden::Direction),
            '\u{FEFF}' => Some(Hidden::Mark),
            _ if character.is_control() => Some(Hidden::Control),
            _ => None,
        }
    }

    fn words(self) -> (&'static str, &'static str, &'static str) {
        match self {
            Hidden::Return => ("the file has CR line ends", "a carriage return", "save the file with LF line ends"),
            Hidden::Null => ("the file has NUL bytes", "a NUL byte", "remove it; a plan is plain text"),
            Hidden::Control => {
                ("the file has control characters", "a control character", "remove it; line ends and tabs are fine")
            }
            Hidden::Direction => (
                "the file has invisible characters, which can make a plan read differently than it runs",
                "an invisible character",
                "remove it",
            ),
            Hidden::Mark => {
                ("the file has a byte order mark", "a byte order mark (U+FEFF)", "save the file as UTF-8 without BOM")
            }
        }
    }
}

/// Whether `hidden` speaks about this character.
pub(super) fn is_hidden(character: char) -> bool {
    Hidden::of(character).is_some()
}

/// One diagnostic for each kind of invisible character in the file, at the first of its kind.
pub(super) fn hidden(file: FileId, text: &str) -> Vec<Diagnostic> {
    let mut found = [(0usize, 0usize, 0usize); HIDDEN.len()];
    for at in suspicious(text.as_bytes()) {
        let Some(character) = text.get(at..).and_then(|rest| rest.chars().next()) else { continue };
        let Some(kind) = Hidden::of(character).and_then(|kind| HIDDEN.iter().position(|&other| other == kind)) else {
            continue;
        };
        let (count, start, end) = &mut found[kind];
        if *count == 0 {
            (*start, *end) = (at, at + character.len_utf8());
        }
        *count += 1;
    }
    let told = HIDDEN.iter().zip(found).filter(|(_, (count, ..))| *count > 0);
    told.map(|(kind, (count, start, end))| {
        let (message, label, help) = kind.words();
        let label = if count > 1 { format!("{label}, the first of {count}") } else { label.to_owned() };
        Diagnostic::error("syntax", message, span(file, start, end), label).help(help)
    })
    .collect()
}

/// The places of bytes that may begin a hidden character: the first byte of nearly all others tells that they are harmless.
/// Most files have none, so pieces are looked at as wholes first, which is a few instructions for each.
fn suspicious(text: &[u8]) -> impl Iterator<Item = usize> {
    const PIECE: usize = 64;
    let one = |byte: u8| matches!(byte, 0..0x20 | 0x7F | 0xC2 | 0xE2 | 0xEF) & !matches!(byte, b'\t' | b'\n');
    let pieces =
        text.chunks(PIECE).enumerate().filter(move |(_, piece)| piece.iter().fold(false, |any, &b| any | one(b)));
    pieces.flat_map(move |(number, piece)| {
        (0..piece.len()).filter(move |&at| one(piece[at])).map(move |at| number * PIECE + at)
    })
}

/// A span from `usize` offsets.
pub(super) fn span(file: FileId, start: usize, end: usize) -> Span {
    let offset = |at: usize| u32::try_from(at).unwrap_or(u32::MAX);
    Span { file, start: offset(start), end: offset(end) }
}
