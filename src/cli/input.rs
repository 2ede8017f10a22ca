//! What is read from outside: plans, the files that they use, the date.
//!
//! In: paths as given. Out: texts under the names that users see, or why there is none. Whatever the bytes are, there is a text:
//! what is not UTF-8 becomes a finding at its place.

use super::Options;
use crate::diagnostics::Diagnostic;
use crate::source::{FileId, Sources, Span};
use anyhow::{Context, bail};
use std::collections::BTreeSet;
use std::io::Read;
use std::path::{Path, PathBuf};
use std::time::{SystemTime, UNIX_EPOCH};

/// A plan to be read.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Input {
    /// The name that users see: the path as given, with `/` between its parts.
    pub name: String,
    /// The file; none for standard input.
    pub path: Option<PathBuf>,
    /// Was it found in a folder? Then it may be a file that only plans use.
    pub searched: bool,
}

impl Input {
    /// The file that is meant, links followed; `-` for standard input.
    pub fn true_path(&self) -> PathBuf {
        self.path.as_ref().map_or_else(|| PathBuf::from("-"), true_path)
    }
}

/// The file that a path means, links followed, so that each has but one name; the path itself if there is none.
pub fn true_path(path: impl AsRef<Path>) -> PathBuf {
    std::fs::canonicalize(&path).unwrap_or_else(|_| path.as_ref().to_path_buf())
}

/// The plans that the arguments mean, each once, in order of their names within a folder. Fails if there is none.
pub fn find(paths: &[PathBuf], options: &Options) -> anyhow::Result<Vec<Input>> {
    let (mut inputs, mut seen) = (Vec::new(), BTreeSet::new());
    for path in paths {
        let found = if path.as_os_str() == "-" {
            vec![Input { name: options.stdin_filename.clone(), path: None, searched: false }]
        } else if path.is_dir() {
            search(path)?
        } else {
            std::fs::metadata(path).with_context(|| shown(path))?;
            vec![Input { name: shown(path), path: Some(path.clone()), searched: false }]
        };
        inputs.extend(found.into_iter().filter(|input| seen.insert(input.name.clone())));
    }
    if inputs.is_empty() {
        let named: Vec<String> = paths.iter().map(|path| shown(path)).collect();
        bail!("no plan found: there is no *.rbk file in {}", named.join(", "));
    }
    Ok(inputs)
}

/// All `*.rbk` below a folder; hidden folders and those of tools are passed over.
fn search(folder: &Path) -> anyhow::Result<Vec<Input>> {
    let skipped = |entry: &walkdir::DirEntry| {
        let name = entry.file_name().to_string_lossy();
        entry.depth() > 0
            && entry.file_type().is_dir()
            && (name.starts_with('.') || name == "target" || name == "node_modules")
    };
    let walk = walkdir::WalkDir::new(folder).follow_links(true).sort_by_file_name();
    let mut found = Vec::new();
    for entry in walk.into_iter().filter_entry(|entry| !skipped(entry)) {
        let entry = entry.with_context(|| format!("{} can't be searched", shown(folder)))?;
        if entry.file_type().is_file() && entry.path().extension().is_some_and(|extension| extension == "rbk") {
            let path = entry.path().to_path_buf();
            found.push(Input { name: shown(&path), path: Some(path), searched: true });
        }
    }
    Ok(found)
}

/// A path as users see it.
fn shown(path: &Path) -> String {
    let name = path.to_string_lossy().replace(std::path::MAIN_SEPARATOR, "/");
    name.strip_prefix("./").filter(|rest| !rest.is_empty()).map_or_else(|| name.clone(), str::to_owned)
}

/// Reads a plan into `sources`; findings if its bytes are no text.
pub fn read(input: &Input, sources: &mut Sources) -> anyhow::Result<(FileId, Vec<Diagnostic>)> {
    let bytes = bytes(input)?;
    match String::from_utf8(bytes) {
        Ok(text) => Ok((sources.add(&input.name, text), Vec::new())),
        Err(error) => {
            let start = error.utf8_error().valid_up_to();
            let byte = error.as_bytes().get(start).copied().unwrap_or(0);
            let id = sources.add(&input.name, String::from_utf8_lossy(error.as_bytes()));
            let start = u32::try_from(start).unwrap_or(u32::MAX);
            // One replacement character stands there now: three bytes.
            let span = Span { file: id, start, end: start + 3 };
            let finding =
                Diagnostic::error("encoding", "this file is not UTF-8 text", span, format!("the byte 0x{byte:02X}"));
            Ok((id, vec![finding.help("save the file as UTF-8")]))
        }
    }
}

fn bytes(input: &Input) -> anyhow::Result<Vec<u8>> {
    let mut bytes = Vec::new();
    match &input.path {
        Some(path) => bytes = std::fs::read(path).with_context(|| input.name.clone())?,
        None => drop(std::io::stdin().lock().read_to_end(&mut bytes).context("standard input")?),
    }
    // Places are 32 bits wide; a plan of this size is a mistake anyway.
    if bytes.len() > 1 << 30 {
        bail!("{}: larger than 1 GiB: this is no plan", input.name);
    }
    Ok(bytes)
}

/// Reads a file that a plan uses.
pub fn load(path: &str) -> Result<String, String> {
    let bytes = std::fs::read(path).map_err(|error| match error.kind() {
        std::io::ErrorKind::NotFound => format!("there is no file {path}"),
        _ => error.to_string(),
    })?;
    String::from_utf8(bytes)
        .map_err(|error| format!("it is not UTF-8 text (at byte {})", error.utf8_error().valid_up_to()))
}

/// Today, in days since 1970-01-01, in UTC.
pub fn today() -> i64 {
    let seconds = SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |elapsed| elapsed.as_secs());
    i64::try_from(seconds / 86_400).unwrap_or(0)
}

/// `YYYY-MM-DD` in days since 1970-01-01.
pub fn date(text: &str) -> Result<i64, String> {
    let wrong = || format!("`{text}` is no date: write YYYY-MM-DD");
    let parts: Vec<i64> = text.split('-').map(|part| part.parse().map_err(|_| wrong())).collect::<Result<_, _>>()?;
    let &[year, month, day] = parts.as_slice() else { return Err(wrong()) };
    let leap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
    let length = match month {
        2 => 28 + i64::from(leap),
        4 | 6 | 9 | 11 => 30,
        1..=12 => 31,
        _ => return Err(wrong()),
    };
    if !(1..=9999).contains(&year) || !(1..=length).contains(&day) {
        return Err(wrong());
    }
    // Days from March of year 0 on, so that the leap day is the last of its year.
    let (y, m) = if month > 2 { (year, month - 3) } else { (year - 1, month + 9) };
    Ok(365 * y + y / 4 - y / 100 + y / 400 + (153 * m + 2) / 5 + day - 1 - 719_468)
}

#[cfg(test)]
mod tests {
    use super::date;

    #[test]
    fn dates_are_counted_from_1970() {
        assert_eq!(date("1970-01-01"), Ok(0));
        assert_eq!(date("2000-03-01"), Ok(11_017));
        assert_eq!(date("2026-11-01"), Ok(20_758));
        for wrong in ["2026-02-29", "2026-13-01", "2026-00-01", "2026-04-31", "tomorrow", "2026-1", "0000-01-01", ""] {
            assert!(date(wrong).is_err(), "{wrong}");
        }
        assert!(date("2024-02-29").is_ok());
    }
}
