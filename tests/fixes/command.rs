//! Running the command in a folder of its own.

use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

/// A temporary folder.
pub struct Place(tempfile::TempDir);

/// What a run left behind.
pub struct Ran {
    pub code: i32,
    pub out: String,
    pub err: String,
}

/// A finding as the JSON tells it; its repair: is it safe?
pub struct Told {
    pub rule: String,
    pub message: String,
    pub fix: Option<bool>,
}

impl Place {
    pub fn with(files: &[(&str, &str)]) -> Self {
        let place = Place(tempfile::TempDir::new().unwrap());
        for (name, text) in files {
            let path = place.path(name);
            std::fs::create_dir_all(path.parent().unwrap()).unwrap();
            std::fs::write(path, text).unwrap();
        }
        place
    }

    pub fn path(&self, name: impl AsRef<Path>) -> PathBuf {
        self.0.path().join(name)
    }

    pub fn read(&self, name: &str) -> String {
        std::fs::read_to_string(self.path(name)).unwrap()
    }

    pub fn run(&self, arguments: &[&str]) -> Ran {
        self.fed(arguments, "")
    }

    /// With a text on standard input.
    pub fn fed(&self, arguments: &[&str], input: &str) -> Ran {
        let mut command = Command::new(env!("CARGO_BIN_EXE_rbk"));
        command.args(arguments).args(["--today", "2026-11-20"]).current_dir(self.0.path());
        let mut child = command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
        // Whoever does not read it has gone already.
        let _ = child.stdin.take().unwrap().write_all(input.as_bytes());
        let output = child.wait_with_output().unwrap();
        let text = |bytes: Vec<u8>| String::from_utf8(bytes).unwrap();
        let ran = Ran { code: output.status.code().unwrap(), out: text(output.stdout), err: text(output.stderr) };
        assert!(!ran.err.contains("panicked"), "{}", ran.err);
        ran
    }

    pub fn findings(&self, name: &str) -> Vec<Told> {
        let ran = self.run(&["check", name, "--format", "json"]);
        let list: Vec<serde_json::Value> = serde_json::from_str(&ran.out).unwrap_or_else(|_| panic!("{}", ran.err));
        let one = |finding: &serde_json::Value| Told {
            rule: finding["rule"].as_str().unwrap().to_owned(),
            message: finding["message"].as_str().unwrap().to_owned(),
            fix: finding["fix"]["safe"].as_bool(),
        };
        list.iter().map(one).collect()
    }
}
