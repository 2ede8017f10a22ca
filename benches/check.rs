//! How long `rbk check` takes: for one plan, for generated ones of 100 to 10,000 steps, and for many plans at once, side by side
//! with `bash -n` over the same commands and with `ruff check --no-cache` over as many steps of Python: functions that do what the
//! steps do, with the rules that it has on by itself and with all that find nothing in them, as `rbk` has; and a line a step, which
//! does less. Runs are interleaved; the figures are medians of processor time (user and system, all threads) and of time on the clock. Prints a table for
//! `docs/performance.md`.

use std::fmt::Write;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

const RUFF: [&str; 3] = [
    "`ruff check --no-cache`, 1000 files of 100 such steps",
    "the same with `--select ALL`, but for the rules that find something",
    "`ruff check --no-cache`, 1000 files of 100 lines",
];
/// What `--select ALL` finds in the steps.
const FOUND: &str = "INP001,S603,S607,E501,CPY001,D203,D213,T201";
const STEPS: [usize; 3] = [100, 1_000, 10_000];

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
    print!("{}", beside_ruff(&subjects, &medians));
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
        let runs = if steps > 1_000 { 9 } else { 15 };
        subjects.push(subject(format!("`rbk check`, {steps} steps"), runs, &[rbk, "check", &shown(&plan)]));
        subjects.push(subject(
            format!("`rbk build`, {steps} steps"),
            runs,
            &[rbk, "build", &shown(&plan), "--out", &shown(&folder.join("out"))],
        ));
        subjects.push(subject(format!("`bash -n`, {steps} steps"), runs, &["bash", "-n", &shown(&script)]));
    }
    for (name, own) in [("like-many", false), ("many", true)] {
        let many = folder.join(name);
        let text = |i: usize| plan(&format!("p{i}"), 100, if own { i } else { 0 });
        write_many(&many, "rbk", text);
        let kind = if own { "commands of their own" } else { "the same commands" };
        subjects.push(subject(
            format!("`rbk check`, 1000 plans of 100 steps, {kind}"),
            7,
            &[rbk, "check", &shown(&many)],
        ));
    }
    if Command::new("ruff").arg("--version").output().is_ok_and(|output| output.status.success()) {
        let (steps, lines) = (folder.join("steps"), folder.join("lines"));
        write_many(&steps, "py", |i| {
            python(&["subprocess", "time"], &(0..100).map(|step| function(i, step)).collect::<String>())
        });
        write_many(&lines, "py", |i| python(&["subprocess"], &(0..100).map(|step| call(i, step)).collect::<String>()));
        let plain = ["ruff", "check", "--no-cache", &shown(&steps)];
        subjects.push(subject(RUFF[0].into(), 7, &plain));
        subjects.push(subject(RUFF[1].into(), 7, &[&plain[..], &["--select", "ALL", "--ignore", FOUND]].concat()));
        subjects.push(subject(RUFF[2].into(), 7, &["ruff", "check", "--no-cache", &shown(&lines)]));
    }
    subjects
}

fn python(imports: &[&str], steps: &str) -> String {
    let imports: String = imports.iter().map(|module| format!("import {module}\n")).collect();
    format!("\"\"\"Generated.\"\"\"\n\n{imports}\ndb_host = \"db1\"\n\n{steps}")
}

fn write_many(folder: &Path, extension: &str, text: impl Fn(usize) -> String) {
    fs::create_dir_all(folder).expect("the temporary folder is writable");
    for i in 0..1000 {
        fs::write(folder.join(format!("p{i}.{extension}")), text(i)).expect("the temporary folder is writable");
    }
}

/// A step in Python: its title, its commands, its limit.
fn function(plan: usize, step: usize) -> String {
    let call = call(plan, step);
    format!(
        "\ndef s{step}() -> None:\n    \"\"\"Step {step}.\"\"\"\n    {call}    print(f\"step {step} done at {{int(time.time())}}\")\n\n"
    )
}

/// The first command of a step, as a line of Python.
fn call(plan: usize, step: usize) -> String {
    format!(
        "subprocess.run([\"psql\", \"-X\", \"-v\", \"ON_ERROR_STOP=1\", \"-h\", db_host, \"-f\", \"step_{plan}_{step}.sql\"], check=True, timeout=60)\n"
    )
}

fn shown(path: &Path) -> String {
    path.display().to_string()
}

fn write_plan(folder: &Path, steps: usize) -> (PathBuf, PathBuf) {
    let (path, script) = (folder.join(format!("s{steps}.rbk")), folder.join(format!("s{steps}.sh")));
    fs::write(&path, plan(&format!("s{steps}"), steps, 0)).expect("the temporary folder is writable");
    let commands: String = (0..steps).map(|i| format!("{}\n", command(0, i))).collect();
    fs::write(&script, commands).expect("the temporary folder is writable");
    (path, script)
}

