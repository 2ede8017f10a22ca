//! Tests and questions in shell texts that say yes whatever there is.
//!
//! In: a command, in its text. Out: why its answer means nothing, and what to write. Not its business: checks as the plan has them
//! (`check_that_cannot_fail`).

use super::{attempts, commands, scripts::Text, status};
use crate::shell::{Command, Part, Quote, Set, Word, Words};

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
];

/// Why a command's answer means nothing.
pub fn why(text: &Text, command: &Command) -> Option<Said> {
    match command.name() {
        "[" | "test" => test(text, command),
        "break" => attempts::run_out(text, command),
        _ => question(text, command).or_else(|| own_sum(text, command)).or_else(|| any_number(text, command)),
    }
}

fn said(why: impl Into<String>, help: &'static str) -> Option<Said> {
    Some((why.into(), help))
}

/// `[ … ]` that does not test what it says.
fn test(text: &Text, command: &Command) -> Option<Said> {
    let site = text.parsed.pipeline(command);
    let mut behind = text.parsed.within(site.otherwise.clone()).peekable();
    let excused = behind.peek().is_some() && behind.all(|other| matches!(other.name(), "true" | ":"));
    if excused
        && site.then.is_empty()
        && !site.condition
        && text.parsed.shell(command).is_some_and(|shell| !shell.substitution)
    {
        return said("whether it holds or not, it is a success", "leave `|| true` out");
    }
    let words = command.arguments();
    let words = words.split_last().filter(|(last, _)| last.text == "]").map_or(words, |(_, rest)| rest);
    let words = words.split_first().filter(|(first, _)| first.text == "!").map_or(words, |(_, rest)| rest);
    let into = command.redirects.iter().find(|to| to.fd <= 1 && to.target.text != "/dev/null");
    if let Some(to) = into {
        let sign = if to.writes { ">" } else { "<" };
        let does = if to.writes { "writes" } else { "reads" };
        let why = format!("`{sign}` compares nothing in `[ … ]`, it {does} the file `{}`", to.target.text);
        return said(why, "write `-gt` or `-lt`, or `(( a > b ))`");
    }
    match words {
        [only] => alone(only),
        [.., option, word] if option.text == "-n" && is_bare(word) => said(
            format!("without quotes, `-n {}` is true of nothing as well", word.text),
            "put it into quotes: `[ -n \"…\" ]`",
        ),
        [left, operator, right] => compared(text, command, left, &operator.text, right),
        _ => None,
    }
}

/// A test of one word: is it not empty?
fn alone(word: &Word) -> Option<Said> {
    let literal = |part: &&Part| !part.expansion;
    let compares = word.parts.iter().filter(literal).any(|part| word.piece(part).contains('='));
    let number = word.text.starts_with("$((") && word.text.ends_with("))");
    match (compares, word.fixed || number) {
        (true, _) => said(
            format!("`{}` is one word, which is never empty: nothing is compared", word.text),
            "put blanks around `=`",
        ),
        (_, true) if !word.text.is_empty() => {
            said(format!("`{}` is never empty, and nothing else is asked", word.text), "compare it: `[ \"$x\" -eq 0 ]`")
        }
        _ => None,
    }
}

/// Does the word vanish if what it stands for is empty?
fn is_bare(word: &Word) -> bool {
    !word.parts.is_empty() && word.parts.iter().all(|part| part.expansion && part.quote == Quote::Bare)
}

