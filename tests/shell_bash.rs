//! The shell parser beside bash itself: every shell script that the machine of the test has, and each of them broken in some
//! places, is accepted or refused as `bash -n` does. A Debian has some hundred: of its packages, its start scripts, its programs.

#![allow(clippy::unwrap_used, missing_docs)]

use rbk::model::value::Script;
use rbk::shell::{self, ProblemKind};
use rbk::source::{FileId, Span};
use rbk::syntax::Text;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};

const FOLDERS: &[&str] =
    &["/usr/bin", "/usr/sbin", "/etc", "/var/lib/dpkg/info", "/usr/share", "/usr/lib", env!("CARGO_MANIFEST_DIR")];

fn scripts() -> Vec<PathBuf> {
    let mut found = Vec::new();
    for folder in FOLDERS {
        let walk = walkdir::WalkDir::new(folder).max_depth(6).sort_by_file_name();
        let files = walk.into_iter().filter_map(Result::ok).filter(|entry| entry.file_type().is_file());
        let small = files.filter(|entry| entry.metadata().is_ok_and(|data| data.len() < 200_000));
        found.extend(small.map(walkdir::DirEntry::into_path).filter(|path| is_shell(path)));
    }
    found
}

fn is_shell(path: &Path) -> bool {
    use std::io::Read;
    let mut head = [0; 40];
    let read = std::fs::File::open(path).and_then(|mut file| file.read(&mut head)).unwrap_or(0);
    let head = String::from_utf8_lossy(&head[..read]);
    let first = head.lines().next().unwrap_or("");
    first.starts_with("#!") && ["/sh", "/bash", "/dash", " bash", " sh"].iter().any(|shell| first.contains(shell))
}

/// Does bash take it? Its answer is the exit status of `bash -n`.
fn bash(text: &str) -> bool {
    let mut child = Command::new("bash")
        .arg("-n")
        .stdin(Stdio::piped())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()
        .unwrap();
    child.stdin.take().unwrap().write_all(text.as_bytes()).ok();
    child.wait().unwrap().success()
}

fn rbk(text: &str) -> bool {
    let text = Text { value: text.to_owned(), map: vec![(0, 0)], file: FileId(0), raw: true };
    let parsed = shell::parse(&Script { text: text.into(), span: Span::default() });
    parsed.problems.iter().all(|problem| problem.kind != ProblemKind::Syntax)
}

/// The text without one of its parts: a character that opens or closes something, or a word of the grammar.
fn broken(text: &str, number: usize) -> Option<String> {
    const PARTS: &[&str] =
        &["fi", "done", "esac", "then", "do", "\"", "'", "(", ")", "}", "{", ";;", "`", "if ", "in "];
    let part = PARTS[number % PARTS.len()];
    let places: Vec<usize> = text.match_indices(part).map(|(at, _)| at).collect();
    let at = *places.get(number * 7919 % places.len().max(1))?;
    Some(format!("{}{}", &text[..at], &text[at + part.len()..]))
}

#[test]
fn it_judges_scripts_as_bash_does() {
    let scripts = scripts();
    assert!(scripts.len() > 100, "only {} scripts on this machine", scripts.len());
    let (next, wrong) = (AtomicUsize::new(0), Mutex::new(Vec::new()));
    let counted = [const { AtomicUsize::new(0) }; 2];
    let worker = || {
        while let Some(path) = scripts.get(next.fetch_add(1, Ordering::Relaxed)) {
            let Ok(text) = std::fs::read_to_string(path) else { continue };
            let number = text.len();
            let texts = std::iter::once(text.clone()).chain((0..2).filter_map(|i| broken(&text, number + i)));
            for (i, text) in texts.enumerate() {
                let (theirs, ours) = (bash(&text), rbk(&text));
                counted[usize::from(!theirs)].fetch_add(1, Ordering::Relaxed);
                if theirs != ours {
                    wrong.lock().unwrap().push(format!("{} ({i}): bash says {theirs}", path.display()));
                    if let Ok(folder) = std::env::var("RBK_DISAGREED") {
                        let name = path.file_name().unwrap().to_string_lossy();
                        std::fs::write(format!("{folder}/{theirs}-{i}-{name}"), &text).unwrap();
                    }
                }
            }
        }
    };
    std::thread::scope(|scope| {
        scope.spawn(worker);
        worker();
    });
    let mut wrong = wrong.into_inner().unwrap();
    wrong.sort();
    let [good, bad] = counted.map(AtomicUsize::into_inner);
    println!("{} of {good} good and {bad} broken texts judged otherwise:\n{}", wrong.len(), wrong.join("\n"));
    assert!(wrong.len() * 200 <= good + bad, "more than one in 200 is judged otherwise");
}
