//! A rehearsal should have been held by now.

use super::Context;
use crate::diagnostics::Diagnostic;

pub fn check(context: &Context) -> Vec<Diagnostic> {
    let Some(today) = context.today else { return Vec::new() };
    let mut found = Vec::new();
    for drill in &context.world.plan.drills {
        let (Some(last), Some(every)) = (drill.last, drill.every) else { continue };
        let late = today - last - i64::try_from(every / 86_400).unwrap_or(i64::MAX / 2);
        if late > 0 {
            let name = &drill.common.name;
            let message = format!("the drill `{name}` is overdue by {late} days");
            let place = Context::report("overdue-drill", message, drill.common.name_span, "not held in time");
            found.push(place.help("hold it, and set `last`"));
        }
    }
    found
}
