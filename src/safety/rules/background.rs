//! What runs beside the text: its failure ends nothing, and somebody must ask for it.
//!
//! In: a command. Out: why nobody hears of its failure. Not its business: what the finding is called (`masked_failure`).

use super::masked_failure::Why;
use super::{commands, scripts::Text, status};
use crate::shell::{Command, Place, Words};

/// Why a failure of this command, which does not run before the next one, is not heard of.
pub fn why(text: &Text, command: &Command) -> Option<Why> {
    let site = text.parsed.pipeline(command);
    match site.background && !site.process {
        true => unwaited(text, command),
        false => detached(text, command),
    }
}

/// `cmd &` and a `wait` that does not tell, or none.
fn unwaited(text: &Text, command: &Command) -> Option<Why> {
    let parsed = &text.parsed;
    let site = parsed.pipeline(command);
    if !site.otherwise.is_empty() || command.stage > 0 || !status::counts(text, command) {
        return None;
    }
    let behind = |other: &&Command| {
        other.span.start > command.span.end && parsed.pipeline(other).shell == site.shell && other.via.is_none()
    };
    let mut waits = parsed.commands.iter().filter(behind).filter(|other| other.name() == "wait").peekable();
    if waits.peek().is_none() {
        return abandoned(text, command);
    }
    let all = |wait: &Command| wait.arguments().is_empty();
    let several = |wait: &Command| {
        let list = wait.arguments().iter().any(|word| word.text.contains("[@]") || word.text.contains("jobs -p"));
        list || wait.arguments().len() > 1 && !wait.arguments().has_any(&["-n", "-p", "-f"])
    };
    let first = waits.next()?;
    if waits.next().is_some() {
        return None;
    }
    if all(first) {
        let help = "keep each process id, `pids+=(\"$!\")`, and wait for each: `for pid in \"${pids[@]}\"; do wait \"$pid\"; done`";
        return Some(("`wait` without a process id succeeds in any case", help));
    }
    several(first).then_some((
        "`wait` tells how the last one ended, not this one",
        "wait for each by itself: `for pid in …; do wait \"$pid\"; done`",
    ))
}

/// Nobody waits: the next command builds on what is not done yet, or says that it is.
fn abandoned(text: &Text, command: &Command) -> Option<Why> {
    let parsed = &text.parsed;
    let named = |word: &crate::shell::Word| word.text.contains("$!");
    let kept = parsed.commands.iter().flat_map(|other| &other.words).any(named)
        || parsed.sets.iter().filter_map(|set| set.value.as_ref()).any(named);
    let done = ["done", "restored", "finished", "complete", "loaded", "migrated", "imported", "synced", "copied"];
    let says = |other: &Command| {
        commands::only_prints(other)
            && other.arguments().iter().any(|word| done.iter().any(|done| word.text.to_lowercase().contains(done)))
    };
    let claims = parsed.commands.iter().any(|other| other.span.start > command.span.end && says(other));
    // `(cmd &)` and `nohup cmd &` leave it to nobody as well.
    let apart = || {
        parsed.pipeline(command).subshell > 0
            || parsed
                .commands
                .iter()
                .any(|other| other.name() == "disown" || other.name() == "nohup" && other.pipeline == command.pipeline)
    };
    let left = || apart() && finishes(text, command);
    let counts =
        status::matters(text, command) && (claims || status::acts(text, command) && ends(text, command) || left());
    (counts && !kept).then_some((
        "the text is over before it is: nobody waits for it",
        "leave the `&` out, or keep its process id, `pid=$!`, and `wait \"$pid\"`",
    ))
}

/// Is it a job that comes to an end, or does it run such a one?
fn ends(text: &Text, command: &Command) -> bool {
    let job = |other: &Command| {
        status::copies(other) || matches!(other.name(), "tar" | "cp" | "psql" | "mysql" | "gzip" | "gunzip" | "unzip")
    };
    let within = |other: &&Command| other.pipeline == command.pipeline;
    text.parsed.commands.iter().filter(within).any(job)
}

