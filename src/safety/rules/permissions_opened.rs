//! `chmod 777`: whoever gets onto the machine may change what it runs.

use super::Context;
use crate::diagnostics::Diagnostic;
use crate::shell::{Command, Word, Words};

pub fn check(context: &Context) -> Vec<Diagnostic> {
    context.named(&["chmod", "install", "mkdir", "umask"]).filter_map(|(_, command)| one(command)).collect()
}

fn one(command: &Command) -> Option<Diagnostic> {
    let words = command.arguments();
    let mode = match command.name() {
        "chmod" => words
            .iter()
            .find(|word| !word.text.starts_with("--") && (!word.text.starts_with('-') || is_symbolic(&word.text)))?,
        "install" | "mkdir" => words.value(&["-m", "--mode"])?,
        "umask" => words.first().filter(|word| opens(word))?,
        _ => return None,
    };
    if command.name() != "umask" && !is_open(mode.text.trim_start_matches("--mode=").trim_start_matches("-m")) {
        return None;
    }
    let named = command.operands_behind(mode);
    let message =
        format!("everybody on the machine may change {}", named.unwrap_or_else(|| "what is made from here on".into()));
    let place = Context::report("permissions-opened", message, mode.span, "write, for everybody");
    Some(place.help("give it to the user or group that needs it: `chown app:app …`, `chmod 640` or `750`"))
}

fn is_symbolic(text: &str) -> bool {
    text.starts_with("-r") || text.starts_with("-w") || text.starts_with("-x")
}

/// `777`, `0666`, `a+w`, `o=rwx`; with the sticky bit (`1777`) nobody removes another's files, as in `/tmp`.
fn is_open(mode: &str) -> bool {
    let octal = mode.len() >= 3 && mode.len() <= 4 && mode.chars().all(|c| ('0'..='7').contains(&c));
    if octal {
        let others = mode.chars().last().and_then(|c| c.to_digit(8)).unwrap_or(0);
        return others & 2 != 0 && !(mode.len() == 4 && mode.starts_with('1'));
    }
    mode.split(',').any(|part| {
        let Some(at) = part.find(['+', '=']) else { return false };
        let (who, what) = part.split_at(at);
        who.contains(['a', 'o']) && what.contains('w')
    })
}

/// `umask 000`
fn opens(word: &Word) -> bool {
    word.text.len() <= 4 && word.text.ends_with('0') && word.text.chars().all(|c| c.is_ascii_digit())
}

trait Behind {
    fn operands_behind(&self, mode: &Word) -> Option<String>;
}

impl Behind for Command {
    /// The first path behind the mode.
    fn operands_behind(&self, mode: &Word) -> Option<String> {
        let operands = self.arguments().operands(&[]);
        let path = operands.iter().find(|word| word.span.start > mode.span.start)?;
        Some(format!("`{}`", path.text))
    }
}
