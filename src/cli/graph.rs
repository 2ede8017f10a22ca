//! `rbk graph`: a plan as a Mermaid graph.

use super::findings::{failed, show};
use super::{Options, Outcome, Paths, plans, print};
use crate::emit::graph;
use clap::Args;
use std::io::Write;
use std::path::PathBuf;

#[derive(Debug, Args)]
pub struct Arguments {
    /// The plan
    #[arg(value_name = "PLAN")]
    plan: PathBuf,
}

pub fn run(arguments: &Arguments, options: &Options) -> anyhow::Result<Outcome> {
    let units = plans::compile_all(&Paths { paths: vec![arguments.plan.clone()] }, options)?;
    if failed(&units) {
        std::io::stderr().write_all(show(&units, options)?.as_bytes())?;
        return Ok(Outcome::Found);
    }
    for unit in &units {
        for (program, _) in &unit.compiled.programs {
            print(&graph::emit(program, &unit.sources)?)?;
        }
    }
    Ok(Outcome::Clean)
}
