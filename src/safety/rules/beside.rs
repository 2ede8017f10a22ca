//! Commands of one shell text that run at the same time, and write the same thing.
//!
//! In: a text. Out: pairs of commands, with what both write. Not its business: branches of a `parallel` (`parallel_conflict`), and
//! whether somebody waits for them (`background`).

use super::{commands, scripts::Text, status};
use crate::shell::{Command, Target, Words};

/// Commands that run at the same time and write the same: the earlier, the later (the same one in a loop), what they write.
pub fn pairs(text: &Text) -> Vec<(&Command, &Command, String)> {
    let parsed = &text.parsed;
    if !parsed.pipelines.iter().any(|site| site.background && !site.process) {
        return Vec::new();
    }
    let outer =
        |command: &&Command| command.via.is_none() && parsed.shell(command).is_some_and(|shell| !shell.substitution);
    let all: Vec<&Command> = parsed.commands.iter().filter(outer).collect();
    let mut found = Vec::new();
    for (i, command) in all.iter().enumerate() {
        let site = parsed.pipeline(command);
        if !site.background || site.process {
            continue;
        }
        let Some(thing) = claim(text, command) else { continue };
        if site.in_loop && !thing.contains('$') && !waits_within(text, command) {
            found.push((*command, *command, thing));
            continue;
        }
        let behind = all[i + 1..].iter().filter(|other| parsed.pipeline(other).shell == site.shell);
        let beside = behind.take_while(|other| other.name() != "wait" && other.name() != "kill");
        let apart =
            |other: &&&Command| other.pipeline != command.pipeline && claim(text, other).as_ref() == Some(&thing);
        if let Some(other) = beside.into_iter().find(apart) {
            found.push((*command, *other, thing));
        }
    }
    found
}

/// Is it waited for before the loop goes on?
fn waits_within(text: &Text, command: &Command) -> bool {
    let around =
        text.parsed.loops.iter().filter(|range| range.contains(&command.pipeline)).min_by_key(|range| range.len());
    around.is_some_and(|range| text.parsed.within(range.clone()).any(|other| other.name() == "wait"))
}

/// What a command, or what it runs, writes so that nobody else may at the same time.
fn claim(text: &Text, command: &Command) -> Option<String> {
    let within = |other: &&Command| other.pipeline == command.pipeline && other.stage == command.stage;
    let found = text
        .parsed
        .commands
        .iter()
        .filter(within)
        .find_map(|command| locked(command).or_else(|| filled(text, command)));
    let schema = || {
        let effects = text.parsed.effects.iter();
        let own = |span: crate::source::Span| command.span.start <= span.start && span.end <= command.span.end;
        let schema = effects.filter(|effect| own(effect.span)).find(|effect| effect.target == Target::Schema)?;
        Some(format!("the schema, by `{}`", schema.tool))
    };
    found.or_else(schema)
}

/// Tools that keep a lock, or should.
fn locked(command: &Command) -> Option<String> {
    let words = command.arguments();
    let (verb, rest) = words.verb(&["-C", "--prefix", "-n", "--namespace", "--kube-context"]).unwrap_or(("", &[]));
    match command.name() {
        "apt" | "apt-get" | "dpkg" | "yum" | "dnf" | "apk" => Some("the installed packages".to_owned()),
        "terraform" | "tofu" | "terragrunt" => {
            let writes = ["apply", "destroy", "import", "refresh"].contains(&verb);
            let place = words.iter().find_map(|word| word.text.strip_prefix("-chdir=")).unwrap_or("this directory");
            writes.then(|| format!("the state of `{place}`"))
        }
        "git" => {
            let (verb, _) = commands::git(command)?;
            let writes = [
                "checkout", "switch", "pull", "reset", "merge", "rebase", "commit", "stash", "restore", "clean",
                "revert",
            ];
            let place = words.value(&["-C"]).map_or("this directory", |word| &word.text);
            writes.contains(&verb).then(|| format!("the working tree of `{place}`"))
        }
        "npm" | "pnpm" | "yarn" => {
            let script = rest.first().map_or("", |word| word.text.as_str());
            let writes = ["ci", "install", "update"].contains(&verb) || verb == "run" && script.starts_with("build");
            let place = words.value(&["-C", "--prefix"]).map_or("this directory", |word| &word.text);
            writes.then(|| format!("the modules of `{place}`"))
        }
        "helm" => {
            let writes = ["upgrade", "rollback", "uninstall", "install"].contains(&verb);
            let release = rest.operands(&["-n", "--namespace", "-f", "--values", "--set"]).first().copied()?;
            writes.then(|| format!("the release `{}`", release.text))
        }
        _ => None,
    }
}

/// The directory or the database that it fills.
fn filled(text: &Text, command: &Command) -> Option<String> {
    let words = command.arguments();
    let into = match command.name() {
        "pg_restore" => words.value(&["-d", "--dbname"]),
        "psql" if status::acts(text, command) => words.value(&["-d", "--dbname"]),
        "tar" if words.short('x') || words.has_any(&["--extract"]) => words.value(&["-C", "--directory"]),
        "unzip" => words.value(&["-d"]),
        "rsync" => words.operands(&["-e", "--rsh", "--exclude", "--include", "-f", "--filter"]).into_iter().nth(1),
        _ => None,
    }?;
    // Statements of different tables go side by side.
    if command.name() == "psql" && words.has_any(&["-c", "--command"]) {
        let own = |span: crate::source::Span| command.span.start <= span.start && span.end <= command.span.end;
        let mut effects = text.parsed.effects.iter().filter(|effect| own(effect.span) && !effect.object.is_empty());
        if let Some(effect) = effects.next().filter(|_| effects.next().is_none()) {
            return Some(format!("`{}` of `{}`", effect.object, into.text));
        }
    }
    let name =
        into.text.split_once('=').filter(|_| into.text.starts_with("--")).map_or(into.text.as_str(), |(_, name)| name);
    let table = words.value(&["-t", "--table"]).filter(|_| command.name() == "pg_restore");
    let table = table.map_or(String::new(), |table| format!("the table `{}` of ", table.text.trim_start_matches("-t")));
    Some(format!("{table}`{}`", name.trim_end_matches('/')))
}
