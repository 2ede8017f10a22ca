//! A command reads a variable that another command sets: each runs in a shell of its own, and what one sets is gone for the next.

use super::Context;
use super::scripts::Text;
use crate::diagnostics::Diagnostic;
use crate::shell::{Command, Parsed, Place, Read, Set, Words, is_shells_own};
use rustc_hash::FxHashMap;

pub fn check(context: &Context) -> Vec<Diagnostic> {
    let mut lost = lost(context);
    lost.dedup_by(|(next, _), (read, _)| next.name == read.name);
    let known = super::scripts::known(context);
    let inner = context.texts().iter().flat_map(|text| kept(text).into_iter().map(move |found| (text, found)));
    let inner = inner.filter(|(text, (read, _))| !known.contains(&*read.name) && !text.locals.contains(&read.name));
    let mut found: Vec<Diagnostic> = inner.map(|(_, (read, set))| inside(read, set)).collect();
    let unseen = context.texts().iter().flat_map(|text| unexported(text).into_iter().map(move |found| (text, found)));
    let unseen = unseen.filter(|(text, (read, _))| !known.contains(&*read.name) && !text.locals.contains(&read.name));
    found.extend(unseen.map(|(_, (read, set))| outside(read, set)));
    found.extend(lost.into_iter().map(|(read, set)| one(read, set)));
    found
}

/// The reads whose variable was set before in the same text, but each time in a shell of its own: in parentheses, in a pipeline, in
/// `$( … )`, in `bash -c`. Each variable once.
fn kept(text: &Text) -> Vec<(&Read, &Set)> {
    let parsed = &text.parsed;
    if parsed.sets.is_empty()
        || parsed.shells.len() == 1 && parsed.pipelines.iter().all(|site| site.subshell == 0 && site.stages == 1)
    {
        return Vec::new();
    }
    let last = parsed.commands.iter().any(|command| command.name() == "shopt" && command.has("lastpipe"));
    let mut found: Vec<(&Read, &Set)> = Vec::new();
    let here = |read: &&Read| !read.has_default && !is_shells_own(&read.name);
    for read in parsed.reads.iter().filter(here) {
        let mut sets =
            parsed.sets.iter().filter(|set| set.name == read.name && set.span.end <= read.span.start).peekable();
        let Some(first) = sets.peek().copied() else { continue };
        if read.place != Place::Here {
            if sets.all(|set| is_beside(parsed, set, read)) && !found.iter().any(|(other, _)| other.name == read.name) {
                found.push((read, first));
            }
            continue;
        }
        let sums = sets.clone().last().filter(|set| is_hidden(parsed, set, read) && adds_up(parsed, set));
        let hidden = !last && (sums.is_some() || sets.all(|set| is_hidden(parsed, set, read)));
        let first = sums.unwrap_or(first);
        if hidden && !found.iter().any(|(other, _)| other.name == read.name) {
            found.push((read, first));
        }
    }
    found
}

/// The reads of an inner shell (`bash -c '…'`, `ssh host '…'`) whose variable only the outer one has. Each variable once.
fn unexported(text: &Text) -> Vec<(&Read, &Set)> {
    let parsed = &text.parsed;
    if parsed.sets.is_empty() || parsed.reads.iter().all(|read| read.place == Place::Here) {
        return Vec::new();
    }
    let exports = |name: &str| {
        parsed.commands.iter().any(|command| {
            let says = |word: &crate::shell::Word| word.text.split('=').next() == Some(name);
            let all = matches!(command.name(), "set") && (command.has("-a") || command.has("allexport"));
            // `env NAME=…`, `docker exec -e NAME`, `export NAME`; what a command is given before its name it hands on.
            let sets = match command.name() {
                "read" | "readarray" | "mapfile" | "printf" | "local" | "readonly" | "unset" => true,
                "declare" | "typeset" => !command.arguments().short('x'),
                _ => false,
            };
            let given = !sets && command.arguments().iter().any(says);
            all || given || command.assignments.iter().any(|(given, _)| given == name)
        })
    };
    let mut found: Vec<(&Read, &Set)> = Vec::new();
    for read in parsed.reads.iter().filter(|read| read.place != Place::Here) {
        let known =
            read.has_default || is_shells_own(&read.name) || found.iter().any(|(other, _)| other.name == read.name);
        let mut sets = parsed.sets.iter().filter(|set| set.name == read.name);
        let (Some(first), false) = (sets.clone().next(), known) else { continue };
        let outer = sets.all(|set| set.place == Place::Here) && first.span.end <= read.span.start;
        // A container or another machine may well have a setting of that name.
        let setting = read.place == Place::Elsewhere && !read.name.contains(|c: char| c.is_ascii_lowercase());
        let positional = !read.name.starts_with(|c: char| c.is_alphabetic() || c == '_');
        if outer && !setting && !positional && !exports(&read.name) {
            found.push((read, first));
        }
    }
    found
}

