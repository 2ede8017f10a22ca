//! What a script does: runs one against a small shop (`SQLite`, a link, a file for a service) and breaks it in many ways.

#![allow(clippy::unwrap_used)] // a test that cannot make its shop should stop

#[path = "runtime/environment.rs"]
mod environment;

use rbk::emit::{Input, bash};
use rbk::source::Sources;
use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Output, Stdio};
use std::sync::OnceLock;
use std::time::{Duration, Instant};

const SECRET: &str = "it's a \"key\"\nsecond $line `x`";

fn script() -> &'static str {
    static SCRIPT: OnceLock<String> = OnceLock::new();
    SCRIPT.get_or_init(|| compiled("shop.rbk", include_str!("runtime/shop.rbk")))
}

fn compiled(name: &str, plan: &str) -> String {
    let mut sources = Sources::default();
    let file = sources.add(name, plan);
    let compiled = rbk::compile(&mut sources, file, &|path| Err(path.to_owned()), 20_000);
    let (program, matrix) = compiled.programs.first().unwrap_or_else(|| panic!("{:#?}", compiled.diagnostics));
    bash::emit(Input { program, sources: &sources, matrix }).unwrap()
}

/// A shop in a directory of its own.
struct Shop {
    dir: tempfile::TempDir,
    /// `bash`, or another one to be tried: `TEST_BASH=/path/to/bash-3.2 cargo test --test runtime`.
    shell: String,
}

/// What a call of the script came to.
#[derive(Debug)]
struct Said {
    code: i32,
    out: String,
    err: String,
}

impl Said {
    fn of(output: &Output) -> Self {
        let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
        Said { code: output.status.code().unwrap_or(-1), out: text(&output.stdout), err: text(&output.stderr) }
    }

    /// Asserts the code, and that the last line on standard output says it.
    fn code(self, code: i32) -> Self {
        assert_eq!(self.code, code, "{self:#?}");
        let last = self.out.lines().last().unwrap_or_default();
        assert!(last.starts_with(&format!("RESULT {code} ")), "{self:#?}");
        self
    }

    fn has(self, text: &str) -> Self {
        assert!(self.out.contains(text) || self.err.contains(text), "no {text:?} in {self:#?}");
        self
    }

    fn lacks(self, text: &str) -> Self {
        assert!(!self.out.contains(text) && !self.err.contains(text), "{text:?} in {self:#?}");
        self
    }
}

impl Shop {
    fn new() -> Self {
        let dir = tempfile::tempdir().unwrap();
        let shell = std::env::var("TEST_BASH").unwrap_or_else(|_| "bash".to_owned());
        let shop = Shop { dir, shell };
        fs::write(shop.path("rollback.sh"), script()).unwrap();
        fs::set_permissions(shop.path("rollback.sh"), fs::Permissions::from_mode(0o755)).unwrap();
        fs::create_dir_all(shop.path("releases/v1")).unwrap();
        fs::create_dir_all(shop.path("releases/v2")).unwrap();
        std::os::unix::fs::symlink(shop.path("releases/v1"), shop.path("current")).unwrap();
        fs::write(shop.path("running"), "").unwrap();
        shop.sql(
            "create table orders(id integer primary key, item text); create table outbox(release text);
             with recursive c(i) as (select 1 union all select i + 1 from c where i < 500)
             insert into orders select i, 'thing ' || i from c;",
        );
        shop.tool("columns", "sqlite3 -bail shop.db 'alter table orders add column note text'");
        shop.tool("drop", "sqlite3 -bail shop.db 'delete from orders where id > 3; drop table nosuch'");
        shop.tool("send", "sqlite3 -bail shop.db \"insert into outbox values ('v2')\"");
        shop
    }

    fn path(&self, name: &str) -> PathBuf {
        self.dir.path().join(name)
    }

    /// A program of the shop, in its directory.
    fn tool(&self, name: &str, text: &str) {
        fs::write(self.path(name), format!("#!/bin/bash\necho {name} >>calls\n{text}\n")).unwrap();
        fs::set_permissions(self.path(name), fs::Permissions::from_mode(0o755)).unwrap();
    }

    fn sql(&self, text: &str) -> String {
        let output = Command::new("sqlite3").arg(self.path("shop.db")).arg(text).output().unwrap();
        assert!(output.status.success(), "{output:?}");
        String::from_utf8(output.stdout).unwrap().trim().to_owned()
    }

    fn calls(&self) -> String {
        fs::read_to_string(self.path("calls")).unwrap_or_default().replace('\n', " ")
    }

