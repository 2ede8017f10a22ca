//! Sections 5 and 6: what has to be known and what has to be there before anything starts.

use serde::Serialize;

use crate::emit::markdown::builder::Builder;
use crate::emit::markdown::md::{Block, Card, Fact, Md, Table};
use crate::model::plan::{
    Accepts, Backup, Checklist, Driver, Environment, Input, Operation, Resource, ResourceKind, Service, Thing, Where,
};
use crate::model::value::Value;

/// Blanks and values.
#[derive(Debug, Serialize)]
pub struct Inputs {
    pub inputs: Vec<Card>,
    pub params: Option<Table>,
    /// The same values to copy, one block an environment.
    pub values: Vec<Block>,
    pub environments: Vec<Card>,
    pub variants: Vec<Card>,
}

/// Tools, access, secrets, what is touched, backups, checklists.
#[derive(Debug, Serialize)]
pub struct Before {
    pub preflight: Block,
    pub facts: Vec<Fact>,
    pub secrets: Vec<Card>,
    pub hosts: Vec<Card>,
    pub things: Vec<Card>,
    pub drivers: Vec<Card>,
    pub backups: Vec<Card>,
    pub checklists: Vec<Card>,
}

impl Builder<'_> {
    pub fn inputs(&self) -> Inputs {
        let plan = self.plan();
        let environments = plan.environments.iter().filter(|e| e.protected || e.common.about.is_some());
        let environments = environments.map(|e| {
            let mut card = self.card("environment", &e.common);
            let protected = e.protected.then(|| self.fill("protected_means", &[("name", &e.common.name)]));
            card.facts = self.facts([("protected", protected.map(|t| Md::text(&t)))]);
            card
        });
        let variants = plan.variants.iter().map(|v| {
            let mut card = self.card("variant", &v.common);
            let choices: Vec<Md> = v.choices.iter().map(|c| Md::code(c)).collect();
            let built = self.voice.program.variant.as_ref().map(|v| Md::code(v));
            card.facts = self.facts([("choices", Some(Md::join(&choices, ", "))), ("built_for", built)]);
            card
        });
        Inputs {
            inputs: plan.inputs.iter().map(|i| self.input(i)).collect(),
            params: self.params(),
            values: self.assigned(),
            environments: environments.collect(),
            variants: variants.collect(),
        }
    }

    fn input(&self, input: &Input) -> Card {
        let (accepts, lines) = match &input.accepts {
            Accepts::Anything => (None, None),
            Accepts::OneOf(values) => (Some(self.fill("one_of", &[("what", &self.voice.values(values))])), None),
            Accepts::OneOfLines(check) => (Some(self.say("one_of_lines")), Some(check)),
            Accepts::Matches(regex) => (Some(self.voice.words.fill("matches", &[("what", regex)])), None),
            Accepts::Between(from, to) => {
                let (from, to) = (self.voice.value(from), self.voice.value(to));
                (Some(self.fill("from_to", &[("from", &from), ("to", &to)])), None)
            }
        };
        let mut card = self.card("input", &input.common);
        let name = &input.common.name;
        let given = format!("--set {name}=…");
        let environment =
            if input.from_environment { self.fill("else_environment", &[("name", name)]) } else { String::new() };
        card.facts = self.facts([
            ("accepts", accepts.map(|t| Md::text(&t))),
            ("default", input.default.as_ref().map(|v| Md::text(&self.voice.value(v)))),
            ("example", input.example.as_ref().map(|t| self.md(t))),
            ("given_by", Some(Md::join(&[Md::code(&given), Md::text(&environment)], ", "))),
        ]);
        for check in input.find_with.iter().chain(lines) {
            let blocks = self.check_blocks(check).into_iter().map(|block| block.under(self.say("find_with")));
            card.blocks.extend(blocks);
        }
        card
    }

    /// All params: their value, or one column an environment.
    fn params(&self) -> Option<Table> {
        let plan = self.plan();
        let mut table = self.table(&["param", "meaning"]);
        if plan.environments.is_empty() {
            table.head.push(Md::text(&self.say("value")));
        }
        table.head.extend(plan.environments.iter().map(|e| Md::text(&e.common.name)));
        for param in plan.params.iter() {
            let common = &param.common;
            let meaning: Vec<Md> = common.title.iter().chain(&common.about).map(|t| self.md(t)).collect();
            let given = |e: &Environment| e.settings.iter().any(|(name, _)| *name == common.name);
            let everywhere = !plan.environments.is_empty() && plan.environments.iter().all(given);
            let otherwise = param
                .value
                .as_ref()
                .filter(|_| everywhere)
                .map(|v| Md::text(&self.fill("otherwise", &[("what", &self.voice.value(v))])));
            let meaning: Vec<Md> = meaning.into_iter().chain(otherwise).collect();
            let mut row = vec![Md::code(&common.name), Md::join(&meaning, " — ")];
            let value = |value: Option<&Value>| value.map(|v| Md::text(&self.voice.value(v))).unwrap_or_default();
            if plan.environments.is_empty() {
                row.push(value(param.value.as_ref()));
            }
            for environment in &plan.environments {
                let own = environment.settings.iter().find(|(name, _)| *name == common.name).map(|(_, v)| v);
                row.push(value(own.or(param.value.as_ref())));
            }
            table.rows.push(row);
        }
        (!table.rows.is_empty()).then_some(table)
    }

    /// Every param as an assignment that a shell takes.
    fn assigned(&self) -> Vec<Block> {
        let plan = self.plan();
        let params: Vec<_> = plan.params.iter().collect();
        if params.is_empty() {
            return Vec::new();
        }
        let block = |settings: &[(String, Value)], environment: &str| {
            let line = |param: &&crate::model::plan::Param| {
                let own = settings.iter().find(|(name, _)| *name == param.common.name).map(|(_, v)| v);
                own.or(param.value.as_ref()).map(|v| format!("{}={}", param.common.name, self.shell(v)))
            };
            let mut lines = vec![format!("plan='{}'", plan.head.common.name)];
            lines.extend((!environment.is_empty()).then(|| format!("environment='{environment}'")));
            lines.extend(params.iter().filter_map(line));
            Block::sh(lines.join("\n"))
        };
        if plan.environments.is_empty() {
            return vec![block(&[], "")];
        }
        let named =
            plan.environments.iter().map(|e| block(&e.settings, &e.common.name).under(self.voice.label(&e.common)));
        named.collect()
    }

    pub fn before(&self) -> Before {
        let plan = self.plan();
        let placed = [self.closing_checklists(), self.drill_checklists()].concat();
        let checklists = plan.checklists.iter().enumerate().filter(|(at, _)| !placed.contains(at));
        let backups = plan.backups.iter();
        Before {
            preflight: Block::sh(self.script("preflight", self.first_choice().map(|p| p.name.as_str()), &[])),
            facts: self.needs(),
            secrets: self.secrets(),
            hosts: self.hosts(),
            things: self.things(),
            drivers: self.drivers(),
            backups: backups.map(|b| self.backup(b)).collect(),
            checklists: checklists.map(|(_, c)| self.checklist(c)).collect(),
        }
    }

    fn needs(&self) -> Vec<Fact> {
        let plan = self.plan();
        let things = self.used_things();
        let mut tools: Vec<&String> = plan.head.needs.iter().collect();
        tools.extend(things.iter().flat_map(|thing| &plan.driver_of(*thing).needs));
        let procedures = &self.voice.program.procedures;
        let called: std::collections::BTreeSet<String> =
            procedures.iter().flat_map(|procedure| crate::ir::tools(self.voice.program, procedure)).collect();
        tools.extend(&called);
        let mut seen: Vec<Md> = Vec::new();
        for tool in tools.into_iter().map(|tool| Md::code(tool)) {
            if !seen.contains(&tool) {
                seen.push(tool);
            }
        }
        self.facts([
            ("runs_on", Some(Md::text(&plan.head.runs_on.join(", ")))),
            ("tools", Some(Md::join(&seen, ", "))),
            ("state_dir", plan.head.state_dir.as_ref().map(|t| Md::code(&self.voice.text(t)))),
        ])
    }

    fn used_things(&self) -> Vec<Thing> {
        use crate::model::ids::Id;
        let plan = self.plan();
        let resources = (0..plan.resources.len()).map(|i| Thing::Resource(Id::new(i)));
        let services = (0..plan.services.len()).map(|i| Thing::Service(Id::new(i)));
        resources.chain(services).collect()
    }

    fn secrets(&self) -> Vec<Card> {
        let secrets = self.plan().secrets.iter();
        let card = |secret: &crate::model::plan::Secret| {
            let mut card = self.card("secret", &secret.common);
            let file = format!("{}_FILE", secret.common.name);
            let given = self.fill("secret_given", &[("name", &secret.common.name), ("file", &file)]);
            let given = if secret.from.is_some() { self.say("secret_fetched") } else { given };
            card.facts = self.facts([("given_by", Some(Md::text(&given))), ("optional", self.yes(secret.optional))]);
            card.blocks = secret.from.iter().flat_map(|from| self.check_blocks(from)).collect();
            card
        };
        secrets.map(card).collect()
    }

    fn hosts(&self) -> Vec<Card> {
        let plan = self.plan();
        let hosts = plan.hosts.iter().map(|host| {
            let mut card = self.card("host", &host.common);
            let other = host.alternate_of.map(|id| Md::text(&self.voice.label(&plan[id].common)));
            card.facts = self.facts([("alternate_of", other)]);
            card.blocks = host.ssh.iter().map(|ssh| Block::sh(format!("ssh {}", self.shell_text(ssh)))).collect();
            card
        });
        let groups = plan.groups.iter().map(|group| {
            let mut card = self.card("group", &group.common);
            let names: Vec<Md> = group.hosts.iter().map(|id| Md::text(&self.voice.place(Where::Host(*id)))).collect();
            card.facts = self.facts([("members", Some(Md::join(&names, ", ")))]);
            card
        });
        hosts.chain(groups).collect()
    }

    fn things(&self) -> Vec<Card> {
        let plan = self.plan();
        let resources = plan.resources.iter().map(|r| self.resource(r));
        let services = plan.services.iter().map(|s| self.service(s));
        resources.chain(services).collect()
    }

    fn resource(&self, resource: &Resource) -> Card {
        let plan = self.plan();
        let kind = match resource.kind {
            ResourceKind::Data => "kind_data",
            ResourceKind::Cache => "kind_cache",
            ResourceKind::Versioned => "kind_versioned",
            ResourceKind::Irrevocable => "kind_irrevocable",
        };
        let mut card = self.card("resource", &resource.common);
        card.facts = self.facts([
            ("kind", Some(Md::text(&self.say(kind)))),
            ("driver", Some(self.driver_name(&plan[resource.driver]))),
            ("settings", Some(self.settings(&resource.settings))),
            ("identity", resource.identity.as_ref().map(|c| Md::text(&self.voice.check(c)))),
            ("part_of", Some(self.resources(&resource.part_of))),
            ("derived_from", Some(self.resources(&resource.derived_from))),
            ("introduced_by", resource.introduced_by.map(|id| self.procedure(id))),
            ("rolling", self.yes(resource.rolling)),
            ("where", resource.on.map(|on| Md::text(&self.voice.place(on)))),
        ]);
        card.blocks = resource.identity.iter().flat_map(|c| self.check_blocks(c)).collect();
        card.blocks.extend(self.operations(&resource.operations));
        card
    }

    fn service(&self, service: &Service) -> Card {
        let plan = self.plan();
        let mut card = self.card("service", &service.common);
        card.facts = self.facts([
            ("kind", Some(Md::text(&self.say("kind_service")))),
            ("driver", Some(self.driver_name(&plan[service.driver]))),
            ("settings", Some(self.settings(&service.settings))),
            ("writes", Some(self.resources(&service.writes))),
            ("reads", Some(self.resources(&service.reads))),
            ("runs", Some(self.resources(&service.runs))),
            ("url", service.url.as_ref().map(|t| self.md(t))),
            ("graceful", self.seconds(service.graceful)),
            ("healthy_when", service.healthy_when.as_ref().map(|c| Md::text(&self.voice.check(c)))),
            ("introduced_by", service.introduced_by.map(|id| self.procedure(id))),
            ("starts_stopped", self.yes(service.starts_stopped)),
            ("rolling", self.yes(service.rolling)),
            ("where", service.on.map(|on| Md::text(&self.voice.place(on)))),
        ]);
        card.blocks = self.operations(&service.operations);
        card
    }

    fn driver_name(&self, driver: &Driver) -> Md {
        let title = driver.common.title.as_ref().map(|t| self.md(t)).unwrap_or_default();
        Md::join(&[Md::code(&driver.common.name), title], " — ")
    }

    fn settings(&self, settings: &[(String, Value)]) -> Md {
        let one = |(name, value): &(String, Value)| Md::code(&format!("{name}={}", self.voice.plain(value)));
        Md::join(&settings.iter().map(one).collect::<Vec<_>>(), ", ")
    }

    fn resources(&self, ids: &[crate::model::ids::Id<Resource>]) -> Md {
        let names = ids.iter().map(|id| Md::text(&self.voice.thing(Thing::Resource(*id))));
        Md::join(&names.collect::<Vec<_>>(), ", ")
    }

    /// Operations that the plan itself gives.
    fn operations(&self, operations: &[Operation]) -> Vec<Block> {
        let named = operations.iter().flat_map(|operation| {
            let caption = self.fill("own_operation", &[("name", &operation.name)]);
            self.operation_commands(operation).into_iter().map(move |block| match &block.caption {
                Some(own) => Block { caption: Some(format!("{caption} — {own}")), ..block },
                None => block.under(caption.clone()),
            })
        });
        named.collect()
    }

    /// Drivers that the team wrote; those of the standard library are not repeated here.
    fn drivers(&self) -> Vec<Card> {
        let own = |driver: &&Driver| {
            let file = self.voice.sources.files().find(|(id, _)| *id == driver.common.span.file);
            file.is_some_and(|(_, f)| !f.name.starts_with("library/"))
        };
        let card = |driver: &Driver| {
            let mut card = self.card("driver", &driver.common);
            let tools: Vec<Md> = driver.needs.iter().map(|t| Md::code(t)).collect();
            card.facts = self.facts([("tools", Some(Md::join(&tools, ", ")))]);
            card.facts.extend(self.each("param", &driver.params, |param| {
                let title = param.common.title.iter().chain(&param.common.about).map(|t| self.md(t));
                Md::join(&std::iter::once(Md::code(&param.common.name)).chain(title).collect::<Vec<_>>(), " — ")
            }));
            card.facts.extend(driver.operations.iter().filter_map(|operation| self.qualities(operation)));
            card.blocks = self.operations(&driver.operations);
            card
        };
        self.plan().drivers.iter().filter(own).map(card).collect()
    }

    /// What is known of an operation besides its commands.
    fn qualities(&self, operation: &Operation) -> Option<Fact> {
        let flag = |truth: bool, key: &str| truth.then(|| self.say(key));
        let qualities = [
            operation.timeout.map(|s| self.fill("at_most", &[("time", &self.time(s))])),
            flag(operation.total, "operation_total"),
            flag(operation.while_running, "operation_while_running"),
            flag(operation.discards_newer, "operation_discards_newer"),
            flag(operation.directory, "operation_directory"),
            operation.suffix.as_ref().map(|s| self.fill("operation_suffix", &[("what", s)])),
            operation.placeholder.as_ref().map(|s| self.fill("operation_placeholder", &[("what", s)])),
        ];
        let qualities: Vec<String> = qualities.into_iter().flatten().collect();
        let value = Md::text(&qualities.join(", "));
        (!value.is_empty()).then(|| Fact { label: operation.name.clone(), value })
    }

    fn backup(&self, backup: &Backup) -> Card {
        let mut card = self.card("backup", &backup.common);
        let copies = backup.copies.map(|n| Md::text(&n.to_string()));
        card.facts = self.facts([
            ("backup_of", Some(self.resources(&backup.of))),
            ("path", backup.path.as_ref().map(|t| Md::code(&self.voice.text(t)))),
            ("min_size", backup.min_size.map(|n| Md::text(&self.voice.words.size(n)))),
            ("max_age", self.seconds(backup.max_age)),
            ("copies", copies),
            ("keep", backup.keep.as_ref().map(|v| Md::text(&self.voice.value(v)))),
            ("while_running", self.yes(backup.while_running)),
            ("check", backup.check.as_ref().map(|c| Md::text(&self.voice.check(c)))),
            ("restore_test", backup.restore_test.as_ref().map(|t| self.md(t))),
            ("member", backup.member.as_ref().map(|t| Md::code(&self.voice.text(t)))),
        ]);
        card.blocks.extend(self.source_blocks("check", backup.check.as_ref()));
        card.blocks.extend(self.source_blocks("taken_by", backup.taken_by.as_ref()));
        if let Some(elsewhere) = &backup.elsewhere {
            let glob = elsewhere.glob.as_ref().map(|t| Md::code(&self.voice.text(t)));
            card.facts.extend(self.facts([("made_elsewhere", self.yes(true)), ("glob", glob)]));
            card.blocks.extend(self.source_blocks("list_copies", elsewhere.list.as_ref()));
            card.blocks.extend(self.source_blocks("fetch_copy", elsewhere.fetch.as_ref()));
        }
        card
    }

    fn source_blocks(&self, key: &str, source: Option<&crate::model::value::Check>) -> Vec<Block> {
        let blocks = source.into_iter().flat_map(|check| self.check_blocks(check));
        blocks.map(|block| if block.caption.is_some() { block } else { block.under(self.say(key)) }).collect()
    }

    pub fn checklist(&self, checklist: &Checklist) -> Card {
        let mut card = self.card("checklist", &checklist.common);
        card.facts = self.facts([("audience", checklist.audience.as_ref().map(|a| Md::text(a)))]);
        card.groups = self.groups(&checklist.items);
        card
    }
}
