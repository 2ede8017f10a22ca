//! What a shell text consists of: commands, the pipelines that they stand in, words and their parts.
//!
//! In: nothing, these are the types. Out: questions that rules ask of them. Not its business: how they are found.

use super::{Parsed, text};
use crate::source::Span;
use crate::syntax::Text;
use smallvec::SmallVec;
use std::ops::Range;

/// A simple command.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Command {
    /// Its name and its arguments; assignments before it and redirections are not among them.
    pub words: Vec<Word>,
    /// Where its name begins in the first word, behind directories.
    pub(super) base: usize,
    /// From the first to the last word.
    pub span: Span,
    /// Where it runs.
    pub place: Place,
    /// Assignments before it, for it alone: `PGPASSWORD=x` with the value as a word.
    pub assignments: Vec<(String, Word)>,
    /// Files that it reads or writes through redirections.
    pub redirects: Vec<Redirect>,
    /// Text on its standard input from a here-document or here-string, if it is fixed.
    pub input: Option<Word>,
    /// Is its standard input the output of a process: `< <(ls)`?
    pub fed: bool,
    /// Its pipeline, an index into those of the text.
    pub pipeline: usize,
    /// Its position in the pipeline, from 0.
    pub stage: usize,
    /// The command that runs it (`sudo`, `ssh` …), an index into those of the text.
    pub via: Option<usize>,
    /// The comment behind it on its last line, from the `#` on.
    pub comment: Option<(String, Span)>,
}

/// A pipeline: one command or several with `|` between them, or a compound command.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Pipeline {
    /// The script that it is part of, an index into those of the text.
    pub shell: usize,
    /// How many stages it has.
    pub stages: usize,
    /// Does a `!` turn its status round?
    pub negated: bool,
    /// Does the script go on without waiting for it?
    pub background: bool,
    /// Is it asked whether it succeeds? Then a failure ends nothing: it stands in the condition of an `if` or `while`,
    /// before `&&` or `||`, or behind `!`.
    pub asked: bool,
    /// Is its status that of the script?
    pub last: bool,
    /// Does it stand in the condition of an `if` or of a loop?
    pub condition: bool,
    /// Does more follow it in brackets or in a condition that is asked as a whole? Then its failure ends nothing.
    pub unheard: bool,
    /// Is it the process of a `<(…)` or `>(…)`, whose status nobody learns?
    pub process: bool,
    /// Is it part of the body of a loop?
    pub in_loop: bool,
    /// Is it part of a branch that may not be taken?
    pub in_branch: bool,
    /// Is it part of a function's body?
    pub in_function: bool,
    /// Which pair of parentheses it stands in, or which compound command in a pipe; 0 is none.
    pub subshell: usize,
    /// Does a failed command end the shell (`set -e`)?
    pub errexit: bool,
    /// Does a failed stage fail the pipeline?
    pub pipefail: bool,
    /// The pipelines that run only if it succeeds.
    pub then: Range<usize>,
    /// The pipelines that run only if it fails.
    pub otherwise: Range<usize>,
    /// Variables that are known not to be empty here.
    pub guarded: Vec<String>,
}

/// A script: the text, or one that stands in it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Shell {
    /// Is it a command substitution, whose output becomes part of a word?
    pub substitution: bool,
    /// Where it runs.
    pub place: Place,
    /// The command that runs it (`bash -c`, `ssh`), an index into those of the text.
    pub by: Option<usize>,
    /// The heads of its loops that end only from inside: `while true`.
    pub endless: Vec<Span>,
}

/// A `while` or an `until`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Loop {
    /// Up to its `do`.
    pub head: Span,
    /// To the last word in it.
    pub span: Span,
    /// The pipelines that decide whether it goes on.
    pub condition: Range<usize>,
    /// The pipelines that are repeated.
    pub body: Range<usize>,
    /// Does something in it calculate: a counter, a deadline?
    pub counts: bool,
}

/// Where a command runs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Place {
    /// In the script's own shell or a process of it.
    Here,
    /// In an inner shell of the same machine (`bash -c`): unexported variables are not seen.
    InnerShell,
    /// On another machine or in a container (`ssh`, `docker exec`, `kubectl exec`).
    Elsewhere,
}

/// The pieces of a word: of most words one.
pub type Parts = SmallVec<[Part; 1]>;

/// Pairs (offset in a text, offset in the file): most words run in step with the file.
pub type Map = SmallVec<[(u32, u32); 1]>;

