//! What the runtime asks of the plan: values, phases, procedures, the recovery matrix, as functions with fixed names.
//!
//! In: declarations and the matrix. Out: functions. Not its business: statements.

use super::quote::{self, Shell, bare, outer, text};
use super::script::{Script, call};
use crate::emit::order;
use crate::ir::{GroupKind, Node, Procedure, Run, actions, duration};
use crate::model::ids::Id;
use crate::model::plan::{Accepts, Checklist, Point as Crossing, Procedure as Declared, ProcedureKind, Requirement};
use crate::model::value::{Piece, Probe, Value, VariableKind};
use crate::safety::found;
use crate::safety::matrix::{Point, Verdict};
use indexmap::IndexMap;

impl Script<'_> {
    /// All functions of this module.
    pub fn tables(&mut self) {
        self.values();
        self.environments();
        self.secrets();
        self.inputs();
        self.phases();
        self.procedures();
        self.facts();
        self.steps();
        self.unpassed();
        self.found_points();
        self.matrix();
        self.escalations();
    }

    /// `rbk_escalations`: whom to call when the run takes long.
    fn escalations(&mut self) {
        let plan = self.plan();
        let late = plan.escalations.iter().filter_map(|escalation| {
            let who = text(&self.role_words(escalation.to?));
            Some(call(1, &[bare("rbk_late"), bare(&escalation.after?.to_string()), who]))
        });
        let late = late.collect();
        self.add_fixed("rbk_escalations", "Whom to call when a run takes long.", late);
    }

    /// `rbk_assign`, `rbk_params`, `rbk_show_values`, `rbk_state_dir`.
    fn values(&mut self) {
        let plan = self.plan();
        let mut assign = vec!["  case \"$1\" in".to_owned()];
        let captures = plan.captures.iter().map(|(name, _)| name);
        let inputs = plan.inputs.iter().map(|input| &input.common.name);
        let params: Vec<_> = plan.params.iter().map(|param| &param.common.name).collect();
        let mut names: Vec<&String> = params.iter().copied().chain(inputs).chain(captures).collect();
        names.dedup();
        let given = |name: &str| plan.inputs.iter().any(|input| input.from_environment && input.common.name == name);
        let export = |name: &str| if given(name) { "export " } else { "" }; // programs look for it there
        assign.extend(names.iter().map(|name| format!("    {name}) {}{name}=$2 ;;", export(name))));
        assign.push("    *) return 1 ;;\n  esac".to_owned());
        self.add_fixed("rbk_assign", "Sets a value of the plan.", assign);

        let mut lines = Vec::new();
        for param in &plan.params {
            let name = &param.common.name;
            let default = param.value.as_ref().map_or_else(|| text(""), |value| quote::value(value, &outer));
            lines.push(format!("  {name}={default}"));
            lines.push(format!("  if rbk_given {name}; then {name}=$RBK_VALUE; fi"));
        }
        self.add_fixed("rbk_params", "The params: default, then environment, then --set.", lines);
        let shown = names.iter().map(|name| call(1, &[bare("rbk_shown"), bare(name), quote::variable(name)]));
        let shown = shown.collect();
        self.add_fixed("rbk_show_values", "Every value but the secrets.", shown);
        let dir = plan.head.state_dir.as_ref().map_or_else(
            || {
                quote::join(&[
                    text("/var/lib/rbk/"),
                    quote::variable("plan"),
                    text("/"),
                    quote::variable("environment"),
                ])
            },
            |dir| quote::template(dir, &outer),
        );
        self.add_fixed("rbk_state_dir", "Where the journal is.", vec![format!("  RBK_STATE={dir}")]);
    }

    fn environments(&mut self) {
        let plan = self.plan();
        let mut lines = vec!["  case \"$1\" in".to_owned()];
        for environment in &plan.environments {
            if !environment.protected && environment.settings.is_empty() {
                lines.push(format!("    {}) ;;", environment.common.name));
                continue;
            }
            lines.push(format!("    {})", environment.common.name));
            if environment.protected {
                lines.push("      RBK_PROTECTED=1".to_owned());
            }
            for (name, value) in &environment.settings {
                lines.push(call(3, &[bare("rbk_override"), bare(name), quote::value(value, &outer)]));
            }
            lines.push("      ;;".to_owned());
        }
        lines.push("    *) return 1 ;;\n  esac".to_owned());
        self.add_fixed("rbk_environment", "What an environment sets.", lines);
    }

    fn secrets(&mut self) {
        let mut lines = Vec::new();
        for secret in &self.plan().secrets {
            let name = &secret.common.name;
            let mut line =
                vec![bare("rbk_secret"), bare(name), bare(if secret.optional { "optional" } else { "required" })];
            if let Some(from) = &secret.from {
                line.push(bare(&self.source(&["secret", &name.to_lowercase()], from)));
            }
            lines.push(call(1, &line));
        }
        self.add_fixed("rbk_secrets", "Reads the secrets.", lines);
    }

    fn inputs(&mut self) {
        let mut lines = Vec::new();
        for input in &self.plan().inputs {
            let name = &input.common.name;
            let default = input.default.as_ref().map_or_else(|| text(""), |value| quote::value(value, &outer));
            let mut line = vec![bare("rbk_input"), bare(name), text(&input.common.label()), default];
            match &input.accepts {
                Accepts::Anything => line.push(bare("anything")),
                Accepts::OneOf(values) => {
                    line.push(bare("one_of"));
                    line.extend(values.iter().map(|value| quote::value(value, &outer)));
                }
                Accepts::OneOfLines(check) => {
                    line.extend([bare("lines"), bare(&self.source(&["choices", name], check))]);
                }
                Accepts::Matches(expression) => line.extend([bare("matches"), text(expression)]),
                Accepts::Between(from, to) => {
                    line.extend([bare("between"), quote::value(from, &outer), quote::value(to, &outer)]);
                }
            }
            if let Some(find) = &input.find_with {
                let find = self.source(&["find", name], find);
                lines.push(call(1, &[bare("rbk_find"), bare(name), bare(&find)]));
            }
            lines.push(call(1, &line));
        }
        self.add_fixed("rbk_inputs", "Asks for what is not given.", lines);
    }

    fn phases(&mut self) {
        let mut lines =
            vec!["  RBK_PHASE_TITLE='' RBK_PHASE_BACKUPS='' RBK_PHASE_VALUES='' RBK_DESCRIBED=0".to_owned()];
        lines.push("  case \"$1\" in".to_owned());
        for procedure in phases(self) {
            let declaration = &self.plan()[procedure.declaration];
            let (mut backups, mut values) = (Vec::new(), Vec::new());
            for action in actions(&procedure.body) {
                match &action.run {
                    Run::Take(backup) => backups.push(self.plan()[*backup].common.name.clone()),
                    Run::Capture { name, .. } => values.push(name.clone()),
                    Run::Switch(resource, _) => values.push(format!("was_{}", self.plan()[*resource].common.name)),
                    _ => {}
                }
            }
            lines.push(format!("    {})", procedure.name));
            let title =
                declaration.common.title.as_ref().map_or_else(|| text(""), |title| quote::template(title, &outer));
            lines.push(format!("      RBK_PHASE_TITLE={title}"));
            lines.push(format!("      RBK_PHASE_BACKUPS={}", text(&backups.join(" "))));
            lines.push(format!("      RBK_PHASE_VALUES={}", text(&values.join(" "))));
            if declaration.described_only {
                lines.push("      RBK_DESCRIBED=1".to_owned());
            }
            lines.push("      ;;".to_owned());
        }
        lines.push("    *) return 1 ;;\n  esac".to_owned());
        self.add_fixed("rbk_phase", "About a phase.", lines);
    }

    fn procedures(&mut self) {
        let plan = self.plan();
        let rto = |own: Option<u64>| own.or(plan.head.rto.map(|(seconds, _)| seconds)).unwrap_or(0);
        let mut lines = vec![format!(
            "  RBK_P_TITLE='' RBK_PHASES='' RBK_P_RTO={} RBK_P_WITHOUT='' RBK_P_BACK=back_done",
            rto(None)
        )];
        lines.push("  case \"$1\" in".to_owned());
        for procedure in ways(self) {
            let declaration = &plan[procedure.declaration];
            lines.push(format!("    {})", procedure.name));
            let undone: Vec<&str> = if procedure.back_out {
                vec![&declaration.common.name]
            } else {
                declaration.of.iter().map(|id| plan[*id].common.name.as_str()).collect()
            };
            lines.push(format!("      RBK_PHASES={}", text(&undone.join(" "))));
            if !procedure.back_out {
                lines.extend(left(declaration).map(|word| format!("      RBK_P_BACK={word}")));
                if let Some(title) = &declaration.common.title {
                    lines.push(format!("      RBK_P_TITLE={}", quote::template(title, &outer)));
                }
                if let Some((own, _)) = declaration.rto {
                    lines.push(format!("      RBK_P_RTO={own}"));
                }
                if !declaration.works_without.is_empty() {
                    let without: Vec<String> = declaration.works_without.iter().map(|text| text.source()).collect();
                    lines.push(format!("      RBK_P_WITHOUT={}", text(&without.join("; "))));
                }
            }
            lines.push("      ;;".to_owned());
        }
        lines.push("    *) return 1 ;;\n  esac".to_owned());
        self.add_fixed("rbk_procedure", "About a procedure.", lines);
    }

    /// `rbk_about`: when, how long, what is lost.
    fn facts(&mut self) {
        let plan = self.plan();
        let mut lines = vec!["  case \"$1\" in".to_owned()];
        for procedure in ways(self).iter().filter(|procedure| !procedure.back_out) {
            let of = &plan[procedure.declaration];
            let mut facts: Vec<(&str, Shell)> = Vec::new();
            if of.recommended {
                facts.push(("recommended", text("")));
            }
            facts.extend(of.when.iter().map(|check| ("when", text(&self.words_of(check)))));
            facts.extend(of.unless.iter().map(|check| ("unless", text(&self.words_of(check)))));
            if let Some((from, to, _)) = of.estimate {
                facts.push(("estimate", text(&format!("{}..{}", duration(from), duration(to)))));
            }
            facts.extend(of.data_lost.iter().map(|lost| ("lost", quote::template(lost, &outer))));
            facts.extend(of.works_without.iter().map(|without| ("without", quote::template(without, &outer))));
            facts.extend(of.owner.map(|owner| ("owner", text(&self.role_words(owner)))));
            if facts.is_empty() {
                continue;
            }
            lines.push(format!("    {})", procedure.name));
            lines.extend(facts.into_iter().map(|(kind, fact)| call(3, &[bare("rbk_fact"), bare(kind), fact])));
            lines.push("      ;;".to_owned());
        }
        lines.push("    *) ;;\n  esac".to_owned());
        self.add_fixed("rbk_about", "What to know before a procedure is run.", lines);
    }

    fn steps(&mut self) {
        let plan = self.plan();
        let mut lines = vec!["  case \"$1\" in".to_owned()];
        for procedure in &self.input.program.procedures {
            let requires = if procedure.back_out { &[] } else { &plan[procedure.declaration].requires[..] };
            let required = requires.iter().map(|requirement| match requirement {
                Requirement::Authority(id) => format!("requires_{}", plan[*id].common.name),
                Requirement::Checklist(id) => format!("requires_{}", plan[*id].common.name),
            });
            let acting = order::actions(&procedure.body).into_iter().map(|action| action.id.clone());
            let ids: Vec<String> = required.chain(acting).collect();
            lines.push(format!("    {}) RBK_STEPS={} ;;", procedure.name, text(&ids.join(" "))));
        }
        lines.push("    *) return 1 ;;\n  esac".to_owned());
        self.add_fixed("rbk_steps", "The steps of a procedure, in order.", lines);
    }

    /// `rbk_unpassed`: where a point of no return can be proved not to be passed.
    fn unpassed(&mut self) {
        let mut lines = vec!["  case \"$1 $2\" in".to_owned()];
        let matrix = self.input.matrix;
        for row in &matrix.rows {
            let (id, before) = match &row.point {
                Point::Unpassed(id) => (id, format!("inside:{id}")),
                Point::FoundUnpassed { since, crossing } => (crossing, self.range(row.phase, since.as_deref())),
                _ => continue,
            };
            let procedure = &self.input.program.procedures[row.phase];
            let Some(point) = crossing(&procedure.body, id, None) else { continue };
            let Some(check) = self.plan()[point].not_passed_when.clone() else { continue };
            let name = format!("check_not_passed_{}", self.plan()[point].common.name);
            if !self.has(&name) {
                self.check(&[&name], &check);
            }
            let proved = row.point.label();
            lines.push(format!("    '{} {before}') rbk_not_passed {name} {proved} ;;", procedure.name));
        }
        lines.push("    *) ;;\n  esac".to_owned());
        self.add_fixed("rbk_unpassed", "Whether a point of no return was passed although its step began.", lines);
    }

    /// The range of points that a phase is found to be in where a step is the last one known to be done.
    fn range(&self, phase: usize, last: Option<&str>) -> String {
        let is = |point: &Point| matches!(point, Point::Found { since, .. } if since.as_deref() == last);
        let row = self.input.matrix.of_phase(phase).find(|row| is(&row.point));
        row.map_or_else(|| Point::Unknown.label(), |row| row.point.label())
    }

    /// `rbk_find_point`: how far a phase has come that somebody else runs, by its `done_when`s.
    fn found_points(&mut self) {
        let mut lines = vec!["  case \"$1\" in".to_owned()];
        for procedure in phases(self) {
            let asked = found::asked(procedure).unwrap_or_default();
            if !self.plan()[procedure.declaration].described_only || !asked.iter().any(|step| step.always) {
                continue;
            }
            lines.push(format!("    {})", procedure.name));
            lines.push("      rbk_may_probe".to_owned());
            lines.push("      rbk_ok || return 0".to_owned());
            for step in asked {
                let Some(check) = &step.action.done_when else { continue };
                let name = self.check(&["found", &procedure.name, &step.action.id], check);
                let id = if step.always { bare(&step.action.id) } else { text("") };
                lines.push(call(3, &[bare("rbk_found"), bare(&name), id]));
            }
            lines.push("      ;;".to_owned());
        }
        lines.push("    *) ;;\n  esac".to_owned());
        self.add_fixed("rbk_find_point", "Finds out how far a phase has come that the journal does not know.", lines);
    }

    /// `rbk_matrix PHASE POINT PROCEDURE`: the verdict; without a procedure, whether there is such a point.
    fn matrix(&mut self) {
        let program = self.input.program;
        let mut lines = vec!["  RBK_VERDICT='' RBK_VERDICT_WHY=''".to_owned(), "  case \"$1\" in".to_owned()];
        for (index, procedure) in program.procedures.iter().enumerate() {
            let mut groups: IndexMap<(&str, &str), Vec<String>> = IndexMap::new();
            for row in self.input.matrix.of_phase(index) {
                let point = row.point.label();
                groups.entry(("", "")).or_default().push(format!("{point}:"));
                if row.resume {
                    groups.entry(("resume", "")).or_default().push(format!("{point}:resume"));
                }
                for cell in row.cells.iter() {
                    let Some(way) = program.procedures.get(cell.procedure) else { continue };
                    let word = if matches!(cell.verdict, Verdict::Recovers) { "recovers" } else { "refused" };
                    let patterns = groups.entry((word, cell.verdict.reason())).or_default();
                    patterns.push(format!("{point}:{}", way.name));
                }
            }
            if groups.is_empty() {
                continue;
            }
            lines.push(format!("    {})\n      case \"$2:$3\" in", procedure.name));
            for ((verdict, why), patterns) in groups {
                let pattern = patterns.join(" | ");
                let set = match (verdict, why) {
                    ("", _) => ";;".to_owned(),
                    (verdict, "") => format!("RBK_VERDICT={verdict} ;;"),
                    (verdict, why) => {
                        format!("RBK_VERDICT={verdict} RBK_VERDICT_WHY={} ;;", text(&why.replace('`', "")))
                    }
                };
                lines.push(format!("        {pattern}) {set}"));
            }
            lines.push("        *) return 1 ;;\n      esac\n      ;;".to_owned());
        }
        lines.push("    *) return 1 ;;\n  esac".to_owned());
        self.add_fixed("rbk_matrix", "The recovery matrix that the compiler proved.", lines);
    }

    /// The function of a checklist.
    pub fn checklist(&mut self, id: Id<Checklist>) -> String {
        let plan = self.plan();
        let list = &plan[id];
        let name = format!("list_{}", list.common.name);
        if self.has(&name) {
            return name;
        }
        let name = self.name(&[&name]);
        let mut lines = Vec::new();
        for (number, item) in list.items.iter().enumerate() {
            let place = format!("{}_{}", list.common.name, number + 1);
            let mut line = vec![bare("rbk_item"), bare(&place), quote::template(&item.text, &outer)];
            if let Some(check) = item.check.as_ref().filter(|check| !matches!(check.probe, Probe::Ask(_))) {
                line.push(bare(&self.check(&["item", &place], check)));
            }
            match &item.when {
                Some(check) => {
                    let when = self.check(&["when", &place], check);
                    lines.push(call(1, &[bare("rbk_when"), bare(&when)]));
                    lines.push(format!("  if rbk_ok; then\n{}\n  fi", call(2, &line)));
                }
                None => lines.push(call(1, &line)),
            }
        }
        self.add(name, Some(list.common.span), lines)
    }
}

