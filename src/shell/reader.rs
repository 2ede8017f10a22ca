//! Walks a shell text and everything nested in it, and collects what it says.
//!
//! In: a text with its way back to the file. Out: `Parsed`, filled in the order of the text.

use super::ast::Document;
use super::mistakes::{Failure, Mistake};
use super::oracle;
use super::reading::{self, Event, Options, Reading, Simple, To};
use super::words::{self, Found};
use super::wrappers::{self, Inner};
use super::{
    Command, Loop, Parsed, Part, Place, Placeholder, Problem, ProblemKind, Quote, Read, Redirect, Set, Shell, Word,
    Words, builtins, effects, placeholders, text as places,
};
use crate::source::Span;
use crate::syntax::Text;
use smallvec::smallvec;
use std::ops::Range;

/// Scripts in scripts in scripts: deeper than this is not followed.
const DEPTH: usize = 8;

/// Reads a shell text. Never fails: what could not be read is among the `problems`.
pub fn parse(text: &Text) -> Parsed {
    let mut reader = Reader::default();
    reader.text(text);
    // It is kept as long as the plan is looked at.
    reader.parsed.commands.shrink_to_fit();
    reader.parsed
}

/// Collects what a text says.
#[derive(Debug, Default)]
pub struct Reader {
    /// What was found so far.
    pub parsed: Parsed,
    depth: usize,
    /// How many pipelines came before those of the text that is being read.
    base: usize,
    /// The pipeline that is being read.
    site: usize,
    /// Does a failed stage fail the pipeline that is being read?
    pipefail: bool,
    /// What looks like `<name>` in the text that is being read.
    angles: Vec<Placeholder>,
}

impl Reader {
    /// Reads a text as a script runs it.
    pub fn text(&mut self, text: &Text) {
        let shell = Shell { substitution: false, place: Place::Here, by: None, endless: Vec::new() };
        self.read(text, shell, Options { errexit: true, pipefail: true });
        self.comments(text);
    }

    /// Lines that begin with `#`, and are not part of a word or a here-document.
    fn comments(&mut self, text: &Text) {
        let mut at = 0;
        for line in text.value.split_inclusive('\n') {
            let (start, comment) = (at + line.len() - line.trim_start().len(), line.trim());
            at += line.len();
            if !comment.starts_with('#') {
                continue;
            }
            let span = text.span(start..start + comment.len());
            let within = |other: Span| other.start <= span.start && span.start < other.end;
            let data = |command: &Command| {
                within(command.span) || command.input.as_ref().is_some_and(|input| within(input.span))
            };
            if !self.parsed.commands.iter().any(data) {
                self.parsed.comments.push((comment.to_owned(), span));
            }
        }
    }

    /// Reads a command substitution: bash does not end it at a failed command.
    fn substitution(&mut self, text: &Text, place: Place) {
        let shell = Shell { substitution: true, place, by: None, endless: Vec::new() };
        self.read(text, shell, Options { errexit: false, pipefail: self.pipefail });
    }

    fn read(&mut self, text: &Text, mut shell: Shell, options: Options) {
        if self.depth >= DEPTH {
            let message = "scripts are nested too deep here: what they do is not looked at";
            return self.not_analysed(message, text, 0);
        }
        self.depth += 1;
        let outer = std::mem::replace(&mut self.angles, placeholders::angles(text));
        match reading::read(&text.value, options) {
            Ok(Reading { events, pipelines, endless, loops, bodies, constants, waits, menus }) => {
                self.parsed.menus.extend(menus.into_iter().map(|range| text.span(range)));
                let (before, place) = ((self.base, self.pipefail, self.site), shell.place);
                self.base = self.parsed.pipelines.len();
                shell.endless = endless.into_iter().map(|range| text.span(range)).collect();
                let number = self.parsed.shells.len();
                self.parsed.shells.push(shell);
                let base = self.base;
                let moved = |range: Range<usize>| range.start + base..range.end + base;
                self.parsed.waits.extend(waits.into_iter().map(|each| {
                    let (condition, body) = (moved(each.condition), moved(each.body));
                    let span = text.span(each.head.start..each.end);
                    Loop { head: text.span(each.head), span, condition, body, counts: each.counts }
                }));
                self.parsed.pipelines.extend(pipelines.into_iter().map(|pipeline| {
                    let (then, otherwise) = (moved(pipeline.then.clone()), moved(pipeline.otherwise.clone()));
                    super::Pipeline { shell: number, then, otherwise, ..pipeline }
                }));
                self.parsed.loops.extend(loops.into_iter().map(moved));
                self.parsed.bodies.extend(bodies.into_iter().map(|(name, range)| (name, moved(range))));
                self.parsed.constants.extend(constants.into_iter().map(|range| text.span(range)));
                events.into_iter().for_each(|event| self.event(text, event, place));
                (self.base, self.pipefail, self.site) = before;
            }
            Err(failure) => self.failure(text, failure, shell, options),
        }
        self.angles = outer;
        self.depth -= 1;
    }

