//! Tests and questions in shell texts that say yes whatever there is.
//!
//! In: a command, in its text. Out: why its answer means nothing, and what to write. Not its business: checks as the plan has them
//! (`check_that_cannot_fail`).

use super::{attempts, brackets, commands, idle, scripts::Text, status};
use crate::shell::{Command, Word, Words};

/// What a finding says: the sentence, and what to do.
pub type Said = (String, &'static str);

/// The commands that are looked at.
pub const TOOLS: &[&str] = &[
    "[",
    "test",
    "break",
    "find",
    "gfind",
    "docker",
    "podman",
    "docker-compose",
    "podman-compose",
    "kubectl",
    "oc",
    "awk",
    "gawk",
    "mawk",
    "grep",
    "egrep",
    "sqlite3",
    "redis-cli",
    "valkey-cli",
    "jq",
    "sha256sum",
    "sha512sum",
    "sha1sum",
    "md5sum",
    "shasum",
    "b2sum",
    "cksum",
    "git",
    "aws",
    "wc",
    "psql",
    "mysql",
    "mariadb",
    "pm2",
    "systemctl",
    "pg_isready",
    "pgrep",
    "mountpoint",
    "nc",
    "cmp",
];

/// Why a command's answer means nothing.
pub fn why(text: &Text, command: &Command) -> Option<Said> {
    match command.name() {
        "[" | "test" => brackets::test(text, command),
        "break" => attempts::run_out(text, command),
        _ => question(text, command)
            .or_else(|| own_sum(text, command))
            .or_else(|| any_number(text, command))
            .or_else(|| idle::why(text, command)),
    }
}

/// A finding, as every question gives it back.
#[allow(clippy::unnecessary_wraps)]
pub fn said(why: impl Into<String>, help: &'static str) -> Option<Said> {
    Some((why.into(), help))
}

/// A question whose status is the same whatever the answer.
fn question(text: &Text, command: &Command) -> Option<Said> {
    let site = text.parsed.pipeline(command);
    let substitution = text.parsed.shell(command).is_some_and(|shell| shell.substitution);
    if command.stage + 1 != site.stages || substitution || site.background {
        return None;
    }
    let quiet = || command.arguments().short('q') || command.redirects.iter().any(|to| to.target.text == "/dev/null");
    let search = || is_search(command) && quiet();
    let asked = || status::claims(text, site.then.clone()) || status::refuses(text, site.otherwise.clone());
    // Its status is that of the text.
    let last = || is_search(command) && site.last && site.otherwise.is_empty();
    let spoken = spoken(text, command).or_else(|| thrown(text, command));
    spoken.or_else(|| if asked() || search() || last() || told(text, command) { listed(text, command) } else { None })
}

/// `docker compose ps; echo "all up"`, and nothing else.
fn told(text: &Text, command: &Command) -> bool {
    const SAID: &[&str] =
        &["✅", "up", "running", "ok", "healthy", "fine", "good", "ready", "verified", "arriba", "alive"];
    let site = text.parsed.pipeline(command);
    let same = |at: usize| text.parsed.pipelines.get(at).is_some_and(|other| other.shell == site.shell);
    let claim = command.pipeline + 1;
    let first = command.pipeline.checked_sub(1).is_none_or(|before| !same(before));
    if !first || !same(claim) || same(claim + 1) {
        return false;
    }
    let good = |other: &Command| {
        let words = other.arguments().iter().flat_map(|word| word.text.split([' ', ':', '.', '!', ',']));
        words.map(str::to_lowercase).any(|word| SAID.contains(&word.as_str()))
    };
    site.otherwise.is_empty()
        && status::claims(text, claim..claim + 1)
        && text.parsed.within(claim..claim + 1).any(good)
}

fn is_search(command: &Command) -> bool {
    matches!(command.name(), "grep" | "egrep")
}

/// What is wrong stands in the output, and nobody reads it.
fn spoken(text: &Text, tool: &Command) -> Option<Said> {
    let site = text.parsed.pipeline(tool);
    let words = tool.arguments();
    let says = |what: &str| {
        words.iter().any(|word| word.text.len() >= what.len() && word.text.to_ascii_lowercase().contains(what))
    };
    let outer = text.parsed.runners(tool).filter(|by| by.pipeline == tool.pipeline);
    let mut redirects = outer.chain([tool]).flat_map(|by| &by.redirects);
    let kept = redirects.any(|to| to.writes && to.fd == 1 && to.target.text != "/dev/null");
    match tool.name() {
        _ if kept => None,
        "sqlite3" if ["integrity_check", "quick_check", "foreign_key_check"].iter().any(|check| says(check)) => said(
            "`sqlite3` ends with 0 whatever is damaged: it prints it",
            "compare its answer: `[ \"$(sqlite3 … 'pragma integrity_check')\" = ok ]`",
        ),
        "redis-cli" | "valkey-cli" if !site.then.is_empty() && !words.has_any(&["-e"]) => said(
            "it ends with 0 when the server answers with an error",
            "write `redis-cli -e …`, or compare the answer",
        ),
        "psql" | "mysql" | "mariadb" | "sqlite3" if words.iter().any(is_verdict) => said(
            "it prints whether it is so, and ends with 0 if it is not",
            "compare its answer: `[ \"$(psql -tAc '…')\" = t ]`",
        ),
        "jq" if is_comparison(words) => {
            said("`jq` prints `false` and ends with 0", "write `jq -e …`: then the status is that of the answer")
        }
        _ => None,
    }
}

/// `… | grep -q x || true`: it looks, and nobody learns what it saw.
fn thrown(text: &Text, grep: &Command) -> Option<Said> {
    if !is_search(grep) {
        return None;
    }
    let words = grep.arguments();
    let site = text.parsed.pipeline(grep);
    let trouble = words
        .iter()
        .any(|word| ["error", "fail", "fatal", "warn"].iter().any(|what| word.text.to_lowercase().contains(what)));
    // How many errors there are is worth knowing; how many containers are up is a question.
    let counts = (words.short('c') || words.has_any(&["--count"])) && !trouble;
    let silent = words.short('q') || words.has_any(&["--quiet", "--silent"]) || counts;
    let mut behind = text.parsed.within(site.otherwise.clone()).peekable();
    let excused = behind.peek().is_some() && behind.all(|other| matches!(other.name(), "true" | ":"));
    let silent = silent || asks_for_one(text, grep);
    let only = silent && excused && site.then.is_empty() && !site.condition;
    (only && !grep.redirects.iter().any(|to| to.writes)).then(|| {
        (
            "found or not, it is a success".to_owned(),
            "leave `|| true` out, or compare the number: `[ \"$(… | grep -c x)\" -ge 1 ]`",
        )
    })
}

/// `docker ps | grep api || true`, and nothing else: a list of what runs is searched for one thing.
fn asks_for_one(text: &Text, grep: &Command) -> bool {
    let shell = text.parsed.pipeline(grep).shell;
    let alone = text.parsed.pipelines.iter().filter(|site| site.shell == shell).count() == 2;
    let lists = |list: &Command| {
        let verb = commands::compose(list).or_else(|| commands::docker(list)).or_else(|| commands::kubectl(list));
        let runs = matches!(list.name(), "ps" | "ss" | "netstat" | "lsof" | "pm2" | "helm");
        runs || verb.is_some_and(|(verb, _)| matches!(verb, "ps" | "get"))
            || list.name() == "systemctl" && list.arguments().has_any(&["list-units"])
    };
    let words = grep.arguments();
    alone && !words.short('v') && !words.short('c') && text.parsed.before(grep).any(lists)
}

/// `select count(*) = 0 from t`: a query whose answer is yes or no.
fn is_verdict(word: &Word) -> bool {
    if !word.text.contains(' ') {
        return false;
    }
    let words: Vec<&str> = word.text.split_whitespace().collect();
    let query = words.join(" ").trim_end_matches(';').to_ascii_lowercase();
    let Some(list) = query.strip_prefix("select ") else { return false };
    let list = list.split(" from ").next().unwrap_or("").trim();
    let counts = list.starts_with("count(")
        && [" = ", " > ", " >= ", " <> ", " != ", " < ", " <= ", ")=", ")>"].iter().any(|sign| list.contains(sign));
    let asks = ["exists(", "exists (", "not exists", "bool_and("].iter().any(|begin| list.starts_with(begin));
    let told = list.starts_with("case when ") && list.contains(" then '") && !query.contains("group by");
    (counts || asks || told) && !list.contains(", ") && !query.contains(';')
}

/// A filter of `jq` whose answer is true or false.
fn is_comparison(words: &[Word]) -> bool {
    let exits = words.short('e') || words.has_any(&["--exit-status"]);
    let filter = words.operands(&["--arg", "--argjson", "-L", "--indent"]).first().and_then(|word| word.literal());
    let last = filter.unwrap_or("").rsplit('|').next().unwrap_or("").trim();
    let compares = [" == ", " != ", " > ", " < ", " >= ", " <= "].iter().any(|sign| last.contains(sign));
    !exits && compares && !last.contains(['(', '{', '[', ',']) && !last.contains("if ")
}

/// A list that is asked whether there is something: it succeeds if it is empty as well.
fn listed(text: &Text, tool: &Command) -> Option<Said> {
    let words = tool.arguments();
    let filtered = words.has_any(&["-f", "--filter", "-l", "--selector", "--field-selector", "--filters"]);
    let help = "ask for its output: `[ -n \"$(…)\" ]`, or `… | grep -q .`";
    match tool.name() {
        "find" | "gfind" if !words.has_any(&["-exec", "-execdir", "-delete", "-ok"]) => {
            said("`find` succeeds when it finds nothing", help)
        }
        "docker" | "podman"
            if words.has_any(&["inspect"]) && words.iter().any(|word| word.text.contains("{{.State")) =>
        {
            said(
                "`docker inspect` prints `false` and ends with 0",
                "compare its answer: `[ \"$(docker inspect …)\" = true ]`",
            )
        }
        "docker" | "podman" | "docker-compose" | "podman-compose" => {
            let compose = commands::compose(tool).is_some_and(|(verb, _)| matches!(verb, "ps" | "ls" | "images"));
            let plain = commands::docker(tool).is_some_and(|(verb, rest)| {
                let lists = matches!(verb, "ps" | "images") || rest.first().is_some_and(|next| next.text == "ls");
                lists && filtered
            });
            (compose || plain).then(|| ("the list is empty if it does not run, and that is a success".to_owned(), help))
        }
        "pm2" if words.has_any(&["ls", "list", "status"]) => said(
            "the list is there whether they run or not",
            "ask for each: `pm2 pid NAME`, or `pm2 jlist` with `jq -e`",
        ),
        "kubectl" | "oc" => {
            let get = commands::kubectl(tool).is_some_and(|(verb, _)| verb == "get");
            let all = commands::kubectl(tool).is_some_and(|(_, rest)| {
                let operands = rest.operands(&["-n", "--namespace", "-o", "--output", "-l", "--selector"]);
                operands.len() == 1 && !operands[0].text.contains('/')
            });
            let away = tool.redirects.iter().any(|to| to.writes);
            (get && (filtered || all && !away))
                .then(|| ("the list is empty if there is none, and that is a success".to_owned(), help))
        }
        "awk" | "gawk" | "mawk" => {
            let program = words.operands(&["-F", "-v"]).first().and_then(|word| word.literal())?;
            (!program.contains("exit")).then(|| {
                ("`awk` succeeds whatever it finds".to_owned(), "let it say so: `{ bad = 1 } END { exit bad }`")
            })
        }
        "git" => {
            let (verb, rest) = commands::git(tool)?;
            let quiet = rest.has_any(&["--exit-code", "--quiet", "-q", "--check"]);
            let site = text.parsed.pipeline(tool);
            let clean = |word: &Word| {
                ["clean", "no change", "unchanged", "nothing"]
                    .iter()
                    .any(|what| word.text.to_lowercase().contains(what))
            };
            text.parsed.within(site.then.clone()).flat_map(Command::arguments).find(|word| clean(word))?;
            (verb == "status" || verb == "diff" && !quiet).then(|| {
                (
                    format!("`git {verb}` succeeds with changes and without"),
                    "write `git diff --quiet HEAD`, or ask for its output",
                )
            })
        }
        "aws" if filtered && words.iter().any(|word| word.text.starts_with("describe")) => {
            said("the list is empty if there is none, and that is a success", help)
        }
        "wc" => said("`wc` counts, and nothing compares the number", "compare it: `[ \"$(wc -l < x)\" -ge 100 ]`"),
        "psql" | "mysql" | "mariadb" if is_select(tool) => {
            said("a query that finds nothing succeeds", "compare its answer: `[ \"$(psql -tAc '…')\" -ge 1 ]`")
        }
        "grep" | "egrep" => itself(text, tool),
        _ => None,
    }
}

/// A query for rows or their number, whose answer is shown.
fn is_select(client: &Command) -> bool {
    let asks = |word: &Word| {
        if !word.text.contains(' ') {
            return false;
        }
        let query = word.text.to_ascii_lowercase();
        query.contains("select") && query.contains(" from ") && (query.contains("count(") || query.contains(" where "))
    };
    !client.redirects.iter().any(|to| to.writes) && client.arguments().iter().any(asks)
}

/// `ps aux | grep worker`: the `grep` is in the list.
fn itself(text: &Text, grep: &Command) -> Option<Said> {
    let stages: Vec<&Command> = text.parsed.before(grep).filter(|other| other.via.is_none()).collect();
    let [ps, others @ ..] = &stages[..] else { return None };
    let plain = |other: &&Command| {
        let words = other.arguments();
        other.name() == "grep" && !words.short('v') && !words.iter().any(|word| word.text.contains(['[', '^']))
    };
    if !others.iter().all(plain) {
        return None;
    }
    let words = ps.arguments();
    let columns = words
        .iter()
        .any(|word| word.text.contains("comm") || matches!(word.text.as_str(), "-C" | "-p" | "--pid" | "--ppid"));
    let pattern = grep.arguments().operands(&["-e", "-m"]).first().and_then(|word| word.literal())?;
    let inverted = grep.arguments().short('v');
    (ps.name() == "ps" && !words.is_empty() && !columns && !inverted && !pattern.contains(['[', '^', '\\'])).then(
        || {
            let why = format!("`grep {pattern}` is in the list of processes itself, and finds itself");
            (why, "write `pgrep -f …`, which leaves itself out")
        },
    )
}

/// `sha256sum x > x.sum && sha256sum -c x.sum`: it is compared with what it is now.
fn own_sum(text: &Text, command: &Command) -> Option<Said> {
    let sums = ["sha256sum", "sha512sum", "sha1sum", "md5sum", "shasum", "b2sum", "cksum"];
    let words = command.arguments();
    if !sums.contains(&command.name()) || !words.short('c') && !words.has_any(&["--check"]) {
        return None;
    }
    let list = words.operands(&[]).first().copied()?;
    let makes = |other: &&Command| {
        let tee = |next: &Command| next.name() == "tee" && next.arguments().iter().any(|word| word.text == list.text);
        let kept = other.redirects.iter().any(|to| to.writes && to.target.text == list.text);
        other.name() == command.name() && (kept || text.parsed.behind(other).any(tee))
    };
    let before = text.parsed.commands.iter().rfind(|other| other.span.end <= command.span.start && makes(other))?;
    let between = text
        .parsed
        .commands
        .iter()
        .filter(|other| before.span.end <= other.span.start && other.span.end <= command.span.start);
    let idle = between
        .into_iter()
        .all(|other| commands::only_prints(other) || matches!(other.name(), "tee" | "sync" | "ls" | "cat" | "chmod"));
    (idle && before.place == command.place).then(|| {
        let why = format!("`{}` was made of the same file a moment ago", list.text);
        (why, "compare it with the sum of what it is a copy of, taken when that was made")
    })
}

/// `count … | grep -E '^[0-9]+$'`: 0 is a number too.
fn any_number(text: &Text, command: &Command) -> Option<Said> {
    let site = text.parsed.pipeline(command);
    let words = command.arguments();
    let searches = is_search(command) && command.stage > 0 && command.stage + 1 == site.stages;
    if !searches || words.short('v') || words.short('c') {
        return None;
    }
    let pattern = words.operands(&["-e"]).first().and_then(|word| word.literal()).unwrap_or("");
    let any = [
        "[0-9]",
        "^[0-9]",
        "[0-9]+",
        "^[0-9]+",
        "^[0-9]+$",
        "^[0-9]*$",
        "[0-9]*",
        ".",
        ".*",
        "^[0-9][0-9]*$",
        r"\d+",
        r"^\d+$",
    ];
    let counted = |other: &Command| {
        let says = |word: &Word| word.text.to_ascii_lowercase().contains("count(");
        other.name() == "wc"
            || other.arguments().iter().any(says)
            || other.name() == "grep" && other.arguments().short('c')
    };
    let before = text.parsed.before(command).last().is_some_and(counted);
    let substitution = text.parsed.shell(command).is_some_and(|shell| shell.substitution);
    (any.contains(&pattern) && before && !substitution)
        .then(|| ("every count matches, 0 as well".to_owned(), "compare it: `[ \"$(…)\" -ge 1 ]`"))
}
