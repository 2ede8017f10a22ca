//! From pest's pairs to tokens and items.
//!
//! In: the pairs of one chunk after the other. Out: the `Tree`, and every error told to `Errors`.
//! Recursion is as deep as the brackets are, and the grammar caps those at 64.

use super::errors::Errors;
use super::grammar::Rule;
use super::{Atom, Block, Item, Literal, Op, Text, Token, TokenKind, Tree, number};
use crate::diagnostics::Diagnostic;
use crate::source::{FileId, Span};
use pest::iterators::{Pair, Pairs};

/// Collects the tree of one file.
pub(super) struct Builder<'s> {
    text: &'s str,
    base: usize,
    tree: Tree,
    errors: Errors<'s>,
}

impl<'s> Builder<'s> {
    pub(super) fn new(file: FileId, text: &'s str) -> Self {
        // Some four bytes a token, blanks included.
        let tree = Tree { file, tokens: Vec::with_capacity(text.len() / 4), ..Tree::default() };
        Builder { text, base: 0, tree, errors: Errors::new(file, text) }
    }

    /// Takes the pairs of the chunk that begins at `base`; says where the next one begins.
    pub(super) fn chunk(&mut self, base: usize, pairs: Pairs<'_, Rule>) -> usize {
        self.base = base;
        let end = base + pairs.as_str().len();
        for pair in pairs.flat_map(Pair::into_inner) {
            if let Some(item) = self.item(pair) {
                self.tree.items.push(item);
            }
        }
        end
    }

    /// Passes over one character that no rule took; the grammar is total, so this only guards against a slip in it.
    pub(super) fn unreadable(&mut self, at: usize) -> usize {
        let width = self.text.get(at..).and_then(|rest| rest.chars().next()).map_or(1, char::len_utf8);
        let span = self.errors.span(at, at + width);
        self.tree.tokens.push(Token { kind: TokenKind::Bad, span });
        self.errors.unknown(span, None);
        at + width
    }

    pub(super) fn finish(self) -> (Tree, Vec<Diagnostic>) {
        (self.tree, self.errors.finish())
    }

    fn span(&self, pair: &Pair<'_, Rule>) -> Span {
        let span = pair.as_span();
        self.errors.span(self.base + span.start(), self.base + span.end())
    }

    /// Adds a leaf to the tokens.
    fn leaf(&mut self, kind: TokenKind, pair: &Pair<'_, Rule>) -> Span {
        let span = self.span(pair);
        self.tree.tokens.push(Token { kind, span });
        span
    }

    /// An item, or `None` for what stands between items.
    fn item(&mut self, pair: Pair<'_, Rule>) -> Option<Item> {
        if pair.as_rule() != Rule::item {
            self.between(&pair);
            return None;
        }
        let atoms = self.atoms(pair.into_inner());
        let span = atoms.first()?.span.to(atoms.last()?.span);
        Some(Item { span, atoms })
    }

    /// Blanks, line ends, comments, and what is stray.
    fn between(&mut self, pair: &Pair<'_, Rule>) {
        match pair.as_rule() {
            Rule::newline | Rule::semicolon => _ = self.leaf(TokenKind::End, pair),
            Rule::comment => _ = self.leaf(TokenKind::Comment, pair),
            Rule::space => _ = self.leaf(TokenKind::Space, pair),
            Rule::open_bracket | Rule::close_bracket => _ = self.leaf(TokenKind::Bracket, pair),
            Rule::missing => {}
            Rule::mark => _ = self.leaf(TokenKind::Bad, pair), // reported with the other invisible characters
            Rule::foreign_comment => {
                let span = self.leaf(TokenKind::Bad, pair);
                self.errors.foreign_comment(span);
            }
            _ => {
                let span = self.leaf(TokenKind::Bad, pair);
                self.errors.stray(span);
            }
        }
    }

    fn atoms(&mut self, pairs: Pairs<'_, Rule>) -> Vec<Atom> {
        let mut atoms: Vec<Atom> = Vec::new();
        for pair in pairs {
            let Some(mut atom) = self.atom(pair) else { continue };
            if let Some(last) = atoms.last_mut() {
                self.neighbours(last, &mut atom);
            }
            atoms.push(atom);
        }
        atoms
    }

