//! A fixed pause stands where the thing itself could be asked.

use super::{Context, scripts};
use crate::diagnostics::{Diagnostic, Fix};
use crate::ir::{Action, Effect, Run, actions, duration};
use crate::model::ids::Id;
use crate::model::plan::{Service, Thing};
use crate::model::value::{Check, Command, Probe};
use crate::shell;
use crate::source::Span;

/// Who waits longer wants to watch something for a while, not for something to be ready.
const READY: u64 = 300;

pub fn check(context: &Context) -> Vec<Diagnostic> {
    let mut seen = rustc_hash::FxHashSet::default();
    let mut found = Vec::new();
    let sleeps = context.has_named(&["sleep"]);
    for procedure in context.world.program.procedures.iter().filter(|p| !p.back_out) {
        let all = actions(&procedure.body);
        for (index, action) in all.iter().enumerate() {
            let own = scripts::is_own(context, action.span.file) && !seen.contains(&action.head);
            let slept = if own && sleeps { within(action) } else { None };
            if let Some((span, seconds)) = slept {
                seen.insert(action.head);
                found.push(inside(action, span, seconds));
            }
            let Some(seconds) = pause(action).filter(|seconds| *seconds <= READY) else { continue };
            let before = index.checked_sub(1).and_then(|before| started(all[before]));
            let after = all.get(index + 1).filter(|next| impatient(next));
            if own && (before.is_some() || after.is_some()) && seen.insert(action.head) {
                found.push(one(context, action, seconds, before, after.copied()));
            }
        }
    }
    found
}

fn one(
    context: &Context,
    action: &Action,
    seconds: u64,
    before: Option<Id<Service>>,
    after: Option<&Action>,
) -> Diagnostic {
    let time = duration(seconds);
    let message =
        format!("`{}` waits {time} whatever happens: too long on most days, too short on a bad one", action.id);
    let place = Context::report("fixed-sleep", message, action.head, "nobody looks");
    let place = match after {
        Some(next) => place.also(next.head, "looks once, and fails if it is too early"),
        None => place,
    };
    match before.filter(|s| answers(context, *s)) {
        Some(service) => {
            let name = context.world.service_name(service);
            let wait = format!("wait until healthy {name} within {time} every 2s");
            let fix = Fix::risky(format!("wait until `{name}` is healthy")).replace(action.span, wait.clone());
            let diagnostic = place.help(format!("write `{wait}`, with as much time as it may take at most"));
            if matches!(action.run, Run::Wait(_)) { diagnostic.fix(fix) } else { diagnostic }
        }
        None => place.help(format!("wait for what is to come: `wait until CHECK within {time} every 2s`")),
    }
}

fn inside(action: &Action, span: Span, seconds: u64) -> Diagnostic {
    let message = format!(
        "`{}` waits {} whatever happens: too long on most days, too short on a bad one",
        action.id,
        duration(seconds)
    );
    let place = Context::report("fixed-sleep", message, span, "nobody looks");
    place.help("end the step here, and write `wait until CHECK within 2m every 2s` behind it")
}

/// A `sleep` behind other commands of a step, unless it is the pause of a loop.
fn within(action: &Action) -> Option<(Span, u64)> {
    let Run::Commands(commands) = &action.run else { return None };
    commands.iter().find_map(|command| {
        let Command::Sh(script) = command else { return None };
        let parsed = shell::parse(script);
        let sleep = parsed.commands.iter().find(|command| command.name() == "sleep")?;
        let site = parsed.pipelines.get(sleep.pipeline)?;
        let value = parsed.shells.get(site.shell).is_some_and(|shell| shell.substitution);
        // After a failure it is the pause before another try.
        let again = parsed.pipelines.iter().any(|other| other.otherwise.contains(&sleep.pipeline));
        let beside = site.in_loop || site.in_function || site.background || site.stages > 1 || value || again;
        let before = |other: &&shell::Command| {
            other.span.start < sleep.span.start
                && parsed.pipeline(other).shell == site.shell
                && !matches!(other.name(), "set" | "trap" | "cd" | "shopt")
        };
        let follows = parsed.commands.iter().any(|other| before(&other));
        let [time] = sleep.arguments() else { return None };
        let seconds = seconds(time.literal()?)?;
        (follows && !beside && (5..=READY).contains(&seconds)).then_some((sleep.span, seconds))
    })
}

/// `30`, `30s`, `2m`.
fn seconds(text: &str) -> Option<u64> {
    match text.strip_suffix('m') {
        Some(minutes) => minutes.parse::<u64>().ok()?.checked_mul(60),
        None => text.strip_suffix('s').unwrap_or(text).parse().ok(),
    }
}

/// A `wait`, or a step that only sleeps.
fn pause(action: &Action) -> Option<u64> {
    match &action.run {
        Run::Wait(seconds) => Some(*seconds),
        Run::Commands(commands) => match commands.as_slice() {
            [Command::Sh(script)] => seconds(script.text.value.trim().strip_prefix("sleep ")?.trim()),
            _ => None,
        },
        _ => None,
    }
}

fn started(action: &Action) -> Option<Id<Service>> {
    action.effects.iter().find_map(|effect| match effect {
        Effect::Start(service) => Some(*service),
        _ => None,
    })
}

/// A check of something that comes up, asked only once.
fn impatient(action: &Action) -> bool {
    let once = |check: &Check| check.within.is_none() && check.holds.is_none();
    let comes_up =
        |check: &Check| matches!(check.probe, Probe::Http(_) | Probe::Tcp(_) | Probe::Healthy(_) | Probe::Running(_));
    matches!(&action.run, Run::Verify(check) if once(check) && comes_up(check))
}

/// Can the service be asked whether it is healthy?
fn answers(context: &Context, service: Id<Service>) -> bool {
    let plan = context.world.plan;
    let declared = &plan[service];
    declared.url.is_some()
        || declared.healthy_when.is_some()
        || plan.operation(Thing::Service(service), "healthy").is_some()
}