    fn failure(&mut self, text: &Text, failure: Failure, shell: Shell, options: Options) {
        let blanks = std::mem::take(&mut self.angles);
        match failure {
            // `git checkout <commit>` is no shell because nobody filled it in: one finding, not two.
            Failure::Syntax(..) if !blanks.is_empty() => {
                self.parsed.placeholders.extend(blanks.iter().cloned());
                self.read(&placeholders::filled(text, &blanks), shell, options);
            }
            Failure::Syntax(mistake) => self.judged(text, mistake),
            Failure::TooDeep(at) => {
                let message = "brackets are nested too deep here: what this text does is not looked at";
                self.not_analysed(message, text, at);
            }
        }
    }

    /// A text that the parser refuses: bash decides, if it can be asked.
    fn judged(&mut self, text: &Text, mistake: Mistake) {
        if oracle::ask(&text.value) == Some(true) {
            return self.not_analysed("this text is not understood: what it does is not looked at", text, 0);
        }
        let Mistake { message, at, open } = mistake;
        let (span, open) = (text.span(at), open.map(|open| text.span(open)));
        self.parsed.problems.push(Problem { kind: ProblemKind::Syntax, message, span, open });
    }

    fn not_analysed(&mut self, message: &str, text: &Text, at: usize) {
        let length = text.value.get(at..).and_then(|rest| rest.chars().next()).map_or(0, char::len_utf8);
        self.limit(message, text.span(at..at + length));
    }

    /// Something that is not looked at.
    fn limit(&mut self, message: &str, span: Span) {
        let kind = ProblemKind::NotAnalysed;
        self.parsed.problems.push(Problem { kind, message: message.to_owned(), span, open: None });
    }

    fn event(&mut self, text: &Text, event: Event, place: Place) {
        match event {
            Event::Simple(simple) => self.simple(text, simple, place),
            Event::Word(range) => drop(self.word(text, range, place)),
            Event::Redirected(to) => {
                let redirect = self.redirect(text, to, place);
                self.parsed.effects.extend(effects::written(&redirect, place));
                self.parsed.appended.extend(Some(redirect).filter(|to| to.appends && to.fd == 1).map(|to| to.target));
            }
            Event::Listed(name, range) => {
                let word = self.word(text, range, place);
                self.parsed.listed.push((name, word));
            }
            Event::Arithmetic(range, site) => {
                self.site = self.base + site;
                drop(self.found(text, words::arithmetic(text, range), place));
            }
            Event::Tested(operator, range) => {
                let word = self.word(text, range, place);
                self.parsed.tested.push((operator, word));
            }
            Event::Set(name, range) => self.set(text, name, range, place, None),
            Event::Function(name) => self.parsed.functions.push(name),
            Event::Document(document) => drop(self.document(text, &document, place)),
        }
    }

