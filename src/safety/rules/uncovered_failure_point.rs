//! The change may fail at a point from which no procedure gets back, and none leads on.

use super::Context;
use crate::diagnostics::Diagnostic;
use crate::model::plan::{Language, ProcedureKind};
use crate::safety::coverage::Finding;
use crate::safety::trouble::Kind;

pub fn check(context: &Context) -> Vec<Diagnostic> {
    let bare = context.findings.iter().filter(|f| f.trouble.is_none() && f.procedure.is_none() && f.past.is_none());
    let mut found: Vec<Diagnostic> = bare.map(|finding| unanswered(context, finding)).collect();
    for case in context.cases(|kind| matches!(kind, Kind::Unset(_) | Kind::NeverEnds)) {
        let (rollback, phase) = (&case.procedure.name, context.name(case.change));
        let at = context.stopped_at(case.finding).map_or(context.place(case.change), |action| action.head);
        let message = match case.kind {
            Kind::Unset(name) => format!(
                "when `{phase}` stops {}, `{rollback}` can't run: `${name}` is not captured yet",
                context.point(case.finding)
            ),
            _ => format!("when `{phase}` stops {}, nothing gets back", context.point(case.finding)),
        };
        let sentence = case.kind.sentence(context.world, Language::En);
        let diagnostic = Context::report("uncovered-failure-point", message, at, "a failure here has no way out")
            .also(case.span, format!("`{rollback}` {sentence}"));
        let changed = &context.world.program.procedures[case.change.forward.procedure];
        let described = context.world.declaration(changed).described_only;
        let help = match case.kind {
            Kind::Unset(name) if described => format!(
                "somebody else runs `{phase}`, and what it captures is not in the journal: ask for `${name}` with an `input`, or find it in `{rollback}` itself"
            ),
            Kind::Unset(name) => format!("capture `${name}` before the first change"),
            _ => format!("let `{rollback}` come to an end"),
        };
        found.push(context.story(case.finding, diagnostic).help(help));
    }
    found
}

fn unanswered(context: &Context, finding: &Finding) -> Diagnostic {
    let change = &context.survey.changes[finding.change];
    let phase = context.name(change);
    let at = context.stopped_at(finding).map_or(context.place(change), |action| action.head);
    let message = format!("when `{phase}` stops {}, nothing gets back", context.point(finding));
    let diagnostic = Context::report("uncovered-failure-point", message, at, "a failure here has no way out");
    let answers = context.world.plan.procedures_of(ProcedureKind::Rollback);
    let declaration = context.world.program.procedures[change.forward.procedure].declaration;
    let any = answers.into_iter().any(|(_, p)| p.of.contains(&declaration));
    let (label, help) = if any {
        (format!("no procedure of `{phase}` covers it"), "let one of them cover it".to_owned())
    } else {
        (format!("there is no `rollback … of {phase}`"), format!("write `rollback back of {phase} {{ … }}`"))
    };
    context.story(finding, diagnostic.also(context.place(change), label)).help(help)
}
