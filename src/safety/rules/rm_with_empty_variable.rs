//! `rm -rf "$dir/"*` is `rm -rf /*` if `$dir` is empty.

use super::{Context, commands, scripts, scripts::Text};
use crate::diagnostics::{Diagnostic, Fix};
use crate::shell::{Command, Part, Place, Quote, Read, Set, Word, Words};
use crate::source::Span;

/// What takes a path with all that is below it; the last of them, in a store of objects.
const TOOLS: &[&str] =
    &["rm", "find", "shred", "chown", "chmod", "mv", "rsync", "aws", "gsutil", "gcloud", "mc", "s3cmd", "rclone"];

pub fn check(context: &Context) -> Vec<Diagnostic> {
    let inputs: Vec<&str> = context.world.plan.inputs.iter().map(|input| input.common.name.as_str()).collect();
    let asked = |name: &str| inputs.contains(&name);
    let mut found = Vec::new();
    for (text, command) in context.named(TOOLS).filter(|(_, command)| !commands::is_dry(command)) {
        let words = removed(command);
        found.extend(words.iter().find_map(|word| one(text, command, word, &asked)));
    }
    found
}

/// The paths that are removed with all that is below them.
fn removed(command: &Command) -> Vec<&Word> {
    let words = command.arguments();
    match command.name() {
        "find" if command.has("-delete") || command.has("rm") => {
            words.iter().take_while(|word| !word.text.starts_with(['-', '(', '!'])).collect()
        }
        "rm" | "shred" => words.operands(&[]),
        "mv" => words.operands(&["-t", "-S"]).into_iter().rev().skip(1).collect(),
        // It makes one side like the other: an empty source or target is the root.
        "rsync" if words.iter().any(|word| word.text.starts_with("--delete")) => {
            words.operands(&["-e", "--exclude", "--include", "-f", "--filter"])
        }
        "aws" | "gsutil" | "gcloud" | "mc" | "s3cmd" | "rclone" => objects(command),
        "rsync" if words.has_any(&["--remove-source-files"]) => {
            words.operands(&["-e", "--exclude", "--include", "-f", "--filter"]).into_iter().rev().skip(1).collect()
        }
        "chown" | "chmod" if words.short('R') || words.has_any(&["--recursive"]) => {
            words.operands(&[]).into_iter().skip(1).collect()
        }
        _ => Vec::new(),
    }
}

/// The prefixes that are removed from a store, `s3://bucket/$prefix`, with every object below them.
fn objects(command: &Command) -> Vec<&Word> {
    let words = command.arguments();
    let whole = match command.name() {
        "rclone" => words.has_any(&["purge", "delete"]),
        "aws" | "s3cmd" | "mc" => words.has_any(&["rm", "del"]) && words.has_any(&["--recursive", "-r"]),
        _ => words.has_any(&["rm"]) && (words.short('r') || words.has_any(&["-R", "--recursive"])),
    };
    let prefix = |word: &&Word| {
        let text = word.text.split(['$', '`']).next().unwrap_or("");
        text.contains("://") || text.contains(':') && command.name() == "rclone"
    };
    let dry = words.has_any(&["--dryrun", "--dry-run"]);
    words.iter().filter(|_| whole && !dry).filter(prefix).collect()
}

fn one(text: &Text, command: &Command, word: &Word, asked: &dyn Fn(&str) -> bool) -> Option<Diagnostic> {
    let words = command.arguments();
    let recursive = words.short('r') || words.short('R') || words.has_any(&["--recursive"]) || command.name() == "find";
    let recursive = recursive || !objects(command).is_empty();
    let recursive = recursive && !matches!(command.name(), "mv" | "rsync");
    let dangerous = |part: &Part| {
        let left = without(word, part);
        // What it takes below a folder is chosen: without its name it is the same of all its neighbours, and no more.
        if command.name() == "find" && is_chosen(words) && left.len() > 2 && left.matches('/').count() > 2 {
            return false;
        }
        // `find $x -delete` looks where it is called; `find "" -delete` nowhere.
        let around = command.name() == "find" && left.is_empty() && part.quote == Quote::Bare;
        around || is_dangerous(&left, part.range.start == 0, recursive)
    };
    let verb = match command.name() {
        "chown" | "chmod" => "changes",
        "mv" => "moves",
        "rsync" => "takes",
        _ => "removes",
    };
    let effect = |part: &Part| match without(word, part).as_str() {
        "" => format!("{verb} from whatever directory this is"),
        left => format!("{verb} `{left}`"),
    };
    // A value of the plan is a name in a store; one that the text looks up may be none.
    let local = objects(command).is_empty();
    let variable = word.variables().find(|(name, operator, part)| {
        (local || text.parsed.sets.iter().any(|set| set.name == *name))
            && dangerous(part)
            && !asked(name)
            && may_be_empty(text, command, name, operator, word.place(part.range.clone()))
    });
    let Some((name, operator, part)) = variable else {
        let (written, part) = word.substitutions().find(|(written, part)| !is_full(written) && dangerous(part))?;
        let message = format!("if `{written}` prints nothing, this {}", effect(part));
        let place = Context::report("rm-with-empty-variable", message, word.place(part.range.clone()), "may be empty");
        return Some(place.help("put it into a variable, and write `${NAME:?}`: the shell stops if it is empty"));
    };
    let message = format!("if `${name}` is empty, this {}", effect(part));
    let span = word.place(part.range.clone());
    let place = Context::report("rm-with-empty-variable", message, span, "may be empty");
    let place = place.help(format!("write `${{{name}:?}}`: the shell stops if it is empty"));
    let plain = operator.is_empty();
    let fix = || Fix::safe(format!("stop if `${name}` is empty")).replace(span, format!("${{{name}:?}}"));
    Some(if plain { place.fix(fix()) } else { place })
}

