//! Reads a shell text as bash does: by hand, from left to right, each byte once.
//!
//! In: a text. Out: its tree, and its here-documents; or the first place where bash could not go on. Not its business: what
//! stands within words (`words`), and what commands mean.
//! Source of the grammar: the manual of bash 5.2, chapter 3; `tests/shell.rs` asks bash itself.

use super::ast::{Chain, Command, Document, Joint, List, Piece, Pipeline, Redirect, Simple};
use super::lexer::{Lexer, ends_word};
use super::mistakes::Failure;
use super::quoting;

/// Commands within commands: nobody nests them deeper, and each level takes room on the stack.
pub const DEPTH: usize = 100;

/// What a text consists of.
pub type Script<'t> = (List<'t>, Vec<Document>);

/// Reads a text.
pub fn parse(text: &str) -> Result<Script<'_>, Failure> {
    let mut parser = Parser { lexer: Lexer::new(text), depth: 0 };
    let list = parser.list()?;
    match parser.lexer.peek() {
        None => Ok((list, parser.lexer.documents)),
        Some(_) => Err(parser.lexer.unexpected(parser.lexer.at)),
    }
}

/// Goes through a text, command by command.
pub struct Parser<'t> {
    /// Word by word.
    pub lexer: Lexer<'t>,
    depth: usize,
}

