//! A database in a container is restored or copied when the service that is this container has been stopped.

use super::Context;
use crate::diagnostics::Diagnostic;
use crate::ir::{Action, Effect, actions};
use crate::model::ids::Id;
use crate::model::plan::{Resource, Service};
use crate::model::value::Value;
use crate::safety::transfer::same;

pub fn check(context: &Context) -> Vec<Diagnostic> {
    let mut found: Vec<Diagnostic> = Vec::new();
    for procedure in context.world.program.procedures.iter().filter(|p| !p.back_out) {
        let body = actions(&procedure.body);
        for (place, action) in body.iter().enumerate() {
            let known = found.iter().any(|d| d.labels[0].span == action.head);
            let down = needed(context, action)
                .into_iter()
                .find_map(|r| down(context, &body[..place], r).map(|(s, stop)| (r, s, stop)));
            if let Some((r, s, stop)) = down.filter(|_| !known) {
                found.push(one(context, action, r, s, stop));
            }
        }
    }
    found
}

/// What an action reaches through its server.
fn needed(context: &Context, action: &Action) -> Vec<Id<Resource>> {
    let of = |effect: &Effect| match effect {
        Effect::Restore { resource, .. } => vec![*resource],
        Effect::Take { backup, .. } if context.world.plan[*backup].taken_by.is_none() => {
            context.world.plan[*backup].of.clone()
        }
        _ => Vec::new(),
    };
    action.effects.iter().flat_map(of).collect()
}

/// The server of a resource and what stopped it, if nothing has started it since.
fn down<'a>(context: &Context, before: &[&'a Action], r: Id<Resource>) -> Option<(Id<Service>, &'a Action)> {
    let s = server(context, r)?;
    let about = |effect: &&Effect| matches!(effect, Effect::Stop(id) | Effect::Start(id) if *id == s);
    let last = before
        .iter()
        .rev()
        .find_map(|action| action.effects.iter().rev().find(about).map(|effect| (*action, effect)))?;
    matches!(last.1, Effect::Stop(_)).then_some((s, last.0))
}

/// The service that runs the container which a resource names.
fn server(context: &Context, r: Id<Resource>) -> Option<Id<Service>> {
    let plan = context.world.plan;
    let setting =
        |list: &'_ [(String, Value)], name: &str| list.iter().find(|(n, _)| n == name).map(|(_, value)| value.clone());
    let container = setting(&plan[r].settings, "container")?;
    let is = |s: &Service| {
        ["container", "service"]
            .iter()
            .any(|name| setting(&s.settings, name).is_some_and(|value| same(&value, &container)))
    };
    let empty = matches!(&container, Value::Text(text) if text.as_plain().as_deref() == Some(""));
    plan.services.iter().position(is).filter(|_| !empty).map(Id::new)
}

fn one(context: &Context, action: &Action, r: Id<Resource>, s: Id<Service>, stop: &Action) -> Diagnostic {
    let (name, service) = (context.world.resource_name(r.index()), context.world.service_name(s));
    let message = format!("`{}` needs the server of `{name}`, and `{service}` has been stopped", action.id);
    Context::report("restore-into-stopped-server", message, action.head, "there is nobody to talk to")
        .also(stop.head, format!("stops `{service}`"))
        .also(context.world.plan[r].common.name_span, "lives in that container")
        .help(format!("stop only the services that write `{name}`, or write `start {service}` before it"))
}
