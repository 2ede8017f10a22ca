//! The analysis, on whole plans and on programs built by hand.

#![allow(clippy::unwrap_used, missing_docs)]

use rbk::safety::weakness::Weakness;

#[path = "safety/compare.rs"]
mod compare;
#[path = "safety/concrete.rs"]
mod concrete;
#[path = "safety/harness.rs"]
mod harness;
#[path = "safety/plans.rs"]
mod plans;
#[path = "safety/replay.rs"]
mod replay;

/// Every plan in `cases` gives the findings and the matrix beside it; `RBK_UPDATE=1` writes them.
#[test]
fn cases() {
    let folder = format!("{}/tests/safety/cases", env!("CARGO_MANIFEST_DIR"));
    let mut plans: Vec<_> = std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    plans.retain(|path| path.extension().is_some_and(|e| e == "rbk"));
    plans.sort();
    assert!(plans.len() > 10, "the cases are missing");
    let mut wrong = Vec::new();
    for path in plans {
        let name = path.file_name().unwrap().to_string_lossy().into_owned();
        let checked = harness::check(&name, &std::fs::read_to_string(&path).unwrap());
        let found = format!("{}\n{}", checked.text().trim_end(), checked.matrix());
        let expected = path.with_extension("expected");
        if std::env::var("RBK_UPDATE").is_ok() {
            std::fs::write(&expected, &found).unwrap();
        }
        if std::fs::read_to_string(&expected).unwrap_or_default() != found {
            wrong.push(format!("{name}:\n{found}"));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

/// Says of a plan where analysis and simulation disagree.
fn compare(text: &str) -> compare::Differences {
    let checked = harness::check("random.rbk", text);
    let Some((program, _)) = checked.analyses.first() else { panic!("{}{text}", checked.text()) };
    compare::differences(program, None)
}

/// The verdicts agree with those of brute force: none missed, and no false alarm where no branches are and only one phase is.
#[test]
fn verdicts_agree_with_brute_force() {
    let plans: u32 = std::env::var("RBK_PLANS").ok().and_then(|n| n.parse().ok()).unwrap_or(20_000);
    // The same plans every time, unless RBK_SEED says otherwise: a failure must be there again tomorrow.
    let seed: u8 = std::env::var("RBK_SEED").ok().and_then(|n| n.parse().ok()).unwrap_or(0);
    let share = plans.div_ceil(u32::from(SHARES));
    let all = std::thread::scope(|scope| {
        let workers: Vec<_> = (0..SHARES).map(|part| scope.spawn(move || brute_force(share, seed, part))).collect();
        workers.into_iter().map(|worker| worker.join().unwrap()).collect::<Vec<_>>()
    });
    let sum = |of: fn(&Counts) -> usize| all.iter().map(|(counts, _)| of(counts)).sum::<usize>();
    let (plans, verdicts, alarms) = (sum(|c| c.plans), sum(|c| c.verdicts), sum(|c| c.alarms));
    println!("{plans} plans, {verdicts} verdicts, {alarms} false alarms behind branches and earlier phases");
    let wrong: Vec<&String> = all.iter().filter_map(|(_, wrong)| wrong.as_ref()).collect();
    assert!(wrong.is_empty(), "{}", wrong[0]);
}

/// The plans are tried in so many shares, each with its own chance, on as many cores as there are.
const SHARES: u8 = 4;

#[derive(Debug, Clone, Copy, Default)]
struct Counts {
    plans: usize,
    verdicts: usize,
    alarms: usize,
}

/// Tries so many plans: what was counted, and the first disagreement.
fn brute_force(cases: u32, seed: u8, part: u8) -> (Counts, Option<String>) {
    use proptest::test_runner::{Config, RngAlgorithm, TestRng, TestRunner};
    let config = Config { cases, failure_persistence: None, ..Config::default() };
    let mut chance = [seed; 32];
    chance[0] = part;
    let mut runner = TestRunner::new_with_rng(config, TestRng::from_seed(RngAlgorithm::ChaCha, &chance));
    let counts = std::cell::Cell::new(Counts::default());
    let outcome = runner.run(&plans::plan(), |plan| {
        let text = plan.text();
        let compare::Differences { missed, alarms, verdicts } = compare(&text);
        let Counts { plans, verdicts: v, alarms: a } = counts.get();
        counts.set(Counts { plans: plans + 1, verdicts: v + verdicts, alarms: a + alarms.len() });
        proptest::prop_assert!(missed.is_empty(), "missed: {missed:#?}\n{text}");
        proptest::prop_assert!(plan.branches() || alarms.is_empty(), "false alarms: {alarms:#?}\n{text}");
        Ok(())
    });
    (counts.get(), outcome.err().map(|error| error.to_string()))
}

/// The run that a refusal tells is one that can happen, and it ends badly: for random plans.
#[test]
fn what_is_told_of_random_plans_ends_badly() {
    use proptest::strategy::{Strategy, ValueTree};
    use proptest::test_runner::{Config, RngAlgorithm, TestRng, TestRunner};
    let count = std::env::var("RBK_PLANS").ok().and_then(|n| n.parse().ok()).unwrap_or(300);
    let seed: u8 = std::env::var("RBK_SEED").ok().and_then(|n| n.parse().ok()).unwrap_or(2);
    let mut runner = TestRunner::new_with_rng(Config::default(), TestRng::from_seed(RngAlgorithm::ChaCha, &[seed; 32]));
    let (mut replayed, mut beyond) = (0, 0);
    for _ in 0..count {
        // Of a phase behind another the run that is told may lean on a copy that is only thought to be stale.
        let plan = plans::Plan { second: Vec::new(), ..plans::plan().new_tree(&mut runner).unwrap().current() };
        let checked = harness::check("random.rbk", &plan.text());
        let found = replay::all(&checked.analyses[0].0).unwrap_or_else(|why| panic!("{why}\n{}", plan.text()));
        replayed += found.replayed;
        beyond += found.beyond;
    }
    println!("{replayed} runs of {count} plans end badly, {beyond} say more than can be followed");
    assert!(replayed > count, "only {replayed} runs");
}

/// The same for every case here, and every page of a rule.
#[test]
fn what_is_told_of_cases_and_pages_ends_badly() {
    let root = env!("CARGO_MANIFEST_DIR");
    let mut plans: Vec<(String, String)> = Vec::new();
    for folder in ["tests/safety/cases", "docs/rules"] {
        for path in std::fs::read_dir(format!("{root}/{folder}")).unwrap().map(|entry| entry.unwrap().path()) {
            let text = std::fs::read_to_string(&path).unwrap();
            let name = path.file_name().unwrap().to_string_lossy().into_owned();
            match path.extension().and_then(|e| e.to_str()) {
                Some("rbk") => plans.push((name, text)),
                Some("md") => {
                    let fired = text.split("```rbk fires\n").nth(1).and_then(|rest| rest.split("```").next());
                    plans.push((name, fired.unwrap().to_owned()));
                }
                _ => {}
            }
        }
    }
    let (mut replayed, mut beyond) = (0, 0);
    for (name, text) in plans {
        for (program, _) in &harness::check(&name, &text).analyses {
            let found = replay::all(program).unwrap_or_else(|why| panic!("{name}: {why}"));
            replayed += found.replayed;
            beyond += found.beyond;
        }
    }
    println!("{replayed} runs end badly, {beyond} say more than the simulator knows");
    assert!(replayed >= 15, "only {replayed} runs are replayed, {beyond} are not");
}

/// Plans written by hand in which matters what no random plan holds.
fn telling() -> Vec<String> {
    let folder = format!("{}/tests/safety/telling", env!("CARGO_MANIFEST_DIR"));
    let mut paths: Vec<_> = std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    paths.sort();
    paths.iter().map(|path| std::fs::read_to_string(path).unwrap()).collect()
}

/// Of the plans written by hand, brute force says what the analysis says.
#[test]
fn brute_force_agrees_on_telling_plans() {
    for text in telling() {
        let found = compare(&text);
        assert!(found.missed.is_empty() && found.alarms.is_empty(), "{found:#?}\n{text}");
        assert!(found.verdicts > 0, "{text}");
    }
}

/// Whatever is left out of the analysis, brute force notices it.
#[test]
fn sabotage_is_noticed() {
    use proptest::strategy::{Strategy, ValueTree};
    use proptest::test_runner::{Config, RngAlgorithm, TestRng, TestRunner};
    let rng = TestRng::from_seed(RngAlgorithm::ChaCha, &[1; 32]);
    let mut runner = TestRunner::new_with_rng(Config::default(), rng);
    let mut unnoticed = Weakness::ALL.to_vec();
    let mut telling = telling().into_iter().chain(plans::telling().into_iter().map(|plan| plan.text()));
    for number in 1..=4000 {
        let text = telling.next().unwrap_or_else(|| plans::plan().new_tree(&mut runner).unwrap().current().text());
        let checked = harness::check("random.rbk", &text);
        let Some((program, _)) = checked.analyses.first() else { panic!("{}{text}", checked.text()) };
        let sound = compare::said(program, None);
        unnoticed.retain(|weakness| {
            let same = compare::said(program, Some(*weakness)) == sound;
            let noticed = !same && !compare::differences(program, Some(*weakness)).missed.is_empty();
            if noticed {
                println!("{weakness:?} is noticed by plan {number}");
            }
            !noticed
        });
        if unnoticed.is_empty() {
            break;
        }
    }
    assert!(unnoticed.is_empty(), "nobody notices {unnoticed:?}");
}

/// The plans of the repository give no finding: a rule that cries wolf gets switched off.
#[test]
fn the_plans_of_the_repository_are_clean() {
    let folder = format!("{}/plans", env!("CARGO_MANIFEST_DIR"));
    let entries = std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path());
    let plans: Vec<_> = entries.filter(|path| path.extension().is_some_and(|e| e == "rbk")).collect();
    assert!(plans.len() >= 7, "the plans are missing");
    for path in plans {
        let name = path.file_name().unwrap().to_string_lossy().into_owned();
        let checked = harness::check(&name, &std::fs::read_to_string(&path).unwrap());
        // Overdue ones are notes: a plan does not break because time passes.
        let clean = checked.diagnostics.iter().all(|d| d.level == rbk::diagnostics::Level::Note);
        assert!(clean, "{}", checked.text());
    }
}

/// The matrices of the repository's plans are those that somebody went through, line by line; `RBK_UPDATE=1` writes them.
#[test]
fn matrices_are_the_reviewed_ones() {
    let root = env!("CARGO_MANIFEST_DIR");
    let mut wrong = Vec::new();
    for entry in std::fs::read_dir(format!("{root}/plans")).unwrap().map(|entry| entry.unwrap().path()) {
        if entry.extension().is_none_or(|e| e != "rbk") {
            continue;
        }
        let stem = entry.file_stem().unwrap().to_string_lossy().into_owned();
        let checked = harness::check(&stem, &std::fs::read_to_string(&entry).unwrap());
        assert!(!checked.analyses.is_empty(), "{}", checked.text());
        for (analysis, matrix) in checked.analyses.iter().zip(checked.matrices()) {
            let variant = analysis.0.variant.as_ref().map_or_else(String::new, |variant| format!("-{variant}"));
            let path = format!("{root}/tests/safety/matrices/{stem}{variant}.txt");
            if std::env::var("RBK_UPDATE").is_ok() {
                std::fs::write(&path, &matrix).unwrap();
            }
            if std::fs::read_to_string(&path).unwrap_or_default() != matrix {
                wrong.push(format!("{path}:\n{matrix}"));
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}
