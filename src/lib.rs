//! `rbk`: from a rollback plan to a proof, a script and a runbook.
//!
//! The pipeline is the module list, from left to right; imports run against it, from right to left:
//!
//! ```text
//! source ← diagnostics ← syntax ← model ← shell, ir ← safety ← emit ← cli
//! text     findings      tree     plan    commands    proof    files
//!                                         actions
//! ```
//!
//! `compile` is all of it but the writing. No module but `cli` reads or writes anything outside of its arguments.

// What `syntax::grammar` allocates with: pest does without `std`, whose guard of the stack costs a good part of the parsing. The
// grammar has a limit of depth of its own.
extern crate alloc;

pub mod cli;
pub mod diagnostics;
pub mod emit;
pub mod ir;
pub mod model;
pub mod safety;
pub mod shell;
pub mod source;
pub mod syntax;

use diagnostics::{Diagnostic, Level};
use emit::{BACKENDS, Input, Output};
use ir::Program;
use model::Load;
use safety::rules::{FOREIGN, RULES};
use safety::{Accepted, matrix::Matrix};
use source::{FileId, Sources, Span};

/// What became of a plan.
#[derive(Debug, Default)]
pub struct Compiled {
    /// The plan's name; empty if it has none.
    pub name: String,
    /// Where the name stands.
    pub name_span: Span,
    /// One program a combination of variants, with its recovery matrix; none if a finding is an error of the plan's text.
    pub programs: Vec<(Program, Matrix)>,
    /// Everything that was found.
    pub diagnostics: Vec<Diagnostic>,
    /// What the plan knowingly puts up with, by place.
    pub accepted: Vec<Accepted>,
}

/// Compiles a plan: parse, resolve, lower, prove.
///
/// `load` reads the files that the plan uses; `today`, in days since 1970-01-01, is the day for dated rules. Never fails:
/// what is wrong is among the diagnostics.
pub fn compile(sources: &mut Sources, file: FileId, load: Load<'_>, today: i64) -> Compiled {
    shell::next_plan();
    let rules: Vec<&str> = RULES.iter().map(|rule| rule.name).chain(FOREIGN.iter().map(|(name, _)| *name)).collect();
    let resolved = model::resolve(sources, file, load, &rules);
    let head = resolved.variations.first().map(|variation| &variation.plan.head.common);
    let (name, name_span) = head.map_or_else(Default::default, |head| (head.name.clone(), head.name_span));
    let mut compiled = Compiled { name, name_span, diagnostics: resolved.diagnostics, ..Compiled::default() };
    if compiled.diagnostics.iter().any(|finding| finding.level == Level::Error) {
        return compiled;
    }
    let mut found = Vec::new();
    for variation in resolved.variations {
        let program = ir::lower(variation.plan, &variation.choices, sources);
        let analysis = safety::analyse(&program, sources, Some(today));
        found.extend(analysis.diagnostics);
        compiled.accepted.extend(analysis.accepted);
        compiled.programs.push((program, analysis.matrix));
    }
    safety::allow::settle(&mut found, compiled.programs.len());
    compiled.diagnostics.extend(found);
    compiled.accepted.sort_by(|a, b| (a.span, &a.what).cmp(&(b.span, &b.what)));
    compiled.accepted.dedup();
    compiled
}

/// The files that a compiled plan, free of errors, is written to; those of a variant in a folder of its name.
///
/// Fails only where a template and its view disagree, which is a bug.
pub fn emit_all(compiled: &Compiled, sources: &Sources) -> anyhow::Result<Vec<Output>> {
    let mut outputs = Vec::new();
    for (program, matrix) in &compiled.programs {
        let folder = program.variant.as_ref().map_or_else(String::new, |variant| format!("{variant}/"));
        for backend in BACKENDS {
            let files = backend.files(Input { program, sources, matrix })?;
            outputs.extend(files.into_iter().map(|file| Output { name: format!("{folder}{}", file.name), ..file }));
        }
    }
    Ok(outputs)
}
