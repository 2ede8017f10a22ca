//! Repairs: what `rbk check --fix` makes of plans, by data and by the pages of the rules.
//!
//! `cases/NAME.rbk` is repaired to `NAME.fixed`, with `--unsafe-fixes` to `NAME.unsafe` where that is more. `RBK_UPDATE=1`
//! writes both anew.

#![allow(clippy::unwrap_used, missing_docs)]

#[path = "fixes/command.rs"]
mod command;
#[path = "fixes/exceptions.rs"]
mod exceptions;
#[path = "fixes/files.rs"]
mod files;

use command::{Place, Told};
use rbk::safety::rules::RULES;
use std::collections::BTreeSet;

const SAFE: &[&str] = &["--fix"];
const ALL: &[&str] = &["--fix", "--unsafe-fixes"];

/// A plan after `--fix`, with what was found before and is found now.
struct Mended {
    text: String,
    before: Vec<Told>,
    after: Vec<Told>,
}

fn mend(text: &str, how: &[&str]) -> Mended {
    let place = Place::with(&[("plan.rbk", text)]);
    let before = place.findings("plan.rbk");
    place.run(&[&["check", "plan.rbk"], how].concat());
    let after = place.findings("plan.rbk");
    Mended { text: place.read("plan.rbk"), before, after }
}

/// What must be true of every repaired plan.
fn sound(name: &str, text: &str, how: &[&str]) -> Mended {
    let mended = mend(text, how);
    let risky = how.contains(&"--unsafe-fixes");
    let told: BTreeSet<(&str, &str)> = mended.before.iter().map(|f| (f.rule.as_str(), f.message.as_str())).collect();
    for finding in &mended.after {
        let known = told.contains(&(finding.rule.as_str(), finding.message.as_str()));
        assert!(known, "{name}: {how:?} brought a finding: {}: {}\n{}", finding.rule, finding.message, mended.text);
        let mendable = finding.fix.is_some_and(|safe| safe || risky);
        assert!(!mendable, "{name}: {how:?} left what it can repair: {}\n{}", finding.message, mended.text);
    }
    let again = mend(&mended.text, how);
    assert_eq!(again.text, mended.text, "{name}: {how:?} changes what it has repaired");
    mended
}

#[test]
fn plans_are_repaired_as_shown() {
    let update = std::env::var("RBK_UPDATE").is_ok();
    let folder = format!("{}/tests/fixes/cases", env!("CARGO_MANIFEST_DIR"));
    let mut seen = 0;
    for entry in std::fs::read_dir(&folder).unwrap() {
        let path = entry.unwrap().path();
        if path.extension().is_none_or(|extension| extension != "rbk") {
            continue;
        }
        seen += 1;
        let name = path.file_stem().unwrap().to_string_lossy().into_owned();
        let text = std::fs::read_to_string(&path).unwrap();
        let (safe, all) = (sound(&name, &text, SAFE), sound(&name, &text, ALL));
        assert_ne!(all.text, text, "{name}: nothing is repaired");
        let wanted =
            [("fixed", safe.text.clone()), ("unsafe", if all.text == safe.text { String::new() } else { all.text })];
        for (extension, wanted) in wanted {
            let file = path.with_extension(extension);
            if update && wanted.is_empty() {
                let _ = std::fs::remove_file(&file);
            } else if update {
                std::fs::write(&file, &wanted).unwrap();
            }
            assert_eq!(std::fs::read_to_string(&file).unwrap_or_default(), wanted, "{name}.{extension}");
        }
    }
    assert!(seen >= 12, "only {seen} cases");
}

/// The plan of a page that fires, and what the page says about how to fix it.
fn page(page: &str) -> (&str, &str) {
    let (_, rest) = page.split_once("```rbk fires\n").unwrap();
    let (plan, _) = rest.split_once("```").unwrap();
    (plan, page.split_once("## How to fix it").unwrap().1)
}

#[test]
fn the_repairs_of_the_pages_do_what_they_promise() {
    let update = std::env::var("RBK_UPDATE").is_ok();
    let mut wrong = Vec::new();
    let mut repaired = 0;
    for rule in RULES {
        let (plan, advice) = page(rule.page);
        let before = mend(plan, &["--diff"]).before;
        let fixes: Vec<bool> = before.iter().filter_map(|finding| finding.fix).collect();
        for (safe, sentence) in
            [(true, "`rbk check --fix` does it"), (false, "`rbk check --fix --unsafe-fixes` does it")]
        {
            if update && fixes.contains(&safe) && !advice.contains(sentence) {
                let path = format!("{}/docs/rules/{}.md", env!("CARGO_MANIFEST_DIR"), rule.name);
                let text = std::fs::read_to_string(&path).unwrap();
                std::fs::write(&path, format!("{}\n\n{sentence}.\n", text.trim_end())).unwrap();
            } else if advice.contains(sentence) != fixes.contains(&safe) {
                let has = if fixes.contains(&safe) { "has" } else { "has not" };
                wrong.push(format!("{}: it {has} such a repair, and the page says otherwise: {sentence}", rule.name));
            }
        }
        if fixes.is_empty() {
            continue;
        }
        repaired += 1;
        let how = if fixes.contains(&false) { ALL } else { SAFE };
        let mended = sound(rule.name, plan, how);
        assert_ne!(mended.text, plan, "{}", rule.name);
        assert!(!mended.after.iter().any(|f| f.rule == rule.name), "{}: still found\n{}", rule.name, mended.text);
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    assert!(repaired >= 12, "only {repaired} pages have a repair");
}
