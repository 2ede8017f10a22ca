//! Checks as functions that set `RBK_OK`.
//!
//! In: checks of the plan. Out: names of functions. Not its business: what follows from an answer.

use super::quote::{self, Shell, bare, outer, text};
use super::script::{Script, call, verbatim};
use crate::ir::{Run, actions};
use crate::model::ids::Id;
use crate::model::plan::{Procedure, Service, Signal, Thing};
use crate::model::value::{Check, Command, Comparison, FileTest, Http, Probe, Query, Script as Text};

impl Script<'_> {
    /// The function of a check: asks once, or polls as the check says.
    pub fn check(&mut self, words: &[&str], check: &Check) -> String {
        let name = self.name(words);
        if check.within.is_none() && check.holds.is_none() {
            let lines = self.probe(&name, check, true);
            return self.share(name, words, check.span, lines);
        }
        let once = self.name(&[&name, "once"]);
        let lines = self.probe(&once, check, true);
        let once = self.share(once, &["once", ""], check.span, lines);
        let (within, holds) = (check.within.unwrap_or(0), check.holds.unwrap_or(0));
        let every = check.every.unwrap_or(5).max(1);
        let numbers = [within.max(holds), every, holds].map(|number| bare(&number.to_string()));
        let line = call(1, &[&[bare("rbk_poll"), bare(&once)], &numbers[..]].concat());
        self.share(name, words, check.span, vec![line])
    }

    /// Adds a function, or finds the one that is the same already; a name of a single word is wanted as it is.
    fn share(&mut self, name: String, words: &[&str], span: crate::source::Span, lines: Vec<String>) -> String {
        match self.same(span, &lines) {
            Some(known) if words.len() > 1 => known,
            _ => self.add(name, Some(span), lines),
        }
    }

    /// The function of a source: what it prints or holds is the value.
    pub fn source(&mut self, words: &[&str], check: &Check) -> String {
        let name = self.name(words);
        let lines = self.probe(&name, check, false);
        self.share(name, words, check.span, lines)
    }

    /// The lines of one question. `asks`: is an answer wanted, or a value?
    fn probe(&mut self, name: &str, check: &Check, asks: bool) -> Vec<String> {
        let limit = bare(&check.timeout.to_string());
        match &check.probe {
            Probe::Sh(script, comparison) => vec![self.sh(name, limit, script, comparison.as_ref())],
            Probe::Sql(resource, query, comparison) => {
                let lines = self.query_body(*resource, query);
                let body = self.name(&[name, "sql"]);
                let body = self.share(body, &[name, "sql"], check.span, lines);
                vec![run(limit, &body, comparison.as_ref())]
            }
            Probe::Http(http) => vec![self.http(limit, http)],
            Probe::Tcp(address) => vec![call(1, &[bare("rbk_tcp"), limit, quote::template(address, &outer)])],
            Probe::File(path, test) => vec![file(&quote::template(path, &outer), test, asks)],
            Probe::Healthy(service) => self.healthy(name, limit, *service),
            Probe::Running(service) => match self.operation(Thing::Service(*service), "running") {
                Some(body) => vec![run(limit, &body, None)],
                None => self.healthy(name, limit, *service),
            },
            Probe::Ask(question) => {
                vec![call(1, &[bare("rbk_asks"), bare(name), quote::template(question, &outer)])]
            }
            Probe::Passed(verification) => self.passed(name, *verification),
            Probe::Signal(signal, comparison) => vec![self.signal(name, limit, *signal, comparison)],
            Probe::Not(inner) => {
                let inner = self.check(&[name, "not"], inner);
                vec![format!("  {inner}"), "  rbk_not".to_owned()]
            }
            Probe::All(inner) => self.several(name, inner, "rbk_ok || return 0"),
            Probe::Any(inner) => self.several(name, inner, "rbk_ok && return 0"),
        }
    }

    fn query_body(&mut self, resource: Id<crate::model::plan::Resource>, query: &Query) -> Vec<String> {
        self.query(resource, query, 1)
    }

    fn sh(&mut self, name: &str, limit: Shell, script: &Text, comparison: Option<&Comparison>) -> String {
        let body = self.name(&[name, "sh"]);
        let lines = vec![verbatim(script.as_ref(), 1)];
        let body = self.share(body, &[name, "sh"], script.span, lines);
        run(limit, &body, comparison)
    }

    fn several(&mut self, name: &str, inner: &[Check], between: &str) -> Vec<String> {
        let mut lines = Vec::new();
        for (number, check) in inner.iter().enumerate() {
            let part = self.check(&[name, &(number + 1).to_string()], check);
            if number > 0 {
                lines.push(format!("  {between}"));
            }
            lines.push(format!("  {part}"));
        }
        lines
    }

    fn http(&mut self, limit: Shell, http: &Http) -> String {
        let body = http.body.as_ref().map_or_else(|| text(""), |body| quote::template(body, &outer));
        let mut line = vec![bare("rbk_http"), limit, bare(&http.method), quote::template(&http.url, &outer), body];
        for header in &http.headers {
            line.extend([bare("header"), quote::template(header, &outer)]);
        }
        for status in &http.status {
            line.extend([bare("status"), bare(&status.to_string())]);
        }
        if let Some(contains) = &http.contains {
            line.extend([bare("contains"), quote::template(contains, &outer)]);
        }
        if let Some((path, comparison)) = &http.json {
            self.tools.insert("jq");
            line.extend([bare("json"), text(path)]);
            if let Some(comparison) = comparison {
                line.push(bare("--"));
                line.extend(compared(comparison));
            }
        }
        call(1, &line)
    }

    /// `healthy`: as the service says, else its url, else its driver.
    fn healthy(&mut self, name: &str, limit: Shell, service: Id<Service>) -> Vec<String> {
        let plan = self.plan();
        if let Some(check) = &plan[service].healthy_when {
            let inner = self.check(&[name, "when"], check);
            return vec![format!("  {inner}")];
        }
        if let Some(url) = &plan[service].url {
            let word = quote::template(url, &outer);
            let status = [bare("status"), bare("200")];
            let line = [&[bare("rbk_http"), limit, bare("GET"), word, text("")], &status[..]].concat();
            return vec![call(1, &line)];
        }
        match self.operation(Thing::Service(service), "healthy") {
            Some(body) => vec![run(limit, &body, None)],
            None => {
                let question = format!("Is {} healthy?", plan[service].common.label());
                vec![call(1, &[bare("rbk_asks"), bare(name), text(&question)])]
            }
        }
    }

    /// Every check of a verification.
    fn passed(&mut self, name: &str, verification: Id<Procedure>) -> Vec<String> {
        let program = self.input.program;
        let found = program.procedures.iter().find(|known| !known.back_out && known.declaration == verification);
        let checks: Vec<Check> = found.map_or_else(Vec::new, |procedure| {
            let check = |action: &&crate::ir::Action| match &action.run {
                Run::Verify(check) => Some((**check).clone()),
                _ => None,
            };
            actions(&procedure.body).iter().filter_map(check).collect()
        });
        self.several(name, &checks, "rbk_ok || return 0")
    }

    fn signal(&mut self, name: &str, limit: Shell, signal: Id<Signal>, comparison: &Comparison) -> String {
        let signal = &self.plan()[signal];
        match signal.source.as_ref().map(|source| &source.probe) {
            Some(Probe::Sh(script, _)) => self.sh(name, limit, script, Some(comparison)),
            Some(Probe::Sql(resource, query, _)) => {
                let lines = self.query_body(*resource, query);
                let body = self.name(&[name, "sql"]);
                self.add(body.clone(), None, lines);
                run(limit, &body, Some(comparison))
            }
            _ => {
                let words = compared(comparison).iter().map(ToString::to_string).collect::<Vec<_>>().join(" ");
                let question = format!("{} {}?", signal.common.label(), words.replace('\'', ""));
                call(1, &[bare("rbk_asks"), bare(name), text(&question)])
            }
        }
    }

    /// The function of a step's commands.
    pub fn body(&mut self, words: &[&str], span: crate::source::Span, commands: &[Command]) -> String {
        let name = self.name(words);
        let lines = self.commands(commands, 1);
        self.share(name, words, span, lines)
    }
}

