//! Second pass over all other declarations: each goes to its table, and resources and services get their drivers' params.

use super::build::{common, id, ids};
use super::entry::Entry;
use super::ids::Id;
use super::plan::{Backup, Driver, DriverKind, Plan, Point, Resource, ResourceKind, Service};
use super::reader::Reader;
use super::value::{Template, Value};
use super::vocabulary::Form;
use crate::diagnostics::Diagnostic;
use crate::model::load::Declared;
use crate::source::Span;
use crate::syntax::Item;

impl Reader<'_> {
    /// One top-level declaration: exactly one entry in its table, whatever is wrong with it.
    pub fn declaration(&mut self, form: &'static Form, item: &Item, plan: &mut Plan) {
        if matches!(form.word, "phase" | "rollback" | "fix_forward" | "procedure" | "verification") {
            plan.procedures.push(self.procedure(form, item));
            return;
        }
        let entry = self.entry(form, item);
        match form.word {
            "plan" if item.span.file == plan.file => plan.head = self.head(&entry),
            "param" => plan.params.push(self.param(&entry)),
            "input" => plan.inputs.push(self.input(&entry)),
            "secret" => plan.secrets.push(self.secret(&entry)),
            "environment" => plan.environments.push(self.environment(&entry)),
            "variant" => plan.variants.push(self.variant(&entry)),
            "driver" => plan.drivers.push(self.driver(&entry)),
            "resource" => plan.resources.push(self.resource(&entry, item)),
            "service" => plan.services.push(self.service(&entry, item)),
            "host" => plan.hosts.push(self.host(&entry)),
            "group" => plan.groups.push(self.group(&entry)),
            "backup" => plan.backups.push(self.backup(&entry)),
            "trigger" => plan.triggers.push(self.trigger(&entry)),
            "signal" => plan.signals.push(self.signal_declaration(&entry)),
            "severity" => plan.severities.push(self.severity(&entry)),
            "matrix" => plan.matrices.push(self.matrix(&entry)),
            "options" => plan.choosers.push(self.chooser(&entry)),
            "checklist" => plan.checklists.push(self.checklist(&entry)),
            "monitor" => plan.monitors.push(self.monitor(&entry)),
            "metric" => plan.metrics.push(self.metric(&entry)),
            "contact" => plan.contacts.push(self.contact(&entry)),
            "authority" => plan.authorities.push(self.authority(&entry)),
            "escalate" => plan.escalations.push(self.escalation(&entry)),
            "channel" => plan.channels.push(self.channel(&entry)),
            "message" => plan.messages.push(self.message(&entry)),
            "drill" => plan.drills.push(self.drill(&entry)),
            "postmortem" => plan.postmortem = Some(self.postmortem(&entry)),
            "followup" => plan.followups.push(self.followup(&entry)),
            "note" => plan.notes.push(self.note(&entry)),
            "diagnose" => plan.diagnoses.push(self.diagnosis(&entry)),
            _ => {}
        }
    }

    fn driver_id(&mut self, entry: &Entry<'_>, item: &Item) -> Id<Driver> {
        if let Some(target) = entry.target(":") {
            return Id::new(target.index);
        }
        let colon =
            |atom: &crate::syntax::Atom| matches!(atom.value, crate::syntax::Literal::Op(crate::syntax::Op::Colon));
        if !item.atoms.iter().any(colon) {
            let name = entry.name.map_or("it", |(name, _)| name).to_owned();
            let error = Diagnostic::error(
                "form",
                format!("nothing says what `{name}` is"),
                entry.head,
                "its driver is missing",
            );
            self.diagnostics
                .push(error.help(format!("write `{name} : sqlite`, for example; `docs/drivers.md` lists the drivers")));
        }
        Id::new(usize::MAX)
    }

    fn resource(&mut self, entry: &Entry<'_>, item: &Item) -> Resource {
        let kind =
            [("cache", ResourceKind::Cache), ("data", ResourceKind::Data), ("versioned", ResourceKind::Versioned)];
        let given = kind.iter().find(|(word, _)| entry.has(word)).map(|(_, kind)| *kind);
        Resource {
            common: common(entry),
            driver: self.driver_id(entry, item),
            kind: given.unwrap_or(ResourceKind::Data),
            settings: own_settings(entry),
            operations: self.own_operations(entry),
            identity: entry.check("identity"),
            part_of: ids(entry, "part_of"),
            derived_from: ids(entry, "derived_from"),
            introduced_by: id(entry, "introduced_by"),
            rolling: entry.has("rolling"),
            on: entry.target("on").map(super::build::whereabouts),
        }
    }

    fn service(&mut self, entry: &Entry<'_>, item: &Item) -> Service {
        Service {
            common: common(entry),
            driver: self.driver_id(entry, item),
            settings: own_settings(entry),
            operations: self.own_operations(entry),
            writes: ids(entry, "writes"),
            reads: ids(entry, "reads"),
            runs: ids(entry, "runs"),
            url: entry.text("url"),
            graceful: entry.duration("graceful"),
            healthy_when: entry.check("healthy_when"),
            introduced_by: id(entry, "introduced_by"),
            starts_stopped: entry.has("starts_stopped"),
            rolling: entry.has("rolling"),
            on: entry.target("on").map(super::build::whereabouts),
        }
    }

    /// The points of no return, with what their statements said.
    pub fn points(&mut self, found: &[(String, Span, usize)], plan: &mut Plan) {
        for (index, (name, span, procedure)) in found.iter().enumerate() {
            let said = self.found_points.remove(&index);
            let (title, about, check, whole) = said.unwrap_or((None, None, None, *span));
            let common = super::plan::Common {
                name: name.clone(),
                name_span: *span,
                span: whole,
                title,
                about,
                ..Default::default()
            };
            plan.points.push(Point { common, phase: Id::new(*procedure), not_passed_when: check });
        }
    }

    /// The backups that `take backup NAME of R` declares.
    pub fn inline_backups(&mut self, found: &[(String, Span)], plan: &mut Plan) {
        for (name, span) in found {
            let index = plan.backups.len();
            let mut backup = self.found_backups.remove(&index).unwrap_or_else(|| empty_backup(*span));
            backup.common.name.clone_from(name);
            backup.common.name_span = *span;
            backup.inline = true;
            plan.backups.push(backup);
        }
    }

    /// Settings against the driver's params; kinds; all that needs the drivers.
    pub fn bind_drivers(&mut self, items: &[Declared<'_>], plan: &mut Plan) {
        let drivers = std::mem::take(&mut plan.drivers);
        let blocks: Vec<&Item> =
            items.iter().filter(|(form, _)| form.word == "resource").map(|(_, item)| *item).collect();
        for (resource, item) in plan.resources.iter_mut().zip(blocks) {
            let Some(driver) = drivers.get(resource.driver.index()) else { continue };
            self.complete(&resource.common.name, resource.common.name_span, driver, &mut resource.settings, item);
            if !explicit_kind(item) {
                resource.kind = resource_kind(driver);
            }
            if driver.kinds == [DriverKind::Service] {
                let message =
                    format!("`{}` drives services, `{}` is a resource", driver.common.name, resource.common.name);
                self.error("type", message, resource.common.name_span, "a resource");
            }
        }
        let blocks: Vec<&Item> =
            items.iter().filter(|(form, _)| form.word == "service").map(|(_, item)| *item).collect();
        for (service, item) in plan.services.iter_mut().zip(blocks) {
            let Some(driver) = drivers.get(service.driver.index()) else { continue };
            self.complete(&service.common.name, service.common.name_span, driver, &mut service.settings, item);
            if !driver.kinds.contains(&DriverKind::Service) {
                let message =
                    format!("`{}` drives resources, `{}` is a service", driver.common.name, service.common.name);
                self.error("type", message, service.common.name_span, "a service");
            }
        }
        plan.drivers = drivers;
    }

    /// Checks settings by name and fills in the driver's defaults, in the driver's order.
    fn complete(&mut self, owner: &str, span: Span, driver: &Driver, settings: &mut Vec<(String, Value)>, item: &Item) {
        for (name, _) in settings.iter() {
            if !driver.params.iter().any(|param| param.common.name == *name) {
                let place = setting_span(item, name).unwrap_or(span);
                let message = format!("the driver `{}` has no param `{name}`", driver.common.name);
                let error = Diagnostic::error("name", message, place, "unknown param")
                    .also(driver.common.name_span, "the driver");
                let names = driver.params.iter().map(|param| param.common.name.as_str());
                let otherwise = || Some(format!("it has {}", names.clone().collect::<Vec<_>>().join(", ")));
                self.diagnostics.push(error.did_you_mean(name, place, names.clone(), otherwise));
            }
        }
        let mut complete = Vec::new();
        for param in &driver.params {
            let name = &param.common.name;
            let own = settings.iter().find(|(given, _)| given == name).map(|(_, value)| value.clone());
            match own.or_else(|| param.value.clone()) {
                Some(value) => complete.push((name.clone(), value)),
                None => {
                    let message = format!("`{owner}` lacks `{name}`, which the driver `{}` needs", driver.common.name);
                    let error = Diagnostic::error("form", message, span, "incomplete")
                        .also(param.common.name_span, "the param without a default");
                    self.diagnostics.push(error.help(format!("add `{name} = …` to its block")));
                }
            }
        }
        *settings = complete;
    }

    /// What a `take backup NAME of R` statement says about the backup that it declares.
    pub fn found_backup(&mut self, index: usize, entry: &Entry<'_>) {
        let mut backup = empty_backup(entry.head);
        backup.of = ids(entry, "of");
        backup.path = entry.text("path");
        backup.common.title.clone_from(&entry.title);
        backup.common.span = entry.span;
        backup.min_size = match entry.get("min_size").and_then(|given| given.args.first()) {
            Some(super::entry::Argument::Size(bytes)) => Some(*bytes),
            _ => None,
        };
        self.found_backups.insert(index, backup);
    }
}

