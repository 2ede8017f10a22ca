//! `rbk build`: what is written, when, and how.

use super::{NOTES, Place};
use std::fs;
use std::os::unix::fs::PermissionsExt;

fn notes() -> Place {
    Place::with(&[("notes.rbk", NOTES.as_bytes())])
}

#[test]
fn script_and_runbook_are_written() {
    let place = notes();
    let ran = place.rbk(&["build"]);
    assert_eq!(ran.code, 0, "{}{}", ran.out, ran.err);
    let script = fs::metadata(place.path().join("out/notes/rollback.sh")).unwrap();
    assert_eq!(script.permissions().mode() & 0o777, 0o755);
    let runbook = place.read("out/notes/RUNBOOK.md");
    assert!(runbook.ends_with('\n') && !runbook.contains('\r'));
    let names: Vec<String> = place.everything().into_iter().map(|(name, _)| name).collect();
    assert!(!names.iter().any(|name| name.contains(".tmp")), "{names:?}");
}

#[test]
fn the_same_plan_gives_the_same_bytes_wherever_it_stands() {
    let (one, two) = (notes(), Place::with(&[("deep/er/notes.rbk", NOTES.as_bytes())]));
    assert_eq!(one.rbk(&["build", "notes.rbk", "--out", "o"]).code, 0);
    let path = two.path().join("deep/er/notes.rbk");
    assert_eq!(two.rbk(&["build", path.to_str().unwrap(), "--out", "o"]).code, 0);
    for name in ["o/notes/rollback.sh", "o/notes/RUNBOOK.md"] {
        assert_eq!(one.read(name), two.read(name), "{name}");
    }
}

#[test]
fn nothing_is_written_with_an_error() {
    let place = notes();
    place.write(
        "broken.rbk",
        NOTES.replace("plan notes", "plan broken").replace("  take backup before\n", "").as_bytes(),
    );
    let ran = place.rbk(&["build"]);
    assert_eq!(ran.code, 1);
    assert!(!place.path().join("out").exists());
}

#[test]
fn with_a_warning_it_is_written_and_exits_1() {
    let place = Place::with(&[("notes.rbk", NOTES.replace(" timeout 1m", "").as_bytes())]);
    let ran = place.rbk(&["build"]);
    assert_eq!(ran.code, 1, "{}", ran.out);
    assert!(ran.out.contains("warning[step-without-timeout]"), "{}", ran.out);
    assert!(place.path().join("out/notes/rollback.sh").exists());
}

#[test]
fn a_stale_output_is_shown_and_nothing_is_changed() {
    let place = notes();
    let missing = place.rbk(&["build", "--check"]);
    assert_eq!(missing.code, 1);
    assert!(missing.out.contains("out/notes/rollback.sh: is missing"), "{}", missing.out);
    assert!(!place.path().join("out").exists());

    assert_eq!(place.rbk(&["build"]).code, 0);
    assert_eq!(place.rbk(&["build", "--check"]).code, 0);

    let path = place.path().join("out/notes/RUNBOOK.md");
    let edited = place.read("out/notes/RUNBOOK.md") + "edited by hand\n";
    fs::write(&path, &edited).unwrap();
    let stale = place.rbk(&["build", "--check"]);
    assert_eq!(stale.code, 1);
    assert!(stale.out.contains("-edited by hand\n"), "{}", stale.out);
    assert_eq!(place.read("out/notes/RUNBOOK.md"), edited);
    let short = place.rbk(&["build", "--check", "--format", "short"]);
    assert_eq!(short.out, "out/notes/RUNBOOK.md: is stale\n");

    assert_eq!(place.rbk(&["build"]).code, 0);
    fs::set_permissions(place.path().join("out/notes/rollback.sh"), fs::Permissions::from_mode(0o644)).unwrap();
    let bit = place.rbk(&["build", "--check"]);
    assert!(bit.code == 1 && bit.out.contains("run bit"), "{}", bit.out);
}
