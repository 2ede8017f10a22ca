//! Input that nobody would write: it costs no more than its size, and gets a few diagnostics.

use super::parsed;
use proptest::prelude::*;
use rbk::diagnostics::{self, Format};

const NOTES: &str = include_str!("cases/notes.rbk");
const SHOP: &str = include_str!("cases/shop.rbk");

/// Parses, renders in every format, and returns the messages.
fn messages(text: &str) -> Vec<String> {
    let (sources, _, errors) = parsed("x.rbk", text);
    for format in [Format::Human, Format::Short, Format::Json] {
        let shown = diagnostics::render(format, true, &sources, &errors);
        assert_eq!(shown.is_empty(), errors.is_empty() && format != Format::Json, "{format:?}");
    }
    errors.into_iter().map(|error| error.message).collect()
}

#[test]
fn deep_nesting_is_one_diagnostic() {
    for opener in ["[", "{", "a {", "a {\n", "[{", "a [\n", "x { y [ "] {
        let said = messages(&opener.repeat(100_000));
        assert_eq!(said.len(), 1, "{opener}: {said:?}");
    }
}

#[test]
fn sixty_four_levels_are_fine() {
    let nested = |depth: usize| format!("{}{}", "a {".repeat(depth), "}".repeat(depth));
    assert_eq!(messages(&nested(64)), [""; 0]);
    assert_eq!(messages(&nested(65)), ["brackets are nested more than 64 deep"]);
    let lists = |depth: usize| format!("a {}{}", "[".repeat(depth), "]".repeat(depth));
    assert_eq!(messages(&lists(64)), [""; 0]);
    assert_eq!(messages(&lists(65)), ["brackets are nested more than 64 deep"]);
}

#[test]
fn cascades_are_one_diagnostic() {
    assert_eq!(messages(&"a [ }\n".repeat(2_000)), ["2000 brackets are never closed", "2000 brackets close nothing"]);
    assert_eq!(messages(&"}".repeat(2_000)), ["2000 brackets close nothing"]);
    assert_eq!(messages(&"] ".repeat(2_000)), ["2000 brackets close nothing"]);
    assert_eq!(messages(&"a {\n".repeat(60)), ["60 brackets are never closed"]);
    assert_eq!(messages(&"\0".repeat(2_000)), ["the file has NUL bytes"]);
    assert_eq!(messages(&"a\r\n".repeat(2_000)), ["the file has CR line ends"]);
    let many = messages(&"a @\n".repeat(2_000));
    assert_eq!((many.len(), many.last().map(String::as_str)), (51, Some("and 1950 more syntax errors in this file")));
}

/// Pieces that might send a parser back and forth.
const PIECES: [&str; 34] = [
    "{", "}", "[", "]", "\"", "\"\"\"", "/", "//", "\\", "\n", "\r", " ", "\t", "#", ";", ",", "=", "a", "a-", "1",
    "1..", "-", "$", "“", "'", "é", "\u{0}", "\u{FEFF}", " {", " }", "\" {\n", "[a\n", "1d1d", "a = ",
];

/// Long runs of each piece, and shorter ones of each pair, are read to their end and lose nothing. A grammar that went back
/// and forth would not come to an end here; how long it takes is the benchmark's business.
#[test]
fn long_runs_of_anything_are_read() {
    for first in PIECES {
        _ = parsed("x.rbk", &first.repeat(100_000 / first.len()));
        for second in PIECES {
            let piece = format!("{first}{second}");
            _ = parsed("x.rbk", &piece.repeat(10_000 / piece.len()));
        }
    }
}

#[test]
fn megabytes_are_no_trouble() {
    let count = 2_000_000 / SHOP.len();
    let text = SHOP.repeat(count);
    let (_, tree, errors) = parsed("x.rbk", &text);
    assert_eq!(errors, []);
    assert_eq!(tree.items.len(), count * parsed("x.rbk", SHOP).1.items.len());
    let long_line = format!("a \"{}\" @", "x".repeat(10_000_000));
    assert_eq!(messages(&long_line), ["unexpected `@`"]);
}

/// One change to a text: cut out, doubled, or something put in.
#[derive(Debug, Clone)]
enum Change {
    Cut(usize, usize),
    Twice(usize, usize),
    Insert(usize, String),
}

fn change() -> impl Strategy<Value = Change> {
    let piece = prop_oneof![
        prop::sample::select(PIECES.to_vec()).prop_map(str::to_owned),
        any::<char>().prop_map(String::from)
    ];
    prop_oneof![
        (any::<usize>(), 0usize..80).prop_map(|(at, length)| Change::Cut(at, length)),
        (any::<usize>(), 0usize..200).prop_map(|(at, length)| Change::Twice(at, length)),
        (any::<usize>(), piece).prop_map(|(at, piece)| Change::Insert(at, piece)),
    ]
}

fn changed(text: &str, changes: &[Change]) -> String {
    let mut characters: Vec<char> = text.chars().collect();
    for change in changes {
        let length = characters.len();
        let within = |at: &usize, width: usize| (at % (length + 1), (at % (length + 1) + width).min(length));
        match change {
            Change::Cut(at, width) => {
                let (start, end) = within(at, *width);
                characters.drain(start..end);
            }
            Change::Twice(at, width) => {
                let (start, end) = within(at, *width);
                let copy: Vec<char> = characters[start..end].to_vec();
                characters.splice(end..end, copy);
            }
            Change::Insert(at, piece) => {
                let (start, _) = within(at, 0);
                characters.splice(start..start, piece.chars());
            }
        }
    }
    characters.into_iter().collect()
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 1_500, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn damaged_plans_are_read(shop in any::<bool>(), changes in prop::collection::vec(change(), 1..8)) {
        messages(&changed(if shop { SHOP } else { NOTES }, &changes));
    }

    #[test]
    fn arbitrary_bytes_are_read(bytes in prop::collection::vec(any::<u8>(), 0..400)) {
        messages(&String::from_utf8_lossy(&bytes));
    }

    #[test]
    fn heaps_of_pieces_are_read(pieces in prop::collection::vec(prop::sample::select(PIECES.to_vec()), 0..200)) {
        messages(&pieces.concat());
    }
}
