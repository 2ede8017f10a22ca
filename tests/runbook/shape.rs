//! The outline, the numbers, the anchors; the same in every language.

const SHOP: &str = "plans/shop.rbk";
const EVERYTHING: &str = "tests/runbook/everything.rbk";

fn anchors(book: &str) -> Vec<&str> {
    book.split("<a id=\"").skip(1).filter_map(|rest| rest.split('"').next()).collect()
}

fn commands(book: &str) -> Vec<&str> {
    book.lines().filter(|line| line.starts_with("./rollback.sh") || line.starts_with("echo ")).collect()
}

#[test]
fn a_plan_with_everything_has_all_sections_in_order() {
    let book = super::book(EVERYTHING, &super::read(EVERYTHING));
    let numbers: Vec<u32> =
        book.lines().filter_map(|line| line.strip_prefix("## ")?.split_once('.')?.0.parse().ok()).collect();
    assert_eq!(numbers, (2..=16).collect::<Vec<_>>());
}

#[test]
fn a_section_without_content_is_left_out() {
    let book = super::book("notes.rbk", &super::read("plans/notes.rbk"));
    for absent in ["## 3.", "## 5.", "## 7.", "## 12.", "## 14.", "## 15.", "## 16."] {
        assert!(!book.contains(absent), "{absent}");
    }
    assert!(book.contains("## 2. Act now") && book.contains("## 8. The procedure"));
}

#[test]
fn page_one_has_one_command() {
    let book = super::book(SHOP, &super::read(SHOP));
    let page: String = book.split("## 4.").next().expect("a beginning").to_string();
    let blocks: Vec<&str> = page.split("```sh\n").skip(1).filter_map(|rest| rest.split("\n```").next()).collect();
    assert_eq!(blocks, ["./rollback.sh run full --env production", "./rollback.sh"]);
    for wanted in ["**RTO:** 15 min", "**RPO:** 1 h", "orders written after the migration", "+57 300 000 0000"] {
        assert!(page.contains(wanted), "{wanted}");
    }
}

#[test]
fn the_language_changes_words_but_neither_anchors_nor_commands() {
    let english = super::read(EVERYTHING);
    let spanish = english.replace("language en", "language es");
    let (english, spanish) = (super::book(EVERYTHING, &english), super::book(EVERYTHING, &spanish));
    assert_eq!(anchors(&english), anchors(&spanish));
    assert_eq!(commands(&english), commands(&spanish));
    assert!(spanish.contains("## 2. Actuar ya") && spanish.contains("restaurar db desde before"));
    assert!(english.contains("## 2. Act now") && english.contains("restore db from before"));
}

#[test]
fn anchors_of_steps_do_not_change_with_their_titles() {
    let plan = super::read(SHOP);
    let book = super::book(SHOP, &plan);
    assert!(book.contains("<a id=\"step-restore_db\"></a><a id=\"step-full-restore_db\"></a>"));
    let renamed =
        plan.replace("\"No order is missing\"", "\"Count them\"").replace("\"Database and code\"", "\"Back\"");
    assert_ne!(renamed, plan);
    assert_eq!(anchors(&book), anchors(&super::book(SHOP, &renamed)));
}

#[test]
fn steps_are_numbered_in_order_and_show_the_scripts_command_first() {
    let book = super::book(SHOP, &super::read(SHOP));
    let procedure = book.split("<a id=\"procedure-full\"></a>").nth(1).expect("the procedure");
    let procedure = procedure.split("<a id=\"procedure-").next().expect("its text");
    let headings: Vec<&str> = procedure.lines().filter_map(|line| line.strip_prefix("#### ")).collect();
    assert_eq!(headings[0], "1/7 · stop api");
    assert_eq!(headings[2], "3/7 · restore db from before_migration");
    assert_eq!(headings.len(), 7);
    for step in procedure.split("#### ").skip(1) {
        let first = step.split("```sh\n").nth(1).and_then(|rest| rest.lines().next()).expect("a command");
        assert!(first.starts_with("./rollback.sh run full --env production --only "), "{first}");
    }
}

#[test]
fn the_clock_adds_up() {
    let book = super::book(SHOP, &super::read(SHOP));
    let row = |step: &str| book.lines().find(|l| l.starts_with('|') && l.contains(step)).expect("a row").to_string();
    assert!(row("#step-full-stop_api").contains("| T+0 s |"));
    let take = row("#step-full-take_safety_copy");
    assert!(take.contains("| 3 min |"), "{take}");
}

#[test]
fn drivers_commands_come_with_their_values() {
    let book = super::book(SHOP, &super::read(SHOP));
    let step = book.split("<a id=\"step-full-restore_db\"></a>").nth(1).expect("the step");
    let step = step.split("<a id=\"step-").next().expect("its text");
    assert!(step.contains("host=\"$db_host\"\nport=\"$db_port\"\nuser='shop'\ndatabase='shop'"), "{step}");
    assert!(step.contains("pg_restore"), "{step}");
    assert!(!book.contains("PGPASSWORD="), "secrets by name only");
}

#[test]
fn a_point_of_no_return_is_a_section_with_a_box_and_a_checklist() {
    let book = super::book(SHOP, &super::read(SHOP));
    let point = book.split("<a id=\"point-mails\"></a>").nth(1).expect("the point");
    let section = point.split("<a id=\"step-").next().expect("its text");
    assert!(section.contains("> [!CAUTION]"), "{section}");
    assert!(section.contains("- [ ] Send 10,000 mails?"), "{section}");
    assert!(section.contains("(#procedure-links)"), "{section}");
}

#[test]
fn the_same_plan_gives_the_same_bytes_wherever_it_is() {
    for (path, text) in super::plans() {
        if text.contains("\nuse ") {
            continue;
        }
        let file = path.rsplit('/').next().expect("a name");
        let (here, there) = (super::books(&path, &text), super::books(&format!("/somewhere/else/{file}"), &text));
        assert_eq!(here, there, "{path}");
    }
}

#[test]
fn graphs_quote_their_labels() {
    for (path, text) in super::plans() {
        let book = super::book(&path, &text);
        let graph = book.split("```mermaid\n").nth(1).and_then(|rest| rest.split("\n```").next()).expect("a graph");
        assert!(graph.starts_with("flowchart TD\n"));
        for line in graph.lines().skip(1).filter(|line| line.contains('"')) {
            assert_eq!(line.matches('"').count(), 2, "{path}: {line}");
        }
    }
}
