//! Inputs that the environment gives: what goes before it, what is refused, and what a run keeps.

use super::{Said, compiled};
use std::fs;
use std::process::{Command, Stdio};

const PLAN: &str = r#"plan place "Place" { rto 1h }
input CLUSTER "Where to?" = "nowhere" { from_environment; matches /^[a-z]+$/ }
resource f : command data { }
phase go {
  step fill modifies f repeatable timeout 5s {
    sh """
      bash -c 'printf "%s\n" "$CLUSTER"' >>seen
      test -e ready
    """
    undo { total; sh "rm -f f" }
  }
}
rollback back of go { undo fill timeout 5s; verify gone of f { sh "test ! -e f" } }
"#;

/// A script in a directory of its own; `CLUSTER` is in its environment where it is given.
struct Run(tempfile::TempDir);

impl Run {
    fn new() -> Self {
        let dir = tempfile::tempdir().unwrap();
        fs::write(dir.path().join("rollback.sh"), compiled("place.rbk", PLAN)).unwrap();
        Run(dir)
    }

    fn run(&self, cluster: Option<&str>, arguments: &[&str]) -> Said {
        let mut command = Command::new(std::env::var("TEST_BASH").unwrap_or_else(|_| "bash".to_owned()));
        command.arg("rollback.sh").args(arguments).args(["--yes", "--state-dir", "state"]);
        command.env_remove("CLUSTER").envs(cluster.map(|cluster| ("CLUSTER", cluster)));
        Said::of(&command.current_dir(self.0.path()).stdin(Stdio::null()).output().unwrap())
    }

    fn ready(&self) {
        fs::write(self.0.path().join("ready"), "").unwrap();
    }

    /// What the step's program found in its environment, try by try.
    fn seen(&self) -> String {
        fs::read_to_string(self.0.path().join("seen")).unwrap_or_default().replace('\n', " ")
    }
}

const ORIGIN: &str = "from the environment variable CLUSTER";

#[test]
fn an_input_is_taken_from_the_environment() {
    let place = Run::new();
    place.ready();
    let told = format!("CLUSTER = north ({ORIGIN})");
    place.run(Some("north"), &["status"]).code(0).has(&told);
    place.run(Some("north"), &["apply", "go", "--dry-run"]).code(0).has(&told);
    place.run(Some("north"), &["apply", "go"]).code(0).has(&told);
    assert_eq!(place.seen(), "north ");
}

#[test]
fn without_it_or_with_nothing_in_it_the_default_counts() {
    for cluster in [None, Some("")] {
        let place = Run::new();
        place.ready();
        place.run(cluster, &["status"]).code(0).lacks("CLUSTER");
        place.run(cluster, &["apply", "go"]).code(0).has("CLUSTER = nowhere").lacks(ORIGIN);
        assert_eq!(place.seen(), "nowhere ", "programs find it, wherever it came from");
    }
}

#[test]
fn what_is_set_goes_before_the_environment_and_before_earlier_runs() {
    let place = Run::new();
    place.ready();
    place.run(Some("north"), &["status", "--set", "CLUSTER=south"]).code(0).has("CLUSTER = south").lacks(ORIGIN);
    place.run(Some("North!"), &["apply", "go", "--set", "CLUSTER=south"]).code(0).has("CLUSTER = south").lacks(ORIGIN);
    place.run(Some("north"), &["apply", "go"]).code(0).has("CLUSTER = south").lacks(ORIGIN);
    place.run(Some("north"), &["apply", "go", "--set", "CLUSTER=west"]).code(0).has("CLUSTER = west").lacks(ORIGIN);
    assert_eq!(place.seen(), "south south west ");
}

#[test]
fn a_wrong_value_is_refused_before_anything_changes() {
    let place = Run::new();
    for arguments in [&["apply", "go"][..], &["apply", "go", "--dry-run"], &["preflight"]] {
        place.run(Some("North!"), arguments).code(2).has(&format!("CLUSTER can't be \"North!\" ({ORIGIN})"));
    }
    assert_eq!(place.seen(), "");
    place.run(Some("north"), &["apply", "go", "--set", "CLUSTER=South!"]).code(2).has("\"South!\"").lacks(ORIGIN);
}

#[test]
fn a_run_keeps_what_it_began_with() {
    let place = Run::new();
    place.run(Some("north"), &["apply", "go"]).code(1);
    place.run(Some("east"), &["status"]).code(0).has("CLUSTER = north").lacks(ORIGIN);
    place.run(Some("East!"), &["resume"]).code(1);
    place.run(None, &["resume"]).code(1);
    place.run(Some("north"), &["resume", "--set", "CLUSTER=east"]).code(2).has("keeps it");
    place.ready();
    place.run(Some("east"), &["resume"]).code(0);
    assert_eq!(place.seen(), "north north north north ");
}
