//! Text to tree. The only user of pest.
//!
//! In: one file of a `Sources`. Out: a lossless `Tree` (its leaves tile the file, comments too; its items are the
//! nested view that the model reads) and the syntax errors, several a file. Parsing never fails and never panics.
//! Not its business: what any word means.

mod build;
mod characters;
mod errors;
mod grammar;
mod number;
mod text;
mod tree;

pub use text::Piece;
pub use tree::{Atom, Block, Item, Literal, Number, Op, Text, Token, TokenKind, Tree, Word};

use crate::diagnostics::Diagnostic;
use crate::source::{FileId, Sources};
use build::Builder;
use grammar::{Grammar, Rule};
use pest::Parser;

/// Parses one file. Whatever its text, the tree covers all of it; what could not be read is among the diagnostics
/// (rule `syntax`, at most some fifty and a count of the others) and stands in the tree as `Bad`.
pub fn parse(sources: &Sources, file: FileId) -> (Tree, Vec<Diagnostic>) {
    let text: &str = &sources.file(file).text;
    let mut builder = Builder::new(file, text);
    let mut at = 0;
    while let Some(rest) = text.get(at..).filter(|rest| !rest.is_empty()) {
        // One parse a chunk: pest keeps all tokens of a parse in memory, five times the size of the text.
        at = match Grammar::parse(Rule::chunk, rest) {
            Ok(pairs) if pairs.as_str().is_empty() => builder.unreadable(at),
            Ok(pairs) => builder.chunk(at, pairs),
            Err(_) => builder.unreadable(at),
        };
    }
    builder.finish()
}
