//! `library/portability.toml` as Rust.
//!
//! In: the file. Out: `DIFFERENCES` for `src/shell/portable.rs`.

use serde::Deserialize;
use std::fmt::Write;
use std::path::Path;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    difference: Vec<Difference>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Difference {
    tools: Vec<String>,
    #[serde(default)]
    option: Vec<String>,
    works: Vec<String>,
    instead: String,
    /// Read by the tests, which try it.
    example: Vec<String>,
    /// Read by the tests.
    #[serde(rename = "fine")]
    _fine: Vec<String>,
}

/// The table, one entry a tool, in their order.
pub fn table(file: &Path) -> String {
    let text = std::fs::read_to_string(file).unwrap_or_else(|error| panic!("{}: {error}", file.display()));
    let parsed: File = toml::from_str(&text).unwrap_or_else(|error| panic!("{}: {error}", file.display()));
    let mut entries: Vec<(String, String)> = Vec::new();
    for entry in &parsed.difference {
        assert!(!entry.example.is_empty(), "{:?} has no example", entry.tools);
        for tool in &entry.tools {
            let rust = format!(
                "Difference {{ tool: {tool:?}, options: &{:?}, works: &{:?}, instead: {:?} }},\n",
                entry.option, entry.works, entry.instead
            );
            entries.push((tool.clone(), rust));
        }
    }
    entries.sort_by(|a, b| a.0.cmp(&b.0));
    let mut out = String::from("pub static DIFFERENCES: &[Difference] = &[\n");
    entries.iter().for_each(|(_, rust)| {
        let _ = write!(out, "    {rust}");
    });
    out + "];\n"
}
