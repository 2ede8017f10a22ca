//! What the commands of actions are seen to change, and which declared thing that most probably is.
//!
//! In: actions and the plan. Out: effects with their objects. Not its business: whether they are declared (rules), and how a
//! command is understood (`shell`).

use super::world::{World, probes};
use crate::ir::{Action, Effect, Program, Run, actions};
use crate::model::ids::Id;
use crate::model::plan::{Plan, Resource, ResourceKind, Service, Thing};
use crate::model::value::{Check, Command, Piece, Probe, Template, Value};
use crate::shell::scratch::{inside, lasting, unmade, variable};
use crate::shell::{self, Effect as Seen, Target, Visible};
use rustc_hash::FxHashMap;

/// What the commands and checks of an action change, in order; what a text makes and removes itself is left out.
pub fn of_action(action: &Action) -> Vec<Visible> {
    let mut found = Vec::new();
    match &action.run {
        Run::Commands(commands) | Run::Diagnose(commands) => {
            commands.iter().for_each(|command| of_command(command, &mut found));
        }
        Run::Verify(check) | Run::Await { check, .. } | Run::Capture { source: check, .. } => {
            of_check(check, &mut found);
        }
        _ => {}
    }
    found
}

fn of_command(command: &Command, found: &mut Vec<Visible>) {
    match command {
        Command::Sh(script) => found.extend(lasting(&shell::parse(script)).cloned()),
        Command::Sql(_, query) => found.extend(unmade(shell::query(&query.text).changes)),
    }
}

fn of_check(check: &Check, found: &mut Vec<Visible>) {
    probes(&check.probe, &mut |probe| match probe {
        Probe::Sh(script, _) => found.extend(lasting(&shell::parse(script)).cloned()),
        Probe::Sql(_, query, _) => found.extend(unmade(shell::query(&query.text).changes)),
        _ => {}
    });
}

/// Things that a plan makes before it destroys them: what they are, and their names as written.
pub fn own_things(program: &Program) -> FxHashMap<(Target, String), bool> {
    let mut first = FxHashMap::default();
    let written = program.procedures.iter().filter(|procedure| !procedure.back_out);
    for action in written.flat_map(|procedure| actions(&procedure.body)) {
        for visible in of_action(action) {
            if matches!(visible.effect, Seen::Creates | Seen::Destroys) && !visible.object.is_empty() {
                let creates = visible.effect == Seen::Creates;
                first.entry((visible.target, visible.object)).or_insert(creates);
            }
        }
    }
    first
}

/// A text with the values of params in the place of their variables.
fn settled(plan: &Plan, text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(at) = rest.find('$') {
        out.push_str(&rest[..at]);
        let name = variable(&rest[at..]).unwrap_or("");
        let value = plan.params.iter().find(|param| param.common.name == name).and_then(|param| param.value.as_ref());
        let braces = usize::from(rest[at + 1..].starts_with('{'));
        let end = at + 1 + name.len() + 2 * braces;
        match value.map(|value| shown(plan, value)) {
            Some(value) if !name.is_empty() && end <= rest.len() && rest.is_char_boundary(end) => {
                out.push_str(&value);
                rest = &rest[end..];
            }
            _ => {
                out.push('$');
                rest = &rest[at + 1..];
            }
        }
    }
    out + rest
}

/// A value as a command would see it; variables without a fixed value stay as they are written.
fn shown(plan: &Plan, value: &Value) -> String {
    match value {
        Value::Text(text) => template(plan, text),
        Value::Variable(variable) => {
            let param = plan.params.iter().find(|param| param.common.name == variable.name);
            let fixed = param.and_then(|param| param.value.as_ref());
            match fixed {
                Some(Value::Text(text)) => template(plan, text),
                Some(Value::Number(number)) => number.to_string(),
                _ => format!("${}", variable.name),
            }
        }
        Value::Number(number) => number.to_string(),
        _ => String::new(),
    }
}

fn template(plan: &Plan, template: &Template) -> String {
    let piece = |piece: &Piece| match piece {
        Piece::Text(text) => text.clone(),
        Piece::Variable(variable) => shown(plan, &Value::Variable(variable.clone())),
    };
    template.pieces.iter().map(piece).collect()
}

