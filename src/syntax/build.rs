//! From pest's events to tokens and items.
//!
//! In: the events of one chunk after the other. Out: the `Tree`, and every error told to `Errors`.
//! Recursion is as deep as the brackets are, and the grammar caps those at 64.

use super::errors::Errors;
use super::grammar::Rule;
use super::tree::Word;
use super::{Atom, Block, Item, Literal, Op, Text, Token, TokenKind, Tree, number};
use crate::diagnostics::Diagnostic;
use crate::source::{FileId, Span};
use pest::Token as Event;
use pest::iterators::{Pairs, Tokens};
use std::rc::Rc;
use std::sync::Arc;

/// Collects the tree of one file.
pub(super) struct Builder<'s> {
    text: &'s str,
    /// The same, for the words to share.
    shared: Rc<str>,
    base: usize,
    tree: Tree,
    /// The atoms of the rows that are being read, those of inner rows last: a row is put into a `Vec` when its length is
    /// known.
    atoms: Vec<Atom>,
    errors: Errors<'s>,
}

type Events<'p> = Tokens<'p, Rule>;

/// What stands between two events of one rule.
struct Inner<T> {
    parts: Vec<T>,
    /// Where the rule ends in the file.
    end: usize,
    /// The closing bracket is missing.
    unclosed: bool,
}

impl<'s> Builder<'s> {
    pub(super) fn new(file: FileId, text: &'s str) -> Self {
        // Some twelve bytes a token.
        let tree = Tree { file, tokens: Vec::with_capacity(text.len() / 12), ..Tree::default() };
        Builder { text, shared: text.into(), base: 0, tree, atoms: Vec::new(), errors: Errors::new(file, text) }
    }

    /// Takes the pairs of the chunk that begins at `base`; says where the next one begins.
    pub(super) fn chunk(&mut self, base: usize, pairs: Pairs<'_, Rule>) -> usize {
        self.base = base;
        let mut events = pairs.tokens();
        events.next(); // the chunk's own
        let chunk = self.items(&mut events);
        self.tree.items.extend(chunk.parts);
        chunk.end
    }

    /// Passes over one character that no rule took; the grammar is total, so this only guards against a slip in it.
    pub(super) fn unreadable(&mut self, at: usize) -> usize {
        let width = self.text.get(at..).and_then(|rest| rest.chars().next()).map_or(1, char::len_utf8);
        let span = self.leaf(TokenKind::Bad, at, at + width);
        self.errors.unknown(span, None);
        at + width
    }

    pub(super) fn finish(self) -> (Tree, Vec<Diagnostic>) {
        (self.tree, self.errors.finish())
    }

    /// Adds a leaf to the tokens.
    fn leaf(&mut self, kind: TokenKind, start: usize, end: usize) -> Span {
        let span = self.errors.span(start, end);
        self.tree.tokens.push(Token { kind, span });
        span
    }

    fn bracket(&mut self, at: usize) -> Span {
        self.leaf(TokenKind::Bracket, at, at + 1)
    }