    fn journal(&self) -> String {
        fs::read_to_string(self.path("state/journal")).unwrap_or_default()
    }

    fn command(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new(&self.shell);
        command.arg(self.path("rollback.sh")).args(arguments).current_dir(self.dir.path());
        if !arguments.is_empty() && !matches!(arguments[0], "help" | "list" | "version") {
            command.arg("--state-dir").arg(self.path("state"));
            if !arguments.contains(&"--env") {
                command.args(["--env", "staging"]);
            }
        }
        command.env("SHOP_KEY", SECRET).stdin(Stdio::null());
        command
    }

    /// Runs a verb with everything given that it may ask for.
    fn run(&self, arguments: &[&str]) -> Said {
        let set = format!("dir={}", self.dir.path().display());
        let given: &[&str] = match arguments[0] {
            "resume" | "abandon" => &["--yes"],
            "apply" | "run" | "backup" => &["--yes", "--set", "reason=because", "--set", &set],
            _ => &["--set", &set],
        };
        Said::of(&self.command(&[arguments, given].concat()).output().unwrap())
    }

    fn start(&self, arguments: &[&str]) -> Child {
        let set = format!("dir={}", self.dir.path().display());
        let mut command = self.command(arguments);
        command.args(["--yes", "--set", "reason=x", "--set", &set]);
        command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap()
    }

    /// The shop is as it was before the change.
    fn is_whole(&self) {
        assert_eq!(self.sql("select count(*) from orders"), "500");
        assert_eq!(self.sql("select count(*) from pragma_table_info('orders')"), "2");
        assert!(fs::read_link(self.path("current")).unwrap().ends_with("v1"));
        assert!(self.path("running").exists());
    }
}

/// Waits until something is so.
fn wait(what: &str, so: impl Fn() -> bool) {
    let since = Instant::now();
    while !so() {
        assert!(since.elapsed() < Duration::from_secs(240), "{what} never came");
        std::thread::sleep(Duration::from_millis(20));
    }
}

/// Processes that work in a directory or have its path in their arguments.
fn processes(dir: &Path) -> Vec<String> {
    let dir = dir.to_str().unwrap();
    let mut found = Vec::new();
    for entry in fs::read_dir("/proc").unwrap().flatten() {
        let path = entry.path();
        let here = fs::read_link(path.join("cwd")).is_ok_and(|cwd| cwd.starts_with(dir));
        let arguments = fs::read(path.join("cmdline")).unwrap_or_default();
        let arguments = String::from_utf8_lossy(&arguments).replace('\0', " ");
        if (here || arguments.contains(dir)) && !arguments.is_empty() {
            found.push(arguments);
        }
    }
    found
}

#[test]
fn alone_it_is_harmless() {
    let shop = Shop::new();
    Said::of(&shop.command(&[]).output().unwrap()).code(0).has("Usage").has("run full");
    Said::of(&shop.command(&["help"]).output().unwrap()).code(0);
    Said::of(&shop.command(&["version"]).output().unwrap()).code(0).has("sha256:");
    shop.run(&["show", "full"]).code(0).has("[restore_db]").has("rm -f");
    shop.run(&["status"]).code(0);
    assert!(!shop.path("state").exists());
    shop.is_whole();
}

#[test]
fn a_change_that_fails_is_rolled_back() {
    let shop = Shop::new();
    shop.run(&["apply", "migrate"]).code(1).has("this gets back: ./rollback.sh run full").lacks("second $line");
    assert_eq!(shop.sql("select count(*) from orders"), "3");
    shop.run(&["run", "back_out"]).code(4).has("half written");
    shop.run(&["run", "mend"]).code(4);
    shop.run(&["run", "full"]).code(0).has("orders written after the migration");
    shop.is_whole();
    shop.run(&["report"]).code(0).has("is within the RTO");
    shop.run(&["verify", "full"]).code(0);
    shop.run(&["run", "full"]).code(4).has("--failed-at");
}

#[test]
fn secrets_stay_secret() {
    let shop = Shop::new();
    let said = shop.run(&["apply", "migrate"]).code(1).has("key=***").lacks("it's a");
    drop(said);
    for file in ["journal", "log"] {
        let text = fs::read_to_string(shop.path("state").join(file)).unwrap();
        assert!(!text.contains("a \"key\"") && !text.contains("second"), "{text}");
    }
    let shop = Shop::new();
    fs::write(shop.path("key"), format!("{SECRET}\n")).unwrap();
    let set = format!("dir={}", shop.dir.path().display());
    let mut command = shop.command(&["apply", "migrate", "--yes", "--set", "reason=x", "--set", &set]);
    command.env_remove("SHOP_KEY").env("SHOP_KEY_FILE", shop.path("key"));
    Said::of(&command.output().unwrap()).code(1).has("key=***").lacks("second");
}

