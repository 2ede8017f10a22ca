//! `"backup*.sql"`: in quotes a `*` is a star, not a pattern.

use super::{Context, scripts::Text};
use crate::diagnostics::Diagnostic;
use crate::shell::{Command, Quote, Set, Word, Words};
use crate::source::Span;

/// Commands that take paths and nothing else.
const PATHS: &[&str] = &[
    "ls",
    "rm",
    "cp",
    "mv",
    "cat",
    "stat",
    "gzip",
    "gunzip",
    "zcat",
    "tar",
    "chmod",
    "chown",
    "wc",
    "head",
    "tail",
    "sha256sum",
    "md5sum",
    "du",
    "touch",
    "shred",
    "unzip",
    "file",
    "rsync",
    "bunzip2",
    "xz",
    "unxz",
    "zstd",
    "pg_restore",
    "source",
    ".",
    "test",
    "[",
    "scp",
];

pub fn check(context: &Context) -> Vec<Diagnostic> {
    let mut found: Vec<Diagnostic> = context.named(PATHS).filter_map(|(text, command)| one(text, command)).collect();
    for text in context.texts() {
        let looped = text.parsed.listed.iter().filter_map(|(name, word)| listed(text, name, word));
        let tested = text.parsed.tested.iter().filter(|(operator, _)| is_file_operator(operator));
        let tested = tested.filter_map(|(_, word)| direct(word).or_else(|| unexpanded(word)));
        let arrays = text.parsed.sets.iter().filter_map(|set| array(text, set));
        for one in looped.chain(tested).chain(arrays) {
            if !found.iter().any(|other| other.labels.iter().any(|label| one.labels[0].span == label.span)) {
                found.push(one);
            }
        }
    }
    found
}

/// `files=("/srv/wal/*.partial")`: a list of one, which is no file; where it is counted, or handed to what takes files.
fn array(text: &Text, set: &Set) -> Option<Diagnostic> {
    let value = set.value.as_ref().filter(|value| value.text.starts_with('('))?;
    let quoted = |part: &&crate::shell::Part| !part.expansion && part.quote != Quote::Bare;
    let starred = |part: &&crate::shell::Part| {
        let piece = value.piece(part);
        piece.contains('*') && !piece.contains([' ', '\n'])
    };
    let part = value.parts.iter().filter(quoted).find(starred).filter(|_| value.text.contains('/'))?;
    let (number, all) = (format!("${{#{}[@]}}", set.name), format!("${{{}[@]}}", set.name));
    let uses = |command: &Command| {
        let takes = PATHS.contains(&command.name());
        let counts = |word: &Word| word.text.contains(&number) || takes && word.text == all && word.quoted;
        command.span.start > set.span.start && command.arguments().iter().any(counts)
    };
    let at = part.range.start + value.piece(part).find('*')?;
    text.parsed.commands.iter().any(uses).then(|| report(value.piece(part), value.place(at..at + 1), None))
}

/// `[[ -f *.failed ]]`: there, nothing is expanded.
fn unexpanded(word: &Word) -> Option<Diagnostic> {
    word.has_pattern(|quote| quote == Quote::Bare).then(|| {
        let text = &word.text;
        let message = format!("`{text}` in `[[ … ]]` is the name of one file, with a star in it: it is not there");
        Context::report("quoted-glob", message, word.span, "not a pattern here")
            .help(format!("`compgen -G '{text}' > /dev/null` succeeds where there is such a file"))
    })
}

/// A loop over a pattern in quotes goes round once, with the star; unless its variable is expanded later, or is handed to a tool
/// that knows patterns.
fn listed(text: &Text, name: &str, word: &Word) -> Option<Diagnostic> {
    const OF_PATTERNS: &[&str] = &[
        "find",
        "git",
        "aws",
        "gsutil",
        "gcloud",
        "rclone",
        "rg",
        "compgen",
        "echo",
        "printf",
        "pg_dump",
        "pg_restore",
        "psql",
        "docker",
        "redis-cli",
        "rsync",
        "tar",
        "zip",
        "systemctl",
        "apt-get",
        "dpkg",
        "ssh",
    ];
    let reads = |word: &&Word| word.variables().any(|(read, ..)| read == name);
    let quoted = |word: &Word| {
        word.variables()
            .all(|(read, operator, part)| read != name || part.quote == Quote::Double && operator.is_empty())
    };
    let uses = text.parsed.commands.iter().filter(|command| command.span.start > word.span.start);
    let uses: Vec<(&Command, &Word)> = uses
        .flat_map(|command| {
            let files = command.redirects.iter().map(|redirect| &redirect.target);
            command.arguments().iter().chain(files).filter(reads).map(move |word| (command, word))
        })
        .collect();
    // A file of statements is one file.
    let file = |command: &Command, word: &Word| {
        let given = command.arguments().value(&["-f", "--file"]);
        command.name() == "psql" && given.is_some_and(|given| given.span == word.span)
    };
    let plain = |(command, word): &(&Command, &Word)| {
        (!OF_PATTERNS.contains(&command.name()) || file(command, word)) && quoted(word)
    };
    let files = || uses.iter().all(|(command, _)| PATHS.contains(&command.name()));
    let path = (word.text.contains('/') || files()) && direct(word).is_some();
    (path && !uses.is_empty() && uses.iter().all(plain)).then(|| direct(word))?
}

