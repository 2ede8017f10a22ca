//! A backup is written to the same file each time: a second run of the change overwrites the only good copy with one of
//! the broken state.

use super::scripts::{Role, Text};
use super::{Context, copies};
use crate::diagnostics::{Diagnostic, Fix, Level};
use crate::ir::{Effect, Run};
use crate::safety::transfer::fixed_path;
use crate::shell::{Command, Word, Words};
use crate::source::Span;

pub fn check(context: &Context) -> Vec<Diagnostic> {
    let world = context.world;
    let mut found: Vec<Diagnostic> = Vec::new();
    for (_, action) in context.statements() {
        let Run::Take(b) = action.run else { continue };
        let restores = |e: &Effect| matches!(e, Effect::Restore { backup, .. } if *backup == b);
        let user = context.statements().find(|(_, a)| a.effects.iter().any(restores));
        let declared = &world.plan[b];
        let (true, Some((_, user)), Some(path)) = (fixed_path(world, b), user, &declared.path) else { continue };
        let name = &declared.common.name;
        let message = format!("a second run overwrites `{name}`, perhaps with a copy of the broken state");
        let diagnostic = Context::report("backup-overwritten-on-rerun", message, path.span, "the same file each time")
            .also(action.head, "taken here")
            .also(user.head, "this restore relies on the first copy")
            .help("put `${stamp}` into the path")
            .fix(stamped(context, path.span, name));
        if !found.iter().any(|d| d.message == diagnostic.message) {
            found.push(diagnostic);
        }
    }
    let written = context.named(WRITERS).filter(|(text, _)| text.role == Role::Work);
    found.extend(written.filter_map(|(text, command)| rewritten(text, command)));
    found
}

/// What writes a copy.
const WRITERS: &[&str] = &[
    "pg_dump",
    "pg_dumpall",
    "mysqldump",
    "mariadb-dump",
    "mongodump",
    "supabase",
    "sqlite3",
    "redis-cli",
    "tar",
    "cp",
];

/// A command that keeps what was there before under a name that is the same each time, or all day.
fn rewritten(text: &Text, command: &Command) -> Option<Diagnostic> {
    let dumped = copies::dumped(text, command);
    let file = dumped.or_else(|| copies::packed(command)).or_else(|| copied(command))?;
    let daily = dumped.is_some() && is_of_the_day(file);
    if !(file.fixed && keeps(&file.text) || daily) || is_looked_after(text, file) {
        return None;
    }
    let message = format!("a second run overwrites `{}`, perhaps with a copy of the broken state", file.text);
    let place =
        Diagnostic::new("backup-overwritten-on-rerun", Level::Warning, message, file.span, "the same file each time");
    Some(place.help("put `$stamp` into the name, or keep the one that is there: `cp -n`, `[ -e FILE ] || …`"))
}

/// Where `cp` puts one file.
fn copied(command: &Command) -> Option<&Word> {
    let words = command.arguments();
    let kept = words.short('n')
        || words.short('b')
        || words.short('i')
        || words.has_any(&["--no-clobber", "--backup", "--update=none"]);
    let [_, to] = words.operands(&["-t", "-S"])[..] else { return None };
    (command.name() == "cp" && !kept).then_some(to)
}

/// Does a file's name say that it is what was before?
fn keeps(path: &str) -> bool {
    let name = path.trim_end_matches('/').rsplit('/').next().unwrap_or(path).to_ascii_lowercase();
    let marks = ["before", "pre-", "pre_", ".bak", ".orig", ".old", "backup", "rollback", "revert"];
    // What is made to be tried out is nobody's way back.
    !path.starts_with("/tmp/") && !name.contains("test") && marks.iter().any(|mark| name.contains(mark))
}

/// `shop-$(date +%F).sql`: a new name tomorrow, and the second try is today.
fn is_of_the_day(file: &Word) -> bool {
    let expansions = || file.parts.iter().filter(|part| part.expansion).map(|part| file.piece(part));
    let day = |piece: &str| {
        piece.contains("date")
            && piece.contains("+%")
            && !["%H", "%s", "%T", "%M", "%R", "%X", "%c", "%N", "%S"].iter().any(|of| piece.contains(of))
    };
    expansions().next().is_some() && expansions().all(day)
}

/// Is the file asked for before, protected, or taken away again?
fn is_looked_after(text: &Text, file: &Word) -> bool {
    let same = |word: &Word| word.text == file.text;
    let looks =
        |other: &Command| matches!(other.name(), "test" | "[" | "rm" | "mv") && other.arguments().iter().any(same);
    let protects = |other: &Command| other.name() == "set" && (other.has("noclobber") || other.has("-C"));
    text.parsed.commands.iter().any(|other| looks(other) || protects(other))
        || text.parsed.tested.iter().any(|(_, word)| same(word))
}

/// `${stamp}` goes before the ending of the file name. Unsafe: something else may look for the file under its fixed name.
fn stamped(context: &Context, path: Span, name: &str) -> Fix {
    let text = context.sources.text(path);
    let end = text.trim_end_matches('"').len();
    let file = text[..end].rfind(['/', '"']).map_or(0, |at| at + 1);
    let at = text[file..end].find('.').filter(|at| *at > 0).map_or(end, |at| file + at);
    let start = u32::try_from(at).map_or(path.end, |at| path.start + at);
    Fix::risky(format!("write `{name}` to a new file each time")).before(Span { start, ..path }, "-${stamp}")
}