/// A point's title, long text, check and place.
pub type SaidOfPoint = (Option<Template>, Option<Template>, Option<super::value::Check>, Span);

fn own_settings(entry: &Entry<'_>) -> Vec<(String, Value)> {
    entry.settings.iter().map(|(name, value, _)| (name.clone(), value.clone())).collect()
}

fn empty_backup(span: Span) -> Backup {
    Backup {
        common: super::plan::Common { span, ..super::plan::Common::default() },
        of: vec![],
        path: None,
        min_size: None,
        max_age: None,
        copies: None,
        keep: None,
        while_running: false,
        check: None,
        restore_test: None,
        member: None,
        elsewhere: None,
        taken_by: None,
        inline: false,
    }
}

fn resource_kind(driver: &Driver) -> ResourceKind {
    match driver.kinds.first() {
        Some(DriverKind::Cache) => ResourceKind::Cache,
        Some(DriverKind::Versioned) => ResourceKind::Versioned,
        Some(DriverKind::Irrevocable) => ResourceKind::Irrevocable,
        _ => ResourceKind::Data,
    }
}

/// Does a resource's item say `data`, `cache` or `versioned` itself?
fn explicit_kind(item: &Item) -> bool {
    use crate::syntax::Literal;
    let is_kind = |atom: &crate::syntax::Atom| matches!(&atom.value, Literal::Word(w) if matches!(w.as_str(), "cache" | "data" | "versioned"));
    item.atoms.iter().skip(4).any(is_kind)
        || item.atoms.iter().any(|atom| match &atom.value {
            Literal::Block(block) => block.items.iter().any(|line| line.atoms.len() == 1 && is_kind(&line.atoms[0])),
            _ => false,
        })
}

fn setting_span(item: &Item, name: &str) -> Option<Span> {
    use crate::syntax::Literal;
    let blocks = item.atoms.iter().filter_map(|atom| match &atom.value {
        Literal::Block(block) => Some(&block.items),
        _ => None,
    });
    blocks.flatten().find_map(|line| match &line.atoms[0].value {
        Literal::Word(word) if word == name => Some(line.atoms[0].span),
        _ => None,
    })
}
