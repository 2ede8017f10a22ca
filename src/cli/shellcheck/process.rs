//! Runs ShellCheck: over many files at once, on all cores, never for ever.
//!
//! In: the files' contents. Out: its comments on each. The files stand in a private temporary folder, which is removed. Not its
//! business: what the comments mean in a plan.

use crate::cli::plans::parallel;
use anyhow::{Context, bail};
use serde::Deserialize;
use std::fs::{self, File};
use std::path::Path;
use std::process::{Child, Command, ExitStatus, Stdio};
use std::time::{Duration, Instant};

/// Files for one process: enough that its start does not count, few enough that all cores have work.
const SHARE: std::ops::RangeInclusive<usize> = 10..=200;

/// How long one process may take, and how much longer for each of its files.
const LIMIT: (Duration, Duration) = (Duration::from_secs(60), Duration::from_secs(2));

/// A comment of ShellCheck's. Lines and columns count from 1, columns in characters; a tab is one.
#[derive(Debug, Clone, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Comment {
    file: String,
    /// Where.
    #[serde(flatten)]
    pub area: Area,
    /// `error`, `warning`, `info` or `style`.
    pub level: String,
    /// The number behind `SC`.
    pub code: u32,
    /// What is wrong.
    pub message: String,
    /// How to repair it.
    pub fix: Option<Repair>,
}

/// A place in a file, its end excluded.
#[derive(Debug, Clone, Deserialize)]
#[serde(rename_all = "camelCase")]
#[allow(missing_docs)]
pub struct Area {
    pub line: usize,
    pub column: usize,
    pub end_line: usize,
    pub end_column: usize,
}

/// A repair.
#[derive(Debug, Clone, Deserialize)]
pub struct Repair {
    /// What is put where; no order is meant.
    pub replacements: Vec<Replacement>,
}

/// A text for a place.
#[derive(Debug, Clone, Deserialize)]
pub struct Replacement {
    /// The place.
    #[serde(flatten)]
    pub area: Area,
    /// The text.
    pub replacement: String,
}

#[derive(Deserialize)]
struct Output {
    comments: Vec<Comment>,
}

/// The comments on each file. Fails if there is no ShellCheck, or if it does not answer.
pub fn ask(files: &[String]) -> anyhow::Result<Vec<Vec<Comment>>> {
    let folder = tempfile::Builder::new().prefix("rbk-shellcheck-").tempdir().context("a temporary folder")?;
    let names: Vec<String> = (0..files.len()).map(|number| format!("{number}.sh")).collect();
    for (name, content) in names.iter().zip(files) {
        fs::write(folder.path().join(name), content).with_context(|| folder.path().display().to_string())?;
    }
    let cores = std::thread::available_parallelism().map_or(1, usize::from);
    let share = files.len().div_ceil(cores).clamp(*SHARE.start(), *SHARE.end());
    // Without any file it is asked for its version: a missing one is told all the same.
    let shares: Vec<&[String]> = if names.is_empty() { vec![&[]] } else { names.chunks(share).collect() };
    let mut answers = vec![Vec::new(); files.len()];
    for comments in parallel(&shares, |share| one(folder.path(), share)) {
        for comment in comments? {
            let number = comment.file.strip_suffix(".sh").and_then(|number| number.parse::<usize>().ok());
            if let Some(answer) = number.and_then(|number| answers.get_mut(number)) {
                answer.push(comment);
            }
        }
    }
    Ok(answers)
}

/// The comments of one process.
fn one(folder: &Path, names: &[String]) -> anyhow::Result<Vec<Comment>> {
    let mut command = Command::new("shellcheck");
    // What somebody has configured for scripts of their own has no say in a plan.
    command.env_remove("SHELLCHECK_OPTS").env("LC_ALL", "C.UTF-8").current_dir(folder);
    match names {
        [] => command.arg("--version"),
        names => command.args(["--norc", "--format=json1", "--shell=bash", "--severity=style"]).args(names),
    };
    let stem = names.first().map_or("version", String::as_str);
    let output = |kind: &str| folder.join(format!("{stem}.{kind}"));
    command.stdin(Stdio::null()).stdout(File::create(output("out"))?).stderr(File::create(output("err"))?);
    let child = match command.spawn() {
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => {
            bail!("`--shellcheck` needs shellcheck, which is not installed here: https://www.shellcheck.net")
        }
        spawned => spawned.context("shellcheck can't be started")?,
    };
    let limit = LIMIT.0 + LIMIT.1.saturating_mul(u32::try_from(names.len()).unwrap_or(u32::MAX));
    let status = wait(child, limit)?;
    if !matches!(status.code(), Some(0 | 1)) {
        let error: String = fs::read_to_string(output("err")).unwrap_or_default().trim().chars().take(500).collect();
        bail!("shellcheck failed ({status}): {error}");
    }
    if names.is_empty() {
        return Ok(Vec::new());
    }
    let answer: Output = serde_json::from_slice(&fs::read(output("out"))?).context("the answer of shellcheck")?;
    Ok(answer.comments)
}

/// Waits for the end of a process; ends it when its time is over.
fn wait(mut child: Child, limit: Duration) -> anyhow::Result<ExitStatus> {
    let begin = Instant::now();
    let mut pause = Duration::from_millis(1);
    loop {
        if let Some(status) = child.try_wait()? {
            return Ok(status);
        }
        if begin.elapsed() >= limit {
            child.kill()?;
            child.wait()?;
            bail!("shellcheck did not answer within {} s", limit.as_secs());
        }
        std::thread::sleep(pause);
        pause = (pause * 2).min(Duration::from_millis(20));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_process_that_does_not_end_is_ended() {
        let child = Command::new("sleep").arg("1000").spawn().unwrap();
        let id = child.id();
        let error = wait(child, Duration::from_millis(10)).unwrap_err();
        assert_eq!(error.to_string(), "shellcheck did not answer within 0 s");
        let alive = Command::new("sh").args(["-c", &format!("kill -0 {id} 2>/dev/null")]).status().unwrap();
        assert!(!alive.success());
    }

    #[test]
    fn more_files_than_one_process_takes_keep_their_comments() {
        let files: Vec<String> = (0..450).map(|n| if n % 7 == 3 { "echo $x\n" } else { "true\n" }.to_owned()).collect();
        let answers = ask(&files).unwrap();
        let with: Vec<usize> = (0..450).filter(|n| !answers[*n].is_empty()).collect();
        assert_eq!(with, (0..450).filter(|n| n % 7 == 3).collect::<Vec<_>>());
        assert!(ask(&[]).unwrap().is_empty());
    }
}
