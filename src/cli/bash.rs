//! `bash -n` as the second opinion on commands that `rbk` can't read.
//!
//! In: a text. Out: whether bash takes it for shell. Nothing of it is executed: `-n` only reads.

use std::io::Write;
use std::process::{Command, Stdio};

/// None if there is no bash.
pub fn judge(text: &str) -> Option<bool> {
    let mut child = Command::new("bash")
        .args(["--norc", "--noprofile", "-n"])
        .env_remove("BASH_ENV")
        .stdin(Stdio::piped())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()
        .ok()?;
    // bash may end before it has read everything.
    let _ = child.stdin.take().map(|mut input| input.write_all(text.as_bytes()));
    child.wait().ok().map(|status| status.success())
}

#[cfg(test)]
mod tests {
    use super::judge;

    #[test]
    fn bash_decides() {
        assert_eq!(judge("select x in a b; do echo \"$x\"; done"), Some(true));
        assert_eq!(judge("echo a\necho b\ndone\n"), Some(false));
        // Nothing is executed.
        assert_eq!(judge("exit 7"), Some(true));
    }
}
