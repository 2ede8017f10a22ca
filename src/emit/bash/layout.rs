//! Indents the plan's commands without changing a byte of what they mean.
//!
//! In: shell text. Out: the same text, lines that begin outside of quotes and here-documents moved to the right.
//! Not its business: anything else about the style of commands.

/// What a position in the text is inside of.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Inside {
    /// Code, in so many parentheses and so many `case`s; `$( )` ends with its `)`.
    Code {
        parens: usize,
        cases: usize,
    },
    Single,
    /// `$'…'`.
    Escaped,
    Double,
    Backtick,
    /// `${…}`.
    Braces,
}

/// Indents a text by two spaces a level. A text that can't be followed is left as it is.
pub fn indent(text: &str, levels: usize) -> String {
    let text = text.trim_end();
    let Some(movable) = movable_lines(text) else { return text.to_owned() };
    let mut out = String::with_capacity(text.len() * 2);
    for (number, line) in text.split('\n').enumerate() {
        if number > 0 {
            out.push('\n');
        }
        if movable[number] && !line.is_empty() {
            out.push_str(&"  ".repeat(levels));
        }
        out.push_str(line);
    }
    out
}

/// For each line: does it begin in code? None where quotes don't close.
fn movable_lines(text: &str) -> Option<Vec<bool>> {
    let mut reader =
        Reader { stack: vec![Inside::Code { parens: 0, cases: 0 }], documents: Vec::new(), word: String::new() };
    let mut lines = vec![true];
    let mut rest = text;
    while !rest.is_empty() {
        rest = match rest.strip_prefix('\n') {
            Some(after) if reader.in_code() => {
                reader.end_word();
                let mut after = after;
                for (end, dash) in std::mem::take(&mut reader.documents) {
                    after = skip_document(after, &end, dash, &mut lines)?;
                }
                lines.push(true);
                after
            }
            Some(after) => {
                lines.push(false);
                after
            }
            None => reader.step(rest)?,
        };
    }
    (reader.stack.len() == 1).then_some(lines)
}

/// Passes a here-document by; each of its lines, the end included, stays where it is.
fn skip_document<'a>(mut rest: &'a str, end: &str, dash: bool, lines: &mut Vec<bool>) -> Option<&'a str> {
    loop {
        let line = rest.split('\n').next()?;
        lines.push(false);
        let found = if dash { line.trim_start_matches('\t') == end } else { line == end };
        match rest.get(line.len() + 1..) {
            Some(after) if found => return Some(after),
            None if found => return Some(""),
            Some(after) => rest = after,
            None => return None,
        }
    }
}

struct Reader {
    stack: Vec<Inside>,
    /// Here-documents that begin at the next line end.
    documents: Vec<(String, bool)>,
    /// The word being read, for `case` and `esac`.
    word: String,
}

impl Reader {
    fn top(&self) -> Inside {
        self.stack.last().copied().unwrap_or(Inside::Single)
    }

    fn in_code(&self) -> bool {
        matches!(self.top(), Inside::Code { .. })
    }

    fn end_word(&mut self) {
        if let Some(Inside::Code { cases, .. }) = self.stack.last_mut() {
            match self.word.as_str() {
                "case" => *cases += 1,
                "esac" => *cases = cases.saturating_sub(1),
                _ => {}
            }
        }
        self.word.clear();
    }

