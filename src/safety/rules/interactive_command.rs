//! A command that waits for somebody to type, where the script gives it nothing: it fails, does nothing, or stands still.

use super::{
    Context, commands,
    prompts::{EDITOR, Found, QUESTION, SECRET, TOOLS, found, tools},
    prompts_of_system::of_system,
    scripts::{Role, Text},
};
use crate::diagnostics::{Diagnostic, Fix};
use crate::shell::{Command, Place, Word, Words};
use crate::source::Span;

/// The commands of which something is said below and in `prompts`.
const OWN: &[&str] = &[
    "docker-compose",
    "podman-compose",
    "vi",
    "vim",
    "nvim",
    "nano",
    "emacs",
    "pico",
    "ed",
    "visudo",
    "vipw",
    "mcedit",
    "micro",
    "crontab",
    "systemctl",
    "passwd",
    "read",
    "whiptail",
    "dialog",
    "rm",
    "cp",
    "mv",
    "ssh-keygen",
    "ssh-copy-id",
    "mysql_secure_installation",
    "fdisk",
    "cfdisk",
    "gdisk",
    "su",
    "sudo",
    "psql",
    "mysql",
    "mariadb",
    "mysqldump",
    "mysqladmin",
    "pg_dump",
    "pg_restore",
    "sqlite3",
    "mongo",
    "mongosh",
    "redis-cli",
    "valkey-cli",
    "ssh",
    "node",
    "irb",
    "bash",
    "sh",
    "zsh",
    "ash",
    "telnet",
    "ftp",
    "rails",
    "cat",
    "tee",
    "sudoedit",
    "vigr",
    "nmtui",
    "virsh",
];

pub fn check(context: &Context) -> Vec<Diagnostic> {
    let names = [OWN, TOOLS].concat();
    debug_assert!(context.nothing_beside(&names, |text, command| one(text, command).is_none()));
    let all = context.named(&names).filter(|(text, _)| text.role != Role::Diagnosis);
    let texts = context.texts().iter().filter(|text| text.role != Role::Diagnosis);
    let menus = texts.flat_map(|text| &text.parsed.menus).map(|span| report("select", QUESTION, *span));
    let menus = menus.map(|menu| menu.help("declare an `input` with these as its choices"));
    all.filter_map(|(text, command)| one(text, command)).chain(menus).collect()
}

fn report(what: &str, why: &str, span: Span) -> Diagnostic {
    Context::report("interactive-command", format!("`{what}` {why}"), span, "nobody types here")
}

fn one(text: &Text, command: &Command) -> Option<Diagnostic> {
    if commands::is_dry(command) {
        return None;
    }
    // These ask the terminal, whatever is fed to them.
    let terminal = || matches!(command.name(), "xargs" | "openssl" | "gpg" | "gpg2").then(|| of_system(text, command));
    let found = containers(command).or_else(|| password(command)).or_else(|| terminal()?).or_else(|| {
        if is_answered(text, command) {
            None
        } else {
            asks(text, command)
                .or_else(|| clients(text, command))
                .or_else(|| tools(command))
                .or_else(|| of_system(text, command))
        }
    })?;
    let place = report(&commands::shown(command), found.why, command.span).help(found.help);
    Some(match found.fix {
        Some(fix) => place.fix(fix),
        None => place,
    })
}

/// Does something answer for a person: `yes |`, a here-document, a file?
fn is_answered(text: &Text, command: &Command) -> bool {
    commands::has_input(text, command)
}

const TERMINAL: &str = "wants a terminal, and there is none: it fails";

/// `docker exec -it`, `docker compose exec` without `-T`.
fn containers(command: &Command) -> Option<Found> {
    let compose = commands::compose(command);
    let (verb, rest) = compose.or_else(|| commands::docker(command)).or_else(|| commands::kubectl(command))?;
    let (verb, rest) = if verb == "container" { rest.verb(&[])? } else { (verb, rest) };
    if !matches!(verb, "exec" | "run" | "attach") {
        return None;
    }
    let valued = [
        "-e",
        "--env",
        "-u",
        "--user",
        "-w",
        "--workdir",
        "-v",
        "--volume",
        "--name",
        "-n",
        "--namespace",
        "-p",
        "--network",
        "-c",
        "--index",
        "--env-file",
        "--entrypoint",
        "-l",
    ];
    let options = options(rest, &valued);
    let is_tty = |word: &&&Word| {
        let text = word.text.as_str();
        matches!(text, "--tty" | "--tty=true")
            || text.len() <= 4 && text.starts_with('-') && !text.starts_with("--") && text.contains('t')
    };
    if let Some(word) = options.iter().find(is_tty) {
        let left = word.text.replace('t', "");
        let left = if left == "-" || word.text.starts_with("--") { "-i".to_owned() } else { left };
        let fix = Fix::safe("ask for no terminal").replace(word.span, left);
        return Some(Found {
            why: TERMINAL,
            help: "leave the `t` out: `-i` alone, where something is fed to it".into(),
            fix: Some(fix),
        });
    }
    let no_tty = options.iter().any(|word| {
        matches!(word.text.as_str(), "-T" | "--no-TTY" | "--no-tty" | "-d" | "--detach" | "--tty=false")
            || word.text.starts_with('-') && !word.text.starts_with("--") && word.text.contains('T')
    });
    if compose.is_some() && verb == "exec" && !no_tty {
        let word = command.words.iter().find(|word| word.text == "exec")?;
        let fix = Fix::safe("ask for no terminal").after(word.span, " -T");
        return Some(Found { why: TERMINAL, help: "write `exec -T`".into(), fix: Some(fix) });
    }
    None
}