    fn simple(&mut self, text: &Text, simple: Simple, place: Place) {
        let pipeline = self.base + simple.site.0;
        self.site = pipeline;
        self.pipefail = self.parsed.pipelines.get(pipeline).is_some_and(|pipeline| pipeline.pipefail);
        let value = |reader: &mut Self, (name, range): (String, Range<usize>)| {
            let written = text.value.get(range.clone()).unwrap_or("");
            let start = range.start + written.find('=').map_or(0, |at| at + 1);
            reader.word(text, range.start..start, place);
            (name, reader.word(text, start..range.end, place), range)
        };
        let assigned: Vec<_> = simple.assignments.into_iter().map(|assignment| value(self, assignment)).collect();
        let words: Vec<Word> = simple.words.iter().map(|range| self.word(text, range.clone(), place)).collect();
        let redirects: Vec<Redirect> = simple.redirects.into_iter().map(|to| self.redirect(text, to, place)).collect();
        let string = simple.string.map(|range| self.word(text, range, place));
        let input = simple.document.map(|document| self.document(text, &document, place)).or(string);
        let (Some(first), Some(last)) = (words.first(), words.last()) else {
            self.parsed.effects.extend(redirects.iter().filter_map(|redirect| effects::emptied(redirect, place)));
            for (name, value, range) in assigned {
                self.set(text, name, range, place, Some(value));
            }
            return;
        };
        let span = first.span.to(last.span);
        for (name, at) in builtins::sets(&words) {
            self.set(text, name.to_owned(), simple.words[at].clone(), place, None);
        }
        let assignments = assigned.into_iter().map(|(name, value, _)| (name, value)).collect();
        let comment = |range: Range<usize>| (text.value.get(range.clone()).unwrap_or("").to_owned(), text.span(range));
        let comment = simple.comment.map(comment);
        let (stage, fed, via) = (simple.site.1, simple.fed, None);
        self.command(Command {
            base: base(&words),
            words,
            span,
            place,
            assignments,
            redirects,
            input,
            fed,
            pipeline,
            stage,
            via,
            comment,
        });
    }

    fn redirect(&mut self, text: &Text, to: To, place: Place) -> Redirect {
        let (writes, appends) = to.writes;
        Redirect { writes, appends, fd: to.fd, target: self.word(text, to.target, place) }
    }

    /// Takes a command into the list, then what it runs.
    fn command(&mut self, command: Command) {
        // A substitution in the double quotes of an inner script was read with the outer text already.
        if self.depth > 1 && self.parsed.commands.iter().any(|other| other.span == command.span) {
            return;
        }
        self.parsed.placeholders.extend(placeholders::of(&self.angles, &command));
        self.effects(&command);
        let index = self.parsed.commands.len();
        if command.input.is_none() && wrappers::inner(&command.words, command.place).is_none() {
            self.parsed.commands.push(command);
            return;
        }
        self.parsed.commands.push(command.clone());
        match wrappers::inner(&command.words, command.place) {
            Some(Inner::Command(words, place)) if self.depth < DEPTH => {
                let (Some(first), Some(last)) = (words.first(), words.last()) else { return };
                let span: Span = first.span.to(last.span);
                let inner = Command {
                    base: base(words),
                    words: words.to_vec(),
                    span,
                    place,
                    assignments: Vec::new(),
                    redirects: Vec::new(),
                    via: Some(index),
                    comment: None,
                    ..command.clone()
                };
                self.depth += 1;
                self.command(inner);
                self.depth -= 1;
            }
            Some(Inner::Command(..)) => {
                let message = "commands are nested too deep here: what the innermost does is not looked at";
                self.limit(message, command.span);
            }
            Some(Inner::Script(word, place)) => self.script(&command, word, place, index),
            None => {
                if let Some((word, place)) = command.input.as_ref().zip(reads_script(&command)) {
                    self.script(&command, word, place, index);
                }
            }
        }
    }

    /// A script in a word, or on the input of a shell.
    fn script(&mut self, command: &Command, word: &Word, place: Place, by: usize) {
        let script = word.as_text();
        let words = command.arguments().iter().take_while(|other| other.span != word.span);
        let flags: Vec<&str> = words.map(|word| word.text.as_str()).filter(|text| text.starts_with('-')).collect();
        let same = command.name() == "eval";
        let site = self.parsed.pipelines.get(command.pipeline);
        let shell = is_shell(command.name());
        let errexit = if same {
            site.is_some_and(|site| site.errexit)
        } else {
            shell && flags.iter().any(|f| f.contains('e') && !f.starts_with("--"))
        };
        let pipefail = if same { site.is_some_and(|site| site.pipefail) } else { shell && command.has("pipefail") };
        let shell = Shell { substitution: false, place, by: Some(by), endless: Vec::new() };
        self.read(&script, shell, Options { errexit, pipefail });
    }

