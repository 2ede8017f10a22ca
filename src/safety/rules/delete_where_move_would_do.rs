//! A change deletes files that could be put aside by renaming them: then getting them back takes no backup and no time.

use super::{
    Context, commands,
    scripts::{Role, Text},
};
use crate::diagnostics::Diagnostic;
use crate::ir::{Action, Effect, Run};
use crate::model::plan::{ResourceKind, Thing};
use crate::model::value::Command as Step;
use crate::safety::coverage::outside_points;
use crate::shell::{self, Command, Word, Words};

pub fn check(context: &Context) -> Vec<Diagnostic> {
    let phases = context.world.program.procedures.iter().filter(|p| context.world.is_phase(p));
    let outside = phases.flat_map(|phase| outside_points(&phase.body));
    let replaced = context.named(&["rm"]).filter(|(text, _)| text.role == Role::Work);
    let replaced =
        replaced.filter_map(|(text, command)| replaced_at_once(text, command).or_else(|| in_use(text, command)));
    let swapped = context.named(&["psql", "mysql", "mariadb", "sqlite3"]).filter(|(text, _)| text.role == Role::Work);
    let replaced = replaced.chain(swapped.filter_map(|(_, command)| swapped_by_drop(command)));
    outside.filter_map(|action| one(context, action)).chain(replaced).collect()
}

/// `rm -rf current && ln -s releases/2 current`: if what follows fails, there is neither the old nor the new one.
fn replaced_at_once(text: &Text, rm: &Command) -> Option<Diagnostic> {
    let words = rm.arguments();
    let whole = is_recursive(words);
    let place = rm.place;
    let behind =
        || text.parsed.commands.iter().filter(move |other| other.span.start > rm.span.end && other.place == place);
    words.operands(&[]).into_iter().filter(|word| is_kept(&word.text)).find_map(|word| {
        let path = word.text.trim_end_matches("/*").trim_end_matches('/');
        let next = behind().find(|other| {
            let to = if whole { puts(other) } else { puts_file(other) };
            to.is_some_and(|to| to.text.trim_end_matches('/') == path)
        })?;
        let message = format!(
            "`{}` deletes `{path}`, where a rename would do: what is to replace it may fail",
            commands::shown(rm)
        );
        let found = Context::report("delete-where-move-would-do", message, rm.span, "only a restore brings it back");
        let help = format!("`mv {path} {path}.old` first, and delete it when the new one has proved itself");
        Some(found.also(next.span, "puts another one there").help(help))
    })
}

fn is_recursive(words: &[Word]) -> bool {
    words.short('r') || words.short('R') || words.has_any(&["--recursive"])
}

/// `rm -rf /srv/app/current`, and nothing in its place; a release that what runs is then told to load anew without.
fn in_use(text: &Text, rm: &Command) -> Option<Diagnostic> {
    let words = rm.arguments();
    let path =
        words.operands(&[]).into_iter().map(|word| word.text.trim_end_matches('/')).find(|path| is_kept(path))?;
    let (folder, name) = path.rsplit_once('/')?;
    let loads = |other: &Command| {
        let verbs = ["reload", "restart", "try-restart", "reload-or-restart"];
        other.span.start > rm.span.end && verbs.iter().any(|verb| other.has(verb))
    };
    let current = matches!(name, "current" | "live");
    let release = folder.ends_with("/releases") && !name.contains(['*', '$']) && text.parsed.commands.iter().any(loads);
    if !is_recursive(words) || !(current || release) || commands::is_dry(rm) {
        return None;
    }
    let message = format!("`{}` deletes `{path}`, where a rename would do: it is what runs", commands::shown(rm));
    let found = Context::report("delete-where-move-would-do", message, rm.span, "only a new deployment brings it back");
    Some(found.help(format!("`mv {path} {path}.old`, and delete it when the other one has proved itself")))
}