/// The options before the first word that is none.
pub fn options<'a>(words: &'a [Word], valued: &[&str]) -> Vec<&'a Word> {
    let (mut at, mut found) = (0, Vec::new());
    while let Some(word) = words.get(at).filter(|word| word.text.starts_with('-') && word.text != "--") {
        found.push(word);
        at += 1 + usize::from(valued.contains(&word.text.as_str()));
    }
    found
}

/// Does nothing feed it? What stands in `>( … )` is fed, and is counted as in the background.
fn is_alone(text: &Text, command: &Command) -> bool {
    command.place == Place::Here && !text.parsed.pipeline(command).background
}

/// Editors, prompts, and what asks unless it is told not to.
fn asks(text: &Text, command: &Command) -> Option<Found> {
    let words = command.arguments();
    let yes = |options: &[&str]| words.has_any(options);
    match command.name() {
        "vi" | "vim" | "nvim" | "nano" | "emacs" | "pico" | "ed" | "visudo" | "vipw" | "mcedit" | "micro"
            if !yes(&["--batch", "--check", "-es", "-Es", "-s"]) && !words.short('c') =>
        {
            found(EDITOR, "change the file with `sed`, or copy a prepared one; or make it a `manual` step")
        }
        "vigr" | "sudoedit" => found(EDITOR, "copy a prepared file, or make it a `manual` step"),
        "virsh" if yes(&["edit"]) => found(EDITOR, "`virsh define FILE`"),
        "cat" if is_alone(text, command) && words.iter().all(|word| word.text == "-") => {
            found(TYPED, "feed it: a here-document, `printf '…' > FILE`")
        }
        "tee" if is_alone(text, command) => found(TYPED, "feed it: a pipe, a here-document"),
        "crontab" if yes(&["-e"]) => found(EDITOR, "load a prepared file: `crontab FILE`"),
        "systemctl" if words.first().is_some_and(|word| word.text == "edit") => {
            found(EDITOR, "write the file, then `systemctl daemon-reload`")
        }
        "passwd" if !yes(&["--stdin", "-l", "-u", "-d", "-S", "-e", "--lock", "--unlock", "--status"]) => {
            found(SECRET, "use `chpasswd`, fed from a secret")
        }
        "read" if !yes(&["-t"]) && words.iter().all(|word| !word.text.starts_with("-t")) => found(
            "waits for a line that nobody types",
            "declare an `input`, or `confirm`: the script asks at its beginning",
        ),
        "whiptail" | "dialog" | "nmtui" => found(QUESTION, "declare an `input`"),
        "rm" if words.short('i') || words.short('I') => found(QUESTION, "leave `-i` out"),
        "cp" | "mv" if words.short('i') && !words.short('f') => found(QUESTION, "leave `-i` out"),
        "ssh-keygen" if yes(&["-t"]) && !(yes(&["-N"]) && yes(&["-f"])) => {
            found(QUESTION, "give `-N ''` and `-f FILE`")
        }
        "ssh-copy-id" | "mysql_secure_installation" | "fdisk" | "cfdisk" | "gdisk" => {
            found(QUESTION, "make it a `manual` step")
        }
        "su" if !yes(&["-c", "--command"]) && words.iter().all(|word| !word.text.starts_with("-c")) => {
            found("starts a shell, and nobody types into it", "give it a command: `su USER -c '…'`")
        }
        "sudo" if options(words, &["-u", "-g"]).iter().any(|word| matches!(word.text.as_str(), "-e" | "--edit")) => {
            found(EDITOR, "copy a prepared file, or make it a `manual` step")
        }
        "sudo"
            if yes(&["-i", "-s", "--login", "--shell"]) && words.operands(&["-u", "--user"]).is_empty()
                || words.operands(&[]).last().is_some_and(|word| word.text == "su")
                    && command.name() == "sudo"
                    && words.operands(&["-u"]).len() == 1 =>
        {
            found("starts a shell, and nobody types into it", "put `sudo` before each command")
        }
        _ => None,
    }
}

/// Clients of databases that are told to ask for a password.
fn password(command: &Command) -> Option<Found> {
    let told = |option: &str| command.arguments().iter().any(|word| word.text == option || word.text == "--password");
    match command.name() {
        "psql" | "pg_dump" | "pg_restore" if told("-W") => {
            found(SECRET, "leave it out, and declare a `secret PGPASSWORD`")
        }
        "mysql" | "mariadb" | "mysqldump" | "mysqladmin" if told("-p") => {
            found(SECRET, "leave it out, and use an option file or `MYSQL_PWD`")
        }
        _ => None,
    }
}

