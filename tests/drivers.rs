//! The standard drivers, each against the real program where it can be had: `tests/drivers/NAME.sh` gets the folder of
//! operations, written out of `library/` as a compiled script would hold them, and must end with 0.

#![allow(clippy::unwrap_used)]

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command as Process;

use rbk::model;
use rbk::model::plan::{Driver, Operation, Param};
use rbk::model::value::{Command, Value};
use rbk::source::Sources;

/// The files of the library, by name.
fn library() -> Vec<String> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("library");
    let paths = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path());
    let paths = paths.filter(|path| path.extension().is_some_and(|extension| extension == "rbk"));
    let mut names: Vec<_> = paths.map(|path| path.file_stem().unwrap().to_str().unwrap().to_owned()).collect();
    names.sort();
    names
}

/// All drivers of the library, as the resolver sees them.
fn drivers() -> Vec<Driver> {
    let resources: Vec<_> = library().iter().map(|name| format!("resource r_{name} : {name}\n")).collect();
    let plan = format!("plan all \"All drivers\" {{ rto 1h }}\n{}", resources.concat());
    let mut sources = Sources::default();
    let file = sources.add("all.rbk", plan);
    let resolved = model::resolve(&mut sources, file, &|_| Err("no file".to_owned()), &[]);
    let in_library: Vec<_> =
        resolved.diagnostics.iter().filter(|d| d.labels.iter().all(|l| l.span.file != file)).collect();
    assert!(in_library.is_empty(), "{in_library:#?}");
    let drivers = resolved.variations.into_iter().next().unwrap().plan.drivers;
    assert_eq!(drivers.len(), library().len());
    drivers
}

/// The shell text of an operation; none where a person does it.
fn text(commands: &[Command]) -> Option<String> {
    let one = |command: &Command| match command {
        Command::Sh(script) => script.text.value.clone(),
        Command::Sql(..) => panic!("a driver has no queries of its own"),
    };
    (!commands.is_empty()).then(|| commands.iter().map(one).collect::<Vec<_>>().join("\n"))
}

/// Writes each operation to `DRIVER/OPERATION.sh` below a folder.
fn write_operations(folder: &Path) -> Vec<PathBuf> {
    let mut written = Vec::new();
    for driver in drivers() {
        let home = folder.join(&driver.common.name);
        fs::create_dir_all(&home).unwrap();
        for operation in &driver.operations {
            if let Some(text) = text(&operation.commands) {
                let path = home.join(format!("{}.sh", operation.name));
                fs::write(&path, format!("{}\n", text.trim_end())).unwrap();
                written.push(path);
            }
        }
    }
    written
}

