//! A backup lies in a folder that the change destroys, or that a restore replaces.

use super::{
    Context, commands, copies,
    scripts::{Role, Text},
};
use crate::diagnostics::Diagnostic;
use crate::ir::{Action, Effect};
use crate::model::ids::Id;
use crate::model::plan::{Backup, Plan, ResourceKind, Thing};
use crate::model::value::{Piece, Template, Value};
use crate::shell::{Command, Word, Words};

/// How deep params that name params are followed.
const DEPTH: usize = 8;

pub fn check(context: &Context) -> Vec<Diagnostic> {
    let plan = context.world.plan;
    let mut found = Vec::new();
    for (index, backup) in plan.backups.iter().enumerate() {
        let id = Id::<Backup>::new(index);
        let from = |effect: &Effect| matches!(effect, Effect::Restore { backup, .. } if *backup == id);
        let user = context.statements().find(|(_, action)| action.effects.iter().any(from));
        let (Some(path), Some((_, user))) = (&backup.path, user) else { continue };
        let file = expand(plan, path, DEPTH);
        for r in (0..plan.resources.len()).filter(|&r| lies_in(plan, &file, r)) {
            let end = context.statements().find_map(|(_, action)| ends(context, action, r).map(|how| (action, how)));
            if let Some((action, how)) = end {
                let name = context.world.resource_name(r);
                let message = format!("`{}` lies in `{name}`, which `{}` {how}", backup.common.name, action.id);
                let mut diagnostic =
                    Context::report("backup-on-destroyed-storage", message, path.span, "gone with what it was to save")
                        .also(action.head, format!("{how} `{name}`"));
                if !std::ptr::eq(user, action) {
                    diagnostic = diagnostic.also(user.head, "relies on it");
                }
                found.push(diagnostic.help("write it to another place, best on another disk"));
            }
        }
    }
    let inside = context.named(copies::TOOLS).filter(|(text, _)| text.role == Role::Work);
    found.extend(inside.filter_map(|(text, command)| in_container(text, command)));
    if context.has_named(&["rm", "find"]) {
        let tools: Vec<&str> = copies::TOOLS.iter().copied().chain(["tar", "cp"]).collect();
        let written = context.named(&tools).filter(|(text, _)| text.role == Role::Work);
        found.extend(written.filter_map(|(text, command)| in_folder(text, command)));
    }
    found
}

/// `docker exec db pg_dump -f /tmp/x.dump` and then `docker compose down`: the copy lies in the container's own files.
fn in_container(text: &Text, dump: &Command) -> Option<Diagnostic> {
    let runners = ["docker", "docker-compose", "podman", "kubectl", "oc"];
    let runner = text.parsed.runners(dump).find(|by| runners.contains(&by.name()))?;
    let within = |word: &&Word| runner.span.start <= word.span.start && word.span.end <= runner.span.end;
    let file = copies::dumped(text, dump).filter(within)?;
    let path = copies::path(file);
    let gone = text.parsed.commands.iter().find(|other| other.span.start > runner.span.end && takes(other, path))?;
    if is_fetched(text, dump, gone, path) {
        return None;
    }
    let holder = if is_own(path) { "container" } else { "volume" };
    let message = format!("`{path}` lies in the {holder}, which `{}` removes", commands::shown(gone));
    let label = format!("gone with the {holder}");
    let found = Context::report("backup-on-destroyed-storage", message, file.span, label);
    Some(
        found
            .also(gone.span, "removes it")
            .help("write it to this machine, `docker exec … > file`, or fetch it: `docker cp`"),
    )
}

/// Does a command remove the container, or the volume, that holds this file of it?
fn takes(other: &Command, path: &str) -> bool {
    let own = is_own(path);
    // What is mounted under such a name is most often a folder of the host.
    let hosts = ["/backup", "/dump", "/mnt", "/host", "/out"].iter().any(|folder| path.starts_with(folder));
    let volume = path.starts_with('/') && !hosts;
    let compose = commands::compose(other).is_some_and(|(verb, rest)| {
        let volumes = rest.has_any(&["-v", "--volumes"]);
        matches!(verb, "down" | "rm") && (own || volumes && volume)
            || own && verb == "up" && rest.has_any(&["--force-recreate"])
    });
    let docker = commands::docker(other).is_some_and(|(verb, rest)| {
        own && verb == "rm"
            || volume && verb == "volume" && rest.has_any(&["rm"])
            || volume && verb == "rm" && rest.short('v')
    });
    let kubectl = commands::kubectl(other).is_some_and(|(verb, rest)| {
        let kinds: Vec<&str> = rest.iter().map(|word| word.text.split('/').next().unwrap_or("")).collect();
        let is = |names: &[&str]| kinds.iter().any(|kind| names.contains(kind));
        let stored = is(&["pvc", "pv", "persistentvolumeclaim", "persistentvolumeclaims", "ns", "namespace"]);
        let running = is(&["pod", "pods", "po", "deploy", "deployment", "sts", "statefulset"]);
        verb == "delete" && (stored && volume || running && own)
    });
    compose || docker || kubectl
}

