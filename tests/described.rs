//! A change that somebody else runs: the script has no journal of it, and finds out how far it came from what it sees, from
//! what it is told, or takes it as unknown.

#![allow(clippy::unwrap_used)] // a test that cannot read its plan should stop

use rbk::diagnostics::Level;
use rbk::emit::{Input, bash};
use rbk::source::Sources;
use std::path::Path;
use std::process::{Command, Output, Stdio};

/// `data_only` does not touch the list, so it gets back only where nothing can have written that.
const PLAN: &str = r#"plan mixed "Somebody else's change" { rto 30m }
resource db : command data {
  backup timeout 10s { sh """cp db "$backup_path" """ }
  check timeout 10s { sh """test -s "$backup_path" """ }
  restore total timeout 10s { sh """cp "$backup_path" db; echo db >>calls""" }
}
resource list : command data {
  backup timeout 10s { sh """cp list "$backup_path" """ }
  check timeout 10s { sh """test -s "$backup_path" """ }
  restore total timeout 10s { sh """cp "$backup_path" list; echo list >>calls""" }
}
resource mail : irrevocable
backup db_copy of db { made_elsewhere; path "db.copy"; check sh "test -s db.copy"; restore_test "each month" }
backup list_copy of list { made_elsewhere; path "list.copy"; check sh "test -s list.copy"; restore_test "each month" }

phase deploy {
  described_only
  step first changes nothing { sh "true" }
  step alter modifies db { done_when sh "test -e alter_done" }
  step silent modifies db repeatable { sh "true" }
  if sh "test -e many" {
    step grow modifies list repeatable { done_when sh "test -e grow_done" }
  } else {
    step shrink modifies list repeatable { done_when sh "test -e shrink_done" }
  }
  step fill modifies list repeatable { done_when sh "test ! -e broken || exit 126; test -e fill_done" }
  step late modifies db repeatable { sh "true" }
  point_of_no_return mails {
    confirm ready "Send?" phrase "SEND"
    step send irreversible mail repeatable { sh "true" }
    not_passed_when sh "test ! -e sent"
  }
}

rollback full of deploy {
  data_lost "everything since"
  restore db from db_copy
  restore list from list_copy
  verify whole of db, list { sh "cat db list" == "old\nold" }
}

rollback data_only of deploy {
  recommended
  data_lost "the data since"
  restore db from db_copy
  verify data of db { sh "cat db" == "old" }
}

fix_forward mend of deploy past mails {
  manual hotfix "Mend it" { expect "it works" }
}
"#;

fn compiled() -> String {
    let mut sources = Sources::default();
    let file = sources.add("mixed.rbk", PLAN);
    let compiled = rbk::compile(&mut sources, file, &|path| Err(path.to_owned()), 20_000);
    let errors: Vec<_> = compiled.diagnostics.iter().filter(|d| d.level == Level::Error).map(|d| &d.message).collect();
    assert!(errors.is_empty(), "{errors:#?}");
    let (program, matrix) = &compiled.programs[0];
    bash::emit(Input { program, sources: &sources, matrix }).unwrap()
}

fn world(done: &[&str]) -> tempfile::TempDir {
    let dir = tempfile::tempdir().unwrap();
    std::fs::write(dir.path().join("rollback.sh"), compiled()).unwrap();
    for (name, text) in [("db", "new"), ("list", "new"), ("db.copy", "old"), ("list.copy", "old")] {
        std::fs::write(dir.path().join(name), format!("{text}\n")).unwrap();
    }
    done.iter().for_each(|name| std::fs::write(dir.path().join(name), "").unwrap());
    dir
}

fn said(output: &Output) -> (i32, String) {
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    (output.status.code().unwrap(), text(&output.stdout) + &text(&output.stderr))
}

fn run(dir: &Path, arguments: &[&str]) -> (i32, String) {
    let mut command = Command::new("bash");
    let command = command.arg("rollback.sh").args(arguments).args(["--state-dir", "state", "--yes"]);
    said(&command.current_dir(dir).stdin(Stdio::null()).output().unwrap())
}

/// Where the script finds that the change stands, and whether `data_only` may be run from there.
fn found(done: &[&str]) -> (String, bool) {
    let dir = world(done);
    let (code, said) = run(dir.path(), &["run", "data_only"]);
    assert!([0, 4].contains(&code), "{said}");
    let point = said.lines().find_map(|line| line.split_once("deploy stands at: ")).unwrap_or_else(|| panic!("{said}"));
    assert_eq!(std::fs::read_to_string(dir.path().join("list")).unwrap(), "new\n", "{said}");
    (point.1.to_owned(), code == 0)
}

