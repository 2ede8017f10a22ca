//! Blanks in a command that somebody forgot to fill in: `<commit>`, `[TOKEN]`, `backup_YYYYMMDD.sql`, `CHANGEME`.
//!
//! In: a text, or a command of it. Out: the blanks. Formats, patterns and texts for people are no blanks.

use super::{Command, Word};
use crate::source::Span;
use crate::syntax::Text;
use std::ops::Range;

/// A blank.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Placeholder {
    /// As it stands in the command: `<commit>`.
    pub text: String,
    /// Where.
    pub span: Span,
}

/// Does a command of this name take texts, patterns or formats?
#[rustfmt::skip]
fn is_textual(name: &str) -> bool {
    matches!(
        name,
        "echo" | "printf" | "grep" | "egrep" | "fgrep" | "rg" | "sed" | "awk" | "gawk" | "mawk" | "tr" | "date"
            | "gdate" | "psql" | "mysql" | "sqlite3" | "jq" | "yq" | "xmllint" | "[" | "test" | "expr" | "find"
            | "perl" | "python" | "python3" | "node" | "ruby" | "mktemp" | "gmktemp"
    )
}

/// The blanks of a command; `angles` are those of its text.
pub fn of(angles: &[Placeholder], command: &Command) -> Vec<Placeholder> {
    // The shell takes `<commit>` for a redirection from `commit`; what stands around it tells.
    let redirected = command.redirects.iter().filter_map(|redirect| {
        let inside = |angle: &&Placeholder| {
            angle.span.start < redirect.target.span.start && redirect.target.span.end < angle.span.end
        };
        let first = |angle: &&Placeholder| angle.span.start + 1 == redirect.target.span.start;
        angles.iter().find(|angle| inside(angle) && first(angle)).cloned()
    });
    let textual = is_textual(command.name());
    let signalled = command.name() == "kill";
    let words =
        command.words.iter().filter(|_| !textual).filter(|word| is_blank(word) || signalled && is_capitals(&word.text));
    let blank = |word: &Word| Placeholder { text: word.text.clone(), span: word.span };
    let inside = |word: &&Word| !textual && !is_blank(word);
    let parts = command.words.iter().filter(inside).flat_map(within);
    let doubled = if textual { Vec::new() } else { doubled(command) };
    // What a client connects to, and the file that it reads, are no statements.
    let given = if textual { given(command) } else { Vec::new() };
    let places = given.iter().flat_map(|word| if is_blank(word) { vec![blank(word)] } else { within(word) });
    redirected.chain(words.map(blank)).chain(parts).chain(places).chain(doubled).chain(told(&command.words)).collect()
}

/// The names that a client of a database is given beside its statements.
fn given(command: &Command) -> Vec<&Word> {
    const NAMING: &[&str] = &["-f", "--file", "-h", "--host", "-d", "--dbname", "-D", "--database"];
    if !matches!(command.name(), "psql" | "mysql" | "sqlite3") {
        return Vec::new();
    }
    let words = command.arguments();
    let behind = words.windows(2).filter(|pair| NAMING.contains(&pair[0].text.as_str())).map(|pair| &pair[1]);
    let named = |word: &&Word| word.text.starts_with("postgres") && word.text.contains("://");
    let read = command.redirects.iter().filter(|to| !to.writes).map(|to| &to.target);
    let attached = words
        .iter()
        .filter(|word| word.text.starts_with("--") && NAMING.iter().any(|name| word.text.starts_with(name)));
    behind.chain(words.iter().filter(named)).chain(attached).chain(read).collect()
}

/// Tools that fill `{{name}}` in themselves.
const TEMPLATES: &[&str] =
    &["ansible", "ansible-playbook", "gh", "glab", "gomplate", "j2", "jinja2", "vault", "consul-template"];

/// `{{name}}`, also as three words; `{{.Names}}` is a format, whose values have a dot.
fn doubled(command: &Command) -> Vec<Placeholder> {
    if TEMPLATES.contains(&command.name()) || !command.words.iter().any(|word| word.text.contains("{{")) {
        return Vec::new();
    }
    let named = |inner: &str| is_blank_name(inner) && !inner.contains([' ', '.', '/', ':']);
    let apart = command.words.windows(3).filter(|words| words[0].text == "{{" && words[2].text == "}}");
    let apart = apart.filter(|words| named(&words[1].text)).map(|words| Placeholder {
        text: format!("{{{{ {} }}}}", words[1].text),
        span: words[0].span.to(words[2].span),
    });
    let one = |word: &Word| {
        let at = word.text.find("{{")?;
        let inner = word.text[at + 2..].split("}}").next()?;
        let keyword = matches!(inner.trim(), "end" | "else" | "now");
        let end = at + inner.len() + 4;
        (named(inner.trim()) && !keyword && end <= word.text.len() && !word.text.contains("{{."))
            .then(|| Placeholder { text: word.text[at..end].to_owned(), span: word.place(at..end) })
    };
    apart.chain(command.words.iter().filter_map(one)).collect()
}

