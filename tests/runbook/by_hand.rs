//! The commands by hand work: pasted into a shell, one block after the other, they break a database and bring it back.

use std::io::Write;
use std::path::Path;
use std::process::{Command, Stdio};

/// The blocks to paste of one step.
fn blocks<'b>(book: &'b str, step: &str) -> Vec<&'b str> {
    let text = book.split(&format!("<a id=\"step-{step}\"></a>")).nth(1).expect("the step");
    let text = text.split("\nExpected:").next().expect("its text");
    let text = text.split("By hand, if the script is broken:").nth(1).expect("its commands");
    text.split("```sh\n").skip(1).filter_map(|rest| rest.split("\n```").next()).collect()
}

fn sqlite(folder: &Path, sql: &str) -> String {
    let out = Command::new("sqlite3").arg("notes.db").arg(sql).current_dir(folder).output().expect("sqlite3 runs");
    assert!(out.status.success(), "{}", String::from_utf8_lossy(&out.stderr));
    String::from_utf8_lossy(&out.stdout).into_owned()
}

/// Pastes into an interactive shell: standard input, line by line, no `set -e` around it.
fn paste(folder: &Path, text: &str) -> (String, String) {
    let mut shell = Command::new("bash")
        .args(["--norc", "--noprofile"])
        .current_dir(folder)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .expect("bash runs");
    shell.stdin.take().expect("a pipe").write_all(text.as_bytes()).expect("it reads");
    let out = shell.wait_with_output().expect("it ends");
    (String::from_utf8_lossy(&out.stdout).into_owned(), String::from_utf8_lossy(&out.stderr).into_owned())
}

#[test]
fn a_database_is_brought_back_by_pasting() {
    let folder = tempfile::tempdir().expect("a folder");
    sqlite(folder.path(), "create table notes (body text); insert into notes values ('one'), ('two')");
    std::fs::write(folder.path().join("migrate.sql"), "delete from notes; create table extra (x);").expect("a file");
    let before = sqlite(folder.path(), ".dump");
    let book = super::book("notes.rbk", &super::read("plans/notes.rbk"));

    let forward = [blocks(&book, "migrate-take_before"), blocks(&book, "migrate-alter")].concat().join("\n");
    let looked = "\nsqlite3 notes.db 'select count(*) from notes'\n";
    let back = [blocks(&book, "back-restore_db"), blocks(&book, "back-notes")].concat().join("\n");
    let (seen, errors) = paste(folder.path(), &format!("{forward}{looked}{back}\n"));

    assert_eq!(errors, "");
    assert_eq!(seen, "0\n2\n", "the migration emptied it, the last check sees both notes");
    assert_eq!(sqlite(folder.path(), ".dump"), before);
}

#[test]
fn a_bound_value_reaches_the_statement() {
    let folder = tempfile::tempdir().expect("a folder");
    sqlite(folder.path(), "create table notes (body text); insert into notes values ('it''s'), ('two')");
    let plan = super::read("plans/notes.rbk").replace(
        "sql db \"select count(*) from notes\" >= 1",
        "sql db \"select count(*) from notes where body = :body\" with body = $wanted == 1",
    );
    let plan = format!("{plan}\nparam wanted = \"it's\"\n");
    let book = super::book("notes.rbk", &plan);
    let values = book.split("```sh\nplan=").nth(1).and_then(|rest| rest.split("\n```").next()).expect("values");
    let query = blocks(&book, "back-notes").join("\n");
    let (seen, errors) = paste(folder.path(), &format!("plan={values}\n{query}\n"));
    assert_eq!((seen.as_str(), errors.as_str()), ("1\n", ""));
}

#[test]
fn a_failure_inside_a_long_command_ends_that_command_only() {
    let folder = tempfile::tempdir().expect("a folder");
    let book = super::book("notes.rbk", &super::read("plans/notes.rbk"));
    let take = blocks(&book, "migrate-take_before").join("\n");
    let (seen, errors) = paste(folder.path(), &format!("{take}\necho still here\n"));
    assert_eq!(seen, "still here\n");
    assert!(errors.contains("there is no database file: notes.db"), "{errors}");
}