/// How well a thing's settings fit the object: 3 the same or around it, 2 the same last name, 0 not at all.
fn fit(plan: &Plan, settings: &[(String, Value)], objects: &[String]) -> u8 {
    let one = |setting: &str, object: &str| {
        let (setting, object) = (setting.trim_end_matches('/'), object.trim_end_matches(['/', '*']));
        let last = |path: &str| path.rsplit(['/', ':']).next().unwrap_or("").to_owned();
        if setting.len() < 2 || object.len() < 2 {
            0
        } else if setting == object || inside(setting, object) || object.starts_with('/') && inside(object, setting) {
            3
        } else {
            u8::from(last(setting) == last(object)) * 2
        }
    };
    let values = settings.iter().map(|(_, value)| shown(plan, value)).filter(|value| !value.is_empty());
    values.flat_map(|value| objects.iter().map(move |object| one(&value, object))).max().unwrap_or(0)
}

fn objects(plan: &Plan, visible: &Visible) -> Vec<String> {
    visible.object.split(' ').filter(|word| !word.is_empty()).map(|word| settled(plan, word)).collect()
}

/// The declared resource that an effect most probably concerns, and whether its settings name it.
pub fn resource(world: &World, visible: &Visible) -> Option<(Id<Resource>, bool)> {
    let plan = world.plan;
    let objects = objects(plan, visible);
    let score = |id: Id<Resource>| {
        let resource = &plan[id];
        let named = fit(plan, &resource.settings, &objects);
        let same_tool = plan[resource.driver].needs.contains(&visible.tool);
        let versioned = matches!(visible.target, Target::WorkTree | Target::History | Target::Release | Target::Image);
        let kind =
            versioned == (resource.kind == ResourceKind::Versioned) && resource.kind != ResourceKind::Irrevocable;
        (named * 4 + u8::from(same_tool) * 2 + u8::from(kind), named == 3)
    };
    let scored = (0..plan.resources.len()).map(Id::new).map(|id| (score(id), id));
    let best = scored.reduce(|best, next| if next.0.0 > best.0.0 { next } else { best })?;
    Some((best.1, best.0.1))
}

/// The declared service that an effect names, or the only one.
pub fn service(world: &World, visible: &Visible) -> Option<Id<Service>> {
    let plan = world.plan;
    let objects = objects(plan, visible);
    let ids = || (0..plan.services.len()).map(Id::new);
    let named = ids().find(|id: &Id<Service>| {
        fit(plan, &plan[*id].settings, &objects) >= 2 || objects.contains(&plan[*id].common.name)
    });
    named.or_else(|| ids().next().filter(|_| plan.services.len() == 1))
}

/// Does the action declare an effect that covers this one? What only a backup brings back must be destroyed or deleted in
/// the plan's words too; files and working trees belong to versioned things as well, which any writing reaches; a cache may be
/// emptied; what is no stored data (settings, releases, what another machine offers) is covered by any change.
pub fn is_declared(world: &World, action: &Action, visible: &Visible) -> bool {
    let kind = |r: Id<Resource>| world.plan[r].kind;
    action.effects.iter().any(|effect| match effect {
        Effect::Destroy(_) | Effect::Delete(_) | Effect::Irreversible(_) => true,
        Effect::Modify(r) | Effect::Switch(r, _) | Effect::Create(Thing::Resource(r)) => {
            !is_stored(visible.target)
                || kind(*r) == ResourceKind::Cache
                || is_file(visible.target) && kind(*r) == ResourceKind::Versioned
        }
        Effect::Stop(_) => matches!(visible.target, Target::Objects | Target::Container) || !is_stored(visible.target),
        Effect::Adjust(_) | Effect::Append(_) | Effect::Start(_) => !is_stored(visible.target),
        _ => false,
    })
}

/// Is it data that a backup would have to bring back?
fn is_stored(target: Target) -> bool {
    matches!(
        target,
        Target::Files
            | Target::Volume
            | Target::WorkTree
            | Target::History
            | Target::Table
            | Target::Rows
            | Target::Database
            | Target::Store
            | Target::Disk
            | Target::Objects
            | Target::Bucket
            | Target::Backup
    )
}

fn is_file(target: Target) -> bool {
    matches!(target, Target::Files | Target::WorkTree | Target::History | Target::Objects)
}