fn command(plan: usize, i: usize) -> String {
    format!(
        "psql -X -v ON_ERROR_STOP=1 -h \"$db_host\" -f \"step_{plan}_{i}.sql\" && echo \"step {i} done at $(date +%s)\""
    )
}

/// A phase of so many steps in stages of a hundred, and its rollback; `number` goes into each command.
fn plan(name: &str, steps: usize, number: usize) -> String {
    let mut text = format!(
        "plan {name} \"Generated\" {{ rto 10d }}\nparam db_host = \"db1\"\n\
         resource db : sqlite {{ path = \"x.db\" }}\nbackup before of db\n\nphase migrate {{\n  take backup before\n"
    );
    for i in 0..steps {
        if i % 100 == 0 {
            let _ = writeln!(text, "{}  stage part_{} \"Part {1}\" {{", if i > 0 { "  }\n" } else { "" }, i / 100);
        }
        let _ = writeln!(
            text,
            "    step s{i} \"Step {i}\" modifies db timeout 1m {{ sh \"\"\"{}\"\"\" }}",
            command(number, i)
        );
    }
    text.push_str(
        "  }\n}\n\nrollback back of migrate {\n  data_lost \"rows written since\"\n  restore db from before\n",
    );
    text.push_str("  verify rows { sql db \"select count(*) from t\" >= 1 }\n}\n");
    text
}

/// Milliseconds of one run.
#[derive(Debug, Clone, Copy)]
struct Time {
    /// Of the processors.
    used: f64,
    /// On the clock.
    clock: f64,
}

/// The medians of each subject's runs, taken in turn so that a slow moment of the machine hits all alike.
fn measure(subjects: &[Subject]) -> Vec<Time> {
    let mut times: Vec<Vec<Time>> = subjects.iter().map(|_| Vec::new()).collect();
    let rounds = subjects.iter().map(|subject| subject.runs).max().unwrap_or(0);
    for round in 0..rounds {
        for (subject, times) in subjects.iter().zip(&mut times).filter(|(subject, _)| round < subject.runs) {
            times.push(time(subject));
        }
    }
    let median = |times: &Vec<Time>, of: fn(&Time) -> f64| {
        let mut all: Vec<f64> = times.iter().map(of).collect();
        all.sort_unstable_by(f64::total_cmp);
        all[all.len() / 2]
    };
    times.iter().map(|all| Time { used: median(all, |t| t.used), clock: median(all, |t| t.clock) }).collect()
}

/// Bash knows what a process that it ran has used.
fn time(subject: &Subject) -> Time {
    let script = "TIMEFORMAT='%3R %3U %3S'; time \"$@\" >/dev/null 2>&1";
    let output = Command::new("bash").args(["-c", script, "bash"]).args(&subject.command).stdin(Stdio::null()).output();
    let output = output.expect("bash can be started");
    assert!(output.status.success(), "{} failed", subject.name);
    let told = String::from_utf8_lossy(&output.stderr).into_owned();
    let seconds: Vec<f64> = told.split_whitespace().filter_map(|number| number.parse().ok()).collect();
    let [clock, user, system] = seconds[..] else { panic!("{}: {told}", subject.name) };
    Time { used: (user + system) * 1e3, clock: clock * 1e3 }
}

fn table(subjects: &[Subject], medians: &[Time]) -> String {
    let mut out = String::from(
        "| what | processor, ms | clock, ms | × the row of a tenth of the steps |\n| --- | --: | --: | --: |\n",
    );
    for (i, (subject, median)) in subjects.iter().zip(medians).enumerate() {
        let smaller = i
            .checked_sub(3)
            .filter(|j| grows(&subjects[*j].name, &subject.name))
            .map(|j| median.used / medians[j].used);
        let growth = smaller.map_or_else(String::new, |growth| format!("{growth:.1}"));
        let _ = writeln!(out, "| {} | {:.0} | {:.0} | {growth} |", subject.name, median.used, median.clock);
    }
    out
}

/// How many times as long as `ruff` it takes.
fn beside_ruff(subjects: &[Subject], medians: &[Time]) -> String {
    let at = |name: &str| subjects.iter().position(|subject| subject.name == name);
    let ruff: Vec<usize> = RUFF.iter().filter_map(|name| at(name)).collect();
    let [plain, all, lines] = ruff[..] else {
        return "\n`ruff` is not installed (`pip install ruff`): nothing to compare with.\n".to_owned();
    };
    let mut out = String::from(
        "\n| times as long as ruff takes for | such steps: processor | clock | with all rules: processor | clock | a line a step: processor | clock |\n\
         | --- | --: | --: | --: | --: | --: | --: |\n",
    );
    for (subject, median) in subjects.iter().zip(medians).filter(|(subject, _)| subject.name.contains("1000 plans")) {
        let _ = write!(out, "| {} ", subject.name);
        for ruff in [plain, all, lines].map(|index| medians[index]) {
            let _ = write!(out, "| {:.2} | {:.2} ", median.used / ruff.used, median.clock / ruff.clock);
        }
        out.push_str("|\n");
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
