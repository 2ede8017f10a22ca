//! First pass: which names there are, as what, with which index.

use std::collections::{HashMap, HashSet};

use super::load::Declared;
use super::names::{Names, Target, in_words};
use super::reader::{BUILTINS, CONTEXT};
use super::statements::explicit_name;
use super::vocabulary::{Kind, Naming};
use crate::diagnostics::Diagnostic;
use crate::source::Span;
use crate::syntax::{Item, Literal};

/// What the first pass finds.
#[derive(Debug, Default)]
pub struct Survey {
    /// The namespace.
    pub names: Names,
    /// Captures that go into files.
    pub files: HashSet<String>,
    /// All captures.
    pub captures: Vec<(String, Span)>,
    /// Points of no return: name, place, index of the procedure that they stand in.
    pub points: Vec<(String, Span, usize)>,
    /// Backups declared by `take backup NAME of R`.
    pub inline_backups: Vec<(String, Span)>,
    /// What was wrong.
    pub diagnostics: Vec<Diagnostic>,
    counters: HashMap<&'static str, usize>,
}

/// The kind of a declaration, and the table that it goes to.
fn kind_of(word: &str) -> Option<(Kind, &'static str)> {
    Some(match word {
        "param" => (Kind::Param, "params"),
        "input" => (Kind::Input, "inputs"),
        "secret" => (Kind::Secret, "secrets"),
        "environment" => (Kind::Environment, "environments"),
        "driver" => (Kind::Driver, "drivers"),
        "resource" => (Kind::Resource, "resources"),
        "service" => (Kind::Service, "services"),
        "host" => (Kind::Host, "hosts"),
        "group" => (Kind::Group, "groups"),
        "backup" => (Kind::Backup, "backups"),
        "phase" => (Kind::Phase, "procedures"),
        "rollback" => (Kind::Rollback, "procedures"),
        "fix_forward" => (Kind::FixForward, "procedures"),
        "procedure" => (Kind::Procedure, "procedures"),
        "verification" => (Kind::Verification, "procedures"),
        "trigger" => (Kind::Trigger, "triggers"),
        "signal" => (Kind::Signal, "signals"),
        "severity" => (Kind::Severity, "severities"),
        "matrix" => (Kind::Matrix, "matrices"),
        "options" => (Kind::Options, "choosers"),
        "checklist" => (Kind::Checklist, "checklists"),
        "monitor" => (Kind::Monitor, "monitors"),
        "metric" => (Kind::Metric, "metrics"),
        "contact" => (Kind::Contact, "contacts"),
        "authority" => (Kind::Authority, "authorities"),
        "escalate" => (Kind::Escalation, "escalations"),
        "channel" => (Kind::Channel, "channels"),
        "message" => (Kind::Message, "messages"),
        "drill" => (Kind::Drill, "drills"),
        "followup" => (Kind::Followup, "followups"),
        "note" => (Kind::Note, "notes"),
        "diagnose" => (Kind::Diagnosis, "diagnoses"),
        _ => return None,
    })
}

