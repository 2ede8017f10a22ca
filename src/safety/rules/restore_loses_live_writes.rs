//! A service has written since the backup was taken, the restore loses it, and the rollback does not say so.

use super::Context;
use crate::diagnostics::{Diagnostic, Fix};
use crate::model::plan::ResourceKind;

pub fn check(context: &Context) -> Vec<Diagnostic> {
    let world = context.world;
    let mut found: Vec<Diagnostic> = Vec::new();
    for change in &context.survey.changes {
        for column in &change.columns {
            let procedure = &world.program.procedures[column.procedure];
            if procedure.back_out || !world.declaration(procedure).data_lost.is_empty() {
                continue;
            }
            for &(r, b, span) in column.telling().flat_map(|o| &o.loses) {
                let known = found.iter().any(|d| d.labels[0].span == span);
                if known || world.plan.resources[r].kind == ResourceKind::Cache {
                    continue;
                }
                let declared = &world.declaration(procedure).common;
                let writer = world.writers[r].first().map_or("a service", |s| world.service_name(*s));
                let what = format!(
                    "what {writer} wrote to {} after the backup {}",
                    world.resource_name(r),
                    world.backup_name(b)
                );
                // Unsafe: whether that may be lost is the author's to say.
                let fix = Fix::risky(format!("say in `{}` that it loses {what}", procedure.name));
                let fix =
                    fix.first_in(context.sources, declared.span, declared.block, &format!("data_lost \"{what}\""));
                found.push(one(context, &procedure.name, r, b, span, declared.name_span).fix(fix));
            }
        }
    }
    found
}

fn one(
    context: &Context,
    rollback: &str,
    r: usize,
    b: crate::model::ids::Id<crate::model::plan::Backup>,
    span: crate::source::Span,
    name_span: crate::source::Span,
) -> Diagnostic {
    let world = context.world;
    let name = world.resource_name(r);
    let writer = world.writers[r].first().copied();
    let service = writer.map_or("a service", |s| world.service_name(s));
    let backup = world.backup_name(b);
    let message =
        format!("`{rollback}` loses what `{service}` wrote to `{name}` after `{backup}`, and does not say so");
    let mut diagnostic = Context::report("restore-loses-live-writes", message, span, "back to the time of the copy");
    if let Some(s) = writer {
        let label = format!("may have run since and writes `{name}`");
        diagnostic = diagnostic.also(world.plan[s].common.name_span, label);
    }
    diagnostic
        .also(name_span, "without `data_lost`")
        .help(format!("say what is lost in `{rollback}`: `data_lost \"…\"`; who decides must know it"))
}