fn compared(text: &Text, command: &Command, left: &Word, operator: &str, right: &Word) -> Option<Said> {
    let quiet = command.redirects.iter().any(|to| to.fd == 2);
    let never_below = matches!((operator, right.text.as_str()), ("-ge", "0") | ("-gt", "-1"))
        || matches!((left.text.as_str(), operator), ("0", "-le") | ("-1", "-lt"));
    // With its errors put away it asks whether that is a number.
    if never_below && !quiet {
        return said("no count is below 0", "ask for what must be there: `-ge 1`, or more");
    }
    let nothing = matches!((operator, right.text.as_str()), ("-gt" | "-ne", "0") | ("-ge", "1"));
    if nothing && answers(text, command, left).into_iter().any(counts_heading) {
        return said(
            "the list has a line more than there are things",
            "leave its heading out, or `grep` itself: `pgrep -c`",
        );
    }
    let both = silent(text, command, left) && silent(text, command, right);
    if both && matches!(operator, "=" | "==" | "-eq") {
        return said("if both commands fail, nothing equals nothing", "leave `|| true` out: a failure must end it");
    }
    let number = matches!(operator, "-lt" | "-le" | "-gt" | "-ge" | "-eq" | "-ne");
    let site = text.parsed.pipeline(command);
    let refuses = refuses(text, site.then.clone()) && !site.negated;
    (number && refuses && !quiet && (silent(text, command, left) || silent(text, command, right))).then(|| {
        let why = "if the command fails, `[` has no number to compare: it is an error, and counts as no".to_owned();
        (why, "leave `|| true` out, or give it a number: `${x:-0}`")
    })
}

/// Does a branch end the text with a failure?
fn refuses(text: &Text, branch: std::ops::Range<usize>) -> bool {
    let leaves = |command: &Command| matches!(command.name(), "exit" | "return" | "false" | "die" | "fail" | "abort");
    text.parsed.within(branch).any(|command| leaves(command) && !command.has("0"))
}

/// Is it, or was it set to, the answer of a command whose failure makes it empty: `$(cmd || true)`?
fn silent(text: &Text, command: &Command, word: &Word) -> bool {
    answers(text, command, word).into_iter().any(is_excused)
}

/// The substitutions of a word, or of what its variables were set to; not of those that are known to be filled.
fn answers<'a>(text: &'a Text, command: &Command, word: &'a Word) -> Vec<&'a str> {
    let by_name = |name: &str| {
        let before = |set: &&Set| set.name == name && set.span.end <= command.span.start;
        let guarded = text.parsed.pipeline(command).guarded.iter().any(|known| known == name);
        text.parsed.sets.iter().rfind(before).filter(|_| !guarded).and_then(|set| set.value.as_ref())
    };
    let plain = word.variables().filter(|(_, operator, _)| operator.trim_end_matches('}').is_empty());
    let values = plain.filter_map(|(name, ..)| by_name(name));
    [word].into_iter().chain(values).flat_map(|word| word.substitutions().map(|(inner, _)| inner)).collect()
}

fn is_excused(substitution: &str) -> bool {
    let inner = substitution.trim_end_matches([')', '`']).trim_end();
    [r#"|| true"#, r#"|| :"#, r#"|| echo"#, r#"|| echo """#, r#"|| echo ''"#, r#"|| printf ''"#]
        .iter()
        .any(|end| inner.ends_with(end))
}

/// `ls -l | wc -l`, `docker ps | wc -l`: one more than there is.
fn counts_heading(substitution: &str) -> bool {
    let inner = substitution.trim_start_matches(['$', '(', '`']).trim_end_matches([')', '`']).trim();
    let (list, counter) = inner.rsplit_once('|').map_or((inner, ""), |(list, counter)| (list.trim(), counter.trim()));
    // `ps | grep x` finds the `grep`.
    if list.starts_with("ps ") && !inner.contains(['[', '^']) && !list.contains("comm") && !inner.contains("-v") {
        return counter.starts_with("grep -c") || counter == "wc -l" && list.contains("grep");
    }
    if counter != "wc -l" || list.contains('|') {
        return false;
    }
    let words: Vec<&str> = list.split_whitespace().collect();
    let quiet = words
        .iter()
        .any(|word| matches!(*word, "-q" | "-aq" | "-qa" | "--quiet" | "--no-headers") || word.starts_with("--format"));
    match words.as_slice() {
        ["ls", rest @ ..] => rest
            .iter()
            .any(|word| word.starts_with('-') && !word.starts_with("--") && word.contains('l') && !word.contains('d')),
        ["docker" | "podman", "ps" | "images", ..] | ["docker", "compose", "ps", ..] | ["df", ..] => !quiet,
        _ => false,
    }
}

/// A question whose status is the same whatever the answer.
fn question(text: &Text, command: &Command) -> Option<Said> {
    let site = text.parsed.pipeline(command);
    let substitution = text.parsed.shell(command).is_some_and(|shell| shell.substitution);
    if command.stage + 1 != site.stages || substitution || site.background {
        return None;
    }
    let claims = !site.then.is_empty() && status::only_prints(text, site.then.clone());
    let quiet = command.arguments().short('q') || command.redirects.iter().any(|to| to.target.text == "/dev/null");
    let search = matches!(command.name(), "grep" | "egrep") && quiet;
    let decides = claims || refuses(text, site.otherwise.clone()) || search;
    let spoken = spoken(text, command).or_else(|| thrown(text, command));
    spoken.or_else(|| decides.then(|| listed(text, command)).flatten())
}

/// What is wrong stands in the output, and nobody reads it.
fn spoken(text: &Text, tool: &Command) -> Option<Said> {
    let site = text.parsed.pipeline(tool);
    let words = tool.arguments();
    let says = |what: &str| words.iter().any(|word| word.text.to_ascii_lowercase().contains(what));
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
        "jq" if is_comparison(words) => {
            said("`jq` prints `false` and ends with 0", "write `jq -e …`: then the status is that of the answer")
        }
        _ => None,
    }
}

