//! `rbk check`: are these plans safe?

use super::findings::{outcome, show};
use super::{Options, Outcome, Paths, matrix, plans, print};
use clap::Args;

#[derive(Debug, Args)]
pub struct Arguments {
    #[command(flatten)]
    paths: Paths,
    /// Print the recovery matrix too: which procedure gets you back from which point of failure
    #[arg(long)]
    matrix: bool,
}

pub fn run(arguments: &Arguments, options: &Options) -> anyhow::Result<Outcome> {
    let units = plans::compile_all(&arguments.paths, options)?;
    if arguments.matrix {
        print(&matrix::show(&units))?;
    }
    print(&show(&units, options)?)?;
    Ok(outcome(&units))
}
