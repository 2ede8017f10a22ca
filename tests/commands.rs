//! The tables of `library/commands` prove themselves: every entry has commands that it is for, every tool may have some that look
//! like destruction and are not. `RBK_UPDATE=1` has nothing to write here.

#![allow(clippy::unwrap_used, missing_docs)]

use rbk::model::value::Script;
use rbk::shell::{self, Effect, Parsed};
use rbk::source::{FileId, Span};
use rbk::syntax::Text;
use toml::{Table, Value};

fn parse(script: &str) -> std::sync::Arc<Parsed> {
    let text = Text { value: script.to_owned(), map: vec![(0, 0)], file: FileId(0), raw: true };
    shell::parse(&Script { text: text.into(), span: Span::default() })
}

fn tables() -> Vec<(String, Table)> {
    let folder = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("library/commands");
    let files = walkdir::WalkDir::new(folder).sort_by_file_name().into_iter().map(Result::unwrap);
    let toml = files.filter(|entry| entry.path().extension().is_some_and(|extension| extension == "toml"));
    let read = |entry: walkdir::DirEntry| {
        let name = entry.file_name().to_string_lossy().into_owned();
        (name, std::fs::read_to_string(entry.path()).unwrap().parse().unwrap())
    };
    toml.map(read).collect()
}

fn list<'t>(table: &'t Table, key: &str) -> Vec<&'t Value> {
    table.get(key).and_then(Value::as_array).into_iter().flatten().collect()
}

fn texts<'t>(table: &'t Table, key: &str) -> Vec<&'t str> {
    list(table, key).into_iter().filter_map(Value::as_str).collect()
}

/// What an example is seen to do, or why it is not what the entry says.
fn wrong(entry: &Table, example: &str) -> Option<String> {
    let parsed = parse(example);
    let wanted = entry["effect"].as_str().unwrap();
    if !parsed.problems.is_empty() {
        return Some(format!("{example}: {:?}", parsed.problems));
    }
    if wanted == "reads" {
        let reads = parsed.effects.is_empty() && parsed.unknown().next().is_none();
        return (!reads).then(|| format!("{example}: does not only read: {:?}", parsed.effects));
    }
    let says = entry["says"].as_str().unwrap();
    let words: Vec<&str> = says.split("{}").map(|part| part.trim().trim_end_matches(':')).collect();
    let target = entry.get("target").and_then(Value::as_str).unwrap_or("other").replace('_', " ");
    let meant = |seen: &&shell::Visible| {
        seen.effect.to_string() == wanted
            && seen.target.to_string() == target
            && words.iter().all(|word| seen.what.contains(word))
    };
    (parsed.effects.iter().find(meant).is_none()).then(|| format!("{example}: not `{says}` but {:?}", parsed.effects))
}

#[test]
fn every_entry_is_what_its_examples_do() {
    let mut failures = Vec::new();
    let mut tried = 0;
    for (file, table) in tables() {
        for tool in list(&table, "tool").into_iter().filter_map(Value::as_table) {
            for entry in list(tool, "does").into_iter().filter_map(Value::as_table) {
                for example in texts(entry, "example") {
                    tried += 1;
                    failures.extend(wrong(entry, example).map(|why| format!("{file}: {why}")));
                }
            }
        }
    }
    assert!(tried > 500, "only {tried} examples were tried");
    assert!(failures.is_empty(), "{} of {tried}:\n{}", failures.len(), failures.join("\n"));
}

#[test]
fn harmless_examples_lose_nothing() {
    let mut failures = Vec::new();
    for (file, table) in tables() {
        for tool in list(&table, "tool").into_iter().filter_map(Value::as_table) {
            for example in texts(tool, "harmless") {
                let parsed = parse(example);
                let lost: Vec<_> = parsed.losses().collect();
                if !lost.is_empty() || !parsed.problems.is_empty() {
                    failures.push(format!("{file}: {example}: {lost:?} {:?}", parsed.problems));
                }
            }
        }
    }
    assert!(failures.is_empty(), "{}", failures.join("\n"));
}

/// A tool that only reads must be reached by that name, and a dry run of anything changes nothing.
#[test]
fn dry_runs_change_nothing() {
    for (file, table) in tables() {
        for tool in list(&table, "tool").into_iter().filter_map(Value::as_table) {
            for entry in list(tool, "does").into_iter().filter_map(Value::as_table) {
                for example in texts(entry, "example").into_iter().filter(|example| !example.contains(['\'', '"'])) {
                    for dry in texts(tool, "dry").into_iter().chain(["--dry-run"]).filter(|dry| !dry.contains(' ')) {
                        let command = format!("{example} {dry}");
                        if example.contains(" -- ") {
                            continue;
                        }
                        let parsed = parse(&command);
                        let changes = |seen: &&shell::Visible| seen.effect != Effect::Reads;
                        assert_eq!(parsed.effects.iter().find(changes), None, "{file}: {command}");
                    }
                }
            }
        }
    }
}

/// Every difference is seen in its examples, and not in commands that work everywhere.
#[test]
fn differences_between_systems_are_seen() {
    let file = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("library/portability.toml");
    let table: Table = std::fs::read_to_string(file).unwrap().parse().unwrap();
    for entry in list(&table, "difference").into_iter().filter_map(Value::as_table) {
        let (options, works) = (texts(entry, "option"), texts(entry, "works"));
        let seen = |script: &str| {
            let parsed = parse(script);
            let all: Vec<_> = parsed.commands.iter().flat_map(shell::differences).collect();
            all.iter().any(|(d, option)| d.works == works && (options.contains(option) || options.is_empty()))
        };
        for example in texts(entry, "example") {
            assert!(seen(example), "{example} is not seen");
        }
        for fine in texts(entry, "fine") {
            assert!(!seen(fine), "{fine} is taken for something else");
        }
    }
}

/// What can't be run again in a text, in words.
fn repeats(example: &str) -> Vec<String> {
    let parsed = parse(example);
    assert!(parsed.problems.is_empty(), "{example}: {:?}", parsed.problems);
    let told = |(again, object): (&shell::Again, String)| again.does.words(&object);
    parsed.commands.iter().filter_map(shell::again).map(told).collect()
}

#[test]
fn what_a_second_run_does_is_what_its_examples_do() {
    let file = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("library/again.toml");
    let table: Table = std::fs::read_to_string(file).unwrap().parse().unwrap();
    let mut failures = Vec::new();
    for entry in list(&table, "again").into_iter().filter_map(Value::as_table) {
        let says = entry["says"].as_str().unwrap();
        let words: Vec<&str> = says.split("{}").map(str::trim).collect();
        let told = |text: &String| words.iter().all(|word| text.contains(word));
        let silent = texts(entry, "example").into_iter().filter(|example| !repeats(example).iter().any(told));
        failures.extend(silent.map(|example| format!("{example}: not `{says}` but {:?}", repeats(example))));
        let loud = texts(entry, "fine").into_iter().filter(|example| !repeats(example).is_empty());
        failures.extend(loud.map(|example| format!("{example}: is fine, but {:?}", repeats(example))));
    }
    assert!(failures.is_empty(), "{}", failures.join("\n"));
}
