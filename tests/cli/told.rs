//! What `rbk simulate` and `rbk check --effects` print: each `told/NAME.expected` holds commands and their output; `RBK_UPDATE=1`
//! writes them anew.

use super::Place;
use std::fs;
use std::path::{Path, PathBuf};

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).to_path_buf()
}

#[test]
fn runs_are_told_as_expected() {
    let place = Place::new();
    for folder in ["plans", "tests/cli/told"] {
        for entry in fs::read_dir(root().join(folder)).unwrap().map(Result::unwrap) {
            if entry.path().extension().is_some_and(|e| e == "rbk") {
                place.write(&entry.file_name().to_string_lossy(), &fs::read(entry.path()).unwrap());
            }
        }
    }
    let mut wrong = Vec::new();
    let entries = fs::read_dir(root().join("tests/cli/told")).unwrap().map(|entry| entry.unwrap().path());
    let cases: Vec<_> = entries.filter(|path| path.extension().is_some_and(|e| e == "expected")).collect();
    assert!(cases.len() >= 3, "the cases are missing");
    for path in cases {
        let there = fs::read_to_string(&path).unwrap();
        let fresh: String =
            there.lines().filter_map(|line| line.strip_prefix("$ rbk ")).map(|c| ran(&place, c)).collect();
        if std::env::var_os("RBK_UPDATE").is_some() {
            fs::write(&path, &fresh).unwrap();
        } else if there != fresh {
            wrong.push(fresh);
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

/// A command as it stands in a case, with its output and its exit code. `\` in it stands for a blank within an argument.
fn ran(place: &Place, command: &str) -> String {
    let arguments: Vec<String> = command.split(' ').map(|word| word.replace('\\', " ")).collect();
    let ran = place.rbk(&arguments.iter().map(String::as_str).collect::<Vec<_>>());
    format!("$ rbk {command}\n{}{}(exit code {})\n\n", ran.out, ran.err, ran.code)
}

/// What is printed as JSON is the same run.
#[test]
fn json_tells_the_same() {
    let place = Place::with(&[("shop.rbk", include_bytes!("../../plans/shop.rbk"))]);
    let json = place.rbk(&["simulate", "shop.rbk", "--fail-at", "drop", "--run", "full", "--format", "json"]);
    let runs: serde_json::Value = serde_json::from_str(&json.out).unwrap();
    let run = &runs[0];
    assert_eq!((json.code, run["ends_well"].as_bool()), (0, Some(true)));
    let steps: Vec<_> =
        run["steps"].as_array().unwrap().iter().map(|s| (s["step"].as_str(), s["outcome"].as_str())).collect();
    assert!(steps.contains(&(Some("drop"), Some("fails"))), "{steps:?}");
    assert_eq!(steps.last(), Some(&(Some("health"), Some("done"))));
    let restored = run["steps"].as_array().unwrap().iter().find(|s| s["step"] == "restore_db").unwrap();
    assert_eq!(restored["changes"][0]["is"], serde_json::json!(["original"]));
    assert_eq!(restored["file"], "shop.rbk");
}

/// From every point of every plan the run ends as the matrix says.
#[test]
fn runs_end_as_the_matrix_says() {
    let place = Place::new();
    let shop = include_str!("../../plans/shop.rbk");
    place.write("shop.rbk", shop.as_bytes());
    let matrix = place.rbk(&["check", "--matrix", "shop.rbk"]).out;
    let mut lines = matrix.lines().skip(1);
    let names: Vec<&str> = lines.next().unwrap().split_whitespace().skip(2).collect();
    assert_eq!(names, ["full", "links", "back_out"]);
    let mut compared = 0;
    for line in lines.take_while(|line| !line.contains(": ")) {
        let line = line.replace("forward only", "refused").replace(" (resume)", "");
        let mut words = line.split_whitespace();
        let point = words.next().unwrap();
        for (name, verdict) in names.iter().zip(words) {
            let code = place.rbk(&["simulate", "shop.rbk", "--fail-at", point, "--run", name]).code;
            assert_eq!(code, i32::from(verdict != "recovers"), "{point} {name}: {verdict}");
            compared += 1;
        }
    }
    assert!(compared > 40, "only {compared} were compared");
}

/// The command that a refusal names for its run is one that works, and it shows a run that ends badly.
#[test]
fn the_commands_that_findings_name_end_badly() {
    let mut tried = 0;
    for entry in fs::read_dir(root().join("docs/rules")).unwrap().map(|entry| entry.unwrap().path()) {
        let page = fs::read_to_string(&entry).unwrap();
        let Some(plan) = page.split("```rbk fires\n").nth(1).and_then(|rest| rest.split("```").next()) else {
            continue;
        };
        let place = Place::with(&[("some plans/plan.rbk", plan.as_bytes())]);
        tried += all_end_badly(&place, "some plans/plan.rbk");
    }
    assert!(tried >= 14, "only {tried} commands are named by the pages");
    let notes = super::NOTES;
    let unprotected = notes.replace("  take backup before\n", "").replacen(
        "phase ",
        "phase other { step look timeout 1m { sh \"true\"; changes nothing } }\n\nphase ",
        1,
    );
    let place = Place::with(&[("-notes.rbk", unprotected.as_bytes())]);
    assert!(all_end_badly(&place, "./-notes.rbk") > 0, "{unprotected}");
}

/// Checks a plan and runs every command that its findings name; how many these are.
fn all_end_badly(place: &Place, plan: &str) -> usize {
    let json = place.rbk(&["check", plan, "--format", "json"]);
    let findings: Vec<serde_json::Value> = serde_json::from_str(&json.out).unwrap();
    let notes = findings.iter().flat_map(|finding| finding["notes"].as_array().unwrap()).filter_map(|n| n.as_str());
    let commands: Vec<&str> = notes.filter_map(|note| note.strip_prefix("every state of it: ")).collect();
    for command in &commands {
        let path = format!(
            "{}:{}",
            Path::new(env!("CARGO_BIN_EXE_rbk")).parent().unwrap().display(),
            std::env::var("PATH").unwrap()
        );
        let shell = std::process::Command::new("sh")
            .args(["-c", command])
            .current_dir(place.path())
            .env("PATH", path)
            .output()
            .unwrap();
        let (out, err) = (String::from_utf8_lossy(&shell.stdout), String::from_utf8_lossy(&shell.stderr));
        assert_eq!(shell.status.code(), Some(1), "{command}\n{out}{err}");
        assert!(out.contains("verdict: "), "{command}\n{out}{err}");
    }
    commands.len()
}
