//! Repairs that can be made mechanically.
//!
//! In: the fixes of findings. Out: the text with them made. Not its business: which findings have one, and any file.

use crate::source::Span;

/// A repair.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fix {
    /// What it does, as an order: "stop `api` before the restore".
    pub title: String,
    /// Can it be made without a look at it? What changes the meaning of a plan or needs a value that only its author knows is
    /// unsafe.
    pub safe: bool,
    /// What is put where; no two of them overlap.
    pub edits: Vec<Edit>,
}

/// A piece of text put in another's place; an empty span inserts.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Edit {
    /// What is replaced.
    pub span: Span,
    /// By what.
    pub text: String,
}

impl Fix {
    /// A fix that can be made without a look at it.
    pub fn safe(title: impl Into<String>) -> Self {
        Fix { title: title.into(), safe: true, edits: Vec::new() }
    }

    /// A fix that somebody has to look at.
    pub fn risky(title: impl Into<String>) -> Self {
        Fix { title: title.into(), safe: false, edits: Vec::new() }
    }

    /// Replaces a piece of the plan.
    #[must_use]
    pub fn replace(mut self, span: Span, text: impl Into<String>) -> Self {
        self.edits.push(Edit { span, text: text.into() });
        self
    }

    /// Puts a text before a place.
    #[must_use]
    pub fn before(self, span: Span, text: impl Into<String>) -> Self {
        self.replace(Span { end: span.start, ..span }, text)
    }

    /// Puts a text behind a place.
    #[must_use]
    pub fn after(self, span: Span, text: impl Into<String>) -> Self {
        self.replace(Span { start: span.end, ..span }, text)
    }
}

/// A text with fixes made, and the indices of those that were; all of them must be for this one file. A fix is made whole or
/// not at all: one that overlaps an earlier one is left for the next round.
pub fn apply(text: &str, fixes: &[&Fix]) -> (String, Vec<usize>) {
    let mut taken: Vec<&Edit> = Vec::new();
    let mut made = Vec::new();
    for (index, fix) in fixes.iter().enumerate() {
        let alone = fix.edits.iter().enumerate().all(|(i, edit)| !clashes(edit, &fix.edits[..i]));
        let free = fix.edits.iter().all(|edit| {
            let (start, end) = (edit.span.start as usize, edit.span.end as usize);
            text.get(start..end).is_some() && !taken.iter().any(|other| overlap(other.span, edit.span))
        });
        if alone && free && !fix.edits.is_empty() {
            taken.extend(&fix.edits);
            made.push(index);
        }
    }
    taken.sort_by_key(|edit| (edit.span.start, edit.span.end));
    let mut out = String::with_capacity(text.len());
    let mut at = 0;
    for edit in taken {
        out.push_str(&text[at..edit.span.start as usize]);
        out.push_str(&edit.text);
        at = edit.span.end as usize;
    }
    out.push_str(&text[at..]);
    (out, made)
}

fn clashes(edit: &Edit, others: &[Edit]) -> bool {
    others.iter().any(|other| overlap(other.span, edit.span))
}

/// Two insertions at one place overlap as well: their order would be chance.
fn overlap(a: Span, b: Span) -> bool {
    a.start == b.start || (a.start < b.end && b.start < a.end)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::source::FileId;

    fn span(start: u32, end: u32) -> Span {
        Span { file: FileId(0), start, end }
    }

    #[test]
    fn a_fix_is_made_whole_or_not_at_all() {
        let first = Fix::safe("first").replace(span(0, 1), "X").after(span(4, 4), "!");
        let second = Fix::safe("second").replace(span(2, 3), "Z").replace(span(0, 2), "Y");
        assert_eq!(apply("abcd", &[&first, &second]), ("Xbcd!".to_owned(), vec![0]));
        assert_eq!(apply("abcd", &[&second, &first]), ("YZd".to_owned(), vec![0]));
        let elsewhere = Fix::safe("elsewhere").replace(span(9, 12), "");
        assert_eq!(apply("abcd", &[&elsewhere]), ("abcd".to_owned(), vec![]));
        let tangled = Fix::safe("tangled").replace(span(0, 3), "x").replace(span(2, 4), "y");
        assert_eq!(apply("abcd", &[&tangled]), ("abcd".to_owned(), vec![]));
    }
}
