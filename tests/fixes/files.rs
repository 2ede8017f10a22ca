//! What `--fix` does to files: whole or not at all, each once, links and permissions as they were.

use super::command::Place;

const HEAD: &str = "plan notes \"Notes\" { rto 30m }\n";
const WITHOUT_LIMIT: &str = r#"resource db : sqlite { path = "notes.db" }
backup before of db
phase migrate {
  take backup before
  step alter modifies db { sh "sqlite3 -bail notes.db < migrate.sql" }
}
rollback back of migrate {
  data_lost "notes"
  restore db from before
  verify notes { sql db "select 1" == 1 }
}
"#;

fn plan() -> String {
    format!("{HEAD}{WITHOUT_LIMIT}")
}

fn limited(text: &str) -> String {
    text.replace("modifies db {", "modifies db timeout 5m {")
}

#[test]
fn the_summary_says_what_can_be_repaired() {
    let both = plan().replace("sqlite {", "sqlite { allow broken-command because \"none\";");
    let place = Place::with(&[("plan.rbk", &both)]);
    let ran = place.run(&["check", "plan.rbk"]);
    assert!(ran.out.contains("2 warnings; 1 can be repaired with --fix (1 more with --unsafe-fixes)"), "{}", ran.out);
    assert!(ran.out.contains("= fix: remove the exception"), "{}", ran.out);
    assert!(ran.out.contains("= fix (unsafe): add `timeout 5m`"), "{}", ran.out);
    let ran = place.run(&["check", "plan.rbk", "--fix"]);
    assert!(ran.out.contains("plan.rbk: 1 repair\n  remove the exception"), "{}", ran.out);
    assert_eq!((ran.code, place.read("plan.rbk")), (1, plan()), "what is unsafe is left alone");
    let ran = place.run(&["check", "plan.rbk", "--fix", "--unsafe-fixes"]);
    assert_eq!((ran.code, place.read("plan.rbk")), (0, limited(&plan())));
    assert_eq!(place.run(&["check", "plan.rbk", "--unsafe-fixes"]).code, 2, "alone it means nothing");
}

#[test]
fn a_difference_is_shown_and_nothing_written() {
    let place = Place::with(&[("plan.rbk", &plan())]);
    let ran = place.run(&["check", "plan.rbk", "--diff", "--unsafe-fixes"]);
    assert!(ran.out.starts_with("--- a/plan.rbk\n+++ b/plan.rbk\n"), "{}", ran.out);
    assert!(ran.out.contains("\n-  step alter modifies db {"), "{}", ran.out);
    assert!(ran.out.contains("\n+  step alter modifies db timeout 5m {"), "{}", ran.out);
    assert_eq!((ran.code, place.read("plan.rbk")), (0, plan()));
}

#[test]
fn standard_input_comes_back_repaired() {
    let place = Place::with(&[]);
    let ran = place.fed(&["check", "-", "--fix", "--unsafe-fixes"], &plan());
    assert_eq!((ran.code, ran.out.as_str()), (0, limited(&plan()).as_str()));
    assert!(ran.err.contains("1 plan: no findings"), "{}", ran.err);
    let ran = place.fed(&["check", "-", "--fix"], &plan());
    assert_eq!((ran.code, ran.out.as_str()), (1, plan().as_str()), "unchanged, it comes back all the same");
}

#[test]
fn a_shared_file_is_repaired_once() {
    let plan = |name: &str| format!("plan {name} \"One\" {{ rto 30m }}\nuse \"shared/db.rbk\"\n");
    let (one, two) = (plan("one"), plan("two"));
    let place = Place::with(&[("one.rbk", &one), ("two.rbk", &two), ("shared/db.rbk", WITHOUT_LIMIT)]);
    let ran = place.run(&["check", ".", "--fix", "--unsafe-fixes"]);
    assert_eq!(ran.code, 0, "{}", ran.out);
    assert_eq!(place.read("shared/db.rbk"), limited(WITHOUT_LIMIT));
    assert_eq!((place.read("one.rbk"), place.read("two.rbk")), (one, two));
    assert!(ran.out.starts_with("shared/db.rbk: 1 repair\n"), "{}", ran.out);
}

#[cfg(unix)]
#[test]
fn links_and_permissions_stay() {
    use std::os::unix::fs::PermissionsExt;
    let place = Place::with(&[("real/plan.rbk", &plan())]);
    std::os::unix::fs::symlink("real/plan.rbk", place.path("plan.rbk")).unwrap();
    let mode = |name: &str| std::fs::metadata(place.path(name)).unwrap().permissions().mode() & 0o777;
    std::fs::set_permissions(place.path("real/plan.rbk"), PermissionsExt::from_mode(0o640)).unwrap();
    assert_eq!(
        place.run(&["check", "plan.rbk", "real/plan.rbk", "--fix", "--unsafe-fixes"]).code,
        1,
        "one name, twice"
    );
    assert!(place.path("plan.rbk").symlink_metadata().unwrap().file_type().is_symlink());
    assert_eq!(place.read("real/plan.rbk"), limited(&plan()));
    assert_eq!(mode("real/plan.rbk"), 0o640);
    assert_eq!(std::fs::read_dir(place.path("real")).unwrap().count(), 1, "nothing else is left there");
}

#[cfg(unix)]
#[test]
fn all_files_are_written_or_none() {
    use std::os::unix::fs::PermissionsExt;
    let other = plan().replace("plan notes", "plan other");
    let place = Place::with(&[("a.rbk", &plan()), ("b.rbk", &other)]);
    std::fs::set_permissions(place.path("b.rbk"), PermissionsExt::from_mode(0o444)).unwrap();
    let ran = place.run(&["check", ".", "--fix", "--unsafe-fixes"]);
    assert_eq!(ran.code, 2, "{}", ran.out);
    assert!(ran.err.contains("b.rbk can't be written: it is read-only"), "{}", ran.err);
    assert_eq!((place.read("a.rbk"), place.read("b.rbk")), (plan(), other));
    assert_eq!(std::fs::read_dir(place.path(".")).unwrap().count(), 2);
}

#[test]
fn programs_get_places_and_texts() {
    let place = Place::with(&[("plan.rbk", &plan())]);
    let ran = place.run(&["check", "plan.rbk", "--format", "json"]);
    let findings: Vec<serde_json::Value> = serde_json::from_str(&ran.out).unwrap();
    let fix = &findings[0]["fix"];
    assert_eq!(fix["title"], "add `timeout 5m` to `alter`");
    assert_eq!(fix["safe"], false);
    let edit = &fix["edits"][0];
    assert_eq!((&edit["file"], &edit["line"], &edit["column"]), (&"plan.rbk".into(), &6.into(), &25.into()));
    let at = usize::try_from(edit["start"].as_u64().unwrap()).unwrap();
    assert_eq!((&edit["end"], &edit["text"]), (&edit["start"], &" timeout 5m".into()));
    let mut text = plan();
    text.insert_str(at, edit["text"].as_str().unwrap());
    assert_eq!(text, limited(&plan()));
}

#[test]
fn the_standard_drivers_are_never_touched() {
    let place = Place::with(&[("plan.rbk", &plan())]);
    let root = env!("CARGO_MANIFEST_DIR");
    let driver = std::fs::read_to_string(format!("{root}/library/sqlite.rbk")).unwrap();
    place.run(&["check", "plan.rbk", "--fix", "--unsafe-fixes"]);
    assert!(!place.path("library").exists());
    assert_eq!(std::fs::read_to_string(format!("{root}/library/sqlite.rbk")).unwrap(), driver);
}