    /// What is wrong with two atoms that are each right: no blank between them, or a unit apart from its number.
    fn neighbours(&mut self, last: &mut Atom, atom: &mut Atom) {
        if last.span.end == atom.span.start && operand(&last.value) && operand(&atom.value) {
            self.errors.glued(last, atom);
            atom.value = Literal::Bad;
        } else if let Some(problem) = number::spelled_out(&last.value, &atom.value) {
            self.errors.number(last.span.to(atom.span), &problem);
            last.value = Literal::Bad;
            atom.value = Literal::Bad;
        }
    }

    /// An atom, or `None` for the blanks between atoms.
    fn atom(&mut self, pair: Pair<'_, Rule>) -> Option<Atom> {
        let (kind, value) = match pair.as_rule() {
            Rule::block => return Some(self.block(pair)),
            Rule::list => return Some(self.list(pair)),
            Rule::word => (TokenKind::Word, Literal::Word(pair.as_str().to_owned())),
            Rule::variable => (TokenKind::Variable, Literal::Variable(pair.as_str()[1..].to_owned())),
            Rule::op => (TokenKind::Op, Literal::Op(op(pair.as_str()))),
            Rule::string => (TokenKind::Str, Literal::Str(Text::string(pair.as_str(), self.span(&pair)))),
            Rule::text => (TokenKind::Text, self.text(&pair)),
            Rule::regex => (TokenKind::Regex, Literal::Regex(regex(pair.as_str()))),
            Rule::number => (TokenKind::Number, self.number(&pair)),
            Rule::space | Rule::comment | Rule::newline | Rule::missing | Rule::open_bracket | Rule::close_bracket => {
                self.between(&pair);
                return None;
            }
            _ => return Some(self.bad(&pair)),
        };
        Some(Atom { span: self.leaf(kind, &pair), value })
    }

    fn text(&mut self, pair: &Pair<'_, Rule>) -> Literal {
        let span = self.span(pair);
        self.errors.text(span);
        Literal::Text(Text::raw(pair.as_str(), span))
    }

    fn number(&mut self, pair: &Pair<'_, Rule>) -> Literal {
        match number::classify(pair.as_str()) {
            Ok(number) => Literal::Number(number),
            Err(problem) => {
                self.errors.number(self.span(pair), &problem);
                Literal::Bad
            }
        }
    }

    fn block(&mut self, pair: Pair<'_, Rule>) -> Atom {
        let span = self.span(&pair);
        let mut items = Vec::new();
        let mut open = span;
        for part in pair.into_inner() {
            match part.as_rule() {
                Rule::open_brace => open = self.leaf(TokenKind::Bracket, &part),
                Rule::close_brace => {
                    let close = self.leaf(TokenKind::Bracket, &part);
                    self.errors.closed(open, close);
                }
                Rule::missing => self.errors.unclosed(open, span.end),
                _ => items.extend(self.item(part)),
            }
        }
        Atom { span, value: Literal::Block(Block { span, items }) }
    }

    fn list(&mut self, pair: Pair<'_, Rule>) -> Atom {
        let span = self.span(&pair);
        let closed = pair.clone().into_inner().next_back().is_some_and(|last| last.as_rule() == Rule::close_bracket);
        let atoms = self.atoms(pair.into_inner());
        if closed {
            return Atom { span, value: Literal::List(self.elements(atoms)) };
        }
        self.errors.unclosed(self.errors.span(span.start as usize, span.start as usize + 1), span.end);
        // Nobody knows which of the elements are meant to be in it.
        Atom { span, value: Literal::Bad }
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

    fn bad(&mut self, pair: &Pair<'_, Rule>) -> Atom {
        let before = self.tree.tokens.last().copied();
        let span = self.leaf(TokenKind::Bad, pair);
        match pair.as_rule() {
            Rule::stray_bracket => self.errors.stray(span),
            Rule::too_deep => self.errors.too_deep(span),
            Rule::lost_text => self.errors.lost_text(span),
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
