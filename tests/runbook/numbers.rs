//! The script and the runbook show the same steps under the same numbers and names.

use std::process::Command;

use rbk::emit::{BACKENDS, Input};
use rbk::source::Sources;

/// Number and name of each step below the heading of a procedure.
fn in_book(book: &str, procedure: &str) -> Vec<(String, String)> {
    let text = book.split(&format!("<a id=\"procedure-{procedure}\"></a>")).nth(1).expect("the procedure");
    let text = text.split("<a id=\"procedure-").next().expect("its text");
    let text = text.split("\n## ").next().expect("its text");
    let mut lines = text.lines().filter(|line| !line.is_empty()).peekable();
    let mut steps = Vec::new();
    while let Some(line) = lines.next() {
        let number = line.trim_start_matches('#').trim_start().split_once('/').map(|(number, _)| number);
        if let (true, Some(number), Some(name)) = (line.starts_with("####"), number, lines.peek()) {
            if number.parse::<usize>().is_ok() && name.starts_with('`') {
                let name = name.split('`').nth(1).unwrap_or_default();
                steps.push((number.to_string(), name.to_string()));
            }
        }
    }
    steps
}

/// The same as `rollback.sh show` has it: `3. restore db from before  [restore_db]`.
fn in_script(script: &std::path::Path, procedure: &str) -> Vec<(String, String)> {
    let out = Command::new("bash").arg(script).args(["show", procedure]).output().expect("bash runs");
    let text = String::from_utf8_lossy(&out.stdout).into_owned();
    assert!(out.status.success(), "show {procedure}: {text}{}", String::from_utf8_lossy(&out.stderr));
    let steps = text.lines().filter_map(|line| {
        let (number, rest) = line.split_once(". ")?;
        let name = rest.strip_suffix(']')?.rsplit_once("  [")?.1;
        number.parse::<usize>().ok()?;
        Some((number.to_string(), name.to_string()))
    });
    steps.collect()
}

#[test]
fn script_and_runbook_number_their_steps_alike() {
    let folder = tempfile::tempdir().expect("a folder");
    for (path, text) in super::plans() {
        if path.ends_with("everything.rbk") {
            continue; // It is not a plan that could be run: the script stops at what it does not execute yet.
        }
        let mut sources = Sources::default();
        let file = sources.add(path.clone(), text);
        let load = |path: &str| std::fs::read_to_string(path).map_err(|error| error.to_string());
        let compiled = rbk::compile(&mut sources, file, &load, 20_000);
        let (program, matrix) = &compiled.programs[0];
        let input = Input { program, sources: &sources, matrix };
        let files = BACKENDS.iter().flat_map(|backend| backend.files(input).expect("it is written"));
        let files: Vec<_> = files.collect();
        let text = |name: &str| &files.iter().find(|file| file.name == name).expect("it is there").text;
        let script = folder.path().join("rollback.sh");
        std::fs::write(&script, text("rollback.sh")).expect("a file");
        for procedure in &program.procedures {
            let kind = program.plan[procedure.declaration].kind;
            let piece = kind == rbk::model::plan::ProcedureKind::Procedure;
            if piece || procedure.body.is_empty() {
                continue;
            }
            let (book, script) = (in_book(text("RUNBOOK.md"), &procedure.name), in_script(&script, &procedure.name));
            assert!(!book.is_empty(), "{path}: {}", procedure.name);
            assert_eq!(book, script, "{path}: {}", procedure.name);
        }
    }
}
