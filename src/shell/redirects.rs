//! Redirections: `> file`, `2>&1`, `<<EOF`, `<<< word`.
//!
//! In: the text at a place where one may stand. Out: the redirection, if one does.

use super::ast::{Piece, Redirect};
use super::mistakes::Failure;
use super::parser::Parser;

impl<'t> Parser<'t> {
    /// The redirection that comes next, if one does; `<(…)` and `>(…)` are none.
    pub fn redirect(&mut self) -> Result<Option<Redirect<'t>>, Failure> {
        let start = self.lexer.at;
        let Some(written) = self.descriptor() else { return Ok(None) };
        let (fd, described) = (written.parse().ok(), self.lexer.at > start);
        let process = self.lexer.sees("<(") || self.lexer.sees(">(");
        if process && !described {
            return Ok(None);
        }
        self.operator(fd).map(Some)
    }

    /// The file descriptor before an operator, `{name}` too; none if there is no operator.
    fn descriptor(&mut self) -> Option<&'t str> {
        let rest = self.lexer.bytes().get(self.lexer.at..)?;
        let length = match rest.first()? {
            b'<' | b'>' => 0,
            b'&' if rest.get(1) == Some(&b'>') => 0,
            b'0'..=b'9' => rest.iter().take_while(|byte| byte.is_ascii_digit()).count(),
            b'{' => {
                let name = |byte: &&u8| byte.is_ascii_alphanumeric() || **byte == b'_';
                let length = rest[1..].iter().take_while(name).count();
                (length > 0 && rest.get(length + 1) == Some(&b'}')).then_some(length + 2)?
            }
            _ => return None,
        };
        let operator = matches!(rest.get(length)?, b'<' | b'>') || length == 0;
        operator.then(|| {
            let written = self.lexer.piece(self.lexer.at, self.lexer.at + length).text;
            self.lexer.at += length;
            written
        })
    }

    fn operator(&mut self, fd: Option<i32>) -> Result<Redirect<'t>, Failure> {
        if self.lexer.takes("<<<") {
            self.lexer.blanks();
            return Ok(Redirect::String(self.lexer.word()?));
        }
        if self.lexer.takes("<<") {
            let stripped = self.lexer.takes("-");
            self.lexer.blanks();
            return Ok(Redirect::Document(self.lexer.document(stripped)?));
        }
        if self.lexer.takes("<&") {
            return self.copied(fd, false);
        }
        if self.lexer.takes(">&") {
            return self.copied(fd, true);
        }
        let (writes, appends) = match () {
            () if self.lexer.takes("&>>") || self.lexer.takes(">>") => (true, true),
            () if self.lexer.takes("&>")
                || self.lexer.takes(">|")
                || self.lexer.takes("<>")
                || self.lexer.takes(">") =>
            {
                (true, false)
            }
            () => {
                self.lexer.takes("<");
                (false, false)
            }
        };
        self.lexer.blanks();
        if self.lexer.sees("<(") || self.lexer.sees(">(") {
            let fd = fd.unwrap_or(i32::from(writes));
            return Ok(Redirect::Process(fd, self.process()?));
        }
        let target = self.lexer.word()?;
        Ok(Redirect::File { fd: fd.unwrap_or(i32::from(writes)), writes, appends, target })
    }

    /// `2>&1`, `>&-`, `>&"$log"`; `>& file` writes a file.
    fn copied(&mut self, fd: Option<i32>, writes: bool) -> Result<Redirect<'t>, Failure> {
        self.lexer.blanks();
        let target: Piece = self.lexer.word()?;
        let descriptor = target.text.trim_end_matches('-').bytes().all(|byte| byte.is_ascii_digit());
        Ok(match target.text.as_bytes() {
            _ if descriptor => Redirect::None,
            [b'$' | b'"', ..] => Redirect::Copy(target),
            _ if writes && fd.is_none() => Redirect::File { fd: 1, writes, appends: false, target },
            _ => Redirect::Copy(target),
        })
    }
}
