//! Rollback documents as their teams wrote them, in their own order and with their own commands: each is refused for the reasons
//! that it deserves, at the place that deserves it. `RBK_UPDATE=1` writes the expectations and the table of reasons.

#![allow(clippy::unwrap_used, missing_docs)]

#[path = "as_written/claims.rs"]
mod claims;

use claims::{Claim, Kind};
use rbk::diagnostics::{Diagnostic, Format, render};
use rbk::safety::rules::RULES;
use rbk::source::Sources;
use std::fmt::Write;
use std::path::{Path, PathBuf};

/// Days since 1970-01-01 of 2026-11-20: dated rules need a fixed day.
const TODAY: i64 = 20_777;

struct Checked {
    /// As it is called in messages: the document's folder and the procedure.
    name: String,
    path: PathBuf,
    sources: Sources,
    findings: Vec<Diagnostic>,
    claims: Vec<Claim>,
}

fn folder(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests").join(name)
}

/// Every plan in a folder and those below it; a file without a `plan` is used by others.
fn plans(within: &Path) -> Vec<Checked> {
    let walk = walkdir::WalkDir::new(within).sort_by_file_name().into_iter().map(|entry| entry.unwrap().into_path());
    let files = walk.filter(|path| path.extension().is_some_and(|e| e == "rbk"));
    let read = |path: PathBuf| (std::fs::read_to_string(&path).unwrap(), path);
    let is_plan = |text: &str| text.lines().any(|line| line.starts_with("plan "));
    files.map(read).filter(|(text, _)| is_plan(text)).map(|(text, path)| check(within, path, &text)).collect()
}

fn check(within: &Path, path: PathBuf, text: &str) -> Checked {
    let name = path.strip_prefix(within).unwrap().to_string_lossy().replace('\\', "/");
    let mut sources = Sources::default();
    let file = sources.add(name.as_str(), text);
    let load = |used: &str| std::fs::read_to_string(within.join(used)).map_err(|e| format!("{used}: {e}"));
    let findings = rbk::compile(&mut sources, file, &load, TODAY).diagnostics;
    Checked { claims: claims::read(text), name, path, sources, findings }
}

impl Checked {
    /// Where a finding's main place begins: the line, if it is in the plan itself.
    fn line(&self, finding: &Diagnostic) -> Option<usize> {
        let place = self.sources.place(finding.labels.first()?.span);
        let own = self.sources.file(finding.labels.first()?.span.file).name == self.name;
        own.then_some(place.line as usize)
    }

    fn meets(&self, claim: &Claim, finding: &Diagnostic) -> bool {
        finding.rule == claim.rule
            && match claim.lines {
                Some((from, to)) => self.line(finding).is_some_and(|line| from <= line && line <= to),
                None => true,
            }
    }

    /// The names of the rules with their places, what no claim expected, and the findings as a person sees them.
    fn expectation(&self) -> String {
        let entry = |finding: &&Diagnostic| {
            let line = self.line(finding).map_or("elsewhere".to_owned(), |line| format!("line {line}"));
            format!("  {line}: {}[{}]\n", finding.level.name(), finding.rule)
        };
        let claimed = |finding: &&Diagnostic| {
            self.claims.iter().any(|claim| claim.kind == Kind::Finds && self.meets(claim, finding))
        };
        let besides: String = self.findings.iter().filter(|f| !claimed(f)).map(|f| entry(&f)).collect();
        let mut out = String::from("rules\n");
        self.findings.iter().for_each(|finding| out.push_str(&entry(&finding)));
        write!(out, "found besides\n{}\n", if besides.is_empty() { "  nothing\n" } else { &besides }).unwrap();
        let text = render(Format::Human, false, &self.sources, &self.findings);
        out + text.trim_end() + "\n"
    }

    /// What the plan says of itself and is not so.
    fn lies(&self) -> Vec<String> {
        let lie = |claim: &Claim| {
            let found = self.findings.iter().any(|finding| self.meets(claim, finding));
            let known = RULES.iter().any(|rule| rule.name == claim.rule);
            let at = format!("{}:{}: {}", self.name, claim.at, claim.rule);
            match claim.kind {
                Kind::Finds if !known => Some(format!("{at} is no rule")),
                Kind::Finds if !found => Some(format!("{at} is not found there")),
                Kind::NotYet if found => Some(format!("{at} is found by now: say so")),
                _ => None,
            }
        };
        self.claims.iter().filter_map(lie).collect()
    }
}

/// Compares a file with what it should hold, or writes it.
fn compare(path: &Path, wanted: &str) -> Option<String> {
    if std::env::var("RBK_UPDATE").is_ok() {
        std::fs::write(path, wanted).unwrap();
    }
    let there = std::fs::read_to_string(path).unwrap_or_default();
    (there != wanted).then(|| format!("{} should be\n{wanted}", path.display()))
}

/// The table of reasons, from the plans' own claims.
fn table(plans: &[Checked]) -> String {
    let mut out = String::new();
    let mut document = "";
    for plan in plans {
        let (of, procedure) = plan.name.trim_end_matches(".rbk").split_once('/').unwrap();
        if of != document {
            write!(out, "\n## {of}\n\n| plan | line of the document | reason | found by |\n|---|---|---|---|\n")
                .unwrap();
            document = of;
        }
        for claim in &plan.claims {
            let by = match claim.kind {
                Kind::Finds => format!("`{}`", claim.rule),
                Kind::NotYet => format!("not yet: needs `{}`", claim.rule),
            };
            let reason = claim.reason.replace('|', "\\|");
            writeln!(out, "| {procedure} | {} | {reason} | {by} |", claim.source).unwrap();
        }
    }
    out
}

/// Every plan is refused at the places, and for the reasons, that it names itself; the expectation lists what else is found.
#[test]
fn documents_are_refused_for_the_reasons_that_they_deserve() {
    let within = folder("safety/as-written");
    let plans = plans(&within);
    let mut wrong = Vec::new();
    for plan in &plans {
        assert!(plan.claims.iter().any(|c| c.kind == Kind::Finds), "{} names no reason", plan.name);
        wrong.extend(compare(&plan.path.with_extension("expected"), &plan.expectation()));
        wrong.extend(plan.lies());
    }
    let readme = within.join("README.md");
    let text = std::fs::read_to_string(&readme).unwrap();
    let (head, _) = text.split_once("<!-- reasons -->\n").expect("the table's mark is missing");
    wrong.extend(compare(&readme, &format!("{head}<!-- reasons -->\n{}", table(&plans))));
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    let documents: std::collections::BTreeSet<&str> = plans.iter().map(|p| p.name.split('/').next().unwrap()).collect();
    assert_eq!(documents.len(), 5, "a document is missing: {documents:?}");
}

/// Every shell block of the documents, as it stands there.
#[test]
fn every_block_of_the_documents() {
    let plans = plans(&folder("shell/sources"));
    let blocks: usize =
        plans.iter().map(|p| p.sources.files().next().unwrap().1.text.matches("\n  step ").count()).sum();
    assert_eq!(blocks, BLOCKS);
    let mut wrong = Vec::new();
    for plan in &plans {
        wrong.extend(compare(&plan.path.with_extension("expected"), &plan.expectation()));
        wrong.extend(plan.lies());
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

/// How many shell blocks the five documents have: 77 that are marked as such, 31 in the one that is plain text.
const BLOCKS: usize = 108;
