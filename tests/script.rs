//! Scripts of whole plans: their form. What they do is tested in `runtime.rs` and in the plans' own tests.

#![allow(clippy::unwrap_used)] // a test that cannot read its plan should stop

use rbk::emit::{Input, bash};
use rbk::source::Sources;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

/// The scripts of a plan file, one a variant.
fn scripts(plan: &Path) -> Vec<(String, String)> {
    let text = std::fs::read_to_string(plan).unwrap();
    let mut sources = Sources::default();
    let file = sources.add(plan.file_name().unwrap().to_str().unwrap(), text);
    let folder = plan.parent().unwrap().to_owned();
    let load = |path: &str| std::fs::read_to_string(folder.join(path)).map_err(|error| error.to_string());
    let compiled = rbk::compile(&mut sources, file, &load, 20_000);
    assert!(!compiled.programs.is_empty(), "{}: {:#?}", plan.display(), compiled.diagnostics);
    let name = |variant: &Option<String>| {
        variant.as_ref().map_or_else(|| compiled.name.clone(), |v| format!("{}-{v}", compiled.name))
    };
    let script = |(program, matrix)| bash::emit(Input { program, sources: &sources, matrix }).unwrap();
    compiled.programs.iter().map(|(program, matrix)| (name(&program.variant), script((program, matrix)))).collect()
}

fn plans() -> Vec<PathBuf> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("plans");
    let files = std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path());
    let mut plans: Vec<PathBuf> = files.filter(|path| path.extension().is_some_and(|e| e == "rbk")).collect();
    plans.sort();
    plans
}

fn run(tool: &str, arguments: &[&str], input: &str) -> (bool, String) {
    use std::io::Write;
    let piped = Stdio::piped;
    let mut child = Command::new(tool).args(arguments).stdin(piped()).stdout(piped()).stderr(piped()).spawn().unwrap();
    let text = input.to_owned();
    let mut stdin = child.stdin.take().unwrap();
    let writer = std::thread::spawn(move || stdin.write_all(text.as_bytes()));
    let output = child.wait_with_output().unwrap();
    let _ = writer.join();
    let said = String::from_utf8_lossy(&output.stdout).into_owned() + &String::from_utf8_lossy(&output.stderr);
    (output.status.success(), said)
}

/// What `shfmt` would change, but for lines that stand in the plan or a driver just so: commands are emitted verbatim.
fn unformatted(script: &str, sources: &str) -> Vec<String> {
    let (_, difference) = run("shfmt", &["-i", "2", "-ci", "-d"], script);
    let removed = difference.lines().filter(|line| line.starts_with('-') && !line.starts_with("---"));
    let ours = removed.filter(|line| !sources.contains(line[1..].trim()));
    ours.map(str::to_owned).collect()
}

#[test]
fn scripts_of_the_plans_are_formatted() {
    for plan in plans() {
        let text = std::fs::read_to_string(&plan).unwrap();
        for (name, script) in scripts(&plan) {
            if let Ok(folder) = std::env::var("SCRIPTS") {
                std::fs::write(Path::new(&folder).join(format!("{name}.sh")), &script).unwrap();
            }
            assert_eq!(run("bash", &["-n"], &script), (true, String::new()), "{name}");
            let mut functions: Vec<&str> = script.lines().filter_map(|line| line.strip_suffix("() {")).collect();
            functions.retain(|name| !name.starts_with(' '));
            let all = functions.len();
            functions.sort_unstable();
            functions.dedup();
            assert_eq!(functions.len(), all, "{name}: a function is defined twice");
            assert_eq!(unformatted(&script, &text), Vec::<String>::new(), "{name}");
        }
    }
}

/// The keys of a message catalogue, and how many values each of its texts takes.
fn keys(catalogue: &str) -> Vec<(String, Vec<char>)> {
    let messages = catalogue.split("\n    ").skip(1).filter_map(|entry| entry.split_once(") RBK_TEXT="));
    let values = |text: &str| {
        let mut found: Vec<char> =
            ('1'..='9').filter(|n| text.contains(&format!("${n}")) || text.contains(&format!("${{{n}"))).collect();
        found.dedup();
        found
    };
    let mut keys: Vec<_> = messages.map(|(key, text)| (key.trim().to_owned(), values(text))).collect();
    keys.sort();
    keys
}

#[test]
fn both_languages_say_the_same() {
    let english = keys(include_str!("../templates/bash/runtime/messages.en.sh"));
    let spanish = keys(include_str!("../templates/bash/runtime/messages.es.sh"));
    assert!(english.len() > 100, "{}", english.len());
    assert_eq!(english, spanish);
    let words: String = std::fs::read_dir("templates/bash/runtime")
        .unwrap()
        .map(|entry| std::fs::read_to_string(entry.unwrap().path()).unwrap())
        .collect();
    let generated = include_str!("../src/emit/bash/needs.rs");
    for (key, _) in english.iter().filter(|(key, _)| key != "*") {
        let stem = key.rsplit_once('_').map_or(key.as_str(), |(stem, _)| stem);
        let used = words.matches(&format!(" {key}")).count() > 2
            || generated.contains(key.as_str())
            || words.contains(&format!("\"{stem}_$"));
        assert!(used, "{key} is used nowhere");
    }
}
