//! Input that is not as it should be: one clear sentence with its place, the documented exit code, nothing half written.

use super::{NOTES, Place, Ran};
use std::fs;
use std::process::Command;

/// Checks one file; its findings as one line each.
fn check(content: &[u8]) -> Ran {
    Place::with(&[("x.rbk", content)]).rbk(&["check", "x.rbk", "--format", "short"])
}

fn assert_found(ran: &Ran, start: &str) {
    assert_eq!(ran.code, 1, "{}{}", ran.out, ran.err);
    assert!(ran.out.starts_with(start), "{start:?} is not the start of {:?}", ran.out.get(..300).unwrap_or(&ran.out));
}

#[test]
fn bytes_that_are_no_text() {
    assert_found(&check(b"plan x {\n  owner \"\xC3\xB1 \xFF\"\n}\n"), "x.rbk:2:12: error[encoding]: ");
    assert_found(&check(b"\xFF\xFEp\0l\0a\0n\0"), "x.rbk:1:1: error[encoding]: ");
    let nul = check(b"plan x {\n  \0rto 5m\n}\n");
    assert!(nul.code == 1 && nul.out.contains("x.rbk:2:3: error") && nul.out.contains("NUL"), "{}", nul.out);
    let windows = check(NOTES.replace('\n', "\r\n").as_bytes());
    assert!(windows.code == 1 && windows.out.contains("x.rbk:1:") && windows.out.contains("CR"), "{}", windows.out);
    assert!(windows.out.lines().count() < 5, "{}", windows.out);
}

#[test]
fn an_empty_file() {
    assert_found(&check(b""), "x.rbk:1:1: error");
    assert_found(&check(b"\n\n"), "x.rbk:");
    assert_found(&check(b"# nothing but a comment\n"), "x.rbk:");
}

#[test]
fn a_file_of_ten_megabytes() {
    let noise = check(&b"{[(\"'#$ \\x\n".repeat(1_000_000));
    assert_eq!(noise.code, 1);
    assert!(noise.out.lines().count() < 100, "{} findings", noise.out.lines().count());
    assert!(noise.out.len() < 100_000);
    let one_line = check("x".repeat(10_000_000).as_bytes());
    assert!(one_line.code == 1 && one_line.out.len() < 10_000, "{} bytes", one_line.out.len());
    let one_line = Place::with(&[("x.rbk", "x".repeat(10_000_000).as_bytes())]).rbk(&["check"]);
    assert!(one_line.code == 1 && one_line.out.len() < 10_000, "{} bytes", one_line.out.len());
}

#[test]
fn a_hundred_thousand_brackets() {
    for (open, close) in [("{", "}"), ("[", "]"), ("all { ", "}")] {
        for text in [open.repeat(100_000), format!("plan x {{\n{}{}\n}}", open.repeat(100_000), close.repeat(100_000))]
        {
            let ran = check(text.as_bytes());
            assert_eq!(ran.code, 1, "{}", ran.err);
            assert!(ran.out.lines().count() < 100, "{} findings for {open}", ran.out.lines().count());
        }
    }
    let script = format!(
        "{}\nprocedure p {{ step s changes nothing timeout 1s {{ sh \"{}\" }} }}\n",
        NOTES,
        "(".repeat(100_000)
    );
    let ran = check(script.as_bytes());
    assert!(ran.code <= 1, "{}", ran.err);
}

#[test]
fn files_that_are_not_there() {
    let place = Place::with(&[("empty/readme.txt", b"")]);
    let missing = place.rbk(&["check", "nowhere.rbk"]);
    assert_eq!(missing.code, 2);
    assert!(missing.err.starts_with("rbk: nowhere.rbk: "), "{}", missing.err);
    assert_eq!(missing.out, "");
    let nothing = place.rbk(&["check", "empty"]);
    assert_eq!(nothing.code, 2);
    assert!(nothing.err.contains("no plan found") && nothing.err.contains("empty"), "{}", nothing.err);
    let used = check(NOTES.replace("\n\nresource", "\n\nuse \"people.rbk\"\nresource").as_bytes());
    assert!(used.code == 1 && used.out.contains("people.rbk"), "{}", used.out);
}

#[test]
fn a_folder_that_cannot_be_written() {
    let place = Place::with(&[("notes.rbk", NOTES.as_bytes()), ("taken", b"a file"), ("o/notes/RUNBOOK.md/x", b"")]);
    let before = place.everything();
    let ran = place.rbk(&["build", "--out", "taken"]);
    assert_eq!(ran.code, 2);
    assert!(ran.err.starts_with("rbk: taken/notes/") && ran.err.contains("can't be written"), "{}", ran.err);
    // One of the files can't be put in its place: then none is.
    let ran = place.rbk(&["build", "--out", "o"]);
    assert!(ran.code == 2 && ran.err.contains("RUNBOOK.md"), "{}", ran.err);
    assert_eq!(place.everything(), before);
    let ran = place.rbk(&["build", "--out", "/proc/rbk"]);
    assert_eq!(ran.code, 2, "{}", ran.err);
}

/// A file system of 16 KiB; taken away at the end.
struct Tiny<'p>(&'p Place);

impl<'p> Tiny<'p> {
    fn mount(place: &'p Place) -> Self {
        fs::create_dir(place.path().join("tiny")).unwrap();
        let done = Command::new("mount")
            .args(["-t", "tmpfs", "-o", "size=16k", "tmpfs"])
            .arg(place.path().join("tiny"))
            .status();
        assert!(done.unwrap().success(), "this test mounts a small file system and must be run by root");
        Tiny(place)
    }
}

impl Drop for Tiny<'_> {
    fn drop(&mut self) {
        let _ = Command::new("umount").arg(self.0.path().join("tiny")).status();
    }
}

#[test]
fn a_disk_that_is_full() {
    let place = Place::with(&[("notes.rbk", NOTES.as_bytes())]);
    let _tiny = Tiny::mount(&place);
    place.write("tiny/out/notes/RUNBOOK.md", b"as it was\n");
    let before = place.everything();
    let ran = place.rbk(&["build", "--out", "tiny/out"]);
    assert_eq!(ran.code, 2, "{}", ran.out);
    assert!(ran.err.contains("can't be written") && ran.err.contains("No space"), "{}", ran.err);
    assert_eq!(place.everything(), before);
}
