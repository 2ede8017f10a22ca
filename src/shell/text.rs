//! Positions: from offsets of a text back to the plan file, and parts of texts that keep that way back.

use super::ast::Document;
use super::tree::Map;
use crate::source::FileId;
use crate::syntax::Text;
use std::ops::Range;

fn offset(n: usize) -> u32 {
    u32::try_from(n).unwrap_or(u32::MAX)
}

/// The offset in the file of an offset in a text, by the pairs of a map.
pub fn locate(map: &[(u32, u32)], at: usize) -> u32 {
    let at = offset(at);
    let entry = map.partition_point(|(from, _)| *from <= at).checked_sub(1).and_then(|i| map.get(i));
    entry.map_or(at, |(from, to)| to + (at - from))
}

/// A part of a text as a text of its own.
pub fn part(text: &Text, range: Range<usize>) -> Text {
    let value = text.value.get(range.clone()).unwrap_or("").to_owned();
    let inside = text.map.iter().filter(|(from, _)| range.start < *from as usize && (*from as usize) < range.end);
    let moved = inside.map(|(from, to)| (from - offset(range.start), *to));
    let map = std::iter::once((0, locate(&text.map, range.start))).chain(moved).collect();
    Text { value, map, file: text.file, raw: true }
}

/// Builds a text character by character, noting wherever it stops running in step with the file.
#[derive(Debug, Default)]
pub struct Builder {
    /// What was built so far.
    pub value: String,
    /// Its way back to the file.
    pub map: Map,
}

impl Builder {
    /// The text.
    pub fn text(self, file: FileId) -> Text {
        Text { value: self.value, map: self.map.into_vec(), file, raw: true }
    }

    /// Adds the character that stands at an offset of `text`.
    pub fn push(&mut self, text: &Text, at: usize, c: char) {
        self.step(locate(&text.map, at));
        self.value.push(c);
    }

    /// Adds a range of `text` as it is.
    pub fn extend(&mut self, text: &Text, range: Range<usize>) {
        let mut from = range.start;
        while from < range.end {
            // Up to there the text runs in step with the file.
            let next = text.map.partition_point(|(step, _)| *step <= offset(from));
            let to = text.map.get(next).map_or(range.end, |(step, _)| range.end.min(*step as usize));
            let Some(part) = text.value.get(from..to).filter(|part| !part.is_empty()) else { return };
            self.step(locate(&text.map, from));
            self.value.push_str(part);
            from = to;
        }
    }

    /// What comes next stands there in the file.
    fn step(&mut self, there: u32) {
        if self.map.is_empty() || locate(&self.map, self.value.len()) != there {
            self.map.push((offset(self.value.len()), there));
        }
    }
}

/// The content of a here-document; `<<-` takes the tabs away from the line starts.
pub fn document(text: &Text, document: &Document) -> Text {
    let mut builder = Builder::default();
    let mut at = document.body.start;
    for line in text.value.get(document.body.clone()).unwrap_or("").split_inclusive('\n') {
        let tabs = if document.stripped { line.len() - line.trim_start_matches('\t').len() } else { 0 };
        builder.extend(text, at + tabs..at + line.len());
        at += line.len();
    }
    if builder.map.is_empty() {
        builder.map.push((0, text.span(at..at).start));
    }
    builder.text(text.file)
}
