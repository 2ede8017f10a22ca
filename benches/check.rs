//! How long `rbk check` takes: for one plan, for generated ones of 1,000 to 100,000 steps, and for many plans at once, side by side
//! with `bash -n` over the same commands. Runs are interleaved; the figure is the median. Prints a table for `docs/performance.md`.

use std::fmt::Write;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

const STEPS: [usize; 4] = [100, 1_000, 10_000, 100_000];

/// Something that is timed.
struct Subject {
    name: String,
    command: Vec<String>,
    runs: usize,
}

fn main() {
    let folder = std::env::temp_dir().join(format!("rbk-bench-{}", std::process::id()));
    fs::create_dir_all(&folder).expect("the temporary folder is writable");
    let subjects = subjects(&folder);
    let medians = measure(&subjects);
    print!("{}", table(&subjects, &medians));
    fs::remove_dir_all(&folder).expect("the temporary folder can be removed");
}

fn subjects(folder: &Path) -> Vec<Subject> {
    let rbk = env!("CARGO_BIN_EXE_rbk");
    let shop = Path::new(env!("CARGO_MANIFEST_DIR")).join("plans/shop.rbk");
    let subject = |name: String, runs: usize, command: &[&str]| Subject {
        name,
        runs,
        command: command.iter().map(ToString::to_string).collect(),
    };
    let mut subjects = vec![
        subject("`true`".into(), 40, &["true"]),
        subject("`rbk --version`".into(), 40, &[rbk, "--version"]),
        subject("`rbk check plans/shop.rbk`".into(), 40, &[rbk, "check", &shown(&shop)]),
    ];
    for steps in STEPS {
        let (plan, script) = write_plan(folder, steps);
        let runs = if steps > 10_000 { 5 } else { 15 };
        subjects.push(subject(format!("`rbk check`, {steps} steps"), runs, &[rbk, "check", &shown(&plan)]));
        subjects.push(subject(
            format!("`rbk build`, {steps} steps"),
            runs,
            &[rbk, "build", &shown(&plan), "--out", &shown(&folder.join("out"))],
        ));
        subjects.push(subject(format!("`bash -n`, {steps} steps"), runs, &["bash", "-n", &shown(&script)]));
    }
    let many = folder.join("many");
    fs::create_dir_all(&many).expect("the temporary folder is writable");
    for i in 0..1000 {
        fs::write(many.join(format!("p{i}.rbk")), plan(&format!("p{i}"), 100))
            .expect("the temporary folder is writable");
    }
    subjects.push(subject("`rbk check`, 1000 plans of 100 steps".into(), 5, &[rbk, "check", &shown(&many)]));
    subjects
}

fn shown(path: &Path) -> String {
    path.display().to_string()
}

fn write_plan(folder: &Path, steps: usize) -> (PathBuf, PathBuf) {
    let (path, script) = (folder.join(format!("s{steps}.rbk")), folder.join(format!("s{steps}.sh")));
    fs::write(&path, plan(&format!("s{steps}"), steps)).expect("the temporary folder is writable");
    let commands: String = (0..steps).map(|i| format!("{}\n", command(i))).collect();
    fs::write(&script, commands).expect("the temporary folder is writable");
    (path, script)
}

fn command(i: usize) -> String {
    format!("psql -X -v ON_ERROR_STOP=1 -h \"$db_host\" -f \"step_{i}.sql\" && echo \"step {i} done at $(date +%s)\"")
}

/// A phase of so many steps in stages of a hundred, and its rollback.
fn plan(name: &str, steps: usize) -> String {
    let mut text = format!(
        "plan {name} \"Generated\" {{ rto 10d }}\nparam db_host = \"db1\"\n\
         resource db : sqlite {{ path = \"x.db\" }}\nbackup before of db\n\nphase migrate {{\n  take backup before\n"
    );
    for i in 0..steps {
        if i % 100 == 0 {
            let _ = writeln!(text, "{}  stage part_{} \"Part {1}\" {{", if i > 0 { "  }\n" } else { "" }, i / 100);
        }
        let _ = writeln!(text, "    step s{i} \"Step {i}\" modifies db timeout 1m {{ sh \"\"\"{}\"\"\" }}", command(i));
    }
    text.push_str(
        "  }\n}\n\nrollback back of migrate {\n  data_lost \"rows written since\"\n  restore db from before\n",
    );
    text.push_str("  verify rows { sql db \"select count(*) from t\" >= 1 }\n}\n");
    text
}

/// The median of each subject's runs, taken in turn so that a slow moment of the machine hits all alike.
fn measure(subjects: &[Subject]) -> Vec<Duration> {
    let mut times: Vec<Vec<Duration>> = subjects.iter().map(|_| Vec::new()).collect();
    let rounds = subjects.iter().map(|subject| subject.runs).max().unwrap_or(0);
    for round in 0..rounds {
        for (subject, times) in subjects.iter().zip(&mut times).filter(|(subject, _)| round < subject.runs) {
            times.push(time(subject));
        }
    }
    times.iter_mut().for_each(|times| times.sort_unstable());
    times.iter().map(|times| times[times.len() / 2]).collect()
}

fn time(subject: &Subject) -> Duration {
    let mut command = Command::new(&subject.command[0]);
    command.args(&subject.command[1..]).stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
    let start = Instant::now();
    let status = command.status().expect("the program can be started");
    let took = start.elapsed();
    assert!(status.success(), "{} failed", subject.name);
    took
}

fn table(subjects: &[Subject], medians: &[Duration]) -> String {
    let base = medians[0].as_secs_f64();
    let mut out =
        String::from("| what | ms | × `true` | × the row of a tenth of the steps |\n| --- | --: | --: | --: |\n");
    for (i, (subject, median)) in subjects.iter().zip(medians).enumerate() {
        let seconds = median.as_secs_f64();
        let smaller = i
            .checked_sub(3)
            .filter(|j| grows(&subjects[*j].name, &subject.name))
            .map(|j| seconds / medians[j].as_secs_f64());
        let growth = smaller.map_or_else(String::new, |growth| format!("{growth:.1}"));
        let _ = writeln!(out, "| {} | {:.1} | {:.1} | {growth} |", subject.name, seconds * 1e3, seconds / base);
    }
    out
}

fn grows(smaller: &str, larger: &str) -> bool {
    let kind = |name: &str| name.split(", ").next().unwrap_or("").to_owned();
    smaller.ends_with("steps")
        && larger.ends_with(" steps")
        && kind(smaller) == kind(larger)
        && !larger.contains("plans")
}
