//! What can be wrong only once everything is bound: steps that `undo`, `replace` and `omit` name, circles of calls,
//! operations that a driver does not have, params without a value.

use super::ids::Id;
use super::plan::{Backup, Plan, Procedure, ProcedureKind, Resource, ResourceKind, Service, Thing};
use super::reader::Reader;
use super::statement::{Change, OnFailure, Statement, Verb};
use super::value::{Check, Command, Probe};
use crate::diagnostics::Diagnostic;
use crate::source::Span;

impl Reader<'_> {
    /// Checks a whole plan.
    pub fn validate(&mut self, plan: &Plan) {
        if plan.drivers.is_empty() && !plan.resources.is_empty() {
            return; // the missing drivers are reported
        }
        self.params_have_values(plan);
        self.phases_exist(plan);
        self.extended(plan);
        let _ = (0..plan.procedures.len()).any(|index| self.circle(plan, Id::new(index)));
        for procedure in &plan.procedures {
            each(&procedure.body, &mut |statement| self.statement_is_possible(plan, statement));
            for (_, statements, _) in &procedure.replace {
                each(statements, &mut |statement| self.statement_is_possible(plan, statement));
            }
        }
        for backup in &plan.backups {
            self.backup_is_possible(plan, backup);
        }
    }

    fn params_have_values(&mut self, plan: &Plan) {
        for param in plan.params.iter().filter(|param| param.value.is_none()) {
            let name = &param.common.name;
            let lacking = plan.environments.iter().find(|env| !env.settings.iter().any(|(setting, _)| setting == name));
            let error = match lacking {
                _ if plan.environments.is_empty() => Diagnostic::error(
                    "form",
                    format!("the param `{name}` has no value"),
                    param.common.name_span,
                    "no value",
                ),
                Some(environment) => {
                    let place = environment.common.name_span;
                    let message = format!("the param `{name}` has no value in `{}`", environment.common.name);
                    Diagnostic::error("form", message, param.common.name_span, "no value").also(place, "not set here")
                }
                None => continue,
            };
            self.diagnostics.push(error.help("give it a default with `= value`, or make it an `input`"));
        }
    }

    fn phases_exist(&mut self, plan: &Plan) {
        for procedure in &plan.procedures {
            let back = matches!(procedure.kind, ProcedureKind::Rollback | ProcedureKind::FixForward);
            if back && procedure.of.is_empty() && procedure.extends.is_none() {
                let message = format!("`{}` does not say what it takes back", procedure.common.name);
                let error = Diagnostic::error("form", message, procedure.common.name_span, "of which phase?");
                self.diagnostics.push(error.help("add `of PHASE`"));
            }
        }
    }

    /// `extends`, `replace` and `omit`.
    fn extended(&mut self, plan: &Plan) {
        for procedure in &plan.procedures {
            let named = procedure.replace.iter().map(|(step, _, span)| (step, *span));
            let named: Vec<(&String, Span)> =
                named.chain(procedure.omit.iter().map(|(step, span)| (step, *span))).collect();
            let Some(base) = procedure.extends else {
                for (step, span) in named {
                    self.error(
                        "form",
                        format!("`{step}` belongs to no procedure that this one extends"),
                        span,
                        "add `extends P`",
                    );
                }
                continue;
            };
            let mut steps = Vec::new();
            let mut next = Some(base);
            let mut seen = Vec::new();
            while let Some(id) = next.filter(|id| !seen.contains(id)) {
                seen.push(id);
                each(&plan[id].body, &mut |statement| steps.push(statement.id.as_str()));
                next = plan[id].extends;
            }
            for (step, span) in named {
                self.known_step(step, span, &steps, &plan[base]);
            }
        }
    }

    fn known_step(&mut self, step: &str, span: Span, steps: &[&str], owner: &Procedure) {
        if steps.contains(&step) {
            return;
        }
        let message = format!("`{}` has no step `{step}`", owner.common.name);
        let error = Diagnostic::error("name", message, span, "unknown step")
            .also(owner.common.name_span, "the procedure meant");
        let otherwise = || Some(format!("its steps are {}", steps.join(", ")));
        self.diagnostics.push(error.did_you_mean(step, span, steps.iter().copied(), otherwise));
    }

    /// Calls and extensions must end. True if they do not.
    fn circle(&mut self, plan: &Plan, start: Id<Procedure>) -> bool {
        let mut open = vec![start];
        let mut seen = Vec::new();
        while let Some(id) = open.pop() {
            for (called, span) in calls(&plan[id]) {
                if called == start {
                    let name = &plan[start].common.name;
                    let error = Diagnostic::error("form", format!("`{name}` calls itself"), span, "a circle of calls");
                    self.diagnostics.push(
                        error
                            .also(plan[start].common.name_span, "this one")
                            .help("a procedure can't be a part of itself"),
                    );
                    return true;
                }
                if !seen.contains(&called) {
                    seen.push(called);
                    open.push(called);
                }
            }
        }
        false
    }

    fn statement_is_possible(&mut self, plan: &Plan, statement: &Statement) {
        let head = statement.head;
        match &statement.verb {
            Verb::Restore { resource, only, backup, .. } => {
                let operation = if only.is_empty() { "restore" } else { "restore_only" };
                self.needs_operation(plan, Thing::Resource(*resource), operation, head);
                self.backup_fits(plan, *backup, *resource, head);
            }
            Verb::Switch(resource, _) => {
                if plan[*resource].kind == ResourceKind::Versioned {
                    self.needs_operation(plan, Thing::Resource(*resource), "switch", head);
                } else {
                    self.not_versioned(&plan[*resource], head);
                }
            }
            Verb::Stop(service) => self.needs_operation(plan, Thing::Service(*service), "stop", head),
            Verb::Start(service) => self.needs_operation(plan, Thing::Service(*service), "start", head),
            Verb::Undo { phase, step } => self.undoes(plan, *phase, step, head),
            Verb::Step(commands) => commands.iter().for_each(|command| self.command_is_possible(plan, command)),
            Verb::Capture { source, .. } => self.check_is_possible(plan, source),
            Verb::Verify { check, .. } | Verb::If(check, ..) | Verb::WaitUntil { check, .. } => {
                self.check_is_possible(plan, check);
            }
            _ => {}
        }
        for declared in &statement.effects {
            if let Change::Switches(resource, _) = &declared.effect
                && plan[*resource].kind != ResourceKind::Versioned
            {
                self.not_versioned(&plan[*resource], declared.span);
            }
        }
    }

    fn not_versioned(&mut self, resource: &Resource, span: Span) {
        let name = &resource.common.name;
        let error = Diagnostic::error(
            "type",
            format!("`{name}` is not at a reference, so it can't be switched"),
            span,
            "only versioned resources are switched",
        );
        self.diagnostics
            .push(error.also(resource.common.name_span, "declared here").help("restore it from a backup instead"));
    }

    fn undoes(&mut self, plan: &Plan, phase: Id<Procedure>, step: &str, span: Span) {
        let mut steps = Vec::new();
        let mut can_undo = false;
        each(&plan[phase].body, &mut |statement| {
            steps.push(statement.id.as_str());
            can_undo |= statement.id == step && statement.options.undo.is_some();
        });
        if !steps.contains(&step) {
            self.known_step(step, span, &steps, &plan[phase]);
        } else if !can_undo {
            let error = Diagnostic::error(
                "form",
                format!("the step `{step}` does not say how it is undone"),
                span,
                "no `undo` in it",
            );
            self.diagnostics.push(error.help(format!("add `undo {{ sh … }}` to `{step}`")));
        }
    }

    fn backup_fits(&mut self, plan: &Plan, backup: Id<Backup>, resource: Id<Resource>, span: Span) {
        let (copy, target) = (&plan[backup], &plan[resource]);
        let fits = copy.of.contains(&resource) || copy.of.iter().any(|of| plan[*of].driver == target.driver);
        if !fits && !copy.of.is_empty() {
            let of: Vec<&str> = copy.of.iter().map(|of| plan[*of].common.name.as_str()).collect();
            let message =
                format!("`{}` is a backup of {}, not of `{}`", copy.common.name, of.join(" and "), target.common.name);
            self.diagnostics.push(
                Diagnostic::error("type", message, span, "the wrong backup")
                    .also(copy.common.name_span, "declared here"),
            );
        }
    }

    fn backup_is_possible(&mut self, plan: &Plan, backup: &Backup) {
        if backup.taken_by.is_some() || backup.elsewhere.is_some() {
            return;
        }
        for resource in &backup.of {
            self.needs_operation(plan, Thing::Resource(*resource), "backup", backup.common.name_span);
        }
    }

    fn needs_operation(&mut self, plan: &Plan, thing: Thing, operation: &str, span: Span) {
        let driver = match thing {
            Thing::Resource(id) => plan[id].driver.index(),
            Thing::Service(id) => plan[id].driver.index(),
        };
        let Some(driver) = plan.drivers.get(driver) else { return };
        if plan.operation(thing, operation).is_none() {
            let name = &plan.thing(thing).name;
            let message = format!("`{name}` has no `{operation}`: its driver `{}` can't do that", driver.common.name);
            let error = Diagnostic::error("type", message, span, format!("needs `{operation}`"));
            let help = format!("give `{name}` one of its own: `{operation} timeout 5m {{ sh \"…\" }}` in its block");
            self.diagnostics.push(error.also(plan.thing(thing).name_span, "declared here").help(help));
        }
    }

    fn command_is_possible(&mut self, plan: &Plan, command: &Command) {
        if let Command::Sql(resource, query) = command {
            self.needs_operation(plan, Thing::Resource(*resource), "query", query.text.span);
        }
    }

    fn check_is_possible(&mut self, plan: &Plan, check: &Check) {
        match &check.probe {
            Probe::Sql(resource, query, _) => {
                self.needs_operation(plan, Thing::Resource(*resource), "query", query.text.span);
            }
            Probe::Healthy(service) => self.can_be_asked(plan, *service, check.span),
            Probe::Not(inner) => self.check_is_possible(plan, inner),
            Probe::All(inner) | Probe::Any(inner) => inner.iter().for_each(|check| self.check_is_possible(plan, check)),
            _ => {}
        }
    }

    fn can_be_asked(&mut self, plan: &Plan, service: Id<Service>, span: Span) {
        let found = &plan[service];
        if found.url.is_none() && found.healthy_when.is_none() {
            self.needs_operation(plan, Thing::Service(service), "healthy", span);
        }
    }
}

