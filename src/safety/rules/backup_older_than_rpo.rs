//! A copy that a rollback restores may be older than the loss of data that was promised at most.

use super::Context;
use crate::diagnostics::Diagnostic;
use crate::ir::{Run, actions, duration};

pub fn check(context: &Context) -> Vec<Diagnostic> {
    let world = context.world;
    let mut found: Vec<Diagnostic> = Vec::new();
    for procedure in world.program.procedures.iter().filter(|p| !p.back_out) {
        let Some((rpo, promised)) = world.declaration(procedure).rpo.or(world.plan.head.rpo) else { continue };
        for action in actions(&procedure.body) {
            let Run::Restore { backup, .. } = action.run else { continue };
            let declared = &world.plan[backup];
            let Some(age) = declared.max_age.filter(|age| *age > rpo) else { continue };
            let name = &declared.common.name;
            let message = format!("`{name}` may be {} old, more than the RPO of {}", duration(age), duration(rpo));
            let diagnostic =
                Context::report("backup-older-than-rpo", message, declared.common.name_span, "may be that old")
                    .also(promised, "promised here")
                    .also(action.head, format!("`{}` relies on it", procedure.name))
                    .help("demand a younger copy with `max_age`, take one in the phase, or promise what can be kept");
            if !found.iter().any(|d| d.labels[0].span == diagnostic.labels[0].span) {
                found.push(diagnostic);
            }
        }
    }
    found
}