#[test]
fn values_reach_commands_unchanged() {
    let shop = Shop::new();
    shop.tool("columns", "printf '%s' \"$2\" >seen");
    shop.run(&["apply", "migrate"]).code(1);
    shop.run(&["list"]).code(0).has("run full");
    Said::of(&shop.command(&[]).output().unwrap())
        .code(0)
        .has("Roll back the shop: it's $HOME `whoami` 100% \"sure\"!");
    assert_eq!(fs::read_to_string(shop.path("seen")).unwrap(), "it's $HOME `whoami` $(id) %s \\ é !");
    for odd in ["$(touch x)`touch x`", "a'b\"c", "-n", "a\nb", "%s%n", "x;touch x", "*"] {
        let shop = Shop::new();
        shop.tool("columns", "printf '%s' \"$2\" >seen");
        shop.run(&["apply", "migrate", "--set", &format!("odd={odd}")]).code(1);
        assert_eq!(fs::read_to_string(shop.path("seen")).unwrap(), odd);
        assert!(!shop.path("x").exists());
    }
}

#[test]
fn a_phrase_is_typed_and_nothing_else_counts() {
    let shop = Shop::new();
    shop.tool("drop", "");
    shop.run(&["apply", "migrate"]).code(7).has("Send the mails?");
    shop.run(&["resume", "--confirm", "send"]).code(7);
    assert!(!shop.calls().contains("send"));
    shop.run(&["resume", "--confirm", "SEND"]).code(0);
    assert_eq!(shop.calls(), "columns drop send ");
    shop.run(&["run", "full"]).code(4).has("mails");
    let set = format!("dir={}", shop.dir.path().display());
    let shop = Shop::new();
    let production = ["apply", "migrate", "--env", "production", "--yes", "--set", "reason=x", "--set", &set];
    Said::of(&shop.command(&production).output().unwrap()).code(7);
    assert_eq!(shop.calls(), "");
}

#[test]
fn a_point_of_no_return_that_left_no_trace_is_not_passed() {
    let shop = Shop::new();
    shop.tool("drop", "");
    shop.tool("send", "exit 1");
    shop.run(&["apply", "migrate", "--confirm", "SEND"]).code(1);
    shop.run(&["run", "full"]).code(0);
    shop.is_whole();
}

#[test]
fn a_time_limit_ends_the_whole_group() {
    let shop = Shop::new();
    shop.tool("columns", "trap '' TERM; sleep 300 & (trap '' TERM; exec sleep 301)");
    shop.run(&["apply", "migrate"]).code(1).has("longer than its limit of 3 s");
    assert_eq!(processes(shop.dir.path()), Vec::<String>::new());
}

#[test]
fn killed_in_the_middle_it_leaves_nothing_running_and_resumes() {
    let shop = Shop::new();
    shop.tool("columns", "touch begun; sleep 300 & exec sleep 2");
    let mut child = shop.start(&["apply", "migrate"]);
    wait("the step", || shop.path("begun").exists());
    child.kill().unwrap();
    child.wait().unwrap();
    wait("the end of all processes", || processes(shop.dir.path()).is_empty());
    shop.run(&["resume"]).code(7).has("columns");
    shop.tool("drop", "");
    shop.run(&["resume", "--confirm", "done columns", "--confirm", "SEND"]).code(0);
    assert_eq!(shop.calls(), "columns drop send ");
}

#[test]
fn killed_in_a_rollback_it_gets_there() {
    let shop = Shop::new();
    shop.run(&["apply", "migrate"]).code(1);
    let mut child = shop.start(&["run", "full"]);
    wait("the restore", || shop.journal().contains("|start|restore_db|"));
    child.kill().unwrap();
    child.wait().unwrap();
    wait("the end of all processes", || processes(shop.dir.path()).is_empty());
    shop.run(&["run", "full"]).code(4).has("resume");
    shop.run(&["resume"]).code(0);
    shop.is_whole();
}

