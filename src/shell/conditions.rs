//! `[[ … ]]`: words, operators, brackets.
//!
//! In: the text behind the opening brackets. Out: the condition as a tree.

use super::ast::Test;
use super::mistakes::Failure;
use super::parser::Parser;

/// Operators between two words that are words themselves.
const BINARY: &[&str] = &["==", "=", "!=", "=~", "-eq", "-ne", "-lt", "-le", "-gt", "-ge", "-nt", "-ot", "-ef"];

impl<'t> Parser<'t> {
    /// The condition of a `[[` that stands at `start`.
    pub fn test(&mut self, start: usize) -> Result<Test<'t>, Failure> {
        let test = self.alternatives(0)?;
        if self.lexer.keyword("]]") { Ok(test) } else { Err(self.lexer.wanted("]]", start)) }
    }

    fn alternatives(&mut self, depth: usize) -> Result<Test<'t>, Failure> {
        let mut test = self.all(depth)?;
        while self.lexer.takes("||") {
            test = Test::Or(Box::new(test), Box::new(self.all(depth)?));
        }
        Ok(test)
    }

    fn all(&mut self, depth: usize) -> Result<Test<'t>, Failure> {
        let mut test = self.one(depth)?;
        self.lexer.lines();
        while self.lexer.takes("&&") {
            test = Test::And(Box::new(test), Box::new(self.one(depth)?));
            self.lexer.lines();
        }
        Ok(test)
    }

    fn one(&mut self, depth: usize) -> Result<Test<'t>, Failure> {
        self.lexer.lines();
        if depth > super::parser::DEPTH {
            return Err(Failure::TooDeep(self.lexer.at));
        }
        if self.lexer.keyword("!") {
            return Ok(Test::Not(Box::new(self.one(depth + 1)?)));
        }
        let open = self.lexer.at;
        if self.lexer.takes("(") {
            let test = self.alternatives(depth + 1)?;
            return if self.lexer.takes(")") { Ok(test) } else { Err(self.lexer.unclosed(open)) };
        }
        let first = self.lexer.word()?;
        if first.text == "]]" {
            return Err(self.lexer.unexpected(first.start));
        }
        self.lexer.blanks();
        if let Some(operator) = self.comparison() {
            self.lexer.blanks();
            let second = if operator == "=~" { self.lexer.regex()? } else { self.lexer.word()? };
            return Ok(Test::Binary(operator, first, second));
        }
        let option = first.text.len() == 2 && first.text.starts_with('-');
        let alone =
            matches!(self.lexer.peek(), None | Some(b'&' | b'|' | b')' | b'\n')) || self.lexer.reserved() == "]]";
        if option && !alone {
            return Ok(Test::Unary(first.text, self.lexer.word()?));
        }
        Ok(Test::Unary("-n", first))
    }

    /// An operator between two words, if one comes next.
    fn comparison(&mut self) -> Option<&'t str> {
        let start = self.lexer.at;
        if self.lexer.takes("<") || self.lexer.takes(">") {
            return Some(self.lexer.piece(start, self.lexer.at).text);
        }
        let rest = self.lexer.bytes().get(start..)?;
        let length = rest.iter().take_while(|byte| !super::lexer::ends_word(**byte)).count();
        let operator = self.lexer.piece(start, start + length).text;
        BINARY.contains(&operator).then(|| {
            self.lexer.at += length;
            operator
        })
    }
}
