//! Found while exceptions are applied: see `safety::allow`.

use super::Context;
use crate::diagnostics::Diagnostic;

pub fn check(_: &Context) -> Vec<Diagnostic> {
    Vec::new()
}
