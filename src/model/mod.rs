//! Tree to plan: every name bound, every value typed.
//!
//! In: syntax trees. Out: a `Plan`, and a diagnostic for whatever could not be bound or typed.
//! Not its business: what is safe, and how things run.

pub mod ids;
pub mod plan;
pub mod statement;
pub mod value;
pub mod vocabulary;
