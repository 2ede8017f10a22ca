//! The command line as users meet it: exit codes, outputs, and every kind of bad input.

#[path = "cli/bad_input.rs"]
mod bad_input;
#[path = "cli/build.rs"]
mod build;
#[path = "cli/told.rs"]
mod told;

use std::fs;
use std::io::Write;
use std::path::Path;
use std::process::{Command, Output, Stdio};
use tempfile::TempDir;

pub const NOTES: &str = include_str!("../plans/notes.rbk");

/// A temporary folder to work in.
pub struct Place(TempDir);

/// What a run left behind.
pub struct Ran {
    pub code: i32,
    pub out: String,
    pub err: String,
}

impl Place {
    pub fn new() -> Self {
        Place(TempDir::new().unwrap())
    }

    pub fn with(files: &[(&str, &[u8])]) -> Self {
        let place = Place::new();
        for (name, content) in files {
            place.write(name, content);
        }
        place
    }

    pub fn path(&self) -> &Path {
        self.0.path()
    }

    pub fn write(&self, name: &str, content: &[u8]) {
        let path = self.path().join(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, content).unwrap();
    }

    pub fn read(&self, name: &str) -> String {
        fs::read_to_string(self.path().join(name)).unwrap()
    }

    pub fn command(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_rbk"));
        command.args(arguments).current_dir(self.path()).env("RBK_TEST", "1").env_remove("NO_COLOR");
        command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
        command
    }

    pub fn rbk(&self, arguments: &[&str]) -> Ran {
        Ran::of(self.command(arguments).output().unwrap())
    }

    /// Every file below the folder, with its content.
    pub fn everything(&self) -> Vec<(String, Vec<u8>)> {
        let files = walkdir::WalkDir::new(self.path()).sort_by_file_name().into_iter().map(Result::unwrap);
        let read = |entry: walkdir::DirEntry| {
            let name = entry.path().strip_prefix(self.path()).unwrap().display().to_string();
            (name, if entry.file_type().is_file() { fs::read(entry.path()).unwrap() } else { Vec::new() })
        };
        files.map(read).collect()
    }
}

impl Ran {
    fn of(output: Output) -> Self {
        let text = |bytes: Vec<u8>| String::from_utf8(bytes).unwrap();
        Ran { code: output.status.code().unwrap(), out: text(output.stdout), err: text(output.stderr) }
    }
}

#[test]
fn a_clean_plan_is_clean() {
    let ran = Place::with(&[("notes.rbk", NOTES.as_bytes())]).rbk(&["check"]);
    assert_eq!((ran.code, ran.out.as_str(), ran.err.as_str()), (0, "1 plan: no findings\n", ""));
}

#[test]
fn findings_exit_1_in_every_format() {
    let broken = NOTES.replace("  take backup before\n", "");
    let place = Place::with(&[("notes.rbk", broken.as_bytes())]);
    let human = place.rbk(&["check", "notes.rbk"]);
    assert_eq!(human.code, 1);
    assert!(human.out.contains("notes.rbk:"), "{}", human.out);
    assert!(human.out.contains("error[restore-without-backup]"), "{}", human.out);
    assert!(human.out.ends_with("; 1 can be repaired with --fix\n"), "{}", human.out);
    let short = place.rbk(&["check", "--format", "short"]);
    assert!(short.out.lines().all(|line| line.starts_with("notes.rbk:")), "{}", short.out);
    let json = place.rbk(&["check", "--format", "json"]);
    let list: Vec<serde_json::Value> = serde_json::from_str(&json.out).unwrap();
    assert_eq!((json.code, list.len()), (1, short.out.lines().count()));
    assert_eq!(list[0]["file"], "notes.rbk");
    let clean = Place::with(&[("notes.rbk", NOTES.as_bytes())]).rbk(&["check", "--format", "json"]);
    assert_eq!((clean.code, clean.out.as_str()), (0, "[]\n"));
}

#[test]
fn colours_are_for_those_who_want_them() {
    let place = Place::with(&[("a.rbk", b"plan")]);
    let coloured = |arguments: &[&str]| place.rbk(arguments).out.contains('\x1b');
    assert!(!coloured(&["check"]));
    assert!(coloured(&["check", "--color", "always"]));
    assert!(!coloured(&["check", "--color", "never"]));
    assert!(!coloured(&["check", "--color", "always", "--format", "short"]));
    let ran = Ran::of(place.command(&["check"]).env("NO_COLOR", "1").output().unwrap());
    assert!(!ran.out.contains('\x1b'));
}

#[test]
fn a_plan_comes_from_standard_input() {
    let place = Place::new();
    let feed = |arguments: &[&str], text: &str| {
        let mut child = place.command(arguments).stdin(Stdio::piped()).spawn().unwrap();
        child.stdin.take().unwrap().write_all(text.as_bytes()).unwrap();
        Ran::of(child.wait_with_output().unwrap())
    };
    assert_eq!(feed(&["check", "-"], NOTES).code, 0);
    let ran = feed(&["check", "-", "--stdin-filename", "plans/x.rbk", "--format", "short"], "plan x {\n  rto 5 }\n");
    assert_eq!(ran.code, 1);
    assert!(ran.out.starts_with("plans/x.rbk:2:"), "{}", ran.out);
}

