//! The command line. One file a command.
//!
//! In: arguments, files, standard input. Out: findings and files, and an exit code: 0 clean (notes allowed), 1 an error or a
//! warning was found, 2 wrong usage or something that kept `rbk` from doing its work.
//! Not its business: anything about plans; that is the library's.

mod bash;
mod build;
mod check;
mod effects;
mod explain;
mod findings;
mod fix;
mod graph;
mod input;
mod matrix;
mod plans;
mod rules;
mod shellcheck;
mod simulate;
mod write;

use crate::diagnostics::Format;
use clap::{Args, Parser, Subcommand, ValueEnum};
use std::io::{IsTerminal, Write};
use std::path::PathBuf;
use std::process::ExitCode;

/// Compiler for rollback plans: proves that every failure has a way back, then writes the script and the runbook.
#[derive(Debug, Parser)]
#[command(name = "rbk", version, arg_required_else_help = true, disable_help_subcommand = true)]
#[command(after_help = "Exit codes: 0 clean, 1 an error or a warning was found, 2 wrong usage or an internal failure.")]
struct Cli {
    #[command(subcommand)]
    command: Command,
    #[command(flatten)]
    options: Options,
}

/// What every command understands.
#[derive(Debug, Args)]
struct Options {
    /// How findings are written: human, short (one line each) or json
    #[arg(long, global = true, default_value = "human", value_name = "FORMAT")]
    format: Format,
    /// When to use colours; `NO_COLOR` is honoured
    #[arg(long, global = true, default_value = "auto", value_name = "WHEN")]
    color: Color,
    /// The day that dated rules take for today: YYYY-MM-DD
    #[arg(long, global = true, value_name = "DATE", value_parser = input::date)]
    today: Option<i64>,
    /// The name under which a plan from standard input (`-`) is reported
    #[arg(long, global = true, value_name = "NAME", default_value = "standard-input.rbk")]
    stdin_filename: String,
}

#[derive(Debug, Clone, Copy, ValueEnum)]
enum Color {
    Auto,
    Always,
    Never,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Say whether plans are safe, and if not, how a run would end badly
    Check(check::Arguments),
    /// Compile plans to `rollback.sh` and `RUNBOOK.md`
    Build(build::Arguments),
    /// Explain a rule
    Explain(explain::Arguments),
    /// List the rules
    Rules,
    /// Draw a plan as a Mermaid graph
    Graph(graph::Arguments),
    /// Follow one run, state by state: a change up to where it fails, then a way back
    Simulate(simulate::Arguments),
}

/// Plans on the command line.
#[derive(Debug, Args)]
struct Paths {
    /// Plans, folders that are searched for `*.rbk`, or `-` for standard input
    #[arg(value_name = "PATH", default_value = ".")]
    paths: Vec<PathBuf>,
}

/// How a command ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Outcome {
    /// Nothing but notes.
    Clean,
    /// An error or a warning was found, or an output is stale.
    Found,
}

/// Runs the program.
pub fn main() -> ExitCode {
    let cli = Cli::parse();
    crate::shell::ask_bash_by(bash::judge);
    match run(&cli) {
        Ok(Outcome::Clean) => ExitCode::SUCCESS,
        Ok(Outcome::Found) => ExitCode::from(1),
        // Whoever reads our output has seen enough of it.
        Err(error) if is_closed_pipe(&error) => ExitCode::SUCCESS,
        Err(error) => {
            // Nobody is left to be told if standard error is gone as well.
            let _ = writeln!(std::io::stderr(), "rbk: {error:#}");
            ExitCode::from(2)
        }
    }
}

fn run(cli: &Cli) -> anyhow::Result<Outcome> {
    match &cli.command {
        Command::Check(arguments) => check::run(arguments, &cli.options),
        Command::Build(arguments) => build::run(arguments, &cli.options),
        Command::Explain(arguments) => explain::run(arguments),
        Command::Rules => rules::run(&cli.options),
        Command::Graph(arguments) => graph::run(arguments, &cli.options),
        Command::Simulate(arguments) => simulate::run(arguments, &cli.options),
    }
}

impl Options {
    /// Are colours wanted on standard output?
    fn colored(&self) -> bool {
        let unwanted = |name| std::env::var_os(name).is_some_and(|value| !value.is_empty());
        let dumb = std::env::var_os("TERM").is_some_and(|term| term == "dumb");
        match self.color {
            Color::Always => true,
            Color::Never => false,
            Color::Auto => std::io::stdout().is_terminal() && !unwanted("NO_COLOR") && !dumb,
        }
    }

    /// Days since 1970-01-01.
    fn today(&self) -> i64 {
        self.today.unwrap_or_else(input::today)
    }
}

/// Writes to standard output, to the end.
fn print(text: &str) -> anyhow::Result<()> {
    let mut out = std::io::stdout().lock();
    out.write_all(text.as_bytes()).and_then(|()| out.flush())?;
    Ok(())
}

fn is_closed_pipe(error: &anyhow::Error) -> bool {
    error.downcast_ref::<std::io::Error>().is_some_and(|error| error.kind() == std::io::ErrorKind::BrokenPipe)
}
