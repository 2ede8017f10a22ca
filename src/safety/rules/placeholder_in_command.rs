//! To come.

use super::Context;
use crate::diagnostics::Diagnostic;

pub fn check(_: &Context) -> Vec<Diagnostic> {
    Vec::new()
}
