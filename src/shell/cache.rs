//! Every shell text is read once, however many stages, rules and variants look at it.
//!
//! In: scripts. Out: what they say, shared. What a thread has read it keeps by the script's place; another text at the same place
//! (of another plan) is read anew, so that what is kept never shows.

use super::{Parsed, reader};
use crate::model::value::Script;
use crate::source::Span;
use crate::syntax::Text;
use rustc_hash::FxHashMap;
use std::cell::RefCell;
use std::sync::Arc;

/// So many are kept from one plan to the next: variants, repairs and neighbours of a plan have most of them in common.
const MOST: usize = 4_000;

type Read = FxHashMap<Span, (Arc<Text>, Arc<Parsed>)>;

thread_local! {
    static READ: RefCell<Read> = RefCell::default();
}

/// What a script says.
pub fn parse(script: &Script) -> Arc<Parsed> {
    let kept = READ.with_borrow(|read| match read.get(&script.span) {
        Some((text, parsed)) if *text == script.text => Some(Arc::clone(parsed)),
        _ => None,
    });
    kept.unwrap_or_else(|| {
        let text = &script.text;
        let parsed = Arc::new(if text.raw { reader::parse(text) } else { reader::parse(&text.shell()) });
        READ.with_borrow_mut(|read| read.insert(script.span, (Arc::clone(text), Arc::clone(&parsed))));
        parsed
    })
}

/// Another plan comes: what the ones before it held is given back if it is much.
pub fn next_plan() {
    READ.with_borrow_mut(|read| {
        if read.len() > MOST {
            *read = FxHashMap::default();
        }
    });
}
