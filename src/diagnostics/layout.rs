//! Where a repair goes, so that the plan looks as if a person had written it.
//!
//! In: the places of items and blocks, and what is to be written. Out: edits: whole lines in the indentation of their neighbours
//! where items stand on lines of their own, `;` where several share one. Not its business: what is repaired.

use super::Fix;
use crate::source::{Sources, Span};

/// An item in its file.
struct Spot<'s> {
    text: &'s str,
    span: Span,
    start: usize,
    end: usize,
}

impl<'s> Spot<'s> {
    fn of(sources: &'s Sources, span: Span) -> Self {
        let text: &str = &sources.file(span.file).text;
        let (start, end) = (span.start as usize, span.end as usize);
        let whole = text.get(start..end).is_some();
        Spot { text, span, start: if whole { start } else { 0 }, end: if whole { end } else { 0 } }
    }

    fn line_start(&self, at: usize) -> usize {
        self.text[..at].rfind('\n').map_or(0, |end| end + 1)
    }

    fn line_end(&self, at: usize) -> usize {
        self.text[at..].find('\n').map_or(self.text.len(), |length| at + length)
    }

    /// What stands before it on its line.
    fn before(&self) -> &'s str {
        &self.text[self.line_start(self.start)..self.start]
    }

    /// What stands behind it on its line.
    fn after(&self) -> &'s str {
        &self.text[self.end..self.line_end(self.end)]
    }

    fn indent(&self, at: usize) -> &'s str {
        let line = &self.text[self.line_start(at)..];
        &line[..line.len() - line.trim_start_matches([' ', '\t']).len()]
    }

    fn at(&self, start: usize, end: usize) -> Span {
        let narrow = |at: usize| u32::try_from(at).unwrap_or(u32::MAX);
        Span { file: self.span.file, start: narrow(start), end: narrow(end) }
    }
}

fn ends_the_line(rest: &str) -> bool {
    let rest = rest.trim();
    rest.is_empty() || rest.starts_with('#')
}

impl Fix {
    /// A new item before one: above the comments that belong to it.
    #[must_use]
    pub fn item_before(self, sources: &Sources, item: Span, text: &str) -> Self {
        let spot = Spot::of(sources, item);
        if !spot.before().trim().is_empty() {
            return self.replace(spot.at(spot.start, spot.start), format!("{text}; "));
        }
        let mut line = spot.line_start(spot.start);
        while line > 0 {
            let above = spot.line_start(line - 1);
            if !spot.text[above..line].trim_start().starts_with('#') {
                break;
            }
            line = above;
        }
        self.replace(spot.at(line, line), format!("{}{text}\n", spot.before()))
    }

    /// A new item behind one.
    #[must_use]
    pub fn item_after(self, sources: &Sources, item: Span, text: &str) -> Self {
        let spot = Spot::of(sources, item);
        if !ends_the_line(spot.after()) {
            return self.replace(spot.at(spot.end, spot.end), format!("; {text}"));
        }
        let end = spot.line_end(spot.end);
        self.replace(spot.at(end, end), format!("\n{}{text}", spot.indent(spot.start)))
    }

    /// A new option of an item: on its first line, before its block if it has one.
    #[must_use]
    pub fn option(self, sources: &Sources, item: Span, block: Option<Span>, text: &str) -> Self {
        let spot = Spot::of(sources, item);
        let end = block.map_or(spot.end, |block| spot.start.max(block.start as usize).min(spot.end));
        let head = spot.start + spot.text[spot.start..end].trim_end().len();
        self.replace(spot.at(head, head), format!(" {text}"))
    }

    /// A new first item of an item's block, which is made if there is none.
    #[must_use]
    pub fn first_in(self, sources: &Sources, item: Span, block: Option<Span>, text: &str) -> Self {
        let Some(block) = block else { return self.option(sources, item, None, &format!("{{ {text} }}")) };
        let spot = Spot::of(sources, block);
        let inner = spot.start + 1;
        let end = spot.line_end(inner);
        if ends_the_line(&spot.text[inner..end]) && end < spot.end {
            let indent = format!("{}  ", spot.indent(spot.start));
            return self.replace(spot.at(end, end), format!("\n{indent}{text}"));
        }
        let empty = spot.text[inner..spot.end].trim_start().starts_with('}');
        self.replace(spot.at(inner, inner), if empty { format!(" {text}") } else { format!(" {text};") })
    }

    /// A new last item of an item's block, which is made if there is none.
    #[must_use]
    pub fn last_in(self, sources: &Sources, item: Span, block: Option<Span>, text: &str) -> Self {
        let Some(block) = block else { return self.option(sources, item, None, &format!("{{ {text} }}")) };
        let spot = Spot::of(sources, block);
        let close = spot.end.saturating_sub(1).max(spot.start);
        let line = spot.line_start(close);
        if line > spot.start && spot.text[line..close].trim().is_empty() {
            return self.replace(spot.at(line, line), format!("{}  {text}\n", &spot.text[line..close]));
        }
        let inner = &spot.text[(spot.start + 1).min(close)..close];
        let end = close - (inner.len() - inner.trim_end().len());
        self.replace(spot.at(end, end), if inner.trim().is_empty() { format!(" {text}") } else { format!("; {text}") })
    }

