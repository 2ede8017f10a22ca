//! What a program compiles to. Adding a backend touches its folder and its line in `BACKENDS`.
//!
//! In: a `Program` and its recovery matrix. Out: files by name. Not its business: writing them.

pub mod bash;
pub mod graph;
pub mod markdown;
pub mod order;
pub mod wording;

use crate::ir::Program;
use crate::safety::matrix::Matrix;
use crate::source::Sources;

/// What backends read.
#[derive(Debug, Clone, Copy)]
pub struct Input<'a> {
    /// What is compiled.
    pub program: &'a Program,
    /// Its files.
    pub sources: &'a Sources,
    /// Which procedure leads back from where.
    pub matrix: &'a Matrix,
}

/// A file to be written into the plan's output folder.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Output {
    /// Its name in the folder.
    pub name: String,
    /// Its content, lines ended by LF.
    pub text: String,
    /// Is it a program?
    pub executable: bool,
}

/// Something that a program compiles to.
pub trait Backend: Sync {
    /// Its name on the command line.
    fn name(&self) -> &'static str;
    /// Its files. Fails only where a template and its view disagree, which is a bug.
    fn files(&self, input: Input<'_>) -> anyhow::Result<Vec<Output>>;
}

/// All backends of `rbk build`, in the order in which their files are written.
pub const BACKENDS: &[&dyn Backend] = &[&bash::Bash, &markdown::Markdown];
