//! What a plan says about how long copies are kept allows that none, or no good one, is left.

use super::Context;
use crate::diagnostics::Diagnostic;
use crate::ir::{Action, Effect, duration};
use crate::model::ids::Id;
use crate::model::plan::Backup;
use crate::model::value::Value;

pub fn check(context: &Context) -> Vec<Diagnostic> {
    let all = context.world.plan.backups.iter().enumerate();
    all.filter_map(|(index, backup)| one(context, Id::new(index), backup)).collect()
}

fn one(context: &Context, id: Id<Backup>, backup: &Backup) -> Option<Diagnostic> {
    let restore = restoring(context, id)?;
    let name = &backup.common.name;
    let elsewhere = backup.elsewhere.is_some();
    let (message, label, help) = match (&backup.keep, backup.max_age) {
        (Some(Value::Number(0.0) | Value::Duration(0)), _) => {
            (format!("no `{name}` is kept at all"), "none is left", "keep at least 2, or some days".to_owned())
        }
        (Some(Value::Number(count)), _) if *count < 2.0 && elsewhere => (
            format!("the next `{name}`, good or bad, removes the only one there is"),
            "only one is kept",
            "keep at least 2: the older one may be the good one".to_owned(),
        ),
        (Some(Value::Duration(kept)), Some(age)) if *kept <= age && elsewhere => (
            format!(
                "`{name}` is kept for {}, and may be {} old: when one is missed, none is left",
                duration(*kept),
                duration(age)
            ),
            "removed by age, whether there is a younger one or not",
            "keep a number of them, `keep 7`, or much longer than a copy may be old".to_owned(),
        ),
        _ => return None,
    };
    let diagnostic = Context::report("retention-may-empty", message, backup.common.name_span, label);
    Some(diagnostic.also(restore.head, format!("relies on `{name}`")).help(help))
}

fn restoring<'a>(context: &Context<'a>, id: Id<Backup>) -> Option<&'a Action> {
    let from = |effect: &Effect| matches!(effect, Effect::Restore { backup, .. } if *backup == id);
    context.statements().map(|(_, action)| action).find(|action| action.effects.iter().any(from))
}