/// `DROP TABLE t; ALTER TABLE t_old RENAME TO t`: the table that is dropped could be renamed as well.
fn swapped_by_drop(client: &Command) -> Option<Diagnostic> {
    let texts = client.arguments().iter().chain(&client.input).filter(|word| word.text.contains(' '));
    let lower: Vec<(String, &Word)> =
        texts.map(|word| (super::scopes::blanked(&word.text).to_ascii_lowercase(), word)).collect();
    let statements = lower.iter().flat_map(|(text, word)| text.split(';').map(move |part| (part, *word)));
    let mut dropped: Vec<(&str, &Word)> = Vec::new();
    for (part, word) in statements {
        match part.split_whitespace().collect::<Vec<_>>()[..] {
            ["drop", "table", "if", "exists", table, ..] | ["drop", "table", table, ..] => dropped.push((table, word)),
            ["alter", "table", .., "rename", "to", table] | ["rename", "table", _, "to", table] => {
                if let Some((table, at)) =
                    dropped.iter().find(|(name, _)| name.rsplit('.').next() == table.rsplit('.').next())
                {
                    let message = format!("`{table}` is dropped, where a rename would do: another one takes its name");
                    let found = Context::report(
                        "delete-where-move-would-do",
                        message,
                        at.span,
                        "only a restore brings it back",
                    );
                    let help = format!(
                        "`alter table {table} rename to {table}_old` first, and drop it when the other one has proved itself"
                    );
                    return Some(found.help(help));
                }
            }
            _ => {}
        }
    }
    None
}

/// Where a command puts one file.
fn puts_file(command: &Command) -> Option<&Word> {
    let words = command.arguments();
    let operands = words.operands(&["-t", "-S", "-m", "-o", "-g", "-e"]);
    match command.name() {
        "cp" | "mv" | "install" | "scp" | "rsync" => operands.last().copied(),
        "curl" => words.value(&["-o", "--output"]),
        "wget" => words.value(&["-O", "--output-document"]),
        _ => None,
    }
}

/// Where a command puts something: a link, a copy, what it renames to another name, a whole server's data.
fn puts(command: &Command) -> Option<&Word> {
    let words = command.arguments();
    let operands = words.operands(&["-t", "-S"]);
    match command.name() {
        "pg_basebackup" => words.value(&["-D", "--pgdata"]),
        "tar" if words.iter().any(|word| word.text.trim_start_matches('-').starts_with('x')) => {
            words.value(&["-C", "--directory"])
        }
        "ln" => operands.last().copied(),
        "cp" if words.short('a') || words.short('r') || words.short('R') => operands.last().copied(),
        // `mv x x.old` puts the old one aside.
        "mv" => {
            let (from, to) = (operands.first()?, operands.last()?);
            (!to.text.starts_with(from.text.trim_end_matches('/'))).then_some(*to)
        }
        _ => None,
    }
}

/// Is it a place of something that is to last, and no work folder or a copy that was put aside?
fn is_kept(path: &str) -> bool {
    const IDLE: &[&str] = &[
        "tmp",
        "cache",
        "build",
        "dist",
        "node_modules",
        "scratch",
        "work",
        "stage",
        "staging",
        "test",
        "old",
        "bak",
        "prev",
        "broken",
        "failed",
        "before",
        "aside",
        "new",
        "next",
        "restore",
    ];
    let lower = path.to_ascii_lowercase();
    path.starts_with('/') && path.len() > 1 && !IDLE.iter().any(|word| lower.contains(word))
}

fn one(context: &Context, action: &Action) -> Option<Diagnostic> {
    let plan = context.world.plan;
    let r = action.effects.iter().find_map(|effect| match effect {
        Effect::Delete(Thing::Resource(r)) if plan[*r].kind == ResourceKind::Data => Some(*r),
        _ => None,
    })?;
    if action.undo.is_some() || !removes_files(action) {
        return None;
    }
    let name = &plan[r].common.name;
    let message = format!("`{}` deletes `{name}`, where a rename would do", action.id);
    Some(
        Context::report("delete-where-move-would-do", message, action.head, "only a restore brings it back")
            .also(plan[r].common.name_span, "what is deleted")
            .help(format!("`mv` it aside and let the step say `modifies {name}` and give an `undo` that moves it back; delete it when the change has been accepted")),
    )
}

fn removes_files(action: &Action) -> bool {
    let Run::Commands(commands) = &action.run else { return false };
    commands.iter().any(|command| match command {
        Step::Sh(script) => shell::parse(script).commands.iter().any(|command| command.name() == "rm"),
        Step::Sql(..) => false,
    })
}
