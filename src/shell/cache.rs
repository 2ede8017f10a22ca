//! Every shell text is read once, however many stages look at it.
//!
//! In: scripts. Out: what they say, shared. A script is known by its place in the plan.

use super::Parsed;
use crate::model::value::Script;
use crate::source::Span;
use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

/// What was read so far; clones share it.
#[derive(Debug, Clone, Default)]
pub struct Cache {
    read: Arc<Mutex<HashMap<Span, Arc<Parsed>>>>,
}

impl Cache {
    /// What a script says.
    pub fn parse(&self, script: &Script) -> Arc<Parsed> {
        let mut read = self.read.lock().unwrap_or_else(PoisonError::into_inner);
        Arc::clone(read.entry(script.span).or_insert_with(|| Arc::new(super::parse(script))))
    }
}