/// The blanks in capitals within a word: in a name, an address, or at the end of a header.
pub fn within(word: &Word) -> Vec<Placeholder> {
    let text = word.text.as_str();
    let marked = text.contains(['[', '<', 'Y'])
        || holds(text, b"your")
        || text.as_bytes().windows(3).any(|three| matches!(three, b".y." | b".X." | b".x."));
    if !marked {
        return Vec::new();
    }
    let header =
        text.split_once(": ").is_some_and(|(name, _)| name.chars().all(|c| c.is_ascii_alphabetic() || c == '-'));
    let script = word.as_text();
    if text.contains('\n') || text.contains(' ') && !(header && text.ends_with(']')) {
        return yours(word, &script).filter(|_| header).into_iter().collect();
    }
    let blank = |(at, _)| {
        let inner: &str = text.get(at + 1..)?.split(']').next()?;
        let end = at + inner.len() + 2;
        // `[ABC]*` is a pattern; capitals in such a number, or with a dash below, are none.
        let repeated = text.get(end..).is_some_and(|rest| rest.starts_with(['*', '+', '?', '{']));
        let capitals = |c: char| c.is_ascii_uppercase() || c.is_ascii_digit() || c == '_';
        let is_name = inner.starts_with(|c: char| c.is_ascii_uppercase()) && inner.chars().all(capitals);
        let subscript = text.get(..at).is_some_and(|before| before.ends_with(['{', '$']));
        let named = text.get(..at).is_some_and(|before| before.ends_with([':', '@', '=']));
        // A whole folder or file is no pattern of one letter.
        let folder = text.get(..at).is_some_and(|before| before.ends_with('/'))
            && text.get(end..).is_some_and(|rest| rest.is_empty() || rest.starts_with(['/', '.']));
        let long = inner.len() > 4 || inner.contains('_') || named && inner.len() > 2 || folder && inner.len() > 3;
        (is_name && long && !repeated && !subscript && text.len() >= end)
            .then(|| Placeholder { text: text[at..end].to_owned(), span: script.span(at..end) })
    };
    let marked = yours(word, &script).or_else(|| manual(word)).or_else(|| version(word)).or_else(|| quoted_angle(word));
    text.match_indices('[').filter_map(blank).chain(marked).collect()
}

/// `v2.X.Z` as manuals write it: `vX.Y.Z`.
fn version(word: &Word) -> Option<Placeholder> {
    let at = ["X.Y.Z", "x.y.z", "X.X.X", "x.x.x"].iter().find_map(|mark| word.text.find(mark))?;
    let apart = |c: char| !c.is_alphanumeric();
    let before = word.text[..at].trim_end_matches('v');
    let alone = before.is_empty() || before.ends_with(apart);
    let end = at + 5;
    (alone && (end == word.text.len() || word.text[end..].starts_with(apart)))
        .then(|| Placeholder { text: word.text[at..end].to_owned(), span: word.place(at..end) })
}

/// `"deploy@<host>:/srv"`: in quotes as well it is nobody's name.
fn quoted_angle(word: &Word) -> Option<Placeholder> {
    let text = word.text.as_str();
    let at = text.find('<').filter(|_| word.quoted && !text.contains("</") && !text.contains("/>"))?;
    let inner = text[at + 1..].split('>').next()?;
    let end = at + inner.len() + 2;
    let before = text[..at].ends_with(['@', '/', '=', ':', '_', '-', '.']);
    let behind = text.get(end..)?.starts_with([':', '/', '.', '@', '_', '-']);
    (is_blank_name(inner) && !inner.contains([' ', '/']) && (before || behind))
        .then(|| Placeholder { text: text[at..end].to_owned(), span: word.place(at..end) })
}

