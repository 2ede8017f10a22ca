//! An environment is called production and nothing makes the operator type its name.

use super::Context;
use crate::diagnostics::{Diagnostic, Fix};
use crate::model::plan::Environment;

pub fn check(context: &Context) -> Vec<Diagnostic> {
    let open = context.world.plan.environments.iter().filter(|e| !e.protected && is_production(e));
    let one = |environment: &Environment| {
        let name = &environment.common.name;
        let message = format!("`{name}` looks like production and is not protected");
        let place = Context::report(
            "unprotected-production",
            message,
            environment.common.name_span,
            "one wrong `--env` away from an accident",
        );
        let common = &environment.common;
        let fix = Fix::safe(format!("make `{name}` protected"));
        place.help("add `protected`: then the operator types its name before anything is changed").fix(fix.last_in(
            context.sources,
            common.span,
            common.block,
            "protected",
        ))
    };
    open.map(one).collect()
}

fn is_production(environment: &Environment) -> bool {
    let name = environment.common.name.to_lowercase();
    name.split('_').any(|part| ["production", "prod", "prd", "live", "produccion"].contains(&part))
}
