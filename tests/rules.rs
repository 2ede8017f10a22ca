//! The pages of the rules are tests: the plan that fires gives the output shown, the one that passes gives none.
//! `RBK_UPDATE=1` writes the output into the pages.

#![allow(clippy::unwrap_used, missing_docs)]

#[path = "safety/harness.rs"]
#[allow(dead_code)]
mod harness;

use rbk::safety::rules::RULES;

/// A page cut at its fences: texts and blocks in turn.
struct Block {
    info: String,
    body: String,
}

fn blocks(page: &str) -> Vec<Block> {
    let mut found = Vec::new();
    let mut open: Option<Block> = None;
    for line in page.lines() {
        match (&mut open, line.strip_prefix("```")) {
            (None, Some(info)) => open = Some(Block { info: info.to_owned(), body: String::new() }),
            (Some(_), Some(_)) => found.extend(open.take()),
            (Some(block), None) => {
                block.body.push_str(line);
                block.body.push('\n');
            }
            (None, None) => {}
        }
    }
    assert!(open.is_none(), "a fence is not closed");
    found
}

#[test]
fn every_page_tells_the_truth() {
    let update = std::env::var("RBK_UPDATE").is_ok();
    let mut wrong = Vec::new();
    for rule in RULES {
        let path = format!("{}/docs/rules/{}.md", env!("CARGO_MANIFEST_DIR"), rule.name);
        let page = std::fs::read_to_string(&path).unwrap();
        assert!(page.starts_with(&format!("# {}\n", rule.name)), "{path} begins with another name");
        let blocks = blocks(&page);
        let [fires, shown, passes] = blocks.as_slice() else { panic!("{path} has not three blocks") };
        assert_eq!(
            (fires.info.as_str(), shown.info.as_str(), passes.info.as_str()),
            ("rbk fires", "text", "rbk passes")
        );
        let fired = harness::check("plan.rbk", &fires.body);
        let names: Vec<&str> = fired.diagnostics.iter().map(|d| d.rule).collect();
        if !names.contains(&rule.name) || names.iter().any(|name| *name != rule.name) {
            wrong.push(format!("{}: the first plan gives {names:?}\n{}", rule.name, fired.text()));
        }
        let level = fired.diagnostics.iter().find(|d| d.rule == rule.name).map(|d| d.level);
        if level.is_some_and(|level| level != rule.level) {
            wrong.push(format!("{}: another level than the list says", rule.name));
        }
        let text = format!("{}\n", fired.text().trim_end());
        let block = |body: &str| format!("```text\n{body}```\n");
        if update {
            std::fs::write(&path, page.replacen(&block(&shown.body), &block(&text), 1)).unwrap();
        } else if shown.body != text {
            wrong.push(format!("{}: the page shows\n{}but it is\n{text}", rule.name, shown.body));
        }
        let passed = harness::check("plan.rbk", &passes.body);
        if !passed.diagnostics.is_empty() {
            wrong.push(format!("{}: the second plan gives\n{}", rule.name, passed.text()));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn the_list_is_in_order_and_has_no_twins() {
    let codes: Vec<&str> = RULES.iter().map(|rule| rule.code).collect();
    let mut sorted = codes.clone();
    sorted.sort_unstable();
    sorted.dedup();
    assert_eq!(codes, sorted);
    let mut names: Vec<&str> = RULES.iter().map(|rule| rule.name).collect();
    names.sort_unstable();
    names.dedup();
    assert_eq!(names.len(), RULES.len());
}