const TYPED: &str = "copies what somebody types, and nobody does: the file is left empty";

const NOTHING: &str = "is given nothing to do: it waits for somebody to type";

/// Clients of databases and machines without a statement.
#[allow(clippy::case_sensitive_file_extension_comparisons)] // names as they are written on servers
fn clients(text: &Text, command: &Command) -> Option<Found> {
    let words = command.arguments();
    match command.name() {
        "psql" if !has_option(words, &["-c", "-f", "-l"], &["--command", "--file", "--list", "--version"]) => {
            found(NOTHING, "give it a statement, `-c '…'`, or a file, `-f`; or let the plan ask: `sql`")
        }
        "mysql" | "mariadb" if !has_option(words, &["-e"], &["--execute", "--version"]) => {
            found(NOTHING, "give it a statement: `-e '…'`")
        }
        "sqlite3"
            if words.operands(&["-cmd", "-separator", "-init"]).len() < 2 && !words.has_any(&["-version", "-cmd"]) =>
        {
            found(NOTHING, "give it a statement behind the file's name")
        }
        "mongo" | "mongosh"
            if !words.has_any(&["--eval", "--file", "-f"]) && !words.iter().any(|word| word.text.ends_with(".js")) =>
        {
            found(NOTHING, "give it a statement: `--eval '…'`")
        }
        "redis-cli" | "valkey-cli" if is_bare_redis(words) => found(NOTHING, "give it a command"),
        "ssh" if is_bare_ssh(words) && !text.parsed.is_wrapper(command) => {
            found("starts a shell on the other machine, and nobody types into it", "give it a command: `ssh HOST '…'`")
        }
        "python" | "python3" | "node" | "irb" | "bash" | "sh" | "zsh"
            if words.is_empty() && command.place != Place::Elsewhere && command.via.is_none() =>
        {
            found(NOTHING, "give it a script")
        }
        "bash" | "sh" | "ash" | "zsh" | "python" | "python3" if words.is_empty() => {
            found("starts a shell, and nobody types into it", "give it a command: `-c '…'`")
        }
        "bash" | "sh" | "psql" if of_platform(text, command) => {
            found("starts a shell on the platform, and nobody types into it", "give it a command")
        }
        "telnet" | "ftp" => found(NOTHING, "use a tool that takes its work as arguments"),
        "rails" if words.first().is_some_and(|word| matches!(word.text.as_str(), "console" | "c" | "dbconsole")) => {
            found(NOTHING, "`rails runner '…'`")
        }
        _ => None,
    }
}

/// `heroku run bash --app shop`: the options are the platform's.
fn of_platform(text: &Text, command: &Command) -> bool {
    let valued = ["-a", "--app", "-s", "--size", "-r", "--remote", "-e", "--env"];
    let platform = text.parsed.runners(command).next().is_some_and(|runner| runner.name() == "heroku");
    platform && command.arguments().operands(&valued).is_empty() && !command.has("-c")
}

fn has_option(words: &[Word], short: &[&str], long: &[&str]) -> bool {
    let bundled = |word: &Word| {
        let letters = word.text.strip_prefix('-').filter(|rest| !rest.starts_with('-')).unwrap_or("");
        // `-tAc`, `-c'…'`: a letter that takes a value ends a bundle.
        let wanted = |letter: &u8| short.iter().any(|option| option.as_bytes().last() == Some(letter));
        let ends = |byte: &u8| !byte.is_ascii_alphabetic() || b"hUdpvPRFTo".contains(byte);
        letters.as_bytes().iter().take_while(|byte| !ends(byte)).any(wanted)
    };
    let is_long = |word: &Word| word.text.as_bytes().starts_with(b"--");
    words.iter().any(|word| if is_long(word) { std::slice::from_ref(word).has_any(long) } else { bundled(word) })
}

fn is_bare_redis(words: &[Word]) -> bool {
    let valued = ["-h", "-p", "-a", "-n", "-u", "--user", "--pass", "-s", "--tls", "--cacert", "--cert", "--key"];
    let works = [
        "--scan",
        "--rdb",
        "--pipe",
        "--bigkeys",
        "--memkeys",
        "--hotkeys",
        "--version",
        "--eval",
        "--cluster",
        "--stat",
        "--latency",
        "-x",
        "--functions-rdb",
        "--replica",
        "--intrinsic-latency",
        "--lru-test",
        "--latency-history",
    ];
    words.operands(&valued).is_empty() && !words.has_any(&works)
}

fn is_bare_ssh(words: &[Word]) -> bool {
    let valued = [
        "-p", "-i", "-l", "-o", "-F", "-J", "-L", "-R", "-D", "-b", "-c", "-e", "-m", "-S", "-W", "-w", "-E", "-I",
        "-O",
    ];
    words.operands(&valued).len() == 1 && !words.short('N') && !words.has_any(&["-V", "-G", "-Q", "-O", "-W"])
}
