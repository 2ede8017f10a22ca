//! Strings and texts: dedenting, escapes, `${…}`, and the way back to the file.

use super::parsed;
use rbk::source::{Sources, Span};
use rbk::syntax::{Literal, Piece, Text};

/// The string or text that a file consisting of `token` holds.
fn text(token: &str) -> (Sources, Text) {
    let (sources, tree, errors) = parsed("x.rbk", token);
    assert_eq!(errors, [], "{token}");
    match &tree.items[0].atoms[0].value {
        Literal::Str(text) | Literal::Text(text) => (sources, (**text).clone()),
        other => panic!("{token} is {other:?}"),
    }
}

fn value(token: &str) -> String {
    text(token).1.value
}

/// Every character of the value must be found again in the file, at the place that the map says.
fn assert_map(token: &str, view: impl Fn(&Text) -> Text) {
    let (sources, text) = text(token);
    let text = view(&text);
    for (at, character) in text.value.char_indices() {
        let span = text.span(at..at + character.len_utf8());
        assert_eq!(sources.text(span), character.to_string(), "at {at} of {:?} from {token:?}", text.value);
    }
}

#[test]
fn texts_are_dedented() {
    for (token, expected) in [
        (r#""""a b""""#, "a b"),
        (r#"""" a """"#, " a "),
        ("\"\"\"\"\"\"", ""),
        ("\"\"\"\n\"\"\"", ""),
        ("\"\"\"\n\n\n\"\"\"", "\n"),
        ("\"\"\"  \n    a\n      b\n    \"\"\"", "a\n  b"),
        ("\"\"\"\n  a\n\n  b\n\"\"\"", "a\n\nb"),
        ("\"\"\"\n  a\n \n  b\n  \"\"\"", "a\n\nb"),
        ("\"\"\"\n  a\n     \n  b\n  \"\"\"", "a\n   \nb"),
        ("\"\"\"\n\ta\n\t\tb\n\"\"\"", "a\n\tb"),
        ("\"\"\"\n\ta\n    b\n\"\"\"", "\ta\n    b"),
        ("\"\"\"first\n    second\n    third\"\"\"", "first\nsecond\nthird"),
        ("\"\"\"\n  a\n  b\"\"\"", "a\nb"),
        ("\"\"\"\n    a\n  é\n\"\"\"", "  a\né"),
        ("\"\"\"say \"hi\"\"\"\"", "say \"hi\""),
        ("\"\"\"\"\"a\"\"\"", "\"\"a"),
        ("\"\"\"a\\\"\"\"", "a\\"),
        ("\"\"\"${x} \\n\"\"\"", "${x} \\n"),
    ] {
        assert_eq!(value(token), expected, "{token:?}");
        assert_map(token, Text::clone);
    }
}

#[test]
fn strings_end_at_the_first_quote_that_is_not_escaped() {
    assert_eq!(value(r#""a \" b""#), r#"a \" b"#);
    assert_eq!(value(r#""a \\""#), r"a \\");
    assert_eq!(value(r#""a \\\" b""#), r#"a \\\" b"#);
    assert_eq!(value(r#""""#), "");
}

#[test]
fn a_shell_sees_only_one_escape() {
    for (token, expected) in [
        (r#""echo \"$x\" \n \\ \$""#, r#"echo "$x" \n \\ \$"#),
        (r#""printf '\\\"'""#, r#"printf '\\"'"#),
        (r#""""echo \" \\ """"#, r#"echo \" \\ "#),
        ("\"\"\"\n  a \\\"\n  b\n\"\"\"", "a \\\"\nb"),
        (r#""""#, ""),
        (r#""é \" é""#, "é \" é"),
    ] {
        assert_eq!(text(token).1.shell().value, expected, "{token}");
        assert_map(token, |text| text.shell().into_owned());
    }
}

#[test]
fn pieces_tell_values_from_text() {
    let (sources, text) = text(r#"x "a \"b\" \\ \n\t\$ ${release}-${stamp} \${no} $5 é""#.trim_start_matches("x "));
    let pieces = text.pieces();
    let shown: Vec<String> = pieces
        .iter()
        .map(|piece| match piece {
            Piece::Text(text) => text.clone(),
            Piece::Value { name, span } => format!("<{name}={}>", sources.text(*span)),
            other => format!("{other:?}"),
        })
        .collect();
    assert_eq!(shown, ["a \"b\" \\ \n\t$ ", "<release=${release}>", "-", "<stamp=${stamp}>", " ${no} $5 é"]);
}

#[test]
fn pieces_of_texts_have_no_escapes() {
    let (sources, text) = text("\"\"\"\n    a \\n\n    ${x}\n\"\"\"");
    let span = Span { start: 17, end: 21, ..Span::default() };
    assert_eq!(sources.text(span), "${x}");
    assert_eq!(text.pieces(), [Piece::Text("a \\n\n".into()), Piece::Value { name: "x".into(), span }]);
}

#[test]
fn pieces_point_at_what_is_wrong() {
    let (sources, text) = text(r#""\q ${1} ${} ${a-b} ${open \é""#);
    let wrong: Vec<&str> = text
        .pieces()
        .iter()
        .filter_map(|piece| match piece {
            Piece::BadEscape(span) | Piece::BadValue(span) => Some(sources.text(*span)),
            _ => None,
        })
        .collect();
    assert_eq!(wrong, ["\\q", "${1", "${", "${a", "${open", "\\é"]);
}