/// Names everything that is declared at the top level or inside procedures.
pub fn survey(items: &[Declared<'_>]) -> Survey {
    let mut survey = Survey::default();
    let mut procedures = Vec::new();
    for (form, item) in items {
        let Some((kind, table)) = kind_of(form.word) else { continue };
        let index = survey.next(table);
        if table == "procedures" {
            procedures.push((index, *item));
        }
        let is_option = |name: &str| form.options.iter().any(|option| option.word == name);
        if let Some((name, span)) =
            word(item, 1).filter(|(name, _)| form.naming == Naming::Required || !is_option(name))
        {
            survey.check_spelling(name, span, kind, kind == Kind::Input && says(item, "from_environment"));
            survey.declare(name, Target { kind, index, span });
        }
    }
    for (index, item) in procedures {
        for block in blocks(item) {
            survey.walk(block, index);
        }
    }
    survey
}

/// The atom of this number if it is a word.
fn word(item: &Item, number: usize) -> Option<(&str, Span)> {
    match item.atoms.get(number).map(|atom| (&atom.value, atom.span)) {
        Some((Literal::Word(word), span)) => Some((word.as_str(), span)),
        _ => None,
    }
}

/// Has a declaration this option, on its line or in its block?
fn says(item: &Item, option: &str) -> bool {
    let on_line = item.atoms.iter().skip(2).any(|atom| matches!(&atom.value, Literal::Word(word) if word == option));
    on_line || blocks(item).flatten().any(|item| word(item, 0).is_some_and(|(word, _)| word == option))
}

fn blocks(item: &Item) -> impl Iterator<Item = &[Item]> {
    item.atoms.iter().filter_map(|atom| match &atom.value {
        Literal::Block(block) => Some(block.items.as_slice()),
        _ => None,
    })
}

impl Survey {
    fn next(&mut self, table: &'static str) -> usize {
        let counter = self.counters.entry(table).or_default();
        *counter += 1;
        *counter - 1
    }

    fn declare(&mut self, name: &str, target: Target) {
        if let Some(earlier) = self.names.declare(name, target) {
            let message = format!("the name `{name}` is taken: it is {} already", in_words(earlier.kind));
            let error =
                Diagnostic::error("name", message, target.span, format!("{} of the same name", in_words(target.kind)));
            self.diagnostics
                .push(error.also(earlier.span, "first declared here").help("choose another name for one of the two"));
        }
    }

    /// Captures, points and backups inside procedures.
    fn walk(&mut self, items: &[Item], procedure: usize) {
        for item in items {
            match word(item, 0) {
                Some(("capture", _)) => self.capture(item),
                Some(("point_of_no_return", _)) => self.point(item, procedure),
                Some(("take", _)) => self.inline_backup(item),
                _ => {}
            }
            for block in blocks(item) {
                self.walk(block, procedure);
            }
        }
    }

    fn point(&mut self, item: &Item, procedure: usize) {
        let Some((name, span)) = word(item, 1) else { return };
        let index = self.next("points");
        self.check_spelling(name, span, Kind::Point, false);
        self.declare(name, Target { kind: Kind::Point, index, span });
        self.points.push((name.to_owned(), span, procedure));
    }

    /// `take backup NAME of R`.
    fn inline_backup(&mut self, item: &Item) {
        let (Some(("backup", _)), Some((name, span)), Some(("of", _))) = (word(item, 1), word(item, 2), word(item, 3))
        else {
            return;
        };
        if self.names.any(name).is_none() {
            let index = self.next("backups");
            self.check_spelling(name, span, Kind::Backup, false);
            self.declare(name, Target { kind: Kind::Backup, index, span });
            self.inline_backups.push((name.to_owned(), span));
        }
    }

    fn capture(&mut self, item: &Item) {
        let Some((name, span)) = explicit_name(item) else { return };
        let is_file = item.atoms.iter().take_while(|a| !matches!(a.value, Literal::Op(_) | Literal::Block(_))).skip(2);
        if is_file.take(3).any(|atom| matches!(&atom.value, Literal::Word(word) if word == "file")) {
            self.files.insert(name.to_owned());
        }
        if self.names.find(name, Kind::Capture).is_some() {
            return; // captured in several procedures: one variable, each run sets it once
        }
        let index = self.next("captures");
        self.check_spelling(name, span, Kind::Capture, false);
        self.declare(name, Target { kind: Kind::Capture, index, span });
        self.captures.push((name.to_owned(), span));
    }

    /// Names must be usable as shell variables and function names; what the environment gives is called as it is there.
    fn check_spelling(&mut self, name: &str, span: Span, kind: Kind, given: bool) {
        let rest_ok = |allowed: fn(char) -> bool| name.chars().all(|c| c == '_' || c.is_ascii_digit() || allowed(c));
        let first = name.chars().next().unwrap_or('_');
        let upper = rest_ok(|c| c.is_ascii_uppercase()) && first.is_ascii_uppercase();
        let (good, wanted) = if kind == Kind::Secret {
            (upper, "UPPER_CASE")
        } else {
            let lower = rest_ok(|c| c.is_ascii_lowercase()) && first.is_ascii_lowercase();
            (lower || given && upper, "snake_case")
        };
        if !good {
            let message = format!("the name of {} is written in {wanted}, `{name}` is not", in_words(kind));
            let error = Diagnostic::error("name", message, span, format!("not {wanted}"));
            let fixed = if kind == Kind::Secret { name.to_uppercase() } else { snake(name) };
            let mut help = format!("write `{}`", fixed.replace('-', "_"));
            if kind == Kind::Input && upper {
                help.push_str(", or add `from_environment` if the environment variable of that name answers");
            }
            self.diagnostics.push(error.help(help));
        } else if is_variable(kind) && reserved(name) {
            let error = Diagnostic::error(
                "name",
                format!("`{name}` has a meaning of its own in the script"),
                span,
                "reserved name",
            );
            self.diagnostics.push(error.help("choose another name"));
        }
    }
}

/// `PathTo` and `PATH_to` in `snake_case`.
fn snake(name: &str) -> String {
    let mut out = String::new();
    let mut after_lower = false;
    for character in name.chars() {
        if character.is_ascii_uppercase() && after_lower {
            out.push('_');
        }
        after_lower = character.is_ascii_lowercase() || character.is_ascii_digit();
        out.extend(character.to_lowercase());
    }
    out
}

/// Is a declaration of this kind a variable of the script?
fn is_variable(kind: Kind) -> bool {
    matches!(kind, Kind::Param | Kind::Input | Kind::Secret | Kind::Capture)
}

/// Variables of bash and of the runtime, and the values that every run has.
pub fn reserved(name: &str) -> bool {
    const SHELL: &[&str] = &[
        "PATH",
        "HOME",
        "IFS",
        "PWD",
        "OLDPWD",
        "UID",
        "EUID",
        "PPID",
        "GROUPS",
        "HOSTNAME",
        "HOSTTYPE",
        "OSTYPE",
        "MACHTYPE",
        "SECONDS",
        "RANDOM",
        "LINENO",
        "SHELL",
        "SHELLOPTS",
        "SHLVL",
        "OPTARG",
        "OPTIND",
        "OPTERR",
        "REPLY",
        "FUNCNAME",
        "PIPESTATUS",
        "DIRSTACK",
        "ENV",
        "CDPATH",
        "TMOUT",
        "COLUMNS",
        "LINES",
        "EPOCHSECONDS",
        "EPOCHREALTIME",
        "POSIXLY_CORRECT",
        "TERM",
        "LANG",
        "MAPFILE",
        "COPROC",
        "if",
        "then",
        "else",
        "elif",
        "fi",
        "for",
        "while",
        "until",
        "do",
        "done",
        "case",
        "esac",
        "in",
        "function",
        "select",
        "time",
        "coproc",
    ];
    SHELL.contains(&name)
        || BUILTINS.contains(&name)
        || CONTEXT.contains(&name)
        || ["BASH", "LC_", "RBK_", "rbk_", "PS1", "PS2", "PS3", "PS4"].iter().any(|prefix| name.starts_with(prefix))
}
