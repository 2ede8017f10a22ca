//! What a plan says about how long copies are kept allows that none, or no good one, is left.

use super::scripts::{Role, Text};
use super::{Context, copies};
use crate::diagnostics::Diagnostic;
use crate::ir::{Action, Effect, duration};
use crate::model::ids::Id;
use crate::model::plan::Backup;
use crate::model::value::Value;
use crate::shell::{Command, Words};

pub fn check(context: &Context) -> Vec<Diagnostic> {
    let all = context.world.plan.backups.iter().enumerate();
    let pruned = context.named(&["find", "ls"]).filter(|(text, _)| text.role == Role::Work);
    let pruned = pruned.filter_map(|(text, command)| prunes(text, command));
    all.filter_map(|(index, backup)| one(context, Id::new(index), backup)).chain(pruned).collect()
}

/// A command that removes copies by their age, or all but the newest, whatever is left.
fn prunes(text: &Text, lists: &Command) -> Option<Diagnostic> {
    let words = lists.arguments();
    let removes = |command: &&Command| matches!(command.name(), "rm" | "unlink" | "shred");
    // `find -delete`, `find -exec rm`, `ls | xargs rm`, the same in an inner shell.
    let removed = words.has_any(&["-delete"])
        || text.parsed.commands.iter().filter(removes).any(|command| {
            text.parsed
                .runners(command)
                .any(|by| by.span == lists.span || by.pipeline == lists.pipeline && by.stage > lists.stage)
        });
    let aged = words.has_any(&["-mtime", "-mmin", "-ctime", "-cmin", "-atime"]) && lists.name() == "find";
    let newest = lists.name() == "ls" && words.short('t') && text.parsed.behind(lists).any(keeps_few);
    let copies = words.iter().any(copies::names_copy);
    if !removed || !copies || !(aged || newest) || counts(text) {
        return None;
    }
    let (message, help) = if aged {
        (
            "copies are removed by their age, whether there is a younger one or not: the last good one goes as well",
            "keep a number of them, or see first that a younger one is there and can be read",
        )
    } else {
        (
            "all copies but the newest are removed: these may be the ones that are no good",
            "keep more of them, or remove only when the newest has been read",
        )
    };
    let place = Context::report("retention-may-empty", message.to_owned(), lists.span, "none may be left");
    Some(place.help(help))
}

/// So few may all be of the time since the mistake.
const FEW: u32 = 5;

/// `tail -n +4`, `sed 1,3d`, `awk 'NR>3'`: does it leave the first few of a list out?
fn keeps_few(next: &Command) -> bool {
    let words = next.arguments();
    let script = || words.operands(&["-F", "-v"]).first().map(|word| word.text.replace(' ', "")).unwrap_or_default();
    let left_out = match next.name() {
        "tail" => {
            let option =
                words.value(&["-n", "--lines"]).or_else(|| words.first().filter(|word| word.text.starts_with('+')));
            let from = option.map_or("", |word| word.text.trim_start_matches("-n").trim_start_matches("--lines="));
            from.strip_prefix('+').and_then(|from| from.parse::<u32>().ok()).and_then(|from| from.checked_sub(1))
        }
        "sed" => script()
            .strip_prefix("1,")
            .and_then(|rest| rest.strip_suffix('d')?.parse().ok())
            .or_else(|| (script() == "1d").then_some(1)),
        "awk" | "gawk" | "mawk" => {
            script().strip_prefix("NR>").and_then(|rest| rest.trim_start_matches('=').parse().ok())
        }
        _ => None,
    };
    left_out.is_some_and(|count| (1..=FEW).contains(&count))
}

/// Does the text count what is there, or read a copy, before?
pub fn counts(text: &Text) -> bool {
    text.parsed.commands.iter().any(|command| {
        matches!(command.name(), "wc" | "pg_restore" | "sha256sum" | "pg_verifybackup")
            || command.arguments().has_any(&["-ge", "-gt", "-lt", "-le"])
    })
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
