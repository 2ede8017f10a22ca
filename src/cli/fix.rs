//! `rbk check --fix`: repairs are made, and kept if they do what they promise.
//!
//! In: plans with findings. Out: the plans as they are after it, the texts that changed, what was made and what was not. A round
//! makes all repairs that do not overlap and checks again; one that breaks a plan, brings errors or leaves its finding is undone
//! and tried in halves, until the culprit is found. Not its business: which findings have a repair, and the writing.

use super::plans::{Texts, Unit};
use crate::diagnostics::{Diagnostic, Fix, Level, apply, sorted};
use crate::model::LIBRARY;
use crate::source::{File, FileId};
use std::collections::{BTreeMap, BTreeSet};
use std::path::PathBuf;

/// Checks in all, at most.
const ROUNDS: usize = 500;

/// What became of the plans.
#[derive(Debug, Default)]
pub struct Repaired {
    /// The plans as they are now.
    pub units: Vec<Unit>,
    /// The files that have another text now, with the names under which they are reported.
    pub changed: BTreeMap<PathBuf, Changed>,
    /// Repairs that did not do what they promise, each with what came of it.
    pub undone: Vec<(Repair, &'static str)>,
}

/// A file that was repaired.
#[derive(Debug, Default)]
pub struct Changed {
    /// As users know it.
    pub name: String,
    /// Its text before.
    pub before: String,
    /// Its text now.
    pub after: String,
    /// What was done, in order.
    pub made: Vec<Repair>,
}

/// A repair in words: the rule that it is for, and its title.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Repair {
    /// The plan in which it was found.
    plan: String,
    /// The rule.
    pub rule: &'static str,
    /// The finding's message.
    message: String,
    /// What it does.
    pub title: String,
}

/// A repair that can be made.
struct Offer<'u> {
    repair: Repair,
    fix: &'u Fix,
    path: PathBuf,
    file: &'u File,
}

/// Checks the plans anew, with these texts in the place of their files.
pub type Check<'a> = &'a dyn Fn(&Texts) -> anyhow::Result<Vec<Unit>>;

/// Repairs all that can be repaired; `risky`: also what somebody has to look at.
pub fn repair(units: Vec<Unit>, risky: bool, check: Check<'_>) -> anyhow::Result<Repaired> {
    let mut repaired = Repaired { units, ..Repaired::default() };
    let mut texts = standard_input(&repaired.units);
    let mut refused = BTreeSet::new();
    let mut width = usize::MAX;
    for _ in 0..ROUNDS {
        let mut offers = offers(&repaired.units, risky);
        offers.retain(|offer| !refused.contains(&offer.repair));
        offers.truncate(width);
        let round = make(&offers);
        let made: Vec<&Repair> = round.values().flat_map(|changed| &changed.made).collect();
        if made.is_empty() {
            break;
        }
        let mut tried = texts.clone();
        tried.extend(round.iter().map(|(path, changed)| (path.clone(), changed.after.clone())));
        let after = check(&tried)?;
        match (worse(&repaired.units, &after, &made), made.as_slice()) {
            (None, _) => {
                texts = tried;
                repaired.units = after;
                keep(&mut repaired.changed, round);
                width = usize::MAX;
            }
            (Some(why), [culprit]) => {
                refused.insert((*culprit).clone());
                repaired.undone.push(((*culprit).clone(), why));
                width = usize::MAX;
            }
            (Some(_), several) => width = several.len() / 2,
        }
    }
    Ok(repaired)
}

/// Standard input can be read but once.
fn standard_input(units: &[Unit]) -> Texts {
    let read = units.iter().filter(|unit| unit.input.path.is_none());
    let whole = read.filter(|unit| !unit.findings().iter().any(|finding| finding.rule == "encoding"));
    whole.map(|unit| (unit.input.true_path(), unit.sources.file(FileId(0)).text.to_string())).collect()
}

/// The repairs of all findings, in order of their places. Those that reach into several files, or into a standard driver, are
/// not among them.
fn offers(units: &[Unit], risky: bool) -> Vec<Offer<'_>> {
    let mut found = Vec::new();
    for unit in units {
        for finding in sorted(unit.findings()) {
            let Some(fix) = finding.fix.as_ref().filter(|fix| fix.safe || risky) else { continue };
            let Some(id) = fix.edits.first().map(|edit| edit.span.file) else { continue };
            let file = unit.sources.file(id);
            if fix.edits.iter().any(|edit| edit.span.file != id) || is_standard(file) {
                continue;
            }
            let path = if id == FileId(0) { unit.input.true_path() } else { super::input::true_path(&file.name) };
            let repair = Repair {
                plan: unit.input.name.clone(),
                rule: finding.rule,
                message: finding.message.clone(),
                title: fix.title.clone(),
            };
            found.push(Offer { repair, fix, path, file });
        }
    }
    found
}

/// Does a file belong to the program?
fn is_standard(file: &File) -> bool {
    let name = file.name.strip_prefix("library/").and_then(|name| name.strip_suffix(".rbk"));
    name.is_some_and(|name| LIBRARY.iter().any(|(known, text)| *known == name && *text == file.text))
}

