//! `[ … ]` and `test` that do not test what they seem to.
//!
//! In: such a command, in its text. Out: why its answer means nothing. Not its business: other questions (`vacuous`).

use super::{commands, scripts::Text, status, vacuous::Said, vacuous::said};
use crate::shell::{Command, Part, Quote, Set, Word};
use crate::source::Span;

/// `[ … ]` that does not test what it says.
pub fn test(text: &Text, command: &Command) -> Option<Said> {
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
        [.., option, word]
            if option.text == "-n" && is_bare(word) || is_of_file(&option.text) && is_lost(text, command, word) =>
        {
            said(
                format!("without quotes, `{} {}` is true of nothing as well", option.text, word.text),
                "put it into quotes: `[ -n \"…\" ]`",
            )
        }
        [option, word] if option.text == "-n" && answers(text, command, word).into_iter().any(has_heading) => said(
            "the list has its heading where nothing else is in it",
            "list the names alone: `docker ps -q --filter …`",
        ),
        [option, word] if matches!(option.text.as_str(), "-n" | "-z") => any_count(text, word),
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

fn is_of_file(operator: &str) -> bool {
    matches!(operator, "-e" | "-f" | "-s" | "-d" | "-r" | "-w" | "-x" | "-L" | "-h")
}

/// Does the word vanish, and may what it stands for be empty: the answer of a command?
fn is_lost(text: &Text, command: &Command, word: &Word) -> bool {
    let whole =
        |answer: &str| !["mktemp", "date", "pwd", "readlink -f", "realpath"].iter().any(|sure| answer.contains(sure));
    let given = |name: &str| {
        let before = |set: &&Set| set.name == name && set.span.end <= command.span.start;
        let value = text.parsed.sets.iter().rfind(before).and_then(|set| set.value.as_ref());
        value.is_some_and(|value| value.parts.iter().all(|part| part.expansion))
    };
    let open = word.variables().all(|(name, ..)| given(name));
    is_bare(word) && open && answers(text, command, word).into_iter().any(whole)
}

/// `[[ -n "$(docker ps)" ]]`
pub fn lists_heading(text: &Text, operator: &str, word: &Word) -> Option<Said> {
    if matches!(operator, "-n" | "-z")
        && let Some(said) = any_count(text, word)
    {
        return Some(said);
    }
    let by_name = |name: &str| text.parsed.sets.iter().rfind(|set| set.name == name && set.span.end <= word.span.start);
    let values = word.variables().filter_map(|(name, ..)| by_name(name)?.value.as_ref());
    let mut lists = [word].into_iter().chain(values).flat_map(Word::substitutions);
    let headed = operator == "-n" && lists.any(|(inner, _)| has_heading(inner));
    headed.then(|| {
        let why = "the list has its heading where nothing else is in it".to_owned();
        (why, "list the names alone: `docker ps -q --filter …`")
    })
}

/// `n=$(… | wc -l); [ -n "$n" ]`, and nothing else asks for the number: 0 is not empty.
fn any_count(text: &Text, word: &Word) -> Option<Said> {
    let parsed = &text.parsed;
    let said_only = |span: Span| {
        let prints = |other: &Command| {
            commands::only_prints(other) && other.span.start <= span.start && span.end <= other.span.end
        };
        parsed.commands.iter().any(prints)
    };
    let own = |span: Span| word.span.start <= span.start && span.end <= word.span.end;
    let asked = |name: &str| {
        let mut reads = parsed.reads.iter().filter(|read| read.name == name);
        reads.any(|read| !own(read.span) && !said_only(read.span))
    };
    let set = |name: &str| parsed.sets.iter().rfind(|set| set.name == name && set.span.end <= word.span.start);
    let plain =
        word.variables().filter(|(name, operator, _)| operator.trim_end_matches('}').is_empty() && !asked(name));
    let values = plain.filter_map(|(name, ..)| set(name)?.value.as_ref());
    let mut answers = [word].into_iter().chain(values).flat_map(Word::substitutions);
    answers
        .any(|(inner, _)| counts(inner))
        .then(|| ("a count is never empty: 0 is a number too".to_owned(), "compare it: `[ \"$n\" -ge 1 ]`"))
}

/// Does it answer with one number in any case?
fn counts(substitution: &str) -> bool {
    let inner = substitution.trim_start_matches(['$', '(', '`']).trim_end_matches([')', '`']).to_ascii_lowercase();
    let last = inner.rsplit('|').find(|part| !part.trim().is_empty() && part.trim() != "true").unwrap_or("").trim();
    let number = last.starts_with("wc -l") || last.starts_with("grep -c");
    let grouped = inner.contains("group by") || inner.contains("having") || inner.contains('|');
    number || inner.contains("select count(") && !grouped
}

/// Does a list begin with the names of its columns, whatever is in it?
fn has_heading(substitution: &str) -> bool {
    let inner = substitution.trim_start_matches(['$', '(', '`', '"']).trim_end_matches([')', '`', '"']).trim();
    let quiet = |word: &str| {
        let bundle = word.starts_with('-') && !word.starts_with("--") && word.contains('q');
        bundle
            || matches!(word, "--quiet" | "--services" | "--short" | "--no-headers" | "--noheading" | "-o" | "h")
            || word.starts_with("--format")
    };
    let words: Vec<&str> = inner.split_whitespace().collect();
    let lists = matches!(
        words.as_slice(),
        ["docker" | "podman", "ps" | "images", ..]
            | ["docker" | "podman", "volume" | "network" | "image" | "container", "ls", ..]
            | ["docker", "compose", "ps" | "ls", ..]
            | ["docker-compose", "ps", ..]
            | ["ps", ..]
            | ["helm", "ls" | "list", ..]
    );
    lists && !inner.contains('|') && !words.iter().any(|word| quiet(word))
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
    let refuses = status::refuses(text, site.then.clone()) && !site.negated;
    (number && refuses && !quiet && (silent(text, command, left) || silent(text, command, right))).then(|| {
        let why = "if the command fails, `[` has no number to compare: it is an error, and counts as no".to_owned();
        (why, "leave `|| true` out, or give it a number: `${x:-0}`")
    })
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
    ["|| true", "|| :", "|| echo", r#"|| echo """#, "|| echo ''", "|| printf ''"].iter().any(|end| inner.ends_with(end))
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