/// `find … -name '*.part'`
fn is_chosen(words: &[Word]) -> bool {
    words.has_any(&["-name", "-iname", "-path", "-regex", "-mtime", "-mmin", "-size"])
}

/// The word without one of its pieces.
fn without(word: &Word, part: &Part) -> String {
    let before = word.text.get(..part.range.start).unwrap_or("");
    format!("{before}{}", word.text.get(part.range.end..).unwrap_or(""))
}

/// Is what is left something that nobody wants to lose: the root, what lies in it, the directory around?
fn is_dangerous(left: &str, first: bool, recursive: bool) -> bool {
    let everything = matches!(left, "/" | "/*" | "*" | "./*" | ".*" | "." | "/." | "/.*" | "/..");
    let from_root = first && left.starts_with('/');
    let around = !first && (left.ends_with('/') || left.ends_with("//*") || left.ends_with("/*"));
    everything || recursive && (from_root || around) || from_root && left.ends_with('*')
}

/// Nothing guards it, nothing in the text gives it a value that can't be empty.
fn may_be_empty(text: &Text, command: &Command, name: &str, operator: &str, read: Span) -> bool {
    let operator = operator.strip_prefix('[').and_then(|rest| rest.split_once(']')).map_or(operator, |(_, rest)| rest);
    if is_filled(operator) || operator.starts_with('#') {
        return false;
    }
    let guarded = text.parsed.pipeline(command).guarded.iter().any(|guarded| guarded == name);
    let own = scripts::builtin(name) || crate::shell::is_shells_own(name);
    if guarded || own {
        return false;
    }
    // Whoever writes `${x:-}` reckons with it.
    if matches!(operator, ":-" | "-") {
        return true;
    }
    let shell = shell_of(text, name, read);
    let known = |set: &&Set| set.name == name && set.span.end <= command.span.start && reaches(text, set, shell);
    let set = text.parsed.sets.iter().rfind(known);
    let listed = || {
        let mut words =
            text.parsed.listed.iter().filter(|(variable, word)| variable == name && word.quoted && is_open(word));
        words.any(|(_, word)| {
            let open = |(inner, operator, part): (&str, &str, &Part)| {
                inner != name && may_be_empty(text, command, inner, operator, word.place(part.range.clone()))
            };
            word.variables().any(open) || word.substitutions().any(|(written, _)| !is_full(written))
        })
    };
    set.is_none_or(|set| set.value.as_ref().map_or_else(|| is_line(text, set), is_open)) || listed()
}

/// `while read x; do …; done < FILE`: a file may have an empty line; what lists files has none.
fn is_line(text: &Text, set: &Set) -> bool {
    let here = |command: &&Command| {
        command.name() == "read" && command.span.start <= set.span.start && set.span.end <= command.span.end
    };
    let Some(read) = text.parsed.commands.iter().find(here) else { return false };
    let site = text.parsed.pipeline(read);
    let by_process = text.parsed.pipelines.iter().any(|other| other.process);
    let filled = read.input.is_some() || read.fed || read.arguments().has_any(&["-d"]) || read.arguments().short('p');
    site.condition && site.subshell == 0 && read.stage == 0 && !by_process && !filled
}

/// `${x:?}`, `${x:-y}`
fn is_filled(operator: &str) -> bool {
    operator.starts_with(":?") || operator.starts_with(":-") && operator.len() > 2
}

/// Which shell expands a variable.
fn shell_of(text: &Text, name: &str, at: Span) -> Place {
    let here = |read: &&Read| read.name == name && at.start <= read.span.start && read.span.end <= at.end;
    text.parsed.reads.iter().find(here).map_or(Place::Here, |read| read.place)
}

/// Does a shell see a value? That of another machine does not see this one's, one of this machine what is exported.
fn reaches(text: &Text, set: &Set, shell: Place) -> bool {
    let exported = || text.parsed.commands.iter().any(|other| other.name() == "export" && exports(other, &set.name));
    set.place == shell || set.place == Place::Here && shell == Place::InnerShell && exported()
}

fn exports(command: &Command, name: &str) -> bool {
    command.arguments().iter().any(|word| word.text.split('=').next() == Some(name))
}

/// Can a value be empty? `/srv/$x` can't, `$(mktemp)` can't, `$1` and `$(grep …)` can.
fn is_open(value: &Word) -> bool {
    let fixed = value.parts.iter().any(|part| !part.expansion && !value.piece(part).is_empty());
    let full = value.substitutions().any(|(text, _)| is_full(text));
    let covered = value.variables().any(|(_, operator, _)| is_filled(operator));
    !fixed && !full && !covered
}

/// Does a substitution always print something?
fn is_full(substitution: &str) -> bool {
    let inner = substitution.trim_start_matches(['$', '(', '`']).trim_start();
    let commands = [
        "mktemp", "pwd", "date", "realpath", "dirname", "basename", "cd ", "hostname", "whoami", "id ", "uname",
        "nproc",
    ];
    commands.iter().any(|command| inner.starts_with(command))
}