    /// An item or an option goes, and with it the line that held nothing else.
    #[must_use]
    pub fn remove(self, sources: &Sources, item: Span) -> Self {
        let spot = Spot::of(sources, item);
        let (before, after) = (spot.before(), spot.after());
        if before.trim().is_empty() && ends_the_line(after) {
            let line = spot.line_start(spot.start);
            let next = spot.text[spot.end..].find('\n').map_or(spot.text.len(), |length| spot.end + length + 1);
            return self.replace(spot.at(line, next), "");
        }
        let behind = after.trim_start_matches([' ', '\t']);
        if let Some(rest) = behind.strip_prefix(';') {
            let gap = after.len() - rest.trim_start_matches([' ', '\t']).len();
            return self.replace(spot.at(spot.start, spot.end + gap), "");
        }
        let ahead = before.trim_end_matches([' ', '\t']);
        let start = spot.start - (before.len() - ahead.strip_suffix(';').unwrap_or(ahead).len());
        self.replace(spot.at(start, spot.end), "")
    }

    /// An item goes before another one of the same block.
    #[must_use]
    pub fn move_before(self, sources: &Sources, item: Span, other: Span) -> Self {
        let text = sources.text(item).to_owned();
        self.item_before(sources, other, &text).remove(sources, item)
    }
}

#[cfg(test)]
mod tests {
    use super::super::apply;
    use super::*;

    fn span(sources: &Sources, part: &str) -> Span {
        let (file, all) = sources.files().next().unwrap();
        let start = u32::try_from(all.text.find(part).unwrap()).unwrap();
        Span { file, start, end: start + u32::try_from(part.len()).unwrap() }
    }

    fn done(text: &str, fix: impl FnOnce(&Sources, Fix) -> Fix) -> String {
        let mut sources = Sources::default();
        sources.add("plan.rbk", text);
        let fix = fix(&sources, Fix::safe("test"));
        let (out, made) = apply(text, &[&fix]);
        assert_eq!(made, [0], "{fix:?}");
        out
    }

    #[test]
    fn items_stand_as_their_neighbours_do() {
        let lines = "p {\n  # about b\n  b 1 # why\n}\n";
        assert_eq!(
            done(lines, |s, f| f.item_before(s, span(s, "b 1"), "a")),
            "p {\n  a\n  # about b\n  b 1 # why\n}\n"
        );
        assert_eq!(done(lines, |s, f| f.item_after(s, span(s, "b 1"), "c")), "p {\n  # about b\n  b 1 # why\n  c\n}\n");
        assert_eq!(done("p { b }", |s, f| f.item_before(s, span(s, "b"), "a")), "p { a; b }");
        assert_eq!(done("p { b }", |s, f| f.item_after(s, span(s, "b"), "c")), "p { b; c }");
    }

    #[test]
    fn options_stand_before_the_block() {
        let option = |text: &str, block: Option<&str>| {
            done(text, |s, f| f.option(s, span(s, text), block.map(|block| span(s, block)), "timeout 5m"))
        };
        assert_eq!(option("stop a", None), "stop a timeout 5m");
        assert_eq!(option("step a  { sh }", Some("{ sh }")), "step a timeout 5m  { sh }");
    }

    #[test]
    fn blocks_grow_at_both_ends() {
        let first =
            |text: &str, block: &str| done(text, |s, f| f.first_in(s, span(s, text), Some(span(s, block)), "a"));
        assert_eq!(first("p {\n  b\n}", "{\n  b\n}"), "p {\n  a\n  b\n}");
        assert_eq!(first("p { b }", "{ b }"), "p { a; b }");
        assert_eq!(first("p { }", "{ }"), "p { a }");
        let last = |text: &str, block: &str| done(text, |s, f| f.last_in(s, span(s, text), Some(span(s, block)), "c"));
        assert_eq!(last("p {\n  b\n}", "{\n  b\n}"), "p {\n  b\n  c\n}");
        assert_eq!(last("p { b }", "{ b }"), "p { b; c }");
        assert_eq!(last("p { }", "{ }"), "p { c }");
        assert_eq!(done("p x", |s, f| f.last_in(s, span(s, "p x"), None, "c")), "p x { c }");
    }

    #[test]
    fn what_goes_leaves_no_gap() {
        let gone = |text: &str| done(text, |s, f| f.remove(s, span(s, "allow x")));
        assert_eq!(gone("p {\n  allow x # why\n  b\n}\n"), "p {\n  b\n}\n");
        assert_eq!(gone("p { allow x; b }"), "p { b }");
        assert_eq!(gone("p { a; allow x }"), "p { a }");
        assert_eq!(gone("p a allow x { b }"), "p a { b }");
        let moved = done("p {\n  b\n  a\n}\n", |s, f| f.move_before(s, span(s, "a"), span(s, "b")));
        assert_eq!(moved, "p {\n  a\n  b\n}\n");
    }
}
