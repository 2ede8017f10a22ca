//! How the proof grows: in-process time from text to matrix for phases of 100 to 100,000 actions, the slope of the growth on a
//! log-log scale, and 10,000 actions with 50 procedures; once with few things, once with hundreds, where each action leads to a
//! state of its own. Prints tables for `docs/performance.md`; `cargo bench --bench analysis`.

use rbk::source::Sources;
use std::fmt::Write;
use std::time::{Duration, Instant};

/// As the program has it.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

/// What is generated.
#[derive(Clone, Copy)]
struct Shape {
    /// Actions of the change.
    actions: usize,
    /// Rollbacks of it.
    procedures: usize,
    /// Resources that it changes one after the other, each with a backup.
    resources: usize,
}

fn main() {
    let few = |actions| Shape { actions, procedures: 3, resources: 3 };
    let many = |actions| Shape { actions, procedures: 3, resources: 100 };
    let sizes = [100, 1_000, 10_000, 100_000];
    for (name, shape) in [("few things", &few as &dyn Fn(usize) -> Shape), ("a hundred resources", &many)] {
        let subjects: Vec<Shape> = sizes.iter().map(|&size| shape(size)).collect();
        let medians = medians(&subjects, 5);
        println!("| actions, {name} | ms | × the row above |\n| --- | --: | --: |");
        for (i, (shape, median)) in subjects.iter().zip(&medians).enumerate() {
            let growth = i.checked_sub(1).map(|j| median.as_secs_f64() / medians[j].as_secs_f64());
            let growth = growth.map_or_else(String::new, |growth| format!("{growth:.1}"));
            println!("| {} | {:.1} | {growth} |", shape.actions, median.as_secs_f64() * 1e3);
        }
        println!("\nslope: {:.2}; from 1,000 on: {:.2}\n", slope(&sizes, &medians), slope(&sizes[1..], &medians[1..]));
    }
    let large = [3, 100].map(|resources| Shape { actions: 10_000, procedures: 50, resources });
    println!("| 10,000 actions, 50 procedures | ms |\n| --- | --: |");
    for (shape, median) in large.iter().zip(medians(&large, 5)) {
        println!("| {} resources | {:.1} |", shape.resources, median.as_secs_f64() * 1e3);
    }
}

/// The median time of each, taken in turn so that a slow moment of the machine hits all alike; each run in a thread of its own, which
/// has nothing to forget from the one before.
fn medians(shapes: &[Shape], runs: usize) -> Vec<Duration> {
    let texts: Vec<String> = shapes.iter().map(|shape| plan(*shape)).collect();
    let mut times: Vec<Vec<Duration>> = vec![Vec::new(); shapes.len()];
    for _ in 0..runs {
        for (text, times) in texts.iter().zip(&mut times) {
            times.push(std::thread::scope(|scope| scope.spawn(|| time(text)).join().expect("nothing panics")));
        }
    }
    times.iter_mut().for_each(|times| times.sort_unstable());
    times.iter().map(|times| times[times.len() / 2]).collect()
}

fn time(text: &str) -> Duration {
    let mut sources = Sources::default();
    let file = sources.add("generated.rbk", text);
    let start = Instant::now();
    let compiled = rbk::compile(&mut sources, file, &|path| Err(path.to_owned()), 20_777);
    let took = start.elapsed();
    assert_eq!(compiled.programs.len(), 1, "{:?}", compiled.diagnostics.first());
    took
}

/// The slope of the line through the points, both axes logarithmic: 1 is linear.
fn slope(sizes: &[usize], times: &[Duration]) -> f64 {
    #[allow(clippy::cast_precision_loss)] // sizes are small
    let points: Vec<(f64, f64)> =
        sizes.iter().zip(times).map(|(&n, t)| ((n as f64).ln(), t.as_secs_f64().ln())).collect();
    #[allow(clippy::cast_precision_loss)]
    let count = points.len() as f64;
    let mean = |of: fn(&(f64, f64)) -> f64| points.iter().map(of).sum::<f64>() / count;
    let (x, y) = (mean(|p| p.0), mean(|p| p.1));
    let above: f64 = points.iter().map(|p| (p.0 - x) * (p.1 - y)).sum();
    above / points.iter().map(|p| (p.0 - x).powi(2)).sum::<f64>()
}

/// A phase that changes its resources in turn, and rollbacks that each restore a part of them and say that the rest stays.
fn plan(shape: Shape) -> String {
    let Shape { actions, procedures, resources } = shape;
    let mut text = String::from("plan generated \"Generated\" { rto 10d }\n\n");
    for r in 0..resources {
        let _ = writeln!(text, "resource r{r} : sqlite {{ path = \"r{r}.db\" }}\nbackup b{r} of r{r}");
    }
    text.push_str("service api : systemd { unit = \"api\"; writes r0 }\n\nphase go {\n  stop api\n");
    for r in 0..resources {
        let _ = writeln!(text, "  take backup b{r}");
    }
    for i in 0..actions.saturating_sub(resources + 2) {
        let _ = writeln!(
            text,
            "  step s{i} \"Step {i}\" modifies r{} timeout 1m {{ sh \"./step {i}\" }}",
            i * resources / actions
        );
    }
    text.push_str("  start api\n}\n");
    for p in 0..procedures {
        let mine: Vec<usize> =
            (0..resources).filter(|r| r % procedures.min(resources).max(1) == p % procedures.min(resources)).collect();
        let _ = writeln!(text, "\nrollback p{p} of go {{\n  data_lost \"rows\"");
        for r in (0..resources).filter(|r| !mine.contains(r)) {
            let _ = writeln!(text, "  not_restored r{r} because \"another one does\"");
        }
        text.push_str("  stop api\n");
        for r in &mine {
            let _ = writeln!(text, "  restore r{r} from b{r}\n  verify v{r} of r{r} {{ sql r{r} \"select 1\" == 1 }}");
        }
        text.push_str("  start api\n}\n");
    }
    text
}
