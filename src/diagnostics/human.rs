//! Findings for people: the line, what is marked in it, notes and help.
//!
//! In: sorted findings. Out: text, with colours if wanted. What would harm a terminal (control characters, lines
//! of a megabyte) is replaced or left out.

use super::{Diagnostic, Label, Level, clean};
use crate::source::{File, FileId, Sources, Span};
use codespan_reporting::diagnostic::{Diagnostic as Report, Label as Mark, LabelStyle, Severity};
use codespan_reporting::files::SimpleFiles;
use codespan_reporting::term::{self, Config, termcolor::Ansi};
use std::borrow::Cow;
use std::collections::BTreeMap;
use std::ops::Range;

/// Lines longer than this, in bytes, are cited but not shown.
const LONGEST_LINE: usize = 400;

/// The files as the reporting library wants them, made when first spoken about.
struct Shown<'s> {
    sources: &'s Sources,
    files: SimpleFiles<Cow<'s, str>, Cow<'s, str>>,
    ids: BTreeMap<FileId, usize>,
}

/// All findings, a blank line after each.
pub(super) fn render(color: bool, sources: &Sources, findings: &[&Diagnostic]) -> String {
    let mut shown = Shown { sources, files: SimpleFiles::new(), ids: BTreeMap::new() };
    let mut out = String::new();
    for finding in findings {
        let report = shown.report(finding);
        if !emit(color, &shown, &report, &mut out) {
            out.push_str(&super::short::line(sources, finding));
        }
    }
    out
}

/// Appends a report; says whether that went well (it does unless a span lies outside its file).
fn emit(color: bool, shown: &Shown<'_>, report: &Report<usize>, out: &mut String) -> bool {
    let config = Config::default();
    if !color {
        return term::emit_to_string(out, &config, &shown.files, report).is_ok();
    }
    let mut ansi = Ansi::new(Vec::new());
    let done = term::emit_to_write_style(&mut ansi, &config, &shown.files, report).is_ok();
    out.push_str(&String::from_utf8_lossy(&ansi.into_inner()));
    done
}

impl Shown<'_> {
    fn report(&mut self, finding: &Diagnostic) -> Report<usize> {
        let severity = match finding.level {
            Level::Error => Severity::Error,
            Level::Warning => Severity::Warning,
            Level::Note => Severity::Note,
        };
        let mut report = Report::new(severity).with_code(finding.rule).with_message(clean(&finding.message));
        for (number, label) in finding.labels.iter().enumerate() {
            let style = if number == 0 { LabelStyle::Primary } else { LabelStyle::Secondary };
            match self.mark(style, label) {
                Some(mark) => report.labels.push(mark),
                None => report.notes.push(self.cited(label)),
            }
        }
        report.notes.extend(finding.notes.iter().map(|note| clean(note).into_owned()));
        report.notes.extend(finding.help.iter().map(|help| format!("help: {}", clean(help))));
        report.notes.extend(finding.fix.iter().map(|fix| {
            let word = if fix.safe { "fix" } else { "fix (unsafe)" };
            format!("{word}: {}", clean(&fix.title))
        }));
        report
    }

    /// A place to be shown; `None` if its line is too long for that.
    fn mark(&mut self, style: LabelStyle, label: &Label) -> Option<Mark<usize>> {
        let file = self.sources.file(label.span.file);
        let range = whole_characters(file, label.span);
        if line_length(&file.text, range.start) > LONGEST_LINE || line_length(&file.text, range.end) > LONGEST_LINE {
            return None;
        }
        let files = &mut self.files;
        let id =
            *self.ids.entry(label.span.file).or_insert_with(|| files.add(clean(&file.name), same_length(&file.text)));
        Some(Mark::new(style, id, range).with_message(clean(&label.text)))
    }

    fn cited(&self, label: &Label) -> String {
        let place = self.sources.place(label.span);
        let name = &self.sources.file(label.span.file).name;
        format!("{}:{}:{}: {}", clean(name), place.line, place.column, clean(&label.text))
    }
}

/// The byte range of a span, cut to the file and to whole characters.
fn whole_characters(file: &File, span: Span) -> Range<usize> {
    let floor = |at: u32| (0..=(at as usize).min(file.text.len())).rev().find(|&at| file.text.is_char_boundary(at));
    let start = floor(span.start).unwrap_or(0);
    start..floor(span.end).unwrap_or(0).max(start)
}

/// Bytes of the line that the place is in, looking no further than needed.
fn line_length(text: &str, at: usize) -> usize {
    let count =
        |bytes: &mut dyn Iterator<Item = &u8>| bytes.take(LONGEST_LINE + 1).take_while(|&&b| b != b'\n').count();
    let (before, after) = text.as_bytes().split_at(at);
    count(&mut before.iter().rev()) + count(&mut after.iter())
}

/// The text with every character that a terminal would act on replaced by another of as many bytes.
fn same_length(text: &str) -> Cow<'_, str> {
    if !text.chars().any(super::harmful) {
        return Cow::Borrowed(text);
    }
    let replace = |character: char| match (super::harmful(character), character.len_utf8()) {
        (false, _) => character,
        (true, 1) => {
            if character == '\r' {
                ' '
            } else {
                '?'
            }
        }
        (true, 2) => '¿',
        (true, _) => char::REPLACEMENT_CHARACTER,
    };
    Cow::Owned(text.chars().map(replace).collect())
}
