//! The tables of `library/commands/*.toml` as Rust: nothing is left to be read when `rbk` starts.
//!
//! In: the files. Out: `TOOLS` and `NAMES` for `src/shell/table.rs`. What a key means stands in docs/commands.md; an unknown key, a
//! tool that is described twice, or an entry without an example stops the build.

use serde::Deserialize;
use std::collections::BTreeMap;
use std::fmt::Write;
use std::path::PathBuf;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    tool: Vec<Tool>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Tool {
    names: Vec<String>,
    #[serde(default)]
    valued: Vec<String>,
    #[serde(default)]
    dry: Vec<String>,
    #[serde(default)]
    reads: Vec<String>,
    otherwise: Option<String>,
    #[serde(default)]
    language: Option<String>,
    #[serde(default)]
    statements: Vec<String>,
    #[serde(default)]
    files: Vec<String>,
    #[serde(default)]
    fold: bool,
    #[serde(default)]
    long_dash: bool,
    #[serde(default)]
    runs: bool,
    #[serde(default)]
    does: Vec<Does>,
    /// Read by the tests alone.
    #[serde(default, rename = "harmless")]
    _harmless: Vec<String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Does {
    #[serde(default)]
    path: Vec<String>,
    effect: String,
    #[serde(default)]
    target: Option<String>,
    #[serde(default)]
    object: Option<Object>,
    says: Option<String>,
    #[serde(default)]
    when: Vec<String>,
    #[serde(default)]
    unless: Vec<String>,
    #[serde(default)]
    like: Vec<String>,
    #[serde(default)]
    unlike: Vec<String>,
    /// Read by the tests, which try it.
    example: Vec<String>,
}

/// Which words of a command name what it reaches.
#[derive(Deserialize)]
#[serde(untagged)]
pub enum Object {
    Place(String),
    Options(Vec<String>),
}

impl Object {
    /// As Rust.
    pub fn rust(object: Option<&Object>) -> String {
        match object {
            None => "Object::None".to_owned(),
            Some(Object::Place(place)) => format!("Object::{}", camel(place)),
            Some(Object::Options(options)) => format!("Object::Options(&{options:?})"),
        }
    }
}

/// Everything as Rust.
pub fn table(files: &[PathBuf]) -> String {
    let mut tools = String::from("pub static TOOLS: &[Tool] = &[\n");
    let mut names: BTreeMap<String, usize> = BTreeMap::new();
    let mut count = 0;
    for file in files {
        let text = std::fs::read_to_string(file).unwrap_or_else(|error| panic!("{}: {error}", file.display()));
        let parsed: File = toml::from_str(&text).unwrap_or_else(|error| panic!("{}: {error}", file.display()));
        for tool in parsed.tool {
            for name in &tool.names {
                assert!(names.insert(name.clone(), count).is_none(), "{}: `{name}` is described twice", file.display());
            }
            assert!(
                tool.does.iter().all(|does| !does.example.is_empty()),
                "{:?} has an entry without example",
                tool.names
            );
            tools.push_str(&rust(&tool));
            count += 1;
        }
    }
    tools.push_str("];\n");
    let names: Vec<(&String, &usize)> = names.iter().collect();
    format!("{tools}/// Every name, in order, and its tool.\npub static NAMES: &[(&str, u16)] = &{names:?};\n")
}

fn rust(tool: &Tool) -> String {
    let mut text = String::from("Tool {");
    let otherwise = tool
        .otherwise
        .as_deref()
        .map_or_else(|| "None".to_owned(), |effect| format!("Some(Effect::{})", camel(effect)));
    let language =
        tool.language.as_deref().map_or_else(|| "None".to_owned(), |name| format!("Some(Language::{})", camel(name)));
    let _ = write!(
        text,
        "valued: &{:?}, dry: &{:?}, statements: &{:?}, files: &{:?}, reads: &{}, otherwise: {otherwise}, language: {language}, \
         fold: {}, long_dash: {}, runs: {}, does: &[",
        tool.valued,
        tool.dry,
        tool.statements,
        tool.files,
        paths(&tool.reads),
        tool.fold,
        tool.long_dash,
        tool.runs
    );
    tool.does.iter().for_each(|does| text.push_str(&entry(does)));
    text.push_str("] },\n");
    text
}

fn entry(does: &Does) -> String {
    let object = Object::rust(does.object.as_ref());
    let reads = does.effect == "reads";
    assert!(reads || does.says.is_some(), "an entry without `says`: {:?}", does.example);
    format!(
        "Does {{ path: &{}, effect: Effect::{}, target: Target::{}, object: {object}, says: {:?}, when: &{:?}, \
         unless: &{:?}, like: &{:?}, unlike: &{:?} }},\n",
        paths(&does.path),
        camel(&does.effect),
        camel(does.target.as_deref().unwrap_or("other")),
        does.says.as_deref().unwrap_or(""),
        does.when,
        does.unless,
        does.like,
        does.unlike
    )
}

/// `["a b", "c"]` as lists of words.
pub fn paths(paths: &[String]) -> String {
    let list: Vec<String> = paths.iter().map(|path| format!("&{:?}", path.split(' ').collect::<Vec<_>>())).collect();
    format!("[{}]", list.join(", "))
}

/// `work_tree` as `WorkTree`.
pub fn camel(name: &str) -> String {
    name.split('_').map(|part| part[..1].to_uppercase() + &part[1..]).collect()
}
