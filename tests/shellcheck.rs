//! `rbk check --shellcheck`, with the real ShellCheck: what it says stands at the right place of the plan, its repairs can be made,
//! and nothing is said twice. `shellcheck/*.rbk` are plans, `*.expected` what is found in them; `RBK_UPDATE=1` writes them anew.

#![allow(clippy::unwrap_used, missing_docs)]

use serde_json::Value;
use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};
use tempfile::TempDir;

fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/shellcheck")
}

fn plans() -> Vec<PathBuf> {
    let files = std::fs::read_dir(folder()).unwrap().map(|entry| entry.unwrap().path());
    let mut plans: Vec<PathBuf> = files.filter(|path| path.extension().is_some_and(|end| end == "rbk")).collect();
    plans.sort();
    plans
}

fn rbk(place: &Path, arguments: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_rbk"));
    command.args(arguments).args(["--today", "2026-11-01"]).current_dir(place).stdin(Stdio::null());
    command
}

fn text(bytes: &[u8]) -> String {
    String::from_utf8(bytes.to_vec()).unwrap()
}

/// The findings of a plan as JSON.
fn findings(plan: &Path, temporary: &Path) -> Vec<Value> {
    let name = plan.file_name().unwrap().to_str().unwrap();
    let mut command = rbk(plan.parent().unwrap(), &["check", "--shellcheck", "--format", "json", name]);
    let output = command.env("TMPDIR", temporary).env("SHELLCHECK_OPTS", "--exclude=SC2086").output().unwrap();
    assert_eq!(text(&output.stderr), "");
    serde_json::from_slice(&output.stdout).unwrap()
}

/// Rules of ours that say what ShellCheck says as well.
const OURS: &[&str] = &[
    "broken-command",
    "newest-is-not-good",
    "placeholder-in-command",
    "rm-with-empty-variable",
    "ssh-expands-locally",
    "sudo-redirect",
    "variable-undefined",
];

/// One line a finding, with the words that it points at; of ours those that ShellCheck has as well.
fn told(plan: &Path, temporary: &Path) -> String {
    let source = std::fs::read_to_string(plan).unwrap();
    let mut out = String::new();
    for finding in findings(plan, temporary) {
        let label = &finding["labels"][0];
        let at = |edge: &str| usize::try_from(label[edge].as_u64().unwrap()).unwrap();
        let shown = &source[at("start")..at("end")];
        let word = |key: &str| finding[key].as_str().unwrap_or("").to_owned();
        let (rule, message) = (word("rule"), word("message"));
        match rule.as_str() {
            "shellcheck" => {
                writeln!(out, "{}:{} {}: {message}", label["line"], label["column"], word("level")).unwrap()
            }
            ours if OURS.contains(&ours) => writeln!(out, "{}:{} {ours}", label["line"], label["column"]).unwrap(),
            _ => continue,
        }
        let _ = writeln!(out, "    {}", shown.replace('\n', "\n    "));
    }
    out
}

#[test]
fn it_is_told_at_its_place_and_once() {
    let temporary = TempDir::new().unwrap();
    assert!(plans().len() >= 4);
    for plan in plans() {
        let found = told(&plan, temporary.path());
        let expected = plan.with_extension("expected");
        if std::env::var_os("RBK_UPDATE").is_some() {
            std::fs::write(&expected, &found).unwrap();
        }
        assert_eq!(found, std::fs::read_to_string(&expected).unwrap_or_default(), "{}", plan.display());
    }
    assert_eq!(std::fs::read_dir(temporary.path()).unwrap().count(), 0, "something was left behind");
}

#[test]
fn its_repairs_are_made_and_do_what_they_promise() {
    let place = TempDir::new().unwrap();
    let plan = place.path().join("places.rbk");
    std::fs::copy(folder().join("places.rbk"), &plan).unwrap();
    let fix = ["check", "--shellcheck", "--fix", "--unsafe-fixes", "places.rbk"];
    let output = text(&rbk(place.path(), &fix).output().unwrap().stdout);
    assert!(!output.contains("not made"), "{output}");
    let repaired = std::fs::read_to_string(&plan).unwrap();
    let expected = folder().join("places.repaired");
    if std::env::var_os("RBK_UPDATE").is_some() {
        std::fs::write(&expected, &repaired).unwrap();
    }
    assert_eq!(repaired, std::fs::read_to_string(&expected).unwrap_or_default());
    let left = findings(&plan, place.path());
    let repairable = left.iter().filter(|finding| finding["rule"] == "shellcheck" && !finding["fix"].is_null());
    assert_eq!(repairable.count(), 0);
}

#[test]
fn without_it_the_plans_are_as_they_were() {
    let output = rbk(&folder(), &["check", "--format", "short", "places.rbk"]).output().unwrap();
    assert!(!text(&output.stdout).contains("shellcheck"));
}

/// Puts a program called `shellcheck` first in the path.
fn with_other(script: &str) -> Output {
    use std::os::unix::fs::PermissionsExt;
    let bin = TempDir::new().unwrap();
    let program = bin.path().join("shellcheck");
    std::fs::write(&program, script).unwrap();
    std::fs::set_permissions(&program, std::fs::Permissions::from_mode(0o755)).unwrap();
    let path = format!("{}:{}", bin.path().display(), std::env::var("PATH").unwrap());
    rbk(&folder(), &["check", "--shellcheck", "places.rbk"]).env("PATH", path).output().unwrap()
}

#[test]
fn one_that_is_missing_or_fails_is_told() {
    let empty = TempDir::new().unwrap();
    let missing = rbk(&folder(), &["check", "--shellcheck", "."]).env("PATH", empty.path()).output().unwrap();
    assert_eq!(missing.status.code(), Some(2));
    assert!(text(&missing.stderr).contains("shellcheck, which is not installed here"), "{}", text(&missing.stderr));
    let old = with_other("#!/bin/sh\necho 'Unknown format json1' >&2\nexit 4\n");
    assert_eq!(old.status.code(), Some(2));
    assert!(text(&old.stderr).contains("Unknown format json1"), "{}", text(&old.stderr));
    let strange = with_other("#!/bin/sh\necho '{}'\n");
    assert_eq!(strange.status.code(), Some(2));
    let wild = with_other(
        "#!/bin/sh\necho '{\"comments\":[{\"file\":\"0.sh\",\"line\":99,\"endLine\":3,\"column\":77,\"endColumn\":0,\"level\":\"odd\",\
         \"code\":1,\"message\":\"m\",\"fix\":null},{\"file\":\"0.sh\",\"line\":0,\"endLine\":0,\"column\":0,\"endColumn\":0,\
         \"level\":\"info\",\"code\":1,\"message\":\"m\",\"fix\":null},{\"file\":\"x\",\"line\":1,\"endLine\":1,\"column\":1,\
         \"endColumn\":1,\"level\":\"info\",\"code\":1,\"message\":\"m\",\"fix\":null}]}'\n",
    );
    assert_eq!(text(&wild.stderr), "");
    assert!(text(&wild.stdout).contains("m (SC1)"));
}