/// `db.your-project.supabase.co`, `yourdomain.com`, as manuals write it.
fn manual(word: &Word) -> Option<Placeholder> {
    const THINGS: &[&str] = &[
        "project",
        "domain",
        "app",
        "bucket",
        "server",
        "host",
        "org",
        "company",
        "user",
        "username",
        "token",
        "password",
        "db",
        "database",
        "instance",
        "service",
        "repo",
        "registry",
        "cluster",
        "namespace",
        "account",
        "api",
        "key",
        "region",
        "site",
        "email",
        "container",
        "image",
        "branch",
        "team",
        "vault",
        "store",
        "secret",
        "backup",
    ];
    let text = word.text.as_str();
    let at = text.find("your")?;
    let thing = text[at + 4..].trim_start_matches(['-', '_']);
    let length = thing.find(|c: char| !c.is_ascii_alphanumeric()).unwrap_or(thing.len());
    let apart = !text[..at].ends_with(|c: char| c.is_alphanumeric() || matches!(c, '$' | '{' | '_' | '-'));
    let end = text.len() - thing.len() + length;
    (apart && THINGS.contains(&&thing[..length]))
        .then(|| Placeholder { text: text[at..end].to_owned(), span: word.place(at..end) })
}

/// `YOUR_TOKEN`, also within a header.
fn yours(word: &Word, script: &Text) -> Option<Placeholder> {
    let text = word.text.as_str();
    let at = text.find("YOUR_").or_else(|| text.find("YOUR-"))?;
    let apart = !text[..at].ends_with(|c: char| c.is_alphanumeric() || matches!(c, '_' | '$' | '{'));
    let joins = |c: char| c == '_' || c == '-' && text[at..].starts_with("YOUR-");
    let length = text[at..].find(|c: char| !c.is_ascii_uppercase() && !joins(c)).unwrap_or(text.len() - at);
    (apart && length > "YOUR_".len())
        .then(|| Placeholder { text: text[at..at + length].to_owned(), span: script.span(at..at + length) })
}

const MARKS: &[&str] = &["YYYY", "XXXX", "CHANGEME", "CHANGE_ME", "REPLACE_ME", "FILL_ME"];

fn is_blank(word: &Word) -> bool {
    let text = word.text.as_str();
    let enclosed = |open: char, close: char| text.strip_prefix(open).and_then(|rest| rest.strip_suffix(close));
    let upper = |inner: &str| {
        inner.len() > 2
            && inner.starts_with(|c: char| c.is_ascii_uppercase())
            && inner.chars().all(|c| c.is_ascii_uppercase() || c.is_ascii_digit() || c == '_' || c == ' ')
    };
    // `[A-Z]` and `[ABC]` with something after them are patterns; a word that is nothing else is a blank.
    enclosed('<', '>').is_some_and(is_blank_name)
        || enclosed('[', ']').is_some_and(upper)
        || is_example(text)
        || text.bytes().any(|byte| matches!(byte, b'Y' | b'X' | b'M' | b'H' | b'T' | b'F'))
            && !text.contains([' ', '%', '\n'])
            && (MARKS.iter().any(|mark| text.contains(mark))
                || text.ends_with("_HERE")
                || unfilled(text.rsplit('=').next().unwrap_or(text)))
        || holds(text, b"fill-in") && unfilled(text.rsplit('=').next().unwrap_or(text))
}

/// Does a word hold this? To set up a search costs more than to look at so few bytes.
fn holds(text: &str, mark: &[u8]) -> bool {
    text.as_bytes().windows(mark.len()).any(|piece| piece == mark)
}

/// `--to-revision=XX`, `TODO-fill-in`: a value that says itself that it is none yet.
fn unfilled(value: &str) -> bool {
    let begins =
        |mark: &&str| value.strip_prefix(*mark).is_some_and(|rest| rest.is_empty() || rest.starts_with(['-', '_']));
    let marks = ["TBD", "FIXME", "TODO", "FILL-IN", "FILL_IN", "FILLME", "fill-in"];
    matches!(value, "XX" | "XXX") || marks.iter().any(begins) && !value.contains(['/', '.'])
}

/// `PID_OF_WORKER` where a number belongs.
fn is_capitals(text: &str) -> bool {
    text.contains('_') && text.chars().all(|c| c.is_ascii_uppercase() || c == '_')
}

/// `/path/to/the/folder`, `/dev/sdX`, as manuals write it.
pub fn is_example(path: &str) -> bool {
    if !path.as_bytes().contains(&b'/') {
        return false;
    }
    let device =
        ["/dev/sdX", "/dev/vdX", "/dev/xvdX", "/dev/nvmeX", "/dev/diskX", "/dev/diskN", "/dev/loopX", "/dev/mdX"];
    let is_device =
        || device.iter().any(|name| path.split('=').next_back().is_some_and(|value| value.starts_with(name)));
    !path.contains([' ', '\n']) && (path.starts_with("/path/to/") || path.contains("=/path/to/") || is_device())
}

