//! The analysis, on whole plans and on programs built by hand.

#![allow(clippy::unwrap_used, missing_docs)]

#[path = "safety/harness.rs"]
#[allow(dead_code)]
mod harness;

#[test]
fn look() {
    let Ok(path) = std::env::var("LOOK") else { return };
    for path in path.split(' ') {
        let checked = harness::check(path, &std::fs::read_to_string(path).unwrap());
        println!("{path}\n{}", checked.text());
        if std::env::var("MATRIX").is_ok() {
            println!("{}", checked.matrix());
        }
    }
}

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
