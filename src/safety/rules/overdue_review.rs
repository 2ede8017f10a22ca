//! The plan should have been read again by now.

use super::Context;
use crate::diagnostics::Diagnostic;

pub fn check(context: &Context) -> Vec<Diagnostic> {
    let Some((day, Some(every), span)) = context.world.plan.head.reviewed else { return Vec::new() };
    let Some(today) = context.today else { return Vec::new() };
    let late = today - day - i64::try_from(every / 86_400).unwrap_or(i64::MAX / 2);
    if late <= 0 {
        return Vec::new();
    }
    let message = format!("the review of this plan is overdue by {late} days");
    let place = Context::report("overdue-review", message, span, "the last review");
    vec![place.help("read it against the system as it is, mend it, and set the date")]
}
