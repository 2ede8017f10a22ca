//! Tree to plan: every name bound, every value typed.

pub mod vocabulary;
