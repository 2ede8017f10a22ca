//! A container gets a folder by a relative path: Docker takes the one where the script is called, or a named volume that
//! happens to be called like it.

use super::Context;
use crate::diagnostics::Diagnostic;
use crate::ir::{Action, Run};
use crate::model::value::Command as Text;
use crate::shell::{self, Command, Parsed, Word};

/// Commands that make a folder, or put something into it.
const MAKERS: &[&str] = &["mkdir", "tar", "cp", "rsync", "unzip", "install", "mv", "git", "chown", "chmod", "ls"];

pub fn check(context: &Context) -> Vec<Diagnostic> {
    let mut found = Vec::new();
    if !context.has_named(&["docker", "podman"]) {
        return found;
    }
    for (_, action) in context.statements() {
        let (Run::Commands(commands) | Run::Diagnose(commands)) = &action.run else { continue };
        for command in commands {
            let Text::Sh(script) = command else { continue };
            let parsed = shell::parse(script);
            let docker = parsed.commands.iter().filter(|command| runs_container(command));
            found.extend(docker.flat_map(volumes).filter_map(|word| one(action, &parsed, word)));
        }
    }
    found
}

fn runs_container(command: &Command) -> bool {
    ["docker", "podman"].contains(&command.name()) && (command.has("run") || command.has("create"))
}

/// The words that say `-v FOLDER:PLACE`.
fn volumes(command: &Command) -> Vec<&Word> {
    let words = command.arguments();
    let behind =
        words.windows(2).filter(|pair| matches!(pair[0].text.as_str(), "-v" | "--volume")).map(|pair| &pair[1]);
    behind.chain(words.iter().filter(|word| word.text.starts_with("--volume="))).collect()
}

fn one(action: &Action, parsed: &Parsed, word: &Word) -> Option<Diagnostic> {
    let text = word.text.strip_prefix("--volume=").unwrap_or(&word.text);
    let (folder, _) = text.split_once(':')?;
    let value = relative_value(parsed, word, folder);
    let folder = value.unwrap_or(folder);
    if folder.is_empty() || folder.starts_with(['/', '$', '~']) {
        return None;
    }
    let (label, message) = if folder.contains('/') || folder.starts_with('.') {
        // With a directory of its own the step means the folder there.
        let settled = folder.starts_with('.') && (action.dir.is_some() || moves(parsed));
        if settled {
            return None;
        }
        ("depends on where the script is called", format!("`{}` mounts the relative path `{folder}`", action.id))
    } else {
        let names = |command: &&Command| {
            MAKERS.contains(&command.name())
                && command.arguments().iter().any(|word| word.text.trim_end_matches('/') == folder)
        };
        let meant = parsed.commands.iter().flat_map(Command::arguments).any(|other| is_folder(&other.text, folder))
            || parsed.commands.iter().any(|command| names(&command));
        if !meant {
            return None;
        }
        let message = format!("`{}` mounts a volume named `{folder}`, not the folder `{folder}`", action.id);
        ("a new, empty volume if there is none of that name", message)
    };
    let place = Context::report("relative-volume-path", message, word.span, label);
    Some(place.help(format!("write an absolute path: `\"$dir/{}:…\"`", folder.trim_start_matches("./"))))
}

/// `out=dumps/today`, and then `-v "$out:/out"`.
fn relative_value<'p>(parsed: &'p Parsed, word: &Word, folder: &str) -> Option<&'p str> {
    let (name, ..) = word.variables().find(|(name, operator, _)| {
        operator.is_empty() && folder.strip_prefix('$').is_some_and(|rest| rest.trim_matches(['{', '}']) == *name)
    })?;
    let set = parsed.sets.iter().rfind(|set| set.name == name && set.span.end <= word.span.start)?;
    let value = set.value.as_ref()?.literal()?;
    (value.contains('/') && !value.starts_with(['/', '~'])).then_some(value)
}

fn moves(parsed: &Parsed) -> bool {
    parsed.commands.iter().any(|command| ["cd", "pushd"].contains(&command.name()))
}

/// Does another word of the text name the same thing as a folder?
fn is_folder(word: &str, folder: &str) -> bool {
    let word = word.strip_prefix("./").unwrap_or(word);
    word.strip_prefix(folder).is_some_and(|rest| rest.starts_with('/'))
}
