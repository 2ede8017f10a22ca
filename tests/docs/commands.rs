//! Commands in the documentation are run, and print what stands there: blocks ```` ```console ````, each `$ command` followed by its
//! output. A block ```` ```rbk NAME.rbk ```` is a file for them. The README's CI snippet is run line by line.

use super::{Block, blocks, root};
use std::fs;
use std::path::Path;
use std::process::Command;

/// Runs a shell command with `rbk` on the path; standard output and error in one text, and whether it ended well.
fn run(command: &str, folder: &Path, bin: &Path) -> (String, bool) {
    let path = format!("{}:{}", bin.display(), std::env::var("PATH").unwrap());
    let script = format!("exec 2>&1; {command}");
    let done = Command::new("bash")
        .args(["-euo", "pipefail", "-c", &script])
        .current_dir(folder)
        .env("PATH", path)
        .output()
        .unwrap();
    (String::from_utf8(done.stdout).unwrap(), done.status.success())
}

fn built() -> &'static Path {
    Path::new(env!("CARGO_BIN_EXE_rbk")).parent().unwrap()
}

#[test]
fn commands_print_what_stands_there() {
    let mut ran = 0;
    for page in ["README.md", "docs/script.md", "docs/safety.md"] {
        let path = root().join(page);
        let text = fs::read_to_string(&path).unwrap();
        let (fresh, count) = refreshed(&text);
        ran += count;
        if std::env::var_os("RBK_UPDATE").is_some() {
            fs::write(&path, fresh).unwrap();
        } else {
            similar_asserts(page, &text, &fresh);
        }
    }
    assert!(ran >= 2, "only {ran} commands were found");
}

fn similar_asserts(page: &str, there: &str, fresh: &str) {
    let differs = there.lines().zip(fresh.lines()).find(|(a, b)| a != b);
    assert!(there == fresh, "{page} does not show what is printed (RBK_UPDATE=1 writes it anew): {differs:?}");
}

/// The page with the outputs of its commands written anew, and how many commands there are.
fn refreshed(text: &str) -> (String, usize) {
    let folder = tempfile::tempdir().unwrap();
    let blocks = blocks(text);
    for (name, content) in blocks.iter().filter_map(file) {
        fs::write(folder.path().join(name), content).unwrap();
    }
    let (mut fresh, mut count) = (text.to_owned(), 0);
    for block in blocks.iter().filter(|block| block.info == "console") {
        let mut out = String::new();
        for command in block.text.lines().filter_map(|line| line.strip_prefix("$ ")) {
            let (printed, _) = run(command, folder.path(), built());
            out.push_str(&format!("$ {command}\n{printed}"));
            count += 1;
        }
        fresh = fresh.replacen(
            &format!("```console\n{}```", block.text),
            &format!("```console\n{}\n```", out.trim_end()),
            1,
        );
    }
    (fresh, count)
}

fn file(block: &Block) -> Option<(&str, &str)> {
    let name = block.info.strip_prefix("rbk ").filter(|name| name.ends_with(".rbk"))?;
    Some((name, &block.text))
}

#[test]
fn the_ci_snippet_works() {
    let readme = fs::read_to_string(root().join("README.md")).unwrap();
    let blocks = blocks(&readme);
    let snippet = blocks.iter().find(|block| block.info == "yaml").expect("the README has a CI snippet");
    let steps: Vec<&str> = snippet.text.lines().filter_map(|line| line.trim().strip_prefix("- run: ")).collect();
    assert!(steps.len() >= 3, "{steps:?}");
    let place = tempfile::tempdir().unwrap();
    let bin = place.path().join("bin");
    // The same commands as on a CI machine, but installed into a folder of ours, and built in a hurry.
    let settings = format!(
        "export CARGO_INSTALL_ROOT='{}' CARGO_PROFILE_RELEASE_LTO=off CARGO_PROFILE_RELEASE_CODEGEN_UNITS=16 \
         CARGO_PROFILE_RELEASE_OPT_LEVEL=1",
        place.path().display()
    );
    for step in steps {
        let (printed, well) = run(&format!("{settings}; {step}"), root(), &bin);
        assert!(well, "{step}:\n{printed}");
    }
}

#[test]
fn the_demonstration_works_and_leaves_nothing_behind() {
    let scratch = tempfile::tempdir().unwrap();
    let mut demo = Command::new(root().join("ci/demo"));
    let done = demo
        .env("RBK", env!("CARGO_BIN_EXE_rbk"))
        .env("TMPDIR", scratch.path())
        .current_dir(scratch.path())
        .output()
        .unwrap();
    let printed = String::from_utf8(done.stdout).unwrap();
    assert!(done.status.success(), "{printed}{}", String::from_utf8_lossy(&done.stderr));
    let results: Vec<&str> = printed.lines().filter(|line| line.starts_with("RESULT ")).collect();
    assert_eq!(results, ["RESULT 1 apply migrate failed", "RESULT 0 run full done", "RESULT 0 report - done"]);
    assert!(printed.contains("is within the RTO of 05:00\ntook "), "{printed}");
    assert!(printed.ends_with("the shop is as it was before the migration\n"), "{printed}");
    assert_eq!(fs::read_dir(scratch.path()).unwrap().count(), 0);
}