/// Every statement of a body, nested ones too.
pub fn each<'s>(body: &'s [Statement], visit: &mut dyn FnMut(&'s Statement)) {
    for statement in body {
        visit(statement);
        match &statement.verb {
            Verb::Stage(inner) | Verb::Parallel(inner) | Verb::Always(inner) | Verb::Point(_, inner) => {
                each(inner, visit);
            }
            Verb::For { body, .. } => each(body, visit),
            Verb::If(_, then, otherwise) => {
                each(then, visit);
                each(otherwise, visit);
            }
            Verb::WaitUntil { on, otherwise, .. } => {
                for (_, body) in on {
                    each(body, visit);
                }
                each(otherwise, visit);
            }
            _ => {}
        }
    }
}

/// The procedures that one calls or extends.
fn calls(procedure: &Procedure) -> Vec<(Id<Procedure>, Span)> {
    let mut found: Vec<(Id<Procedure>, Span)> =
        procedure.extends.iter().map(|id| (*id, procedure.common.name_span)).collect();
    let mut visit = |statement: &Statement| {
        match &statement.verb {
            Verb::Call(id) => found.push((*id, statement.head)),
            Verb::Verify { check, .. } | Verb::If(check, ..) => passed(check, &mut found),
            _ => {}
        }
        if let OnFailure::Call(id) = &statement.options.if_fails {
            found.push((*id, statement.head));
        }
    };
    each(&procedure.body, &mut visit);
    for (_, statements, _) in &procedure.replace {
        each(statements, &mut visit);
    }
    found
}

fn passed(check: &Check, found: &mut Vec<(Id<Procedure>, Span)>) {
    match &check.probe {
        Probe::Passed(id) => found.push((*id, check.span)),
        Probe::Not(inner) => passed(inner, found),
        Probe::All(inner) | Probe::Any(inner) => inner.iter().for_each(|check| passed(check, found)),
        _ => {}
    }
}
