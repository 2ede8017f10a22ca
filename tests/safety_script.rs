//! What the proof takes for granted of the script, run: a step that never began is not taken back, and the copy of
//! something already broken may fail.

#![allow(clippy::unwrap_used)] // a test that cannot read its plan should stop

use rbk::diagnostics::Level;
use rbk::emit::{Input, bash};
use rbk::source::Sources;
use std::path::Path;
use std::process::Command;

const PLAN: &str = r#"plan steps "Steps" { rto 30m }
resource db : sqlite { path = "notes.db" }
resource list : command data {
  backup timeout 10s { sh """cp list "$backup_path" """ }
  check timeout 10s { sh """test -s "$backup_path" """ }
  restore total timeout 10s { sh """cp "$backup_path" list""" }
}
backup before of list
backup safety of list

phase go {
  step first changes nothing timeout 10s { sh "test ! -e stop_first" }
  take backup before
  step grow modifies db repeatable timeout 10s {
    sh "echo grow >>calls; sqlite3 -bail notes.db 'create table tags(id)'"
    undo { total; sh "echo shrink >>calls; sqlite3 -bail notes.db 'drop table if exists tags'" }
  }
  step spoil modifies list timeout 10s { sh "rm list; mkdir list; false" }
}

rollback back of go {
  data_lost "nothing"
  undo grow
  take backup safety
  step clear modifies list repeatable timeout 10s { sh "test ! -d list || rmdir list" }
  restore list from before
  verify whole of db, list { sh "cat list" == "one" }
}
"#;

fn run(dir: &Path, arguments: &[&str]) -> (i32, String) {
    let mut command = Command::new("bash");
    let command = command.arg("rollback.sh").args(arguments).args(["--state-dir", "state", "--yes"]);
    let output = command.current_dir(dir).output().unwrap();
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    (output.status.code().unwrap(), text(&output.stdout) + &text(&output.stderr))
}

fn world() -> tempfile::TempDir {
    compile(PLAN)
}

fn compile(plan: &str) -> tempfile::TempDir {
    let mut sources = Sources::default();
    let file = sources.add("steps.rbk", plan);
    let compiled = rbk::compile(&mut sources, file, &|path| Err(path.to_owned()), 20_000);
    let errors: Vec<_> = compiled.diagnostics.iter().filter(|d| d.level == Level::Error).map(|d| &d.message).collect();
    assert!(errors.is_empty(), "{errors:#?}");
    let (program, matrix) = &compiled.programs[0];
    let dir = tempfile::tempdir().unwrap();
    let script = bash::emit(Input { program, sources: &sources, matrix }).unwrap();
    std::fs::write(dir.path().join("rollback.sh"), script).unwrap();
    std::fs::write(dir.path().join("list"), "one\n").unwrap();
    let made = Command::new("sqlite3").arg(dir.path().join("notes.db")).arg("create table notes(id)").status();
    assert!(made.unwrap().success());
    dir
}

/// Written last, and recommended.
const MORE: &str = r#"
rollback quick of go {
  recommended
  data_lost "nothing"
  undo grow
  step sweep modifies list repeatable timeout 10s { sh "test ! -d list || rmdir list" }
  restore list from before
  verify looked of db, list { sh "cat list" == "one" }
}
"#;

#[test]
fn the_recommended_way_back_is_named_first_and_can_be_typed() {
    let dir = compile(&format!("{PLAN}{MORE}"));
    let (code, said) = run(dir.path(), &["apply", "go"]);
    assert_eq!(code, 1, "{said}");
    let ways = |said: &str| {
        let named = said.lines().filter_map(|line| line.split_once("this gets back: ./rollback.sh run "));
        named.map(|(_, way)| way.trim().to_owned()).collect::<Vec<_>>()
    };
    let expected = ["quick --state-dir state", "back --state-dir state"];
    assert_eq!(ways(&said), expected, "{said}");
    let (_, said) = run(dir.path(), &["status"]);
    assert_eq!(ways(&said), expected, "{said}");
    let (code, said) = run(dir.path(), &["run", "back_out"]);
    assert_eq!(code, 4, "{said}");
    assert!(said.contains("back_out is refused: leaves "), "{said}");
    let (code, said) = run(dir.path(), &["run", "quick"]);
    assert_eq!(code, 0, "{said}");
    let (_, said) = run(dir.path(), &["status"]);
    assert!(said.contains("go was taken back"), "{said}");
}

fn calls(dir: &Path) -> String {
    std::fs::read_to_string(dir.join("calls")).unwrap_or_default()
}

#[test]
fn the_copy_of_something_broken_may_fail() {
    let dir = world();
    let (code, said) = run(dir.path(), &["apply", "go"]);
    assert_eq!(code, 1, "{said}");
    let (code, said) = run(dir.path(), &["run", "back"]);
    assert_eq!(code, 0, "{said}");
    assert_eq!(std::fs::read_to_string(dir.path().join("list")).unwrap(), "one\n");
    assert_eq!(calls(dir.path()), "grow\nshrink\n");
    let journal = std::fs::read_to_string(dir.path().join("state/journal")).unwrap();
    assert!(journal.contains("|fail|take_safety|"), "{journal}");
}

#[test]
fn the_copy_of_something_whole_may_not_fail() {
    let dir = world();
    // The change stops before anything touches the list; what then keeps it from being copied is another matter.
    let made = Command::new("sqlite3").arg(dir.path().join("notes.db")).arg("create table tags(id)").status();
    assert!(made.unwrap().success());
    let (code, said) = run(dir.path(), &["apply", "go"]);
    assert_eq!(code, 1, "{said}");
    std::fs::remove_file(dir.path().join("list")).unwrap();
    let (code, said) = run(dir.path(), &["run", "back"]);
    assert_eq!(code, 1, "{said}");
    let journal = std::fs::read_to_string(dir.path().join("state/journal")).unwrap();
    assert!(journal.contains("|fail|take_safety|") && !journal.contains("restore_list"), "{journal}");
}

#[test]
fn what_never_began_is_not_taken_back() {
    let dir = world();
    let (code, said) = run(dir.path(), &["apply", "go", "--only", "first"]);
    assert_eq!(code, 0, "{said}");
    let (_, said) = run(dir.path(), &["run", "back", "--only", "undo_grow"]);
    assert_eq!(calls(dir.path()), "", "{said}");
}
