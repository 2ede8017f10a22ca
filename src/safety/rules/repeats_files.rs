//! Files that a second run changes once more: moved away, added to, edited so that they grow; tables of jobs.
//!
//! In: a command of a text. Out: what a second run of it does.

use super::repeats::Repeat;
use crate::shell::{Because, Command, Parsed, Word, Words};
use crate::source::Span;

/// What a second run does to files.
pub fn of(parsed: &Parsed, command: &Command) -> Vec<Repeat> {
    let found = match command.name() {
        "mv" | "gmv" => moved(parsed, command),
        "crontab" => jobs(parsed, command),
        "sed" | "gsed" => edited(command),
        _ => None,
    };
    found.into_iter().chain(appended(command)).collect()
}

fn more(span: Span, says: String, write: &str, object: &Word) -> Repeat {
    Repeat { span, because: Because::More, says, write: write.to_owned(), objects: vec![object.text.clone()] }
}

/// `mv current failed`: what is there by then is not what was there.
fn moved(parsed: &Parsed, command: &Command) -> Option<Repeat> {
    let operands = command.arguments().operands(&["-S", "--suffix"]);
    let [from, _] = operands[..] else { return None };
    let given = command.arguments().has_any(&["-t", "--target-directory"]);
    if given {
        return None;
    }
    let puts = |other: &Command| {
        let last = other.arguments().last().is_some_and(|word| word.text.trim_end_matches('/') == from.text);
        other.span.start >= command.span.end
            && last
            && matches!(other.name(), "mv" | "gmv" | "cp" | "ln" | "install" | "mkdir" | "rsync")
    };
    let put = parsed.commands.iter().any(puts);
    let (because, says) = if put {
        (Because::More, format!("moves away what the first one has put at `{}`", from.text))
    } else {
        (Because::Gone, format!("fails: `{}` is moved already", from.text))
    };
    let write =
        "ask before: `[ -e TO ] || mv FROM TO`; or make the new one beside the old one and `mv -T` it over".to_owned();
    Some(Repeat { span: command.span, because, says, write, objects: vec![from.text.clone()] })
}

/// `echo … >> /etc/hosts`, `tee -a`
fn appended(command: &Command) -> Option<Repeat> {
    let to = command.redirects.iter().find(|to| to.writes && to.appends && to.fd == 1 && is_settings(&to.target.text));
    let words = command.arguments();
    let tee = command.name() == "tee" && (words.short('a') || words.has_any(&["--append"]));
    let given = || words.operands(&[]).into_iter().find(|word| tee && is_settings(&word.text));
    let file = to.map(|to| &to.target).or_else(given)?;
    Some(Repeat { span: command.span, ..added(file)? })
}

/// What a second run does to a file that is added to.
pub fn added(file: &Word) -> Option<Repeat> {
    let says = format!("adds the same lines to `{}` once more", file.text);
    let write = "`grep -qxF LINE FILE || echo LINE >> FILE`; or write the whole file";
    is_settings(&file.text).then(|| more(file.span, says, write, file))
}

/// Is it a file that a program is set up by, or data? To a log one may add twice.
fn is_settings(path: &str) -> bool {
    const ENDS: &[&str] = &[
        ".conf",
        ".cnf",
        ".cfg",
        ".ini",
        ".env",
        ".yml",
        ".yaml",
        ".toml",
        ".properties",
        ".rules",
        ".xml",
        ".service",
        ".htaccess",
        ".bashrc",
        ".profile",
        ".zshrc",
        ".pgpass",
        ".netrc",
        ".npmrc",
        ".list",
        ".cron",
        ".zone",
        ".map",
        ".csv",
        ".sql",
    ];
    const NAMES: &[&str] = &[
        "hosts",
        "fstab",
        "crontab",
        "sudoers",
        "authorized_keys",
        "known_hosts",
        "passwd",
        "group",
        "exports",
        "environment",
        "config",
        "Caddyfile",
        "Dockerfile",
        "sshd_config",
        "pg_hba.conf",
        ".env",
        "env",
        "recovery.signal",
        "postgresql.auto.conf",
    ];
    let name = path.rsplit('/').next().unwrap_or(path);
    let low = name.to_ascii_lowercase();
    let log = ["log", "journal", "timeline", "evidence", "report", "audit"].iter().any(|mark| low.contains(mark));
    let etc = path.starts_with("/etc/") || path.contains("/etc/") || path.contains(".d/");
    let temporary = path.starts_with("/tmp/") || path.starts_with("/dev/");
    !log && !temporary
        && (etc || NAMES.contains(&name) || name.starts_with(".env") || ENDS.iter().any(|end| low.ends_with(end)))
}

