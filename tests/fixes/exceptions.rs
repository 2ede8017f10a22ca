//! `allow`: in every block that a finding concerns, with a reason, and only as long as it is needed.

use super::command::Place;
use super::page;
use rbk::diagnostics::Level;
use rbk::safety::rules::{RULES, Rule};
use rbk::source::Sources;
use rbk::syntax::{Item, Literal, parse};

/// What a plan gives, in the library: rule and the byte ranges of the labels in the plan itself.
fn found(text: &str) -> Vec<(String, Vec<(u32, u32)>, String)> {
    let mut sources = Sources::default();
    let file = sources.add("plan.rbk", text);
    let load = |path: &str| Err(format!("no file {path}"));
    let compiled = rbk::compile(&mut sources, file, &load, 20_777);
    let spans = |d: &rbk::diagnostics::Diagnostic| {
        let own = d.labels.iter().filter(|label| label.span.file == file);
        own.map(|label| (label.span.start, label.span.end)).collect()
    };
    compiled.diagnostics.iter().map(|d| (d.rule.to_owned(), spans(d), d.message.clone())).collect()
}

/// Where an exception can be written: items, with the place for it: the beginning of their block, or, for declarations without
/// one, their end. Blocks that belong to a word in the middle of an item (`if`, checks) are none.
fn places<'t>(items: &'t [Item], top: bool, all: &mut Vec<(&'t Item, usize)>) {
    for item in items {
        if let Some(Literal::Block(block)) = item.atoms.last().map(|atom| &atom.value) {
            all.push((item, block.span.start as usize + 1));
            places(&block.items, false, all);
        } else if top {
            all.push((item, item.span.end as usize));
        }
    }
}

/// Is `allow` an option there? Blocks of commands, checks and the like take none.
fn takes_allow(text: &str) -> bool {
    let told = found(text);
    !told.iter().any(|(rule, _, message)| rule == "form" && message.contains("allow") || rule == "syntax")
        && !told.iter().any(|(rule, _, _)| ["form", "name", "type"].contains(&rule.as_str()))
}

fn allowed(rule: &Rule) -> usize {
    let (plan, _) = page(rule.page);
    let before = found(plan);
    let mut sources = Sources::default();
    let file = sources.add("plan.rbk", plan);
    let (tree, _) = parse(&sources, file);
    let mut all_places = Vec::new();
    places(&tree.items, true, &mut all_places);
    let mut worked = 0;
    for (item, at) in all_places {
        let head = matches!(&item.atoms[0].value, Literal::Word(word) if word == "plan");
        let end = if at == item.span.end as usize { "" } else { ";" };
        let text = format!("{} allow {} because \"a test\"{end}{}", &plan[..at], rule.name, &plan[at..]);
        if !takes_allow(&text) {
            continue;
        }
        let inside = |(start, end): &(u32, u32)| item.span.start <= *start && *end <= item.span.end;
        let concerned =
            before.iter().filter(|(name, labels, _)| name == rule.name && (head || labels.iter().any(inside)));
        let (concerned, all) = (concerned.count(), before.iter().filter(|(name, _, _)| name == rule.name).count());
        let after = found(&text);
        let left = after.iter().filter(|(name, _, _)| name == rule.name).count();
        assert_eq!(left, all - concerned, "{}: in the block at byte {at}\n{text}\n{after:?}", rule.name);
        let unused = after.iter().any(|(name, _, _)| name == "unused-allow");
        assert_eq!(unused, concerned == 0, "{}: in the block at byte {at}\n{text}", rule.name);
        worked += usize::from(concerned > 0);
    }
    worked
}

#[test]
fn every_rule_that_can_be_allowed_can_be_allowed_where_it_fires() {
    let rules = RULES.iter().filter(|rule| rule.can_be_allowed);
    let nowhere: Vec<&str> = rules.filter(|rule| allowed(rule) < 2).map(|rule| rule.name).collect();
    // The head of the plan, and at least one block besides; these concern the whole plan.
    let whole = ["overdue-review"];
    let missed: Vec<&&str> = nowhere.iter().filter(|name| !whole.contains(name)).collect();
    assert!(missed.is_empty(), "can't be allowed in the block that they concern: {missed:?}");
}

#[test]
fn the_others_say_what_answers_them() {
    for rule in RULES.iter().filter(|rule| !rule.can_be_allowed) {
        let (plan, _) = page(rule.page);
        let text = plan.replacen(" {", &format!(" {{ allow {} because \"a test\";", rule.name), 1);
        let place = Place::with(&[("plan.rbk", &text)]);
        let ran = place.run(&["check", "plan.rbk"]);
        let told = format!("error[impossible-allow]: `{}` can't be switched off", rule.name);
        assert!(ran.out.contains(&told), "{}", ran.out);
        assert!(ran.out.contains(&format!("[{}]", rule.name)), "{}: silenced all the same\n{}", rule.name, ran.out);
        let advice = page(rule.page).1.split_whitespace().take(2).collect::<Vec<_>>().join(" ");
        assert!(ran.out.contains(&format!("= help: {advice}")), "{}: no word of what to do\n{}", rule.name, ran.out);
    }
}

