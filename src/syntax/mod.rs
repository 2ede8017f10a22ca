//! Text to tree. The only user of pest.
//!
//! In: one file of a `Sources`. Out: a lossless `Tree` (its tokens tile the file, comments kept; its items are the
//! nested view that the model reads) and the syntax errors, several a file. Parsing never fails and never panics.
//! Not its business: what any word means.

mod tree;

pub use tree::{Atom, Block, Item, Literal, Number, Op, Text, Token, TokenKind, Tree};