/// The files with the repairs made that do not overlap; a file that several plans use gets each once.
fn make(offers: &[Offer<'_>]) -> BTreeMap<PathBuf, Changed> {
    let mut by_file: BTreeMap<&PathBuf, Vec<&Offer<'_>>> = BTreeMap::new();
    for offer in offers {
        by_file.entry(&offer.path).or_default().push(offer);
    }
    let one = |(path, offers): (&PathBuf, Vec<&Offer<'_>>)| {
        let fixes: Vec<&Fix> = offers.iter().map(|offer| offer.fix).collect();
        let file = offers[0].file;
        let (after, made) = apply(&file.text, &fixes);
        let made = made.into_iter().map(|index| offers[index].repair.clone()).collect();
        (path.clone(), Changed { name: file.name.clone(), before: file.text.to_string(), after, made })
    };
    by_file.into_iter().map(one).collect()
}

fn keep(changed: &mut BTreeMap<PathBuf, Changed>, round: BTreeMap<PathBuf, Changed>) {
    for (path, new) in round.into_iter().filter(|(_, new)| !new.made.is_empty()) {
        match changed.entry(path) {
            std::collections::btree_map::Entry::Occupied(mut old) => {
                old.get_mut().after = new.after;
                old.get_mut().made.extend(new.made);
            }
            std::collections::btree_map::Entry::Vacant(place) => drop(place.insert(new)),
        }
    }
}

/// What is worse than before, if anything is.
fn worse(before: &[Unit], after: &[Unit], made: &[&Repair]) -> Option<&'static str> {
    for old in before {
        let Some(new) = after.iter().find(|new| new.input.name == old.input.name) else { continue };
        let (read, reads) = (!old.compiled.programs.is_empty(), !new.compiled.programs.is_empty());
        if count(new, |finding| finding.rule == "syntax") > count(old, |finding| finding.rule == "syntax")
            || read && !reads
        {
            return Some("the plan could not be read with it");
        }
        // A plan that could not be read before shows only now what is unsafe in it.
        let error = |finding: &Diagnostic| finding.level == Level::Error;
        if read == reads && count(new, error) > count(old, error) {
            return Some("it brought new errors");
        }
    }
    let told = |units: &[Unit], repair: &Repair| {
        let same = |finding: &Diagnostic| finding.rule == repair.rule && finding.message == repair.message;
        units.iter().filter(|unit| unit.input.name == repair.plan).map(|unit| count(unit, same)).sum::<usize>()
    };
    let idle = made.iter().any(|repair| told(after, repair) >= told(before, repair));
    idle.then_some("the finding remained")
}

/// How many findings of a plan are so.
fn count(unit: &Unit, wanted: impl Fn(&Diagnostic) -> bool) -> usize {
    sorted(unit.findings()).into_iter().filter(|finding| wanted(finding)).count()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::cli::{Color, Options, Paths, plans};
    use crate::diagnostics::Format;
    use crate::source::Span;

    const PLAN: &str = r#"plan notes "Notes" { rto 5m }
resource db : sqlite { path = "notes.db" }
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

    /// What becomes of the plan when its findings are changed before they are repaired.
    fn with(change: impl FnOnce(&mut Vec<Diagnostic>)) -> Repaired {
        let folder = tempfile::TempDir::new().unwrap();
        let path = folder.path().join("plan.rbk");
        std::fs::write(&path, PLAN).unwrap();
        let paths = Paths { paths: vec![path] };
        let options = Options {
            format: Format::Human,
            color: Color::Never,
            today: Some(20_777),
            stdin_filename: "standard-input.rbk".to_owned(),
        };
        let mut units = plans::compile_all(&paths, &options).unwrap();
        change(&mut units[0].compiled.diagnostics);
        repair(units, true, &|texts| plans::compile_with(&paths, &options, texts)).unwrap()
    }

    /// A finding with a repair that puts one text in the place of another.
    fn finding(wrong: &str, right: &str) -> Diagnostic {
        let start = u32::try_from(PLAN.find(wrong).unwrap()).unwrap();
        let span = Span { file: FileId(0), start, end: start + u32::try_from(wrong.len()).unwrap() };
        let fix = Fix::safe(format!("write {right}")).replace(span, right);
        Diagnostic::warning("test", format!("not {wrong}"), span, "").fix(fix)
    }

    fn undone(repaired: &Repaired) -> Vec<(&str, &str)> {
        repaired.undone.iter().map(|(repair, why)| (repair.title.as_str(), *why)).collect()
    }

    #[test]
    fn what_breaks_a_plan_is_undone_and_told() {
        let unreadable = "the plan could not be read with it";
        for (wrong, right, why) in [
            ("rollback back", "rollback { back", unreadable),
            ("of migrate", "of nothing", unreadable),
            ("  take backup before\n", "", "it brought new errors"),
        ] {
            let repaired = with(|findings| *findings = vec![finding(wrong, right)]);
            assert_eq!(undone(&repaired), [(format!("write {right}").as_str(), why)]);
            assert!(repaired.changed.is_empty(), "{right}");
        }
    }

    #[test]
    fn what_does_not_help_is_undone() {
        let comment = finding("rollback back", "# timeout 5m\nrollback back").fix;
        let repaired = with(|findings| findings[0].fix = comment);
        assert_eq!(undone(&repaired), [("write # timeout 5m\nrollback back", "the finding remained")]);
        assert!(repaired.changed.is_empty());
    }

    #[test]
    fn good_repairs_are_made_beside_bad_ones() {
        let repaired = with(|findings| findings.insert(0, finding("\"Notes\"", "of nothing")));
        assert_eq!(undone(&repaired), [("write of nothing", "the plan could not be read with it")]);
        let texts: Vec<&str> = repaired.changed.values().map(|changed| changed.after.as_str()).collect();
        assert_eq!(texts, [PLAN.replace("modifies db {", "modifies db timeout 5m {")]);
    }
}