/// How a procedure leaves its phases, where it does not take them back as a whole.
fn left(declared: &Declared) -> Option<&'static str> {
    let whole = declared.not_restored.is_empty() && declared.goal.is_empty() && declared.works_without.is_empty();
    match declared.kind {
        ProcedureKind::FixForward => Some("back_forward"),
        _ => (!whole).then_some("back_partly"),
    }
}

/// The phases of the program.
pub fn phases<'a>(script: &Script<'a>) -> Vec<&'a Procedure> {
    of_kind(script, |kind| kind == ProcedureKind::Phase)
}

fn of_kind<'a>(script: &Script<'a>, wanted: impl Fn(ProcedureKind) -> bool) -> Vec<&'a Procedure> {
    let plan = script.plan();
    let all = script.input.program.procedures.iter();
    all.filter(|procedure| !procedure.back_out && wanted(plan[procedure.declaration].kind)).collect()
}

/// The procedures that can be run: rollbacks, ways forward, and the implied way out.
pub fn ways<'a>(script: &Script<'a>) -> Vec<&'a Procedure> {
    let mut found = of_kind(script, |kind| matches!(kind, ProcedureKind::Rollback | ProcedureKind::FixForward));
    found.extend(script.input.program.procedures.iter().filter(|procedure| procedure.back_out));
    found
}

