//! The parser: what it makes of right and wrong files, and that it loses nothing and never gives up.

use rbk::source::Sources;
use rbk::syntax::{Tree, parse};

fn parsed(text: &str) -> (Tree, Vec<rbk::diagnostics::Diagnostic>) {
    let mut sources = Sources::default();
    let file = sources.add("x.rbk", text);
    parse(&sources, file)
}

/// Every byte lies in exactly one token, and tokens are in order.
fn assert_tiles(text: &str, tree: &Tree) {
    let mut at = 0;
    for token in &tree.tokens {
        assert_eq!(token.span.start, at, "a gap or an overlap before {token:?} in {text:?}");
        assert!(token.span.end > at, "an empty token {token:?} in {text:?}");
        at = token.span.end;
    }
    assert_eq!(at as usize, text.len(), "the end is missing in {text:?}");
}

#[test]
fn whole_plans_parse() {
    for name in ["notes", "shop"] {
        let text = std::fs::read_to_string(format!("tests/syntax/cases/{name}.rbk")).unwrap();
        let (tree, errors) = parsed(&text);
        assert_tiles(&text, &tree);
        assert_eq!(errors, []);
    }
}
