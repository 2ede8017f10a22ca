//! Compiling many plans, on all cores.
//!
//! In: the inputs. Out: one `Unit` a plan, in their order, whatever finished first.

use super::input::{self, Input};
use super::{Options, Paths};
use crate::diagnostics::{Diagnostic, Level};
use crate::source::{FileId, Sources, Span};
use crate::{Compiled, compile};
use std::collections::{BTreeMap, HashSet};
use std::path::PathBuf;
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};

/// Texts that take the place of files, by `input::true_path`.
pub type Texts = BTreeMap<PathBuf, String>;

/// A plan with its files and what was found in it.
#[derive(Debug)]
pub struct Unit {
    /// Where it came from.
    pub input: Input,
    /// Its files.
    pub sources: Sources,
    /// What it compiles to.
    pub compiled: Compiled,
}

impl Unit {
    /// The findings.
    pub fn findings(&self) -> &[Diagnostic] {
        &self.compiled.diagnostics
    }

    /// The worst finding.
    pub fn worst(&self) -> Option<Level> {
        self.findings().iter().map(|finding| finding.level).min()
    }

    fn is_plan(&self) -> bool {
        let text = self.sources.files().next().map_or("", |(_, file)| &*file.text);
        let begins =
            |line: &str| line.trim_start().strip_prefix("plan").is_some_and(|rest| rest.starts_with([' ', '\t']));
        text.lines().any(begins)
    }
}

/// Compiles the plans that the arguments mean.
pub fn compile_all(paths: &Paths, options: &Options) -> anyhow::Result<Vec<Unit>> {
    compile_with(paths, options, &Texts::new())
}

/// The same, with other texts in the place of some files.
pub fn compile_with(paths: &Paths, options: &Options, texts: &Texts) -> anyhow::Result<Vec<Unit>> {
    all(paths, options, texts, |_| {})
}

/// What is found in them, without their programs: of a thousand plans only the findings stay in memory.
pub fn findings(paths: &Paths, options: &Options) -> anyhow::Result<Vec<Unit>> {
    all(paths, options, &Texts::new(), |unit| unit.compiled.programs = Vec::new())
}

fn all(paths: &Paths, options: &Options, texts: &Texts, finish: fn(&mut Unit)) -> anyhow::Result<Vec<Unit>> {
    let inputs = input::find(&paths.paths, options)?;
    let one = |input: &Input| {
        let mut unit = unit(input, options, texts);
        unit.iter_mut().for_each(finish);
        unit
    };
    let mut units: Vec<Unit> = parallel(&inputs, one).into_iter().collect::<Result<_, _>>()?;
    set_aside_shared(&mut units);
    same_names(&mut units);
    Ok(units)
}

fn unit(input: &Input, options: &Options, texts: &Texts) -> anyhow::Result<Unit> {
    let mut sources = Sources::default();
    // To follow the links of every path costs more than it takes to read most plans.
    let other = |path: &dyn Fn() -> PathBuf| if texts.is_empty() { None } else { texts.get(&path()) };
    let (file, findings) = match other(&|| input.true_path()) {
        Some(text) => (sources.add(&input.name, text.as_str()), Vec::new()),
        None => input::read(input, &mut sources)?,
    };
    let load = |name: &str| match other(&|| input::true_path(name)) {
        Some(text) => Ok(text.clone()),
        None => input::load(name),
    };
    let compiled = if findings.is_empty() {
        compile(&mut sources, file, &load, options.today())
    } else {
        Compiled { diagnostics: findings, ..Compiled::default() }
    };
    Ok(Unit { input: input.clone(), sources, compiled })
}

/// Applies `work` to every item on all cores; the results are in the order of the items.
pub fn parallel<T: Sync, R: Send>(items: &[T], work: impl Fn(&T) -> R + Sync) -> Vec<R> {
    let cores = std::thread::available_parallelism().map_or(1, usize::from).min(items.len());
    if cores < 2 {
        return items.iter().map(work).collect();
    }
    let (next, done) = (AtomicUsize::new(0), Mutex::new(Vec::with_capacity(items.len())));
    let worker = || {
        while let Some((index, item)) =
            Some(next.fetch_add(1, Ordering::Relaxed)).and_then(|i| items.get(i).map(|item| (i, item)))
        {
            let result = work(item);
            done.lock().unwrap_or_else(std::sync::PoisonError::into_inner).push((index, result));
        }
    };
    std::thread::scope(|scope| {
        let workers = (1..cores).map(|_| scope.spawn(worker)).collect::<Vec<_>>();
        worker();
        drop(workers);
    });
    let mut done = done.into_inner().unwrap_or_else(std::sync::PoisonError::into_inner);
    done.sort_by_key(|(index, _)| *index);
    done.into_iter().map(|(_, result)| result).collect()
}

/// Files of a searched folder that hold no plan are checked with the plans that use them; one that nobody uses is noted.
fn set_aside_shared(units: &mut Vec<Unit>) {
    let used: HashSet<String> =
        units.iter().flat_map(|unit| unit.sources.files().skip(1).map(|(_, file)| file.name.clone())).collect();
    let is_shared = |unit: &Unit| unit.input.searched && !unit.is_plan();
    let others = units.iter().any(|unit| !is_shared(unit));
    units.retain(|unit| !(others && is_shared(unit) && used.contains(&unit.input.name)));
    for unit in units.iter_mut().filter(|unit| others && is_shared(unit)) {
        let span = Span { file: FileId(0), start: 0, end: 0 };
        let message = "this file has no plan, and no plan here uses it: it was not checked";
        let note = Diagnostic::new("form", Level::Note, message, span, "no `plan` in this file");
        unit.compiled = Compiled { diagnostics: vec![note], ..Compiled::default() };
    }
}

/// Two plans of one name would write into one folder.
fn same_names(units: &mut [Unit]) {
    let mut first: BTreeMap<String, usize> = BTreeMap::new();
    for index in 0..units.len() {
        let (name, span) = (units[index].compiled.name.clone(), units[index].compiled.name_span);
        if name.is_empty() {
            continue;
        }
        if let Some(&other) = first.get(&name) {
            let other = &units[other];
            let other = format!("{}:{}", other.input.name, other.sources.place(other.compiled.name_span).line);
            let message = format!("two plans are called `{name}`: both would be written to the same folder");
            let error =
                Diagnostic::error("name", message, span, "the second one").note(format!("the first one is {other}"));
            units[index].compiled.diagnostics.push(error.help("give one of them another name"));
        } else {
            first.insert(name, index);
        }
    }
}
