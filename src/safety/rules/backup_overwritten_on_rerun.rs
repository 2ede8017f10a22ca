//! A backup is written to the same file each time: a second run of the change overwrites the only good copy with one of
//! the broken state.

use super::scripts::{Role, Text};
use super::{Context, commands, copies};
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
    "rsync",
    "aws",
    "gsutil",
    "gcloud",
    "scp",
    "kubectl",
    "helm",
    "crontab",
    "iptables-save",
];

/// A command that keeps what was there before under a name that is the same each time, or all day.
fn rewritten(text: &Text, command: &Command) -> Option<Diagnostic> {
    let dumped = copies::dumped(text, command);
    let file = dumped.or_else(|| copies::packed(command)).or_else(|| copied(command)).or_else(|| sent(command));
    let file = file.or_else(|| written_down(command))?;
    let path = copies::path(file);
    let daily = dumped.is_some() && is_of_the_day(file);
    let fixed = file.fixed && !path.contains(['$', '`']);
    if !(fixed && keeps(path) || daily) || is_looked_after(text, command, file) || commands::is_dry(command) {
        return None;
    }
    let message = format!("a second run overwrites `{path}`, perhaps with a copy of the broken state");
    let place =
        Diagnostic::new("backup-overwritten-on-rerun", Level::Warning, message, file.span, "the same file each time");
    Some(place.help("put `$stamp` into the name, or keep the one that is there: `cp -n`, `[ -e FILE ] || …`"))
}

/// Where `cp` puts one file that is no copy yet.
fn copied(command: &Command) -> Option<&Word> {
    let words = command.arguments();
    let kept = words.short('n')
        || words.short('b')
        || words.short('i')
        || words.has_any(&["--no-clobber", "--backup", "--update=none"]);
    let [from, to] = words.operands(&["-t", "-S"])[..] else { return None };
    let whole = words.short('a') || words.short('r') || words.short('R') || to.text.ends_with('/');
    // A folder is copied into the one that is there: nothing of it is written over.
    let stored = copies::in_store(&to.text) && (whole || !from.fixed || copies::names_copy(from));
    (command.name() == "cp" && !kept && (!stored || keeps(&to.text))).then_some(to)
}

/// Where a folder is mirrored to, or a file sent, that is no copy yet.
fn sent(command: &Command) -> Option<&Word> {
    let words = command.arguments();
    let (from, to) =
        match (command.name(), &words.operands(&["-e", "--exclude", "--include", "-o", "-i", "-P", "-F"])[..]) {
            ("rsync", [.., from, to])
                if words.has_any(&["--delete", "--delete-after", "--delete-during", "--delete-before"]) =>
            {
                let kept = ["--backup", "-b", "--backup-dir", "--link-dest", "--ignore-existing", "--compare-dest"];
                (!words.short('n') && !words.has_any(&kept)).then_some((*from, *to))?
            }
            ("aws", [s3, verb, from, to, ..]) if s3.text == "s3" && to.text.starts_with("s3://") => {
                let whole = words.has_any(&["--recursive", "--dryrun"]);
                let mirrors = verb.text == "sync" && words.has_any(&["--delete"]);
                (!whole && verb.text == "cp" || mirrors).then_some((*from, *to))?
            }
            ("gsutil", [cp, from, to]) if cp.text == "cp" && !words.short('n') && !words.short('r') => (*from, *to),
            ("gcloud", [storage, cp, from, to]) if storage.text == "storage" && cp.text == "cp" => (*from, *to),
            ("scp", [from, to]) if to.text.contains(':') && !words.short('r') => (*from, *to),
            _ => return None,
        };
    // What is mirrored from one store to another has its names there; to a folder a file goes under its own.
    let mirrored = command.name() == "rsync" && copies::names_copy(from);
    let restored = to.text.starts_with('/') && from.text.contains("://");
    let folder = to.text.ends_with('/') && command.name() != "rsync" && !from.fixed;
    (!mirrored && !restored && !folder && !words.has_any(&["--no-clobber"])).then_some(to)
}

/// `kubectl get … -o yaml > FILE`, `crontab -l > FILE`: settings that are written down to be put back.
fn written_down(command: &Command) -> Option<&Word> {
    let words = command.arguments();
    let settings = match command.name() {
        "kubectl" => {
            let format = words.value(&["-o", "--output"]).map_or("", |word| word.text.as_str());
            words.has_any(&["get"]) && (format.ends_with("yaml") || format.ends_with("json"))
        }
        "helm" => words.has_any(&["get"]),
        "crontab" => words.has_any(&["-l"]),
        name => name == "iptables-save",
    };
    let to = command.redirects.iter().find(|to| to.writes && !to.appends && to.fd == 1)?;
    (settings && keeps(&to.target.text)).then_some(&to.target)
}

/// Does a file's name say that it is what was before?
fn keeps(path: &str) -> bool {
    let name = path.trim_end_matches('/').rsplit('/').next().unwrap_or(path).to_ascii_lowercase();
    let marks = ["before", "pre-", "pre_", ".bak", ".orig", ".old", "backup", "rollback", "revert"];
    let before = name.starts_with("pre.") || name.contains("-pre.") || name.contains("_pre.");
    // What is made to be tried out is nobody's way back.
    !copies::is_scratch(path) && (before || marks.iter().any(|mark| name.contains(mark)))
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

/// Is the file asked for before, put aside, protected, or sent on and taken away again?
fn is_looked_after(text: &Text, writer: &Command, file: &Word) -> bool {
    let path = copies::path(file);
    let same = |word: &Word| word.text == path;
    let looks = |other: &Command| {
        let later = other.span.start > writer.span.end;
        let words = other.arguments();
        match other.name() {
            "test" | "[" | "mv" => words.iter().any(same),
            // To take the old one away before is to have none.
            "rm" => later && words.iter().any(same),
            "cp" | "ln" => !later && words.operands(&[]).first().is_some_and(|from| same(from)),
            "scp" | "aws" | "gsutil" | "gcloud" | "rclone" | "rsync" => {
                later && words.iter().any(same) && words.iter().any(|word| !word.fixed)
            }
            _ => false,
        }
    };
    let protects = |other: &Command| other.name() == "set" && (other.has("noclobber") || other.has("-C"));
    // `docker run -v "$dir:/out"`: the folder is another one each time.
    let mounted = |by: &Command| {
        by.arguments().iter().any(|word| {
            !word.fixed && (word.text.contains(":/") || word.text.contains("target=") || word.text.contains("dst="))
        })
    };
    text.parsed.runners(writer).any(mounted)
        || text.parsed.commands.iter().any(|other| looks(other) || protects(other))
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
