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
