//! `rbk build`: write what plans compile to, or compare it with what is there.
//!
//! With an error in any plan nothing is written; with warnings it is, and the exit code is 1.

use super::findings::{failed, number, outcome, show};
use super::plans::Unit;
use super::write::{self, Access, Target};
use super::{Options, Outcome, Paths, plans, print};
use crate::diagnostics::Format;
use crate::emit_all;
use anyhow::Context;
use clap::Args;
use std::path::{Path, PathBuf};

#[derive(Debug, Args)]
pub struct Arguments {
    #[command(flatten)]
    paths: Paths,
    /// The folder that gets one folder a plan
    #[arg(long, value_name = "DIR", default_value = "out")]
    out: PathBuf,
    /// Write nothing: show how the files there differ from what would be written; exit 1 if they do
    #[arg(long)]
    check: bool,
}

pub fn run(arguments: &Arguments, options: &Options) -> anyhow::Result<Outcome> {
    let units = plans::compile_all(&arguments.paths, options)?;
    print(&show(&units, options)?)?;
    if failed(&units) {
        return Ok(Outcome::Found);
    }
    let targets = targets(&units, &arguments.out)?;
    if arguments.check {
        return compare(&targets, &units, options);
    }
    write::all(&targets)?;
    if options.format == Format::Human {
        print(&format!("{} written to {}\n", number(targets.len(), "file"), arguments.out.display()))?;
    }
    Ok(outcome(&units))
}

/// Everything that is to be written, in the order of the plans.
fn targets(units: &[Unit], out: &Path) -> anyhow::Result<Vec<Target>> {
    let mut targets = Vec::new();
    for unit in units {
        let outputs = emit_all(&unit.compiled, &unit.sources).with_context(|| unit.input.name.clone())?;
        let target = |output: crate::emit::Output| Target {
            path: out.join(&unit.compiled.name).join(&output.name),
            text: output.text,
            access: if output.executable { Access::Program } else { Access::Text },
        };
        targets.extend(outputs.into_iter().map(target));
    }
    Ok(targets)
}

fn compare(targets: &[Target], units: &[Unit], options: &Options) -> anyhow::Result<Outcome> {
    let mut stale = false;
    for target in targets {
        if let Some(difference) = write::difference(target, options.format)? {
            stale = true;
            print(&difference)?;
        }
    }
    Ok(if stale { Outcome::Found } else { outcome(units) })
}