/// Is it no server that stays, but something that comes to an end and then is done?
fn finishes(text: &Text, command: &Command) -> bool {
    let job = |other: &Command| {
        let verb = commands::compose(other).or_else(|| commands::docker(other));
        let builds = verb.is_some_and(|(verb, rest)| match verb {
            "up" => rest.short('d') || rest.has_any(&["--detach", "--wait"]),
            verb => matches!(verb, "build" | "pull" | "push"),
        });
        let jobs = ["restore", "migrate", "rollback", "down", "import", "build", "deploy", "load", "sync"];
        let own = status::is_own(other) && jobs.iter().any(|job| other.name().contains(job));
        builds || own || matches!(other.name(), "make" | "kubectl" | "helm" | "terraform" | "ansible-playbook")
    };
    let within = |other: &&Command| other.pipeline == command.pipeline;
    ends(text, command) || status::acts(text, command) || text.parsed.commands.iter().filter(within).any(job)
}

/// `systemd-run`, `at now`, `ssh -f`: what they start is not waited for.
fn detached(text: &Text, command: &Command) -> Option<Why> {
    const TOOLS: &[&str] =
        &["systemd-run", "at", "batch", "ssh", "screen", "tmux", "docker", "podman", "systemctl", "gcloud", "az"];
    if !TOOLS.contains(&command.name()) {
        return None;
    }
    let by = |other: &&Command| text.parsed.runners(other).any(|runner| std::ptr::eq(runner, command));
    let run: Vec<&Command> = text.parsed.commands.iter().filter(by).collect();
    let inner = |wanted: fn(&Text, &Command) -> bool| run.iter().any(|other| wanted(text, other));
    // The options of what is run are not those of what runs it.
    let end = run.first().map_or(command.span.end, |first| first.span.start);
    let own = command.arguments().iter().take_while(|word| word.span.end <= end).count();
    let words = &command.arguments()[..own];
    let leaves = match command.name() {
        "systemd-run" => {
            let waits = ["--wait", "-P", "--pipe", "-t", "--pty", "--scope", "-S", "--shell"];
            let planned =
                |word: &crate::shell::Word| word.text.starts_with("--on-") || word.text.starts_with("--timer");
            !words.has_any(&waits) && !words.iter().any(planned) && inner(ends)
        }
        "batch" => words.is_empty() && (command.input.is_some() || command.stage > 0),
        "tmux" => {
            let new = words.first().is_some_and(|word| word.text.starts_with("new"));
            let job = words.last().map_or("", |word| word.text.as_str());
            let ends = ["dump", "restore", "rsync", "migrate", "tar ", "cp -"].iter().any(|what| job.contains(what));
            new && words.iter().any(|word| matches!(word.text.as_str(), "-d" | "-ds")) && ends
        }
        "at" => words.has_any(&["now"]) && !words.has_any(&["+"]) && (command.input.is_some() || command.stage > 0),
        "ssh" => words.has_any(&["-f"]) && inner(status::acts),
        "screen" => words.iter().any(|word| word.text.starts_with("-dm")),
        "docker" | "podman" => words.has_any(&["exec"]) && words.has_any(&["-d", "--detach"]) && inner(status::acts),
        "gcloud" | "az" => {
            let later = |other: &Command| other.span.start > command.span.end && other.has("wait");
            let creates = words.has_any(&["restore", "restore-backup", "import", "export", "create"]);
            words.has_any(&["--async", "--no-wait"]) && creates && !text.parsed.commands.iter().any(later)
        }
        "systemctl" => words.has_any(&["--no-block"]) && words.has_any(&["start", "restart"]),
        _ => return None,
    };
    leaves.then_some(("the text does not wait for it", "let it wait (`--wait`), or run the command itself"))
}