#[test]
fn probes_tell_how_far_a_change_came() {
    let cases: &[(&[&str], &str, bool)] = &[
        (&[], "found:..alter", true),
        // `silent`, `grow` and `shrink` may have begun: nothing tells.
        (&["alter_done"], "found:alter..fill", false),
        (&["alter_done", "grow_done"], "found:alter..fill", false),
        (&["alter_done", "fill_done"], "unpassed:fill..send", false),
        (&["alter_done", "fill_done", "sent"], "found:fill..", false),
        // What stands behind something undone can't be done: nobody knows.
        (&["fill_done"], "unknown", false),
        (&["grow_done"], "unknown", false),
        (&["alter_done", "broken"], "unknown", false),
    ];
    for (done, point, runs) in cases {
        assert_eq!(found(done), ((*point).to_owned(), *runs), "{done:?}");
    }
}

#[test]
fn a_point_of_no_return_that_may_be_passed_is_respected() {
    let dir = world(&["alter_done", "fill_done", "sent"]);
    let (code, said) = run(dir.path(), &["run", "full"]);
    assert_eq!(code, 4, "{said}");
    std::fs::remove_file(dir.path().join("sent")).unwrap();
    let (code, said) = run(dir.path(), &["run", "full"]);
    assert_eq!(code, 0, "{said}");
    assert_eq!(std::fs::read_to_string(dir.path().join("list")).unwrap(), "old\n");
}

#[test]
fn what_was_found_is_kept_while_the_way_back_runs() {
    let dir = world(&["alter_done"]);
    std::fs::create_dir(dir.path().join("calls")).unwrap();
    let (code, said) = run(dir.path(), &["run", "full"]);
    assert_eq!(code, 1, "{said}");
    std::fs::remove_file(dir.path().join("alter_done")).unwrap();
    std::fs::remove_dir(dir.path().join("calls")).unwrap();
    let (code, said) = run(dir.path(), &["resume"]);
    assert_eq!(code, 0, "{said}");
    let journal = std::fs::read_to_string(dir.path().join("state/journal")).unwrap();
    assert_eq!(journal.matches("|point|deploy|found:alter..fill|").count(), 1, "{journal}");
}

#[test]
fn what_is_said_narrows_what_was_found_and_never_contradicts_it() {
    let cases: &[(&[&str], &str, i32)] = &[
        (&["alter_done"], "silent", 0),
        (&["alter_done"], "after:alter", 0),
        (&["alter_done"], "grow", 4),
        (&["alter_done"], "fill", 4),
        (&["alter_done"], "alter", 4),
        (&["alter_done"], "before", 4),
        (&["alter_done"], "after:fill", 4),
        (&["alter_done"], "nosuch", 2),
        (&[], "before", 0),
        (&[], "after:alter", 4),
        // Nothing was found: what is said counts.
        (&["fill_done"], "silent", 0),
        (&["fill_done"], "late", 4),
    ];
    for (done, point, expected) in cases {
        let dir = world(done);
        let (code, said) = run(dir.path(), &["run", "data_only", "--failed-at", point]);
        assert_eq!(code, *expected, "{done:?} {point}: {said}");
    }
}

#[test]
fn at_a_terminal_a_person_is_asked_and_may_not_know() {
    let root = env!("CARGO_MANIFEST_DIR");
    for (answer, expected) in [("1", 0), ("2", 4), ("0", 4), ("99", 4), ("no idea", 4), ("", 4)] {
        let dir = world(&["alter_done"]);
        let mut command = Command::new("python3");
        command.arg(format!("{root}/tests/e2e/at_terminal.py")).args(["--answer", "Which step", answer]);
        let command = command.args(["bash", "rollback.sh", "run", "data_only", "--state-dir", "state", "--yes"]);
        let (code, said) = said(&command.current_dir(dir.path()).output().unwrap());
        assert_eq!(code, expected, "{answer}: {said}");
        assert!(said.contains("  1  silent") && said.contains("  4  fill") && !said.contains("  5  "), "{said}");
        assert!(!said.contains("alter\r"), "{said}");
    }
}

#[test]
fn what_an_abandoned_way_back_has_left_proves_nothing() {
    let dir = world(&["alter_done", "fill_done"]);
    std::fs::create_dir(dir.path().join("calls")).unwrap();
    let (code, said) = run(dir.path(), &["run", "full"]);
    assert_eq!(code, 1, "{said}");
    let (code, said) = run(dir.path(), &["abandon", "another shift"]);
    assert_eq!(code, 0, "{said}");
    // To the probes it looks as if nothing had happened; the list is still the new one.
    std::fs::remove_file(dir.path().join("alter_done")).unwrap();
    std::fs::remove_file(dir.path().join("fill_done")).unwrap();
    let (code, said) = run(dir.path(), &["run", "data_only"]);
    assert_eq!(code, 4, "{said}");
    assert!(said.contains("deploy stands at: unknown"), "{said}");
}

#[test]
fn without_a_terminal_nobody_is_asked() {
    let dir = world(&["alter_done"]);
    let (code, said) = run(dir.path(), &["run", "data_only"]);
    assert_eq!(code, 4, "{said}");
    assert!(said.contains("--failed-at STEP") && !said.contains("Which step"), "{said}");
    assert!(said.contains("this gets back: ./rollback.sh run full --state-dir state"), "{said}");
}
