//! Something is declared and nothing in the plan ever names it.
//!
//! Uses are looked for in the text of the plan's own files, not in one variant of it: what only another variant needs is used.

use super::{Context, scripts};
use crate::diagnostics::{Diagnostic, Fix};
use crate::model::plan::{Common, Plan};
use rustc_hash::FxHashSet;

pub fn check(context: &Context) -> Vec<Diagnostic> {
    let plan = context.world.plan;
    let here = |common: &&Common| common.name_span.file == plan.file;
    let read: FxHashSet<&str> = context.texts().iter().flat_map(|t| &t.parsed.reads).map(|r| r.name.as_str()).collect();
    let mut unused = Unused {
        words: things(plan).filter(here).map(|common| common.name.as_str()).collect(),
        variables: values(plan)
            .filter(here)
            .map(|common| common.name.as_str())
            .filter(|name| !read.contains(name))
            .collect(),
    };
    for (id, file) in context.sources.files().filter(|(id, _)| scripts::is_own(context, *id)) {
        unused.file(&file.text, &declared(plan).filter(|c| c.name_span.file == id).map(start).collect());
    }
    let variable = |common: &&Common| unused.variables.contains(common.name.as_str());
    let values = values(plan).filter(here).filter(variable).map(|common| {
        let diagnostic = report(common, "nothing reads it").help("delete it, or read it where its value stands now");
        let set = plan.environments.iter().any(|e| e.settings.iter().any(|(name, _)| *name == common.name));
        let fix = Fix::risky(format!("delete `{}`", common.name)).replace(common.span, "");
        if set { diagnostic } else { diagnostic.fix(fix) }
    });
    let word = |common: &&Common| unused.words.contains(common.name.as_str());
    let things = things(plan).filter(here).filter(word).map(|common| {
        report(common, "nothing names it")
            .help("delete it, or use it: perhaps a step forgets to say that it changes it")
    });
    values.chain(things).collect()
}

fn report(common: &Common, label: &str) -> Diagnostic {
    let message = format!("`{}` is declared and never used", common.name);
    Context::report("unused-declaration", message, common.name_span, label)
}

/// What is read with `$`. Inputs are not among them, since what was answered stands in the journal, nor secrets: programs
/// find theirs in the environment.
fn values(plan: &Plan) -> impl Iterator<Item = &Common> {
    plan.params.iter().map(|param| &param.common)
}

/// What is named by its bare name and does nothing by itself. People, checklists and messages stand in the runbook.
fn things(plan: &Plan) -> impl Iterator<Item = &Common> {
    // What belongs to another thing, and a service that writes something, matters without being named.
    let idle = plan.services.iter().filter(|s| s.writes.is_empty() && s.reads.is_empty() && s.runs.is_empty());
    let alone = plan.resources.iter().filter(|r| r.part_of.is_empty() && r.derived_from.is_empty());
    let resources = alone.map(|r| &r.common);
    let backups = plan.backups.iter().filter(|b| !b.inline).map(|b| &b.common);
    let hosts = plan.hosts.iter().map(|h| &h.common).chain(plan.groups.iter().map(|g| &g.common));
    let others = plan.signals.iter().map(|s| &s.common).chain(plan.channels.iter().map(|c| &c.common));
    resources.chain(idle.map(|s| &s.common)).chain(backups).chain(hosts).chain(others)
}

fn declared(plan: &Plan) -> impl Iterator<Item = &Common> {
    values(plan).chain(things(plan))
}

fn start(common: &Common) -> usize {
    common.name_span.start as usize
}

/// The names that no text has been seen to use yet: bare words, and variables.
struct Unused<'p> {
    words: FxHashSet<&'p str>,
    variables: FxHashSet<&'p str>,
}

impl Unused<'_> {
    /// Takes out what a file uses, as far as it must be read for that; the words at some places are declarations, not uses.
    fn file(&mut self, text: &str, declared: &FxHashSet<usize>) {
        let mut at = 0;
        while at < text.len() && !(self.words.is_empty() && self.variables.is_empty()) {
            let rest = &text[at..];
            at += match rest.as_bytes()[0] {
                b'#' => rest.find('\n').unwrap_or(rest.len()),
                b' ' | b'\n' | b'{' | b'}' => 1,
                b'"' => {
                    let length = string(rest);
                    self.string(&rest[..length]);
                    length
                }
                b'$' => {
                    let name = name(&rest[1..]);
                    self.variables.remove(name);
                    1 + name.len()
                }
                _ => {
                    let word = name(rest);
                    if !word.is_empty() && !declared.contains(&at) {
                        self.words.remove(word);
                    }
                    if word.is_empty() { rest.chars().next().map_or(1, char::len_utf8) } else { word.len() }
                }
            };
        }
    }

    /// The variables in a string, a shell text or a query.
    fn string(&mut self, text: &str) {
        for rest in text.split('$').skip(1) {
            self.variables.remove(name(rest.trim_start_matches(['{', '#', '!'])));
        }
    }
}

/// The length of the string that begins here, quotes included.
fn string(text: &str) -> usize {
    if let Some(raw) = text.strip_prefix("\"\"\"") {
        let Some(end) = raw.find("\"\"\"") else { return text.len() };
        // The last three quotes of a run close it.
        let more = raw[end + 3..].chars().take_while(|c| *c == '"').count();
        return 3 + end + 3 + more;
    }
    let mut escaped = false;
    for (at, byte) in text.bytes().enumerate().skip(1) {
        match byte {
            _ if escaped => escaped = false,
            b'\\' => escaped = true,
            b'"' => return at + 1,
            b'\n' => return at,
            _ => {}
        }
    }
    text.len()
}

/// The name that begins here; empty if none does.
fn name(text: &str) -> &str {
    // Names are plain letters, with hardly an exception.
    let plain = text.bytes().position(|byte| !(byte.is_ascii_alphanumeric() || byte == b'_')).unwrap_or(text.len());
    let rest = &text[plain..];
    let end = match rest.as_bytes().first() {
        Some(byte) if !byte.is_ascii() => {
            plain + rest.find(|c: char| !(c.is_alphanumeric() || c == '_')).unwrap_or(rest.len())
        }
        _ => plain,
    };
    if text.starts_with(|c: char| c.is_ascii_digit()) { "" } else { &text[..end] }
}
