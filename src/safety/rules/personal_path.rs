//! A path leads into somebody's home: it exists on one machine, for one person.

use super::{Context, commands, scripts};
use crate::diagnostics::Diagnostic;
use crate::model::value::{Piece, Template, Value};
use crate::shell::{Command, Place, Word, Words};
use crate::source::Span;
use rustc_hash::FxHashSet;

/// Accounts that belong to machines and not to people.
const SHARED: &[&str] = &[
    "admin", "app", "apps", "bitnami", "centos", "ci", "circleci", "core", "debian", "deploy", "deployer", "ec2-user",
    "fedora", "git", "jenkins", "node", "ops", "opc", "pi", "postgres", "public", "rails", "rocky", "root", "runner",
    "service", "shared", "ubuntu", "vagrant", "web", "webapp", "www", "www-data",
];

pub fn check(context: &Context) -> Vec<Diagnostic> {
    let mut places: Vec<(String, Span, String)> = Vec::new();
    let mut add = |text: &str, span: Span, unquoted: bool| {
        if let Some(what) = personal(text, unquoted).filter(|_| scripts::is_own(context, span.file)) {
            places.push((text.to_owned(), span, what));
        }
    };
    for template in templates(context) {
        if let Some(Piece::Text(text)) = template.pieces.first() {
            add(text, template.span, true);
        }
    }
    for (_, command) in context.commands().filter(|(_, command)| command.place != Place::Elsewhere) {
        for redirect in &command.redirects {
            add(&redirect.target.text, redirect.target.span, !redirect.target.quoted);
        }
        for word in command.words.iter().filter(|word| leads(&word.text) && !commands::only_prints(command)) {
            if !is_pattern(command, word) {
                add(&word.text, word.span, !word.quoted);
            }
        }
    }
    let texts = context.texts().iter();
    let values = texts.flat_map(|text| &text.parsed.sets).filter(|set| set.place != Place::Elsewhere);
    for value in values.filter_map(|set| set.value.as_ref()).filter(|value| leads(&value.text)) {
        add(&value.text, value.span, !value.quoted);
    }
    let mut seen = FxHashSet::default();
    places.retain(|(_, span, _)| seen.insert(*span));
    places.into_iter().map(|(text, span, what)| one(&text, span, &what)).collect()
}

fn one(text: &str, span: Span, what: &str) -> Diagnostic {
    let message = format!("`{text}` leads into {what}");
    let place = Context::report("personal-path", message, span, "not there for whoever is on call");
    place.help("use a path that every operator has, or make it an `input`")
}

/// The values of the plan that may be paths.
fn templates<'a>(context: &Context<'a>) -> Vec<&'a Template> {
    let plan = context.world.plan;
    let mut values: Vec<&Value> = plan.params.iter().filter_map(|param| param.value.as_ref()).collect();
    values.extend(plan.environments.iter().flat_map(|e| &e.settings).map(|(_, value)| value));
    values.extend(plan.resources.iter().flat_map(|r| &r.settings).map(|(_, value)| value));
    values.extend(plan.services.iter().flat_map(|s| &s.settings).map(|(_, value)| value));
    values.extend(context.statements().filter_map(|(_, action)| action.dir.as_ref()));
    let mut found: Vec<&Template> = values.into_iter().filter_map(template).collect();
    found.extend(plan.backups.iter().filter_map(|backup| backup.path.as_ref()));
    found.extend(plan.head.state_dir.as_ref());
    found
}

fn template(value: &Value) -> Option<&Template> {
    match value {
        Value::Text(template) => Some(template),
        _ => None,
    }
}

/// Is it a path at all?
fn leads(text: &str) -> bool {
    let bytes = text.as_bytes();
    bytes.first() == Some(&b'~') || bytes.contains(&b'/') || bytes.contains(&b'\\')
}

/// Is it what a command looks for, and no place: `grep -rn /home/ana scripts`, `sed 's|/Users/ana|/srv|'`?
fn is_pattern(command: &Command, word: &Word) -> bool {
    const GIVE: &[&str] = &["-e", "--regexp", "--expression", "-path", "-ipath", "-wholename", "-regex"];
    let words = match command.name() {
        "git" => commands::git(command).filter(|(verb, _)| *verb == "grep").map_or(&[][..], |(_, rest)| rest),
        "grep" | "egrep" | "fgrep" | "rg" | "ag" | "sed" | "awk" | "gawk" | "mawk" | "find" => command.arguments(),
        _ => return false,
    };
    let mut given =
        words.windows(2).filter(|pair| GIVE.contains(&pair[0].text.as_str())).map(|pair| &pair[1]).peekable();
    let attached = GIVE.iter().any(|option| option.starts_with("--") && word.text.starts_with(option));
    let first = || words.operands(&["-m", "-A", "-B", "-C", "-F", "-v", "-g", "-t"]).first().copied();
    if given.peek().is_some() || command.name() == "find" {
        return attached || given.any(|given| given.span == word.span);
    }
    attached || first().is_some_and(|first| first.span == word.span)
}

/// Whose home a path leads into. Before it may stand what an option or a volume puts there (`--file=`, `a:`).
fn personal(text: &str, unquoted: bool) -> Option<String> {
    if unquoted && (text == "~" || text.starts_with("~/")) {
        return Some("the home of whoever runs it".to_owned());
    }
    if let Some(owner) = text.strip_prefix('~').filter(|_| unquoted).map(|rest| rest.split('/').next().unwrap_or("")) {
        let person = owner.starts_with(|c: char| c.is_ascii_lowercase()) && !SHARED.contains(&owner);
        return person.then(|| format!("the home of `{owner}`"));
    }
    if !text.contains(['/', '\\']) {
        return None;
    }
    // Windows as its own shell, as WSL and as Git's see it.
    ["/home/", "/mnt/c/Users/", "/c/Users/", "/Users/", "C:\\Users\\", "C:/Users/"].iter().find_map(|homes| {
        let at = text.find(homes)?;
        let begins = text[..at].chars().next_back().is_none_or(|c| matches!(c, '=' | ':' | ',' | '@' | ' '));
        let rest = &text[at + homes.len()..];
        let owner = rest.split(['/', '\\', ':', ' ']).next().unwrap_or("");
        let person = !owner.is_empty() && !owner.starts_with(['$', '*', '<']);
        let shared = SHARED.iter().any(|name| name.eq_ignore_ascii_case(owner));
        (begins && person && !shared).then(|| format!("the home of `{owner}`"))
    })
}