    /// What the command before it in the pipeline prints, if that is fixed: `echo '…' | psql`.
    fn fed(&self, command: &Command) -> Option<Word> {
        if command.stage == 0 || command.input.is_some() || !effects::takes_statements(command.name()) {
            return None;
        }
        let before = |other: &&Command| other.pipeline == command.pipeline && other.stage + 1 == command.stage;
        let before = self.parsed.commands.iter().rev().find(before)?;
        match before.name() {
            "echo" | "printf" => before.arguments().last().cloned(),
            "cat" => before.input.clone(),
            _ => None,
        }
    }

    fn effects(&mut self, command: &Command) {
        let nature = match self.fed(command) {
            Some(input) => effects::of(&Command { input: Some(input), ..command.clone() }),
            None => effects::of(command),
        };
        let nature = effects::of_list(nature, &self.parsed, command);
        if nature.unknown {
            self.parsed.unknown.push(self.parsed.commands.len());
        }
        self.parsed.effects.extend(nature.changes);
        for span in nature.hidden {
            self.limit("this statement is not understood: whether it deletes something is not known", span);
        }
    }

    fn word(&mut self, text: &Text, range: Range<usize>, place: Place) -> Word {
        words::plain(text, range.clone()).unwrap_or_else(|| self.found(text, words::word(text, range), place))
    }

    fn found(&mut self, text: &Text, found: Found, place: Place) -> Word {
        for (name, range, has_default) in found.reads {
            let span = text.span(range);
            if self.depth == 1 || !self.parsed.reads.iter().any(|read| read.span == span) {
                self.parsed.reads.push(Read { name, span, has_default, place, pipeline: self.site });
            }
        }
        found.inner.iter().for_each(|script| self.substitution(script, place));
        for (name, range) in found.sets {
            self.set(text, name, range, place, None);
        }
        found.word
    }

    fn set(&mut self, text: &Text, name: String, range: Range<usize>, place: Place, value: Option<Word>) {
        self.parsed.placeholders.extend(value.iter().flat_map(placeholders::within));
        self.parsed.sets.push(Set { name, span: text.span(range), place, pipeline: self.site, value });
    }

    fn document(&mut self, text: &Text, document: &Document, place: Place) -> Word {
        let content = places::document(text, document);
        if document.expands {
            let found = words::document(&content);
            return self.found(&content, found, place);
        }
        let span = content.span(0..content.value.len());
        let parts = smallvec![Part { range: 0..content.value.len(), quote: Quote::Single, expansion: false }];
        Word { text: content.value, fixed: true, quoted: true, span, parts, map: content.map.into() }
    }
}

/// Does the command take a script from its input, and where does that run? `bash`, `bash -s`, `ssh host`, `ssh host bash -s`.
fn reads_script(command: &Command) -> Option<Place> {
    let name = command.name();
    let inner = if command.place == Place::Here { Place::InnerShell } else { command.place };
    let options = |word: &Word| word.text.starts_with('-') || word.text.starts_with('+') || word.text == "pipefail";
    if is_shell(name) {
        let reads = command.has("-s") || command.arguments().iter().all(options);
        return reads.then_some(inner);
    }
    let hosts = command.arguments().operands(&["-p", "-i", "-l", "-o", "-F", "-J", "-L", "-R"]).len();
    (name == "ssh" && hosts == 1).then_some(Place::Elsewhere)
}

/// Where the name of a command begins, behind its directories.
fn base(words: &[Word]) -> usize {
    words.first().and_then(|word| word.text.rfind('/')).map_or(0, |at| at + 1)
}

fn is_shell(name: &str) -> bool {
    matches!(name, "sh" | "bash" | "dash" | "zsh" | "ksh" | "ash")
}