/// Runs the test of a driver in its own session, so that what it kills is its own.
fn exercise(name: &str) {
    let operations = tempfile::tempdir().unwrap();
    write_operations(operations.path());
    let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/drivers").join(name).with_extension("sh");
    // A script that waits in vain must not hold up everything behind it.
    let mut process = Process::new("timeout");
    process.args(["--kill-after=30s", "15m", "bash"]).arg(script).env("OPS", operations.path()).env_remove("BASH_ENV");
    let output = process.output().unwrap();
    let (out, err) = (String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
    assert!(output.status.success(), "{name}: {}\n{out}\n{err}", output.status);
}

macro_rules! exercised {
    ($($name:ident),* $(,)?) => { $(#[test] fn $name() { exercise(stringify!($name)); })* };
}
exercised! {
    postgres, postgres_container, sqlite, redis, files, docker_engine,
    git, release_link, config_file, compose, systemd, pm2,
}

/// A wrapper declares what an operation may read; then shellcheck and shfmt have nothing to say.
#[test]
fn shell_texts_are_clean() {
    let folder = tempfile::tempdir().unwrap();
    let files = write_operations(folder.path());
    let format = Process::new("shfmt").args(["-i", "2", "-ci", "-d"]).args(&files).output().unwrap();
    assert!(format.status.success(), "{}", String::from_utf8_lossy(&format.stdout));
    for driver in drivers() {
        let mut given: Vec<String> = driver.params.iter().map(|p| p.common.name.clone()).collect();
        given.extend(["backup_path", "tables", "to", "with", "bind_names"].map(String::from));
        let head: String = given.iter().map(|name| format!("{name}=\"$1\"\n")).collect();
        for operation in &driver.operations {
            let Some(text) = text(&operation.commands) else { continue };
            let path = folder.path().join("checked.sh");
            // Parameters that an operation does not read are no finding: each is read once at the end.
            let tail: String = given.iter().map(|name| format!(": \"${name}\"\n")).collect();
            fs::write(
                &path,
                format!("#!/usr/bin/env bash\nset -eu\n{head}operation() {{\n{text}\n}}\n(operation)\n{tail}"),
            )
            .unwrap();
            let found = Process::new("shellcheck").arg(&path).output().unwrap();
            let name = format!("{}: {}", driver.common.name, operation.name);
            assert!(found.status.success(), "{name}\n{}", String::from_utf8_lossy(&found.stdout));
            let read = Process::new("bash").arg("-n").arg(&path).output().unwrap();
            assert!(read.status.success(), "{name}\n{}", String::from_utf8_lossy(&read.stderr));
        }
    }
}

/// A default as the page shows it.
fn default(param: &Param) -> String {
    match &param.value {
        None => "required".to_owned(),
        Some(Value::Text(text)) if text.source().is_empty() => "empty".to_owned(),
        Some(Value::Text(text)) => format!("`{}`", text.source()),
        Some(Value::Number(number)) => format!("`{number}`"),
        Some(other) => panic!("show {other:?}"),
    }
}

/// What an operation's head says, beside its limit.
fn marks(operation: &Operation) -> String {
    let mut marks = Vec::new();
    let flags = [
        ("total", operation.total),
        ("while_running", operation.while_running),
        ("discards_newer", operation.discards_newer),
        ("directory", operation.directory),
    ];
    marks.extend(flags.iter().filter(|(_, set)| *set).map(|(name, _)| format!("`{name}`")));
    marks.extend(operation.suffix.iter().map(|suffix| format!("ends in `{suffix}`")));
    marks.extend(operation.placeholder.iter().map(|place| format!("`:x` is `{}`", place.replace('%', "x"))));
    marks.extend(operation.manual.iter().map(|text| format!("by hand: {}", text.source())));
    marks.join(", ")
}

/// The tables of one driver.
fn tables(driver: &Driver) -> String {
    let kinds: Vec<_> = driver.kinds.iter().map(|kind| format!("{kind:?}").to_lowercase()).collect();
    let needs = if driver.needs.is_empty() { "nothing".to_owned() } else { format!("`{}`", driver.needs.join("`, `")) };
    let mut page = format!("For {}. Needs {needs}.\n", kinds.join(", "));
    if !driver.params.is_empty() {
        page.push_str("\n| param | is | default |\n| --- | --- | --- |\n");
    }
    for param in &driver.params {
        let title = param.common.title.as_ref().expect("a param says what it is").source();
        page.push_str(&["| `", &param.common.name, "` | ", &title, " | ", &default(param), " |\n"].concat());
    }
    if !driver.operations.is_empty() {
        page.push_str("\n| operation | limit | |\n| --- | --- | --- |\n");
    }
    for operation in &driver.operations {
        let seconds = operation.timeout.expect("an operation has a limit");
        let limit = if seconds % 60 == 0 { format!("{}m", seconds / 60) } else { format!("{seconds}s") };
        page.push_str(&["| `", &operation.name, "` | ", &limit, " | ", &marks(operation), " |\n"].concat());
    }
    page
}

/// The page names every driver, param and operation, as the files have them; `RBK_UPDATE=1` writes its tables anew.
#[test]
fn page_has_what_the_library_has() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/drivers.md");
    let mut page = fs::read_to_string(&path).unwrap();
    let before = page.clone();
    for driver in drivers() {
        let name = &driver.common.name;
        assert!(page.contains(&format!("\n## {name}\n")), "docs/drivers.md has no section on {name}");
        let (begin, end) = (format!("<!-- begin {name} -->\n"), format!("<!-- end {name} -->"));
        let from = page.find(&begin).unwrap_or_else(|| panic!("docs/drivers.md lacks {begin}")) + begin.len();
        let to = page.find(&end).unwrap_or_else(|| panic!("docs/drivers.md lacks {end}"));
        page.replace_range(from..to, &tables(&driver));
    }
    if std::env::var_os("RBK_UPDATE").is_some() {
        fs::write(&path, &page).unwrap();
    }
    assert_eq!(before, page, "docs/drivers.md is not what library/ says: refresh it with RBK_UPDATE=1");
}

/// The drivers that no program stands behind.
#[test]
fn drivers_without_programs() {
    let drivers = drivers();
    let of = |name: &str| drivers.iter().find(|driver| driver.common.name == name).unwrap();
    assert!(of("command").operations.is_empty());
    assert!(of("irrevocable").operations.is_empty());
    let switch = &of("console").operations[0];
    assert_eq!(switch.name, "switch");
    assert_eq!(switch.manual.as_ref().unwrap().source(), "In ${place}, switch it to ${to}");
}

/// A restore that is tested, a backup that is checked: what the promises on the page rest on.
#[test]
fn every_restore_is_total_and_its_backup_checked() {
    for driver in drivers() {
        let has = |name: &str| driver.operations.iter().find(|operation| operation.name == name);
        assert_eq!(has("backup").is_some(), has("restore").is_some(), "{}", driver.common.name);
        assert_eq!(has("backup").is_some(), has("check").is_some(), "{}", driver.common.name);
        assert!(has("restore").is_none_or(|restore| restore.total), "{}", driver.common.name);
        assert_eq!(has("start").is_some(), has("kill").is_some() && has("running").is_some(), "{}", driver.common.name);
    }
}
