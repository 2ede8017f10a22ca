//! Tree to plan: every name bound, every value typed.
//!
//! In: syntax trees. Out: a `Plan` for each variant, and a diagnostic for whatever could not be bound or typed.
//! Not its business: what is safe, and how things run.

mod arguments;
mod build;
mod checks;
mod cursor;
mod declare;
mod entry;
pub mod ids;
mod load;
mod names;
pub mod plan;
mod procedures;
mod reader;
pub mod statement;
mod statements;
mod things;
mod validate;
pub mod value;
mod values;
pub mod vocabulary;

pub use checks::bound_names;
pub use load::{LIBRARY, Load};
pub use reader::{BUILTINS, CONTEXT};

use load::Declared;
use names::Target;
use reader::Reader;

use crate::diagnostics::Diagnostic;
use crate::source::{FileId, Sources, Span};
use crate::syntax::{Item, Literal};
use plan::Plan;
use vocabulary::Kind;

/// A plan as it is resolved for one combination of variants.
#[derive(Debug)]
pub struct Variation {
    /// The choices, one a variant declaration; empty for plans without variants.
    pub choices: Vec<String>,
    /// The plan.
    pub plan: Plan,
}

/// What `resolve` gives back.
#[derive(Debug)]
pub struct Resolved {
    /// One a combination of variants; never empty. Complete only if no diagnostic is an error.
    pub variations: Vec<Variation>,
    /// What is wrong.
    pub diagnostics: Vec<Diagnostic>,
}

/// Resolves a file and what it uses.
///
/// `load` reads a file named in `use`; `rules` are the names that `allow` may take (none: any).
pub fn resolve(sources: &mut Sources, file: FileId, load: Load<'_>, rules: &[&'static str]) -> Resolved {
    let loaded = load::load(sources, file, load);
    let mut diagnostics = loaded.diagnostics;
    let items = load::declarations(&loaded.trees, &mut diagnostics);
    if items.is_empty() && diagnostics.is_empty() {
        let span = Span { file, start: 0, end: 0 };
        let error = Diagnostic::error("form", "this file is empty: there is no plan in it", span, "nothing here");
        diagnostics.push(error.help("begin with `plan NAME \"Title\" { rto 15m }`"));
    }
    check_heads(&items, file, &mut diagnostics);
    let mut variations = Vec::new();
    for choices in combinations(&items) {
        let (plan, found) = resolve_one(sources, file, &items, &choices, rules);
        diagnostics.extend(found);
        variations.push(Variation { choices, plan });
    }
    Resolved { variations, diagnostics }
}

/// Every file that is checked begins with one `plan`; files that are used have none.
fn check_heads(items: &[Declared<'_>], file: FileId, diagnostics: &mut Vec<Diagnostic>) {
    let heads: Vec<&Item> = items.iter().filter(|(form, _)| form.word == "plan").map(|(_, item)| *item).collect();
    let own: Vec<&&Item> = heads.iter().filter(|item| item.span.file == file).collect();
    for item in heads.iter().filter(|item| item.span.file != file) {
        let error = Diagnostic::error(
            "form",
            "a file that is used has no `plan` of its own",
            item.atoms[0].span,
            "a second plan",
        );
        diagnostics.push(error.help("move what both plans need into a file without `plan`"));
    }
    for item in own.iter().skip(1) {
        let error = Diagnostic::error("form", "one file holds one plan", item.atoms[0].span, "a second plan");
        diagnostics.push(error.also(own[0].atoms[0].span, "the first one"));
    }
    let first = items.iter().find(|(_, item)| item.span.file == file);
    match (first, own.first()) {
        (Some((_, first)), None) => {
            let error = Diagnostic::error(
                "form",
                "this file has no `plan`",
                first.atoms[0].span,
                "the plan should begin before this",
            );
            diagnostics.push(error.help("begin the file with `plan NAME \"Title\" { rto 15m }`"));
        }
        (Some((form, first)), Some(plan)) if form.word != "plan" => {
            let error = Diagnostic::error(
                "form",
                "`plan` is the first declaration of a file",
                plan.atoms[0].span,
                "not the first",
            );
            diagnostics.push(error.also(first.atoms[0].span, "this stands before it"));
        }
        _ => {}
    }
}

/// All combinations of the choices of all variants; one empty one if there are none.
fn combinations(items: &[Declared<'_>]) -> Vec<Vec<String>> {
    let mut all: Vec<Vec<String>> = vec![Vec::new()];
    for (_, item) in items.iter().filter(|(form, _)| form.word == "variant") {
        let choices = choices(item);
        if choices.is_empty() {
            continue;
        }
        let extend = |chosen: &Vec<String>| {
            let more = |choice: &(&str, Span)| chosen.iter().cloned().chain([choice.0.to_owned()]).collect::<Vec<_>>();
            choices.iter().map(more).collect::<Vec<_>>()
        };
        all = all.iter().flat_map(extend).collect();
    }
    all
}

/// The choices of a `variant`.
fn choices(item: &Item) -> Vec<(&str, Span)> {
    let lists = item.atoms.iter().filter_map(|atom| match &atom.value {
        Literal::List(atoms) => Some(atoms),
        _ => None,
    });
    let words = lists.flatten().filter_map(|atom| match &atom.value {
        Literal::Word(word) => Some((word.as_str(), atom.span)),
        _ => None,
    });
    words.collect()
}

fn resolve_one(
    sources: &Sources,
    file: FileId,
    items: &[Declared<'_>],
    chosen: &[String],
    rules: &[&'static str],
) -> (Plan, Vec<Diagnostic>) {
    let belongs = |(form, item): &&Declared<'_>| {
        let wanted = load::choices_of(form, item);
        wanted.is_empty() || wanted.iter().any(|(choice, _)| chosen.iter().any(|c| c == choice))
    };
    let items: Vec<Declared<'_>> = items.iter().filter(belongs).copied().collect();
    let mut survey = declare::survey(&items);
    for (index, (_, item)) in items.iter().filter(|(form, _)| form.word == "variant").enumerate() {
        for (choice, span) in choices(item) {
            survey.names.choices.insert(choice.to_owned(), Target { kind: Kind::Variant, index, span });
        }
    }
    let diagnostics = std::mem::take(&mut survey.diagnostics);
    let mut reader = Reader {
        sources,
        names: &survey.names,
        diagnostics,
        locals: Vec::new(),
        files: &survey.files,
        rules,
        steps: rustc_hash::FxHashMap::default(),
        numbers: rustc_hash::FxHashMap::default(),
        found_points: rustc_hash::FxHashMap::default(),
        found_backups: rustc_hash::FxHashMap::default(),
    };
    let mut plan = Plan { file, captures: survey.captures.clone(), ..Plan::default() };
    for (form, item) in &items {
        reader.declaration(form, item, &mut plan);
    }
    reader.points(&survey.points, &mut plan);
    reader.inline_backups(&survey.inline_backups, &mut plan);
    reader.bind_drivers(&items, &mut plan);
    reader.validate(&plan);
    (plan, reader.diagnostics)
}