/// `diff <(ssh a …) <(ssh b …)`, `tee >(gzip > f)`: a failure in there is nobody's, and its answer an empty one.
pub fn process(text: &Text, command: &Command) -> Option<Why> {
    let site = text.parsed.pipeline(command);
    if !site.process || command.place != Place::Here || !site.otherwise.is_empty() {
        return None;
    }
    let writes = command.redirects.iter().any(|redirect| redirect.writes && redirect.fd == 1);
    let packs = matches!(command.name(), "gzip" | "pigz" | "xz" | "zstd" | "bzip2" | "lz4" | "openssl" | "gpg" | "age");
    // Its answer says how it ended: 000 where there was none.
    let tells = command.name() == "curl" && command.arguments().iter().any(|word| word.text.contains("%{http_code}"));
    let counts = talks(command) && !tells || writes && packs || status::is_own(command) || feeds(text, command);
    (counts && !is_counted(text, command) && !is_wanted(text, command)).then_some((
        "nobody hears of it in `<(…)` or `>(…)`: it looks like an empty answer",
        "take its output first, into a variable or a file: that ends the text if it fails",
    ))
}

/// `read -r x < <(psql …)`, `jq -e … < <(curl …)`: they fail where there is no answer.
fn is_wanted(text: &Text, command: &Command) -> bool {
    let outside = |other: &&Command| other.span.start < command.span.start && !text.parsed.pipeline(other).process;
    let reader = text.parsed.commands.iter().filter(outside).max_by_key(|other| other.span.start);
    reader.filter(|reader| reader.fed).is_some_and(|reader| {
        let (site, words) = (text.parsed.pipeline(reader), reader.arguments());
        let heard = !site.in_loop && !site.negated && (!site.asked || status::refuses(text, site.otherwise.clone()));
        heard
            && match reader.name() {
                "read" => true,
                "jq" => words.short('e') || words.has_any(&["--exit-status"]),
                "grep" | "egrep" | "fgrep" => !words.short('v') && !words.short('c'),
                _ => false,
            }
    })
}

/// `psql -f <(gunzip -c dump.gz)`: half a script is as good as a whole one to whom reads it.
fn feeds(text: &Text, command: &Command) -> bool {
    let outside = |other: &&Command| other.span.start < command.span.start && !text.parsed.pipeline(other).process;
    let reader = || text.parsed.commands.iter().filter(outside).max_by_key(|other| other.span.start);
    let takes = |reader: &Command| {
        let shell = matches!(reader.name(), "bash" | "sh" | "source" | "." | "pg_restore" | "mongorestore" | "tar");
        shell || super::psql_continues_after_error::CLIENTS.contains(&reader.name())
    };
    status::unpacks(command) && reader().is_some_and(takes)
}

/// Does it ask a server or another machine?
pub fn talks(command: &Command) -> bool {
    let name = command.name();
    let clients = [
        "ssh",
        "mysqlcheck",
        "psql",
        "sqlite3",
        "mysql",
        "mariadb",
        "mongosh",
        "mongo",
        "redis-cli",
        "kubectl",
        "oc",
        "docker",
        "podman",
        "curl",
        "wget",
        "aws",
        "gcloud",
        "az",
        "gsutil",
        "rclone",
        "dig",
        "host",
        "nslookup",
        "helm",
        "gh",
        "vault",
        "consul",
        "etcdctl",
        "npx",
    ];
    clients.contains(&name) || status::copies(command)
}

/// Is what comes of it counted or waited for?
fn is_counted(text: &Text, command: &Command) -> bool {
    let behind = text.parsed.commands.iter().filter(|other| other.span.start > command.span.end);
    let asks = |other: &Command| {
        let counts = matches!(other.name(), "[" | "test") && other.words.iter().any(|word| word.text.contains("${#"));
        counts || other.name() == "wait" && other.words.iter().any(|word| word.text.contains("$!"))
    };
    let lists = text.parsed.sets.iter().filter(|set| set.value.is_none() && set.span.end <= command.span.start);
    let outside = |read: &crate::shell::Read| {
        let inside = |other: &Command| other.span.start <= read.span.start && read.span.end <= other.span.end;
        let listed = text
            .parsed
            .listed
            .iter()
            .any(|(_, word)| word.span.start <= read.span.start && read.span.end <= word.span.end);
        read.span.start > command.span.end && !listed && !text.parsed.commands.iter().any(inside)
    };
    // In `[[ … ]]` and `(( … ))`, which are no commands.
    let tested = lists.flat_map(|set| text.parsed.reads.iter().filter(|read| read.name == set.name)).any(outside);
    behind.into_iter().any(asks) || tested
}