    /// Takes one token off the text, which does not begin with a newline that ends a line of code.
    fn step<'a>(&mut self, rest: &'a str) -> Option<&'a str> {
        let first = rest.chars().next()?;
        let one = first.len_utf8();
        if first == '\\' && self.top() != Inside::Single {
            let next = rest[one..].chars().next().map_or(0, char::len_utf8);
            // A continued line begins in what it continues.
            if rest[one..].starts_with('\n') {
                return Some(&rest[one..]);
            }
            self.word.push('\\');
            return Some(&rest[one + next..]);
        }
        match self.top() {
            Inside::Single | Inside::Escaped if first == '\'' => self.pop(),
            Inside::Single | Inside::Escaped => {}
            Inside::Backtick if first == '`' => self.pop(),
            Inside::Double if first == '"' => self.pop(),
            Inside::Braces if first == '}' => self.pop(),
            Inside::Code { .. } => return self.step_code(rest, first),
            Inside::Backtick => {}
            Inside::Double | Inside::Braces => {
                if let Some(after) = self.open_expansion(rest) {
                    return Some(after);
                }
                match first {
                    '"' => self.stack.push(Inside::Double),
                    '\'' if self.top() == Inside::Braces && !self.stack.contains(&Inside::Double) => {
                        self.stack.push(Inside::Single);
                    }
                    '`' => self.stack.push(Inside::Backtick),
                    _ => {}
                }
            }
        }
        Some(&rest[one..])
    }

    fn pop(&mut self) {
        self.stack.pop();
    }

    /// `$(`, `${`: what follows it.
    fn open_expansion<'a>(&mut self, rest: &'a str) -> Option<&'a str> {
        if let Some(after) = rest.strip_prefix("$(") {
            self.stack.push(Inside::Code { parens: 0, cases: 0 });
            return Some(after);
        }
        let after = rest.strip_prefix("${")?;
        self.stack.push(Inside::Braces);
        Some(after)
    }

    fn step_code<'a>(&mut self, rest: &'a str, first: char) -> Option<&'a str> {
        if first == '#' && self.word.is_empty() {
            return Some(&rest[rest.find('\n').unwrap_or(rest.len())..]);
        }
        if first.is_alphanumeric() || first == '_' {
            self.word.push(first);
            return Some(&rest[first.len_utf8()..]);
        }
        if let Some(after) = self.open_expansion(rest) {
            self.word.push('$');
            return Some(after);
        }
        if let Some(after) = rest.strip_prefix("$'") {
            self.stack.push(Inside::Escaped);
            return Some(after);
        }
        if let Some(after) = rest.strip_prefix("<<<") {
            self.end_word();
            return Some(after);
        }
        if let Some(after) = rest.strip_prefix("<<") {
            return self.open_document(after);
        }
        if matches!(first, ' ' | '\t' | ';' | '&' | '|' | '(' | ')' | '<' | '>' | '\n') {
            self.end_word();
        } else {
            self.word.push(first);
        }
        match first {
            '\'' => self.stack.push(Inside::Single),
            '"' => self.stack.push(Inside::Double),
            '`' => self.stack.push(Inside::Backtick),
            '(' | ')' => self.paren(first == '('),
            _ => {}
        }
        Some(&rest[first.len_utf8()..])
    }

    fn paren(&mut self, open: bool) {
        let base = self.stack.len() == 1;
        let Some(Inside::Code { parens, cases }) = self.stack.last_mut() else { return };
        match (open, *parens, *cases) {
            (true, ..) => *parens += 1,
            (false, 0, 0) if !base => self.pop(),
            (false, 0, _) => {}
            (false, ..) => *parens -= 1,
        }
    }

    fn open_document<'a>(&mut self, after: &'a str) -> Option<&'a str> {
        let dash = after.starts_with('-');
        let after = after.strip_prefix('-').unwrap_or(after);
        let word = after.trim_start_matches([' ', '\t']);
        let length = word.find([' ', '\t', '\n', ';', '&', '|', ')', '<', '>']).unwrap_or(word.len());
        let end: String = word[..length].chars().filter(|c| !matches!(c, '\'' | '"' | '\\')).collect();
        if end.is_empty() {
            return None;
        }
        self.documents.push((end, dash));
        Some(&word[length..])
    }
}

#[cfg(test)]
mod tests {
    use super::indent;

    #[test]
    fn moves_code_and_nothing_else() {
        let text = "a 'x\ny' \"$(b\nc \"d\ne\")\" \\\n  f # it's\ncat <<E\nkeep\nE\ncase $(case x in x) y ;; esac) in\n  p) q ;;\nesac\nz";
        let expected = "  a 'x\ny' \"$(b\n  c \"d\ne\")\" \\\n    f # it's\n  cat <<E\nkeep\nE\n  case $(case x in x) y ;; esac) in\n    p) q ;;\n  esac\n  z";
        assert_eq!(indent(text, 1), expected);
    }

    #[test]
    fn leaves_what_does_not_close() {
        assert_eq!(indent("a 'b\nc", 1), "a 'b\nc");
    }
}
