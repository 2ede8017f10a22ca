//! How much command text is read a second on one core, and its share of a whole check: distinct commands from very short to a
//! script of some lines, in plans of 10,000 steps. Prints a table for `docs/performance.md`; `cargo bench --bench shell`.

use rbk::model::value::Script;
use rbk::source::{Sources, Span};
use rbk::syntax::Text;
use std::fmt::Write;
use std::time::{Duration, Instant};

/// As the program has it.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

/// Makes the command of a step.
type Command = fn(usize) -> String;

const STEPS: usize = 10_000;

fn main() {
    let kinds = [("short", short as Command), ("a line", line), ("a script", script)];
    println!("| commands | bytes each | MB a second | µs each | share of the check |\n| --- | --: | --: | --: | --: |");
    for (name, command) in kinds {
        let texts: Vec<String> = (0..STEPS).map(command).collect();
        let bytes: usize = texts.iter().map(String::len).sum();
        let plan = plan(&texts);
        let mut runs: Vec<(Duration, Duration)> =
            (0..7).map(|_| (apart(|| read(&texts)), apart(|| check(&plan)))).collect();
        runs.sort_unstable_by_key(|(reading, _)| *reading);
        let reading = runs[runs.len() / 2].0.as_secs_f64();
        runs.sort_unstable_by_key(|(_, all)| *all);
        let all = runs[runs.len() / 2].1.as_secs_f64();
        #[allow(clippy::cast_precision_loss)] // sizes are small
        let (bytes, steps) = (bytes as f64, STEPS as f64);
        let (each, speed, cost) = (bytes / steps, bytes / reading / 1e6, reading * 1e6 / steps);
        println!("| {name} | {each:.0} | {speed:.1} | {cost:.1} | {:.0} % |", reading / all * 100.0);
    }
}

fn short(i: usize) -> String {
    format!("./migrate {i}")
}

fn line(i: usize) -> String {
    format!("psql -X -v ON_ERROR_STOP=1 -h \"$db_host\" -f \"step_{i}.sql\" && echo \"step {i} done at $(date +%s)\"")
}

fn script(i: usize) -> String {
    format!(
        "cd /srv/app\nif [ -f \"part_{i}.sql\" ]; then\n  # the part that needs a lock of its own\n  psql -X -v ON_ERROR_STOP=1 -h \"$db_host\" \\\n    \
         -f 'part_{i}.sql' > \"/var/log/app/part_{i}.log\"\nfi\nfor file in a b c; do\n  printf '%s %s\\n' \"$file\" {i} >> /var/log/app/done.log\ndone"
    )
}

/// The time of something in a thread of its own, which remembers nothing.
fn apart(work: impl Fn() + Sync) -> Duration {
    let timed = || {
        let start = Instant::now();
        work();
        start.elapsed()
    };
    std::thread::scope(|scope| scope.spawn(timed).join().expect("nothing panics"))
}

fn read(texts: &[String]) {
    let mut at = 0;
    for value in texts {
        let end = at + u32::try_from(value.len()).expect("texts are short");
        let span = Span { start: at, end, ..Span::default() };
        let text = Text { value: value.clone(), map: vec![(0, at)], file: span.file, raw: true };
        let parsed = rbk::shell::parse(&Script { text: text.into(), span });
        assert!(parsed.problems.is_empty(), "{value}");
        at = end;
    }
}

fn check(plan: &str) {
    let mut sources = Sources::default();
    let file = sources.add("generated.rbk", plan);
    let compiled = rbk::compile(&mut sources, file, &|path| Err(path.to_owned()), 20_777);
    assert_eq!(compiled.programs.len(), 1, "{:?}", compiled.diagnostics.first());
}

fn plan(texts: &[String]) -> String {
    let mut plan = String::from(
        "plan generated \"Generated\" { rto 10d }\nparam db_host = \"db1\"\nresource db : sqlite { path = \"x.db\" }\n\
         backup before of db\n\nphase migrate {\n  take backup before\n",
    );
    for (i, text) in texts.iter().enumerate() {
        let _ = writeln!(plan, "  step s{i} \"Step {i}\" modifies db timeout 1m {{ sh \"\"\"\n{text}\n\"\"\" }}");
    }
    plan.push_str("}\n\nrollback back of migrate {\n  data_lost \"rows written since\"\n  restore db from before\n");
    plan.push_str("  verify rows { sql db \"select count(*) from t\" >= 1 }\n}\n");
    plan
}
