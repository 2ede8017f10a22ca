//! `rbk`: from a rollback plan to a proof, a script and a runbook.
//!
//! The pipeline is the module list, from left to right:
//! source ← diagnostics ← syntax ← model ← shell, ir ← safety, emit ← cli.

pub mod diagnostics;
pub mod ir;
pub mod model;
pub mod safety;
pub mod shell;
pub mod source;
pub mod syntax;