    fn covered(&self, start: usize, end: usize) -> &'s str {
        self.text.get(start..end).unwrap_or("")
    }

    /// Where the rule ends that has no others in it.
    fn end(&self, events: &mut Events<'_>) -> usize {
        match events.next() {
            Some(Event::End { pos, .. } | Event::Start { pos, .. }) => self.base + pos.pos(),
            None => self.text.len(),
        }
    }

    /// The items of a chunk or a block, up to its end.
    fn items(&mut self, events: &mut Events<'_>) -> Inner<Item> {
        let mut items = Inner { parts: Vec::new(), end: self.text.len(), unclosed: false };
        while let Some(event) = events.next() {
            match event {
                Event::Start { rule: Rule::item, .. } => items.parts.extend(self.item(events)),
                Event::Start { rule: Rule::missing, .. } => {
                    items.unclosed = true;
                    self.end(events);
                }
                Event::Start { rule, pos } => {
                    let start = self.base + pos.pos();
                    let end = self.end(events);
                    self.between(rule, start, end);
                }
                Event::End { pos, .. } => {
                    items.end = self.base + pos.pos();
                    break;
                }
            }
        }
        items
    }

    fn item(&mut self, events: &mut Events<'_>) -> Option<Item> {
        let atoms = self.row(events).parts;
        let span = atoms.first()?.span.to(atoms.last()?.span);
        Some(Item { span, atoms })
    }

    /// What is no part of an item.
    fn between(&mut self, rule: Rule, start: usize, end: usize) {
        match rule {
            Rule::comment => {}
            Rule::mark => _ = self.leaf(TokenKind::Bad, start, end), // reported with the other invisible characters
            Rule::foreign_comment => {
                let span = self.leaf(TokenKind::Bad, start, end);
                self.errors.foreign_comment(span);
            }
            _ => {
                let span = self.leaf(TokenKind::Bad, start, end);
                self.errors.stray(span);
            }
        }
    }

    /// The atoms of an item or a list, up to its end.
    fn row(&mut self, events: &mut Events<'_>) -> Inner<Atom> {
        let first = self.atoms.len();
        let mut row = Inner { parts: Vec::new(), end: self.text.len(), unclosed: false };
        while let Some(event) = events.next() {
            match event {
                Event::Start { rule: Rule::missing, .. } => {
                    row.unclosed = true;
                    self.end(events);
                }
                Event::Start { rule, pos } => self.part(rule, self.base + pos.pos(), events, first),
                Event::End { pos, .. } => {
                    row.end = self.base + pos.pos();
                    break;
                }
            }
        }
        row.parts.extend(self.atoms.drain(first..));
        row
    }

    /// Adds the atom of a rule to the row whose first atom has the number `first`.
    fn part(&mut self, rule: Rule, start: usize, events: &mut Events<'_>, first: usize) {
        let atom = match rule {
            Rule::block => self.block(start, events),
            Rule::list => self.list(start, events),
            _ => {
                let end = self.end(events);
                match rule {
                    Rule::part => return self.frequent(start, end, first),
                    Rule::comment => return,
                    Rule::op => self.op(start, end),
                    Rule::negative => self.number(start, end),
                    Rule::variable => {
                        let span = self.leaf(TokenKind::Variable, start, end);
                        Atom { span, value: Literal::Variable(self.covered(start + 1, end).to_owned()) }
                    }
                    Rule::regex => {
                        let span = self.leaf(TokenKind::Regex, start, end);
                        Atom { span, value: Literal::Regex(regex(self.covered(start, end))) }
                    }
                    _ => self.bad(rule, start, end),
                }
            }
        };
        self.add(atom, first);
    }

    fn add(&mut self, mut atom: Atom, first: usize) {
        if let Some(last) = self.atoms.get_mut(first..).and_then(<[Atom]>::last_mut) {
            neighbours(&mut self.errors, last, &mut atom);
        }
        self.atoms.push(atom);
    }

    /// A word, a string, a text or a number, and the path that is glued to it.
    fn frequent(&mut self, start: usize, end: usize, first: usize) {
        let token = self.covered(start, end);
        let (width, kind) = match token.as_bytes().first() {
            Some(b'"') if token.starts_with("\"\"\"") => (quoted(token), TokenKind::Text),
            Some(b'"') => (quoted(token), TokenKind::Str),
            Some(b'0'..=b'9') => (unglued(token), TokenKind::Number),
            _ => (unglued(token), TokenKind::Word),
        };
        let until = start + width;
        let atom = match kind {
            TokenKind::Text => self.text(start, until, end),
            TokenKind::Number => self.number(start, until),
            TokenKind::Str => {
                let span = self.leaf(kind, start, until);
                Atom { span, value: Literal::Str(Arc::new(Text::string(self.covered(start, until), span))) }
            }
            _ => {
                let span = self.leaf(kind, start, until);
                Atom { span, value: Literal::Word(Word::new(&self.shared, span)) }
            }
        };
        let end = if atom.span.end as usize == end { end } else { start + token.trim_end_matches(' ').len() };
        let from = atom.span.end as usize;
        self.add(atom, first);
        if from < end {
            let path = self.bad(Rule::glued_path, from, end);
            self.add(path, first);
        }
    }

    /// A text; one that is never closed has the whole rest of the file.
    fn text(&mut self, start: usize, until: usize, end: usize) -> Atom {
        let token = self.covered(start, until);
        if token.len() < 6 || !token.ends_with("\"\"\"") {
            let span = self.leaf(TokenKind::Bad, start, end);
            self.errors.lost_text(span);
            return Atom { span, value: Literal::Bad };
        }
        let span = self.leaf(TokenKind::Text, start, until);
        self.errors.text(span);
        Atom { span, value: Literal::Text(Arc::new(Text::raw(token, span))) }
    }

    fn op(&mut self, start: usize, end: usize) -> Atom {
        let span = self.leaf(TokenKind::Op, start, end);
        Atom { span, value: Literal::Op(op(self.covered(start, end))) }
    }

    fn number(&mut self, start: usize, end: usize) -> Atom {
        let span = self.leaf(TokenKind::Number, start, end);
        let value = match number::classify(self.covered(start, end)) {
            Ok(number) => Literal::Number(number),
            Err(problem) => {
                self.errors.number(span, &problem);
                Literal::Bad
            }
        };
        Atom { span, value }
    }

    fn block(&mut self, start: usize, events: &mut Events<'_>) -> Atom {
        let open = self.bracket(start);
        let inner = self.items(events);
        let span = self.errors.span(start, inner.end);
        if inner.unclosed {
            self.errors.unclosed(open, span.end);
        } else {
            let close = self.bracket(inner.end - 1);
            self.errors.closed(open, close);
        }
        Atom { span, value: Literal::Block(Block { span, items: inner.parts }) }
    }

    fn list(&mut self, start: usize, events: &mut Events<'_>) -> Atom {
        let open = self.bracket(start);
        let inner = self.row(events);
        let span = self.errors.span(start, inner.end);
        if inner.unclosed {
            self.errors.unclosed(open, span.end);
            // Nobody knows which of the elements are meant to be in it.
            return Atom { span, value: Literal::Bad };
        }
        self.bracket(inner.end - 1);
        Atom { span, value: Literal::List(self.elements(inner.parts)) }
    }

    /// Takes the commas out of a list.
    fn elements(&mut self, atoms: Vec<Atom>) -> Vec<Atom> {
        let mut elements = Vec::with_capacity(atoms.len().div_ceil(2));
        let mut expected = true;
        for atom in atoms {
            let comma = matches!(atom.value, Literal::Op(Op::Comma));
            if comma && expected {
                self.errors.lonely_comma(atom.span);
            }
            if !comma {
                elements.push(atom);
            }
            expected = comma;
        }
        elements
    }

    fn bad(&mut self, rule: Rule, start: usize, end: usize) -> Atom {
        let before = self.tree.tokens.last().copied();
        let span = self.leaf(TokenKind::Bad, start, end);
        match rule {
            Rule::stray_bracket => self.errors.stray(span),
            Rule::too_deep => self.errors.too_deep(span),
            Rule::lost_string => self.errors.lost_string(span),
            Rule::lost_regex => self.errors.lost_regex(span),
            Rule::foreign_comment => self.errors.foreign_comment(span),
            Rule::address | Rule::glued_path => self.errors.path(span),
            Rule::foreign_quotes => self.errors.quoted(span),
            _ => self.errors.unknown(span, before),
        }
        Atom { span, value: Literal::Bad }
    }
}