/// `… | grep -q x || true`: it looks, and nobody learns what it saw.
fn thrown(text: &Text, grep: &Command) -> Option<Said> {
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
    let only = matches!(grep.name(), "grep" | "egrep") && silent && excused && site.then.is_empty() && !site.condition;
    (only && !grep.redirects.iter().any(|to| to.writes)).then(|| {
        (
            "found or not, it is a success".to_owned(),
            "leave `|| true` out, or compare the number: `[ \"$(… | grep -c x)\" -ge 1 ]`",
        )
    })
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
        "docker" | "podman" | "docker-compose" | "podman-compose" => {
            let compose = commands::compose(tool).is_some_and(|(verb, _)| matches!(verb, "ps" | "ls" | "images"));
            let plain = commands::docker(tool).is_some_and(|(verb, rest)| {
                let lists = matches!(verb, "ps" | "images") || rest.first().is_some_and(|next| next.text == "ls");
                lists && filtered
            });
            (compose || plain).then(|| ("the list is empty if it does not run, and that is a success".to_owned(), help))
        }
        "kubectl" | "oc" => {
            let get = commands::kubectl(tool).is_some_and(|(verb, _)| verb == "get");
            (get && filtered).then(|| ("the list is empty if there is none, and that is a success".to_owned(), help))
        }
        "awk" | "gawk" | "mawk" => {
            let program = words.operands(&["-F", "-v"]).first().and_then(|word| word.literal())?;
            (!program.contains("exit")).then(|| {
                ("`awk` succeeds whatever it finds".to_owned(), "let it say so: `{ bad = 1 } END { exit bad }`")
            })
        }
        "grep" | "egrep" => itself(text, tool),
        _ => None,
    }
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
    let columns = words.iter().any(|word| word.text.contains("comm") || word.text == "-C");
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
        other.name() == command.name() && other.redirects.iter().any(|to| to.writes && to.target.text == list.text)
    };
    let before = text.parsed.commands.iter().rfind(|other| other.span.end <= command.span.start && makes(other))?;
    let between = text
        .parsed
        .commands
        .iter()
        .filter(|other| before.span.end <= other.span.start && other.span.end <= command.span.start);
    let idle = between
        .into_iter()
        .all(|other| commands::only_prints(other) || matches!(other.name(), "sync" | "ls" | "cat" | "chmod"));
    (idle && before.place == command.place).then(|| {
        let why = format!("`{}` was made of the same file a moment ago", list.text);
        (why, "compare it with the sum of what it is a copy of, taken when that was made")
    })
}

/// `count … | grep -E '^[0-9]+$'`: 0 is a number too.
fn any_number(text: &Text, command: &Command) -> Option<Said> {
    let site = text.parsed.pipeline(command);
    let words = command.arguments();
    let searches = matches!(command.name(), "grep" | "egrep") && command.stage > 0 && command.stage + 1 == site.stages;
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