fn one(text: &Text, command: &Command) -> Option<Diagnostic> {
    // `ssh host ls '/srv/*.log'`: the shell over there gets the words without their quotes.
    let sent = command.via.and_then(|by| text.parsed.commands.get(by)).is_some_and(|by| by.name() == "ssh");
    if sent {
        return None;
    }
    let words = paths(command);
    let mut inner = words.iter().copied().chain(command.redirects.iter().map(|redirect| &redirect.target));
    inner.find_map(|word| direct(word).or_else(|| through(text, command, word)))
}

fn paths(command: &Command) -> Vec<&Word> {
    let words = command.arguments();
    match command.name() {
        "[" | "test" => words.iter().skip_while(|word| !is_file_test(word)).nth(1).into_iter().collect(),
        "tar" => words.operands(&["--exclude", "--wildcards", "--transform", "-X"]),
        // On the other machine a shell of its own expands it.
        "scp" => local(words.operands(&["-o", "-i", "-P", "-F", "-l", "-J", "-c", "-S"])),
        "rsync" => local(words.operands(&["--exclude", "--include", "--filter", "-e"])),
        "wc" | "head" | "tail" => words.operands(&["-n", "-c"]),
        "stat" => words.operands(&["-c", "-f", "--format", "--printf"]),
        "unzip" => words.operands(&["-d", "-x"]).into_iter().take(1).collect(),
        "ls" => words.operands(&["-I", "--ignore", "--hide"]),
        "du" => words.operands(&["--exclude"]),
        _ => words.operands(&[]),
    }
}

fn local(paths: Vec<&Word>) -> Vec<&Word> {
    paths.into_iter().filter(|word| !word.text.contains(':')).collect()
}

fn is_file_test(word: &Word) -> bool {
    is_file_operator(&word.text)
}

fn is_file_operator(text: &str) -> bool {
    matches!(text, "-e" | "-f" | "-d" | "-s" | "-r" | "-w" | "-x" | "-L" | "-h")
}

/// The pattern stands in the quotes, and the word looks like a path.
fn direct(word: &Word) -> Option<Diagnostic> {
    let double = |quote: Quote| quote != Quote::Bare;
    let star =
        word.parts.iter().find(|part| !part.expansion && double(part.quote) && word.piece(part).contains('*'))?;
    let piece = word.piece(star);
    let at = star.range.start + piece.find('*')?;
    let escaped = piece == "*" && word.span.end - word.span.start == 2;
    let text = word.text.trim();
    if escaped || text.contains([' ', '\n', '(', '|', '^']) || text.starts_with('-') {
        return None;
    }
    Some(report(&word.text, word.place(at..at + 1), None))
}

/// The pattern stands in the value of a variable that is read in quotes.
fn through(text: &Text, command: &Command, word: &Word) -> Option<Diagnostic> {
    let (name, _, part) =
        word.variables().find(|(_, operator, part)| part.quote == Quote::Double && operator.is_empty())?;
    let before = |set: &&crate::shell::Set| set.name == name && set.span.end <= command.span.start;
    let set = text.parsed.sets.iter().rfind(before)?;
    let of_loop = || {
        text.parsed
            .listed
            .iter()
            .find(|(of, word)| of == name && set.span.start <= word.span.start && word.span.end <= set.span.end)
            .map(|(_, word)| word)
    };
    let value = match &set.value {
        Some(value) => value,
        // Outside of quotes the loop goes through the files.
        None => of_loop().filter(|word| !word.has_pattern(|quote| quote == Quote::Bare))?,
    };
    value.has_pattern(|_| true).then(|| report(&value.text, word.place(part.range.clone()), Some(value.span)))
}

fn report(pattern: &str, span: Span, value: Option<Span>) -> Diagnostic {
    let message = format!("`{pattern}` in quotes is the name of one file, with a star in it: it is not there");
    let place = Context::report("quoted-glob", message, span, "not a pattern here");
    let place = match value {
        Some(value) => place.also(value, "the pattern"),
        None => place,
    };
    place.help("leave the pattern outside of the quotes: `\"$dir\"/*.sql`; better, name the one file that is meant")
}