/// Is it a place that is the container's own, as no volume is?
fn is_own(path: &str) -> bool {
    ["/tmp/", "/var/tmp/", "/root/", "/home/"].iter().any(|folder| path.starts_with(folder))
}

/// Does something between the two name the copy, as what fetches it would?
fn is_fetched(text: &Text, writer: &Command, gone: &Command, path: &str) -> bool {
    text.parsed.commands.iter().any(|other| {
        let words = other.words.iter().chain(other.redirects.iter().map(|to| &to.target));
        let between = writer.span.end < other.span.start && other.span.start < gone.span.start;
        between && words.map(|word| &word.text).any(|word| word.contains(path))
    })
}

/// `tar -cf /srv/app/old.tar …; rm -rf /srv/app`: the copy goes with the folder.
fn in_folder(text: &Text, writer: &Command) -> Option<Diagnostic> {
    let copied = || {
        let words = writer.arguments().operands(&["-t", "-S"]);
        words.last().copied().filter(|_| writer.name() == "cp" && words.len() == 2)
    };
    let file = copies::dumped(text, writer).or_else(|| copies::packed(writer)).or_else(copied)?;
    let path = copies::path(file);
    if !path.starts_with('/') || copies::is_scratch(path) {
        return None;
    }
    let holds = |folder: &&Word| {
        let whole = folder.text.trim_end_matches("/*").trim_end_matches('/');
        whole.starts_with('/') && whole.len() > 1 && path.strip_prefix(whole).is_some_and(|rest| rest.starts_with('/'))
    };
    let removes = |other: &&Command| {
        let words = other.arguments();
        let all = match other.name() {
            "rm" => words.short('r') || words.short('R') || words.has_any(&["--recursive"]),
            "find" => {
                words.has_any(&["-delete"])
                    && !words.has_any(&["-name", "-iname", "-path", "-mtime", "-mmin", "-not", "!"])
            }
            _ => false,
        };
        all && other.span.start > writer.span.end
            && other.place == writer.place
            && words.operands(&[]).iter().any(holds)
    };
    let gone = text.parsed.commands.iter().find(removes).filter(|gone| !commands::is_dry(gone))?;
    if is_fetched(text, writer, gone, path) {
        return None;
    }
    let message = format!("`{path}` lies in what `{}` removes", commands::shown(gone));
    let found = Context::report("backup-on-destroyed-storage", message, file.span, "gone with what it was to save");
    Some(found.also(gone.span, "removes it").help("write it to another place, best on another disk"))
}

/// What an action does to all that lies in a folder.
fn ends(context: &Context, action: &Action, r: usize) -> Option<&'static str> {
    let reaches = |other: usize| context.world.parts[other].contains(&r);
    action.effects.iter().find_map(|effect| match effect {
        Effect::Delete(Thing::Resource(d)) if reaches(d.index()) => Some("deletes"),
        Effect::Destroy(d) if reaches(d.index()) => Some("destroys"),
        Effect::Restore { resource, total: true, .. } if resource.index() == r => Some("replaces"),
        _ => None,
    })
}

/// Is a file in the folder that a resource is?
fn lies_in(plan: &Plan, file: &str, r: usize) -> bool {
    let resource = &plan.resources[r];
    let folder = resource.settings.iter().find(|(name, _)| name == "dir").map(|(_, value)| value);
    let Some(folder) = folder.and_then(|value| text(plan, value, DEPTH)) else { return false };
    let folder = folder.trim_end_matches('/');
    let inside = !folder.is_empty() && file.strip_prefix(folder).is_some_and(|rest| rest.starts_with('/'));
    inside && resource.kind == ResourceKind::Data
}

fn text(plan: &Plan, value: &Value, depth: usize) -> Option<String> {
    match value {
        Value::Text(text) => Some(expand(plan, text, depth)),
        Value::Variable(variable) => Some(named(plan, &variable.name, depth)),
        _ => None,
    }
}

/// A text with the values of params in place of their names; what has none in the plan stays as it is written.
fn expand(plan: &Plan, template: &Template, depth: usize) -> String {
    let piece = |piece: &Piece| match piece {
        Piece::Text(text) => text.clone(),
        Piece::Variable(variable) => named(plan, &variable.name, depth),
    };
    template.pieces.iter().map(piece).collect()
}

fn named(plan: &Plan, name: &str, depth: usize) -> String {
    let param = plan.params.iter().find(|param| param.common.name == name);
    let value = param.and_then(|param| param.value.as_ref()).filter(|_| depth > 0);
    value.and_then(|value| text(plan, value, depth - 1)).unwrap_or_else(|| format!("${{{name}}}"))
}