/// A word of a command.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Word {
    /// What the command sees, quotes removed; expansions stand in it as they are written (`$x`, `$(…)`).
    pub text: String,
    /// Is it fixed, free of expansions?
    pub fixed: bool,
    /// Is any part of it in quotes?
    pub quoted: bool,
    /// Where it stands, quotes included.
    pub span: Span,
    /// The text in pieces that are quoted alike, expansions by themselves.
    pub parts: Parts,
    /// Pairs (offset in `text`, offset in the file).
    pub(super) map: Map,
}

/// A piece of a word.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Part {
    /// Which bytes of the word's text.
    pub range: Range<usize>,
    /// How it is quoted.
    pub quote: Quote,
    /// Is it an expansion: `$x`, `${x:-y}`, `$(…)`, `$((…))`?
    pub expansion: bool,
}

/// How a piece of a word is quoted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Quote {
    /// Not at all: expansions are split, patterns are matched.
    Bare,
    /// By `'…'` or a backslash.
    Single,
    /// By `"…"`.
    Double,
}

/// A redirection from or to a file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Redirect {
    /// Is the file written?
    pub writes: bool,
    /// Is it written at its end?
    pub appends: bool,
    /// The file descriptor: 0 is the input, 1 the output, 2 errors.
    pub fd: i32,
    /// The file's name.
    pub target: Word,
}

impl Word {
    /// The text if it is fixed.
    pub fn literal(&self) -> Option<&str> {
        self.fixed.then_some(self.text.as_str())
    }

    /// The word as a text of its own: a script, or statements.
    pub(super) fn as_text(&self) -> Text {
        Text { value: self.text.clone(), map: self.map.to_vec(), file: self.span.file, raw: true }
    }

    /// Where a piece of its text stands.
    pub fn place(&self, range: Range<usize>) -> Span {
        let start = text::locate(&self.map, range.start);
        let last = text::locate(&self.map, range.end.saturating_sub(1)).max(start);
        let end = if range.is_empty() { start } else { last + 1 };
        Span { start, end, ..self.span }
    }

    /// A piece's text.
    pub fn piece(&self, part: &Part) -> &str {
        self.text.get(part.range.clone()).unwrap_or("")
    }

    /// The variables that are expanded in it: name, operator and what follows it (`:-x` of `${a:-x}`), the piece.
    pub fn variables(&self) -> impl Iterator<Item = (&str, &str, &Part)> {
        let expansions = self.parts.iter().filter(|part| part.expansion);
        expansions.filter_map(|part| variable(self.piece(part)).map(|(name, operator)| (name, operator, part)))
    }

    /// The command substitutions in it, as they are written.
    pub fn substitutions(&self) -> impl Iterator<Item = (&str, &Part)> {
        let expansions = self.parts.iter().filter(|part| part.expansion).map(|part| (self.piece(part), part));
        expansions.filter(|(text, _)| text.starts_with('`') || text.starts_with("$(") && !text.starts_with("$(("))
    }

    /// Does a pattern (`*`, `?`, `[…]`) stand in pieces quoted so?
    pub fn has_pattern(&self, quoted: impl Fn(Quote) -> bool) -> bool {
        let literal = |part: &&Part| !part.expansion && quoted(part.quote);
        self.parts.iter().filter(literal).any(|part| self.piece(part).contains(['*', '?']))
    }
}

/// The name and the operator of `$name` and `${name…}`.
fn variable(text: &str) -> Option<(&str, &str)> {
    let braces = text.strip_prefix("${").map(|rest| rest.strip_suffix('}').unwrap_or(rest));
    let inner = braces.or_else(|| text.strip_prefix('$'))?;
    let end = inner.find(|c: char| !c.is_ascii_alphanumeric() && c != '_').unwrap_or(inner.len());
    (end > 0).then(|| inner.split_at(end))
}

impl Command {
    /// Its name without directories; empty if the name is not fixed.
    pub fn name(&self) -> &str {
        self.words.first().and_then(Word::literal).map_or("", |first| &first[self.base..])
    }

    /// Its arguments.
    pub fn arguments(&self) -> &[Word] {
        self.words.get(1..).unwrap_or(&[])
    }

    /// Is this fixed word among its arguments?
    pub fn has(&self, argument: &str) -> bool {
        self.arguments().iter().any(|word| word.literal() == Some(argument))
    }
}

/// Questions about the words of a command, or about those behind its verb.
pub trait Words {
    /// Is one of these words among them, by itself or with a value (`--tail=5`)?
    fn has_any(&self, options: &[&str]) -> bool;
    /// Is a short option among them, also in a bundle (`-rf`)?
    fn short(&self, letter: char) -> bool;
    /// Those that are neither options nor the value of one of these options.
    fn operands(&self, valued: &[&str]) -> Vec<&Word>;
    /// What an option is given, in the next word or behind `=` or, for a short one, behind its letter.
    fn value(&self, options: &[&str]) -> Option<&Word>;
    /// The first word that is neither an option nor the value of one of these, and the words behind it.
    fn verb(&self, valued: &[&str]) -> Option<(&str, &[Word])>;
}

