//! The parser that pest derives from `grammar/rbk.pest`.

#![allow(missing_docs)]

use pest_derive::Parser;

/// Parses one chunk after the other (`Rule::chunk`).
#[derive(Parser)]
#[grammar = "grammar/rbk.pest"]
pub(super) struct Grammar;
