//! Files and places in them.
//!
//! In: names and texts. Out: `Span`s (byte ranges of one file) that every later stage carries, and line and
//! column numbers for them, computed only when a diagnostic or a script comment needs one.
//! Not its business: reading files (that is `cli`'s and `main`'s) and what the text means.

use sha2::{Digest, Sha256};
use std::borrow::Cow;
use std::fmt::Write;
use std::sync::OnceLock;

/// One file among those that a `Sources` holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Default)]
pub struct FileId(pub u32);

/// A byte range `start..end` of one file; both ends lie on character boundaries.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Default)]
pub struct Span {
    /// The file.
    pub file: FileId,
    /// First byte.
    pub start: u32,
    /// One past the last byte.
    pub end: u32,
}

impl Span {
    /// The smallest span that covers both; they must lie in one file, else `self` is returned.
    #[must_use]
    pub fn to(self, other: Span) -> Span {
        if self.file != other.file {
            return self;
        }
        Span { file: self.file, start: self.start.min(other.start), end: self.end.max(other.end) }
    }
}

/// A line and a column, both counted from 1; columns count characters.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Place {
    /// Line, from 1.
    pub line: usize,
    /// Column in characters, from 1.
    pub column: usize,
}

/// One text with the name that users see.
#[derive(Debug)]
pub struct File {
    /// As shown in diagnostics: the path as given, or `library/NAME.rbk` for embedded text.
    pub name: String,
    /// The whole text, UTF-8.
    pub text: Cow<'static, str>,
    lines: OnceLock<Vec<u32>>,
}

/// All files of one compilation, the plan first, then what it uses, then the drivers.
#[derive(Debug, Default)]
pub struct Sources {
    files: Vec<File>,
}

impl Sources {
    /// Adds a text under a display name.
    pub fn add(&mut self, name: impl Into<String>, text: impl Into<String>) -> FileId {
        self.push(name.into(), Cow::Owned(text.into()))
    }

    /// Adds a text that is part of the program.
    pub fn add_embedded(&mut self, name: impl Into<String>, text: &'static str) -> FileId {
        self.push(name.into(), Cow::Borrowed(text))
    }

    fn push(&mut self, name: String, text: Cow<'static, str>) -> FileId {
        let id = FileId(u32::try_from(self.files.len()).unwrap_or(u32::MAX));
        self.files.push(File { name, text, lines: OnceLock::new() });
        id
    }

    /// SHA-256 over the texts of all files, in hexadecimal: a journal belongs to the plan that it was begun with.
    pub fn hash(&self) -> String {
        let mut hasher = Sha256::new();
        for file in &self.files {
            hasher.update((file.text.len() as u64).to_be_bytes());
            hasher.update(file.text.as_bytes());
        }
        hasher.finalize().iter().fold(String::new(), |mut hex, byte| {
            let _ = write!(hex, "{byte:02x}");
            hex
        })
    }

    /// The file of an id handed out by `add`.
    pub fn file(&self, id: FileId) -> &File {
        &self.files[id.0 as usize]
    }

    /// All files in the order in which they were added.
    pub fn files(&self) -> impl Iterator<Item = (FileId, &File)> {
        (0u32..).map(FileId).zip(&self.files)
    }

    /// The text that a span covers.
    pub fn text(&self, span: Span) -> &str {
        self.file(span.file).text.get(span.start as usize..span.end as usize).unwrap_or("")
    }

    /// Line and column of the span's first byte.
    pub fn place(&self, span: Span) -> Place {
        let file = self.file(span.file);
        let lines = file.lines.get_or_init(|| line_starts(&file.text));
        let line = lines.partition_point(|&start| start <= span.start);
        let begin = lines.get(line.saturating_sub(1)).copied().unwrap_or(0) as usize;
        let before = file.text.get(begin..span.start as usize).unwrap_or("");
        Place { line, column: before.chars().count() + 1 }
    }

    /// `name:line` of the span's first byte, as generated files cite it: seen from the folder of the first file, so that
    /// it does not depend on where the compiler was called.
    pub fn cite(&self, span: Span) -> String {
        format!("{}:{}", self.relative(span.file), self.place(span).line)
    }

    /// The name of a file seen from the folder of the first one.
    pub fn relative(&self, id: FileId) -> String {
        let name = &self.file(id).name;
        if name.starts_with("library/") && id.0 != 0 {
            return name.clone();
        }
        let folder: Vec<&str> = self.file(FileId(0)).name.split('/').collect();
        let parts: Vec<&str> = name.split('/').collect();
        let (folder, last) = (&folder[..folder.len() - 1], parts.len() - 1);
        let common = folder.iter().zip(&parts[..last]).take_while(|(one, other)| one == other).count();
        let up = std::iter::repeat_n("..", folder.len() - common);
        up.chain(parts[common..].iter().copied()).collect::<Vec<_>>().join("/")
    }
}

fn line_starts(text: &str) -> Vec<u32> {
    let ends = text.match_indices('\n').map(|(at, _)| u32::try_from(at + 1).unwrap_or(u32::MAX));
    std::iter::once(0).chain(ends).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn generated_files_cite_seen_from_the_plan() {
        let mut sources = Sources::default();
        let plan = sources.add("/home/me/plans/shop.rbk", "a\nb");
        let used = sources.add("/home/me/common/people.rbk", "a");
        let driver = sources.add("library/git.rbk", "a");
        assert_eq!(sources.cite(Span { file: plan, start: 2, end: 3 }), "shop.rbk:2");
        assert_eq!(sources.cite(Span { file: used, start: 0, end: 1 }), "../common/people.rbk:1");
        assert_eq!(sources.cite(Span { file: driver, start: 0, end: 1 }), "library/git.rbk:1");
    }
}