impl Words for [Word] {
    fn has_any(&self, options: &[&str]) -> bool {
        let is = |text: &str, option: &str| {
            if text.as_bytes().first() != option.as_bytes().first() {
                return false;
            }
            let rest = text.strip_prefix(option);
            rest.is_some_and(|rest| rest.is_empty() || option.starts_with("--") && rest.starts_with('='))
        };
        self.iter().any(|word| options.iter().any(|option| is(&word.text, option)))
    }

    fn short(&self, letter: char) -> bool {
        let bundle = |text: &str| {
            let [b'-', first, ..] = text.as_bytes() else { return false };
            first.is_ascii_alphanumeric() && text[1..].contains(letter)
        };
        self.iter().any(|word| bundle(&word.text))
    }

    fn operands(&self, valued: &[&str]) -> Vec<&Word> {
        let (mut found, mut skip, mut plain) = (Vec::new(), false, false);
        for word in self {
            let text = word.text.as_str();
            if std::mem::take(&mut skip) {
                continue;
            }
            match text {
                "--" if !plain => plain = true,
                _ if !plain && text.len() > 1 && text.starts_with('-') => skip = valued.contains(&text),
                _ => found.push(word),
            }
        }
        found
    }

    fn value(&self, options: &[&str]) -> Option<&Word> {
        self.iter().enumerate().find_map(|(i, word)| {
            let text = word.text.as_str();
            options.iter().find_map(|option| match text.strip_prefix(option)? {
                "" => self.get(i + 1),
                rest if option.starts_with("--") => rest.starts_with('=').then_some(word),
                _ => Some(word),
            })
        })
    }

    fn verb(&self, valued: &[&str]) -> Option<(&str, &[Word])> {
        let mut at = 0;
        loop {
            let text = self.get(at)?.text.as_str();
            if !text.starts_with('-') || text.len() < 2 {
                return Some((text, &self[at + 1..]));
            }
            at += 1 + usize::from(valued.contains(&text));
        }
    }
}

impl Parsed {
    /// The pipeline of a command.
    pub fn pipeline(&self, command: &Command) -> &Pipeline {
        const NONE: &Pipeline = &Pipeline {
            shell: 0,
            stages: 1,
            negated: false,
            background: false,
            asked: false,
            last: false,
            condition: false,
            unheard: false,
            process: false,
            in_loop: false,
            in_branch: false,
            in_function: false,
            subshell: 0,
            errexit: true,
            pipefail: true,
            then: 0..0,
            otherwise: 0..0,
            guarded: Vec::new(),
        };
        self.pipelines.get(command.pipeline).unwrap_or(NONE)
    }

    /// The script of a command.
    pub fn shell(&self, command: &Command) -> Option<&Shell> {
        self.shells.get(self.pipeline(command).shell)
    }

    /// The commands of some pipelines, substitutions in them not included.
    pub fn within(&self, pipelines: Range<usize>) -> impl Iterator<Item = &Command> {
        self.commands.iter().filter(move |command| pipelines.contains(&command.pipeline))
    }

    /// The other stages of a command's pipeline that stand before (or behind) it.
    pub fn before<'a>(&'a self, command: &'a Command) -> impl Iterator<Item = &'a Command> {
        self.within(command.pipeline..command.pipeline + 1).filter(|other| other.stage < command.stage)
    }

    /// The stages behind a command in its pipeline.
    pub fn behind<'a>(&'a self, command: &'a Command) -> impl Iterator<Item = &'a Command> {
        self.within(command.pipeline..command.pipeline + 1).filter(|other| other.stage > command.stage)
    }

    /// The command that runs this one, and the one that runs that, outwards.
    pub fn runners<'a>(&'a self, command: &'a Command) -> impl Iterator<Item = &'a Command> {
        let outer = |command: &&'a Command| {
            let by = command.via.or_else(|| self.shell(command).and_then(|shell| shell.by));
            by.and_then(|index| self.commands.get(index))
        };
        std::iter::successors(outer(&command), outer)
    }

    /// Is it a command that runs another one (`sudo`, `ssh`), and no more?
    pub fn is_wrapper(&self, command: &Command) -> bool {
        self.commands.iter().any(|inner| self.runners(inner).next().is_some_and(|by| std::ptr::eq(by, command)))
    }
}
