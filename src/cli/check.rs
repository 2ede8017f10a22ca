//! `rbk check`: are these plans safe?

use super::findings::{accepted, number, outcome, show};
use super::fix::{self, Changed, Repaired};
use super::plans::{Texts, Unit};
use super::write::{self, Access, Target};
use super::{Options, Outcome, Paths, effects, matrix, plans, print, shellcheck};
use crate::diagnostics::Format;
use clap::{ArgGroup, Args};
use std::fmt::Write as _;
use std::io::Write as _;

#[derive(Debug, Args)]
#[command(group(ArgGroup::new("repair").args(["fix", "diff"]).multiple(true)))]
pub struct Arguments {
    #[command(flatten)]
    paths: Paths,
    /// Print the recovery matrix too: which procedure gets you back from which point of failure
    #[arg(long)]
    matrix: bool,
    /// Print what each step declares and what its commands are seen to change
    #[arg(long)]
    effects: bool,
    /// List the risks that the plans accept, with reason and last day; with `--format json` they are the whole output
    #[arg(long)]
    accepted: bool,
    /// Repair what can be repaired safely; a plan from standard input is printed repaired, its findings go to standard error
    #[arg(long)]
    fix: bool,
    /// Repair also what somebody has to look at: values that only the author knows, changes of meaning
    #[arg(long, requires = "repair")]
    unsafe_fixes: bool,
    /// Show what would be repaired, as a difference, and write nothing
    #[arg(long)]
    diff: bool,
    /// Ask the shellcheck that is installed here about the commands too
    #[arg(long)]
    shellcheck: bool,
}

pub fn run(arguments: &Arguments, options: &Options) -> anyhow::Result<Outcome> {
    let whole = arguments.matrix || arguments.effects || arguments.shellcheck || arguments.fix || arguments.diff;
    let check = |texts: &Texts| {
        let mut units = plans::compile_with(&arguments.paths, options, texts)?;
        if arguments.shellcheck {
            shellcheck::add(&mut units, options.today())?;
        }
        Ok(units)
    };
    let units = if whole { check(&Texts::new())? } else { plans::findings(&arguments.paths, options)? };
    if arguments.fix || arguments.diff {
        return repair(units, &check, arguments, options);
    }
    if (arguments.matrix || arguments.effects) && options.format == Format::Json {
        let findings: serde_json::Value = serde_json::from_str(&show(&units, options)?)?;
        let mut all = serde_json::json!({"findings": findings});
        if arguments.matrix {
            all["matrices"] = matrix::json(&units).into();
        }
        if arguments.effects {
            all["effects"] = effects::json(&units).into();
        }
        print(&(serde_json::to_string_pretty(&all)? + "\n"))?;
        return Ok(outcome(&units));
    }
    if arguments.matrix {
        print(&matrix::show(&units))?;
    }
    if arguments.effects {
        print(&effects::show(&units))?;
    }
    if arguments.accepted {
        print(&accepted(&units, options)?)?;
        if options.format == Format::Json {
            return Ok(outcome(&units));
        }
    }
    print(&show(&units, options)?)?;
    Ok(outcome(&units))
}

/// Repairs, writes or shows what changed, and tells what remains.
fn repair(
    units: Vec<Unit>,
    check: fix::Check<'_>,
    arguments: &Arguments,
    options: &Options,
) -> anyhow::Result<Outcome> {
    let repaired = fix::repair(units, arguments.unsafe_fixes, check)?;
    let piped = repaired.units.iter().find(|unit| unit.input.path.is_none());
    if arguments.diff {
        print(&repaired.changed.values().map(difference).collect::<String>())?;
    } else {
        write(&repaired)?;
        if let Some(unit) = piped {
            print(&unit.sources.files().next().map_or_else(String::new, |(_, file)| file.text.to_string()))?;
        }
    }
    let mut told = if options.format == Format::Human { report(&repaired) } else { String::new() };
    if arguments.accepted {
        told.push_str(&accepted(&repaired.units, options)?);
    }
    if arguments.matrix {
        told.push_str(&matrix::show(&repaired.units));
    }
    told.push_str(&show(&repaired.units, options)?);
    if arguments.diff || piped.is_some() {
        std::io::stderr().lock().write_all(told.as_bytes())?;
    } else {
        print(&told)?;
    }
    Ok(outcome(&repaired.units))
}

/// Writes all files or none.
fn write(repaired: &Repaired) -> anyhow::Result<()> {
    let files = repaired.changed.iter().filter(|(path, _)| path.as_os_str() != "-");
    let target = |(path, changed): (&std::path::PathBuf, &Changed)| Target {
        path: path.clone(),
        text: changed.after.clone(),
        access: Access::AsBefore,
    };
    write::all(&files.map(target).collect::<Vec<_>>())
}

fn difference(changed: &Changed) -> String {
    let diff = similar::TextDiff::from_lines(&changed.before, &changed.after);
    let (before, after) = (format!("a/{}", changed.name), format!("b/{}", changed.name));
    diff.unified_diff().context_radius(3).header(&before, &after).to_string()
}

/// What was made, and what was tried and undone.
fn report(repaired: &Repaired) -> String {
    let mut out = String::new();
    for changed in repaired.changed.values() {
        let _ = writeln!(out, "{}: {}", changed.name, number(changed.made.len(), "repair"));
        for repair in &changed.made {
            let _ = writeln!(out, "  {} ({})", repair.title, repair.rule);
        }
    }
    for (repair, why) in &repaired.undone {
        let _ = writeln!(out, "not made: {} ({}): {why}", repair.title, repair.rule);
    }
    if !out.is_empty() {
        out.push('\n');
    }
    out
}