#[test]
fn killed_after_any_record_it_gets_there() {
    let shop = Shop::new();
    let calm = {
        shop.run(&["apply", "migrate"]).code(1);
        let before = shop.journal().lines().count();
        shop.run(&["run", "full"]).code(0);
        shop.journal().lines().count() - before
    };
    for records in (2..calm).step_by(4) {
        let shop = Shop::new();
        shop.run(&["apply", "migrate"]).code(1);
        let before = shop.journal().lines().count();
        let mut child = shop.start(&["run", "full"]);
        wait("a record", || shop.journal().lines().count() >= before + records || child_is_done(&shop));
        child.kill().unwrap();
        child.wait().unwrap();
        wait("the end of all processes", || processes(shop.dir.path()).is_empty());
        if !shop.journal().contains("|end|0|done|") {
            shop.run(&["resume"]).code(0);
        }
        shop.is_whole();
    }
}

fn child_is_done(shop: &Shop) -> bool {
    shop.journal().contains("|end|0|done|")
}

#[test]
fn a_signal_leaves_a_journal_to_go_on_from() {
    let shop = Shop::new();
    shop.tool("columns", "touch begun; sleep 2");
    let child = shop.start(&["apply", "migrate"]);
    wait("the step", || shop.path("begun").exists());
    Command::new("kill").args(["-TERM", &child.id().to_string()]).status().unwrap();
    let said = Said::of(&child.wait_with_output().unwrap()).code(143);
    drop(said.has("Interrupted"));
    assert!(shop.journal().contains("|cut|columns|"));
    shop.run(&["run", "full"]).code(0);
    shop.is_whole();
}

#[test]
fn one_run_at_a_time() {
    let shop = Shop::new();
    shop.tool("columns", "touch begun; sleep 2");
    let child = shop.start(&["apply", "migrate"]);
    wait("the step", || shop.path("begun").exists());
    shop.run(&["run", "full"]).code(5).has("pid");
    drop(child.wait_with_output().unwrap());
    shop.run(&["run", "full"]).code(0);
    assert!(!shop.path("state/lock").exists());
}

#[test]
fn a_torn_journal_loses_no_more_than_its_last_record() {
    let shop = Shop::new();
    shop.run(&["apply", "migrate"]).code(1);
    let whole = shop.journal();
    let last = whole.trim_end().rfind('\n').unwrap() + 1;
    for cut in last..whole.len() {
        fs::write(shop.path("state/journal"), &whole[..cut]).unwrap();
        shop.run(&["status"]).code(0).has("inside:drop");
    }
    shop.run(&["run", "full"]).code(0);
    shop.is_whole();
}

#[test]
fn what_is_missing_is_said_all_at_once_before_anything_changes() {
    let shop = Shop::new();
    fs::remove_dir(shop.path("releases/v2")).unwrap();
    let set = format!("dir={}", shop.dir.path().display());
    let mut command = shop.command(&["apply", "migrate", "--yes", "--set", "reason=x", "--set", &set]);
    command.env_remove("SHOP_KEY");
    Said::of(&command.output().unwrap()).code(3).has("SHOP_KEY").has("v2");
    assert!(shop.path("running").exists());
    assert_eq!(shop.journal(), "");
}

#[test]
fn usage_is_2_and_changes_nothing() {
    let shop = Shop::new();
    for wrong in [
        &["frobnicate"][..],
        &["apply"],
        &["apply", "nosuch"],
        &["run", "nosuch"],
        &["run", "full", "--frob"],
        &["run", "full", "--set", "nosuch=1"],
        &["run", "full", "--set", "x"],
        &["run", "full", "--only", "nosuch"],
        &["run", "full", "--env", "nosuch"],
        &["run", "full", "--failed-at", "nosuch"],
        &["resume"],
        &["decide"],
    ] {
        shop.run(wrong).code(2);
    }
    shop.is_whole();
}

#[test]
fn without_a_terminal_a_person_is_needed() {
    let shop = Shop::new();
    let set = format!("dir={}", shop.dir.path().display());
    let said = shop.command(&["apply", "migrate", "--set", &set, "--yes"]).output().unwrap();
    Said::of(&said).code(7).has("Why are we rolling back?");
    let said = shop.command(&["apply", "migrate", "--set", &set, "--set", "reason=x"]).output().unwrap();
    Said::of(&said).code(7);
    shop.is_whole();
}

