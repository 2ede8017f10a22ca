//! Lists of shell texts, hazards and harmless look-alikes, each put into a plan by itself: how many of the first does `rbk`
//! find, and in how many of the second does it find anything? Nothing in them is ever run. `cargo test --test corpus -- --nocapture`
//! prints both shares and every text that was judged otherwise.

#![allow(clippy::unwrap_used, missing_docs)]

#[path = "safety/harness.rs"]
#[allow(dead_code)]
mod harness;

use rbk::model::value::Script;
use rbk::shell;
use rbk::source::FileId;
use rbk::syntax::Text;
use std::collections::BTreeSet;
use std::fmt::Write;

/// Each was begun without sight of the rules; labels were corrected and look-alikes added by people who knew them.
const CORPORA: &[&str] =
    &["blind", "databases", "platforms", "hosts", "runbooks", "reviews", "teams", "catalogue", "practice"];
/// The smallest share of its hazards that is found.
const RECALL: f64 = 0.95;
/// The greatest share of its look-alikes in which anything is found.
const FALSE_ALARMS: f64 = 0.02;

struct Case {
    /// The rules that would be right; of a look-alike the one that must not fall for it.
    rules: Vec<String>,
    text: String,
    line: usize,
}

fn cases(file: &str) -> Vec<Case> {
    let path = format!("{}/tests/shell/corpus/{file}", env!("CARGO_MANIFEST_DIR"));
    let mut found: Vec<Case> = Vec::new();
    for (i, line) in std::fs::read_to_string(path).unwrap().lines().enumerate() {
        if let Some(rules) = line.strip_prefix("--- ") {
            let rules: Vec<String> = rules.split(" | ").map(str::to_owned).collect();
            found.push(Case { rules, text: String::new(), line: i + 1 });
        } else if let Some(case) = found.last_mut() {
            case.text.push_str(line);
            case.text.push('\n');
        }
    }
    found
}

/// The variables that the text reads and does not set.
fn unset(text: &str) -> BTreeSet<String> {
    let text = Text { value: text.to_owned(), map: vec![(0, 0)], file: FileId(0), raw: true };
    let parsed = shell::parse(&Script { text: text.into(), span: rbk::source::Span::default() });
    let given = |name: &str| rbk::model::BUILTINS.contains(&name) || rbk::model::CONTEXT.contains(&name);
    parsed.free_reads().map(|read| read.name.clone()).filter(|name| !given(name)).collect()
}

/// A plan that is sound but for the text, in which the rules of the case are asked at all: of a step that does not say what it
/// does, of one that says that it changes nothing or that it may be run again, of a rollback.
fn plan(case: &Case, hazard: bool) -> String {
    let about = |rule: &str| case.rules.iter().any(|other| other == rule);
    let first = |name: &str| case.rules.first().is_some_and(|rule| rule == name);
    let repeats = first("non-repeatable-on-resume");
    let back = first("evidence-destroyed") || repeats;
    let effect = match () {
        // Claimed of the text, which the rule compares with the claim.
        () if repeats => "destroys the_db repeatable",
        // A look-alike may well write a report, which its step would say.
        () if hazard && first("opaque-command") => "",
        () if back || about("undeclared-destruction") => "changes nothing",
        () => "destroys the_db",
    };
    let names = unset(&case.text);
    let mut plan = String::from("plan corpus \"Corpus\" { rto 90d }\n");
    for name in names.iter().filter(|name| name.to_uppercase() == **name) {
        writeln!(plan, "secret {name}").unwrap();
    }
    plan.push_str(
        "resource the_db : sqlite { path = \"/srv/corpus.db\" }\nbackup the_copy of the_db\n\nphase change {\n  take backup the_copy\n",
    );
    for name in names.iter().filter(|name| name.to_uppercase() != **name) {
        writeln!(plan, "  capture {name} = sh \"./look {name}\"").unwrap();
    }
    let text: String = case.text.lines().map(|line| format!("{line}\n")).collect();
    let step = format!("  step x {effect} timeout 1m {{\n    sh \"\"\"\n{text}\"\"\"\n  }}\n");
    let (there, here) = if back { (step.as_str(), "") } else { ("", step.as_str()) };
    write!(
        plan,
        "  step alter modifies the_db timeout 1m {{ sh \"./alter\" }}\n{here}}}\n\nrollback back of change {{\n  \
         data_lost \"rows written since\"\n{there}  restore the_db from the_copy\n  \
         verify rows {{ sql the_db \"select count(*) from t\" >= 1 }}\n}}\n"
    )
    .unwrap();
    plan
}

/// The rules that find something in the text.
fn found(case: &Case, hazard: bool) -> (Vec<&'static str>, String) {
    let plan = plan(case, hazard);
    let begin = plan.find("  step x ").unwrap();
    let end = begin + plan[begin..].find("\n\"\"\"\n  }\n").unwrap();
    let checked = harness::check("corpus.rbk", &plan);
    let inside = |span: rbk::source::Span| (begin..end).contains(&(span.start as usize));
    let mut rules: Vec<&str> = checked
        .diagnostics
        .iter()
        .filter(|d| d.labels.iter().any(|label| inside(label.span)))
        .map(|d| d.rule)
        .collect();
    let outside = checked.diagnostics.iter().filter(|d| !d.labels.iter().any(|label| inside(label.span)));
    let outside: Vec<&str> = outside.map(|d| d.rule).filter(|rule| *rule != "unused-declaration").collect();
    assert!(outside.is_empty(), "line {}: {outside:?} beside the text\n{}\n{}", case.line, case.text, checked.text());
    rules.sort_unstable();
    rules.dedup();
    (rules, checked.text())
}

#[test]
fn hazards_are_found_and_look_alikes_are_not() {
    CORPORA.iter().for_each(|name| judge(name));
}

#[allow(clippy::cast_precision_loss)] // some hundreds
fn judge(name: &str) {
    let files = [format!("{name}_hazards.txt"), format!("{name}_harmless.txt")];
    let [hazards, harmless] = files.each_ref().map(|file| cases(file));
    assert!(hazards.len() >= 140 && harmless.len() >= 150, "the corpus {name} is missing");
    let mut report = String::new();
    let (mut missed, mut alarms) = (0, 0);
    for case in &hazards {
        let (rules, _) = found(case, true);
        if !case.rules.iter().any(|rule| rules.contains(&rule.as_str())) {
            missed += 1;
            let Case { rules: wanted, text, line } = case;
            writeln!(report, "missed, {}:{line}: {wanted:?}, found {rules:?}\n{text}", files[0]).unwrap();
        }
    }
    for case in &harmless {
        let (rules, _) = found(case, false);
        if !rules.is_empty() {
            alarms += 1;
            writeln!(report, "false alarm, {}:{}: {rules:?}\n{}", files[1], case.line, case.text).unwrap();
        }
    }
    let recall = 1.0 - f64::from(missed) / hazards.len() as f64;
    let share = f64::from(alarms) / harmless.len() as f64;
    println!("{report}");
    println!("{name}: {} hazards, {missed} missed: recall {recall:.3}", hazards.len());
    println!("{name}: {} look-alikes, {alarms} false alarms: {share:.3}", harmless.len());
    assert!(recall >= RECALL, "{name}: recall {recall:.3}\n{report}");
    assert!(share <= FALSE_ALARMS, "{name}: false alarms {share:.3}\n{report}");
}
