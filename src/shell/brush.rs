//! The one place that knows the shell parser: its tree, turned into our own `Event`s.
//!
//! In: a text. Out: commands, words and assignments in the order of the text, as byte ranges of it, or why it could not be read.

use brush_parser::ast::{
    ArithmeticForClauseCommand, Assignment, AssignmentName, CaseClauseCommand, Command, CommandPrefixOrSuffixItem,
    CompoundCommand, CompoundList, ExtendedTestExpr, ForClauseCommand, FunctionBody, IfClauseCommand,
    IoFileRedirectKind, IoFileRedirectTarget, IoRedirect, Pipeline, Program, RedirectList, SimpleCommand,
    SourceLocation, Word,
};
use brush_parser::{ParseError, Parser, ParserOptions, SourcePosition, SourceSpan};
use std::cell::Cell;
use std::ops::Range;
use std::panic::AssertUnwindSafe;

/// Something that a text does, in byte ranges of that text.
#[derive(Debug)]
pub enum Event {
    /// A simple command.
    Simple(Simple),
    /// A word outside of commands that is expanded: `for x in WORD`, `case WORD in`, an operand of `[[ ]]`,
    /// a redirection of a compound command.
    Word(Range<usize>),
    /// An arithmetic expression with what surrounds it: bare names in it are variables.
    Arithmetic(Range<usize>),
    /// A name that gets a value, and where.
    Set(String, Range<usize>),
    /// A here-document of a compound command.
    Document(Document),
}

/// A simple command.
#[derive(Debug, Default)]
pub struct Simple {
    /// Name, the whole assignment, and whether words follow (then it is for that command alone).
    pub assignments: Vec<(String, Range<usize>)>,
    /// Name and arguments.
    pub words: Vec<Range<usize>>,
    /// Is the file written, and its name.
    pub redirects: Vec<(bool, Range<usize>)>,
    /// A here-document on its standard input.
    pub document: Option<Document>,
    /// A here-string on its standard input.
    pub string: Option<Range<usize>>,
}

/// A here-document. The parser does not say where it stands; its content finds it again.
#[derive(Debug)]
pub struct Document {
    /// The content.
    pub content: String,
    /// Are variables expanded in it?
    pub expands: bool,
}

/// Why a text could not be read.
#[derive(Debug)]
pub enum Failure {
    /// Not shell; what is wrong and at which byte.
    Syntax(String, usize),
    /// Nested deeper than we follow, at this byte.
    TooDeep(usize),
    /// The parser gave up on it.
    Broke,
}

/// Deeper nesting of brackets than this is not followed; nobody writes it, and the parser below is recursive.
const DEPTH: usize = 40;

/// Deeper nesting of `if`, `while` and their like; higher, because these are words of comments as well.
const KEYWORDS: usize = 100;

/// Reads a text.
pub fn events(text: &str) -> Result<Vec<Event>, Failure> {
    if let Some(at) = too_deep(text) {
        return Err(Failure::TooDeep(at));
    }
    let parse = || Parser::new(text.as_bytes(), &ParserOptions::default()).parse_program();
    let places = Places::new(text);
    match guarded(parse) {
        Some(Ok(program)) => Ok(Walk { places, events: Vec::new() }.program(&program)),
        Some(Err(error)) => Err(failure(&error, text, &places)),
        None => Err(Failure::Broke),
    }
}

thread_local! {
    static GUARDED: Cell<bool> = const { Cell::new(false) };
}

/// Runs the foreign parser here and now? Then a panic is its own, is caught, and is nothing to show.
pub fn is_guarded() -> bool {
    GUARDED.get()
}

/// The parser panics on some unfinished here-documents; that must not end a check of a thousand plans.
fn guarded<T>(parse: impl FnOnce() -> T) -> Option<T> {
    GUARDED.set(true);
    let parsed = std::panic::catch_unwind(AssertUnwindSafe(parse)).ok();
    GUARDED.set(false);
    parsed
}

/// The byte at which brackets are nested too deep. Quoting is not looked at: the count may be too high, never too low.
fn too_deep(text: &str) -> Option<usize> {
    let mut depth = 0usize;
    for (at, byte) in text.bytes().enumerate() {
        match byte {
            b'(' | b'{' | b'[' => depth += 1,
            b')' | b'}' | b']' => depth = depth.saturating_sub(1),
            _ => {}
        }
        if depth > DEPTH {
            return Some(at);
        }
    }
    keywords_too_deep(text)
}

fn keywords_too_deep(text: &str) -> Option<usize> {
    let mut depth = 0usize;
    for word in text.split(|c: char| !c.is_ascii_alphanumeric()) {
        match word {
            "if" | "while" | "until" | "for" | "case" => depth += 1,
            "fi" | "done" | "esac" => depth = depth.saturating_sub(1),
            _ => {}
        }
        if depth > KEYWORDS {
            return Some(word.as_ptr() as usize - text.as_ptr() as usize);
        }
    }
    None
}

