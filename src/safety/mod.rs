//! Proves that every failure has a way back, or shows one run that ends badly.
//!
//! In: a `Program`. Out: the recovery matrix and diagnostics. Not its business: how anything is run or shown.

pub mod cells;
pub mod coverage;
pub mod forward;
pub mod matrix;
pub mod recovery;
pub mod state;
pub mod transfer;
pub mod trouble;
pub mod walk;
pub mod witness;
pub mod world;
