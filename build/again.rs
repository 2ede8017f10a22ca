//! `library/again.toml` as Rust.
//!
//! In: the file. Out: `AGAIN` for `src/shell/again.rs`, sorted by tool. What a key means stands in docs/commands.md.

use super::commands::{Object, camel, paths};
use serde::Deserialize;
use std::path::Path;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    again: Vec<Again>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Again {
    tools: Vec<String>,
    #[serde(default)]
    valued: Vec<String>,
    #[serde(default)]
    path: Vec<String>,
    #[serde(default)]
    when: Vec<String>,
    #[serde(default)]
    unless: Vec<String>,
    object: Option<Object>,
    #[serde(default)]
    like: Vec<String>,
    #[serde(default)]
    unlike: Vec<String>,
    #[serde(default)]
    alone: bool,
    because: String,
    says: String,
    write: String,
    /// Read by the tests, which try it.
    example: Vec<String>,
    /// Read by the tests.
    fine: Vec<String>,
}

/// The table, one entry a tool, in their order.
pub fn table(file: &Path) -> String {
    let text = std::fs::read_to_string(file).unwrap_or_else(|error| panic!("{}: {error}", file.display()));
    let parsed: File = toml::from_str(&text).unwrap_or_else(|error| panic!("{}: {error}", file.display()));
    let mut entries: Vec<(&str, String)> = Vec::new();
    for entry in &parsed.again {
        assert!(!entry.example.is_empty() && !entry.fine.is_empty(), "{:?} has no example", entry.tools);
        entries.extend(entry.tools.iter().map(|tool| (tool.as_str(), rust(entry, tool))));
    }
    entries.sort_by_key(|(tool, _)| *tool);
    let all: String = entries.into_iter().map(|(_, rust)| rust).collect();
    format!("pub static AGAIN: &[Again] = &[\n{all}];\n")
}

fn rust(entry: &Again, tool: &str) -> String {
    format!(
        "Again {{ tool: {tool:?}, valued: &{:?}, because: Because::{}, write: {:?}, alone: {}, does: Does {{ path: &{}, effect: \
         Effect::Modifies, target: Target::Other, object: {}, says: {:?}, when: &{:?}, unless: &{:?}, like: &{:?}, unlike: \
         &{:?} }} }},\n",
        entry.valued,
        camel(&entry.because),
        entry.write,
        entry.alone,
        paths(&entry.path),
        Object::rust(entry.object.as_ref()),
        entry.says,
        entry.when,
        entry.unless,
        entry.like,
        entry.unlike
    )
}
