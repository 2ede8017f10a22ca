//! The catalogues of words: one file a language, the same keys, each of them used.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use rbk::emit::wording::Words;
use rbk::model::plan::Language;

fn catalogue(language: Language) -> BTreeMap<String, String> {
    Words::of(language).expect("a table of texts").entries().clone()
}

#[test]
fn all_languages_have_the_same_keys() {
    let (english, spanish) = (catalogue(Language::En), catalogue(Language::Es));
    let keys = |words: &BTreeMap<String, String>| words.keys().cloned().collect::<BTreeSet<_>>();
    assert_eq!(keys(&english), keys(&spanish));
    assert!(english.len() > 300);
}

#[test]
fn all_languages_have_the_same_blanks() {
    let blanks = |text: &str| -> BTreeSet<String> {
        text.split('{').skip(1).filter_map(|rest| rest.split_once('}')).map(|(name, _)| name.to_string()).collect()
    };
    let spanish = catalogue(Language::Es);
    for (key, text) in catalogue(Language::En) {
        assert_eq!(blanks(&text), blanks(&spanish[&key]), "{key}");
        assert!(!text.is_empty() && !spanish[&key].is_empty(), "{key}");
    }
}

/// Words that stand in quotes in the source, or after `t.` in a template.
fn used() -> BTreeSet<String> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let mut words = BTreeSet::new();
    for folder in ["src/emit/markdown", "src/emit/wording", "src/emit/graph", "templates/markdown"] {
        for entry in walkdir::WalkDir::new(root.join(folder)).into_iter().flatten() {
            let path = entry.path();
            if !path.extension().is_some_and(|e| e == "rs" || e == "j2") {
                continue;
            }
            let text = std::fs::read_to_string(path).expect("a source file");
            words.extend(text.split(|c: char| !c.is_ascii_alphanumeric() && c != '_').map(str::to_string));
        }
    }
    words
}

#[test]
fn every_key_is_used() {
    let used = used();
    // Keys of these families are put together from a word of the plan or of the model.
    let families = ["do_", "effect_", "event_", "exit_", "grade_", "section_"];
    let unused: Vec<String> = catalogue(Language::En)
        .into_keys()
        .filter(|key| {
            let tail = families.iter().find_map(|family| key.strip_prefix(family));
            !used.contains(key) && !tail.is_some_and(|tail| used.contains(tail))
        })
        .collect();
    assert!(unused.is_empty(), "nobody says {unused:?}");
}

#[test]
fn no_key_is_missing() {
    let english = catalogue(Language::En);
    for (path, text) in super::plans() {
        let words = english.keys().filter(|key| key.contains('_')).cloned().collect::<BTreeSet<_>>();
        let book = super::book(&path, &text);
        for key in words {
            let bare = book.split(|c: char| !c.is_ascii_alphanumeric() && c != '_').any(|word| word == key);
            assert!(!bare || text.contains(&key), "{path}: `{key}` is shown in place of its words");
        }
    }
}

#[test]
fn a_blank_in_a_value_is_not_filled_again() {
    let words = Words::of(Language::En).expect("a table of texts");
    let told = words.fill("check_sql", &[("query", "{on}"), ("on", "db"), ("answer", "{query}")]);
    assert_eq!(told, "{on} on db {query}");
}

#[test]
fn times_sizes_and_numbers_follow_the_language() {
    let english = Words::of(Language::En).expect("a table of texts");
    let spanish = Words::of(Language::Es).expect("a table of texts");
    assert_eq!(english.duration(0), "0 s");
    assert_eq!(english.duration(90061), "1 d 1 h 1 min 1 s");
    assert_eq!(spanish.estimate((60, 120)), "de 1 min a 2 min");
    assert_eq!(english.estimate((60, 60)), "1 min");
    assert_eq!(english.size(10_000), "10 kB");
    assert_eq!(english.size(4 << 30), "4 GiB");
    assert_eq!(english.size(1500), "1500 B");
    assert_eq!((english.percent(2.5), spanish.percent(2.5)), ("2.5%".to_string(), "2,5 %".to_string()));
}

#[test]
fn days_are_those_of_the_calendar() {
    let cases = [
        (0, "1970-01-01"),
        (-1, "1969-12-31"),
        (11_016, "2000-02-29"),
        (20_758, "2026-11-01"),
        (47_540, "2100-02-28"),
        (47_541, "2100-03-01"),
    ];
    for (days, wanted) in cases {
        assert_eq!(rbk::emit::wording::date(days), wanted);
    }
}