const PLAN: &str = r#"plan notes "Notes" { rto 30m }
resource db : sqlite { path = "notes.db" }
backup before of db
phase migrate {
  take backup before
  stage all "All of it" {
    step alter modifies db { ALLOW; sh "sqlite3 -bail notes.db < migrate.sql" }
  }
}
rollback back of migrate {
  data_lost "notes"
  restore db from before
  verify notes { sql db "select 1" == 1 }
}
"#;

fn told(allow: &str) -> Vec<(String, String)> {
    found(&PLAN.replace("ALLOW", allow)).into_iter().map(|(rule, _, message)| (rule, message)).collect()
}

#[test]
fn an_exception_needs_a_reason_and_a_rule_and_an_open_date() {
    assert_eq!(told("allow step-without-timeout because \"it is quick\""), []);
    assert_eq!(told("allow step-without-timeout because \"it is quick\" until 2026-11-20"), [], "the last day counts");
    assert_eq!(told("allow step-without-timeout until 2026-12-31 because \"it is quick\""), []);
    let (rule, message) = told("allow step-without-timeout").swap_remove(0);
    assert_eq!((rule.as_str(), message.as_str()), ("form", "`allow` needs a reason"));
    let (_, message) = told("allow step-without-timeout because \" \"").swap_remove(0);
    assert_eq!(message, "an empty reason is no reason");
    let (_, message) = told("allow step-without-timout because \"it is quick\"").swap_remove(0);
    assert_eq!(message, "there is no rule `step-without-timout`");
    let over = told("allow step-without-timeout because \"it is quick\" until 2026-11-19");
    assert_eq!(
        over,
        [("expired-allow".to_owned(), "the exception from `step-without-timeout` has run out".to_owned())]
    );
    assert_eq!(rbk::safety::rules::rule("expired-allow").unwrap().level, Level::Error);
    let rules = told("allow broken-command because \"none\"").into_iter().map(|(rule, _)| rule).collect::<Vec<_>>();
    assert_eq!(rules, ["step-without-timeout", "unused-allow"]);
    assert_eq!(rbk::safety::rules::rule("unused-allow").unwrap().level, Level::Warning);
}

#[test]
fn an_unknown_rule_is_corrected() {
    let text = PLAN.replace("ALLOW", "allow step-without-timout because \"it is quick\"");
    let place = Place::with(&[("plan.rbk", &text)]);
    assert!(place.run(&["check", "plan.rbk"]).out.contains("= help: did you mean `step-without-timeout`?"));
    assert_eq!(place.run(&["check", "plan.rbk", "--fix"]).code, 0);
    assert!(place.read("plan.rbk").contains("allow step-without-timeout because"));
}

#[test]
fn an_exception_that_one_variant_needs_is_used() {
    let variants = PLAN.replace("ALLOW;", "").replace("resource db", "variant how one_of [fast, slow]\nresource db");
    let text = variants.replace("phase migrate {", "phase migrate {\n  allow step-without-timeout because \"a test\"");
    let one = text.replace("step alter modifies db {", "step alter modifies db timeout 1m {");
    let rules = |text: &str| found(text).into_iter().map(|(rule, _, _)| rule).collect::<Vec<_>>();
    assert_eq!(rules(&text), Vec::<String>::new());
    assert_eq!(rules(&one), ["unused-allow", "unused-allow"], "once a variant; shown once");
}

#[test]
fn accepted_risks_are_counted_and_listed_and_stand_in_the_runbook() {
    let text = PLAN
        .replace("ALLOW", "allow step-without-timeout because \"it takes a second\" until 2027-01-31")
        .replace("path = \"notes.db\" }", "path = \"notes.db\" }\nresource log : files { dir = \"log\" }")
        .replace("modifies db {", "modifies db, log {")
        .replace("data_lost \"notes\"", "data_lost \"notes\"\n  not_restored log because \"nobody reads it\"");
    let place = Place::with(&[("plan.rbk", &text)]);
    let ran = place.run(&["check", "plan.rbk"]);
    assert_eq!(ran.out.lines().last(), Some("1 plan: no findings; 2 accepted risks"), "{}{}", ran.out, ran.err);
    let ran = place.run(&["check", "plan.rbk", "--accepted"]);
    assert!(
        ran.out.contains("plan.rbk:8:35: allow step-without-timeout: it takes a second (until 2027-01-31)\n"),
        "{}",
        ran.out
    );
    assert!(ran.out.contains(": not_restored log: nobody reads it\n"), "{}", ran.out);
    let ran = place.run(&["check", "plan.rbk", "--accepted", "--format", "json"]);
    let list: Vec<serde_json::Value> = serde_json::from_str(&ran.out).unwrap();
    assert_eq!(list.len(), 2, "{}", ran.out);
    assert_eq!(list[0]["accepted"], "allow step-without-timeout");
    assert_eq!(list[0]["until"], "2027-01-31");
    assert_eq!(list[1]["because"], "nobody reads it");
    let ran = place.run(&["build", "plan.rbk"]);
    assert_eq!(ran.code, 0, "{}", ran.out);
    let runbook = place.read("out/notes/RUNBOOK.md");
    let row = |reason: &str| runbook.lines().any(|line| line.starts_with('|') && line.contains(reason));
    assert!(row("it takes a second | 2027-01-31"), "{runbook}");
    assert!(row("nobody reads it"));
}