fn outside(read: &Read, set: &Set) -> Diagnostic {
    let name = &read.name;
    let message = format!("`${name}` is read by another shell, which does not have it: there it is empty");
    Context::report("variable-lost-between-steps", message, read.span, "no value there")
        .also(set.span, "set here, for this shell alone")
        .help(format!("hand it over: `bash -c '… \"$1\"' _ \"${name}\"`, `export {name}` for a shell on the same machine; in double quotes it is put in here"))
}

/// `ssh h 'export x=1'; ssh h 'echo $x'`: two shells, of which neither is in the other.
fn is_beside(parsed: &Parsed, set: &Set, read: &Read) -> bool {
    let shell = |pipeline: usize| parsed.pipelines.get(pipeline).map(|site| site.shell);
    let outer = |shell_at: &usize| {
        let by = parsed.shells.get(*shell_at)?.by?;
        shell(parsed.commands.get(by)?.pipeline)
    };
    let (Some(sets), Some(reads)) = (shell(set.pipeline), shell(read.pipeline)) else { return false };
    let inner = |at: usize| {
        let by = parsed.shells.get(at).and_then(|shell| shell.by).and_then(|by| parsed.commands.get(by));
        by.is_some_and(|by| by.name() != "eval")
    };
    inner(sets) && inner(reads) && std::iter::successors(Some(reads), outer).all(|at| at != sets)
}

/// `… | while read x; do n=$((n + 1)); done`: what goes on from its own value in a loop is meant for what follows the loop.
fn adds_up(parsed: &Parsed, set: &Set) -> bool {
    let looped = parsed.pipelines.get(set.pipeline).is_some_and(|site| site.in_loop && site.subshell != 0);
    looped && set.value.as_ref().is_some_and(|value| value.text.contains('$') && value.text.contains(&*set.name))
}

/// Is what is set gone where it is read?
fn is_hidden(parsed: &Parsed, set: &Set, read: &Read) -> bool {
    let sites = (parsed.pipelines.get(set.pipeline), parsed.pipelines.get(read.pipeline));
    let (Some(site), Some(reads)) = sites else { return false };
    // Of the variable of a loop it is not known which pipeline it belongs to.
    let within = |command: &Command| command.span.start <= set.span.start && set.span.end <= command.span.end;
    let by_read =
        || parsed.commands.iter().any(|command| matches!(command.name(), "read" | "export") && within(command));
    if set.value.is_none() && !by_read() {
        return false;
    }
    if site.shell == reads.shell {
        let pipe = site.stages > 1 && set.pipeline != read.pipeline;
        return site.subshell != 0 && reads.subshell == 0 || pipe;
    }
    let by = parsed.shells.get(site.shell).and_then(|shell| shell.by).and_then(|by| parsed.commands.get(by));
    site.shell > reads.shell && by.is_none_or(|by| by.name() != "eval")
}

fn inside(read: &Read, set: &Set) -> Diagnostic {
    let name = &read.name;
    let message = format!("`${name}` is set in a shell of its own, which is gone: here it has no value");
    Context::report("variable-lost-between-steps", message, read.span, "no value here")
        .also(set.span, "set here: a pipe, parentheses or an inner shell ends with all that it has set")
        .help(format!("set it in the script's own shell: `{name}=$(…)`, `read -r {name} < <(…)`"))
}

/// The reads that nothing covers in their own text, and the assignment of another text that was meant.
pub fn lost<'a>(context: &Context<'a>) -> Vec<(&'a Read, &'a Set)> {
    if context.unknown.is_empty() {
        return Vec::new();
    }
    let mut sets: FxHashMap<&str, &Set> = FxHashMap::default();
    for set in context.texts().iter().flat_map(|text| &text.parsed.sets).filter(|set| set.place == Place::Here) {
        sets.entry(set.name.as_str()).or_insert(set);
    }
    // An assignment of the same text that comes later is another mistake.
    let own = |text: &Text, name: &str| text.parsed.sets.iter().any(|set| set.name == name);
    let reads = context.unknown.iter().copied().filter(|(text, read)| !own(text, &read.name));
    reads.filter_map(|(_, read)| sets.get(read.name.as_str()).map(|set| (read, *set))).collect()
}

fn one(read: &Read, set: &Set) -> Diagnostic {
    let name = &read.name;
    let message = format!("`${name}` is set in another command, whose shell is gone: here it has no value");
    Context::report("variable-lost-between-steps", message, read.span, "no value here")
        .also(set.span, "set here, for this command alone")
        .help(format!("keep it: `capture {name} = sh \"…\"` before both; every later command then reads `\"${name}\"`, a resumed run too"))
}
