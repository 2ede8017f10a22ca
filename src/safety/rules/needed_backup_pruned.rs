//! A backup is kept for less time than the rollback that needs it may be asked for, or only until the next one is taken.

use super::scripts::{Role, Text};
use super::{Context, copies, pruning};
use crate::diagnostics::Diagnostic;
use crate::ir::{Action, Effect, Run, actions, duration};
use crate::model::ids::Id;
use crate::model::plan::{Backup, Monitor};
use crate::model::value::Value;
use crate::safety::cells::Change;
use crate::shell::{Command, Word, Words};

pub fn check(context: &Context) -> Vec<Diagnostic> {
    let phases = context.survey.changes.iter().filter(|change| change.is_phase);
    let emptied = context.named(&["find", "tar"]).filter(|(text, _)| text.role == Role::Work);
    let emptied = emptied.filter_map(|(text, command)| empties(text, command));
    let pruned = context.named(pruning::TOOLS).filter(|(text, _)| text.role == Role::Work);
    let pruned = pruned.filter_map(|(text, command)| {
        let (message, help) = pruning::why(text, command)?;
        Some(Context::report("needed-backup-pruned", message.to_owned(), command.span, "copies are gone").help(help))
    });
    phases.flat_map(|change| of_change(context, change)).chain(emptied).chain(pruned).collect()
}

/// A command that removes every copy of a folder: `find DIR -delete`, with what was to choose behind it or nowhere; `tar
/// --remove-files`.
fn empties(text: &Text, command: &Command) -> Option<Diagnostic> {
    let words = command.arguments();
    let (message, help) = match command.name() {
        "find" => {
            let at = words.iter().position(|word| word.text == "-delete")?;
            let bare = ["-mindepth", "-maxdepth", "-depth", "-xdev", "-mount", "-type", "-P", "-H", "-L"];
            let chooses =
                words[..at].iter().any(|word| word.text.starts_with(['-', '(', '!']) && !bare.contains(&&*word.text));
            if chooses || !words[..at].iter().any(copies::names_copy) {
                return None;
            }
            (
                "`-delete` removes everything that `find` has come to: nothing before it chooses",
                "put `-name` and the like before `-delete`, and look first: `-print` in its place",
            )
        }
        _ if words.has_any(&["--remove-files"]) && words.iter().skip(1).any(is_folder) => (
            "`--remove-files` takes the copies away that it has packed: the archive is the only one left",
            "read the archive first, then remove them",
        ),
        _ => return None,
    };
    let dry = super::commands::is_dry(command) || text.role != Role::Work;
    let place = || Context::report("needed-backup-pruned", message.to_owned(), command.span, "copies are gone");
    (!dry).then(|| place().help(help))
}

/// A folder of copies by its name; what holds them, no single file.
fn is_folder(word: &Word) -> bool {
    word.text.starts_with('/')
        && ["backup", "dump", "offsite", "snapshot"].iter().any(|mark| word.text.contains(mark))
        && !word.text.contains(".t")
}

fn of_change(context: &Context, change: &Change) -> Vec<Diagnostic> {
    let plan = context.world.plan;
    let mut found: Vec<Diagnostic> = Vec::new();
    for (index, backup) in plan.backups.iter().enumerate() {
        let id = Id::<Backup>::new(index);
        let (Some(take), Some(keep), Some(restore)) =
            (context.taking(change, id), &backup.keep, restoring(context, change, id))
        else {
            continue;
        };
        let name = &backup.common.name;
        let report = |message: String, label: String| {
            Context::report("needed-backup-pruned", message, backup.common.name_span, label)
                .also(restore.head, format!("relies on `{name}`"))
        };
        match keep {
            Value::Number(count) if *count < 2.0 => found.push(
                report(format!("the next `{name}` removes the one before it"), "only one is kept".to_owned())
                    .also(take.head, "when the change is tried again, this takes one of the broken state")
                    .help("keep at least 2, better as long as the change may have to be taken back: `keep 7d`"),
            ),
            Value::Duration(kept) => {
                let (needed, monitor) = needed(context, change, take, id);
                if *kept < needed {
                    let diagnostic = report(
                        format!("`{name}` is kept for {}, and may be needed for {}", duration(*kept), duration(needed)),
                        "pruned while the rollback may still be called for".to_owned(),
                    );
                    let diagnostic = match monitor {
                        Some(m) => {
                            diagnostic.also(m.common.name_span, "may call for the rollback as long as it watches")
                        }
                        None => diagnostic.also(take.head, "taken here, and waited for afterwards"),
                    };
                    found.push(diagnostic.help(format!("keep it longer, at least {}", duration(needed))));
                }
            }
            _ => {}
        }
    }
    found
}

/// How long a copy may be needed from when it is taken, in seconds: while the change goes on, and while somebody watches it.
fn needed<'a>(context: &Context<'a>, change: &Change, take: &Action, id: Id<Backup>) -> (u64, Option<&'a Monitor>) {
    let plan = context.world.plan;
    let later = change.forward.actions.iter().skip_while(|action| !std::ptr::eq(**action, take));
    let waits = later.map(|action| match &action.run {
        Run::Wait(seconds) => *seconds,
        Run::Await { check, .. } => check.within.unwrap_or(0),
        _ => 0,
    });
    let phase = context.world.program.procedures[change.forward.procedure].declaration;
    let uses = |p: Id<crate::model::plan::Procedure>| {
        let mut all = context.world.program.procedures.iter().filter(|q| !q.back_out && q.declaration == p);
        all.any(|q| actions(&q.body).iter().any(|action| restores(action, id)))
    };
    let watches = |m: &&Monitor| {
        let ours = [m.after, m.during].iter().flatten().any(|of| *of == phase || uses(*of));
        ours && m.watches.iter().flat_map(|w| &w.alerts).filter_map(|alert| alert.run).any(uses)
    };
    let longest = plan.monitors.iter().filter(watches).max_by_key(|m| m.lasts);
    (waits.sum::<u64>() + longest.and_then(|m| m.lasts).unwrap_or(0), longest)
}

fn restoring<'a>(context: &Context<'a>, change: &Change, id: Id<Backup>) -> Option<&'a Action> {
    let procedures = change.columns.iter().map(|column| &context.world.program.procedures[column.procedure]);
    procedures.flat_map(|p| actions(&p.body)).find(|action| restores(action, id))
}

fn restores(action: &Action, id: Id<Backup>) -> bool {
    action.effects.iter().any(|effect| matches!(effect, Effect::Restore { backup, .. } if *backup == id))
}