#[test]
fn at_a_terminal_a_person_answers() {
    use std::io::Write;
    let shop = Shop::new();
    let typed = |answers: &str, verb: &str| {
        let line = format!(
            "bash rollback.sh {verb} --env staging --state-dir state --set dir='{}'",
            shop.dir.path().display()
        );
        let mut command = Command::new("script");
        command.args(["-qfec", &line, "/dev/null"]).current_dir(shop.dir.path()).env("SHOP_KEY", SECRET);
        let mut child = command.stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().unwrap();
        child.stdin.take().unwrap().write_all(answers.as_bytes()).unwrap();
        let output = child.wait_with_output().unwrap();
        (output.status.code(), String::from_utf8_lossy(&output.stdout).into_owned())
    };
    let (code, said) = typed("it broke\nn\n", "apply migrate");
    assert_eq!(code, Some(7), "{said}");
    assert_eq!(shop.calls(), "");
    let (code, said) = typed("it broke\ny\n", "apply migrate");
    assert_eq!(code, Some(1), "{said}");
    assert!(shop.journal().contains("|value|reason|it broke|."));
    let (code, said) = typed("sí\n", "run full");
    assert_eq!(code, Some(0), "{said}");
    shop.is_whole();
}

#[test]
fn a_run_keeps_its_values() {
    let shop = Shop::new();
    shop.run(&["apply", "migrate"]).code(1);
    shop.run(&["resume", "--set", "release=v1"]).code(2).has("v2").has("release");
}

#[test]
fn a_state_directory_that_cannot_be_written_is_3() {
    let shop = Shop::new();
    fs::write(shop.path("state"), "a file").unwrap();
    shop.run(&["apply", "migrate"]).code(3).has("--state-dir");
    shop.is_whole();
}

#[test]
fn another_plans_journal_is_4_and_abandon_is_the_way_out() {
    let shop = Shop::new();
    shop.run(&["apply", "migrate"]).code(1);
    let hash = shop.journal().split("|apply|migrate|").nth(1).unwrap()[..64].to_owned();
    let other = shop.journal().replace(&hash, &"0".repeat(64));
    fs::write(shop.path("state/journal"), other).unwrap();
    shop.run(&["run", "full"]).code(4).has("another plan");
    shop.run(&["resume"]).code(4);
    shop.run(&["abandon", "the plan was mended"]).code(0);
    shop.run(&["run", "full"]).code(4).has("--failed-at");
    shop.run(&["run", "full", "--failed-at", "drop"]).code(0);
    shop.is_whole();
}

#[test]
fn a_dry_run_asks_and_changes_nothing() {
    let shop = Shop::new();
    shop.run(&["apply", "migrate", "--dry-run"]).code(0).has("orders = 500").has("./columns");
    shop.run(&["run", "full", "--dry-run"]).code(0).has("would be refused");
    assert!(!shop.path("state").exists());
    assert_eq!(shop.calls(), "");
    shop.is_whole();
}

#[test]
fn step_by_step_keeps_the_order() {
    let shop = Shop::new();
    shop.run(&["apply", "migrate"]).code(1);
    shop.run(&["run", "full", "--only", "restore_db"]).code(7).has("stop_api");
    shop.run(&["run", "full", "--only", "stop_api"]).code(0).has("partial");
    shop.run(&["run", "full", "--only", "restore_db"]).code(0).has("partial");
    shop.run(&["run", "full", "--from", "switch_code"]).code(0);
    shop.is_whole();
}

#[test]
fn json_is_a_line_an_event() {
    let shop = Shop::new();
    let said = shop.run(&["apply", "migrate", "--json"]).code(1);
    let (mut steps, mut lines) = (0, said.out.lines().collect::<Vec<_>>());
    assert!(lines.pop().unwrap().starts_with("RESULT 1"));
    for line in lines {
        let event: serde_json::Value = serde_json::from_str(line).unwrap_or_else(|error| panic!("{line}: {error}"));
        steps += usize::from(event["event"] == "step");
    }
    assert!(steps > 8);
}

#[test]
fn it_starts_from_any_shell_and_surroundings() {
    let shop = Shop::new();
    for (shell, arguments) in [("sh", vec![]), ("bash", vec!["--posix"]), ("dash", vec![])] {
        let mut command = Command::new(shell);
        command.args(arguments).arg(shop.path("rollback.sh")).arg("list").current_dir(shop.dir.path());
        Said::of(&command.output().unwrap()).code(0).has("run full");
    }
    let set = format!("dir={}", shop.dir.path().display());
    let mut command = shop.command(&["apply", "migrate", "--yes", "--set", "reason=x", "--set", &set]);
    command.env("IFS", "/").env("CDPATH", "/tmp:/").env("LC_ALL", "tr_TR.UTF-8").env("POSIXLY_CORRECT", "1");
    // The oldest shells have another name for exported functions, and die of this one.
    if std::env::var("TEST_BASH").is_err() {
        command.env("BASH_FUNC_printf%%", "() { echo hijacked; }").env("BASH_FUNC_cd%%", "() { echo hijacked; }");
    }
    Said::of(&command.output().unwrap()).code(1).lacks("hijacked").has("this gets back");
    let mut command = shop.command(&["run", "full", "--yes", "--set", "reason=x"]);
    command.env_clear().env("PATH", "/usr/bin:/bin").env("SHOP_KEY", SECRET);
    Said::of(&command.output().unwrap()).code(0);
    shop.is_whole();
}

