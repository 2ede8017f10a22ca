//! Walking along the atoms of one item.

use crate::source::Span;
use crate::syntax::{Atom, Block, Item, Literal, Number, Op, Text};
use std::sync::Arc;

/// A place in the atoms of an item.
#[derive(Debug, Clone)]
pub struct Cursor<'t> {
    atoms: &'t [Atom],
    at: usize,
    item: Span,
}

impl<'t> Cursor<'t> {
    /// At the first atom.
    pub fn new(item: &'t Item) -> Self {
        Cursor { atoms: &item.atoms, at: 0, item: item.span }
    }

    /// Over a part of an item.
    pub fn over(atoms: &'t [Atom], item: Span) -> Self {
        Cursor { atoms, at: 0, item }
    }

    /// The atom that comes next.
    pub fn peek(&self) -> Option<&'t Atom> {
        self.atoms.get(self.at)
    }

    /// The one after it.
    pub fn peek_second(&self) -> Option<&'t Atom> {
        self.atoms.get(self.at + 1)
    }

    /// Takes the next atom.
    pub fn next(&mut self) -> Option<&'t Atom> {
        let atom = self.atoms.get(self.at);
        self.at += usize::from(atom.is_some());
        atom
    }

    /// Everything read?
    pub fn done(&self) -> bool {
        self.at >= self.atoms.len()
    }

    /// The whole item.
    pub fn item(&self) -> Span {
        self.item
    }

    /// Where the next atom stands; at the end of the item, its last byte's place.
    pub fn here(&self) -> Span {
        self.peek().map_or(Span { start: self.item.end, ..self.item }, |atom| atom.span)
    }

    /// From the first atom to the last one taken.
    pub fn taken(&self) -> Span {
        match self.at.checked_sub(1).and_then(|last| self.atoms.get(last)) {
            Some(last) => self.atoms[0].span.to(last.span),
            None => Span { end: self.item.start, ..self.item },
        }
    }

    /// The next atom if it is a word.
    pub fn peek_word(&self) -> Option<&'t str> {
        match self.peek().map(|atom| &atom.value) {
            Some(Literal::Word(word)) => Some(word),
            _ => None,
        }
    }

    /// The next atom as an option word: a word, or `=`, `:` or `->`.
    pub fn peek_option(&self) -> Option<&'t str> {
        match self.peek().map(|atom| &atom.value) {
            Some(Literal::Word(word)) => Some(word),
            Some(Literal::Op(Op::Assign)) => Some("="),
            Some(Literal::Op(Op::Colon)) => Some(":"),
            Some(Literal::Op(Op::Arrow)) => Some("->"),
            _ => None,
        }
    }

    /// Takes a word.
    pub fn word(&mut self) -> Option<(&'t str, Span)> {
        let word = self.peek_word()?;
        self.next().map(|atom| (word, atom.span))
    }

    /// Takes this word if it comes next.
    pub fn eat_word(&mut self, word: &str) -> bool {
        let found = self.peek_word() == Some(word);
        self.at += usize::from(found);
        found
    }

    /// Takes this operator if it comes next.
    pub fn eat(&mut self, op: Op) -> bool {
        let found = matches!(self.peek().map(|atom| &atom.value), Some(Literal::Op(found)) if *found == op);
        self.at += usize::from(found);
        found
    }

    /// Takes a string of either kind.
    pub fn text(&mut self) -> Option<(&'t Arc<Text>, Span)> {
        match self.peek() {
            Some(Atom { span, value: Literal::Str(text) | Literal::Text(text) }) => {
                self.at += 1;
                Some((text, *span))
            }
            _ => None,
        }
    }

    /// Takes a number.
    pub fn number(&mut self) -> Option<(&'t Number, Span)> {
        match self.peek() {
            Some(Atom { span, value: Literal::Number(number) }) => {
                self.at += 1;
                Some((number, *span))
            }
            _ => None,
        }
    }

    /// Takes a block.
    pub fn block(&mut self) -> Option<&'t Block> {
        match self.peek() {
            Some(Atom { value: Literal::Block(block), .. }) => {
                self.at += 1;
                Some(block)
            }
            _ => None,
        }
    }

    /// Takes a list.
    pub fn list(&mut self) -> Option<(&'t [Atom], Span)> {
        match self.peek() {
            Some(Atom { span, value: Literal::List(atoms) }) => {
                self.at += 1;
                Some((atoms, *span))
            }
            _ => None,
        }
    }

    /// Is the next atom one that the parser has reported already?
    pub fn at_bad(&self) -> bool {
        matches!(self.peek(), Some(Atom { value: Literal::Bad, .. }))
    }

    /// Is the next atom a block?
    pub fn at_block(&self) -> bool {
        matches!(self.peek(), Some(Atom { value: Literal::Block(_), .. }))
    }

    /// So many atoms further on.
    pub fn skip_words(mut self, count: usize) -> Self {
        self.at = (self.at + count).min(self.atoms.len());
        self
    }

    /// Goes to the end: the rest is not looked at.
    pub fn skip(&mut self) {
        self.at = self.atoms.len();
    }
}

/// What an atom is, in words with an article.
pub fn describe(atom: Option<&Atom>) -> String {
    let Some(atom) = atom else { return "the end of the line".to_owned() };
    match &atom.value {
        Literal::Word(word) => format!("the word `{word}`"),
        Literal::Str(_) | Literal::Text(_) => "a text".to_owned(),
        Literal::Number(number) => number_in_words(number).to_owned(),
        Literal::Variable(name) => format!("the value `${name}`"),
        Literal::Regex(_) => "a regular expression".to_owned(),
        Literal::Op(op) => format!("`{}`", operator(*op)),
        Literal::List(_) => "a list".to_owned(),
        Literal::Block(_) => "a block".to_owned(),
        Literal::Bad => "something unreadable".to_owned(),
    }
}

/// What a number is, with its unit.
pub fn number_in_words(number: &Number) -> &'static str {
    match number {
        Number::Int(_) => "a whole number without a unit",
        Number::Decimal(_) => "a number without a unit",
        Number::Percent(_) => "a percentage",
        Number::Duration(_) => "a duration",
        Number::Size(_) => "a size",
        Number::Date(_) => "a date",
        Number::Instant(_) => "a point in time",
        Number::Range(..) => "a range",
    }
}

fn operator(op: Op) -> &'static str {
    match op {
        Op::Assign => "=",
        Op::Equal => "==",
        Op::NotEqual => "!=",
        Op::Less => "<",
        Op::Greater => ">",
        Op::AtMost => "<=",
        Op::AtLeast => ">=",
        Op::Arrow => "->",
        Op::Colon => ":",
        Op::Comma => ",",
    }
}