fn run(limit: Shell, body: &str, comparison: Option<&Comparison>) -> String {
    let mut line = vec![bare("rbk_sh"), limit, bare(body)];
    line.extend(comparison.map(compared).unwrap_or_default());
    call(1, &line)
}

fn compared(comparison: &Comparison) -> Vec<Shell> {
    match comparison {
        Comparison::Is(relation, value) => vec![bare("is"), quote::relation(*relation), quote::value(value, &outer)],
        Comparison::Between(from, to) => vec![bare("between"), quote::value(from, &outer), quote::value(to, &outer)],
        Comparison::Contains(value) => vec![bare("contains"), quote::value(value, &outer)],
        Comparison::Matches(expression) => vec![bare("matches"), text(expression)],
        Comparison::Lines(relation, value) => {
            vec![bare("lines"), quote::relation(*relation), quote::value(value, &outer)]
        }
    }
}

fn file(path: &Shell, test: &FileTest, asks: bool) -> String {
    let mut line = vec![bare("rbk_file"), path.clone()];
    match test {
        FileTest::Exists if asks => line.push(bare("exists")),
        FileTest::Exists => line.push(bare("text")),
        FileTest::Size(relation, value) => {
            line.extend([bare("size"), quote::relation(*relation), quote::value(value, &outer)]);
        }
        FileTest::Age(relation, value) => {
            line.extend([bare("age"), quote::relation(*relation), quote::value(value, &outer)]);
        }
    }
    call(1, &line)
}
