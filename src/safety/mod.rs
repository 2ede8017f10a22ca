//! Proves that every failure has a way back, or shows one run that ends badly.
//!
//! In: a `Program`. Out: the recovery matrix and diagnostics. Not its business: how anything is run or shown.
//!
//! world (tables) ← state ← transfer (what one action does) ← walk (a body) ← forward (failure points of a change),
//! recovery (a procedure from one of them; reach: what can matter to it) ← cells (all of them) ← coverage (what is missing) ← rules ← allow.
//! single (runs with one outcome a step) ← witness (the one that ends badly) ← tell (its words) serve the rules.

pub mod allow;
pub mod cells;
pub mod coverage;
pub mod forward;
pub mod found;
pub mod inferred;
pub mod matrix;
pub mod reach;
pub mod recovery;
pub mod rules;
pub mod single;
pub mod state;
pub mod tell;
pub mod trace;
pub mod transfer;
pub mod trouble;
pub mod values;
pub mod walk;
pub mod weakness;
pub mod witness;
pub mod world;

use crate::diagnostics::Diagnostic;
use crate::ir::{Program, actions};
use crate::model::statement::OnFailure;
use crate::source::{Sources, Span};
use allow::Exception;
use matrix::Matrix;
use weakness::Weakness;
use world::World;

/// What is known about a program's safety.
#[derive(Debug, Clone, Default)]
pub struct Analysis {
    /// From where which procedure gets back.
    pub matrix: Matrix,
    /// What is wrong.
    pub diagnostics: Vec<Diagnostic>,
    /// What the plan knowingly puts up with.
    pub accepted: Vec<Accepted>,
}

/// Something that a plan knowingly puts up with.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Accepted {
    /// What, in the plan's own words: `allow step-without-timeout`, `not_restored db`, `accepts mails`, `if_fails continue`.
    pub what: String,
    /// Why.
    pub because: String,
    /// The last day, days since 1970-01-01.
    pub until: Option<i64>,
    /// Where.
    pub span: Span,
}

/// Analyses a program. `today`, in days since 1970-01-01, is for exceptions that run out; without it none does.
pub fn analyse(program: &Program, sources: &Sources, today: Option<i64>) -> Analysis {
    analyse_with(None, program, sources, today)
}

/// As `analyse`, with something left out on purpose: for the tests that must notice it.
pub fn analyse_with(weakness: Option<Weakness>, program: &Program, sources: &Sources, today: Option<i64>) -> Analysis {
    let mut world = World::new(program);
    world.weakness = weakness;
    let survey = cells::survey(&world);
    let exposed = coverage::exposed(&world, &survey);
    let findings = coverage::findings(&world, &survey, &exposed);
    let written = rules::statements(program);
    let texts = rules::texts(program, sources, &written);
    let context = rules::Context {
        world: &world,
        survey: &survey,
        findings: &findings,
        exposed: &exposed,
        sources,
        today,
        texts: &texts,
        unknown: rules::unknown(&program.plan, &texts),
        index: rules::Index::new(&texts),
        written: &written,
    };
    let found = rules::RULES.iter().flat_map(|rule| (rule.check)(&context)).collect();
    let exceptions = allow::collect(world.plan);
    let diagnostics = allow::apply(&world, sources, today, &exceptions, found);
    Analysis { diagnostics, accepted: accepted(&world, &exceptions), matrix: survey.matrix }
}

fn accepted(world: &World, exceptions: &[Exception]) -> Vec<Accepted> {
    let plan = world.plan;
    let mut found = Vec::new();
    let mut add = |what: String, because: &str, until, span| {
        found.push(Accepted { what, because: because.to_owned(), until, span });
    };
    for (allow, _) in exceptions.iter().filter(|(allow, _)| allow::possible(allow)) {
        add(format!("allow {}", allow.rule), &allow.because.text, allow.until, allow.span);
    }
    for procedure in &plan.procedures {
        for (r, reason) in &procedure.not_restored {
            add(format!("not_restored {}", plan[*r].common.name), &reason.text, None, reason.span);
        }
        for (p, reason) in &procedure.accepts {
            add(format!("accepts {}", plan[*p].common.name), &reason.text, None, reason.span);
        }
    }
    let mut seen = rustc_hash::FxHashSet::default();
    for action in world.program.procedures.iter().flat_map(|p| actions(&p.body)) {
        if let OnFailure::Continue(reason) = &action.if_fails {
            if seen.insert(reason.span) {
                add(format!("if_fails continue in {}", action.id), &reason.text, None, reason.span);
            }
        }
    }
    found.sort_by_key(|accepted| accepted.span);
    found
}
