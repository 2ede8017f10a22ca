//! Tools of the machine itself that ask: disks, accounts, packed files, keys.
//!
//! In: a command. Out: what it asks, and how it is told not to. Not its business: whether somebody answers.

use super::interactive_command::options;
use super::prompts::{Found, QUESTION, SECRET, SHELL, add, found, says};
use super::scripts::Text;
use crate::shell::{Command, Set, Word, Words};

/// What asks on the machine itself: disks, accounts, packed files, keys.
pub fn of_system(text: &Text, command: &Command) -> Option<Found> {
    let words = command.arguments();
    let first = words.verb(&[]).map_or("", |(verb, _)| verb);
    match command.name() {
        "find" if words.has_any(&["-ok", "-okdir"]) => found(QUESTION, "`-exec` in place of `-ok`"),
        "xargs" if options(words, &["-I", "-n", "-P", "-L", "-d", "-s", "-a"]).iter().any(|word| asks(word)) => {
            found(QUESTION, "leave `-p` out")
        }
        "e2fsck" | "fsck" if !says(command, &["-p", "-y", "-n", "-a", "-N", "-V"]) => add("-p"),
        "lvremove" | "vgremove" | "pvremove" | "lvreduce"
            if !says(command, &["-y", "-f", "--yes", "--force", "-t"]) =>
        {
            add("-y")
        }
        "parted" if !says(command, &["-s", "--script", "-l"]) => {
            let asks = ["mklabel", "mktable", "mkpart", "resizepart", "rm", "rescue"];
            (words.operands(&["-a"]).len() < 2 || words.has_any(&asks)).then(|| add("-s"))?
        }
        "ufw" if matches!(first, "reset" | "delete" | "enable") && !words.has_any(&["--force"]) => add("--force"),
        "cryptsetup" => {
            let opens = matches!(first, "open" | "luksOpen" | "luksFormat" | "luksAddKey" | "reencrypt");
            let keyed =
                words.iter().any(|word| word.text.starts_with("--key-file") || word.text.starts_with("--token"));
            (opens && !keyed && !says(command, &["-d"])).then(|| found(SECRET, "give the key: `--key-file FILE`"))?
        }
        "adduser" => {
            let told =
                ["--disabled-password", "--disabled-login", "--system", "--group", "-D", "-m", "-M", "-r", "-s", "-u"];
            let valued = ["--home", "--shell", "--uid", "--gid", "--gecos", "--ingroup", "-h", "-G"];
            let one = words.operands(&valued).len() == 1;
            (one && !words.has_any(&told)).then(|| found(QUESTION, "`useradd`, or `--disabled-password --gecos ''`"))?
        }
        "chsh" | "chage" if words.operands(&[]).len() == words.len() => found(QUESTION, "say it by options"),
        "unzip" if !words.iter().any(|word| is_settled(&word.text)) && !is_new(text, words.value(&["-d"])) => found(
            "asks where a file is there already, and nobody answers",
            "add `-o` to replace, `-n` to keep what is there",
        ),
        "openssl" => {
            let keyed = says(command, &["-k", "-K"])
                || words.iter().any(|word| word.text.starts_with("-pass") || word.text == "-kfile");
            (first == "enc" && !keyed && words.len() > 2)
                .then(|| found(SECRET, "`-pass file:FILE` or `-pass env:NAME`"))?
        }
        "gpg" | "gpg2" => of_keys(words),
        "tmux" | "screen" => {
            let attaches = matches!(first, "" | "attach" | "attach-session" | "a" | "at") && !words.short('L');
            let detached = words.short('d') || words.has_any(&["-X", "-ls", "-S"]);
            (attaches && !detached).then(|| found(SHELL, "start it detached: `-d`"))?
        }
        "tig" | "lazygit" => found("shows a page and waits for a key", "`git log`"),
        "dpkg-reconfigure" if !words.iter().any(|word| word.text.contains("noninteractive")) => {
            add("-f noninteractive")
        }
        _ => None,
    }
}

/// `-p` of `xargs`, also in a bundle.
fn asks(option: &Word) -> bool {
    option.text == "--interactive" || !option.text.starts_with("--") && option.text.contains('p')
}

fn of_keys(words: &[Word]) -> Option<Found> {
    let symmetric = words.has_any(&["--symmetric"]) || words.iter().any(|word| word.text == "-c");
    let phrase = words.iter().any(|word| word.text.starts_with("--passphrase"));
    if symmetric && !phrase {
        return found(SECRET, "`--batch --pinentry-mode loopback --passphrase-file FILE`");
    }
    let keys = [
        "--gen-key",
        "--full-generate-key",
        "--full-gen-key",
        "--edit-key",
        "--delete-key",
        "--delete-keys",
        "--delete-secret-keys",
    ];
    (words.has_any(&keys) && !words.has_any(&["--batch", "--yes"])).then(|| found(QUESTION, "add `--batch`"))?
}

/// `-o`, `-n`, and what unpacks no file: `-l`, `-t`, `-p`.
fn is_settled(option: &str) -> bool {
    let letters = option.strip_prefix('-').filter(|rest| !rest.starts_with('-')).unwrap_or("");
    letters.contains(['o', 'n', 'l', 't', 'p', 'v', 'z', 'Z', 'c'])
}

/// Is it a folder that the same text has just made?
fn is_new(text: &Text, folder: Option<&Word>) -> bool {
    let Some(folder) = folder else { return false };
    let named = folder.variables().next().map(|(name, ..)| name);
    let fresh = |set: &Set| {
        set.value.as_ref().is_some_and(|value| value.substitutions().any(|(inner, _)| inner.contains("mktemp")))
    };
    let made = |command: &Command| {
        command.name() == "mkdir"
            && command.arguments().iter().any(|word| word.text == folder.text.trim_start_matches("-d"))
    };
    named.is_some_and(|name| text.parsed.sets.iter().any(|set| set.name == name && fresh(set)))
        || text.parsed.commands.iter().any(made)
}