/// What is wrong with two atoms that are each right: no blank between them, or a unit apart from its number.
fn neighbours(errors: &mut Errors<'_>, last: &mut Atom, atom: &mut Atom) {
    if last.span.end == atom.span.start && operand(&last.value) && operand(&atom.value) {
        errors.glued(last, atom);
        atom.value = Literal::Bad;
    } else if let Some(problem) = number::spelled_out(&last.value, &atom.value) {
        errors.number(last.span.to(atom.span), &problem);
        last.value = Literal::Bad;
        atom.value = Literal::Bad;
    }
}

/// Where the last quote of a token ends: no path that is glued to it has another.
fn quoted(token: &str) -> usize {
    token.rfind('"').map_or(token.len(), |last| last + 1)
}

/// Where a word or a number ends in its token: before a blank, or a path that is glued to it.
fn unglued(token: &str) -> usize {
    token.bytes().position(|b| matches!(b, b' ' | b'/')).unwrap_or(token.len())
}

/// Whether two of these need something between them.
fn operand(value: &Literal) -> bool {
    !matches!(value, Literal::Op(_) | Literal::List(_) | Literal::Block(_) | Literal::Bad)
}

fn op(text: &str) -> Op {
    match text {
        "==" => Op::Equal,
        "!=" => Op::NotEqual,
        "<" => Op::Less,
        ">" => Op::Greater,
        "<=" => Op::AtMost,
        ">=" => Op::AtLeast,
        "->" => Op::Arrow,
        ":" => Op::Colon,
        "," => Op::Comma,
        _ => Op::Assign,
    }
}

fn regex(text: &str) -> String {
    text.get(1..text.len().saturating_sub(1)).unwrap_or("").replace("\\/", "/")
}