#[test]
fn folders_are_searched_in_order_and_each_plan_once() {
    let plan = |name: &str| NOTES.replace("plan notes", &format!("plan {name}")).replace("rto 5m", "rto 5");
    let files = [
        ("b/two.rbk", plan("two")),
        ("a/one.rbk", plan("one")),
        (".hidden/x.rbk", plan("x")),
        ("target/y.rbk", plan("y")),
        ("a/z.txt", plan("z")),
    ];
    let place = Place::new();
    files.iter().for_each(|(name, text)| place.write(name, text.as_bytes()));
    let ran = place.rbk(&["check", ".", "a/one.rbk", "--format", "short"]);
    let names: Vec<&str> = ran.out.lines().map(|line| line.split(':').next().unwrap()).collect();
    assert_eq!(names, ["a/one.rbk", "b/two.rbk"], "{}", ran.out);
}

#[test]
fn shared_files_are_checked_with_the_plans_that_use_them() {
    let place = Place::with(&[
        ("plans/notes.rbk", NOTES.replace("\n\nresource", "\n\nuse \"shared/people.rbk\"\nresource").as_bytes()),
        ("plans/shared/people.rbk", b"contact lead \"Lead\" { reach \"1\" }\n"),
    ]);
    let ran = place.rbk(&["check", "plans"]);
    assert_eq!((ran.code, ran.out.as_str()), (0, "1 plan: no findings\n"));
    place.write("plans/forgotten.rbk", b"contact other \"Other\" { reach \"1\" }\n");
    let ran = place.rbk(&["check", "plans", "--format", "short"]);
    assert_eq!(ran.code, 0);
    assert!(ran.out.contains("plans/forgotten.rbk:1:1: note"), "{}", ran.out);
    let ran = place.rbk(&["check", "plans/forgotten.rbk"]);
    assert_eq!(ran.code, 1, "{}", ran.out);
}

#[test]
fn two_plans_of_one_name_are_refused() {
    let place = Place::with(&[("a.rbk", NOTES.as_bytes()), ("b.rbk", NOTES.as_bytes())]);
    let ran = place.rbk(&["build"]);
    assert_eq!(ran.code, 1);
    assert!(ran.out.contains("b.rbk:") && ran.out.contains("a.rbk:"), "{}", ran.out);
    assert!(!place.path().join("out").exists());
}

#[test]
fn rules_are_listed_and_explained() {
    let place = Place::new();
    let json = place.rbk(&["rules", "--format", "json"]);
    let rules: Vec<serde_json::Value> = serde_json::from_str(&json.out).unwrap();
    assert!(rules.len() > 20);
    for rule in &rules {
        let name = rule["name"].as_str().unwrap();
        let page = place.rbk(&["explain", name]);
        assert!(page.code == 0 && page.out.contains(name), "{name}: {}", page.out);
        assert_eq!(place.rbk(&["explain", rule["code"].as_str().unwrap()]).out, page.out);
    }
    assert_eq!(place.rbk(&["rules"]).out.lines().count(), rules.len());
    let wrong = place.rbk(&["explain", "restore-without-bakcup"]);
    assert_eq!(wrong.code, 2);
    assert!(wrong.err.contains("did you mean `restore-without-backup`"), "{}", wrong.err);
}

#[test]
fn a_matrix_and_a_graph_are_printed() {
    let place = Place::with(&[("notes.rbk", NOTES.as_bytes())]);
    let matrix = place.rbk(&["check", "--matrix"]);
    assert_eq!(matrix.code, 0);
    for part in ["notes: migrate", "before", "inside:alter", "after:alter", "recovers", "back"] {
        assert!(matrix.out.contains(part), "{part} is missing in {}", matrix.out);
    }
    let json = place.rbk(&["check", "--matrix", "--format", "json"]);
    let all: serde_json::Value = serde_json::from_str(&json.out).unwrap();
    let (phase, findings) = (&all["matrices"][0], &all["findings"]);
    assert_eq!((phase["plan"].as_str(), phase["phase"].as_str()), (Some("notes"), Some("migrate")));
    assert!(findings.as_array().unwrap().is_empty(), "{findings}");
    let inside = phase["rows"].as_array().unwrap().iter().find(|row| row["point"] == "inside:alter").unwrap();
    let [back, out] = [0, 1].map(|i| &inside["cells"][i]);
    assert_eq!((back["procedure"].as_str(), back["verdict"].as_str()), (Some("back"), Some("recovers")));
    assert_eq!((out["verdict"].as_str(), out["reason"].as_str()), (Some("refused"), Some("leaves `db` half written")));
    let graph = place.rbk(&["graph", "notes.rbk"]);
    assert_eq!(graph.code, 0);
    assert!(graph.out.starts_with("flowchart TD\n"), "{}", graph.out);
}

#[test]
fn usage_errors_exit_2() {
    let place = Place::with(&[("notes.rbk", NOTES.as_bytes())]);
    for arguments in
        [&["chek"][..], &["check", "--format", "xml"], &["check", "--today", "yesterday"], &["explain"], &[]]
    {
        assert_eq!(place.rbk(arguments).code, 2, "{arguments:?}");
    }
    assert_eq!(place.rbk(&["--help"]).code, 0);
    assert_eq!(place.rbk(&["--version"]).code, 0);
}

#[test]
fn a_closed_pipe_is_no_failure_and_a_full_one_is() {
    let place = Place::with(&[("notes.rbk", NOTES.as_bytes())]);
    let full = fs::OpenOptions::new().write(true).open("/dev/full").unwrap();
    let ran = place.command(&["check"]).stdout(full).output().unwrap();
    assert_eq!(ran.status.code(), Some(2));
    let mut child = place.command(&["rules"]).spawn().unwrap();
    drop(child.stdout.take());
    assert_eq!(child.wait().unwrap().code(), Some(0));
}