/// Options whose value a person reads.
const TOLD: &[&str] = &["--message", "--body", "--subject", "--text", "--title", "--description"];

/// `[LINK]`, `[DATE/TIME]` in a message; at the beginning of a line such a word is a mark: `[ERROR] …`.
fn told(words: &[Word]) -> Vec<Placeholder> {
    let is_told = |word: &Word| word.text.starts_with("--") && TOLD.contains(&word.text.as_str());
    let values = words.windows(2).filter(|pair| is_told(&pair[0])).map(|pair| &pair[1]);
    let one = |word: &Word| -> Vec<Placeholder> {
        let text = word.text.as_str();
        let blank = |(at, _)| {
            let inner: &str = text.get(at + 1..)?.split(']').next()?;
            let end = at + inner.len() + 2;
            let begins = text.get(..at).is_none_or(|before| {
                before.trim_end_matches(' ').is_empty() || before.trim_end_matches(' ').ends_with(['\n', ']'])
            });
            let capitals = |c: char| c.is_ascii_uppercase() || matches!(c, '/' | '_' | '-' | ' ');
            let is_name =
                inner.len() > 1 && inner.starts_with(|c: char| c.is_ascii_uppercase()) && inner.chars().all(capitals);
            (is_name && !begins && end <= text.len())
                .then(|| Placeholder { text: text[at..end].to_owned(), span: word.place(at..end) })
        };
        if text.contains(' ') { text.match_indices('[').filter_map(blank).collect() } else { Vec::new() }
    };
    values.flat_map(one).collect()
}

fn is_blank_name(inner: &str) -> bool {
    let allowed = |c: char| c.is_alphanumeric() || matches!(c, '_' | '-' | ' ' | '.' | '/' | ':');
    inner.starts_with(char::is_alphabetic) && !inner.ends_with(' ') && inner.len() <= 40 && inner.chars().all(allowed)
}

/// Everything outside of quotes and comments that looks like `<name>`.
pub fn angles(text: &Text) -> Vec<Placeholder> {
    let value = &text.value;
    if !value.contains('<') {
        return Vec::new();
    }
    let blank = |range: Range<usize>| {
        let inner = value.get(range.start + 1..range.end - 1)?;
        let next = value.get(range.end..).and_then(|rest| rest.chars().next());
        // `sort <in >out` stands apart; `migrations/<id>_down.sql` is one word.
        let joined = value.get(..range.start).is_some_and(|before| before.ends_with(['/', '-', '_', '.', '=', ':']));
        let ends = joined
            || next
                .is_none_or(|c| c.is_whitespace() || matches!(c, ';' | '|' | '&' | ')' | '/' | '.' | ':' | '"' | ','));
        (ends && is_blank_name(inner))
            .then(|| Placeholder { text: value[range.clone()].to_owned(), span: text.span(range) })
    };
    bare_angles(value).into_iter().filter_map(blank).collect()
}

/// Ranges `<…>` within one line, outside of quotes and comments.
fn bare_angles(text: &str) -> Vec<Range<usize>> {
    let (mut quote, mut open, mut found) = (None, None, Vec::new());
    let mut previous = '\n';
    let mut chars = text.char_indices();
    while let Some((at, c)) = chars.next() {
        match (quote, c) {
            (Some(mark), _) if c == mark => quote = None,
            (Some('"') | None, '\\') => drop(chars.next()),
            (None, '\'' | '"') => quote = Some(c),
            (None, '#') if previous.is_whitespace() => {
                open = None;
                chars.by_ref().find(|(_, c)| *c == '\n');
            }
            (None, '<') => open = (previous != '<').then_some(at),
            (None, '>') => found.extend(open.take().map(|start| start..at + 1)),
            (None, '\n') => open = None,
            _ => {}
        }
        previous = c;
    }
    found
}

/// The text with its blanks filled in, so that the rest of it can be read: `<commit>` becomes `_commit_`.
pub fn filled(text: &Text, blanks: &[Placeholder]) -> Text {
    let fill =
        |value: String, blank: &Placeholder| value.replace(&blank.text, &blank.text.replace(['<', '>', ' '], "_"));
    Text { value: blanks.iter().fold(text.value.clone(), fill), ..text.clone() }
}
