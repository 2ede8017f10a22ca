//! The shell reader on 100,000 broken texts: it neither panics nor hangs, and every place that it tells holds what it says.
//!
//! The texts are those of the real plans, of the drivers and of the documents, each changed in up to six places: characters lost,
//! doubled, put in, whole ends cut off. They stand in a plan behind multi-byte text, indented, or in a `"…"` with escapes. The
//! changes follow from a number alone; `RBK_FUZZ=1000000` tries more of them.

#![allow(clippy::unwrap_used, missing_docs)]

use rbk::model::value::Script;
use rbk::shell::{self, Parsed, Word};
use rbk::source::{FileId, Span};
use rbk::syntax::Text;
use std::ops::Range;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::Path;
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};

/// What is put in.
#[rustfmt::skip]
const PIECES: &[&str] = &[
    "(", ")", "{", "}", "[", "]", "<", ">", "$", "`", "'", "\"", "\\", "|", "&", ";", "#", "=", "!", "*", "~", " ", "\n", "\t", "%",
    "ñ", "🦀", "\u{301}", "\r", "\0", "$(", "${", "$((", "))", "<<EOF\n", "<<-'E'\n", "\nEOF\n", "<<<", "<(", "[[ ", " ]]", ";;", "&&", "||", "$'",
    "$\"", "${x:-", "\\\n", "\\\"", "case x in ", "esac", " in ", "do ", "done", "if ", "then ", "fi", "for i in ", "while ", "function f ",
    "sudo ", "bash -c '", "ssh h \"", "eval ", "psql -c \"drop table é\"", "rm -rf $é", "<commit>", "[TOKEN]", "x=ñ ", "read ñ ", "2>&1", ">é",
];

/// The shell texts of some files, by their `sh`.
fn texts() -> Vec<Vec<char>> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let mut texts = Vec::new();
    for folder in ["plans", "library", "tests/shell/sources", "demo"] {
        let mut files: Vec<_> =
            std::fs::read_dir(root.join(folder)).unwrap().map(|entry| entry.unwrap().path()).collect();
        files.retain(|path| path.extension().is_some_and(|end| end == "rbk"));
        files.sort();
        for file in files {
            let plan = std::fs::read_to_string(file).unwrap();
            let mut rest = plan.as_str();
            while let Some((_, after)) = rest.split_once("sh \"\"\"") {
                let (text, after) = after.split_once("\"\"\"").unwrap();
                texts.push(dedented(text).chars().collect());
                rest = after;
            }
        }
    }
    for lines in ["tests/shell/corpus/hazards.txt", "tests/shell/corpus/harmless.txt"] {
        let lines = std::fs::read_to_string(root.join(lines)).unwrap();
        let lines = lines.lines().filter(|line| !line.is_empty() && !line.starts_with("## "));
        let commands = lines.map(|line| line.split_once(": ").map_or(line, |(_, command)| command));
        texts.extend(commands.map(|line| line.replace("\\n", "\n").replace("\\\\", "\\").chars().collect()));
    }
    assert!(texts.len() > 500, "only {} texts", texts.len());
    texts
}

fn dedented(text: &str) -> String {
    let lines = text.trim_end().strip_prefix('\n').unwrap_or(text).lines();
    let indent = lines.clone().map(|line| line.len() - line.trim_start().len()).min().unwrap_or(0);
    lines.map(|line| format!("{}\n", &line[indent..])).collect()
}

/// Numbers that look like chance.
struct Chance(u64);

