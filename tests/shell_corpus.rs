//! Lines of shell with the finding that each deserves, and harmless ones that look alike: what the rules about commands find of
//! the first (recall) and say about the second (false alarms).
//!
//! `corpus/hazards.txt` has `rule: command` on each line, `corpus/harmless.txt` has commands; `\n` and `\\` are decoded.

#![allow(clippy::unwrap_used, missing_docs)]

#[path = "safety/harness.rs"]
#[allow(dead_code)]
mod harness;

use rbk::diagnostics::Diagnostic;
use rbk::safety::rules::rule;
use std::collections::HashSet;
use std::fmt::Write;

/// The families of rules about commands: running, shell, secrets; and those about destruction that look at commands.
fn is_about_commands(name: &str) -> bool {
    const OTHERS: &[&str] =
        &["target-of-everything", "delete-where-move-would-do", "evidence-destroyed", "fixed-sleep"];
    let code = rule(name).map_or("", |rule| rule.code);
    code.starts_with("R7")
        || code.starts_with("R8")
        || code.starts_with("R95")
        || OTHERS.contains(&name)
        || name == "masked-failure"
}

fn lines(text: &'static str) -> Vec<&'static str> {
    text.lines().filter(|line| !line.trim().is_empty() && !line.starts_with("## ")).collect()
}

/// Variables of a command that a plan has to know.
fn variables(command: &str) -> HashSet<String> {
    let mut found = HashSet::new();
    for (at, _) in command.match_indices('$') {
        let rest = command[at + 1..].trim_start_matches('{');
        let name: String = rest.chars().take_while(|c| c.is_ascii_alphanumeric() || *c == '_').collect();
        if name.starts_with(|c: char| c.is_ascii_lowercase()) && !rbk::model::BUILTINS.contains(&name.as_str()) {
            found.insert(name);
        }
    }
    found
}

/// What is found about the command itself.
fn findings(command: &str) -> Vec<Diagnostic> {
    let found = checked(command).diagnostics.into_iter();
    found.filter(|found| is_about_commands(found.rule) || rule(found.rule).is_none()).collect()
}

/// A command in a step of its own plan.
fn checked(command: &str) -> harness::Checked {
    let command = command.replace("\\n", "\n").replace("\\\\", "\\");
    let mut plan = String::from("plan corpus \"A line\" { rto 1h }\n");
    for name in variables(&command) {
        let _ = writeln!(plan, "param {name} = \"a value\"");
    }
    let secrets: HashSet<&str> =
        ["DB_PASSWORD", "REDIS_PASSWORD", "API_TOKEN", "PGPASSWORD", "REDISCLI_AUTH", "API_KEY"].into();
    for name in secrets.into_iter().filter(|name| command.contains(name)) {
        let _ = writeln!(plan, "secret {name} \"A secret\"");
    }
    let text = command.replace('\n', "\n    ");
    let _ = write!(plan, "phase p {{\n  step s changes nothing timeout 1m {{ sh \"\"\"\n    {text}\n  \"\"\" }}\n}}\n");
    harness::check("plan.rbk", &plan)
}

#[test]
fn hazards_are_found() {
    let (mut found, mut missed) = (0usize, Vec::new());
    let lines = lines(include_str!("shell/corpus/hazards.txt"));
    for line in &lines {
        let (wanted, command) = line.split_once(": ").unwrap();
        assert!(rule(wanted).is_some(), "no rule {wanted}");
        let got: Vec<&str> = findings(command).iter().map(|finding| finding.rule).collect();
        if got.contains(&wanted) {
            found += 1;
        } else {
            missed.push(format!("{line}\n    gives {got:?}"));
        }
    }
    println!("recall: {found} of {}", lines.len());
    assert!(missed.is_empty(), "missed:\n{}", missed.join("\n"));
    assert!(lines.len() >= 150, "only {} lines", lines.len());
}

/// Whatever a line is cut down to: nothing panics, and every place is a place of the plan.
#[test]
fn cut_lines_keep_their_places() {
    let lines = lines(include_str!("shell/corpus/hazards.txt"));
    for (number, line) in lines.iter().enumerate() {
        let command = line.split_once(": ").unwrap().1;
        let cuts: Vec<usize> = command.char_indices().map(|(at, _)| at).filter(|at| (at + number) % 9 == 0).collect();
        for at in cuts {
            for text in [format!("{}ñ", &command[..at]), format!("ñ{}", &command[at..])] {
                let checked = checked(&text);
                for label in checked.diagnostics.iter().flat_map(|finding| &finding.labels) {
                    let file = &checked.sources.file(label.span.file).text;
                    assert!(
                        file.get(label.span.start as usize..label.span.end as usize).is_some(),
                        "{text}: {label:?}"
                    );
                }
            }
        }
    }
}

#[test]
fn harmless_lines_are_left_alone() {
    let mut wrong = Vec::new();
    let lines = lines(include_str!("shell/corpus/harmless.txt"));
    for command in &lines {
        let got: Vec<String> =
            findings(command).iter().map(|found| format!("{}: {}", found.rule, found.message)).collect();
        if !got.is_empty() {
            wrong.push(format!("{command}\n    gives {got:?}"));
        }
    }
    println!("false alarms: {} of {}", wrong.len(), lines.len());
    assert!(wrong.is_empty(), "false alarms:\n{}", wrong.join("\n"));
    assert!(lines.len() >= 150, "only {} lines", lines.len());
}
