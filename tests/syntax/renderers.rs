//! The renderers: order, doubles, the three formats, and that nothing of a plan reaches a terminal unseen.

use rbk::diagnostics::{Diagnostic, Format, render};
use rbk::source::{FileId, Sources, Span};

const PLAN: &str = "plan a \"Añb\" {\n  rto 5min\n}\n";

fn span(start: u32, end: u32) -> Span {
    Span { file: FileId(0), start, end }
}

fn sources() -> Sources {
    let mut sources = Sources::default();
    sources.add("plans/a.rbk", PLAN);
    sources.add("plans/b.rbk", "x\n");
    sources
}

fn findings() -> Vec<Diagnostic> {
    let later = Diagnostic::error("late", "later", Span { file: FileId(1), start: 0, end: 1 }, "here");
    let warning = Diagnostic::warning("unit", "a warning", span(22, 26), "there");
    let error = Diagnostic::error("unit", "unknown unit", span(22, 26), "no unit")
        .also(span(5, 6), "in this plan")
        .note("one paragraph")
        .help("did you mean `5m`?");
    vec![later.clone(), warning, error, later]
}

#[test]
fn short_is_one_line_each_in_order() {
    let shown = render(Format::Short, false, &sources(), &findings());
    let expected = "plans/a.rbk:2:7: error[unit]: unknown unit\n\
                    plans/a.rbk:2:7: warning[unit]: a warning\n\
                    plans/b.rbk:1:1: error[late]: later\n";
    assert_eq!(shown, expected);
    let lines = Diagnostic::error("x", "two\nlines", span(0, 0), "");
    assert_eq!(render(Format::Short, false, &sources(), &[lines]), "plans/a.rbk:1:1: error[x]: two lines\n");
}

#[test]
fn human_shows_the_places() {
    let shown = render(Format::Human, false, &sources(), &findings()[2..3]);
    let expected = "\
error[unit]: unknown unit
  ┌─ plans/a.rbk:2:7
  │
1 │ plan a \"Añb\" {
  │      - in this plan
2 │   rto 5min
  │       ^^^^ no unit
  │
  = one paragraph
  = help: did you mean `5m`?

";
    assert_eq!(shown, expected);
}

#[test]
fn colour_only_when_asked_for() {
    for (color, wanted) in [(true, true), (false, false)] {
        assert_eq!(render(Format::Human, color, &sources(), &findings()).contains('\u{1b}'), wanted);
        assert!(!render(Format::Short, color, &sources(), &findings()).contains('\u{1b}'));
        assert!(!render(Format::Json, color, &sources(), &findings()).contains('\u{1b}'));
    }
}

#[test]
fn json_has_everything() {
    let shown: serde_json::Value = serde_json::from_str(&render(Format::Json, false, &sources(), &findings())).unwrap();
    let expected = serde_json::json!({
        "rule": "unit", "level": "error", "message": "unknown unit", "file": "plans/a.rbk",
        "labels": [
            { "file": "plans/a.rbk", "line": 2, "column": 7, "end_line": 2, "end_column": 11, "start": 22, "end": 26, "text": "no unit" },
            { "file": "plans/a.rbk", "line": 1, "column": 6, "end_line": 1, "end_column": 7, "start": 5, "end": 6, "text": "in this plan" },
        ],
        "notes": ["one paragraph"], "fix": null, "help": "did you mean `5m`?",
    });
    assert_eq!(shown[0], expected);
    assert_eq!(shown[1]["level"], "warning");
    assert_eq!(shown.as_array().unwrap().len(), 3);
    assert_eq!(render(Format::Json, false, &sources(), &[]), "[]\n");
}

#[test]
fn a_terminal_is_not_harmed() {
    let mut sources = Sources::default();
    sources.add("\u{1b}]0;a", "sh \"\u{1b}[2J\u{202e}\u{9b}\r\u{0}\"\n");
    let finding = Diagnostic::error("x", "said \u{1b}[31m", span(4, 8), "label \u{7}").help("help \u{202e}");
    for format in [Format::Human, Format::Short, Format::Json] {
        let shown = render(format, false, &sources, std::slice::from_ref(&finding));
        let harmful = |c: char| (c.is_control() && c != '\n') || c == '\u{202e}';
        // JSON writes control characters as `\u001b`; the direction character stands in a string as it is.
        assert!(format == Format::Json || !shown.contains(harmful), "{shown:?}");
        assert!(!shown.contains('\u{1b}'), "{shown:?}");
    }
}

#[test]
fn spans_that_fit_nowhere_are_shown_all_the_same() {
    for (start, end) in [(9, 10), (10, 9), (29, 29), (1_000, 2_000), (u32::MAX, u32::MAX)] {
        for format in [Format::Human, Format::Short, Format::Json] {
            let shown = render(format, true, &sources(), &[Diagnostic::error("x", "lost", span(start, end), "here")]);
            assert!(shown.contains("lost"), "{start}..{end}: {shown}");
        }
    }
    let nowhere = Diagnostic { labels: Vec::new(), ..Diagnostic::error("x", "no place", span(0, 0), "") };
    assert_eq!(render(Format::Human, false, &sources(), std::slice::from_ref(&nowhere)), "error[x]: no place\n\n");
    assert_eq!(render(Format::Short, false, &sources(), &[nowhere]), "error[x]: no place\n");
}