#[test]
fn cut_in_transfer_it_runs_nothing() {
    let shop = Shop::new();
    for part in 1..8 {
        fs::write(shop.path("rollback.sh"), &script()[..script().len() * part / 8]).unwrap();
        let output = shop.command(&["list"]).output().unwrap();
        assert!(!String::from_utf8_lossy(&output.stdout).contains("RESULT"));
    }
}

#[test]
fn a_backup_that_is_no_good_stops_the_change() {
    let shop = Shop::new();
    shop.sql(
        "drop table orders; drop table outbox; vacuum; create table orders(id); create table outbox(release text)",
    );
    fs::create_dir(shop.path("backups")).unwrap();
    fs::set_permissions(shop.path("backups"), fs::Permissions::from_mode(0o755)).unwrap();
    fs::write(shop.path("shop.db"), "not a database at all").unwrap();
    shop.run(&["apply", "migrate"]).code(1).has("take backup before");
    assert_eq!(shop.calls(), "");
    shop.run(&["run", "back_out"]).code(0);
    assert!(shop.path("running").exists());
}

#[test]
fn absent_constructs_of_bash_3_2_are_not_used() {
    let code = script().lines().filter(|line| !line.trim_start().starts_with('#')).collect::<Vec<_>>().join("\n");
    for absent in [
        "mapfile",
        "readarray",
        "declare -A",
        "local -A",
        "declare -g",
        "local -n",
        "BASHPID",
        "wait -n",
        "[[ -v",
        "&>>",
        "|&",
        ";&",
        "EPOCHSECONDS",
        "EPOCHREALTIME",
        "inherit_errexit",
        ",,}",
        "^^}",
        "%(",
        "coproc",
        "<<<",
    ] {
        assert!(!code.contains(absent), "{absent}");
    }
}

#[test]
fn the_script_is_clean() {
    let shop = Shop::new();
    let output = Command::new("shellcheck").arg(shop.path("rollback.sh")).output().unwrap();
    assert_eq!(String::from_utf8_lossy(&output.stdout), "");
    assert!(output.status.success());
}

/// What was begun and changes something is not passed over any more: it would stay half done.
#[test]
fn an_optional_step_is_asked_about_before_its_first_try_only() {
    let dir = tempfile::tempdir().unwrap();
    let plan = "plan once \"Once\" { rto 1h }\nresource f : command data { }\nphase go {\n  step fill modifies f \
                ask_first because \"it can wait\" timeout 5s {\n    sh \"./fill\"\n    undo { total; sh \"rm -f f\" }\n  }\n}\n\
                rollback back of go {\n  undo fill timeout 5s\n  verify gone of f { sh \"test ! -e f\" }\n}\n";
    fs::write(dir.path().join("rollback.sh"), compiled("once.rbk", plan)).unwrap();
    let run = |verb: &[&str], state: &str, works: bool| {
        let path = dir.path().join("fill");
        fs::write(&path, if works { "#!/bin/bash\n: >f\n" } else { "#!/bin/bash\nexit 1\n" }).unwrap();
        fs::set_permissions(&path, fs::Permissions::from_mode(0o755)).unwrap();
        let mut command = Command::new("bash");
        command.arg("rollback.sh").args(verb).args(["--yes", "--confirm", "skip fill", "--state-dir", state]);
        Said::of(&command.current_dir(dir.path()).stdin(Stdio::null()).output().unwrap())
    };
    run(&["apply", "go"], "passed", false).code(0);
    let mut broken = Command::new("bash");
    broken.args(["rollback.sh", "apply", "go", "--yes", "--confirm", "nothing", "--state-dir", "broken"]);
    Said::of(&broken.current_dir(dir.path()).stdin(Stdio::null()).output().unwrap()).code(1);
    run(&["resume"], "broken", false).code(1);
    run(&["resume"], "broken", true).code(0);
    assert!(dir.path().join("f").exists(), "it was passed over");
}
