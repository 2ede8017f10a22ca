//! Files, written whole or not at all.
//!
//! In: what should stand where. Every file is first written under another name in its own folder; only when all of them are
//! complete on disk is the first one renamed. Whatever fails before leaves everything as it was.

use crate::diagnostics::Format;
use anyhow::Context;
use similar::TextDiff;
use std::fs::{self, File, OpenOptions};
use std::io::{ErrorKind, Write};
use std::path::{Path, PathBuf};

/// A file to be written.
#[derive(Debug)]
pub struct Target {
    /// Where.
    pub path: PathBuf,
    /// Its content.
    pub text: String,
    /// What may be done with it.
    pub access: Access,
}

/// Who may do what with a written file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Access {
    /// Everybody may read it.
    Text,
    /// Everybody may run it.
    Program,
    /// As with the file that stands there.
    AsBefore,
}

/// What was made on the way, taken away again unless everything went well.
#[derive(Debug, Default)]
struct Staged {
    files: Vec<(PathBuf, PathBuf)>,
    folders: Vec<PathBuf>,
    kept: bool,
}

impl Drop for Staged {
    fn drop(&mut self) {
        if self.kept {
            return;
        }
        // What cannot be taken away stays under its temporary name; there is nobody to tell.
        self.files.iter().for_each(|(temporary, _)| drop(fs::remove_file(temporary)));
        self.folders.iter().rev().for_each(|folder| drop(fs::remove_dir(folder)));
    }
}

/// Writes all files, or none.
pub fn all(targets: &[Target]) -> anyhow::Result<()> {
    let mut staged = Staged::default();
    for target in targets {
        stage(target, &mut staged).with_context(|| format!("{} can't be written", target.path.display()))?;
    }
    for (temporary, path) in &staged.files {
        fs::rename(temporary, path).with_context(|| format!("{} can't be written", path.display()))?;
    }
    staged.kept = true;
    Ok(())
}

fn stage(target: &Target, staged: &mut Staged) -> std::io::Result<()> {
    if target.path.is_dir() {
        return Err(std::io::Error::new(ErrorKind::IsADirectory, "there is a folder of this name"));
    }
    if target.access == Access::AsBefore && fs::metadata(&target.path)?.permissions().readonly() {
        return Err(std::io::Error::new(ErrorKind::PermissionDenied, "it is read-only"));
    }
    let folder = target.path.parent().unwrap_or(Path::new("."));
    make_folder(folder, staged)?;
    let name = target.path.file_name().unwrap_or_default().to_string_lossy();
    let temporary = folder.join(format!(".{name}.{}.tmp", std::process::id()));
    let mut file = OpenOptions::new().write(true).create(true).truncate(true).open(&temporary)?;
    staged.files.push((temporary, target.path.clone()));
    file.write_all(target.text.as_bytes())?;
    set_access(&file, target)?;
    file.sync_all()
}

fn make_folder(folder: &Path, staged: &mut Staged) -> std::io::Result<()> {
    if folder.as_os_str().is_empty() || folder.is_dir() {
        return Ok(());
    }
    make_folder(folder.parent().unwrap_or(Path::new("")), staged)?;
    fs::create_dir(folder)?;
    staged.folders.push(folder.to_path_buf());
    Ok(())
}

#[cfg(unix)]
fn set_access(file: &File, target: &Target) -> std::io::Result<()> {
    use std::os::unix::fs::{MetadataExt, PermissionsExt, fchown};
    let mode = match target.access {
        Access::Text => 0o644,
        Access::Program => 0o755,
        Access::AsBefore => {
            let there = fs::metadata(&target.path)?;
            // Only the superuser may give a file away; for everybody else it is his own already.
            let _ = fchown(file, Some(there.uid()), Some(there.gid()));
            there.permissions().mode()
        }
    };
    file.set_permissions(fs::Permissions::from_mode(mode))
}

#[cfg(not(unix))]
fn set_access(_: &File, _: &Target) -> std::io::Result<()> {
    Ok(())
}

#[cfg(unix)]
fn is_executable(path: &Path) -> bool {
    use std::os::unix::fs::PermissionsExt;
    fs::metadata(path).is_ok_and(|data| data.permissions().mode() & 0o100 != 0)
}

#[cfg(not(unix))]
fn is_executable(_: &Path) -> bool {
    true
}

/// How a file differs from what it should be; none if it does not.
pub fn difference(target: &Target, format: Format) -> anyhow::Result<Option<String>> {
    let shown = target.path.display();
    let there = match fs::read(&target.path) {
        Ok(bytes) => Some(String::from_utf8_lossy(&bytes).into_owned()),
        Err(error) if error.kind() == ErrorKind::NotFound => None,
        Err(error) => return Err(error).with_context(|| format!("{shown} can't be read")),
    };
    let line = |what: &str| Some(format!("{shown}: {what}\n"));
    Ok(match there {
        None => line("is missing"),
        Some(text) if text != target.text && format == Format::Human => {
            let diff = TextDiff::from_lines(&text, &target.text);
            let mut diff = diff.unified_diff();
            Some(diff.context_radius(3).header(&format!("{shown} (there)"), &format!("{shown} (compiled)")).to_string())
        }
        Some(text) if text != target.text => line("is stale"),
        Some(_) if target.access == Access::Program && !is_executable(&target.path) => line("has lost its run bit"),
        Some(_) => None,
    })
}