fn failure(error: &ParseError, text: &str, places: &Places) -> Failure {
    let unexpected = |at| Failure::Syntax("the shell does not expect this here".into(), at);
    match error {
        ParseError::ParsingNear(position) => {
            let at = places.byte(position);
            unexpected(closer_before(text, at).unwrap_or(at))
        }
        ParseError::ParsingAtEndOfInput => match closer_before(text, text.len()) {
            Some(at) => unexpected(at),
            None => Failure::Syntax("the command ends too early".into(), places.last()),
        },
        ParseError::Tokenizing { inner, position } => {
            let at = position.as_ref().map_or(places.last(), |p| places.byte(p).min(places.last()));
            Failure::Syntax(inner.to_string(), at)
        }
    }
}

/// A `fi` or its like that stands just before: the parser notices one token late that nothing was open.
fn closer_before(text: &str, at: usize) -> Option<usize> {
    let before = text.get(..at)?.trim_end();
    let closers = ["fi", "done", "esac", "}"];
    let at = before.len() - closers.iter().find(|closer| before.ends_with(*closer))?.len();
    before[..at].ends_with([' ', ';', '\n', '\t', '&']).then_some(at)
}

/// From the parser's characters to bytes.
struct Places {
    /// Byte offset of each character; empty where the two are the same.
    bytes: Vec<usize>,
    length: usize,
    last: usize,
}

impl Places {
    fn new(text: &str) -> Self {
        let bytes = if text.is_ascii() { Vec::new() } else { text.char_indices().map(|(at, _)| at).collect() };
        let content = text.trim_end();
        let last = content.char_indices().next_back().map_or(0, |(at, _)| at);
        Places { bytes, length: text.len(), last }
    }

    fn byte(&self, position: &SourcePosition) -> usize {
        let exact = if self.bytes.is_empty() { Some(position.index) } else { self.bytes.get(position.index).copied() };
        exact.unwrap_or(self.length).min(self.length)
    }

    /// The last character that is not blank.
    fn last(&self) -> usize {
        self.last
    }

    fn range(&self, span: &SourceSpan) -> Range<usize> {
        let start = self.byte(&span.start);
        start..self.byte(&span.end).max(start)
    }
}

struct Walk {
    places: Places,
    events: Vec<Event>,
}

impl Walk {
    fn program(mut self, program: &Program) -> Vec<Event> {
        program.complete_commands.iter().for_each(|list| self.list(list));
        self.events
    }

    fn list(&mut self, list: &CompoundList) {
        for item in &list.0 {
            item.0.iter().for_each(|(_, pipeline)| self.pipeline(pipeline));
        }
    }

    fn pipeline(&mut self, pipeline: &Pipeline) {
        pipeline.seq.iter().for_each(|command| self.command(command));
    }

    fn command(&mut self, command: &Command) {
        match command {
            Command::Simple(simple) => self.simple(simple),
            Command::Compound(compound, redirects) => {
                self.compound(compound);
                self.redirects(redirects.as_ref());
            }
            Command::Function(function) => {
                let FunctionBody(body, redirects) = &function.body;
                self.compound(body);
                self.redirects(redirects.as_ref());
            }
            Command::ExtendedTest(test, redirects) => {
                self.test(&test.expr);
                self.redirects(redirects.as_ref());
            }
        }
    }

    fn compound(&mut self, compound: &CompoundCommand) {
        match compound {
            CompoundCommand::Arithmetic(expression) => self.arithmetic(&expression.loc),
            CompoundCommand::ArithmeticForClause(clause) => self.arithmetic_for(clause),
            CompoundCommand::BraceGroup(group) => self.list(&group.list),
            CompoundCommand::Subshell(shell) => self.list(&shell.list),
            CompoundCommand::ForClause(clause) => self.for_clause(clause),
            CompoundCommand::CaseClause(clause) => self.case(clause),
            CompoundCommand::IfClause(clause) => self.if_clause(clause),
            CompoundCommand::WhileClause(clause) | CompoundCommand::UntilClause(clause) => {
                self.list(&clause.0);
                self.list(&clause.1.list);
            }
            CompoundCommand::Coprocess(process) => self.command(&process.body),
        }
    }

    fn arithmetic(&mut self, span: &SourceSpan) {
        let range = self.places.range(span);
        self.events.push(Event::Arithmetic(range));
    }

    fn arithmetic_for(&mut self, clause: &ArithmeticForClauseCommand) {
        let head = self.places.byte(&clause.loc.start)..self.places.byte(&clause.body.loc.start);
        self.events.push(Event::Arithmetic(head));
        self.list(&clause.body.list);
    }

