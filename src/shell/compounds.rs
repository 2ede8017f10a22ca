//! Commands that hold other commands: groups, branches, loops.
//!
//! In: the text at a place where a command may begin. Out: the command, if one of these begins there.

use super::ast::{Compound, List, Piece};
use super::mistakes::Failure;
use super::parser::Parser;
use super::quoting;
use std::ops::Range;

impl<'t> Parser<'t> {
    /// A command that holds others, if one comes next.
    pub fn compound(&mut self) -> Result<Option<Compound<'t>>, Failure> {
        let start = self.lexer.at;
        if self.lexer.peek() == Some(b'(') {
            if let Some(inner) = quoting::double_brackets(self.lexer.bytes(), start) {
                self.lexer.at = inner.end + 2;
                return Ok(Some(Compound::Arithmetic(start..self.lexer.at)));
            }
            self.lexer.at += 1;
            let list = self.commands()?;
            self.close(")", start)?;
            return Ok(Some(Compound::Subshell(list)));
        }
        let word = self.lexer.reserved();
        let begins = matches!(word, "{" | "if" | "while" | "until" | "for" | "select" | "case" | "[[" | "coproc");
        if !begins {
            let closes = matches!(word, "then" | "elif" | "else" | "fi" | "do" | "done" | "esac" | "}");
            return if closes { Err(self.lexer.unexpected(start)) } else { Ok(None) };
        }
        self.lexer.at += word.len();
        Ok(Some(match word {
            "{" => Compound::Group(self.group(start)?),
            "if" => self.branches(start)?,
            "for" | "select" => self.for_loop(start)?,
            "case" => self.case(start)?,
            "[[" => Compound::Test(self.test(start)?),
            "coproc" => self.coprocess()?,
            _ => self.while_loop(start, word == "while")?,
        }))
    }

    /// Something that closes what opened at `start`.
    pub fn close(&mut self, what: &str, start: usize) -> Result<(), Failure> {
        let closed = if what == ")" { self.lexer.takes(what) } else { self.lexer.keyword(what) };
        if closed { Ok(()) } else { Err(self.lexer.wanted(what, start)) }
    }

    fn group(&mut self, start: usize) -> Result<List<'t>, Failure> {
        let list = self.commands()?;
        self.close("}", start)?;
        Ok(list)
    }

    fn branches(&mut self, start: usize) -> Result<Compound<'t>, Failure> {
        let mut arms = Vec::new();
        loop {
            let condition = self.commands()?;
            self.close("then", start)?;
            arms.push((condition, self.commands()?));
            if !self.lexer.keyword("elif") {
                break;
            }
        }
        let otherwise = if self.lexer.keyword("else") { Some(self.commands()?) } else { None };
        self.close("fi", start)?;
        Ok(Compound::If { arms, otherwise })
    }

    fn while_loop(&mut self, start: usize, wanted: bool) -> Result<Compound<'t>, Failure> {
        let condition = self.commands()?;
        let head = start..self.lexer.at;
        let body = self.body(start)?;
        Ok(Compound::While { wanted, condition, head, body })
    }

    /// `do … done`, or a group in its place.
    fn body(&mut self, start: usize) -> Result<List<'t>, Failure> {
        let open = self.lexer.at;
        if self.lexer.keyword("{") {
            return self.group(open);
        }
        self.close("do", start)?;
        let body = self.commands()?;
        self.close("done", start)?;
        Ok(body)
    }

    /// `for x in …`, `for x`, `for ((…))`, and the same of `select`.
    fn for_loop(&mut self, start: usize) -> Result<Compound<'t>, Failure> {
        self.lexer.blanks();
        if let Some(inner) = quoting::double_brackets(self.lexer.bytes(), self.lexer.at) {
            self.lexer.at = inner.end + 2;
            let head = self.head(start);
            return Ok(Compound::Count { head, body: self.body(start)? });
        }
        let variable = self.lexer.word()?.text;
        self.lexer.lines();
        let mut values = Vec::new();
        if self.lexer.keyword("in") {
            loop {
                self.lexer.comment();
                match self.lexer.peek() {
                    Some(b';' | b'\n') | None => break,
                    _ => values.push(self.lexer.word()?),
                }
            }
        }
        let head = self.head(start);
        Ok(Compound::For { variable, values, head, body: self.body(start)? })
    }

    /// The head of a loop ends here, with a `;` or line ends.
    fn head(&mut self, start: usize) -> Range<usize> {
        self.lexer.blanks();
        self.lexer.takes(";");
        self.lexer.lines();
        start..self.lexer.at
    }

    fn case(&mut self, start: usize) -> Result<Compound<'t>, Failure> {
        self.lexer.blanks();
        let value = self.lexer.word()?;
        self.lexer.lines();
        if !self.lexer.keyword("in") {
            return Err(self.lexer.unexpected(self.lexer.at));
        }
        let mut arms = Vec::new();
        loop {
            self.lexer.lines();
            if self.lexer.keyword("esac") {
                return Ok(Compound::Case { value, arms });
            }
            if self.lexer.peek().is_none() {
                self.close("esac", start)?;
            }
            let patterns = self.patterns()?;
            arms.push((patterns, self.list()?));
            if !(self.lexer.takes(";;&") || self.lexer.takes(";;") || self.lexer.takes(";&")) {
                // Without one of these only the end may follow.
                self.close("esac", start)?;
                return Ok(Compound::Case { value, arms });
            }
        }
    }

    fn patterns(&mut self) -> Result<Vec<Piece<'t>>, Failure> {
        let mut patterns = Vec::new();
        self.lexer.takes("(");
        loop {
            self.lexer.blanks();
            patterns.push(self.lexer.word()?);
            self.lexer.blanks();
            if self.lexer.takes(")") {
                return Ok(patterns);
            } else if !self.lexer.takes("|") {
                return Err(self.lexer.unexpected(self.lexer.at));
            }
        }
    }

    fn coprocess(&mut self) -> Result<Compound<'t>, Failure> {
        self.lexer.blanks();
        let start = self.lexer.at;
        if self.compound_follows() {
            return Ok(Compound::Coprocess(Box::new(self.command()?)));
        }
        // A name stands before a compound command only.
        self.lexer.word()?;
        self.lexer.blanks();
        if !self.compound_follows() {
            self.lexer.at = start;
        }
        Ok(Compound::Coprocess(Box::new(self.command()?)))
    }

    /// Does one come next?
    pub fn compound_follows(&self) -> bool {
        self.lexer.peek() == Some(b'(')
            || matches!(self.lexer.reserved(), "{" | "if" | "while" | "until" | "for" | "case" | "[[")
    }
}
