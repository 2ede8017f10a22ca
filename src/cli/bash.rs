//! `bash -n` as the second opinion on commands that `rbk` can't read.
//!
//! In: a text. Out: whether bash takes it for shell. Nothing of it is executed: `-n` only reads.

use crate::shell::Mistake;
use std::io::Write;
use std::process::{Command, Stdio};

/// None if there is no bash.
pub fn judge(text: &str) -> Option<Result<(), Mistake>> {
    let mut child = Command::new("bash")
        .args(["--norc", "--noprofile", "-n"])
        .env_remove("BASH_ENV")
        .env("LC_ALL", "C")
        .stdin(Stdio::piped())
        .stdout(Stdio::null())
        .stderr(Stdio::piped())
        .spawn()
        .ok()?;
    // bash may end before it has read everything.
    let _ = child.stdin.take().map(|mut input| input.write_all(text.as_bytes()));
    let output = child.wait_with_output().ok()?;
    if output.status.success() {
        return Some(Ok(()));
    }
    let said = String::from_utf8_lossy(&output.stderr);
    said.lines().find_map(mistake).map(Err)
}

/// ``bash: line 3: syntax error near unexpected token `done'``
fn mistake(line: &str) -> Option<Mistake> {
    let (number, message) = line.split_once("line ")?.1.split_once(": ")?;
    Some(Mistake { line: number.parse().ok()?, message: message.to_owned() })
}

#[cfg(test)]
mod tests {
    use super::{Mistake, judge, mistake};

    #[test]
    fn mistakes_have_lines() {
        let said = "bash: line 3: syntax error near unexpected token `done'";
        let message = "syntax error near unexpected token `done'".to_owned();
        assert_eq!(mistake(said), Some(Mistake { line: 3, message }));
        assert_eq!(mistake("bash: warning"), None);
    }

    #[test]
    fn bash_decides() {
        assert_eq!(judge("select x in a b; do echo \"$x\"; done"), Some(Ok(())));
        assert_eq!(judge("echo a\necho b\ndone\n").and_then(Result::err).map(|mistake| mistake.line), Some(3));
        // Nothing is executed.
        assert_eq!(judge("exit 7"), Some(Ok(())));
    }
}
