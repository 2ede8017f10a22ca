//! Why a text can't be read, in words, with the places that show it.
//!
//! In: a text and the place where reading stopped. Out: a `Failure`.

use super::lexer::{Lexer, ends_word};
use std::ops::Range;

/// Why a text could not be read.
#[derive(Debug)]
pub enum Failure {
    /// It is no shell.
    Syntax(Mistake),
    /// Nested deeper than we follow, at this byte.
    TooDeep(usize),
}

/// What is wrong with a text.
#[derive(Debug)]
pub struct Mistake {
    /// In words.
    pub message: String,
    /// What can't stand where it stands, or was never closed.
    pub at: Range<usize>,
    /// What is still open there.
    pub open: Option<Range<usize>>,
}

impl Lexer<'_> {
    /// What stands at a place can't stand there.
    pub fn unexpected(&self, at: usize) -> Failure {
        let token = self.token(at);
        let written = self.piece(token.start, token.end).text;
        let message = match written {
            "" => return self.too_early(),
            "\n" => "the line ends where the shell expects more".to_owned(),
            "then" | "elif" | "else" | "fi" | "do" | "done" | "esac" | "}" | ")" => {
                format!("`{written}` can't stand here: nothing that it could end or go on with is open")
            }
            _ => format!("the shell does not expect `{written}` here"),
        };
        Failure::Syntax(Mistake { message, at: token, open: None })
    }

    /// What opens at `start` wants `what`, and something else stands here.
    pub fn wanted(&self, what: &str, start: usize) -> Failure {
        let (opener, token) = (self.token(start), self.token(self.at));
        let opens = self.piece(opener.start, opener.end).text;
        let written = self.piece(token.start, token.end).text;
        if written.is_empty() {
            let message = format!("this `{opens}` is never closed: there is no `{what}` for it");
            return Failure::Syntax(Mistake { message, at: opener, open: None });
        }
        let message =
            format!("`{written}` can't stand here: the `{opens}` before it is still open and wants its `{what}` first");
        Failure::Syntax(Mistake { message, at: token, open: Some(opener) })
    }

    /// A quote or a bracket that opens at a place is never closed.
    pub fn unclosed(&self, at: usize) -> Failure {
        let rest = self.bytes().get(at..).unwrap_or(&[]);
        let (length, what) = match rest {
            [b'\'' | b'"', ..] => (1, "this quote is never closed"),
            [b'$', b'\'' | b'"', ..] => (2, "this quote is never closed"),
            [b'`', ..] => (1, "this backquote is never closed"),
            [b'$' | b'<' | b'>', b'(', ..] | [b'$', b'{', ..] => (2, "this is never closed, or a quote in it is not"),
            _ => (1, "this bracket is never closed"),
        };
        Failure::Syntax(Mistake { message: what.to_owned(), at: at..at + length, open: None })
    }

    fn too_early(&self) -> Failure {
        let content = self.piece(0, self.bytes().len()).text.trim_end();
        let last = content.char_indices().next_back().map_or(0, |(at, _)| at);
        Failure::Syntax(Mistake {
            message: "the command ends too early".to_owned(),
            at: last..content.len(),
            open: None,
        })
    }

    /// The word or the operator at a place; nothing at the end.
    fn token(&self, at: usize) -> Range<usize> {
        let rest = self.bytes().get(at..).unwrap_or(&[]);
        if rest.iter().all(|byte| byte.is_ascii_whitespace()) {
            return at..at;
        }
        let length = match rest {
            [b';', b';', b'&', ..] => 3,
            [b';', b';' | b'&', ..] | [b'&', b'&', ..] | [b'|', b'|' | b'&', ..] => 2,
            _ => rest.iter().take_while(|byte| !ends_word(**byte)).count().max(1),
        };
        at..at + length
    }
}