impl Chance {
    fn below(&mut self, end: usize) -> usize {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mixed = (self.0 ^ (self.0 >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        let mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        usize::try_from((mixed ^ (mixed >> 31)) >> 33).unwrap() % end.max(1)
    }
}

/// The text of a number.
fn broken(texts: &[Vec<char>], number: usize) -> String {
    let mut chance = Chance(number as u64);
    let mut text = texts[chance.below(texts.len())].clone();
    if text.len() > 400 {
        // A window of it: what is broken shows there as well, and sooner.
        let from = chance.below(text.len() - 300);
        text = text[from..from + 300].to_vec();
    }
    for _ in 0..=chance.below(6) {
        let at = chance.below(text.len() + 1);
        let some = (at + 1 + chance.below(8)).min(text.len());
        match chance.below(8) {
            0 | 1 => drop(text.drain(at..some)),
            2 => drop(text.splice(at..at, text[at..some].to_vec()).collect::<Vec<_>>()),
            3 if chance.below(3) == 0 => text.truncate(at),
            _ => drop(text.splice(at..at, PIECES[chance.below(PIECES.len())].chars()).collect::<Vec<_>>()),
        }
    }
    wrapped(text.into_iter().collect(), chance.below(12))
}

/// The text as it is, or in another script: each way has its own way back to the plan.
fn wrapped(text: String, way: usize) -> String {
    let quoted = text.replace('\\', "\\\\").replace('"', "\\\"").replace('$', "\\$").replace('`', "\\`");
    match way {
        0 => format!("ssh é \"{quoted}\""),
        1 => format!("echo ñ; sudo bash -euc '{}' x", text.replace('\'', "'\\''")),
        2 => format!("ñ=\"$({text})\" # {}", text.lines().next().unwrap_or("")),
        3 => format!("if é; then\n\tbash -s <<-'E'\n{}\n\tE\nfi", text.replace('\n', "\n\t\t")),
        4 => format!("docker exec db sh -c \"sh -c '{}'\"", quoted.replace('\'', "")),
        5 => format!("cat <<é | ssh h\n{text}\né\n"),
        _ => text,
    }
}

/// A text in its plan.
struct Plan {
    file: String,
    inside: Range<usize>,
    parsed: std::sync::Arc<Parsed>,
}

impl Plan {
    fn new(script: &str, escaped: bool) -> Plan {
        let mut file = String::from("# ñandú — «plan» 🦀\nstep x { sh \"\"\"\n");
        let start = file.len();
        let narrow = |at: usize| u32::try_from(at).unwrap();
        let (mut value, mut map) = (String::new(), Vec::new());
        let escaped = escaped && !script.contains('\\');
        if escaped {
            value = script.replace('"', "\\\"");
            map.push((0, narrow(start)));
            file.push_str(&value);
        } else {
            for line in script.split_inclusive('\n') {
                file.push_str("  \t ");
                map.push((narrow(value.len()), narrow(file.len())));
                value.push_str(line);
                file.push_str(line);
            }
        }
        let inside = start..file.len();
        file.push_str("ñ\"\"\"");
        let text = Text { value, map, file: FileId(0), raw: !escaped };
        let parsed = shell::parse(&Script { text: text.into(), span: Span::default() });
        Plan { file, inside, parsed }
    }

    /// What stands at a place, which is one of the text.
    fn cut(&self, span: Span, what: &str) -> &str {
        let (start, end) = (span.start as usize, span.end as usize);
        let within = self.inside.start <= start && start <= end && end <= self.inside.end;
        assert!(within, "{what}: {start}..{end} is outside of {:?}", self.inside);
        self.file.get(start..end).unwrap_or_else(|| panic!("{what}: {start}..{end} cuts a character"))
    }

    /// Every character of a word stands where the word says.
    fn word(&self, word: &Word, what: &str) {
        let shown = self.cut(word.span, what);
        let blank = self.parsed.placeholders.iter().any(|blank| meet(blank.span, word.span));
        let mut first = None;
        for (at, c) in word.text.char_indices() {
            let place = word.place(at..at + c.len_utf8());
            let there = self.cut(place, what);
            // `\n` of `$'…'` is a line end; blanks are read as if they were filled in.
            let decoded =
                there == "\\" && matches!(c, '\n' | '\t') || c == '_' && (blank || matches!(there, "<" | ">" | " "));
            assert!(
                there == c.to_string() || decoded,
                "{what} {:?}: {c:?} at {at} is {there:?} in {shown:?}",
                word.text
            );
            first.get_or_insert(place.start);
            assert!(
                word.span.start <= place.start && place.end <= word.span.end,
                "{what} {:?} outside of {shown:?}",
                word.text
            );
        }
        for part in &word.parts {
            self.cut(word.place(part.range.clone()), what);
            assert!(word.text.get(part.range.clone()).is_some(), "{what}: a part of {:?}", word.text);
        }
        let before = &self.file[word.span.start as usize..first.unwrap_or(word.span.end) as usize];
        assert!(before.chars().all(|c| "\"'\\$\n \t".contains(c)), "{what} {:?} begins late in {shown:?}", word.text);
    }

    fn check(&self) {
        if self.parsed.problems.is_empty() {
            UNDERSTOOD.0.fetch_add(1, Ordering::Relaxed);
            UNDERSTOOD.1.fetch_add(self.parsed.commands.len(), Ordering::Relaxed);
        }
        for command in &self.parsed.commands {
            self.cut(command.span, "a command");
            command.words.iter().for_each(|word| self.word(word, "a word"));
            let (first, last) = (command.words.first().unwrap(), command.words.last().unwrap());
            assert_eq!((command.span.start, command.span.end), (first.span.start, last.span.end.max(first.span.end)));
            command.assignments.iter().for_each(|(_, word)| self.word(word, "a value"));
            command.redirects.iter().for_each(|to| self.word(&to.target, "a file"));
            command.input.iter().for_each(|word| self.word(word, "an input"));
            if let Some((text, span)) = &command.comment {
                // An inner script has lost the escapes of the outer one.
                assert_eq!(plain(self.cut(*span, "a comment")), plain(text));
            }
            assert!(command.pipeline < self.parsed.pipelines.len());
        }
        for read in &self.parsed.reads {
            let shown = plain(self.cut(read.span, "a variable")).replace('$', "");
            assert_eq!(shown, plain(&read.name), "a variable");
        }
        for set in &self.parsed.sets {
            let shown = self.cut(set.span, "an assignment");
            assert!(plain(shown).contains(&plain(&set.name)), "{:?} is not in {shown:?}", set.name);
            set.value.iter().for_each(|word| self.word(word, "a value"));
        }
        for blank in &self.parsed.placeholders {
            let shown = self.cut(blank.span, "a blank");
            assert!(plain(shown).contains(&plain(&blank.text)), "{:?} is not in {shown:?}", blank.text);
        }
        for (text, span) in &self.parsed.comments {
            let shown = self.cut(*span, "a comment");
            assert_eq!(plain(shown), plain(text));
        }
        for effect in &self.parsed.effects {
            let shown = plain(self.cut(effect.span, "an effect")).replace('$', "");
            for word in effect.object.split_whitespace().filter(|word| *word != "?") {
                let word = plain(word).replace('$', "");
                // What `find … | xargs rm` removes stands behind the `find`.
                let listed = || effect.tool == "rm" && plain(&self.file).replace('$', "").contains(&word);
                assert!(shown.contains(&word) || listed(), "{:?} is not in {shown:?}", effect.object);
            }
        }
        let problems = self.parsed.problems.iter().map(|problem| (problem.span, "a problem"));
        let loops = self.parsed.shells.iter().flat_map(|shell| &shell.endless).map(|span| (*span, "a loop"));
        for (span, what) in problems.chain(loops) {
            self.cut(span, what);
        }
    }
}

fn meet(one: Span, other: Span) -> bool {
    one.start < other.end && other.start < one.end
}

/// Without quotes, without what goes on in another line, and without what a blank is filled in with.
fn plain(text: &str) -> String {
    text.replace(['"', '\'', '\\', '\n', '\t', ' '], "").replace(['<', '>', '_'], "")
}

/// Texts that are understood, and commands in them.
static UNDERSTOOD: (AtomicUsize, AtomicUsize) = (AtomicUsize::new(0), AtomicUsize::new(0));

/// What is wrong with a text, if anything is.
fn wrong(script: &str, escaped: bool) -> Option<String> {
    let failure = catch_unwind(AssertUnwindSafe(|| Plan::new(script, escaped).check())).err()?;
    let told = failure.downcast_ref::<String>().cloned();
    Some(told.or_else(|| failure.downcast_ref::<&str>().map(|text| (*text).to_owned())).unwrap_or_default())
}

/// A text as short as can be that is as wrong.
fn shortest(script: &str, escaped: bool) -> String {
    let mut text: Vec<char> = script.chars().collect();
    let mut size = text.len() / 2;
    while size > 0 {
        let mut at = 0;
        while at < text.len() {
            let shorter: Vec<char> = [&text[..at], &text[(at + size).min(text.len())..]].concat();
            if wrong(&shorter.iter().collect::<String>(), escaped).is_some() {
                text = shorter;
            } else {
                at += size;
            }
        }
        size /= 2;
    }
    text.into_iter().collect()
}

#[test]
fn broken_texts_neither_end_it_nor_move_a_place() {
    let count = std::env::var("RBK_FUZZ").map_or(100_000, |count| count.parse().unwrap());
    let texts = texts();
    let (next, found) = (AtomicUsize::new(0), Mutex::new(Vec::new()));
    let hook = std::panic::take_hook();
    std::panic::set_hook(Box::new(|_| {}));
    let work = || {
        loop {
            let number = next.fetch_add(1, Ordering::Relaxed);
            if number >= count || found.lock().unwrap().len() >= 20 {
                return;
            }
            let (script, escaped) = (broken(&texts, number), number % 4 == 0);
            if wrong(&script, escaped).is_some() {
                let short = shortest(&script, escaped);
                let why = wrong(&short, escaped).unwrap();
                found.lock().unwrap().push(format!("{number}, escaped {escaped}: {short:?}\n    {why}"));
            }
        }
    };
    let cores = std::thread::available_parallelism().map_or(1, usize::from);
    std::thread::scope(|scope| (0..cores).for_each(|_| drop(scope.spawn(work))));
    std::panic::set_hook(hook);
    let found = found.into_inner().unwrap();
    assert!(found.is_empty(), "{}", found.join("\n"));
    let (read, commands) = (UNDERSTOOD.0.load(Ordering::Relaxed), UNDERSTOOD.1.load(Ordering::Relaxed));
    println!("{count} texts, {read} of them understood, with {commands} commands");
    assert!(read > count / 10 && commands > read, "most of them are no shell any more: this proves nothing");
}