    fn for_clause(&mut self, clause: &ForClauseCommand) {
        clause.values.iter().flatten().for_each(|word| self.word(word));
        let head = self.places.byte(&clause.loc.start)..self.places.byte(&clause.body.loc.start);
        self.events.push(Event::Set(clause.variable_name.clone(), head));
        self.list(&clause.body.list);
    }

    fn case(&mut self, clause: &CaseClauseCommand) {
        self.word(&clause.value);
        for case in &clause.cases {
            case.patterns.iter().for_each(|pattern| self.word(pattern));
            case.cmd.iter().for_each(|list| self.list(list));
        }
    }

    fn if_clause(&mut self, clause: &IfClauseCommand) {
        self.list(&clause.condition);
        self.list(&clause.then);
        for other in clause.elses.iter().flatten() {
            other.condition.iter().for_each(|list| self.list(list));
            self.list(&other.body);
        }
    }

    fn test(&mut self, test: &ExtendedTestExpr) {
        match test {
            ExtendedTestExpr::And(left, right) | ExtendedTestExpr::Or(left, right) => {
                self.test(left);
                self.test(right);
            }
            ExtendedTestExpr::Not(inner) | ExtendedTestExpr::Parenthesized(inner) => self.test(inner),
            ExtendedTestExpr::UnaryTest(_, word) => self.word(word),
            ExtendedTestExpr::BinaryTest(_, left, right) => {
                self.word(left);
                self.word(right);
            }
        }
    }

    fn range(&self, word: &Word) -> Option<Range<usize>> {
        word.location().map(|span| self.places.range(&span))
    }

    fn word(&mut self, word: &Word) {
        let range = self.range(word);
        self.events.extend(range.map(Event::Word));
    }

    fn simple(&mut self, command: &SimpleCommand) {
        let mut simple = Simple::default();
        command.prefix.iter().flat_map(|prefix| &prefix.0).for_each(|item| self.item(item, false, &mut simple));
        simple.words.extend(command.word_or_name.as_ref().and_then(|word| self.range(word)));
        command.suffix.iter().flat_map(|suffix| &suffix.0).for_each(|item| self.item(item, true, &mut simple));
        self.events.push(Event::Simple(simple));
    }

    fn item(&mut self, item: &CommandPrefixOrSuffixItem, suffix: bool, simple: &mut Simple) {
        match item {
            CommandPrefixOrSuffixItem::IoRedirect(redirect) => self.redirect(redirect, simple),
            CommandPrefixOrSuffixItem::Word(word) => simple.words.extend(self.range(word)),
            // `export x=1`, `env x=1`, `dd of=x`: an argument that looks like an assignment.
            CommandPrefixOrSuffixItem::AssignmentWord(assignment, _) if suffix => {
                simple.words.push(self.places.range(&assignment.loc));
            }
            CommandPrefixOrSuffixItem::AssignmentWord(assignment, _) => {
                simple.assignments.push((name(assignment), self.places.range(&assignment.loc)));
            }
            CommandPrefixOrSuffixItem::ProcessSubstitution(_, shell) => self.list(&shell.list),
        }
    }

    fn redirect(&mut self, redirect: &IoRedirect, simple: &mut Simple) {
        match redirect {
            IoRedirect::File(_, kind, IoFileRedirectTarget::Filename(word)) => {
                let writes = !matches!(kind, IoFileRedirectKind::Read);
                simple.redirects.extend(self.range(word).map(|range| (writes, range)));
            }
            IoRedirect::File(_, _, IoFileRedirectTarget::ProcessSubstitution(_, shell)) => self.list(&shell.list),
            IoRedirect::File(_, _, IoFileRedirectTarget::Duplicate(word)) => self.word(word),
            IoRedirect::File(_, _, IoFileRedirectTarget::Fd(_)) => {}
            IoRedirect::OutputAndError(word, _) => {
                simple.redirects.extend(self.range(word).map(|range| (true, range)));
            }
            IoRedirect::HereString(_, word) => simple.string = self.range(word),
            IoRedirect::HereDocument(_, document) => {
                let content = document.doc.value.clone();
                simple.document = Some(Document { content, expands: document.requires_expansion });
            }
        }
    }

    fn redirects(&mut self, redirects: Option<&RedirectList>) {
        let mut simple = Simple::default();
        redirects.iter().flat_map(|list| &list.0).for_each(|redirect| self.redirect(redirect, &mut simple));
        self.events.extend(simple.redirects.into_iter().map(|(_, range)| Event::Word(range)));
        self.events.extend(simple.string.map(Event::Word));
        self.events.extend(simple.document.map(Event::Document));
    }
}

fn name(assignment: &Assignment) -> String {
    match &assignment.name {
        AssignmentName::VariableName(name) | AssignmentName::ArrayElementName(name, _) => name.clone(),
    }
}
