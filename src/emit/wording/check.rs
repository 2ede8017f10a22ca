//! Checks and comparisons in one sentence.

use super::Voice;
use crate::model::plan::Thing;
use crate::model::value::{Check, Comparison, FileTest, Http, Probe, Relation, Script, Value};

/// Letters up to which a command is quoted within a sentence.
const SHORT: usize = 72;

impl Voice<'_> {
    /// What must be true, and for how long.
    pub fn check(&self, check: &Check) -> String {
        let mut out = self.probe(&check.probe);
        if let Some(seconds) = check.within {
            out += &self.words.fill("check_within", &[("time", &self.words.duration(seconds))]);
        }
        if let Some(seconds) = check.every {
            out += &self.words.fill("check_every", &[("time", &self.words.duration(seconds))]);
        }
        if let Some(seconds) = check.holds {
            out += &self.words.fill("check_holds", &[("time", &self.words.duration(seconds))]);
        }
        out
    }

    /// Where a value comes from.
    pub fn source(&self, source: &Check) -> String {
        match &source.probe {
            Probe::Sh(script, None) => self.one_line(script, "command_below"),
            _ => self.check(source),
        }
    }

    fn probe(&self, probe: &Probe) -> String {
        let plan = &self.program.plan;
        let fill = |key: &str, what: &str| self.words.fill(key, &[("what", what)]);
        match probe {
            Probe::Http(http) => self.http(http),
            Probe::Tcp(address) => fill("check_tcp", &self.text(address)),
            Probe::Sql(resource, query, comparison) => {
                let on = &plan[*resource].common.name;
                let key = if comparison.is_some() { "check_sql" } else { "source_sql" };
                let answer = self.maybe(comparison.as_ref());
                self.words.fill(
                    key,
                    &[("query", &self.one_line(&query.text, "query_below")), ("on", on), ("answer", &answer)],
                )
            }
            Probe::Sh(script, comparison) => {
                let key = if comparison.is_some() { "check_sh" } else { "check_sh_ok" };
                let answer = self.maybe(comparison.as_ref());
                self.words.fill(key, &[("command", &self.one_line(script, "command_below")), ("answer", &answer)])
            }
            Probe::File(path, test) => self.file_test(&self.text(path), test),
            Probe::Healthy(service) => fill("check_healthy", &self.thing(Thing::Service(*service))),
            Probe::Running(service) => fill("check_running", &self.thing(Thing::Service(*service))),
            Probe::Ask(question) => self.text(question),
            Probe::Passed(procedure) => fill("check_passed", &self.label(&plan[*procedure].common)),
            Probe::Signal(signal, comparison) => {
                format!("{} {}", self.label(&plan[*signal].common), self.comparison(comparison))
            }
            Probe::Not(check) => fill("check_not", &self.check(check)),
            Probe::All(checks) => self.several(checks, "and"),
            Probe::Any(checks) => self.several(checks, "or"),
        }
    }

    fn several(&self, checks: &[Check], word: &str) -> String {
        let nested = |check: &Check| {
            let text = self.check(check);
            let compound = matches!(&check.probe, Probe::All(list) | Probe::Any(list) if list.len() > 1);
            if compound { format!("({text})") } else { text }
        };
        self.words.join(&checks.iter().map(nested).collect::<Vec<_>>(), word)
    }

    fn maybe(&self, comparison: Option<&Comparison>) -> String {
        comparison.map(|c| self.comparison(c)).unwrap_or_default()
    }

    fn http(&self, http: &Http) -> String {
        let mut wanted = Vec::new();
        let status: Vec<String> = http.status.iter().map(u16::to_string).collect();
        let status = if status.is_empty() { "2xx".to_string() } else { self.words.join(&status, "or") };
        wanted.push(status);
        if let Some((path, comparison)) = &http.json {
            wanted.push(format!("{path} {}", self.maybe(comparison.as_ref())).trim_end().to_string());
        }
        if let Some(text) = &http.contains {
            wanted.push(self.words.fill("contains", &[("what", &self.text(text))]));
        }
        let request = format!("{} {}", http.method, self.text(&http.url));
        self.words.fill("check_http", &[("request", &request), ("answer", &wanted.join(", "))])
    }

    fn file_test(&self, path: &str, test: &FileTest) -> String {
        match test {
            FileTest::Exists => self.words.fill("check_file", &[("what", path)]),
            FileTest::Size(relation, value) => {
                let answer = format!("{} {}", symbol(*relation), self.value(value));
                self.words.fill("check_file_size", &[("what", path), ("answer", &answer)])
            }
            FileTest::Age(relation, value) => {
                let answer = format!("{} {}", symbol(*relation), self.value(value));
                self.words.fill("check_file_age", &[("what", path), ("answer", &answer)])
            }
        }
    }

    /// `> 5%`, `1% to 5%`, `contains “ok”`.
    pub fn comparison(&self, comparison: &Comparison) -> String {
        match comparison {
            Comparison::Is(relation, value) => format!("{} {}", symbol(*relation), self.value(value)),
            Comparison::Between(from, to) => {
                self.words.fill("between", &[("from", &self.value(from)), ("to", &self.value(to))])
            }
            Comparison::Contains(value) => self.words.fill("contains", &[("what", &self.value(value))]),
            Comparison::Matches(regex) => self.words.fill("matches", &[("what", regex)]),
            Comparison::Lines(relation, value) => {
                format!("{} {} {}", self.words.get("lines"), symbol(*relation), self.value(value))
            }
        }
    }

    /// A short command or query as it is; of a long one, that it follows.
    fn one_line(&self, script: &Script, below: &str) -> String {
        let text = script.text.value.trim();
        if text.contains('\n') || text.chars().count() > SHORT {
            return self.words.get(below).to_string();
        }
        format!("“{text}”")
    }

    /// A value with its unit, where a comparison of numbers has one.
    pub fn values(&self, values: &[Value]) -> String {
        values.iter().map(|v| self.value(v)).collect::<Vec<_>>().join(", ")
    }
}

fn symbol(relation: Relation) -> &'static str {
    match relation {
        Relation::Equal => "=",
        Relation::NotEqual => "≠",
        Relation::Less => "<",
        Relation::AtMost => "≤",
        Relation::Greater => ">",
        Relation::AtLeast => "≥",
    }
}
