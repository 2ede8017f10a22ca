//! What a text makes for itself and takes away again: temporary files, scratch databases and volumes.
//!
//! In: what a text changes. Out: what of it lasts. Not its business: what a whole plan makes.

use super::{Command, Effect, Parsed, Place, Set, Target, Visible, Word, Words};

/// What statements change and have not made themselves just before.
pub fn unmade(changes: Vec<Visible>) -> Vec<Visible> {
    let kept = |visible: &&Visible| visible.object.is_empty() || !is_made(&changes, visible, &visible.object);
    changes.iter().filter(kept).cloned().collect()
}

/// Was the thing of a word made by an effect that comes before?
fn is_made(effects: &[Visible], visible: &Visible, word: &str) -> bool {
    // What a redirection has written is a copy if it is taken for one.
    let written = |other: &Visible| {
        visible.target == Target::Backup && other.target == Target::Files && other.effect == Effect::Modifies
    };
    let makes = |other: &Visible| other.effect == Effect::Creates || written(other);
    let before = |other: &&Visible| makes(other) && other.span.end <= visible.span.start;
    let same = |other: &Visible| {
        (written(other) || kin(other.target, visible.target)) && other.object.split(' ').any(|made| inside(word, made))
    };
    effects.iter().filter(before).any(same)
}

/// What is changed and was not made by the same text just before.
pub fn lasting(parsed: &Parsed) -> impl Iterator<Item = &Visible> {
    parsed.effects.iter().filter(|visible| !is_scratch(parsed, visible))
}

fn is_scratch(parsed: &Parsed, visible: &Visible) -> bool {
    let object = visible.object.as_str();
    let does = |command: &&Command| command.span.start <= visible.span.start && visible.span.end <= command.span.end;
    let apart = || {
        (visible.place == Place::Elsewhere || visible.tool == "sqlite3")
            && parsed.commands.iter().filter(does).any(|command| is_apart(parsed, command))
    };
    if visible.effect == Effect::Creates && visible.tool == "mktemp" || apart() {
        return true;
    }
    if object.is_empty() || !matches!(visible.effect, Effect::Destroys | Effect::Removes | Effect::Modifies) {
        return false;
    }
    let made = |word: &str| is_made(&parsed.effects, visible, word) || is_made_and_removed(parsed, visible);
    object.split(' ').all(|word| {
        variable(word).is_some_and(|name| is_mktemp(parsed, name)) || made(word) || is_temporary(word, visible.target)
    })
}

/// `dropdb --if-exists trial; createdb trial; …; dropdb trial`: what is made and removed was none's before either.
fn is_made_and_removed(parsed: &Parsed, visible: &Visible) -> bool {
    let same = |other: &&Visible| other.object == visible.object && kin(other.target, visible.target);
    let mut behind = parsed.effects.iter().filter(|other| other.span.start >= visible.span.end).filter(same);
    behind.any(|other| other.effect == Effect::Creates) && behind.any(|other| other.effect == visible.effect)
}

/// Is a variable set from `mktemp`?
fn is_mktemp(parsed: &Parsed, name: &str) -> bool {
    let within =
        |set: &Set, command: &Command| set.span.start <= command.span.start && command.span.end <= set.span.end;
    let mut sets = parsed.sets.iter().filter(|set| set.name == name);
    sets.any(|set| parsed.commands.iter().any(|command| command.name() == "mktemp" && within(set, command)))
}

/// Does a command work on what the same text has made to be thrown away: a container, a copy of a database in a temporary file?
pub fn is_apart(parsed: &Parsed, command: &Command) -> bool {
    in_own_container(parsed, command) || in_own_file(parsed, command)
}

fn in_own_file(parsed: &Parsed, client: &Command) -> bool {
    let file = || client.arguments().operands(&["-cmd", "-separator", "-init"]).first().copied();
    let own = |file: &Word| {
        is_temporary(&file.text, Target::Files) || variable(&file.text).is_some_and(|name| is_mktemp(parsed, name))
    };
    client.name() == "sqlite3" && file().is_some_and(own)
}

/// Does a command run in a container that the same text has started, and that holds nobody's data?
fn in_own_container(parsed: &Parsed, command: &Command) -> bool {
    const VALUED: &[&str] = &["-e", "--env", "-u", "--user", "-w", "--workdir", "--env-file", "--detach-keys"];
    let docker = |command: &&Command| matches!(command.name(), "docker" | "podman");
    let container = |runner: &'_ Command| {
        let (verb, rest) = runner.arguments().verb(&[])?;
        if verb == "exec" { rest.operands(VALUED).first().map(|word| word.text.clone()) } else { None }
    };
    let starts = |other: &&Command| {
        let words = other.arguments();
        docker(other)
            && matches!(words.verb(&[]), Some(("run" | "create", _)))
            && !words.has_any(&["-v", "--volume", "--mount", "--volumes-from"])
    };
    let named = |other: &Command, name: &str| {
        let given = other.arguments().value(&["--name"]).map(|word: &Word| word.text.trim_start_matches("--name="));
        let within = |set: &Set| set.span.start <= other.span.start && other.span.end <= set.span.end;
        given == Some(name)
            || variable(name).is_some_and(|name| parsed.sets.iter().any(|set| set.name == name && within(set)))
    };
    let names: Vec<String> = parsed.runners(command).filter(docker).filter_map(container).collect();
    names.iter().any(|name| {
        let before = parsed.commands.iter().filter(|other| other.span.end <= command.span.start);
        before.filter(starts).any(|other| named(other, name))
    })
}

/// The variable that a word begins with: `tmp` of `$tmp/x`.
pub fn variable(word: &str) -> Option<&str> {
    let rest = word.strip_prefix('$')?;
    let rest = rest.strip_prefix('{').unwrap_or(rest);
    let end = rest.find(|c: char| !c.is_ascii_alphanumeric() && c != '_').unwrap_or(rest.len());
    (end > 0).then(|| &rest[..end])
}

/// `/tmp/x`: a place that nobody keeps anything in. `/tmp` itself is everybody's.
fn is_temporary(word: &str, target: Target) -> bool {
    let inside =
        |folder: &str| word.strip_prefix(folder).is_some_and(|rest| !rest.is_empty() && !rest.starts_with('*'));
    matches!(target, Target::Files | Target::Backup)
        && ["/tmp/", "/var/tmp/", "$TMPDIR/", "${TMPDIR}/", "${TMPDIR:-/tmp}/"].iter().any(|folder| inside(folder))
}

/// Is a path this one, or below it?
pub fn inside(word: &str, made: &str) -> bool {
    !made.is_empty() && word.strip_prefix(made).is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
}

/// Do the two name things in the same way? A table is in a database, rows are in a table.
fn kin(a: Target, b: Target) -> bool {
    let stored = |target| matches!(target, Target::Table | Target::Rows | Target::Database | Target::Schema);
    a == b || stored(a) && stored(b)
}
