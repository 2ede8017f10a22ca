//! A toy world in a directory, and the script at work in it.
//!
//! In: a script, what is to go wrong. Out: codes, what was said, and whether the world is as it was.

use rbk::safety::matrix::Point;
use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

/// What goes wrong during one call of the script.
#[derive(Debug, Clone, PartialEq)]
pub enum Blow {
    /// The commands of this statement end as told: `fail` or `kill`, at `begin`, `half`, `between` or `end`.
    Command(String, &'static str, &'static str),
    /// The script is killed as soon as a record is written, or before all of it is.
    Record(&'static str, String, bool),
}

/// How the world behaves where it has a choice.
#[derive(Debug, Clone, Copy, Default)]
pub struct Mood {
    /// A copy that nothing reads back is no good.
    pub bad: bool,
    /// A service writes while it is copied or restored under.
    pub racing: bool,
    /// What the branches ask is so.
    pub branch: bool,
}

pub struct World {
    /// Holds the world and what is kept of it.
    base: tempfile::TempDir,
}

/// What a call of the script came to.
#[derive(Debug)]
pub struct Said {
    /// None: it was killed.
    pub code: Option<i32>,
    pub text: String,
}

impl World {
    pub fn new(script: &str, written: &[String]) -> Self {
        let memory = Path::new("/dev/shm");
        let base = if memory.is_dir() { tempfile::tempdir_in(memory) } else { tempfile::tempdir() };
        let world = World { base: base.unwrap() };
        fs::create_dir_all(world.path("bin")).unwrap();
        fs::write(world.path("rollback.sh"), script).unwrap();
        for (name, text) in [("toy", include_str!("toy.sh")), ("bin/sync", include_str!("sync.sh"))] {
            fs::write(world.path(name), text).unwrap();
            fs::set_permissions(world.path(name), fs::Permissions::from_mode(0o755)).unwrap();
        }
        fs::write(world.path("writes"), written.join("\n") + "\n").unwrap();
        for (name, text) in
            [("r0", "whole\n"), ("r1", "whole\n"), ("code", "v1\n"), ("sold", "a\nb\nc\n"), ("running", "")]
        {
            fs::write(world.path(name), text).unwrap();
        }
        world
    }

    fn root(&self) -> PathBuf {
        self.base.path().join("world")
    }

    fn path(&self, name: &str) -> PathBuf {
        self.root().join(name)
    }

    pub fn read(&self, name: &str) -> String {
        fs::read_to_string(self.path(name)).unwrap_or_default()
    }

    pub fn be(&self, mood: Mood) {
        for (name, on) in [("is_bad", mood.bad), ("is_racing", mood.racing), ("branch", mood.branch)] {
            let _ = if on { fs::write(self.path(name), "") } else { fs::remove_file(self.path(name)) };
        }
    }

    /// Another script over the same journal.
    pub fn replace_script(&self, script: &str) {
        fs::write(self.path("rollback.sh"), script).unwrap();
    }

    /// Keeps the world as it is now.
    pub fn keep(&self, name: &str) {
        let kept = self.base.path().join(name);
        let _ = fs::remove_dir_all(&kept);
        copy(&self.root(), &kept);
    }

    /// Makes the world what it was when it was kept.
    pub fn again(&self, name: &str) {
        fs::remove_dir_all(self.root()).unwrap();
        copy(&self.base.path().join(name), &self.root());
    }

    /// Calls the script; true beside what it said: everything that was to go wrong did.
    pub fn call(&self, arguments: &[&str], confirm: &[String], blows: &[Blow]) -> Said {
        let mut inject = String::new();
        let mut at_record = String::new();
        for blow in blows {
            match blow {
                Blow::Command(id, how, when) => inject.push_str(&format!("{id} {how}-{when}\n")),
                Blow::Record(event, id, torn) => {
                    at_record = format!("{event} {id} {}\n", if *torn { "torn" } else { "" });
                }
            }
        }
        fs::write(self.path("inject"), inject).unwrap();
        fs::write(self.path("at_record"), at_record).unwrap();
        let mut command = Command::new("bash");
        command.arg("rollback.sh").args(arguments).args(["--state-dir", "state"]);
        if !matches!(arguments[0], "status") {
            command.arg("--yes");
            for phrase in confirm {
                command.args(["--confirm", phrase]);
            }
        }
        let path = format!("{}:{}", self.path("bin").display(), std::env::var("PATH").unwrap_or_default());
        command.current_dir(self.root()).env_clear().env("PATH", path).env("HOME", "/nonexistent");
        let output = command.stdin(Stdio::null()).output().unwrap();
        let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
        let said = Said { code: output.status.code(), text: text(&output.stdout) + &text(&output.stderr) };
        if said.code.is_none() {
            self.calm();
        }
        said
    }

    /// Waits until what watched over a killed script has cleared up.
    fn calm(&self) {
        let since = Instant::now();
        let at_work = || {
            let entries = fs::read_dir(self.path("state")).into_iter().flatten().flatten();
            entries.into_iter().any(|entry| entry.file_name().to_string_lossy().starts_with("work."))
        };
        while at_work() && since.elapsed() < Duration::from_secs(60) {
            std::thread::sleep(Duration::from_millis(3));
        }
    }

    /// Where the phase stands, by the journal.
    pub fn point(&self) -> Point {
        let mut point = Point::Before;
        let mut verb = String::new();
        for line in self.read("state/journal").lines() {
            let fields: Vec<&str> = line.split('|').collect();
            if fields.len() < 5 || fields.last() != Some(&".") {
                continue;
            }
            let id = fields[3].split('[').next().unwrap_or_default().to_owned();
            match fields[2] {
                "begin" => verb = id,
                "start" if verb == "apply" => point = Point::Inside(id),
                "done" if verb == "apply" => point = Point::After(id),
                _ => {}
            }
        }
        point
    }

    /// Is everything as it was before the change? Else what is not. Mails may be out where the plan accepts that.
    pub fn is_back(&self, accepts: bool) -> Result<(), String> {
        if !accepts && !self.read("mail").is_empty() {
            return Err("mails are out".to_owned());
        }
        for (name, was) in [("r0", "whole\n"), ("r1", "whole\n"), ("code", "v1\n")] {
            let is = self.read(name);
            if is != was {
                return Err(format!("{name} is {is:?}"));
            }
        }
        if !self.path("running").exists() {
            return Err("the service is stopped".to_owned());
        }
        match self.read("crashed").as_str() {
            "" => Ok(()),
            crashed => Err(format!("the service was started on something broken: {crashed}")),
        }
    }
}

fn copy(from: &Path, to: &Path) {
    fs::create_dir_all(to).unwrap();
    for entry in fs::read_dir(from).unwrap().flatten() {
        let (source, target) = (entry.path(), to.join(entry.file_name()));
        if source.is_dir() {
            copy(&source, &target);
        } else {
            fs::copy(&source, &target).unwrap();
        }
    }
}