/// The verifications.
pub fn verifications<'a>(script: &Script<'a>) -> Vec<&'a Procedure> {
    of_kind(script, |kind| kind == ProcedureKind::Verification)
}

/// The innermost point of no return that an action stands in.
fn crossing(body: &[Node], id: &str, inside: Option<Id<Crossing>>) -> Option<Id<Crossing>> {
    body.iter().find_map(|node| match node {
        Node::Action(action) if action.id == id => inside,
        Node::Action(_) => None,
        Node::Group(group) => {
            let inside = if let GroupKind::Point(point) = group.kind { Some(point) } else { inside };
            crossing(&group.body, id, inside)
        }
        Node::If(branch) => crossing(&branch.then, id, inside).or_else(|| crossing(&branch.otherwise, id, inside)),
        Node::For(of) => crossing(&of.body, id, inside),
    })
}

/// Whether a value is known before a run begins: no capture and no loop's variable in it.
pub fn known_before(value: &Value) -> bool {
    let known =
        |kind: VariableKind| !matches!(kind, VariableKind::Capture | VariableKind::CaptureFile | VariableKind::Loop);
    match value {
        Value::Variable(variable) => known(variable.kind),
        Value::Text(template) => template.pieces.iter().all(|piece| match piece {
            Piece::Variable(variable) => known(variable.kind),
            Piece::Text(_) => true,
        }),
        _ => true,
    }
}
