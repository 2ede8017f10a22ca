//! A plan with every declaration, statement and option: each of its texts comes out.

use std::collections::BTreeSet;

use rbk::model::vocabulary::{Body, DECLARATIONS, Form, OPERATIONS, Opt, STATEMENT_OPTIONS, STATEMENTS};

const PLAN: &str = "tests/runbook/everything.rbk";

/// Words that begin with a capital M and go on in small letters are the marks.
fn marks(text: &str) -> BTreeSet<&str> {
    let words = text.split(|c: char| !c.is_ascii_alphanumeric());
    words.filter(|word| word.len() > 2 && word.starts_with('M')).collect()
}

fn code(text: &str) -> String {
    text.lines().filter(|line| !line.starts_with('#')).collect::<Vec<_>>().join("\n")
}

#[test]
fn every_text_of_a_plan_is_in_its_runbook() {
    let plan = super::read(PLAN);
    let shared = super::read("tests/runbook/shared.rbk");
    for language in ["en", "es"] {
        let plan = plan.replace("language en", &format!("language {language}"));
        let book = super::book(PLAN, &plan);
        let seen = marks(&book);
        let (own, used) = (code(&plan), code(&shared));
        let wanted: BTreeSet<&str> = marks(&own).into_iter().chain(marks(&used)).collect();
        assert!(wanted.len() > 250, "the plan has lost its marks");
        let missing: Vec<_> = wanted.difference(&seen).collect();
        assert!(missing.is_empty(), "not in the {language} runbook: {missing:?}");
    }
}

#[test]
fn the_files_beside_the_runbook_have_their_texts() {
    let files = super::books(PLAN, &super::read(PLAN)).remove(0);
    let names: Vec<&str> = files.iter().map(|file| file.name.as_str()).collect();
    assert_eq!(names, ["RUNBOOK.md", "checklist.md", "messages.md", "postmortem.md"]);
    let has = |name: &str, words: &[&str]| {
        let file = files.iter().find(|file| file.name == name).expect("it is there");
        for word in words {
            assert!(file.text.contains(word), "{name} lacks {word}");
        }
    };
    has("checklist.md", &["Mtitlelist", "Maudience", "Msection", "Mitemsh", "Mclosingitem", "- [ ] Mitem"]);
    has("messages.md", &["Mtitlenews", "Mcustomers", "Msubject", "Mtext ${reason} ${run}", "Mbyhand"]);
    has("postmortem.md", &["Mfield", "Mfielditem", "Maboutfield", "Mtitleclean", "Mtitleback"]);
}

#[test]
fn a_plan_without_them_has_only_a_runbook() {
    let files = super::books("notes.rbk", &super::read("plans/notes.rbk")).remove(0);
    let names: Vec<&str> = files.iter().map(|file| file.name.as_str()).collect();
    assert_eq!(names, ["RUNBOOK.md"]);
}

#[test]
fn the_plan_uses_every_word_of_the_language() {
    let plan = super::read(PLAN);
    let mut words = BTreeSet::new();
    DECLARATIONS.iter().chain(STATEMENTS).chain(OPERATIONS).for_each(|form| collect(form, &mut words));
    STATEMENT_OPTIONS.iter().for_each(|(_, options)| options.iter().for_each(|option| add(option, &mut words)));
    let of_plan: BTreeSet<&str> = plan.split(|c: char| c.is_whitespace() || "{};,[]()".contains(c)).collect();
    let missing: Vec<_> = words.difference(&of_plan).collect();
    assert!(missing.is_empty(), "the plan has everything but {missing:?}");
}

fn collect(form: &'static Form, words: &mut BTreeSet<&'static str>) {
    if !form.word.starts_with('<') {
        words.insert(form.word);
    }
    form.options.iter().for_each(|option| add(option, words));
    if let Body::Items(forms) | Body::Statements(forms) | Body::Settings(forms) = form.body {
        forms.iter().for_each(|form| collect(form, words));
    }
}

fn add(option: &'static Opt, words: &mut BTreeSet<&'static str>) {
    // The grades of a row stand there without a word.
    if option.word != "grades" {
        words.insert(option.word);
    }
    option.tail.iter().for_each(|option| add(option, words));
}