/// `(crontab -l; echo …) | crontab -`
fn jobs(parsed: &Parsed, command: &Command) -> Option<Repeat> {
    if !command.has("-") {
        return None;
    }
    let before = |other: &&Command| other.span.end <= command.span.start;
    let list =
        parsed.commands.iter().filter(before).rev().find(|other| other.name() == "crontab" && other.has("-l"))?;
    let between: Vec<&Command> =
        parsed.commands.iter().filter(before).filter(|other| other.span.start > list.span.end).collect();
    let filters =
        |other: &&Command| matches!(other.name(), "grep" | "egrep" | "sed" | "awk" | "sort" | "uniq" | "perl");
    let adds = |other: &&Command| matches!(other.name(), "echo" | "printf" | "cat");
    let before_list =
        parsed.commands.iter().filter(|other| other.span.end <= list.span.start && other.pipeline + 2 > list.pipeline);
    if between.iter().any(filters) || !(between.iter().any(adds) || before_list.clone().any(|other| adds(&other))) {
        return None;
    }
    let write =
        "take the line out first: `{ crontab -l | grep -vF LINE; echo LINE; } | crontab -`; or install a whole file"
            .to_owned();
    let says = "adds the same job once more".to_owned();
    Some(Repeat { span: command.span, because: Because::More, says, write, objects: Vec::new() })
}

/// `sed -i 's/^/# /'`, `sed -i '$a …'`: each run makes the file longer.
fn edited(command: &Command) -> Option<Repeat> {
    let words = command.arguments();
    let in_place =
        words.short('i') || words.has_any(&["--in-place"]) || words.iter().any(|word| word.text.starts_with("-i"));
    if !in_place {
        return None;
    }
    let file = words.last()?;
    let scripts: Vec<&Word> = words
        .iter()
        .zip(words.iter().skip(1))
        .filter(|(before, _)| before.text.ends_with('e'))
        .map(|(_, word)| word)
        .collect();
    let first = words.operands(&["-e", "--expression", "-f"]).into_iter().next().filter(|_| scripts.is_empty());
    let script = scripts.into_iter().chain(first).find(|word| grows(&word.text))?;
    let says = format!("makes the same change to `{}` once more, on top of the first", file.text);
    Some(more(
        script.span,
        says,
        "let the pattern be one that the changed line no longer has; or `grep -q … ||` before it",
        file,
    ))
}

/// Does an expression match again what it has made?
fn grows(script: &str) -> bool {
    let script = script.trim();
    let place = script.strip_prefix('$').or_else(|| script.strip_prefix(|c: char| c.is_ascii_digit()));
    let place = place.map(|rest| rest.trim_start_matches(|c: char| c.is_ascii_digit()));
    let behind = script.strip_prefix('/').and_then(|rest| rest.split_once('/')).map(|(_, rest)| rest);
    let adds = |rest: &str| {
        let mut chars = rest.trim_start().chars();
        matches!(chars.next(), Some('a' | 'i')) && matches!(chars.next(), Some(' ' | '\\'))
    };
    if place.or(behind).is_some_and(adds) {
        return true;
    }
    let Some(rest) = script.strip_prefix('s') else { return false };
    let Some(mark) = rest.chars().next().filter(|c| !c.is_alphanumeric() && *c != '\\') else { return false };
    let mut parts = rest[mark.len_utf8()..].split(mark);
    let (Some(pattern), Some(with)) = (parts.next(), parts.next()) else { return false };
    if matches!(pattern, "^" | "$") {
        return !with.is_empty();
    }
    let plain = pattern.len() > 1 && pattern.chars().all(|c| c.is_alphanumeric() || " _-=/,:@".contains(c));
    plain && with != pattern && (with.contains(pattern) || with.contains('&') && with != "&")
}