impl<'t> Parser<'t> {
    /// Commands up to what can only end them: a closing bracket or word, `;;`, the end of the text.
    pub fn list(&mut self) -> Result<List<'t>, Failure> {
        let mut list = List::default();
        loop {
            self.lexer.lines();
            if self.ends_list() {
                return Ok(list);
            }
            let mut chain = self.chain()?;
            self.lexer.comment();
            match self.lexer.peek() {
                Some(b'&') => {
                    chain.background = true;
                    self.lexer.at += 1;
                }
                Some(b';') if !self.ends_case() => self.lexer.at += 1,
                Some(b'\n') => {}
                _ if self.ends_list() => {}
                _ => return Err(self.lexer.unexpected(self.lexer.at)),
            }
            list.0.push(chain);
        }
    }

    /// As above, but there must be one.
    pub fn commands(&mut self) -> Result<List<'t>, Failure> {
        let list = self.list()?;
        if list.0.is_empty() { Err(self.lexer.unexpected(self.lexer.at)) } else { Ok(list) }
    }

    fn ends_list(&self) -> bool {
        match self.lexer.peek() {
            None | Some(b')') => true,
            Some(b';') => self.ends_case(),
            Some(b'd' | b'e' | b'f' | b't' | b'}') => {
                matches!(self.lexer.reserved(), "then" | "elif" | "else" | "fi" | "do" | "done" | "esac" | "}")
            }
            _ => false,
        }
    }

    fn ends_case(&self) -> bool {
        self.lexer.sees(";;") || self.lexer.sees(";&")
    }

    fn chain(&mut self) -> Result<Chain<'t>, Failure> {
        let (first, mut rest) = (self.pipeline()?, Vec::new());
        loop {
            self.lexer.blanks();
            let joint = match () {
                () if self.lexer.takes("&&") => Joint::And,
                () if self.lexer.takes("||") => Joint::Or,
                () => return Ok(Chain { first, rest, background: false }),
            };
            self.lexer.lines();
            rest.push((joint, self.pipeline()?));
        }
    }

    fn pipeline(&mut self) -> Result<Pipeline<'t>, Failure> {
        let mut negated = false;
        loop {
            if self.lexer.keyword("!") {
                negated = !negated;
            } else if self.lexer.keyword("time") {
                self.lexer.blanks();
                let _ = self.lexer.sees("-p ") && self.lexer.takes("-p");
            } else {
                break;
            }
            self.lexer.blanks();
        }
        let mut stages = vec![self.command()?];
        loop {
            self.lexer.blanks();
            if self.lexer.sees("||") || !self.lexer.takes("|") {
                return Ok(Pipeline { negated, stages });
            }
            self.lexer.takes("&");
            self.lexer.lines();
            stages.push(self.command()?);
        }
    }

    /// One command.
    pub fn command(&mut self) -> Result<Command<'t>, Failure> {
        if self.depth >= DEPTH {
            return Err(Failure::TooDeep(self.lexer.at));
        }
        self.depth += 1;
        let command = match self.compound()? {
            Some(compound) => Command::Compound(compound, self.redirects()?),
            None if self.lexer.keyword("function") => self.function()?,
            None => self.simple()?,
        };
        self.depth -= 1;
        Ok(command)
    }

    /// `function name () …`, of which the brackets may be left out.
    fn function(&mut self) -> Result<Command<'t>, Failure> {
        self.lexer.blanks();
        let name = self.lexer.word()?.text;
        self.lexer.blanks();
        if self.lexer.takes("(") {
            self.lexer.blanks();
            if !self.lexer.takes(")") {
                return Err(self.lexer.unexpected(self.lexer.at));
            }
        }
        self.defined(name)
    }

    fn defined(&mut self, name: &'t str) -> Result<Command<'t>, Failure> {
        self.lexer.lines();
        if !self.compound_follows() && self.lexer.reserved() != "select" {
            return Err(self.lexer.unexpected(self.lexer.at));
        }
        Ok(Command::Function(name, Box::new(self.command()?)))
    }

    fn simple(&mut self) -> Result<Command<'t>, Failure> {
        let (start, mut simple) = (self.lexer.at, Simple::default());
        loop {
            self.lexer.blanks();
            let Some(byte) = self.lexer.peek() else { break };
            if byte == b'(' {
                let named = simple.words.len() == 1 && simple.assignments.is_empty() && simple.redirects.is_empty();
                let name = simple.words.first().map_or("", |word| word.text);
                self.lexer.at += 1;
                self.lexer.blanks();
                if !named || !self.lexer.takes(")") {
                    return Err(self.lexer.unexpected(self.lexer.at));
                }
                return self.defined(name);
            }
            if let Some(redirect) = self.redirect()? {
                simple.redirects.push(redirect);
            } else if matches!(byte, b'<' | b'>') {
                simple.processes.push(self.process()?);
            } else if ends_word(byte) || byte == b'#' && quoting::starts_word(self.lexer.bytes(), self.lexer.at) {
                break;
            } else {
                self.argument(&mut simple)?;
            }
        }
        if self.lexer.at == start { Err(self.lexer.unexpected(start)) } else { Ok(Command::Simple(simple)) }
    }

    /// A word of a simple command, or an assignment before its name.
    fn argument(&mut self, simple: &mut Simple<'t>) -> Result<(), Failure> {
        let first = simple.words.first().map_or("", |word| word.text);
        let declares = matches!(first, "declare" | "local" | "export" | "readonly" | "typeset");
        let start = self.lexer.at;
        if !declares && !simple.words.is_empty() {
            simple.words.push(self.lexer.word()?);
            return Ok(());
        }
        let Some((name, value)) = assignment(self.lexer.bytes(), start) else {
            simple.words.push(self.lexer.word()?);
            return Ok(());
        };
        self.lexer.at = value;
        let empty = self.lexer.peek().is_none_or(|byte| ends_word(byte) && byte != b'(');
        let whole = match self.lexer.takes("(") {
            true => self.array(start, value)?,
            false if empty => self.lexer.piece(start, value),
            false => self.lexer.rest_of_word(start)?,
        };
        if declares {
            simple.words.push(whole);
        } else {
            simple.assignments.push((self.lexer.piece(start, name).text, whole));
        }
        Ok(())
    }

    /// The values of `a=(…)`, whose bracket stands at `open`.
    fn array(&mut self, start: usize, open: usize) -> Result<Piece<'t>, Failure> {
        loop {
            self.lexer.lines();
            match self.lexer.peek() {
                None => return Err(self.lexer.unclosed(open)),
                Some(b')') => {
                    self.lexer.at += 1;
                    return Ok(self.lexer.piece(start, self.lexer.at));
                }
                Some(_) => drop(self.lexer.word()?),
            }
        }
    }

    /// The redirections behind a compound command.
    fn redirects(&mut self) -> Result<Vec<Redirect<'t>>, Failure> {
        let mut redirects = Vec::new();
        loop {
            self.lexer.blanks();
            match self.redirect()? {
                Some(redirect) => redirects.push(redirect),
                None => return Ok(redirects),
            }
        }
    }

    /// `<(…)` or `>(…)`.
    pub fn process(&mut self) -> Result<List<'t>, Failure> {
        let start = self.lexer.at + 1;
        self.lexer.at += 2;
        let list = self.list()?;
        self.close(")", start)?;
        Ok(list)
    }
}

/// The end of the name and the beginning of the value of the assignment that stands at a place, if one does:
/// `x=`, `x+=`, `x[1]=`.
fn assignment(bytes: &[u8], start: usize) -> Option<(usize, usize)> {
    let letter = |byte: &&u8| byte.is_ascii_alphanumeric() || **byte == b'_';
    if !bytes.get(start).is_some_and(|byte| byte.is_ascii_alphabetic() || *byte == b'_') {
        return None;
    }
    let name = start + bytes[start..].iter().take_while(letter).count();
    let mut at = name;
    if bytes.get(at) == Some(&b'[') {
        at = quoting::balanced(bytes, at + 1, b'[', b']')?;
    }
    at += usize::from(bytes.get(at..)?.starts_with(b"+="));
    (bytes.get(at) == Some(&b'=')).then_some((name, at + 1))
}
